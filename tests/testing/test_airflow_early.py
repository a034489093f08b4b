"""What Airflow looks at before, or instead of, what its document says of a request."""

from __future__ import annotations

import json

import pytest
from library import raw


def send(client, line, body=None):
    """Status and JSON of a request that no client would send."""
    method, _, path = line.partition(" ")
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    status, _, content = raw(client.server + path, method, data, **{"Content-Type": "application/json"})
    try:
        return status, json.loads(content)
    except ValueError:
        return status, content.decode()


@pytest.mark.parametrize(
    ("release", "line", "body", "status"),
    [
        ("3.0.6", "POST /api/v2/pools", [], 500),
        ("3.3.2", "POST /api/v2/pools", [], 422),
        ("3.2.2", "POST /api/v2/variables", [], 500),
        ("3.3.2", "POST /api/v2/variables", [], 422),
        ("3.2.2", "POST /api/v2/connections", {"connection_id": "c", "conn_type": "http", "extra": {"a": 1}}, 500),
        ("3.3.2", "PATCH /api/v2/pools/bulk", None, 405),
        ("3.3.2", "PATCH /api/v2/pools", {"actions": [{"action": "drop", "entities": []}]}, 500),
        ("3.0.6", "GET /api/v2/eventLogs/x", None, 422),
        ("3.3.2", "GET /api/v2/eventLogs/x", None, 400),
        ("3.3.2", "GET /api/v2/assets/events?timestamp_gte=2024-01-01T00:00:00", None, 500),
        ("3.3.2", "GET /api/v2/assets/events?timestamp_gte=soon", None, 422),
    ],
)
def test_requests_that_a_release_answers_in_its_own_way(airflow_client, release, line, body, status):
    """Lists for objects, unknown actions, numbers and moments are refused, or crash, as the release does."""
    client = airflow_client(release)
    line = line.replace("/api/v2", "" if client.server.endswith("/api/v2") else "/api/v2")
    if line.endswith("/bulk"):
        line = line.replace("PATCH", "PUT").removesuffix("/bulk") + "/default_pool"
    assert send(client, line, body)[0] == status


@pytest.mark.parametrize(("release", "times"), [("3.0.6", 1), ("3.3.2", 2)])
def test_bulk_says_everything_twice(airflow_client, release, times):
    """From 3.1 on each violation of a bulk request is listed twice."""
    body = {"actions": [{"action": "create", "entities": [{"slots": 1}]}]}
    status, answer = send(airflow_client(release), "PATCH /api/v2/pools", body)
    assert status == 422
    counts = {}
    for item in answer["detail"]:
        key = json.dumps([item["loc"], item["type"]])
        counts[key] = counts.get(key, 0) + 1
    assert set(counts.values()) == {times}


@pytest.mark.parametrize(
    ("release", "name", "body", "mask", "status"),
    [
        ("3.3.2", "p", {"pool": "p", "slots": 3, "include_deferred": True}, "", 200),
        ("3.3.2", "p", {"pool": "p", "slots": 3}, "", 422),
        ("3.3.2", "p", {"pool": "p", "slots": 3}, "?update_mask=slots", 422),
        ("3.1.8", "p", {"pool": "p", "slots": 3}, "?update_mask=slots", 200),
        ("3.3.2", "p", {"pool": "q", "slots": 3}, "", 400),
        ("3.3.2", "gone", {"pool": "gone", "slots": 3}, "", 404),
        ("3.3.2", "default_pool", {"slots": 3}, "?update_mask=description", 400),
        ("3.3.2", "default_pool", {"slots": 3}, "?update_mask=slots", 200),
    ],
)
def test_a_pool_is_looked_at_in_an_order(airflow_client, release, name, body, mask, status):
    """The default pool's fields, the name, the pool, and then what a body has to have."""
    client = airflow_client(release)
    client.post_pool(name="p", slots=1)
    assert send(client, f"PATCH /api/v2/pools/{name}{mask}", body)[0] == status


@pytest.mark.parametrize(("release", "status"), [("2.4.3", 200), ("2.10.5", 400)])
def test_moments_without_offset_on_2(airflow_client, release, status):
    """Before 2.5 a moment in a query may lack its offset."""
    client = airflow_client(release)
    assert send(client, "GET /dags/daily/dagRuns?start_date_gte=2024-01-01T00:00:00")[0] == status
