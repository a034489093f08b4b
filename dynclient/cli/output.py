"""What a command shows: tables and colours for people, plain lines for a pipe, messages on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ..errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..schema.model_table import Table

__all__ = [
    "Shape",
    "changes",
    "complain",
    "counter",
    "everything",
    "file_counter",
    "note",
    "plain",
    "result",
    "shown",
    "table",
    "warner",
]

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


def plain(text: str) -> str:
    """A text without what a terminal might obey."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)


def warner() -> Any:
    """For ``warnings.showwarning``: each warning as one line, once."""
    shown_before = set()

    def show(message: Warning | str, *_: object) -> None:
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


class Shape(NamedTuple):
    """How an answer is printed.

    Attributes:
        form: json, jsonl, yaml, csv or table.
        columns: the fields of a table or of csv; those that people look for, or all, where there are none.
        expression: JMESPath over what is printed.
    """

    form: str = "json"
    columns: tuple[str, ...] = ()
    expression: str | None = None


def result(data: Any, shape: Shape) -> None:
    """What an operation answered; text and octets as they are; what streams, as it comes."""
    if isinstance(data, (str, bytes)):
        click.echo(data, nl=data[-1:] not in {"\n", b"\n"})
    elif hasattr(data, "__next__"):
        everything(data, Shape())
    elif data is not None:
        _write(_filtered(data, shape.expression), shape)


def _write(data: object, shape: Shape) -> None:
    if shape.form == "table" and isinstance(data, (dict, list)):
        _table_of(data, shape.columns)
    elif shape.form == "csv":
        _csv(_rows(data), shape.columns)
    elif shape.form == "jsonl":
        for row in _rows(data):
            click.echo(json.dumps(row, ensure_ascii=False))
    elif shape.form == "yaml":
        import yaml  # only for this form

        click.echo(yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False, allow_unicode=True), nl=False)
    else:
        _json(data)


def everything(items: Iterable[object], shape: Shape) -> None:
    """Items of a walk, a line of JSON each, as they come; or one table, csv or document of them all."""
    shaped = (_filtered(item, shape.expression) for item in items)
    if shape.form not in {"json", "jsonl"}:
        _write(list(shaped), shape)
        return
    for item in shaped:
        click.echo(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))


def _filtered(data: object, expression: str | None) -> object:
    if not expression:
        return data
    import jmespath  # only for --filter
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, data)
    except JMESPathError as error:
        raise ArgumentError(f"--filter: {str(error).splitlines()[0]}") from None


def _rows(data: object) -> list[object]:
    """The items of a collection, of a list, or the one thing there is."""
    from ..schema import model_repr  # only for rows

    if isinstance(data, dict):
        field = model_repr.list_field(data)
        return list(data[field]) if field is not None else [data]
    return data if isinstance(data, list) else [data]


def _csv(rows: Sequence[object], columns: Sequence[str]) -> None:
    """RFC 4180 with a header; what is nested as JSON text, null as nothing."""
    import csv

    objects = [row if isinstance(row, dict) else {"value": row} for row in rows]
    names = [name for name in columns if name] or list(dict.fromkeys(name for row in objects for name in row))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in objects:
        values = [row.get(name) for name in names]
        writer.writerow([json.dumps(v, ensure_ascii=False) if isinstance(v, (dict, list, bool)) else v for v in values])


def _table_of(data: object, columns: Sequence[str]) -> None:
    from ..schema import model_repr, model_table  # only for a table

    name, names = type(data).__name__, [name for name in columns if name]
    if isinstance(data, dict) and not names:
        shown(model_table.of_model(name, data, getattr(data, "_schema_", None)))
    else:
        rows = [row if isinstance(row, dict) else {"value": row} for row in _rows(data)]
        shown(model_table.of_items(name, rows, columns=names))
    rest = model_repr.shortfall(data) if isinstance(data, dict) else ""
    note(f"{rest}; --all walks them all" if rest else "")


def _json(data: object) -> None:
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


def file_counter() -> Callable[[int, str], None] | None:
    """For those who wait at a terminal: how many files were looked at, on one line of standard error."""
    if not sys.stderr.isatty():
        return None

    def show(number: int, _: str) -> None:
        if number % 100 == 0:
            click.echo(f"\r{number} files", err=True, nl=False)

    return show
