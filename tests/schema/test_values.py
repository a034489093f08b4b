"""Python values become JSON by their format and come back as what they were."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import types
import uuid
from collections import OrderedDict

import pytest
from hypothesis import given, strategies as st

from dynclient.schema.validator import compile_schema
from dynclient.schema.values import from_json, to_json

UTC = dt.timezone.utc
NAIVE = dt.datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)
MARK = "hunter2"


class Shout(str):
    __slots__ = ()

    def __str__(self):
        return "SHOUT"


class Colour(enum.Enum):
    RED = "red"
    SEVEN = 7
    WHEN = dt.date(2026, 1, 2)


class Name(str, enum.Enum):
    A = "a"


class Level(enum.IntEnum):
    HIGH = 3


class Ratio(float):
    pass


def written(value):
    wrong = []
    made = to_json(value, "body", (), wrong)
    assert wrong == []
    return made


def refused(value):
    wrong = []
    to_json(value, "body", ("conf",), wrong)
    return [(v.path, v.rule, v.sentence) for v in wrong]


WRITTEN = [
    # value, JSON
    (None, None),
    (True, True),
    (7, 7),
    (10**30, 10**30),
    (1.5, 1.5),
    ("text", "text"),
    ((1, (2, 3)), [1, [2, 3]]),
    (OrderedDict(a=1), {"a": 1}),
    (types.MappingProxyType({"a": {"b": (1,)}}), {"a": {"b": [1]}}),
    (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
    (dt.datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC), "2026-01-02T03:04:05.000600Z"),
    (dt.datetime(2026, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))), "2026-01-02T00:00:00+05:30"),
    (dt.datetime(2026, 1, 2, tzinfo=dt.timezone(dt.timedelta(seconds=1))), "2026-01-01T23:59:59Z"),
    (dt.date(2026, 1, 2), "2026-01-02"),
    (dt.timedelta(days=1), "P1D"),
    (dt.timedelta(0), "PT0S"),
    (dt.timedelta(days=1, seconds=2, microseconds=500_000), "P1DT2.5S"),
    (dt.timedelta(seconds=-1), "-PT1S"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (Colour.RED, "red"),
    (Colour.SEVEN, 7),
    (Colour.WHEN, "2026-01-02"),
    (Name.A, "a"),
    (Level.HIGH, 3),
    (Shout("quiet"), "quiet"),
    (Ratio(1.5), 1.5),
    ({Name.A: 1, Colour.RED: 2, Shout("k"): 3}, {"a": 1, "red": 2, "k": 3}),
]


@pytest.mark.parametrize(("value", "expected"), WRITTEN)
def test_written(value, expected):
    """A value with a JSON form is written in it, in JSON's own types only."""
    made = written(value)
    assert made == expected
    assert type(made) is type(expected)
    assert json.loads(json.dumps(made)) == expected


FINITE = "a number where a finite number (JSON has no NaN and no infinity) is wanted"
REFUSED = [
    # value, path, words
    (math.nan, (), FINITE),
    ([1, -math.inf], (1,), FINITE),
    (b"x", (), "a bytes where a JSON value, datetime, date, timedelta, UUID or Enum is wanted"),
    ({"a": {1}}, ("a",), "a set where a JSON value, datetime, date, timedelta, UUID or Enum is wanted"),
    (object(), (), "a object where a JSON value, datetime, date, timedelta, UUID or Enum is wanted"),
    (dt.time(1), (), "a time where a JSON value, datetime, date, timedelta, UUID or Enum is wanted"),
    (
        NAIVE,
        (),
        "a datetime where a datetime with a time zone, such as datetime.now(timezone.utc) is wanted",
    ),
    (
        dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(seconds=1))),
        (),
        "a datetime where a datetime within the years 1 to 9999 in UTC is wanted",
    ),
    ("\ud800", (), "a string where text without lone surrogates is wanted"),
    (Shout("\ud800"), (), "a string where text without lone surrogates is wanted"),
    ({"\ud800": 1}, (), "a string where a name without lone surrogates is wanted"),
    ({1: 2}, (), "an integer where a string as a name is wanted"),
    ({None: 2}, (), "null where a string as a name is wanted"),
    ({Level.HIGH: 2}, (), "an integer where a string as a name is wanted"),
]


@pytest.mark.parametrize(("value", "path", "expected"), REFUSED)
def test_refused(value, path, expected):
    """A value without a JSON form is a violation that names its place and what would do."""
    assert refused(value) == [(("conf", *path), "json", expected)]


def test_all_are_reported():
    """Every value that cannot be sent is reported at once, and the rest is written."""
    wrong = []
    made = to_json({"a": [math.nan, 1], "b": b"", "c": "x"}, "body", (), wrong)
    assert [v.path for v in wrong] == [("a", 0), ("b",)]
    assert made["c"] == "x"


def loop_of_lists():
    loop = []
    loop += [loop, loop]
    return loop


def loop_of_dicts():
    loop = {}
    loop |= {"x": loop, "y": [loop]}
    return loop


def deep():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("make", [loop_of_lists, loop_of_dicts, deep])
def test_what_holds_itself(make):
    """A value that holds itself, or nests without a bound, is one violation and no hang."""
    assert refused(make()) == [(("conf",), "json", "nested deeper than 200 levels, or it holds itself")]


def test_two_hundred_levels():
    """Two hundred levels of nesting are written."""
    value = []
    for _ in range(200):
        value = [value]
    assert written(value) == value


def test_nothing_is_shared():
    """What was given may be changed later without changing what was written."""
    inner = {"a": [1]}
    made = written({"x": inner})
    inner["a"].append(2)
    assert made == {"x": {"a": [1]}}


READ = [
    # text, format, value
    ("2026-01-02T03:04:05Z", "date-time", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ("2026-01-02t03:04:05z", "date-time", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ("2026-01-02T03:04:05.1Z", "date-time", dt.datetime(2026, 1, 2, 3, 4, 5, 100_000, tzinfo=UTC)),
    ("2026-01-02T03:04:05.123456789Z", "date-time", dt.datetime(2026, 1, 2, 3, 4, 5, 123_456, tzinfo=UTC)),
    ("2026-01-02T03:04:05", "datetime", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)),
    ("2026-01-02", "date", dt.date(2026, 1, 2)),
    ("123e4567-e89b-12d3-a456-426614174000", "uuid", uuid.UUID("123e4567-e89b-12d3-a456-426614174000")),
    ("PT300S", "duration", dt.timedelta(seconds=300)),
    ("-P1DT0.5S", "duration", -dt.timedelta(days=1, seconds=0.5)),
    ("P1W", "duration", dt.timedelta(weeks=1)),
    ("P1,5D", "duration", dt.timedelta(days=1.5)),
    # what has no value of its own stays the text
    ("P1M", "duration", "P1M"),
    ("P", "duration", "P"),
    ("P99999999999D", "duration", "P99999999999D"),
    ("2016-12-31T23:59:60Z", "date-time", "2016-12-31T23:59:60Z"),
    ("yesterday", "date-time", "yesterday"),
    ("x", "uuid", "x"),
    ("2026-01-02", None, "2026-01-02"),
    ("2026-01-02", "made-up", "2026-01-02"),
    (None, "date-time", None),
    (5, "date", 5),
]


@pytest.mark.parametrize(("text", "name", "expected"), READ)
def test_read(text, name, expected):
    """A string becomes the Python value of its format; anything else stays what it is."""
    assert from_json(text, name) == expected


ZONES = st.builds(dt.timezone, st.integers(-1439, 1439).map(lambda minutes: dt.timedelta(minutes=minutes)))
VALUES = [
    ("date-time", st.datetimes(timezones=ZONES)),
    ("date", st.dates()),
    ("uuid", st.uuids()),
    ("duration", st.timedeltas(dt.timedelta(days=-10_000), dt.timedelta(days=10_000))),
]


@pytest.mark.parametrize(("name", "values"), VALUES, ids=[name for name, _ in VALUES])
def test_there_and_back(name, values):
    """What is written by a format is valid in it and reads back as itself."""
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"S": {"type": "string", "format": name}}}}
    validator = compile_schema(document, "#/components/schemas/S", "request")

    @given(values)
    def hold(value):
        text = written(value)
        assert validator.is_valid(text)
        assert from_json(text, name) == value

    hold()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@given(JSON)
def test_json_is_its_own_form(value):
    """JSON is written as itself, in new containers."""
    assert written(value) == value


ANYTHING = st.recursive(
    st.sampled_from([MARK, f"{MARK}\ud800", MARK.encode(), {MARK}, math.nan, 1, None, frozenset([MARK])]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=6,
)


@given(ANYTHING)
def test_no_value_is_shown(value):
    """A refused value is in ``Violation.value`` and in no text."""
    wrong = []
    to_json(value, "body", (), wrong)
    assert not any(MARK in text for v in wrong for text in (str(v), repr(v)))
