"""Steps as they are awaited: what is sent and thrown into them, and what is closed at their end."""

from __future__ import annotations

import asyncio
import time

import pytest

from dynclient.client.asynchronous import Client
from dynclient.deployment.async_effects import iterate_awaited, run_awaited
from dynclient.deployment.effects import END, Call, NextItem, Sleep
from dynclient.errors import TimedOut, UnknownOperation
from dynclient.openapi.load import load


@pytest.fixture
def client():
    """A client that sends nothing."""
    return Client(load("3.3.2"), "http://localhost", transport=object())


async def items(*values, pause=0.0):
    """A stream of values."""
    for value in values:
        await asyncio.sleep(pause)
        yield value


def test_results_come_back(client):
    """Each step gets its result, what steps return is the result of all; END comes after the last item."""
    stream = items(1, None)

    def steps():
        yield Sleep(0)
        return (yield NextItem(stream)), (yield NextItem(stream)), (yield NextItem(stream))

    assert asyncio.run(run_awaited(client, steps())) == (1, None, END)


def test_a_pause_lets_others_work(client):
    """Steps that sleep do not hold up the event loop."""
    order = []

    def steps(name, seconds):
        yield Sleep(seconds)
        order.append(name)

    async def both():
        await asyncio.gather(run_awaited(client, steps("slow", 0.05)), run_awaited(client, steps("quick", 0.0)))

    asyncio.run(both())
    assert order == ["quick", "slow"]


def test_an_error_is_thrown_into_the_steps(client):
    """Steps may go on after an error of ours; one that they do not expect leaves."""

    def careful():
        try:
            yield Call("no_such_operation", {})
        except UnknownOperation:
            return "there is none"

    def careless():
        yield Call("no_such_operation", {})

    assert asyncio.run(run_awaited(client, careful())) == "there is none"
    with pytest.raises(UnknownOperation):
        asyncio.run(run_awaited(client, careless()))


def test_a_stream_that_brings_nothing_ends_in_time(client):
    """An item that does not come until the end of the time is TimedOut."""

    def steps():
        yield NextItem(items(1, pause=30.0), until=time.monotonic() + 0.01)

    with pytest.raises(TimedOut, match="the stream brought nothing in time"):
        asyncio.run(run_awaited(client, steps()))


def test_lines_are_lazy_and_steps_are_closed(client):
    """A line is given before the next step is done; whoever stops early closes the steps."""
    events = []

    def steps():
        try:
            yield "first"
            events.append("second step")
            yield "second"
        finally:
            events.append("closed")

    async def first_only():
        lines = iterate_awaited(client, steps())
        line = await anext(lines)
        before = list(events)
        await lines.aclose()
        return line, before

    assert asyncio.run(first_only()) == ("first", [])
    assert events == ["closed"]
