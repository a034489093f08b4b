"""Dates, times, durations and UUIDs as JSON text and back."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dynclient.schema import formats

UTC = dt.timezone.utc
WRITTEN = [
    (dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "date-time", "2024-05-06T07:08:09Z"),
    (dt.datetime(2024, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=2))), "date-time", "2024-05-06T00:00:00+02:00"),
    (dt.date(2024, 5, 6), "date", "2024-05-06"),
    (dt.timedelta(days=1), "duration", "P1D"),
    (dt.timedelta(seconds=-90.5), "duration", "-PT90.5S"),
    (dt.timedelta(), "duration", "PT0S"),
    (uuid.UUID(int=1), "uuid", "00000000-0000-0000-0000-000000000001"),
]


@pytest.mark.parametrize(("value", "name", "text"), WRITTEN)
def test_written_and_read(value, name, text):
    """A value is written by its format, and read back as itself."""
    assert formats.write(value) == text
    assert formats.READERS[name](text) == value


@pytest.mark.parametrize("value", [dt.datetime(2024, 5, 6), dt.time(1), object(), b"x"])  # noqa: DTZ001 - naive is the case
def test_what_has_no_text(value):
    """A naive datetime and what has no format are refused."""
    with pytest.raises(TypeError):
        formats.write(value)
