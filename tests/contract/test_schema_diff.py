"""How two schemas differ: the catalogue of aspects row by row, both ways round."""

from __future__ import annotations

import pytest
from diff_tables import FIELDS, NULL, OBJECTS, TEXT, WHOLE, B, answering, assert_mirrors, judgements, sending

from dynclient.contract.document_diff import diff
from dynclient.contract.schema_diff import pairs


@pytest.mark.parametrize(("before", "after", "aspect", "sent", "read"), FIELDS)
@pytest.mark.parametrize(("side", "area"), [(sending, "request"), (answering, "response")])
@pytest.mark.parametrize("inside", [False, True])
def test_field(side, area, before, after, aspect, sent, read, inside):
    """A field's change is named and judged by its direction, in place or below an array; going back mirrors it."""
    parts = {"components": {"schemas": {"Text": TEXT}}}
    a, b = (
        side({"type": "array", "items": {"properties": {"f": f}}} if inside else {"properties": {"f": f}}, **parts)
        for f in (before, after)
    )
    level = sent if area == "request" else read
    where = f"{'body' if area == 'request' else 'response 200'} {'[].f' if inside else 'f'}"
    assert judgements(diff(a, b)) == ([(f"{area}-property-{aspect}", level, where)] if level else [])
    assert_mirrors(a, b)


@pytest.mark.parametrize(("before", "after", "sent", "read"), OBJECTS)
def test_object(before, after, sent, read):
    """Existence, requiredness and access of a field are judged by who sets it; the hidden side sees nothing."""
    rest = {"type": "object"}
    for side, area, where, expected in (
        (sending, "request", "body f", sent),
        (answering, "response", "response 200 f", read),
    ):
        a, b = side(rest | before), side(rest | after)
        assert judgements(diff(a, b)) == ([(f"{area}-property-{expected[0]}", expected[1], where)] if expected else [])
        assert_mirrors(a, b)


def test_a_field_gone_from_a_closed_body_is_refused():
    """What an open body ignores a closed one refuses."""
    closed = {"type": "object", "additionalProperties": False}
    a, b = sending(closed | {"properties": {"f": TEXT}}), sending(closed)
    assert judgements(diff(a, b)) == [("request-property-removed-optional", B, "body f")]


def test_same_words_in_both_versions():
    """OpenAPI 3.0 and 3.1 saying the same differ in nothing."""
    old = {
        "type": "object",
        "properties": {
            "f": {"type": "string", "nullable": True},
            "n": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        },
    }
    new = {
        "type": "object",
        "properties": {"f": {"anyOf": [TEXT, NULL]}, "n": {"type": "number", "exclusiveMinimum": 0}},
    }
    assert diff(answering(old, version="3.0.3"), answering(new)) == ()


def test_all_of_is_merged():
    """A schema split by allOf and $ref says the same as one written out."""
    parts = {"components": {"schemas": {"Base": {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}}}}
    a = answering(
        {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {"properties": {"c": WHOLE}}}}]}, **parts
    )
    b = answering({"type": "object", "properties": {"a": TEXT, "b": {"properties": {"c": TEXT}}}, "required": ["a"]})
    assert judgements(diff(a, b)) == [("response-property-type-changed", B, "response 200 b.c")]


def test_branches_of_a_union_are_compared_with_their_like():
    """A branch that moved is compared with itself, not with its neighbour; a constant tells branches apart."""
    one = {"type": "object", "properties": {"kind": {"const": "one"}, "a": TEXT, "same": TEXT}}
    two = {"type": "object", "properties": {"kind": {"const": "two"}, "b": TEXT, "same": TEXT}}
    changed = {"type": "object", "properties": {"kind": {"const": "two"}, "b": WHOLE, "same": TEXT}}
    assert judgements(diff(answering({"oneOf": [one, two]}), answering({"oneOf": [changed, one]}))) == [
        ("response-property-type-changed", B, "response 200 b")
    ]


def test_tuples_and_maps_by_position():
    """Items of a tuple are compared one by one, other fields as ``*``."""
    a = answering({"type": "array", "prefixItems": [TEXT, WHOLE]})
    b = answering({"type": "array", "prefixItems": [TEXT, TEXT]})
    assert judgements(diff(a, b)) == [("response-property-type-changed", B, "response 200 [1]")]
    a, b = (answering({"type": "object", "additionalProperties": kind}) for kind in (TEXT, WHOLE))
    assert judgements(diff(a, b)) == [("response-property-type-changed", B, "response 200 *")]


def test_a_cycle_is_gone_round_once():
    """A recursive schema ends, and its change is told once where it is and once below."""
    a, b = (
        answering(
            {"$ref": "#/components/schemas/Tree"},
            components={
                "schemas": {
                    "Tree": {"properties": {"v": kind, "kids": {"items": {"$ref": "#/components/schemas/Tree"}}}}
                }
            },
        )
        for kind in (TEXT, WHOLE)
    )
    found = [change.where for change in diff(a, b)]
    assert found[-1] == "response 200 v"
    assert len(found) <= 2
    assert_mirrors(a, b)


def test_many_cycles_do_not_multiply():
    """Twelve schemas that all refer to each other are compared at once, not along every path."""
    names = [f"S{i}" for i in range(12)]

    def web(kind):
        links = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
        schemas = {name: {"type": "object", "properties": links | {"v": kind}} for name in names}
        return answering({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas})

    assert 12 <= len(diff(web(TEXT), web(WHOLE))) < 2000


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("ab", "ba", [("a", "a"), ("b", "b")]),
        ("a", "b", [("a", None), (None, "b")]),
        (["old"], ["new"], [("old", "new")]),
        (["new"], ["old"], [("new", "old")]),
        (["old", "new"], ["new"], [("new", "new"), ("old", None)]),
        ("", "", []),
    ],
)
def test_names_are_paired(a, b, expected):
    """The same name goes first, then a rename in either direction; what has no counterpart stands alone."""
    assert sorted(pairs(a, b, {"old": "new"}), key=str) == sorted(expected, key=str)
