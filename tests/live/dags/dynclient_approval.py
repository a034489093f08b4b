"""A DAG whose task waits for a person (3.1 and later, where the standard provider has such tasks)."""

from __future__ import annotations

import pendulum

try:
    from airflow.providers.standard.operators.hitl import HITLOperator
    from airflow.sdk import DAG
except ImportError:
    HITLOperator = None

if HITLOperator is not None:
    with DAG(
        dag_id="dynclient_approval",
        description="One task that asks",
        schedule=None,
        start_date=pendulum.datetime(2024, 1, 1, tz="UTC"),
        catchup=False,
        is_paused_upon_creation=False,
        tags=["dynclient"],
    ) as approval_dag:
        HITLOperator(task_id="ask", subject="Go on?", body="Nothing happens either way.", options=["Yes", "No"])
