"""Assets, called datasets before 3.0: their events, what waits for them, and runs that write them."""

from __future__ import annotations

import pytest
from fake_dags import reply_of, run_to_end, status_of

LAKE = "s3://lake/"


def test_assets_know_who_writes_and_reads_them(airflow_client):
    """An asset of a task's outlets and a DAG's schedule names both."""
    client = airflow_client("3.3.2")
    (asset,) = client.get_assets()["assets"]
    assert asset["uri"] == LAKE
    assert [one["task_id"] for one in asset["producing_tasks"]] == ["publish"]
    assert [one["dag_id"] for one in asset["scheduled_dags"]] == ["reader"]
    assert client.get_asset(asset["id"])["uri"] == LAKE
    assert status_of(client, "get_asset", 99) == 404


@pytest.mark.parametrize(
    ("release", "operation", "query", "total", "rows"),
    [
        ("2.10.5", "get_datasets", {}, 1, 1),
        ("2.10.5", "get_datasets", {"uri_pattern": "lake"}, 1, 1),
        ("2.10.5", "get_datasets", {"uri_pattern": "sea"}, 1, 0),
        ("3.3.2", "get_assets", {"uri_pattern": "sea"}, 0, 0),
        ("3.3.2", "get_assets", {"dag_ids": ["reader"]}, 1, 1),
        ("3.3.2", "get_assets", {"dag_ids": ["failing"]}, 0, 0),
    ],
)
def test_a_list_is_filtered(airflow_client, release, operation, query, total, rows):
    """Patterns and DAGs select; on 2.x the total stays that of all."""
    page = reply_of(airflow_client(release), operation, **query).data
    assert (page["total_entries"], len(page["assets" if release >= "3" else "datasets"])) == (total, rows)


def test_a_run_writes_an_asset(airflow_client):
    """A successful task leaves an event, queued once for the DAG that waits, until it is removed."""
    client = airflow_client("3.3.2")
    runs = [run_to_end(client, "daily") for _ in range(2)]
    events = client.get_asset_events()["asset_events"]
    assert [(event["source_dag_id"], event["source_run_id"]) for event in events] == [("daily", run) for run in runs]
    assert client.get_asset_events(source_run_id=runs[0])["total_entries"] == 1
    assert client.get_asset_events(timestamp_gte="2100-01-01T00:00:00Z")["total_entries"] == 0
    assert [one["dag_id"] for one in client.get_dag_asset_queued_events("reader")["queued_events"]] == ["reader"]
    assert status_of(client, "delete_dag_asset_queued_events", "reader") == 204
    assert status_of(client, "delete_dag_asset_queued_events", "reader") == 404


@pytest.mark.parametrize(
    ("release", "operation", "status"),
    [
        ("2.10.5", "get_dag_dataset_queued_events", 404),
        ("3.0.6", "get_dag_asset_queued_events", 404),
        ("3.3.2", "get_dag_asset_queued_events", 200),
    ],
)
def test_nothing_is_queued(airflow_client, release, operation, status):
    """Nothing that waits is 404 before 3.1, an empty list from then on."""
    assert status_of(airflow_client(release), operation, "reader") == status


def test_an_event_by_hand(airflow_client):
    """An event that is posted names no run, keeps its extra, and is one of the list."""
    client = airflow_client("3.3.2")
    event = client.create_asset_event(asset_id=1, extra={"by": "hand"})
    assert (event["uri"], event["source_run_id"], event["extra"]["by"]) == (LAKE, None, "hand")
    assert client.get_asset_events()["total_entries"] == 1


def test_materialising_runs_the_dag_that_writes(airflow_client):
    """An asset is made by a run of the DAG whose task writes it; one that nothing writes is 404."""
    client = airflow_client("3.3.2")
    run = client.materialize_asset(1)
    assert (run["dag_id"], run["state"]) == ("daily", "queued")
    other = airflow_client("3.3.2", dags=[{"dag_id": "reader", "assets": ["s3://sea"], "tasks": []}])
    assert status_of(other, "materialize_asset", 1) == 404


def test_no_run_was_started_by_an_asset(airflow_client):
    """Upstream events of a run are none; of a run that is not there 404."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    assert client.get_upstream_asset_events("daily", run)["total_entries"] == 0
    assert status_of(client, "get_upstream_asset_events", "daily", "gone") == 404
