"""JSON pointers and references: joined, split, resolved and followed."""

from __future__ import annotations

import pytest

from dynclient.documents import pointers
from dynclient.errors import SpecError

DOCUMENT = {
    "a": {"b/c": [1, {"~": 2}], "r": {"$ref": "#/a"}, "loop": {"$ref": "#/a/loop"}, "out": {"$ref": "other.yaml#/x"}},
    "named": {"$anchor": "here", "value": 3},
}


@pytest.mark.parametrize(
    ("pointer", "steps"), [("#", ()), ("#/a/b~1c/1/~0", ("a", "b/c", "1", "~")), ("#/~01", ("~1",))]
)
def test_split_and_join(pointer, steps):
    """``split`` unescapes the steps of a pointer, ``join`` writes the same pointer again."""
    assert pointers.split(pointer) == steps
    assert pointers.join("#", *steps) == pointer


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("#/a/b~1c/1/~0", 2), ("#/a/r/b~1c/0", 1), ("#/a/b%2Fc/0", 1), ("#here", DOCUMENT["named"]), ("#", DOCUMENT)],
)
def test_resolve(pointer, value):
    """A pointer leads through references, percent-encoded steps and anchors."""
    assert pointers.resolve(DOCUMENT, pointer) == value
    assert pointers.is_there(DOCUMENT, pointer)


@pytest.mark.parametrize("pointer", ["#/x", "#/a/b~1c/2", "#/a/b~1c/-1", "#nowhere", "other.yaml#/x", 5])
def test_pointers_that_lead_nowhere(pointer):
    """What names nothing in the document is a SpecError."""
    assert not pointers.is_there(DOCUMENT, pointer)
    with pytest.raises(SpecError):
        pointers.resolve(DOCUMENT, pointer)


def test_follow():
    """A reference is followed to its value and pointer; one that comes back to itself is refused."""
    assert pointers.follow(DOCUMENT, {"$ref": "#/a/r"}, "#/x") == (DOCUMENT["a"], "#/a")
    with pytest.raises(SpecError, match="back to itself"):
        pointers.follow(DOCUMENT, DOCUMENT["a"]["loop"], "#/a/loop")
