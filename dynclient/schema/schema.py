"""A schema of a document, named by its pointer: what it says about type, fields and values, and its two validators.

Views point into the document and never change it. What a view says is "as far as the schema says", seen through
``$ref``, ``allOf`` and ``anyOf: [X, null]``; it is for signatures, help and models. Deciding is the validators' job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..documents import dialect, pointers
from .validator import compile_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .normalize import Direction
    from .validator import Validator

__all__ = ["MISSING", "Schema", "Schemas"]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


#: stands for "no default": None is a value
MISSING: Final = _Missing()

_COMPONENTS = "#/components/schemas/"
_PYTHON_WORDS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list",
    "object": "dict",
}
_FORMAT_WORDS = {
    "date-time": "datetime",
    "datetime": "datetime",
    "date": "date",
    "uuid": "UUID",
    "duration": "timedelta",
}
_UNIONS = ("anyOf", "oneOf")
#: keywords whose value is of one kind; of another, they say nothing here (a validator refuses them)
_KINDS: dict[str, type[Any]] = {
    "properties": dict,
    "$ref": str,
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "required", "enum"), list),
}
_SHOWN_VALUES = 6


class Schemas:
    """The schemas of one document: a view per pointer and a validator per pointer and direction, kept once made."""

    __slots__ = ("_validators", "_views", "document", "version")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.version = dialect.version(document)
        self._views: dict[str, Schema] = {}
        self._validators: dict[tuple[str, str], Validator] = {}

    def at(self, pointer: str) -> Schema:
        """The view of the schema at a pointer; ``SpecError`` when nothing is there."""
        view = self._views.get(pointer)
        if view is None:
            view = self._views[pointer] = Schema(self, pointer, pointers.resolve(self.document, pointer))
        return view

    def validator(self, pointer: str, direction: Direction) -> Validator:
        """The validator of the schema at a pointer, compiled on first use."""
        key = (pointer, direction)
        made = self._validators.get(key)
        if made is None:
            made = self._validators[key] = compile_schema(self.document, pointer, direction)
        return made


class Schema:
    """One schema: its place in the document and what it says.

    Attributes:
        pointer: ``#/components/schemas/Pool``.
        value: the node as it stands in the document (a dict, or a boolean in OpenAPI 3.1).
        schemas: the schemas of the same document.
    """

    __slots__ = ("_fields", "_keywords", "_plain", "pointer", "schemas", "value")

    def __init__(self, schemas: Schemas, pointer: str, value: Any) -> None:
        self.schemas = schemas
        self.pointer = pointer
        self.value = value
        self._keywords: dict[str, Any] | None = None
        self._plain: Schema | None = None
        self._fields: dict[str, Schema] | None = None

    def __repr__(self) -> str:
        return f"<Schema {self.words} at {self.pointer}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.pointer == other.pointer and self.schemas is other.schemas

    def __hash__(self) -> int:
        return hash(self.pointer)

    @property
    def keywords(self) -> dict[str, Any]:
        """This object's own keywords in 2020-12 form, ``$ref`` not followed; ``{}`` for a boolean schema."""
        if self._keywords is None:
            words = dialect.keywords(self.value, self.schemas.version) if isinstance(self.value, dict) else {}
            odd = [name for name, kind in _KINDS.items() if name in words and not isinstance(words[name], kind)]
            self._keywords = {name: value for name, value in words.items() if name not in odd} if odd else words
        return self._keywords

    def child(self, *steps: str | int) -> Schema:
        """The schema at these steps below: ``child("properties", "name")``."""
        return self.schemas.at(pointers.join(self.pointer, *steps))

    @property
    def resolved(self) -> Schema:
        """The schema that ``$ref`` leads to, through chains; itself where there is none."""
        schema, seen = self, {self.pointer}
        while "$ref" in schema.keywords:
            schema = self.schemas.at(schema.keywords["$ref"])
            if schema.pointer in seen:
                break
            seen.add(schema.pointer)
        return schema

    @property
    def plain(self) -> Schema:
        """What remains when ``$ref`` and "or null" (``anyOf``/``oneOf`` of one schema and null) are seen through."""
        if self._plain is None:
            self._plain = self._see_through()
        return self._plain

    def _see_through(self) -> Schema:
        schema, seen = self, set()
        while schema.pointer not in seen:
            seen.add(schema.pointer)
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
            branches = [branch for branch in self.branches(keyword) if branch.keywords.get("type") != "null"]
            if len(branches) == 1:
                return branches[0]
        return self.child("allOf", 0) if len(words.get("allOf", ())) == 1 else None

    def branches(self, keyword: str) -> list[Schema]:
        """The members of this object's own ``allOf``, ``anyOf`` or ``oneOf``."""
        return [self.child(keyword, i) for i in range(len(self.keywords.get(keyword, ())))]

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
            for part in self._same_object():
                for name in part.keywords.get("properties", ()):
                    self._fields.setdefault(name, part.child("properties", name))
        return self._fields

    @property
    def required(self) -> frozenset[str]:
        """The names that must be present, before readOnly or writeOnly is considered."""
        return frozenset(name for part in self._same_object() for name in part.keywords.get("required", ()))

    @property
    def closed(self) -> bool:
        """Are fields beyond ``fields`` forbidden?"""
        return any(part.keywords.get("additionalProperties") is False for part in self._same_object())

    def _same_object(self, seen: set[str] | None = None) -> Iterator[Schema]:
        """The schema objects that all hold for an object of this schema, each once."""
        seen = set() if seen is None else seen
        if self.pointer in seen:
            return
        seen.add(self.pointer)
        yield self
        inner = self.inner
        for part in [*([inner] if inner is not None else []), *self.branches("allOf")]:
            yield from part._same_object(seen)  # noqa: SLF001 - of this class

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types that it allows, as far as it says; ``()`` when it says nothing."""
        return tuple(dict.fromkeys(self._types(set())))

    def _types(self, seen: set[str]) -> Iterator[str]:
        words = self.keywords
        if self.pointer in seen:
            return
        seen.add(self.pointer)
        own = words.get("type", ())
        yield from (own,) if isinstance(own, str) else own
        if words.get("nullable") is True:
            yield "null"
        parts = [branch for keyword in ("allOf", *_UNIONS) for branch in self.branches(keyword)]
        for part in [*([self.schemas.at(words["$ref"])] if "$ref" in words else []), *parts]:
            yield from part._types(seen)  # noqa: SLF001 - of this class
        if not own:
            yield from ["object"] if "properties" in words else map(_json_type, self._values)

    @property
    def _values(self) -> tuple[Any, ...]:
        words = self.keywords
        return (words["const"],) if "const" in words else tuple(words.get("enum", ()))

    @property
    def nullable(self) -> bool:
        """May the value be null? True also for a schema that says nothing at all."""
        types = self.types
        return "null" in types or (not types and not self.enum)

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
        for schema in self._same_object():
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
    def deprecated(self) -> bool:
        """Still there, not to be used any more."""
        return self._says("deprecated")

    def _says(self, keyword: str) -> bool:
        """Said of itself, or through ``$ref`` and ``allOf``."""
        waiting, seen = [self], set()
        while waiting:
            schema = waiting.pop()
            words = schema.keywords
            if words.get(keyword) is True:
                return True
            if schema.pointer not in seen:
                seen.add(schema.pointer)
                waiting += schema.branches("allOf") + ([self.schemas.at(words["$ref"])] if "$ref" in words else [])
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
        return " | ".join(self._words(frozenset()))

    def _words(self, seen: frozenset[str]) -> list[str]:
        plain = self.plain
        names = self._plain_words(plain, seen | {plain.pointer}) if plain.pointer not in seen else [plain.name or "..."]
        if self.nullable and names != ["Any"]:
            names.append("None")
        return list(dict.fromkeys(names))

    def _plain_words(self, plain: Schema, seen: frozenset[str]) -> list[str]:
        values = plain.enum
        if values and len(values) <= _SHOWN_VALUES:
            return [repr(value) for value in values]
        union = plain.branches("anyOf") or plain.branches("oneOf")
        if union and len(seen) > 1 and plain.name:
            return [plain.name]  # a union inside another type goes by its name
        if union:
            return [word for branch in union for word in branch._words(seen) if word != "None"]  # noqa: SLF001
        types = [name for name in plain.types if name != "null" or plain.types == ("null",)]
        if len(types) == 1:
            return [self._type_word(plain, types[0], seen)]
        return [_PYTHON_WORDS.get(name, name) for name in types] or ["Any"]

    def _type_word(self, plain: Schema, name: str, seen: frozenset[str]) -> str:
        items = plain.items
        if name == "array" and items is not None:
            return f"list[{' | '.join(items._words(seen))}]"  # noqa: SLF001 - of this class
        if name == "object" and plain.name:
            return plain.name
        return _FORMAT_WORDS.get(plain.format or "", "str") if name == "string" else _PYTHON_WORDS.get(name, name)

    @property
    def request(self) -> Validator:
        """Checks what is sent."""
        return self.schemas.validator(self.pointer, "request")

    @property
    def response(self) -> Validator:
        """Checks what came."""
        return self.schemas.validator(self.pointer, "response")


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    names = ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (dict, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "array")
