"""The commands about a contract: hold recordings to it, compare two of them, what breaks on an upgrade, locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..contract import auditor, diff_report, lock as locks, recorded_release, release_range, upgrade as upgrades
from ..errors import ArgumentError
from . import output
from .source import load_source, source_name

if TYPE_CHECKING:
    from ..contract.diff_rules import Level

__all__ = ["check", "diff", "lock", "upgrade"]

_LEVELS = ("breaking", "warning", "safe")
_UPGRADE_FORMATS = ("text", "markdown", "json", "junit", "sarif", "html")


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--spec", envvar="DYNCLIENT_SPEC", help="The release it was recorded from; else what its /version says.")
@click.option("--lock", "lock_path", help="What `dynclient lock` wrote: does the document of --spec hold it?")
@click.option("--against", help="The release that it would be used on.")
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
@click.option("--second-opinion/--no-second-opinion", default=True, help="Ask openapi-core too.")
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[str, ...],
    spec: str | None,
    lock_path: str | None,
    against: str | None,
    form: str,
    *,
    second_opinion: bool,
) -> None:
    """Hold recorded traffic (cassettes, HAR files, folders) to a document.

    Exit 1 on a violation, a break, or a file that cannot be read.
    """
    if lock_path is not None:
        _check_lock(ctx, lock_path, spec)
    if not paths:
        raise ArgumentError("check takes recordings, or a lock: --lock FILE")
    other = load_source(against) if against else None
    release = spec or recorded_release.recorded_release(paths)
    report = auditor.audit(paths, load_source(release), against=other, second_opinion=second_opinion)
    click.echo({"text": report.text, "json": report.json, "junit": report.junit}[form]().rstrip("\n"))
    ctx.exit(0 if report.ok else 1)


@click.command()
@click.argument("old", metavar="OLD|FIRST..LAST")
@click.argument("new", required=False)
@click.option("--used-by", multiple=True, help="Cassettes, HAR files, or what --dynclient-record-operations wrote.")
@click.option("--operation", "operations", multiple=True, help="Only these operations, by either release's name.")
@click.option("--tag", "tags", multiple=True, help="Only the operations of these tags.")
@click.option("--level", type=click.Choice(_LEVELS), default="warning", show_default=True, help="Down to this level.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--fail-on", type=click.Choice(["breaking", "warning"]), help="Exit 1 on such a change or a worse one.")
@click.pass_context
def diff(
    ctx: click.Context, /, old: str, new: str | None, level: Level, form: str, fail_on: str | None, **choice: Any
) -> None:
    """What changes for a client from one release (or any document) to another.

    \b
    dynclient diff 2.10.5 3.3.2
    dynclient diff 2.10.5..3.3.2             which release brought each change
    """  # noqa: D301 - click's mark for lines that stay as they are
    first, mark, last = old.partition("..")
    if mark and new is None:
        steps = release_range.changes_by_release(first, last, **choice)
        text = diff_report.range_as(form, steps, level)
        changes = [change for listed in steps.values() for change in listed]
    elif new is None:
        raise ArgumentError(f"diff takes two documents, or two releases as one range: {old}..{source_name(None)}")
    else:
        changes = list(release_range.changes_between(load_source(old), load_source(new), **choice))
        text = diff_report.write_as(form, changes, level)
    output.changes(text.rstrip("\n")) if form == "text" else click.echo(text.rstrip("\n"))
    counts = diff_report.summary(changes)
    failures = counts["breaking"] or (fail_on == "warning" and counts["warning"])
    ctx.exit(1 if fail_on and failures else 0)


@click.command()
@click.argument("old", metavar="FROM")
@click.argument("new", metavar="TO")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--format", "form", type=click.Choice(_UPGRADE_FORMATS), default="text", show_default=True)
@click.option("--fail-on", type=click.Choice(["breaking", "warning"]), default="breaking", show_default=True)
@click.pass_context
def upgrade(ctx: click.Context, old: str, new: str, paths: tuple[str, ...], form: str, fail_on: str) -> None:
    """What of your code and recordings breaks on another release, and what to write instead.

    PATH is source code (Python, notebooks, shell, YAML), a cassette, a HAR file, or a folder. Exit 1 on a break.

    \b
    dynclient upgrade 2.10.5 3.3.2 scripts/ dags/ tests/cassettes/
    """  # noqa: D301 - click's mark for lines that stay as they are
    report = upgrades.upgrade(load_source(old), load_source(new), paths, progress=output.file_counter())
    click.echo(getattr(report, form)().rstrip("\n"))
    ctx.exit(1 if report.failed(fail_on) else 0)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--spec", help="The document that they are written for; $DYNCLIENT_SPEC, else the newest release.")
@click.pass_context
def lock(ctx: click.Context, paths: tuple[str, ...], spec: str | None) -> None:
    """Print what code and recordings use of a document, as one reviewable file.

    \b
    dynclient lock scripts/ tests/cassettes/ --spec 2.10.5 > contract.lock
    dynclient check --lock contract.lock --spec 3.3.2
    """  # noqa: D301 - click's mark for lines that stay as they are
    content, unread = locks.make_lock(load_source(spec), paths)
    click.echo(locks.write_lock(content), nl=False)
    for part in unread:
        output.complain(f"not read: {part}")
    ctx.exit(1 if unread else 0)


def _check_lock(ctx: click.Context, path: str, spec: str | None) -> None:
    """Print what of a lock a document does not hold; exit 1 if there is something."""
    content = locks.read_lock(path)
    lines = locks.check_lock(content, load_source(spec))
    for line in lines:
        click.echo(line)
    count = len(content["operations"])
    click.echo(f"{count} operations, {len(lines)} broken promises of {source_name(spec)}", err=True)
    ctx.exit(1 if lines else 0)
