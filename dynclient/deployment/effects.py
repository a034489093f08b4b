"""What is done with a client in several calls, written once for the client that sends and the one that awaits.

It is written as steps that somebody else takes: a generator yields ``Ask``, ``Open``, ``Next`` and ``Pause``, gets what
came of each, or its error, and returns the result. A line for the caller it yields as text. ``done`` and ``take`` take
the steps one after the other, ``adone`` and ``atake`` await them; what was opened is closed with them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import DynclientError, TimedOut

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from ..http.streams import Lines

__all__ = ["END", "Ask", "Next", "Open", "Pause", "Steps", "adone", "atake", "done", "take"]


class Ask(NamedTuple):
    """Call an operation; its result comes back."""

    operation: str
    arguments: Mapping[str, Any]


class Open(NamedTuple):
    """Stream an operation; its lines come back."""

    operation: str
    arguments: Mapping[str, Any]


class Next(NamedTuple):
    """Take the next of the lines; ``END`` comes back after the last. Awaited, it is not waited for beyond ``until``."""

    lines: Lines
    until: float | None = None


class Pause(NamedTuple):
    """Wait so many seconds."""

    seconds: float


END: Any = object()
Steps = Generator[Any, Any, Any]  #: yields the steps, gets what came of each, and returns the result


class _Course:
    """Steps on their way: what the next one is, given what came of the one before."""

    def __init__(self, steps: Steps, result: list[Any]) -> None:
        self._steps = steps
        self._result = result  # gets what the steps return

    def on(self, came: Any = None) -> Any:
        """The step after one of which this came; None at the end."""
        return self._ended(lambda: self._steps.send(came))

    def failed(self, error: DynclientError) -> Any:
        """The step after one that failed."""
        return self._ended(lambda: self._steps.throw(error))

    def _ended(self, advance: Callable[[], Any]) -> Any:
        try:
            return advance()
        except StopIteration as end:
            self._result.append(end.value)
            return None

    def close(self) -> None:
        """No more of them."""
        self._steps.close()


def take(client: Any, steps: Steps, result: list[Any] | None = None) -> Iterator[str]:
    """Take the steps; the lines for the caller. ``result`` gets what they return."""
    course = _Course(steps, [] if result is None else result)
    opened: list[Lines] = []
    try:
        step = course.on()
        while step is not None:
            if isinstance(step, str):
                yield step
                step = course.on()
                continue
            try:
                came = _taken(client, step, opened)
            except DynclientError as error:
                step = course.failed(error)
            else:
                step = course.on(came)
    finally:
        course.close()
        for lines in opened:
            lines.close()


def _taken(client: Any, step: Any, opened: list[Lines]) -> Any:
    if isinstance(step, Ask):
        return client.call(step.operation, **step.arguments)
    if isinstance(step, Open):
        opened.append(client.operation(step.operation).stream(**step.arguments))
        return opened[-1]
    if isinstance(step, Next):
        return next(step.lines, END)
    return time.sleep(step.seconds)


def done(client: Any, steps: Steps) -> Any:
    """Take the steps; what they return."""
    result: list[Any] = []
    deque(take(client, steps, result), maxlen=0)
    return result[0]


async def atake(client: Any, steps: Steps, result: list[Any] | None = None) -> AsyncIterator[str]:
    """Await the steps; the lines for the caller. ``result`` gets what they return."""
    course = _Course(steps, [] if result is None else result)
    opened: list[Lines] = []
    try:
        step = course.on()
        while step is not None:
            if isinstance(step, str):
                yield step
                step = course.on()
                continue
            try:
                came = await _awaited(client, step, opened)
            except DynclientError as error:
                step = course.failed(error)
            else:
                step = course.on(came)
    finally:
        course.close()
        for lines in opened:
            await lines.aclose()


async def _awaited(client: Any, step: Any, opened: list[Lines]) -> Any:
    import asyncio

    if isinstance(step, Ask):
        return await client.call(step.operation, **step.arguments)
    if isinstance(step, Open):
        opened.append(client.operation(step.operation).stream(**step.arguments))
        return opened[-1]
    if isinstance(step, Next):
        left = None if step.until is None else max(0.0, step.until - time.monotonic())
        try:
            return await asyncio.wait_for(anext(step.lines, END), left)
        except asyncio.TimeoutError:
            raise TimedOut("nothing came in time") from None
    return await asyncio.sleep(step.seconds)


async def adone(client: Any, steps: Steps) -> Any:
    """Await the steps; what they return."""
    result: list[Any] = []
    async for _ in atake(client, steps, result):
        pass
    return result[0]
