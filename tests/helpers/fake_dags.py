"""DAGs for fakes of Airflow: mapped tasks, assets, questions to people, failures; and runs of them."""

from __future__ import annotations

from typing import Any

DAGS: list[dict[str, Any]] = [
    {
        "dag_id": "daily",
        "schedule": "@daily",
        "tags": ["prod", "team"],
        "start_date": "2024-01-01T00:00:00Z",
        "tasks": [
            {"task_id": "extract", "downstream": ["load"], "value": {"rows": 3}, "lines": ["reading rows"]},
            {"task_id": "load", "mapped": [1, 2]},
            {"task_id": "publish", "outlets": ["s3://lake"]},
        ],
    },
    {"dag_id": "reader", "assets": ["s3://lake"], "tags": ["prod"], "tasks": [{"task_id": "read"}]},
    {
        "dag_id": "asking",
        "tasks": [{"task_id": "ask", "asks": {"subject": "Go on?", "body": "text", "options": ["Yes", "No"]}}],
    },
    {"dag_id": "failing", "tasks": [{"task_id": "fail", "state": "failed", "error": "ValueError: bad"}]},
    {"dag_id": "paused", "is_paused": True, "tasks": [{"task_id": "rest"}]},
]


def trigger(client: Any, dag: str, **fields: Any) -> Any:
    """A new run of a DAG, whatever its release calls that."""
    if "trigger_dag_run" in client.operations:
        return client.trigger_dag_run(dag, **{"logical_date": None, **fields})
    return client.post_dag_run(dag, **fields)


def run_to_end(client: Any, dag: str, **fields: Any) -> str:
    """The name of a new run that is over, as far as it goes by itself."""
    run: str = trigger(client, dag, **fields)["dag_run_id"]
    for _ in range(2):
        client.get_dag_run(dag, run)
    return run


def reply_of(client: Any, operation: str, *arguments: Any, **fields: Any) -> Any:
    """The reply of an operation, whatever its status."""
    return client.operation(operation).response(*arguments, **fields)


def status_of(client: Any, operation: str, *arguments: Any, **fields: Any) -> int:
    """The status of an operation's response."""
    status: int = reply_of(client, operation, *arguments, **fields).status
    return status
