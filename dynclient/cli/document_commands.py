"""The commands about documents: explain an operation, list, add and lint documents, write stubs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..deployment.airflow_client import Airflow
from ..documents import add_release, lint as linter, releases
from ..errors import UnknownOperation, near_names
from . import output, stub_package, stub_writer
from .source import chosen_source, complete_operation, load_source, source_options

__all__ = ["show", "specs", "stubs"]


@click.command()
@click.argument("source", metavar="[SOURCE]", shell_complete=complete_operation)
@click.argument("name", metavar="OPERATION|MODEL", required=False, shell_complete=complete_operation)
@source_options
def show(source: str, name: str | None, spec: str | None, url: str | None) -> None:
    """Show the signature and the help of an operation, or the fields of a model.

    \b
    dynclient show get_dags
    dynclient show 2.10.5 post_dag_run
    dynclient show --url https://host/prefix DAG
    """  # noqa: D301 - click's mark for lines that stay as they are
    document = chosen_source(spec or (source if name is not None else None), url)
    name = name if name is not None else source
    if name not in document.operations and name in document.models:
        click.echo(output.plain(document.models[name].__doc__.rstrip("\n")))
        return
    if name not in document.operations:
        near = near_names(name, [*document.operations.names, *document.models])
        if any(other in document.models for other in near):
            raise UnknownOperation(f"there is no operation or model {name!r}; did you mean {' or '.join(near)}?")
    target = Airflow(document, "http://localhost").operation(name)
    click.echo(output.plain(f"{target!r}\n\n{(target.__doc__ or '').rstrip()}"))


@click.group()
def specs() -> None:
    """The bundled documents: list them, add one, find faults in one."""


@specs.command("list")
def list_() -> None:
    """List the bundled releases, oldest first; at a terminal a line for each minor release."""
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
    addition = add_release.add(source, into, release=release, login=login)
    wrote = ", ".join(addition.files) or "nothing, it was there"
    click.echo(f"{addition.release}: contract {addition.contract}; written: {wrote}")
    for line in addition.report.lines():
        click.echo(line)


@specs.command()
@click.argument("source")
@click.pass_context
def lint(ctx: click.Context, source: str) -> None:
    """Print every fault of a document with its pointer; exit 1 if there is one."""
    faults = linter.lint(source)
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}", err=True)
    ctx.exit(1 if faults else 0)


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--into", default="typings", show_default=True, help="The folder that type checkers look into.")
@click.option("--print", "printed", is_flag=True, help="Print one document's .pyi instead of writing a package.")
@click.option("--aio", is_flag=True, help="With --print: for the client that is awaited, of dynclient.aio.")
def stubs(sources: tuple[str, ...], into: str, *, printed: bool, aio: bool) -> None:
    """Write stubs, so that editors and mypy know what `connect` gives: a release, or several told apart by release=."""
    documents = [load_source(source) for source in sources or (None,)]
    if printed:
        click.echo(stub_writer.stubs(documents[0], awaited=aio), nl=False)
        return
    paths = stub_package.write(documents, Path(into))
    names = ", ".join(document.release or document.source for document in documents)
    click.echo(f"{len(paths)} files for {names} are in {into}/dynclient", err=True)
    click.echo(f'pyright looks there; for mypy: mypy_path = "{into}"', err=True)
