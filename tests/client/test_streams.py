"""Answers that are read item by item: events, JSON Lines, JSON sequences, octets; blocking and awaited."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from loopback import Server, answer, chunked
from tiny_specs import json_answer, json_body, tiny

from dynclient import Client, Transport, aio, errors
from dynclient.http.sequences import Event

INT, TEXT = {"type": "integer"}, {"type": "string"}
THING = {"type": "object", "required": ["n"], "properties": {"n": INT}}
REF = {"$ref": "#/components/schemas/Thing"}
JSON_DATA = {"type": "string", "contentMediaType": "application/json", "contentSchema": REF}
NAMED = {
    "oneOf": [
        {"required": ["event"], "properties": {"event": {"const": "thing"}, "data": JSON_DATA}},
        {"required": ["event"], "properties": {"event": {"const": "end"}, "data": TEXT}},
    ]
}


def media(name, **content):
    return {"description": "", "content": {name: content}}


EVENT_STREAM, LINES, SEQUENCE = "text/event-stream", "application/jsonl", "application/json-seq"
SPEC = tiny(
    {
        "GET /plain": {"operationId": "plain", "responses": {"200": media(EVENT_STREAM)}},
        "GET /data": {"operationId": "data", "responses": {"200": media(EVENT_STREAM, schema=REF)}},
        "GET /listed": {
            "operationId": "listed",
            "responses": {"200": media(EVENT_STREAM, schema={"type": "array", "items": REF})},
        },
        "GET /shape": {
            "operationId": "shape",
            "responses": {"200": media(EVENT_STREAM, schema={"properties": {"event": TEXT, "data": REF}})},
        },
        "GET /named": {"operationId": "named", "responses": {"200": media(EVENT_STREAM, itemSchema=NAMED)}},
        "GET /lines": {"operationId": "lines", "responses": {"200": media(LINES, itemSchema=REF)}},
        "GET /sequence": {"operationId": "sequence", "responses": {"200": media(SEQUENCE, itemSchema=REF)}},
        "POST /chat": {
            "operationId": "chat",
            "requestBody": json_body({"type": "object", "properties": {"stream": {"type": "boolean"}}}),
            "responses": {"200": {"description": "", "content": {"application/json": {}, EVENT_STREAM: {}}}},
        },
        "POST /lines": {
            "operationId": "send",
            "requestBody": {"content": {LINES: {"itemSchema": REF}}},
            "responses": {"200": json_answer({})},
        },
        "GET /file": {"operationId": "file", "responses": {"200": media("image/png")}},
    },
    openapi="3.2.0",
    schemas={"Thing": THING},
)


def plain(name, server, mode="strict", max_bytes=2**26, **arguments):
    with Client(SPEC, server.url, responses=mode, transport=Transport(max_bytes=max_bytes)) as client:
        return list(client.operation(name)(**arguments))


def streamed(name, server, mode="strict", max_bytes=2**26, **arguments):
    with Client(SPEC, server.url, responses=mode, transport=Transport(max_bytes=max_bytes)) as client:
        return list(client.operation(name).stream(**arguments))


def awaited(name, server, mode="strict", max_bytes=2**26, **arguments):
    async def work():
        transport = aio.Transport(max_bytes=max_bytes)
        async with aio.Client(SPEC, server.url, responses=mode, transport=transport) as client:
            return [item async for item in client.operation(name).stream(**arguments)]

    return asyncio.run(work())


def awaited_call(name, server, mode="strict", max_bytes=2**26, **arguments):
    async def work():
        transport = aio.Transport(max_bytes=max_bytes)
        async with aio.Client(SPEC, server.url, responses=mode, transport=transport) as client:
            return [item async for item in await client.operation(name)(**arguments)]

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("read", [plain, streamed, awaited, awaited_call])
STREAMS = pytest.mark.parametrize("read", [streamed, awaited])

CAME = [
    # (operation, the body, its items)
    ("plain", EVENT_STREAM, b'id: 1\nevent: add\ndata: {"n": 1}\n\n', [Event('{"n": 1}', "add", "1")]),
    ("data", EVENT_STREAM, b'data: {"n": 1}\n\ndata: [DONE]\n\n', [Event({"n": 1}), Event("[DONE]")]),
    ("listed", EVENT_STREAM, b'data: {"n": 1}\n\n', [Event({"n": 1})]),
    ("shape", EVENT_STREAM, b'event: a\ndata: {"n": 1}\n\n', [Event({"n": 1}, "a")]),
    (
        "named",
        EVENT_STREAM,
        b'event: thing\ndata: {"n": 1}\n\nevent: end\ndata: 1\n\n',
        [Event({"n": 1}, "thing"), Event("1", "end")],
    ),
    ("lines", LINES, b'{"n": 1}\n{"n": 2}', [{"n": 1}, {"n": 2}]),
    ("sequence", SEQUENCE, b'\x1e{"n": 1}\n\x1e{"n": 2}\n', [{"n": 1}, {"n": 2}]),
]


@WAYS
@pytest.mark.parametrize(("name", "kind", "body", "items"), CAME, ids=[row[0] for row in CAME])
def test_items(read, name, kind, body, items):
    """A call of an operation whose answers are sequences brings their items, typed as the document says."""
    with Server(chunked([body[:9], body[9:]], f"Content-Type: {kind}")) as server:
        assert read(name, server) == items
        assert server.seen[0].headers["accept"] == kind


@pytest.mark.parametrize(
    ("name", "kind", "body"), [(n, k, b) for n, k, b, _ in CAME if n != "plain"], ids=[r[0] for r in CAME[1:]]
)
def test_items_are_models(name, kind, body):
    """What a schema describes is a model."""
    with Server(answer(200, body, content_type=kind)) as server:
        item = streamed(name, server)[0]
    assert type(item.data if kind == EVENT_STREAM else item).__name__ == "Thing"


BROKEN = [
    ("lines", LINES, b'{"n": "x"}\n', "n: a string where an integer is wanted"),
    ("sequence", SEQUENCE, b"\x1e{}\n", "n: "),
    ("named", EVENT_STREAM, b"event: other\ndata: x\n\n", "where"),
    ("named", EVENT_STREAM, b'event: thing\ndata: {"n": "x"}\n\n', r"data\.n: a string where an integer is wanted"),
]


@WAYS
@pytest.mark.parametrize(("name", "kind", "body", "words"), BROKEN)
def test_an_item_that_breaks_the_document(read, name, kind, body, words):
    """An item that breaks ``itemSchema`` raises when it is taken; with responses="warn" it comes with a warning."""
    with Server(answer(200, body, content_type=kind)) as server:
        with pytest.raises(errors.InvalidResponse, match=words):
            read(name, server)
        with pytest.warns(UserWarning, match=words):
            assert len(read(name, server, mode="warn")) == 1
        assert len(read(name, server, mode="off")) == 1


@STREAMS
def test_events_are_asked_for_beside_json(read):
    """``.stream()`` asks for events where they are documented beside JSON."""
    with Server(answer(200, b"data: x\n\n", content_type=EVENT_STREAM)) as server:
        assert read("chat", server, stream=True) == [Event("x")]
        assert server.seen[0].headers["accept"] == EVENT_STREAM


def test_events_where_json_was_asked_for():
    """A server that answers with events because a field of the body says so is read as events."""
    with Server(answer(200, b"data: x\n\n", content_type=EVENT_STREAM)) as server:
        assert plain("chat", server, stream=True) == [Event("x")]


def test_items_of_a_body_are_checked():
    """``itemSchema`` holds for each item that is sent."""
    call = Client(SPEC, "http://h").operation("send").request
    assert call(body=[{"n": 1}, {"n": 2}]).body == b'{"n":1}\n{"n":2}\n'
    with pytest.raises(errors.InvalidRequest, match=r"\[1\]\.n"):
        call(body=[{"n": 1}, {"n": "x"}])


@STREAMS
@pytest.mark.parametrize(
    ("name", "kind", "piece"),
    [
        ("plain", EVENT_STREAM, b"data: " + b"x" * 1000 + b"\n"),
        ("sequence", SEQUENCE, b"1" * 1000),
        ("lines", LINES, b"1" * 1000),
    ],
)
def test_an_endless_item(read, name, kind, piece):
    """An item that does not end is bounded by ``max_bytes``."""
    endless = Server(chunked([piece] * 200, f"Content-Type: {kind}"))
    with endless as server, pytest.raises(errors.ResponseTooLarge, match="10000 bytes"):
        read(name, server, max_bytes=10_000)


@STREAMS
def test_json_where_a_stream_was_wanted_is_bounded(read):
    """One JSON text is read whole, and no further than ``max_bytes``."""
    endless = Server(chunked([b" " * 1000] * 200, "Content-Type: application/json"))
    with endless as server, pytest.raises(errors.ResponseTooLarge, match="10000 bytes"):
        read("chat", server, max_bytes=10_000)


@pytest.mark.parametrize("kind", ["image/png", "application/zip"])
@STREAMS
def test_octets(read, kind):
    """Octets come in the parts in which they arrive."""
    with Server(chunked([b"\x89PNG", b"\r\n"], f"Content-Type: {kind}")) as server:
        assert b"".join(read("file", server, mode="off")) == b"\x89PNG\r\n"


def test_octets_in_flat_memory():
    """64 MB of octets pass in less than 4 MB of memory."""
    piece = bytes(2**16)
    with Server(chunked([piece] * 1024, "Content-Type: image/png")) as server, Client(SPEC, server.url) as client:
        parts = client.operation("file").stream()
        size = len(next(parts))
        tracemalloc.start()
        size += sum(map(len, parts))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert size == 2**26
    assert peak < 2**22
