"""DAGs of a fake Airflow: their lists, tasks, sources, versions, and what may be changed."""

from __future__ import annotations

import pytest
from fake_dags import reply_of, run_to_end, status_of


def names(page):
    return [dag["dag_id"] for dag in page["dags"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"tags": ["prod"]}, ["daily", "reader"]),
        ({"tags": ["prod", "team"], "tags_match_mode": "all"}, ["daily"]),
        ({"paused": True}, ["paused"]),
        ({"dag_id_pattern": "ail"}, ["daily", "failing"]),
        ({"last_dag_run_state": "failed"}, ["failing"]),
        ({"is_favorite": True}, ["reader"]),
        ({"has_asset_schedule": True}, ["reader"]),
        ({"has_import_errors": True}, []),
    ],
)
def test_lists(airflow_client, query, expected):
    """DAGs are selected by tags, state of their runs, marks and patterns."""
    client = airflow_client("3.3.2")
    client.favorite_dag("reader")
    run = run_to_end(client, "failing")
    client.get_dag_run("failing", run)
    assert names(client.get_dags(**query)) == expected


@pytest.mark.parametrize(
    ("release", "fields", "query", "status"),
    [
        ("3.3.2", {"is_paused": True}, {}, 200),
        ("3.3.2", {"is_paused": True}, {"update_mask": ["is_paused"]}, 200),
        ("2.10.5", {"is_paused": True}, {"update_mask": ["is_paused"]}, 200),
    ],
)
def test_a_dag_is_paused(airflow_client, release, fields, query, status):
    """Whether a DAG is paused can be changed, and nothing else."""
    client = airflow_client(release)
    assert status_of(client, "patch_dag", "daily", **fields, **query) == status
    assert client.get_dag("daily")["is_paused"] is (status == 200)


def test_many_are_paused(airflow_client):
    """DAGs are paused by the pattern of their names; without one none on 3.x, a refusal on 2.x."""
    client = airflow_client("3.3.2")
    assert names(client.patch_dags(dag_id_pattern="a%r", is_paused=True)) == ["reader"]
    assert client.get_dag("reader")["is_paused"]
    assert names(client.patch_dags(is_paused=True)) == []


def test_favourites(airflow_client):
    """A DAG is marked once and unmarked once."""
    client = airflow_client("3.3.2")
    statuses = [
        status_of(client, operation, "daily")
        for operation in ("unfavorite_dag", "favorite_dag", "favorite_dag", "unfavorite_dag")
    ]
    assert statuses == [409, 204, 409, 204]


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_a_dag_is_deleted(airflow_client, release):
    """Its runs and tasks go with it."""
    client = airflow_client(release)
    run = run_to_end(client, "daily")
    assert status_of(client, "delete_dag", "daily") == 204
    assert status_of(client, "get_dag", "daily") == status_of(client, "get_dag_run", "daily", run) == 404
    assert status_of(client, "delete_dag", "daily") == 404


@pytest.mark.parametrize(
    ("release", "operation", "arguments", "status"),
    [
        ("2.10.5", "get_tasks", ["gone"], 404),
        ("2.1.4", "get_tasks", ["gone"], 500),
        ("3.3.2", "get_task", ["daily", "gone"], 404),
        ("2.1.4", "get_task", ["gone", "x"], 500),
        ("3.3.2", "get_dag_version", ["daily", 1], 200),
        ("3.3.2", "get_dag_version", ["daily", 2], 404),
        ("3.3.2", "get_dag_source", ["gone"], 404),
        ("2.10.5", "get_dag_source", ["gone"], 404),
        ("3.3.2", "reparse_dag_file", ["gone"], 404),
        ("3.3.2", "get_event_log", [99], 404),
    ],
)
def test_what_is_not_there(airflow_client, release, operation, arguments, status):
    """What is not there is 404; releases before 2.2 crash on tasks of an unknown DAG."""
    assert reply_of(airflow_client(release), operation, *arguments).status == status


def test_tasks_in_order(airflow_client):
    """Tasks come with what follows them; an order by what is no attribute is refused."""
    client = airflow_client("3.3.2")
    tasks = client.get_tasks("daily")["tasks"]
    assert [(task["task_id"], task["downstream_task_ids"]) for task in tasks][:1] == [("extract", ["load"])]
    assert [task["is_mapped"] for task in tasks] == [False, True, False]
    assert status_of(client, "get_tasks", "daily", order_by="colour") == 400


@pytest.mark.parametrize(
    ("release", "accept"), [("2.10.5", "text/plain"), ("2.10.5", "application/json"), ("3.3.2", "text/plain")]
)
def test_sources(airflow_client, release, accept):
    """A DAG's source is text or JSON, by its token on 2.x and by its name on 3.x."""
    client = airflow_client(release)
    name = client.get_dag("daily")["file_token"] if release < "3" else "daily"
    source = client.get_dag_source(name, accept=accept)
    assert "def example()" in (source if accept == "text/plain" else source["content"])


def test_statistics_and_tags(airflow_client):
    """Runs are counted by state, DAGs without runs left out on 3.x; tags are those of all DAGs."""
    client = airflow_client("3.3.2")
    run_to_end(client, "daily")
    (row,) = client.get_dag_stats()["dags"]
    assert [(one["state"], one["count"]) for one in row["stats"] if one["count"]] == [("success", 1)]
    assert client.get_dag_tags()["tags"] == ["prod", "team"]
    assert client.get_dag_tags(tag_name_pattern="ea")["tags"] == ["team"]


@pytest.mark.parametrize(("release", "there"), [("2.5.3", False), ("2.10.5", True)])
def test_details_lack_what_servers_never_sent(airflow_client, release, there):
    """Fields that the document has and servers of a release do not send are not in the details."""
    details = airflow_client(release).get_dag_details("daily")
    assert ("last_parsed_time" in details) is there
