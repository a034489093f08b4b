"""The alternatives of a place in a document, as a comparison sees them."""

from __future__ import annotations

import pytest
from tiny_specs import json_answer, tiny

from dynclient.contract.schema_alternatives import branches, first, likeness, nullable, shown, words
from dynclient.schema.schema import MISSING

TEXT, WHOLE, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
POINT = {"type": "object", "properties": {"x": WHOLE, "y": WHOLE}}


def node(schema):
    """The place of a response's schema, beside a component ``Point``."""
    one = tiny({"GET /a": {"operationId": "a", "responses": {"200": json_answer(schema)}}}, schemas={"Point": POINT})
    return (one.operations["a"].responses["200"].content["application/json"].schema,)


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        (TEXT, ["string"]),
        ({}, [None]),
        ({"type": ["string", "null"]}, ["string"]),
        (NULL, ["null"]),
        ({"anyOf": [TEXT, WHOLE, NULL]}, ["string", "integer"]),
        ({"type": ["integer", "string"]}, ["integer", "string"]),
        ({"allOf": [TEXT, {"maxLength": 3}]}, ["string"]),
        ({"allOf": [{"anyOf": [TEXT, WHOLE]}, {"oneOf": [POINT, TEXT]}]}, None),
        ({"anyOf": [{"anyOf": [TEXT, WHOLE]}, POINT]}, ["string", "integer", "object"]),
    ],
)
def test_branches(schema, types):
    """A union has a branch for each alternative, of one type each; "or null" inside a list of types is none."""
    found = [branch.type for branch in branches(node(schema))]
    assert found == types if types is not None else len(found) >= 4


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, "a string"),
        ({}, "anything"),
        ({"anyOf": [TEXT, {"type": "array", "items": WHOLE}]}, "a string or an array of integer"),
        ({"$ref": "#/components/schemas/Point"}, "an object (Point)"),
        ({"anyOf": [{"const": "a"}, {"const": "b"}]}, '"a" or "b"'),
        ({"anyOf": [TEXT, TEXT]}, "a string"),
    ],
)
def test_words(schema, expected):
    """Branches read as a sentence, each kind once."""
    assert words(branches(node(schema))) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, False),
        ({"type": ["string", "null"]}, True),
        ({}, None),
        ({"anyOf": [TEXT, NULL]}, True),
        ({"allOf": [TEXT]}, False),
    ],
)
def test_nullable(schema, expected):
    """Whether a place may be null; None where anything may come and null is not spoken of."""
    assert nullable(node(schema)) is expected


@pytest.mark.parametrize(
    ("schema", "keyword", "expected"),
    [
        ({"allOf": [{"minimum": 1}, {"minimum": 3}]}, "minimum", 3),
        ({"allOf": [{"maximum": 1}, {"maximum": 3}]}, "maximum", 1),
        ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "pattern", frozenset("ab")),
        ({"uniqueItems": False}, "uniqueItems", frozenset()),
        ({}, "minimum", None),
    ],
)
def test_bounds(schema, keyword, expected):
    """Of several limits the tightest holds; patterns hold together."""
    assert branches(node(schema))[0].bound(keyword) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"enum": ["a", "b", None]}, ['"a"', '"b"']),
        ({"const": 1}, ["1"]),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, ['"b"']),
        (TEXT, None),
    ],
)
def test_values(schema, expected):
    """The values that a branch allows, those of all its parts, without null."""
    assert branches(node(schema))[0].enum == expected


def test_fields_of_all_parts():
    """A branch has the fields, the requirements and the closedness of every schema that holds for it."""
    (branch,) = branches(
        node({"allOf": [POINT, {"properties": {"z": TEXT}, "required": ["z"], "additionalProperties": False}]})
    )
    assert (set(branch.fields), branch.required, branch.closed) == ({"x", "y", "z"}, {"z"}, True)
    assert branches(node({"type": "object", "additionalProperties": TEXT}))[0].others()
    assert not branch.others()


def test_likeness_is_the_same_both_ways():
    """A branch is most like itself, not at all like one of another type, and the order of two does not matter."""
    sides = [TEXT, WHOLE, {"type": "number"}, POINT, {"type": "array", "items": POINT}, {"enum": ["a"]}, {}]
    all_branches = [branches(node(side))[0] for side in sides]
    for a in all_branches:
        for b in all_branches:
            assert likeness(a, b) == likeness(b, a)
            assert a is b or likeness(a, a) > likeness(a, b)
    assert likeness(all_branches[0], all_branches[3]) == 0


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, "1"), (1.5, "1.5"), ("é", '"é"'), (MISSING, "none"), (None, "null")]
)
def test_values_in_a_sentence(value, expected):
    """A value of a document reads as JSON, a whole number without a fraction, an absent one as none."""
    assert shown(value) == expected


def test_the_outermost_annotation_counts():
    """Of several defaults the outermost is the one; unions are not looked into."""
    assert first(node({"default": 1, "allOf": [{"default": 2}]}), "default") == 1
    assert first(node({"anyOf": [{"default": 2}, TEXT]}), "default") is MISSING
