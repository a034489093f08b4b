"""What a document is, and where OpenAPI 3.0 and 3.1 (which 3.2 follows) differ; schemas by position."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


__all__ = ["check", "keywords", "subschemas", "version"]


def check(document: object) -> None:
    """Pass what can be used as an API: OpenAPI 3.0, 3.1 or 3.2 with paths.

    Raises:
        SpecError: it is something else; the message says what to do about it.
    """
    if not isinstance(document, dict):
        raise SpecError(f"an OpenAPI document is a mapping, this is a {type(document).__name__}", pointer="#")
    number = document.get("openapi")
    if number is None:
        for other, step in _OTHER_KINDS.items():
            if other in document:
                raise SpecError(f"this is {step}", pointer=f"#/{other}")
        raise SpecError("this is no OpenAPI document: it has no `openapi`; give the API's openapi.json", pointer="#")
    if not isinstance(number, str):
        raise SpecError('`openapi` is no string; write it in quotes, such as "3.0.3"', pointer="#/openapi")
    if not re.match(r"3\.[012](\.|$)", number):
        raise SpecError("only OpenAPI 3.0, 3.1 and 3.2 can be read; convert it to one of them", pointer="#/openapi")
    _check_paths(document)
    for name in ("components", "info"):
        if not isinstance(document.get(name, {}), dict):
            raise SpecError(f"`{name}` is no mapping", pointer=f"#/{name}")


def _check_paths(document: dict[str, object]) -> None:
    if "paths" not in document and document.get("webhooks"):
        raise SpecError(
            "there is nothing to call: it describes webhooks only, which the server calls; give the API's own document",
            pointer="#/webhooks",
        )
    if not isinstance(document.get("paths"), dict):
        raise SpecError("there is nothing to call: `paths` is missing or no mapping", pointer="#/paths")


_OTHER_KINDS = {
    "swagger": "Swagger 2.0; convert it to OpenAPI 3 (the Swagger Editor and swagger2openapi do)",
    "asyncapi": "AsyncAPI, which describes messages and no HTTP API; give the OpenAPI document",
    "overlay": "an OpenAPI Overlay; give it as an overlay, beside the document that it changes",
    "arazzo": "an Arazzo workflow; give the OpenAPI document that it names",
}


def version(document: Mapping[str, Any]) -> str:
    """The dialect of its schemas: ``"3.0"``, or ``"3.1"`` (2020-12), which 3.2 has as well."""
    return "3.0" if document["openapi"][:3] == "3.0" else "3.1"


_BESIDE_REF = ("$ref", "nullable", "readOnly", "writeOnly", "deprecated")


def keywords(schema: Mapping[str, object] | bool, version: str) -> dict[str, Any]:  # noqa: FBT001 - a schema may be true
    """One schema object's own keywords in the words of JSON Schema 2020-12; its children are untouched.

    In 3.0 the siblings of a ``$ref`` go, but for nullable, readOnly, writeOnly and deprecated, which
    documents mean; ``exclusiveMinimum: true`` becomes a number. ``nullable`` stays for the caller.
    The result may be the schema itself: it is not to be changed.
    """
    if not isinstance(schema, dict):
        return {"not": {}} if schema is False else {}
    if version != "3.0":
        if "$dynamicRef" in schema and "$ref" not in schema:  # taken for where it starts: a $dynamicAnchor is an anchor
            return {"$ref" if name == "$dynamicRef" else name: value for name, value in schema.items()}
        return schema
    if "$ref" in schema:
        if len(schema) == 1:
            return schema
        return {name: schema[name] for name in _BESIDE_REF if name in schema}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            schema = {name: value for name, value in schema.items() if name != exclusive}
            if flag and bound in schema:
                schema[exclusive] = schema.pop(bound)
    return schema


_ONE, _LIST, _MAP = 1, 2, 3


_POSITIONS = {
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), _MAP),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _LIST),
    **dict.fromkeys(("items", "additionalProperties", "not", "if", "then", "else", "contains"), _ONE),
    **dict.fromkeys(("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"), _ONE),
}


def subschemas(schema: Mapping[str, object] | bool) -> Iterator[tuple[tuple[str, ...], dict[str, Any] | bool]]:  # noqa: FBT001
    """The child schemas of one schema object, by position: the steps to each, and the child (a dict or a bool)."""
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        position = _POSITIONS.get(name)
        if position is None:
            continue
        if position == _ONE:
            if isinstance(value, (dict, bool)):
                yield (name,), value
            continue
        pairs: Iterable[tuple[str | int, object]] = ()
        if isinstance(value, dict):
            pairs = value.items() if position == _MAP else ()
        elif isinstance(value, list):
            pairs = enumerate(value) if position == _LIST else ()
        for key, child in pairs:
            if isinstance(child, (dict, bool)):
                yield (name, str(key)), child
