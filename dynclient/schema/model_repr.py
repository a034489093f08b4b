"""Operations and models in words: signatures, docstrings, reprs and HTML tables.

Plain data in, text out. What looks like a secret (``password`` format, writeOnly, a telling name) is shown as ``***``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..http.masking import MASK, looks_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .schema import Schema

__all__ = ["model", "model_doc", "model_html"]

_FIELDS_SHOWN = 8
_TEXT_SHOWN = 60
_ROWS_SHOWN = 50
_USERINFO = r"://[^/@\s]*@"
_BESIDE_A_LIST = 3  # total, next and previous cursor


# --- models ------------------------------------------------------------------------------------------------------


def model_doc(name: str, schema: Schema) -> str:
    """The help of a model class: its fields and their types."""
    required = schema.required
    lines = [f"    {field} ({', '.join(_field_notes(of, field in required))})" for field, of in schema.fields.items()]
    return f"{name}: {schema.pointer}\n\nFields:\n" + "\n".join(lines) + "\n"


def _field_notes(schema: Schema, required: bool) -> list[str]:  # noqa: FBT001 - a private helper's only flag
    notes = [schema.words]
    for said, note in (
        (required, "required"),
        (schema.read_only, "read-only"),
        (schema.write_only, "write-only"),
        (schema.deprecated, "deprecated"),
    ):
        if said:
            notes.append(note)
    return notes


def _is_secret(name: str, schema: Schema | None) -> bool:
    field = schema.fields.get(name) if schema is not None else None
    return looks_secret(name) or (field is not None and (field.write_only or field.format == "password"))


def _field(name: str, holder: Mapping[str, Any], schema: Schema | None) -> str:
    """One field of an object as shown; the ``value`` beside a telling ``key`` is a secret too."""
    value = holder.get(name)
    tells = name == "value" and any(looks_secret(str(holder.get(key))) for key in ("key", "name"))
    return MASK if value not in (None, "") and (tells or _is_secret(name, schema)) else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        kinds = {type(item).__name__ for item in value}
        if value and kinds <= {"str", "int", "float", "bool"}:
            shown = (_text(item) if isinstance(item, str) else repr(item) for item in value[: _FIELDS_SHOWN + 1])
            return _clip(f"[{', '.join(shown)}]")
        return f"[{len(value)} × {kinds.pop() if len(kinds) == 1 else 'items'}]" if value else "[]"
    return _clip(repr(value))


def _text(value: str) -> str:
    """Text as shown: what is JSON itself may hold anything, so it is not; a URL is without its password."""
    if value[:1] in {"{", "["}:
        return f"'{value[0]}…'"
    return _clip(repr(re.sub(_USERINFO, f"://{MASK}@", value) if "://" in value else value))


def _clip(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else text[: _TEXT_SHOWN - 1] + "…"


def _list_field(value: Mapping[str, Any]) -> str | None:
    """The name of the list in a collection: one list of objects, and little beside it that is no object itself."""
    names = [name for name, item in value.items() if isinstance(item, list) and all(isinstance(i, dict) for i in item)]
    beside = [item for name, item in value.items() if name not in names]
    if len(names) != 1 or len(beside) > _BESIDE_A_LIST or any(isinstance(item, (dict, list)) for item in beside):
        return None
    return names[0]


def shortfall(value: Mapping[str, Any]) -> str:
    """``5 of 73`` when a collection holds fewer items than it says there are, else empty."""
    name, total = _list_field(value), value.get("total_entries")
    if name is None or not isinstance(total, int) or len(value[name]) >= total:
        return ""
    return f"{len(value[name])} of {total}"


def model(name: str, value: Mapping[str, Any], schema: Schema | None) -> str:
    """One line: ``Pool(name='default_pool', slots=128, …)``."""
    fields = [f"{field}={_field(field, value, schema)}" for field in list(value)[:_FIELDS_SHOWN]]
    if len(value) > _FIELDS_SHOWN:
        fields.append("…")
    missing = shortfall(value)
    return f"{name}({', '.join(fields)})" + (f"  # {missing}; .iter() walks them all" if missing else "")


def model_html(name: str, value: Mapping[str, Any], schema: Schema | None) -> str:
    """A table for notebooks: the items of a collection as rows, else one row per field."""
    from html import escape

    field = _list_field(value)
    rows: list[Mapping[str, Any]] = list(value[field]) if field else []
    if rows:
        inner = schema.fields[field].items if schema is not None and field in schema.fields else None
        body = _rows_html(rows[:_ROWS_SHOWN], inner)
        seen = min(len(rows), _ROWS_SHOWN)
        total = value.get("total_entries")
        note = f"{seen} of {total if isinstance(total, int) else len(rows)}"
        return f"<div><b>{escape(name)}</b> <small>{note}</small>{body}</div>"
    lines = "".join(
        f"<tr><th style='text-align:left'>{escape(key)}</th><td>{escape(_cell(key, value, schema))}</td></tr>"
        for key in value
    )
    return f"<div><b>{escape(name)}</b><table>{lines}</table></div>"


def _cell(name: str, holder: Mapping[str, Any], schema: Schema | None) -> str:
    """A field in a table: text without quotes, nothing for null."""
    shown, value = _field(name, holder, schema), holder.get(name)
    if value is None:
        return ""
    return shown[1:-1] if isinstance(value, str) and shown[:1] == shown[-1:] == "'" else shown


def cells(value: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The same table as text: names of columns, and rows of cells."""
    field = _list_field(value)
    if field and value[field]:
        names = _columns(value[field])
        return names, [[_cell(name, row, None) for name in names] for row in value[field]]
    return ["field", "value"], [[name, _cell(name, value, None)] for name in value]


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The first fields that tell the rows apart: no lists, no column that is empty or says what one before it says."""
    chosen: dict[str, list[Any]] = {}
    for name in rows[0]:
        values = [row.get(name) for row in rows]
        told = values in chosen.values() and len(rows) > 1
        if not isinstance(values[0], (dict, list)) and any(value is not None for value in values) and not told:
            chosen[name] = values
    return list(chosen)[:_FIELDS_SHOWN]


def _rows_html(rows: Sequence[Mapping[str, Any]], schema: Schema | None) -> str:
    from html import escape

    names = _columns(rows)
    head = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(n, row, schema))}</td>" for n in names) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
