"""The client that is awaited."""

from __future__ import annotations

import asyncio
import json

import pytest
from loopback import Server, answer, chunked, drip, raw

import dynclient
from dynclient import aio, errors
from dynclient.fake_airflow import fake
from specs import json_answer, parameter, tiny

INT = {"type": "integer"}
PAGE = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"type": "object"}}, "total_entries": INT},
}
OPERATIONS = {
    "GET /things": {
        "operationId": "get_things",
        "parameters": [parameter("limit", schema=INT), parameter("offset", schema=INT)],
        "responses": {"200": json_answer(PAGE)},
    },
    "DELETE /things": {"operationId": "delete_things", "responses": {"204": {"description": ""}}},
    "GET /log": {
        "operationId": "get_log",
        "responses": {"200": {"description": "", "content": {"application/x-ndjson": {}}}},
    },
}


def run(*scripts, work, **knobs):
    """What ``work(client)`` gives, against a server of these scripts."""

    async def whole():
        async with aio.Client(tiny(OPERATIONS), f"http://127.0.0.1:{server.port}", **knobs) as client:
            return await work(client)

    with Server(*scripts) as server:
        return asyncio.run(whole()), server.seen


def ok(body):
    return answer(200, json.dumps(body).encode())


def test_a_call_is_awaited():
    """The same names, the same checks, awaited."""
    data, seen = run(ok({"things": [], "total_entries": 0}), work=lambda c: c.get_things(limit=3), auth="t0ken")
    assert data == {"things": [], "total_entries": 0}
    assert seen[0].target == "/things?limit=3"
    assert seen[0].headers["authorization"] == "Bearer t0ken"


def test_pages_are_async_iterators():
    """``.iter()`` and ``.pages()`` go on page after page."""
    pages = [{"things": [{"n": 1}, {"n": 2}], "total_entries": 3}, {"things": [{"n": 3}], "total_entries": 3}]

    async def work(client):
        items = [thing["n"] async for thing in client.get_things.iter(limit=2)]
        return items, [len(page["things"]) async for page in client.get_things.pages(limit=2)]

    data, _ = run(*map(ok, pages * 2), work=work)
    assert data == ([1, 2, 3], [2, 1])


REFUSED = [
    (answer(404, b'{"detail": "no"}'), errors.NotFound),
    (ok({"things": 3}), errors.InvalidResponse),
    (answer(302, b"", "Location: http://other/"), errors.UndocumentedResponse),
    (raw(b"nonsense\r\n\r\n"), errors.BrokenResponse),
    (drip(b"HTTP/1.1 200 OK\r\n", 0.5), errors.TimedOut),
    (answer(200, b"x" * 5000), errors.ResponseTooLarge),
]


@pytest.mark.parametrize(("script", "error"), REFUSED, ids=[row[1].__name__ for row in REFUSED])
def test_errors_are_the_same(script, error):
    """The tree of errors is that of the plain client; httpx's own never come out."""
    transport = aio.Transport(timeout=(0.3, 0.3), max_bytes=1000)
    with pytest.raises(error):
        run(script, work=lambda c: c.get_things(), transport=transport)


def test_nobody_is_there():
    """No connection is Unreachable."""

    async def work():
        async with aio.Client(tiny(OPERATIONS), "http://127.0.0.1:1") as client:
            await client.get_things()

    with pytest.raises(errors.Unreachable, match="does the server run"):
        asyncio.run(work())


def test_ndjson_comes_as_it_is_sent():
    """``.stream()`` is an async iterator of objects."""

    async def work(client):
        return [item async for item in client.get_log.stream()]

    data, _ = run(chunked([b'{"a":1}\n{"a"', b":2}\n"], "Content-Type: application/x-ndjson"), work=work)
    assert data == [{"a": 1}, {"a": 2}]


def test_response_call_and_read_only():
    """``.response()`` does not raise, ``call`` reaches any operation, read_only refuses."""

    async def work(client):
        reply = await client.get_things.response()
        again = await client.call("get_things")
        with pytest.raises(errors.ArgumentError, match="read_only"):
            await client.delete_things()
        return reply.status, again

    (status, again), seen = run(ok({"things": []}), work=work, read_only=True)
    assert (status, again, len(seen)) == (200, {"things": []}, 2)


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_connect_logs_in_on_every_release(release):
    """``aio.connect`` chooses document and login as the plain one does; many calls share one client."""

    async def work(url):
        async with await aio.connect(url, auth=("admin", "pw")) as af:
            dags = [dag.dag_id async for dag in af.get_dags.iter(limit=2)]
            versions = await asyncio.gather(*[af.get_version() for _ in range(8)])
            return dags, {version["version"] for version in versions}

    with fake(release, auth=("admin", "pw"), judge=False) as server:
        dags, versions = asyncio.run(work(server.url))
    assert (len(dags), versions) == (3, {release})
    assert dynclient.load(release).release == release
