"""Waiting for runs and backfills, and reading the logs of their tasks, on every release.

Written once, as steps (see ``steps``); ``Runs`` takes them, ``AsyncRuns`` awaits them.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..client import pagination as paginate
from ..errors import ApiError, ArgumentError, ContractError, NotFound, RunFailed, TimedOut, TransportError, Unknown
from . import task_logs as logs
from .effects import END, Ask, Next, Open, Pause, Steps, adone, atake, done, take

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ..client.base import BaseCall, BaseClient
    from ..schema.models import Model

__all__ = ["AsyncRuns", "Runs"]

#: states in which something is still going to happen, in any release; the rest of a document's enum is final
_UNDERWAY = frozenset(
    {"queued", "running", "scheduled", "restarting", "deferred", "sensing", "up_for_retry", "up_for_reschedule"}
    | {"awaiting_input", "none", None}
)
_NOT_BEGUN = frozenset({"scheduled", "queued", "none", None})
_FAILED = frozenset({"failed", "upstream_failed"})
_FIRST_LOOK, _LONGEST_PAUSE = 0.5, 10.0  # seconds between two looks
_LINES_PAUSE = 2.0  # seconds at the most that a line is late when a log is followed
_TAIL_LINES, _TAIL_TASKS, _TAIL_WIDTH = 12, 3, 300  # of the logs in a message
_BROKEN = (TransportError, ContractError, Unknown)  # what a stream may end in without telling anything about the run

Run = Mapping[str, Any] | tuple[str, str]
Task = Mapping[str, Any] | str


class Runs:
    """What a client of Airflow can do with runs; ``Airflow`` has it."""

    def wait(self: Any, run: Run, *, timeout: float | None = None, poll: float | None = None) -> Model:
        """Wait until a DAG run or a backfill is over; what it is then.

        A run goes by the stream ``/wait`` where the release has it, and by looking again and again elsewhere and when
        the stream breaks.

        Args:
            run: a run or a backfill as a call returned it, or (DAG id, run id).
            timeout: seconds; for ever by default.
            poll: seconds between two looks; half a second at first, growing to ten, by default.

        Raises:
            RunFailed: the run failed; with the failed task instances, and the end of their logs in the message.
            TimedOut: it was not over in time; it still runs.
        """
        return done(self, _waiting(self, run, _until(timeout), poll))  # type: ignore[no-any-return]

    def run_and_wait(
        self: Any, dag_id: str, *, timeout: float | None = None, poll: float | None = None, **arguments: Any
    ) -> Model:
        """Trigger a run and wait until it is over, by the same line on every release.

        Args:
            dag_id: the DAG.
            timeout: seconds for the waiting.
            poll: seconds between two looks, as for ``wait``.
            arguments: those of this release's trigger operation, such as ``conf=``; ``logical_date`` is null where it
                is wanted and not given.

        Raises:
            RunFailed: the run failed.
            TimedOut: it was not over in time; it still runs.
        """
        return done(self, _running(self, dag_id, arguments, timeout, poll))  # type: ignore[no-any-return]

    def log(
        self: Any,
        task: Task,
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
            try_number: which try; that of the task instance, else the first.
            map_index: of a mapped task.
            follow: wait for its beginning, and go on with the lines that come until this try ends.
        """
        return take(self, _reading(_Place(self, task, run_id, task_id, try_number, map_index), follow=follow))


class AsyncRuns:
    """The same, awaited; ``aio.Airflow`` has it."""

    async def wait(self: Any, run: Run, *, timeout: float | None = None, poll: float | None = None) -> Model:
        """As ``Runs.wait``."""
        return await adone(self, _waiting(self, run, _until(timeout), poll))  # type: ignore[no-any-return]

    async def run_and_wait(
        self: Any,
        dag_id: str,
        *,
        timeout: float | None = None,
        poll: float | None = None,
        **arguments: Any,
    ) -> Model:
        """As ``Runs.run_and_wait``."""
        return await adone(self, _running(self, dag_id, arguments, timeout, poll))  # type: ignore[no-any-return]

    def log(
        self: Any,
        task: Task,
        run_id: str = "",
        task_id: str = "",
        try_number: int | None = None,
        *,
        map_index: int | None = None,
        follow: bool = False,
    ) -> AsyncIterator[str]:
        """As ``Runs.log``, an async iterator."""
        return atake(self, _reading(_Place(self, task, run_id, task_id, try_number, map_index), follow=follow))


# --- waiting -----------------------------------------------------------------------------------------------------


def _until(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _running(
    client: BaseClient[Any], dag_id: str, given: Mapping[str, Any], timeout: float | None, poll: float | None
) -> Steps:
    is_new = "trigger_dag_run" in client.operations
    trigger = "trigger_dag_run" if is_new else "post_dag_run"
    arguments = {"dag_id": dag_id, **given}
    if is_new and "logical_date" in client.operation(trigger).types:
        arguments.setdefault("logical_date", None)
    if not is_new and arguments.get("logical_date", "") is None:
        del arguments["logical_date"]  # what it says on Airflow 3, leaving it out says on Airflow 2
    run = yield Ask(trigger, arguments)
    return (yield from _waiting(client, run, _until(timeout), poll))


def _waiting(client: BaseClient[Any], run: Run, until: float | None, poll: float | None) -> Steps:
    if poll is not None and poll <= 0:
        raise ArgumentError("poll: seconds above zero are wanted")
    if isinstance(run, tuple) and len(run) == 2:
        return (yield from _for_run(client, *run, until, poll))
    if isinstance(run, Mapping):
        if "dag_run_id" in run:
            return (yield from _for_run(client, run["dag_id"], run["dag_run_id"], until, poll))
        if "id" in run and "completed_at" in run:
            return (yield from _for_backfill(run["id"], until, poll))
    raise ArgumentError("wait: a DAG run or a backfill is wanted, as a call returned it, or (dag_id, dag_run_id)")


def _for_run(client: BaseClient[Any], dag_id: str, run_id: str, until: float | None, poll: float | None) -> Steps:
    where = {"dag_id": dag_id, "dag_run_id": run_id}
    name = f"run {run_id!r} of DAG {dag_id!r}"
    pauses = _pauses(poll)
    run = yield Ask("get_dag_run", where)
    if run["state"] in _UNDERWAY and "wait_dag_run_until_finished" in client.operations:
        yield from _by_stream({**where, "interval": poll or 1.0}, until, name, run["state"])
        run = yield Ask("get_dag_run", where)
    while run["state"] in _UNDERWAY:
        yield _pause(pauses, until, name, run["state"])
        run = yield Ask("get_dag_run", where)
    if run["state"] in _FAILED:
        yield from _fail(client, run, name)
    return run


def _by_stream(arguments: Mapping[str, Any], until: float | None, name: str, state: str) -> Steps:
    """Follow ``/wait`` to its end; where it breaks off, nothing is known and looking again tells."""
    try:
        lines = yield Open("wait_dag_run_until_finished", arguments)
        while (item := (yield Next(lines, until))) is not END:
            state = item.get("state", state) if isinstance(item, dict) else state
            if state in _UNDERWAY:
                _in_time(until, name, state)
    except _BROKEN:
        _in_time(until, name, state)


def _for_backfill(backfill_id: int, until: float | None, poll: float | None) -> Steps:
    pauses = _pauses(poll)
    while True:
        backfill = yield Ask("get_backfill", {"backfill_id": backfill_id})
        if backfill["completed_at"] is not None:
            return backfill
        state = "paused" if backfill.get("is_paused") else None
        yield _pause(pauses, until, f"backfill {backfill_id}", state)


def _pauses(poll: float | None, longest: float = _LONGEST_PAUSE) -> Iterator[float]:
    """Seconds to wait between looks, spread at random so that many who wait do not look together."""
    seconds = poll or _FIRST_LOOK
    while True:
        yield seconds * random.uniform(0.8, 1.2)  # noqa: S311 - spreading, not hiding
        seconds = poll or min(seconds * 1.5, longest)


def _pause(pauses: Iterator[float], until: float | None, name: str, state: str | None) -> Pause:
    """The next pause, no longer than there is time."""
    _in_time(until, name, state)
    left = float("inf") if until is None else until - time.monotonic()
    return Pause(max(0.0, min(next(pauses), left)))


def _in_time(until: float | None, name: str, state: str | None) -> None:
    if until is not None and time.monotonic() >= until:
        said = f"it is still {state}" if state else "it still runs"
        hint = "; the runs of a paused DAG stay queued, is this one paused?" if state == "queued" else ""
        raise TimedOut(f"{name} was not over in time: {said}, wait for it again or look at it{hint}")


def _fail(client: BaseClient[Any], run: Mapping[str, Any], name: str) -> Steps:
    """Raise what says why a run failed; what cannot be found out does not hide that it did."""
    failed: list[Any] = []
    said = [f"{name} ended as {run['state']}"]
    try:
        failed = yield from _failed_instances(client, run)
        said += [f"  {_called(one)}: {one['state']}, try {one['try_number']}" for one in failed]
        for instance in [one for one in failed if one["state"] == "failed"][:_TAIL_TASKS]:
            tail = yield from _tail(client, instance)
            said += [f"the end of the log of {_called(instance)}:", *(f"  | {line[:_TAIL_WIDTH]}" for line in tail)]
    except (TransportError, ContractError, ApiError) as error:
        said.append(f"  more could not be read: {type(error).__name__}")
    raise RunFailed("\n".join(said), run=run, failed=failed)


def _called(instance: Mapping[str, Any]) -> str:
    index = instance.get("map_index")
    return f"{instance['task_id']}[{index}]" if isinstance(index, int) and index >= 0 else str(instance["task_id"])


def _failed_instances(client: BaseClient[Any], run: Mapping[str, Any]) -> Steps:
    call = client.operation("get_task_instances")
    where = {"dag_id": run["dag_id"], "dag_run_id": run["dag_run_id"]}
    walk = paginate.Walk(paginate.needed(call.paging, call.operation), {**where, "state": sorted(_FAILED)})
    found: list[Any] = []
    more = True
    while more:
        page = yield Ask("get_task_instances", walk.arguments)
        found += page[walk.paging.items]
        more = walk.after(page)
    return found


def _tail(client: BaseClient[Any], instance: Mapping[str, Any]) -> Steps:
    """The last lines of a log that say something."""
    kept: deque[str] = deque(maxlen=_TAIL_LINES)
    lines = yield Open("get_log", _Place(client, instance).arguments)
    while (item := (yield Next(lines))) is not END:
        kept += [line for line in logs.lines(item) if logs.says_something(line)]
    return list(kept)


# --- logs --------------------------------------------------------------------------------------------------------


class _Place:
    """Which log: where its task instance is, and the arguments of ``get_log`` on this release."""

    def __init__(
        self,
        client: BaseClient[Any],
        task: Task,
        run_id: str = "",
        task_id: str = "",
        try_number: int | None = None,
        map_index: int | None = None,
    ) -> None:
        if isinstance(task, str):
            self.where: dict[str, Any] = {"dag_id": task, "dag_run_id": run_id, "task_id": task_id}
        else:
            self.where = {name: task[name] for name in ("dag_id", "dag_run_id", "task_id")}
            try_number = task.get("try_number") if try_number is None else try_number
            map_index = task.get("map_index") if map_index is None else map_index
        call: BaseCall = client.operation("get_log")
        self.number = max(1, try_number or 1)
        self.map_index = map_index if map_index is not None and map_index >= 0 else None
        name = "task_try_number" if "task_try_number" in call.types else "try_number"
        self.arguments: dict[str, Any] = {**self.where, name: self.number}
        if self.map_index is not None:
            self.arguments["map_index"] = self.map_index

    @property
    def instance(self) -> Ask:
        """Ask for the task instance."""
        if self.map_index is None:
            return Ask("get_task_instance", self.where)
        return Ask("get_mapped_task_instance", {**self.where, "map_index": self.map_index})


def _reading(place: _Place, *, follow: bool) -> Steps:
    if follow:
        yield from _following(place)
        return
    lines = yield Open("get_log", place.arguments)
    while (item := (yield Next(lines))) is not END:
        yield from logs.lines(item)


def _following(place: _Place) -> Steps:
    """Page after page, each going on where the one before it ended, until the try is over and nothing more came."""
    token: str | None = None
    seen, pauses, before = 0, _pauses(None, _LINES_PAUSE), None
    while True:
        instance = yield place.instance
        state, number = instance["state"], instance["try_number"] or 0
        over = state not in _UNDERWAY or number > place.number or (state == "up_for_retry" and number == place.number)
        came: list[str] = []
        fresh: list[str] = []
        if over or state not in _NOT_BEGUN:
            more = {"token": token} if token else {}
            try:
                page = yield Ask("get_log", {**place.arguments, **more, "accept": "application/json"})
            except NotFound:
                if over:
                    raise
                page = {}  # it has begun, and written nothing
            came = list(logs.lines(page.get("content", "")))
            fresh = came if token else came[seen:]  # without a token it starts from the beginning
            seen += len(fresh)
            yield from fresh
            token = page.get("continuation_token")
        if over and (token is None or not fresh or came == before):  # some handlers send the same for any token
            return
        before = came
        if fresh:
            pauses = _pauses(None, _LINES_PAUSE)
        yield Pause(next(pauses))
