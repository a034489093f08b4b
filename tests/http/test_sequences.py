"""Streams cut into events and JSON texts, however the network cuts them."""

from __future__ import annotations

import pytest

from dynclient.errors import InvalidResponse
from dynclient.http.sequences import Event, Events, JsonSequence

EVENTS = [
    # (what it shows, the stream, its events), after the examples of WHATWG HTML §9.2.6
    ("data of one line", "data: one\n\n", [Event("one")]),
    ("data of several lines", "data: YHOO\ndata: +2\ndata: 10\n\n", [Event("YHOO\n+2\n10")]),
    ("a type, an id", "event: add\nid: 7\ndata: x\n\n", [Event("x", "add", "7")]),
    ("the type holds for one event", "event: add\ndata: x\n\ndata: y\n\n", [Event("x", "add"), Event("y")]),
    ("the id stays", "id: 1\ndata: x\n\ndata: y\n\n", [Event("x", id="1"), Event("y", id="1")]),
    ("an empty id ends it", "id: 1\ndata: x\n\nid\ndata: y\n\n", [Event("x", id="1"), Event("y")]),
    ("an id with NUL is none", "id: a\0b\ndata: x\n\n", [Event("x")]),
    ("a comment is nothing", ": hello\n\ndata: x\n: more\n\n", [Event("x")]),
    ("no data is no event", "event: ping\n\ndata: x\n\n", [Event("x")]),
    ("empty data is one", "data\n\ndata\ndata\n\ndata:\n\n", [Event(""), Event("\n"), Event("")]),
    ("one space is taken off", "data:  two\n\ndata:none\n\n", [Event(" two"), Event("none")]),
    ("retry is a number", "retry: 300\ndata: x\n\nretry: 3s\ndata: y\n\n", [Event("x", retry=300), Event("y")]),
    ("unknown fields are nothing", "dat: x\nDATA: y\ndata: z\n\n", [Event("z")]),
    ("CR LF and CR end lines", "data: a\r\ndata: b\r\n\r\ndata: c\r\r", [Event("a\nb"), Event("c")]),
    ("nothing else ends a line", "data: a\u2028b\x0bc\x85d\n\n", [Event("a\u2028b\x0bc\x85d")]),
    ("a mark in front", "\ufeffdata: x\n\n", [Event("x")]),
    ("an event that is not ended is dropped", "data: x\n\ndata: y\n", [Event("x")]),
    ("a colon in the data", 'data: {"a": 1}\n\n', [Event('{"a": 1}')]),
    ("nothing", "", []),
]
CUTS = pytest.mark.parametrize("size", [1, 2, 3, 1000])


def cut(cutter, raw, size):
    items = []
    for start in range(0, len(raw), size):
        items += cutter.feed(raw[start : start + size])
    return [*items, *cutter.end()]


@CUTS
@pytest.mark.parametrize(("text", "events"), [row[1:] for row in EVENTS], ids=[row[0] for row in EVENTS])
def test_events(text, events, size):
    """Events as WHATWG HTML §9.2.6 parses them."""
    assert cut(Events(), text.encode(), size) == events


def test_what_is_no_utf8_is_marked():
    """An event stream is UTF-8, and what is none is replaced."""
    assert cut(Events(), b"data: \xff\n\n", 1) == [Event("\ufffd")]


def test_pending_counts_the_line_and_the_data():
    """What waits to be an event is counted, so that it can be bounded."""
    events = Events()
    assert list(events.feed(b"data: 12345\ndata: 1")) == []
    assert events.pending == len("12345") + 1 + len("data: 1")


SEQUENCES = [
    # (what it shows, the stream, its values), RFC 7464
    ("texts", b'\x1e{"a": 1}\n\x1e[2]\n', [{"a": 1}, [2]]),
    ("a text of several lines", b'\x1e{"a":\n 1}\n\x1e3\n', [{"a": 1}, 3]),
    ("empty texts are nothing", b"\x1e\x1e\n\x1etrue\n", [True]),
    ("what needs no white space", b'\x1e"one"\x1e[]\x1e{}', ["one", [], {}]),
    ("nothing", b"", []),
]


@CUTS
@pytest.mark.parametrize(("raw", "values"), [row[1:] for row in SEQUENCES], ids=[row[0] for row in SEQUENCES])
def test_json_sequences(raw, values, size):
    """JSON texts after record separators."""
    assert cut(JsonSequence(), raw, size) == values


@pytest.mark.parametrize("raw", [b'\x1e{"a": 1', b"\x1e12", b"\x1etrue\x1e1\n", b"\x1e{]\n"])
def test_a_text_that_was_cut_off(raw):
    """A text that is no JSON, or a number that may have been cut off, is an error (RFC 7464 §2.4)."""
    with pytest.raises(InvalidResponse, match="cut off"):
        cut(JsonSequence(), raw, 1000)
