"""Connections of urllib3 whose answers are read by one deadline, kept in pools by the place where they lead.

Built on what urllib3 and http.client offer to subclasses: ``PoolManager.pool_classes_by_scheme``, a pool's
``ConnectionCls``, and a connection's ``connect``, ``putrequest``, ``getresponse`` and ``sock``. What replaces
connection classes, as vcrpy does, still finds the place.

Imported in functions: ``http.cookiejar`` and ``urllib.request``, for the few servers that set cookies;
``urllib3.contrib.socks``, which needs PySocks.
"""

from __future__ import annotations

import io
import logging
import math
import os
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import urllib3
from urllib3.util import make_headers

from ..errors import ArgumentError, DynclientError
from .body import receive
from .header import header_fields
from .masking import masked_url
from .proxies import proxy_for
from .settings import tls_context
from .urllib3_errors import FOREIGN_ERRORS, to_error

if TYPE_CHECKING:
    import socket
    import ssl
    import urllib.request
    from collections.abc import Iterable, Mapping

    import requests
    from _typeshed import WriteableBuffer

    from .messages import Request, Response
    from .settings import Settings
    from .transport_base import Attempts

__all__ = ["Connections", "call_state"]

_MOST_POOLS: Final = 1000
_ONCE: Final = urllib3.Retry(total=False, redirect=False)


class _CallState(threading.local):
    """What the connection in use by a thread tells the transport above it."""

    is_written = True  #: whether something of the request may have been written to the wire
    secret: Iterable[str] | None = None  #: names of secret query parameters, while a request is under way


call_state = _CallState()


class DeadlineReader(io.RawIOBase):
    """A socket's incoming side that ends when the time for the whole answer is up, not for one packet."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._raw, self._seconds = sock, sock.makefile("rb", buffering=0), sock.gettimeout()
        self._end = math.inf if self._seconds is None else time.monotonic() + self._seconds
        self._is_empty = True
        self.in_header = True

    def readable(self) -> bool:
        """What a buffer asks of its source."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Wait for bytes until the deadline."""
        if not self._is_empty and self._end < math.inf:  # for the first read the socket has all of the time
            seconds = self._end - time.monotonic()
            if seconds <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(seconds)
        size = self._raw.readinto(buffer)
        if size:
            self._is_empty = False
        elif self.in_header and not self._is_empty:  # http.client would take this for a header without fields
            raise ConnectionResetError("closed within the header")
        return size

    def renew(self) -> None:
        """From here on give each packet the whole time."""
        if self._end < math.inf:
            self._end = math.inf
            self._sock.settimeout(self._seconds)

    def close(self) -> None:
        """Give the socket back."""
        self._raw.close()
        super().close()


class _DeadlineSocket:
    """A socket from which http.client reads by a deadline; all else is the socket's own."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.reader: DeadlineReader | None = None

        self.fileno, self.settimeout = sock.fileno, sock.settimeout  # asked for at each request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *_: object) -> io.BufferedReader:
        """The incoming side of one answer; its time begins now."""
        self.reader = DeadlineReader(self._sock)
        return io.BufferedReader(self.reader)

    def sendall(self, *args: Any) -> None:
        """Send, and note it."""
        call_state.is_written = True
        self._sock.sendall(*args)


class _DeadlineConnection:
    """What a connection class of urllib3 is made into."""

    reader: DeadlineReader | None = None

    @property
    def sock(self) -> Any:
        return self.__dict__.get("sock")

    @sock.setter
    def sock(self, sock: Any) -> None:
        is_plain = sock is not None and not isinstance(sock, _DeadlineSocket)
        self.__dict__["sock"] = _DeadlineSocket(sock) if is_plain else sock

    def connect(self) -> None:
        call_state.is_written = False
        super().connect()  # type: ignore[misc]
        call_state.is_written = False  # what a proxy was asked is not the request

    def putrequest(self, *args: object, **kwargs: Any) -> Any:
        call_state.is_written = False
        return super().putrequest(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self, *args: object, **kwargs: Any) -> Any:
        sock = self.sock
        response = super().getresponse(*args, **kwargs)  # type: ignore[misc]
        self.reader = sock.reader
        sock.reader.in_header = False
        return response


class _DeadlinePool:
    """What a pool class of urllib3 is made into."""

    @property
    def ConnectionCls(self) -> Any:  # noqa: N802 - urllib3's name
        kind = super().ConnectionCls  # type: ignore[misc]
        return _connection_class(kind) if kind.__module__.startswith("urllib3.") else kind


@cache
def _connection_class(kind: type) -> type:
    return type(kind.__name__, (_DeadlineConnection, kind), {})


@cache
def _pool_class(kind: type) -> type:
    return type(kind.__name__, (_DeadlinePool, kind), {})


class Connections:
    """The connections and cookies of a transport in one process."""

    def __init__(self, settings: Settings, timeout: tuple[float, float]) -> None:
        self.pid = os.getpid()
        self.seconds = timeout
        self.timeout = self.urllib3_timeout(timeout)
        self.session: requests.Session | None = None  # a requests.Session that sends by these, once one is wanted
        self.cookies: Any = None  # an http.cookiejar.CookieJar, once a server has set one
        self._settings = settings
        self._tls: ssl.SSLContext | None = None
        self._managers: dict[str | None, urllib3.PoolManager] = {}
        self._routes: dict[str, tuple[urllib3.HTTPConnectionPool, bool]] = {}
        _hide_queries()

    @staticmethod
    def urllib3_timeout(seconds: tuple[float, float]) -> urllib3.Timeout:
        """Seconds to connect and to answer, as urllib3 has them."""
        return urllib3.Timeout(connect=seconds[0], read=seconds[1])

    @property
    def is_written(self) -> bool:
        """Whether something of the last request of this thread may have been written to the wire."""
        return call_state.is_written

    def close(self) -> None:
        """Close all that are not in use."""
        self._routes.clear()
        managers, self._managers = self._managers, {}
        for manager in managers.values():
            manager.clear()

    def send(
        self, request: Request, attempts: Attempts, timeout: urllib3.Timeout | None, user_agent: str, max_bytes: int
    ) -> Response:
        """Send a request once and receive its answer.

        Raises:
            TransportError: no usable answer came.
        """
        try:  # no name for the header fields: a debugger that shows locals would show the credentials
            answer = self.open(request, attempts.origin, attempts.target, header_fields(request, user_agent), timeout)
        except DynclientError:
            raise
        except FOREIGN_ERRORS as error:
            raise to_error(error, request, request_sent=self.is_written) from None
        return receive(answer, request, max_bytes)

    def open(
        self,
        request: Request,
        origin: str,
        target: str,
        fields: Mapping[str, Any],
        timeout: urllib3.Timeout | None = None,
    ) -> Any:
        """Send and return urllib3's response as soon as its header is there; nothing is decoded.

        Args:
            request: for method, body, URL and the names of its secrets.
            origin: scheme and authority of its URL.
            target: the rest of it.
            fields: the header as it is sent.
            timeout: another than that of the transport.
        """
        route = self._routes.get(origin)
        pool, is_forwarded = route if route is not None else self._route(origin)
        if self.cookies is not None:
            fields = self._with_cookies(request, fields)
        call_state.is_written, call_state.secret = True, request.secret
        try:
            response = pool.urlopen(
                request.method,
                origin + target if is_forwarded else target,
                request.body,
                fields,
                retries=_ONCE,
                redirect=False,
                assert_same_host=False,
                timeout=timeout or self.timeout,
                preload_content=False,
                decode_content=False,
                enforce_content_length=True,
            )
        finally:
            call_state.secret = None
        if "set-cookie" in response.headers:
            self.cookie_jar().extract_cookies(response, _cookie_request(request.url))
        return response

    # --- where it goes ---

    def _route(self, origin: str) -> tuple[urllib3.HTTPConnectionPool, bool]:
        """The pool for an origin, and whether it is a proxy's that takes whole URLs."""
        scheme, host, port = _parts(origin)
        settings = self._settings
        proxy = proxy_for(scheme, host, port, settings.proxies, trust_env=settings.trust_env)
        if len(self._routes) >= _MOST_POOLS:
            self.close()
        more = {}
        if scheme == "https" or (proxy or "").lower().startswith("https:"):
            if self._tls is None:
                self._tls = tls_context(settings)
                if not hasattr(urllib3, "BaseHTTPResponse"):  # 1.26, which compares host names by itself, addresses too
                    self._tls.check_hostname = False
            more["ssl_context"] = self._tls
        pool = self._manager(proxy).connection_from_host(host, port, scheme, more)
        is_forwarded = scheme == "http" and proxy is not None and not proxy.lower().startswith("socks")
        route = self._routes[origin] = pool, is_forwarded
        return route

    def _manager(self, proxy: str | None) -> urllib3.PoolManager:
        manager = self._managers.get(proxy)
        if manager is None:
            manager = self._managers[proxy] = _new_manager(proxy, self._tls)
        return manager

    # --- cookies ---

    def cookie_jar(self) -> Any:
        """The jar; made when the first cookie comes."""
        if self.cookies is None:
            from http.cookiejar import CookieJar  # few servers set cookies

            self.cookies = CookieJar()
        return self.cookies

    def _with_cookies(self, request: Request, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        if "cookie" in request.headers:
            return fields
        question = _cookie_request(request.url)
        self.cookies.add_cookie_header(question)
        cookie = question.get_header("Cookie")
        return {**fields, "Cookie": cookie} if cookie else fields


def _cookie_request(url: str) -> urllib.request.Request:
    import urllib.request  # with cookies only

    return urllib.request.Request(url)  # noqa: S310 - it is asked for its host and path, not opened


def _parts(origin: str) -> tuple[str, str, int | None]:
    """Scheme, host and port.

    Raises:
        urllib3.exceptions.LocationParseError: there is no such host or port.
    """
    url = urllib3.util.parse_url(origin)
    return str(url.scheme), str(url.host or ""), url.port


def _new_manager(proxy: str | None, tls: ssl.SSLContext | None) -> urllib3.PoolManager:
    """A manager of pools that read by a deadline, directly or through a proxy.

    Raises:
        ArgumentError: the proxy is of a kind that is not known, or not without a further package.
    """
    sizes: dict[str, Any] = {"num_pools": 2 * _MOST_POOLS, "maxsize": 100}
    manager: urllib3.PoolManager
    if proxy is None:
        manager = urllib3.PoolManager(**sizes)
    elif proxy.lower().startswith("socks"):
        try:
            from urllib3.contrib.socks import SOCKSProxyManager  # needs PySocks
        except ImportError:
            raise ArgumentError("a SOCKS proxy needs PySocks: pip install PySocks") from None
        manager = SOCKSProxyManager(proxy, **sizes)
    else:
        url = urllib3.util.parse_url(proxy)
        if url.scheme not in {"http", "https"}:
            raise ArgumentError("a proxy's URL starts with http://, https:// or socks5://; nothing was sent")
        fields = make_headers(proxy_basic_auth=unquote(url.auth)) if url.auth else None
        if url.scheme == "https":
            sizes["proxy_ssl_context"] = tls
        manager = urllib3.ProxyManager(proxy, proxy_headers=fields, **sizes)
    manager.pool_classes_by_scheme = {
        scheme: _pool_class(kind) for scheme, kind in manager.pool_classes_by_scheme.items()
    }
    return manager


# --- what urllib3 writes to its log --------------------------------------------------------------


class _HideQueries(logging.Filter):
    """urllib3 logs the target of each request at DEBUG: what is secret in the query of one of ours is hidden."""

    def filter(self, record: logging.LogRecord) -> bool:
        if call_state.secret is not None and isinstance(record.args, tuple):
            record.args = tuple(
                masked_url(arg, call_state.secret) if isinstance(arg, str) and "?" in arg else arg
                for arg in record.args
            )
        return True


@cache
def _hide_queries() -> None:
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        logging.getLogger(name).addFilter(_HideQueries())
