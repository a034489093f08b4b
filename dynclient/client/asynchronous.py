"""The client, awaited: one encode and one decode for both, httpx as the transport. ``aio`` is its door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ArgumentError, TransportError
from ..http.streams import Lines, adrain
from ..http.transport_httpx import Transport
from . import auth as auths, concurrent as many, pagination
from .base import BaseClient
from .call import BaseCall, Options
from .pages_ahead import awalk_ahead
from .progress import ashow_progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping

    from typing_extensions import Self

    from ..http.messages import Request, Response
    from ..http.transport import AsyncSender
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Reply
    from ..openapi.spec import Spec
    from .base import Mode
    from .concurrent import Outcome

__all__ = ["Call", "Client", "Stream"]

T = TypeVar("T")

_AT_ONCE = frozenset({auths.NoAuth, auths.Basic, auths.ApiKey})  # what never waits for anything


class Call(BaseCall):
    """One operation of a client, awaited."""

    client: Client

    async def __call__(self, /, *args: object, **kwargs: object) -> Any:
        """Call the operation; see ``help()`` of it for arguments and result."""
        reply = await self._reply(self.build(args, kwargs), args, kwargs, check=self.client.responses != "off")
        return self.client.settle(self.operation, reply)

    async def response(self, /, *args: object, **kwargs: object) -> Reply:
        """The whole reply: status, headers, data, violations; an error status or a broken contract is not raised."""
        return await self._reply(self.build(args, kwargs), args, kwargs, check=True)

    async def request(self, /, *args: object, **kwargs: object) -> Request:
        """The request as it would be sent, credentials included: validated, not sent; repr and curl() mask secrets."""
        complete, _ = self.client.transport_options(self.build(args, kwargs), self._options)
        return await self.client.prepared(complete, self.operation)

    def pages(self, /, *args: object, **kwargs: object) -> AsyncIterator[Any]:
        """Every page, lazily; ``limit=`` is the size of one; ``progress=True`` shows it on standard error.

        ``workers=8`` fetches pages by offset side by side, in order, so many at most ahead of what was taken.
        """
        plan, progress, workers = self.walk_plan(kwargs)
        if workers > 1:
            pages = awalk_ahead(self._fetch, plan, args, kwargs, workers)
        else:
            pages = pagination.awalk(self._fetch, plan, args, kwargs)
        return ashow_progress(pages, plan, self.operation.name) if progress else pages

    def iter(self, /, *args: object, **kwargs: object) -> AsyncIterator[Any]:
        """Every item, page after page, lazily."""
        plan = pagination.needed(self.paging, self.operation)
        return (item async for page in self.pages(*args, **kwargs) for item in plan.items_of(page))

    def stream(self, /, *args: object, **kwargs: object) -> Stream:
        """As of a plain callable: ``async for line in client.get_log.stream(…)``, asked for with the first."""
        request = self.build(args, kwargs, stream=True)

        async def open_lines() -> Lines:
            reply = await self._reply(request, args, kwargs, check=self.client.responses != "off")
            data = self.client.settle(self.operation, reply)
            return data if isinstance(data, Lines) else Lines.of(data)

        return Stream(open_lines)

    async def _fetch(self, args: tuple[object, ...], kwargs: Mapping[str, object], url: str) -> tuple[Any, Response]:
        """A page, by arguments or by the URL that the page before it named, and its response."""
        request = self.build(args, kwargs)
        if url:
            request = request._replace(url=url)
        reply = await self._reply(request, args, kwargs, check=self.client.responses != "off")
        return self.client.settle(self.operation, reply), reply.response._replace(url=request.url)

    async def _reply(
        self, request: Request, args: tuple[object, ...], kwargs: Mapping[str, object], *, check: bool
    ) -> Reply:
        response = await self.client.send(request, self.operation, self._options)
        if response.chunks is not None and not self.decoder.streams(response, request):
            response = await adrain(response)
        return self.decode(request, response, args, kwargs, check=check)


class Client(BaseClient[Call]):
    """As ``dynclient.Client``, with operations that are awaited; an async context manager.

    ``await client.get_dags(limit=5)``, ``async for dag in client.get_dags.iter()``.

    Args:
        spec: from ``dynclient.load``.
        server: as for ``dynclient.Client``.
        auth: as for ``dynclient.Client``, but no ``requests`` auth object, which only ``requests`` can run. What has to
            log in does so in a thread.
        transport: an ``aio.Transport``; a new one by default.
        responses: as for ``dynclient.Client``.
        read_only: as for ``dynclient.Client``.
        requests: as for ``dynclient.Client``.
    """

    call_type = Call
    transport: AsyncSender

    def __init__(
        self,
        spec: Spec,
        server: str | int | Mapping[str, str | int] | None = None,
        auth: object = None,
        transport: AsyncSender | None = None,
        responses: Mode | None = None,
        read_only: bool = False,  # noqa: FBT001, FBT002 - the sixth of seven named knobs
        requests: Mode | None = None,
    ) -> None:
        sender = transport if transport is not None else Transport()
        super().__init__(spec, server, auth, sender, responses=responses, requests=requests, read_only=read_only)

    # --- life ---

    async def aclose(self) -> None:
        """Give the connections back."""
        close = getattr(self.transport, "aclose", None)  # a sender of one's own need not have it
        if close is not None:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # --- sending ---

    async def send(self, request: Request, operation: Operation, options: Options = Options()) -> Response:  # noqa: B008 - frozen
        """Send a built request with this client's credentials; once more when the auth asks for it.

        Raises:
            TransportError: no usable answer came.
        """
        self.may_send(operation)
        complete, keywords = self.transport_options(request, options)
        try:
            prepared = await self.prepared(complete, operation)
            response: Response = await self.transport.send(prepared, **keywords)
            if response.status in {401, 403}:
                again = await self._apart(self.auth.retry, prepared, response)
                if again is not None:
                    if response.chunks is not None:
                        await response.chunks.aclose()  # type: ignore[attr-defined] # async ones have it
                    response = await self.transport.send(again, **keywords)
        except TransportError as error:
            error.request = error.request or request
            raise
        return response

    async def prepared(self, request: Request, operation: Operation) -> Request:
        """The request with this client's credentials; a login that they need is done first.

        Raises:
            ArgumentError: they can be sent by ``requests`` only.
        """
        if self.auth.requests_auth(request, operation) is not None:
            raise ArgumentError(
                "a requests auth object cannot be awaited; give a pair, a token or an object with prepare "
                "and retry, or an httpx.AsyncClient with an auth of its own: aio.Transport(session=…)"
            )
        return await self._apart(self.auth.prepare, request, operation)

    async def _apart(self, moment: Callable[..., T], *args: object) -> T:
        """A moment of the auth object: in a thread, if it may wait for something there."""
        if type(self.auth.auth) in _AT_ONCE:
            return moment(*args)
        return await asyncio.to_thread(moment, *args)

    def map(
        self,
        call: Callable[..., Awaitable[Any]],
        arguments: Iterable[object],
        workers: int = 8,
        *,
        rate: float | None = None,
        **common: object,
    ) -> AsyncIterator[Outcome]:
        """As of ``dynclient.Client``: so many calls at once, ``Outcome``s in the order of the arguments, lazily."""
        return many.aeach(call, arguments, workers, rate=rate, common=common)


class Stream:
    """Lines that are asked for when the first of them is wanted, or at the beginning of ``async with``.

    The connection is given back at the end, on any error, by ``aclose`` and at the end of ``async with``.
    """

    def __init__(self, open_lines: Callable[[], Awaitable[Lines]]) -> None:
        self._open = open_lines
        self._lines: Lines | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if self._lines is None:
            self._lines = await self._open()
        return await anext(self._lines)

    async def __aenter__(self) -> Self:
        if self._lines is None:
            self._lines = await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Read no further."""
        if self._lines is None:
            self._lines = Lines.of("")
        await self._lines.aclose()
