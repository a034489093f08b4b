"""Many calls at once, in order, with bounded memory: on threads, or awaited.

Imported in functions: ``asyncio``, which threads do without.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError, DynclientError
from ..schema.models import Model

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

__all__ = ["Outcome", "aeach", "each"]

_AHEAD = 4  # calls begun per worker before the first of them is taken


class Outcome(NamedTuple):
    """What became of one call: its argument as given, and the result or the error."""

    argument: object
    result: Any
    error: DynclientError | None

    def get(self) -> Any:
        """The result; raises the error if there is one."""
        if self.error is not None:
            raise self.error
        return self.result


def each(
    call: Callable[..., Any],
    arguments: Iterable[object],
    workers: int = 8,
    *,
    executor: Executor | None = None,
    rate: float | None = None,
    common: Mapping[str, object] | None = None,
) -> Iterator[Outcome]:
    """Call once for each argument on so many threads; outcomes come in the order of the arguments, lazily.

    An argument is a tuple (positions), a mapping (keywords) or one positional value, which a model is too. Arguments
    are drawn as outcomes are taken, four per worker ahead; what is not taken any more is not begun. An error that is
    none of dynclient's is raised when its turn comes.

    Args:
        call: what to call; for an executor of processes or of other machines it goes there in a pickle.
        arguments: one for each call.
        workers: calls at once; with an executor, a quarter of those that are begun ahead.
        executor: any ``concurrent.futures.Executor``; it is not shut down. Threads of its own by default.
        rate: calls begun in a second, at most.
        common: keywords of every call.

    Raises:
        ArgumentError: fewer than one worker, or no rate.
    """
    _check(workers, rate)
    return _each(_Shared(call, dict(common or {})), iter(arguments), workers, executor, rate)


def aeach(
    call: Callable[..., Awaitable[Any]],
    arguments: Iterable[object],
    workers: int = 8,
    *,
    rate: float | None = None,
    common: Mapping[str, object] | None = None,
) -> AsyncIterator[Outcome]:
    """As ``each``, so many calls awaited at once; what is not taken any more is cancelled."""
    _check(workers, rate)
    return _aeach(_Shared(call, dict(common or {})), iter(arguments), workers, rate)


def _check(workers: int, rate: float | None) -> None:
    if workers < 1:
        raise ArgumentError("workers: at least 1 is wanted")
    if rate is not None and not rate > 0:
        raise ArgumentError("rate: calls a second, more than 0")


class _Shared:
    """A call with the keywords that all have; a pickle where it goes to other processes."""

    def __init__(self, call: Callable[..., Any], common: dict[str, object]) -> None:
        self.call = call
        self.common = common

    def __call__(self, argument: object) -> Any:
        if isinstance(argument, Mapping) and not isinstance(argument, Model):
            return self.call(**{**self.common, **argument})
        positions = argument if isinstance(argument, tuple) else (argument,)
        return self.call(*positions, **self.common)


class _Pace:
    """When the next call may begin, so that no more than a rate begin in a second."""

    def __init__(self, rate: float | None) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0

    def wait(self) -> float:
        """Seconds to wait before the next call."""
        now = time.monotonic()
        begin = max(now, self._next)
        self._next = begin + self._interval
        return begin - now


async def _aeach(call: _Shared, arguments: Iterator[Any], workers: int, rate: float | None) -> AsyncIterator[Outcome]:
    import asyncio

    turns, pace = asyncio.Semaphore(workers), _Pace(rate)

    async def in_turn(argument: object) -> Any:
        async with turns:
            await asyncio.sleep(pace.wait())
            return await call(argument)

    pending: deque[tuple[Any, asyncio.Task[Any]]] = deque()
    try:
        for argument in arguments:
            pending.append((argument, asyncio.create_task(in_turn(argument))))
            if len(pending) >= workers * _AHEAD:
                yield await _next_outcome(pending)
        while pending:
            yield await _next_outcome(pending)
    finally:
        for _, task in pending:
            task.cancel()
        await asyncio.gather(*(task for _, task in pending), return_exceptions=True)


async def _next_outcome(pending: deque[tuple[Any, asyncio.Task[Any]]]) -> Outcome:
    """The outcome of the first call begun, which is struck off when it is there."""
    argument, task = pending[0]
    try:
        outcome = Outcome(argument, await task, None)
    except DynclientError as error:
        outcome = Outcome(argument, None, error)
    pending.popleft()
    return outcome


def _each(
    call: _Shared, arguments: Iterator[Any], workers: int, executor: Executor | None, rate: float | None
) -> Iterator[Outcome]:
    pending: deque[tuple[Any, Future[Any]]] = deque()
    pace = _Pace(rate)
    pool = executor if executor is not None else ThreadPoolExecutor(workers, thread_name_prefix="dynclient")
    ahead = workers * _AHEAD if rate is None else workers  # what waits in a queue would begin all at once
    try:
        for argument in arguments:
            time.sleep(pace.wait())
            pending.append((argument, pool.submit(call, argument)))
            if len(pending) >= ahead:
                yield _outcome(*pending.popleft())
        while pending:
            yield _outcome(*pending.popleft())
    finally:
        for _, future in pending:
            future.cancel()
        if executor is None:
            pool.shutdown(wait=True, cancel_futures=True)


def _outcome(argument: object, future: Future[Any]) -> Outcome:
    try:
        return Outcome(argument, future.result(), None)
    except DynclientError as error:
        return Outcome(argument, None, error)
