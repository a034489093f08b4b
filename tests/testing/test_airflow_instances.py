"""Task instances of a fake Airflow: mapped ones, tries, notes, states that are set, and clearing."""

from __future__ import annotations

import pytest
from fake_dags import reply_of, run_to_end, status_of, trigger


def states(client, dag, run):
    page = client.get_task_instances(dag, run)
    return {(one["task_id"], one["map_index"]): one["state"] for one in page["task_instances"]}


def test_a_mapped_task_has_an_instance_for_each_value(airflow_client):
    """Instances of a mapped task are told apart by their index; an unmapped task has none of them."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    assert states(client, "daily", run) == dict.fromkeys(
        [("extract", -1), ("load", 0), ("load", 1), ("publish", -1)], "success"
    )
    assert client.get_mapped_task_instances("daily", run, "load")["total_entries"] == 2
    assert client.get_mapped_task_instance("daily", run, "load", 1)["map_index"] == 1
    assert status_of(client, "get_mapped_task_instances", "daily", run, "extract") == 404


@pytest.mark.parametrize(
    ("release", "operation", "arguments", "status"),
    [
        ("2.10.5", "get_task_instances", ["gone"], 200),
        ("3.3.2", "get_task_instances", ["gone"], 404),
        ("3.3.2", "get_task_instance", ["gone", "extract"], 404),
        ("2.10.5", "get_task_instance", ["gone", "extract"], 404),
        ("2.10.5", "get_extra_links", ["gone", "no_task"], 404),
        ("2.10.5", "get_extra_links", ["gone", "extract"], 200),
        ("3.3.2", "get_external_log_url", ["gone", "extract", 1], 400),
    ],
)
def test_what_is_not_there(airflow_client, release, operation, arguments, status):
    """Instances of an unknown run are none on 2.x and 404 on 3.x."""
    assert reply_of(airflow_client(release), operation, "daily", *arguments).status == status


@pytest.mark.parametrize(
    ("body", "query", "state", "note"),
    [
        ({"new_state": "failed"}, {}, "failed", None),
        ({"note": "n"}, {}, "success", "n"),
        ({"new_state": "failed", "note": "n"}, {"update_mask": ["note"]}, "success", "n"),
    ],
)
def test_a_task_instance_is_changed_on_3(airflow_client, body, query, state, note):
    """State and note are set, those that a mask names."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    client.patch_task_instance("daily", run, "extract", **body, **query)
    item = client.get_task_instance("daily", run, "extract")
    assert (item["state"], item["note"]) == (state, note)


def test_a_dry_run_changes_nothing(airflow_client):
    """A dry run answers with what would be changed."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    assert client.patch_task_instance_dry_run("daily", run, "extract", new_state="failed")["total_entries"] == 1
    assert client.get_task_instance("daily", run, "extract")["state"] == "success"


@pytest.mark.parametrize(("dry_run", "state"), [(True, "success"), (False, "failed")])
def test_a_task_instance_is_changed_on_2(airflow_client, dry_run, state):
    """On 2.x a change is a dry run unless it says otherwise; a state that cannot be set is 400."""
    client = airflow_client("2.10.5")
    run = run_to_end(client, "daily")
    client.patch_task_instance("daily", run, "extract", new_state="failed", dry_run=dry_run)
    assert client.get_task_instance("daily", run, "extract")["state"] == state


def test_tries_of_a_cleared_task(airflow_client):
    """Every try is listed, the earlier ones as failed; another number is 404."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "failing")
    client.clear_dag_run("failing", run, dry_run=False)
    for _ in range(2):
        client.get_dag_run("failing", run)
    tries = client.get_task_instance_tries("failing", run, "fail")["task_instances"]
    assert [one["try_number"] for one in tries] == [1, 2]
    assert client.get_task_instance_try_details("failing", run, "fail", 1)["state"] == "failed"
    assert status_of(client, "get_task_instance_try_details", "failing", run, "fail", 3) == 404


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"only_failed": False}, 4),
        ({"only_failed": True}, 0),
        ({"only_failed": False, "task_ids": ["load"]}, 2),
        ({"only_failed": False, "task_ids": [["load", 1]]}, 1),
        ({"only_failed": False, "end_date": "2020-01-01T00:00:00Z"}, 0),
        ({"only_failed": False, "only_running": True}, 0),
    ],
)
def test_what_is_cleared(airflow_client, body, count):
    """Tasks, dates and states select what is cleared."""
    client = airflow_client("3.3.2")
    run_to_end(client, "daily", logical_date="2025-01-01T00:00:00+00:00")
    assert client.post_clear_task_instances("daily", dry_run=True, **body)["total_entries"] == count


@pytest.mark.parametrize(
    ("release", "body", "status"),
    [
        ("3.3.2", {"only_failed": True, "only_running": True}, 422),
        ("3.2.2", {"only_failed": True, "only_running": True}, 500),
        ("2.10.5", {"only_failed": True, "only_running": True}, 400),
        ("3.3.2", {"dag_run_id": "gone"}, 404),
    ],
)
def test_what_cannot_be_cleared(airflow_client, release, body, status):
    """Wishes that exclude each other, and a run that is not there, are refused as the release does."""
    assert status_of(airflow_client(release), "post_clear_task_instances", "daily", dry_run=True, **body) == status


def test_clearing_runs_again(airflow_client):
    """A cleared task instance has no state, its run is queued."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    client.post_clear_task_instances("daily", dry_run=False, only_failed=False, task_ids=["extract"], dag_run_id=run)
    assert states(client, "daily", run)["extract", -1] is None
    assert client.get_dag_run("daily", run)["state"] == "running"


@pytest.mark.parametrize(("dry_run", "state"), [(True, "success"), (False, "failed")])
def test_states_are_set_on_2(airflow_client, dry_run, state):
    """The state of a task in a run is set; a task or run that is not there is 404."""
    client = airflow_client("2.10.5")
    run = run_to_end(client, "daily")
    flags = dict.fromkeys(("include_upstream", "include_downstream", "include_future", "include_past"), False)
    fields = {"new_state": "failed", "dry_run": dry_run, **flags}
    answer = client.post_set_task_instances_state("daily", task_id="extract", dag_run_id=run, **fields)
    assert [one["task_id"] for one in answer["task_instances"]] == ["extract"]
    assert client.get_task_instance("daily", run, "extract")["state"] == state
    for names in ({"task_id": "gone", "dag_run_id": run}, {"task_id": "extract", "dag_run_id": "gone"}):
        assert status_of(client, "post_set_task_instances_state", "daily", **names, **fields) == 404


def test_a_task_instance_is_deleted(airflow_client):
    """Once deleted it is not there."""
    client = airflow_client("3.3.2")
    run = trigger(client, "daily")["dag_run_id"]
    statuses = [status_of(client, "delete_task_instance", "daily", run, "extract") for _ in range(2)]
    assert statuses == [200, 404]
