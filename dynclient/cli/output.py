"""What a command shows: tables and colours for people, plain lines for a pipe, messages on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..schema.model_table import Table

__all__ = ["changes", "complain", "counter", "everything", "note", "result", "shown", "table", "warner"]

#: what messages advise in Python, and how it is done at a shell
_AT_A_SHELL = {
    "dir() lists them": "`dynclient ops` lists them",
    "auth=(user, password)": "--username",
    "a callable that fetches one, or (user, password)": "or --username",
    "Give its number with `release=`": "Give its number with --release",
    "say release= to go on": "say --spec RELEASE to go on",
}
_LEVELS = {"breaking": "red", "warning": "yellow", "safe": "green"}


def complain(message: str) -> None:
    """A message on standard error, in the words of the shell, without what a terminal might obey."""
    for python, here in _AT_A_SHELL.items():
        message = message.replace(python, here)
    text = "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in message)
    click.echo(f"{click.style('dynclient:', fg='red')} {text}", err=True)


def warner() -> Any:
    """For ``warnings.showwarning``: each warning as one line, once."""
    shown_before = set()

    def show(message: Warning | str, *_: Any) -> None:
        if str(message) not in shown_before:
            shown_before.add(str(message))
            complain(f"warning: {message}")

    return show


def counter() -> Callable[[int, int, str], None] | None:
    """For ``verify``: a line on standard error that says how far it is, for people only."""
    if not sys.stderr.isatty():
        return None
    return lambda done, total, name: click.echo(f"\r\x1b[K{done}/{total} {name}\r", err=True, nl=False)


def note(text: str) -> None:
    """A remark below what is shown, for people only."""
    if text and sys.stdout.isatty():
        click.echo(click.style(text, dim=True))


def result(data: Any, output: str) -> None:
    """What an operation answered: JSON or a table; text and octets as they are; what streams, as it comes."""
    if isinstance(data, (str, bytes)):
        click.echo(data, nl=data[-1:] not in {"\n", b"\n"})
    elif hasattr(data, "__next__"):
        everything(data, "json")
    elif output == "table" and isinstance(data, (dict, list)):
        from ..schema import model_repr, model_table  # only for a table

        name = type(data).__name__
        if isinstance(data, dict):
            shown(model_table.of_model(name, data, getattr(data, "_schema_", None)))
        else:
            shown(model_table.of_items(name, data))
        rest = model_repr.shortfall(data) if isinstance(data, dict) else ""
        note(f"{rest}; --all walks them all" if rest else "")
    elif data is not None:
        _json(data)


def everything(items: Iterator[Any], output: str) -> None:
    """Items of a walk, a line of JSON each, as they come; or one table of them all."""
    if output == "table":
        result(list(items), output)
        return
    for item in items:
        click.echo(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))


def _json(data: Any) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False)
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from rich.console import Console  # only for a terminal

    Console().print_json(text, ensure_ascii=False)


def shown(answer: Table) -> None:
    """An answer as a table: for a pipe a line of names and lines of tabs, for people what fits their terminal."""
    if sys.stdout.isatty():
        import shutil

        plain = answer._replace(title="", note="")
        click.echo(plain.as_text(shutil.get_terminal_size().columns, coloured="NO_COLOR" not in os.environ))
        return
    click.echo("\t".join(answer.columns))
    for row in answer.rows:
        click.echo("\t".join(one.text for one in row))


def table(names: Iterable[str], rows: Sequence[Sequence[str]]) -> None:
    """For people a table, for a pipe lines of tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console  # only for a terminal
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*map(Text, row))  # text, so that no bracket is taken for a style
    Console().print(grid)


def changes(text: str) -> None:
    """A comparison, its levels in their colours; click takes those away where nobody sees them."""
    coloured = re.sub(r"(?m)^  (breaking|warning|safe)\b", lambda m: "  " + click.style(m[1], fg=_LEVELS[m[1]]), text)
    click.echo(coloured)
