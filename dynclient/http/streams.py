"""What a streamed answer brings, item by item.

Imported in functions: ``sequences``, which only answers of those media types need.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, cast

from ..errors import InvalidResponse, ResponseTooLarge, Violation
from .json import loads
from .messages import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

__all__ = ["Lines", "adrain", "drain"]

_LONGEST = 256 * 2**20  # bytes of a line, where the transport does not say


def drain(response: Response) -> Response:
    """The same response with its stream read to the end.

    Raises:
        ResponseTooLarge: it is longer than the transport takes.
    """
    if response.chunks is None:
        return response
    whole = _Whole(response)
    try:
        for chunk in response.chunks:
            whole.add(chunk)
    except ResponseTooLarge:
        response.chunks.close()  # type: ignore[attr-defined] # what streams can be closed
        raise
    return whole.response


async def adrain(response: Response) -> Response:
    """``drain`` of a response whose chunks are awaited."""
    if response.chunks is None:
        return response
    whole, chunks = _Whole(response), cast("Any", response.chunks)
    try:
        async for chunk in chunks:
            whole.add(chunk)
    except ResponseTooLarge:
        await chunks.aclose()
        raise
    return whole.response


class _Whole:
    """The chunks of a body, counted."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self._longest: int = getattr(response.chunks, "max_bytes", None) or _LONGEST
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        self._parts.append(chunk)
        self._size += len(chunk)
        if self._size > self._longest:
            raise ResponseTooLarge(
                f"the answer has more than {self._longest} bytes; Transport(max_bytes=…) sets the limit"
            )

    @property
    def response(self) -> Response:
        return self._response._replace(body=b"".join(self._parts), chunks=None)


class Lines:
    """What a streamed answer brings, as it comes.

    The objects of NDJSON and of JSON sequences, the events of an event stream, the lines of a text without their ends,
    octets in the parts in which they come.

    An iterator over chunks that an iterator brings, an async iterator over those of an async one. The connection is
    given back at the end, on any error, by ``close`` or ``aclose``, at the end of ``with``, and when this is dropped.
    """

    def __init__(self, response: Response, kind: str) -> None:
        self._chunks: Any = response.chunks
        self._longest: int = getattr(response.chunks, "max_bytes", None) or _LONGEST
        self._cut: Any = _cutter(kind, response)
        self._ready: Iterator[Any] = self._cut.feed(response.body)
        self._over = False
        self._read: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, data: object) -> Self:
        """What is here already: a text, whose lines these are, or one object."""
        lines = cls(Response(200, body=data.encode() if isinstance(data, str) else b""), "text")
        if not isinstance(data, str):
            lines._ready, lines._over = iter((data,)), True
        return lines

    def each(self, read: Callable[[Any], Any]) -> Self:
        """The same with a function through which every item goes; what it raises ends the stream."""
        self._read = read
        return self

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            for item in self._ready:
                return item if self._read is None else self._read(item)
            while not self._over:
                self._take(next(self._chunks, None) if self._chunks is not None else None)
                for item in self._ready:
                    return item if self._read is None else self._read(item)
        except BaseException:
            self.close()
            raise
        raise StopIteration

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            for item in self._ready:
                return item if self._read is None else self._read(item)
            while not self._over:
                self._take(await anext(self._chunks, None) if self._chunks is not None else None)
                for item in self._ready:
                    return item if self._read is None else self._read(item)
        except BaseException:
            await self.aclose()
            raise
        raise StopAsyncIteration

    def _take(self, chunk: bytes | None) -> None:
        self._over = chunk is None
        self._ready = self._cut.end() if chunk is None else self._cut.feed(chunk)
        if self._cut.pending > self._longest:
            raise ResponseTooLarge(
                f"{self._cut.unit} of the stream has more than {self._longest} bytes; "
                "Transport(max_bytes=…) sets the limit"
            )

    def close(self) -> None:
        """Read no further."""
        self._ready, self._over = iter(()), True
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()

    async def aclose(self) -> None:
        """Read no further."""
        self._ready, self._over = iter(()), True
        if self._chunks is not None:
            await self._chunks.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _cutter(kind: str, response: Response) -> Any:
    """What cuts chunks into items: ``feed`` and ``end`` bring them, ``pending`` is the size of what is incomplete."""
    if kind == "ndjson":
        return _Objects()
    if kind == "text":
        return _Text(response.charset)
    if kind == "bytes":
        return _Octets()
    from . import sequences

    return sequences.Events() if kind == "events" else sequences.JsonSequence()


class _Octets:
    """The parts of octets, as they come."""

    unit, pending = "a part", 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The part itself."""
        return iter([chunk] if chunk else [])

    def end(self) -> Iterator[bytes]:
        """Nothing: each part was handed out."""
        return iter(())


class _Objects:
    """The objects of NDJSON."""

    unit = "a line"

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.pending = 0  # bytes of the line that is not complete

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """Those that this chunk completes; each is parsed when it is taken."""
        first, *others = chunk.split(b"\n")
        self._parts.append(first)  # a long line is joined once, at its end
        self.pending = len(others[-1]) if others else self.pending + len(first)
        if not others:
            return iter(())
        whole = [b"".join(self._parts), *others[:-1]]
        self._parts = [others[-1]]
        return (_line(line) for line in whole if line.strip())

    def end(self) -> Iterator[Any]:
        """What came after the last line break."""
        rest = b"".join(self._parts)
        return iter([_line(rest)] if rest.strip() else [])


class _Text:
    """The lines of a text."""

    unit = "a line"

    def __init__(self, charset: str) -> None:
        try:
            kind = codecs.getincrementaldecoder(charset)
        except (LookupError, ValueError):
            kind = codecs.getincrementaldecoder("utf-8")
        self._decoder = kind("replace")
        self._parts: list[str] = []
        self.pending = 0  # characters of the line that is not complete

    def feed(self, chunk: bytes, *, final: bool = False) -> Iterator[str]:
        """Those that this chunk completes."""
        first, *others = self._decoder.decode(chunk, final).split("\n")
        self._parts.append(first)
        self.pending = len(others[-1]) if others else self.pending + len(first)
        if not others:
            return iter(())
        whole = ["".join(self._parts), *others[:-1]]
        self._parts = [others[-1]]
        return (line.removesuffix("\r") for line in whole)

    def end(self) -> Iterator[str]:
        """What came after the last line break."""
        yield from self.feed(b"", final=True)
        rest = "".join(self._parts)
        if rest:
            yield rest


def _line(line: bytes) -> Any:
    try:
        return loads(line)
    except (ValueError, RecursionError):
        violation = Violation("response", (), "json", "a line of JSON", "something else", "#")
        message = "a line of the stream is no JSON; it was cut off or is not NDJSON:"
        raise InvalidResponse(message, violations=(violation,)) from None
