"""From a Response to a Model, or to the right exception."""

from __future__ import annotations

import gc
import json

import pytest
from tiny_specs import json_answer, json_body, parameter, tiny

from dynclient import errors
from dynclient.http.messages import Headers, Request, Response
from dynclient.openapi.response_decoder import Decoder, Reply, hint

THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}}
CLOSED = {**THING, "additionalProperties": False}
JSON = "application/json"


def decoder(responses: dict, **operation) -> Decoder:
    spec = tiny(
        {
            "GET /t/{id}": {
                "operationId": "op",
                "responses": responses,
                "parameters": [parameter("id", "path")],
                **operation,
            }
        },
        schemas={"Thing": THING, "Closed": CLOSED},
    )
    return Decoder(spec.operations.op, lambda: spec.models)


def ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def decode(responses: dict, status: int, body: object, content_type: str | None = JSON, **headers) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = dict(headers) | ({"Content-Type": content_type} if content_type else {})
    return decoder(responses).decode(Response(status, Headers(fields), raw), {"id": "1"})


OK = {"200": json_answer(ref("Thing"))}

GOOD = [
    # (rule, responses, status, body, content type, data)
    ("an object is a model", OK, 200, {"id": 1}, JSON, {"id": 1}),
    ("parameters of a content type do not matter", OK, 200, {"id": 1}, "application/json; charset=utf-8", {"id": 1}),
    ("+json is JSON", OK, 200, {"id": 1}, "application/vnd.x+json", {"id": 1}),
    ("unknown fields are kept", OK, 200, {"id": 1, "x": 2}, JSON, {"id": 1, "x": 2}),
    ("a missing content type means the documented one", OK, 200, {"id": 1}, None, {"id": 1}),
    ("no content", {"204": {"description": ""}}, 204, b"", None, None),
    ("an untyped answer may be empty", {"200": json_answer({})}, 200, b"", JSON, None),
    ("an untyped answer may be null", {"200": json_answer({})}, 200, None, JSON, None),
    ("text is text", {"200": json_answer({"type": "string"}, "text/plain")}, 200, b"h\xc3\xa9", "text/plain", "hé"),
    ("bytes are bytes", {"200": json_answer({}, "image/png")}, 200, b"\x89", "image/png", b"\x89"),
    ("a range", {"2XX": json_answer(ref("Thing"))}, 201, {"id": 1}, JSON, {"id": 1}),
    ("default", {"default": json_answer(ref("Thing"))}, 200, {"id": 1}, JSON, {"id": 1}),
    ("a documented redirect", {"307": json_answer({})}, 307, b"", None, None),
    ("UTF-16 with a mark", OK, 200, '{"id": 1}'.encode("utf-16"), JSON, {"id": 1}),
]


@pytest.mark.parametrize("row", GOOD, ids=[row[0] for row in GOOD])
def test_good_answers(row):
    """What keeps to the document comes back as data, with nothing to say about it."""
    _, responses, status, body, content_type, data = row
    reply = decode(responses, status, body, content_type)
    assert (reply.error, reply.violations, reply.data) == (None, (), data)


BROKEN = [
    # what is wrong with the answer, status, body, content type, how it goes on
    ("a field is missing", 200, {}, JSON, "did it, but with a body that breaks the document"),
    ("it is no JSON", 200, b"{", JSON, "did it, but with a body that breaks the document"),
    ("there is no body", 200, b"", JSON, "did it, but with a body that breaks the document"),
    ("another status", 202, {"id": 1}, JSON, "did it, but the document does not name that status"),
    ("another type", 200, b"a,b", "text/csv", "did it, but with text/csv where application/json is documented"),
    ("a page, of a gateway too", 200, b"<html>", "text/html", "may have done it, but with text/html"),
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET"])
@pytest.mark.parametrize("row", BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_answer_to_a_write_says_that_the_server_did_it(row, method):
    """A 2xx of a writing method that breaks the document says so first, and keeps the data; one of GET does not."""
    _, status, body, content_type, words = row
    spec = tiny({f"{method} /t": {"operationId": "op", "responses": OK}}, schemas={"Thing": THING})
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status, Headers({"Content-Type": content_type}), raw)
    reply = Decoder(spec.operations.op, lambda: spec.models).decode(response, {})
    assert isinstance(reply.error, errors.ContractError)
    assert (f"answered {status}, so the server {words}" in str(reply.error)) == (method != "GET")
    assert ("so the server" in str(reply.error)) == (method != "GET")
    assert reply.error.data == reply.data


ADVICE = [
    # an answer that refuses or leads elsewhere, and what is advised
    ("a page of another server", 404, {"Content-Type": "text/html"}, "check the host and the path prefix"),
    ("a page of the server's own failure", 500, {"Content-Type": "text/html"}, ""),
    ("a problem", 404, {"Content-Type": JSON}, ""),
    ("no credentials", 401, {"Content-Type": JSON}, "check auth="),
    ("no such method", 405, {"Content-Type": JSON}, "check the path prefix"),
    ("no permission", 403, {"Content-Type": JSON}, ""),
    ("elsewhere", 302, {"Location": "http://h/x?secret=1"}, "redirects to http://h/x, which is not followed"),
    ("elsewhere, but where", 302, {}, ""),
]


@pytest.mark.parametrize(("status", "headers", "words"), [row[1:] for row in ADVICE], ids=[row[0] for row in ADVICE])
def test_advice_is_given_where_it_fits(status, headers, words):
    """What to do next is said where the answer tells; a failing server's own page is no wrong prefix."""
    text = hint(Response(status, Headers(headers)))
    assert words in text
    assert bool(text) == bool(words)


def test_an_object_becomes_its_model():
    """The data is of the class named after the schema, and knows what came."""
    data = decode(OK, 200, {"id": 1}).data
    assert type(data).__name__ == "Thing"
    data["id"] = 2
    assert data.changes() == {"id": 2}


def test_ndjson_is_an_iterator_of_objects():
    """NDJSON comes object by object, whatever the chunks are; a broken line raises when it is reached."""
    responses = {"200": json_answer({"type": "string"}, "application/x-ndjson")}
    chunks = iter([b'{"a":1}\n{"a"', b":2}\n\n", b"nope"])
    response = Response(200, Headers({"Content-Type": "application/x-ndjson"}), chunks=chunks)
    data = decoder(responses).decode(response, {}).data
    assert [next(data), next(data)] == [{"a": 1}, {"a": 2}]
    with pytest.raises(errors.InvalidResponse, match="a line of the stream is no JSON"):
        next(data)


def test_an_answer_that_names_no_type_is_what_was_asked_for():
    """Without a content type the answer is read as the media type of Accept, where that is documented."""
    both = {"description": "", "content": {"application/json": {}, "application/x-ndjson": {}}}
    response = Response(200, Headers(), chunks=iter([b'{"a":1}\n{"a":2}\n']))
    data = (
        decoder({"200": both})
        .decode(response, {}, request=Request("GET", "http://h/t", Headers({"Accept": "application/x-ndjson"})))
        .data
    )
    assert list(data) == [{"a": 1}, {"a": 2}]


def test_a_dropped_stream_is_closed():
    """An iterator that is not read to its end gives the connection back."""
    closed = []

    def chunks():
        try:
            yield b'{"a":1}\n'
            yield b'{"a":2}\n'
        finally:
            closed.append(True)

    responses = {"200": json_answer({}, "application/x-ndjson")}
    data = (
        decoder(responses)
        .decode(Response(200, Headers({"Content-Type": "application/x-ndjson"}), chunks=chunks()), {})
        .data
    )
    next(data)
    del data
    gc.collect()
    assert closed == [True]


BROKEN = [
    # (rule, responses, status, body, content type, error, words)
    ("a wrong type", OK, 200, {"id": "x"}, JSON, errors.InvalidResponse, "id: a string where an integer is wanted"),
    ("a missing field", OK, 200, {}, JSON, errors.InvalidResponse, "id: missing"),
    ("not JSON", OK, 200, b"{", JSON, errors.InvalidResponse, "JSON is wanted"),
    ("NaN is not JSON", OK, 200, b'{"id": NaN}', JSON, errors.InvalidResponse, "JSON is wanted"),
    ("empty", OK, 200, b"", JSON, errors.InvalidResponse, "a body is wanted"),
    (
        "another status",
        OK,
        201,
        {"id": 1},
        JSON,
        errors.UndocumentedResponse,
        "answered 201, which the document does not name",
    ),
    (
        "another media type",
        OK,
        200,
        b"<html>",
        "text/html",
        errors.UndocumentedResponse,
        "check the host and the path prefix",
    ),
    ("an undocumented redirect", OK, 302, b"", None, errors.UndocumentedResponse, "answered 302"),
]


@pytest.mark.parametrize("row", BROKEN, ids=[row[0] for row in BROKEN])
def test_broken_answers(row):
    """A 2xx or 3xx that breaks the document is a ContractError that names operation, place and what came."""
    _, responses, status, body, content_type, kind, words = row
    error = decode(responses, status, body, content_type).error
    assert type(error) is kind
    assert "op (GET /t/{id})" in str(error)
    assert words in str(error)
    assert error.violations


def test_a_redirect_says_where_to():
    """A redirect is never followed; the message names the target without its query."""
    error = decode(OK, 302, b"", None, Location="https://other/login?token=secret").error
    assert "it redirects to https://other/login" in str(error)
    assert "secret" not in str(error)


def test_fields_beyond_a_closed_schema_are_kept_with_a_warning():
    """additionalProperties: false does not fail a response; the field is kept and named."""
    reply = decode({"200": json_answer(ref("Closed"))}, 200, {"id": 1, "x": 2})
    assert (reply.error, reply.data) == (None, {"id": 1, "x": 2})
    assert [w.path for w in reply.warnings] == [("x",)]


def test_checking_can_be_left_out():
    """check=False reads and wraps, and looks at nothing else."""
    response = Response(200, Headers({"Content-Type": JSON}), b'{"id": "x"}')
    reply = decoder(OK).decode(response, {}, check=False)
    assert (reply.error, reply.violations, type(reply.data).__name__) == (None, (), "Thing")


def test_documented_headers_are_checked():
    """A response header with a schema is read in its style and held to it."""
    answer = {**json_answer(ref("Thing")), "headers": {"X-Left": {"schema": {"type": "integer"}}}}
    assert decode({"200": answer}, 200, {"id": 1}, **{"X-Left": "7"}).error is None
    error = decode({"200": answer}, 200, {"id": 1}, **{"X-Left": "many"}).error
    assert "X-Left: a string where an integer is wanted" in str(error)


@pytest.mark.parametrize(
    ("loc", "argument"),
    [
        (["body", "slots", 0], "slots[0]"),
        (["query", "X-Page"], "x_page"),
        (["include"], "include"),
        (["body"], "body"),
        ([], "request"),
    ],
)
def test_a_loc_names_the_argument(loc, argument):
    """The place that a 422 names is the argument as the caller writes it; without ``body`` in front it is one too."""
    one = decoder(OK, parameters=[parameter("id", "path"), parameter("X-Page", "query")])
    raw = json.dumps({"detail": [{"loc": loc, "msg": "no"}]}).encode()
    reply = one.decode(Response(422, Headers({"Content-Type": JSON}), raw), {})
    assert reply.error.problem.errors == ((argument, "no"),)


STATUSES = [
    (400, errors.BadRequest),
    (401, errors.Unauthenticated),
    (403, errors.PermissionDenied),
    (404, errors.NotFound),
    (405, errors.MethodNotAllowed),
    (406, errors.NotAcceptable),
    (409, errors.AlreadyExists),
    (418, errors.ApiError),
    (422, errors.Unprocessable),
    (429, errors.TooManyRequests),
    (500, errors.Unknown),
    (599, errors.Unknown),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_each_status_has_its_error(status, kind):
    """Any status of 400 and above is an ApiError of its own class, documented or not."""
    error = decode(OK, status, {"detail": "no"}).error
    assert type(error) is kind
    assert f"answered {status}" in str(error)


def test_an_error_body_that_breaks_the_document_is_kept_beside_the_error():
    """The status matters more than the contract: the ApiError is raised and holds the violations."""
    responses = {**OK, "404": json_answer(ref("Thing"))}
    error = decode(responses, 404, {"detail": "no"}).error
    assert isinstance(error, errors.NotFound)
    assert [v.where for v in error.violations] == ["id"]


def test_a_payload_is_never_in_the_message_of_a_contract_error():
    """Types are named, values are not; ``data`` has them."""
    error = decode(OK, 200, {"id": "s3cret-value"}).error
    assert "s3cret-value" not in str(error) + repr(error) + repr(error.args)
    assert error.data == {"id": "s3cret-value"}


def test_bodies_of_operations_name_their_fields():
    """A body field in a 422 is named as it is in the body."""
    one = decoder(OK, requestBody=json_body(THING))
    raw = json.dumps({"detail": [{"loc": ["body", "note"], "msg": "no"}]}).encode()
    assert one.decode(Response(422, Headers({"Content-Type": JSON}), raw), {}).error.problem.errors == (("note", "no"),)
