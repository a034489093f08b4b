"""An answer as a table: which columns, and each value as a short text; as a terminal and a notebook show it.

Which columns people look for, and the colour of a state, are data (``specs/columns.json``). Times are local and short,
long text is cut in the middle, secrets are ``***``, and what a terminal would obey is shown as text.

Imported in functions: ``rich``, an extra.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from ..documents import releases
from ..http.masking import MASK
from . import model_repr
from .values import from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .schema import Schema

__all__ = ["FIELDS", "Cell", "Table", "of_items", "of_model"]

FIELDS = ("field", "value")  # the columns of a single object

_COLUMNS, _ROWS, _TEXT = 10, 50, 60  # at the most: columns, rows of a notebook, letters of a cell
_FEW = 3  # columns below which others are looked for
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z")
_USERINFO = re.compile(r"://[^/@\s]*@")
_CELL = "text-align:left;white-space:nowrap;vertical-align:top;padding:2px 10px 2px 0"


class Cell(NamedTuple):
    """A value as shown.

    Attributes:
        text: what is shown, without line breaks and control characters.
        exact: the value itself where the text says less, as a time or a long text does; else empty.
        colour: of a state, ``#rrggbb``; else empty.
    """

    text: str
    exact: str = ""
    colour: str = ""


class Table(NamedTuple):
    """Rows of cells under names, with a title and a remark such as ``5 of 73``."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def as_html(self) -> str:
        """For a notebook, light or dark: left aligned, scrolled inside itself, all escaped, exact values as titles."""
        head = "".join(f"<th style='{_CELL}'>{escape(name)}</th>" for name in self.columns)
        rows = [f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in self.rows[:_ROWS]]
        left_out = len(self.rows) - len(rows)
        more = f"<small>… {left_out} more</small>" if left_out > 0 else ""
        return (
            f"<div style='overflow-x:auto;max-width:100%;text-align:left'><b>{escape(self.title)}</b> "
            f"<small>{escape(self.note)}</small>"
            "<table style='margin:0;border-collapse:collapse;color:inherit;font:inherit'>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}</div>"
        )

    def as_rich(self, width: int | None = None) -> object:
        """A ``rich.table.Table`` with as many columns as a width in letters has room for."""
        from rich.table import Table as Grid
        from rich.text import Text

        grid = Grid(box=None, header_style="bold", pad_edge=False, title_justify="left", caption_justify="left")
        grid.title, grid.caption = Text(self.title), Text(self.note)
        count = _columns_that_fit(self, width)
        for name in self.columns[:count]:
            grid.add_column(Text(name), overflow="fold", no_wrap=self.columns != FIELDS)
        for row in self.rows:
            grid.add_row(*(Text(one.text, style=one.colour) for one in row[:count]))
        return grid

    def as_text(self, width: int, *, coloured: bool) -> str:
        """The same as text, for a terminal of a width in letters."""
        from rich.console import Console

        file = StringIO()
        console = Console(file=file, width=width, force_terminal=coloured, highlight=False, emoji=False, markup=False)
        console.print(self.as_rich(width))
        return "\n".join(line.rstrip() for line in file.getvalue().rstrip("\n").split("\n"))

    def at_a_prompt(self, instead: str) -> str:
        """The same for the terminal that this process has; another text where the library for it is not installed."""
        try:
            return self.as_text(shutil.get_terminal_size().columns, coloured=sys.stdout.isatty())
        except ModuleNotFoundError:
            return instead


# --- what is in it -------------------------------------------------------------------------------------------------


def of_model(name: str, value: Mapping[str, Any], schema: Schema | None) -> Table:
    """The items of a collection as rows, else one row per field.

    Args:
        name: the title.
        value: a JSON object.
        schema: of the object, None where it is not known.
    """
    field = model_repr.list_field(value)
    if field is None or not value[field]:
        rows = [(Cell(_clean(key)), cell(key, value, schema)) for key in value]
        return Table(name, FIELDS, rows)
    inner = schema.fields[field].items if schema is not None and field in schema.fields else None
    return of_items(name, value[field], inner, model_repr.shortfall(value))


def of_items(
    name: str,
    rows: Sequence[Mapping[str, object]],
    schema: Schema | None = None,
    note: str = "",
    columns: Sequence[str] = (),
) -> Table:
    """Objects of one kind as rows.

    Args:
        name: the title.
        rows: the objects; a model knows its own schema.
        schema: of one object.
        note: the remark.
        columns: the fields to show; those that people look for, by default.
    """
    names = list(columns) or _column_names(rows)
    cells = [tuple(cell(column, row, getattr(row, "_schema_", schema)) for column in names) for row in rows]
    return Table(name, names, cells, note or f"{len(rows)} item{'' if len(rows) == 1 else 's'}")


def _column_names(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The columns that people look for and that say something; the first others where those are few."""
    rules = releases.columns()
    names = list(dict.fromkeys(name for row in rows for name in row))
    informative = [name for name in names if any(row.get(name) not in (None, "", [], {}, -1) for row in rows)]
    preferred = [name for name in rules["columns"] if name in informative and not _UUID.match(str(rows[0].get(name)))]
    others = [name for name in informative if name not in preferred and name not in rules["hidden"]]
    plain = [name for name in others if not any(isinstance(row.get(name), (dict, list)) for row in rows)]
    more = (plain or others)[: _COLUMNS - len(preferred)] if len(preferred) < _FEW else []
    return [*preferred, *more][:_COLUMNS] or names[:_COLUMNS]


def cell(name: str, holder: Mapping[str, object], schema: Schema | None) -> Cell:
    """One field of an object as shown; the ``value`` beside a telling ``key`` is a secret too."""
    value = holder.get(name)
    if model_repr.is_hidden(name, holder, schema):
        return Cell(MASK)
    if isinstance(value, str):
        colours = releases.columns()
        colour = colours["colours"].get(value, "") if name in colours["states"] else ""
        field = schema.fields.get(name) if schema is not None else None
        return _text(value, (field.format or "none") if field is not None else None)._replace(colour=colour)
    text = _clean(_words(value))
    return Cell(_cut(text), text if len(text) > _TEXT else "")


def _text(value: str, form: str | None) -> Cell:
    """A time in short, the beginning of JSON, which may hold anything, or the text itself."""
    if form in {"date-time", "datetime"} or (form is None and _TIME.match(value)):
        time = from_json(value, "date-time")
        if isinstance(time, datetime) and time.tzinfo is not None:
            return Cell(f"{time.astimezone():%Y-%m-%d %H:%M}", value)
    if value[:1] in {"{", "["}:
        return Cell(f"{value[0]}…")
    text = _clean(_USERINFO.sub(f"://{MASK}@", value))
    return Cell(_cut(text), text if len(text) > _TEXT else "")


def _words(value: object) -> str:
    """A value that is no text: yes and no, names of what a list holds, the value that an object wraps."""
    if value is None or isinstance(value, bool):
        return "" if value is None else "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        names = [item.get("name") if isinstance(item, Mapping) else item for item in value]
        if all(isinstance(item, (str, int, float)) for item in names):
            return ", ".join(map(str, names))
        return f"{len(value)} ×"
    if isinstance(value, Mapping):
        inner = value.get("value")
        return str(inner) if isinstance(inner, (str, int)) and len(value) <= _FEW else "{…}" if value else ""
    return str(value)


def _clean(text: str) -> str:
    """What a terminal would obey as its escape, so that data cannot move the cursor or hide itself."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _cut(text: str) -> str:
    """A long text without its middle: both ends tell things apart."""
    half = _TEXT // 2
    return text if len(text) <= _TEXT else f"{text[:half]}…{text[1 - half :]}"


# --- as it is shown ------------------------------------------------------------------------------------------------


def _html_cell(one: Cell) -> str:
    title = f" title='{escape(one.exact)}'" if one.exact else ""
    mark = f"<span style='color:{one.colour}'>●</span> " if one.colour else ""
    return f"<td style='{_CELL}'{title}>{mark}{escape(one.text)}</td>"


def _columns_that_fit(table: Table, width: int | None) -> int:
    total = 0
    for i, name in enumerate(table.columns):
        total += 1 + max(len(name), *(len(row[i].text) for row in table.rows)) if table.rows else len(name) + 1
        if width is not None and total > width + 1 and i:
            return i if table.columns != FIELDS else i + 1
    return len(table.columns)
