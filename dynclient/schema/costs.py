"""How many schemas are tried for one instance: unions of unions double, and an engine tries each of them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MOST", "endless_unions"]

#: schemas tried for one instance; a real document of 1,000 operations has fewer than 500
MOST = 4_000
_DEFS = "#/$defs/"
_UNIONS = ("anyOf", "oneOf")


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


def _applied(schema: dict[str, Any], definitions: Mapping[str, object]) -> list[object]:
    """The schemas that a rewritten schema object applies to the same instance."""
    children = [child for keyword in ("allOf", *_UNIONS) for child in schema.get(keyword, ())]
    children += [schema[keyword] for keyword in ("not", "if", "then", "else") if keyword in schema]
    reference = schema.get("$ref")
    return children if reference is None else [*children, definitions[reference.removeprefix(_DEFS)]]
