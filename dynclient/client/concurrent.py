"""Many calls at once, in order, with bounded memory: on threads, or awaited."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError, DynclientError
from ..schema.models import Model

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
    from concurrent.futures import Future

__all__ = ["Outcome", "aeach", "each"]

_AHEAD = 4  # calls begun per worker before the first of them is taken


class Outcome(NamedTuple):
    """What became of one call: its argument as given, and the result or the error."""

    argument: Any
    result: Any
    error: DynclientError | None

    def get(self) -> Any:
        """The result; raises the error if there is one."""
        if self.error is not None:
            raise self.error
        return self.result


def each(call: Callable[..., Any], arguments: Iterable[Any], workers: int = 8) -> Iterator[Outcome]:
    """Call once for each argument on so many threads; outcomes come in the order of the arguments, lazily.

    An argument is a tuple (positions), a mapping (keywords) or one positional value, which a model is too. Arguments
    are drawn as outcomes are taken, four per worker ahead; what is not taken any more is not begun. An error that is
    none of dynclient's is raised when its turn comes.

    Raises:
        ArgumentError: fewer than one worker.
    """
    _check(workers)
    return _each(call, iter(arguments), workers)


def aeach(call: Callable[..., Awaitable[Any]], arguments: Iterable[Any], workers: int = 8) -> AsyncIterator[Outcome]:
    """As ``each``, so many calls awaited at once; what is not taken any more is cancelled."""
    _check(workers)
    return _aeach(call, iter(arguments), workers)


def _check(workers: int) -> None:
    if workers < 1:
        raise ArgumentError("workers: at least 1 is wanted")


async def _aeach(call: Callable[..., Awaitable[Any]], arguments: Iterator[Any], workers: int) -> AsyncIterator[Outcome]:
    import asyncio

    turns = asyncio.Semaphore(workers)

    async def in_turn(argument: Any) -> Any:
        async with turns:
            return await _one(call, argument)

    begun: deque[tuple[Any, asyncio.Task[Any]]] = deque()
    try:
        for argument in arguments:
            begun.append((argument, asyncio.create_task(in_turn(argument))))
            if len(begun) >= workers * _AHEAD:
                yield await _awaited(begun)
        while begun:
            yield await _awaited(begun)
    finally:
        for _, task in begun:
            task.cancel()
        await asyncio.gather(*(task for _, task in begun), return_exceptions=True)


async def _awaited(begun: deque[tuple[Any, asyncio.Task[Any]]]) -> Outcome:
    """The outcome of the first call begun, which is struck off when it is there."""
    argument, task = begun[0]
    try:
        made = Outcome(argument, await task, None)
    except DynclientError as error:
        made = Outcome(argument, None, error)
    begun.popleft()
    return made


def _each(call: Callable[..., Any], arguments: Iterator[Any], workers: int) -> Iterator[Outcome]:
    from concurrent.futures import ThreadPoolExecutor  # only for many calls

    begun: deque[tuple[Any, Future[Any]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="dynclient")
    try:
        for argument in arguments:
            begun.append((argument, pool.submit(_one, call, argument)))
            if len(begun) >= workers * _AHEAD:
                yield _outcome(*begun.popleft())
        while begun:
            yield _outcome(*begun.popleft())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one(call: Callable[..., Any], argument: Any) -> Any:
    if isinstance(argument, Mapping) and not isinstance(argument, Model):
        return call(**argument)
    return call(*argument) if isinstance(argument, tuple) else call(argument)


def _outcome(argument: Any, future: Future[Any]) -> Outcome:
    try:
        return Outcome(argument, future.result(), None)
    except DynclientError as error:
        return Outcome(argument, None, error)
