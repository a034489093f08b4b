"""What Airflow's servers ask of bodies and queries beyond their documents."""

from __future__ import annotations

import json

import pytest
from fake_dags import reply_of, status_of
from library import raw

from dynclient.testing.airflow_forms import crash, crashed, partial, value_errors
from dynclient.testing.airflow_world import World
from dynclient.testing.fake_answers import FakeResponse, Refusal


def world(*release):
    return World(release, "/api/v2" if release >= (3, 0) else "", [], {}, {})


@pytest.mark.parametrize(
    ("release", "path", "body", "detail"),
    [
        ("2.10.5", "/pools", {"name": "p", "slots": 1}, None),
        ("2.10.5", "/pools", {"name": "p"}, "slots"),
        ("2.10.5", "/pools", {"name": "p", "slots": 1, "x": 1}, "x: not a known field"),
        ("2.2.5", "/pools", {"name": "p", "slots": 1, "description": "d"}, "description: not a known field"),
        ("2.10.5", "/pools", {"name": "p", "slots": 1, "description": "d"}, None),
        ("2.10.5", "/variables", {"key": "k", "value": "v", "description": None}, "null"),
    ],
)
def test_bodies_on_2(airflow_client, release, path, body, detail):
    """Servers of 2.x refuse fields that they do not know or miss, each from its own release on."""
    client = airflow_client(release)
    url = f"{client.server}{path}"
    status, _, answer = raw(url, "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"})
    assert (status == 400) is (detail is not None)
    assert detail is None or detail in str(json.loads(answer)["detail"])


@pytest.mark.parametrize(
    ("release", "operation", "order", "status"),
    [
        ("2.10.5", "get_pools", "slots", 200),
        ("2.10.5", "get_pools", "-name", 200),
        ("2.10.5", "get_pools", "colour", 400),
        ("2.5.3", "get_dags", "colour", 200),
        ("2.10.5", "get_dags", "colour", 400),
        ("2.10.5", "get_users", "-email", 400),
        ("3.3.2", "get_pools", ["id"], 200),
        ("3.3.2", "get_pools", ["slots"], 400),
    ],
)
def test_orders(airflow_client, release, operation, order, status):
    """A list is ordered by its columns; another name is refused from the release on that looks."""
    assert status_of(airflow_client(release), operation, order_by=order) == status


@pytest.mark.parametrize(("release", "status"), [("2.10.5", 400), ("3.3.2", 422)])
def test_a_negative_page(airflow_client, release, status):
    """A negative limit is refused: on 2.x with all of it in the title."""
    reply_url = f"{airflow_client(release).server}{'/api/v2' if release >= '3' else ''}/pools?limit=-1"
    code, _, body = raw(reply_url)
    assert code == status
    assert release >= "3" or json.loads(body)["title"] == "Page limit must be a positive integer"


@pytest.mark.parametrize(("release", "media"), [((3, 3), "text/plain"), ((2, 10), "text/html")])
def test_a_crash(release, media):
    """What nobody caught is 500: three words on 3.x, a page on 2.x."""
    assert (crash(world(*release)).status, crash(world(*release)).media) == (500, media)
    assert crashed(world(*release)).response == crash(world(*release))


def test_fields_on_demand(airflow_client):
    """``fields`` leaves those that are asked for, in each item of a list; an unknown one is refused."""
    client = airflow_client("2.10.5")
    assert json.loads(reply_of(client, "get_dag", "daily", fields=["dag_id"]).response.body) == {"dag_id": "daily"}
    assert reply_of(client, "get_dags", fields=["dag_id", "colour"]).status == 400
    page = FakeResponse(200, {"dags": [{"a": 1, "b": 2}], "total_entries": 1})
    assert partial(world(2, 10), page, "a").data == {"dags": [{"a": 1}], "total_entries": 1}
    assert partial(world(2, 9), page, "a").data == {"dags": [{"a": 1}]}
    with pytest.raises(Refusal, match="Unknown field: c"):
        partial(world(2, 10), page, "a,c")


def test_a_validators_list():
    """What a validator of pydantic's refuses is a list of one item with its place."""
    (item,) = value_errors(["body", "a"], "no", 3)
    assert (item["loc"], item["msg"], item["input"], item["type"]) == (["body", "a"], "no", 3, "value_error")
