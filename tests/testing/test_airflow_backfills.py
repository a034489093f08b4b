"""Backfills, questions to people, and stores of state of a fake Airflow 3."""

from __future__ import annotations

import pytest
from fake_dags import reply_of, status_of, trigger

DAYS = {"from_date": "2025-01-01T00:00:00Z", "to_date": "2025-01-03T00:00:00Z"}


def backfill(client, dag="daily", **fields):
    return client.create_backfill(dag_id=dag, **{**DAYS, **fields})


def test_a_backfill_has_a_run_for_each_day(airflow_client):
    """Its runs proceed as it is read; it is completed when they are over."""
    client = airflow_client("3.3.2")
    number = backfill(client)["id"]
    assert client.get_dag_runs("daily", run_type=["backfill"])["total_entries"] == 3
    completed = [client.get_backfill(number)["completed_at"] for _ in range(2)]
    assert completed[0] is None
    assert completed[1] is not None
    assert client.list_backfills(dag_id="daily")["total_entries"] == 1
    assert client.list_backfills(dag_id="reader")["total_entries"] == 0


@pytest.mark.parametrize(
    ("release", "fields", "status"),
    [
        ("3.3.2", {"dag_id": "gone"}, 404),
        ("3.3.2", {"dag_id": "reader"}, 422),
        ("3.3.2", {"from_date": "2025-02-01T00:00:00Z"}, 422),
        ("3.2.2", {"from_date": "2025-02-01T00:00:00Z"}, 500),
        ("3.3.2", {}, 200),
    ],
)
def test_what_can_be_backfilled(airflow_client, release, fields, status):
    """A DAG that is there and has a schedule, over days that follow each other."""
    assert status_of(airflow_client(release), "create_backfill", **{"dag_id": "daily", **DAYS, **fields}) == status


def test_one_backfill_at_a_time(airflow_client):
    """A second one of the same DAG is 409 until the first is over; a cancelled one cannot be paused."""
    client = airflow_client("3.3.2")
    number = backfill(client)["id"]
    assert status_of(client, "create_backfill", dag_id="daily", **DAYS) == 409
    assert client.cancel_backfill(number)["completed_at"]
    assert status_of(client, "pause_backfill", number) == status_of(client, "cancel_backfill", number) == 409
    assert status_of(client, "get_backfill", 99) == 404
    assert status_of(client, "create_backfill", dag_id="daily", **DAYS) == 200


@pytest.mark.parametrize(("operation", "paused"), [("pause_backfill", True), ("unpause_backfill", False)])
def test_a_backfill_is_paused(airflow_client, operation, paused):
    """No more runs are started, or they are again."""
    client = airflow_client("3.3.2")
    assert client.call(operation, backfill(client)["id"])["is_paused"] is paused


def test_a_dry_run_names_the_days_without_a_run(airflow_client):
    """Days that have a run are named only where they are run again."""
    client = airflow_client("3.3.2")
    trigger(client, "daily", logical_date="2025-01-02T00:00:00+00:00")
    counts = [
        client.create_backfill_dry_run(dag_id="daily", reprocess_behavior=word, **DAYS)["total_entries"]
        for word in ("none", "completed")
    ]
    assert counts == [2, 3]


def ask(client):
    """The run of a DAG that waits for a person."""
    run = trigger(client, "asking")["dag_run_id"]
    client.get_dag_run("asking", run)
    return run


def test_a_run_waits_for_a_person(airflow_client):
    """A question keeps its run from ending; an answer lets it go on, and a second one is 409."""
    client = airflow_client("3.3.2")
    run = ask(client)
    assert client.get_dag_run("asking", run)["state"] == "running"
    where = ("asking", run, "ask", -1)
    assert not client.get_hitl_detail(*where)["response_received"]
    assert client.get_hitl_details("~", "~", response_received=False)["total_entries"] == 1
    assert client.get_hitl_details("~", "~", subject_search="Stop")["total_entries"] == 0
    assert client.update_hitl_detail(*where, chosen_options=["Yes"])["chosen_options"] == ["Yes"]
    assert status_of(client, "update_hitl_detail", *where, chosen_options=["No"]) == 409
    assert client.get_hitl_details("asking", run, response_received=True)["total_entries"] == 1
    assert client.get_dag_run("asking", run)["state"] == "success"


@pytest.mark.parametrize(("release", "status", "state"), [("3.3.2", 400, "awaiting_input"), ("3.2.2", 200, "failed")])
def test_an_option_that_is_none(airflow_client, release, status, state):
    """An unknown option is refused from 3.3 on; before, the task fails of it."""
    client = airflow_client(release)
    run = ask(client)
    assert status_of(client, "update_hitl_detail", "asking", run, "ask", -1, chosen_options=["Maybe"]) == status
    assert client.get_task_instance("asking", run, "ask")["state"] == state


def test_a_task_that_asks_nothing(airflow_client):
    """A task without a question has no detail of one."""
    client = airflow_client("3.3.2")
    run = trigger(client, "daily")["dag_run_id"]
    assert status_of(client, "get_hitl_detail", "daily", run, "extract", -1) == 404


def test_a_store_of_state(airflow_client):
    """Values are written, listed, read, deleted and cleared by key, each asset for itself."""
    client = airflow_client("3.3.2")
    for key in ("a", "b"):
        assert status_of(client, "set_asset_state_store", 1, key, value=key) == 204
    assert client.get_asset_state_store(1, "a")["value"] == "a"
    assert client.list_asset_state_store(1)["total_entries"] == 2
    assert client.list_asset_state_store(2)["total_entries"] == 0
    assert status_of(client, "delete_asset_state_store", 1, "a") == 204
    assert reply_of(client, "get_asset_state_store", 1, "a").status == 404
    assert status_of(client, "clear_asset_state_store", 1) == 204
    assert client.list_asset_state_store(1)["total_entries"] == 0
