"""Send a Request, return a Response: one session, few steps per call, bounded time and memory.

The only module that imports ``requests``, when it is first used. Of what ``Session.get`` does for
each call, this reads the environment once per origin and prepares nothing that a Request already
says; the bytes of its URL and body go out as they are. Redirects are answers, never followed.
"""

from __future__ import annotations

import io
import math
import os
import re
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from ..errors import (
    ArgumentError,
    BrokenResponse,
    DynclientError,
    InvalidRequest,
    ResponseTooLarge,
    TimedOut,
    TransportError,
    Unreachable,
)
from .masking import bare_url
from .messages import Headers, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import requests
    from typing_extensions import Self

__all__ = ["Retry", "Sender", "Transport"]

_CHUNK = 64 * 1024  # bytes asked for at once where the size of a body is not known to be small
_SMALL = 1024 * 1024  # a body that says it is no longer than this is read in one go
_URL = re.compile(r"(https?://[^/?#\\\s]+)((?:[/?][^#\s]*)?)(?:#.*)?", re.IGNORECASE)
_FIELDS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\r\n\0]*\n)*")
_LIMIT = "Transport(timeout=…) says how long it may take"


class Sender(Protocol):
    """What a client needs of a transport; anything that has it is one."""

    def send(self, request: Request, auth: object | None = None) -> Response:
        """Send the request and return the answer, or raise a ``TransportError``."""


class Retry(NamedTuple):
    """When to send again, and how long to wait before it.

    Attributes:
        total: how many times at most a request is sent again.
        backoff: seconds before the first repetition; doubled for each one after it, less a random
            part of up to a half, so that many clients do not come back together.
        statuses: answers that ask for another attempt.
        methods: requests that may be sent twice, because twice is the same as once (RFC 9110
            §9.2.2). Any other is repeated only when it certainly did not reach the server.
        max_wait: the longest wait in seconds, whatever a ``Retry-After`` asks for.
    """

    total: int = 3
    backoff: float = 0.5
    statuses: Collection[int] = (429, 502, 503, 504)
    methods: Collection[str] = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
    max_wait: float = 60.0

    def wait(self, attempt: int, retry_after: str | None = None) -> float:
        """Seconds to wait before attempt 1, 2, …, with what the server asked for, if it did."""
        import random  # only for a call that goes wrong

        seconds = _seconds(retry_after) if retry_after else None
        if seconds is None:
            seconds = self.backoff * 2 ** min(attempt - 1, 30) * random.uniform(0.5, 1)  # noqa: S311 - spreading, not hiding
        return min(max(seconds, 0.0), self.max_wait)

    def after(self, request: Request, came: Response | TransportError, repeated: int) -> float | None:
        """Seconds to wait before the request is sent once more; None when what came is the end of it.

        Args:
            request: what was sent.
            came: the answer, or why there is none.
            repeated: how many times it has been sent again already.
        """
        safe = request.method in self.methods
        if repeated >= self.total:
            return None
        if isinstance(came, TransportError):
            again = getattr(came, "passing", False) and (safe or not came.request_sent)
            return self.wait(repeated + 1) if again else None
        again = safe and came.status in self.statuses
        return self.wait(repeated + 1, came.headers.get("retry-after")) if again else None


def _seconds(retry_after: str) -> float | None:
    """A ``Retry-After`` field in seconds from now: a number or an HTTP date; None when it is neither."""
    from email.utils import parsedate_to_datetime  # only for a server that asks

    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", retry_after.strip()):
        return float(retry_after)
    try:
        return parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None


class Transport:
    """HTTP by ``requests``, with time and memory bounded. Safe to share between threads.

    Args:
        timeout: seconds to connect and seconds to answer, or one number for both. The second one
            bounds header and body together; of a streamed answer, each wait for more of it.
        verify: check the server's certificate; a path names a CA bundle.
        cert: client certificate, a path or (certificate, key).
        proxies: as in requests (``{"https": "http://proxy:3128"}``); they go before the environment's.
        retries: a number or a ``Retry``.
        max_bytes: the longest body taken, counted after decompression; streams are not counted.
        session: a ``requests.Session`` to use as it is, with its adapters, headers, cookies, proxies, hooks
            and auth (unless the request has an Authorization field); it is not closed by ``close``.
        trust_env: take proxies and the CA bundle from the environment, read once per origin.
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
        session: requests.Session | None = None,
        trust_env: bool = True,
    ) -> None:
        self.timeout = seconds_of(timeout)
        self.retries = retries if isinstance(retries, Retry) else Retry(total=retries)
        self.max_bytes = max_bytes
        self.settings: tuple[Any, Any, dict[str, str], bool] = (verify, cert, dict(proxies or {}), trust_env)
        self._given = session
        self._own: _Own | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Transport timeout={self.timeout} retries={self.retries.total} max_bytes={self.max_bytes}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of the transport's own session; the next call opens new ones."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            own.session.close()

    @property
    def session(self) -> requests.Session:
        """The session in use: the given one, or the own one, which holds the cookies of all calls."""
        return self._given if self._given is not None else self._ours().session

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
        origin, attempt = checked(request), 0
        while True:
            try:
                response = self._taken(request, self._answer(request, auth, origin))
            except TransportError as error:
                pause = self.retries.after(request, error, attempt)
                if pause is None:
                    raise
            else:
                pause = self.retries.after(request, response, attempt)
                if pause is None:
                    return response
                if response.chunks is not None:
                    response.chunks.close()  # type: ignore[attr-defined] # ours have it
            attempt += 1
            time.sleep(pause)

    def _answer(self, request: Request, auth: object | None, origin: str) -> Any:
        """Requests' response, or urllib3's where nothing of the former is needed."""
        try:
            if self._given is not None:
                return _by_given(self._given, request, auth, self.timeout)
            return self._ours().send(request, auth, origin)
        except DynclientError:
            raise
        except _foreign() as error:
            raise _error(error, request) from None  # their text holds the whole URL

    def _taken(self, request: Request, answer: Any) -> Response:
        """The answer with its body read, or its chunks ready."""
        status = getattr(answer, "status_code", None) or answer.status
        headers = Headers(answer.headers.items())
        chunks = _Chunks(answer, request)
        if request.stream:
            return Response(status, headers, b"", request.url, chunks)
        try:
            return Response(status, headers, self._whole(chunks, request, headers), request.url)
        except BaseException:
            chunks.close()
            raise

    def _whole(self, chunks: _Chunks, request: Request, headers: Headers) -> bytes:
        size = None if "content-encoding" in headers else chunks.length
        if size is not None and size <= min(_SMALL, self.max_bytes):
            return chunks.rest()
        end = time.monotonic() + self.timeout[1]
        parts: list[bytes] = []
        taken = size if size is not None and size > self.max_bytes else 0
        while taken <= self.max_bytes:
            part = next(chunks, None)
            if part is None:
                return b"".join(parts)
            if time.monotonic() > end:  # a given session has no clock on its socket
                raise failure(SLOW, request)
            taken += len(part)
            parts.append(part)
        raise too_large(request, self.max_bytes)

    def _ours(self) -> _Own:
        own = self._own
        if own is not None and own.pid == os.getpid():  # a fork must not share its parent's sockets
            return own
        with self._lock:
            if self._own is None or self._own.pid != os.getpid():
                self._own = _Own(self)
            return self._own


def _by_given(
    session: requests.Session, request: Request, auth: object | None, timeout: tuple[float, float]
) -> requests.Response:
    """A given session prepares and sends by its own rules; only the URL is kept as it was written."""
    import requests
    from requests.utils import get_netrc_auth

    fields = dict(request.headers.pairs())
    plain: Any = requests.Request(request.method, request.url, fields, data=request.body, auth=lambda same: same)
    prepared: Any = session.prepare_request(plain)
    if not session.params:
        prepared.url = request.url
    if auth is None and "authorization" not in request.headers:
        auth = session.auth or (get_netrc_auth(request.url) if session.trust_env else None)
    prepared.prepare_auth(auth, request.url)
    settings = session.merge_environment_settings(prepared.url, {}, stream=True, verify=None, cert=None)
    return session.send(prepared, timeout=timeout, allow_redirects=False, **settings)


class _Own:
    """A transport's own session and what is worked out once for it."""

    def __init__(self, of: Transport) -> None:
        import requests
        from urllib3.util import Timeout

        self.pid = os.getpid()
        self._seconds: Any = Timeout(connect=of.timeout[0], read=of.timeout[1])
        self._verify, self._cert, self._given, self._trust_env = of.settings
        if self._trust_env and self._verify is True:
            self._verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        adapter_class, self._bare = _wire()
        self._adapter = adapter_class(pool_connections=100, pool_maxsize=100)
        self.session = requests.Session()
        self.session.trust_env = False  # what the environment says is asked for here, once
        self.session.verify, self.session.cert = self._verify, self._cert
        self.session.mount("http://", self._adapter)
        self.session.mount("https://", self._adapter)
        self._routes: dict[str, dict[str, str]] = {}

    def send(self, request: Request, auth: object | None, origin: str) -> Any:
        """By ``Session.send`` for an auth object, whose hooks may send again; else straight by the adapter."""
        from requests import PreparedRequest, cookies
        from requests.structures import CaseInsensitiveDict

        jar: Any = self.session.cookies
        prepared: Any = self._bare() if auth is None else PreparedRequest()
        prepared.method, prepared.url, prepared.body = request.method, request.url, request.body
        fields = fields_of(request)
        prepared.headers = fields if auth is None else CaseInsensitiveDict(fields)
        if "cookie" not in request.headers and any(True for _ in jar):
            cookie = cookies.get_cookie_header(jar, prepared)  # type: ignore[no-untyped-call,unused-ignore]
            if cookie:
                prepared.headers["Cookie"] = cookie
        proxies = self._routes.get(origin)
        if proxies is None:
            proxies = self._routes[origin] = self._proxies(origin)
        if auth is None:
            raw = self._adapter.send(prepared, True, self._seconds, self._verify, self._cert, proxies)  # noqa: FBT003
            if "set-cookie" in raw.headers:
                cookies.extract_cookies_to_jar(jar, prepared, raw)  # type: ignore[no-untyped-call,unused-ignore]
            return raw
        prepared._cookies = jar  # noqa: SLF001 - Digest reads it when it answers a challenge
        prepared.prepare_auth(auth, request.url)
        return self.session.send(prepared, stream=True, timeout=self._seconds, allow_redirects=False, proxies=proxies)

    def _proxies(self, origin: str) -> dict[str, str]:
        import requests
        from requests.utils import resolve_proxies

        probe: Any = requests.PreparedRequest()
        probe.url = origin
        return resolve_proxies(probe, self._given, self._trust_env)  # type: ignore[no-any-return,unused-ignore]


class _Clock(io.RawIOBase):
    """A socket's incoming side that ends when the time for the whole answer is up, not for one packet."""

    def __init__(self, sock: Any) -> None:
        self._sock, self._raw, self._seconds = sock, sock.makefile("rb", buffering=0), sock.gettimeout()
        self._end = math.inf if self._seconds is None else time.monotonic() + self._seconds
        self._taken = 0
        self.heading = True  # whether the header is still being read

    def makefile(self, *_: object) -> io.BufferedReader:
        """What http.client asks of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """What a buffer asks of its source."""
        return True

    def readinto(self, buffer: Any) -> Any:
        """Wait for bytes until the end of the time."""
        if self._end < math.inf:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        size = self._raw.readinto(buffer)
        if size == 0 and self._taken and self.heading:  # http.client would take this for a header without fields
            raise ConnectionResetError("closed within the header")
        self._taken += size
        return size

    def for_each(self) -> None:
        """From here on give each packet the whole time."""
        if self._end < math.inf:
            self._end = math.inf
            self._sock.settimeout(self._seconds)

    def close(self) -> None:
        """Give the socket back."""
        self._raw.close()
        super().close()


@cache
def _answer_class() -> Any:
    """The http.client response that reads by a clock."""
    import http.client

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **named: Any) -> None:
            self.clock = _Clock(sock)
            super().__init__(cast("Any", self.clock), *args, **named)

        def begin(self) -> None:
            super().begin()
            self.clock.heading = False

    return Answer


@cache
def _wire() -> tuple[Any, Any]:
    """The adapter that keeps what does not change, and the kind of request that it answers with urllib3's response.

    Built of documented or long-standing joints only (``response_class``, ``pool_classes_by_scheme``, the adapter's
    own methods), so that what patches connections, as vcrpy does, still finds them.
    """
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter

    answer = _answer_class()

    class Timed(urllib3.HTTPConnectionPool):
        def _new_conn(self) -> Any:
            connection: Any = super()._new_conn()
            connection.response_class = answer
            return connection

    class TimedSecure(Timed, urllib3.HTTPSConnectionPool):
        pass

    pools = {"http": Timed, "https": TimedSecure}

    class Bare(requests.PreparedRequest):
        pass

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **named: Any) -> None:
            super().init_poolmanager(*args, **named)
            self.poolmanager.pool_classes_by_scheme = pools
            self.kept: dict[str, Any] = {}

        def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
            manager = super().proxy_manager_for(proxy, **named)
            manager.pool_classes_by_scheme = pools
            return manager

        def get_connection_with_tls_context(self, request: Any, *args: Any, **named: Any) -> Any:
            origin, _ = split(request.url)
            pool = self.kept.get(origin)
            if pool is None:
                pool = self.kept[origin] = super().get_connection_with_tls_context(request, *args, **named)
            return pool

        def request_url(self, request: Any, proxies: Any) -> Any:
            return super().request_url(request, proxies) if proxies else split(request.url)[1]

        def build_response(self, req: Any, resp: Any) -> Any:
            return resp if isinstance(req, Bare) else super().build_response(req, resp)

        def close(self) -> None:
            self.kept.clear()
            super().close()

    return Adapter, Bare


class _Chunks:
    """The body as it comes. Closing it gives the connection back; so does its end, and any error."""

    def __init__(self, answer: Any, request: Request) -> None:
        self._request = request
        self._raw = raw = getattr(answer, "raw", answer)
        self.length: int | None = None  # bytes still to come, where the server said how many
        if getattr(answer, "_content_consumed", False):  # a hook has read it
            self._read = iter([answer.content])
        elif hasattr(raw, "read1"):
            raw.decode_content = True
            self.length = getattr(raw, "length_remaining", None)
            self._read = iter(lambda: raw.read1(_CHUNK), b"")
        elif answer is raw:
            self._read = raw.stream(_CHUNK, decode_content=True)
        else:
            self._read = answer.iter_content(_CHUNK)
        if request.stream:
            clock = getattr(getattr(raw, "_original_response", None), "clock", None)
            if clock is not None:
                clock.for_each()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return self._guarded(lambda: next(self._read))

    def rest(self) -> bytes:
        """All of it at once."""
        return self._guarded(self._raw.read)

    def _guarded(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except _foreign() as error:
            self.close()
            raise _error(error, self._request, begun=True) from None

    def close(self) -> None:
        """Stop reading; what was not read is not waited for."""
        self._read = iter(())
        self._raw.close()


# --- what is sent --------------------------------------------------------------------------------


def seconds_of(timeout: float | tuple[float, float]) -> tuple[float, float]:
    """Seconds to connect and seconds to answer."""
    both: tuple[Any, ...] = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if len(both) != 2 or not all(isinstance(one, (int, float)) and 0 < one < math.inf for one in both):
        raise ArgumentError("timeout takes seconds above zero, or two of them: (to connect, to answer)")
    return float(both[0]), float(both[1])


def split(url: str) -> tuple[str, str]:
    """Scheme and authority, and what stands on the request line."""
    found = _URL.fullmatch(url)
    if found is None:
        raise InvalidRequest(f"{bare_url(url)!r} is no absolute http:// or https:// URL; nothing was sent")
    target = found[2]
    return found[1], target if target.startswith("/") else "/" + target


def checked(request: Request) -> str:
    """The origin of a request that can be written as HTTP."""
    if not _FIELDS.fullmatch("".join([f"{name}: {value}\n" for name, value in request.headers.pairs()])):
        raise InvalidRequest("a header field has a line break or a name that HTTP does not allow; nothing was sent")
    return split(request.url)[0]


def fields_of(request: Request) -> dict[str, Any]:
    """The header fields as they are sent."""
    given = request.headers
    fields: dict[str, Any] = {} if "user-agent" in given else {"User-Agent": "dynclient"}
    if "accept-encoding" not in given:
        # a server that compresses a stream holds it back
        fields["Accept-Encoding"] = "identity" if request.stream else "gzip, deflate"
    for name, value in given.pairs():
        # beyond Latin-1, which http.client writes, a field is bytes without a meaning of their own (RFC 9110 §5.5)
        fields[name] = value if value.isascii() else value.encode("latin-1" if max(value) <= "\xff" else "utf-8")
    if request.body is not None and "content-length" not in given:
        fields["Content-Length"] = str(len(request.body))
    return fields


# --- what went wrong -----------------------------------------------------------------------------


class Why(NamedTuple):
    """What an exception of the libraries below means here."""

    kind: type[TransportError]
    words: str
    sent: bool = True  # whether the server may have seen the request
    passing: bool = False  # whether another attempt may go better


UNTRUSTED = Why(Unreachable, "its certificate is not trusted; Transport(verify=…) takes a CA bundle", sent=False)
NO_PROXY = Why(Unreachable, "the proxy did not let it through", sent=False, passing=True)
UNHEARD = Why(Unreachable, "no connection; does the server run, and is its address right?", sent=False, passing=True)
SLOW_TO_CONNECT = Why(TimedOut, f"no connection in time; {_LIMIT}", sent=False)
SLOW = Why(TimedOut, f"no complete answer in time; {_LIMIT}")
CLOSED = Why(Unreachable, "the connection was closed before an answer came", passing=True)
CODING = Why(BrokenResponse, "the body is not in the coding that its Content-Encoding names")
NO_TLS = Why(Unreachable, "no TLS session; does the server speak https on this port?")
NO_HTTP = Why(BrokenResponse, "the answer is not HTTP")
FAILED = Why(Unreachable, "the connection failed")


def failure(why: Why, request: Request, said: str = "", *, begun: bool = False) -> TransportError:
    """Our exception; ``said`` is what the system had to say, ``begun`` that the header of the answer had come."""
    if begun and why.kind is Unreachable:
        ours: Any = BrokenResponse(f"{line_of(request)}: the answer is cut off")
    else:
        ours = why.kind(f"{line_of(request)}: {why.words}" + (f" ({said})" if said else ""), request_sent=why.sent)
    ours.passing = why.passing
    return ours  # type: ignore[no-any-return]


def too_large(request: Request, max_bytes: int) -> ResponseTooLarge:
    """Our exception for a body that goes on too long."""
    return ResponseTooLarge(
        f"{line_of(request)}: the body has more than {max_bytes} bytes; Transport(max_bytes=…) sets the limit"
    )


@cache
def _foreign() -> tuple[type[BaseException], ...]:
    """What the libraries below raise when a message cannot be sent or read; requests' own are OSErrors."""
    import http.client

    import urllib3

    return (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


@cache
def _reasons() -> tuple[tuple[tuple[type[BaseException], ...], Why], ...]:
    """The one table from their exceptions to ours; the first line that fits any link of the chain."""
    import http.client
    import ssl

    import requests.exceptions as above
    from urllib3 import exceptions as below

    return (
        ((ssl.SSLCertVerificationError,), UNTRUSTED),
        ((above.ProxyError,), NO_PROXY),
        ((below.NewConnectionError,), UNHEARD),
        ((above.ConnectTimeout,), SLOW_TO_CONNECT),
        ((below.ReadTimeoutError, TimeoutError), SLOW),
        ((http.client.IncompleteRead, ConnectionError), CLOSED),
        ((above.ContentDecodingError, below.DecodeError), CODING),
        ((ssl.SSLError,), NO_TLS),
        ((http.client.HTTPException, below.HTTPError), NO_HTTP),
        ((Exception,), FAILED),
    )


def line_of(request: Request) -> str:
    return f"{request.method} {bare_url(request.url)}"


def _error(error: BaseException, request: Request, *, begun: bool = False) -> Exception:
    """Our exception for theirs; ``begun`` when the header of the answer had come."""
    import requests.exceptions as above
    from urllib3.exceptions import LocationValueError

    if isinstance(error, (above.InvalidURL, above.InvalidSchema, LocationValueError)):
        return InvalidRequest(f"{line_of(request)}: the URL cannot be used; nothing was sent")
    if type(error) is OSError and "invalid path" in str(error):  # how requests says it
        return ArgumentError(f"{line_of(request)}: verify or cert names a file that is not there; nothing was sent")
    chain = [error]
    for link in chain:  # grows as it goes: they wrap each other as argument, reason or cause
        inner = (*link.args, getattr(link, "reason", None), link.__cause__)
        chain += [one for one in inner if isinstance(one, Exception) and one not in chain]
    why = next(why for kinds, why in _reasons() if any(isinstance(link, kinds) for link in chain))
    said = [link.strerror for link in chain if isinstance(link, OSError) and link.strerror]
    return failure(why, request, said[-1] if said else "", begun=begun)
