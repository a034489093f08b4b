"""Failed task instances over all DAGs."""

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
