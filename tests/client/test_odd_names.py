"""Names and answers that documents of others have: each can be called, and is read as documented."""

from __future__ import annotations

import pytest
from loopback import Server, answer, head
from tiny_specs import json_answer, json_body, parameter, tiny

from dynclient import Client, errors

INT, TEXT = {"type": "integer"}, {"type": "string"}
FIELDS = {"type": "object", "properties": {"n": INT, "body": TEXT, "self": TEXT}}
RATED = {"X-Rate": {"required": True, "schema": INT}, "X-Names": {"schema": {"type": "array", "items": TEXT}}}
VERSIONS = {"application/json; v=1": {"schema": INT}, "application/json; v=2": {"schema": TEXT}}
SPEC = tiny(
    {
        "GET /a": {
            "operationId": "3d",
            "tags": ["t"],
            "parameters": [parameter("self"), parameter("X-A", "header"), parameter("1st")],
        },
        "POST /w": {"operationId": "write", "requestBody": json_body(FIELDS)},
        "POST /b/{body}": {
            "operationId": "both",
            "parameters": [parameter("body", "path", INT)],
            "requestBody": json_body({"type": "array", "items": INT}),
        },
        "PUT /c/{id}": {
            "operationId": "typed",
            "parameters": [parameter("id", "path", TEXT)],
            "requestBody": json_body({"type": "object", "required": ["id"], "properties": {"id": {"type": "object"}}}),
        },
        "GET /rated": {"operationId": "rated", "responses": {"200": {"description": "", "headers": RATED}}},
        "HEAD /rated": {"operationId": "look", "responses": {"200": json_answer({"type": "object"})}},
        "GET /moved": {"operationId": "moved", "responses": {"302": {"description": ""}}},
        "GET /media": {"operationId": "media", "responses": {"200": {"description": "", "content": VERSIONS}}},
    }
)
CLIENT = Client(SPEC, "http://h")


def test_an_id_that_begins_with_a_digit():
    """It is an attribute with an underscore in front, as its parameters are."""
    assert CLIENT._3d.request(self="x", x_a="y", _1st="z").url == "http://h/a?self=x&1st=z"
    assert "_3d" in dir(CLIENT)
    with pytest.raises(AttributeError):
        CLIENT._d3  # noqa: B018 - what is looked up is what is tested


def test_fields_called_self_and_body():
    """A field may be called ``self``; one called ``body`` stands in the whole body."""
    assert CLIENT.write.request(self="x", n=1).body == b'{"n":1,"self":"x"}'
    assert CLIENT.write.request(body={"body": "x"}).body == b'{"body":"x"}'


def test_a_parameter_called_body():
    """The whole body is ``body_=`` beside a parameter of its name."""
    request = CLIENT.both.request(7, body_=[1])
    assert (request.url, request.body) == ("http://h/b/7", b"[1]")
    assert "body_" in str(CLIENT.both.__signature__)


def test_a_field_of_another_type_than_the_path_argument():
    """A path argument is a field of the body only where it has the field's type."""
    assert CLIENT.typed.request("x", body={"id": {}}).body == b'{"id":{}}'


def test_header_fields_are_typed():
    """Header fields are read by their schemas, and those that are required are missed."""
    with Server(answer(200, b"", "X-Rate: 12", "X-Names: a,b"), answer(200, b"")) as server:
        client = Client(SPEC, server.url)
        reply = client.rated.response()
        assert (reply.header("x-rate"), reply.header("X-Names"), reply.header("X-No")) == (12, ["a", "b"], None)
        with pytest.raises(errors.InvalidResponse, match="X-Rate"):
            client.rated()


def test_head_and_redirects():
    """An answer to HEAD has no body, whatever is documented; a documented redirect is an answer."""
    with Server(
        lambda exchange: exchange.send(head(200, "Content-Type: application/json", "Content-Length: 5"))
    ) as server:
        assert Client(SPEC, server.url).look() is None
    with Server(answer(302, b"", "Location: http://else/")) as server:
        reply = Client(SPEC, server.url).moved.response()
        assert (reply.status, reply.error) == (302, None)


@pytest.mark.parametrize(
    ("version", "body", "error"), [(1, b"3", None), (2, b'"x"', None), (2, b"3", errors.InvalidResponse)]
)
def test_media_types_match_with_parameters(version, body, error):
    """The media type with the parameters that came is the one whose schema holds."""
    with Server(answer(200, body, content_type=f"application/json; v={version}")) as server:
        reply = Client(SPEC, server.url).media.response()
    assert (type(reply.error) if reply.error else None) is error
