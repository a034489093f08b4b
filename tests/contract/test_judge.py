"""One recorded exchange held to a document."""

from __future__ import annotations

import json

import pytest
from cassettes import PLAIN, SPEC, URL

from dynclient.contract.exchanges import RecordedExchange
from dynclient.contract.judge import Judge
from dynclient.http.messages import Headers, Request, Response


def exchange(line, body=None, status=200, answer=b"{}", content_type="application/json", **more):
    method, _, path = line.partition(" ")
    headers = Headers({"Content-Type": content_type} if content_type else {})
    request = Request(method, URL + path, Headers({"Content-Type": "application/json"}), body)
    return RecordedExchange("c #1", request, Response(status, headers, answer), **more)


@pytest.fixture(scope="module")
def judge():
    return Judge(SPEC, second_opinion=True)


def match(recorded):
    return SPEC.match(recorded.request.method, recorded.request.url)


def rules(violations):
    return {(violation.location, violation.rule) for violation in violations}


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        ("GET /things?limit=3", None, set()),
        ("GET /things?limit=300", None, {("query", "maximum")}),
        ("GET /things?colour=red", None, {("query", "unknown")}),
        ("GET /things?api_key=secret", None, set()),
        ("GET /things/one", None, {("path", "type")}),
        ("POST /things", PLAIN, set()),
        ("POST /things", b'{"id": "x"}', {("body", "type")}),
        ("POST /things", b"{", {("body", "json")}),
    ],
)
def test_requests(judge, line, body, expected):
    """A request is read as a server reads it; a key that the security asks for is no unknown argument."""
    recorded = exchange(line, body)
    assert rules(judge.request(recorded, match(recorded)).violations) == expected


@pytest.mark.parametrize(
    ("line", "status", "answer", "content_type", "wrong", "warned"),
    [
        ("GET /things/1", 200, PLAIN, "application/json", set(), set()),
        ("GET /things/1", 200, b'{"id": "x"}', "application/json", {"type"}, set()),
        ("GET /things/1", 200, b'{"id": 1, "new": 1}', "application/json", set(), {"additionalProperties"}),
        ("GET /things/1", 404, b"{}", "application/json", set(), {"status"}),
        ("POST /things", 400, b"<html>", "text/html", set(), {"content"}),
        ("POST /things", 400, b"{}", "application/json", set(), set()),
        ("GET /lines", 200, b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson", set(), set()),
        ("GET /lines", 200, b'{"a": 1}\n{"a\n', "application/x-ndjson", {"json"}, set()),
    ],
)
def test_responses(judge, line, status, answer, content_type, wrong, warned):
    """A response is read as a client reads it, a stream to its end; what errors lack in the document is a warning."""
    recorded = exchange(line, status=status, answer=answer, content_type=content_type)
    reply, warnings = judge.response(recorded, match(recorded))
    assert {violation.rule for violation in reply.violations} == wrong
    assert {violation.rule for violation in warnings} == warned


@pytest.mark.parametrize(
    ("recorded", "in_request", "in_response"),
    [
        (exchange("GET /things?limit=300", answer=b'{"things": 1}'), True, True),
        (exchange("GET /things?limit=3", answer=b'{"things": []}'), False, False),
        (exchange("GET /things", answer=b'{"things": 1}', whole=False), False, False),
        (exchange("GET /things/1", answer=json.dumps({"id": 1}).encode(), content_type=""), False, False),
    ],
)
def test_the_second_opinion(judge, recorded, in_request, in_response):
    """openapi-core judges both messages below any prefix; a body that was not kept is not judged."""
    opinion = judge.second_opinion(recorded, match(recorded))
    assert [bool(violations) for violations in opinion] == [in_request, in_response]


def test_no_second_opinion():
    """Where openapi-core is not asked there is no opinion of it."""
    recorded = exchange("GET /things")
    assert Judge(SPEC, second_opinion=False).second_opinion(recorded, match(recorded)) is None
