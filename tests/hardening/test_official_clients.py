"""The released official Python clients work against the fake server, each from a folder and in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dynclient.testing import fake_airflow

TWO = """
import sys
import airflow_client.client as c
from airflow_client.client.api import dag_api, dag_run_api, pool_api, variable_api
from airflow_client.client.model.dag_run import DAGRun
from airflow_client.client.model.pool import Pool
from airflow_client.client.model.variable import Variable
with c.ApiClient(c.Configuration(host=sys.argv[1], username="admin", password="pw")) as api:
    print([dag.dag_id for dag in dag_api.DAGApi(api).get_dags(limit=5).dags])
    variables, pools, runs = variable_api.VariableApi(api), pool_api.PoolApi(api), dag_run_api.DAGRunApi(api)
    variables.post_variables(Variable(key="a", value="1"))
    variables.delete_variable("a")
    print(pools.post_pool(Pool(name="p", slots=3)).slots)
    pools.delete_pool("p")
    run = runs.post_dag_run("tutorial", DAGRun(conf={}))
    print(run.state, runs.get_dag_run("tutorial", run.dag_run_id).state)
"""
THREE = """
import sys
import airflow_client.client as c
from airflow_client.client.api import dag_api, dag_run_api, pool_api, variable_api
from airflow_client.client.models import PoolBody, TriggerDAGRunPostBody, VariableBody
configuration = c.Configuration(host=sys.argv[1])
configuration.access_token = sys.argv[2]
with c.ApiClient(configuration) as api:
    print([dag.dag_id for dag in dag_api.DAGApi(api).get_dags(limit=5).dags])
    variables, pools, runs = variable_api.VariableApi(api), pool_api.PoolApi(api), dag_run_api.DagRunApi(api)
    variables.post_variable(VariableBody(key="a/b", value="1"))
    variables.delete_variable("a/b")
    print(pools.post_pool(PoolBody(name="p", slots=3)).slots)
    pools.delete_pool("p")
    run = runs.trigger_dag_run("tutorial", TriggerDAGRunPostBody(logical_date=None))
    print(run.state, runs.get_dag_run("tutorial", run.dag_run_id).state)
"""


@pytest.mark.parametrize(("release", "script"), [("2.10.0", TWO), ("3.3.2", THREE)], ids=["2.10.0", "3.3.2"])
def test_official_client(release, script, tmp_path):
    """List DAGs, create and delete a variable and a pool, trigger a run: every answer is one the client accepts."""
    folder = tmp_path / "packages"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    subprocess.run([*install, f"apache-airflow-client=={release}"], check=True, timeout=300)
    with fake_airflow(release, auth=("admin", "pw")) as server:
        token = ""
        if release.startswith("3"):
            import requests

            login = {"username": "admin", "password": "pw"}
            token = requests.post(f"{server.url}/auth/token", json=login, timeout=10).json()["access_token"]
        words = [sys.executable, "-c", script, server.server if release.startswith("2") else server.url, token]
        done = subprocess.run(
            words, env={"PYTHONPATH": str(folder)}, capture_output=True, encoding="utf-8", timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
    dags, slots, states = done.stdout.splitlines()
    assert (dags, slots) == ("['etl_daily', 'report_weekly', 'tutorial']", "3")
    assert states.lower().split()[0].endswith("queued")
