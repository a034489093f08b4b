"""The commands about documents: explain an operation, list, add and lint documents, write stubs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..deployment.airflow_client import Airflow
from ..documents import add_release, lint as linter, releases
from . import output, stub_package, stub_writer
from .source import complete_operation, load_source

__all__ = ["show", "specs", "stubs"]


@click.command()
@click.argument("name", metavar="OPERATION|MODEL", shell_complete=complete_operation)
@click.option("--spec", help="The document; $DYNCLIENT_SPEC, else the newest release.")
def show(name: str, spec: str | None) -> None:
    """Show the signature and the help of an operation, or the fields of a model."""
    document = load_source(spec)
    if name not in document.operations and name in document.models:
        click.echo(document.models[name].__doc__.rstrip("\n"))
        return
    target = Airflow(document, "http://localhost").operation(name)
    click.echo(f"{target!r}\n\n{(target.__doc__ or '').rstrip()}")


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
