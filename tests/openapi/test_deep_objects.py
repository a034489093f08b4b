"""deepObject as widespread servers have it: objects in objects, lists; parameters and fields of forms."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from tiny_specs import json_answer, parameter, tiny

from dynclient import Client, errors
from dynclient.http.messages import Headers, Request
from dynclient.openapi.request_decoder import decode

INT, TEXT = {"type": "integer"}, {"type": "string"}
LINE = {"type": "object", "properties": {"price": TEXT, "count": INT}}
DEEP = {
    "type": "object",
    "properties": {
        "created": {"type": "object", "properties": {"gte": INT, "lt": INT}},
        "tags": {"type": "array", "items": TEXT},
        "lines": {"type": "array", "items": LINE},
        "on": {"type": "boolean"},
    },
    "additionalProperties": INT,
}
LIST = {"type": "array", "items": INT}
FORM = "application/x-www-form-urlencoded"
SPEC = tiny(
    {
        "GET /q": {
            "operationId": "q",
            "parameters": [
                parameter("a", schema=DEEP, style="deepObject", explode=True),
                parameter("expand", schema=LIST, style="deepObject", explode=True),
                parameter("ids[]", schema=LIST),
            ],
            "responses": {"200": json_answer({})},
        },
        "POST /f": {
            "operationId": "f",
            "requestBody": {
                "content": {
                    FORM: {
                        "schema": {"type": "object", "properties": {"a": DEEP, "expand": LIST, "n": INT}},
                        "encoding": {name: {"style": "deepObject", "explode": True} for name in ("a", "expand")},
                    }
                }
            },
        },
    }
)
CLIENT = Client(SPEC, "http://h")

WRITTEN = [
    # (arguments, the pairs)
    ({"a": {"created": {"gte": 1, "lt": 2}}}, [("a[created][gte]", "1"), ("a[created][lt]", "2")]),
    ({"a": {"tags": ["x", "y z"]}}, [("a[tags][]", "x"), ("a[tags][]", "y z")]),
    (
        {"a": {"lines": [{"price": "1", "count": 2}, {"price": "3"}]}},
        [("a[lines][0][price]", "1"), ("a[lines][0][count]", "2"), ("a[lines][1][price]", "3")],
    ),
    ({"a": {"on": True, "other": 7}}, [("a[on]", "true"), ("a[other]", "7")]),
    ({"expand": [1, 2]}, [("expand[]", "1"), ("expand[]", "2")]),
    ({"expand": [1]}, [("expand[]", "1")]),
]


@pytest.mark.parametrize(("arguments", "pairs"), WRITTEN)
def test_parameters(arguments, pairs):
    """What is deeper is written in brackets, and read back as it was."""
    request = CLIENT.operation("q").request(**arguments)
    assert parse_qsl(urlsplit(request.url).query) == pairs
    decoded = decode(request, SPEC.operations["q"], {})
    assert (decoded.arguments, decoded.violations) == (arguments, ())


@pytest.mark.parametrize(("fields", "pairs"), WRITTEN)
def test_fields_of_forms(fields, pairs):
    """Fields of a form go as parameters do where their ``encoding`` says deepObject."""
    request = CLIENT.operation("f").request(**fields, n=1)
    assert parse_qsl(request.body.decode()) == [*pairs, ("n", "1")]
    decoded = decode(request, SPEC.operations["f"], {})
    assert (decoded.body, decoded.violations) == ({**fields, "n": 1}, ())


def test_a_name_that_ends_in_brackets():
    """A parameter called ``ids[]`` is repeated under that name."""
    request = CLIENT.operation("q").request(ids=[1, 2])
    assert parse_qsl(urlsplit(request.url).query) == [("ids[]", "1"), ("ids[]", "2")]
    assert decode(request, SPEC.operations["q"], {}).arguments == {"ids": [1, 2]}


def test_what_is_empty_is_left_out_of_forms():
    """A form leaves out an empty list or object, which has no such form; a parameter refuses it."""
    request = CLIENT.operation("f").request(a={"tags": [], "created": {}, "on": True}, expand=[])
    assert request.body == b"a%5Bon%5D=true"
    with pytest.raises(errors.InvalidRequest, match="an empty array"):
        CLIENT.operation("q").request(a={"tags": []})


@pytest.mark.parametrize("name", ["", "x[", "x]"])
def test_names_that_cannot_be_told_apart(name):
    """A member whose name is empty or holds a bracket is refused."""
    with pytest.raises(errors.InvalidRequest, match="bracket"):
        CLIENT.operation("q").request(a={name: 1})


@pytest.mark.parametrize(
    ("query", "rule"),
    [("a[x]=1&a[x][y]=2", "style"), ("a[x][y]=2&a[x]=1", "style"), ("a" + "[b]" * 1000 + "=1", "style")],
)
def test_names_that_contradict(query, rule):
    """A name for a value and for an object, or one without end, is a violation."""
    decoded = decode(Request("GET", f"http://h/q?{query}", Headers({})), SPEC.operations["q"], {})
    assert [violation.rule for violation in decoded.violations] == [rule]
