"""Send a Request, return a Response: few steps per call, bounded time and memory, by urllib3.

Of what ``requests.get`` does for each call, this reads the environment once per origin and prepares nothing that a
Request already says; the bytes of its URL and body go out as they are. Redirects are answers, never followed.
urllib3 is imported by the first call; requests only for a given ``Session`` or an auth object of its kind.
"""

from __future__ import annotations

import copy
import os
import time
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import DynclientError, TransportError
from .body import receive
from .header import check_request, header_fields
from .retry import Retry
from .settings import Settings, seconds_of
from .urllib3_errors import foreign_errors, to_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import requests
    from typing_extensions import Self

    from .connections import Connections
    from .messages import Request, Response

__all__ = ["AsyncSender", "Retry", "Sender", "Transport"]


class Sender(Protocol):
    """What a client needs of a transport; anything that has it is one."""

    def send(self, request: Request, auth: object | None = None) -> Response:
        """Send the request and return the answer, or raise a ``TransportError``.

        ``auth`` is a ``requests`` auth object that the credentials of the client ask for.
        """


class AsyncSender(Protocol):
    """What an awaited client needs of a transport."""

    async def send(self, request: Request) -> Response:
        """Send the request and return the answer, or raise a ``TransportError``."""


class Transport:
    """HTTP by ``urllib3``, with time and memory bounded. Safe to share between threads.

    Args:
        timeout: seconds to connect and seconds to answer, or one number for both. The second one
            bounds header and body together; of a streamed answer, each wait for more of it.
        verify: check the server's certificate; a path names a CA bundle.
        cert: client certificate, a path or (certificate, key).
        proxies: as in requests (``{"https": "http://proxy:3128"}``); they go before the environment's.
        retries: a number or a ``Retry``.
        max_bytes: the longest body taken, counted after decompression; of a streamed one, the longest line.
        session: a ``requests.Session`` to use as it is, through its own ``request()``, with its adapters, headers,
            cookies, proxies, hooks and auth (unless the request has an Authorization field); it is not closed by
            ``close``.
        trust_env: take proxies and the CA bundle from the environment, read once per origin.

    Raises:
        ArgumentError: a setting that makes no sense.
    """

    def __init__(
        self,
        *,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        verify: bool | str | PathLike[str] = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        retries: int | Retry = Retry(),  # noqa: B008 - frozen
        max_bytes: int = 256 * 2**20,
        session: requests.Session | None = None,
        trust_env: bool = True,
    ) -> None:
        self.timeout = seconds_of(timeout)
        self.retries = retries if isinstance(retries, Retry) else Retry(total=retries)
        self.max_bytes = max_bytes
        self.settings = Settings.of(verify, cert, proxies, trust_env)
        self._given = session
        self._processes: dict[int, Connections] = {}  # by process: a fork must not share its parent's sockets

    def __repr__(self) -> str:
        return f"<Transport timeout={self.timeout} retries={self.retries.total} max_bytes={self.max_bytes}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of the transport itself; the next call opens new ones."""
        connections = self._processes.pop(os.getpid(), None)
        if connections is not None:
            connections.close()

    def options(
        self, *, timeout: float | tuple[float, float] | None = None, retries: int | Retry | None = None
    ) -> Self:
        """The same transport, connections and cookies included, with another timeout or other retries."""
        other = copy.copy(self)
        if timeout is not None:
            other.timeout = seconds_of(timeout)
        if retries is not None:
            other.retries = retries if isinstance(retries, Retry) else Retry(total=retries)
        return other

    @property
    def session(self) -> requests.Session:
        """The session in use: the given one, or one that sends by this transport and holds the cookies of all calls."""
        if self._given is not None:
            return self._given
        from . import transport_requests  # requests, for those who ask for it

        return transport_requests.own_session(self.connections)

    def send(self, request: Request, auth: object | None = None) -> Response:
        """Send it, again where ``retries`` says so, and return what came.

        Args:
            request: what to send; ``stream=True`` returns as soon as the header is there, and
                ``Response.chunks`` brings the body as it comes.
            auth: a ``requests`` auth object or (user, password), run with its hooks.

        Raises:
            TransportError: no usable answer came.
            ArgumentError: the request cannot be written as HTTP; nothing was sent.
        """
        origin, target = check_request(request)
        attempt = 0
        while True:
            try:
                response = self._send_once(request, auth, origin, target)
            except TransportError as error:
                pause = self.retries.pause(request, error, attempt)
                if pause is None:
                    raise
            else:
                pause = self.retries.pause(request, response, attempt)
                if pause is None:
                    return response
                if response.chunks is not None:
                    response.chunks.close()  # type: ignore[attr-defined] # ours have it
            attempt += 1
            time.sleep(pause)

    def _send_once(self, request: Request, auth: object | None, origin: str, target: str) -> Response:
        if self._given is not None:
            from . import transport_requests  # requests, for a Session of its kind

            return transport_requests.send_by_session(self._given, request, auth, self.timeout, self.max_bytes)
        connections = self.connections
        timeout = self._urllib3_timeout(connections)
        if auth is not None:
            from . import transport_requests  # requests, for an auth object of its kind

            return transport_requests.send_with_auth(connections, request, auth, timeout, self.max_bytes)
        try:
            answer = connections.open(request, origin, target, header_fields(request), timeout)
        except DynclientError:
            raise
        except foreign_errors() as error:
            raise to_error(error, request, sent=connections.is_written) from None  # their text holds the whole URL
        return receive(answer, request, self.max_bytes)

    def _urllib3_timeout(self, connections: Connections) -> Any:
        """The timeout that urllib3 is given; None for that of the connections."""
        return None if self.timeout == connections.seconds else connections.urllib3_timeout(self.timeout)

    @property
    def connections(self) -> Connections:
        """The connections of this process. No lock guards them that another thread may hold when it forks."""
        connections = self._processes.get(os.getpid())
        if connections is None:
            from .connections import Connections  # urllib3 is not imported before the first call

            new = Connections(self.settings, self.timeout)
            connections = self._processes.setdefault(new.pid, new)
        return connections
