"""A schema's type as a Python signature says it: ``int``, ``str | None``, ``list[Tag]``, ``'a' | 'b'``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .schema import Schema

__all__ = ["of_schema"]

_PYTHON_WORDS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list",
    "object": "dict",
}
_FORMAT_WORDS = {
    "date-time": "datetime",
    "datetime": "datetime",
    "date": "date",
    "uuid": "UUID",
    "duration": "timedelta",
}
_DEEPEST = 12  # types inside each other that are shown
_SHOWN_VALUES = 6  # an enum with more values is called by their type


def of_schema(schema: Schema) -> str:
    """The type in one line; components go by their names."""
    return " | ".join(_alternatives(schema, frozenset()))


def _alternatives(schema: Schema, trail: frozenset[str]) -> list[str]:
    plain = schema.plain
    ends = plain.pointer in trail or len(trail) > _DEEPEST
    names = [plain.name or "..."] if ends else _without_null(plain, trail | {plain.pointer})
    if "null" in schema.described_types and names != ["Any"]:
        names.append("None")
    return list(dict.fromkeys(names))


def _without_null(plain: Schema, trail: frozenset[str]) -> list[str]:
    values = plain.enum
    if values and len(values) <= _SHOWN_VALUES:
        return [repr(value) for value in values]
    union = plain.union
    if union and len(trail) > 1 and plain.name:
        return [plain.name]  # a union inside another type goes by its name
    if union:
        return [word for branch in union for word in _alternatives(branch, trail) if word != "None"]
    described = _in_own_order(plain)
    types = [name for name in described if name != "null" or described == ["null"]]
    if len(types) == 1:
        return [_type_word(plain, types[0], trail)]
    return [_PYTHON_WORDS.get(name, name) for name in types] or ["Any"]


def _type_word(plain: Schema, name: str, trail: frozenset[str]) -> str:
    items = plain.items
    if name == "array" and items is not None:
        return f"list[{' | '.join(_alternatives(items, trail))}]"
    if name == "object" and plain.name:
        return plain.name
    return _FORMAT_WORDS.get(plain.format or "", "str") if name == "string" else _PYTHON_WORDS.get(name, name)


def _in_own_order(schema: Schema) -> list[str]:
    """The described types, in the order in which its ``type`` lists them."""
    own = schema.keywords.get("type", ())
    types = schema.described_types
    return sorted(types, key=lambda name: own.index(name) if isinstance(own, list) and name in own else len(own))
