"""JSON pointers and references: joined, split, resolved and followed."""

from __future__ import annotations

import pytest

from dynclient.documents import pointers
from dynclient.errors import SpecError

DOCUMENT = {
    "paths": {"/a/{b}": {"get": {"tags": ["x", "y"]}}},
    "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"type": "string"}, "50%25": 1, "~": 2}},
    "loop": {"a": {"$ref": "#/loop/b"}, "b": {"$ref": "#/loop/a"}, "self": {"$ref": "#/loop/self"}},
}

RESOLVED = [
    ("#", DOCUMENT),
    ("#/components/schemas/B", {"type": "string"}),
    ("#/paths/~1a~1{b}/get/tags/1", "y"),
    ("#/paths/~1a~1%7Bb%7D/get/tags/0", "x"),
    ("#/components/schemas/50%25", 1),
    ("#/components/schemas/~0", 2),
]


@pytest.mark.parametrize(("pointer", "value"), RESOLVED)
def test_pointers_resolve(pointer, value):
    """A pointer is unescaped; percent-encoding is undone where the plain name is not there."""
    assert pointers.resolve(DOCUMENT, pointer) == value
    assert pointers.is_there(DOCUMENT, pointer)


NAMED = {
    "openapi": "3.1.0",
    "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
    "components": {
        "pathItems": {"A": {"get": {"operationId": "a"}}},
        "schemas": {
            "A": {"$ref": "#/components/schemas/B"},
            "B": {"$ref": "#/components/schemas/C", "description": "prose"},
            "C": {"$anchor": "c", "properties": {"x": {"type": "string"}}},
            "D": {
                "$id": "https://example.com/schemas/d.json",
                "$defs": {"E": {"$dynamicAnchor": "e", "type": "object"}},
            },
            "Loop": {"$ref": "#/components/schemas/Loop"},
        },
        "examples": {"X": {"value": {"$anchor": "data"}}},
    },
}
THROUGH = [
    # a reference, where it leads
    ("#/components/schemas/A/properties/x", "#/components/schemas/C/properties/x"),
    ("#/paths/~1a/get", "#/components/pathItems/A/get"),
    ("#c", "#/components/schemas/C"),
    ("#e", "#/components/schemas/D/$defs/E"),
    ("https://example.com/schemas/d.json", "#/components/schemas/D"),
    ("d.json", "#/components/schemas/D"),
    ("d.json#/$defs/E", "#/components/schemas/D/$defs/E"),
    ("d.json#e", "#/components/schemas/D/$defs/E"),
]


@pytest.mark.parametrize(("reference", "pointer"), THROUGH)
def test_references_through_references_anchors_and_ids(reference, pointer):
    """A pointer goes on through a ``$ref`` on it; ``$anchor``, ``$dynamicAnchor`` and ``$id`` name their schema."""
    assert pointers.resolve(NAMED, reference) is pointers.resolve(NAMED, pointer)


@pytest.mark.parametrize("reference", ["#data", "#/components/schemas/Loop/properties/x", "d.json#nowhere", "c.json#c"])
def test_names_that_nothing_has(reference):
    """What is no anchor, an anchor of another document, and a way through a loop lead nowhere."""
    with pytest.raises(SpecError):
        pointers.resolve(NAMED, reference)


DANGLING = [
    ("#/components/schemas/C", "there is no 'C'"),
    ("#/paths/~1a~1{b}/get/tags/2", "there is no '2'"),
    ("#/paths/~1a~1{b}/get/tags/-1", "there is no '-1'"),
    ("#/paths/~1a~1{b}/get/tags/x", "there is no 'x'"),
    ("#/components/schemas/B/type/x", "there is no 'x'"),
    ("other.yaml#/A", "out of the document"),
    ("/etc/passwd", "out of the document"),
    ("file:///etc/passwd", "out of the document"),
    ("http://127.0.0.1:1/x.json", "out of the document"),
    ("#anchor", "an anchor that nothing has"),
    (7, "no string"),
]


@pytest.mark.parametrize(("pointer", "words"), DANGLING)
def test_pointers_that_lead_nowhere(pointer, words):
    """A reference that dangles or leaves the document is a SpecError with its pointer and a next step."""
    assert not pointers.is_there(DOCUMENT, pointer)
    with pytest.raises(SpecError) as raised:
        pointers.resolve(DOCUMENT, pointer)
    assert words in str(raised.value)
    assert raised.value.pointer in {pointer, "#"}


@pytest.mark.parametrize("steps", [(), ("a",), ("a/b", "~", "~1", "c d", ""), ("paths", "/x/{y}", "get")])
def test_join_and_split_are_inverse(steps):
    """Any names make a pointer that splits into the same names."""
    assert pointers.split(pointers.join("#", *steps)) == steps


def test_follow():
    """Chains of references end at a value and its own pointer."""
    value = pointers.resolve(DOCUMENT, "#/components/schemas/A")
    assert pointers.follow(DOCUMENT, value, "#/x") == ({"type": "string"}, "#/components/schemas/B")
    assert pointers.follow(DOCUMENT, {"type": "x"}, "#/x") == ({"type": "x"}, "#/x")


@pytest.mark.parametrize("value", [{"$ref": "#/loop/a"}, {"$ref": "#/loop/self"}, {"$ref": 3}])
def test_follow_ends(value):
    """A reference that only comes back to itself is an error, not a hang."""
    with pytest.raises(SpecError):
        pointers.follow(DOCUMENT, value, "#/x")
