"""Steps that read the log of a task instance, whole or as it grows; ``effects`` runs them.

What servers were seen to do: 2.0 to 2.4 send the whole log for any token, 3.0.6 and 3.1.8 too, 3.2.0 to 3.3.0 answer
500 to one; so a token is used only where ``specs/names.json`` has "log positions", and a whole log that comes again is
recognised by its beginning. 2.0 to 2.2 do not say the run of a task instance, and 2.3 has no logs of mapped ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ArgumentError, NotFound
from ..schema.models import Model
from ..schema.origins import root_of
from .effects import END, Call, NextItem, Sleep, Steps, Stream, Yielding
from .run_states import current_try, is_run_over, is_try_over, is_waiting
from .steps import call, pauses, stream, walk
from .task_logs import lines_of, says_something
from .vocabulary import arguments, field, find_operation, has_feature, operation_id

if TYPE_CHECKING:
    from ..openapi.spec import Spec

__all__ = ["Selection", "Task", "Try", "follow", "read", "tail"]

_LONGEST_PAUSE = 2.0  # seconds at the most that a line is late when a log is followed
_TAIL_LINES = 12
_NOTE = "***"  # what a server writes into a log of its own, such as where it was found; it may change between reads

Task = Mapping[str, object] | str


class Try(NamedTuple):
    """Which log: a task instance, and which try of it; None for the newest.

    Attributes:
        dag: the DAG's id.
        run: the run's id.
        task: the task's id.
        map_index: of a mapped task instance; None for one that is not mapped.
        number: the try, counted from 1.
    """

    dag: str
    run: str
    task: str
    map_index: int | None = None
    number: int | None = None

    @property
    def where(self) -> dict[str, str]:
        """The arguments by role that name the task instance."""
        return {"dag": self.dag, "run": self.run, "task": self.task}

    def __str__(self) -> str:
        return f"task {self.task!r} of run {self.run!r} of DAG {self.dag!r}"


def _indexed(map_index: object) -> int | None:
    return map_index if isinstance(map_index, int) and map_index >= 0 else None


class Selection(NamedTuple):
    """The log that a caller asks for, as ``Runs.log`` has it: by a task instance, or by names."""

    task: Task
    run_id: str = ""
    task_id: str = ""
    try_number: int | None = None
    map_index: int | None = None


def locate(spec: Spec, selection: Selection) -> Steps[Try]:
    """The ``Try`` that a caller means, by a task instance or by names.

    Raises:
        ArgumentError: it is not said which task instance that is.
    """
    task, run_id, task_id, try_number, map_index = selection
    if isinstance(task, str):
        if not run_id or not task_id:
            raise ArgumentError("log: a task instance is wanted, as a call returned it, or DAG id, run id and task id")
        return Try(task, run_id, task_id, _indexed(map_index), try_number)
    if not isinstance(task, Mapping):
        raise ArgumentError("log: a task instance is wanted, as a call returned it, or DAG id, run id and task id")
    dag, name = field(task, "dag"), field(task, "task")
    if not isinstance(dag, str) or not isinstance(name, str):
        raise ArgumentError("log: this is no task instance; it does not name its DAG and its task")
    run = run_id or field(task, "run") or (yield from _run_of(spec, task, dag))
    number = field(task, "try") if try_number is None else try_number
    index = field(task, "map index") if map_index is None else map_index
    return Try(dag, run, name, _indexed(index), number if isinstance(number, int) and number > 0 else None)


def _run_of(spec: Spec, task: Mapping[str, object], dag: str) -> Steps[str]:
    """The run of a task instance that does not name it: as it was asked for, or the one of its date."""
    origin = root_of(task)[0] if isinstance(task, Model) else None
    for value in (field(origin.arguments, "run"),) if origin is not None else ():
        if isinstance(value, str) and value != "~":
            return value
    date = field(task, "date")
    runs = (yield from walk(spec, "runs", dag=dag, date_from=date, date_to=date)) if date else []
    run_id = field(runs[0], "run") if len(runs) == 1 else None
    if not isinstance(run_id, str) or not run_id:
        raise ArgumentError(
            f"log: this task instance of {dag!r} does not say its run; give it: log(task_instance, run_id)"
        )
    return run_id


# --- reading ---------------------------------------------------------------------------------------------------------


def read(spec: Spec, selection: Selection) -> Yielding[str, None]:
    """Yield the lines of a log as it is now."""
    attempt = yield from locate(spec, selection)
    if attempt.number is None:
        instance = yield from _instance(spec, attempt)
        attempt = attempt._replace(number=current_try(instance))
    items = yield _log(spec, attempt)
    while (item := (yield NextItem(items))) is not END:
        yield from lines_of(item)


def tail(spec: Spec, instance: Mapping[str, object], run_id: str) -> Steps[list[str]]:
    """The last lines of a log that say something."""
    attempt = yield from locate(spec, Selection(instance, run_id))
    last: deque[str] = deque(maxlen=_TAIL_LINES)
    items = yield _log(spec, attempt._replace(number=attempt.number or 1))
    while (item := (yield NextItem(items))) is not END:
        last += [line for line in lines_of(item) if says_something(line)]
    return list(last)


def _log(spec: Spec, attempt: Try) -> Stream:
    values = {**attempt.where, "try": attempt.number, "map index": attempt.map_index}
    if attempt.map_index is None:
        del values["map index"]
    elif not arguments(spec.operations[operation_id(spec.operations, "log")], {"map index": attempt.map_index}):
        raise ArgumentError(
            f"log: {attempt} is mapped, and this release gives no logs of mapped tasks; nothing was sent"
        )
    return stream(spec, "log", **values)


def _instance(spec: Spec, attempt: Try) -> Steps[Mapping[str, object]]:
    """The task instance as it is now.

    Raises:
        NotFound: there is none; with the advice to say which where the task is mapped.
    """
    try:
        if attempt.map_index is None:
            instance: Mapping[str, object] = yield call(spec, "task instance", **attempt.where)
        else:
            instance = yield call(spec, "mapped task instance", **attempt.where, map_index=attempt.map_index)
    except NotFound as error:
        if attempt.map_index is None and "mapped" in f"{error.problem.title} {error.problem.detail}":
            raise NotFound(
                f"{attempt} is mapped; say which of its instances: map_index=0, 1 …",
                problem=error.problem,
                response=error.response,
            ) from None
        raise
    return instance


# --- following -------------------------------------------------------------------------------------------------------


def follow(spec: Spec, selection: Selection) -> Yielding[str, None]:
    """Yield the lines of a log as they come, each once, until the try is over and nothing more came."""
    attempt = yield from locate(spec, selection)
    with_positions = has_feature("log positions", spec.release)
    log, between = _Progress(), pauses(None, _LONGEST_PAUSE)
    while True:
        instance = yield from _awaited_instance(spec, attempt)
        if instance is not None and attempt.number is None and not is_waiting(instance):
            attempt = attempt._replace(number=current_try(instance))
        over = instance is not None and is_try_over(instance, attempt.number)
        fresh: list[str] = []
        if attempt.number is not None and instance is not None and (over or not is_waiting(instance)):
            fresh = yield from _page(spec, attempt, log, over=over)
            yield from fresh
            if not with_positions:
                log.token = None
        if over and (not fresh or (with_positions and log.token is None)):
            return
        if fresh:
            between = pauses(None, _LONGEST_PAUSE)
        yield Sleep(next(between))


def _awaited_instance(spec: Spec, attempt: Try) -> Steps[Mapping[str, object] | None]:
    """The task instance, None while there is none but may be one: the run goes on, and the DAG has the task."""
    try:
        return (yield from _instance(spec, attempt))
    except NotFound:
        run = yield call(spec, "run", dag=attempt.dag, run=attempt.run)
        if is_run_over(run, f"run {attempt.run!r}"):
            raise
        if find_operation(spec.operations, "task"):
            yield call(spec, "task", dag=attempt.dag, task=attempt.task)
        return None


class _Progress:
    """What has been read of a log that is followed."""

    def __init__(self) -> None:
        self.token: str | None = None
        self._hashes: list[int] = []  # a hash of each line, without the server's own notes
        self._is_begun = False

    @property
    def has_lines(self) -> bool:
        """Has the task written? 2.5.3 counts its own note that there is no log yet as a part of the position."""
        return bool(self._hashes)

    def fresh(self, lines: list[str], *, from_position: bool) -> list[str]:
        """The lines that were not there before.

        Args:
            lines: what a read gave.
            from_position: it was asked to go on where the last one ended; some log handlers send all again.
        """
        if not self._is_begun:
            self._is_begun = True
            self._hashes = [hash(line) for line in lines if not line.startswith(_NOTE)]
            return lines
        own = [line for line in lines if not line.startswith(_NOTE)]
        values = [hash(line) for line in own]
        count = len(self._hashes)
        start = 0 if from_position and values[:count] != self._hashes else count
        self._hashes += values[start:]
        return own[start:]


def _page(spec: Spec, attempt: Try, log: _Progress, *, over: bool) -> Steps[list[str]]:
    """The fresh lines of one read of a log; none where it has begun and nothing was written."""
    position = log.token
    step = _log(spec, attempt)
    token = {} if position is None else {"token": position}
    try:
        page = yield Call(step.operation, {**step.arguments, **token, "accept": "application/json"})
    except NotFound:
        if over:
            raise
        return []
    fresh = log.fresh(list(lines_of(page)), from_position=position is not None)
    log.token = page.get("continuation_token") if isinstance(page, Mapping) and log.has_lines else None
    return fresh
