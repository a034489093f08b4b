"""Recorded bodies with their content coding undone, in words for a report.

Recorders undo codings themselves and keep the header field: what is text under a coding that it is not in is taken
as it is. ``http.codings`` reads the codings (RFC 9110 §8.4).
"""

from __future__ import annotations

from typing import Final

from ..http.codings import BrokenCodingError, CodingError, UnknownCodingError, unpack as unpack_strictly

__all__ = ["unpack"]

_LARGEST: Final = 256 * 2**20  # bytes of an unpacked body
_PACKAGES: Final = {"br": "brotli", "zstd": "zstandard"}  # what reads a coding that Python itself does not


def unpack(body: bytes, coding: str) -> bytes:
    """A body without its content coding; as it is where it was unpacked before, as recorders do.

    Raises:
        BrokenCodingError: neither text nor in its coding, or cut off; a ValueError like the others.
        ValueError: a coding that cannot be read here, or more than 256 MiB.
    """
    for name in reversed([part.strip().lower() for part in coding.split(",")]):
        body = _without(body, name)
    return body


def _without(body: bytes, name: str) -> bytes:
    try:
        return unpack_strictly(body, name, _LARGEST)
    except BrokenCodingError:
        if _is_text(body):
            return body
        message = f"a body that is not whole or no {name}, though its header says so; record it again"
        raise BrokenCodingError(message) from None
    except UnknownCodingError:
        package = _PACKAGES.get(name)
        advice = f"install {package} to have it read" if package else "it is not read here; record it unpacked"
        raise ValueError(f"a body packed with {name}; {advice}") from None
    except CodingError:
        raise ValueError(f"a body of more than {_LARGEST >> 20} MiB unpacked") from None


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
