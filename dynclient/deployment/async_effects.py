"""Runs the steps of ``effects`` awaited; a module of its own, for ``asyncio`` takes 30 ms that blocking calls save."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from ..errors import DynclientError, TimedOut
from .effects import END, Call, NextItem, OutputT, Progress, ResultT, Sleep, Step, Steps, Stream, Yielding

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..client.asynchronous import Client as AsyncClient

__all__ = ["iterate_awaited", "run_awaited"]


async def run_awaited(client: AsyncClient, steps: Steps[ResultT]) -> ResultT:
    """Await the steps; what they return."""
    progress: Progress[object, ResultT] = Progress(steps)
    async for _ in _awaited_outputs(client, progress, steps):
        pass
    return progress.result[0]


def iterate_awaited(client: AsyncClient, steps: Yielding[OutputT, object]) -> AsyncIterator[OutputT]:
    """Await the steps; what they yield for the caller, lazily."""
    return _awaited_outputs(client, Progress(steps), steps)


async def _awaited_outputs(
    client: AsyncClient, progress: Progress[OutputT, ResultT], steps: Yielding[OutputT, ResultT]
) -> AsyncIterator[OutputT]:
    async with AsyncExitStack() as streams:
        streams.callback(steps.close)
        for step in progress:
            if not isinstance(step, (Call, Stream, NextItem, Sleep)):
                yield step
                continue
            try:
                progress.value = await _perform_awaited(client, step, streams)
            except DynclientError as error:
                progress.error = error


async def _perform_awaited(client: AsyncClient, step: Step, streams: AsyncExitStack) -> object:
    if isinstance(step, Call):
        return await client.call(step.operation, **step.arguments)
    if isinstance(step, Stream):
        stream = client.operation(step.operation).stream(**step.arguments)
        streams.push_async_callback(stream.aclose)
        return stream
    if isinstance(step, NextItem):
        return await _next_item(step)
    await asyncio.sleep(step.seconds)
    return None


async def _next_item(step: NextItem) -> object:
    """The next item of a stream, ``END`` after the last.

    Raises:
        TimedOut: none came in time.
    """
    remaining = None if step.until is None else max(0.0, step.until - time.monotonic())
    try:
        return await asyncio.wait_for(anext(step.stream, END), remaining)
    except asyncio.TimeoutError:
        raise TimedOut("the stream brought nothing in time") from None
