"""Many calls at once, in order, with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import ArgumentError, DynclientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

__all__ = ["Outcome", "each"]

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

    An argument is a mapping (keywords), a tuple (positions) or one positional value. Arguments are drawn as outcomes
    are taken, four per worker ahead; what is not taken any more is cancelled.

    Raises:
        ArgumentError: fewer than one worker.
    """
    if workers < 1:
        raise ArgumentError("workers: at least 1 is wanted")
    return _each(call, iter(arguments), workers)


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
    if isinstance(argument, Mapping):
        return call(**argument)
    return call(*argument) if isinstance(argument, tuple) else call(argument)


def _outcome(argument: Any, future: Future[Any]) -> Outcome:
    try:
        return Outcome(argument, future.result(), None)
    except DynclientError as error:
        return Outcome(argument, None, error)
