"""Steps as they are driven: what is sent and thrown into them, and what is closed at their end."""

from __future__ import annotations

import pytest

from dynclient.client.sync import Client
from dynclient.deployment.effects import Call, Progress, Sleep, iterate, run_blocking
from dynclient.errors import UnknownOperation
from dynclient.openapi.load import load


@pytest.fixture(scope="module")
def client():
    """A client that sends nothing."""
    return Client(load("3.3.2"), "http://localhost", transport=object())


def test_the_result_of_a_step_is_sent_back_and_that_of_all_returned():
    """Each step gets what the caller did for the last one; what steps return is kept."""

    def steps():
        return (yield Sleep(1.0)), (yield Sleep(2.0))

    progress = Progress(steps())
    for number, _ in enumerate(progress):
        progress.value = number
    assert progress.result == ((0, 1),)


def test_an_error_is_thrown_into_the_steps(client):
    """Steps may go on after an error of ours; one that they do not expect leaves."""

    def careful():
        try:
            yield Call("no_such_operation", {})
        except UnknownOperation:
            return "there is none"

    def careless():
        yield Call("no_such_operation", {})

    assert run_blocking(client, careful()) == "there is none"
    with pytest.raises(UnknownOperation):
        run_blocking(client, careless())


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

    lines = iterate(client, steps())
    assert (next(lines), events) == ("first", [])
    lines.close()
    assert events == ["closed"]
