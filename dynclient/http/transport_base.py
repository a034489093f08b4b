"""What the blocking and the awaited transport have in common: settings, attempts, and what is told of each of them.

Imported in functions: ``logging``, which the HTTP library has loaded by the time a request is sent.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import ArgumentError, InsecureWarning, TransportError, warn
from .header import check_request
from .masking import bare_url, masked_url
from .messages import Exchange
from .retry import Pace, Retry, retry_after_seconds
from .settings import Settings, seconds_of

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping
    from os import PathLike

    from .messages import Request, Response

    Timeout = float | tuple[float | None, float | None]

__all__ = ["Attempts", "BaseTransport"]

_LOOPBACK = r"(?i)https?://(?:[^/@]*@)?(?:(?:[^/:@]*\.)?localhost|127\.[0-9.]+|\[::1\])(?::[0-9]*)?(?:[/?#]|$)"


SessionT = TypeVar("SessionT")


class BaseTransport(Generic[SessionT]):
    """The settings of a transport, which says what they mean."""

    def __init__(
        self,
        *,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        verify: bool | str | PathLike[str] = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        retries: int | Retry = Retry(),  # noqa: B008 - frozen
        max_bytes: int = 256 * 2**20,
        session: SessionT | None = None,
        trust_env: bool = True,
        insecure: bool = False,
        rate: float | None = None,
        on_exchange: Callable[[Exchange], object] | None = None,
        user_agent: str = "",
    ) -> None:
        self.timeout = seconds_of(timeout)
        self.retries = _retry(retries)
        self.max_bytes = max_bytes
        self.settings = Settings.of(verify, cert, proxies, trust_env)
        self.rate = rate
        self.on_exchange = on_exchange
        self.user_agent = user_agent
        self._session = session
        self._warns = not insecure
        # by process: a fork must not share its parent's sockets, nor a lock that another thread held
        self._paces: dict[int, Pace] = {os.getpid(): Pace(rate)} if rate is not None else {}
        self._processes: dict[int, Any] = {}

    def __getstate__(self) -> dict[str, object]:
        """The settings; connections, cookies and turns stay where they are."""
        names = (
            "timeout",
            "retries",
            "max_bytes",
            "settings",
            "rate",
            "on_exchange",
            "user_agent",
            "_session",
            "_warns",
        )
        return {name: self.__dict__[name] for name in names}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state, _paces={}, _processes={})

    @property
    def pace(self) -> Pace:
        """The turns of this process."""
        pace = self._paces.get(os.getpid())
        return pace if pace is not None else self._paces.setdefault(os.getpid(), Pace(self.rate))

    def attempts(
        self, request: Request, auth: object | None, timeout: Timeout | None, retries: int | Retry | None
    ) -> Attempts:
        """The sending of a request, once it is known that it can be written.

        Raises:
            ArgumentError: the request cannot be written as HTTP, or the timeout makes no sense.
        """
        origin, target = check_request(request)
        if self._warns and origin[4:5] == ":":
            self._warn_of_plain_http(request, auth)
        seconds = self.timeout
        if timeout is not None:
            connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
            pair = (connect if connect is not None else seconds[0], read if read is not None else seconds[1])
            seconds = seconds_of(pair)
        retry = self.retries if retries is None else _retry(retries)
        return Attempts(self, request, origin, target, seconds, retry)

    def _warn_of_plain_http(self, request: Request, auth: object | None) -> None:
        headers = request.headers
        if auth is None and not request.secret and "authorization" not in headers and "cookie" not in headers:
            return
        if re.match(_LOOPBACK, request.url) is None:
            self._warns = False
            warn(
                f"credentials go to {bare_url(request.url)} over plain http, where others can read them; "
                "use https, or say Transport(insecure=True)",
                InsecureWarning,
            )


def _retry(retries: int | Retry) -> Retry:
    if isinstance(retries, Retry):
        return retries
    if isinstance(retries, bool) or not isinstance(retries, int):
        raise ArgumentError("retries takes a number or a Retry")
    return Retry(total=retries)


class Attempts:
    """One request, sent once or more often; each outcome is told to the log and to ``on_exchange``.

    Attributes:
        origin: scheme and authority of the URL.
        target: the rest of it.
        timeout: seconds to connect and seconds to answer.
    """

    def __init__(
        self,
        transport: BaseTransport[Any],
        request: Request,
        origin: str,
        target: str,
        timeout: tuple[float, float],
        retry: Retry,
    ) -> None:
        self.origin, self.target, self.timeout = origin, target, timeout
        self._transport, self._request, self._retry = transport, request, retry
        self._number = 0
        self._started = 0.0

    def begin(self) -> float:
        """Begin an attempt; seconds to wait until it is its turn."""
        self._number += 1
        transport = self._transport
        if transport.rate is None and not transport._paces:  # noqa: SLF001 - of its own family
            self._started = time.perf_counter()
            return 0.0
        wait = transport.pace.turn()
        self._started = time.perf_counter() + wait
        return wait

    def end(self, outcome: Response | TransportError) -> float | None:
        """Tell the outcome; seconds to wait before the next attempt, or None when the outcome stands."""
        seconds = time.perf_counter() - self._started
        self._tell(outcome, seconds)
        pause = self._retry.pause(self._request, outcome, self._number - 1)
        if not isinstance(outcome, TransportError) and outcome.status == 429:
            delay = retry_after_seconds(outcome.headers.get("retry-after"))
            if delay is not None and 0 < delay <= self._retry.max_wait:
                self._transport.pace.hold(delay)  # for all threads: the server has asked for fewer requests
        if pause is not None:
            _log().info("%s: sent again in %.1f s", _line(self._request), pause)
        return pause

    def _tell(self, outcome: Response | TransportError, seconds: float) -> None:
        log, number = _log(), self._number
        error = outcome if isinstance(outcome, TransportError) else None
        response = None if isinstance(outcome, TransportError) else outcome
        if log.isEnabledFor(10):
            size = "streamed" if response is None or response.chunks is not None else f"{len(response.body)} bytes"
            what = f"{response.status}, {size}" if response is not None else type(error).__name__
            log.debug("%s: %s in %.0f ms, attempt %d", _line(self._request), what, seconds * 1000, number)
        hook = self._transport.on_exchange
        if hook is None:
            return
        try:
            hook(Exchange(self._request, response, error, seconds, number))
        except Exception:  # an answer to something that was done is not lost for it
            log.exception("on_exchange failed")


def _line(request: Request) -> str:
    return f"{request.method} {masked_url(request.url, request.secret)}"


def _log() -> logging.Logger:
    import logging  # urllib3 and httpx have loaded it by now; `import dynclient` does not

    return logging.getLogger("dynclient")
