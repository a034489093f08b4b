"""Checks of the formats that the validation engine does not have, or reads more strictly than servers write them.

``duration`` is ISO 8601 as servers write a timedelta. ``datetime`` is no standard name: a ``date-time`` (RFC 3339 §5.6)
whose offset is optional.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHECKS"]

_DURATION = (
    r"(?a)[+-]?P(?!$)(?:[+-]?\d+(?:[.,]\d+)?Y)?(?:[+-]?\d+(?:[.,]\d+)?M)?(?:[+-]?\d+(?:[.,]\d+)?W)?(?:[+-]?\d+(?:[.,]\d+)?D)?"
    r"(?:T(?!$)(?:[+-]?\d+(?:[.,]\d+)?H)?(?:[+-]?\d+(?:[.,]\d+)?M)?(?:[+-]?\d+(?:[.,]\d+)?S)?)?"
)
_LENIENT = r"(?a)(\d{4}-\d\d-\d\d)[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)?"


def _is_duration(text: str) -> bool:
    """ISO 8601 with fractions and signs, as servers write a timedelta (``PT300S``, ``-P1DT0.5S``)."""
    return re.fullmatch(_DURATION, text) is not None


def _is_datetime(text: str) -> bool:
    """The non-standard ``datetime``: RFC 3339 with an optional offset."""
    match = re.fullmatch(_LENIENT, text)
    try:
        return match is not None and bool(date.fromisoformat(match[1]))
    except ValueError:
        return False


#: whether a text is of the format, by format
CHECKS: dict[str, Callable[[str], bool]] = {"duration": _is_duration, "datetime": _is_datetime}
