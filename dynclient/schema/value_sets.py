"""The set of instances that a schema allows, one JSON type at a time, from its structure and without the engine.

A ``ValueSet`` maps each kind of instance (the JSON types, with ``fraction`` for numbers that are not whole) to ``ALL``
of them, ``SOME`` of them, or a finite set of values as JSON text. null and the booleans are finite, so what is said of
them is exact; ``SOME`` stands wherever a keyword speaks of the inside of a value (``minLength``, ``properties``).

The keywords followed are those that apply to the same instance: ``$ref``, ``allOf``, ``anyOf``, ``oneOf``, ``not``,
``if`` (JSON Schema 2020-12 core, section 10.2). A schema that comes back to itself adds nothing there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Literal

    from .schema import Schema

    Values = Literal["all", "some"] | frozenset[str]
    ValueSet = Mapping[str, Values]

__all__ = ["EVERYTHING", "JSON_TYPES", "json_type", "meet", "of_keywords", "of_schema", "types"]

#: the names that ``Schema.types`` uses, in its order
JSON_TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")
ALL: Final = "all"
SOME: Final = "some"
NONE: Final[frozenset[str]] = frozenset()

_KINDS: Final = ("string", "integer", "fraction", "boolean", "array", "object", "null")
_KINDS_OF_TYPE = {name: (name,) for name in JSON_TYPES} | {"number": ("integer", "fraction")}
_FINITE: Mapping[str, frozenset[str]] = {"boolean": frozenset({"true", "false"}), "null": frozenset({"null"})}
#: keywords that speak of the inside of a value of these kinds only
_INSIDE = {
    ("string",): ("minLength", "maxLength", "pattern", "format"),
    ("integer", "fraction"): ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    ("array",): ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "unevaluatedItems"),
    ("object",): (
        *("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"),
        *("maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties"),
    ),
}

EVERYTHING: ValueSet = {kind: _FINITE.get(kind, ALL) for kind in _KINDS}
_NOTHING: ValueSet = dict.fromkeys(_KINDS, NONE)


def json_type(value: object) -> str:
    """The JSON type of a value; a whole number is an ``integer`` however it is written (1.0 is 1)."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    names = ((bool, "boolean"), (str, "string"), (int, "integer"), (dict, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "array")


def types(values: ValueSet) -> tuple[str, ...]:
    """The JSON types of which there is a value; ``number`` includes whole numbers, ``integer`` is these alone."""
    names = {kind for kind, of_kind in values.items() if of_kind != NONE}
    if "fraction" in names:
        names = names - {"fraction", "integer"} | {"number"}
    return tuple(name for name in JSON_TYPES if name in names)


# --- sets --------------------------------------------------------------------------------------------------------


def meet(sets: Iterable[ValueSet]) -> ValueSet:
    """What all sets have in common."""
    common = EVERYTHING
    for other in sets:
        common = {kind: _both(common[kind], other[kind]) for kind in _KINDS}
    return common


def _both(a: Values, b: Values) -> Values:
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return a & b
    finite = [values for values in (a, b) if isinstance(values, frozenset)]
    return finite[0] if finite else SOME if SOME in (a, b) else ALL


def _any_of(sets: Sequence[ValueSet]) -> ValueSet:
    return {kind: _either([values[kind] for values in sets]) for kind in _KINDS}


def _either(parts: Sequence[Values]) -> Values:
    if ALL in parts:
        return ALL
    return SOME if SOME in parts else NONE.union(*(part for part in parts if isinstance(part, frozenset)))


def _one_of(sets: Sequence[ValueSet]) -> ValueSet:
    return {kind: _exactly_one([values[kind] for values in sets]) for kind in _KINDS}


def _exactly_one(parts: Sequence[Values]) -> Values:
    nonempty = [part for part in parts if part != NONE]
    finite = [part for part in nonempty if isinstance(part, frozenset)]
    if len(finite) == len(nonempty):
        return frozenset(value for part in finite for value in part if sum(value in other for other in finite) == 1)
    if len(nonempty) == 1:
        return nonempty[0]
    return NONE if nonempty.count(ALL) > 1 else SOME


def _not(values: ValueSet) -> ValueSet:
    return {kind: _others(kind, values[kind]) for kind in _KINDS}


def _others(kind: str, values: Values) -> Values:
    if kind in _FINITE and isinstance(values, frozenset):
        return _FINITE[kind] - values
    return NONE if values == ALL else ALL if values == NONE else SOME


_APPLICATORS = frozenset({"$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "nullable"})

# --- schemas -----------------------------------------------------------------------------------------------------


def of_schema(schema: Schema, by_pointer: dict[str, ValueSet]) -> ValueSet:
    """The instances that a schema allows, through every keyword that applies to the same instance.

    Args:
        schema: where to begin.
        by_pointer: the sets of schemas by pointer; what is computed is added to it.
    """
    if schema.keywords.keys().isdisjoint(_APPLICATORS):  # most schemas
        values = by_pointer[schema.pointer] = of_keywords(schema)
        return values
    endless: set[str] = set()  # schemas that say nothing but that they are what contains them
    open_, stack = {schema.pointer}, [(schema, iter(_applied(schema)))]
    while stack:  # a stack of its own: documents nest deeper than Python's calls may
        current, children = stack[-1]
        child = next((part for part in children if part.pointer not in by_pointer and part.pointer not in open_), None)
        if child is not None:
            open_.add(child.pointer)
            stack.append((child, iter(_applied(child))))
            continue
        stack.pop()
        open_.discard(current.pointer)
        by_pointer[current.pointer] = _of_applied(current, by_pointer, endless)
        target = current.target
        if target is not None and (target.pointer in open_ or target.pointer in endless):
            endless.update({current.pointer} if by_pointer[current.pointer] == EVERYTHING else ())
    return by_pointer[schema.pointer]


def _applied(schema: Schema) -> list[Schema]:
    """The schemas that its keywords apply to the same instance."""
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.branches(keyword)]
    parts += [schema.child(keyword) for keyword in ("not", "if", "then", "else") if keyword in schema.keywords]
    target = schema.target
    return parts if target is None else [target, *parts]


def _of_applied(schema: Schema, by_pointer: Mapping[str, ValueSet], endless: Collection[str]) -> ValueSet:
    """The set of one schema whose parts are known; a part that is not is one that contains this very schema."""

    def of(parts: Sequence[Schema]) -> list[ValueSet]:
        return [
            by_pointer[part.pointer] for part in parts if part.pointer in by_pointer and part.pointer not in endless
        ]

    target = schema.target
    sets = [of_keywords(schema), *of([*([target] if target is not None else []), *schema.branches("allOf")])]
    for keyword, combine in (("anyOf", _any_of), ("oneOf", _one_of)):
        members = of(schema.branches(keyword))
        sets += [combine(members)] if members else []
    one = {name: of([schema.child(name)])[:1] for name in ("not", "if", "then", "else") if name in schema.keywords}
    sets += [_not(values) for values in one.get("not", ())]
    for condition in one.get("if", ()):
        then, otherwise = ([condition, *one.get("then", ())], [_not(condition), *one.get("else", ())])
        sets.append(_any_of([meet(then), meet(otherwise)]))
    allowed = meet(sets)
    return {**allowed, "null": _FINITE["null"]} if schema.keywords.get("nullable") is True else allowed


def of_keywords(schema: Schema) -> ValueSet:
    """What a schema object's own keywords allow, those left out that apply other schemas to the same instance."""
    if schema.value is False:
        return _NOTHING
    words = schema.keywords
    kinds = set(_KINDS)
    if "type" in words:
        names = [words["type"]] if isinstance(words["type"], str) else words["type"]
        kinds = {kind for name in names for kind in _KINDS_OF_TYPE.get(name, ())}
    allowed: dict[str, Values] = {kind: EVERYTHING[kind] if kind in kinds else NONE for kind in _KINDS}
    if words.get("nullable") is True:
        allowed["null"] = _FINITE["null"]
    for speaks_of, keywords in _INSIDE.items():
        if not words.keys().isdisjoint(keywords):
            allowed |= {kind: SOME for kind in speaks_of if allowed[kind] == ALL}
    lists = [[words["const"]]] if "const" in words else []
    for values in [*lists, *([words["enum"]] if "enum" in words else [])]:
        allowed = dict(meet([allowed, _of_values(values)]))
        if words.get("nullable") is True:
            allowed["null"] = _FINITE["null"]
    return allowed


def _of_values(values: Sequence[Any]) -> ValueSet:
    sets: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for value in values:
        name = json_type(value)
        plain = int(value) if name == "integer" else value
        sets["fraction" if name == "number" else name].add(json.dumps(plain, sort_keys=True))
    return {kind: frozenset(texts) for kind, texts in sets.items()}
