"""A JSON text (RFC 8259) as Python data.

Imported in functions: ``msgspec``, which a process with one small answer does not need.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["dumps", "loads"]


_SMALL = 2048  # bytes of a body that json reads while msgspec would be imported


def _finite(text: str) -> float:
    """A number that JSON has; ``NaN``, ``Infinity`` and what is too large for a float are none."""
    number = float(text)
    if number - number != 0:
        raise ValueError("no JSON number")
    return number


_decoder = json.JSONDecoder(parse_constant=_finite, parse_float=_finite)


def loads(body: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8 (or what a byte order mark says), no NaN and no infinity.

    Raises:
        ValueError: it is no JSON.
    """
    if body[:1] in b"\xef\xfe\xff\x00" or b"\0" in body[:4]:
        body = body.decode(json.detect_encoding(body)).encode()
    if len(body) <= _SMALL and b"\\u" not in body:
        return _decoder.decode(body.decode())
    import msgspec  # twice as fast on a page; 5 ms that a process with one small answer does not pay

    try:
        return msgspec.json.decode(body)
    except msgspec.MsgspecError as error:  # no ValueError up to msgspec 0.19
        raise ValueError(str(error)) from None


#: JSON as it is sent: compact, UTF-8, and no NaN
dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
