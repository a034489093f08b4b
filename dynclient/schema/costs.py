"""How many schemas are tried for one instance: unions of unions double, and an engine tries each of them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MOST", "endless_unions", "explanation_size"]

#: schemas tried for one instance; a real document of 1,000 operations has fewer than 500
MOST = 4_000
_DEFS = "#/$defs/"
_UNIONS = ("anyOf", "oneOf")
_PARTS = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")


def endless_unions(definitions: Mapping[str, object]) -> Iterator[tuple[dict[str, Any], str]]:
    """The unions to be left out so that no instance is tried against more than ``MOST`` schemas, innermost first.

    Args:
        definitions: rewritten schemas by their names below ``$defs``.

    Yields:
        The schema object and its keyword, ``anyOf`` or ``oneOf``, which the caller takes out before it goes on.
    """
    counts: dict[int, int] = {}
    for root in definitions.values():
        stack = [(root, False)]
        while stack:  # children before what holds them, without a call for each level
            schema, is_second_visit = stack.pop()
            if not isinstance(schema, dict) or (id(schema) in counts and not is_second_visit):
                continue
            if not is_second_visit:
                counts[id(schema)] = 1  # a schema that comes back to itself adds nothing there
                stack += [(schema, True), *((child, False) for child in _applied(schema, definitions))]
                continue
            count = _count(schema, definitions, counts)
            for keyword in _UNIONS:
                if count > MOST and keyword in schema:
                    yield schema, keyword
                    count = _count(schema, definitions, counts)
            counts[id(schema)] = count


def _count(schema: dict[str, Any], definitions: Mapping[str, object], counts: Mapping[int, int]) -> int:
    return 1 + sum(counts.get(id(child), 1) for child in _applied(schema, definitions))


def explanation_size(root: Mapping[str, Any], depth: int) -> int:
    """How many errors an engine lists for an instance so many levels deep whose innermost value is wrong, at most.

    A union lists those of each of its branches, so one inside its own branches doubles them with every level.

    Args:
        root: a rewritten schema with its ``$defs``.
        depth: of the instance.
    """
    definitions: Mapping[str, object] = root.get("$defs", {})
    order = _children_first([root, *definitions.values()], definitions)
    below: dict[int, int] = {}
    for _ in range(depth + 1):
        counts: dict[int, int] = {}
        for schema in order:
            own = sum(counts.get(id(child), 1) for child in _applied(schema, definitions))
            counts[id(schema)] = own + max((below.get(id(child), 1) for child in _inside(schema)), default=1)
        if counts[id(root)] > MOST:
            break
        below = counts
    return counts[id(root)]


def _children_first(roots: list[Any], definitions: Mapping[str, object]) -> list[dict[str, Any]]:
    """Every schema object, those that another applies to the same instance before it."""
    order: list[dict[str, Any]] = []
    visits: set[int] = set()
    waiting = list(roots)
    while waiting:
        stack = [(waiting.pop(), False)]
        while stack:
            schema, is_second_visit = stack.pop()
            if is_second_visit:
                order.append(schema)
            elif isinstance(schema, dict) and id(schema) not in visits:
                visits.add(id(schema))
                stack += [(schema, True), *((child, False) for child in _applied(schema, definitions))]
                waiting += _inside(schema)
    return order


def _inside(schema: Mapping[str, Any]) -> list[Any]:
    """The schemas that a rewritten schema object applies to parts of the instance."""
    named = [child for word in ("properties", "patternProperties") for child in schema.get(word, {}).values()]
    return [*named, *schema.get("prefixItems", ()), *(schema[word] for word in _PARTS if word in schema)]


def _applied(schema: dict[str, Any], definitions: Mapping[str, object]) -> list[object]:
    """The schemas that a rewritten schema object applies to the same instance."""
    children = [child for keyword in ("allOf", *_UNIONS) for child in schema.get(keyword, ())]
    children += [schema[keyword] for keyword in ("not", "if", "then", "else") if keyword in schema]
    reference = schema.get("$ref")
    return children if reference is None else [*children, definitions[reference.removeprefix(_DEFS)]]
