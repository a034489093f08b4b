"""What a network and a server can do to one request: each fault, blocking, awaited, and by a given session.

A row says the script of the server, the method, what must come of it and how often the server may see the request.
The time of each is bounded. The table, as it was measured, is shown at the end.
"""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import os
import signal
import socket
import threading
import time
import zlib

import pytest
import requests
from loopback import Server, answer, chunked, drip, free_port, head, raw, silent

from dynclient import aio, errors
from dynclient.http.messages import Headers, Request
from dynclient.http.transport import Retry, Transport

OK = answer(200, b"yes")
QUICK = Retry(total=2, backoff=0.001, max_wait=1)
TIMEOUT = (2, 0.4)
LONGEST = 6.0  # seconds for the slowest row: three attempts, or both times of a given session
BODY = b"0123456789" * 200
ZIPPED = gzip.compress(BODY)
DEFLATED = zlib.compress(BODY)
GZIP, DEFLATE = "Content-Encoding: gzip", "Content-Encoding: deflate"


def cut(*parts):
    """A script that sends these bytes and resets the connection."""

    def script(exchange):
        exchange.send(*parts)
        linger = b"\1\0\0\0\0\0\0\0"  # close by a reset
        exchange._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        exchange.cut()

    return script


def stall(*parts):
    """A script that sends these bytes and nothing more."""
    return lambda exchange: (exchange.send(*parts), silent(exchange))


def sized(body, *fields, length=None):
    """A header with a length, and a body that need not have it."""
    return head(200, f"Content-Length: {len(body) if length is None else length}", *fields) + body


LOST, BROKEN, SLOW = errors.Unreachable, errors.BrokenResponse, errors.TimedOut

# (name, method, scripts, outcome, most requests that the server sees)
COMMON = [
    ("closed at once", "GET", [raw()], LOST, 3),
    ("closed at once, then well", "GET", [raw(), OK], 200, 2),
    ("reset at once", "GET", [cut()], LOST, 3),
    ("POST closed at once", "POST", [raw(), OK], LOST, 1),
    ("POST reset at once", "POST", [cut(), OK], LOST, 1),
    ("PATCH closed at once", "PATCH", [raw(), OK], LOST, 1),
    ("PUT closed at once", "PUT", [raw(), OK], LOST, 1),
    ("DELETE closed at once", "DELETE", [raw(), OK], LOST, 1),
    ("POST cut in the body", "POST", [raw(sized(b"abc", length=9)), OK], BROKEN, 1),
    ("DELETE cut in the body", "DELETE", [raw(sized(b"abc", length=9)), OK], BROKEN, 1),
    ("POST that gets no answer", "POST", [silent, OK], SLOW, 1),
    ("GET that gets no answer", "GET", [silent, OK], SLOW, 1),
    ("DELETE that gets no answer", "DELETE", [silent, OK], SLOW, 1),
    ("status line cut off", "GET", [raw(b"HTTP/1.1 2")], (LOST, BROKEN), 3),
    ("no HTTP, and closed", "GET", [raw(b"SSH-2.0-x\r\n")], (BROKEN, LOST), 3),
    ("a mail server", "GET", [raw(b"220 mail ESMTP\r\n\r\n")], BROKEN, 1),
    ("zeros", "GET", [raw(b"\0" * 100 + b"\r\n\r\n")], BROKEN, 1),
    ("no status", "GET", [raw(b"HTTP/1.1 abc OK\r\n\r\n")], BROKEN, 1),
    ("a status of two digits", "GET", [raw(b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")], BROKEN, 1),
    ("an endless status line", "GET", [raw(b"HTTP/1.1 200 " + b"x" * 200_000)], BROKEN, 3),
    ("an endless field", "GET", [raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000)], BROKEN, 3),
    ("length longer than the body", "GET", [raw(sized(b"abc", length=9))], BROKEN, 3),
    ("length of another body", "GET", [raw(sized(BODY, length=len(BODY) + 1))], BROKEN, 3),
    ("length that is no number", "GET", [raw(sized(BODY, length="abc"))], BROKEN, 1),
    ("length below zero", "GET", [raw(sized(BODY, length=-5))], BROKEN, 1),
    ("length with a plus", "GET", [raw(sized(BODY, length="+5"))], BROKEN, 1),
    ("length in hex", "GET", [raw(sized(BODY, length="0x10"))], BROKEN, 1),
    ("length of a float", "GET", [raw(sized(BODY, length="5.0"))], BROKEN, 1),
    ("two lengths that differ", "GET", [raw(sized(BODY, "Content-Length: 20"))], BROKEN, 1),
    ("a body beyond the limit", "GET", [answer(200, b"x" * 20_000)], errors.ResponseTooLarge, 1),
    ("a length beyond the limit", "GET", [stall(sized(b"", length=10**12))], errors.ResponseTooLarge, 1),
    ("chunks beyond the limit", "GET", [chunked([b"x" * 5000] * 4)], errors.ResponseTooLarge, 1),
    ("an endless body", "GET", [raw(head(200), b"x" * 50_000)], errors.ResponseTooLarge, 1),
    ("gzip beyond the limit", "GET", [raw(sized(gzip.compress(b"x" * 10**6), GZIP))], errors.ResponseTooLarge, 1),
    ("chunks without an end", "GET", [chunked([b"abc"], end=b"")], BROKEN, 3),
    ("a chunk cut off", "GET", [raw(head(200, "Transfer-Encoding: chunked"), b"ff\r\nshort")], BROKEN, 3),
    ("a chunk size that is none", "GET", [chunked([b"abc"], end=b"zz\r\n\r\n")], BROKEN, 3),
    ("a chunk size cut off", "GET", [raw(head(200, "Transfer-Encoding: chunked"), b"f")], BROKEN, 3),
    ("chunks with a reset", "GET", [cut(head(200, "Transfer-Encoding: chunked"), b"3\r\nabc\r\n")], BROKEN, 3),
    ("no gzip", "GET", [answer(200, b"no gzip at all", GZIP)], BROKEN, 1),
    ("gzip without its end", "GET", [raw(sized(ZIPPED[:-9], GZIP))], BROKEN, 1),
    ("gzip with half a trailer", "GET", [raw(sized(ZIPPED[:-4], GZIP))], BROKEN, 1),
    ("gzip of a few bytes", "GET", [raw(sized(ZIPPED[:5], GZIP))], BROKEN, 1),
    ("gzip without its end, in chunks", "GET", [chunked([ZIPPED[:-9]], GZIP)], BROKEN, 1),
    ("gzip without its end, until closed", "GET", [raw(head(200, GZIP), ZIPPED[:-9])], BROKEN, 1),
    ("gzip with a wrong checksum", "GET", [raw(sized(ZIPPED[:-8] + b"\0" * 8, GZIP))], BROKEN, 1),
    ("the second gzip member cut off", "GET", [raw(sized(ZIPPED + ZIPPED[:-9], GZIP))], BROKEN, 1),
    ("deflate without its end", "GET", [raw(sized(DEFLATED[:-5], DEFLATE))], BROKEN, 1),
    ("raw deflate without its end", "GET", [raw(sized(DEFLATED[2:-6], DEFLATE))], BROKEN, 1),
    ("no deflate", "GET", [answer(200, b"\xff\xff\xff\xff", DEFLATE)], BROKEN, 1),
    ("a coding nobody knows", "GET", [answer(200, b"abc", "Content-Encoding: klingon")], BROKEN, 1),
    (
        "gzip in gzip, the inner cut off",
        "GET",
        [answer(200, gzip.compress(ZIPPED[:-9]), "Content-Encoding: gzip, gzip")],
        BROKEN,
        1,
    ),
    ("slow header", "GET", [drip(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 90, 0.1)], SLOW, 1),
    ("slow body", "GET", [drip(head(200, "Content-Length: 100") + b"x" * 100, 0.1)], SLOW, 1),
    ("slow chunks", "GET", [chunked([b"x"] * 100, pause=0.1)], SLOW, 1),
    (
        "slow gzip",
        "GET",
        [
            lambda exchange: (
                exchange.send(head(200, f"Content-Length: {len(ZIPPED)}", GZIP)),
                drip(ZIPPED, 0.1)(exchange),
            )
        ],
        SLOW,
        1,
    ),
    ("silence in the header", "GET", [stall(b"HTTP/1.1 200 OK\r\n")], SLOW, 1),
    ("silence in the body", "GET", [stall(sized(b"abc", length=9))], SLOW, 1),
    ("silence in a chunk", "GET", [stall(head(200, "Transfer-Encoding: chunked"), b"5\r\nab")], SLOW, 1),
    ("an endless row of 100", "GET", [drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.05)], SLOW, 1),
    ("503, then well", "GET", [answer(503), OK], 200, 2),
    ("503 for ever", "GET", [answer(503)], 503, 3),
    ("429, then well", "GET", [answer(429, b"", "Retry-After: 0"), OK], 200, 2),
    ("429 for a day", "GET", [answer(429, b"", "Retry-After: 86400"), OK], 429, 1),
    ("503 for two minutes", "GET", [answer(503, b"", "Retry-After: 120"), OK], 503, 1),
    ("a Retry-After that is none", "GET", [answer(503, b"", "Retry-After: soon"), OK], 200, 2),
    ("POST 503", "POST", [answer(503), OK], 503, 1),
    ("DELETE 503, then well", "DELETE", [answer(503), OK], 200, 2),
    ("DELETE 504", "DELETE", [answer(504), OK], 504, 1),
    ("PUT 429, then well", "PUT", [answer(429, b"", "Retry-After: 0"), OK], 200, 2),
    ("500 is not passing", "GET", [answer(500), OK], 500, 1),
    ("a redirect is an answer", "GET", [answer(302, b"", "Location: http://127.0.0.1:1/")], 302, 1),
    ("a redirect to itself", "POST", [answer(307, b"", "Location: /")], 307, 1),
    ("whole gzip", "GET", [answer(200, ZIPPED, GZIP)], 200, 1),
    ("gzip of two members", "GET", [answer(200, ZIPPED + ZIPPED, GZIP)], 200, 1),
    ("whole raw deflate", "GET", [answer(200, DEFLATED[2:-4], DEFLATE)], 200, 1),
    ("a body until the end", "GET", [raw(head(200), BODY)], 200, 1),
    ("a 204 with a length", "GET", [raw(head(204, "Content-Length: 0"))], 204, 1),
    ("a length said twice alike", "GET", [raw(sized(BODY, f"Content-Length: {len(BODY)}"))], (200, BROKEN), 1),
    ("the first connection closed after its answer", "GET", [raw(sized(BODY))], 200, 1),
]
for package, coding in (("brotli", "br"), ("zstandard", "zstd")):
    if importlib.util.find_spec(package):
        packed = __import__(package).compress(BODY)
        COMMON.append(
            (f"{coding} without its end", "GET", [raw(sized(packed[:-3], f"Content-Encoding: {coding}"))], BROKEN, 1)
        )
        COMMON.append((f"whole {coding}", "GET", [answer(200, packed, f"Content-Encoding: {coding}")], 200, 1))


def blocking(request, **settings):
    with Transport(**settings) as transport:
        return transport.send(request)


def awaited(request, **settings):
    async def work():
        async with aio.Transport(**settings) as transport:
            return await transport.send(request)

    return asyncio.run(work())


def by_session(request, **settings):
    with requests.Session() as session:
        return Transport(session=session, **settings).send(request)


SENDERS = [blocking, awaited, by_session]
SETTINGS = {"timeout": TIMEOUT, "retries": QUICK, "max_bytes": 10_000}


def outcome_of(send, request, settings):
    """The status or the class of the error, and the seconds it took."""
    start = time.monotonic()
    try:
        outcome = send(request, **settings).status
    except errors.DynclientError as error:
        outcome = type(error)
    return outcome, time.monotonic() - start


def is_as_wanted(outcome, wanted):
    return outcome in wanted if isinstance(wanted, tuple) else outcome == wanted


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize(("name", "method", "scripts", "wanted", "most"), COMMON, ids=[row[0] for row in COMMON])
def test_faults(send, name, method, scripts, wanted, most, figure):
    """Each fault has its one outcome, in bounded time, and nothing is sent more often than it may be."""
    body = b"{}" if method in {"POST", "PUT", "PATCH"} else None
    with Server(*scripts) as server:
        request = Request(method, server.url + "/", Headers({"Accept": "*/*"}), body)
        outcome, seconds = outcome_of(send, request, SETTINGS)
        seen = len(server.seen)
    what = getattr(outcome, "__name__", outcome)
    figure(f"fault {name:45} {send.__name__:10} {what} {seconds:.2f} s, seen {seen} times")
    assert is_as_wanted(outcome, wanted), outcome
    assert seen <= most
    assert seconds < LONGEST


class Listener:
    """A socket that takes connections and says nothing; ``serve`` may do more."""

    def __init__(self, serve=None):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self._taken = []
        self._serve = serve
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                connection, _ = self.socket.accept()
                self._taken.append(connection)
                if self._serve:
                    self._serve(connection)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        for connection in self._taken:
            connection.close()


def hang_up(connection):
    connection.close()


def talk_plainly(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


BEFORE = [
    ("a TLS handshake that stays silent", None, SLOW),
    ("a TLS handshake that is closed", hang_up, LOST),
    ("plain HTTP where TLS is spoken", talk_plainly, LOST),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize(("name", "serve", "wanted"), BEFORE, ids=[row[0] for row in BEFORE])
def test_faults_of_tls(send, name, serve, wanted, method):  # noqa: ARG001 - the name is the row's
    """What goes wrong before the request is written is bounded in time too."""
    with Listener(serve) as listener:
        request = Request(method, f"https://127.0.0.1:{listener.port}/", body=b"{}" if method == "POST" else None)
        outcome, seconds = outcome_of(send, request, {**SETTINGS, "timeout": (0.4, 0.8), "retries": 0})
    assert outcome == wanted
    assert seconds < LONGEST


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("url", ["http://nowhere.invalid/", "http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/"])
def test_nobody_there(send, url):
    """No name and no listener: nothing was sent, and the error says so."""
    request = Request("POST", url.format(port=free_port()), body=b"{}")
    with pytest.raises(LOST) as caught:
        send(request, **{**SETTINGS, "retries": 0})
    assert not caught.value.request_sent
    assert caught.value.retryable


def proxy_that_delivers(connection):
    """Takes the request, and closes before an answer."""
    connection.recv(65536)
    connection.close()


def proxy_that_refuses(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    connection.close()


PROXIES = [
    # (name, what the proxy does, URL, outcome)
    ("http, closed after the request", proxy_that_delivers, "http://far.invalid/", LOST),
    ("http, refused", proxy_that_refuses, "http://far.invalid/", 407),
    ("https, tunnel closed", proxy_that_delivers, "https://far.invalid/", LOST),
    ("https, tunnel refused", proxy_that_refuses, "https://far.invalid/", LOST),
]


@pytest.mark.parametrize("send", [blocking, awaited])
@pytest.mark.parametrize(("name", "serve", "url", "wanted"), PROXIES, ids=[row[0] for row in PROXIES])
def test_faults_of_proxies(send, name, serve, url, wanted):  # noqa: ARG001 - the name is the row's
    """A proxy that took a POST may have delivered it, so it is not sent again."""
    taken = []

    def count(connection):
        taken.append(1)
        serve(connection)

    with Listener(count) as listener:
        proxies = {url.partition(":")[0]: f"http://127.0.0.1:{listener.port}"}
        request = Request("POST", url, body=b"{}")
        outcome, _ = outcome_of(send, request, {**SETTINGS, "proxies": proxies})
    assert outcome == wanted
    if url.startswith("http:"):
        assert len(taken) == 1


def test_there_are_enough_rows():
    """The table has eighty faults at least."""
    assert len(COMMON) >= 80


# --- processes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"rate": 1000}])
def test_a_fork_while_threads_send(settings):
    """A child that is forked in the middle of other threads' calls waits for none of them: it has locks of its own."""
    with Server(OK) as server, Transport(**settings) as transport:
        stop = threading.Event()

        def work():
            while not stop.is_set():
                transport.send(Request("GET", server.url))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(10):
                child = os.fork()
                if child == 0:
                    signal.alarm(20)
                    os._exit(0 if transport.send(Request("GET", server.url)).status == 200 else 1)
                assert os.waitpid(child, 0)[1] == 0
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
