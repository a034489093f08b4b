"""What a command shows: tables and colours for people, plain lines for a pipe, messages on standard error.

Imported in functions: ``terminal``, whose ``rich`` is needed only for tables in a terminal.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..http.messages import Exchange

__all__ = ["changes", "complain", "counter", "exchange", "file_counter", "note", "plain", "table", "warner"]

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
    click.echo(f"{click.style('dynclient:', fg='red')} {plain(message)}", err=True)


def exchange(one: Exchange) -> None:
    """What was sent, as curl with its secrets masked, and what became of it, on standard error."""
    milliseconds = round(one.seconds * 1000)
    if one.response is None:
        outcome = type(one.error).__name__
    else:
        size = "a stream" if one.response.chunks is not None else f"{len(one.response.body)} bytes"
        outcome = f"{one.response.status}, {size}"
    again = f", attempt {one.attempt}" if one.attempt > 1 else ""
    for line in (f"> {one.request.curl()}", f"< {outcome}, {milliseconds} ms{again}"):
        click.echo(click.style(plain(line), dim=True), err=True)


def plain(text: str) -> str:
    """A text without what a terminal might obey."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)


def warner() -> Callable[..., None]:
    """For ``warnings.showwarning``: each warning as one line, once."""
    earlier = set()

    def show(message: Warning | str, *_: object) -> None:
        if str(message) not in earlier:
            earlier.add(str(message))
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


def table(names: Iterable[str], rows: Sequence[Sequence[str]]) -> None:
    """For people a table, for a pipe lines of tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from . import terminal

    terminal.print_grid(names, rows)


def changes(text: str) -> None:
    """A comparison, its levels in their colours; click takes those away where nobody sees them."""
    coloured = re.sub(r"(?m)^  (breaking|warning|safe)\b", lambda m: "  " + click.style(m[1], fg=_LEVELS[m[1]]), text)
    click.echo(coloured)


def file_counter() -> Callable[[int, str], None] | None:
    """For those who wait at a terminal: how many files were looked at, on one line of standard error."""
    if not sys.stderr.isatty():
        return None

    def show(number: int, _: str) -> None:
        if number % 100 == 0:
            click.echo(f"\r{number} files", err=True, nl=False)

    return show
