"""The names of inline object schemas, as OpenAPI Generator gives them.

An inline object is called after where it stands: ``TaskExtraLinks`` is the object in (the items of) ``extra_links``
of ``Task``, ``DAGCollectionAllOf`` a member of the ``allOf`` of ``DAGCollection``, ``InlineResponse2001`` the second
inline 200 answer. Objects without ``properties`` get no name, ``items`` add nothing to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import pointers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["camel", "component_schemas", "inline_names"]

COMPONENTS = "#/components/schemas"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_COMPOSITIONS = (("allOf", "AllOf"), ("anyOf", "AnyOf"), ("oneOf", "OneOf"))


def component_schemas(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schemas of a document by name; empty when it has none."""
    return _mapping(document.get("components"), "schemas")


def camel(name: str) -> str:
    """``extra_links`` as ``ExtraLinks``: what is no letter or digit goes, what follows it is written large."""
    words = "".join(c if c.isalnum() else " " for c in name).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def inline_names(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(pointer, name) of the inline object schemas: first below components, then bodies and responses in path order."""
    names = set(component_schemas(document))
    for name, schema in component_schemas(document).items():
        yield from _below(schema, pointers.join(COMPONENTS, name), name, names)
    for path, item in document["paths"].items():
        for method in _METHODS:
            operation = _mapping(item, method)
            yield from _of_operation(operation, pointers.join("#/paths", path, method), names)


def _mapping(holder: object, name: str) -> dict[str, Any]:
    """A member of an object that is an object itself; empty when it is missing or of another kind."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, dict) else {}


def _of_operation(operation: dict[str, object], pointer: str, names: set[str]) -> Iterator[tuple[str, str]]:
    bodies: list[tuple[str, tuple[str, ...], object]]
    bodies = [("InlineObject", ("requestBody",), operation.get("requestBody"))]
    bodies += [(f"InlineResponse{c}", ("responses", c), r) for c, r in _mapping(operation, "responses").items()]
    for name, steps, holder in bodies:
        content = _mapping(holder, "content")
        media = next(iter(content), "")
        schema = _mapping(content.get(media), "schema")
        at = pointers.join(pointer, *steps, "content", media, "schema")
        yield from _names_of(schema, at, name, names)


def _below(schema: object, pointer: str, name: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """The inline objects inside a schema: properties by name, members of compositions by keyword, items by nothing."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    for field, child in _mapping(schema, "properties").items():
        yield from _names_of(child, pointers.join(pointer, "properties", field), name + camel(field), names)
    for keyword, suffix in _COMPOSITIONS:
        members = schema.get(keyword)
        for i, child in enumerate(members if isinstance(members, list) else ()):
            yield from _names_of(child, pointers.join(pointer, keyword, i), name + suffix, names)
    yield from _names_of(schema.get("items"), pointers.join(pointer, "items"), name, names)
    extra = schema.get("additionalProperties")
    yield from _names_of(extra, pointers.join(pointer, "additionalProperties"), name + "Value", names)


def _names_of(schema: object, pointer: str, name: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """The schema itself, when it is an inline object, and what lies below it."""
    if isinstance(schema, dict) and "$ref" not in schema and _mapping(schema, "properties"):
        name = _free(name, names)
        yield pointer, name
    yield from _below(schema, pointer, name, names)


def _free(name: str, names: set[str]) -> str:
    free, n = name, 0
    while free in names:
        n += 1
        free = f"{name}{n}"
    names.add(free)
    return free
