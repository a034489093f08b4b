"""The command line: parse arguments, call one function, print."""

from __future__ import annotations

import errno
import os
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

import click

from ..errors import ArgumentError, ContractWarning, DynclientError
from . import contract_commands, output
from .source import load_source

if TYPE_CHECKING:
    from ..client.sync import Call
    from ..deployment.airflow_client import Airflow
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["main"]

_INTERRUPTED = 130
_WIDE = 100  # a signature longer than this is shown one argument a line


class _Commands(click.Group):
    """Errors of ours are one clean message; nobody who types sees a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        with warnings.catch_warnings():
            warnings.simplefilter("always", ContractWarning)
            warnings.showwarning = output.warner()
            try:
                return super().invoke(ctx)
            except DynclientError as error:
                output.complain(str(error))
            except (KeyboardInterrupt, click.Abort):
                click.echo(err=True)
                ctx.exit(_INTERRUPTED)
            except OSError as error:
                if error.errno == errno.EPIPE:
                    raise  # who read has had enough; click ends quietly
                output.complain(f"{error.filename or 'input or output'}: {error.strerror or type(error).__name__}")
            ctx.exit(2)
        return None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dynclient")
def main() -> None:
    """Talk to any Airflow release, and hold its contract, by its OpenAPI document.

    A server is $DYNCLIENT_URL with $DYNCLIENT_USERNAME and $DYNCLIENT_PASSWORD, or $DYNCLIENT_TOKEN. A document is a
    release, a path or a URL; $DYNCLIENT_SPEC, or the newest release, where none is given.
    """


@main.command()
def demo() -> None:
    """Show the main job on a small server in this process."""
    from . import demo as demos

    demos.run(click.echo)


@main.command()
@click.option("--url", help="The server; $DYNCLIENT_URL, else http://localhost:8080.")
@click.option("--spec", help="The document; $DYNCLIENT_SPEC, else that of the release the server runs.")
@click.option("--username", help="$DYNCLIENT_USERNAME.")
@click.option("--token", help="$DYNCLIENT_TOKEN; instead of a user.")
def shell(**server: str | None) -> None:
    """Start IPython with the connected client as `af`."""
    from . import shell as prompt

    with _connected(offline=False, responses=None, password=None, **server) as client:
        prompt.start(client)


# --- calling ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("operation", shell_complete=lambda _ctx, _param, start: _completed(start))
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--url", help="The server; $DYNCLIENT_URL, else http://localhost:8080.")
@click.option("--spec", help="The document; $DYNCLIENT_SPEC, else that of the release the server runs.")
@click.option("--username", help="$DYNCLIENT_USERNAME.")
@click.option("--password", help="$DYNCLIENT_PASSWORD, which nobody sees in a list of processes; else it is asked for.")
@click.option("--token", help="$DYNCLIENT_TOKEN; instead of a user.")
@click.option("--responses", type=click.Choice(["strict", "warn", "off"]), help="For answers that break the document.")
@click.option("--all", "whole", is_flag=True, help="Every item of a list, page after page, a line of JSON each.")
@click.option("--curl", is_flag=True, help="Print the request as a curl command, its secrets masked; do not send it.")
@click.option("--output", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
def call(
    operation: str, arguments: tuple[str, ...], form: str, *, whole: bool, curl: bool, **server: str | None
) -> None:
    """Call an operation and print what it answers.

    \b
    dynclient call get_dags limit=5 tags=prod tags=daily
    dynclient call get_dag tutorial
    dynclient call trigger_dag_run dag_id=tutorial logical_date=null conf='{"day": 3}'
    dynclient call post_pool body=@pool.json

    Each value is read as the document wants it; lists and objects are JSON. `dynclient show OPERATION` names them.
    """  # noqa: D301 - click's mark for lines that stay as they are
    from . import arguments as typed

    with _connected(offline=curl, **server) as client:
        target = client.operation(operation)
        args, keywords = typed.arguments(target.operation, arguments)
        if curl:
            click.echo(target.request(*args, **keywords).curl())
        elif whole:
            output.everything(target.iter(*args, **keywords, **_progress(target, form)), form)
        else:
            output.result(target(*args, **keywords), form)


def _completed(start: str) -> list[str]:
    return [name for name in load_source(None).operations.names if name.startswith(start)]


def _connected(*, offline: bool, spec: str | None, responses: Any, **credentials: str | None) -> Airflow:
    from ..deployment import connect, login
    from ..openapi import load

    url, auth = _server(**credentials)
    document: Any = spec or os.environ.get("DYNCLIENT_SPEC") or None
    if offline and document is not None:
        document = load.load(document)
        if isinstance(auth, tuple) and login.logs_in(document):
            auth = "***"  # the token that a login would give is not shown anyway
    return connect.connect(url, auth, spec=document, responses=responses)


def _server(url: str | None, username: str | None, password: str | None, token: str | None) -> tuple[str, Any]:
    """Where, and as whom: the options go before the environment, and that before netrc."""
    from ..deployment import environment

    url = url or os.environ.get("DYNCLIENT_URL") or "http://localhost:8080"
    if token is not None:
        return url, token
    if username is not None:
        return url, (username, _password(username, password))
    if password is not None:
        raise ArgumentError("--password belongs to --username; give both, or --token")
    user = os.environ.get("DYNCLIENT_USERNAME")
    if user and not os.environ.get("DYNCLIENT_TOKEN"):
        return url, (user, _password(user, None))
    return url, environment.environment(url).auth


def _password(user: str, option: str | None) -> str:
    """The password of a user: given, in the environment, or asked for where there is somebody to ask."""
    password = option if option is not None else os.environ.get("DYNCLIENT_PASSWORD") or None
    if password is not None:
        return password
    if not sys.stdin.isatty():
        raise ArgumentError(f"the password of {user!r} is not known; set DYNCLIENT_PASSWORD, or use DYNCLIENT_TOKEN")
    answer: str = click.prompt(f"Password of {user}", hide_input=True, err=True)
    return answer


def _progress(call: Call, output: str) -> dict[str, bool]:
    """Shown to those who wait and would not see it among the items."""
    waiting = sys.stderr.isatty() and (output == "table" or not sys.stdout.isatty())
    return {"progress": True} if waiting and "progress" not in call.types else {}


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
@click.argument("name", metavar="OPERATION|MODEL", shell_complete=lambda _ctx, _param, start: _completed(start))
@click.option("--spec", help="The document; $DYNCLIENT_SPEC, else the newest release.")
def show(name: str, spec: str | None) -> None:
    """Show the signature and the help of an operation, or the fields of a model."""
    from ..deployment.airflow_client import Airflow

    document = load_source(spec)
    if name not in document.operations and name in document.models:
        click.echo(document.models[name].__doc__.rstrip("\n"))
        return
    target = Airflow(document, "http://localhost").operation(name)
    click.echo(f"{_signature(target)}\n\n{(target.__doc__ or '').rstrip()}")


def _signature(call: Call) -> str:
    """On one line, or one argument a line where that would be too long."""
    signature = call.__signature__
    line = f"{call.operation.name}{signature}"
    if len(line) <= _WIDE:
        return line
    lines, keywords_began = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keywords_began:
            keywords_began = True
            lines.append("    *,")
        lines.append(f"    {parameter},")
    return "\n".join([f"{call.operation.name}(", *lines, f") -> {signature.return_annotation}"])


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


@main.command()
@click.argument("url", required=False)
@click.option("--username", help="$DYNCLIENT_USERNAME.")
@click.option("--token", help="$DYNCLIENT_TOKEN; instead of a user.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for all of it.")
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
@click.pass_context
def verify(ctx: click.Context, url: str | None, timeout: float, form: str, **credentials: str | None) -> None:
    """Call all that changes nothing at a server, and hold its answers to its document; exit 1 if one breaks it."""
    with _connected(offline=False, spec=None, responses="strict", password=None, url=url, **credentials) as client:
        report = client.verify(timeout=timeout, progress=output.counter())
    click.echo({"text": report.text, "json": report.json, "junit": report.junit}[form]())
    ctx.exit(0 if report.ok else 1)


for _command in contract_commands.COMMANDS:
    main.add_command(_command)


if __name__ == "__main__":
    main()
