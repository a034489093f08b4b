"""Bodies with their content coding undone: gzip, deflate, and where their packages are installed brotli and zstd.

Source: RFC 9110 §8.4 (gzip, deflate), RFC 7932 (brotli), RFC 8878 (zstd).
"""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any, Final

__all__ = ["unpack"]

_LARGEST: Final = 256 * 2**20  # bytes of an unpacked body
_PIECE: Final = 1024  # bytes that are unpacked at once, where a decoder does not bound what it returns


def unpack(body: bytes, coding: str) -> bytes:
    """A body without its content coding; as it is where it was unpacked before, as recorders do.

    Raises:
        ValueError: a coding that cannot be read here, or more than 256 MiB.
    """
    for name in reversed([part.strip().lower() for part in coding.split(",") if part.strip()]):
        if name in {"gzip", "x-gzip", "deflate"}:
            body = _inflated(body)
        elif name == "br":
            body = _brotli(body, _package("brotli", "brotli"))
        elif name == "zstd":
            body = _zstd(body, _package("zstandard", "zstd"))
        elif name != "identity":
            raise ValueError(f"a body packed with {name}, which is not read here; record it unpacked")
    return body


def _package(name: str, coding: str) -> object:
    """An optional package; only recordings of such bodies need it."""
    try:
        return import_module(name)
    except ImportError:
        raise ValueError(f"a body packed with {coding}; install {name} to have it read") from None


def _too_large() -> ValueError:
    return ValueError(f"a body of more than {_LARGEST >> 20} MiB unpacked")


def _inflated(body: bytes) -> bytes:
    # gzip, or deflate with and without its wrapper (RFC 9110 §8.4.1)
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        engine = zlib.decompressobj(bits)
        try:
            plain = engine.decompress(body, _LARGEST)
        except zlib.error:
            continue
        if engine.unconsumed_tail:
            raise _too_large()
        if engine.eof:
            return plain
    return body


def _brotli(body: bytes, brotli: Any) -> bytes:
    engine, parts, size = brotli.Decompressor(), list[bytes](), 0
    try:
        for start in range(0, len(body), _PIECE):
            parts.append(engine.process(body[start : start + _PIECE]))
            size += len(parts[-1])
            if size > _LARGEST:
                raise _too_large()
    except brotli.error:
        return _text_or_error(body, "brotli")
    return b"".join(parts) if engine.is_finished() else _text_or_error(body, "brotli")


def _zstd(body: bytes, zstandard: Any) -> bytes:
    try:
        with zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True) as reader:
            plain: bytes = reader.read(_LARGEST + 1)
    except zstandard.ZstdError:
        return _text_or_error(body, "zstd")
    if len(plain) > _LARGEST:
        raise _too_large()
    return plain


def _text_or_error(body: bytes, coding: str) -> bytes:
    """What is not packed as it says, where it is text: a recorder has unpacked it and kept the header."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise ValueError(f"a body that is no {coding}, though its header says so; record it again") from None
    return body
