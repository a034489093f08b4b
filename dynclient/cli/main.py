"""The command line: parse arguments, call one function, print."""

from __future__ import annotations

import errno
import os
import re
import sys
import warnings
from typing import TYPE_CHECKING

import click

from ..errors import ApiError, ArgumentError, ContractError, ContractWarning, DynclientError, SpecError, TransportError
from . import call_commands, contract_commands, output
from .source import load_source

if TYPE_CHECKING:
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["main"]

_INTERRUPTED = 130


class _Commands(click.Group):
    """Errors of ours are one clean message; nobody who types sees a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named."""
        with warnings.catch_warnings():
            warnings.simplefilter("always", ContractWarning)
            warnings.showwarning = output.warner()
            try:
                return super().invoke(ctx)
            except DynclientError as error:
                if ctx.params.get("debug"):
                    raise
                output.complain(str(error))
                ctx.exit(_exit_code(error))
            except (KeyboardInterrupt, click.Abort):
                click.echo(err=True)
                ctx.exit(_INTERRUPTED)
            except OSError as error:
                if error.errno == errno.EPIPE:
                    raise  # who read has had enough; click ends quietly
                output.complain(f"{error.filename or 'input or output'}: {error.strerror or type(error).__name__}")
            ctx.exit(2)
        return None


_CODES = {ArgumentError: 3, SpecError: 3, ApiError: 4, ContractError: 5, TransportError: 6}


def _exit_code(error: DynclientError) -> int:
    """By who must act; 1 for a run that failed."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), 1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dynclient")
@click.option("--debug", is_flag=True, help="Show tracebacks, and each request on standard error.")
def main(*, debug: bool) -> None:
    """Talk to any Airflow release, and hold its contract, by its OpenAPI document.

    A server is $DYNCLIENT_URL with $DYNCLIENT_USERNAME and $DYNCLIENT_PASSWORD, or $DYNCLIENT_TOKEN. A document is a
    release, a path or a URL; $DYNCLIENT_SPEC, or the newest release, where none is given.

    Exit codes: 1 a run failed or a check found something, 2 usage, 3 refused before anything was sent, 4 the server
    said no, 5 its answer broke the document, 6 the network.
    """
    if debug:
        import logging

        logging.basicConfig(level=logging.DEBUG, format="%(name)s %(message)s")


@main.command()
def demo() -> None:
    """Show the main job on a small server in this process."""
    from . import demo as demos

    demos.run(click.echo)


# --- looking ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("source", required=False)
@click.argument("search", required=False)
@click.option("--tag", help="Only those of this tag.")
@click.pass_context
def ops(ctx: click.Context, source: str | None, search: str | None, tag: str | None) -> None:
    """List operations: all, or those whose name, path or description holds the text SEARCH.

    \b
    dynclient ops
    dynclient ops pool
    dynclient ops 2.10.5 trigger
    dynclient ops openapi.yaml --tag Pool
    """  # noqa: D301 - click's mark for lines that stay as they are
    if source and not search and not _is_source(source):
        source, search = None, source
    spec = load_source(source)
    operations = [o for o in spec.operations.values() if _is_wanted(o, spec, tag, search)]
    rows = [[o.name, o.method, o.path, ", ".join(o.tags), spec.words("operation", o.id)] for o in operations]
    if rows:
        name = spec.release or spec.source
        output.table(["operation", "method", "path", "tags", "what it does"], rows)
        output.note(f"{len(rows)} of {len(spec.operations)} operations of {name}; `dynclient show NAME` explains one")
        return
    click.echo(f"no operation is like that; the tags are {', '.join(spec.tags)}", err=True)
    ctx.exit(1)


def _is_source(text: str) -> bool:
    """A release, a URL or a path, and not a text to look for?"""
    return bool(re.match(r"\d", text) or re.search(r"[/\\]", text) or os.path.exists(text))  # noqa: PTH110 - 12 ms


def _is_wanted(operation: Operation, spec: Spec, tag: str | None, search: str | None) -> bool:
    text = f"{operation.name} {operation.path} {spec.words('operation', operation.id)}".lower()
    tags = [name.lower() for name in operation.tags]
    return (tag is None or tag.lower() in tags) and (search is None or search.lower() in text)


@main.command()
@click.argument(
    "name", metavar="OPERATION|MODEL", shell_complete=lambda _ctx, _param, start: call_commands.completed(start)
)
@click.option("--spec", help="The document; $DYNCLIENT_SPEC, else the newest release.")
def show(name: str, spec: str | None) -> None:
    """Show the signature and the help of an operation, or the fields of a model."""
    from ..deployment.airflow_client import Airflow

    document = load_source(spec)
    if name not in document.operations and name in document.models:
        click.echo(document.models[name].__doc__.rstrip("\n"))
        return
    target = Airflow(document, "http://localhost").operation(name)
    click.echo(f"{target!r}\n\n{(target.__doc__ or '').rstrip()}")


# --- documents ----------------------------------------------------------------------------------------------------


@main.group()
def specs() -> None:
    """The bundled documents: list them, add one, find faults in one."""


@specs.command("list")
def list_() -> None:
    """List the bundled releases, oldest first; at a terminal a line for each minor release."""
    from ..documents import releases

    bundled = releases.releases()
    minors: dict[str, list[str]] = {}
    for release in bundled:
        minors.setdefault(".".join(release.split(".")[:2]) if sys.stdout.isatty() else release, []).append(release)
    for names in minors.values():
        click.echo("  ".join(names))
    output.note(f"{len(bundled)} releases")


@specs.command()
@click.argument("source")
@click.option("--release", help="What the document is called, where the source does not tell.")
@click.option("--login", help="The login application's document, where the source has none beside it.")
@click.option("--into", default="specs", show_default=True, help="The bundle's folder.")
def add(source: str, release: str | None, login: str | None, into: str) -> None:
    """Add an official file, a URL, a wheel, an installed apache-airflow[-core], or a release that pip fetches."""
    from ..documents import add_release

    added = add_release.add(source, into, release=release, login=login)
    wrote = ", ".join(added.written) or "nothing, it was there"
    click.echo(f"{added.release}: contract {added.contract}; written: {wrote}")


@specs.command()
@click.argument("source")
@click.pass_context
def lint(ctx: click.Context, source: str) -> None:
    """Print every fault of a document with its pointer; exit 1 if there is one."""
    from ..documents import lint

    faults = lint.lint(source)
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}", err=True)
    ctx.exit(1 if faults else 0)


@main.command()
@click.argument("sources", nargs=-1)
@click.option("--into", default="typings", show_default=True, help="The folder that type checkers look into.")
@click.option("--print", "printed", is_flag=True, help="Print one document's .pyi instead of writing a package.")
@click.option("--aio", is_flag=True, help="With --print: for the client that is awaited, of dynclient.aio.")
def stubs(sources: tuple[str, ...], into: str, *, printed: bool, aio: bool) -> None:
    """Write stubs, so that editors and mypy know what `connect` gives: a release, or several told apart by release=."""
    documents = [load_source(source) for source in sources or (None,)]
    if printed:
        from . import stub_writer

        click.echo(stub_writer.stubs(documents[0], awaited=aio), nl=False)
        return
    from pathlib import Path

    from . import stub_package

    paths = stub_package.write(documents, Path(into))
    names = ", ".join(document.release or document.source for document in documents)
    click.echo(f"{len(paths)} files for {names} are in {into}/dynclient", err=True)
    click.echo(f'pyright looks there; for mypy: mypy_path = "{into}"', err=True)


# --- the contract -------------------------------------------------------------------------------------------------


@main.command()
@click.option("--spec", help="The document to behave by; $DYNCLIENT_SPEC, else the newest release.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--user", metavar="USER:PASSWORD", help="Who may come in; everybody if not given.")
def serve(spec: str | None, port: int, user: str | None) -> None:
    """Pretend to be an Airflow on loopback until Ctrl-C; its URL is printed."""
    from threading import Event

    from ..documents import releases
    from ..testing.airflow_rules import fake_airflow

    name, _, password = (user or "").partition(":")
    document = spec or os.environ.get("DYNCLIENT_SPEC") or releases.releases()[-1]
    with fake_airflow(document, auth=(name, password) if user else None, port=port) as server:
        click.echo(server.url)
        click.echo(f"behaves as {server.spec.release or document}; Ctrl-C ends it", err=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            click.echo("gone", err=True)


for _command in (*call_commands.COMMANDS, *contract_commands.COMMANDS):
    main.add_command(_command)


if __name__ == "__main__":
    main()
