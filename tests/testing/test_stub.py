"""The stub: a transport that answers from a queue, everything in it checked against the document."""

from __future__ import annotations

import datetime as dt

import pytest

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.errors import ArgumentError, InvalidRequest, UnknownOperation
from dynclient.http.messages import Request
from dynclient.openapi import load
from dynclient.testing.stub import Stub, UnexpectedCall

POOL = {
    "name": "p",
    "slots": 1,
    "occupied_slots": 0,
    "running_slots": 0,
    "queued_slots": 0,
    "scheduled_slots": 0,
    "deferred_slots": 0,
    "open_slots": 1,
    "description": None,
    "include_deferred": False,
}


@pytest.fixture(scope="module")
def spec():
    return load.load("3.0.6")


@pytest.fixture
def stub(spec):
    return Stub(spec)


@pytest.fixture
def client(spec, stub):
    return Client(spec, "http://stub", transport=stub)


def test_answers_come_in_order(stub, client):
    """Answers are queued per operation and come in order; what was sent is kept."""
    stub.add("get_pool", POOL).add("get_pool", {**POOL, "slots": 2}).add(
        "get_version", {"version": "1", "git_version": None}
    )
    assert [client.get_pool("p")["slots"], client.get_version()["version"], client.get_pool("p")["slots"]] == [
        1,
        "1",
        2,
    ]
    assert stub.requests[0].url == "http://stub/api/v2/pools/p"
    stub.assert_done()


def test_python_values(stub, client):
    """Python values are written as the document has them."""
    when = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    event = {"event_log_id": 1, "when": when, "event": "x"}
    stub.add(
        "get_event_log",
        {
            **dict.fromkeys(
                ("dag_id", "task_id", "run_id", "map_index", "try_number", "logical_date", "owner", "extra")
            ),
            **event,
        },
    )
    assert client.get_event_log(1).when == when


def test_errors_have_the_documents_body(stub, client):
    """An error status without data gets the document's own error body."""
    stub.add("get_pool", status=404).add("post_pool", status=422)
    with pytest.raises(errors.NotFound):
        client.get_pool("p")
    with pytest.raises(errors.Unprocessable) as caught:
        client.post_pool(name="p", slots=1)
    assert not caught.value.violations


@pytest.mark.parametrize(
    ("operation", "data", "more", "rule"),
    [
        ("get_pool", {**POOL, "slots": "many"}, {}, "type"),
        ("get_pool", {"name": "p"}, {}, "required"),
        ("get_pool", b"{", {}, "json"),
        ("get_pool", POOL, {"status": 418}, "status"),
        ("get_pool", POOL, {"media": "text/html"}, "content"),
        ("get_pool", object(), {}, "json"),
        ("delete_pool", POOL, {}, "content"),
    ],
)
def test_what_the_document_would_not_allow(stub, operation, data, more, rule):
    """An answer that breaks the document is refused when it is queued, with its violations."""
    with pytest.raises(InvalidRequest) as caught:
        stub.add(operation, data, **more)
    assert rule in {violation.rule for violation in caught.value.violations}
    assert isinstance(caught.value, ArgumentError)
    stub.assert_done()


def test_a_success_that_lacks_its_body(stub):
    """A success that has a body in the document cannot be queued without."""
    with pytest.raises(InvalidRequest):
        stub.add("get_pool")
    stub.add("delete_pool")


def test_an_unknown_operation(stub):
    """An operation that the document does not have is said with near names."""
    with pytest.raises(UnknownOperation, match="get_pool"):
        stub.add("get_poool", POOL)


def test_unexpected_calls(stub, client):
    """A call that was not queued fails with the list of what was."""
    stub.add("get_pool", POOL, times=2).add("delete_pool")
    with pytest.raises(UnexpectedCall, match=r"get_version was called; expected: get_pool \(2 times\), delete_pool"):
        client.get_version()
    client.delete_pool("p")
    with pytest.raises(AssertionError, match=r"not called: get_pool \(2 times\)"):
        stub.assert_done()
    assert "get_pool" in repr(stub)


def test_a_call_of_nothing_known(stub):
    """A request that belongs to no operation is named by method and URL, without its query."""
    with pytest.raises(UnexpectedCall, match="GET http://stub/elsewhere was called; expected: nothing more"):
        stub.send(Request("GET", "http://stub/elsewhere?token=secret"))


def test_text_and_streams(stub, client):
    """Text comes as text, lines of JSON as an iterator."""
    stub.add("get_dag_source", "print()", media="text/plain")
    assert client.get_dag_source("a", accept="text/plain") == "print()"
    stub.add("get_log", b'{"a": 1}\n{"a": 2}\n', media="application/x-ndjson")
    assert list(client.get_log("a", "b", "c", 1, accept="application/x-ndjson")) == [{"a": 1}, {"a": 2}]


def test_some_fields_are_enough(stub, client):
    """like= has some fields of the answer; what the document requires beside them is made up, in lists too."""
    stub.add("get_dag_run", like={"state": "success"}).add(
        "get_dags", like={"dags": [{"dag_id": "a"}, {"dag_id": "b"}]}
    )
    assert client.get_dag_run("etl", "r").state == "success"
    assert [dag.dag_id for dag in client.get_dags.iter()] == ["a", "b"]


LIKE_REFUSED = [
    # (operation, arguments, what the message says)
    ("get_dag_run", {"like": {"state": "gone"}}, "state: a string where one of"),
    ("get_dag_run", {"like": {"stat": "success"}}, "stat: not a known field; did you mean state"),
    ("delete_dag_run", {"like": {}}, "has no JSON object that like= could be a part of"),
    ("get_version", {"data": {}, "like": {}}, "data is the whole answer, like some fields of it; give one"),
]


@pytest.mark.parametrize(("operation", "arguments", "words"), LIKE_REFUSED)
def test_fields_that_the_document_does_not_have(stub, operation, arguments, words):
    """What is like no answer of the document is refused when it is queued."""
    with pytest.raises(ArgumentError, match=words):
        stub.add(operation, **arguments)


def test_the_name_in_another_release(stub):
    """An operation may be named as another release names it."""
    assert "trigger_dag_run" in repr(stub.add("post_dag_run", like={"state": "queued"}))
