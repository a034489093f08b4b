"""The second opinion: openapi-core, given the official document and told which operation a URL belongs to."""

from __future__ import annotations

import json

import pytest
from divergences import excused as in_the_table
from tiny_specs import json_answer, json_body, parameter, tiny

from dynclient.contract.openapi_core import Oracle, excused
from dynclient.errors import Violation
from dynclient.http.messages import Headers, Request, Response

JSON = Headers({"Content-Type": "application/json"})


def oracle(operations, **extra):
    return Oracle(tiny(operations, **extra).document, "http://here/base")


def get(path, **headers):
    return Request("GET", f"http://here/base{path}", Headers(headers))


def post(path, body, media="application/json"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", f"http://here/base{path}", Headers({"Content-Type": media}), data)


POOL = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "slots": {"type": "integer"}},
}


@pytest.mark.parametrize(
    ("path", "place", "rule"),
    [
        ("/things?limit=3", None, None),
        ("/things?limit=three", "query", "style"),
        ("/things?limit=-1", "query", "minimum"),
        ("/things", "query", "required"),
        ("/things?limit=", "query", "style"),
        ("/elsewhere", "path", "path"),
    ],
)
def test_parameters(path, place, rule):
    """A parameter that is missing, unreadable or out of range is named with its place and rule."""
    limit = parameter("limit", schema={"type": "integer", "minimum": 0}, required=True)
    found = oracle({"GET /things": {"parameters": [limit]}}).request_violations(get(path))
    rules = {"empty": "style"} if path.endswith("=") else {}  # 0.19 takes what is empty for absent
    assert [(v.location, rules.get(v.rule, v.rule)) for v in found] == ([(place, rule)] if rule else [])


@pytest.mark.parametrize(
    ("body", "where", "rule"),
    [
        ({"name": "a", "slots": 1}, None, None),
        ({"slots": 1}, ("name",), "required"),
        ({"name": "a", "slots": "many"}, ("slots",), "type"),
        (b"{", (), "json"),
        (b"", (), "required"),
    ],
)
def test_bodies(body, where, rule):
    """A body that breaks its schema is named with the way to the value and the rule."""
    found = oracle({"POST /pools": {"requestBody": json_body(POOL)}}).request_violations(post("/pools", body))
    assert [(v.path, v.rule) for v in found] == ([(where, rule)] if rule else [])


def test_a_body_of_another_media_type():
    """A media type that the document does not have is a violation."""
    found = oracle({"POST /pools": {"requestBody": json_body(POOL)}}).request_violations(post("/pools", b"a", "text/x"))
    assert [v.rule for v in found] == ["content"]


@pytest.mark.parametrize(
    ("status", "media", "body", "rule"),
    [
        (200, "application/json", b'{"name": "a"}', None),
        (200, "application/problem+json", b'{"name": "a"}', None),
        (200, "application/json", b'{"name": 3}', "type"),
        (200, "text/html", b"<html>", "content"),
        (418, "application/json", b"{}", "status"),
        (200, "application/json", b"{", "json"),
    ],
)
def test_answers(status, media, body, rule):
    """Status, media type and body of an answer are judged; any +json is JSON."""
    judge = oracle({"GET /pool": {"responses": {"200": json_answer(POOL)}}})
    found = judge.response_violations(get("/pool"), Response(status, Headers({"Content-Type": media}), body))
    assert [v.rule for v in found] == ([rule] if rule else [])


@pytest.mark.parametrize("media", ["text/plain", "plain/text", "application/x-ndjson"])
def test_text_is_text(media):
    """Text and lines of JSON are read as text, under whichever name the document has for them."""
    judge = oracle({"GET /log": {"responses": {"200": json_answer({"type": "string"}, media)}}})
    assert judge.response_errors(get("/log"), Response(200, Headers({"Content-Type": media}), "é\n".encode())) == ()


def test_arrays_behind_a_union():
    """A query array that is said as "array or null" is read as an array."""
    schema = {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}
    judge = oracle({"GET /things": {"parameters": [parameter("ids", schema=schema)]}})
    assert judge.request_errors(get("/things?ids=1&ids=2")) == ()
    assert judge.request_errors(get("/things?ids=1")) == ()
    assert len(judge.request_errors(get("/things?ids=x"))) == 1


def test_what_it_does_not_judge():
    """Unknown formats, credentials, unknown arguments, deprecation and how a path is decoded are not its business."""
    id_ = parameter("id", "path", {"type": "string", "format": "path"})
    old = parameter("old", schema={"type": "string"}, deprecated=True)
    judge = oracle(
        {"GET /things/{id}": {"parameters": [id_, old], "security": [{"key": []}]}},
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    )
    assert judge.request_errors(get("/things/a%2Fb?new=1&old=1")) == ()


def test_servers_give_way():
    """Whatever servers a document names at whichever level, it is judged at the URL in use."""
    item = {"servers": [{"url": "https://there/v1"}], "responses": {"200": json_answer({"type": "integer"})}}
    judge = oracle({"GET /n": item}, servers=[{"url": "https://elsewhere"}])
    assert judge.response_errors(get("/n"), Response(200, JSON, b"3")) == ()
    assert judge.response_errors(get("/n"), Response(200, JSON, b'"3"')) != ()


def test_its_words_hold_no_values():
    """What it says names places and rules; the values stay out of it."""
    judge = oracle({"POST /pools": {"requestBody": json_body(POOL)}})
    text = "".join(judge.request_errors(post("/pools", {"name": "a", "slots": "hunter2"})))
    assert "slots" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("rule", ["empty", "type", "enum", "anyOf", "oneOf", "required", "format"])
@pytest.mark.parametrize("got", ["null", "a string", ""])
def test_the_table_explains_what_is_excused(rule, got):
    """What the fake lets pass at run time is what the table of divergences explains."""
    violation = Violation("query", ("a",), rule, "", got, "#")
    assert excused(violation) == in_the_table(violation)
