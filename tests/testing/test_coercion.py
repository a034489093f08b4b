"""Values that a FastAPI server reads as another type."""

from __future__ import annotations

import json

import pytest
from tiny_specs import json_body, parameter, tiny

from dynclient.http.messages import Headers, Request
from dynclient.openapi import request_decoder
from dynclient.testing.coercion import coerced

FIELDS = {
    "n": {"type": "integer"},
    "b": {"type": "boolean"},
    "start_date": {"type": "string"},
    "text": {"type": "string"},
    "inner": {"type": "array", "items": {"type": "integer"}},
}
SPEC = tiny(
    {
        "POST /a": {
            "operationId": "a",
            "parameters": [parameter("limit", schema={"type": "integer"})],
            "requestBody": json_body({"type": "object", "properties": FIELDS}),
        }
    }
)


def decoded(body, query=""):
    request = Request(
        "POST", f"http://h/a{query}", Headers({"Content-Type": "application/json"}), json.dumps(body).encode()
    )
    match = SPEC.match("POST", request.url)
    return request_decoder.decode(request, match.operation, match.arguments)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("n", "4", 4),
        ("n", " -4.0 ", -4),
        ("n", True, 1),
        ("b", "Yes", True),
        ("b", "off", False),
        ("start_date", 86400, "1970-01-02T00:00:00+00:00"),
        ("inner", ["1", 2, "3"], [1, 2, 3]),
    ],
)
def test_values_read_as_another_type(field, value, expected):
    """A number in text, a word for a truth value and seconds for a moment take the place of what was sent."""
    request = decoded({field: value})
    assert request.violations
    result = coerced(request)
    assert result.violations == ()
    assert result.body == {field: expected}
    assert request.body == {field: value}


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({"n": "four"}, ""),
        ({"n": "4.5"}, ""),
        ({"b": "maybe"}, ""),
        ({"start_date": True}, ""),
        ({"text": 4}, ""),
        ([], ""),
        ({}, "?limit=few"),
    ],
)
def test_what_stays_refused(body, query):
    """What cannot be read as the type, a whole body of another type, and a query's values stay violations."""
    request = decoded(body, query)
    result = coerced(request)
    assert result.violations == request.violations != ()
    assert result.body == body
