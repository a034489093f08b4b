"""How an answer is printed: as JSON, JSON lines, YAML, CSV or a table.

Imported in functions: ``terminal``, whose ``rich`` is needed only for colours in a terminal, and ``yaml``, needed only
for that form.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import jmespath
from jmespath.exceptions import JMESPathError

from ..documents import releases
from ..errors import ArgumentError
from ..http.sequences import Event
from ..schema import model_repr, model_table
from . import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..schema.model_table import Table

__all__ = ["Shape", "everything", "result", "state_line"]


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
        _write_text(data, nl=data[-1:] not in {"\n", b"\n"})
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
            click.echo(_json_text(row))
    elif shape.form == "yaml":
        click.echo(_yaml_text(json.loads(json.dumps(data))), nl=False)
    else:
        _json(data)


def everything(items: Iterable[object], shape: Shape) -> None:
    """Items of a walk, a line of JSON each, as they come; or one table, csv or document of them all."""
    plain = (item._asdict() if isinstance(item, Event) else item for item in items)
    shaped = (_filtered(item, shape.expression) for item in plain)
    if shape.form not in {"json", "jsonl"}:
        _write(list(shaped), shape)
        return
    for item in shaped:
        _write_text(item if isinstance(item, str) else _json_text(item))


def _filtered(data: object, expression: str | None) -> object:
    if not expression:
        return data
    try:
        return jmespath.search(expression, data)
    except JMESPathError as error:
        raise ArgumentError(f"--filter: {str(error).splitlines()[0]}") from None


def _write_text(text: str | bytes, *, nl: bool = True) -> None:
    """Print a text exactly in a pipe, and at a terminal without what that might obey."""
    shown = output.plain(text) if isinstance(text, str) and sys.stdout.isatty() else text
    click.echo(shown, nl=nl, color=True)  # else click takes escape sequences out of what a pipe gets


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """A text with escapes for letters that a terminal might obey, bidirectional marks too."""
    return "".join(one if one.isprintable() or one in "\n\t" else escape(one) for one in text)


def _json_escape(letter: str) -> str:
    return json.dumps(letter)[1:-1]


def _yaml_escape(letter: str) -> str:
    return f"\\U{ord(letter):08X}"


def _json_text(data: object, indent: int | None = None) -> str:
    return _escaped(json.dumps(data, indent=indent, ensure_ascii=False), _json_escape)


def _yaml_text(data: object) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes texts with letters that do not show between quotation marks, where they can be escaped."""

    def represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = None if _escaped(text, _yaml_escape) == text else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)

    Dumper.add_representer(str, represent)
    text = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return _escaped(text, _yaml_escape)


def _rows(data: object) -> list[object]:
    """The items of a collection, of a list, or the one thing there is."""
    if isinstance(data, dict):
        field = model_repr.list_field(data)
        return list(data[field]) if field is not None else [data]
    return data if isinstance(data, list) else [data]


def _csv(rows: Sequence[object], columns: Sequence[str]) -> None:
    """RFC 4180 with a header; what is nested as JSON text, null as nothing."""
    objects = [row if isinstance(row, dict) else {"value": row} for row in rows]
    names = [name for name in columns if name] or list(dict.fromkeys(name for row in objects for name in row))
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    for row in objects:
        values = [row.get(name) for name in names]
        writer.writerow([json.dumps(v, ensure_ascii=False) if isinstance(v, (dict, list, bool)) else v for v in values])
    _write_text(file.getvalue(), nl=False)


def _table_of(data: object, columns: Sequence[str]) -> None:
    name, names = type(data).__name__, [name for name in columns if name]
    if isinstance(data, dict) and not names:
        print_table(model_table.of_model(name, data, getattr(data, "_schema_", None)))
    else:
        rows = [row if isinstance(row, dict) else {"value": row} for row in _rows(data)]
        print_table(model_table.of_items(name, rows, columns=names))
    rest = model_repr.shortfall(data) if isinstance(data, dict) else ""
    output.note(f"{rest}; --all walks them all" if rest else "")


def _json(data: object) -> None:
    text = _json_text(data, indent=2)
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from . import terminal

    terminal.print_json(text)


def state_line(time: str, task: str, state: str) -> str:
    """A state that a task came to, in its colour; click takes that away where nobody sees it."""
    colour = releases.columns()["colours"].get(state, "")
    red, green, blue = bytes.fromhex(colour[1:] or "808080")
    return f"{time}  {output.plain(task)}  {click.style(output.plain(state), fg=(red, green, blue))}"


def print_table(answer: Table) -> None:
    """An answer as a table: for a pipe a line of names and lines of tabs, for people what fits their terminal."""
    if sys.stdout.isatty():
        plain = answer._replace(title="", note="")
        click.echo(plain.as_text(shutil.get_terminal_size().columns, coloured="NO_COLOR" not in os.environ))
        return
    click.echo("\t".join(answer.columns))
    for row in answer.rows:
        click.echo("\t".join(one.text for one in row))
