"""Parts of a recorded exchange: what is read of them, and what is no exchange."""

from __future__ import annotations

import gzip

import pytest

from dynclient.contract.exchanges import (
    Omission,
    RecordedExchange,
    as_text,
    complete,
    read_entries,
    request_method,
    request_url,
    response_status,
    without_coding,
)
from dynclient.http.messages import Headers, Request, Response

REQUEST = Request("GET", "http://h/a")


def exchange(entry, place):
    if isinstance(entry, Exception):
        raise entry
    return RecordedExchange(place, REQUEST, Response(entry, Headers()))


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        (request_method, "get", "GET"),
        (request_method, b"Post", "POST"),
        (request_method, "not one", "a request without a method"),
        (request_method, "", "a request without a method"),
        (request_url, "https://h/a?b=c", "https://h/a?b=c"),
        (request_url, b"http://h", "http://h"),
        (request_url, "ftp://h", "no http:// or https:// request"),
        (request_url, "http://[h", "no http:// or https:// request"),
        (request_url, None, "no http:// or https:// request"),
        (response_status, "404", 404),
        (response_status, None, "no answer came"),
        (response_status, 999, "no answer came"),
        (as_text, b"\xe9", "é"),
        (as_text, 1, "1"),
    ],
)
def test_parts(function, value, expected):
    """A method, a URL and a status are read from any type; what is none of them is a ValueError that says so."""
    try:
        assert function(value) == expected
    except ValueError as error:
        assert str(expected) in str(error)  # noqa: PT017 - a column of the table


@pytest.mark.parametrize(
    ("body", "coding", "expected"),
    [
        (b"plain", "", b"plain"),
        (gzip.compress(b"packed", mtime=0), "gzip", b"packed"),
        (b"unpacked already", "br", b"unpacked already"),
        (b"unpacked already", "gzip", b"unpacked already"),
    ],
)
def test_content_codings(body, coding, expected):
    """A coding is undone; text that the recorder has decoded already stays as it is."""
    assert without_coding(body, Headers({"Content-Encoding": coding})) == expected


def test_a_body_that_cannot_be_read():
    """A body under a coding that cannot be undone leaves the exchange without a body, with its reason."""
    headers = Headers({"Content-Encoding": "lzma", "X": "1"})
    with pytest.raises(ValueError, match="lzma"):
        without_coding(b"\xff\xfe", headers)
    part = complete("c #1", REQUEST, Response(200, headers), b"\xff\xfe")
    assert not part.whole
    assert part.reason.startswith("the answer is ")
    headers |= {"Content-Encoding": "gzip"}
    whole = complete("c #1", REQUEST, Response(200, headers), gzip.compress(b"a", mtime=0))
    assert (whole.whole, whole.response.body, dict(whole.response.headers)) == (True, b"a", {"X": "1"})


def test_each_entry_is_an_exchange_or_an_omission():
    """An entry that is no exchange is one line with its place and reason; the count goes on where it was told to."""
    entries = [200, ValueError("no answer came"), KeyError("x"), 201]
    recording = read_entries([(entry, exchange) for entry in entries], "c.yaml", ("packed",), start=4)
    assert [one.place for one in recording.exchanges] == ["c.yaml #5", "c.yaml #8"]
    assert recording.unread == (
        Omission("c.yaml #6", "no answer came"),
        Omission("c.yaml #7", "not a request and a response; record it again"),
    )
    assert str(recording.unread[0]) == "c.yaml #6: no answer came"
    assert recording.notes == ("packed",)
