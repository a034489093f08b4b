"""Steps that wait for a DAG run or a backfill, and say why one failed; see ``effects`` for what runs them.

What servers were seen to do: runs of a paused DAG stay queued for ever; ``/wait`` (3.1 on) is a stream of lines;
a backfill is "completed" when its runs failed (3.1.8, 3.3.2) and when it was cancelled, which leaves it paused.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from ..errors import (
    AlreadyExists,
    ApiError,
    ArgumentError,
    ContractError,
    DagPaused,
    DynclientError,
    NotFound,
    RunFailed,
    TimedOut,
    TransportError,
    Unknown,
)
from ..schema.models import Model
from . import log_reader
from .effects import END, Call, NextItem, Sleep, Steps
from .run_states import is_run_over
from .steps import call, pauses, stream, walk
from .vocabulary import arguments, field, find_operation, operation_id, states

if TYPE_CHECKING:
    from ..openapi.spec import Spec

__all__ = ["Deadline", "Run", "trigger_and_wait", "wait"]

_TAIL_TASKS, _TAIL_WIDTH = 3, 300  # how many logs end in a message, and the characters of a line of them
#: what a stream may end in without telling anything about the run
_STREAM_BREAKS = (TransportError, ContractError, Unknown, NotFound)
_GATEWAY_STATUSES = frozenset({502, 504})  # of a gateway that may have handed the request on
_UNREADABLE = (TransportError, ContractError, ApiError)

Run = Mapping[str, object] | tuple[str, str]


class Deadline(NamedTuple):
    """When waiting ends, and how long the pauses between two looks are.

    Attributes:
        until: ``time.monotonic`` of the end; None for never.
        poll: seconds between two looks; None for growing ones.
    """

    until: float | None
    poll: float | None

    @classmethod
    def after(cls, timeout: float | None, poll: float | None) -> Deadline:
        """A deadline so many seconds from now.

        Raises:
            ArgumentError: there is no time between two looks.
        """
        if poll is not None and poll <= 0:
            raise ArgumentError("poll: seconds above zero are wanted")
        return cls(None if timeout is None else time.monotonic() + timeout, poll)

    def check(self, name: str, run: Mapping[str, object]) -> None:
        """Raise TimedOut, with the run as it was last seen, when the time is over."""
        if self.until is not None and time.monotonic() >= self.until:
            state = field(run, "state")
            still = f"it is still {state}" if state else "it still runs"
            hint = "; the runs of a paused DAG stay queued, is this one paused?" if state == "queued" else ""
            raise TimedOut(f"{name} was not over in time: {still}, wait for it again or look at it{hint}", run=run)

    def sleep(self, seconds: float) -> Sleep:
        """A pause, cut off at the end of the time."""
        remaining = float("inf") if self.until is None else self.until - time.monotonic()
        return Sleep(max(0.0, min(seconds, remaining)))


# --- runs ------------------------------------------------------------------------------------------------------------


def trigger_and_wait(
    spec: Spec, dag_id: str, values: Mapping[str, object], deadline: Deadline, *, run_id: str | None, unpause: bool
) -> Steps[Model]:
    """Trigger a run and wait for its end."""
    run = yield from trigger(spec, dag_id, values, run_id=run_id)
    return (yield from wait(spec, run, deadline, unpause=unpause))


def trigger(spec: Spec, dag_id: str, values: Mapping[str, object], *, run_id: str | None) -> Steps[Run]:
    """Trigger a run; ``logical_date`` is null where the release requires it, absent elsewhere.

    With an id of the caller's own what comes back may be (DAG id, run id): the run was there.
    """
    id_ = operation_id(spec.operations, "trigger run")
    date = arguments(spec.operations[id_], {"logical date": None})
    if id_ == find_operation(spec.operations, "trigger run with a date"):
        values = {**date, **values}
    else:  # what null says on Airflow 3, leaving it out says on Airflow 2, whose servers refuse null
        values = {name: value for name, value in values.items() if name not in date or value is not None}
    by_role = {"dag": dag_id} | ({"run": run_id} if run_id is not None else {})
    step = Call(id_, {**arguments(spec.operations[id_], by_role), **values})
    if run_id is not None:
        return (yield from _trigger_once(step, (dag_id, run_id)))
    run: Run = yield step
    return run


def look(spec: Spec, run: Run) -> Steps[Model]:
    """A run as it is; asked for where only its ids are there."""
    if isinstance(run, Model):
        return run
    dag_id, run_id = names_of(run)
    model: Model = yield call(spec, "run", dag=dag_id, run=run_id)
    return model


def _trigger_once(trigger: Call, run: tuple[str, str]) -> Steps[Run]:
    """Trigger a run with an id of the caller's own: the same again starts no second one, so that it may be repeated."""
    try:
        yield trigger
    except AlreadyExists:
        return run
    except (TransportError, Unknown) as error:
        if not _is_answer_lost(error):
            raise
    else:
        return run
    with suppress(AlreadyExists):
        yield trigger
    return run


def _is_answer_lost(error: TransportError | Unknown) -> bool:
    """Whether the server may have done what was asked though its answer did not come."""
    return error.request_sent if isinstance(error, TransportError) else error.status in _GATEWAY_STATUSES


def names_of(run: Run) -> tuple[str, str]:
    """The ids of a DAG run's DAG and of the run.

    Raises:
        ArgumentError: it is no DAG run.
    """
    dag_id, run_id = (field(run, "dag"), field(run, "run")) if isinstance(run, Mapping) else run
    if not isinstance(dag_id, str) or not isinstance(run_id, str):
        raise ArgumentError("a DAG run is wanted, as a call returned it, or (dag_id, dag_run_id)")
    return dag_id, run_id


def wait(spec: Spec, run: Run, deadline: Deadline, *, unpause: bool = False) -> Steps[Model]:
    """Wait for the end of a run or a backfill; what it is then.

    Raises:
        ArgumentError: it is neither.
        RunFailed: it failed.
        DagPaused: its DAG is paused.
        TimedOut: it was not over in time.
    """
    if isinstance(run, tuple) and len(run) == 2:
        return (yield from _wait_for_run(spec, *run, deadline, unpause=unpause))
    if isinstance(run, Mapping):
        dag_id, run_id = field(run, "dag"), field(run, "run")
        if isinstance(dag_id, str) and isinstance(run_id, str):
            return (yield from _wait_for_run(spec, dag_id, run_id, deadline, unpause=unpause))
        if field(run, "backfill") is not None and field(run, "from") is not None:
            return (yield from _wait_for_backfill(spec, field(run, "backfill"), deadline))
    raise ArgumentError("wait: a DAG run or a backfill is wanted, as a call returned it, or (dag_id, dag_run_id)")


def _wait_for_run(spec: Spec, dag_id: str, run_id: str, deadline: Deadline, *, unpause: bool) -> Steps[Model]:
    name = f"run {run_id!r} of DAG {dag_id!r}"
    look = call(spec, "run", dag=dag_id, run=run_id)
    run: Model = yield look
    if not is_run_over(run, name):
        yield from check_paused(spec, dag_id, name, run, unpause=unpause)
        if find_operation(spec.operations, "wait for run"):
            yield from _follow_stream(spec, {"dag": dag_id, "run": run_id}, name, run, deadline)
            run = yield look
    between = pauses(deadline.poll)
    while not is_run_over(run, name):
        deadline.check(name, run)
        yield deadline.sleep(next(between))
        run = yield look
    if field(run, "state") not in states("run", "success"):
        yield from fail(spec, run, name)
    return run


def check_paused(spec: Spec, dag_id: str, name: str, run: Mapping[str, object], *, unpause: bool) -> Steps[None]:
    """Raise DagPaused, or unpause the DAG, where it is paused; who may not see the DAG is not told."""
    if not find_operation(spec.operations, "dag"):
        return
    try:
        dag = yield call(spec, "dag", dag=dag_id)
    except _UNREADABLE:
        return
    if not isinstance(dag, Mapping) or field(dag, "paused") is not True:
        return
    if not unpause:
        raise DagPaused(
            f"{name} is {field(run, 'state')} and will not go on: the DAG is paused. "
            f"Unpause it (patch_dag({dag_id!r}, is_paused=False)), or wait with unpause=True",
            run=run,
        )
    yield call(spec, "change dag", dag=dag_id, paused=False)


def _follow_stream(
    spec: Spec, where: Mapping[str, str], name: str, run: Mapping[str, object], deadline: Deadline
) -> Steps[None]:
    """Read the stream of a run's states to its end; where it breaks off, nothing is known and looking again tells."""
    latest = copy(run)
    try:
        lines = yield stream(spec, "wait for run", **where, interval=deadline.poll or 1.0)
        while (item := (yield NextItem(lines, deadline.until))) is not END:
            if isinstance(item, dict):
                dict.update(latest, item)  # as it came: the stream has other fields than the run
            if not is_run_over(latest, name):
                deadline.check(name, latest)
    except _STREAM_BREAKS as error:
        if isinstance(error, TimedOut) and error.run is not None:
            raise
        deadline.check(name, latest)


# --- backfills -------------------------------------------------------------------------------------------------------


def _wait_for_backfill(spec: Spec, backfill_id: int, deadline: Deadline) -> Steps[Model]:
    name = f"backfill {backfill_id}"
    between = pauses(deadline.poll)
    while True:
        backfill: Model = yield call(spec, "backfill", backfill=backfill_id)
        if field(backfill, "backfill end") is not None:
            break
        state = {"state": "paused"} if field(backfill, "paused") else {}
        deadline.check(name, {**backfill, **state})
        yield deadline.sleep(next(between))
    runs = yield from _runs_of(spec, backfill)
    failures = [run for run in runs if field(run, "state") not in states("run", "success", "underway")]
    if field(backfill, "paused"):  # cancelling pauses it, and fails what was still queued
        raise RunFailed(f"{name} of DAG {field(backfill, 'dag')!r} was cancelled", run=backfill, failed=failures)
    if failures:
        lines = [
            f"{name} of DAG {field(backfill, 'dag')!r} is over, and {len(failures)} of its {len(runs)} runs failed"
        ]
        lines += [f"  {field(run, 'run')}: {field(run, 'state')}" for run in failures[:10]]
        reasons = yield from _reasons(spec, failures[0])
        raise RunFailed("\n".join([*lines, *reasons[1]]), run=backfill, failed=failures)
    return backfill


def _runs_of(spec: Spec, backfill: Mapping[str, object]) -> Steps[list[Mapping[str, object]]]:
    """The runs of a backfill: those of its DAG, type and dates that were queued after it began.

    A run does not name its backfill, and a backfill that reprocesses takes over runs that are older than it is.
    """
    begin = field(backfill, "backfill begin")
    filters = {
        "dag": field(backfill, "dag"),
        "run_type": ["backfill"],
        "date_from": field(backfill, "from"),
        "date_to": field(backfill, "to"),
    }
    runs = yield from walk(spec, "runs", **filters)
    return [run for run in runs if not begin or not field(run, "queued at") or field(run, "queued at") >= begin]


# --- failures --------------------------------------------------------------------------------------------------------


def fail(spec: Spec, run: Mapping[str, object], name: str) -> Steps[None]:
    failures, lines = yield from _reasons(spec, run)
    raise RunFailed("\n".join([f"{name} ended as {field(run, 'state')}", *lines]), run=run, failed=failures)


def _reasons(spec: Spec, run: Mapping[str, object]) -> Steps[tuple[list[Mapping[str, object]], list[str]]]:
    """The failed task instances of a run, and lines that name them and end their logs; what cannot be read is named."""
    failures: list[Mapping[str, object]] = []
    lines: list[str] = []
    where = {"dag": field(run, "dag"), "run": field(run, "run")}
    try:
        failures = yield from walk(spec, "task instances", **where, state=sorted(states("task", "failed")))
        lines += [f"  {instance_name(one)}: {field(one, 'state')}, try {field(one, 'try')}" for one in failures]
        for instance in [one for one in failures if field(one, "state") == "failed"][:_TAIL_TASKS]:
            tail = yield from log_reader.tail(spec, instance, where["run"])
            lines += [
                f"the end of the log of {instance_name(instance)}:",
                *(f"  | {line[:_TAIL_WIDTH]}" for line in tail),
            ]
    except DynclientError as error:
        lines.append(f"  more could not be read: {type(error).__name__}")
    return failures, lines


def instance_name(instance: Mapping[str, object]) -> str:
    index, task = field(instance, "map index"), field(instance, "task")
    return f"{task}[{index}]" if isinstance(index, int) and index >= 0 else str(task)
