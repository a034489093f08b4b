"""The same client, awaited. Needs httpx: ``pip install 'dynclient[aio]'``.

::

    async with await dynclient.aio.connect("http://localhost:8080", auth=("admin", "secret")) as af:
        await af.get_dags(limit=5)
        async for dag in af.get_dags.iter(tags=["prod"]): ...
        run = await af.run_and_wait("etl", conf={"day": 3})
        async for line in af.log("etl", run["dag_run_id"], "extract"): ...

    async with dynclient.aio.Client(spec, server="https://host/prefix/api/v1", auth=token) as client: ...
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .client.asynchronous import Call, Client
from .deployment import update as updating
from .deployment.airflow_client import Deployed
from .deployment.async_runs import AsyncRuns
from .deployment.connect import connect as connect_blocking
from .http.transport_httpx import Transport

if TYPE_CHECKING:
    from .schema.models import Model

__all__ = ["Airflow", "Call", "Client", "Transport", "connect"]


class Airflow(AsyncRuns, Deployed[Call], Client):
    """A client of an Airflow server, awaited; ``connect`` makes one. Takes what ``Client`` takes."""

    @property
    def _login_transport(self) -> Any:
        return self.transport.blocking

    async def log_in(self) -> None:
        """As ``dynclient.Airflow.log_in``."""
        await asyncio.to_thread(self._log_in)

    async def update(self, model: Model) -> Any:
        """As ``dynclient.Airflow.update``."""
        planned = updating.plan(model, self.spec)
        if planned is None:
            return model
        return updating.same(model, await self.call(planned.operation, **planned.arguments))


async def connect(url: str, auth: Any = None, *, transport: Transport | None = None, **knobs: Any) -> Airflow:
    """As ``dynclient.connect``: the release is asked for, the document chosen, the login done; in a thread.

    Args:
        url: what the web interface has.
        auth: as for ``dynclient.connect``, but no ``requests`` auth object.
        transport: what sends; a new one by default.
        knobs: ``release``, ``spec``, ``responses``, ``read_only``, as for ``dynclient.connect``.

    Raises:
        DynclientError: as ``dynclient.connect``.
    """
    sender = transport if transport is not None else Transport()
    try:
        known = await asyncio.to_thread(connect_blocking, url, auth, transport=sender.blocking, **knobs)
    except BaseException:
        if transport is None:
            await sender.aclose()
        raise
    made = Airflow(known.spec, known.server, None, sender, known.responses, known.read_only)
    made.takes_over(known)
    return made
