"""What a pretended Airflow knows beyond its document: its release, DAGs that read well, runs that proceed, login.

A triggered run is ``queued``; each time it is read it goes on, to ``running`` and then to ``success``, its task
instances with it. On 3.x ``POST /auth/token`` gives out tokens that expire; on 2.x there is HTTP Basic.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import os
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..documents import releases
from ..http import media_types
from ..openapi import load, request_decoder, spec
from .fake_answers import FakeResponse, Refusal, error_response
from .fake_server import FakeServer, RuleContext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..http.messages import Request

__all__ = ["fake_airflow"]

_DAGS = ("etl_daily", "report_weekly", "tutorial")
_TASKS = ("extract", "transform", "load")
_FIRST = "2026-01-01T00:00:00Z"  # when everything that was there before happened
_NEXT = {"queued": "running", "running": "success"}
_PUBLIC = frozenset({"get_version", "get_health"})


def fake_airflow(
    release: str = "3.3.2",
    *,
    auth: tuple[str, str] | None = None,
    token_seconds: int = 86400,
    outcomes: Mapping[str, str] | None = None,
    **options: Any,
) -> FakeServer:
    """A pretended Airflow of a release, which starts as a context manager.

    Args:
        release: any bundled one, with its login application on 3.x; or what ``load`` takes.
        auth: user and password that are asked for: Basic on 2.x, ``POST /auth/token`` and bearer on 3.x. Without it
            everybody may do everything, and any user gets a token.
        token_seconds: how long a token is good for.
        outcomes: dag id -> the state in which its runs end, ``success`` otherwise.
        options: those of ``Fake``.
    """
    document = load.load(release)
    is_new = any(path.startswith("/api/v2/") for path in document.document["paths"])
    base = "/api/v2" if is_new else ""
    runs = _Runs(base, dict(outcomes or {}))
    rules: dict[Any, Any] = {**runs.rules, "get_version": _version(document.release or release), "get_health": _healthy}
    login = releases.login(document.release) if is_new and document.release else None
    if login is not None:
        tokens = _Tokens(spec.parse(login), auth, token_seconds)
        rules |= tokens.rules
        options.setdefault("credentials", tokens.admit if auth is not None else None)
    options.setdefault("credentials", auth)
    rules |= options.pop("rules", None) or {}
    options.setdefault("seeds", _seeds(base))
    options.setdefault("wildcard", "~")
    options.setdefault("public", _PUBLIC)
    return FakeServer(document, rules=rules, **options)


def _seeds(base: str) -> dict[str, Sequence[dict[str, Any]]]:
    """Items that read well; fields that a release does not have are left out by the server."""
    task: dict[str, Any] = {"owner": "data", "trigger_rule": "all_success", "retries": 1.0, "pool": "default_pool"}
    tasks = [{"task_id": name, "task_display_name": name, **task} for name in _TASKS]
    for here, following in zip(tasks, _TASKS[1:], strict=False):
        here["downstream_task_ids"] = [following]
    tasks[-1]["downstream_task_ids"] = []
    when = {"start_date": _FIRST, "end_date": _FIRST, "duration": 12.5, "state": "success"}
    instance = {**when, "map_index": -1, "try_number": 1, "operator": "PythonOperator", "pool": "default_pool"}
    past = {"logical_date": _FIRST, "execution_date": _FIRST, "run_after": _FIRST, "queued_at": _FIRST}
    run = {**when, **past, "dag_run_id": f"scheduled__{_FIRST}", "run_type": "scheduled", "conf": {}}
    pool = {"occupied_slots": 0, "running_slots": 0, "queued_slots": 0, "scheduled_slots": 0, "deferred_slots": 0}
    return {
        f"{base}/dags": [_dag(name) for name in _DAGS],
        f"{base}/dags/{{dag_id}}/tasks": tasks,
        f"{base}/dags/{{dag_id}}/dagRuns": [run],
        f"{base}/dags/{{dag_id}}/dagRuns/{{dag_run_id}}/taskInstances": [
            {"task_id": name, "task_display_name": name, **instance} for name in _TASKS
        ],
        f"{base}/pools": [
            {"name": "default_pool", "slots": 128, "open_slots": 128, "description": "Default pool", **pool}
        ],
        f"{base}/variables": [{"key": "environment", "value": "test"}],
        f"{base}/connections": [
            {"connection_id": "warehouse", "conn_type": "postgres", "host": "localhost", "port": 5432}
        ],
        f"{base}/importErrors": [],
    }


def _dag(name: str) -> dict[str, Any]:
    return {
        "dag_id": name,
        "dag_display_name": name,
        "is_paused": False,
        "is_active": True,
        "is_stale": False,
        "is_subdag": False,
        "has_import_errors": False,
        "description": f"The DAG {name}",
        "fileloc": f"/opt/airflow/dags/{name}.py",
        "relative_fileloc": f"{name}.py",
        "owners": ["data"],
        "tags": [{"name": "example", "dag_id": name, "dag_display_name": name}],
        "max_active_runs": 16,
        "max_active_tasks": 16,
        "last_parsed_time": _FIRST,
        "timetable_description": "Never, external triggers only",
    }


def _version(release: str) -> Any:
    return lambda _: FakeResponse(200, {"version": release, "git_version": None})


def _healthy(context: RuleContext) -> FakeResponse:
    """Every component is well."""
    response = context.default()
    for part in response.data.values():
        if isinstance(part, dict) and "status" in part:
            part["status"] = "healthy"
    return response


# --- runs --------------------------------------------------------------------------------------------------------


class _Runs:
    """Runs proceed as they are looked at."""

    def __init__(self, base: str, outcomes: Mapping[str, str]) -> None:
        self.base = base
        self.outcomes = outcomes
        self.triggered: set[tuple[str, str]] = set()
        self.rules = {
            "post_dag_run": self.trigger,
            "trigger_dag_run": self.trigger,
            "get_dag_run": self.read,
            "wait_dag_run_until_finished": self.wait,
            "get_task_instances": self.instances,
            "get_task_instance": self.instances,
            "get_log": self.log,
            "get_dag_source": _source,
        }

    def run(self, context: RuleContext) -> dict[str, Any]:
        """The run that a request is about; empty when there is none."""
        arguments = context.arguments
        dag, name = arguments["dag_id"], arguments["dag_run_id"]
        runs = (
            context.fake.items(f"{self.base}/dags/{_quoted(dag)}/dagRuns") if _is_there(context, dag, self.base) else {}
        )
        return runs.get(name, {})

    def trigger(self, context: RuleContext) -> FakeResponse:
        """A new run is queued."""
        now = _now()
        body = context.body if isinstance(context.body, dict) else {}
        logical = body.get("logical_date") or body.get("execution_date")
        name = body.get("dag_run_id") or f"manual__{logical or now}"
        about = {
            "dag_run_id": name,
            "state": "queued",
            "run_type": "manual",
            "queued_at": now,
            "conf": body.get("conf") or {},
        }
        dates = {"run_after": now, "start_date": None, "end_date": None, "external_trigger": True}
        collection = context.fake.state.collections[f"{self.base}/dags/{{dag_id}}/dagRuns"]
        if not collection.schema.fields["state"].response.is_valid("queued"):  # before 2.2 a run starts at once
            about["state"] = "running"
            dates["start_date"] = now
        if not self.base:  # before 3.0 a run always has its date
            dates |= {"logical_date": logical or now, "execution_date": logical or now}
        answer = context.default(**about, **dates, dag_display_name=context.arguments["dag_id"])
        self.triggered.add((context.arguments["dag_id"], name))
        return answer

    def step(self, context: RuleContext, run: dict[str, Any]) -> None:
        """A queued run starts, a running one ends."""
        following = _NEXT.get(run.get("state") or "")
        if following is None:
            return
        if following == "running":
            run["start_date"] = _now()
        else:
            following = self.outcomes.get(context.arguments["dag_id"], following)
            run["end_date"] = _now()
        run["state"] = following

    def read(self, context: RuleContext) -> FakeResponse:
        self.step(context, self.run(context))
        return context.default()

    def wait(self, context: RuleContext) -> FakeResponse | None:
        """The states of a run until it ends, a line each."""
        run = self.run(context)
        if not run:
            return None
        states = [{"state": run["state"]}]
        while run["state"] in _NEXT:
            self.step(context, run)
            states.append({"state": run["state"]})
        streamed = media_types.is_ndjson(context.request.headers.get("accept", ""))
        return FakeResponse(200, states, "application/x-ndjson") if streamed else FakeResponse(200, states[-1])

    def instances(self, context: RuleContext) -> FakeResponse:
        """Task instances do what their run does."""
        where = context.arguments["dag_id"], context.arguments["dag_run_id"]
        run = self.run(context)
        if where in self.triggered and run:
            dag, name = map(_quoted, where)
            for item in context.fake.items(f"{self.base}/dags/{dag}/dagRuns/{name}/taskInstances").values():
                state = "scheduled" if run["state"] == "queued" else run["state"]
                item |= {"state": state, "start_date": run.get("start_date"), "end_date": run.get("end_date")}
        return context.default()

    def log(self, context: RuleContext) -> FakeResponse:
        """A few lines that name the task."""
        response = context.default()
        content = response.data.get("content") if isinstance(response.data, dict) else None
        about = ".".join(str(context.arguments[name]) for name in ("dag_id", "task_id"))
        lines = [f"Starting attempt 1 of {about}", "Done. Returned value was: None", f"Marking {about} as success"]
        if isinstance(content, list):
            content = [{"timestamp": _FIRST, "event": line} for line in lines]
        else:
            content = "\n".join(f"[{_FIRST}] INFO - {line}" for line in lines)
        return context.shown(response, content=content, continuation_token=None)


def _quoted(value: Any) -> str:
    return quote(str(value), safe="")


def _is_there(context: RuleContext, dag: str, base: str) -> bool:
    return dag in context.fake.items(f"{base}/dags")


def _source(context: RuleContext) -> FakeResponse:
    source = "from airflow.sdk import dag, task\n\n\n@dag\ndef example(): ...\n"
    return context.shown(context.default(), content=source)


def _now() -> str:
    return dt.datetime.now(dt.timezone.utc).isoformat().replace("+00:00", "Z")


# --- login on 3.x ------------------------------------------------------------------------------------------------


class _Tokens:
    """The login application beside the API, and the tokens it gives out (JWT, RFC 7519, HS256)."""

    def __init__(self, login: spec.Spec, auth: tuple[str, str] | None, seconds: int) -> None:
        self.login = login
        self.auth = auth
        self.seconds = seconds
        self._key = os.urandom(32)
        self._revoked: set[str] = set()
        self.rules = {
            ("POST", "/auth/token"): self.give,
            ("POST", "/auth/token/cli"): self.give,
            ("GET", "/auth/token"): self.give_everybody,
            "logout": self.revoke,
        }

    def give(self, context: RuleContext) -> FakeResponse:
        """A token for the right user and password."""
        match = self.login.match("POST", context.request.url)
        if match is None:
            raise Refusal(404, "Not Found")
        decoded = request_decoder.decode(context.request, match.operation, match.arguments)
        if decoded.violations:
            refusal = Refusal(422, "the login breaks its document", decoded.violations)
            return error_response(match.operation, self.login, refusal)
        body = decoded.body if isinstance(decoded.body, dict) else {}
        who = (body.get("username"), body.get("password"))
        if self.auth not in {None, who}:
            return error_response(match.operation, self.login, Refusal(401, "Invalid credentials"))
        return FakeResponse(201, {"access_token": self.token(str(who[0]))})

    def give_everybody(self, context: RuleContext) -> FakeResponse:
        """A token without login, where everybody may do everything."""
        match = self.login.match("GET", context.request.url)
        if self.auth is not None:
            refusal = Refusal(403, "This method is only allowed if everybody is admin")
            return error_response(match.operation if match else None, self.login, refusal)
        return FakeResponse(201, {"access_token": self.token("Anonymous")})

    def token(self, subject: str) -> str:
        """A signed token."""
        now = int(time.time())
        claims = {"sub": subject, "iat": now, "nbf": now, "exp": now + self.seconds, "jti": os.urandom(8).hex()}
        head = ".".join(_part(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{head}.{self._signature(head)}"

    def _signature(self, head: str) -> str:
        return _part(hmac.new(self._key, head.encode(), hashlib.sha256).digest())

    def admit(self, request: Request) -> bool:
        """May this request in? Says why not in the words of the real server."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refusal(401, "Not authenticated")
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(head).encode()) or token in self._revoked:
            raise Refusal(403, "Invalid JWT token")
        claims = head.partition(".")[2]
        if json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"] <= time.time():
            raise Refusal(401, "Token Expired")
        return True

    def revoke(self, context: RuleContext) -> None:
        """Logging out ends the token."""
        self._revoked.add(context.request.headers.get("authorization", "").partition(" ")[2])


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
