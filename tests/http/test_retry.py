"""What is sent again, how often, and after which pause; how fast requests follow each other."""

from __future__ import annotations

import itertools
import time
from email.utils import formatdate

import pytest
from loopback import Server, answer, free_port, head, raw
from sending import BOTH, KINDS, OK, YES, get

from dynclient import errors
from dynclient.errors import (
    BrokenResponse,
    Unreachable,
)
from dynclient.http.messages import Request
from dynclient.http.retry import Pace, Retry
from dynclient.http.transport import Transport

QUICK = Retry(total=2, backoff=0.001)


@pytest.mark.parametrize(
    ("method", "scripts", "retries", "outcome", "sent"),
    [
        ("GET", [answer(503), OK], QUICK, 200, 2),
        ("GET", [answer(429), answer(502), OK], QUICK, 200, 3),
        ("GET", [answer(504)], QUICK, 504, 3),
        ("GET", [answer(500), OK], QUICK, 500, 1),
        ("GET", [raw(), OK], QUICK, 200, 2),
        ("GET", [raw(head(200, "Content-Length: 9"), b"x"), OK], QUICK, 200, 2),
        ("GET", [raw()], QUICK, Unreachable, 3),
        ("GET", [raw(b"nonsense\r\n"), OK], QUICK, BrokenResponse, 1),
        ("GET", [answer(503), OK], Retry(total=0), 503, 1),
        ("GET", [raw(), OK], 0, Unreachable, 1),
        ("PUT", [raw(), OK], QUICK, Unreachable, 1),
        ("DELETE", [raw(), OK], QUICK, Unreachable, 1),
        ("PUT", [answer(429), OK], QUICK, 200, 2),
        ("DELETE", [answer(504), OK], QUICK, 504, 1),
        ("DELETE", [raw(), OK], QUICK._replace(methods=("DELETE",)), 200, 2),
        ("DELETE", [answer(503), OK], QUICK, 200, 2),
        ("POST", [answer(503), OK], QUICK, 503, 1),
        ("POST", [raw(), OK], QUICK, Unreachable, 1),
        ("PATCH", [raw(), OK], QUICK, Unreachable, 1),
        ("POST", [answer(503), OK], QUICK._replace(methods=("POST",)), 200, 2),
        ("POST", [raw(), OK], QUICK._replace(methods=("POST",)), 200, 2),
        ("GET", [answer(418), OK], QUICK._replace(statuses={418}), 200, 2),
        ("GET", [answer(503, b"", "Retry-After: 0.01"), OK], QUICK, 200, 2),
        ("GET", [answer(503, b"", "Retry-After: 61"), OK], QUICK, 503, 1),
        ("GET", [answer(429, b"", "Retry-After: 1"), OK], QUICK._replace(max_wait=0.5), 429, 1),
    ],
)
def test_what_is_sent_again(method, scripts, retries, outcome, sent):
    """Only what may be sent twice is, only for passing trouble, and only so often."""
    with Server(*scripts) as server, Transport(retries=retries) as transport:
        request = Request(method, server.url, body=None if method == "GET" else b"{}")
        if isinstance(outcome, int):
            assert transport.send(request).status == outcome
        else:
            with pytest.raises(outcome):
                transport.send(request)
        assert len(server.seen) == sent
        assert {seen.body for seen in server.seen} == {request.body or b""}


def test_a_refused_post_is_sent_when_the_server_is_up():
    """A connection that was refused has sent nothing, so any method is tried again."""
    port, servers = free_port(), []

    class Late(Retry):
        def wait(self, *_):
            servers.append(Server(OK, port=port))
            return 0.0

    with Transport(retries=Late(total=3)) as transport:
        assert transport.send(Request("POST", f"http://127.0.0.1:{port}/", body=b"{}")).status == 200
    (server,) = servers
    assert len(server.seen) == 1
    server.close()


@pytest.mark.parametrize(
    ("retry", "attempt", "retry_after", "low", "high"),
    [
        (Retry(), 1, None, 0.25, 0.5),
        (Retry(), 3, None, 1, 2),
        (Retry(), 99, None, 60, 60),
        (Retry(), 1, "7", 7, 7),
        (Retry(), 1, "1.5", 1.5, 1.5),
        (Retry(), 1, "0", 0, 0),
        (Retry(), 1, "-5", 0, 0),
        (Retry(), 1, "99999999999", None, None),
        (Retry(max_wait=2), 1, "7", None, None),
        (Retry(), 1, "soon", 0.25, 0.5),
        (Retry(), 1, "nan", 0.25, 0.5),
        (Retry(), 1, "", 0.25, 0.5),
        (Retry(), 1, formatdate(time.time() + 30_000, usegmt=True), None, None),
        (Retry(), 1, formatdate(time.time() - 3000, usegmt=True), 0, 0),
        (Retry(), 1, "Mon, 99 Foo 2025 00:00:00 GMT", 0.25, 0.5),
        (Retry(backoff=0), 5, None, 0, 0),
    ],
    ids=itertools.count(),  # two of the rows are about now
)
def test_how_long_it_waits(retry, attempt, retry_after, low, high):
    """What the server asks for, in seconds or as a date, else doubling with a random part; never above max_wait."""
    wait = retry.wait(attempt, retry_after)
    assert wait is None if low is None else low <= wait <= high


@KINDS
@pytest.mark.parametrize(
    "settings", [{"rate": 0}, {"rate": -1}, {"rate": float("inf")}, {"retries": True}, {"retries": "3"}]
)
def test_numbers_that_are_none(kind, settings):
    """A rate and a number of retries are numbers."""
    with pytest.raises(errors.ArgumentError, match="takes a number"):
        kind(**settings)


@BOTH
def test_a_rate_spaces_requests(send):
    """So many a second, evenly."""
    del send
    with Server(YES) as server, Transport(rate=20) as transport:
        start = time.monotonic()
        for _ in range(6):
            transport.send(get(server.url))
        assert 0.24 < time.monotonic() - start < 10


def test_turns():
    """A turn comes a gap after the one before it, an idle time saves none up, and holding delays them all."""
    pace = Pace(100)
    waits = [pace.turn() for _ in range(3)]
    assert waits[0] == 0
    assert 0.01 < waits[2] <= 0.02
    time.sleep(0.05)
    assert pace.turn() == 0
    pace.hold(5)
    assert 4.9 < pace.turn() <= 5
    assert Pace().turn() == 0


def test_all_threads_wait_where_the_server_asks_for_fewer():
    """After a 429 with Retry-After nobody sends before its end, the other requests of the transport included."""
    with Server(answer(429, b"", "Retry-After: 0.4"), YES) as server, Transport(retries=0) as transport:
        assert transport.send(get(server.url)).status == 429
        start = time.monotonic()
        assert transport.send(get(server.url)).status == 200
        assert 0.3 < time.monotonic() - start < 10
