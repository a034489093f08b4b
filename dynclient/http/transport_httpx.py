"""Send a Request, await a Response: the transport of ``aio``, by httpx. The only module that imports it.

It keeps to the rules of ``transport``: time and memory are bounded, the bytes of URL and body go out as they are,
redirects are answers and never followed, what may be repeated is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, DynclientError, InvalidRequest, TransportError
from . import transport
from .messages import Headers, Request, Response
from .transport import Retry, failure, line_of, too_large

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx
    from typing_extensions import Self

    from .transport import Why

__all__ = ["Transport"]

# Requests under way; more of them wait their turn, which does not count as time to answer. The pool of httpcore looks
# through all connections for each request: 300 requests took 7.7 s by a hundred of them, 3.3 s by twenty.
_AT_ONCE = 32


class Transport:
    """HTTP by ``httpx``, with time and memory bounded. Belongs to one event loop.

    Args:
        timeout: seconds to connect and seconds to answer, or one number for both. The second one bounds
            connecting, header and body together; of a streamed answer, the header and each wait for more of it.
        verify: check the server's certificate; a path names a CA bundle.
        cert: client certificate, a path or (certificate, key).
        proxies: ``{"https": "http://proxy:3128"}``; they go before the environment's.
        retries: a number or a ``Retry``.
        max_bytes: the longest body taken, counted after decompression; streams are not counted.
        session: an ``httpx.AsyncClient`` to use as it is, with its transports, headers, cookies, hooks and auth; it
            is not closed by ``close``.
        trust_env: take proxies and the CA bundle from the environment.
    """

    def __init__(
        self,
        *,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        retries: int | Retry = Retry(),  # noqa: B008 - frozen
        max_bytes: int = 256 * 2**20,
        session: httpx.AsyncClient | None = None,
        trust_env: bool = True,
    ) -> None:
        # what a login by `requests` goes by; it has checked and holds the settings
        self.blocking = transport.Transport(
            timeout=timeout,
            verify=verify,
            cert=cert,
            proxies=proxies,
            retries=retries,
            max_bytes=max_bytes,
            trust_env=trust_env,
        )
        self.timeout = self.blocking.timeout
        self.retries = self.blocking.retries
        self.max_bytes = max_bytes
        self._given = session
        self._own: httpx.AsyncClient | None = None
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def __repr__(self) -> str:
        return f"<aio.Transport timeout={self.timeout} retries={self.retries.total} max_bytes={self.max_bytes}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the transport's own session; the next call opens new ones."""
        self.blocking.close()
        own, self._own = self._own, None
        if own is not None:
            await own.aclose()

    @property
    def session(self) -> httpx.AsyncClient:
        """The session in use: the given one, or the own one, which holds the cookies of all calls."""
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = _session(self.blocking)
        return self._own

    async def send(self, request: Request) -> Response:
        """Send it, again where ``retries`` says so, and return what came.

        Args:
            request: what to send; ``stream=True`` returns as soon as the header is there, and
                ``Response.chunks``, an async iterator, brings the body as it comes.

        Raises:
            TransportError: no usable answer came.
            ArgumentError: the request cannot be written as HTTP; nothing was sent.
        """
        transport.checked(request)
        repeated = 0
        while True:
            try:
                response = await self._sent(request)
            except TransportError as error:
                pause = self.retries.after(request, error, repeated)
                if pause is None:
                    raise
            else:
                pause = self.retries.after(request, response, repeated)
                if pause is None:
                    return response
                if response.chunks is not None:
                    await response.chunks.aclose()  # type: ignore[attr-defined] # ours have it
            repeated += 1
            await asyncio.sleep(pause)

    async def _sent(self, request: Request) -> Response:
        if request.stream:
            return await self._in_time(request)
        async with self._turns:
            return await self._in_time(request)

    async def _in_time(self, request: Request) -> Response:
        try:
            return await asyncio.wait_for(self._answer(self.session, request), self.timeout[1])
        except asyncio.TimeoutError:
            raise failure(transport.SLOW, request) from None

    async def _answer(self, session: httpx.AsyncClient, request: Request) -> Response:
        _, target = transport.split(request.url)
        try:
            made = session.build_request(
                request.method,
                request.url,
                headers=transport.fields_of(request),
                content=request.body,
                extensions={"target": target.encode()},  # httpx would write some characters in another way
            )
            answer = await session.send(made, stream=True, follow_redirects=False)
        except DynclientError:
            raise
        except _foreign() as error:
            raise _error(error, request) from None  # their text holds the whole URL
        headers = Headers(answer.headers.multi_items())
        chunks = _Chunks(answer, request)
        if request.stream:
            return Response(answer.status_code, headers, b"", request.url, chunks)  # type: ignore[arg-type] # async
        try:
            return Response(answer.status_code, headers, await self._whole(chunks, request), request.url)
        finally:
            await chunks.aclose()

    async def _whole(self, chunks: _Chunks, request: Request) -> bytes:
        taken, parts = 0, []
        async for part in chunks:
            taken += len(part)
            if taken > self.max_bytes:
                raise too_large(request, self.max_bytes)
            parts.append(part)
        return b"".join(parts)


class _Chunks:
    """The body as it comes. Closing it gives the connection back; so does its end, and any error."""

    def __init__(self, answer: httpx.Response, request: Request) -> None:
        self._answer = answer
        self._request = request
        self._read = answer.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._read)
        except StopAsyncIteration:
            raise
        except _foreign() as error:
            await self.aclose()
            raise _error(error, self._request, begun=True) from None

    async def aclose(self) -> None:
        """Stop reading; what was not read is not waited for."""
        await self._answer.aclose()


# --- with httpx ----------------------------------------------------------------------------------


def _session(of: transport.Transport) -> httpx.AsyncClient:
    """A session with the settings of a transport."""
    httpx = _httpx()
    verify, cert, proxies, trust_env = of.settings
    tls = _tls(verify, cert, trust_env=trust_env)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=_AT_ONCE)
    return httpx.AsyncClient(  # type: ignore[no-any-return]
        verify=tls,
        trust_env=trust_env,
        timeout=httpx.Timeout(of.timeout[1], connect=of.timeout[0], pool=None),
        limits=limits,
        mounts={
            scheme if "://" in scheme else f"{scheme}://": httpx.AsyncHTTPTransport(
                verify=tls, limits=limits, proxy=proxy
            )
            for scheme, proxy in proxies.items()
        },
    )


def _httpx() -> Any:
    try:
        import httpx  # an extra
    except ImportError:
        raise ArgumentError("dynclient.aio needs httpx: pip install 'dynclient[aio]'") from None
    return httpx


def _tls(verify: bool | str, cert: Any, *, trust_env: bool) -> ssl.SSLContext:  # noqa: FBT001 - as requests has it
    """What requests takes as ``verify`` and ``cert``, as a context."""
    import os
    import ssl

    import certifi  # comes with requests and httpx

    bundle = verify if isinstance(verify, str) else certifi.where()
    if trust_env and verify is True:
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or bundle
    try:
        is_folder = os.path.isdir(bundle)  # noqa: PTH112 - pathlib is not loaded for this
        made = ssl.create_default_context(capath=bundle) if is_folder else ssl.create_default_context(cafile=bundle)
        if cert is not None:
            made.load_cert_chain(*((cert,) if isinstance(cert, str) else cert))
    except OSError:
        raise ArgumentError("verify or cert names a file that is not there or holds none; nothing was sent") from None
    if verify is False:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def _foreign() -> tuple[type[BaseException], ...]:
    httpx = _httpx()
    return (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)


def _error(error: BaseException, request: Request, *, begun: bool = False) -> DynclientError:
    """Our exception for theirs; ``begun`` when the header of the answer had come."""
    import ssl

    import httpx

    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return InvalidRequest(f"{line_of(request)}: the URL or a field cannot be written as HTTP; nothing was sent")
    table: tuple[tuple[type[BaseException], Why], ...] = (
        (ssl.SSLCertVerificationError, transport.UNTRUSTED),
        (ssl.SSLError, transport.NO_TLS),
        (httpx.ConnectTimeout, transport.SLOW_TO_CONNECT),
        (httpx.TimeoutException, transport.SLOW),
        (httpx.ProxyError, transport.NO_PROXY),
        (httpx.ConnectError, transport.UNHEARD),
        (httpx.DecodingError, transport.CODING),
        (httpx.NetworkError, transport.CLOSED),
        (httpx.RemoteProtocolError, transport.CLOSED if _is_end(error, begun=begun) else transport.NO_HTTP),
        (BaseException, transport.FAILED),
    )
    chain = [error]
    for link in chain:  # grows as it goes
        chain += [one for one in (link.__cause__, link.__context__) if one is not None and one not in chain]
    why = next(why for kind, why in table if any(isinstance(link, kind) for link in chain))
    said = [link.strerror for link in chain if isinstance(link, OSError) and link.strerror]
    return failure(why, request, said[-1] if said else "", begun=begun)


def _is_end(error: BaseException, *, begun: bool) -> bool:
    """Whether the connection ended, rather than that it spoke something else."""
    return begun or "disconnected" in str(error)
