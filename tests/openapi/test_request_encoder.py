"""From (operation, arguments) to a Request."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from tiny_specs import json_body, parameter, tiny

from dynclient.errors import BadArguments, InvalidRequest
from dynclient.http.messages import Request
from dynclient.openapi.request_encoder import Encoder

NUMBER = {"type": "integer"}
TEXT = {"type": "string"}
NULLABLE = {"anyOf": [TEXT, {"type": "null"}]}
THING = {
    "type": "object",
    "required": ["name", "size", "id"],
    "properties": {
        "name": TEXT,
        "size": NUMBER,
        "note": NULLABLE,
        "id": {"type": "integer", "readOnly": True},
        "class": TEXT,
    },
}


def encoder(line: str, operation: dict, **more) -> Encoder:
    spec = tiny({line: {"operationId": "op", **operation}}, **more)
    return Encoder(spec.operations.op)


def send(line: str, operation: dict, *args, **kwargs) -> Request:
    return encoder(line, operation).encode(args, kwargs, "https://host/a/b")


class Colour(Enum):
    RED = "red"


PLUS_TWO = timezone(timedelta(hours=2))

VALUES = [
    # (schema, given, the query string)
    (NUMBER, 5, "x=5"),
    ({"type": "number"}, 0.5, "x=0.5"),
    ({"type": "boolean"}, True, "x=true"),
    (TEXT, "", "x="),
    (TEXT, "a b+c/d&e=ü~", "x=a%20b%2Bc%2Fd%26e%3D%C3%BC~"),
    (TEXT, Colour.RED, "x=red"),
    (
        {"type": "string", "format": "date-time"},
        datetime(2024, 5, 1, 10, tzinfo=timezone.utc),
        "x=2024-05-01T10%3A00%3A00Z",
    ),
    (
        {"type": "string", "format": "date-time"},
        datetime(2024, 5, 1, 10, tzinfo=PLUS_TWO),
        "x=2024-05-01T10%3A00%3A00%2B02%3A00",
    ),
    ({"type": "string", "format": "date"}, date(2024, 5, 1), "x=2024-05-01"),
    ({"type": "string", "format": "uuid"}, UUID(int=1), "x=00000000-0000-0000-0000-000000000001"),
    ({"type": "string", "format": "duration"}, timedelta(days=1, seconds=1.5), "x=P1DT1.5S"),
    ({"type": "array", "items": TEXT}, ["a", "b"], "x=a&x=b"),
    ({"type": "array", "items": TEXT}, ("a",), "x=a"),
    (NULLABLE, None, ""),
    ({}, None, ""),
    ({}, "free", "x=free"),
]


@pytest.mark.parametrize(
    ("schema", "value", "query"), VALUES, ids=[row[2] or f"none-{i}" for i, row in enumerate(VALUES)]
)
def test_what_a_query_value_becomes(schema, value, query):
    """Python values become JSON by their format and are written percent-encoded; None is not sent."""
    request = send("GET /t", {"parameters": [parameter("x", schema=schema)]}, x=value)
    assert request.url == "https://host/a/b/t" + (f"?{query}" if query else "")


REFUSED = [
    # (what is wrong, location, schema, given, rule, words)
    ("a string for an integer", "query", NUMBER, "5", "type", "x: a string where an integer is wanted"),
    ("null where it is not allowed", "query", NUMBER, None, "null", "x: null where int is wanted"),
    ("null in a path", "path", NULLABLE, None, "null", "x: null where str is wanted"),
    ("empty path", "path", TEXT, "", "path", "x: a string where text that is not empty is wanted"),
    ("a naive datetime", "query", TEXT, datetime(2024, 1, 1), "json", "a datetime with a time zone"),  # noqa: DTZ001
    ("NaN", "query", {"type": "number"}, float("nan"), "json", "a finite number"),
    ("bytes", "query", TEXT, b"x", "json", "a bytes where a JSON value"),
    ("an empty exploded array", "query", {"type": "array", "items": TEXT}, [], "style", "x: "),
    ("below the minimum", "query", {"type": "integer", "minimum": 1}, 0, "minimum", "at least 1"),
    ("a line break in a header", "header", TEXT, "a\r\nX: y", "style", "x: "),
]


@pytest.mark.parametrize("row", REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused_before_it_is_sent(row):
    """A value that breaks the document raises InvalidRequest with the argument, the rule and what is wanted."""
    _, location, schema, value, rule, words = row
    path = "/t/{x}" if location == "path" else "/t"
    with pytest.raises(InvalidRequest) as caught:
        send(f"GET {path}", {"parameters": [parameter("x", location, schema)]}, x=value)
    assert [v.rule for v in caught.value.violations] == [rule]
    assert words in str(caught.value)


DOTS = ["..", ".", "../config", "a/../b", "a\\..\\b", "/..", "a/."]


@pytest.mark.parametrize("value", DOTS)
def test_no_argument_walks_out_of_its_segment(value):
    """A path value that would make a '.' or '..' segment is refused: transports and servers undo the encoding."""
    with pytest.raises(InvalidRequest, match="segment"):
        send("GET /t/{x}/details", {"parameters": [parameter("x", "path")]}, value)


def test_two_arguments_cannot_make_a_dot_segment_together():
    """The expanded path is looked at, not each value: '.' + '.' is '..'."""
    with pytest.raises(InvalidRequest, match="segment"):
        send("GET /t/{x}{y}", {"parameters": [parameter("x", "path"), parameter("y", "path")]}, ".", ".")


@given(st.text(min_size=1).filter(lambda t: not any(p in {".", ".."} for p in t.replace("\\", "/").split("/"))))
def test_a_path_value_is_one_segment_whatever_is_in_it(value):
    """Path values are percent-encoded whole, so that decoding the last segment gives the value back."""
    from urllib.parse import unquote

    try:
        value.encode()
    except UnicodeEncodeError:
        return
    request = send("GET /t/{x}", {"parameters": [parameter("x", "path")]}, value)
    assert unquote(request.url.removeprefix("https://host/a/b/t/")) == value
    assert request.url.count("/") == 6


def test_all_wrong_arguments_are_in_one_error():
    """Missing, unknown (with near names) and invalid arguments are reported at once; nothing was sent."""
    operation = {"parameters": [parameter("x", "path"), parameter("limit", schema=NUMBER)]}
    with pytest.raises(BadArguments) as caught:
        send("GET /t/{x}", operation, limt=3, limit="many")
    error = caught.value
    assert (error.missing, error.unknown, error.valid) == (("x",), ("limt",), ("x", "limit"))
    assert "did you mean limit?" in str(error)
    assert "limit: a string where an integer is wanted" in str(error)


def test_too_many_positional_arguments():
    """Only path parameters are positional."""
    with pytest.raises(BadArguments, match="1 positional arguments are taken, 2 came"):
        send("GET /t/{x}", {"parameters": [parameter("x", "path")]}, "a", "b")


def test_given_twice():
    """A path argument given by position and by keyword is an error."""
    with pytest.raises(BadArguments, match="given twice: x"):
        send("GET /t/{x}", {"parameters": [parameter("x", "path")]}, "a", x="b")


BODIES = [
    # (schema, required, keywords, the body as sent)
    ("fields", THING, True, {"name": "n", "size": 1}, {"name": "n", "size": 1}),
    ("null is sent", THING, True, {"name": "n", "size": 1, "note": None}, {"name": "n", "size": 1, "note": None}),
    ("a Python word", THING, True, {"name": "n", "size": 1, "class_": "c"}, {"name": "n", "size": 1, "class": "c"}),
    ("body=", THING, True, {"body": {"name": "n", "size": 1}}, {"name": "n", "size": 1}),
    ("no field, required", {"type": "object"}, True, {}, {}),
    ("no field, optional", {"type": "object"}, False, {}, None),
    ("null allowed", {"anyOf": [THING, {"type": "null"}]}, False, {"body": None}, ...),
    (
        "through anyOf null",
        {"anyOf": [THING, {"type": "null"}]},
        False,
        {"name": "n", "size": 1},
        {"name": "n", "size": 1},
    ),
    ("an array", {"type": "array", "items": NUMBER}, True, {"body": [1, 2]}, [1, 2]),
]


@pytest.mark.parametrize("row", BODIES, ids=[row[0] for row in BODIES])
def test_what_a_json_body_becomes(row):
    """Body fields are keywords, ``body=`` is the whole; no field gives {} where a body is required, else nothing."""
    _, schema, required, kwargs, sent = row
    request = send("POST /t", {"requestBody": json_body(schema, required=required)}, **kwargs)
    if sent is None:
        assert request.body is None
        assert "content-type" not in request.headers
    else:
        assert json.loads(request.body) == (None if sent is ... else sent)
        assert request.headers["content-type"] == "application/json"


def test_a_required_field_is_a_missing_argument():
    """The fields the signature calls required are reported like missing parameters."""
    with pytest.raises(BadArguments) as caught:
        send("POST /t", {"requestBody": json_body(THING)}, name="n")
    assert caught.value.missing == ("size",)


def test_a_read_only_field_is_no_keyword_and_may_not_be_sent():
    """readOnly leaves the signature and ``required``, and is refused in body=."""
    one = encoder("POST /t", {"requestBody": json_body(THING)})
    assert "id" not in one.keywords
    with pytest.raises(InvalidRequest, match="id: read-only, it may not be sent"):
        send("POST /t", {"requestBody": json_body(THING)}, body={"name": "n", "size": 1, "id": 3})


def test_body_excludes_its_fields():
    """body= is the whole body; fields beside it are an error that names them."""
    with pytest.raises(BadArguments, match="body= is the whole body; leave out name"):
        send("POST /t", {"requestBody": json_body(THING)}, body={"size": 1}, name="n")


PATCH = {"parameters": [parameter("name", "path")], "requestBody": json_body(THING)}


def test_a_path_argument_fills_the_required_field_of_its_name():
    """``patch("n", size=1)`` sends the name in the body too, where the body demands it."""
    assert json.loads(send("PATCH /t/{name}", PATCH, "n", size=1).body) == {"name": "n", "size": 1}


def test_path_and_body_may_not_disagree():
    """Two different values for one name are an error."""
    with pytest.raises(InvalidRequest, match="the same value as the path argument name"):
        send("PATCH /t/{name}", PATCH, "n", body={"name": "m", "size": 1})


ITEM = {"parameters": [parameter("thing_name", "path")], "requestBody": json_body(THING)}


def test_the_item_of_a_path_fills_the_field_that_its_name_ends_in():
    """/things/{thing_name} is the required ``name`` of the body; another name is sent, for it renames."""
    assert json.loads(send("PATCH /t/{thing_name}", ITEM, "n", size=1).body) == {"name": "n", "size": 1}
    assert json.loads(send("PATCH /t/{thing_name}", ITEM, "n", name="m", size=1).body)["name"] == "m"
    with pytest.raises(BadArguments, match="missing: name"):
        send("POST /t/{thing_name}/copies", ITEM, "n", size=1)


def test_a_field_named_like_a_parameter_goes_into_body():
    """A query parameter wins over a body field of the same name, which then is given in body=."""
    operation = {"parameters": [parameter("size", schema=NUMBER)], "requestBody": json_body(THING)}
    request = send("POST /t", operation, size=7, body={"name": "n", "size": 1})
    assert request.url.endswith("?size=7")
    assert json.loads(request.body)["size"] == 1


def test_constant_path_parameters_fill_themselves():
    """``const: "~"`` needs no argument; another value is refused."""
    operation = {"parameters": [parameter("x", "path", {"type": "string", "const": "~"})]}
    assert send("POST /t/{x}/list", operation).url.endswith("/t/~/list")
    with pytest.raises(InvalidRequest, match="'~' is wanted"):
        send("POST /t/{x}/list", operation, "y")


ACCEPTS = [
    # (documented media types of 200, accept=, header sent)
    (["application/json"], None, "application/json"),
    (["text/plain", "application/json"], None, "application/json"),
    (["text/plain"], None, "text/plain"),
    (["application/json", "text/plain"], "text/plain", "text/plain"),
    ([], None, "application/json"),
]


@pytest.mark.parametrize(("media", "accept", "header"), ACCEPTS)
def test_one_explicit_accept(media, accept, header):
    """One media type is asked for: JSON where documented, else the first, or what ``accept=`` chooses."""
    operation = {"responses": {"200": {"description": "", "content": {m: {"schema": {}} for m in media}}}}
    assert send("GET /t", operation, **({"accept": accept} if accept else {})).headers["accept"] == header


def test_accept_must_be_documented():
    """accept= takes a documented media type, and is no argument where there is no choice."""
    both = {"200": {"description": "", "content": {"application/json": {}, "text/plain": {}}}}
    with pytest.raises(InvalidRequest, match="one of 'application/json', 'text/plain'"):
        send("GET /t", {"responses": both}, accept="image/png")
    with pytest.raises(BadArguments, match="unknown: accept"):
        send("GET /t", {}, accept="text/plain")


def test_headers_and_cookies():
    """Header parameters are written as they are, cookie parameters joined into one Cookie header."""
    operation = {
        "parameters": [parameter("X-Request-Id", "header"), parameter("a", "cookie"), parameter("b", "cookie")]
    }
    headers = send("GET /t", operation, x_request_id="7 8", a="1", b="2").headers
    assert headers["X-Request-Id"] == "7 8"
    assert headers["Cookie"] == "a=1; b=2"


def test_a_content_parameter_is_written_in_its_media_type():
    """A parameter with ``content`` is JSON, percent-encoded (OpenAPI 3.1 section 4.8.12.3)."""
    item = {"name": "f", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}}
    assert send("GET /t", {"parameters": [item]}, f={"a": 1}).url.endswith("?f=%7B%22a%22%3A1%7D")


@pytest.mark.parametrize("value", [b"\x00\x01", io.BytesIO(b"\x00\x01")], ids=["bytes", "file"])
def test_octet_stream_bodies(value):
    """application/octet-stream sends the bytes as they are."""
    body = json_body({"type": "string", "format": "binary"}, media="application/octet-stream")
    request = send("POST /t", {"requestBody": body}, body=value)
    assert request.body == b"\x00\x01"
    assert request.headers["content-type"] == "application/octet-stream"


def test_what_was_given_is_not_changed_nor_shared():
    """The body that is sent is a copy: changing the argument later changes nothing."""
    conf = {"a": [1]}
    operation = {"requestBody": json_body({"type": "object", "properties": {"conf": {"type": "object"}}})}
    request = send("POST /t", operation, conf=conf)
    conf["a"].append(2)
    assert json.loads(request.body) == {"conf": {"a": [1]}}


SECRET = "hunter2-in-plain-sight"


def test_errors_never_hold_what_was_given():
    """Messages say types, not values."""
    with pytest.raises(InvalidRequest) as caught:
        send("GET /t", {"parameters": [parameter("x", schema=NUMBER)]}, x=SECRET)
    error = caught.value
    assert SECRET not in str(error) + repr(error) + repr(error.args) + repr(error.violations)
    assert error.violations[0].value == SECRET


def test_what_the_document_calls_secret_is_shown_masked():
    """``format: password`` and ``writeOnly`` hide a value whatever it is called, in parameters and in the body."""
    body = {"type": "object", "properties": {"pin": {"type": "string", "writeOnly": True}, "name": {"type": "string"}}}
    operation = {
        "parameters": [parameter("mine", schema={"type": "string", "format": "password"}), parameter("limit")],
        "requestBody": json_body(body),
    }
    request = send("POST /things", operation, mine="S3CRET", limit="5", pin="S3CRET", name="etl")
    assert request.secret == ("mine", "pin")
    assert "S3CRET" not in request.curl() + repr(request)
    assert "limit=5" in request.curl()
    assert send("POST /things", operation, body={"name": "etl"}).secret == ()
