"""Sending by ``requests``: through a session that the caller gave, or with an auth object of its kind.

The only module that imports ``requests``. A given session sends by its own ``request()``, in a thread of its own, so
that its time is bounded too: what has not answered by then is left to end by itself. An auth object runs with its
hooks in a session whose adapter sends by the transport's own connections.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from typing import TYPE_CHECKING, Any

import requests
from requests import exceptions
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests.cookies import RequestsCookieJar
from requests.utils import get_netrc_auth

from ..errors import ArgumentError, DynclientError, InvalidRequest
from . import failures
from .body import receive
from .failures import failure, request_line
from .header import check_request, header_fields
from .messages import Headers, Request, Response
from .urllib3_errors import FOREIGN_ERRORS, to_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    from .connections import Connections

__all__ = ["own_session", "send_by_session", "send_with_auth"]


# --- with an auth object -------------------------------------------------------------------------


def own_session(connections: Connections) -> requests.Session:
    """The session that sends by these connections and shares their cookies."""
    session: requests.Session | None = connections.session
    if session is None:
        session = requests.Session()
        session.trust_env = False  # what the environment says is known to the connections
        adapter = _Adapter(connections)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        jar: Any = RequestsCookieJar()
        if connections.cookies is not None:
            jar.update(connections.cookies)
        session.cookies = connections.cookies = jar
        connections.session = session
    return session


def send_with_auth(
    connections: Connections, request: Request, user_agent: str, auth: object, timeout: Any, max_bytes: int
) -> Response:
    """Send with a ``requests`` auth object or (user, password), whose hooks may send again."""
    session = own_session(connections)
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url = request.method, request.url  # prepare() would write the URL in another way
    prepared.prepare_headers(header_fields(request, user_agent))
    prepared.prepare_cookies(session.cookies)
    prepared.prepare_body(request.body, None)
    try:
        prepared.prepare_auth(auth, request.url)
        timeout = timeout or connections.timeout
        answer = session.send(prepared, stream=True, timeout=timeout, allow_redirects=False, proxies={})
    except DynclientError:
        raise
    except FOREIGN_ERRORS as error:
        raise _error(error, request, request_sent=connections.is_written) from None
    return _received(answer, request, max_bytes)


class _Adapter(HTTPAdapter):
    """Sends what requests has prepared by the transport's connections."""

    def __init__(self, connections: Connections) -> None:
        super().__init__()
        self._connections = connections

    def send(self, request: Any, *_: object, timeout: Any = None, **__: object) -> requests.Response:
        """Send it; proxies and certificates are known to the connections."""
        fields = dict(request.headers)
        headers = Headers([(name, _text(value)) for name, value in fields.items()])
        body = request.body.encode() if isinstance(request.body, str) else request.body
        message = Request(request.method, request.url, headers, body)
        answer = self._connections.open(message, *check_request(message), fields, timeout)
        return self.build_response(request, answer)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


# --- by a given session --------------------------------------------------------------------------


def send_by_session(
    session: requests.Session, request: Request, auth: object, timeout: tuple[float, float], max_bytes: int
) -> Response:
    """Send by the session's own ``request()``, which may add to it what it likes, within both times together."""

    def send(call: _BoundedCall) -> Response:
        answer = call.answer = session.request(
            request.method,
            request.url,
            headers=dict(request.headers.pairs()),
            data=request.body,
            auth=_SessionAuth(session, request, auth),
            timeout=timeout,
            stream=True,
            allow_redirects=False,
        )
        return _received(answer, request, max_bytes)

    response: Response = _BoundedCall(request).run(lambda call: _translated(send, call, request), sum(timeout))
    if response.chunks is None:
        return response
    return response._replace(chunks=_BoundedChunks(response.chunks, request, timeout[1]))


def _translated(send: Callable[[_BoundedCall], Response], call: _BoundedCall, request: Request) -> Response:
    try:
        return send(call)
    except DynclientError:
        raise
    except FOREIGN_ERRORS as error:
        raise _error(error, request) from None


class _SessionAuth:
    """The auth that applies, and the URL as it was written, which requests would write in another way."""

    def __init__(self, session: requests.Session, request: Request, auth: Any) -> None:
        if auth is None and "authorization" not in request.headers:
            auth = session.auth or (get_netrc_auth(request.url) if session.trust_env else None)
        self._auth = HTTPBasicAuth(*auth) if isinstance(auth, tuple) else auth
        self._url = None if session.params else request.url

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.url = self._url or prepared.url
        return self._auth(prepared) if self._auth is not None else prepared


class _BoundedCall:
    """Work in a thread of its own that is waited for only so long."""

    def __init__(self, request: Request) -> None:
        self.answer: Any = None
        self._request = request
        self._outcome: list[Any] = []
        self._end = threading.Event()

    def run(self, work: Callable[[_BoundedCall], Any], seconds: float) -> Any:
        """What the work returns or raises.

        Raises:
            TimedOut: it has not ended in time.
        """
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._work, work), name="dynclient-session", daemon=True).start()
        if not self._end.wait(seconds):
            shutdown = getattr(getattr(self.answer, "raw", None), "shutdown", None)
            if shutdown is not None:  # urllib3 2.3 and newer: the thread ends at once
                with contextlib.suppress(OSError, ValueError, RuntimeError):  # it has ended by itself
                    shutdown()
            raise failure(failures.SLOW, self._request)
        succeeded, outcome = self._outcome
        if succeeded:
            return outcome
        raise outcome

    def _work(self, work: Callable[[_BoundedCall], Any]) -> None:
        try:
            self._outcome += [True, work(self)]
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            self._outcome += [False, error]
        self._end.set()


class _BoundedChunks:
    """Chunks of a given session, each of which is waited for only so long."""

    def __init__(self, chunks: Iterator[bytes], request: Request, seconds: float) -> None:
        self.max_bytes = getattr(chunks, "max_bytes", None)
        self._chunks, self._request, self._seconds = chunks, request, seconds

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        chunk = _BoundedCall(self._request).run(lambda _: next(self._chunks, None), self._seconds)
        if chunk is None:
            raise StopIteration
        return chunk  # type: ignore[no-any-return]

    def close(self) -> None:
        """Stop reading."""
        self._chunks.close()  # type: ignore[attr-defined]


# --- answers and errors of requests --------------------------------------------------------------


def _received(answer: requests.Response, request: Request, max_bytes: int) -> Response:
    """The Response of requests' answer."""
    raw = answer.raw
    if hasattr(raw, "stream") and hasattr(raw, "headers") and not raw.closed:
        response = receive(raw, request, max_bytes)
        return response._replace(status=answer.status_code)
    try:
        body = answer.content  # a hook has read it, or an adapter of another kind brings it whole
    except FOREIGN_ERRORS as error:
        raise _error(error, request, header_received=True) from None
    headers = Headers(answer.headers.items())
    if request.stream:
        return Response(answer.status_code, headers, b"", request.url, _WholeChunk(body))
    return Response(answer.status_code, headers, body, request.url)


class _WholeChunk:
    """A body that is here, as chunks."""

    def __init__(self, body: bytes) -> None:
        self._parts = iter([body] if body else [])

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        """Read no further."""
        self._parts = iter(())


def _error(
    error: BaseException, request: Request, *, header_received: bool = False, request_sent: bool = True
) -> DynclientError:
    """Our exception for one that came through requests."""
    kinds = (exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema)
    if isinstance(error, kinds):
        return InvalidRequest(f"{request_line(request)}: the URL cannot be used; nothing was sent")
    if type(error) is OSError and "invalid path" in str(error):  # how requests says it
        return ArgumentError(
            f"{request_line(request)}: verify or cert names a file that is not there; nothing was sent"
        )
    return to_error(error, request, header_received=header_received, request_sent=request_sent)
