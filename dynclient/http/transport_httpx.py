"""Send a Request, await a Response: the transport of ``aio``, by httpx. The only module that imports it.

It keeps to the rules of ``transport``: time and memory are bounded, the bytes of URL and body go out as they are,
redirects are answers and never followed, what may be repeated is.

Imported in functions: ``httpx``, of the extra ``aio``; ``ssl``, for https only.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, DynclientError, InvalidRequest, TransportError
from . import failures, transport
from .codings import BrokenCodingError, content_decoder
from .failures import failure, request_line, too_large
from .header import header_fields
from .messages import Headers, Request, Response
from .settings import tls_context
from .transport_base import BaseTransport
from .uploads import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    import httpx
    from typing_extensions import Self

    from .failures import Failure
    from .retry import Retry
    from .transport_base import Attempts, Timeout

__all__ = ["Transport"]

# Requests under way; more of them wait their turn, which does not count as time to answer. The pool of httpcore looks
# through all connections for each request: 300 requests took 7.7 s by a hundred of them, 3.3 s by twenty.
_AT_ONCE = 32


class Transport(BaseTransport["httpx.AsyncClient"]):
    """HTTP by ``httpx``, with time and memory bounded. Belongs to one event loop.

    Args:
        timeout: seconds to connect and seconds to answer, or one number for both. The second one bounds
            connecting, header and body together; of a streamed answer, the header and each wait for more of it.
        verify: check the server's certificate; a path names a CA bundle.
        cert: client certificate, a path or (certificate, key).
        proxies: ``{"https": "http://proxy:3128"}``; they go before the environment's.
        retries: a number or a ``Retry``.
        max_bytes: the longest body taken, counted after decompression; of a streamed one, the longest line.
        trust_env: take proxies and the CA bundle from the environment.
        insecure: do not warn when credentials go over plain http to a host that is not this one.
        rate: requests a second at most, evenly spaced.
        on_exchange: called with the ``Exchange`` of each attempt.
        user_agent: what goes before our own name in the User-Agent field.
        session: an ``httpx.AsyncClient`` to use as it is, with its transports, headers, cookies, hooks and auth; it
            is not closed by ``close``.

    Raises:
        ArgumentError: a setting that makes no sense.
    """

    _own: httpx.AsyncClient | None = None
    _end: AsyncGenerator[None, None] | None = None

    @cached_property
    def blocking(self) -> transport.Transport:
        """What sends a login that blocks: one with the same settings."""
        blocking = object.__new__(transport.Transport)
        blocking.__setstate__({**self.__getstate__(), "_session": None})
        return blocking

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(_AT_ONCE)

    def __repr__(self) -> str:
        return f"<aio.Transport timeout={self.timeout} retries={self.retries.total} max_bytes={self.max_bytes}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the transport's own session; the next call opens new ones."""
        if "blocking" in self.__dict__:
            self.blocking.close()
        own, self._own, self._end = self._own, None, None
        if own is not None:
            await own.aclose()

    @property
    def session(self) -> httpx.AsyncClient:
        """The session in use: the given one, or the own one, which holds the cookies of all calls."""
        if self._session is not None:
            return self._session
        if self._own is None or self._own.is_closed:  # its event loop has ended
            self._own, self._end = _session(self), None
        return self._own

    async def send(
        self, request: Request, *, timeout: Timeout | None = None, retries: int | Retry | None = None
    ) -> Response:
        """Send it, again where ``retries`` says so, and return what came.

        Args:
            request: what to send; ``stream=True`` returns as soon as the header is there, and
                ``Response.chunks``, an async iterator, brings the body as it comes.
            timeout: instead of the transport's own; None in a pair leaves that one.
            retries: instead of the transport's own.

        Raises:
            TransportError: no usable answer came.
            ArgumentError: the request cannot be written as HTTP; nothing was sent.
        """
        attempts = self.attempts(request, None, timeout, retries)
        while True:
            wait = attempts.begin()
            if wait:
                await asyncio.sleep(wait)
            try:
                response = await self._send_once(request, attempts)
            except TransportError as error:
                pause = attempts.end(error)
                if pause is None:
                    error.__context__ = None  # whose text may hold the whole URL
                    raise
            else:
                pause = attempts.end(response)
                if pause is None:
                    return response
                if response.chunks is not None:
                    await response.chunks.aclose()  # type: ignore[attr-defined] # ours have it
            await asyncio.sleep(pause)

    async def _send_once(self, request: Request, attempts: Attempts) -> Response:
        if request.stream:
            return await self._in_time(request, attempts)
        async with self._turns:
            return await self._in_time(request, attempts)

    async def _in_time(self, request: Request, attempts: Attempts) -> Response:
        try:
            return await asyncio.wait_for(self._answer(self.session, request, attempts), attempts.timeout[1])
        except asyncio.TimeoutError:
            raise failure(failures.SLOW, request) from None
        finally:
            if self._end is None and self._own is not None:
                self._end = _until_loop_ends(self._own)
                await anext(self._end)

    async def _answer(self, session: httpx.AsyncClient, request: Request, attempts: Attempts) -> Response:
        try:  # no name for the message: its repr, which a debugger shows, has the whole URL
            answer = await session.send(self._message(session, request, attempts), stream=True, follow_redirects=False)
        except DynclientError:
            raise
        except _foreign() as error:
            raise _error(error, request) from None  # their text holds the whole URL
        headers = Headers(answer.headers.multi_items())
        try:
            chunks = _Chunks(answer, request, headers, self.max_bytes)
        except TransportError:
            await answer.aclose()
            raise
        if request.stream:
            return Response(answer.status_code, headers, b"", request.url, chunks)  # type: ignore[arg-type] # async
        try:
            return Response(answer.status_code, headers, await self._whole(chunks, request), request.url)
        finally:
            await chunks.aclose()

    def _message(self, session: httpx.AsyncClient, request: Request, attempts: Attempts) -> httpx.Request:
        connect, read = attempts.timeout
        body = request.body
        return session.build_request(
            request.method,
            request.url,
            headers=header_fields(request, self.user_agent),
            content=body.in_threads() if isinstance(body, Upload) else body,
            timeout=_httpx().Timeout(read, connect=connect, pool=None),
            extensions={"target": attempts.target.encode()},  # httpx would write some characters in another way
        )

    async def _whole(self, chunks: _Chunks, request: Request) -> bytes:
        if chunks.length > self.max_bytes:
            raise too_large(request, self.max_bytes)
        size, parts = 0, []
        async for part in chunks:
            size += len(part)
            if size > self.max_bytes:
                raise too_large(request, self.max_bytes)
            parts.append(part)
        return b"".join(parts)


class _Chunks:
    """The body as it comes. Closing it gives the connection back; so does its end, and any error."""

    def __init__(self, answer: httpx.Response, request: Request, headers: Headers, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._answer = answer
        self._request = request
        self._decoder = content_decoder(headers, request)
        is_sized = request.method != "HEAD" and "transfer-encoding" not in headers
        self.length = int(headers.get("content-length", "0").partition(",")[0]) if is_sized else 0  # bytes to come
        self._read = self._pieces(answer.aiter_raw())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._read)
        except StopAsyncIteration:
            raise
        except _foreign() as error:
            ours = _error(error, self._request, header_received=True)
        await self.aclose()
        raise ours from None

    async def _pieces(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        decoder = self._decoder
        if decoder is None:
            async for part in parts:
                yield part
            return
        try:
            async for part in parts:
                for piece in decoder.feed(part):
                    yield piece
            decoder.end()
        except BrokenCodingError:
            await self.aclose()
            raise failure(failures.CODING, self._request, header_received=True) from None

    async def aclose(self) -> None:
        """Stop reading; what was not read is not waited for."""
        await self._answer.aclose()


# --- with httpx ----------------------------------------------------------------------------------


async def _until_loop_ends(session: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close a session that nobody closed: event loops close the generators that are left when they end (PEP 525)."""
    try:
        yield
    finally:
        await session.aclose()


def _session(of: Transport) -> httpx.AsyncClient:
    """A session with the settings of a transport."""
    httpx = _httpx()
    settings = of.settings
    tls = tls_context(settings)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=_AT_ONCE)
    return httpx.AsyncClient(  # type: ignore[no-any-return]
        verify=tls,
        trust_env=settings.trust_env,
        timeout=httpx.Timeout(of.timeout[1], connect=of.timeout[0], pool=None),
        limits=limits,
        mounts={
            scheme if "://" in scheme else f"{scheme}://": httpx.AsyncHTTPTransport(
                verify=tls, limits=limits, proxy=httpx.Proxy(proxy)
            )
            for scheme, proxy in settings.proxies.items()
        },
    )


def _httpx() -> Any:
    try:
        import httpx  # an extra
    except ImportError:
        raise ArgumentError("dynclient.aio needs httpx: pip install 'dynclient[aio]'") from None
    return httpx


def _foreign() -> tuple[type[BaseException], ...]:
    httpx = _httpx()
    return (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)


def _error(error: BaseException, request: Request, *, header_received: bool = False) -> DynclientError:
    """Our exception for theirs; ``header_received`` when the header of the answer had come."""
    import ssl

    import httpx

    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return InvalidRequest(
            f"{request_line(request)}: the URL or a field cannot be written as HTTP; nothing was sent"
        )
    table: tuple[tuple[type[BaseException], Failure], ...] = (
        (httpx.ConnectTimeout, failures.SLOW_TO_CONNECT),  # of a handshake too, which wanted to read (an SSLError)
        (httpx.TimeoutException, failures.SLOW),
        (ssl.SSLCertVerificationError, failures.UNTRUSTED),
        (ssl.SSLError, failures.NO_TLS),
        (httpx.ProxyError, failures.NO_PROXY),
        (httpx.ConnectError, failures.NO_SERVER),
        (httpx.DecodingError, failures.CODING),
        (httpx.NetworkError, failures.CLOSED),
        (
            httpx.RemoteProtocolError,
            failures.CLOSED if _is_end(error, header_received=header_received) else failures.NO_HTTP,
        ),
        (BaseException, failures.FAILED),
    )
    chain = [error]
    for link in chain:  # grows as it goes
        chain += [one for one in (link.__cause__, link.__context__) if one is not None and one not in chain]
    cause = next(cause for kind, cause in table if any(isinstance(link, kind) for link in chain))
    details = [link.strerror for link in chain if isinstance(link, OSError) and link.strerror]
    return failure(cause, request, details[-1] if details else "", header_received=header_received)


def _is_end(error: BaseException, *, header_received: bool) -> bool:
    """Whether the connection ended, rather than that it spoke something else."""
    return header_received or "disconnected" in str(error)
