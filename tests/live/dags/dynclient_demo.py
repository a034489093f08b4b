"""A DAG whose runs are over in seconds: two tasks, a few lines of log, an XCom from each.

Trigger it with ``conf={"seconds": 5}`` for a run that is worth waiting for.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timezone

try:
    from airflow.sdk import dag, task
except ImportError:  # before 3.0
    from airflow.decorators import dag, task

log = logging.getLogger(__name__)


@dag(
    dag_id="dynclient_demo",
    description="Two quick tasks",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    is_paused_upon_creation=False,  # a triggered run starts at once
    params={"seconds": 0},
    tags=["dynclient"],
)
def dynclient_demo():
    @task
    def make(params=None):
        for number in range(1, 4):
            log.info("made number %s", number)
        time.sleep(params["seconds"])
        return [1, 2, 3]

    @task
    def add(numbers):
        total = sum(numbers)
        log.info("the sum is %s", total)
        return total

    add(make())


dynclient_demo()
