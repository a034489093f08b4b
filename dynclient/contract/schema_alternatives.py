"""What schemas say about one place, as plain alternatives: everything that holds together, of one JSON type each.

``$ref``, ``allOf`` and "or null" are seen through, a union becomes one branch for each member. Two schemas that
say the same in different words become the same branches.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from ..schema.schema import MISSING, conjunction, types_of_keywords
from ..schema.value_sets import json_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..schema.schema import Schema

    #: a place: all of these schemas hold there; ``()`` says nothing
    Node = tuple[Schema, ...]

__all__ = ["LOWER", "SETS", "UPPER", "Branch", "branches", "first", "likeness", "nullable", "shown", "words"]

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
SETS = ("pattern", "multipleOf", "uniqueItems")
_MOST_BRANCHES = 64
_AN = {None: "anything", "null": "null", "array": "an array", "integer": "an integer", "object": "an object"}


class Branch:
    """One alternative of a place, of one JSON type (None: any): everything that holds for it together."""

    __slots__ = ("additional", "enum", "fields", "format", "parts", "required", "type")

    def __init__(self, kind: str | None, parts: Sequence[Schema]) -> None:
        self.type = kind
        self.parts = parts
        self.fields: dict[str, Node] = {}
        self.required: set[str] = set()
        self.additional: list[Any] = []
        for part in parts:
            keywords = part.keywords
            for name in keywords.get("properties", ()):
                self.fields[name] = (*self.fields.get(name, ()), part.child("properties", name))
            if isinstance(keywords.get("required"), list):
                self.required.update(keywords["required"])
            if keywords.get("additionalProperties", True) not in (True, {}):
                self.additional.append(part)
        self.enum = self._enum()
        self.format = next((part.keywords["format"] for part in parts if "format" in part.keywords), None)

    def _enum(self) -> list[str] | None:
        """The values as JSON text, without null, which is an aspect of its own; None where any may come."""
        allowed: list[str] | None = None
        for part in self.parts:
            keywords = part.keywords
            values = [keywords["const"]] if "const" in keywords else keywords.get("enum")
            if isinstance(values, list):
                texts = [shown(v) for v in values if v is not None and self.type in {None, *_types_of(v)}]
                allowed = texts if allowed is None else [text for text in allowed if text in texts]
        return allowed

    @property
    def closed(self) -> bool:
        """Are fields beyond ``fields`` forbidden?"""
        return any(part.keywords["additionalProperties"] is False for part in self.additional)

    def others(self) -> Node:
        """What fields beyond the listed ones must be; ``()`` where they may be anything."""
        return tuple(part.child("additionalProperties") for part in self.additional if not self.closed)

    def items(self) -> Node:
        """What each item must be."""
        return tuple(part.child("items") for part in self.parts if isinstance(part.keywords.get("items"), (dict, bool)))

    def prefix(self) -> list[Node]:
        """What the first items must be, one by one."""
        holder = next((part for part in self.parts if "prefixItems" in part.keywords), None)
        return [(schema,) for schema in holder.branches("prefixItems")] if holder else []

    def bound(self, keyword: str) -> Any:
        """The tightest value of a limit, None without one; a set for those of ``SETS``, where the larger is tighter."""
        values = [part.keywords[keyword] for part in self.parts if keyword in part.keywords]
        if keyword in SETS:
            return frozenset(str(value) for value in values if value is not False)
        values = [value for value in values if isinstance(value, (int, float))]
        return (max if keyword in LOWER else min)(values, default=None)

    def other(self, keyword: str) -> list[str]:
        """What it says of a keyword that is not judged here, as text; of a discriminator what a value may see of it."""
        values = [part.keywords[keyword] for part in self.parts if keyword in part.keywords]
        if keyword == "discriminator":
            values = [[one.get("propertyName"), *sorted(one.get("mapping", ()))] for one in values]
        return sorted(json.dumps(one, sort_keys=True) for one in values)

    @property
    def name(self) -> str | None:
        """The name of the component that it comes from, the innermost."""
        return next((part.name for part in reversed(self.parts) if part.name), None)

    @property
    def words(self) -> str:
        """What it is, in a sentence: ``an array of integer``, ``an object (Pool)``."""
        items = " or ".join(dict.fromkeys(branch.kind for branch in branches(self.items()))) if self.items() else ""
        return f"{self.kind} of {items.removeprefix('an ').removeprefix('a ')}" if items else self.kind

    @property
    def kind(self) -> str:
        """The same without the items of an array: ``an array``."""
        if self.enum and len(self.enum) == 1:
            return self.enum[0]
        text = _AN.get(self.type) or f"a {self.type}"
        return f"{text} ({self.name})" if self.type == "object" and self.name else text

    @property
    def pointer(self) -> str | None:
        """The innermost schema, None where nothing is said."""
        return self.parts[-1].pointer if self.parts else None


def words(alternatives: Iterable[Branch]) -> str:
    """Branches in a sentence: ``a string or an array of integer``."""
    return " or ".join(dict.fromkeys(branch.words for branch in alternatives))


def branches(node: Node, declared: Sequence[Schema] = ()) -> list[Branch]:
    """The alternatives of a place; ``declared`` is what holds for all of them already."""
    parts, unions = conjunction(node, declared)
    if unions:
        combinations = itertools.islice(itertools.product(*unions), _MOST_BRANCHES)
        return [branch for combination in combinations for branch in branches(combination, parts)]
    return [Branch(kind, parts) for kind in _types(parts)]


def _types(parts: Sequence[Schema]) -> list[str | None]:
    """The JSON types of the branches of a place, null left out if it is not alone; None stands for any type."""
    try:
        allowed = types_of_keywords(parts)
    except ValueError:  # a contradiction: nothing but "or null" may be left of it
        return ["null"]
    lists = [part.keywords["type"] for part in parts if isinstance(part.keywords.get("type"), list)]
    order = {name: place for place, name in enumerate(lists[0] if lists else ())}
    names = sorted((name for name in allowed if name != "null"), key=lambda name: order.get(name, len(order)))
    return [*names] or [*allowed] or [None]


def _types_of(value: object) -> tuple[str, ...]:
    """The types that a value of a document is of: a whole number is a ``number``, too."""
    name = json_type(value)
    return ("integer", "number") if name == "integer" else (name,)


def nullable(node: Node) -> bool | None:
    """May it be null? None where anything may come and null is not spoken of."""
    if all(schema.nullable and "null" not in schema.described_types for schema in node):
        return None
    return all(schema.nullable for schema in node)


def first(node: Node, keyword: str) -> object:
    """An annotation of a place: the first that says it, outermost first; unions are not looked into."""
    return next((part.keywords[keyword] for part in conjunction(node)[0] if keyword in part.keywords), MISSING)


def shown(value: object) -> str:
    """A value of a document in a sentence."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "none" if value is MISSING else json.dumps(value, ensure_ascii=False)


def likeness(a: Branch, b: Branch, depth: int = 0) -> float:
    """How much two branches are alike, from 0, not at all; the same both ways round."""
    if a.type != b.type:
        return 0.1 if None in {a.type, b.type} else 0.5 if {a.type, b.type} == {"integer", "number"} else 0.0
    score = 1.0 + 0.5 * (a.format == b.format) + 0.25 * (a.enum == b.enum)
    same_name = a.name is not None and a.name == b.name
    if a.fields and b.fields:
        common = a.fields.keys() & b.fields.keys()
        score += 4 * len(common) / len(a.fields.keys() | b.fields.keys()) + 2 * same_name
        fixed = [(branches(a.fields[n])[0].enum, branches(b.fields[n])[0].enum) for n in sorted(common)]
        score += sum((x == y) - (x != y) for x, y in fixed if x and y and len(x) == len(y) == 1)
        return score if common or same_name else 0.0
    if a.type == "array" and depth < 3:
        pairs_ = [(x, y) for x in branches(a.items()) for y in branches(b.items())]
        score += max((likeness(x, y, depth + 1) for x, y in pairs_), default=0.0)
    return score
