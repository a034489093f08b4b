"""The first jobs of a newcomer, by the same line on every release."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timezone

import pytest

import dynclient
from dynclient.testing import Stub, fake_airflow

EVER = datetime(2000, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module", params=["2.4.3", "2.10.5", "3.3.2"])
def server(request):
    with fake_airflow(
        request.param, auth=("admin", "pw"), judge=False, outcomes={"report_weekly": "failed"}
    ) as started:
        yield started


@pytest.fixture(scope="module")
def af(server):
    with dynclient.connect(server.url, auth=("admin", "pw")) as client:
        yield client


@pytest.mark.parametrize("order", ["dag_id", ["dag_id"], ("dag_id",)])
def test_order_by_takes_one_name_alone_or_in_a_list(af, order):
    """order_by="x" and order_by=["x"] are the same on every release, also in a walk."""
    assert af.get_dags.request(order_by=order).url.endswith("/dags?order_by=dag_id")
    assert [dag.dag_id for dag in af.get_dags.iter(order_by=order)] == ["etl_daily", "report_weekly", "tutorial"]


def test_a_variable_is_patched_by_its_key_alone(af):
    """The key in the path is the key in the body; another one renames it."""
    af.ensure("variables", key="patched", value="old")
    assert af.patch_variable("patched", value="new").value == "new"
    assert b'"key":"renamed"' in af.patch_variable.request("patched", key="renamed", value="new").body


def test_an_operation_is_found_by_its_name_in_another_release(af):
    """find("trigger dag run") finds what 2.x calls post_dag_run, and find("post_dag_run") what 3.x calls trigger."""
    names = {"post_dag_run", "trigger_dag_run"} & {*af.spec.operations.names}
    assert names <= {*af.find("trigger dag run")} & {*af.find("post_dag_run")}


def test_a_paused_dag_is_told_instead_of_waited_for(af):
    """Waiting for a run of a paused DAG raises DagPaused with the run; unpause=True lets it go on."""
    af.patch_dag("tutorial", is_paused=True)
    with pytest.raises(dynclient.DagPaused, match="unpause=True") as caught:
        af.run_and_wait("tutorial", run_id="paused", timeout=60)
    assert caught.value.run.state == "queued"
    assert af.run_and_wait("tutorial", run_id="paused", timeout=60, unpause=True).state == "success"


def test_a_wait_that_takes_too_long_has_the_run(af):
    """TimedOut.run is a model: the run as it was last seen."""
    with pytest.raises(dynclient.TimedOut) as caught:
        af.run_and_wait("etl_daily", run_id="slow", timeout=0.0001)
    assert caught.value.run.dag_run_id == "slow"
    assert caught.value.run.state in {"queued", "running"}


def test_an_error_has_its_request_as_curl(af):
    """error.request.curl() is the request that was sent, its secrets masked."""
    with pytest.raises(dynclient.NotFound) as caught:
        af.get_dag("nope")
    assert caught.value.request.curl().startswith(f"curl {af.server}/")
    assert caught.value.request.curl().split("'")[0].endswith("/dags/nope -H ")
    assert "pw" not in caught.value.request.curl()


@pytest.mark.parametrize("day", [date(2026, 1, 31), "2026-01-31", "2026-01-31T00:00:00"])
def test_a_date_where_a_time_is_wanted_says_what_to_give(af, day):
    """A date, or a time without offset, is refused with an example of what is wanted."""
    with pytest.raises(dynclient.InvalidRequest, match="such as 2026-01-31T00:00:00Z, is wanted"):
        af.get_dag_runs("etl_daily", start_date_gte=day)


def test_headers_are_a_plain_dict(af):
    """options(headers=…) takes a dict, of a client and of a callable."""
    for request in (
        af.options(headers={"X-Request-ID": "7"}).get_dags.request(),
        af.get_dags.options(headers={"X-Request-ID": "7"}).request(),
    ):
        assert "-H 'X-Request-ID: 7'" in request.curl()


def test_map_takes_common_keywords(af):
    """Keywords that are the same for all calls are given once."""
    outcomes = list(af.map(af.patch_dag, ["etl_daily", "report_weekly"], is_paused=False))
    assert [outcome.result.is_paused for outcome in outcomes] == [False, False]


def test_the_lines_of_a_log_join_to_a_text(af):
    """Lines have no line break of their own, so that they are joined with one."""
    run = af.run_and_wait("etl_daily", timeout=60)
    lines = list(af.log("etl_daily", run.dag_run_id, "extract"))
    assert len(lines) > 3
    assert "\n".join(lines).splitlines() == lines


@pytest.mark.parametrize("name", ["post_dag_run", "trigger_dag_run"])
def test_test_tools_take_the_name_of_any_release(af, server, name):
    """misbehave and Stub.add take an operation by its name in any release."""
    server.misbehave(name, status=503, times=1)
    with pytest.raises(dynclient.Unknown):
        af.run_and_wait("etl_daily")
    assert "dag_run" in repr(Stub(server.spec).add(name, like={"state": "queued"}))


def test_the_awaited_client_does_the_same(server):
    """failures, ensure and token are there on the awaited client, with the same results."""

    async def jobs():
        async with await dynclient.aio.connect(server.url, auth=("admin", "pw")) as af:
            with pytest.raises(dynclient.RunFailed):
                await af.run_and_wait("report_weekly", timeout=60)
            failed = [failure async for failure in af.failures(since=EVER, dag="report_*", most=2)]
            done = [
                (await af.ensure("pools", name="awaited", slots=slots, dry_run=dry)).action
                for slots, dry in ((2, True), (2, False), (2, False), (3, False))
            ]
            return failed, done, await af.token()

    failed, done, token = asyncio.run(jobs())
    assert {one.instance["dag_id"] for one in failed} == {"report_weekly"}
    assert all(one.log for one in failed)
    assert done == ["created", "created", "unchanged", "changed"]
    assert (token is None) == server.spec.release.startswith("2.")
