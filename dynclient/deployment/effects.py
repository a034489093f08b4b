"""Generator-based steps that run blocking or awaited: what takes several calls is written once for both clients.

A generator yields what it wants done (``Call``, ``Stream``, ``NextItem``, ``Sleep``) and is sent the result of it, or
thrown the error; what it returns is the result of all. A ``str`` that it yields is a line for the caller.
``run_blocking`` and ``iterate`` do the steps one after the other, ``run_awaited`` and ``iterate_awaited`` await them;
every stream that was opened is closed at the end.

``asyncio`` is imported where something is awaited: it takes 30 ms, which a blocking client does without.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import DynclientError, TimedOut

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from ..client.asynchronous import Client as AsyncClient
    from ..client.sync import Client
    from ..http.streams import Lines

__all__ = [
    "END",
    "Call",
    "NextItem",
    "Sleep",
    "Steps",
    "Stream",
    "iterate",
    "iterate_awaited",
    "run_awaited",
    "run_blocking",
]


class Call(NamedTuple):
    """Call an operation; its result is sent back."""

    operation: str
    arguments: Mapping[str, Any]


class Stream(NamedTuple):
    """Open a stream of an operation's answer; the iterator over its items is sent back."""

    operation: str
    arguments: Mapping[str, Any]


class NextItem(NamedTuple):
    """Read the next item of a stream; ``END`` is sent back after the last.

    Attributes:
        stream: the items.
        until: ``time.monotonic`` beyond which an awaited item is not waited for.
    """

    stream: Lines
    until: float | None = None


class Sleep(NamedTuple):
    """Do nothing for so many seconds."""

    seconds: float


END = object()  #: what ``NextItem`` gives after the last item
Step = Call | Stream | NextItem | Sleep
#: yields steps and lines, is sent what the steps gave, and returns the result
Steps = Generator[Step | str, Any, Any]


def _advance(steps: Steps, value: Any, error: DynclientError | None, result: list[Any]) -> Step | str | None:
    """The next step, after what the last one gave or raised; None at the end, with what was returned in ``result``."""
    try:
        return steps.send(value) if error is None else steps.throw(error)
    except StopIteration as end:
        result.append(end.value)
        return None


# --- blocking --------------------------------------------------------------------------------------------------------


def run_blocking(client: Client, steps: Steps) -> Any:
    """Do the steps; what they return."""
    result: list[Any] = []
    deque(iterate(client, steps, result), maxlen=0)
    return result[0]


def iterate(client: Client, steps: Steps, result: list[Any] | None = None) -> Iterator[str]:
    """Do the steps; the lines for the caller, lazily. ``result`` gets what they return."""
    result = [] if result is None else result
    streams: list[Lines] = []
    try:
        step = _advance(steps, None, None, result)
        while step is not None:
            value, error = None, None
            if isinstance(step, str):
                yield step
            else:
                try:
                    value = _perform(client, step, streams)
                except DynclientError as caught:
                    error = caught
            step = _advance(steps, value, error, result)
    finally:
        steps.close()
        for stream in streams:
            stream.close()


def _perform(client: Client, step: Step, streams: list[Lines]) -> Any:
    if isinstance(step, Call):
        return client.call(step.operation, **step.arguments)
    if isinstance(step, Stream):
        streams.append(client.operation(step.operation).stream(**step.arguments))
        return streams[-1]
    if isinstance(step, NextItem):
        return next(step.stream, END)
    return time.sleep(step.seconds)


# --- awaited ---------------------------------------------------------------------------------------------------------


async def run_awaited(client: AsyncClient, steps: Steps) -> Any:
    """Await the steps; what they return."""
    result: list[Any] = []
    async for _ in iterate_awaited(client, steps, result):
        pass
    return result[0]


async def iterate_awaited(client: AsyncClient, steps: Steps, result: list[Any] | None = None) -> AsyncIterator[str]:
    """Await the steps; the lines for the caller, lazily. ``result`` gets what they return."""
    result = [] if result is None else result
    streams: list[Any] = []
    try:
        step = _advance(steps, None, None, result)
        while step is not None:
            value, error = None, None
            if isinstance(step, str):
                yield step
            else:
                try:
                    value = await _perform_awaited(client, step, streams)
                except DynclientError as caught:
                    error = caught
            step = _advance(steps, value, error, result)
    finally:
        steps.close()
        for stream in streams:
            await stream.aclose()


async def _perform_awaited(client: AsyncClient, step: Step, streams: list[Any]) -> Any:
    import asyncio

    if isinstance(step, Call):
        return await client.call(step.operation, **step.arguments)
    if isinstance(step, Stream):
        streams.append(client.operation(step.operation).stream(**step.arguments))
        return streams[-1]
    if isinstance(step, NextItem):
        remaining = None if step.until is None else max(0.0, step.until - time.monotonic())
        try:
            return await asyncio.wait_for(anext(step.stream, END), remaining)
        except asyncio.TimeoutError:
            raise TimedOut("the stream brought nothing in time") from None
    return await asyncio.sleep(step.seconds)
