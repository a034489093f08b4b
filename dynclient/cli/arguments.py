"""What is typed at a shell, ``name=value``, as the arguments of an operation, each read as its schema wants it.

Imported in functions: ``documents.yaml``, needed only for a file of YAML.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError
from ..http import media_types
from ..openapi.request_encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..openapi.operation import Operation
    from ..schema.schema import Schema

__all__ = ["arguments", "file_content"]


class _Place(NamedTuple):
    """Where an argument goes: its name as a keyword, its schema, whether it travels as JSON."""

    keyword: str
    schema: Schema | None
    as_json: bool


def arguments(operation: Operation, words: Sequence[str]) -> tuple[list[object], dict[str, Any]]:
    """Positional arguments and named ones, from words such as ``limit=5``.

    A word without ``=`` is the next path argument. A name given again adds to a list. Lists and objects are JSON, one
    item of a list may stand alone. ``name=@file`` is the content of a file, ``@-`` of standard input; a text that
    begins with @ is written ``@@``.

    Raises:
        ArgumentError: a word that is no argument, a name given twice, JSON that is none, a file that cannot be read.
    """
    encoder = Encoder(operation)
    places = _places(operation, encoder)
    positional: list[str] = []
    texts_by_name: dict[str, list[str]] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if mark and (name in places or name.isidentifier()):
            keyword = places[name].keyword if name in places else name
            texts_by_name.setdefault(keyword, []).append(value)
        else:
            positional.append(word)
    path = [p for p in operation.parameters if p.location == "path"]
    if len(positional) > len(path):
        alone = f"; only {', '.join(p.keyword for p in path)} may stand without a name" if path else ""
        raise ArgumentError(f"{positional[len(path)]!r}: arguments of {operation.name} are written name=value{alone}")
    args = [_single(places[p.keyword], text) for p, text in zip(path, positional, strict=False)]
    return args, {name: _argument(name, places.get(name), texts, encoder) for name, texts in texts_by_name.items()}


def _places(operation: Operation, encoder: Encoder) -> dict[str, _Place]:
    """By keyword, and by the name that the document has, where no keyword is in its way."""
    pairs = [(p.name, _Place(p.keyword, p.schema, p.media_type is not None)) for p in operation.parameters]
    pairs += [(field.name, _Place(field.keyword, field.schema, as_json=True)) for field in encoder.fields]
    return dict(pairs) | {place.keyword: place for _, place in pairs}


def _argument(name: str, place: _Place | None, texts: list[str], encoder: Encoder) -> object:
    schema = place.schema if place is not None else None
    if (
        place is not None
        and schema is not None
        and "array" in schema.described_types
        and not _stays(texts, schema.described_types)
    ):
        return [_single(_Place(name, schema.items, place.as_json), text) for text in texts]
    if len(texts) > 1:
        raise ArgumentError(f"{name} is given {len(texts)} times, and it is no list")
    if place is not None:
        return _single(place, texts[0])
    return _body(texts[0], encoder) if name == encoder.body_keyword else texts[0]


def _stays(texts: list[str], types: Sequence[str]) -> bool:
    """Is this one text the whole of a list, or no list at all?"""
    text = texts[0]
    return len(texts) == 1 and (text.startswith("[") or "string" in types or (text == "null" and "null" in types))


def _single(place: _Place, text: str) -> object:
    """One value: JSON where its types are not those of text; what is none is left for the document to judge."""
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        return _at_file(place, text[1:])
    types = place.schema.described_types if place.schema is not None else ()
    if not types:
        return _json(text, text) if place.as_json else text
    if text == "null" and "null" in types:
        return None
    if "boolean" in types and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if text[:1] in {"{", "["} and {"object", "array"} & {*types}:
        return _json(text, text) if "string" in types else _json_of(place.keyword, text)
    number = _json(text, text) if {"integer", "number"} & {*types} else text
    return number if isinstance(number, (int, float)) and not isinstance(number, bool) else text


def _body(text: str, encoder: Encoder) -> object:
    """The whole body: JSON or text as typed, or the content of a file."""
    is_json = encoder.media is not None and media_types.is_json(encoder.media.name)
    if text.startswith("@"):
        return file_content(text[1:], "body") if is_json else _bytes(text[1:], "body")
    return _json_of("body", text) if is_json else text


def file_content(path: str, name: str) -> object:
    """The JSON or YAML in a file, or in standard input where the path is ``-``.

    Raises:
        ArgumentError: it cannot be read, or holds neither.
    """
    data = _bytes(path, name)
    if not path.lower().endswith((".yaml", ".yml")):
        return _json_of(name, data)
    from ..documents import yaml

    return yaml.parse(data, path)


def _bytes(path: str, name: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 12 ms to import
            return file.read()
    except OSError as error:
        raise ArgumentError(f"{name}: {path} cannot be read ({error.strerror})") from None


def _at_file(place: _Place, path: str) -> object:
    """What a file holds for one argument: text where text is wanted, else JSON or YAML."""
    types = place.schema.described_types if place.schema is not None else ()
    if "string" not in types and (place.as_json or {"object", "array"} & {*types}):
        return file_content(path, place.keyword)
    text = _bytes(path, place.keyword).decode("utf-8", "replace").rstrip("\n")
    return _single(place, f"@{text}" if text.startswith("@") else text)


def _json(text: str, instead: object) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return instead


def _json_of(name: str, text: str | bytes) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ArgumentError(f"{name}: this is no JSON past {place}; quote it for the shell: {name}='…'") from None
    except ValueError:  # bytes that are no text
        raise ArgumentError(f"{name}: this is no JSON") from None
