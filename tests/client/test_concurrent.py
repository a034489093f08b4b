"""Many calls at once, streams and progress."""

from __future__ import annotations

import pickle
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from loopback import Server, answer, chunked
from tiny_specs import credentials, json_answer, parameter, tiny

from dynclient import Client, errors, load
from dynclient.client.concurrent import each

NDJSON = {"description": "", "content": {"application/json": {}, "application/x-ndjson": {}}}
TEXT = {"description": "", "content": {"application/json": {}, "text/plain": {}}}
PAGE = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"type": "object"}}, "total_entries": {"type": "integer"}},
}


def test_outcomes_come_in_order_with_errors_beside_results():
    """Whatever finishes first, outcomes are in the order of the arguments; an error takes the place of a result."""
    gate = threading.Event()

    def call(n, *, late=False):
        if late:
            gate.wait(5)
        else:
            gate.set()
        if n == 3:
            raise errors.ArgumentError("no three")
        return n * 10

    outcomes = list(each(call, [{"n": 1, "late": True}, (2,), 3], workers=2))
    assert [outcome.result for outcome in outcomes] == [10, 20, None]
    assert [outcome.argument for outcome in outcomes] == [{"n": 1, "late": True}, (2,), 3]
    assert str(outcomes[2].error) == "no three"
    assert outcomes[0].get() == 10
    with pytest.raises(errors.ArgumentError):
        outcomes[2].get()


def test_arguments_are_drawn_as_outcomes_are_taken():
    """Memory is bounded: no more than four calls per worker are begun ahead."""
    drawn = []

    def arguments():
        for n in range(1000):
            drawn.append(n)
            yield n

    outcomes = each(lambda n: n, arguments(), workers=2)
    assert next(outcomes).result == 0
    assert len(drawn) <= 9
    outcomes.close()
    assert len(drawn) <= 9


def test_a_bug_is_not_an_outcome():
    """An exception that is not ours is raised where it is met."""
    with pytest.raises(ZeroDivisionError):
        list(each(lambda n: 1 / n, [0]))


def test_workers():
    """At least one worker is wanted."""
    with pytest.raises(errors.ArgumentError, match="at least 1"):
        each(print, [1], workers=0)


def client(server, answer_of, path="/log"):
    spec = tiny({f"GET {path}": {"operationId": "op", "responses": {"200": answer_of}}})
    return Client(spec, f"http://127.0.0.1:{server.port}")


def test_map_is_of_the_client():
    """``client.map`` calls an operation once for each argument."""
    operation = {"operationId": "op", "parameters": [parameter("n", "path", {"type": "integer"})]}
    spec = tiny({"GET /things/{n}": operation})
    with Server(answer(200, b'{"a": 1}')) as server, Client(spec, f"http://127.0.0.1:{server.port}") as one:
        assert [outcome.result for outcome in one.map(one.op, range(20), workers=4)] == [{"a": 1}] * 20
    assert sorted(seen.target for seen in server.seen) == sorted(f"/things/{n}" for n in range(20))


STREAMS = [
    # (documented, content type, chunks, what comes)
    (NDJSON, "application/x-ndjson", [b'{"a":1}\n{"a"', b":2}\n"], [{"a": 1}, {"a": 2}]),
    (TEXT, "text/plain", [b"one\ntw", "ö\r\nthr".encode()[:3], "ö\r\nthr".encode()[3:]], ["one", "twö", "thr"]),
    (json_answer({}), "application/json", [b'{"a":1}'], [{"a": 1}]),
]


@pytest.mark.parametrize(("documented", "content_type", "chunks", "expected"), STREAMS)
def test_streams(documented, content_type, chunks, expected):
    """Text comes by lines, NDJSON by objects, whatever the chunks are; anything else is one thing."""
    with Server(chunked(chunks, f"Content-Type: {content_type}")) as server, client(server, documented) as one:
        assert list(one.op.stream()) == expected


def test_a_stream_does_not_wait_for_its_end():
    """The first line is there while the server still writes."""
    slow = chunked([b"one\n", b"two\n"], "Content-Type: text/plain", pause=0.3)
    with Server(slow) as server, client(server, TEXT) as one:
        lines = one.op.stream()
        assert next(lines) == "one"
        assert list(lines) == ["two"]


def test_a_refused_stream_raises():
    """An error status is an error, not a stream."""
    with (
        Server(answer(404, b'{"detail": "no"}')) as server,
        client(server, TEXT) as one,
        pytest.raises(errors.NotFound),
    ):
        one.op.stream()


def test_progress_shows_on_standard_error(capsys):
    """``progress=True`` changes nothing of what comes, and writes nothing to standard output."""
    spec = tiny({"GET /things": {"operationId": "op", "responses": {"200": json_answer(PAGE)}}})
    page = b'{"things": [{"a": 1}], "total_entries": 1}'
    with Server(answer(200, page)) as server, Client(spec, f"http://127.0.0.1:{server.port}") as one:
        assert list(one.op.iter(progress=True)) == [{"a": 1}]
        assert list(one.op.pages(progress=True)) == [{"things": [{"a": 1}], "total_entries": 1}]
    assert capsys.readouterr().out == ""


def test_a_model_is_one_argument():
    """``client.map(af.update, models)``: a model is given as it is, though it is a mapping."""
    thing = tiny({}, schemas={"Thing": {"type": "object", "properties": {"n": {"type": "integer"}}}}).models.Thing(n=3)
    assert [outcome.result for outcome in each(lambda model: model.n, [thing])] == [3]


def test_what_was_begun_ends_before_the_walk_does():
    """Leaving early waits for the calls under way and begins no other, so that nothing goes on behind one's back."""
    entered, released, ended = threading.Semaphore(0), threading.Event(), []

    def call(n):
        entered.release()
        if n:
            released.wait(5)
        ended.append(n)

    outcomes = each(call, range(100), workers=2)
    next(outcomes)
    entered.acquire(timeout=5)
    threading.Timer(0.05, released.set).start()
    outcomes.close()
    count = len(ended)
    assert count < 10
    assert threading.active_count() < 10
    assert len(ended) == count


def test_calls_go_to_processes_in_pickles():
    """Processes make the calls, too: client, callable, arguments and outcomes pickle; a worker connects once."""
    page = answer(200, b'{"things": [], "total_entries": 7}')
    spec = tiny({"GET /a": {"operationId": "op", "responses": {"200": json_answer(PAGE)}}})
    with Server(*[page] * 6) as server, ProcessPoolExecutor(1, get_context("spawn")) as pool:
        client = Client(spec, f"http://127.0.0.1:{server.port}", auth=credentials)
        outcomes = list(client.map(client.op, [()] * 6, executor=pool))
    assert [outcome.get()["total_entries"] for outcome in outcomes] == [7] * 6
    assert {seen.headers["authorization"] for seen in server.seen} == {"Basic dTpw"}
    assert server.connections == 1


def test_a_clients_pickle_is_small_and_holds_no_secret():
    """A client of a bundled document goes by its release; secrets stay here, and their absence is said on use."""
    raw = pickle.dumps(Client(load("2.10.5"), "http://127.0.0.1:1", auth=("user", "s3cret")))
    assert len(raw) < 3000
    assert b"s3cret" not in raw
    with pytest.raises(errors.ArgumentError, match="left out of the pickle"):
        pickle.loads(raw).get_dags()


def test_a_rate_bounds_how_many_calls_begin():
    """rate= is calls a second, whatever the workers."""
    begun = time.perf_counter()
    assert len(list(each(lambda _: None, range(11), workers=8, rate=100))) == 11
    assert time.perf_counter() - begun >= 0.1


def test_common_keywords_go_to_every_call():
    """What all calls have is said once; an argument of its own comes first."""
    outcomes = each(lambda n, size=0: (n, size), [1, {"n": 2, "size": 9}], common={"size": 5})
    assert [outcome.get() for outcome in outcomes] == [(1, 5), (2, 9)]


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_is_more_than_nothing(rate):
    """No rate at all would wait for ever."""
    with pytest.raises(errors.ArgumentError, match="more than 0"):
        each(print, [1], rate=rate)
