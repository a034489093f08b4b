"""Python values to JSON and back by ``format``: what is sent is made here first, then validated, then written.

``date-time`` is RFC 3339 §5.6, ``date`` its full-date, ``duration`` ISO 8601 as servers write a timedelta.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .errors import Violation
from .validator import type_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

__all__ = ["from_json", "to_json"]

_Path = tuple[str | int, ...]
_PLAIN = (str, int, bool, type(None))
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEPEST = 200


def to_json(value: Any, location: str, path: _Path, wrong: list[Violation]) -> Any:
    """The JSON form of a Python value: new containers, nothing shared with what was given.

    dict, list, tuple, str, int, float, bool and None stay; an aware ``datetime``, ``date``, ``timedelta``, ``UUID``
    and the value of an ``Enum`` are written by their format. What has no JSON form is added to ``wrong``.

    Args:
        value: anything.
        location: the part of the message, for violations.
        path: the way to the value inside that part.
        wrong: receives one Violation for each value that cannot be sent.
    """
    kind = type(value)
    if kind is str:
        if _SURROGATE.search(value):
            wrong.append(Violation(location, path, "json", "text without lone surrogates", "a string", "#", value))
        return value
    if kind in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return _mapping(value, location, path, wrong)
    if isinstance(value, (list, tuple)):
        return _list(value, location, path, wrong)
    return _scalar(value, location, path, wrong)


def _mapping(value: Mapping[Any, Any], location: str, path: _Path, wrong: list[Violation]) -> dict[str, Any]:
    if len(path) > _DEEPEST:
        wrong.append(Violation(location, path, "json", f"at most {_DEEPEST} levels of nesting", "more", "#"))
        return {}
    out = {}
    for key, item in value.items():
        name = getattr(key, "value", key)  # the member of an Enum
        if not isinstance(name, str):
            wrong.append(Violation(location, path, "json", "names that are strings", type_words(key), "#"))
            continue
        out[name] = to_json(item, location, (*path, name), wrong)
    return out


def _list(value: Any, location: str, path: _Path, wrong: list[Violation]) -> list[Any]:
    if len(path) > _DEEPEST:
        wrong.append(Violation(location, path, "json", f"at most {_DEEPEST} levels of nesting", "more", "#"))
        return []
    return [to_json(item, location, (*path, i), wrong) for i, item in enumerate(value)]


def _scalar(value: Any, location: str, path: _Path, wrong: list[Violation]) -> Any:
    from datetime import date, datetime, timedelta  # the caller has it imported already if one of these came
    from enum import Enum
    from uuid import UUID

    def refuse(expected: str) -> None:
        wrong.append(Violation(location, path, "json", expected, type_words(value), "#", value))

    if isinstance(value, Enum):
        return to_json(value.value, location, path, wrong)
    if isinstance(value, (str, bool, int)):  # a subclass
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            refuse("a finite number (JSON has no NaN and no infinity)")
        return value
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            refuse("a datetime with a time zone, such as datetime.now(timezone.utc)")
            return None
        return _write_datetime(value)
    if isinstance(value, (date, UUID)):
        return str(value)
    if isinstance(value, timedelta):
        return _write_duration(value)
    refuse("a JSON value, datetime, date, timedelta, UUID or Enum")
    return None


def _write_datetime(value: dt.datetime) -> str:
    from datetime import timedelta, timezone

    offset = value.utcoffset() or timedelta()
    if offset.total_seconds() % 60:  # RFC 3339 writes offsets in minutes
        value = value.astimezone(timezone.utc)
    return value.isoformat().replace("+00:00", "Z")


def _write_duration(value: dt.timedelta) -> str:
    sign = "-" if value.days < 0 else ""
    value = abs(value)
    seconds = f"{value.seconds}.{value.microseconds:06d}".rstrip("0").rstrip(".") if value.microseconds else value.seconds
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}T{seconds}S" if value.seconds or value.microseconds or not days else f"{sign}P{days}"


def from_json(value: Any, format_: str | None) -> Any:
    """The Python value of a JSON string by its format; the string itself where it is not of that form.

    ``date-time`` and ``datetime`` become ``datetime`` (aware when the text has an offset), ``date`` a ``date``,
    ``uuid`` a ``UUID``, ``duration`` a ``timedelta`` (unless it counts months or years, which have no fixed length).
    """
    reader = _READERS.get(format_ or "")
    if reader is None or not isinstance(value, str):
        return value
    try:
        return reader(value)
    except (ValueError, OverflowError):
        return value


_FRACTION = re.compile(r"\.(\d+)")


def _read_datetime(text: str) -> dt.datetime:
    from datetime import datetime

    text = text.replace("Z", "+00:00").replace("z", "+00:00")  # Python 3.10 reads neither Z nor fractions but 3 or 6 digits
    return datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1][:6]:<06}", text, count=1))


def _read_date(text: str) -> dt.date:
    from datetime import date

    return date.fromisoformat(text)


def _read_uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


_NUMBER = r"([+-]?\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"([+-]?)P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?", re.ASCII
)


def _read_duration(text: str) -> dt.timedelta:
    from datetime import timedelta

    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


_READERS: dict[str, Callable[[str], Any]] = {
    "date-time": _read_datetime,
    "datetime": _read_datetime,
    "date": _read_date,
    "uuid": _read_uuid,
    "duration": _read_duration,
}
