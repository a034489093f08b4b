"""Logs and XComs of a fake Airflow's task instances."""

from __future__ import annotations

import pytest
from fake_dags import reply_of, run_to_end, status_of


def text_of(client, *names, **fields):
    content = client.get_log(*names, **fields)["content"]
    return content if isinstance(content, str) else "\n".join(str(line.get("event")) for line in content)


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_a_log_has_the_lines_of_its_task(airflow_client, release):
    """What the task wrote is there, and why it failed where it did."""
    client = airflow_client(release)
    run = run_to_end(client, "daily")
    assert "reading rows" in text_of(client, "daily", run, "extract", 1, accept="application/json")
    run = run_to_end(client, "failing")
    assert "ValueError: bad" in text_of(client, "failing", run, "fail", 1, accept="application/json")


@pytest.mark.parametrize(
    ("release", "accept", "kind"),
    [
        ("2.10.5", "text/plain", str),
        ("2.10.5", "application/json", dict),
        ("3.3.2", "application/json", dict),
        ("3.3.2", "application/x-ndjson", list),
    ],
)
def test_forms_of_a_log(airflow_client, release, accept, kind):
    """A log is text or JSON on 2.x, JSON or a stream on 3.x."""
    client = airflow_client(release)
    run = run_to_end(client, "daily")
    log = client.get_log("daily", run, "extract", 1, accept=accept)
    assert isinstance(list(log) if kind is list else log, kind)


@pytest.mark.parametrize(
    ("release", "number", "token", "status"),
    [
        ("2.10.5", 7, None, 200),
        ("3.3.2", 7, None, 404),
        ("2.10.5", 1, "mine", 400),
        ("3.3.2", 1, "mine", 400),
    ],
)
def test_tries_and_tokens(airflow_client, release, number, token, status):
    """A try that is not there is an empty log on 2.x and 404 on 3.x; a token of one's own is refused."""
    client = airflow_client(release)
    run = run_to_end(client, "daily")
    more = {} if token is None else {"token": token}
    assert reply_of(client, "get_log", "daily", run, "extract", number, **more).status == status


@pytest.mark.parametrize(
    ("release", "query", "value"),
    [
        ("3.3.2", {}, '{"rows": 3}'),
        ("3.3.2", {"stringify": False}, {"rows": 3}),
        ("2.10.5", {}, "{'rows': 3}"),
    ],
)
def test_an_xcom_is_text_or_json(airflow_client, release, query, value):
    """A value is text, JSON on demand; 2.x writes it as Python does."""
    client = airflow_client(release)
    run = run_to_end(client, "daily")
    assert client.get_xcom_entry("daily", run, "extract", "return_value", **query)["value"] == value


def test_xcoms_of_mapped_tasks_and_of_all(airflow_client):
    """Each index has its value; a tilde collects those of every task."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    values = [
        client.get_xcom_entry("daily", run, "load", "return_value", map_index=n, stringify=False)["value"]
        for n in (0, 1)
    ]
    assert values == [1, 2]
    assert client.get_xcom_entries("daily", run, "load")["total_entries"] == 2
    assert client.get_xcom_entries("daily", run, "load", map_index=1)["total_entries"] == 1
    assert client.get_xcom_entries("~", "~", "~")["total_entries"] == 3
    assert status_of(client, "get_xcom_entry", "daily", run, "load", "return_value") == 404


def test_an_xcom_by_hand(airflow_client):
    """A value is created once, changed, and deleted; a run that is not there is 404."""
    client = airflow_client("3.3.2")
    run = run_to_end(client, "daily")
    where = ("daily", run, "extract")
    client.create_xcom_entry(*where, key="k", value={"a": 1})
    assert status_of(client, "create_xcom_entry", *where, key="k", value=2) == 409
    client.update_xcom_entry(*where, "k", value=2)
    assert client.get_xcom_entry(*where, "k", stringify=False)["value"] == 2
    statuses = [status_of(client, "delete_xcom_entry", *where, "k") for _ in range(2)]
    assert statuses == [204, 404]
    assert status_of(client, "create_xcom_entry", "daily", "gone", "extract", key="k", value=2) == 404


@pytest.mark.parametrize(("release", "status"), [("2.6.3", 200), ("2.10.5", 400)])
def test_deserialising_is_off(airflow_client, release, status):
    """From 2.7 to 3.0 a server does not deserialise values."""
    client = airflow_client(release)
    run = run_to_end(client, "daily")
    more = {"deserialize": True} if release != "2.6.3" else {}
    assert reply_of(client, "get_xcom_entry", "daily", run, "extract", "return_value", **more).status == status
