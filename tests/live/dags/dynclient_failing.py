"""A DAG that always fails: its one task prints two lines and raises."""

from __future__ import annotations

from datetime import datetime, timezone

try:
    from airflow.sdk import dag, task
except ImportError:  # before 3.0
    from airflow.decorators import dag, task


@dag(
    dag_id="dynclient_failing",
    description="One task that raises",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    is_paused_upon_creation=False,  # a triggered run starts at once
    tags=["dynclient"],
)
def dynclient_failing():
    @task
    def fail():
        print("first line before the failure")  # noqa: T201 - what tasks print is in their logs
        print("second line before the failure")  # noqa: T201
        raise ValueError("failed on purpose")

    fail()


dynclient_failing()
