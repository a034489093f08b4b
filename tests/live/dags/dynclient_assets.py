"""A DAG that writes an asset (before 3.0: a dataset) and one that runs when it was written (2.4 and later)."""

# ruff: noqa: AIR311 - written for every release from 2.0 on
from __future__ import annotations

import pendulum
from airflow import __version__ as release

RELEASE = tuple(map(int, release.split(".")[:2]))
if RELEASE >= (3, 0):
    from airflow.sdk import DAG, Asset, task
elif RELEASE >= (2, 4):
    from airflow import DAG
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task

SETTINGS = {
    "start_date": pendulum.datetime(2024, 1, 1, tz="UTC"),
    "catchup": False,
    "is_paused_upon_creation": False,
    "tags": ["dynclient"],
}

if RELEASE >= (2, 4):
    table, never = Asset("dynclient://table"), Asset("dynclient://never")

    with DAG(dag_id="dynclient_producer", description="Writes the table", schedule=None, **SETTINGS) as producer_dag:

        @task(outlets=[table])
        def write():
            return "written"

        write()

    # Nobody writes the second asset: the events of the first wait in the queue.
    with DAG(
        dag_id="dynclient_consumer", description="Reads the table", schedule=[table, never], **SETTINGS
    ) as consumer_dag:

        @task
        def read():
            return "read"

        read()
