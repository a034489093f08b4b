"""Broken rules in words of our own, and values that JSON does not have."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from judging import NULL, TEXT, WHOLE, A, B, broken, obj, spec, validator, words

from dynclient.documents import pointers
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


def test_words_for_extra_fields():
    """An unknown field is answered with near names, else with the known ones."""
    schema = {**obj(slots=WHOLE, name=TEXT), "additionalProperties": False}
    assert words(schema, {"slot": 1}) == ["slot: not a known field; did you mean slots?"]
    assert words(schema, {"zzz": 1}) == ["zzz: not a known field; known are slots, name"]
    assert words({"type": "object", "additionalProperties": False}, {"z": 1}) == ["z: no field is allowed here"]


UNIONS = [
    # rule, schema, instance, violations
    ("by const", {"anyOf": [A, B]}, {"kind": "b"}, [(("z",), "required", "S/anyOf/1/required")]),
    (
        "by const, though more is wrong",
        {"anyOf": [A, B]},
        {"kind": "a", "x": "s", "deep": {"y": "s"}, "z": 1},
        [
            (("deep", "y"), "type", "S/anyOf/0/properties/deep/properties/y/type"),
            (("x",), "type", "S/anyOf/0/properties/x/type"),
        ],
    ),
    (
        "by an enum of one",
        {"oneOf": [obj(k={"enum": ["a"]}, x=WHOLE), obj(k={"enum": ["b"]}, x=NULL)]},
        {"k": "b", "x": 1},
        [(("x",), "type", "S/oneOf/1/properties/x/type")],
    ),
    ("by type", {"anyOf": [{"type": "array", "items": WHOLE}, TEXT]}, ["a"], [((0,), "type", "S/anyOf/0/items/type")]),
    ("or null", {"anyOf": [obj(x=WHOLE), NULL]}, {"x": "a"}, [(("x",), "type", "S/anyOf/0/properties/x/type")]),
    ("no type fits", {"anyOf": [TEXT, NULL]}, 5, [((), "type", "S/anyOf")]),
    ("the fewest", {"anyOf": [obj(["a", "b", "c"]), obj(["a"])]}, {}, [(("a",), "required", "S/anyOf/1/required")]),
    (
        "the deepest",
        {"anyOf": [obj(["a"]), obj(p=obj(q=WHOLE))]},
        {"p": {"q": "s"}},
        [(("p", "q"), "type", "S/anyOf/1/properties/p/properties/q/type")],
    ),
    (
        "unions in unions",
        {"anyOf": [{"anyOf": [obj(x=WHOLE), TEXT]}, NULL]},
        {"x": "a"},
        [(("x",), "type", "S/anyOf/0/anyOf/0/properties/x/type")],
    ),
    ("several fit", {"oneOf": [WHOLE, {"type": "number"}]}, 1, [((), "oneOf", "S/oneOf")]),
]


@pytest.mark.parametrize(("rule", "schema", "instance", "expected"), UNIONS)
def test_unions_are_explained_by_the_branch_meant(rule, schema, instance, expected):
    """Of a union one branch is explained: by const, by type, then the one with the fewest and deepest errors."""
    assert sorted(broken(schema, instance)) == sorted(expected), rule


SENTENCES = [
    # schema, instance, words
    (obj(n=WHOLE), {"n": "5"}, "n: a string where an integer is wanted"),
    (obj(n=WHOLE), {"n": None}, "n: null where an integer is wanted"),
    (obj(n={"type": ["string", "null"]}), {"n": []}, "n: an array where a string or null is wanted"),
    ({"anyOf": [TEXT, NULL]}, 5, "body: an integer where a string or null is wanted"),
    ({"type": "string", "nullable": True, "allOf": [{}]}, 5, "body: an integer where a string or null is wanted"),
    ({"enum": ["a", None, True, 1]}, "b", "body: a string where one of 'a', null, true, 1 is wanted"),
    ({"const": "~"}, "b", "body: a string where '~' is wanted"),
    ({"const": None}, "b", "body: a string where null is wanted"),
    ({"minLength": 1}, "", "body: a string where at least 1 character is wanted"),
    ({"maxLength": 2}, "abc", "body: a string where at most 2 characters is wanted"),
    ({"minItems": 1}, [], "body: an array where at least 1 item is wanted"),
    ({"maxProperties": 0}, {"a": 1}, "body: an object where at most 0 fields is wanted"),
    ({"minimum": 3}, 1, "body: an integer where at least 3 is wanted"),
    ({"maximum": 3}, 4.5, "body: a number where at most 3 is wanted"),
    ({"exclusiveMinimum": 3}, 3, "body: an integer where more than 3 is wanted"),
    ({"exclusiveMaximum": 3}, 3, "body: an integer where less than 3 is wanted"),
    ({"multipleOf": 2}, 3, "body: an integer where a multiple of 2 is wanted"),
    ({"uniqueItems": True}, [1, 1], "body: an array where items that differ from each other is wanted"),
    ({"pattern": "^a"}, "b", "body: a string where text that matches ^a is wanted"),
    ({"format": "date-time"}, "b", "body: a string where a date-time with offset (RFC 3339) is wanted"),
    (
        {"format": "date-time"},
        "2026-01-02",
        "body: a date alone where a date-time with offset (RFC 3339), such as 2026-01-31T00:00:00Z, is wanted",
    ),
    (
        {"format": "date-time"},
        "2026-01-02T03:04:05",
        "body: a date-time without offset where a date-time with offset (RFC 3339), such as 2026-01-31T00:00:00Z, is wanted",  # noqa: E501
    ),
    ({"format": "date"}, "b", "body: a string where a date (YYYY-MM-DD) is wanted"),
    ({"format": "uuid"}, "b", "body: a string where a UUID is wanted"),
    ({"format": "duration"}, "b", "body: a string where a duration (ISO 8601) is wanted"),
    ({"not": TEXT}, "b", "body: a string where something that `not` does not describe is wanted"),
    ({"contains": TEXT}, [1], "body: an array where as many items that `contains` allows as it says is wanted"),
    (
        {"propertyNames": {"maxLength": 1}},
        {"ab": 1},
        "body: an object where in its names, at most 1 character is wanted",
    ),
    ({"prefixItems": [{}], "items": False}, [1, 2], "[1]: nothing may be here"),
    ({"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], "body: an array where no further items is wanted"),
    (obj(["a"]), {}, "a: missing, but required"),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "b: missing, but required"),
    ({"oneOf": [WHOLE, {"type": "number"}]}, 1, "body: fits branches 0 and 1 of oneOf, exactly one is wanted"),
]


@pytest.mark.parametrize(("schema", "instance", "expected"), SENTENCES)
def test_sentences(schema, instance, expected):
    """Each rule is told in our own words: what came, as a type, and what is wanted."""
    assert words(schema, instance) == [expected]


NAMES = [
    "name",
    "0",
    "007",
    "+1",
    "a/b",
    "c~d",
    "~1",
    "%20",
    "properties",
    "type",
    "$ref",
    "items",
    "",
    " ",
    "ü",
    "1" * 30,
]


@pytest.mark.parametrize("name", NAMES)
def test_pointers_name_the_place(name):
    """Path and pointer are exact for every name: digits, slashes, tildes, keywords, the empty one."""
    schema = {"type": "object", "properties": {name: {"type": "object", "properties": {name: WHOLE}}}}
    (violations,) = validator(schema).violations({name: {name: "x"}}, "body")
    assert pointers.split(violations.pointer) == (
        "components",
        "schemas",
        "S",
        "properties",
        name,
        "properties",
        name,
        "type",
    )
    assert pointers.resolve(spec(schema), violations.pointer) == "integer"
    if name:  # the engine leaves the empty name out of the instance's path
        assert violations.path == (name, name)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.just("x"), min_size=1, max_size=5))
def test_every_name_is_found_again(instance):
    """Whatever the fields are called, each violation's path leads to the value it speaks of."""
    try:
        "".join(instance).encode()
    except UnicodeEncodeError:
        return
    violations = validator({"type": "object", "additionalProperties": WHOLE}).violations(instance, "body")
    assert [instance[v.path[0]] for v in violations] == ["x"] * len(instance)


def test_paths_go_on_from_the_one_given():
    """The place of the instance in the message stands before each violation's own path."""
    (violations,) = validator(obj(n=WHOLE)).violations({"n": "x"}, "query", ("filter",))
    assert (violations.location, violations.path, violations.where) == ("query", ("filter", "n"), "filter.n")
