"""Connections: kept, shared, closed, and bounded in time."""

from __future__ import annotations

import os
import socket
import threading

import pytest
from loopback import Server, chunked, drip, free_port, head, raw, silent
from sending import OK, get

from dynclient.errors import (
    InvalidRequest,
    TimedOut,
    Unreachable,
)
from dynclient.http.transport import Transport


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
