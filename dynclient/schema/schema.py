"""A schema of a document, named by its pointer: what it says about type, fields and values, and its two validators.

Views point into the document and never change it. This is the one place that walks a schema's ``$ref``, ``allOf`` and
unions to answer what it says of an instance: ``types`` and ``nullable`` agree with the validators, ``fields`` and
``required`` are seen through ``$ref``, ``allOf`` and ``anyOf: [X, null]``.

Imported in functions: ``validator``, once something is validated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..documents import dialect, pointers
from ..documents.keywords import sound
from ..errors import SpecError
from . import type_words, value_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .normalize import Direction
    from .validator import Validator
    from .value_sets import ValueSet

__all__ = ["MISSING", "Schema", "Schemas", "conjunction", "types_of_keywords"]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


#: stands for "no default": None is a value
MISSING: Final = _Missing()

_COMPONENTS = "#/components/schemas/"
_UNIONS = ("anyOf", "oneOf")
_LISTING = ("type", "enum", "const")  # keywords that list what is allowed
#: the type that keywords speak of, in the order in which they are asked
_SPOKEN_OF = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties", "propertyNames"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


class Schemas:
    """The schemas of one document: a view per pointer and a validator per pointer and direction, kept once made."""

    __slots__ = ("_validators", "_views", "document", "value_sets", "version")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.version = dialect.version(document)
        self.value_sets: dict[str, ValueSet] = {}
        self._views: dict[str, Schema] = {}
        self._validators: dict[tuple[str, str], Validator] = {}

    def at(self, pointer: str) -> Schema:
        """The view of the schema at a pointer; ``SpecError`` when nothing is there."""
        view = self._views.get(pointer)
        if view is None:
            if pointer[:2] != "#/":
                return self.at(pointers.canonical(self.document, pointer))
            view = self._views[pointer] = Schema(self, pointer, pointers.resolve(self.document, pointer))
        return view

    def validator(self, pointer: str, direction: Direction) -> Validator:
        """The validator of the schema at a pointer, compiled on first use."""
        key = (pointer, direction)
        validator = self._validators.get(key)
        if validator is None:
            from .validator import compile_schema

            validator = self._validators[key] = compile_schema(self.document, pointer, direction)
        return validator


class Schema:
    """One schema: its place in the document and what it says.

    Attributes:
        pointer: ``#/components/schemas/Pool``.
        value: the node as it stands in the document (a dict, or a boolean in OpenAPI 3.1).
        schemas: the schemas of the same document.
    """

    __slots__ = ("_conjuncts", "_fields", "_keywords", "_plain", "pointer", "schemas", "value")

    def __init__(self, schemas: Schemas, pointer: str, value: Any) -> None:
        self.schemas = schemas
        self.pointer = pointer
        self.value = value
        self._keywords: Mapping[str, Any] | None = None
        self._plain: Schema | None = None
        self._fields: dict[str, Schema] | None = None
        self._conjuncts: tuple[Schema, ...] | None = None

    def __repr__(self) -> str:
        return f"<Schema {self.words} at {self.pointer}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.pointer == other.pointer and self.schemas is other.schemas

    def __hash__(self) -> int:
        return hash(self.pointer)

    @property
    def keywords(self) -> Mapping[str, Any]:
        """This object's own keywords in 2020-12 form, ``$ref`` not followed; ``{}`` for what is no object."""
        if self._keywords is None:
            self._keywords = sound(self.value, self.schemas.version) if isinstance(self.value, dict) else {}
        return self._keywords

    def child(self, *steps: str | int) -> Schema:
        """The schema at these steps below: ``child("properties", "name")``."""
        return self.schemas.at(pointers.join(self.pointer, *steps))

    @property
    def target(self) -> Schema | None:
        """The schema that this object's own ``$ref`` names; None where it has none, or one that leads nowhere."""
        reference = self.keywords.get("$ref")
        if reference is None:
            return None
        try:
            return self.schemas.at(reference)
        except SpecError:  # a reference that leads nowhere says nothing here; the validator refuses it
            return None

    @property
    def resolved(self) -> Schema:
        """The schema that ``$ref`` leads to, through chains; itself where there is none."""
        schema, visits = self, {self.pointer}
        while "$ref" in schema.keywords:
            schema = self.schemas.at(schema.keywords["$ref"])
            if schema.pointer in visits:
                break
            visits.add(schema.pointer)
        return schema

    @property
    def plain(self) -> Schema:
        """What remains when ``$ref`` and "or null" (``anyOf``/``oneOf`` of one schema and null) are seen through."""
        if self._plain is None:
            self._plain = self._see_through()
        return self._plain

    def _see_through(self) -> Schema:
        schema, visits = self, set()
        while schema.pointer not in visits:
            visits.add(schema.pointer)
            inner = schema.inner
            if inner is None or "properties" in schema.keywords:
                break
            schema = inner
        return schema

    @property
    def inner(self) -> Schema | None:
        """The one schema that this one wraps: ``$ref``, the only member of ``allOf``, X in ``anyOf: [X, null]``."""
        words = self.keywords
        if "$ref" in words:
            return self.schemas.at(words["$ref"])
        for keyword in _UNIONS:
            branches = self.other_than_null(keyword) if keyword in words else ()
            if len(branches) == 1:
                return branches[0]
        return self.child("allOf", 0) if len(words.get("allOf", ())) == 1 else None

    def branches(self, keyword: str) -> list[Schema]:
        """The members of this object's own ``allOf``, ``anyOf`` or ``oneOf``."""
        return [self.child(keyword, i) for i in range(len(self.keywords.get(keyword, ())))]

    def other_than_null(self, keyword: str) -> list[Schema]:
        """The members of its own ``anyOf`` or ``oneOf`` that allow something else than null."""
        return [branch for branch in self.branches(keyword) if branch.types != ("null",)]

    @property
    def members(self) -> tuple[Schema, ...]:
        """The branches of its union, through ``$ref`` and "or null", with those of unions inside it; else ``()``."""
        members: dict[str, Schema] = {}
        stack, visits = [*reversed(self.plain.union)], {self.plain.pointer}
        while stack:
            branch = stack.pop()
            inner = branch.plain.union if not branch.plain.fields else []
            if not inner:
                members.setdefault(branch.pointer, branch)
            elif branch.plain.pointer not in visits:
                visits.add(branch.plain.pointer)
                stack += reversed(inner)
        return tuple(members.values())

    @property
    def union(self) -> list[Schema]:
        """The members of its own ``anyOf`` or, where it has none, ``oneOf``."""
        return self.branches("anyOf") or self.branches("oneOf")

    @property
    def conjuncts(self) -> tuple[Schema, ...]:
        """The schema objects that all hold for an instance, through ``$ref``, ``allOf`` and "or null", each once."""
        if self._conjuncts is None:
            self._conjuncts = tuple(conjunction([self])[0])
        return self._conjuncts

    @property
    def alternatives(self) -> Iterator[Schema]:
        """Every schema object that may hold for an instance, through ``$ref``, ``allOf`` and unions, each once."""
        stack, visits = [self], set()
        while stack:
            schema = stack.pop()
            if schema.pointer in visits:
                continue
            visits.add(schema.pointer)
            yield schema
            target = schema.target
            parts = [part for keyword in ("allOf", *_UNIONS) for part in schema.branches(keyword)]
            stack += reversed([*([target] if target is not None else []), *parts])

    @property
    def name(self) -> str | None:
        """The component's name: ``Pool`` for ``#/components/schemas/Pool``, None elsewhere."""
        rest = self.pointer.removeprefix(_COMPONENTS)
        return None if rest == self.pointer or "/" in rest else pointers.split(self.pointer)[-1]

    @property
    def fields(self) -> dict[str, Schema]:
        """The properties by name, through ``$ref``, ``allOf`` and "or null"; ``{}`` for any other union."""
        if self._fields is None:
            self._fields = {}
            for part in self.conjuncts:
                for name in part.keywords.get("properties", ()):
                    self._fields.setdefault(name, part.child("properties", name))
        return self._fields

    @property
    def required(self) -> frozenset[str]:
        """The names that must be present, before readOnly or writeOnly is considered."""
        return frozenset(name for part in self.conjuncts for name in part.keywords.get("required", ()))

    @property
    def closed(self) -> bool:
        """Are fields beyond ``fields`` forbidden?"""
        return any(part.keywords.get("additionalProperties") is False for part in self.conjuncts)

    @property
    def value_set(self) -> ValueSet:
        """The instances it allows, kind by kind."""
        values = self.schemas.value_sets.get(self.pointer)
        return value_sets.of_schema(self, self.schemas.value_sets) if values is None else values

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types of which it allows some instance; ``number`` stands for whole numbers too.

        A schema that says nothing allows every type: six names, since ``integer`` is in ``number``.
        """
        return value_sets.types(self.value_set)

    @property
    def described_types(self) -> tuple[str, ...]:
        """``types``, narrowed to what its keywords speak of where every type is allowed; ``()`` when of none.

        ``{"properties": {}}`` allows a string, and describes an object.
        """
        types = self.types
        parts, unions = conjunction([self])
        if len(types) < len(_EVERY_TYPE) or any(word in part.keywords for part in parts for word in _LISTING):
            return types
        names = {name for part in parts for name in _spoken_of(part)}
        for union in unions:
            members = [_described_by_keywords(branch) for branch in union]
            names.update(name for names in members for name in names if all(members))
        null = any(part.keywords.get("nullable") is True or _has_null_branch(part) for part in parts)
        names |= {"null"} if null and names else set()
        return tuple(name for name in types if name in names)

    @property
    def _values(self) -> tuple[Any, ...]:
        words = self.keywords
        return (words["const"],) if "const" in words else tuple(words.get("enum", ()))

    @property
    def nullable(self) -> bool:
        """May the value be null?"""
        return self.value_set["null"] != value_sets.NONE

    @property
    def enum(self) -> tuple[Any, ...]:
        """The values it lists (``enum``, or ``const`` alone), through ``$ref`` and "or null"; ``()`` when open."""
        return self.plain._values  # noqa: SLF001 - of this class

    @property
    def format(self) -> str | None:
        """The ``format``, through ``$ref`` and "or null"."""
        return self.plain.keywords.get("format")

    @property
    def default(self) -> Any:
        """The ``default`` beside or behind ``$ref``; ``MISSING`` when there is none."""
        for schema in self.conjuncts:
            if "default" in schema.keywords:
                return schema.keywords["default"]
        return MISSING

    @property
    def read_only(self) -> bool:
        """Sent by the server only."""
        return self._says("readOnly")

    @property
    def write_only(self) -> bool:
        """Sent by the client only."""
        return self._says("writeOnly")

    @property
    def is_secret(self) -> bool:
        """Does the document say that a value is not to be shown: ``format: password``, ``writeOnly``?"""
        return self.format == "password" or self.write_only

    @property
    def deprecated(self) -> bool:
        """Still there, not to be used any more."""
        return self._says("deprecated")

    def _says(self, keyword: str) -> bool:
        """Said of itself, or through ``$ref`` and ``allOf``."""
        stack, visits = [self], set()
        while stack:
            schema = stack.pop()
            words = schema.keywords
            if words.get(keyword) is True:
                return True
            if schema.pointer not in visits:
                visits.add(schema.pointer)
                stack += schema.branches("allOf") + ([self.schemas.at(words["$ref"])] if "$ref" in words else [])
        return False

    @property
    def items(self) -> Schema | None:
        """The schema of an array's items, None when it has none."""
        plain = self.plain
        return plain.child("items") if isinstance(plain.keywords.get("items"), dict) else None

    @property
    def additional(self) -> Schema | None:
        """The schema of fields beyond the declared ones, None when it has none."""
        plain = self.plain
        extra = plain.keywords.get("additionalProperties")
        return plain.child("additionalProperties") if isinstance(extra, dict) else None

    @property
    def words(self) -> str:
        """The type as a signature says it: ``int``, ``str | None``, ``list[Tag]``, ``'a' | 'b'``."""
        return type_words.of_schema(self)

    @property
    def request(self) -> Validator:
        """Checks what is sent."""
        return self.schemas.validator(self.pointer, "request")

    @property
    def response(self) -> Validator:
        """Checks what came."""
        return self.schemas.validator(self.pointer, "response")


_EVERY_TYPE = value_sets.types(value_sets.EVERYTHING)


def conjunction(schemas: Iterable[Schema], initial: Sequence[Schema] = ()) -> tuple[list[Schema], list[list[Schema]]]:
    """The schema objects that all hold where some schemas hold together, and the unions that stand beside them.

    ``$ref``, ``allOf`` and "or null" are seen through: of a union with one branch that is not null, that branch holds.

    Args:
        schemas: what holds, outermost first.
        initial: what is to be in the result already; it is not looked into.

    Returns:
        The schema objects, each once, and for each other union its branches that allow more than null.
    """
    parts, unions, visits = list(initial), list[list[Schema]](), {schema.pointer for schema in initial}
    stack = [*schemas][::-1]
    while stack:
        schema = stack.pop()
        if schema.pointer in visits:
            continue
        visits.add(schema.pointer)
        parts.append(schema)
        target = schema.target
        inner = [*([target] if target is not None else [])]
        for keyword in _UNIONS:
            branches = schema.other_than_null(keyword)
            if len(branches) == 1:
                inner += branches
            elif branches:
                unions.append(branches)
        stack += reversed([*inner, *schema.branches("allOf")])
    return parts, unions


def types_of_keywords(parts: Iterable[Schema]) -> tuple[str, ...]:
    """The JSON types that the own keywords of all these schema objects allow together.

    Where they allow every type, those that the keywords speak of, and ``()`` when of none.

    Raises:
        ValueError: they allow no type at all.
    """
    parts = list(parts)
    types = value_sets.types(value_sets.meet(value_sets.of_keywords(part) for part in parts))
    if not types:
        raise ValueError("these schemas allow no type together")
    if len(types) < len(_EVERY_TYPE):
        return types
    return tuple(dict.fromkeys(name for part in parts for name in _spoken_of(part)))


def _spoken_of(schema: Schema) -> list[str]:
    """The types that the own keywords of a schema that allows all of them speak of."""
    return [name for name, keywords in _SPOKEN_OF.items() if any(word in schema.keywords for word in keywords)]


def _described_by_keywords(branch: Schema) -> Sequence[str]:
    types, parts = branch.types, branch.conjuncts
    if len(types) < len(_EVERY_TYPE) or any(word in part.keywords for part in parts for word in _LISTING):
        return types
    return [name for part in parts for name in _spoken_of(part)]


def _has_null_branch(schema: Schema) -> bool:
    return any(branch.types == ("null",) for keyword in _UNIONS for branch in schema.branches(keyword))
