"""Bulk changes on 3.x: actions with their entities, whose failures are listed in an answer of 200."""

from __future__ import annotations

import pytest
from fake_dags import run_to_end

from dynclient.testing.airflow_bulk import unknown_action


def act(client, operation, action, *entities, **fields):
    """The result of one action."""
    arguments = ["daily", fields.pop("run")] if "run" in fields else []
    answer = client.operation(operation).response(
        *arguments, body={"actions": [{"action": action, "entities": list(entities), **fields}]}
    )
    assert answer.status == 200
    return answer.data[action]


def pool(name, slots=1):
    return {"name": name, "slots": slots, "include_deferred": False}


@pytest.mark.parametrize(
    ("action", "name", "fields", "success", "status"),
    [
        ("create", "new", {}, ["new"], None),
        ("create", "here", {}, [], 409),
        ("create", "here", {"action_on_existence": "skip"}, [], None),
        ("create", "here", {"action_on_existence": "overwrite"}, ["here"], None),
        ("update", "here", {}, ["here"], None),
        ("update", "gone", {}, [], 404),
        ("update", "gone", {"action_on_non_existence": "skip"}, [], None),
    ],
)
def test_an_entity_is_changed_skipped_or_refused(airflow_client, action, name, fields, success, status):
    """What is there, or is not, fails with its status in the list, or is skipped or overwritten on demand."""
    client = airflow_client("3.3.2")
    client.post_pool(name="here", slots=1)
    result = act(client, "bulk_pools", action, pool(name, 7), **fields)
    assert result["success"] == success
    assert [error["status_code"] for error in result["errors"]] == ([] if status is None else [status])
    if success:
        assert client.get_pool(name)["slots"] == 7


def test_entities_are_deleted_by_name(airflow_client):
    """An entity to delete is a name; the others of the same action go on when one is not there."""
    client = airflow_client("3.3.2")
    client.post_variable(key="a", value="1")
    result = act(client, "bulk_variables", "delete", "gone", "a")
    assert result["success"] == ["a"]
    assert [error["status_code"] for error in result["errors"]] == [404]
    assert client.get_variables()["total_entries"] == 0


def test_a_mask_limits_an_update(airflow_client):
    """Fields outside of ``update_mask`` stay."""
    client = airflow_client("3.3.2")
    client.post_pool(name="here", slots=1, description="old")
    act(client, "bulk_pools", "update", {**pool("here", 5), "description": "new"}, update_mask=["slots"])
    assert (client.get_pool("here")["slots"], client.get_pool("here")["description"]) == (5, "old")


def test_task_instances_in_bulk(airflow_client):
    """Task instances are set, noted and deleted; creating them is refused with 405."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    where = {"dag_id": "daily", "dag_run_id": run}
    entity = {"task_id": "extract", "new_state": "failed", "note": "n", **where}
    assert act(client, "bulk_task_instances", "update", entity, run=run)["success"]
    instance = client.get_task_instance("daily", run, "extract")
    assert (instance["state"], instance["note"]) == ("failed", "n")
    created = act(client, "bulk_task_instances", "create", entity, run=run)
    assert [error["status_code"] for error in created["errors"]] == [405]
    deleted = act(client, "bulk_task_instances", "delete", {"task_id": "extract", **where}, run=run)
    assert deleted["success"] == [f"daily.{run}.extract[-1]"]
    again = act(client, "bulk_task_instances", "delete", {"task_id": "extract", **where}, run=run)
    assert [error["status_code"] for error in again["errors"]] == [404]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"actions": [{"action": "create"}]}, False),
        ({"actions": [{"action": "create"}, {"action": "drop"}]}, True),
        ({"actions": [{}]}, True),
        ({"actions": "drop"}, False),
        ([], False),
    ],
)
def test_unknown_actions(body, expected):
    """An action that is none of create, update and delete is unknown, wherever it stands in the list."""
    assert unknown_action(body) is expected
