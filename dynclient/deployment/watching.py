"""Steps that follow the states of a run's task instances until it is over; see ``effects`` for what runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .run_states import is_run_over
from .steps import call, pauses, walk
from .vocabulary import field, states
from .waiting import check_paused, fail, instance_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.spec import Spec
    from ..schema.models import Model
    from .effects import Yielding
    from .waiting import Deadline

__all__ = ["TaskState", "watch"]

_LONGEST_PAUSE = 5.0  # seconds between two looks


class TaskState(NamedTuple):
    """A state that a task instance has come to.

    Attributes:
        task: the task's id, with the index of a mapped one: ``load[3]``.
        state: as the server names it.
        instance: the task instance.
    """

    task: str
    state: str
    instance: Mapping[str, object]

    def __str__(self) -> str:
        return f"{self.task} {self.state}"


def watch(spec: Spec, run: tuple[str, str], deadline: Deadline, *, unpause: bool) -> Yielding[TaskState, Model]:
    """Yield every new state of a run's task instances, as one look after another finds them; the run when it is over.

    Raises:
        RunFailed: it failed.
        DagPaused: its DAG is paused.
        TimedOut: it was not over in time.
    """
    dag_id, run_id = run
    name = f"run {run_id!r} of DAG {dag_id!r}"
    latest: dict[str, str] = {}
    between = pauses(deadline.poll, _LONGEST_PAUSE)
    is_checked = False
    while True:
        now: Model = yield call(spec, "run", dag=dag_id, run=run_id)
        is_over = is_run_over(now, name)
        if not is_over and not is_checked:
            yield from check_paused(spec, dag_id, name, now, unpause=unpause)
            is_checked = True
        for instance in (yield from walk(spec, "task instances", dag=dag_id, run=run_id)):
            task, state = instance_name(instance), field(instance, "state")
            if isinstance(state, str) and latest.get(task) != state:
                latest[task] = state
                yield TaskState(task, state, instance)
        if is_over:
            break
        deadline.check(name, now)
        yield deadline.sleep(next(between))
    if field(now, "state") not in states("run", "success"):
        yield from fail(spec, now, name)
    return now
