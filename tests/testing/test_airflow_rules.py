"""The fake Airflow as a whole: what it says of itself, and the options that it takes."""

from __future__ import annotations

import pytest

from dynclient.client.sync import Client
from dynclient.testing import fake_airflow


@pytest.fixture(params=["3.3.2", "2.10.5"])
def airflow(request):
    with fake_airflow(request.param, judge=False) as server:
        yield server
    assert server.failures == []


def test_it_reads_well(airflow):
    """It says its release, is healthy, and has DAGs with tasks."""
    client = Client(airflow.spec, airflow.server)
    assert client.get_version()["version"] == airflow.spec.release
    assert client.get_health()["scheduler"]["status"] == "healthy"
    names = [dag["dag_id"] for dag in client.get_dags.iter()]
    assert names == ["etl_daily", "report_weekly", "tutorial"]
    assert [task["task_id"] for task in client.get_tasks("tutorial")["tasks"]] == ["extract", "transform", "load"]
    assert client.get_dag_details("tutorial")["description"] == "The DAG tutorial"


def own_version(context):
    return context.shown(context.default(), version="9")


def test_a_rule_of_ones_own_goes_first(airflow):
    """Rules that are given take the place of the release's own."""
    with fake_airflow(airflow.spec.release, rules={"get_version": own_version}) as own:
        assert Client(own.spec, own.server).get_version()["version"] == "9"


@pytest.mark.parametrize(("expose", "status"), [(False, 403), (True, 200)])
def test_the_configuration_is_shown_on_demand(airflow, expose, status):
    """``expose_config`` stands for the administrator's setting."""
    with fake_airflow(airflow.spec.release, expose_config=expose) as server:
        assert Client(server.spec, server.server).get_config.response().status == status


def test_a_server_without_dags_is_new():
    """With DAGs of one's own there is no run, variable or connection yet."""
    with fake_airflow("3.3.2", dags=[{"dag_id": "own", "tasks": [{"task_id": "a"}]}]) as server:
        client = Client(server.spec, server.server)
        assert [dag["dag_id"] for dag in client.get_dags()["dags"]] == ["own"]
        assert client.get_dag_runs("own")["total_entries"] == client.get_variables()["total_entries"] == 0
