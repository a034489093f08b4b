"""The transport against real servers: what is sent, what comes back, and what a network can do in between."""

from __future__ import annotations

import gc
import gzip
import itertools
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from email.utils import formatdate
from importlib.metadata import version

import pytest
import requests
import requests.auth
import vcr
from loopback import CERTIFICATE, Server, answer, chunked, drip, echo, free_port, head, raw, silent, zipped

from dynclient.errors import (
    ArgumentError,
    BrokenResponse,
    InvalidRequest,
    ResponseTooLarge,
    TimedOut,
    Unreachable,
)
from dynclient.http.messages import Headers, Request
from dynclient.http.transport import Retry, Transport

QUICK = Retry(total=2, backoff=0.001)
OK = answer(200, b'{"a": 1}', "X-Extra: yes")


def get(url: str, **fields: object) -> Request:
    return Request("GET", url, **fields)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_CA_BUNDLE"):
            monkeypatch.delenv(name)


# --- what is sent --------------------------------------------------------------------------------

TARGETS = [
    "/",
    "/a%2Fb/c%20d",
    "/a+b",
    "/%7Euser/~user",
    "/v/%E2%82%AC",
    "/?q=a%2Bb+c&empty=&flag",
    "/p;v=1,2:3@4!$'()*",
    "/a/?x=/?",
    "/%2E%2E/x",
    "//double//slash",
]


@pytest.mark.parametrize("target", TARGETS)
def test_the_url_is_sent_byte_for_byte(target):
    """What stands on the request line is what stands in the URL, by every way of sending."""
    with Server(OK) as server, requests.Session() as session:
        for transport, auth in (
            (Transport(), None),
            (Transport(), ("u", "p")),
            (Transport(session=session), None),
        ):
            with transport:
                transport.send(get(server.url + target + "#fragment"), auth)
        assert [seen.target for seen in server.seen] == [target] * 3


@pytest.mark.parametrize(("url", "target"), [("", "/"), ("?a=1", "/?a=1")])
def test_a_url_without_a_path(url, target):
    """An empty path is the root."""
    with Server(OK) as server, Transport() as transport:
        transport.send(get(server.url + url))
        assert server.seen[0].target == target


def test_fields_and_body_are_sent_as_given():
    """The transport adds what HTTP needs and leaves alone what is there."""
    with Server(echo) as server, Transport() as transport:
        headers = Headers({"Accept": "text/plain", "X-Note": "é", "X-Wide": "€", "Content-Type": "text/x"})
        response = transport.send(Request("POST", server.url + "/a", headers, b"\0\xff"))
        transport.send(get(server.url, headers=Headers({"USER-AGENT": "me", "accept-ENCODING": "identity"})))
        transport.send(Request("POST", server.url))
    first, second, third = (seen.headers for seen in server.seen)
    assert response.body == b"\0\xff"
    assert {name: first[name] for name in ("accept", "x-note", "content-length", "content-type", "user-agent")} == {
        "accept": "text/plain",
        "x-note": "é",
        "content-length": "2",
        "content-type": "text/x",
        "user-agent": f"dynclient/{version('dynclient')}",
    }
    assert first["x-wide"].encode("latin-1").decode() == "€"
    assert second["user-agent"] == "me"
    assert second["accept-encoding"] == "identity"
    assert "content-length" not in second
    assert third["content-length"] == "0"


@pytest.mark.parametrize(
    "fields", [{"X": "a\r\nY: b"}, {"X": "a\nb"}, {"X": "a\0"}, {"X Y": "a"}, {"": "a"}, {"X\n": "a"}]
)
def test_no_header_can_be_smuggled_in(fields):
    """A line break in a field refuses the request before anything is sent."""
    with Server(OK) as server, Transport() as transport:
        with pytest.raises(InvalidRequest, match="nothing was sent"):
            transport.send(get(server.url, headers=Headers(fields)))
        assert not server.seen


@pytest.mark.parametrize("url", ["", "/a", "ftp://h/", "http://", "http:///a", "http://h\\@e/", "http://ex ample/"])
def test_urls_that_are_none(url):
    """What is no absolute http URL is the caller's error."""
    with Transport() as transport, pytest.raises(InvalidRequest, match="no absolute"):
        transport.send(get(url))


@pytest.mark.parametrize("url", ["http://a..b/", "http://" + "a" * 64 + ".invalid/", "http://h:99999/", "http://h:x/"])
def test_hosts_that_are_none(url):
    """A host or port that cannot exist is one of our errors, never another library's."""
    with Transport(retries=0) as transport, pytest.raises((InvalidRequest, Unreachable)):
        transport.send(get(url))


def test_connections_are_kept_and_closed():
    """Calls one after the other share a connection, and after close a new one is made."""
    with Server(OK) as server:
        with Transport() as transport:
            for _ in range(3):
                transport.send(get(server.url))
            assert server.connections == 1
        transport.send(get(server.url))
        assert server.connections == 2
        transport.close()


def test_threads_share_a_transport():
    """Sixteen threads get their own answers."""
    with Server(echo) as server, Transport() as transport:
        got: list[tuple[bytes, bytes]] = []

        def work(number: int) -> None:
            for turn in range(10):
                body = f"{number}-{turn}".encode()
                got.append((body, transport.send(Request("POST", server.url, body=body)).body))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(got) == 160
        assert all(sent == came for sent, came in got)


def test_requests_is_imported_by_the_first_call_only():
    """Importing and making a transport stays cheap."""
    code = """
        import sys
        import dynclient.http.transport, dynclient.client.auth
        dynclient.http.transport.Transport()
        assert "requests" not in sys.modules and "urllib3" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)


# --- what comes back -----------------------------------------------------------------------------


def test_an_answer():
    """Status, fields in any case, body and URL."""
    with Server(answer(418, b"x", "Set-Cookie: a=1", "X-A: 1", "X-A: 2")) as server, Transport() as transport:
        response = transport.send(get(server.url + "/p"))
    assert (response.status, response.body, response.url) == (418, b"x", server.url + "/p")
    assert response.headers["x-a"] == "1, 2"
    assert response.content_type == "application/json"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers(status):
    """A redirect is never followed, by any way of sending."""
    with Server(answer(status, b"", "Location: /elsewhere")) as server, requests.Session() as session:
        for transport, auth in ((Transport(), None), (Transport(), ("u", "p")), (Transport(session=session), None)):
            with transport:
                response = transport.send(get(server.url), auth)
                assert response.status == status
                assert response.headers["location"] == "/elsewhere"
        assert len(server.seen) == 3


BIG = os.urandom(3 * 2**20)


@pytest.mark.parametrize(
    ("script", "body"),
    [
        (answer(200, b""), b""),
        (answer(204), b""),
        (answer(200, BIG), BIG),
        (chunked([b"a", b"", b"bc"][::2]), b"abc"),
        (chunked([BIG[:100_000]] * 3), BIG[:100_000] * 3),
        (zipped(b"{}"), b"{}"),
        (zipped(b"x" * 3_000_000), b"x" * 3_000_000),
        (chunked([gzip.compress(b"z" * 5000)], "Content-Encoding: gzip"), b"z" * 5000),
        (raw(head(200), b"until the end"), b"until the end"),
        (raw(b"HTTP/1.0 200 OK\r\n\r\nold"), b"old"),
        (lambda exchange: exchange.send(head(100), head(200, "Content-Length: 1"), b"y"), b"y"),
    ],
    ids=[
        *("empty", "no content", "long", "chunks", "long chunks", "gzip", "long gzip", "gzip chunks", "no length"),
        *("HTTP/1.0", "after a 100"),
    ],
)
def test_bodies_of_every_kind(script, body):
    """Length, chunks, gzip or the end of the connection: the whole body comes, whole or streamed."""
    with Server(script) as server, Transport(retries=0) as transport, requests.Session() as session:
        given = Transport(session=session, retries=0)
        for sender in (transport, given):
            assert sender.send(get(server.url)).body == body
            streamed = sender.send(get(server.url, stream=True))
            assert streamed.body == b""
            assert b"".join(streamed.chunks) == body


def test_head_has_no_body():
    """The length of what HEAD is about is not waited for."""
    script = lambda exchange: exchange.send(head(200, "Content-Length: 999999999999"))  # noqa: E731
    with Server(script) as server, Transport() as transport:
        response = transport.send(Request("HEAD", server.url))
        assert (response.body, response.headers["content-length"]) == (b"", "999999999999")
        transport.send(Request("HEAD", server.url))
        assert server.connections == 1


def test_cookies_come_back_to_their_server():
    """Set-Cookie of one call is sent by the next, unless the request has a Cookie field of its own."""
    script = answer(200, b"", "Set-Cookie: session=abc; Path=/")
    with Server(script) as server, Transport() as transport:
        transport.send(get(server.url))
        transport.send(get(server.url))
        transport.send(get(server.url, headers=Headers({"Cookie": "mine=1"})))
        transport.send(get(server.url), ("u", "p"))
        assert [seen.headers.get("cookie") for seen in server.seen] == [None, "session=abc", "mine=1", "session=abc"]
        assert transport.session.cookies["session"] == "abc"


# --- what goes wrong -----------------------------------------------------------------------------

CUT = b"the first half"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (raw(), Unreachable),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), BrokenResponse),
        (raw(b"\x00\xff\r\n\r\n"), BrokenResponse),
        (raw(b"HTTP/1.1 abc OK\r\n\r\n"), BrokenResponse),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"x" * 70_000), BrokenResponse),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"), BrokenResponse),
        (raw(head(200, "Content-Length: 100"), CUT), BrokenResponse),
        (raw(head(200, "Content-Length: 3000000"), BIG[:2_000_000]), BrokenResponse),
        (raw(head(200, "Content-Length: 10", "Content-Length: 20"), CUT), BrokenResponse),
        (chunked([CUT], end=b""), BrokenResponse),
        (chunked([CUT], end=b"zz\r\n"), BrokenResponse),
        (raw(head(200, "Transfer-Encoding: chunked"), b"ff\r\nshort"), BrokenResponse),
        (answer(200, b"no gzip at all", "Content-Encoding: gzip"), BrokenResponse),
        (raw(head(200, "Content-Length: 30", "Content-Encoding: gzip"), gzip.compress(b"x" * 99)[:15]), BrokenResponse),
    ],
)
def test_broken_answers(script, error):
    """What is cut off, or is not HTTP, is an error that says so, by every way of sending and for streams."""
    with Server(script) as server, Transport(retries=0) as transport, requests.Session() as session:
        for sender, auth in ((transport, None), (transport, ("u", "p")), (Transport(session=session, retries=0), None)):
            with pytest.raises(error, match=r"^GET http://127.0.0.1:\d+/p: ") as caught:
                sender.send(get(server.url + "/p?token=hidden"), auth)
            assert caught.value.request_sent
            assert caught.value.__suppress_context__
            with pytest.raises(error):
                b"".join(sender.send(get(server.url, stream=True), auth).chunks)


@pytest.mark.parametrize("part", [b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_a_header_that_is_cut_off(part):
    """The connection's end within the header is no empty answer."""
    with Server(raw(part)) as server, Transport(retries=0) as transport:
        for stream in (False, True):
            with pytest.raises(Unreachable, match="closed before"):
                transport.send(get(server.url, stream=stream))


def test_nobody_listens():
    """A refused connection says that nothing was sent and what to look at."""
    url = f"http://127.0.0.1:{free_port()}/"
    with Transport(retries=0) as transport, pytest.raises(Unreachable, match="does the server run") as caught:
        transport.send(get(url))
    assert not caught.value.request_sent
    assert isinstance(caught.value, ConnectionError)


def test_a_name_that_does_not_exist():
    """So does a name that cannot be resolved."""
    with Transport(retries=0) as transport, pytest.raises(Unreachable, match="address right") as caught:
        transport.send(get("http://nowhere.invalid/"))
    assert not caught.value.request_sent


@pytest.mark.parametrize(
    "script",
    [
        silent,
        drip(head(200, "Content-Length: 100") + b"x" * 100, 0.05),
        drip(b"HTTP/1.1 200 OK\r\n" + b"a" * 1000, 0.05),
        chunked([b"x"] * 200, pause=0.05),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 20, 0.02),
        lambda exchange: (exchange.send(head(200, "Content-Length: 2000000")), drip(b"x" * 200, 0.05)(exchange)),
    ],
)
def test_slow_answers_end_in_time(script):
    """The time to answer bounds the whole of it, however steadily its bytes drip."""
    with Server(script) as server, Transport(timeout=(5, 0.3)) as transport:
        for auth in (None, ("u", "p")):
            with pytest.raises(TimedOut, match="no complete answer in time") as caught:
                transport.send(get(server.url), auth)
            assert caught.value.request_sent
            assert isinstance(caught.value, TimeoutError)
        assert len(server.seen) == 2


def test_a_slow_body_by_a_given_session_ends_in_time():
    """A given session's body is bounded too."""
    script = chunked([b"x"] * 200, pause=0.05)
    with Server(script) as server, requests.Session() as session, pytest.raises(TimedOut):
        Transport(timeout=(5, 0.3), session=session).send(get(server.url))


def test_a_stream_may_last_longer_than_the_timeout():
    """Of a streamed answer each wait is bounded, not the sum of them."""
    with Server(chunked([b"x"] * 6, pause=0.1)) as server, Transport(timeout=(5, 0.4)) as transport:
        assert b"".join(transport.send(get(server.url, stream=True)).chunks) == b"x" * 6


def test_a_stream_that_stops_ends_in_time():
    """A stream from which nothing more comes is an error while it is iterated."""
    script = chunked([b"x", b"y"], end=b"")

    def stall(exchange):
        exchange.send(head(200, "Transfer-Encoding: chunked"), b"1\r\nx\r\n")
        silent(exchange)

    with Server(stall, script) as server, Transport(timeout=(5, 0.2)) as transport:
        chunks = transport.send(get(server.url, stream=True)).chunks
        assert next(chunks) == b"x"
        with pytest.raises(TimedOut):
            next(chunks)


def test_chunks_come_as_they_are_sent():
    """A chunk is there before the next one exists, and is asked for uncompressed."""
    go = threading.Event()

    def script(exchange):
        exchange.send(head(200, "Transfer-Encoding: chunked"), b"2\r\na\n\r\n")
        go.wait(10)
        exchange.send(b"2\r\nb\n\r\n0\r\n\r\n")

    with Server(script) as server, Transport() as transport:
        chunks = transport.send(get(server.url, stream=True)).chunks
        assert next(chunks) == b"a\n"
        go.set()
        assert list(chunks) == [b"b\n"]
        assert server.seen[0].headers["accept-encoding"] == "identity"


def test_the_end_of_a_stream_gives_its_connection_back():
    """A stream read to its end leaves the connection to the next call; a closed one gives it up."""
    with Server(chunked([b"x"] * 3)) as server, Transport() as transport:
        list(transport.send(get(server.url, stream=True)).chunks)
        response = transport.send(get(server.url, stream=True))
        assert server.connections == 1
        response.chunks.close()
        assert list(response.chunks) == []
        transport.send(get(server.url))
        assert server.connections == 2


BOMB = gzip.compress(b"\0" * 50_000_000)


@pytest.mark.parametrize(
    "script",
    [
        answer(200, b"x" * 1001),
        answer(200, b"x" * 2_000_000),
        chunked([b"x" * 600] * 2),
        raw(head(200), b"x" * 5000),
        answer(200, BOMB, "Content-Encoding: gzip"),
        chunked([BOMB], "Content-Encoding: gzip"),
    ],
)
def test_too_large_answers(script):
    """More than max_bytes, counted as they are after decompression, is an error."""
    with Server(script) as server, Transport(max_bytes=1000) as transport, requests.Session() as session:
        for sender in (transport, Transport(session=session, max_bytes=1000)):
            with pytest.raises(ResponseTooLarge, match="max_bytes"):
                sender.send(get(server.url))


def test_a_length_beyond_the_limit_is_not_read():
    """A server that says how much will come is refused at once."""
    script = lambda exchange: (exchange.send(head(200, "Content-Length: 999999999999")), silent(exchange))  # noqa: E731
    with Server(script) as server, Transport() as transport, pytest.raises(ResponseTooLarge):
        transport.send(get(server.url))


def test_exactly_the_limit_is_taken():
    """The limit itself is allowed."""
    with Server(answer(200, b"x" * 1000), chunked([b"x" * 1000])) as server, Transport(max_bytes=1000) as transport:
        assert len(transport.send(get(server.url)).body) == 1000
        assert len(transport.send(get(server.url)).body) == 1000


@pytest.mark.parametrize("timeout", [0, -1, None, "5", float("inf"), float("nan"), (1,), (1, 2, 3), (1, None)])
def test_timeouts_are_always_set(timeout):
    """There is no waiting for ever."""
    with pytest.raises(ArgumentError, match="seconds above zero"):
        Transport(timeout=timeout)


# --- again ---------------------------------------------------------------------------------------


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


# --- proxies, certificates, sessions -------------------------------------------------------------


def test_proxies_of_the_environment_are_read_once(monkeypatch):
    """The environment is asked when an origin is first met, and not at all without trust_env."""
    with Server(answer(200, b"proxy")) as proxy, Server(answer(200, b"direct")) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        with Transport() as transport, Transport(trust_env=False) as deaf:
            assert transport.send(get(server.url + "/a%2Fb")).body == b"proxy"
            monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
            assert transport.send(get(server.url + "/a%2Fb")).body == b"proxy"
            assert transport.send(get(server.url), ("u", "p")).body == b"proxy"
            assert deaf.send(get(server.url)).body == b"direct"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with Transport() as transport:
            assert transport.send(get(server.url)).body == b"direct"
        assert proxy.seen[0].target == f"{server.url}/a%2Fb"


def test_given_proxies_go_first(monkeypatch):
    """``proxies=`` goes before the environment, and one that is not there says that it is the proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with Server(answer(200, b"proxy")) as proxy, Transport(proxies={"http": proxy.url}) as transport:
        assert transport.send(get("http://nowhere.invalid/")).body == b"proxy"
    gone = {"http": f"http://127.0.0.1:{free_port()}"}
    with Transport(proxies=gone, retries=0) as transport, pytest.raises(Unreachable, match="the proxy"):
        transport.send(get("http://nowhere.invalid/"))


def test_certificates(tmp_path, monkeypatch):
    """A certificate is checked against the bundle given, or the environment's, unless that is switched off."""
    pem = tmp_path / "both.pem"
    pem.write_text(CERTIFICATE)
    with Server(OK, certificate=str(pem)) as server:
        with Transport() as transport, pytest.raises(Unreachable, match="not trusted") as caught:
            transport.send(get(server.url))
        assert not caught.value.request_sent
        with Transport(verify=str(pem)) as transport:
            assert transport.send(get(server.url)).status == 200
            assert transport.send(get(server.url), ("u", "p")).status == 200
        with Transport(verify=str(tmp_path / "none.pem")) as transport, pytest.raises(ArgumentError, match="not there"):
            transport.send(get(server.url))
        with Transport(verify=False) as transport, pytest.warns(match="Unverified HTTPS"):
            assert transport.send(get(server.url)).status == 200
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
        with Transport() as transport:
            assert transport.send(get(server.url)).status == 200


def test_https_to_a_server_without_it():
    """A plain server on an https URL is named as that."""

    def answer_anything(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener, Transport(retries=0) as transport:
        thread = threading.Thread(target=answer_anything, args=(listener,))
        thread.start()
        with pytest.raises(Unreachable, match="speak https"):
            transport.send(get(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        thread.join(10)


def test_a_given_session_is_used_as_it_is():
    """Its headers, cookies, auth, params, hooks and adapters apply, and it is not closed."""
    with Server(OK) as server, requests.Session() as session:
        session.headers["X-Mine"] = "1"
        session.cookies["c"] = "2"
        session.auth = ("u", "p")
        heard: list[int] = []
        session.hooks["response"].append(lambda response, **_: heard.append(response.status_code))
        with Transport(session=session) as transport:
            assert transport.session is session
            transport.send(get(server.url))
            transport.send(get(server.url, headers=Headers({"authorization": "Bearer t"})))
            session.params = {"q": "1"}
            transport.send(get(server.url + "/a"), ("v", "w"))
        first, second, third = server.seen
        assert (first.headers["x-mine"], first.headers["cookie"]) == ("1", "c=2")
        assert first.headers["authorization"] == "Basic dTpw"
        assert second.headers["authorization"] == "Bearer t"
        assert third.headers["authorization"] == "Basic djp3"
        assert third.target == "/a?q=1"
        assert heard == [200] * 3
        assert session.get(server.url).ok


def test_a_hook_that_reads_the_body():
    """A body that a hook has read is still the body."""
    with Server(answer(200, b"body")) as server, requests.Session() as session:
        session.hooks["response"].append(lambda response, **_: response.content and None)
        transport = Transport(session=session)
        assert transport.send(get(server.url)).body == b"body"
        assert list(transport.send(get(server.url, stream=True)).chunks) == [b"body"]


@pytest.mark.parametrize("given", [False, True])
def test_an_auth_object_answers_a_challenge(given):
    """A requests auth object works with its hooks: Digest is asked, answers, and the second answer is ours."""
    challenge = answer(401, b"", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"', "Set-Cookie: a=1")
    with Server(challenge, answer(200, b"in")) as server, requests.Session() as session:
        with Transport(session=session if given else None) as transport:
            response = transport.send(
                Request("POST", server.url + "/a%2Fb?c", body=b"{}"), requests.auth.HTTPDigestAuth("u", "p")
            )
        assert (response.status, response.body) == (200, b"in")
        first, second = server.seen
        assert "authorization" not in first.headers
        assert second.headers["authorization"].startswith('Digest username="u"')
        assert 'uri="/a%2Fb?c"' in second.headers["authorization"]
        assert second.headers["cookie"] == "a=1"
        assert second.body == b"{}"


def test_a_forked_child_opens_its_own_connection():
    """Two processes never share a socket."""
    with Server(OK) as server, Transport() as transport:
        transport.send(get(server.url))
        child = os.fork()
        if child == 0:
            status = transport.send(get(server.url)).status
            os._exit(0 if status == 200 else 1)
        assert os.waitpid(child, 0)[1] == 0
        transport.send(get(server.url))
        assert [seen.connection for seen in server.seen] == [1, 2, 1]


@pytest.mark.parametrize("stream", [False, True])
def test_vcrpy_records_and_replays(tmp_path, stream):
    """What vcrpy recorded of our traffic is answered without the server."""
    cassette = str(tmp_path / "cassette.yaml")
    scripts = (zipped(b'{"zipped": 1}'), chunked([b"a", b"b"]), answer(200, BIG[:2_000_000]), answer(404, b"no"))

    def talk(transport: Transport, url: str) -> list[tuple[int, bytes]]:
        said = []
        for number in range(len(scripts)):
            request = Request("POST", f"{url}/{number}%2F", Headers({"Accept": "*/*"}), b"{}", stream=stream)
            response = transport.send(request)
            said.append((response.status, b"".join(response.chunks) if stream else response.body))
        return said

    with Server(*scripts) as server, vcr.use_cassette(cassette, record_mode="once"), Transport() as transport:
        live = talk(transport, server.url)
        assert len(server.seen) == len(scripts)
    with vcr.use_cassette(cassette, record_mode="none") as played, Transport() as transport:
        assert talk(transport, server.url) == live
        assert played.play_count == len(scripts)
    assert [body for _, body in live] == [b'{"zipped": 1}', b"ab", BIG[:2_000_000], b"no"]


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # vcrpy before 9.4 drops pooled connections
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")  # so
def test_a_cassette_around_some_calls_of_a_transport(tmp_path):
    """A transport in use can enter and leave a cassette."""
    with Server(OK) as server, Transport() as transport:
        transport.send(get(server.url))
        with vcr.use_cassette(str(tmp_path / "c.yaml")) as cassette:
            transport.send(get(server.url))
            assert len(cassette) == 1
        transport.send(get(server.url))
        assert len(server.seen) == 3
    gc.collect()  # what vcrpy dropped is told of here, and not in a later test


def test_repr_says_what_it_is():
    """The repr has the limits and no secret."""
    text = repr(Transport(timeout=5, retries=1, proxies={"http": "http://u:secret@h"}))
    assert text == f"<Transport timeout=(5.0, 5.0) retries=1 max_bytes={256 * 2**20}>"
