"""Reading and following logs, against the fake and against servers whose answers are scripts."""

from __future__ import annotations

import pytest
from loopback import answer, chunked
from scripted_runs import LOG, NEW, OLD, Script, runs_page, state, text, whole

import dynclient


def test_logs(af):
    """A log comes line by line, by a task instance or by its names; followed, it ends with its task."""
    run = af.run_and_wait("etl_daily", timeout=20)
    instance = next(iter(af.get_task_instances.iter("etl_daily", run.dag_run_id)))
    lines = list(af.log(instance))
    assert lines
    assert all(isinstance(line, str) and "\n" not in line for line in lines)
    assert list(af.log("etl_daily", run.dag_run_id, instance.task_id, 1)) == lines
    assert list(af.log(instance, follow=True))


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
    assert [target.partition("token=")[2] for target in script.targets if target.partition("?")[0].endswith(LOG)] == [
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
    assert "map_index=4" in script.targets[0]


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
    assert script.targets == []


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
    assert "execution_date_gte=2026-01-01T00%3A00%3A00Z" in script.targets[0]
    with pytest.raises(dynclient.RunFailed, match=r"the end of the log of t:\n  \| a"):
        do("2.2.0", script, lambda af: af.wait(("d", "r")))
    script.answers["runs"] = [runs_page()]
    with pytest.raises(dynclient.ArgumentError, match="does not say its run"):
        do("2.2.0", script, lambda af: af.log(WITHOUT_RUN))


@pytest.mark.parametrize("release", ["2.3.4", "3.0.6", "3.1.8", "3.2.2", "3.3.0"])
def test_a_log_without_positions_is_read_whole_and_given_once(do, release):
    """Where servers ignore a token, or fail for one, none is sent; notes of the server may change between reads."""
    pages = [whole("*** one place", "a"), whole("*** two", "*** places", "a", "b"), whole("*** two", "a", "b", "c")]
    if release == "2.3.4":
        pages = [old("x", "\n".join(item["event"] for item in page["content"])) for page in pages]
    script = Script(task=[state("running"), state("running"), state("success")], log=pages)
    lines = do(release, script, lambda af: af.log("d", "r", "t", 1, follow=True))
    assert lines == ["*** one place", "a", "b", "c"]
    assert not any("token=" in target for target in script.targets)


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
