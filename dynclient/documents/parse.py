"""Bytes to a document: JSON, or YAML read with JSON's types only. No file and no network is read here.

Imported in functions: ``yaml``, 15 ms that a document in JSON saves.
"""

from __future__ import annotations

import gc
import json
from typing import Any, NoReturn

from ..errors import SpecError

__all__ = ["parse", "parse_value"]


def parse(data: bytes, *, name: str = "") -> dict[str, Any]:
    """A document from its bytes: JSON, or YAML read with JSON's types only.

    In YAML ``on``, ``no``, dates and ``010`` are strings, every key is a string, and merge keys work.

    Args:
        data: UTF-8 (or any encoding that JSON or YAML tells by its first bytes).
        name: what the bytes are called, for messages.

    Raises:
        SpecError: neither JSON nor YAML, not a mapping, tags of a programming language, or aliases
            that stand for a very large document.
    """
    name = name or "the document"
    return _mapping(parse_value(data, name=name), name)


def parse_value(data: bytes, *, name: str) -> Any:
    """What JSON or YAML bytes hold, whatever it is; see ``parse``.

    The collector of cycles pauses meanwhile: a document has none, and to look through it again and again as it grows
    took 5 ms of the 40 that a bundled one needs to be imported, loaded and asked for a signature.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return _parse_value(data, name)
    finally:
        if collects:
            gc.enable()


def _parse_value(data: bytes, name: str) -> Any:
    data = data.removeprefix(b"\xef\xbb\xbf")
    json_stop = ""
    if data[:64].lstrip()[:1] == b"{":
        try:
            document = json.loads(data, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            json_stop = f"line {error.lineno}, column {error.colno}"
        except RecursionError:
            raise SpecError(f"{name}: nested too deep to be read") from None
        except ValueError as error:  # a number of thousands of digits, bytes that are not UTF-8
            raise SpecError(f"{name}: not JSON; {_plain(error)}") from None
        else:
            return document
    from . import yaml as plain_yaml

    return plain_yaml.parse(data, name, json_stop)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _plain(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not valid {error.encoding}; save it as UTF-8"
    text = str(error)
    return text if "JSON number" in text else "it holds a number too long to be read"


def _mapping(document: object, name: str) -> dict[str, Any]:
    if isinstance(document, dict):
        return document
    kind = "empty" if document is None else f"a {type(document).__name__}"
    raise SpecError(f"{name}: an OpenAPI document is a mapping that starts with `openapi:`, this is {kind}")
