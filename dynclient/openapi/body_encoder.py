"""The body of one operation in one media type: its fields as keywords, checked as JSON, written as bytes.

What each kind of media type takes::

    JSON, */*            any JSON value; octets that are JSON
    NDJSON, JSON Lines   a list of JSON values; text and octets as they are
    form-urlencoded      an object; text and octets as they are
    multipart            an object whose values may be files
    XML, other text      text or octets as they are; a number or truth value as JSON writes it; no objects
    YAML                 text or octets as they are; JSON values, since JSON is YAML
    octets               text, octets and files as they are; JSON where the schema wants an object or an array

Imported in functions: ``forms`` and ``multipart``, only for bodies of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import Violation
from ..http import media_types
from ..http.json import dumps, loads
from ..http.uploads import Upload, content_of
from ..schema.values import to_json
from ..schema.violation_words import type_words
from .operation import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set as AbstractSet

    from ..schema.schema import Schema
    from .multipart import File
    from .operation import MediaType, Parameter

__all__ = ["BodyEncoder", "Field", "is_octets", "item_violations", "kind_of", "means_the_same"]

FORM = "application/x-www-form-urlencoded"
_NO_OBJECTS = frozenset({"xml", "text"})


class Field(NamedTuple):
    """A field of the body that can be given as a keyword."""

    keyword: str
    name: str
    schema: Schema
    required: bool


def is_octets(value: object) -> bool:
    """Is it bytes, or a file of them?"""
    return isinstance(value, (bytes, bytearray, memoryview)) or hasattr(value, "read")


def means_the_same(parameter: Parameter, schema: Schema) -> bool:
    """Has a body a writable field of a path parameter's name that takes values of its type?"""
    field = schema.fields.get(parameter.name)
    if field is None or field.read_only or parameter.schema is None:
        return field is not None and not field.read_only
    types = [set(one.described_types) for one in (field, parameter.schema)]
    return not all(types) or bool(types[0] & types[1]) or all(one & {"integer", "number"} for one in types)


def item_violations(items: object, media: MediaType) -> list[Violation]:
    """Where the items of a list break what the document says of a sequence (OpenAPI 3.2 §4.14.2)."""
    whole, each = media.schema, media.of_items
    wrong: list[Violation] = []
    if whole is not None and each is not whole:
        wrong += whole.request.violations(items, "body")
    if not isinstance(items, list) and each is whole and whole is not None:
        wrong += whole.request.violations(items, "body")
    elif isinstance(items, list) and each is not None and not wrong:
        wrong += [v for i, item in enumerate(items) for v in each.request.violations(item, "body", (i,))]
    return wrong


def kind_of(name: str) -> str:
    """What a media type takes, as the table of this module has it."""
    base = media_types.media_type(name)
    kinds = (
        ("json", media_types.is_json(base) or base in {"*/*", "application/*", ""}),
        ("form", base == FORM),
        ("multipart", base.startswith("multipart/")),
        ("lines", media_types.is_ndjson(base) or media_types.is_json_sequence(base)),
        ("yaml", base.endswith(("/yaml", "/x-yaml", "+yaml"))),
        ("xml", base.endswith(("/xml", "+xml"))),
        ("text", media_types.is_text(base) or media_types.is_event_stream(base)),
    )
    return next((kind for kind, fits in kinds if fits), "octets")


class BodyEncoder:
    """One body in one media type.

    Args:
        media: what the document says of it.
        reserved: keywords that are no fields, because something else has the name.
        path_parameters: those of the operation, which also fill required fields of the same name.
        item: the one at the end of the path, which names the item: it fills the required field that its name ends in
            too (``variable_key`` is the ``key``).

    Attributes:
        media: the media type.
        kind: what it takes, see ``kind_of``.
        fields: the fields that are keywords.
    """

    def __init__(
        self,
        media: MediaType,
        reserved: AbstractSet[str],
        path_parameters: Sequence[Parameter],
        item: Parameter | None = None,
    ) -> None:
        self.media = media
        self.kind = kind_of(media.name)
        self.content_type = _concrete(media.name)
        self._reserved = reserved
        self._path_parameters = path_parameters
        self._item = item
        self.fields, self._filled = self._keyword_fields(reserved)

    def _keyword_fields(self, reserved: AbstractSet[str]) -> tuple[tuple[Field, ...], Mapping[str, Parameter]]:
        """The fields that are keywords, and those that a path argument fills, with its parameter."""
        schema = self.media.schema
        if schema is None or self.kind in _NO_OBJECTS:
            return (), {}
        required, keywords = schema.required, set(reserved)
        writable = [name for name, field in schema.fields.items() if not field.read_only]
        filled = {p.name: p for p in self._path_parameters if p.name in required and means_the_same(p, schema)}
        if self._item is not None and self._item.name not in schema.fields:
            ends = [name for name in writable if name in required and self._item.name.endswith(f"_{name}")]
            filled |= {name: self._item for name in ends if name not in filled}
        fields = []
        for name in writable:
            keyword = identifier(name)
            if keyword not in keywords:
                keywords.add(keyword)
                fields.append(Field(keyword, name, schema.fields[name], name in required and name not in filled))
        return tuple(fields), filled

    @property
    def takes_octets(self) -> bool:
        """Are bytes of any content sent as they are?"""
        return self.kind in {"octets", "xml", "text", "yaml"}

    @property
    def writes_objects(self) -> bool:
        """Can an object be written in it?"""
        return self.kind not in _NO_OBJECTS and not (self.kind == "octets" and not self._wants_json)

    @property
    def _wants_json(self) -> bool:
        types = self.media.schema.described_types if self.media.schema is not None else ()
        return bool({"object", "array"} & {*types})

    def written_as(self, content_type: str) -> BodyEncoder:
        """The same body under a media type that this one, ``image/*``, stands for."""
        return BodyEncoder(self.media._replace(name=content_type), self._reserved, self._path_parameters, self._item)

    # --- checking ---

    def check(
        self, value: object, arguments: Mapping[str, object], wrong: list[Violation], *, skip_required: bool
    ) -> Any:
        """The body as JSON, octets or a file, checked.

        Args:
            value: what was given, or the object that fields by keyword make.
            arguments: those of the call, for those of the path.
            wrong: receives the violations.
            skip_required: missing fields at the top were reported otherwise.
        """
        if is_octets(value):
            return self._checked_octets(value, wrong)
        if isinstance(value, str) and self.kind in {"xml", "lines", "octets"}:
            return value
        if not self._takes(value, wrong):
            return value
        before = len(wrong)
        plain, files = self._without_files(value)
        checked = to_json(plain, "body", (), wrong)
        if isinstance(checked, dict):
            self._fill(checked, arguments, wrong)
        if self.kind == "lines" and len(wrong) == before:
            wrong += item_violations(checked, self.media)
        elif self.media.schema is not None and len(wrong) == before:
            for violation in self.media.schema.request.violations(checked, "body"):
                missing = violation.rule == "required" and len(violation.path) == 1
                if not (skip_required and missing) and not (violation.path in files and violation.rule != "type"):
                    wrong.append(violation)
        for path, file in files.items():
            _put(checked, path, file)
        return checked

    def _without_files(self, value: object) -> tuple[object, dict[tuple[str | int, ...], File]]:
        """The body with ``""`` in the place of each file, and the files by their paths."""
        files: dict[tuple[str | int, ...], File] = {}
        if self.kind != "multipart" or not isinstance(value, dict):
            return value, files
        from .multipart import without_files

        return without_files(value, files), files

    def _takes(self, value: object, wrong: list[Violation]) -> bool:
        """Can a value that is neither octets nor text be written at all?"""
        compound = isinstance(value, (dict, list, tuple))
        if self.kind in _NO_OBJECTS and compound:
            expected = f"the text of the {self.content_type}"
        elif self.kind == "octets" and not self._wants_json and not isinstance(value, str):
            expected = f"bytes, text or a file, to be sent as {self.content_type}"
        elif self.kind in {"form", "multipart"} and not isinstance(value, dict):
            expected = f"an object, whose fields {self.content_type} has"
        else:
            return True
        wrong.append(Violation("body", (), "content", expected, type_words(value), self.media.pointer, value))
        return False

    def _checked_octets(self, value: object, wrong: list[Violation]) -> Any:
        if self.kind == "json":
            return self._checked_json(value, wrong)
        if self.kind == "multipart":
            expected = "an object, whose fields are the parts"
            wrong.append(Violation("body", (), "content", expected, type_words(value), self.media.pointer))
        return value

    def _checked_json(self, value: Any, wrong: list[Violation]) -> Any:
        """Octets under a JSON media type are JSON, and are held to the schema like any other."""
        raw = value.read() if hasattr(value, "read") else value
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        try:
            parsed = loads(raw)
        except (ValueError, RecursionError):
            expected = "JSON, as which it is sent; give the object, or choose a documented type by content_type="
            wrong.append(Violation("body", (), "json", expected, "octets that are none", self.media.pointer))
            return raw
        if self.media.schema is not None:
            wrong += self.media.schema.request.violations(parsed, "body")
        return raw

    def _fill(self, body: dict[str, object], arguments: Mapping[str, object], wrong: list[Violation]) -> None:
        """A path argument also is the required body field of the same name; two different values are an error.

        The field that the item's parameter only ends in may differ: a variable is renamed so.
        """
        schema = self.media.schema
        if schema is None:
            return
        for name, parameter in self._filled.items():
            value = arguments.get(parameter.keyword)
            if value is not None:
                body.setdefault(name, value)
        for parameter in self._path_parameters:
            name, value = parameter.name, arguments.get(parameter.keyword)
            if value is not None and name in body and body[name] != value and means_the_same(parameter, schema):
                expected = f"the same value as the path argument {parameter.keyword}"
                wrong.append(Violation("body", (name,), "path", expected, "another one", schema.pointer))

    # --- writing ---

    def write(self, value: object) -> tuple[bytes | Upload, str]:
        """The content of a checked body and its content type.

        Raises:
            ValueError: a field that its style cannot write; a sentence.
        """
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value), self._type_of_octets
        if hasattr(value, "read"):
            content = content_of(value)
            return Upload([content]) if content is value else content, self._type_of_octets
        if self.kind == "form" and isinstance(value, dict):
            from .forms import write_form

            return write_form(value, self.media).encode(), self.content_type
        if self.kind == "multipart" and isinstance(value, dict):
            from .multipart import write_multipart

            return write_multipart(value, self.media, self.content_type)
        if self.kind == "lines" and isinstance(value, list):
            mark = "\x1e" if self.content_type.endswith("json-seq") else ""
            return "".join(f"{mark}{dumps(item)}\n" for item in value).encode(), self.content_type
        text = value if isinstance(value, str) and self.kind not in {"json", "yaml"} else dumps(value)
        return text.encode(), self.content_type

    @property
    def _type_of_octets(self) -> str:
        wide = "*" in self.media.name and self.kind != "json"
        return "application/octet-stream" if wide else self.content_type


def _concrete(name: str) -> str:
    """A media type to send: a wide one becomes JSON, or octets where it is not for applications."""
    if "*" not in name:
        return name
    return "application/json" if kind_of(name) == "json" else "application/octet-stream"


def _put(body: Any, path: tuple[str | int, ...], file: File) -> None:
    for step in path[:-1]:
        body = body[step]
    body[path[-1]] = file
