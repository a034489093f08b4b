"""The methods of ``runs``, awaited; apart from them, for what is awaited needs httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.asynchronous import Client
from . import log_reader
from .async_effects import iterate_awaited, run_awaited
from .log_reader import Selection
from .waiting import Deadline, trigger_and_wait, wait

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..schema.models import Model
    from .log_reader import Task
    from .waiting import Run

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
