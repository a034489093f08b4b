"""Items of a streamed answer, typed and judged as the document says."""

from __future__ import annotations

import pytest

import dynclient
from dynclient.http.sequences import Event
from dynclient.openapi.stream_items import item_reader

NUMBER = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
TEXT_EVENT = {"type": "object", "properties": {"data": {"type": "string"}, "event": {"const": "note"}}}
JSON_EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"const": "tick"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": NUMBER},
    },
}


def reader(name, **media):
    """What reads the items of an answer of this media type."""
    answer = {"description": "", "content": {name: media}}
    operation = {"operationId": "get_x", "responses": {"200": answer}}
    document = {"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": operation}}}
    spec = dynclient.load(document)
    return item_reader(spec.operations["get_x"].responses["200"].content[name], spec.models, "get_x", {})


LINES = "application/jsonl"
EVENTS = "text/event-stream"
ITEMS = [
    # media type, what the document says of it, the item, what it is read as, the rules that it breaks
    (LINES, {"itemSchema": NUMBER}, {"n": 1}, {"n": 1}, []),
    (LINES, {"itemSchema": NUMBER}, {"n": "a"}, {"n": "a"}, ["type"]),
    (LINES, {"itemSchema": NUMBER}, {}, {}, ["required"]),
    (EVENTS, {"itemSchema": TEXT_EVENT}, Event(data="a", event="note"), "a", []),
    (EVENTS, {"itemSchema": JSON_EVENT}, Event(data='{"n": 1}', event="tick"), {"n": 1}, []),
    (EVENTS, {"itemSchema": JSON_EVENT}, Event(data='{"n": "a"}', event="tick"), {"n": "a"}, ["type"]),
    (EVENTS, {"schema": NUMBER}, Event(data='{"n": 1}'), {"n": 1}, []),
    (EVENTS, {"schema": NUMBER}, Event(data="[DONE]"), "[DONE]", []),
    (EVENTS, {"schema": {"type": "string"}}, Event(data='{"n": 1}'), '{"n": 1}', []),
]


@pytest.mark.parametrize(("name", "media", "item", "data", "rules"), ITEMS)
def test_items(name, media, item, data, rules):
    """``itemSchema`` types and judges each item; ``schema``, which authors write for it, types it alone."""
    result = reader(name, **media)(item)
    read = result.data.data if name == EVENTS else result.data
    assert (read, [violation.rule for violation in result.violations]) == (data, rules)


@pytest.mark.parametrize(("name", "media"), [(LINES, {}), (EVENTS, {}), (LINES, {"schema": NUMBER})])
def test_what_the_document_does_not_describe(name, media):
    """Items that nothing is said of are left as they are."""
    assert reader(name, **media) is None
