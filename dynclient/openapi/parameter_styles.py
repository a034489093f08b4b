"""Writing a parameter's value in its ``style``/``explode`` form, and reading it back.

The forms are OpenAPI 3.1 section 4.8.12 (the table "Style Examples" of 3.1.1), which rest on RFC 6570::

    in      style            explode=false               explode=true
    path    simple           blue,black                  the same; objects R=100,G=200
    path    label            .blue,black                 .blue.black           .R=100.G=200
    path    matrix           ;color=blue,black           ;color=blue;color=black   ;R=100;G=200
    query   form             color=blue,black            color=blue&color=black    R=100&G=200
    query   spaceDelimited   color=blue%20black          as form
    query   pipeDelimited    color=blue%7Cblack          as form
    query   deepObject       color%5BR%5D=100            the same; deeper values as ``deep_objects`` has them
    header  simple           blue,black                  the same; objects R=100,G=200
    cookie  form             color=blue,black            one cookie an item or a member

Every character outside RFC 3986's unreserved set is percent-encoded as UTF-8 in paths, queries and cookies; header
values are written as they are (OpenAPI: percent-encoding must not be applied there). A value that could not be read
back as itself is refused with a ValueError whose text is a sentence for the caller; it holds no value.

Imported in functions: ``deep_objects``, which few documents need.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..schema.schema import Schema

__all__ = ["STYLES", "Types", "read", "types_of", "write"]

#: the styles that each location knows, the default first
STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}

_COMMA = ","
_SPACE = r"%20|\+| "
_PIPE = r"%7[Cc]|\|"
#: what separates the parts of a value that is not exploded: (as written, as found)
_DELIMITERS = {"spaceDelimited": ("%20", _SPACE), "pipeDelimited": ("%7C", _PIPE)}
#: reserved characters that a query value may hold without changing what the query says: not ``#[]`` (RFC 3986
#: section 3.4), not ``&+=`` (form-urlencoded), not the comma (it separates); OpenAPI leaves these to the writer
_RESERVED = ":/?@!$'()*;"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_UNFIT_FOR_HEADERS = r"[\x00-\x08\x0a-\x1f\x7f]"


class Types(NamedTuple):
    """What a text may mean: JSON type names, as far as the schema says.

    Attributes:
        value: of the parameter as a whole: ``("array", "null")``.
        items: of an array's items.
        fields: of an object's declared members.
        others: of members beyond these; None when there are none.
        schema: what they are the types of, for values that go deeper.
    """

    value: tuple[str, ...]
    items: tuple[str, ...] = ("string",)
    fields: Mapping[str, tuple[str, ...]] = {}
    others: tuple[str, ...] | None = None
    schema: Schema | None = None


def types_of(schema: Schema) -> Types:
    """The types of a parameter's schema, seen through ``$ref``, ``allOf``, ``anyOf`` and ``oneOf``."""
    items: list[str] = []
    fields: dict[str, tuple[str, ...]] = {}
    others: tuple[str, ...] | None = None
    for part in schema.alternatives:
        words = part.keywords
        for inner in part.branches("prefixItems"):
            items.extend(inner.described_types)
        if isinstance(words.get("items"), dict):
            items.extend(part.child("items").described_types)
        for name in words.get("properties", ()):
            fields[name] = (*fields.get(name, ()), *part.child("properties", name).described_types)
        if isinstance(words.get("additionalProperties"), dict):
            others = (*(others or ()), *part.child("additionalProperties").described_types)
        elif words.get("additionalProperties") is True:
            others = ("string",)
    types = schema.described_types
    if not fields and others is None and "object" in types:
        others = ("string",)
    return Types(types, tuple(items) or ("string",), fields, others, schema)


# --- writing -----------------------------------------------------------------------------------------------------


def write(
    name: str, value: object, *, location: str, style: str, explode: bool, allow_reserved: bool = False
) -> list[tuple[str, str]] | str:
    """A JSON value as it stands in a request.

    Args:
        name: the parameter's name as the document has it.
        value: str, int, float, bool, or a list or dict of these; never None.
        location: ``path``, ``query``, ``header`` or ``cookie``.
        style: one of ``STYLES[location]``.
        explode: one parameter an item or member, instead of one for all.
        allow_reserved: keep reserved characters in a query value; those that would change what the query says
            (``#[]&+=,`` and ``%``) are encoded all the same, which OpenAPI leaves to the writer.

    Returns:
        For ``query`` and ``cookie`` pairs, encoded, to be joined with ``&`` or ``; ``; else one text.

    Raises:
        ValueError: the value has no such form; the message says why.
    """
    _check_style(location, style)
    encode: Callable[[str], str] = _plain if location == "header" else _percent
    if location == "query" and allow_reserved:
        encode = _reserved
    if location in {"query", "cookie"}:
        return _pairs(name, value, style, encode, explode=explode)
    if style == "matrix":
        return "".join(
            f";{key}={text}" if text else f";{key}" for key, text in _pairs(name, value, style, encode, explode=explode)
        )
    if style == "label":
        return "." + _joined(value, "." if explode else ",", encode, explode=explode)
    return _joined(value, ",", encode, explode=explode)


def _check_style(location: str, style: str) -> None:
    if style not in STYLES.get(location, ()):
        raise ValueError(f"there is no style {style} for a {location} parameter")


def _pairs(
    name: str, value: object, style: str, encode: Callable[[str], str], *, explode: bool
) -> list[tuple[str, str]]:
    """The forms that carry a name: form, spaceDelimited, pipeDelimited, deepObject, matrix."""
    if style == "deepObject":
        if not isinstance(value, (dict, list)):
            raise ValueError("only an object can be written in the style deepObject")
        from . import deep_objects

        return [(_percent(key), encode(_text(item))) for key, item in deep_objects.pairs(name, value)]
    if explode and isinstance(value, (dict, list)):
        _not_empty(value)
        members = value.items() if isinstance(value, dict) else [(name, item) for item in value]
        return [(_percent(key), encode(_text(item))) for key, item in members]
    delimiter = _DELIMITERS.get(style, (",", _COMMA))[0]
    return [(_percent(name), _joined(value, delimiter, encode, explode=False))]


def _joined(value: object, delimiter: str, encode: Callable[[str], str], *, explode: bool) -> str:
    """One text for the whole value: ``blue``, ``blue,black``, ``R,100,G,200``, exploded ``R=100,G=200``."""
    if not isinstance(value, (dict, list)):
        return encode(_text(value))
    if explode:
        _not_empty(value)
    if isinstance(value, list):
        parts = [encode(_text(item)) for item in value]
        if parts == [""] and not explode:
            raise ValueError("an array of one empty string is written like an empty array")
    elif explode:
        if any("=" in encode(key) for key in value):
            raise ValueError("a member's name holds =, which separates names from values here")
        parts = [f"{encode(key)}={encode(_text(item))}" for key, item in value.items()]
    else:
        parts = [encode(text) for key, item in value.items() for text in (key, _text(item))]
    if any(delimiter in part for part in parts):
        raise ValueError(f"a part of it holds {unquote(delimiter)!r}, which separates parts here")
    if encode is _plain and any(part != part.strip() for part in parts):
        raise ValueError("a part of it begins or ends with a space, which is lost in a header")
    return delimiter.join(parts)


def _not_empty(value: dict[str, object] | list[Any]) -> None:
    if not value:
        kind = "array" if isinstance(value, list) else "object"
        raise ValueError(f"an empty {kind} cannot be written when every part is written on its own; leave it out")


def _text(value: object) -> str:
    """A primitive as JSON writes it, without a string's quotation marks."""
    if isinstance(value, str):
        return value
    if value is None:
        raise ValueError("null cannot be written in a parameter")
    if isinstance(value, (dict, list)):
        raise ValueError("an array or object inside an array or object cannot be written in a parameter")  # noqa: TRY004 - one kind of error for all that has no form
    if isinstance(value, float) and value - value != 0:
        raise ValueError("NaN and Infinity are not JSON")
    return json.dumps(value)


def _percent(text: str) -> str:
    return _quoted(text, "")


def _reserved(text: str) -> str:
    return _quoted(text, _RESERVED)


def _quoted(text: str, safe: str) -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair cannot be written as UTF-8") from None


def _plain(text: str) -> str:
    """A header's text as it is, or refused: what RFC 9110 section 5.5 does not allow could end the header early."""
    if re.search(_UNFIT_FOR_HEADERS, text):
        raise ValueError("a control character (line feed, carriage return, NUL …) cannot stand in a header")
    if not text.isascii() and max(text) > "\xff":
        raise ValueError("a character outside Latin-1 cannot stand in a header")
    if text != text.strip():
        raise ValueError("a space at the beginning or end is lost in a header")
    return text


# --- reading -----------------------------------------------------------------------------------------------------


_DECODERS: Mapping[str, Callable[[str], str]] = {"query": unquote_plus, "header": str.strip}


def read(
    name: str,
    location: str,
    style: str,
    explode: bool,  # noqa: FBT001 - the order in which a document describes a parameter
    raw: Sequence[tuple[str, str]] | str,
    types: Types,
) -> Any:
    """The JSON value that ``write`` wrote so; text that fits no type stays a string, for validation to complain of.

    Args:
        name: the parameter's name.
        location: as in ``write``.
        style: as in ``write``.
        explode: as in ``write``.
        raw: what ``write`` returns, still encoded. For ``query`` and ``cookie`` the pairs may be all that the request
            has; only for an exploded object that takes any member give those that no other parameter claims.
        types: what the schema allows, ``types_of(schema)``. An array of one is read as its item where the schema
            allows that too.

    Raises:
        KeyError: the pairs do not hold the parameter.
        ValueError: there is no such style, or a label or matrix without its first character.
    """
    _check_style(location, style)
    form = _Form(name, style, types, _DECODERS.get(location, unquote), explode=explode)
    if not isinstance(raw, str):
        return form.from_pairs(raw)
    if style == "simple":
        return form.parts(raw, _COMMA)
    mark = "." if style == "label" else ";"
    if not raw.startswith(mark):
        raise ValueError(f"a {style} parameter begins with {mark!r}")
    if style == "label":
        return form.parts(raw[1:], r"\." if explode else _COMMA)
    return form.from_pairs([(key, text) for key, _, text in (part.partition("=") for part in raw[1:].split(";"))])


class _Form:
    """One parameter's form, for reading."""

    __slots__ = ("decode", "delimiter", "explode", "name", "scalars", "style", "types")

    def __init__(self, name: str, style: str, types: Types, decode: Callable[[str], str], *, explode: bool) -> None:
        self.name = name
        self.style = style
        self.types = types
        self.decode = decode
        self.explode = explode
        self.delimiter = _DELIMITERS.get(style, (",", _COMMA))[1]
        self.scalars = not types.value or bool(set(types.value) - {"array", "object", "null"})

    def allows(self, kind: str) -> bool:
        return kind in self.types.value

    def from_pairs(self, pairs: Sequence[tuple[str, str]]) -> Any:
        items = [(self.decode(key), text) for key, text in pairs]
        if self.style == "deepObject":
            from . import deep_objects

            return deep_objects.read(self.name, items, self.types, self.scalar)
        own = [text for key, text in items if key == self.name]
        if self.explode and self.allows("object") and not (own and (self.scalars or self.allows("array"))):
            fields = self.types.fields
            return self.members([pair for pair in items if pair[0] in fields or self.types.others is not None])
        if not own:
            raise KeyError(self.name)
        if self.explode and self.allows("array") and (len(own) > 1 or not self.scalars):
            return [self.scalar(text, self.types.items) for text in own]
        if len(own) > 1:
            return [self.parts(text, self.delimiter) for text in own]  # said twice: an array that no schema wants
        return self.scalar(own[0], self.types.value) if self.explode else self.parts(own[0], self.delimiter)

    def parts(self, text: str, delimiter: str) -> Any:
        """A text that holds the whole value."""
        parts = [] if not text and not self.explode else re.split(delimiter, text)
        if not self.allows("array") and not self.allows("object"):
            return self.scalar(text, self.types.value)
        if self.scalars and len(parts) <= 1 and not (self.explode and self.allows("object") and "=" in text):
            return self.scalar(text, self.types.value)
        if self.allows("object") and self.explode and all("=" in part for part in parts):
            return self.members([(self.decode(key), item) for key, _, item in (p.partition("=") for p in parts)])
        if self.allows("array"):
            return [self.scalar(part, self.types.items) for part in parts]
        if self.explode or len(parts) % 2:
            return self.decode(text)  # not an object's form
        return self.members([(self.decode(parts[i]), parts[i + 1]) for i in range(0, len(parts), 2)], empty=True)

    def members(self, pairs: Sequence[tuple[str, str]], *, empty: bool = False) -> dict[str, object]:
        if not pairs and not empty:
            raise KeyError(self.name)
        others = self.types.others or ("string",)
        return {key: self.scalar(text, self.types.fields.get(key, others)) for key, text in pairs}

    def scalar(self, text: str, types: Sequence[str]) -> Any:
        """The first of integer, number, boolean, string that is allowed and that the text looks like."""
        text = self.decode(text)
        if ("integer" in types or "number" in types) and re.fullmatch(_NUMBER, text):
            number = _number(text)
            if number is not None and ("number" in types or number == int(number)):
                return number
        if "boolean" in types and text in {"true", "false"}:
            return text == "true"
        return text


def _number(text: str) -> int | float | None:
    try:
        number: int | float = json.loads(text)
    except ValueError:  # more digits than Python turns into an int
        return None
    return number if number - number == 0 else None
