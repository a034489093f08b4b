"""What is typed at a shell becomes arguments by the document's types."""

from __future__ import annotations

import pytest
from tiny_specs import json_body, parameter, tiny

from dynclient.cli.arguments import arguments
from dynclient.errors import ArgumentError

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
BODY = {
    "type": "object",
    "properties": {
        "text": STRING,
        "maybe": {"type": ["string", "null"]},
        "count": INTEGER,
        "ratio": {"type": "number"},
        "on": {"type": "boolean"},
        "conf": {"type": "object"},
        "names": {"type": "array", "items": STRING},
        "numbers": {"type": "array", "items": INTEGER},
        "perhaps": {"type": ["array", "null"], "items": STRING},
        "either": {"type": ["string", "object"]},
        "order": {"anyOf": [STRING, {"type": "array", "items": STRING}]},
        "anything": {},
        "class": STRING,
    },
}
POST = tiny(
    {
        "POST /a/{id}/{n}": {
            "operationId": "post",
            "parameters": [
                parameter("id", "path"),
                parameter("n", "path", INTEGER),
                parameter("free", schema={}),
                parameter("X-Id", "header", INTEGER),
                parameter("page[size]", schema=INTEGER),
            ],
            "requestBody": json_body(BODY),
        },
        "POST /text": {"operationId": "text", "requestBody": json_body(STRING, media="text/plain")},
        "GET /a": {"operationId": "get", "parameters": [parameter("body", schema=INTEGER)]},
    }
).operations

VALUES = [
    # (what is typed, the argument that it makes)
    ("text=abc", "abc"),
    ("text=5", "5"),
    ("text=null", "null"),
    ("text=true", "true"),
    ('text={"a": 1}', '{"a": 1}'),
    ("text=a=b", "a=b"),
    ("text=", ""),
    ("maybe=null", None),
    ("maybe=nothing", "nothing"),
    ("count=5", 5),
    ("count=-5", -5),
    ("count=five", "five"),
    ("count=007", "007"),
    ("count=true", "true"),
    ("ratio=0.5", 0.5),
    ("on=true", True),
    ("on=False", False),
    ("on=yes", "yes"),
    ("on=1", "1"),
    ('conf={"a": 1}', {"a": 1}),
    ("conf=a", "a"),
    ("names=a", ["a"]),
    ("names=a,b", ["a,b"]),
    ('names=["a", "b"]', ["a", "b"]),
    ("names=5", ["5"]),
    ("numbers=5", [5]),
    ("perhaps=null", None),
    ("perhaps=a", ["a"]),
    ("either=a", "a"),
    ('either={"a": 1}', {"a": 1}),
    ("either={a", "{a"),
    ("order=a", "a"),
    ('order=["a"]', ["a"]),
    ("anything=5", 5),
    ("anything=five", "five"),
    ("anything=null", None),
    ("free=5", "5"),
    ("free=null", "null"),
    ("x_id=5", 5),
    ("X-Id=5", 5),
    ("page[size]=5", 5),
    ("class=a", "a"),
    ("class_=a", "a"),
    ("unknown=5", "5"),
    ('body={"count": 5}', {"count": 5}),
    ("body=null", None),
]


@pytest.mark.parametrize(("word", "value"), VALUES, ids=[row[0] for row in VALUES])
def test_values(word, value):
    """A value is read by the types of its schema; what is none of them is left for the document to refuse."""
    args, named = arguments(POST["post"], [word])
    assert args == []
    [found] = named.values()
    assert found == value
    assert type(found) is type(value)


def test_names():
    """A name is a keyword, or what the document writes; a word without one is the next path argument."""
    words = ["x", "text=a", "5", "X-Id=1", "page[size]=2", "class=b"]
    args, named = arguments(POST["post"], words)
    assert args == ["x", 5]
    assert named == {"text": "a", "x_id": 1, "page_size": 2, "class_": "b"}
    assert arguments(POST["post"], ["a b=c"])[0] == ["a b=c"]
    assert arguments(POST["get"], ["body=5"]) == ([], {"body": 5})


def test_a_name_given_again_adds_to_a_list():
    """Each item of a list may be given for itself."""
    words = ["names=a", "numbers=1", "names=[b", "numbers=2", "order=c", "order=d"]
    assert arguments(POST["post"], words)[1] == {"names": ["a", "[b"], "numbers": [1, 2], "order": ["c", "d"]}


def test_bodies(tmp_path):
    """body=@file is a file's content: JSON where the body is, octets elsewhere."""
    path = tmp_path / "body"
    path.write_text('{"count": 5}', "utf-8")
    assert arguments(POST["post"], [f"body=@{path}"])[1] == {"body": {"count": 5}}
    assert arguments(POST["text"], [f"body=@{path}"])[1] == {"body": b'{"count": 5}'}
    assert arguments(POST["text"], ["body={"])[1] == {"body": "{"}


REFUSED = [
    # (words, the message)
    (["a", "1", "b"], "'b': arguments of post are written name=value; only id, n may stand without a name"),
    (["count=1", "count=2"], "count is given 2 times, and it is no list"),
    (["unknown=1", "unknown=2"], "unknown is given 2 times, and it is no list"),
    (['conf={"a"'], "conf: this is no JSON past line 1, column 5; quote it for the shell: conf='…'"),
    (['names=["a"'], "names: this is no JSON past line 1, column 5; quote it for the shell: names='…'"),
    (["body=a"], "body: this is no JSON past line 1, column 1; quote it for the shell: body='…'"),
    (["body=@nowhere"], "body: nowhere cannot be read (No such file or directory)"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_refusals(words, message):
    """What cannot be meant is refused, with what to do."""
    with pytest.raises(ArgumentError) as caught:
        arguments(POST["post"], words)
    assert str(caught.value) == message


def test_octets_that_are_no_json(tmp_path):
    """A file that is no text is no JSON."""
    path = tmp_path / "body"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ArgumentError, match=r"^body: this is no JSON$"):
        arguments(POST["post"], [f"body=@{path}"])
