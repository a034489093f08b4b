"""Which items a query of Airflow selects."""

from __future__ import annotations

import pytest

from dynclient.testing.airflow_filters import FILTERS, filters, like


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("etl_daily", "daily", True),
        ("etl_daily", "DAILY", True),
        ("etl_daily", "etl%ily", True),
        ("etl_daily", "e_l", True),
        ("etl_daily", "e__l", False),
        ("etl.daily", "etl.d", True),
        ("etlxdaily", "etl.d", False),
        (None, "~", True),
        (None, "a", False),
    ],
)
def test_patterns(text, pattern, expected):
    """SQL's LIKE anywhere in the text: a percent sign is any text, an underscore any character, a tilde everything."""
    assert like(text, pattern) is expected


ITEM = {
    "dag_id": "etl",
    "tags": [{"name": "a"}, {"name": "b"}],
    "owners": ["data"],
    "state": None,
    "when": "2024-01-02T00:00:00Z",
    "conf": {"day": 3},
    "event": "paused",
    "_assets": ["s3://lake"],
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dag_id_pattern", "t", True),
        ("dag_id_prefix_pattern", "et", True),
        ("dag_id_prefix_pattern", "tl", False),
        ("tags", ["b", "c"], True),
        ("tags", ["c"], False),
        ("owners", "data", True),
        ("state", ["none"], True),
        ("state", ["success"], False),
        ("before", "2024-01-03T00:00:00Z", True),
        ("after", "2024-01-03T00:00:00Z", False),
        ("conf_contains", "'day': 3", True),
        ("included_events", ["paused"], True),
        ("excluded_events", ["paused"], False),
        ("asset_dependency", "lake", True),
        ("has_asset_schedule", False, False),
        ("only_active", False, True),
    ],
)
def test_an_item_by_a_parameter(name, value, expected):
    """Each parameter keeps the items that it asks for."""
    assert bool(FILTERS[name](ITEM, value)) is expected


def test_commas_on_2():
    """On 2.x the values of tags and states may stand in one text, with commas between them."""
    assert filters(is_new=False)["tags"](ITEM, "x,b")
    assert not filters(is_new=True)["tags"](ITEM, "x,b")


@pytest.mark.parametrize(
    ("bound", "expected"), [("start_date_gte", True), ("start_date_gt", True), ("start_date_lte", False)]
)
def test_a_date_that_is_not_there_yet(bound, expected):
    """On 3.x a date that is not there yet counts as now; 2.x has no such bounds."""
    assert filters(is_new=True)[bound]({"start_date": None}, "2024-01-01T00:00:00Z") is expected
    assert bound not in filters(is_new=False)
