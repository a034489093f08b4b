"""What the objects of an OpenAPI document hold, by position: where its schemas stand.

A schema is found by where it stands and never by a key's name: ``properties`` holds names, ``example`` data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import dialect, pointers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["HOLDS", "LIST", "MAP", "METHODS", "ONE", "children", "schemas"]

# Which objects an object of a kind holds, by key: one, a list of them, or a mapping of names to them.
ONE, LIST, MAP = "one", "list", "map"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_MEDIA = {"schema": (ONE, "schema"), "itemSchema": (ONE, "schema"), "encoding": (MAP, "encoding")}
_FIELD = {"schema": (ONE, "schema"), "content": (MAP, "media")}
HOLDS: dict[str, dict[str, tuple[str, str]]] = {
    "document": {
        "servers": (LIST, "server"),
        "paths": (MAP, "path"),
        "webhooks": (MAP, "path"),
        "components": (ONE, "components"),
        "tags": (LIST, "tag"),
    },
    "components": {
        "schemas": (MAP, "schema"),
        "responses": (MAP, "response"),
        "parameters": (MAP, "field"),
        "requestBodies": (MAP, "body"),
        "headers": (MAP, "field"),
        "securitySchemes": (MAP, "scheme"),
        "links": (MAP, "link"),
        "callbacks": (MAP, "callback"),
        "pathItems": (MAP, "path"),
    },
    "path": {
        **dict.fromkeys(METHODS, (ONE, "operation")),
        "parameters": (LIST, "field"),
        "servers": (LIST, "server"),
        "additionalOperations": (MAP, "operation"),
    },
    "operation": {
        "parameters": (LIST, "field"),
        "requestBody": (ONE, "body"),
        "responses": (MAP, "response"),
        "callbacks": (MAP, "callback"),
        "servers": (LIST, "server"),
    },
    "field": _FIELD,
    "body": {"content": (MAP, "media")},
    "response": {"headers": (MAP, "field"), "content": (MAP, "media"), "links": (MAP, "link")},
    "media": _MEDIA,
    "encoding": {"headers": (MAP, "field")},
    "server": {"variables": (MAP, "variable")},
    "link": {"server": (ONE, "server")},
    "scheme": {"flows": (MAP, "flow")},
}


def children(value: object, kind: str, pointer: str) -> Iterator[tuple[object, str, str]]:
    """The objects that an object of a kind holds: (value, kind, pointer) of each."""
    if not isinstance(value, dict):
        return
    if kind == "callback":
        yield from ((item, "path", pointers.join(pointer, name)) for name, item in value.items())
    for key, (shape, of) in HOLDS.get(kind, {}).items():
        inner, place = value.get(key), pointers.join(pointer, key)
        if shape == ONE and key in value:
            yield inner, of, place
        elif shape == MAP and isinstance(inner, dict):
            yield from ((child, of, pointers.join(place, name)) for name, child in inner.items())
        elif shape == LIST and isinstance(inner, list):
            yield from ((child, of, pointers.join(place, number)) for number, child in enumerate(inner))


def schemas(document: Mapping[str, object]) -> Iterator[tuple[Any, str]]:
    """Every schema that stands in a document, those inside others too: (value, pointer) of each, in order."""
    stack: list[tuple[Any, str, str]] = [(document, "document", "#")]
    while stack:
        value, kind, pointer = stack.pop()
        if kind != "schema":
            stack += reversed(list(children(value, kind, pointer)))
            continue
        yield value, pointer
        inner = ((child, "schema", pointers.join(pointer, *steps)) for steps, child in dialect.subschemas(value))
        stack += reversed(list(inner))
