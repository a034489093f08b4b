"""Streams over real connections: what comes, when, and that nothing stays open; plain and awaited."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import tracemalloc

import pytest
from loopback import Server, answer, chunked, head
from tiny_specs import json_answer, parameter, tiny

from dynclient import Client, Transport, aio, errors

LOG = {"description": "", "content": {"application/json": {}, "text/plain": {}, "application/x-ndjson": {}}}
INT = {"type": "integer"}
PAGE = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"type": "object"}}, "total_entries": INT},
}
SPEC = tiny(
    {
        "GET /log": {"operationId": "get_log", "responses": {"200": LOG}},
        "GET /things": {
            "operationId": "get_things",
            "parameters": [parameter("limit", schema=INT), parameter("offset", schema=INT)],
            "responses": {"200": json_answer(PAGE)},
        },
    }
)
NDJSON, TEXT = "Content-Type: application/x-ndjson", "Content-Type: text/plain"


def plain(url, max_bytes=2**26, **call):
    with Client(SPEC, url, transport=Transport(max_bytes=max_bytes)) as client:
        return list(client.get_log.stream(**call))


def awaited(url, max_bytes=2**26, **call):
    async def work():
        async with aio.Client(SPEC, url, transport=aio.Transport(max_bytes=max_bytes)) as client:
            return [item async for item in client.get_log.stream(**call)]

    return asyncio.run(work())


BOTH = pytest.mark.parametrize("read", [plain, awaited])

CAME = [
    # (what it shows, header fields, chunks, lines)
    ("objects across chunks", [NDJSON], [b'{"a":', b'1}\n\n{"a":2}\r\n', b'{"a":3}'], [{"a": 1}, {"a": 2}, {"a": 3}]),
    ("no last line break", [TEXT], [b"one\ntwo"], ["one", "two"]),
    ("empty lines stay", [TEXT], [b"one\n\ntwo\n"], ["one", "", "two"]),
    ("other separators end no line", [TEXT], ["a\u2028b\x0bc\n".encode()], ["a\u2028b\x0bc"]),
    ("a character across chunks", [TEXT], [b"\xc3", b"\xb6\r\n"], ["ö"]),
    ("the charset that is named", [TEXT + "; charset=latin-1"], [b"\xf6\n"], ["ö"]),
    ("two bytes for a character", [TEXT + "; charset=utf-16-le"], ["ö\nĀ\n".encode("utf-16-le")], ["ö", "Ā"]),
    ("a charset that is none", [TEXT + "; charset=klingon"], ["ö\n".encode()], ["ö"]),
    ("what is no UTF-8", [TEXT], [b"\xff\n"], ["\ufffd"]),
    ("nothing", [TEXT], [], []),
    ("JSON instead is one thing", ["Content-Type: application/json"], [b'{"a": 1}'], [{"a": 1}]),
]


@BOTH
@pytest.mark.parametrize(("fields", "chunks", "lines"), [row[1:] for row in CAME], ids=[row[0] for row in CAME])
def test_what_comes(read, fields, chunks, lines):
    """Text by lines, NDJSON by objects, however the network cuts them."""
    with Server(chunked(chunks, *fields)) as server:
        assert read(server.url) == lines


@BOTH
def test_lines_are_asked_for(read):
    """NDJSON before text before anything else; ``accept=`` chooses; nothing compressed, which servers hold back."""
    with Server(chunked([], NDJSON)) as server:
        read(server.url)
        read(server.url, accept="text/plain")
    assert [seen.headers["accept"] for seen in server.seen] == ["application/x-ndjson", "text/plain"]
    assert {seen.headers["accept-encoding"] for seen in server.seen} == {"identity"}


BROKEN = [
    (chunked([b'{"a":1}\n', b"<html>\n"], NDJSON), errors.InvalidResponse, "no JSON"),
    (chunked([b'{"a":1}\n'], NDJSON, end=b""), errors.BrokenResponse, "cut off"),
    (answer(404, b'{"detail": "no such log"}'), errors.NotFound, "no such log"),
    (answer(500, b"<h1>Oops</h1>", content_type="text/html"), errors.Unknown, "HTML page"),
]


@BOTH
@pytest.mark.parametrize(("script", "error", "words"), BROKEN, ids=[row[1].__name__ for row in BROKEN])
def test_what_goes_wrong(read, script, error, words):
    """A refusal is an error before the first line; what breaks off later is one where it breaks."""
    with Server(script) as server, pytest.raises(error, match=words):
        read(server.url)


def test_a_long_line_is_joined_once():
    """A line of many chunks is put together at its end, so its bytes are not moved for every chunk."""
    part = b"x" * 2**16
    with Server(chunked([part] * 800 + [b"\nend\n"], TEXT)) as server:
        assert [len(line) for line in plain(server.url)] == [800 * 2**16, 3]


@pytest.mark.parametrize("kind", [NDJSON, TEXT])
@BOTH
def test_an_endless_line_is_bounded(read, kind):
    """A line may have as many bytes as a body: what goes on without a line break ends, and its connection with it."""
    endless = Endless(b"x" * 10_000, kind)
    with Server(endless) as server:
        with pytest.raises(errors.ResponseTooLarge, match="a line of the stream has more than 100000 bytes"):
            read(server.url, max_bytes=100_000)
        assert endless.gone.wait(5)


# --- what stays open -----------------------------------------------------------------------------


class Endless:
    """A stream without end; ``gone`` is set when the other side has closed."""

    def __init__(self, line=b"line\n", kind=TEXT):
        self.gone = threading.Event()
        self.kind = kind
        self.part = f"{len(line):x}\r\n".encode() + line + b"\r\n"

    def __call__(self, exchange):
        exchange.send(head(200, "Transfer-Encoding: chunked", self.kind))
        try:
            while not exchange.wait(0.01):
                exchange.send(self.part)
        except OSError:
            self.gone.set()
            raise


def by_close(client):
    lines = client.get_log.stream()
    next(lines)
    lines.close()
    assert list(lines) == []


def by_with(client):
    with client.get_log.stream() as lines:
        next(lines)


def by_dropping(client):
    next(client.get_log.stream())
    gc.collect()


def by_dropping_unread(client):
    client.get_log.stream()
    gc.collect()


def by_an_error(client):
    with pytest.raises(ZeroDivisionError), client.get_log.stream() as lines:
        print(1 / len(next(lines).removeprefix("line")))  # noqa: T201 - it does not


@pytest.mark.parametrize("leave", [by_close, by_with, by_dropping, by_dropping_unread, by_an_error])
def test_leaving_a_stream_closes_its_connection(leave):
    """Whichever way it is left, the server sees the end at once, and the client goes on to work."""
    endless = Endless()
    with Server(endless, answer(200, b'{"things": []}')) as server, Client(SPEC, server.url) as client:
        leave(client)
        assert endless.gone.wait(5)
        assert client.get_things()["things"] == []


async def a_close(client):
    lines = client.get_log.stream()
    await anext(lines)
    await lines.aclose()
    assert [line async for line in lines] == []


async def a_with(client):
    async with client.get_log.stream() as lines:
        await anext(lines)


async def a_cancel(client):
    async def read():
        async for _ in client.get_log.stream():
            begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("leave", [a_close, a_with, a_cancel])
def test_leaving_an_awaited_stream_closes_its_connection(leave):
    """By aclose, at the end of async with, and when the task is cancelled while it waits for more."""
    endless = Endless()

    async def work():
        async with aio.Client(SPEC, server.url) as client:
            await leave(client)
            assert await asyncio.to_thread(endless.gone.wait, 5)
            assert (await client.get_things())["things"] == []

    with Server(endless, answer(200, b'{"things": []}')) as server:
        asyncio.run(work())


def test_a_stream_that_is_never_read_sends_nothing():
    """An awaited stream asks when the first line is wanted, so one that is not wanted costs nothing."""

    async def work():
        async with aio.Client(SPEC, server.url) as client:
            await client.get_log.stream().aclose()

    with Server(answer()) as server:
        asyncio.run(work())
    assert server.seen == []


# --- long walks ----------------------------------------------------------------------------------

ITEMS = 10_000


def shelf(exchange):
    """A page of the ten thousand things, of half a kilobyte each."""
    query = dict(part.split("=") for part in exchange.seen.target.partition("?")[2].split("&"))
    start = int(query.get("offset", 0))
    things = [{"n": n, "text": "x" * 500} for n in range(start, min(start + 100, ITEMS))]
    answer(200, json.dumps({"things": things, "total_entries": ITEMS}).encode())(exchange)


def by_iter(url):
    with Client(SPEC, url) as client:
        return sum(thing["n"] for thing in client.get_things.iter(limit=100))


def by_aiter(url):
    async def work():
        total = 0
        async with aio.Client(SPEC, url) as client:
            async for thing in client.get_things.iter(limit=100):
                total += thing["n"]
        return total

    return asyncio.run(work())


@pytest.mark.parametrize("walk", [by_iter, by_aiter])
def test_ten_thousand_items_take_the_memory_of_a_few_pages(walk):
    """All of them come, and at no time is more in memory than a few pages of the hundred."""
    with Server(shelf) as server:
        walk(server.url)  # what is imported and compiled stays
        tracemalloc.start()
        try:
            total = walk(server.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert total == ITEMS * (ITEMS - 1) // 2
    assert peak < 2**20  # a page is 60 kB as text, all of them 6 MB


def test_a_walk_that_is_left_leaves_nothing_open():
    """Its page has come whole: the connection is free, and the next call uses it."""
    with Server(shelf) as server, Client(SPEC, server.url) as client:
        things = client.get_things.iter(limit=100)
        next(things)
        things.close()
        client.get_things(offset=0)
        assert server.connections == 1
        assert len(server.seen) == 2
