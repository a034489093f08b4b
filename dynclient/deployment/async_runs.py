"""The methods of ``runs``, awaited; apart from them, for what is awaited needs httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.asynchronous import Client
from . import log_reader
from .async_effects import iterate_awaited, run_awaited
from .log_reader import Selection
from .waiting import Deadline, look, names_of, trigger, trigger_and_wait, wait
from .watching import watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..schema.models import Model
    from .log_reader import Task
    from .waiting import Run
    from .watching import TaskState

__all__ = ["AsyncRuns"]


class AsyncRuns(Client):
    """What an awaited client of Airflow does with runs; a base of ``aio.Airflow``."""

    async def wait(
        self, run: Run, *, timeout: float | None = None, poll: float | None = None, unpause: bool = False
    ) -> Model:
        """As ``Runs.wait``."""
        return await run_awaited(self, wait(self.spec, run, Deadline.after(timeout, poll), unpause=unpause))

    async def run_and_wait(
        self,
        dag_id: str,
        *,
        run_id: str | None = None,
        timeout: float | None = None,
        poll: float | None = None,
        unpause: bool = False,
        **arguments: object,
    ) -> Model:
        """As ``Runs.run_and_wait``."""
        deadline = Deadline.after(timeout, poll)
        return await run_awaited(
            self, trigger_and_wait(self.spec, dag_id, arguments, deadline, run_id=run_id, unpause=unpause)
        )

    async def trigger(self, dag_id: str, *, run_id: str | None = None, **arguments: object) -> Model:
        """As ``Runs.trigger``."""
        run = await run_awaited(self, trigger(self.spec, dag_id, arguments, run_id=run_id))
        return await run_awaited(self, look(self.spec, run))

    def watch(
        self, run: Run, *, timeout: float | None = None, poll: float | None = None, unpause: bool = False
    ) -> AsyncIterator[TaskState]:
        """As ``Runs.watch``, an async iterator."""
        deadline = Deadline.after(timeout, poll)
        return iterate_awaited(self, watch(self.spec, names_of(run), deadline, unpause=unpause))

    def log(
        self,
        task: Task,
        run_id: str = "",
        task_id: str = "",
        try_number: int | None = None,
        *,
        map_index: int | None = None,
        follow: bool = False,
    ) -> AsyncIterator[str]:
        """As ``Runs.log``, an async iterator."""
        selection = Selection(task, run_id, task_id, try_number, map_index)
        return iterate_awaited(self, (log_reader.follow if follow else log_reader.read)(self.spec, selection))
