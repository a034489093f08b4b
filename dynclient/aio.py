"""The same client, awaited: one encode and one decode, httpx as the transport. Needs ``dynclient[aio]``.

::

    async with await dynclient.aio.connect("http://localhost:8080", auth=("admin", "secret")) as af:
        await af.get_dags(limit=5)
        async for dag in af.get_dags.iter(tags=["prod"]): ...
        async for line in af.get_log.stream("etl", run_id, "extract", 1): ...
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from . import client as plain
from . import deployment, messages, paginate
from .decode import lines, text_lines
from .errors import ArgumentError, BrokenResponse, ResponseTooLarge, TimedOut, TransportError, Unreachable
from .messages import Headers, Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from typing_extensions import Self

    from .decode import Reply
    from .messages import Request
    from .operation import Operation

__all__ = ["Client", "Transport", "connect"]


class Transport:
    """Sends with httpx, never follows a redirect.

    Args:
        timeout: seconds to connect, and seconds of silence while an answer is awaited.
        verify: as for httpx: True, False, or an ``ssl.SSLContext``.
        max_bytes: the largest body that is read.
        session: an ``httpx.AsyncClient`` of yours, used as it is.
    """

    def __init__(
        self,
        *,
        timeout: tuple[float, float] = (10.0, 60.0),
        verify: Any = True,
        max_bytes: int = 256 * 2**20,
        session: Any = None,
    ) -> None:
        self.timeout = timeout
        self.verify = verify
        self.max_bytes = max_bytes
        self._given = session
        self._session = session

    def _client(self) -> Any:
        if self._session is None:
            try:
                import httpx  # an extra
            except ImportError:
                raise ArgumentError("dynclient.aio needs httpx: pip install 'dynclient[aio]'") from None
            limit = httpx.Timeout(self.timeout[1], connect=self.timeout[0])
            self._session = httpx.AsyncClient(timeout=limit, verify=self.verify, follow_redirects=False)
        return self._session

    async def send(self, request: Request) -> Response:
        """Send and read the whole answer.

        Raises:
            TransportError: no usable answer came.
        """
        parts: list[bytes] = []
        size = 0
        stream = self.stream(request)
        head: Response = await anext(stream)
        async for chunk in stream:
            size += len(chunk)
            if size > self.max_bytes:
                await stream.aclose()
                raise ResponseTooLarge(f"{_line(request)}: the body is larger than max_bytes={self.max_bytes}")
            parts.append(chunk)
        return head._replace(body=b"".join(parts))

    async def stream(self, request: Request) -> Any:
        """First the response without its body, then the chunks of the body as they come."""
        import httpx  # as above

        made = httpx.Request(request.method, request.url, headers=list(request.headers.items()), content=request.body)
        try:
            response = await self._client().send(made, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _mapped(error, request) from None
        try:
            yield Response(response.status_code, Headers(response.headers.multi_items()), url=request.url)
            async for chunk in response.aiter_bytes():
                yield chunk
        except (httpx.HTTPError, OSError) as error:
            raise _mapped(error, request) from None
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Give the connections back; a session of yours stays open."""
        if self._session is not None and self._given is None:
            await self._session.aclose()
            self._session = None


def _line(request: Request) -> str:
    return f"{request.method} {messages.bare_url(request.url)}"


def _mapped(error: Exception, request: Request) -> TransportError:
    import httpx  # as above

    table: tuple[tuple[type[Exception], type[TransportError], str], ...] = (
        (httpx.ConnectTimeout, TimedOut, "no connection in time"),
        (httpx.TimeoutException, TimedOut, "no answer in time; Transport(timeout=…) says how long it may take"),
        (httpx.ConnectError, Unreachable, "no connection; does the server run, and is its address right?"),
        (httpx.RemoteProtocolError, BrokenResponse, "the answer is cut off or not HTTP"),
        (httpx.DecodingError, BrokenResponse, "the answer is packed in a way that cannot be read"),
        (Exception, Unreachable, "the connection failed"),
    )
    kind, words = next((kind, words) for theirs, kind, words in table if isinstance(error, theirs))
    return kind(f"{_line(request)}: {words}")


class Client(plain.Client):
    """As ``dynclient.Client``, with operations that are awaited; ``transport`` is an ``aio.Transport``."""

    def __init__(self, spec: Any, server: Any = None, auth: Any = None, transport: Any = None, **knobs: Any) -> None:
        super().__init__(spec, server, auth, transport if transport is not None else Transport(), **knobs)
        self._logs_in: plain.Client | None = None  # whose transport the credentials of ``connect`` go by

    def _make_call(self, operation: Operation) -> Call:
        return Call(self, operation)

    async def call(self, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call any operation by its id."""
        return await self.operation(operation)(*args, **kwargs)

    async def exchange(self, request: Request, operation: Operation) -> Response:
        """Send a built request with this client's credentials; once more when the auth asks for it."""
        prepared = await self.prepared(request, operation)
        response: Response = await self.transport.send(prepared)
        if response.status in {401, 403}:
            again = await asyncio.to_thread(self.auth.retry, prepared, response)  # a login blocks
            if again is not None:
                response = await self.transport.send(again)
        return response

    async def prepared(self, request: Request, operation: Operation) -> Request:
        """The request with credentials, unless this client may not send it."""
        self.may_send(operation)
        if self.auth.requests_auth(request, operation) is not None:
            raise ArgumentError(
                "a requests auth object blocks; give dynclient.aio a token, a pair or an object of ours"
            )
        return await asyncio.to_thread(self.auth.prepare, request, operation)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self.transport.close()
        if self._logs_in is not None:
            self._logs_in.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Call(plain.Call):
    # One operation, awaited.
    __doc__ = plain.Call.__doc__  # the operation's, not the class's
    _client: Client

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the operation; see ``help()`` of it for arguments and result."""
        reply = await self._areply(args, kwargs, check=self._client.responses != "off")
        return self._client.settle(self.operation, reply)

    async def response(self, *args: Any, **kwargs: Any) -> Reply:  # type: ignore[override] # awaited
        """The whole reply: status, headers, data, violations; an error status or a broken contract is not raised."""
        return await self._areply(args, kwargs, check=True)

    async def _areply(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, check: bool) -> Reply:
        request = self._request(args, kwargs)
        response = await self._client.exchange(request, self.operation)
        return self._judged(request, response, args, kwargs, check=check)

    def pages(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:  # type: ignore[override] # awaited
        """Every page, lazily; ``limit=`` is the size of one."""
        return paginate.awalk(self, paginate.needed(self.paging, self.operation), args, kwargs)

    async def iter(self, *args: Any, **kwargs: Any) -> Any:
        """Every item, page after page, lazily."""
        items = paginate.needed(self.paging, self.operation).items
        async for page in self.pages(*args, **kwargs):
            for item in page.get(items) or ():
                yield item

    async def stream(self, *args: Any, **kwargs: Any) -> Any:
        """The lines of a text, or the objects of NDJSON, as they come, not buffered."""
        request = self._stream_request(args, kwargs)
        stream = self._client.transport.stream(await self._client.prepared(request, self.operation))
        head = await anext(stream)
        media = head.content_type or request.headers["accept"]
        is_lines = messages.is_ndjson(media)
        if head.status >= 400 or not (is_lines or messages.is_text(media)):
            body = b"".join([chunk async for chunk in stream])
            reply = self._judged(request, head._replace(body=body), args, kwargs, check=True)
            yield self._client.settle(self.operation, reply)
            return
        rest = b""
        async for chunk in stream:
            *whole, rest = (rest + chunk).split(b"\n")
            for item in _read([*whole, b""], is_lines=is_lines):
                yield item
        for item in _read([rest], is_lines=is_lines):
            yield item


def _read(parts: list[bytes], *, is_lines: bool) -> Iterator[Any]:
    whole = b"\n".join(parts)
    return lines(Response(200, body=whole)) if is_lines else text_lines(iter((whole,)))


async def connect(url: str, auth: Any = None, *, transport: Transport | None = None, **knobs: Any) -> Client:
    """As ``dynclient.connect``: the release is asked for, the document chosen, the login done, in a thread.

    Args:
        url: what the web interface has.
        auth: as for ``dynclient.connect``.
        transport: what the calls go by.
        knobs: ``release``, ``spec``, ``responses``, ``read_only``, as for ``dynclient.connect``.
    """
    known = await asyncio.to_thread(deployment.connect, url, auth, **knobs)
    made = Client(known.spec, known.server, transport=transport, responses=known.responses, read_only=known.read_only)
    made.auth, made._logs_in = known.auth, known  # noqa: SLF001 - its maker
    return made
