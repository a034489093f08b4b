"""Broken rules in words of our own, and values that JSON does not have."""

from __future__ import annotations

import pytest

from dynclient.schema import explain, violation_words
from dynclient.schema.validator import compile_schema


def expectations(schema, instance):
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"S": schema}}}
    violations = compile_schema(document, "#/components/schemas/S", "request").violations(instance, "body")
    return [(violation.rule, violation.expected, violation.got) for violation in violations]


WORDS = [
    # schema, instance, rule, what is expected, what came
    ({"type": "integer"}, "a", "type", "an integer", "a string"),
    ({"type": ["string", "null"]}, 1, "type", "a string or null", "an integer"),
    ({"enum": ["a", None]}, 1, "enum", "one of 'a', null", "an integer"),
    ({"minLength": 1}, "", "minLength", "at least 1 character", "a string"),
    ({"maxItems": 2}, [1, 2, 3], "maxItems", "at most 2 items", "an array"),
    ({"minimum": 3}, 1, "minimum", "at least 3", "an integer"),
    ({"pattern": "^a$"}, "b", "pattern", "text that matches ^a$", "a string"),
    ({"format": "uuid"}, "x", "format", "a UUID", "a string"),
    ({"required": ["a"]}, {}, "required", "missing, but required", ""),
    (False, 1, "false", "nothing may be here", ""),
    ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "propertyNames", "in its names, at most 1 character", "an object"),
    (
        {"properties": {"slots": {}}, "additionalProperties": False},
        {"slot": 1},
        "additionalProperties",
        "not a known field; did you mean slots?",
        "",
    ),
    ({"anyOf": [{"type": "string"}, {"type": "array"}]}, 1, "type", "a string or an array", "an integer"),
    (
        {"oneOf": [{"type": "integer"}, {"minimum": 0}]},
        1,
        "oneOf",
        "fits branches 0 and 1 of oneOf, exactly one is wanted",
        "",
    ),
]


@pytest.mark.parametrize(("schema", "instance", "rule", "expected", "got"), WORDS)
def test_words(schema, instance, rule, expected, got):
    """A violation says the rule, what it expects, and the type of what came; never a value."""
    assert expectations(schema, instance) == [(rule, expected, got)]


def test_the_branch_that_was_meant():
    """Of a union the branch is explained whose const fits, else the one with the fewest errors."""
    cat = {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
    dog = {"properties": {"kind": {"const": "dog"}, "lives": {"type": "null"}}, "required": ["kind", "breed"]}
    assert expectations({"anyOf": [cat, dog]}, {"kind": "cat", "lives": "9"}) == [("type", "an integer", "a string")]


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"a": [1, object()]}, [("a", 1)]),
        ({"a": float("nan")}, [("a",)]),
        ({1: 2}, [()]),
        (["\ud800"], [(0,)]),
        ({"a": [None, True, 1.5, "x"]}, []),
    ],
)
def test_values_that_are_not_json(value, paths):
    """Each value without JSON form is one violation at its place."""
    assert [violation.path for violation in explain.find_non_json(value, "body", ())] == paths


def test_long_lists_are_shortened():
    """Of many options the first dozen is shown, with their number."""
    assert violation_words.one_of(list(range(20))).endswith("11 … (20 in all)")
