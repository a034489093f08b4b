"""Python values to JSON and back by ``format``: what is sent is made here first, then validated, then written.

Imported in functions: ``formats``, which needs datetime and uuid, 9 ms that a call without such values saves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from ..errors import Violation
from .violation_words import type_words

__all__ = ["from_json", "to_json"]

_Path = tuple[str | int, ...]
_PLAIN = (int, bool, type(None))
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEPEST = 200


class _TooDeepError(Exception):
    """The value is nested deeper than anything that is meant to be sent, or holds itself."""


def to_json(value: object, location: str, path: _Path, wrong: list[Violation]) -> object:
    """The JSON form of a Python value: new containers, nothing shared with what was given.

    dict, list, tuple, str, int, float, bool and None stay; an aware ``datetime``, ``date``, ``timedelta``, ``UUID``
    and the value of an ``Enum`` are written by their format. What has no JSON form is added to ``wrong``.

    Args:
        value: anything.
        location: the part of the message, for violations.
        path: the way to the value inside that part.
        wrong: receives one Violation for each value that cannot be sent.
    """
    try:
        return _Writer(location, wrong).any(value, path, 0)
    except _TooDeepError:
        expected = f"nested deeper than {_DEEPEST} levels, or it holds itself"
        wrong.append(Violation(location, path, "json", expected, "", "#", value))
        return None


class _Writer:
    """Writes one value; what it cannot write it lists."""

    def __init__(self, location: str, wrong: list[Violation]) -> None:
        self.location = location
        self.wrong = wrong

    def refuse(self, value: object, path: _Path, expected: str) -> None:
        self.wrong.append(Violation(self.location, path, "json", expected, type_words(value), "#", value))

    def any(self, value: Any, path: _Path, depth: int) -> object:
        kind = type(value)
        if kind is str:
            return self.text(value, path)
        if kind in _PLAIN:
            return value
        if isinstance(value, (Mapping, list, tuple)):
            if depth > _DEEPEST:
                raise _TooDeepError
            if isinstance(value, Mapping):
                return self.mapping(value, path, depth + 1)
            return [self.any(item, (*path, i), depth + 1) for i, item in enumerate(value)]
        return self.number(value, path) if isinstance(value, (int, float)) else self.other(value, path, depth)

    def text(self, value: str, path: _Path) -> str:
        if _SURROGATE.search(value):
            self.refuse(value, path, "text without lone surrogates")
        return value

    def mapping(self, value: Mapping[object, object], path: _Path, depth: int) -> dict[str, object]:
        out = {}
        for key, item in value.items():
            name = key if isinstance(key, str) else getattr(key, "value", key)  # the member of an Enum
            if not isinstance(name, str):
                self.refuse(name, path, "a string as a name")
            elif _SURROGATE.search(name):
                self.refuse(name, path, "a name without lone surrogates")
            else:
                name = _exact(name)
                out[name] = self.any(item, (*path, name), depth)
        return out

    def number(self, value: float, path: _Path) -> int | float:
        if isinstance(value, int):  # a subclass, the member of an IntEnum
            return int(value)
        if not math.isfinite(value):
            self.refuse(value, path, "a finite number (JSON has no NaN and no infinity)")
        return float(value)

    def other(self, value: object, path: _Path, depth: int) -> object:
        if isinstance(value, Enum):
            return self.any(value.value, path, depth + 1)
        if isinstance(value, str):
            return self.text(_exact(value), path)
        try:
            from . import formats

            return formats.write(value)
        except OverflowError:
            self.refuse(value, path, "a datetime within the years 1 to 9999 in UTC")
        except TypeError as error:
            self.refuse(value, path, str(error))
        return None


def _exact(text: str) -> str:
    """The characters of a str subclass: of an Enum's member its value, not its name."""
    return str.__str__(text) if type(text) is not str else text


def from_json(value: object, format_: str | None) -> Any:
    """The Python value of a JSON string by its format; the string itself where it is not of that form.

    ``date-time`` and ``datetime`` become ``datetime`` (aware when the text has an offset), ``date`` a ``date``,
    ``uuid`` a ``UUID``, ``duration`` a ``timedelta`` (unless it counts months or years, which have no fixed length).
    """
    if format_ is None or not isinstance(value, str):
        return value
    from . import formats

    reader = formats.READERS.get(format_)
    if reader is None:
        return value
    try:
        return reader(value)
    except (ValueError, OverflowError):
        return value
