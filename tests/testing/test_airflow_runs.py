"""Runs of a fake Airflow: triggered, proceeding, changed, cleared, deleted."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from fake_dags import reply_of, run_to_end, status_of, trigger

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.testing import fake_airflow
from dynclient.testing.airflow_runs import is_bad_id, is_moment, moment, same_moment


@pytest.fixture(params=["3.3.2", "2.10.5"])
def airflow(request):
    with fake_airflow(request.param, judge=False) as server:
        yield server
    assert server.failures == []


def test_runs_proceed(airflow):
    """A triggered run is queued, then running, then success as it is read, and its task instances with it."""
    client = Client(airflow.spec, airflow.server)
    run = trigger(client, "tutorial", conf={"day": 3})
    seen = [run["state"], *(client.get_dag_run("tutorial", run["dag_run_id"])["state"] for _ in range(3))]
    assert seen == ["queued", "running", "success", "success"]
    instances = client.get_task_instances("tutorial", run["dag_run_id"])["task_instances"]
    assert {instance["state"] for instance in instances} == {"success"}
    assert "extract" in json.dumps(client.get_log("tutorial", run["dag_run_id"], "extract", 1)["content"])
    with pytest.raises(errors.AlreadyExists):
        trigger(client, "tutorial", dag_run_id=run["dag_run_id"])
    with pytest.raises(errors.NotFound):
        trigger(client, "no_such_dag")


def test_runs_end_as_told():
    """A DAG's runs end in the state that was asked for; waiting streams the states."""
    with fake_airflow("3.3.2", judge=False, outcomes={"tutorial": "failed"}) as server:
        client = Client(server.spec, server.server)
        run = trigger(client, "tutorial")["dag_run_id"]
        lines = client.wait_dag_run_until_finished("tutorial", run, interval=1.0, accept="application/x-ndjson")
        assert [line["state"] for line in lines] == ["queued", "running", "failed"]


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_a_paused_dag_keeps_its_runs(airflow_client, release):
    """A run of a paused DAG stays queued."""
    client = airflow_client(release)
    run = run_to_end(client, "paused")
    assert client.get_dag_run("paused", run)["state"] == "queued"


@pytest.mark.parametrize(
    ("release", "fields", "status"),
    [
        ("2.10.5", {"dag_run_id": "a b"}, 500),
        ("2.5.3", {"dag_run_id": "a b"}, 200),
        ("3.3.2", {"dag_run_id": "a b"}, 400),
        ("3.3.2", {"partition_key": "k"}, 400),
        ("3.3.2", {"data_interval_start": "2025-01-01T00:00:00Z"}, 422),
        ("3.3.2", {"logical_date": "2025-01-01T00:00:00Z"}, 200),
    ],
)
def test_what_a_trigger_takes(airflow_client, release, fields, status):
    """Names, partitions and intervals are checked as the release checks them."""
    operation = "post_dag_run" if release < "3" else "trigger_dag_run"
    fields = fields if release < "3" else {"logical_date": None, **fields}
    client = airflow_client(release)
    assert status_of(client, operation, "daily", **fields) == status


@pytest.mark.parametrize(("release", "detail"), [("2.10.5", str), ("3.3.2", dict)])
def test_a_date_is_one_runs(airflow_client, release, detail):
    """A second run of the same logical date is 409, in the words of the generation."""
    client = airflow_client(release)
    date = dt.datetime(2025, 1, 1, tzinfo=dt.timezone.utc)
    trigger(client, "daily", logical_date=date)
    with pytest.raises(errors.AlreadyExists) as raised:
        trigger(client, "daily", logical_date=date)
    assert isinstance(json.loads(raised.value.response.body)["detail"], detail)


@pytest.mark.parametrize(
    ("state", "instances"), [("success", {"success"}), ("failed", {"skipped"}), ("queued", {None})]
)
def test_a_state_goes_to_the_task_instances(airflow_client, state, instances):
    """What a run is set to its unfinished task instances are too: skipped where it failed."""
    client = airflow_client("3.3.2")
    run = trigger(client, "paused")["dag_run_id"]
    assert client.patch_dag_run("paused", run, state=state)["state"] == state
    assert {one["state"] for one in client.get_task_instances("paused", run)["task_instances"]} == instances


def test_clearing_queues_a_run_again(airflow_client):
    """A dry run tells what would be cleared; clearing queues the run, which then ends once more."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "failing")
    assert client.get_dag_run("failing", run)["state"] == "failed"
    assert client.clear_dag_run("failing", run, dry_run=True)["total_entries"] == 1
    assert client.clear_dag_run("failing", run, dry_run=False)["state"] == "queued"
    states = [client.get_dag_run("failing", run)["state"] for _ in range(2)]
    assert states == ["running", "failed"]
    assert client.get_task_instance("failing", run, "fail")["try_number"] == 2


@pytest.mark.parametrize(
    ("release", "operation", "arguments", "status"),
    [
        ("2.10.5", "get_dag_runs", ["gone"], 200),
        ("3.3.2", "get_dag_runs", ["gone"], 404),
        ("3.3.2", "delete_dag_run", ["daily", "gone"], 404),
        ("2.10.5", "delete_dag_run", ["daily", "gone"], 404),
    ],
)
def test_runs_that_are_not_there(airflow_client, release, operation, arguments, status):
    """Runs of an unknown DAG are none on 2.x and 404 on 3.x."""
    assert reply_of(airflow_client(release), operation, *arguments).status == status


@pytest.mark.parametrize(
    ("text", "bad"), [("manual__2024-01-01T00:00:00+00:00", False), ("a b", True), ("é", True), ("", False)]
)
def test_names_of_runs(text, bad):
    """A run's name holds letters, digits and a few marks."""
    assert is_bad_id(text) is bad


def test_moments():
    """A date-time without an offset is UTC; two texts may name one moment."""
    assert moment("2024-01-01T00:00:00") == moment("2024-01-01T01:00:00+01:00")
    assert same_moment("2024-01-01T00:00:00Z", "2024-01-01T02:00:00+02:00")
    assert not same_moment("2024-01-01T00:00:00Z", "soon")
    assert [is_moment(value) for value in ("2024-01-01", "soon", None)] == [True, False, False]
