"""Failed task instances over all DAGs, and items that are as wanted."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

import dynclient
from dynclient.testing import fake_airflow

EVER = datetime(2000, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module", params=["2.10.5", "3.3.2"])
def af(request):
    with fake_airflow(request.param, judge=False, outcomes={"report_weekly": "failed"}) as server:
        client = dynclient.connect(server.url)
        with pytest.raises(dynclient.RunFailed):
            client.run_and_wait("report_weekly", timeout=60)
        yield client


def test_failures(af):
    """They are asked for by state and end, kept by a pattern of DAG ids, and come with the end of their logs."""
    failures = list(af.failures(since=EVER))
    assert failures
    assert {one.instance["dag_id"] for one in failures} == {"report_weekly"}
    assert {one.instance["state"] for one in failures} == {"failed"}
    assert all(one.log and len(one.log) <= 12 for one in failures)
    assert str(failures[0]).startswith("report_weekly ")
    assert "\n  | " in str(failures[0])
    assert list(af.failures(since=EVER, dag="etl_*")) == []
    assert len(list(af.failures(since=EVER, dag="report_*", most=1))) == 1


def test_ensure(af):
    """Created, unchanged, changed; what a dry run says is not done."""
    assert af.ensure("pools", name="p", slots=2, dry_run=True).action == "created"
    assert af.ensure("pools", name="p", slots=2).action == "created"
    assert af.ensure("pools", name="p", slots=2).action == "unchanged"
    dry = af.ensure("pools", name="p", slots=3, dry_run=True)
    assert (dry.action, dry.changes, str(dry)) == ("changed", ("slots",), "pools p: would be changed slots")
    assert af.get_pool("p").slots == 2
    assert af.ensure("pools", name="p", slots=3).item.slots == 3
    assert af.ensure("connections", connection_id="c", conn_type="ssh", host="h").action == "created"
    assert af.ensure("connections", connection_id="c", conn_type="ssh", host="i").changes == ("host",)


def test_ensure_refuses(af):
    """An unknown collection has near names; the field that tells items apart must be there; values are checked."""
    with pytest.raises(dynclient.ArgumentError, match="did you mean pools"):
        af.ensure("pool", name="p")
    with pytest.raises(dynclient.ArgumentError, match="pools are told apart by name; give it"):
        af.ensure("pools", slots=3)
    with pytest.raises(dynclient.InvalidRequest, match="slots: a string where an integer is wanted"):
        af.ensure("pools", name="new", slots="many", dry_run=True)
