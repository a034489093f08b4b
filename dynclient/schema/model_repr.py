"""Models in words: docstrings and reprs.

Plain data in, text out. What looks like a secret (``password`` format, writeOnly, a telling name) is shown as ``***``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..http.masking import MASK, is_named_beside, looks_secret, masked_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .schema import Schema

__all__ = ["is_hidden", "list_field", "model", "model_doc", "shortfall"]

_FIELDS_SHOWN = 8
_TEXT_SHOWN = 60
_BESIDE_A_LIST = 3  # total, next and previous cursor


# --- models ------------------------------------------------------------------------------------------------------


def model_doc(name: str, schema: Schema) -> str:
    """The help of a model class: its fields and their types."""
    required = schema.required
    lines = [f"    {field} ({', '.join(_field_notes(of, field in required))})" for field, of in schema.fields.items()]
    return f"{name}: {schema.pointer}\n\nFields:\n" + "\n".join(lines) + "\n"


def _field_notes(schema: Schema, required: bool) -> list[str]:  # noqa: FBT001 - a private helper's only flag
    notes = [schema.words]
    for applies, note in (
        (required, "required"),
        (schema.read_only, "read-only"),
        (schema.write_only, "write-only"),
        (schema.deprecated, "deprecated"),
    ):
        if applies:
            notes.append(note)
    return notes


def _is_secret(name: str, schema: Schema | None) -> bool:
    field = schema.fields.get(name) if schema is not None else None
    return looks_secret(name) or (field is not None and field.is_secret)


def _field(name: str, holder: Mapping[str, object], schema: Schema | None) -> str:
    """One field of an object as shown."""
    return MASK if is_hidden(name, holder, schema) else _value_text(holder.get(name))


def is_hidden(name: str, holder: Mapping[str, object], schema: Schema | None) -> bool:
    """Is it a secret that is there? The ``value`` beside a telling ``key`` is one too."""
    tells = name == "value" and is_named_beside(holder)
    return holder.get(name) not in (None, "") and (tells or _is_secret(name, schema))


def _value_text(value: object) -> str:
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        kinds = {type(item).__name__ for item in value}
        if value and kinds <= {"str", "int", "float", "bool"}:
            texts = (_text(item) if isinstance(item, str) else repr(item) for item in value[: _FIELDS_SHOWN + 1])
            return _clip(f"[{', '.join(texts)}]")
        return f"[{len(value)} × {kinds.pop() if len(kinds) == 1 else 'items'}]" if value else "[]"
    return _clip(repr(value))


def _text(value: str) -> str:
    """Text as shown: what is JSON itself may hold anything, so it is not; a URL is without its password."""
    if value[:1] in {"{", "["}:
        return f"'{value[0]}…'"
    return _clip(repr(masked_url(value) if "://" in value else value))


def _clip(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else text[: _TEXT_SHOWN - 1] + "…"


def list_field(value: Mapping[str, object]) -> str | None:
    """The name of the list in a collection: one list of objects, and little beside it that is no object itself."""
    names = [name for name, item in value.items() if isinstance(item, list) and all(isinstance(i, dict) for i in item)]
    beside = [item for name, item in value.items() if name not in names and item is not None]
    if len(names) != 1 or len(beside) > _BESIDE_A_LIST or any(isinstance(item, (dict, list)) for item in beside):
        return None
    return names[0]


def shortfall(value: Mapping[str, Any]) -> str:
    """``5 of 73`` when a collection holds fewer items than it says there are, else empty."""
    name, total = list_field(value), value.get("total_entries")
    if name is None or not isinstance(total, int) or len(value[name]) >= total:
        return ""
    return f"{len(value[name])} of {total}"


def model(name: str, value: Mapping[str, object], schema: Schema | None) -> str:
    """One line: ``Pool(name='default_pool', slots=128, …)``."""
    fields = [f"{field}={_field(field, value, schema)}" for field in list(value)[:_FIELDS_SHOWN]]
    if len(value) > _FIELDS_SHOWN:
        fields.append("…")
    missing = shortfall(value)
    return f"{name}({', '.join(fields)})" + (f"  # {missing}; .iter() walks them all" if missing else "")
