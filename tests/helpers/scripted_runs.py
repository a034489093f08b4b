"""A server of one DAG run whose answers are a script, and what drives the blocking and the awaited client alike."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import unquote, urlsplit

from loopback import Server, answer

import dynclient
from dynclient import aio

RELEASES = ["2.10.5", "3.0.6", "3.3.2"]  # polling on the first two, /wait on the last
NEW, OLD = "3.3.2", "2.10.5"
DAG = "/dags/d"
RUN = f"{DAG}/dagRuns/r"
TASK = f"{RUN}/taskInstances/t"
LOG = f"{TASK}/logs/1"
WAIT = f"{RUN}/wait"
NAMES = {DAG: "dag", RUN: "run", WAIT: "wait", TASK: "task", LOG: "log", f"{RUN}/taskInstances": "tasks"}
NAMES |= {f"{DAG}/tasks/t": "definition", f"{DAG}/dagRuns": "runs", "/backfills/1": "backfill"}
NAMES |= {f"{TASK}/logs/{number}": f"log {number}" for number in (2, 3)}


class Script:
    """Answers by path, each path's one after the other, the last one again and again; ``targets`` has the targets."""

    def __init__(self, **answers):
        answers = {"dag": [json_reply({"dag_id": "d", "is_paused": False})], **answers}
        self.answers = {name: list(rows) for name, rows in answers.items()}
        self.targets = []

    def __call__(self, exchange):
        self.targets.append(exchange.seen.target)
        path = unquote(urlsplit(exchange.seen.target).path)
        name = NAMES.get(re.sub("^/api/v.", "", path), "")
        rows = self.answers.get(name, [answer(404, b'{"detail": "no such path"}')])
        row = rows.pop(0) if len(rows) > 1 else rows[0]
        (row if callable(row) else json_reply(row))(exchange)

    def count(self, end):
        return sum(urlsplit(target).path.endswith(end) for target in self.targets)


def json_reply(data):
    return answer(200, json.dumps(data).encode())


def state(name, **more):
    return {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "state": name, "try_number": 1, **more}


def blocking(release, script, work):
    """What ``work(client)`` gives, with a plain client."""
    with Server(script) as server, client_of(dynclient.Airflow, release, server.url) as af:
        result = work(af)
        return list(result) if hasattr(result, "__next__") else result


def awaited(release, script, work):
    """The same, with a client that is awaited."""

    async def whole():
        async with client_of(aio.Airflow, release, server.url) as af:
            result = work(af)
            return [line async for line in result] if hasattr(result, "__anext__") else await result

    with Server(script) as server:
        return asyncio.run(whole())


def client_of(kind, release, url):
    api = "/api/v1" if release.startswith("2.") else ""
    return kind(dynclient.load(release), url + api, responses="off")


def runs_page(*runs):
    return {"dag_runs": list(runs), "total_entries": len(runs)}


def text(*lines):
    return answer(200, "\n".join(lines).encode(), content_type="text/plain")


def whole(*texts):
    return {"content": [{"event": text, "timestamp": None} for text in texts], "continuation_token": "eyJhIjoxfQ"}
