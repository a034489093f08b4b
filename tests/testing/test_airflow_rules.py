"""The fake Airflow: it reads well, runs proceed, logins of each generation."""

from __future__ import annotations

import json

import pytest
from library import raw

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.testing import fake_airflow


@pytest.fixture(params=["3.3.2", "2.10.5"])
def airflow(request):
    with fake_airflow(request.param, judge=False) as server:
        yield server
    assert server.failures == []


def trigger(client, dag, **fields):
    if "trigger_dag_run" in client.operations:
        return client.trigger_dag_run(dag, logical_date=None, **fields)
    return client.post_dag_run(dag, **fields)


def test_it_reads_well(airflow):
    """It says its release, is healthy, and has DAGs with tasks."""
    client = Client(airflow.spec, airflow.server)
    assert client.get_version()["version"] == airflow.spec.release
    assert client.get_health()["scheduler"]["status"] == "healthy"
    names = [dag["dag_id"] for dag in client.get_dags.iter()]
    assert names == ["etl_daily", "report_weekly", "tutorial"]
    assert [task["task_id"] for task in client.get_tasks("tutorial")["tasks"]] == ["extract", "transform", "load"]
    assert client.get_dag_details("tutorial")["description"] == "The DAG tutorial"


def test_runs_proceed(airflow):
    """A triggered run is queued, then running, then success as it is read, and its task instances with it."""
    client = Client(airflow.spec, airflow.server)
    run = trigger(client, "tutorial", conf={"day": 3})
    seen = [run["state"], *(client.get_dag_run("tutorial", run["dag_run_id"])["state"] for _ in range(3))]
    assert seen == ["queued", "running", "success", "success"]
    instances = client.get_task_instances("tutorial", run["dag_run_id"])["task_instances"]
    assert {instance["state"] for instance in instances} == {"success"}
    assert "extract" in json.dumps(client.get_log("tutorial", run["dag_run_id"], "extract", 1)["content"])
    with pytest.raises(errors.AlreadyExists):
        trigger(client, "tutorial", dag_run_id=run["dag_run_id"])
    with pytest.raises(errors.NotFound):
        trigger(client, "no_such_dag")


def test_runs_end_as_told():
    """A DAG's runs end in the state that was asked for; waiting streams the states."""
    with fake_airflow("3.3.2", judge=False, outcomes={"tutorial": "failed"}) as server:
        client = Client(server.spec, server.server)
        run = trigger(client, "tutorial")["dag_run_id"]
        lines = client.wait_dag_run_until_finished("tutorial", run, interval=1.0, accept="application/x-ndjson")
        assert [line["state"] for line in lines] == ["queued", "running", "failed"]


def test_basic_on_2():
    """A 2.x fake with credentials asks for Basic, except for its version and health."""
    with fake_airflow("2.10.5", auth=("admin", "secret"), judge=False) as server:
        assert Client(server.spec, server.server).get_version()
        assert Client(server.spec, server.server, auth=("admin", "secret")).get_pools()
        with pytest.raises(errors.Unauthenticated) as caught:
            Client(server.spec, server.server, auth=("admin", "wrong")).get_pools()
        assert caught.value.response.content_type == "application/problem+json"


def log_in(server, **body):
    status, _, answered = raw(
        server.url + "/auth/token", "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"}
    )
    return status, json.loads(answered)


def test_tokens_on_3():
    """A 3.x fake gives a token for the right password and asks for it; logging out ends it."""
    with fake_airflow("3.3.2", auth=("admin", "secret"), judge=False) as server:
        assert log_in(server, username="admin", password="wrong")[0] == 401
        assert log_in(server, username="admin")[0] == 422
        assert raw(server.url + "/auth/token")[0] == 403
        status, given = log_in(server, username="admin", password="secret")
        assert status == 201
        client = Client(server.spec, server.server, auth=given["access_token"])
        assert client.get_pools()
        for auth, error in ((None, errors.Unauthenticated), ("made.up.token", errors.PermissionDenied)):
            with pytest.raises(error):
                Client(server.spec, server.server, auth=auth).get_pools()
        client.logout.response()
        with pytest.raises(errors.PermissionDenied, match="Invalid JWT token"):
            client.get_pools()


def test_tokens_expire():
    """An expired token is 401, said in the real server's words."""
    with fake_airflow("3.3.2", auth=("a", "b"), judge=False, token_seconds=0) as server:
        token = log_in(server, username="a", password="b")[1]["access_token"]
        with pytest.raises(errors.Unauthenticated, match="Token Expired"):
            Client(server.spec, server.server, auth=token).get_pools()


def test_everybody_gets_in_without_auth():
    """Without credentials asked for, any login gives a token, and so does none."""
    with fake_airflow("3.0.6", judge=False) as server:
        assert log_in(server, username="any", password="thing")[0] == raw(server.url + "/auth/token")[0] == 201
