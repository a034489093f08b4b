"""The awaited client's methods of runs do what the blocking client's do, with the same arguments."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from dynclient import aio
from dynclient.deployment import steps
from dynclient.deployment.async_runs import AsyncRuns
from dynclient.deployment.runs import Runs
from dynclient.testing import fake_airflow


@pytest.mark.parametrize("name", ["wait", "run_and_wait", "log"])
def test_the_arguments_are_the_same(name):
    """A program that becomes awaited keeps its arguments: names, kinds and defaults."""
    blocking, awaited = (inspect.signature(getattr(kind, name)) for kind in (Runs, AsyncRuns))
    assert list(awaited.parameters.values()) == list(blocking.parameters.values())


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_a_run_is_waited_for_and_its_log_read(release, monkeypatch):
    """A run is triggered, waited for and waited for again; its logs come line by line, lazily."""
    monkeypatch.setattr(steps, "FIRST_PAUSE", 0.01)

    async def day(url):
        async with await aio.connect(url) as af:
            run = await af.run_and_wait("etl_daily", conf={"day": 3}, timeout=20)
            again = await af.wait(run, timeout=20)
            tasks = [task async for task in af.get_task_instances.iter("etl_daily", run.dag_run_id)]
            lines = [line async for line in af.log(tasks[0])]
            followed = [line async for line in af.log(tasks[0], follow=True)]
            return run.state, again.state, lines, followed

    with fake_airflow(release, judge=False) as server:
        first, second, lines, followed = asyncio.run(day(server.url))
    assert (first, second) == ("success", "success")
    assert lines
    assert followed
