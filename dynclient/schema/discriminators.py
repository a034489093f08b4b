"""Which branch of a union a discriminator's value chooses (OpenAPI 3.1, section 4.8.25), read off the document.

A value is one of ``mapping``, one that the branch's own property is held to by ``const`` or ``enum``, or the name of
the branch's component. A branch that is a union itself has the values of its branches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents import keywords, pointers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["branches_by_value", "children_by_value", "mapping_targets", "types_named"]

_COMPONENTS = "#/components/schemas"


def mapping_targets(rule: Mapping[str, Any]) -> dict[str, str]:
    """``mapping`` with a pointer for each value; a name is that of a component."""
    targets = ((value, to) for value, to in (rule.get("mapping") or {}).items() if isinstance(to, str))
    return {value: to if "/" in to else pointers.join(_COMPONENTS, to) for value, to in targets}


def branches_by_value(
    document: Mapping[str, object], version: str, branches: Sequence[Any], pointer: str, rule: Mapping[str, Any]
) -> dict[str, list[str]]:
    """For each value of a discriminator the pointers of what it chooses; ``[]`` where ``mapping`` leads nowhere.

    Args:
        document: the whole document.
        version: of its dialect.
        branches: the members of the ``anyOf`` or ``oneOf``.
        pointer: where that list stands.
        rule: the discriminator.
    """
    places = {i: pointers.join(pointer, i) for i in range(len(branches))}
    targets = {branch["$ref"]: places[i] for i, branch in enumerate(branches) if _reference(branch) is not None}
    values: dict[str, list[str]] = {}
    for value, target in mapping_targets(rule).items():
        values[value] = [targets.get(target, target)] if pointers.is_there(document, target) else []
    mapping_places = {place for places_of_value in values.values() for place in places_of_value}
    reader = _Reader(document, version, rule["propertyName"])
    for i, branch in enumerate(branches):
        if places[i] not in mapping_places:
            for value in reader.values(branch):
                values.setdefault(value, []).append(places[i])
    return values


def children_by_value(
    document: Mapping[str, Any], version: str, parent: str, rule: Mapping[str, Any]
) -> dict[str, list[str]]:
    """For each value the pointers of the component that it means, of those that have ``parent`` in their ``allOf``."""
    components = document.get("components", {}).get("schemas", {})
    children: dict[str, list[str]] = {}
    for name, schema in components.items() if isinstance(components, dict) else ():
        parts = keywords.sound(schema, version).get("allOf", ()) if isinstance(schema, dict) else ()
        if any(_reference(part) == parent for part in parts):
            children[pointers.join(_COMPONENTS, name)] = []
    by_mapping = {value: target for value, target in mapping_targets(rule).items() if target in children}
    values = {value: [target] for value, target in by_mapping.items()}
    for target in children.keys() - set(by_mapping.values()):
        values[pointers.split(target)[-1]] = [target]
    return values


def types_named(document: Mapping[str, object], version: str, schema: object) -> frozenset[str]:
    """The JSON types that a branch names, through ``$ref``, ``allOf`` and unions; empty where it names none."""
    names: set[str] = set()
    for words in _Reader(document, version, "").parts(schema, unions=True):
        own = words.get("type", ())
        names |= {own} if isinstance(own, str) else set(own)
        names |= {"null"} if words.get("nullable") is True else set()
        names |= {"object"} if "properties" in words and "type" not in words else set()
    return frozenset(names)


def _reference(schema: object) -> str | None:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return reference if isinstance(reference, str) else None


class _Reader:
    """Reads the values of one property off branches."""

    def __init__(self, document: Mapping[str, object], version: str, name: str) -> None:
        self.document = document
        self.version = version
        self.name = name

    def values(self, branch: object) -> list[str]:
        """The values that mean a branch: those of its own property, of the branches in it, or its component's name."""
        own = self._held_to(branch)
        if own:
            return own
        inner = self._union(branch)
        if inner:
            return [value for member in inner for value in (self._held_to(member) or _name_of(member))]
        return _name_of(branch)

    def parts(self, schema: object, *, unions: bool = False) -> Iterator[Mapping[str, Any]]:
        """The keywords of a schema and of what it refers to, through ``allOf``; of its unions' members as well."""
        stack, visits = [schema], set()
        while stack:
            value = stack.pop()
            if not isinstance(value, dict) or id(value) in visits:
                continue
            visits.add(id(value))
            words = keywords.sound(value, self.version)
            yield words
            if "$ref" in words and pointers.is_there(self.document, words["$ref"]):
                stack.append(pointers.resolve(self.document, words["$ref"]))
            for keyword in ("allOf", "anyOf", "oneOf") if unions else ("allOf",):
                stack += reversed(words.get(keyword, ()))

    def _held_to(self, branch: object) -> list[str]:
        """The strings that ``const`` or ``enum`` allow for the property."""
        for words in self.parts(branch):
            field = words.get("properties", {}).get(self.name)
            for own in self.parts(field):
                candidates = [own["const"]] if "const" in own else own.get("enum", ())
                values = [value for value in candidates if isinstance(value, str)]
                if values:
                    return values
        return []

    def _union(self, branch: object) -> list[object]:
        return [member for words in self.parts(branch) for key in ("oneOf", "anyOf") for member in words.get(key, ())]


def _name_of(branch: object) -> list[str]:
    reference = _reference(branch)
    return [pointers.split(reference)[-1]] if reference is not None and "/" in reference else []
