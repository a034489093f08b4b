"""The command line: parse arguments, call one function, print."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from .errors import ArgumentError, DynclientError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .client import Call
    from .deployment import Airflow
    from .operation import Operation
    from .spec import Spec

__all__ = ["main"]


class _Commands(click.Group):
    """Errors of ours are one clean message; nobody who types sees a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except DynclientError as error:
            click.echo(f"dynclient: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dynclient")
def main() -> None:
    """Talk to any Airflow release, and hold its contract, by its OpenAPI document.

    A server is $DYNCLIENT_URL with $DYNCLIENT_USERNAME and $DYNCLIENT_PASSWORD, or $DYNCLIENT_TOKEN.
    """


@main.command()
def demo() -> None:
    """Show the main job on a small server in this process."""
    from . import demo as demos

    demos.run(click.echo)


# --- calling ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("operation")
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--url", help="The server; $DYNCLIENT_URL, else http://localhost:8080.")
@click.option("--spec", help="A release, path or URL; $DYNCLIENT_SPEC, else what the server runs.")
@click.option("--all", "whole", is_flag=True, help="Every item of a list, page after page, a line each.")
@click.option("--curl", is_flag=True, help="Print the request as a curl command, its secrets masked; send nothing.")
@click.option("--output", type=click.Choice(["json", "table"]), default="json", show_default=True)
def call(
    operation: str, arguments: tuple[str, ...], url: str, spec: str, output: str, *, whole: bool, curl: bool
) -> None:
    """Call an operation: dynclient call get_dags limit=5 tags='["prod"]'."""
    with _connected(url, spec) as client:
        target = client.operation(operation)
        given = dict(_argument(target, text) for text in arguments)
        if curl:
            click.echo(target.request(**given).curl())
        elif whole:
            for item in target.iter(**given):
                click.echo(json.dumps(item, ensure_ascii=False))
        else:
            _show(target(**given), output)


def _connected(url: str | None, spec: str | None) -> Airflow:
    from .deployment import connect, environment

    said = environment(url)
    return connect(said.url, said.auth, spec=spec or said.spec)


def _argument(call: Call, text: str) -> tuple[str, Any]:
    """``name=value``, the value read as the schema of that argument wants it."""
    name, mark, value = text.partition("=")
    if not mark:
        raise ArgumentError(f"{text!r}: arguments are written name=value")
    types = call.types.get(name, ())
    if "string" in types and value != "null" and not value.startswith(("[", "{")):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        return name, [value] if "array" in types else value


def _show(data: Any, output: str) -> None:
    if isinstance(data, (str, bytes)):
        click.echo(data)
    elif hasattr(data, "__next__"):
        for item in data:
            click.echo(json.dumps(item, ensure_ascii=False))
    elif output == "table" and isinstance(data, dict):
        _table_of(data)
    elif data is not None:
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _table_of(data: dict[str, Any]) -> None:
    from . import display

    names, rows = display.cells(data)
    _table(names, rows)


def _table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """For people a table, for a pipe lines of tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console  # only for a terminal
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


# --- looking ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("source", required=False)
@click.option("--tag", help="Only those of this tag.")
@click.option("--search", help="Only those whose name or path holds this text.")
def ops(source: str | None, tag: str | None, search: str | None) -> None:
    """List the operations of a release, path or URL (the newest release)."""
    spec = _spec(source)
    found = [o for o in spec.operations.values() if _wanted(o, tag, search)]
    rows = [[o.name, o.method, o.path, ", ".join(o.tags), spec.words("operation", o.id)] for o in found]
    _table(["operation", "method", "path", "tags", "what it does"], rows)


def _wanted(operation: Operation, tag: str | None, search: str | None) -> bool:
    text = f"{operation.name} {operation.path}".lower()
    return (tag is None or tag in operation.tags) and (search is None or search.lower() in text)


def _spec(source: str | None) -> Spec:
    from . import catalog

    return catalog.load(source or catalog.releases()[-1])


@main.command()
@click.argument("operation")
@click.option("--spec", help="A release, path or URL; the newest release if not given.")
def show(operation: str, spec: str | None) -> None:
    """Show the signature and the help of an operation."""
    from .client import Client

    target = Client(_spec(spec), "http://localhost").operation(operation)
    click.echo(f"{target!r}\n\n{target.__doc__}")


# --- documents ----------------------------------------------------------------------------------------------------


@main.group()
def specs() -> None:
    """The bundled documents: list them, add one, find faults in one."""


@specs.command("list")
def list_() -> None:
    """List the bundled releases, oldest first."""
    from . import catalog

    for release in catalog.releases():
        click.echo(release)


@specs.command()
@click.argument("source")
@click.option("--release", help="What the document is called, where the source does not tell.")
@click.option("--login", help="The login application's document, where the source has none beside it.")
@click.option("--into", default="specs", show_default=True, help="The bundle's folder.")
def add(source: str, release: str | None, login: str | None, into: str) -> None:
    """Add an official file, a URL, a wheel, an installed apache-airflow[-core], or a release that pip fetches."""
    from . import catalog

    added = catalog.add(source, into, release=release, login=login)
    wrote = ", ".join(added.written) or "nothing, it was there"
    click.echo(f"{added.release}: contract {added.contract}; written: {wrote}")


@specs.command()
@click.argument("source")
@click.pass_context
def lint(ctx: click.Context, source: str) -> None:
    """Print every fault of a document with its pointer; exit 1 if there is one."""
    from . import catalog

    faults = catalog.lint(source)
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(faults)} faults", err=True)
    ctx.exit(1 if faults else 0)


@main.command()
@click.argument("source", required=False)
def stubs(source: str | None) -> None:
    """Print a .pyi that tells editors and mypy the operations and models of a release."""
    from . import stubs as made

    click.echo(made.stubs(_spec(source)), nl=False)


# --- the contract -------------------------------------------------------------------------------------------------


@main.command()
@click.option("--spec", "release", default=None, help="The release to be; the newest if not given.")
@click.option("--port", default=8080, show_default=True, help="0 takes a free one.")
@click.option("--user", help="USER:PASSWORD that is asked for; everybody is let in without.")
def serve(release: str | None, port: int, user: str | None) -> None:
    """Pretend to be an Airflow on loopback until Ctrl-C."""
    from threading import Event

    from . import catalog
    from .fake_airflow import fake

    name, _, password = (user or "").partition(":")
    auth = (name, password) if user else None
    with fake(release or catalog.releases()[-1], auth=auth, port=port) as server:
        click.echo(server.url)
        try:
            Event().wait()
        except KeyboardInterrupt:
            click.echo("gone", err=True)


@main.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--spec", "release", required=True, help="The release that the traffic was recorded from.")
@click.option("--against", help="The release that it would be used on.")
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
@click.option("--second-opinion/--no-second-opinion", default=True, help="Ask openapi-core too.")
@click.pass_context
def check(
    ctx: click.Context, paths: tuple[str, ...], release: str, against: str | None, form: str, *, second_opinion: bool
) -> None:
    """Hold recorded traffic (vcrpy cassettes, HAR files, folders) to a document; exit 1 on a violation or a break."""
    from . import contract

    other = _spec(against) if against else None
    report = contract.audit(paths, _spec(release), against=other, second_opinion=second_opinion)
    click.echo({"text": report.text, "json": report.json, "junit": report.junit}[form]().rstrip("\n"))
    ctx.exit(0 if report.ok else 1)


@main.command()
@click.argument("old")
@click.argument("new")
@click.option("--used-by", multiple=True, help="Cassettes, HAR files, or what --dynclient-record-operations wrote.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(["breaking", "warning"]), help="Exit 1 if there is such a change or worse."
)
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, used_by: tuple[str, ...], form: str, fail_on: str | None) -> None:
    """What changes for a client from one release (or any document) to another."""
    from . import catalog
    from . import diff as diffs

    a, b = _spec(old), _spec(new)
    used = None
    if used_by:
        from .contract import used as used_in

        used = list(used_in(used_by, a))
    changes = diffs.diff(a, b, renames=catalog.renames(), used=used)
    form_as = {"text": diffs.as_text, "json": diffs.as_json, "markdown": diffs.as_markdown}[form]
    click.echo(form_as(changes).rstrip("\n"))
    counts = diffs.summary(changes)
    failed = counts["breaking"] or (fail_on == "warning" and counts["warning"])
    ctx.exit(1 if fail_on and failed else 0)


if __name__ == "__main__":
    main()
