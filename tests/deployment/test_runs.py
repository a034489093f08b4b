"""Waiting for runs and reading logs, against the fake of a 2.x and of a 3.x."""

from __future__ import annotations

import asyncio
import json
import re
import time
from random import Random
from urllib.parse import unquote, urlsplit

import pytest
from loopback import Server, answer, chunked, silent

import dynclient
from dynclient import aio
from dynclient.deployment import steps
from dynclient.schema import examples
from dynclient.testing import fake_airflow
from dynclient.testing.stub import Stub

RELEASES = ["2.10.5", "3.0.6", "3.3.2"]  # polling on the first two, /wait on the last


@pytest.fixture(params=RELEASES)
def af(request, monkeypatch):
    """A client of a fake in which report_weekly always fails."""
    monkeypatch.setattr(steps, "FIRST_PAUSE", 0.01)
    with (
        fake_airflow(request.param, outcomes={"report_weekly": "failed"}, judge=False) as server,
        dynclient.connect(server.url) as client,
    ):
        client.server_of_the_test = server
        yield client


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


def test_logs(af):
    """A log comes line by line, by a task instance or by its names; followed, it ends with its task."""
    run = af.run_and_wait("etl_daily", timeout=20)
    instance = next(iter(af.get_task_instances.iter("etl_daily", run.dag_run_id)))
    lines = list(af.log(instance))
    assert lines
    assert all(isinstance(line, str) and "\n" not in line for line in lines)
    assert list(af.log("etl_daily", run.dag_run_id, instance.task_id, 1)) == lines
    assert list(af.log(instance, follow=True))


# --- against servers whose answers are scripts ---------------------------------------------------

NEW, OLD = "3.3.2", "2.10.5"
DAG = "/dags/d"
RUN = f"{DAG}/dagRuns/r"
TASK = f"{RUN}/taskInstances/t"
LOG = f"{TASK}/logs/1"
WAIT = f"{RUN}/wait"
NAMES = {DAG: "dag", RUN: "run", WAIT: "wait", TASK: "task", LOG: "log", f"{RUN}/taskInstances": "tasks"}
NAMES |= {f"{DAG}/tasks/t": "definition", f"{DAG}/dagRuns": "runs", "/backfills/1": "backfill"}
NAMES |= {f"{TASK}/logs/{number}": f"log {number}" for number in (2, 3)}


class Script:
    """Answers by path, each path's one after the other, the last one again and again; ``asked`` has the targets."""

    def __init__(self, **answers):
        answers = {"dag": [said({"dag_id": "d", "is_paused": False})], **answers}
        self.answers = {name: list(rows) for name, rows in answers.items()}
        self.asked = []

    def __call__(self, exchange):
        self.asked.append(exchange.seen.target)
        path = unquote(urlsplit(exchange.seen.target).path)
        name = NAMES.get(re.sub("^/api/v.", "", path), "")
        rows = self.answers.get(name, [answer(404, b'{"detail": "no such path"}')])
        made = rows.pop(0) if len(rows) > 1 else rows[0]
        (made if callable(made) else said(made))(exchange)

    def count(self, end):
        return sum(urlsplit(target).path.endswith(end) for target in self.asked)


def said(data):
    return answer(200, json.dumps(data).encode())


def state(name, **more):
    return {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "state": name, "try_number": 1, **more}


def plainly(release, script, work):
    """What ``work(client)`` gives, with a plain client."""
    with Server(script) as server, client_of(dynclient.Airflow, release, server.url) as af:
        made = work(af)
        return list(made) if hasattr(made, "__next__") else made


def awaited(release, script, work):
    """The same, with a client that is awaited."""

    async def whole():
        async with client_of(aio.Airflow, release, server.url) as af:
            made = work(af)
            return [line async for line in made] if hasattr(made, "__anext__") else await made

    with Server(script) as server:
        return asyncio.run(whole())


def client_of(kind, release, url):
    api = "/api/v1" if release.startswith("2.") else ""
    return kind(dynclient.load(release), url + api, responses="off")


@pytest.fixture(params=[plainly, awaited])
def do(request, monkeypatch):
    monkeypatch.setattr(steps, "FIRST_PAUSE", 0.01)
    return request.param


def lines_of(*states):
    return chunked(
        [json.dumps({"state": name}).encode() + b"\n" for name in states], "Content-Type: application/x-ndjson"
    )


def test_where_there_is_a_stream_it_is_waited_on(do):
    """One look before, one stream, one look after; no polling in between."""
    script = Script(run=[state("queued"), state("success")], wait=[lines_of("queued", "running", "success")])
    assert do(NEW, script, lambda af: af.wait(("d", "r")))["state"] == "success"
    assert (script.count(RUN), script.count("/wait")) == (2, 1)
    assert "interval=1.0" in script.asked[2]


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
    assert "state=failed&state=upstream_failed" in script.asked[1]


def test_a_failure_stays_a_failure_when_nothing_can_be_read(do):
    """That a log is not to be had does not hide that the run failed."""
    script = Script(run=[state("failed")], tasks=[answer(403, b"{}")])
    with pytest.raises(dynclient.RunFailed, match="more could not be read: PermissionDenied"):
        do(OLD, script, lambda af: af.wait(("d", "r")))


def message(text):
    return {"timestamp": "T", "level": "info", "event": text}


def page(token, *texts):
    return {"content": [message(text) for text in texts], "continuation_token": token}


def test_following_waits_for_the_beginning_and_goes_on_from_token_to_token(do):
    """Nothing is asked of a log before its task has begun; each line comes once; the end of the task is the end."""
    script = Script(
        task=[state("queued"), state("queued"), state("running"), state("running"), state("running"), state("success")],
        log=[page("1", "a", "b"), page("1"), page("2", "c"), page(None, "d")],
    )
    lines = do(NEW, script, lambda af: af.log("d", "r", "t", follow=True))
    assert lines == [f"[T] INFO - {text}" for text in "abcd"]
    assert [target.partition("token=")[2] for target in script.asked if target.partition("?")[0].endswith(LOG)] == [
        "",
        "1",
        "1",
        "2",
    ]


def old(token, text):
    return {"content": str([("host", text)]), "continuation_token": token}


def test_following_where_there_always_is_a_token(do):
    """Airflow 2 gives a token for ever; the end is when the task has ended and nothing more comes."""
    script = Script(
        task=[state(None), state("running"), state("running"), state("success")],
        log=[old("1", "a\n"), old("2", "b\n"), old("3", "c\n"), old("3", "")],
    )
    assert do(OLD, script, lambda af: af.log("d", "r", "t", follow=True)) == ["a", "b", "c"]


def test_following_where_there_never_is_a_token(do):
    """Without tokens everything comes again each time; what was seen is left out."""
    script = Script(
        task=[state("running"), state("running"), state("success")],
        log=[page(None, "a"), page(None, "a", "b"), page(None, "a", "b", "c")],
    )
    assert do(NEW, script, lambda af: af.log(state("running"), follow=True)) == [f"[T] INFO - {t}" for t in "abc"]


def test_following_a_handler_that_knows_no_tokens(do):
    """A log that comes the same for any token ends with its task all the same."""
    script = Script(task=[state("success")], log=[old("1", "a\nb"), old("1", "a\nb")])
    assert do(OLD, script, lambda af: af.log("d", "r", "t", follow=True)) == ["a", "b"]


@pytest.mark.parametrize("after", [state("up_for_retry"), state("running", try_number=2)])
def test_following_ends_with_the_try(do, after):
    """A try that is over is over, though its task will be tried again."""
    script = Script(task=[state("running"), after], log=[page("1", "a"), page(None, "b")])
    assert do(NEW, script, lambda af: af.log("d", "r", "t", 1, follow=True)) == ["[T] INFO - a", "[T] INFO - b"]


def test_following_what_has_not_written(do):
    """A log that is not there yet is waited for; one that is not there at the end is an error."""
    missing = answer(404, b'{"detail": "TaskInstance not found"}')
    script = Script(task=[state("running"), state("success")], log=[missing, page(None, "a")])
    assert do(NEW, script, lambda af: af.log("d", "r", "t", follow=True)) == ["[T] INFO - a"]
    script = Script(task=[state("success")], log=[missing])
    with pytest.raises(dynclient.NotFound):
        do(NEW, script, lambda af: af.log("d", "r", "t", follow=True))


def test_logs_of_mapped_tasks(do):
    """A task instance with an index has its own log, and its own state."""
    mapped = state("success", map_index=4, try_number=1)
    script = Script(log=[chunked([b'{"event": "a"}\n'], "Content-Type: application/x-ndjson")])
    assert do(NEW, script, lambda af: af.log(mapped)) == ["a"]
    assert "map_index=4" in script.asked[0]


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


BACKFILL = {"id": 1, "dag_id": "d", "from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-02T00:00:00Z"}
BACKFILL |= {"is_paused": False, "created_at": "2026-02-01T00:00:00Z", "completed_at": None}
DONE = {**BACKFILL, "completed_at": "2026-02-02T00:00:00Z"}


def runs_page(*runs):
    return {"dag_runs": list(runs), "total_entries": len(runs)}


def test_a_backfill_is_waited_for(do):
    """A backfill is over when it says when it was completed, and good when its runs were."""
    script = Script(backfill=[BACKFILL, BACKFILL, DONE], runs=[runs_page(state("success"))])
    assert do(NEW, script, lambda af: af.wait(BACKFILL, timeout=5)) == DONE
    assert "run_type=backfill" in script.asked[-1]


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


# --- which log -----------------------------------------------------------------------------------


def text(*lines):
    return answer(200, "\n".join(lines).encode(), content_type="text/plain")


@pytest.mark.parametrize("release", [OLD, NEW])
def test_the_newest_try_is_read(do, release):
    """Without a number the newest try is read; a number and a task instance name their own."""
    script = Script(task=[state("success", try_number=2)], log=[text("first")], **{"log 2": [text("second")]})
    assert do(release, script, lambda af: af.log("d", "r", "t")) == ["second"]
    assert do(release, script, lambda af: af.log("d", "r", "t", 1)) == ["first"]
    assert do(release, script, lambda af: af.log(state("success", try_number=2))) == ["second"]


def test_a_mapped_task_wants_an_index(do):
    """A server has no log for all instances of a mapped task; the error says how to name one."""
    mapped = answer(404, b'{"detail": "Task instance is mapped, add the map_index value to the URL"}')
    with pytest.raises(dynclient.NotFound, match=r"is mapped; say which.*map_index=0"):
        do(NEW, Script(task=[mapped]), lambda af: af.log("d", "r", "t"))


def test_a_release_without_logs_of_mapped_tasks_says_so(do):
    """Servers of 2.3 refuse map_index for logs; nothing is sent."""
    script = Script()
    with pytest.raises(dynclient.ArgumentError, match="gives no logs of mapped tasks"):
        do("2.3.4", script, lambda af: af.log(state("success", map_index=1)))
    assert script.asked == []


WITHOUT_RUN = {
    "dag_id": "d",
    "task_id": "t",
    "state": "failed",
    "try_number": 1,
    "execution_date": "2026-01-01T00:00:00Z",
}


def test_a_task_instance_that_does_not_say_its_run(do):
    """Servers of 2.0 to 2.2 leave it out; it is that of the call it came from, or the one of its date."""
    script = Script(
        tasks=[{"task_instances": [WITHOUT_RUN], "total_entries": 1}], log=[text("a")], run=[state("failed")]
    )
    script.answers["runs"] = [runs_page(state("failed"))]
    assert do("2.2.0", script, lambda af: af.log(WITHOUT_RUN)) == ["a"]
    assert "execution_date_gte=2026-01-01T00%3A00%3A00Z" in script.asked[0]
    with pytest.raises(dynclient.RunFailed, match=r"the end of the log of t:\n  \| a"):
        do("2.2.0", script, lambda af: af.wait(("d", "r")))
    script.answers["runs"] = [runs_page()]
    with pytest.raises(dynclient.ArgumentError, match="does not say its run"):
        do("2.2.0", script, lambda af: af.log(WITHOUT_RUN))


def whole(*texts):
    return {"content": [{"event": text, "timestamp": None} for text in texts], "continuation_token": "eyJhIjoxfQ"}


@pytest.mark.parametrize("release", ["2.3.4", "3.0.6", "3.1.8", "3.2.2", "3.3.0"])
def test_a_log_without_positions_is_read_whole_and_given_once(do, release):
    """Where servers ignore a token, or fail for one, none is sent; notes of the server may change between reads."""
    pages = [whole("*** one place", "a"), whole("*** two", "*** places", "a", "b"), whole("*** two", "a", "b", "c")]
    if release == "2.3.4":
        pages = [old("x", "\n".join(item["event"] for item in page["content"])) for page in pages]
    script = Script(task=[state("running"), state("running"), state("success")], log=pages)
    lines = do(release, script, lambda af: af.log("d", "r", "t", 1, follow=True))
    assert lines == ["*** one place", "a", "b", "c"]
    assert not any("token=" in target for target in script.asked)


def test_a_task_that_is_not_there_yet_is_waited_for(do):
    """2.1.4 answers 404 until a task is scheduled; while its run goes on and its DAG has it, it may still come."""
    missing = answer(404, b'{"detail": null}')
    script = Script(
        task=[missing, missing, state("running"), state("success")],
        run=[state("running")],
        definition=[{"task_id": "t"}],
        log=[old("1", "a"), old("1", "a\nb"), old("1", "a\nb")],
    )
    assert do("2.1.4", script, lambda af: af.log("d", "r", "t", follow=True)) == ["a", "b"]
    for answers in ({"run": [state("success")]}, {"run": [state("running")], "definition": [missing]}):
        with pytest.raises(dynclient.NotFound):
            do("2.1.4", Script(task=[missing], **answers), lambda af: af.log("d", "r", "t", follow=True))


@pytest.mark.parametrize("poll", [0, -1])
def test_a_pause_is_above_zero(do, poll):
    """Nothing is sent for a wait that would never pause."""
    script = Script(run=[state("queued")])
    with pytest.raises(dynclient.ArgumentError, match="poll"):
        do(OLD, script, lambda af: af.wait(("d", "r"), poll=poll))
    assert script.asked == []
