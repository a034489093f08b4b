"""The body of an answer, whole or as it comes: its length, its coding, its end, its size."""

from __future__ import annotations

import gzip
import threading

import pytest
import requests
import requests.auth
from loopback import Server, answer, chunked, head, raw, silent, zipped
from sending import BIG, get

from dynclient.errors import (
    BrokenResponse,
    ResponseTooLarge,
    Unreachable,
)
from dynclient.http.messages import Request
from dynclient.http.transport import Transport


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
        (chunked([gzip.compress(b"z" * 5000, mtime=0)], "Content-Encoding: gzip"), b"z" * 5000),
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
        transport_of_session = Transport(session=session, retries=0)
        for sender in (transport, transport_of_session):
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
        (
            raw(head(200, "Content-Length: 30", "Content-Encoding: gzip"), gzip.compress(b"x" * 99, mtime=0)[:15]),
            BrokenResponse,
        ),
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


BOMB = gzip.compress(b"\0" * 50_000_000, mtime=0)


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
