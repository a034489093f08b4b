"""What a fake Airflow holds when it starts."""

from __future__ import annotations

import pytest
from fake_dags import DAGS

from dynclient.documents import releases
from dynclient.openapi import load
from dynclient.testing import fake_airflow
from dynclient.testing.airflow_world import DEFAULT_DAGS, World, numbers, task_seeds


def world(release, dags=DAGS):
    return World(numbers(release), "/api/v2" if release >= "3" else "", dags, {}, {})


@pytest.mark.parametrize(
    ("release", "first", "expected"),
    [("2.10.5", "2.9", True), ("2.9.3", "2.10", False), ("2.9.3", "2.9", True), ("3.0.6", "2.11", True)],
)
def test_releases_compare_as_numbers(release, first, expected):
    """2.10 comes after 2.9; a minor stands for its first patch."""
    assert world(release).since(first) is expected


@pytest.mark.parametrize(("text", "expected"), [("2.10.5", (2, 10, 5)), ("3.0", (3, 0)), ("3.1.0.post1", (3, 1, 0))])
def test_a_release_as_numbers(text, expected):
    """Three numbers at most, whatever follows them."""
    assert numbers(text) == expected


def test_a_dag_of_a_later_release():
    """``since`` leaves a DAG out of older releases."""
    dags = [{"dag_id": "new", "since": "2.9", "tasks": []}, {"dag_id": "old", "tasks": []}]
    assert [list(world(release, dags).dags) for release in ("2.8.4", "2.9.0")] == [["old"], ["new", "old"]]


@pytest.mark.parametrize(
    ("release", "uri", "shown"),
    [("2.8.4", "s3://lake", "s3://lake"), ("2.9.0", "s3://lake", "s3://lake/"), ("3.3.2", "s3://a/b", "s3://a/b")],
)
def test_uris_as_servers_show_them(release, uri, shown):
    """From 2.9 on a URI without a path ends in a slash."""
    assert world(release).shown_uri(uri) == shown


def test_a_written_asset_waits_once():
    """Each write is an event; a DAG that waits has one of them in its queue, the last."""
    one = world("3.3.2")
    for moment in ("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"):
        one.write_asset("s3://lake", "daily", "r", "publish", moment)
    one.write_asset("s3://elsewhere", "daily", "r", "publish", "2024-01-03T00:00:00Z")
    assert [event["id"] for event in one.asset_events] == [1, 2, 3]
    assert [event["asset_id"] for event in one.asset_events] == [1, 1, 0]
    assert [(row["dag_id"], row["created_at"]) for row in one.queued] == [("reader", "2024-01-02T00:00:00Z")]


def test_task_instances_of_a_run():
    """One for each task, and for each value of a mapped one."""
    rows = [(row["task_id"], row["map_index"]) for row in world("3.3.2").instances_of("daily")]
    assert rows == [("extract", -1), ("load", 0), ("load", 1), ("publish", -1)]
    assert world("3.3.2").task("daily", "gone") == {}
    assert [(row["task_id"], row["is_mapped"]) for row in task_seeds(world("3.3.2"), "daily")][1] == ("load", True)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("dags",), {dag["dag_id"] for dag in DEFAULT_DAGS}),
        (("dags", "gone", "dagRuns"), set()),
        (("dags", "tutorial", "dagRuns", "gone", "taskInstances"), set()),
        (("moons",), set()),
        (("pools",), {"default_pool"}),
    ],
)
def test_a_collection_by_its_path(path, expected):
    """A collection is empty where its DAG, its run or itself is not there."""
    fake = fake_airflow("3.3.2")
    one = World(numbers("3.3.2"), "/api/v2", DEFAULT_DAGS, {}, {})
    assert set(one.items(fake.state, *path)) == expected


@pytest.mark.parametrize("release", ["2.0.2", "2.10.5", releases.releases()[-1]])
def test_seeds_are_of_collections(release):
    """Every seed belongs to a path of the document, and a server with a past has a run, a variable and a connection."""
    seeds = World(numbers(release), "/api/v2" if release >= "3" else "", DEFAULT_DAGS, {}, {}).seeds(full=True)
    assert set(seeds) <= {operation.path for operation in load.load(release).operations.values()}
    empty = {path.rpartition("/")[2] for path, rows in seeds.items() if not rows}
    assert empty == {"importErrors"}


@pytest.mark.parametrize(("release", "connections"), [("2.0.2", 48), ("2.6.3", 57), ("2.7.0", 0), ("3.3.2", 0)])
def test_connections_of_a_new_server(release, connections):
    """A new database has the release's connections, none from 2.7 on, and the users with their roles."""
    base = "/api/v2" if release >= "3" else ""
    seeds = World(numbers(release), base, DEFAULT_DAGS, {}, {"a": "Admin"}).seeds(full=False)
    assert len(seeds[f"{base}/connections"]) == connections
    assert [(user["username"], user["roles"]) for user in seeds[f"{base}/users"]] == [("a", [{"name": "Admin"}])]
