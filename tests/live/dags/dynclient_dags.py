"""DAGs whose runs are over in seconds, on every release from 2.0 on.

Each has a name of its own here: before 2.4, a server sees only the DAGs that are global names of their file.
Trigger ``dynclient_demo`` with ``conf={"seconds": 5}`` for a run that is worth waiting for.
"""

# ruff: noqa: AIR002 - written for every release from 2.0 on
from __future__ import annotations

import logging
import time
from datetime import timedelta

import pendulum
from airflow import __version__ as release

if release.startswith("2."):
    from airflow import DAG
    from airflow.decorators import task
    from airflow.operators.python import get_current_context
else:
    from airflow.sdk import DAG, get_current_context, task

SCHEDULE = "schedule_interval" if tuple(map(int, release.split(".")[:2])) < (2, 4) else "schedule"
START = pendulum.datetime(2024, 1, 1, tz="UTC")
LINES = 20_000

log = logging.getLogger(__name__)


def new_dag(dag_id, description, schedule=None, tags=(), **more):
    """A DAG that starts no run by itself and is not paused: a triggered run starts at once."""
    more = {"is_paused_upon_creation": False, "catchup": False, "start_date": START, **more, SCHEDULE: schedule}
    return DAG(dag_id=dag_id, description=description, tags=["dynclient", *tags], **more)


def conf():
    """What the run was triggered with."""
    return get_current_context()["dag_run"].conf or {}


with new_dag("dynclient_demo", "Two quick tasks", tags=["quick"], params={"seconds": 0}) as demo_dag:

    @task
    def make():
        for number in range(1, 4):
            log.info("made number %s", number)
        time.sleep(conf().get("seconds", 0))
        return [1, 2, 3]

    @task
    def add(numbers):
        total = sum(numbers)
        log.info("the sum is %s", total)
        return total

    add(make())


with new_dag("dynclient_failing", "One task that raises") as failing_dag:

    @task
    def fail():
        print("first line before the failure")  # noqa: T201 - what tasks print is in their logs
        print("second line before the failure")  # noqa: T201
        raise ValueError("failed on purpose")

    fail()


with new_dag("dynclient_retry", "One task whose first try fails, and its second does not") as retry_dag:

    @task(retries=1, retry_delay=timedelta(seconds=2))
    def twice():
        number = get_current_context()["ti"].try_number
        log.info("this is try %s", number)
        if number == 1:
            raise ValueError("the first try fails on purpose")

    twice()


with new_dag(
    "dynclient_slow", "One task that logs a line a second, 20 of them unless the run says otherwise"
) as slow_dag:

    @task
    def tick():
        for number in range(1, conf().get("seconds", 20) + 1):
            log.info("second %s", number)
            time.sleep(1)

    tick()


with new_dag("dynclient_long_log", "One task that logs 20,000 lines, or as many as its run says") as long_log_dag:

    @task
    def talk():
        for number in range(1, conf().get("lines", LINES) + 1):
            log.info("line %s of many", number)

    talk()


with new_dag("dynclient_xcom", "One task that leaves XComs: small, large, nested") as xcom_dag:

    @task
    def leave():
        instance = get_current_context()["ti"]
        instance.xcom_push(key="small", value=7)
        instance.xcom_push(key="large", value="x" * conf().get("large", 40_000))
        instance.xcom_push(key="nested", value={"list": [1, 2.5, None, True], "text": "ü", "deeper": {"empty": {}}})

    leave()


with new_dag(
    "dynclient_daily",
    "Two tasks every day, paused: runs that are triggered stay where they are",
    schedule="@daily",
    is_paused_upon_creation=True,
    max_active_runs=2,
) as daily_dag:

    @task
    def first():
        log.info("the first task of the day")
        if conf().get("fail"):
            raise ValueError("this day failed on purpose")

    @task
    def second():
        log.info("the second task of the day")

    first() >> second()
