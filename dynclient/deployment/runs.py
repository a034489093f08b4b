"""Waiting for runs and backfills and reading logs, as methods of a client of an Airflow server.

``waiting`` and ``log_reader`` have the steps, ``effects`` runs them blocking; ``async_runs`` has the awaited methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.sync import Client
from . import log_reader
from .effects import iterate, run_blocking
from .log_reader import Selection
from .waiting import Deadline, look, names_of, trigger, trigger_and_wait, wait
from .watching import watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..schema.models import Model
    from .log_reader import Task
    from .waiting import Run
    from .watching import TaskState

__all__ = ["Runs"]


class Runs(Client):
    """What a client of Airflow does with runs; a base of ``Airflow``."""

    def wait(
        self, run: Run, *, timeout: float | None = None, poll: float | None = None, unpause: bool = False
    ) -> Model:
        """Wait until a DAG run or a backfill is over; what it is then.

        A run goes by the stream ``/wait`` where the release has it, and by looking again and again elsewhere and when
        the stream breaks.

        Args:
            run: a run or a backfill as a call returned it, or (DAG id, run id).
            timeout: seconds; for ever by default.
            poll: seconds between two looks; half a second at first, growing to ten, by default.
            unpause: unpause the DAG where it is paused, instead of raising.

        Raises:
            RunFailed: the run failed, with the failed task instances, and the end of their logs in the message; runs of
                the backfill failed, or it was cancelled.
            DagPaused: the DAG is paused, so that the run will not go on.
            TimedOut: it was not over in time; it still runs. ``.run`` is the run as it was last seen.
        """
        return run_blocking(self, wait(self.spec, run, Deadline.after(timeout, poll), unpause=unpause))

    def run_and_wait(
        self,
        dag_id: str,
        *,
        run_id: str | None = None,
        timeout: float | None = None,
        poll: float | None = None,
        unpause: bool = False,
        **arguments: object,
    ) -> Model:
        """Trigger a run and wait until it is over, by the same line on every release.

        Args:
            dag_id: the DAG.
            run_id: an id of your own, with which the call may be repeated: a run of this id that is there, by a call
                whose answer was lost too, is waited for and no second one is triggered.
            timeout: seconds for the waiting.
            poll: seconds between two looks, as for ``wait``.
            unpause: unpause the DAG where it is paused, instead of raising.
            arguments: those of this release's trigger operation, such as ``conf=``; ``logical_date`` is null where it
                is wanted and not given.

        Raises:
            DynclientError: as ``wait``.
        """
        deadline = Deadline.after(timeout, poll)
        return run_blocking(
            self, trigger_and_wait(self.spec, dag_id, arguments, deadline, run_id=run_id, unpause=unpause)
        )

    def trigger(self, dag_id: str, *, run_id: str | None = None, **arguments: object) -> Model:
        """Trigger a run, by the same line on every release; the run.

        Args:
            dag_id: the DAG.
            run_id: an id of your own, with which the call may be repeated: the run of this id that is there comes back.
            arguments: as of ``run_and_wait``.
        """
        run = run_blocking(self, trigger(self.spec, dag_id, arguments, run_id=run_id))
        return run_blocking(self, look(self.spec, run))

    def watch(
        self, run: Run, *, timeout: float | None = None, poll: float | None = None, unpause: bool = False
    ) -> Iterator[TaskState]:
        """The states of a run's task instances as they change, lazily, until the run is over.

        Args:
            run: a run as a call returned it, or (DAG id, run id).
            timeout: as of ``wait``.
            poll: as of ``wait``; pauses grow to five seconds.
            unpause: as of ``wait``.

        Raises:
            DynclientError: as ``wait``, after the last state.
        """
        deadline = Deadline.after(timeout, poll)
        return iterate(self, watch(self.spec, names_of(run), deadline, unpause=unpause))

    def log(
        self,
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
            try_number: which try; that of the task instance, else the newest.
            map_index: of a mapped task.
            follow: wait for its beginning, and go on with the lines that come until this try ends.
        """
        selection = Selection(task, run_id, task_id, try_number, map_index)
        return iterate(self, (log_reader.follow if follow else log_reader.read)(self.spec, selection))
