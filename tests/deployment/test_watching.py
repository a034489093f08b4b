"""The states of a run's task instances as they change, blocking and awaited."""

from __future__ import annotations

import asyncio

import pytest

import dynclient
from dynclient import aio
from dynclient.deployment import steps
from dynclient.testing import fake_airflow


@pytest.fixture(params=["2.4.3", "2.10.5", "3.3.2"])
def server(request, monkeypatch):
    monkeypatch.setattr(steps, "FIRST_PAUSE", 0.01)
    with fake_airflow(request.param, outcomes={"report_weekly": "failed"}, judge=False) as fake:
        yield fake


def test_each_state_comes_once(server):
    """A task's states come in their order, none twice, and the last of each is its end."""
    af = dynclient.connect(server.url)
    run = af.trigger("etl_daily", run_id="one")
    states = list(af.watch(run, timeout=20))
    lines = [str(state) for state in states]
    assert len({*lines}) == len(lines)
    assert {state.task: state.state for state in states} == dict.fromkeys(("extract", "transform", "load"), "success")
    assert str(states[-1]) == f"{states[-1].task} {states[-1].instance['state']}"


def test_a_failed_run_raises_after_its_last_state(server):
    """What a run came to is told as by wait."""
    af = dynclient.connect(server.url)
    run = af.trigger("report_weekly", run_id="one")
    seen = []
    with pytest.raises(dynclient.RunFailed):
        seen.extend(af.watch((run["dag_id"], run["dag_run_id"]), timeout=20))
    assert af.trigger("report_weekly", run_id="one")["dag_run_id"] == "one"  # which starts no second one


def test_awaited(server):
    """The awaited client's trigger and watch give what the blocking ones do."""

    async def main():
        async with await aio.connect(server.url) as af:
            run = await af.trigger("etl_daily", run_id="two")
            return {state.task: state.state async for state in af.watch(run, timeout=20)}

    assert asyncio.run(main()) == dict.fromkeys(("extract", "transform", "load"), "success")
