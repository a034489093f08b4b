"""Send a Request, return a Response: few steps per call, bounded time and memory, by urllib3.

Of what ``requests.get`` does for each call, this reads the environment once per origin and prepares nothing that a
Request already says; the bytes of its URL and body go out as they are. Redirects are answers, never followed.
urllib3 is imported by the first call; requests only for a given ``Session`` or an auth object of its kind.

Imported in functions: ``connections``, which imports urllib3, and ``transport_requests``, which imports requests.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol

from ..errors import TransportError
from .retry import Retry
from .transport_base import BaseTransport

if TYPE_CHECKING:
    import requests
    from typing_extensions import Self

    from .connections import Connections
    from .messages import Request, Response
    from .transport_base import Attempts, Timeout

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


class Transport(BaseTransport["requests.Session"]):
    """HTTP by ``urllib3``, with time and memory bounded. Safe to share between threads; pickles by its settings.

    Args:
        timeout: seconds to connect and seconds to answer, or one number for both. The second one
            bounds header and body together; of a streamed answer, each wait for more of it.
        verify: check the server's certificate; a path names a CA bundle.
        cert: client certificate, a path or (certificate, key).
        proxies: as in requests (``{"https": "http://proxy:3128"}``); they go before the environment's.
        retries: a number or a ``Retry``.
        max_bytes: the longest body taken, counted after decompression; of a streamed one, the longest line.
        trust_env: take proxies and the CA bundle from the environment, read once per origin.
        insecure: do not warn when credentials go over plain http to a host that is not this one.
        rate: requests a second at most, evenly spaced, of all threads together.
        on_exchange: called with the ``Exchange`` of each attempt, in the thread that sends.
        user_agent: what goes before our own name in the User-Agent field: ``"etl/2.1"``.
        session: a ``requests.Session`` to use as it is, through its own ``request()``, with its adapters, headers,
            cookies, proxies, hooks and auth (unless the request has an Authorization field); it is not closed by
            ``close``. Both times of ``timeout`` together bound connecting and answering.

    Raises:
        ArgumentError: a setting that makes no sense.
    """

    def __repr__(self) -> str:
        return f"<Transport timeout={self.timeout} retries={self.retries.total} max_bytes={self.max_bytes}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of the transport itself; the next call opens new ones."""
        connections: Connections | None = self._processes.pop(os.getpid(), None)
        if connections is not None:
            connections.close()

    @property
    def session(self) -> requests.Session:
        """The session in use: the given one, or one that sends by this transport and holds the cookies of all calls."""
        if self._session is not None:
            return self._session
        from . import transport_requests  # requests, for those who ask for it

        return transport_requests.own_session(self.connections)

    def send(
        self,
        request: Request,
        auth: object | None = None,
        *,
        timeout: Timeout | None = None,
        retries: int | Retry | None = None,
    ) -> Response:
        """Send it, again where ``retries`` says so, and return what came.

        Args:
            request: what to send; ``stream=True`` returns as soon as the header is there, and
                ``Response.chunks`` brings the body as it comes.
            auth: a ``requests`` auth object or (user, password), run with its hooks.
            timeout: instead of the transport's own; None in a pair leaves that one.
            retries: instead of the transport's own.

        Raises:
            TransportError: no usable answer came.
            ArgumentError: the request cannot be written as HTTP; nothing was sent.
        """
        attempts = self.attempts(request, auth, timeout, retries)
        while True:
            wait = attempts.begin()
            if wait:
                time.sleep(wait)
            try:
                response = self._send_once(request, auth, attempts)
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
                    response.chunks.close()  # type: ignore[attr-defined] # ours have it
            time.sleep(pause)

    def _send_once(self, request: Request, auth: object | None, attempts: Attempts) -> Response:
        if self._session is not None:
            from . import transport_requests  # requests, for a Session of its kind

            return transport_requests.send_by_session(self._session, request, auth, attempts.timeout, self.max_bytes)
        connections = self.connections
        timeout = None if attempts.timeout == connections.seconds else connections.urllib3_timeout(attempts.timeout)
        if auth is not None:
            from . import transport_requests  # requests, for an auth object of its kind

            return transport_requests.send_with_auth(
                connections, request, self.user_agent, auth, timeout, self.max_bytes
            )
        return connections.send(request, attempts, timeout, self.user_agent, self.max_bytes)

    @property
    def connections(self) -> Connections:
        """The connections of this process. No lock guards them that another thread may hold when it forks."""
        connections: Connections | None = self._processes.get(os.getpid())
        if connections is None:
            from .connections import Connections  # urllib3 is not imported before the first call

            new = Connections(self.settings, self.timeout)
            connections = self._processes.setdefault(new.pid, new)
        return connections
