"""Dates, times, durations and UUIDs as text: written, and read by ``format``.

``date-time`` is RFC 3339 §5.6, ``date`` its full-date, ``duration`` ISO 8601 as servers write a timedelta.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READERS", "write"]


def write(value: object) -> str:
    """A date, time, duration or UUID as JSON text.

    Raises:
        TypeError: the value is none of these, or a datetime without a time zone; the message says what is expected.
        OverflowError: the datetime is outside the years 1 to 9999 in UTC.
    """
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TypeError("a datetime with a time zone, such as datetime.now(timezone.utc)")
        return _write_datetime(value)
    if isinstance(value, (date, UUID)):
        return str(value)
    if isinstance(value, timedelta):
        return _write_duration(value)
    raise TypeError("a JSON value, datetime, date, timedelta, UUID or Enum")


def _write_datetime(value: datetime) -> str:
    offset = value.utcoffset() or timedelta()
    if offset.total_seconds() % 60:  # RFC 3339 writes offsets in minutes
        value = value.astimezone(timezone.utc)
    return value.isoformat().replace("+00:00", "Z")


def _write_duration(value: timedelta) -> str:
    sign = "-" if value.days < 0 else ""
    value = abs(value)
    days = f"{value.days}D" if value.days else ""
    if days and not value.seconds and not value.microseconds:
        return f"{sign}P{days}"
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"{sign}P{days}T{value.seconds}{fraction}S"


# --- reading -----------------------------------------------------------------------------------------------------

_FRACTION = r"\.(\d+)"


def _read_datetime(text: str) -> datetime:
    text = text.replace("Z", "+00:00").replace("z", "+00:00")  # Python 3.10 reads no Z, and fractions of 3 or 6 digits
    return datetime.fromisoformat(re.sub(_FRACTION, lambda match: f".{match[1][:6]:<06}", text, count=1))


_NUMBER = r"([+-]?\d+(?:[.,]\d+)?)"
_FIXED_LENGTH = rf"(?a)([+-]?)P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"


def _read_duration(text: str) -> timedelta:
    match = re.fullmatch(_FIXED_LENGTH, text)
    if match is None or not any(match.groups()[1:]):
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in match.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if match[1] == "-" else length


#: the Python value of a text, by format; ValueError or OverflowError where the text has none
READERS: dict[str, Callable[[str], object]] = {
    "date-time": _read_datetime,
    "datetime": _read_datetime,
    "date": date.fromisoformat,
    "uuid": UUID,
    "duration": _read_duration,
}
