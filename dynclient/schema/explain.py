"""What a broken rule is in words of ours: path, rule and the type of what came."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..documents import pointers
from ..errors import Violation
from .normalize import origin, step
from .violation_words import json_word, no_such, one_of, type_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jsonschema_rs import ValidationError

    from .normalize import Origins

__all__ = ["ONLY_WARNED", "Explainer", "find_non_json"]


_Path = tuple[str | int, ...]

_DEEPEST = 200  # levels of nesting in an instance
ONLY_WARNED = frozenset({"additionalProperties", "unevaluatedProperties", "writeOnly"})
_MOST_UNIONS = 30  # inside each other that are explained
_MOST_ALIENS = 100  # values without JSON form that are listed


class Explainer:
    """The engine's errors about one instance, as Violations."""

    def __init__(
        self, origins: Origins, document: Mapping[str, object], instance: object, location: str, path: _Path
    ) -> None:
        self.origins = origins
        self.document = document
        self.instance = instance
        self.location = location
        self.path = path
        self.unions = 0  # inside each other, that are being explained

    def of_all(self, errors: Iterable[ValidationError]) -> Iterator[Violation]:
        """The violations behind errors of the engine, those of unions by the branch that was meant."""
        for error in errors:
            branches = getattr(error.kind, "context", None)
            if branches:
                yield from self.of_union(error, branches)
            else:
                yield from self.of(error)

    def place_of_all(self) -> str:
        """Where the document has the whole schema."""
        return origin(self.origins, ())[0]

    def of(self, error: ValidationError) -> Iterator[Violation]:
        """One broken keyword; where it speaks of several properties, one Violation for each."""
        pointer, rule = self.place(error)
        kind: Any = error.kind  # each kind has attributes of its own
        where = self.walk(error)[0]
        surplus = self.surplus(error)
        if surplus:
            names, rule = self.names_beside(pointer), str(error.schema_path[-1])
            for name in surplus:
                yield Violation(self.location, (*where, name), rule, no_such(name, names), "", pointer, error.instance)
            return
        rule = rule or ("false" if kind.name == "falseSchema" else kind.name)
        if kind.name == "required":
            why = "it chooses the kind of object" if rule == "discriminator" else "required"
            yield Violation(self.location, (*where, kind.property), rule, f"missing, but {why}", "", pointer)
        else:
            expected, got = _expectation(kind, rule, error.instance)
            yield Violation(self.location, where, rule, expected, got, pointer, error.instance)

    def of_union(self, error: ValidationError, branches: Sequence[Sequence[ValidationError]]) -> Iterator[Violation]:
        """The branch chosen by const or type, then by the fewest and deepest errors."""
        depth = len(error.instance_path)
        pointer, where, got = self.place(error)[0], self.walk(error)[0], type_words(error.instance)
        if not all(branches):  # oneOf with several branches that fit
            fits = " and ".join(str(i) for i, errors in enumerate(branches) if not errors)
            expected = f"fits branches {fits} of oneOf, exactly one is wanted"
            yield Violation(self.location, where, "oneOf", expected, "", pointer, error.instance)
            return
        candidates = [errors for errors in branches if not all(_misses(e, depth) for e in errors)]
        if candidates and self.unions < _MOST_UNIONS:
            best = min(candidates, key=lambda errors: self.rank(errors, depth))
            self.unions += 1
            yield from self.of_all(best)
            self.unions -= 1
            return
        words = (_expectation(e.kind, "", None)[0] for errors in branches for e in errors)
        expected = " or ".join(dict.fromkeys(words))
        yield Violation(self.location, where, "type", expected, got, pointer, error.instance)

    def rank(self, errors: Sequence[ValidationError], depth: int) -> tuple[bool, bool, int, int]:
        """Less is more likely meant: only warnings, then no const that differs, then few errors, then deep ones."""
        differs = any(_is_constant(e.kind) and len(e.instance_path) == depth + 1 for e in errors)
        count = sum(len(self.surplus(e)) or 1 for e in errors)
        return not all(map(self.only_warns, errors)), differs, count, -max(len(e.instance_path) for e in errors)

    def only_warns(self, error: ValidationError, unions: int = 0) -> bool:
        """Whether what is broken is only a warning in a response; of a union, by one of its branches."""
        branches = getattr(error.kind, "context", None)
        if branches:
            return unions < _MOST_UNIONS and any(
                all(self.only_warns(inner, unions + 1) for inner in errors) for errors in branches
            )
        return bool(self.surplus(error)) or self.place(error)[1] in ONLY_WARNED

    def place(self, error: ValidationError) -> tuple[str, str]:
        """Where the document has the rule, and its name where it is not the engine's."""
        return origin(self.origins, tuple(map(str, error.schema_path)))

    def walk(self, error: ValidationError) -> tuple[_Path, object]:
        """The way to the value, and the value; the engine takes every name that reads as a number for an index."""
        names: list[str | int] = []
        value = self.instance
        for part in error.instance_path:
            if isinstance(value, dict):
                name: str | int = _own_name(value, part)
                value = value.get(name)
            else:
                name = part
                value = value[part] if isinstance(value, list) and isinstance(part, int) else None
            names.append(name)
        return (*self.path, *names), value

    def surplus(self, error: ValidationError) -> Sequence[str]:
        """The fields that an ``additionalProperties: false`` or its like does not want; empty for any other error."""
        if not error.schema_path or error.schema_path[-1] not in {"additionalProperties", "unevaluatedProperties"}:
            return ()
        if error.kind.name == "falseSchema":  # the engine's short way when no property is declared
            value = self.walk(error)[1]
            return list(value) if isinstance(value, dict) else ()
        return getattr(error.kind, "unexpected", ())

    def names_beside(self, pointer: str) -> Sequence[str]:
        """The property names that stand beside an ``additionalProperties: false``."""
        schema = pointers.resolve(self.document, pointer.rpartition("/")[0])
        return list(schema.get("properties", ()))


def _own_name(value: Mapping[str, object], part: str | int) -> str:
    name = str(part)
    return name if name in value else next((own for own in value if step(own) == name), name)


def _misses(error: ValidationError, depth: int) -> bool:
    """Does this error say that the instance is of another kind altogether?"""
    return len(error.instance_path) == depth and error.kind.name in {"type", "const", "enum"}


def _is_constant(kind: Any) -> bool:
    return kind.name == "const" or (kind.name == "enum" and len(kind.options) == 1)


_FORMAT_WORDS = {
    "date-time": "a date-time with offset (RFC 3339)",
    "datetime": "a date-time",
    "date": "a date (YYYY-MM-DD)",
    "uuid": "a UUID",
    "duration": "a duration (ISO 8601)",
}


_TYPE_WORDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
    "array": "an array",
    "object": "an object",
}


_AMOUNTS = {
    "minLength": "at least {} character",
    "maxLength": "at most {} character",
    "minItems": "at least {} item",
    "maxItems": "at most {} item",
    "minProperties": "at least {} field",
    "maxProperties": "at most {} field",
}


_EXPECTATIONS: dict[str, Callable[[Any], str]] = {
    "type": lambda kind: " or ".join(_TYPE_WORDS[name] for name in sorted(kind.types, key="null".__eq__)),
    "enum": lambda kind: one_of(kind.options),
    "const": lambda kind: json_word(kind.expected_value),
    "format": lambda kind: _FORMAT_WORDS[kind.format],
    "pattern": lambda kind: f"text that matches {kind.pattern}",
    "minimum": lambda kind: f"at least {kind.limit}",
    "maximum": lambda kind: f"at most {kind.limit}",
    "exclusiveMinimum": lambda kind: f"more than {kind.limit}",
    "exclusiveMaximum": lambda kind: f"less than {kind.limit}",
    "multipleOf": lambda kind: f"a multiple of {kind.multiple_of}",
    "uniqueItems": lambda _: "items that differ from each other",
    "contains": lambda _: "as many items that `contains` allows as it says",
    "not": lambda _: "something that `not` does not describe",
    "unevaluatedItems": lambda _: "no further items",
}


def _expectation(kind: Any, rule: str, instance: object) -> tuple[str, str]:
    """What a rule wants and what came, in our own words; the engine's text is never shown."""
    if rule == "readOnly":
        return "read-only, it may not be sent", ""
    if rule == "writeOnly":
        return "write-only, it may not be in a response", ""
    if kind.name == "falseSchema":
        return "nothing may be here", ""
    if kind.name == "propertyNames":
        return f"in its names, {_expectation(kind.error.kind, '', '')[0]}", type_words(instance)
    if kind.name in _AMOUNTS:
        return _AMOUNTS[kind.name].format(kind.limit) + ("" if kind.limit == 1 else "s"), type_words(instance)
    describe = _EXPECTATIONS.get(kind.name)
    expected = describe(kind) if describe else f"something that {kind.name} allows"
    partly = _part_of_time(instance) if kind.name == "format" and kind.format == "date-time" else ""
    return (f"{expected}, such as 2026-01-31T00:00:00Z,", partly) if partly else (expected, type_words(instance))


def _part_of_time(value: object) -> str:
    """What a text is that lacks only a part of a date-time; empty for anything else."""
    match = re.match(r"\d{4}-\d\d-\d\d(?:(?P<time>[T ]\d\d:\d\d[\d:.]*))?\Z", value) if isinstance(value, str) else None
    if match is None:
        return ""
    return "a date-time without offset" if match["time"] else "a date alone"


def find_non_json(value: object, location: str, path: Sequence[str | int]) -> list[Violation]:
    """The values that are not JSON, which the engine refuses to look at or takes for something else."""
    violations: list[Violation] = []

    def look(value: object, path: _Path, depth: int) -> None:
        if len(violations) == _MOST_ALIENS:
            return
        if isinstance(value, (dict, list, tuple)):
            if depth > _DEEPEST:
                expected = f"nested deeper than {_DEEPEST} levels"
                violations.append(Violation(location, path[:1], "json", expected, "", "#"))
                return
            for key, child in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(value, dict) and not isinstance(key, str):
                    violations.append(Violation(location, path, "json", "a string as a name", type_words(key), "#"))
                look(child, (*path, key if isinstance(key, (str, int)) else type_words(key)), depth + 1)
        elif expected := _alien(value):
            violations.append(Violation(location, path, "json", expected, type_words(value), "#", value))

    look(value, tuple(path), 0)
    return violations


def _alien(value: object) -> str:
    """What a scalar should be that is none of JSON's; empty when it is."""
    if isinstance(value, float):
        return "" if value - value == 0 else "a finite number (JSON has no NaN and no infinity)"
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "text without lone surrogates"
    return "" if value is None or isinstance(value, (str, int)) else "a JSON value"
