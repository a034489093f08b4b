"""Waiting for runs and backfills, and reading the logs of their tasks, on every release."""

from __future__ import annotations

import ast
import random
import time
from typing import TYPE_CHECKING, Any

from .errors import ApiError, ArgumentError, ContractError, NotFound, RunFailed, TimedOut, TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .client import Call, Client
    from .models import Model

__all__ = ["Runs"]

#: states in which something is still going to happen, in any release; the rest of the document's enum is final
_UNDERWAY = frozenset(
    {"queued", "running", "scheduled", "restarting", "deferred", "sensing", "up_for_retry", "up_for_reschedule"}
    | {"awaiting_input", "none", "None", None}
)
_FAILED = frozenset({"failed", "upstream_failed"})
_FIRST_LOOK, _LONGEST_PAUSE = 0.5, 10.0  # seconds
_TAIL_LINES, _TAIL_TASKS, _TAIL_WIDTH = 8, 3, 300  # of the logs in a message


class Runs:
    """What a client of Airflow can do with runs; ``Airflow`` has it."""

    def wait(self: Any, model: Mapping[str, Any], *, timeout: float | None = None) -> Model:
        """Wait until a DAG run, or a backfill, is over; what it is then.

        A run goes by the stream ``/wait`` where the release has it and by looking again and again elsewhere, with
        pauses from half a second to ten.

        Args:
            model: a run (``dag_id`` and ``dag_run_id``) or a backfill (``id``), as a call returned it.
            timeout: seconds; for ever by default.

        Raises:
            RunFailed: the run ended in failure; with the failed task instances and the end of their logs.
            TimedOut: it was not over in time; it still runs.
        """
        until = time.monotonic() + timeout if timeout is not None else None
        if "dag_run_id" in model:
            return _wait_for_run(self, model["dag_id"], model["dag_run_id"], until)
        if "backfill_id" in model or ("id" in model and "completed_at" in model):
            return _wait_for_backfill(self, model.get("backfill_id", model.get("id")), until)
        raise ArgumentError("wait: a DAG run or a backfill is wanted, as a call returned it")

    def run_and_wait(self: Any, dag_id: str, *, timeout: float | None = None, **arguments: Any) -> Model:
        """Trigger a run and wait until it is over, on every release.

        Args:
            dag_id: the DAG.
            timeout: seconds for the waiting.
            arguments: those of this release's trigger operation, such as ``conf=``; ``logical_date`` is null where it
                is wanted and not given.

        Raises:
            RunFailed: the run ended in failure.
            TimedOut: it was not over in time; it still runs.
        """
        trigger = self.operation("trigger_dag_run" if "trigger_dag_run" in self.operations else "post_dag_run")
        if "logical_date" in trigger.types and "trigger_dag_run" in self.operations:
            arguments.setdefault("logical_date", None)
        return self.wait(trigger(dag_id, **arguments), timeout=timeout)  # type: ignore[no-any-return]

    def log(
        self: Any,
        task: Mapping[str, Any] | str,
        run_id: str = "",
        task_id: str = "",
        try_number: int | None = None,
        *,
        map_index: int | None = None,
        follow: bool = False,
    ) -> Iterator[str]:
        """The log of a task instance, line by line, lazily.

        Args:
            task: a task instance as a call returned it; or the DAG's id, with ``run_id`` and ``task_id``.
            run_id: the run.
            task_id: the task.
            try_number: which try; the last one of a task instance, else the first.
            map_index: of a mapped task.
            follow: go on with the lines that come until the task ends.
        """
        if isinstance(task, str):
            where = {"dag_id": task, "dag_run_id": run_id, "task_id": task_id}
        else:
            where = {name: task[name] for name in ("dag_id", "dag_run_id", "task_id")}
            try_number = task.get("try_number") if try_number is None else try_number
            map_index = task.get("map_index") if map_index is None else map_index
        call: Call = self.operation("get_log")
        number = "task_try_number" if "task_try_number" in call.types else "try_number"
        arguments: dict[str, Any] = {**where, number: max(1, try_number or 1)}
        if map_index is not None and map_index >= 0 and "map_index" in call.types:
            arguments["map_index"] = map_index
        return _followed(self, call, arguments, where) if follow else _whole(call, arguments)


# --- waiting -----------------------------------------------------------------------------------------------------


def _wait_for_run(client: Client, dag_id: str, run_id: str, until: float | None) -> Model:
    name = f"run {run_id!r} of DAG {dag_id!r}"
    run = client.call("get_dag_run", dag_id, run_id)
    if run["state"] in _UNDERWAY and "wait_dag_run_until_finished" in client.operations:
        _stream_until_over(client, dag_id, run_id, until, name)
        run = client.call("get_dag_run", dag_id, run_id)
    pauses = _pauses(until, name)
    while run["state"] in _UNDERWAY:
        next(pauses)
        run = client.call("get_dag_run", dag_id, run_id)
    if run["state"] in _FAILED:
        raise _failure(client, run, name)
    return run  # type: ignore[no-any-return]


def _stream_until_over(client: Client, dag_id: str, run_id: str, until: float | None, name: str) -> None:
    """Follow ``/wait``; where it breaks off, looking again tells."""
    try:
        lines = client.call("wait_dag_run_until_finished", dag_id, run_id, interval=1)
        try:
            for _ in lines:
                _in_time(until, name)
        finally:
            lines.close()
    except TimedOut:
        _in_time(until, name)  # if it was not ours, the stream fell silent, which is no answer
    except (TransportError, ContractError, ApiError):
        return


def _wait_for_backfill(client: Client, backfill_id: int, until: float | None) -> Model:
    backfill = client.call("get_backfill", backfill_id)
    pauses = _pauses(until, f"backfill {backfill_id}")
    while backfill["completed_at"] is None:
        next(pauses)
        backfill = client.call("get_backfill", backfill_id)
    return backfill  # type: ignore[no-any-return]


def _pauses(until: float | None, name: str) -> Iterator[None]:
    """Longer and longer pauses, until the time is up."""
    pause = _FIRST_LOOK
    while True:
        _in_time(until, name)
        left = until - time.monotonic() if until is not None else pause
        time.sleep(max(0.0, min(pause * random.uniform(0.8, 1.2), left)))  # noqa: S311 - spreading, not hiding
        yield
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _in_time(until: float | None, name: str) -> None:
    if until is not None and time.monotonic() >= until:
        raise TimedOut(f"{name} was not over in time; it still runs, wait for it again or look at it")


def _failure(client: Client, run: Mapping[str, Any], name: str) -> RunFailed:
    instances = client.operation("get_task_instances").iter(run["dag_id"], run["dag_run_id"])
    failed = [instance for instance in instances if instance["state"] in _FAILED]
    lines = [f"{name} ended as {run['state']}"]
    lines += [f"  {one['task_id']}: {one['state']}, try {one['try_number']}" for one in failed]
    for instance in [one for one in failed if one["state"] == "failed"][:_TAIL_TASKS]:
        lines.append(f"the end of the log of {instance['task_id']}:")
        lines += [f"  | {line[:_TAIL_WIDTH]}" for line in _tail(client, instance)]
    return RunFailed("\n".join(lines), run=run, failed=failed)


def _tail(client: Any, instance: Mapping[str, Any]) -> list[str]:
    try:
        return [line for line in client.log(instance) if line.strip()][-_TAIL_LINES:]
    except (ApiError, ContractError, TransportError):
        return ["(it cannot be read)"]


# --- logs --------------------------------------------------------------------------------------------------------


def _whole(call: Call, arguments: Mapping[str, Any]) -> Iterator[str]:
    """All there is now: streamed where the release can."""
    for item in call.stream(**arguments):
        yield from _lines(item)


def _followed(client: Client, call: Call, arguments: Mapping[str, Any], where: Mapping[str, Any]) -> Iterator[str]:
    """Page after page, each going on where the one before it ended, until the task is over and nothing came."""
    token: str | None = None
    before: list[str] = []
    seen, pause = 0, _FIRST_LOOK
    while True:
        over = _is_over(client, where, arguments.get("map_index"))
        more = {"token": token} if token else {}
        try:
            page = call(**arguments, **more, accept="application/json")
        except NotFound:  # it has not begun to write
            page = {"content": [], "continuation_token": None}
        lines = list(_lines(page["content"]))
        fresh = lines if token is not None else lines[seen:]  # without a token it starts from the beginning
        seen += len(fresh)
        yield from fresh
        token = page.get("continuation_token")
        if over and (token is None or not fresh or lines == before):
            return
        before = lines
        pause = _FIRST_LOOK if fresh else min(pause * 1.5, _LONGEST_PAUSE)
        time.sleep(pause)


def _is_over(client: Client, where: Mapping[str, Any], map_index: int | None) -> bool:
    if map_index is not None:
        instance = client.call("get_mapped_task_instance", **where, map_index=map_index)
    else:
        instance = client.call("get_task_instance", **where)
    return instance["state"] not in _UNDERWAY


def _lines(content: Any) -> Iterator[str]:
    """Lines of text, from text, 2.x's list of (host, text) written as text, or 3.x's structured messages."""
    if isinstance(content, dict):
        yield _message(content)
    elif isinstance(content, list):
        for item in content:
            yield from _lines(item)
    elif isinstance(content, tuple):
        yield from _lines(content[-1])
    elif content.startswith("[(") and content.endswith(")]"):
        try:
            yield from _lines(ast.literal_eval(content))
        except (ValueError, SyntaxError):
            yield from content.splitlines()
    else:
        yield from content.splitlines()


def _message(item: Mapping[str, Any]) -> str:
    when, level, event = item.get("timestamp"), item.get("level"), str(item.get("event", ""))
    return f"[{when}] {str(level or 'info').upper()} - {event}" if when else event
