"""Request bodies that are read as they are sent, so that a large file needs no memory of its size.

Imported in functions: ``asyncio``, for awaited uploads only.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

__all__ = ["Upload", "content_of"]

_CHUNK = 64 * 1024  # bytes read of a file at once


class Upload:
    """The bytes of a body in pieces: bytes, and files that are read from where they stand.

    Iterating brings chunks of at most 64 KiB; each iteration begins anew, which needs files that can seek.

    Args:
        pieces: bytes and binary or text files (text is sent as UTF-8), in order.

    Attributes:
        length: the number of bytes; None where a file does not tell its size.
        repeatable: whether it can be read again.
    """

    def __init__(self, pieces: Sequence[Any]) -> None:
        self._pieces = [(piece, None if isinstance(piece, bytes) else _position(piece)) for piece in pieces]
        self._is_read = False
        self.repeatable = all(isinstance(piece, bytes) or start is not None for piece, start in self._pieces)
        sizes = [len(piece) if isinstance(piece, bytes) else _size(piece, start) for piece, start in self._pieces]
        self.length = None if None in sizes else sum(size or 0 for size in sizes)

    @property
    def len(self) -> int:
        """The number of bytes as ``requests`` asks for it; 0 where that is not known."""
        return self.length or 0

    async def in_threads(self) -> AsyncIterator[bytes]:
        """The chunks, awaited; files are read in threads."""
        import asyncio  # only for awaited uploads

        chunks = iter(self)
        while chunk := await asyncio.to_thread(next, chunks, b""):
            yield chunk

    def __iter__(self) -> Iterator[bytes]:
        if self._is_read and not self.repeatable:
            raise ArgumentError("a body that was read from a stream cannot be sent a second time; give it again")
        self._is_read = True
        for piece, start in self._pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            if start is not None:
                piece.seek(start)
            while chunk := piece.read(_CHUNK):
                yield chunk.encode() if isinstance(chunk, str) else bytes(chunk)

    def __repr__(self) -> str:
        return f"<Upload of {'an unknown number of' if self.length is None else self.length} bytes>"


def content_of(file: Any) -> Any:
    """What a file object is sent as: its bytes where they are in memory already, else itself."""
    if isinstance(file, (io.BytesIO, io.StringIO)):
        content = file.read()
        return content.encode() if isinstance(content, str) else content
    return file


def _position(file: Any) -> int | None:
    """Where a file stands; None for one that cannot seek."""
    try:
        return int(file.tell()) if file.seekable() else None
    except (AttributeError, OSError):
        return None


def _size(file: Any, start: int | None) -> int | None:
    """The bytes of a file from where it stands; None where only reading tells."""
    if start is None or hasattr(file, "encoding"):
        return None  # text has other lengths in bytes
    end = file.seek(0, 2)
    file.seek(start)
    return max(0, int(end) - start) if isinstance(end, int) else None
