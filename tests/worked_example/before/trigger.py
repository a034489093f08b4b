"""Triggers the daily run by URL and waits for it."""

import os
import sys
import time

import requests

BASE = os.environ["AIRFLOW_URL"] + "/api/v1"
session = requests.Session()


def trigger(dag_id: str, when: str) -> str:
    body = {"execution_date": when, "conf": {"source": "cron"}}
    answer = session.post(f"{BASE}/dags/{dag_id}/dagRuns", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()["dag_run_id"]


def wait(dag_id: str, run_id: str) -> str:
    for _ in range(100):
        run = session.get(f"{BASE}/dags/{dag_id}/dagRuns/{run_id}", timeout=10).json()
        if run["state"] in {"success", "failed"}:
            break
        time.sleep(0.01)
    return run["state"]


if __name__ == "__main__":
    print(wait(sys.argv[1], trigger(sys.argv[1], "2026-01-02T00:00:00Z")))
