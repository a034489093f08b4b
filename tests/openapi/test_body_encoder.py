"""The body of an operation in the media type that was chosen."""

from __future__ import annotations

import io
import json

import pytest
from body_encoding import BINARY, TEXT, encode
from tiny_specs import json_body, tiny

from dynclient.errors import ArgumentError, BadArguments, InvalidRequest
from dynclient.openapi.request_decoder import decode
from dynclient.openapi.request_encoder import Encoder

THING = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "size": {"type": "integer"}}}
BOTH = {
    "application/json": {"schema": THING},
    "application/octet-stream": {"schema": BINARY},
    "text/csv": {"schema": TEXT},
}


CHOSEN = [
    # (arguments, the content type sent, the body sent)
    ({"name": "n"}, "application/json", b'{"name":"n"}'),
    ({"body": b"\x00PK"}, "application/octet-stream", b"\x00PK"),
    ({"body": io.BytesIO(b"PK")}, "application/octet-stream", b"PK"),
    ({"body": b"a,b", "content_type": "text/csv"}, "text/csv", b"a,b"),
    ({"body": "a,b", "content_type": "text/csv"}, "text/csv", b"a,b"),
    ({"body": b'{"name":"n"}', "content_type": "application/json"}, "application/json", b'{"name":"n"}'),
]


@pytest.mark.parametrize(("arguments", "content_type", "body"), CHOSEN, ids=[str(row[1:]) for row in CHOSEN])
def test_the_media_type_is_chosen(arguments, content_type, body):
    """``content_type=`` chooses; without it objects are JSON, and octets go in a type that takes octets."""
    spec = tiny({"POST /a": {"operationId": "op", "requestBody": {"required": True, "content": BOTH}}})
    request = Encoder(spec.operations.op).encode((), arguments, "http://h")
    assert (request.headers["content-type"], request.body) == (content_type, body)


REFUSED = [
    # (media type, schema, arguments, words)
    ("application/json", THING, {"body": b"\x00PK"}, "octets that are none where JSON"),
    ("application/json", THING, {"body": b'{"size":1}'}, "name: missing, but required"),
    ("application/xml", {"type": "object"}, {"body": {"a": 1}}, "the text of the application/xml"),
    ("text/plain", TEXT, {"body": ["a"]}, "the text of the text/plain"),
    ("image/png", BINARY, {"body": {"a": 1}}, "bytes, text or a file, to be sent as image/png"),
    ("multipart/form-data", THING, {"body": b"x"}, "an object, whose fields are the parts"),
    ("multipart/form-data", THING, {"body": "x"}, "an object, whose fields multipart/form-data has"),
    ("multipart/form-data", THING, {"name": "n", "size": b"x"}, "size: a string where an integer"),
]


@pytest.mark.parametrize(
    ("media", "schema", "arguments", "words"), REFUSED, ids=[row[0] + str(row[3]) for row in REFUSED]
)
def test_what_has_no_such_form_is_refused(media, schema, arguments, words):
    """A value that cannot be written in its media type is refused with a sentence, whatever ``requests=`` says."""
    with pytest.raises(InvalidRequest, match=words):
        encode(media, schema, **arguments)


def test_an_undocumented_content_type_is_refused():
    """``content_type=`` takes a documented one, and is no argument where there is no choice."""
    spec = tiny({"POST /a": {"operationId": "op", "requestBody": {"content": BOTH}}})
    with pytest.raises(InvalidRequest, match="one of 'application/json'"):
        Encoder(spec.operations.op).encode((), {"body": b"", "content_type": "image/png"}, "http://h")
    with pytest.raises(BadArguments, match="unknown: content_type"):
        encode("application/json", THING, name="n", content_type="text/csv")


SENT = [
    # (media type, schema, arguments, the body sent)
    ("application/xml", {"type": "object"}, {"body": "<a/>"}, b"<a/>"),
    ("application/xml", {"type": "object"}, {"body": b"<a/>"}, b"<a/>"),
    ("application/yaml", THING, {"name": "n"}, b'{"name":"n"}'),
    ("application/jsonl", {}, {"body": [{"a": 1}, 2]}, b'{"a":1}\n2\n'),
    ("application/json-seq", {}, {"body": [1]}, b"\x1e1\n"),
    ("text/plain", {"type": "integer"}, {"body": 5}, b"5"),
    ("application/vnd.odd", THING, {"name": "n"}, b'{"name":"n"}'),
    ("*/*", {}, {"body": {"a": 1}}, b'{"a":1}'),
]


@pytest.mark.parametrize(("media", "schema", "arguments", "body"), SENT, ids=[row[0] for row in SENT])
def test_what_is_sent_as_it_is(media, schema, arguments, body):
    """Bytes and text go out as they are, JSON values in what JSON is."""
    assert encode(media, schema, **arguments).body == body


@pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("value", [{"name": "a b&=ü"}, {"name": "", "size": -3}, {"name": "n", "size": 0}])
def test_what_is_written_is_read_back(media, value):
    """Each kind of body is read to the same object as was given."""
    spec = tiny({"POST /a": {"operationId": "op", "requestBody": json_body(THING, media=media)}})
    request = Encoder(spec.operations.op).encode((), {"body": value}, "http://h")
    decoded = decode(request, spec.operations.op, {})
    assert (decoded.body, decoded.violations) == (value, ())


def test_an_empty_list_of_a_form_is_left_out():
    """What a form cannot write is left out of it."""
    schema = {"type": "object", "properties": {"l": {"type": "array", "items": TEXT}, "a": TEXT}}
    assert encode("application/x-www-form-urlencoded", schema, l=[], a="x").body == b"a=x"


THROUGH = [
    # (arguments, what is told, the URL and body sent)
    ({"body": {"size": "x"}}, ["q: missing, but required", "name", "size"], ("http://h/a", {"size": "x"})),
    ({"q": "many", "name": "n"}, ["q: a string where an integer is wanted"], ("http://h/a?q=many", {"name": "n"})),
    ({"q": 1, "name": "n"}, [], ("http://h/a?q=1", {"name": "n"})),
]


@pytest.mark.parametrize(("arguments", "told", "sent"), THROUGH)
def test_arguments_may_be_let_through(arguments, told, sent):
    """What breaks the document is told and sent, where the caller asks for that."""
    query = {"name": "q", "in": "query", "required": True, "schema": {"type": "integer"}}
    spec = tiny({"POST /a": {"operationId": "op", "parameters": [query], "requestBody": json_body(THING)}})
    heard = []
    request = Encoder(spec.operations.op).encode(
        (), arguments, "http://h", let_through=lambda _, violations: heard.extend(violations)
    )
    assert (request.url, json.loads(request.body)) == sent
    assert len(heard) == len(told)
    assert all(words in "\n".join(map(str, heard)) for words in told)


@pytest.mark.parametrize("arguments", [{"nope": 1}, {"name": object()}, {"q": [], "name": "n"}])
def test_what_cannot_be_sent_is_never_let_through(arguments):
    """Unknown arguments, and values without a form, are refused in every mode."""
    query = {"name": "q", "in": "query", "schema": {"type": "array", "items": TEXT}}
    spec = tiny({"POST /a": {"operationId": "op", "parameters": [query], "requestBody": json_body(THING)}})
    with pytest.raises(ArgumentError):
        Encoder(spec.operations.op).encode((), arguments, "http://h", let_through=lambda *_: None)
