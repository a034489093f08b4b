"""The body of an answer of urllib3: read whole or as it comes, its coding undone, its length and end checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from . import failures
from .codings import CodingError, content_decoder
from .failures import failure, too_large
from .messages import Headers, Request, Response
from .urllib3_errors import FOREIGN_ERRORS, to_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    from .codings import ContentDecoder

__all__ = ["Chunks", "receive"]

T = TypeVar("T")

_CHUNK = 64 * 1024  # bytes asked for at once where the size of a body is not known


def receive(answer: Any, request: Request, max_bytes: int) -> Response:
    """The Response of urllib3's answer: its body read, or its chunks ready.

    Raises:
        TransportError: the body is broken or has more than ``max_bytes``.
    """
    headers = Headers(answer.headers.items())
    try:
        chunks = Chunks(answer, request, headers, max_bytes)
        if request.stream:
            return Response(answer.status, headers, b"", request.url, chunks)
        return Response(answer.status, headers, chunks.whole(), request.url)
    except BaseException:
        answer.close()
        raise


class Chunks:
    """The body as it comes. Closing it gives the connection back; so do its end, any error, and dropping it.

    An answer of another kind than urllib3's own, as vcrpy replays it, brings its body without a coding.
    """

    def __init__(self, answer: Any, request: Request, headers: Headers, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._raw, self._request = answer, request
        self._decoder = content_decoder(headers, request) if hasattr(answer, "decode_content") else None
        self._length: int | None = getattr(answer, "length_remaining", None)  # bytes to come, where that is known
        self._read: Iterator[bytes] | None = None
        if request.stream:
            reader = getattr(getattr(answer, "connection", None), "reader", None)
            if reader is not None:
                reader.renew()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._read is None:
            self._read = _pieces(self._raw, self._decoder, self._request, self._length)
        return next(self._read)

    def whole(self) -> bytes:
        """All of it."""
        if self._length is not None:
            if self._length > self.max_bytes:
                raise too_large(self._request, self.max_bytes)
            if self._decoder is None:
                body = cast("bytes", _in_our_words(self._raw.read, self._request))
                _check_length(len(body), self._length, self._request)
                return body
        parts, size = [], 0
        for part in self:
            size += len(part)
            if size > self.max_bytes:
                raise too_large(self._request, self.max_bytes)
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Stop reading; what was not read is not waited for."""
        self._read = iter(())
        self._raw.close()

    def __del__(self) -> None:
        self._raw.close()


def _pieces(raw: Any, decoder: ContentDecoder | None, request: Request, length: int | None) -> Iterator[bytes]:
    """The parts of a body as they come, unpacked."""
    size = 0
    parts = iter(lambda: raw.read1(_CHUNK), b"") if hasattr(raw, "read1") else raw.stream(_CHUNK)
    try:
        while True:
            part = _in_our_words(lambda: next(parts, None), request)
            if part is None:
                break
            size += len(part)
            if decoder is None:
                yield part
            else:
                yield from decoder.feed(part)
        _check_length(size, length, request)
        if decoder is not None:
            decoder.end()
    except BaseException as error:
        raw.close()
        if isinstance(error, CodingError):
            raise failure(failures.CODING, request, header_received=True) from None
        raise


def _check_length(size: int, length: int | None, request: Request) -> None:
    if length is not None and size < length:  # urllib3 1.26 under requests does not look
        raise failure(failures.CLOSED, request, header_received=True) from None


def _in_our_words(read: Callable[[], T], request: Request) -> T:
    try:
        return read()
    except FOREIGN_ERRORS as error:
        ours = to_error(error, request, header_received=True)
    raise ours from None  # outside of the block, so that theirs does not stay as its context
