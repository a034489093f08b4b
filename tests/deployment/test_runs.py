"""Triggering runs, by the same line on every release."""

from __future__ import annotations

import json
from random import Random

import pytest
from scripted_runs import NEW, OLD

import dynclient
from dynclient.schema import examples
from dynclient.testing.stub import Stub


def test_run_and_wait(af):
    """A run is triggered and waited for, by the same line on every release; what comes back is the finished run."""
    run = af.run_and_wait("etl_daily", conf={"day": 3}, timeout=20)
    assert (run.state, run["conf"]) == ("success", {"day": 3})


class LosingTransport(dynclient.Transport):
    """Sends everything, and loses the answer of the first POST."""

    lost = 0

    def send(self, request, **options):
        response = super().send(request, **options)
        if request.method == "POST" and not self.lost:
            self.lost += 1
            raise dynclient.BrokenResponse("the answer was lost")
        return response


def test_a_run_with_an_id_of_its_own_is_triggered_once(af):
    """``run_id=`` finds the run after a lost answer, and when the call is repeated; ``dag_run_id=`` still refuses."""
    transport = LosingTransport()
    losing = dynclient.connect(af.server_of_the_test.url, transport=transport)
    runs = [losing.run_and_wait("etl_daily", run_id="day-3", conf={"day": 3}, timeout=20) for _ in range(2)]
    assert [(run["dag_run_id"], run["state"], run["conf"]) for run in runs] == [("day-3", "success", {"day": 3})] * 2
    assert transport.lost == 1
    assert [run["dag_run_id"] for run in losing.get_dag_runs.iter("etl_daily")].count("day-3") == 1
    with pytest.raises(dynclient.AlreadyExists):
        losing.run_and_wait("etl_daily", dag_run_id="day-3", timeout=20)


@pytest.mark.parametrize(("release", "date"), [(OLD, False), (NEW, True)])
def test_triggering_is_the_same_line_everywhere(release, date):
    """``logical_date`` is null where it is wanted; where null is not its way to say "now" it is left out."""
    spec = dynclient.load(release)
    stub = Stub(spec)
    af = dynclient.Airflow(spec, "http://airflow.example" + ("" if date else "/api/v1"), transport=stub)
    trigger = "trigger_dag_run" if date else "post_dag_run"
    schema = spec.operations[trigger].success.content["application/json"].schema
    run = {**examples.sample(schema, Random(1), direction="response"), "dag_id": "d", "dag_run_id": "r"}
    for arguments in ({}, {"logical_date": None}):
        stub.add(trigger, {**run, "state": "queued"}).add("get_dag_run", {**run, "state": "success"})
        assert af.run_and_wait("d", conf={"n": 1}, **arguments)["state"] == "success"
        body = json.loads(stub.requests[-2].body)
        assert body == {"conf": {"n": 1}, **({"logical_date": None} if date else {})}
    stub.assert_done()
