"""When a request is sent again, how long to wait before it, and how many are sent in a second.

Imported in functions: ``random``, for a call that is sent again; ``email.utils``, for a server that says when.
"""

from __future__ import annotations

import math
import re
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from ..errors import ArgumentError, TransportError

if TYPE_CHECKING:
    from collections.abc import Collection

    from .messages import Request, Response

__all__ = ["Pace", "Retry", "retry_after_seconds"]

_REFUSED: Final = frozenset({429, 503})  # answers of a server that did not begin with the request
_IDEMPOTENT: Final = frozenset({"PUT", "DELETE"})  # twice leaves what once leaves, but the second answer may differ


class Retry(NamedTuple):
    """When to send again, and how long to wait before it.

    A request that certainly did not reach the server is sent again whatever its method.

    Attributes:
        total: how many times at most a request is sent again.
        backoff: seconds before the first repetition; doubled for each one after it, less a random
            part of up to a half, so that many clients do not come back together.
        statuses: answers that ask for another attempt. 429 and 503 are refusals, after which PUT and DELETE are
            sent again too (RFC 9110 §9.2.2).
        methods: requests that may be sent again though the first one may have been carried out: after a lost
            answer, and after 502 and 504. A repeated DELETE may report NotFound for a deletion that worked.
        max_wait: seconds; a ``Retry-After`` beyond them ends the call with the server's answer.
    """

    total: int = 3
    backoff: float = 0.5
    statuses: Collection[int] = (429, 502, 503, 504)
    methods: Collection[str] = ("GET", "HEAD", "OPTIONS")
    max_wait: float = 60.0

    def wait(self, attempt: int, retry_after: str | None = None) -> float | None:
        """Seconds to wait before attempt 1, 2, …; None when the server asks for more than ``max_wait``."""
        import random  # only for a call that goes wrong

        seconds = retry_after_seconds(retry_after)
        if seconds is not None:
            return max(seconds, 0.0) if seconds <= self.max_wait else None
        seconds = self.backoff * 2.0 ** min(attempt - 1, 30) * random.uniform(0.5, 1)  # noqa: S311 - spreading, not hiding
        return min(seconds, self.max_wait)

    def pause(self, request: Request, outcome: Response | TransportError, repeated: int) -> float | None:
        """Seconds to wait before the request is sent once more; None when the outcome stands.

        Args:
            request: what was sent.
            outcome: the answer, or why there is none.
            repeated: how many times it has been sent again already.
        """
        if repeated >= self.total:
            return None
        if isinstance(outcome, TransportError):
            again = outcome.retryable and (request.method in self.methods or not outcome.request_sent)
            return self.wait(repeated + 1) if again else None
        refused = outcome.status in _REFUSED and request.method in _IDEMPOTENT
        again = outcome.status in self.statuses and (refused or request.method in self.methods)
        return self.wait(repeated + 1, outcome.headers.get("retry-after")) if again else None


def retry_after_seconds(field: str | None) -> float | None:
    """A ``Retry-After`` field in seconds from now: a number or an HTTP date; None when it is neither."""
    if not field:
        return None
    from email.utils import parsedate_to_datetime  # only for a server that asks

    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", field.strip()):
        return float(field)
    try:
        return parsedate_to_datetime(field).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None


class Pace:
    """Evenly spaced turns, shared by all threads of a process.

    Args:
        rate: requests a second; None for as many as come. After a ``Retry-After`` nobody has a turn before its end.

    Raises:
        ArgumentError: it is no number above zero.
    """

    def __init__(self, rate: float | None = None) -> None:
        if rate is not None and not 0 < rate < math.inf:
            raise ArgumentError("rate takes a number above zero: requests a second")
        self._gap = 1 / rate if rate is not None else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def turn(self) -> float:
        """Take the next turn; seconds until it comes."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._gap
        return start - now

    def hold(self, seconds: float) -> None:
        """Let nobody have a turn for so long."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
