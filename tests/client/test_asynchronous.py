"""The client that is awaited."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading

import pytest
from loopback import Server, answer, chunked, drip, raw
from tiny_specs import json_answer, parameter, tiny

import dynclient
from dynclient import aio, errors
from dynclient.http.messages import Request
from dynclient.testing import fake_airflow

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

    with fake_airflow(release, auth=("admin", "pw"), judge=False) as server:
        dags, versions = asyncio.run(work(server.url))
    assert (len(dags), versions) == (3, {release})
    assert dynclient.load(release).release == release


# --- credentials ---------------------------------------------------------------------------------


def test_credentials_are_asked_for_apart():
    """A callable that waits holds up no other task; its token is renewed once after a 401, for a stream too."""
    tokens = iter(["old", "new", "newer"])
    begun = threading.Event()

    def token():
        begun.wait(5)
        return next(tokens)

    async def work(client):
        asyncio.get_running_loop().call_soon(begun.set)
        return [item async for item in client.get_log.stream()]

    stream = chunked([b'{"a":1}\n'], "Content-Type: application/x-ndjson")
    data, seen = run(answer(401, b'{"detail": "Token Expired"}'), stream, work=work, auth=token)
    assert data == [{"a": 1}]
    assert [one.headers["authorization"] for one in seen] == ["Bearer old", "Bearer new"]


def test_what_only_requests_can_run_is_refused():
    """A requests auth object is not silently left out."""
    from requests.auth import HTTPDigestAuth

    with pytest.raises(errors.ArgumentError, match="cannot be awaited"):
        run(ok({}), work=lambda c: c.get_things(), auth=HTTPDigestAuth("u", "p"))


def test_a_request_is_built_with_its_credentials():
    """``.request()`` is awaited, since a login may be needed; nothing else is sent."""
    request, seen = run(ok({}), work=lambda c: c.get_things.request(limit=3), auth=("u", "p"))
    assert request.url.endswith("/things?limit=3")
    assert "***" in request.curl()
    assert seen == []


def test_credentials_stay_at_home():
    """They go to the origin of ``server`` only, as with the plain client."""

    async def work(client):
        return await client.send(Request("GET", "http://localhost:1/things"), client.spec.operations["get_things"])

    with pytest.warns(errors.ContractWarning, match="no credentials are sent"), pytest.raises(errors.Unreachable):
        run(ok({}), work=work, auth="secret", transport=aio.Transport(retries=0))


def test_sixteen_tasks_over_an_expiring_token():
    """One login for all of them each time the token ends, and no call fails."""

    async def work(url):
        async with await aio.connect(url, auth=("admin", "pw")) as af:
            for _ in range(3):
                await asyncio.gather(*[af.get_version() for _ in range(16)], *[af.get_pools() for _ in range(16)])
                await asyncio.sleep(1.2)

    with fake_airflow("3.3.2", auth=("admin", "pw"), token_seconds=2, judge=False) as server:
        asyncio.run(work(server.url))
    logins = [one for one in server.requests if one.request.url.endswith("/auth/token")]
    assert 2 <= len(logins) <= 6  # three rounds, each of which may meet the end of a token
    assert {one.status for one in server.requests} <= {200, 201, 401}


# --- what Airflow adds ---------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_everything_of_airflow_is_awaited(release):
    """Triggering and waiting, logs, updates, what it is connected to, and names of other releases."""

    async def work(url):
        async with await aio.connect(url, auth=("admin", "pw")) as af:
            assert (af.about().release, af.about().exact) == (release, True)
            run = await af.run_and_wait("etl_daily", conf={"n": 1}, timeout=20, poll=0.01)
            assert run["state"] == "success"
            assert [line async for line in af.log("etl_daily", run["dag_run_id"], "extract")]
            assert [line async for line in af.log("etl_daily", run["dag_run_id"], "extract", follow=True)]
            with pytest.raises(dynclient.RunFailed, match="'report_weekly' ended as failed"):
                await af.run_and_wait("report_weekly", timeout=20, poll=0.01)
            pool = await af.get_pool("default_pool")
            assert await af.update(pool) is pool
            pool.slots = 7
            assert (await af.update(pool)).slots == (await af.get_pool("default_pool")).slots == 7
            other = "post_dag_run" if release == "3.3.2" else "trigger_dag_run"
            with pytest.raises(AttributeError, match="here it is called"):
                getattr(af, other)
            await af.log_in()

    with fake_airflow(release, auth=("admin", "pw"), outcomes={"report_weekly": "failed"}, judge=False) as server:
        asyncio.run(work(server.url))
    logins = sum(one.request.url.endswith("/auth/token") for one in server.requests)
    assert logins == (1 if release == "3.3.2" else 0)


def test_a_wrong_password_is_said_at_once():
    """``aio.connect`` fails as ``connect`` does, and leaves nothing open."""
    with (
        fake_airflow("3.3.2", auth=("admin", "pw"), judge=False) as server,
        pytest.raises(errors.Unauthenticated, match="check user name and password"),
    ):
        asyncio.run(aio.connect(server.url, auth=("admin", "wrong")))


# --- many at once --------------------------------------------------------------------------------

THING = {"GET /things/{n}": {"operationId": "get_thing", "parameters": [parameter("n", "path", INT)]}}


def numbered(exchange):
    n = int(exchange.seen.target.rpartition("/")[2])
    exchange.wait(0.02 if n % 2 else 0)
    answer(404 if n == 3 else 200, json.dumps({"n": n}).encode())(exchange)


def many(work):
    async def whole():
        async with aio.Client(tiny(THING), server.url) as client:
            return await work(client)

    with Server(numbered) as server:
        return asyncio.run(whole()), server


def test_outcomes_come_in_order_with_errors_beside_results():
    """``async for outcome in client.map(…)``, as with the plain client."""

    async def work(client):
        return [outcome async for outcome in client.map(client.get_thing, range(6), workers=3)]

    outcomes, _ = many(work)
    assert [outcome.argument for outcome in outcomes] == list(range(6))
    assert [outcome.result["n"] for outcome in outcomes if outcome.error is None] == [0, 1, 2, 4, 5]
    assert isinstance(outcomes[3].error, errors.NotFound)


def test_leaving_many_calls_cancels_them():
    """Arguments are drawn as outcomes are taken; what was begun and is not wanted is cancelled."""
    drawn = []

    def arguments():
        for n in range(0, 1000, 2):
            drawn.append(n)
            yield n

    async def work(client):
        outcomes = client.map(client.get_thing, arguments(), workers=2)
        first = await anext(outcomes)
        await outcomes.aclose()
        return first, [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    (first, tasks), server = many(work)
    assert first.result == {"n": 0}
    assert tasks == []
    assert len(drawn) <= 8
    assert len(server.seen) <= 8


def test_a_bug_is_raised():
    """An exception that is none of ours ends the walk where it is met."""

    async def broken(n):
        return 1 / n

    async def work(client):
        return [outcome async for outcome in client.map(broken, [1, 0, 2])]

    with pytest.raises(ZeroDivisionError):
        many(work)
    with pytest.raises(errors.ArgumentError, match="at least 1"):
        many(lambda client: client.map(broken, [1], workers=0))


def test_progress_is_shown_on_standard_error(capsys):
    """``progress=True`` changes nothing of what comes and writes nothing to standard output."""

    async def work(client):
        return [thing async for thing in client.get_things.iter(progress=True)]

    data, _ = run(ok({"things": [{"n": 1}], "total_entries": 1}), work=work)
    assert data == [{"n": 1}]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "get_things" in captured.err
    assert "1/1" in captured.err


def test_it_is_no_plain_client():
    """What blocks is not there, so that nobody calls it without awaiting it."""
    client = aio.Client(tiny(OPERATIONS), "http://h")
    assert not isinstance(client, dynclient.Client)
    assert not hasattr(aio.Client, "close")
    assert not hasattr(aio.Client, "__enter__")
    assert "get_things" in dir(client)
    assert client.get_things.__doc__ == dynclient.Client(tiny(OPERATIONS), "http://h").get_things.__doc__


def test_it_is_at_hand():
    """``dynclient.aio`` needs no import of its own, and is imported when it is first used."""
    code = "import sys, dynclient; dynclient.aio.Client; assert not {'httpx', 'requests'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
