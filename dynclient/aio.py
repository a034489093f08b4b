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
from typing import TYPE_CHECKING, Any, cast

from .client.asynchronous import Call, Client
from .deployment import applications, discovery, ensure, failures, update as updating
from .deployment.airflow_client import Deployed
from .deployment.async_effects import iterate_awaited, run_awaited
from .deployment.async_runs import AsyncRuns
from .deployment.connect import Connection, Target, connection, target
from .errors import ArgumentError, DynclientError
from .http.messages import Request
from .http.transport_httpx import Transport
from .openapi import load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator
    from datetime import datetime

    from .client.base import Mode
    from .deployment.connect import Document
    from .deployment.discovery import Probe
    from .deployment.ensure import Ensured
    from .deployment.failures import Failure
    from .http.messages import Response
    from .schema.models import Model

__all__ = ["Airflow", "Call", "Client", "Transport", "connect"]


class Airflow(AsyncRuns, Deployed[Call], Client):
    """A client of an Airflow server, awaited; ``connect`` makes one. Takes what ``Client`` takes."""

    @property
    def login_transport(self) -> Any:
        """What a login is sent by, in a thread."""
        return self.transport.blocking  # type: ignore[attr-defined] # ours has it

    async def log_in(self) -> None:
        """As ``dynclient.Airflow.log_in``."""
        await asyncio.to_thread(self.log_in_blocking)

    application_type = Client

    async def application(self, mount: str) -> Client:
        """As ``dynclient.Airflow.application``."""
        path = applications.mount_path(mount)
        request = Request("GET", applications.document_url(self.root, path), discovery.JSON)
        response = await self.send(request, next(iter(self.spec.operations.values())))
        return cast("Client", self.client_of(applications.application(self.root, path, response)))

    async def update(self, model: Model) -> Any:
        """As ``dynclient.Airflow.update``."""
        home = self.home_of(model)
        change = updating.plan(model, home.spec)
        if change is None:
            return model
        return updating.same(model, await home.call(change.operation, **change.arguments))

    def failures(self, *, since: datetime, dag: str = "*", most: int = 50) -> AsyncIterator[Failure]:
        """As ``dynclient.Airflow.failures``, an async iterator."""
        return iterate_awaited(self, failures.failures(self.spec, since, dag, most))

    async def ensure(self, collection: str, /, *, dry_run: bool = False, **fields: Any) -> Ensured:
        """As ``dynclient.Airflow.ensure``."""
        return await run_awaited(self, ensure.ensure(self, collection, fields, dry_run=dry_run))

    async def token(self) -> str | None:
        """As ``dynclient.Airflow.token``."""
        return await asyncio.to_thread(self.token_blocking)


async def connect(
    url: str,
    auth: object = None,
    *,
    release: str | None = None,
    spec: Document | None = None,
    transport: Transport | None = None,
    responses: Mode | None = None,
    read_only: bool = False,
    requests: Mode | None = None,
) -> Airflow:
    """As ``dynclient.connect``, awaited: the release is asked for, the document chosen, the login done.

    A login that has to wait is done in a thread of its own, so that the event loop goes on.

    Args:
        url: what the web interface has; ``mwaa://`` is for the blocking client only.
        auth: as for ``dynclient.connect``, but no ``requests`` auth object.
        release: as for ``dynclient.connect``.
        spec: as for ``dynclient.connect``.
        transport: what sends; a new one by default.
        responses: as for ``dynclient.connect``.
        read_only: as for ``dynclient.connect``.
        requests: as for ``dynclient.connect``.

    Raises:
        DynclientError: as ``dynclient.connect``.
    """
    if url.startswith("mwaa://"):
        raise ArgumentError("aio.connect: AWS's API is not awaited; use dynclient.connect, or WebLogin's url here")
    where = target(url, auth)
    sender = transport if transport is not None else Transport()
    try:
        server = await _send_probes(connection(where, release, spec), where, sender)
        client = server.client(Airflow, sender, responses, read_only=read_only, requests=requests)
        if release is None and spec is None:
            await client.log_in()
    except BaseException:
        if transport is None:
            await sender.aclose()
        raise
    server.warn_if_inexact(client)
    return client


async def _send_probes(
    steps: Generator[Probe, Response, Connection], where: Target, transport: Transport
) -> Connection:
    """Send what the steps yield; what they return."""
    try:
        probe = next(steps)
        while True:
            try:
                response = await _send(probe, where, transport)
            except DynclientError as error:  # noqa: PERF203 - the steps are thrown what sending raised
                probe = steps.throw(error)
            else:
                probe = steps.send(response)
    except StopIteration as end:
        result: Connection = end.value
        return result


async def _send(probe: Probe, where: Target, transport: Transport) -> Response:
    request = Request("GET", probe.url, discovery.JSON)
    if probe.release is None:
        return await transport.send(request)
    document = load.load(probe.release)
    client = Airflow(document, discovery.server(document, where.root), where.auth, transport)
    return await client.send(request, document.operations["get_version"])
