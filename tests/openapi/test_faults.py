"""Defects of operations: what is wrong, where, and what becomes of it."""

from __future__ import annotations

import pytest
from minimal import OK, doc

from dynclient.openapi.spec import parse

DEFECTS = [
    # paths, pointer of the fault, words
    ({"/b": {"$ref": "#/nowhere"}}, "#/paths/~1b", "leads nowhere"),
    ({"/b": {"$ref": "other.yaml"}}, "#/paths/~1b", "out of the document"),
    ({"/b": {"$ref": "#/paths/~1b"}}, "#/paths/~1b", "back to itself"),
    ({"/b": None}, "#/paths/~1b", "a path item is an object"),
    ({"/b": {"get": None}}, "#/paths/~1b/get", "an operation is an object"),
    ({"/b": {"get": []}}, "#/paths/~1b/get", "an operation is an object"),
]


@pytest.mark.parametrize(("paths", "pointer", "words"), DEFECTS)
def test_a_defect_is_a_fault(paths, pointer, words):
    """What cannot be used is left out and named in ``faults``; the rest of the document works."""
    found = parse(doc({"/a": {"get": {"operationId": "a", **OK}}, **paths}))
    assert list(found.operations) == ["a"]
    (fault,) = found.faults
    assert fault.pointer == pointer
    assert words in fault.message


def test_extensions_are_no_defects():
    """Members that start with ``x-`` are no paths."""
    assert parse(doc({"/a": {"get": {**OK}}, "x-internal": True, "x-more": "text"})).faults == ()
