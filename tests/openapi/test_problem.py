"""One Problem from all the bodies that servers refuse with."""

from __future__ import annotations

import json

import pytest

from dynclient.http.messages import Headers, Response
from dynclient.openapi.problem import clipped, problem

JSON = "application/json"

PROBLEMS = [
    # (body, content type, title, detail, errors)
    (
        {"title": "Not Found", "detail": "no such thing", "status": 404, "type": "about:blank"},
        "application/problem+json",
        "Not Found",
        "no such thing",
        (),
    ),
    ({"detail": "Not authenticated"}, JSON, "Bad Request", "Not authenticated", ()),
    ({"detail": {"reason": "Unique", "statement": "INSERT", "orig": "x"}}, JSON, "Bad Request", "Unique: INSERT", ()),
    (
        {"detail": [{"loc": ["body", "slots", 0], "msg": "too big"}, {"loc": ["query", "X-Page"], "msg": "no"}]},
        JSON,
        "Bad Request",
        "these arguments were not accepted",
        (("body/slots/0", "too big"), ("query/X-Page", "no")),
    ),
    (
        {"detail": [{"loc": ["include"], "msg": "no"}]},
        JSON,
        "Bad Request",
        "these arguments were not accepted",
        (("include", "no"),),
    ),
    ({"error": "gone"}, JSON, "Bad Request", "gone", ()),
    (b"Testing is disabled.", "text/plain", "Bad Request", "Testing is disabled.", ()),
    (b"<!doctype html><title>Airport 404</title>", "text/html", "Bad Request", "an HTML page (Airport 404)", ()),
    (b"", None, "Bad Request", "", ()),
    (b"{", JSON, "Bad Request", "{", ()),
    (["x"], JSON, "Bad Request", '["x"]', ()),
]


@pytest.mark.parametrize(("body", "content_type", "title", "detail", "errors"), PROBLEMS)
def test_one_problem_from_every_body(body, content_type, title, detail, errors):
    """RFC 7807, FastAPI's three forms, bare text, HTML and nothing all become one Problem; each error has its place."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(400, Headers({"Content-Type": content_type} if content_type else {}), raw)
    data = None if isinstance(body, bytes) else body
    result = problem(response, data, lambda loc: "/".join(map(str, loc)))
    assert (result.status, result.title, result.detail, result.errors) == (400, title, detail, errors)


def test_what_else_a_server_sends_is_kept():
    """Members beyond RFC 7807's own, and a detail that is an object, are in ``extra``; the others in their fields."""
    body = {"title": "T", "status": 400, "type": "about:x", "instance": "/i", "detail": {"msg": "no"}, "trace": 1}
    result = problem(Response(400), body, str)
    assert (result.title, result.detail, result.type, result.instance) == ("T", "no", "about:x", "/i")
    assert result.extra == {"trace": 1, "detail": {"msg": "no"}}


@pytest.mark.parametrize(("status", "title"), [(404, "Not Found"), (422, "Unprocessable"), (499, ""), (599, "")])
def test_a_title_where_the_server_gave_none(status, title):
    """The status has a phrase of its own, where HTTP names one."""
    assert problem(Response(status), {}, str).title.startswith(title)


@pytest.mark.parametrize(("length", "expected"), [(10, 10), (500, 500), (501, 500), (9000, 500)])
def test_long_words_are_cut(length, expected):
    """A server's own words end at 500 characters, and the cut can be seen."""
    text = clipped("x" * length)
    assert len(text) == expected
    assert text.endswith("…") == (length > expected)
