"""The methods of ``runs``, awaited; apart from them, for what is awaited needs httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..client.asynchronous import Client
from . import log_reader
from .effects import iterate_awaited, run_awaited
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
        steps = wait(self, run, Deadline.after(timeout, poll), unpause=unpause)
        result: Model = await run_awaited(self, steps)
        return result

    async def run_and_wait(
        self,
        dag_id: str,
        *,
        timeout: float | None = None,
        poll: float | None = None,
        unpause: bool = False,
        **arguments: Any,
    ) -> Model:
        """As ``Runs.run_and_wait``."""
        deadline = Deadline.after(timeout, poll)
        result: Model = await run_awaited(self, trigger_and_wait(self, dag_id, arguments, deadline, unpause=unpause))
        return result

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
        steps = log_reader.follow if follow else log_reader.read
        return iterate_awaited(self, steps(self, task, run_id, task_id, try_number, map_index))
