from __future__ import annotations

import asyncio
from datetime import datetime

import dynclient
from dynclient import airflow
from dynclient.errors import NotFound, RunFailed


def newest() -> list[str]:
    af = dynclient.connect("http://localhost:8080", auth=("admin", "secret"))
    try:
        dag = af.get_dag("etl")
    except NotFound as error:
        return [str(error.status)]
    started: datetime | None = dag.last_parsed_time
    page = af.get_dags(limit=5, last_dag_run_state="failed")
    total: int | None = page.total_entries
    names: list[str] = [one.dag_id for one in af.get_dags.iter(tags=["prod"])]
    run = af.trigger_dag_run("etl", logical_date=None, conf={"day": 3})
    try:
        af.wait(run, timeout=60)
    except RunFailed:
        return ["failed", *af.log("etl", run.dag_run_id, "extract")]
    pool = af.spec.models.PoolBody(name="p", slots=3)
    af.post_pool(name="q", slots=pool.slots)
    return [*names, str(started), str(total)]


def older() -> str:
    old = dynclient.connect("http://localhost:8080", release="2.10.5")
    run = old.post_dag_run("etl", conf={"day": 3})
    spec = dynclient.load("2.10.5")
    spec.models.Pool(name="p", slots=3)
    return run.state


async def awaited() -> None:
    af = await dynclient.aio.connect("http://localhost:8080")
    dag = await af.get_dag("etl")
    async for one in af.get_dags.iter(limit=5):
        print(one.dag_id, dag.is_paused)


print(newest(), older(), airflow.get_version().version, dynclient.Client)
asyncio.run(awaited())
