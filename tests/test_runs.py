"""Waiting for runs and reading logs, against the fake of a 2.x and of a 3.x."""

from __future__ import annotations

from random import Random

import pytest

import dynclient
from dynclient import runs, samples
from dynclient.fake_airflow import fake
from dynclient.logs import lines as _lines
from dynclient.stub import Stub

RELEASES = ["2.10.5", "3.0.6", "3.3.2"]  # polling on the first two, /wait on the last


@pytest.fixture(params=RELEASES)
def af(request, monkeypatch):
    """A client of a fake in which report_weekly always fails."""
    monkeypatch.setattr(runs, "_FIRST_LOOK", 0.01)
    with (
        fake(request.param, outcomes={"report_weekly": "failed"}, judge=False) as server,
        dynclient.connect(server.url) as client,
    ):
        client.server_of_the_test = server
        yield client


def test_run_and_wait(af):
    """A run is triggered and waited for, by the same line on every release; what comes back is the finished run."""
    run = af.run_and_wait("etl_daily", conf={"day": 3}, timeout=20)
    assert (run.state, run["conf"]) == ("success", {"day": 3})


def test_a_failed_run_raises(af):
    """RunFailed has the run, the failed task instances, and names them."""
    with pytest.raises(dynclient.RunFailed, match="'report_weekly' ended as failed") as caught:
        af.run_and_wait("report_weekly", timeout=20)
    assert caught.value.run.state == "failed"
    assert all(instance["state"] in {"failed", "upstream_failed"} for instance in caught.value.failed)


def test_waiting_ends_in_time(af):
    """A run that is not over in time raises TimedOut, and says that it still runs."""
    trigger = af.trigger_dag_run if "trigger_dag_run" in af.operations else af.post_dag_run
    run = trigger("etl_daily", **({"logical_date": None} if "trigger_dag_run" in af.operations else {}))
    with pytest.raises(dynclient.TimedOut, match=r"it is still (queued|running)"):
        af.wait(run, timeout=0)


def test_a_stream_that_breaks_is_no_answer(af):
    """Where /wait breaks off, looking again tells the end."""
    if "wait_dag_run_until_finished" in af.operations:
        af.server_of_the_test.misbehave("wait_dag_run_until_finished", cut=True)
    assert af.run_and_wait("etl_daily", timeout=20).state == "success"


def test_what_can_be_waited_for(af):
    """Anything else is refused before anything is sent."""
    with pytest.raises(dynclient.ArgumentError, match="a DAG run or a backfill is wanted"):
        af.wait(af.get_pool("default_pool"))


def test_logs(af):
    """A log comes line by line, by a task instance or by its names; followed, it ends with its task."""
    run = af.run_and_wait("etl_daily", timeout=20)
    instance = next(iter(af.get_task_instances.iter("etl_daily", run.dag_run_id)))
    lines = list(af.log(instance))
    assert lines
    assert all(isinstance(line, str) and "\n" not in line for line in lines)
    assert list(af.log("etl_daily", run.dag_run_id, instance.task_id, 1)) == lines
    assert list(af.log(instance, follow=True))


CONTENTS = [
    # (content of a log, its lines)
    ("a\nb", ["a", "b"]),
    ("[('host', 'a\\nb'), ('other', 'c')]", ["a", "b", "c"]),
    ("[(broken)]", ["[(broken)]"]),
    (["a", "b"], ["a", "b"]),
    ([{"event": "e"}], ["e"]),
    ([{"event": "e", "timestamp": "T", "level": "error"}], ["[T] ERROR - e"]),
    ([], []),
]


@pytest.mark.parametrize(("content", "expected"), CONTENTS)
def test_every_form_of_a_log_is_lines(content, expected):
    """Text, 2.x's list of (host, text) written as text, and 3.x's structured messages all become lines."""
    assert list(_lines(content)) == expected


def test_a_backfill_is_waited_for(monkeypatch):
    """A backfill is over when it says when it was completed."""
    monkeypatch.setattr(runs, "_FIRST_LOOK", 0.01)
    spec = dynclient.load("3.3.2")
    stub = Stub(spec)
    af = dynclient.Airflow(spec, "http://airflow.example", transport=stub)
    example = samples.sample(spec.models.BackfillResponse._schema_, Random(1), direction="response")
    for completed in (None, None, "2026-01-01T00:00:00Z"):
        stub.add("get_backfill", {**example, "id": 7, "completed_at": completed})
    backfill = spec.models.BackfillResponse({**example, "id": 7, "completed_at": None})
    assert af.wait(backfill, timeout=5)["completed_at"] == "2026-01-01T00:00:00Z"
    stub.assert_done()
