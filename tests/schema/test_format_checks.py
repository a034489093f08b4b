"""Checks of the formats that the engine does not have."""

from __future__ import annotations

import pytest
from judging import broken, validator

from dynclient.schema.format_checks import CHECKS


@pytest.mark.parametrize(
    ("name", "text", "is_valid"),
    [
        ("duration", "PT300S", True),
        ("duration", "-P1DT0.5S", True),
        ("duration", "P", False),
        ("duration", "P1DT", False),
        ("datetime", "2024-05-06T07:08:09", True),
        ("datetime", "2024-05-06 07:08:09+0200", True),
        ("datetime", "2024-02-30T07:08:09", False),
        ("datetime", "2024-05-06T24:08:09", False),
        ("duration", "P1Y2M3W4D", True),
        ("duration", "P0,5D", True),
        ("duration", "1D", False),
        ("duration", "P1D\n", False),
        ("duration", "P\u0663D", False),
        ("datetime", "2024-05-06T23:59:60Z", True),
        ("datetime", "2024-05-06", False),
        ("datetime", "2024-05-06T07:08:09Z\n", False),
    ],
)
def test_checks(name, text, is_valid):
    """Durations have a part; a datetime is a day that exists, with or without an offset."""
    assert CHECKS[name](text) is is_valid


FORMATS = [
    # format, source, valid, invalid
    (
        "date-time",
        "RFC 3339 §5.6",
        ["2026-01-02T03:04:05Z", "2026-01-02t03:04:05z", "2026-01-02T03:04:05.123456789+05:30", "2016-12-31T23:59:60Z"],
        [
            "2026-01-02T03:04:05",
            "2026-01-02",
            "2026-02-30T00:00:00Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:05+0000",
        ],
    ),
    ("date", "RFC 3339 §5.6", ["2026-01-02", "2024-02-29"], ["2026-02-29", "2026-1-2", "2026-01-02T00:00:00Z", ""]),
    (
        "uuid",
        "RFC 9562",
        ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
        ["123e4567e89b12d3a456426614174000", "x"],
    ),
    (
        "duration",
        "ISO 8601 with fractions and sign",
        ["P1D", "PT300S", "-P1DT0.5S", "+PT1H", "P1Y2M3W4DT5H6M7.8S", "PT0S", "P1,5D", "PT-5S"],
        ["P", "PT", "1D", "P1S", "", "P1DT", "pt1s", "300"],
    ),
]


@pytest.mark.parametrize("direction", ["request", "response", "model"])
@pytest.mark.parametrize(("name", "source", "valid", "invalid"), FORMATS, ids=[row[0] for row in FORMATS])
def test_formats_are_asserted(name, source, valid, invalid, direction):
    """date-time, date, uuid and duration are held to their grammar in both directions; other types pass."""
    made = validator({"format": name}, direction)
    assert [text for text in valid if not made.is_valid(text)] == [], source
    assert [text for text in invalid if made.is_valid(text)] == [], source
    assert made.is_valid(5)
    assert broken({"type": "string", "format": name}, "x", direction) == [((), "format", "S/format")]


def test_the_format_datetime():
    """``datetime`` is a date-time with an optional offset, in responses only."""
    made = validator({"format": "datetime"}, "response")
    for text in ("2026-01-02T03:04:05", "2026-01-02 03:04:05.123", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"):
        assert made.is_valid(text)
    for text in ("2026-01-02", "x", "2026-13-02T03:04:05", "2026-02-30T03:04:05", "2026-01-02T25:04:05"):
        assert not made.is_valid(text)
    assert validator({"format": "datetime"}, "request").is_valid("x")


@pytest.mark.parametrize("name", ["email", "uri", "path", "password", "int64", "binary", "regex", "ipv4", "made-up"])
def test_other_formats_are_annotations(name):
    """Every other format says something to people and nothing to the validator."""
    assert validator({"format": name}).is_valid("[")
    assert validator({"format": name}).is_valid(5)
