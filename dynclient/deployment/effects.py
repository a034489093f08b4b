"""Generator-based steps that run blocking or awaited: what takes several calls is written once for both clients.

A generator yields what it wants done (``Call``, ``Stream``, ``NextItem``, ``Sleep``) and is sent the result of it, or
thrown the error; what it returns is the result of all. Anything else that it yields, such as the lines of a log, is for
the caller.
``run_blocking`` and ``iterate`` do the steps one after the other, those of ``async_effects`` await them; every stream
that was opened is closed at the end.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ..errors import DynclientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..client.sync import Client
    from ..http.streams import Lines

__all__ = [
    "END",
    "Call",
    "NextItem",
    "OutputT",
    "Progress",
    "ResultT",
    "Sleep",
    "Step",
    "Steps",
    "Stream",
    "Yielding",
    "iterate",
    "run_blocking",
]


class Call(NamedTuple):
    """Call an operation; its result is sent back."""

    operation: str
    arguments: Mapping[str, object]


class Stream(NamedTuple):
    """Open a stream of an operation's answer; the iterator over its items is sent back."""

    operation: str
    arguments: Mapping[str, object]


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
ResultT = TypeVar("ResultT")
OutputT = TypeVar("OutputT")
#: yields steps, and what is for the caller; is sent what the steps gave (JSON, a stream, an item, None)
Yielding = Generator[Step | OutputT, Any, ResultT]
Steps = Generator[Step, Any, ResultT]  # with nothing for the caller but the result


class Progress(Generic[OutputT, ResultT]):
    """How far steps have come: iterates over them, and keeps what the last one gave and what all of them return.

    Attributes:
        value: what is sent to the steps next.
        error: what is thrown into them next, in the place of a value.
        result: what they returned, in a tuple; empty until then.
    """

    def __init__(self, steps: Yielding[OutputT, ResultT]) -> None:
        self._steps = steps
        self.value: object = None
        self.error: DynclientError | None = None
        self.result: tuple[ResultT, ...] = ()

    def __iter__(self) -> Iterator[Step | OutputT]:
        return self

    def __next__(self) -> Step | OutputT:
        value, error = self.value, self.error
        self.value = self.error = None
        try:
            return self._steps.send(value) if error is None else self._steps.throw(error)
        except StopIteration as end:
            self.result = (end.value,)
            raise


def run_blocking(client: Client, steps: Steps[ResultT]) -> ResultT:
    """Do the steps; what they return."""
    progress: Progress[object, ResultT] = Progress(steps)
    deque(_outputs(client, progress, steps), maxlen=0)
    return progress.result[0]


def iterate(client: Client, steps: Yielding[OutputT, object]) -> Iterator[OutputT]:
    """Do the steps; what they yield for the caller, lazily."""
    return _outputs(client, Progress(steps), steps)


def _outputs(
    client: Client, progress: Progress[OutputT, ResultT], steps: Yielding[OutputT, ResultT]
) -> Iterator[OutputT]:
    streams: list[Lines] = []
    try:
        for step in progress:
            if not isinstance(step, (Call, Stream, NextItem, Sleep)):
                yield step
                continue
            try:
                progress.value = _perform(client, step, streams)
            except DynclientError as error:
                progress.error = error
    finally:
        steps.close()
        for stream in streams:
            stream.close()


def _perform(client: Client, step: Step, streams: list[Lines]) -> object:
    if isinstance(step, Call):
        return client.call(step.operation, **step.arguments)
    if isinstance(step, Stream):
        streams.append(client.operation(step.operation).stream(**step.arguments))
        return streams[-1]
    if isinstance(step, NextItem):
        return next(step.stream, END)
    time.sleep(step.seconds)
    return None
