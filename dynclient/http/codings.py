"""Content codings of bodies (RFC 9110 §8.4.1): gzip, deflate, br and zstd undone in pieces, their ends checked."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from . import failures
from .failures import failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .messages import Headers, Request

__all__ = [
    "BrokenCodingError",
    "CodingError",
    "ContentDecoder",
    "UnknownCodingError",
    "content_decoder",
    "decoder_for",
    "unpack",
]

_PIECE: Final = 256 * 1024  # bytes of unpacked data at a time
_STEP: Final = 512  # bytes of zstd at a time: 4 of them may be a block of 128 KiB (RFC 8878 §3.1.1.2)


class CodingError(ValueError):
    """A body cannot be unpacked."""


class UnknownCodingError(CodingError):
    """A content coding that cannot be read here."""


class BrokenCodingError(CodingError):
    """The body is not in its content coding, or ends before the coding does."""


class ContentDecoder(Protocol):
    """Undoes one content coding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The unpacked pieces of this part of the body, none of them longer than 256 KiB."""

    def end(self) -> None:
        """Raise ``BrokenCodingError`` unless the coding is complete."""


def content_decoder(headers: Headers, request: Request) -> ContentDecoder | None:
    """What undoes the coding of a body; None for one without.

    Raises:
        BrokenResponse: its Content-Length is no number, or its coding cannot be read here.
    """
    lengths = headers.get("content-length", "0").split(",")
    if "transfer-encoding" not in headers and not all(re.fullmatch(r"\s*[0-9]+\s*", length) for length in lengths):
        raise failure(failures.LENGTH, request, header_received=True)  # with chunks it does not count (RFC 9112 §6.3)
    try:
        return decoder_for(headers.get("content-encoding"))
    except UnknownCodingError:
        raise failure(failures.UNKNOWN_CODING, request, header_received=True) from None


def decoder_for(content_encoding: str | None) -> ContentDecoder | None:
    """What undoes the codings of a ``Content-Encoding`` field, the last one first; None where there is none.

    Raises:
        UnknownCodingError: a coding that cannot be read here.
    """
    if not content_encoding:
        return None
    names = [name.strip().lower() for name in content_encoding.split(",")]
    decoders = [_decoder(name) for name in reversed(names) if name not in {"", "identity"}]
    if len(decoders) > 5:
        raise UnknownCodingError("more than five codings")
    if len(decoders) < 2:
        return decoders[0] if decoders else None
    return _Several(decoders)


def unpack(body: bytes, content_encoding: str, max_bytes: int) -> bytes:
    """A whole body without the codings of its ``Content-Encoding`` field.

    Raises:
        UnknownCodingError: a coding that cannot be read here.
        BrokenCodingError: the body is not in its coding, or is cut off.
        CodingError: it has more than ``max_bytes`` unpacked.
    """
    decoder = decoder_for(content_encoding)
    if decoder is None:
        return body
    pieces, size = [], 0
    for piece in decoder.feed(body):
        size += len(piece)
        if size > max_bytes:
            raise CodingError(f"more than {max_bytes} bytes unpacked")
        pieces.append(piece)
    decoder.end()
    return b"".join(pieces)


def _decoder(name: str) -> ContentDecoder:
    if name in {"gzip", "x-gzip"}:
        return _Zlib(zlib.MAX_WBITS | 16)
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstandard()
    raise UnknownCodingError(name)


class _Zlib:
    """gzip with one member or several; deflate with its wrapper."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._engine = zlib.decompressobj(bits)
        self._is_empty = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._is_empty = self._is_empty and not data
        is_full = False  # then the engine may hold more though it has taken all the data
        while data or is_full:
            if self._engine.eof:
                data = data.lstrip(b"\0") if self._bits > zlib.MAX_WBITS else b""  # padding, or what follows the data
                if not data:
                    return
                self._engine = zlib.decompressobj(self._bits)  # another member
            try:
                piece = self._engine.decompress(data, _PIECE)
            except zlib.error:
                raise BrokenCodingError from None
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
            is_full = len(piece) == _PIECE and not self._engine.eof
            if piece:
                yield piece

    def end(self) -> None:
        if not self._engine.eof and not self._is_empty:
            raise BrokenCodingError


class _Deflate:
    """deflate as RFC 9110 has it, in the zlib wrapper, and as some servers send it, without."""

    def __init__(self) -> None:
        self._start = b""
        self._inner: _Zlib | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inner is None:
            self._start += data
            if len(self._start) < 2:
                return iter(())
            is_wrapped = self._start[0] & 15 == 8 and int.from_bytes(self._start[:2], "big") % 31 == 0  # RFC 1950 §2.2
            self._inner = _Zlib(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
            data = self._start
        return self._inner.feed(data)

    def end(self) -> None:
        if self._inner is not None:
            self._inner.end()
        elif self._start:
            raise BrokenCodingError


class _Brotli:
    """br, by the package ``brotli`` or ``brotlicffi`` 1.2 or newer, which unpack no further than they are told."""

    def __init__(self) -> None:
        brotli = _first_module("brotli", "brotlicffi")
        if not hasattr(getattr(brotli, "Decompressor", None), "can_accept_more_data"):
            raise UnknownCodingError("br")
        self._error: type[Exception] = brotli.error
        self._engine = brotli.Decompressor()
        self._is_empty = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._is_empty = self._is_empty and not data
        is_full = False
        while data or is_full:
            try:
                piece = self._engine.process(data, output_buffer_limit=_PIECE)
            except self._error:
                raise BrokenCodingError from None
            data, is_full = b"", bool(piece)  # it may hold more though it could take more
            yield from _pieces(piece)

    def end(self) -> None:
        if not self._is_empty and not self._engine.is_finished():
            raise BrokenCodingError


class _Zstandard:
    """zstd with one frame or several, by Python 3.14, ``backports.zstd`` or ``zstandard`` where one is there."""

    def __init__(self) -> None:
        self._new, self._error = _zstandard()
        self._engine = self._new()
        self._is_empty = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._engine.eof:
                self._engine = self._new()
            self._is_empty = False
            part, data = data[:_STEP], data[_STEP:]
            try:
                piece = self._engine.decompress(part)
            except self._error:
                raise BrokenCodingError from None
            yield from _pieces(piece)
            data = self._engine.unused_data + data if self._engine.eof else data

    def end(self) -> None:
        if not self._is_empty and not self._engine.eof:
            raise BrokenCodingError


def _zstandard() -> tuple[Any, type[Exception]]:
    """What makes a decompressor, and what that raises: three libraries with one interface."""
    module = _first_module("compression.zstd", "backports.zstd")
    if module is not None:
        return module.ZstdDecompressor, module.ZstdError
    module = _first_module("zstandard")
    if module is None:
        raise UnknownCodingError("zstd")
    return lambda: module.ZstdDecompressor().decompressobj(), module.ZstdError


def _first_module(*names: str) -> Any:
    """The first of these modules that is installed: codings that are not asked for need no dependency."""
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    return None


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))


class _Several:
    """Codings one in the other."""

    def __init__(self, decoders: list[ContentDecoder]) -> None:
        self._decoders = decoders

    def feed(self, data: bytes) -> Iterator[bytes]:
        return self._through(data, self._decoders)

    def _through(self, data: bytes, decoders: list[ContentDecoder]) -> Iterator[bytes]:
        if not decoders:
            yield data
            return
        for piece in decoders[0].feed(data):
            yield from self._through(piece, decoders[1:])

    def end(self) -> None:
        for decoder in self._decoders:
            decoder.end()
