"""The keywords of one schema object that can be used; each of the others is a fault of the document and says nothing.

What a keyword's value must be is JSON Schema 2020-12 (validation, sections 6.1 to 6.5; core, section 10). A ``type``
that is none, ``required: true``, a boolean ``exclusiveMinimum`` in OpenAPI 3.1 and their like are left out, the rest of
the schema holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeGuard

__all__ = ["faults", "sound"]

_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})


def _is_schema(value: object) -> bool:
    return isinstance(value, (dict, bool))


def _is_schemas(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _is_named_schemas(value: object) -> bool:
    return isinstance(value, dict)


def _is_type(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(name, str) and name in _TYPES for name in value) and _is_unique(value)
    return isinstance(value, str) and value in _TYPES


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and _is_unique(value)


def _is_unique(names: list[str]) -> bool:
    return len(set(names)) == len(names)


def _is_named_names(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_names, value.values()))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0


def _is_positive(value: object) -> bool:
    return _is_number(value) and value > 0


def _is_count(value: object) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_discriminator(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("propertyName"), str)
        and isinstance(value.get("mapping") or {}, dict)
    )


def _never(_: object) -> bool:
    return False


_Check = tuple["Callable[[object], bool]", str]


def _each(check: Callable[[object], bool], expectation: str, *keywords: str) -> dict[str, _Check]:
    return dict.fromkeys(keywords, (check, expectation))


_CHECKS: Mapping[str, _Check] = {
    **_each(_is_type, "a JSON type or a list of different ones", "type"),
    **_each(_is_schemas, "a list of schemas that is not empty", "allOf", "anyOf", "oneOf", "prefixItems"),
    **_each(_is_named_schemas, "an object of schemas", "properties", "patternProperties", "dependentSchemas"),
    **_each(_is_schema, "a schema", "items", "additionalProperties", "not", "if", "then", "else", "contains"),
    **_each(_is_schema, "a schema", "propertyNames", "unevaluatedItems", "unevaluatedProperties"),
    **_each(_is_names, "a list of different names", "required"),
    **_each(_is_named_names, "an object of lists of names", "dependentRequired"),
    **_each(_is_number, "a number", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    **_each(_is_positive, "a number above 0", "multipleOf"),
    **_each(_is_count, "a whole number from 0 on", "minLength", "maxLength", "minItems", "maxItems"),
    **_each(_is_count, "a whole number from 0 on", "minProperties", "maxProperties", "minContains", "maxContains"),
    **_each(_is_text, "a string", "$ref", "$dynamicRef", "pattern", "format"),
    **_each(_is_flag, "true or false", "uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated"),
    **_each(_is_list, "a list", "enum"),
    **_each(_is_discriminator, "an object with a propertyName, and names in its mapping", "discriminator"),
    **_each(_never, "left to other drafts of JSON Schema", "$recursiveAnchor", "$recursiveRef"),
}
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})


def sound(schema: Mapping[str, object] | bool, version: str) -> Mapping[str, Any]:  # noqa: FBT001 - a schema may be true
    """``dialect.keywords`` without what is no JSON Schema; the schema itself where nothing is wrong.

    Of ``type`` and ``required`` what can be understood stays: ``["string", "file"]`` is ``["string"]``.
    """
    words = dialect.keywords(schema, version)
    wrong = [name for name, value in words.items() if name in _CHECKS and not _CHECKS[name][0](value)]
    if not wrong:
        return words
    usable = {name: value for name, value in words.items() if name not in wrong}
    usable.update((name, value) for name in wrong if (value := _repair(name, words[name])))
    return usable


def _repair(name: str, value: object) -> list[str]:
    """What of a ``type`` or ``required`` can be understood; empty when nothing can."""
    if name not in {"type", "required"} or not isinstance(value, list):
        return []
    names = (item for item in value if isinstance(item, str) and (name == "required" or item in _TYPES))
    return list(dict.fromkeys(names))


def faults(schema: Mapping[str, object], version: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with the keywords of one schema object: the steps to each, and a sentence."""
    for name, value in dialect.keywords(schema, version).items():
        if name not in _CHECKS:
            continue
        check, expectation = _CHECKS[name]
        if not check(value):
            yield (name,), f"`{name}` is {expectation} in a schema; it is left out"
            continue
        children: Iterable[tuple[str | int, object]] = ()
        if name in _LISTS:
            children = enumerate(value)
        elif name in _MAPS:
            children = value.items()
        for key, child in children:
            if not _is_schema(child):
                yield (name, str(key)), "an object is wanted as a schema; it is left out"
