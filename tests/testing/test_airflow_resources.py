"""Pools, variables, connections, roles and users of a fake Airflow."""

from __future__ import annotations

import pytest
from fake_dags import status_of

ROWS = [
    ("2.10.5", "post_pool", {"name": "p", "slots": 1}, 409),
    ("3.3.2", "post_pool", {"name": "p", "slots": 1}, 409),
    ("2.10.5", "post_pool", {"name": "q", "slots": -1}, 500),
    ("3.0.6", "post_pool", {"name": "q", "slots": -1}, 500),
    ("3.3.2", "post_pool", {"name": "q", "slots": -1}, 201),
    ("2.10.5", "delete_pool", {"pool_name": "default_pool"}, 400),
    ("2.10.5", "patch_pool", {"pool_name": "p", "body": {"name": "r", "slots": 2}}, 200),
    ("2.10.5", "patch_pool", {"pool_name": "p", "body": {"name": "default_pool", "slots": 2}}, 500),
    ("2.10.5", "patch_pool", {"pool_name": "gone", "body": {"name": "gone", "slots": 2}}, 404),
    ("2.10.5", "get_variable", {"variable_key": "gone"}, 404),
    ("3.3.2", "delete_variable", {"variable_key": "gone"}, 404),
    ("2.10.5", "patch_variable", {"variable_key": "v", "body": {"key": "w", "value": "1"}}, 400),
    ("2.6.3", "patch_variable", {"variable_key": "gone", "body": {"key": "gone", "value": "1"}}, 500),
    ("2.10.5", "patch_variable", {"variable_key": "gone", "body": {"key": "gone", "value": "1"}}, 404),
    ("2.4.3", "patch_variable", {"variable_key": "new", "body": {"key": "new", "value": "1"}}, 200),
    ("2.10.5", "post_connection", {"connection_id": "c", "conn_type": "http"}, 409),
    ("2.10.5", "post_connection", {"connection_id": "a b", "conn_type": "http"}, 400),
    ("2.5.3", "post_connection", {"connection_id": "a b", "conn_type": "http"}, 200),
    ("3.3.2", "post_connection", {"connection_id": "d", "conn_type": "http", "extra": "{"}, 422),
    ("3.3.2", "post_connection", {"connection_id": "d", "conn_type": "http", "extra": "{}"}, 201),
    ("2.10.5", "patch_connection", {"connection_id": "gone", "body": {"conn_type": "http"}}, 404),
    ("2.10.5", "test_connection", {"connection_id": "c", "conn_type": "http"}, 403),
    ("2.6.3", "test_connection", {"connection_id": "c", "conn_type": "http"}, 200),
    ("2.10.5", "post_user", {"username": "u", "email": "e", "first_name": "a", "last_name": "b"}, 200),
    ("2.10.5", "patch_role", {"role_name": "gone", "name": "x", "actions": []}, 404),
    ("2.10.5", "delete_role", {"role_name": "gone"}, 404),
]


@pytest.mark.parametrize(("release", "operation", "arguments", "status"), ROWS)
def test_what_is_taken_and_refused(airflow_client, release, operation, arguments, status):
    """Each release takes, refuses or crashes on what people write down as it was seen to."""
    client = airflow_client(release)
    client.post_pool(name="p", slots=1)
    client.post_connection(connection_id="c", conn_type="http")
    assert status_of(client, operation, **arguments) == status


@pytest.mark.parametrize(("release", "names"), [("2.10.5", {"default_pool", "r"}), ("3.3.2", {"default_pool", "p"})])
def test_a_pool_is_renamed_on_2(airflow_client, release, names):
    """On 2.x a body's name renames a pool; on 3.x it must be the path's."""
    client = airflow_client(release)
    client.post_pool(name="p", slots=1)
    body = {"name": "r", "slots": 2} if release < "3" else {"pool": "p", "slots": 2, "include_deferred": False}
    client.patch_pool("p", body=body)
    assert {pool["name"] for pool in client.get_pools()["pools"]} == names
    assert {pool["open_slots"] for pool in client.get_pools()["pools"]} == {2, 128}


def test_a_second_variable(airflow_client):
    """On 2.x a second variable of a key takes the place of the first; on 3.x it is 409."""
    old, new = airflow_client("2.10.5"), airflow_client("3.3.2")
    for value in ("1", "2"):
        old.post_variables(key="k", value=value)
    assert old.get_variable("k")["value"] == "2"
    new.post_variable(key="k", value={"a": [1]})
    assert new.get_variable("k")["value"] == '{\n  "a": [\n    1\n  ]\n}'
    assert status_of(new, "post_variable", key="k", value="2") == 409


def test_a_connection_by_its_mask(airflow_client):
    """Fields that a mask does not name stay."""
    client = airflow_client("3.3.2")
    client.post_connection(connection_id="c", conn_type="http", host="old", port=1)
    body = {"connection_id": "c", "conn_type": "http", "host": "new", "port": 2}
    client.patch_connection("c", update_mask=["port"], body=body)
    connection = client.get_connection("c")
    assert (connection["host"], connection["port"]) == ("old", 2)


def test_roles_and_users(airflow_client):
    """A role has known actions and resources, a user known roles; names and addresses are one's own."""
    client = airflow_client("2.10.5")
    action = {"action": {"name": "can_read"}, "resource": {"name": "DAGs"}}
    client.post_role(name="readers", actions=[action])
    assert status_of(client, "post_role", name="readers", actions=[action]) == 409
    assert status_of(client, "post_role", name="x", actions=[{**action, "resource": {"name": "Moons"}}]) == 400
    user = {"username": "u", "email": "u@example.com", "first_name": "a", "last_name": "b"}
    client.post_user(**user, password="p", roles=[{"name": "readers"}])
    assert status_of(client, "post_user", **{**user, "username": "v"}) == 409
    assert status_of(client, "post_user", **{**user, "username": "v", "email": "v"}, roles=[{"name": "gods"}]) == 400
    client.patch_user("u", body={**user, "first_name": "z"})
    assert client.get_user("u")["first_name"] == "z"
    assert status_of(client, "patch_user", "gone", body={**user, "username": "gone"}) == 404
