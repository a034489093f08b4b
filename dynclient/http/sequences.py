"""Streams of events and of JSON texts, cut into their items (WHATWG HTML §9.2.6, RFC 7464)."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InvalidResponse, Violation
from .json import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Event", "Events", "JsonSequence"]

_LINE_END = re.compile("\r\n|\n|\r")
_RECORD_SEPARATOR = b"\x1e"


class Event(NamedTuple):
    """One event of ``text/event-stream``.

    Attributes:
        data: its data: JSON where the document says so and it is JSON, text elsewhere; lines joined by line feeds.
        event: its type; ``message`` where the server names none.
        id: the last event id that the server gave, with this event or before; empty where it gave none.
        retry: milliseconds to wait before connecting again, where this event says so.
    """

    data: Any
    event: str = "message"
    id: str = ""
    retry: int | None = None


class Events:
    """The events of ``text/event-stream``: always UTF-8, lines ended by CR LF, LF or CR, events by an empty line.

    An event without data is none; one that is not ended when the stream ends is dropped, as the standard has it.
    """

    unit = "an event"

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._parts: list[str] = []  # of the line that is not complete
        self._data: list[str] = []
        self._type, self._last_id = "", ""
        self._retry: int | None = None
        self._is_first, self._after_cr = True, False
        self._line_size = self._data_size = 0

    @property
    def pending(self) -> int:
        """Characters of the line and of the data that are not complete."""
        return self._line_size + self._data_size

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that this chunk completes."""
        return iter([event for line in self._lines(chunk) if (event := self._line(line)) is not None])

    def end(self) -> Iterator[Event]:
        """None: what is not ended by an empty line was cut off."""
        return iter(())

    def _lines(self, chunk: bytes) -> list[str]:
        text = self._decoder.decode(chunk)
        if self._is_first and text:
            text, self._is_first = text.removeprefix("\ufeff"), False
        if self._after_cr and text:
            text, self._after_cr = text.removeprefix("\n"), False  # the second half of a CR LF
        if text.endswith("\r"):
            self._after_cr = True
        first, *others = _LINE_END.split(text)
        self._parts.append(first)
        if not others:
            self._line_size += len(first)
            return []
        lines = ["".join(self._parts), *others[:-1]]
        self._parts, self._line_size = [others[-1]], len(others[-1])
        return lines

    def _line(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")  # a comment has no name
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._data_size += len(value) + 1
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._last_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self._retry = int(value[:15])
        return None

    def _dispatch(self) -> Event | None:
        event = None
        if self._data:
            event = Event("\n".join(self._data), self._type or "message", self._last_id, self._retry)
        self._data, self._data_size, self._type, self._retry = [], 0, "", None
        return event


class JsonSequence:
    """The JSON texts of ``application/json-seq``: each after a record separator (RFC 7464 §2.1)."""

    unit = "a text"

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.pending = 0  #: bytes of the text that is not complete

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """The objects that this chunk completes; each is parsed when it is taken."""
        first, *others = chunk.split(_RECORD_SEPARATOR)
        self._parts.append(first)
        self.pending = len(others[-1]) if others else self.pending + len(first)
        if not others:
            return iter(())
        whole = [b"".join(self._parts), *others[:-1]]
        self._parts = [others[-1]]
        return (_text(part) for part in whole if part.strip())

    def end(self) -> Iterator[Any]:
        """What came after the last record separator."""
        rest = b"".join(self._parts)
        return (_text(part) for part in [rest] if part.strip())


def _text(part: bytes) -> Any:
    """A JSON text; one that is neither a string, list or object ends in white space, or was cut off (RFC 7464 §2.4)."""
    try:
        value = loads(part)
    except (ValueError, RecursionError):
        pass
    else:
        if isinstance(value, (str, list, dict)) or part[-1:].isspace():
            return value
    violation = Violation("response", (), "json", "a JSON text", "something else, or a part of it", "#")
    message = "a text of the stream is no JSON; it was cut off or is no JSON sequence:"
    raise InvalidResponse(message, violations=(violation,))
