"""Waiting for runs and backfills, against the fake and against servers whose answers are scripts."""

from __future__ import annotations

import json
import time

import pytest
from loopback import answer, chunked, silent
from scripted_runs import DAG, NEW, OLD, RUN, Script, awaited, runs_page, state

import dynclient


def test_a_failed_run_raises(af):
    """RunFailed has the run, the failed task instances, and names them."""
    with pytest.raises(dynclient.RunFailed, match="'report_weekly' ended as failed") as caught:
        af.run_and_wait("report_weekly", timeout=20)
    assert caught.value.run.state == "failed"
    assert all(instance["state"] in {"failed", "upstream_failed"} for instance in caught.value.failed)


def test_waiting_ends_in_time(af):
    """A run that is not over in time raises TimedOut, and says that it still runs."""
    trigger = af.trigger_dag_run if "trigger_dag_run" in af.operations else af.post_dag_run
    run = trigger("etl_daily", **({"logical_date": None} if "trigger_dag_run" in af.operations else {}))
    with pytest.raises(dynclient.TimedOut, match=r"it is still (queued|running)"):
        af.wait(run, timeout=0)


def test_a_stream_that_breaks_is_no_answer(af):
    """Where /wait breaks off, looking again tells the end."""
    if "wait_dag_run_until_finished" in af.operations:
        af.server_of_the_test.misbehave("wait_dag_run_until_finished", cut=True)
    assert af.run_and_wait("etl_daily", timeout=20).state == "success"


def test_what_can_be_waited_for(af):
    """Anything else is refused before anything is sent."""
    with pytest.raises(dynclient.ArgumentError, match="a DAG run or a backfill is wanted"):
        af.wait(af.get_pool("default_pool"))


def lines_of(*states):
    return chunked(
        [json.dumps({"state": name}).encode() + b"\n" for name in states], "Content-Type: application/x-ndjson"
    )


def test_where_there_is_a_stream_it_is_waited_on(do):
    """One look before, one stream, one look after; no polling in between."""
    script = Script(run=[state("queued"), state("success")], wait=[lines_of("queued", "running", "success")])
    assert do(NEW, script, lambda af: af.wait(("d", "r")))["state"] == "success"
    assert (script.count(RUN), script.count("/wait")) == (2, 1)
    assert "interval=1.0" in script.targets[2]


def test_elsewhere_it_is_looked_at_again_and_again(do):
    """A release without the stream is polled."""
    script = Script(run=[state("queued"), state("running"), state("running"), state("success")])
    assert do(OLD, script, lambda af: af.wait(state("queued"), poll=0.01))["state"] == "success"
    assert script.count(RUN) == 4


BREAKS = [
    ("cut off", chunked([b'{"state": "running"}\n'], "Content-Type: application/x-ndjson", end=b"")),
    ("no JSON", chunked([b"<html>\n"], "Content-Type: application/x-ndjson")),
    ("server error", answer(500, b"<h1>no</h1>", content_type="text/html")),
    ("ends early", lines_of("queued", "running")),
    ("says nothing", chunked([], "Content-Type: application/x-ndjson")),
]


@pytest.mark.parametrize("broken", [row[1] for row in BREAKS], ids=[row[0] for row in BREAKS])
def test_a_stream_that_ends_before_the_run_is_gone_on_from_by_looking(do, broken):
    """The stream says nothing about the run by breaking; looking does."""
    script = Script(run=[state("queued"), state("running"), state("running"), state("success")], wait=[broken])
    assert do(NEW, script, lambda af: af.wait(("d", "r")))["state"] == "success"
    assert script.count(RUN) == 4


def test_a_refused_stream_is_an_error(do):
    """What the caller must mend is not hidden by polling."""
    script = Script(run=[state("queued")], wait=[answer(403, b'{"detail": "Forbidden"}')])
    with pytest.raises(dynclient.PermissionDenied):
        do(NEW, script, lambda af: af.wait(("d", "r")))


@pytest.mark.parametrize("release", [OLD, NEW])
def test_the_time_for_waiting_is_kept(do, release):
    """TimedOut is a TimeoutError and says in which state it was; a run that stays queued may belong to a paused DAG."""
    endless = chunked([b'{"state": "queued"}\n'] * 1000, "Content-Type: application/x-ndjson", pause=0.02)
    script = Script(run=[state("queued")], wait=[endless])
    with pytest.raises(TimeoutError, match=r"it is still queued.*paused") as caught:
        do(release, script, lambda af: af.wait(("d", "r"), timeout=0.2))
    assert isinstance(caught.value, dynclient.TimedOut)


def test_awaiting_a_silent_stream_ends_in_time():
    """Awaited, not even a server that says nothing makes it late."""
    script = Script(run=[state("queued")], wait=[silent])
    with pytest.raises(dynclient.TimedOut, match="in time"):
        awaited(NEW, script, lambda af: af.wait(("d", "r"), timeout=0.2))


def test_a_failure_names_the_tasks_and_ends_with_their_logs(do):
    """Failed task instances of every page, the last lines of their logs, clipped; no mark of groups."""
    pages = [
        {"task_instances": [state("failed")], "total_entries": 2},
        {"task_instances": [state("upstream_failed", task_id="u", map_index=3)], "total_entries": 2},
    ]
    log = chunked([b"one\n::endgroup::\n" + b"x" * 1000 + b"\n"], "Content-Type: text/plain")
    script = Script(run=[state("failed")], tasks=pages, log=[log])
    with pytest.raises(dynclient.RunFailed) as caught:
        do(OLD, script, lambda af: af.wait(("d", "r")))
    assert str(caught.value) == "\n".join(
        [
            "run 'r' of DAG 'd' ended as failed",
            "  t: failed, try 1",
            "  u[3]: upstream_failed, try 1",
            "the end of the log of t:",
            "  | one",
            f"  | {'x' * 300}",
        ]
    )
    assert [instance["task_id"] for instance in caught.value.failed] == ["t", "u"]
    assert caught.value.run["state"] == "failed"
    assert "state=failed&state=upstream_failed" in script.targets[1]


def test_a_failure_stays_a_failure_when_nothing_can_be_read(do):
    """That a log is not to be had does not hide that the run failed."""
    script = Script(run=[state("failed")], tasks=[answer(403, b"{}")])
    with pytest.raises(dynclient.RunFailed, match="more could not be read: PermissionDenied"):
        do(OLD, script, lambda af: af.wait(("d", "r")))


BACKFILL = {"id": 1, "dag_id": "d", "from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-02T00:00:00Z"}
BACKFILL |= {"is_paused": False, "created_at": "2026-02-01T00:00:00Z", "completed_at": None}
DONE = {**BACKFILL, "completed_at": "2026-02-02T00:00:00Z"}


def test_a_backfill_is_waited_for(do):
    """A backfill is over when it says when it was completed, and good when its runs were."""
    script = Script(backfill=[BACKFILL, BACKFILL, DONE], runs=[runs_page(state("success"))])
    assert do(NEW, script, lambda af: af.wait(BACKFILL, timeout=5)) == DONE
    assert "run_type=backfill" in script.targets[-1]


def test_a_backfill_whose_runs_failed_raises(do):
    """Servers call a backfill completed whose runs failed; runs that are older than it are not its own."""
    older = {**state("failed"), "dag_run_id": "old", "queued_at": "2025-01-01T00:00:00Z"}
    script = Script(backfill=[DONE], runs=[runs_page(state("success"), older, state("failed"))])
    with pytest.raises(dynclient.RunFailed, match="1 of its 2 runs failed\n  r: failed") as caught:
        do(NEW, script, lambda af: af.wait(BACKFILL, timeout=5))
    assert [run["dag_run_id"] for run in caught.value.failed] == ["r"]


def test_a_cancelled_backfill_raises(do):
    """Cancelling completes a backfill and leaves it paused."""
    script = Script(backfill=[{**DONE, "is_paused": True}], runs=[runs_page()])
    with pytest.raises(dynclient.RunFailed, match="was cancelled"):
        do(NEW, script, lambda af: af.wait(BACKFILL, timeout=5))


@pytest.mark.parametrize("release", [OLD, NEW])
def test_the_run_of_a_paused_dag_is_not_waited_for(do, release):
    """It would stay queued for ever, so that is said at once; or the DAG is unpaused where that is asked for."""
    script = Script(dag=[{"dag_id": "d", "is_paused": True}], run=[state("queued")])
    with pytest.raises(dynclient.DagPaused, match="unpause=True") as caught:
        do(release, script, lambda af: af.wait(("d", "r")))
    assert caught.value.run["state"] == "queued"
    script = Script(
        dag=[{"dag_id": "d", "is_paused": True}], run=[state("queued"), state("success")], wait=[lines_of("success")]
    )
    assert do(release, script, lambda af: af.wait(("d", "r"), unpause=True))["state"] == "success"
    assert script.count(DAG) == 2


def test_a_paused_dag_that_may_not_be_seen_is_waited_for(do):
    """Who may not look at the DAG is not kept from waiting."""
    script = Script(dag=[answer(403, b"{}")], run=[state("queued"), state("success")])
    assert do(OLD, script, lambda af: af.wait(("d", "r")))["state"] == "success"


@pytest.mark.parametrize(("end", "error"), [(None, dynclient.TimedOut), ("2026-01-01T00:00:00Z", dynclient.RunFailed)])
def test_a_state_that_is_not_known_is_final_only_with_an_end(do, end, error):
    """A release may bring new states; what has no end goes on, what ended as none of the good ones failed."""
    script = Script(run=[state("thinking", end_date=end)], tasks=[{"task_instances": [], "total_entries": 0}])
    with pytest.raises(error, match="thinking"):
        do(OLD, script, lambda af: af.wait(("d", "r"), timeout=0.2))


def test_the_last_pause_is_cut_off_at_the_end_of_the_time(do):
    """A pause of a minute does not make a wait of a fifth of a second late; the error has the run."""
    script = Script(run=[state("running")])
    begun = time.monotonic()
    with pytest.raises(dynclient.TimedOut) as caught:
        do(OLD, script, lambda af: af.wait(("d", "r"), timeout=0.2, poll=60))
    assert time.monotonic() - begun < 5
    assert caught.value.run["state"] == "running"


def test_an_answer_that_says_nothing_is_no_run(do):
    """All fields of a run are optional on Airflow 2; what has neither state nor id cannot be waited for."""
    with pytest.raises(dynclient.ContractError, match="neither its state nor its id"):
        do(OLD, Script(run=[{}]), lambda af: af.wait(("d", "r")))


@pytest.mark.parametrize("poll", [0, -1])
def test_a_pause_is_above_zero(do, poll):
    """Nothing is sent for a wait that would never pause."""
    script = Script(run=[state("queued")])
    with pytest.raises(dynclient.ArgumentError, match="poll"):
        do(OLD, script, lambda af: af.wait(("d", "r"), poll=poll))
    assert script.targets == []
