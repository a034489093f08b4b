"""Calls on the processes of a real Dask cluster, and README's program that extracts many deployments to Parquet."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import distributed
import pandas as pd
import pytest

import dynclient
from dynclient.testing import fake_airflow

PROGRAM = Path(__file__).parents[1] / "examples" / "task_instances.py"
RELEASES = {"OLD": "2.4.3", "PROD": "2.10.5", "NEXT": "3.3.2"}


TOKENS = {f"{name}_TOKEN": "token" for name in RELEASES}


@pytest.fixture(scope="module")
def cluster():
    """Two processes whose environment has the tokens."""
    options = {"host": "127.0.0.1", "dashboard_address": None, "memory_limit": 0}
    with pytest.MonkeyPatch.context() as patch:
        for name, token in TOKENS.items():
            patch.setenv(name, token)
        with distributed.LocalCluster(n_workers=2, threads_per_worker=2, processes=True, **options) as local:
            yield local


@pytest.fixture(scope="module")
def servers():
    fakes = {name: fake_airflow(release) for name, release in RELEASES.items()}
    for fake in fakes.values():
        fake.start()
    yield fakes
    for fake in fakes.values():
        fake.stop()


def test_calls_go_to_the_processes_of_a_cluster(cluster, servers):
    """``map(executor=client.get_executor())`` sends call, arguments and outcomes to other processes, in order."""
    af = dynclient.connect(servers["NEXT"].url, auth=partial(os.getenv, "NEXT_TOKEN"))
    names = ["tutorial", "no_such_dag", "etl_daily"] * 10
    with distributed.Client(cluster) as client:
        outcomes = list(af.map(af.get_dag, names, executor=client.get_executor()))
    assert [outcome.argument for outcome in outcomes] == names
    assert [type(outcome.error) for outcome in outcomes[:3]] == [type(None), dynclient.NotFound, type(None)]
    assert outcomes[2].get().dag_id == "etl_daily"


def test_a_password_stays_here(cluster, servers):
    """Credentials by value do not travel; each outcome says so."""
    af = dynclient.connect(servers["NEXT"].url, auth=("somebody", "word-of-somebody"))
    with distributed.Client(cluster) as client:
        (outcome,) = af.map(af.get_dag, ["tutorial"], executor=client.get_executor())
    assert isinstance(outcome.error, dynclient.ArgumentError)
    assert "word-of-somebody" not in str(outcome.error)


def extract(cluster, folder, servers):
    """Run the program; what it says, a line for each DAG."""
    deployments = [f"{name}={server.url}" for name, server in servers.items()]
    command = [sys.executable, str(PROGRAM), str(folder), cluster.scheduler_address, *deployments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    return sorted(done.stdout.splitlines())


def test_every_task_instance_comes_to_parquet(cluster, servers, tmp_path):
    """Each deployment's instances are there once, by DAG and month; begun again, only what is missing is fetched."""
    lines = extract(cluster, tmp_path, servers)
    clients = {name: dynclient.connect(server.url, auth="token") for name, server in servers.items()}
    expected = {
        f"{name} {dag.dag_id}": len(list(af.get_task_instances.iter(dag.dag_id, "~")))
        for name, af in clients.items()
        for dag in af.get_dags.iter()
    }
    assert lines == sorted(f"{dag}: {number}" for dag, number in expected.items())
    table = pd.read_parquet(tmp_path)
    assert len(table) == sum(expected.values()) > 0
    assert {*table.columns} >= {"deployment", "dag", "month", "dag_id", "task_id", "state", "start_date"}
    assert not table.duplicated(["deployment", "dag", "dag_run_id", "task_id"]).any()
    missing = next(tmp_path.glob("deployment=PROD/dag=*"))
    missing.rename(tmp_path / "elsewhere")
    again = dict(line.rsplit(": ", 1) for line in extract(cluster, tmp_path, servers))
    dag = f"PROD {missing.name.removeprefix('dag=')}"
    assert int(again.pop(dag)) == expected[dag]
    assert {*again.values()} == {"0"}


def test_a_failure_leaves_the_rest(cluster, servers, tmp_path):
    """A DAG whose instances cannot be fetched is named; a half of its files is no partition."""
    servers["PROD"].misbehave("get_task_instances", status=500)
    try:
        lines = extract(cluster, tmp_path, servers)
    finally:
        servers["PROD"].behave()
    assert len([line for line in lines if line.startswith("PROD") and not line.rpartition(": ")[2].isdigit()]) >= 1
    assert all(line.rpartition(": ")[2].isdigit() for line in lines if not line.startswith("PROD"))
