"""Every task instance of many deployments as Parquet, by DAG and month, on a Dask cluster; begun again, it goes on.

    python task_instances.py FOLDER SCHEDULER PROD=https://airflow.example.org STAGE=https://…

The workers take each deployment's token from their environment: PROD_TOKEN, STAGE_TOKEN.
"""

import functools
import itertools
import os
import sys
from pathlib import Path
from urllib.parse import quote

import distributed

import dynclient

ROWS = 20_000  # of one file: what a worker holds at once


@functools.cache
def deployment(name: str, url: str) -> dynclient.Airflow:
    """A client of each deployment for each worker process, logged in once."""
    return dynclient.connect(url, auth=lambda: os.environ[f"{name}_TOKEN"])


def extract(name: str, url: str, dag_id: str, folder: str) -> int:
    """Write one DAG's task instances; a DAG whose folder is there was written whole before."""
    target = Path(folder, f"deployment={name}", f"dag={quote(dag_id, safe='')}")
    if target.exists():
        return 0
    parts = target.with_name(f"{target.name}.part")
    rows = 0
    items = deployment(name, url).get_task_instances.iter(dag_id, "~", limit=1000)
    for number in itertools.count():
        frame = dynclient.frame(itertools.islice(items, ROWS))
        if frame.empty:
            break
        rows += len(frame)
        month = frame["start_date"].dt.strftime("%Y-%m").fillna("none")  # of those that have not begun
        for name_of_month, of_month in frame.groupby(month):
            path = parts / f"month={name_of_month}" / f"{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            of_month.to_parquet(path)
    parts.mkdir(parents=True, exist_ok=True)
    parts.rename(target)
    return rows


def main(folder: str, scheduler: str, *deployments: str) -> None:
    """Give each DAG of each deployment to the cluster; a failure is told, and what did not fail is kept."""
    import task_instances  # this module by its name, as the workers import it

    with distributed.Client(scheduler) as cluster:
        cluster.upload_file(__file__)
        jobs = {}
        for name, _, url in (text.partition("=") for text in deployments):
            for dag in deployment(name, url).get_dags.iter():
                jobs[cluster.submit(task_instances.extract, name, url, dag.dag_id, folder, pure=False)] = (
                    f"{name} {dag.dag_id}"
                )
        for job in distributed.as_completed(jobs):
            error = job.exception()
            print(f"{jobs[job]}: {error or job.result()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
