"""``application/x-www-form-urlencoded`` bodies, written and read."""

from __future__ import annotations

import pytest
from body_encoding import TEXT, encode
from tiny_specs import json_body, tiny

from dynclient.openapi.forms import read_form, write_form, written_field

FORM = "application/x-www-form-urlencoded"
SCHEMA = {
    "type": "object",
    "properties": {
        "a": TEXT,
        "n": {"type": "integer"},
        "l": {"type": "array", "items": TEXT},
        "o": {"type": "object", "properties": {"k": {"type": "integer"}}},
    },
}


def media(**encoding):
    """The media type of a form, with the ``encoding`` of its fields."""
    body = json_body(SCHEMA, media=FORM, **({"encoding": encoding} if encoding else {}))
    return tiny({"POST /a": {"operationId": "op", "requestBody": body}}).operations["op"].request_body.content[FORM]


def test_urlencoded_bodies():
    """Primitives and arrays go in form style, objects as JSON."""
    request = encode(FORM, SCHEMA, a="x y", n=1, l=["p", "q"], o={"k": 1})
    assert request.body == b"a=x%20y&n=1&l=p&l=q&o=%7B%22k%22%3A1%7D"
    assert request.headers["content-type"] == FORM


WRITTEN = [
    # the body, the encoding of its fields, the text
    ({"a": "x&y=z"}, {}, "a=x%26y%3Dz"),
    ({"a": None, "n": 0}, {}, "n=0"),
    ({"l": []}, {}, ""),
    ({"l": ["p", "q"]}, {}, "l=p&l=q"),
    ({"l": ["p", "q"]}, {"l": {"style": "form", "explode": False}}, "l=p,q"),
    ({"l": ["p", "q"]}, {"l": {"style": "pipeDelimited", "explode": False}}, "l=p%7Cq"),
    ({"o": {"k": 1}}, {}, "o=%7B%22k%22%3A1%7D"),
    ({"o": {"k": 1}}, {"o": {"style": "deepObject", "explode": True}}, "o%5Bk%5D=1"),
]


@pytest.mark.parametrize(("body", "encoding", "text"), WRITTEN)
def test_written_and_read(body, encoding, text):
    """Each field goes in the style of its ``encoding``, and is read back; null and an empty list are left out."""
    form = media(**encoding)
    assert write_form(body, form) == text
    assert read_form(text, form, form.schema) == {
        name: value for name, value in body.items() if value not in (None, [])
    }


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("a=x+y", {"a": "x y"}),
        ("n=7&&b=8", {"n": 7, "b": "8"}),
        ("n=many", {"n": "many"}),
        ("o=%7B", {"o": "{"}),
        ("=x", {}),
    ],
)
def test_as_others_write_it(text, body):
    """A plus is a space, an undeclared field is text, and what is not of its type stays the text that it is."""
    form = media()
    assert read_form(text, form, form.schema) == body


def test_a_field_for_multipart():
    """Without percent-encoding the same pairs."""
    assert written_field("a b", "x y", {}) == [("a%20b", "x%20y")]
    assert written_field("a b", "x y", {}, encoded=False) == [("a b", "x y")]
