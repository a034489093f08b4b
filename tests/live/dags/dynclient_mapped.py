"""A DAG with a task that is mapped over three numbers, on releases that can (2.3 and later)."""

# ruff: noqa: AIR002 - written for every release from 2.0 on
from __future__ import annotations

import logging

import pendulum
from airflow import __version__ as release

RELEASE = tuple(map(int, release.split(".")[:2]))
if RELEASE < (3, 0):
    from airflow import DAG
    from airflow.decorators import task
else:
    from airflow.sdk import DAG, task

log = logging.getLogger(__name__)

if RELEASE >= (2, 3):
    with DAG(
        dag_id="dynclient_mapped",
        description="One task for each of three numbers",
        start_date=pendulum.datetime(2024, 1, 1, tz="UTC"),
        catchup=False,
        is_paused_upon_creation=False,
        tags=["dynclient"],
        **{"schedule_interval" if RELEASE < (2, 4) else "schedule": None},
    ) as mapped_dag:

        @task
        def double(number):
            log.info("twice %s is %s", number, 2 * number)
            return 2 * number

        double.expand(number=[1, 2, 3])
