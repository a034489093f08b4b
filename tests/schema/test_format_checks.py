"""Checks of the formats that the engine does not have."""

from __future__ import annotations

import pytest

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
