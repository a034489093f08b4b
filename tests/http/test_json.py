"""JSON texts as data, and data as JSON texts."""

from __future__ import annotations

import json
import math

import pytest

from dynclient.http.json import dumps, loads

LARGE = b" " * 5000  # more than what is read by the module that is imported already

SAME = [
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"[1,]",
    b"01",
    b'"\\ud800"',
    b"12345678901234567890123",
    b"0.1",
    b'{"a":1,"a":2}',
    b"",
    b"\xff",
]


def value(body):
    """What a body is read as; None for what is refused."""
    try:
        return [loads(body)]
    except ValueError:
        return None


@pytest.mark.parametrize("body", SAME)
def test_small_and_large_bodies_are_read_alike(body):
    """A small body is read by json and a large one by msgspec, to the same value or the same refusal."""
    assert value(body) == value(body + LARGE)


@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b"1e400", b"{", b"1 2", b"\xff\xff", b"[" * 100_000])
@pytest.mark.parametrize("filling", [b"", LARGE])
def test_what_is_no_json(body, filling):
    """RFC 8259 has no NaN and no infinity; what is no JSON is a ValueError, nested beyond reading a RecursionError."""
    with pytest.raises((ValueError, RecursionError)):
        loads(body + filling)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("filling", ["", " " * 5000])
def test_encodings(encoding, filling):
    """A byte order mark, or zeros where UTF-16 and UTF-32 have them, name the encoding."""
    assert loads(('{"a": "h€"}' + filling).encode(encoding)) == {"a": "h€"}


def test_what_is_sent():
    """Compact, UTF-8, in the order given, and no NaN."""
    assert dumps({"b": [1, 2.5, None], "a": "h€"}) == '{"b":[1,2.5,null],"a":"h€"}'
    assert json.loads(dumps([True, "\n"])) == [True, "\n"]
    with pytest.raises(ValueError, match="JSON"):
        dumps(math.nan)
