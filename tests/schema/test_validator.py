"""What keeps to a schema in each direction, and how a broken rule is named."""

from __future__ import annotations

import copy
import math
import re
import threading
import time
from collections import OrderedDict

import pytest
from hypothesis import given, strategies as st

from dynclient.documents import pointers
from dynclient.errors import ContractWarning, SpecError
from dynclient.schema.schema_faults import schema_faults
from dynclient.schema.validator import compile_schema
from dynclient.schema.violation_words import one_of, type_words

POINTER = "#/components/schemas/S"


def spec(schema, version="3.1.0", **components):
    return {"openapi": version, "paths": {}, "components": {"schemas": {"S": schema, **components}}}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


def validator(schema, direction="request", version="3.1.0", **components):
    return compile_schema(spec(schema, version, **components), POINTER, direction)


def broken(schema, instance, direction="request", version="3.1.0", **components):
    """(path, rule, pointer below the schema) of each violation."""
    found = validator(schema, direction, version, **components).violations(instance, "body")
    return [(v.path, v.rule, v.pointer.removeprefix("#/components/schemas/")) for v in found]


def words(schema, instance, direction="request", **components):
    found = validator(schema, direction, **components).violations(instance, "body")
    return [f"{v.where}: {v.sentence}" for v in found]


TEXT, WHOLE, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
BOTH = ("3.0.3", "3.1.0")

NULLABLE = [
    # versions, schema, valid, invalid
    (BOTH, {"type": "string", "nullable": True}, [None, "a"], [1]),
    (BOTH, {"nullable": True}, [None, 1, "a", {}], []),
    (BOTH, {"$ref": "#/components/schemas/A", "nullable": True}, [None, "a"], [1]),
    (BOTH, {"type": "string", "enum": ["a"], "nullable": True}, [None, "a"], ["b", 1]),
    (BOTH, {"type": "string", "enum": ["a", None], "nullable": True}, [None, "a"], ["b"]),
    (BOTH, {"type": "string", "enum": ["a", None]}, ["a"], [None]),
    (BOTH, {"enum": ["a"], "nullable": True}, [None, "a"], ["b"]),
    (BOTH, {"const": "a", "nullable": True}, [None, "a"], ["b"]),
    (BOTH, {"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": True}, [None, "a"], [1]),
    (BOTH, {"type": "string", "allOf": [{"minLength": 2}], "nullable": True}, [None, "ab"], ["a"]),
    (BOTH, {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True}, [None, "a", 1], [1.5]),
    (BOTH, {"oneOf": [{"type": "string"}], "nullable": True}, [None, "a"], [1]),
    (BOTH, {"not": {"type": "string"}, "nullable": True}, [None, 1], ["a"]),
    (BOTH, {"properties": {"x": TEXT}, "nullable": True}, [None, {"x": "a"}], [{"x": 1}]),
    (BOTH, {"type": "string", "nullable": False}, ["a"], [None]),
    (BOTH, {"type": "array", "items": {"type": "string", "nullable": True}}, [["a", None]], [[1], None]),
    (BOTH, {"type": "object", "additionalProperties": {"type": "string", "nullable": True}}, [{"x": None}], [{"x": 1}]),
    (BOTH, {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/N"}}}, [{"x": None}], [{"x": 1}]),
    (("3.1.0",), {"type": ["string", "null"]}, [None, "a"], [1]),
    (("3.1.0",), {"type": ["string"], "nullable": True}, [None, "a"], [1]),
    (("3.1.0",), {"anyOf": [{"type": "string"}, {"type": "null"}]}, [None, "a"], [1]),
    (("3.1.0",), {"anyOf": [{"type": "null"}, {"type": "string", "enum": ["a"]}]}, [None, "a"], ["b"]),
    (("3.1.0",), {"oneOf": [{"type": "array", "items": ref("A")}, {"type": "null"}]}, [None, ["a"]], [[1], "a"]),
    (
        ("3.1.0",),
        {"anyOf": [{"type": "object", "additionalProperties": ref("A")}, NULL]},
        [None, {"x": "a"}],
        [{"x": 1}],
    ),
    (("3.1.0",), {"anyOf": [{"type": ["string", "null"]}, NULL], "title": "T"}, [None, "a"], [1]),
    (("3.1.0",), {"oneOf": [{"type": "null"}, {"type": "null"}]}, [], [None, 1]),
    (("3.1.0",), {"oneOf": [{"type": ["string", "null"]}, NULL]}, ["a"], [None, 1]),
    (("3.1.0",), {"type": ["string", "null"], "nullable": True}, [None, "a"], [1]),
    (("3.1.0",), {"anyOf": [TEXT, NULL], "minLength": 2}, [None, "ab"], ["a", 1]),
    (("3.1.0",), {"type": ["string", "null"], "enum": ["a"]}, ["a"], [None]),
]


@pytest.mark.parametrize(("versions", "schema", "valid", "invalid"), NULLABLE)
def test_nullable(versions, schema, valid, invalid):
    """``nullable: true`` means "or null" wherever it stands, in 3.0 and in 3.1."""
    for version in versions:
        for direction in ("request", "response", "model"):
            made = validator(schema, direction, version, A=TEXT, N={"type": "string", "nullable": True})
            assert [i for i in valid if not made.is_valid(i)] == []
            assert [i for i in invalid if made.is_valid(i)] == []


DIALECTS = [
    # rule, version, schema, instance, is it valid
    ("exclusiveMinimum is a flag", "3.0.3", {"minimum": 1, "exclusiveMinimum": True}, 1, False),
    ("exclusiveMinimum is a flag", "3.0.3", {"minimum": 1, "exclusiveMinimum": True}, 1.1, True),
    ("a flag that is off", "3.0.3", {"minimum": 1, "exclusiveMinimum": False}, 1, True),
    ("a flag without a bound", "3.0.3", {"exclusiveMinimum": True}, 1, True),
    ("exclusiveMaximum is a flag", "3.0.3", {"maximum": 1, "exclusiveMaximum": True}, 1, False),
    ("exclusiveMinimum is a number", "3.1.0", {"exclusiveMinimum": 1}, 1, False),
    ("siblings of $ref do not count", "3.0.3", {**ref("A"), "minLength": 3}, "a", True),
    ("siblings of $ref count", "3.1.0", {**ref("A"), "minLength": 3}, "a", False),
    ("siblings of $ref count", "3.1.0", {**ref("A"), "minLength": 3}, "abc", True),
    ("$ref itself counts", "3.1.0", {**ref("A"), "minLength": 3}, 5, False),
    ("const", "3.1.0", {"const": {"a": 1}}, {"a": 1}, True),
    ("integers may be written 1.0", "3.1.0", WHOLE, 1.0, True),
    ("a boolean is no integer", "3.1.0", WHOLE, True, False),
    ("a boolean schema", "3.1.0", True, object, None),
    ("prefixItems", "3.1.0", {"prefixItems": [TEXT, WHOLE]}, ["a", "b"], False),
    ("if, then", "3.1.0", {"if": TEXT, "then": {"minLength": 2}}, "a", False),
    ("dependentSchemas", "3.1.0", {"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}, False),
    ("patternProperties", "3.1.0", {"patternProperties": {"^x": TEXT}}, {"xy": 1}, False),
    ("unevaluatedProperties", "3.1.0", {"properties": {"a": {}}, "unevaluatedProperties": False}, {"b": 1}, False),
    ("$id is no base", "3.1.0", {"$id": "http://x/y", **ref("A")}, 1, False),
    ("$schema is not looked at", "3.1.0", {"$schema": "http://json-schema.org/draft-04/schema#", **TEXT}, 1, False),
    ("$defs are reached by pointer", "3.1.0", {"$defs": {"D": TEXT}, "$ref": f"{POINTER}/$defs/D"}, 1, False),
    ("definitions are reached by pointer", "3.1.0", {"definitions": {"D": ref("A")}, "type": "string"}, "a", True),
]


@pytest.mark.parametrize(("rule", "version", "schema", "instance", "valid"), DIALECTS)
def test_dialects(rule, version, schema, instance, valid):
    """3.0 and 3.1 say some things differently; inside there is one dialect."""
    if schema is True:
        assert validator(True).is_valid({"any": ["thing"]})
        assert broken(False, 1) == [((), "false", "S")]
    else:
        assert validator(schema, version=version, A=TEXT).is_valid(instance) is valid, rule


BY_POSITION = [
    obj(properties=TEXT, type=TEXT, description=TEXT, title=TEXT, nullable=WHOLE, readOnly=TEXT, format=TEXT),
    {"enum": [{"nullable": True, "$ref": "x"}, "a"]},
    {"const": {"$ref": "nowhere", "type": "strin"}},
    {"type": "string", "default": {"$ref": "nowhere"}, "example": {"$ref": "nowhere"}},
]


def test_schemas_are_walked_by_position():
    """Names of properties that look like keywords are names; enum, const, default and example hold data."""
    first = validator(BY_POSITION[0])
    assert first.is_valid({"properties": "a", "type": "b", "description": "c", "readOnly": "d"})
    assert not first.is_valid({"nullable": None})
    assert validator(BY_POSITION[1]).is_valid({"nullable": True, "$ref": "x"})
    assert validator(BY_POSITION[2]).is_valid({"$ref": "nowhere", "type": "strin"})
    assert validator(BY_POSITION[3]).is_valid("a")


def test_a_property_called_ref():
    """A property may be called ``$ref``."""
    schema = {"type": "object", "properties": {"$ref": TEXT}}
    assert broken(schema, {"$ref": 1}) == [(("$ref",), "type", "S/properties/$ref/type")]


# --- discriminators ----------------------------------------------------------------------------------------------

CAT = obj(["kind"], kind=TEXT, lives=WHOLE)
DOG = obj(["kind"], kind=TEXT, bark=TEXT)
PETS = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
MAPPED = {**PETS, "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cat", "d": "Dog"}}}


KIND = {"discriminator": {"propertyName": "kind"}}
OTHERS = {
    "Text": obj(["kind"], kind={"enum": ["text"]}, n=WHOLE),
    "Image": obj(["kind"], kind={"enum": ["image"]}, n=TEXT),
    "Nested": {"oneOf": [ref("Text"), ref("Image")]},
}


def pets(schema, instance, version="3.1.0"):
    return broken(schema, instance, version=version, Cat=CAT, Dog=DOG, **OTHERS)


DISCRIMINATED = [
    # rule, schema, instance, violations
    ("the name chooses", PETS, {"kind": "Cat", "lives": 9}, []),
    ("only the branch chosen counts", PETS, {"kind": "Dog", "lives": "x"}, []),
    (
        "the branch chosen is explained",
        PETS,
        {"kind": "Cat", "lives": "x"},
        [(("lives",), "type", "Cat/properties/lives/type")],
    ),
    ("a missing value", PETS, {"lives": 9}, [(("kind",), "discriminator", "S/discriminator")]),
    ("an unknown value", PETS, {"kind": "Cow"}, [(("kind",), "discriminator", "S/discriminator")]),
    ("a value of another type", PETS, {"kind": 7}, [(("kind",), "discriminator", "S/discriminator")]),
    ("no object at all", PETS, "Cat", [((), "type", "S/oneOf")]),
    ("the mapping chooses", MAPPED, {"kind": "c", "lives": 9}, []),
    ("by pointer and by name", MAPPED, {"kind": "d", "bark": 1}, [(("bark",), "type", "Dog/properties/bark/type")]),
    ("the mapping replaces the name", MAPPED, {"kind": "Cat"}, [(("kind",), "discriminator", "S/discriminator")]),
    ("beside anyOf", {"anyOf": PETS["oneOf"], "discriminator": PETS["discriminator"]}, {"kind": "Cat"}, []),
    ("nullable", {**PETS, "nullable": True}, None, []),
    (
        "nullable, and broken",
        {**PETS, "nullable": True},
        {"kind": "Cow"},
        [(("kind",), "discriminator", "S/discriminator")],
    ),
    ("null as a branch", {**PETS, "oneOf": [*PETS["oneOf"], NULL]}, None, []),
    (
        "beside allOf",
        {**PETS, "allOf": [{"required": ["age"]}]},
        {"kind": "Cat"},
        [(("age",), "required", "S/allOf/0/required")],
    ),
    (
        "beside properties",
        {**PETS, **obj(kind=TEXT, age=WHOLE)},
        {"kind": "Cat", "age": "x"},
        [(("age",), "type", "S/properties/age/type")],
    ),
    ("beside required", {**PETS, "required": ["age"]}, {"kind": "Cat"}, [(("age",), "required", "S/required")]),
    (
        "two branches for one value",
        {"oneOf": [obj(kind={"const": "x"}, a=WHOLE), obj(kind={"const": "x"}, a=TEXT)], **KIND},
        {"kind": "x", "a": "b"},
        [],
    ),
    ("a branch's own value", {"oneOf": [ref("Text"), ref("Image")], **KIND}, {"kind": "text", "n": 1}, []),
    (
        "a branch's own value chooses",
        {"oneOf": [ref("Text"), ref("Image")], **KIND},
        {"kind": "image", "n": 1},
        [(("n",), "type", "Image/properties/n/type")],
    ),
    (
        "the values of a union in the union",
        {"oneOf": [ref("Nested"), ref("Cat")], **KIND},
        {"kind": "image", "n": "a"},
        [],
    ),
    (
        "a mapping that leads nowhere",
        {**PETS, "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cow"}}},
        {"kind": "c", "lives": "x"},
        [],
    ),
    (
        "beside it the others hold",
        {**PETS, "discriminator": {"propertyName": "kind", "mapping": {"c": "Cow"}}},
        {"kind": "Cat"},
        [],
    ),
    ("a branch that is no object", {"oneOf": [ref("Cat"), TEXT], **KIND}, "a text", []),
    ("no branch at all", {"oneOf": [ref("Cat"), TEXT], **KIND}, 1, [((), "type", "S/oneOf")]),
    ("elsewhere it is a hint", {**CAT, "discriminator": {"propertyName": "kind"}}, {"kind": "Cow"}, []),
    (
        "inline branches by const",
        {
            "oneOf": [obj(["kind"], kind={"const": "x"}, n=WHOLE), obj(kind={"enum": ["y"]})],
            "discriminator": {"propertyName": "kind"},
        },
        {"kind": "x", "n": "a"},
        [(("n",), "type", "S/oneOf/0/properties/n/type")],
    ),
]


@pytest.mark.parametrize(("rule", "schema", "instance", "expected"), DISCRIMINATED)
def test_discriminator(rule, schema, instance, expected):
    """A discriminator beside a union chooses the branch by its value; a missing or unknown value is a violation."""
    for version in BOTH:
        assert pets(schema, instance, version) == expected, rule


PARENT = obj(["kind"], kind=TEXT) | {"discriminator": {"propertyName": "kind"}}
CHILDREN = {
    "Parent": PARENT,
    "Cat": {"allOf": [ref("Parent"), obj(["lives"], lives=WHOLE)]},
    "Dog": {"allOf": [ref("Parent")], **obj(bark=TEXT)},
}
OF_A_PARENT = [
    ({"kind": "Cat", "lives": 9}, []),
    ({"kind": "Cat", "lives": "x"}, [(("lives",), "type", "Cat/allOf/1/properties/lives/type")]),
    ({"kind": "Dog", "bark": 1}, [(("bark",), "type", "Dog/properties/bark/type")]),
    ({"kind": "Cow", "lives": "x"}, []),
]


@pytest.mark.parametrize(("instance", "expected"), OF_A_PARENT)
def test_a_parent_takes_its_children(instance, expected):
    """Where a parent with a discriminator is wanted, the fields of the child that the value means are checked."""
    for version in BOTH:
        assert broken(ref("Parent"), instance, version=version, **CHILDREN) == expected


def test_discriminator_words():
    """The message says which values choose."""
    assert words(PETS, {"kind": "Cow"}, Cat=CAT, Dog=DOG) == ["kind: a string where one of 'Cat', 'Dog' is wanted"]
    assert words(PETS, {}, Cat=CAT, Dog=DOG) == ["kind: missing, but it chooses the kind of object"]


# --- readOnly and writeOnly --------------------------------------------------------------------------------------

ID = {"type": "integer", "readOnly": True}
SECRET = {"type": "string", "writeOnly": True}
DIRECTED = [
    # rule, keyword of the hidden property, schema made from it; `x` is hidden and required, `y` required
    ("beside", lambda x: obj(["x", "y"], x=x, y=TEXT)),
    ("required in allOf", lambda x: {**obj(x=x, y=TEXT), "allOf": [{"required": ["x", "y"]}]}),
    ("property in allOf", lambda x: {"required": ["x", "y"], "allOf": [obj(x=x, y=TEXT)]}),
    ("two members of allOf", lambda x: {"allOf": [obj(x=x), obj(["x", "y"], y=TEXT)]}),
    ("property behind $ref", lambda _: {"allOf": [ref("Base"), {"required": ["x", "y"]}]}),
    ("required behind $ref", lambda x: {"allOf": [ref("Wants"), obj(x=x)]}),
    ("allOf in allOf", lambda x: {"allOf": [{"allOf": [ref("Wants")]}, {"allOf": [obj(x=x)]}]}),
    ("the property is a $ref", lambda _: obj(["x", "y"], x=ref("X"), y=TEXT)),
    ("the property is a chain of $ref", lambda _: obj(["x", "y"], x=ref("Link"), y=TEXT)),
    ("said beside the property's $ref", lambda x: obj(["x", "y"], x={**ref("Bare"), **_flag(x)}, y=TEXT)),
    ("said in the property's allOf", lambda _: obj(["x", "y"], x={"allOf": [ref("X")]}, y=TEXT)),
    ("in a branch of a union", lambda x: {"anyOf": [obj(["x", "y"], x=x, y=TEXT), NULL]}),
    ("beside a union", lambda x: {**obj(x=x), "anyOf": [{"required": ["x", "y"]}]}),
]


def _flag(schema):
    return {name: True for name in ("readOnly", "writeOnly") if name in schema}


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize(("hidden", "direction"), [(ID, "request"), (SECRET, "response")])
@pytest.mark.parametrize(("rule", "make"), DIRECTED)
def test_hidden_properties_are_not_required(rule, make, hidden, direction, version):
    """A readOnly property leaves every ``required`` of a request, a writeOnly one of a response; others stay."""
    others = {"X": hidden, "Link": ref("X"), "Bare": {"type": hidden["type"]}, "Base": obj(x=hidden, y=TEXT)}
    others["Wants"] = obj(["x", "y"], y=TEXT)
    made = make(hidden)
    assert validator(made, direction, version, **others).is_valid({"y": "a"}), rule
    assert not validator(made, direction, version, **others).is_valid({})
    assert validator(made, "model", version, **others).is_valid({"y": "a"})
    value = 1 if hidden is ID else "s"
    assert validator(made, "model", version, **others).is_valid({"x": value, "y": "a"})
    other_way = "response" if direction == "request" else "request"
    assert not validator(made, other_way, version, **others).is_valid({"y": "a"})
    assert validator(made, other_way, version, **others).is_valid({"x": value, "y": "a"})


def test_read_only_may_not_be_sent():
    """A readOnly property in a request is a violation that names the flag."""
    schema = obj(id=ID, name=TEXT)
    assert broken(schema, {"id": 1, "name": "a"}) == [(("id",), "readOnly", "S/properties/id/readOnly")]
    assert words(schema, {"id": 1}) == ["id: read-only, it may not be sent"]
    nested = obj(pools={"type": "array", "items": ref("P")})
    assert broken(nested, {"pools": [{}, {"id": 1}]}, P=obj(id=ID)) == [
        (("pools", 1, "id"), "readOnly", "P/properties/id/readOnly")
    ]


SAID = [
    # (the property, further schemas, where readOnly is said)
    ({**TEXT, "readOnly": True}, {}, "S/properties/id/readOnly"),
    (ref("A"), {"A": {**TEXT, "readOnly": True}}, "A/readOnly"),
    ({"allOf": [TEXT, {"readOnly": True}]}, {}, "S/properties/id/allOf/1/readOnly"),
    ({"allOf": [ref("A")]}, {"A": {"allOf": [{}, ref("B")]}, "B": {"readOnly": True}}, "B/readOnly"),
]


@pytest.mark.parametrize(("schema", "components", "pointer"), SAID)
def test_read_only_is_named_where_it_is_said(schema, components, pointer):
    """The pointer of a refused property leads to the readOnly itself, through ``$ref`` and ``allOf``."""
    assert broken(obj(id=schema), {"id": "a"}, **components) == [(("id",), "readOnly", pointer)]


def test_write_only_in_a_response_is_a_warning():
    """A writeOnly property that comes is kept and warned about, whatever else is broken."""
    made = validator(obj(["name"], name=TEXT, secret=SECRET), "response")
    checked = made.check({"name": "a", "secret": "s"}, "response")
    assert checked.violations == ()
    assert [(w.path, w.rule) for w in checked.warnings] == [(("secret",), "writeOnly")]
    checked = made.check({"name": 1, "secret": "s"}, "response")
    assert [(v.path, v.rule) for v in checked.violations] == [(("name",), "type")]
    assert [(w.path, w.rule) for w in checked.warnings] == [(("secret",), "writeOnly")]


def test_asking_whether_a_name_is_there():
    """``not`` and ``if`` ask for a hidden name as they always do: it is simply not there."""
    schema = {**obj(id=ID), "not": {"required": ["id"]}}
    assert validator(schema).is_valid({})
    schema = {**obj(id=ID, n=WHOLE), "if": {"required": ["id"]}, "then": {"required": ["n"]}}
    assert validator(schema).is_valid({})
    assert not validator(schema, "response").is_valid({"id": 1})


# --- closed objects ----------------------------------------------------------------------------------------------

CLOSED = {**obj(["a"], a=TEXT), "additionalProperties": False}
OTHER = {**obj(["b"], b=TEXT), "additionalProperties": False}
CLOSED_IN = [
    # rule, schema, instance, warned about
    ("itself", CLOSED, {"a": "x", "z": 1}, [("z",)]),
    ("a property", obj(p=ref("C")), {"p": {"a": "x", "z": 1}}, [("p", "z")]),
    ("items", {"type": "array", "items": ref("C")}, [{"a": "x"}, {"a": "x", "y": 1, "z": 1}], [(1, "y"), (1, "z")]),
    ("anyOf", {"anyOf": [ref("C"), ref("O")]}, {"b": "x", "z": 1}, [("z",)]),
    ("oneOf", {"oneOf": [ref("C"), ref("O")]}, {"a": "x", "z": 1}, [("z",)]),
    ("oneOf that only closing keeps apart", {"oneOf": [ref("C"), ref("D")]}, {"a": "x", "d": "y", "z": 1}, [("z",)]),
    ("oneOf closed deeper", {"oneOf": [obj(p=ref("C")), obj(p=ref("D"))]}, {"p": {"a": "x", "z": 1}}, [("p", "z")]),
    ("anyOf in anyOf", {"anyOf": [{"anyOf": [ref("C"), NULL]}, TEXT]}, {"a": "x", "z": 1}, [("z",)]),
    ("discriminated", PETS, {"kind": "Cat", "z": 1}, [("z",)]),
    ("nothing declared", {"additionalProperties": False}, {"y": 1, "z": 1}, [("y",), ("z",)]),
    ("unevaluatedProperties", {**obj(a=TEXT), "unevaluatedProperties": False}, {"a": "x", "z": 1}, [("z",)]),
    ("nullable", {**ref("C"), "nullable": True}, {"a": "x", "z": 1}, [("z",)]),
    (
        "the branch that fits but for its extras",
        {"anyOf": [ref("T"), ref("C")]},
        {"a": "x", "z": 1, "y": 2},
        [("z",), ("y",)],
    ),
]
COMPONENTS = {
    "C": CLOSED,
    "O": OTHER,
    "D": {**obj(["a"], a=TEXT, d=TEXT), "additionalProperties": False},
    "T": obj(["a", "t"], a=TEXT, t=TEXT),
    "Cat": {**CAT, "additionalProperties": False},
    "Dog": DOG,
}


@pytest.mark.parametrize(("rule", "schema", "instance", "extra"), CLOSED_IN)
def test_extra_fields(rule, schema, instance, extra):
    """Fields beyond a closed object are violations in a request; in a response they are kept and warned about."""
    checked = validator(schema, "response", **COMPONENTS).check(instance, "response")
    assert checked.violations == ()
    assert [warning.path for warning in checked.warnings] == extra, rule
    sent = validator(schema, "request", **COMPONENTS).check(instance, "body")
    assert sent.violations
    assert sent.warnings == ()


def test_extra_fields_and_broken_ones():
    """A response with both raises for what is broken and warns of what is extra."""
    made = validator({"type": "array", "items": CLOSED}, "response")
    checked = made.check([{"a": 1, "z": 1}, {"z": 1}], "response")
    assert [(v.path, v.rule) for v in checked.violations] == [((0, "a"), "type"), ((1, "a"), "required")]
    assert [w.path for w in checked.warnings] == [(0, "z"), (1, "z")]


def test_an_ambiguous_one_of_stays_broken_beside_extra_fields():
    """Several branches that fit are a violation of a response too, also when another object has extra fields."""
    schema = obj(n={"oneOf": [WHOLE, {"type": "number"}]}, c=CLOSED)
    checked = validator(schema, "response").check({"n": 1, "c": {"a": "x", "z": 1}}, "response")
    assert [(v.path, v.rule) for v in checked.violations] == [(("n",), "oneOf")]
    assert [w.path for w in checked.warnings] == [("c", "z")]


def test_words_for_extra_fields():
    """An unknown field is answered with near names, else with the known ones."""
    schema = {**obj(slots=WHOLE, name=TEXT), "additionalProperties": False}
    assert words(schema, {"slot": 1}) == ["slot: not a known field; did you mean slots?"]
    assert words(schema, {"zzz": 1}) == ["zzz: not a known field; known are slots, name"]
    assert words({"type": "object", "additionalProperties": False}, {"z": 1}) == ["z: no field is allowed here"]


# --- formats -----------------------------------------------------------------------------------------------------

FORMATS = [
    # format, source, valid, invalid
    (
        "date-time",
        "RFC 3339 §5.6",
        ["2026-01-02T03:04:05Z", "2026-01-02t03:04:05z", "2026-01-02T03:04:05.123456789+05:30", "2016-12-31T23:59:60Z"],
        [
            "2026-01-02T03:04:05",
            "2026-01-02",
            "2026-02-30T00:00:00Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:05+0000",
        ],
    ),
    ("date", "RFC 3339 §5.6", ["2026-01-02", "2024-02-29"], ["2026-02-29", "2026-1-2", "2026-01-02T00:00:00Z", ""]),
    (
        "uuid",
        "RFC 9562",
        ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
        ["123e4567e89b12d3a456426614174000", "x"],
    ),
    (
        "duration",
        "ISO 8601 with fractions and sign",
        ["P1D", "PT300S", "-P1DT0.5S", "+PT1H", "P1Y2M3W4DT5H6M7.8S", "PT0S", "P1,5D", "PT-5S"],
        ["P", "PT", "1D", "P1S", "", "P1DT", "pt1s", "300"],
    ),
]


@pytest.mark.parametrize("direction", ["request", "response", "model"])
@pytest.mark.parametrize(("name", "source", "valid", "invalid"), FORMATS, ids=[row[0] for row in FORMATS])
def test_formats_are_asserted(name, source, valid, invalid, direction):
    """date-time, date, uuid and duration are held to their grammar in both directions; other types pass."""
    made = validator({"format": name}, direction)
    assert [text for text in valid if not made.is_valid(text)] == [], source
    assert [text for text in invalid if made.is_valid(text)] == [], source
    assert made.is_valid(5)
    assert broken({"type": "string", "format": name}, "x", direction) == [((), "format", "S/format")]


def test_the_format_datetime():
    """``datetime`` is a date-time with an optional offset, in responses only."""
    made = validator({"format": "datetime"}, "response")
    for text in ("2026-01-02T03:04:05", "2026-01-02 03:04:05.123", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"):
        assert made.is_valid(text)
    for text in ("2026-01-02", "x", "2026-13-02T03:04:05", "2026-02-30T03:04:05", "2026-01-02T25:04:05"):
        assert not made.is_valid(text)
    assert validator({"format": "datetime"}, "request").is_valid("x")


@pytest.mark.parametrize("name", ["email", "uri", "path", "password", "int64", "binary", "regex", "ipv4", "made-up"])
def test_other_formats_are_annotations(name):
    """Every other format says something to people and nothing to the validator."""
    assert validator({"format": name}).is_valid("[")
    assert validator({"format": name}).is_valid(5)


# --- recursion ---------------------------------------------------------------------------------------------------


def test_recursive_schemas():
    """A schema may reach itself; the violation names the depth in the instance, not in the schema."""
    tree = obj(["name"], name=TEXT, children={"type": "array", "items": ref("S")})
    instance = {"name": "a", "children": [{"name": "b", "children": [{"name": 3}]}]}
    assert broken(tree, instance) == [(("children", 0, "children", 0, "name"), "type", "S/properties/name/type")]


CYCLES = [
    {"S": ref("S")},
    {"S": ref("B"), "B": ref("S")},
    {"S": {"allOf": [ref("S")]}},
    {"S": {"anyOf": [ref("S"), NULL]}},
    {"S": {**obj(x=WHOLE), "allOf": [ref("B")]}, "B": {"allOf": [ref("S")]}},
]


@pytest.mark.parametrize("schemas", CYCLES)
def test_cycles_without_a_way_down(schemas):
    """References that only lead back to themselves say nothing, and each violation comes once."""
    made = compile_schema({"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}}, POINTER, "request")
    found = made.violations({"x": "a"}, "body")
    assert len(found) == len(set(found)) <= 1


def test_a_lattice_of_references():
    """A schema that reaches another along very many ways compiles as fast as its number of schemas."""
    rows = {f"R{i}": {"allOf": [ref(f"R{i + 1}"), ref(f"R{i + 1}")]} for i in range(60)}
    made = validator(obj(["a"], a=ref("R0")), R60=obj(["x"], x=ID), **rows)
    assert not made.is_valid({})


# --- what is no JSON ---------------------------------------------------------------------------------------------

LOOP: list = []
for _ in range(300):
    LOOP = [LOOP]
ANY = {"type": "array", "items": {}}
ALIENS = [
    # schema, instance, (path, words)
    ({"type": "number"}, math.nan, ((), "a number where a finite number (JSON has no NaN and no infinity) is wanted")),
    (
        obj(n={"type": "number"}),
        {"n": math.inf},
        (("n",), "a number where a finite number (JSON has no NaN and no infinity) is wanted"),
    ),
    (obj(n=TEXT), {"n": b"x"}, (("n",), "a bytes where a JSON value is wanted")),
    (obj(n=TEXT), {"n": {1, 2}}, (("n",), "a set where a JSON value is wanted")),
    (obj(n=TEXT), {"n": object()}, (("n",), "a object where a JSON value is wanted")),
    (TEXT, "\ud800", ((), "a string where text without lone surrogates is wanted")),
    ({"type": "object", "additionalProperties": TEXT}, {1: "a"}, ((), "an integer where a string as a name is wanted")),
    ({"type": "array", "items": ref("S"), "maxItems": 5}, [LOOP, b"x"], ((0,), "nested deeper than 200 levels")),
]


@pytest.mark.parametrize(("schema", "instance", "expected"), ALIENS)
def test_what_the_engine_cannot_digest(schema, instance, expected):
    """A value that is not JSON is a violation with rule ``json``, never another library's exception."""
    found = validator(schema).violations(instance, "body")
    assert [(v.path, v.sentence, v.rule) for v in found][:1] == [(*expected, "json")]


def test_other_containers():
    """Tuples are arrays, and subclasses of dict and list are what they derive from."""
    assert validator({"type": "array", "minItems": 2}).is_valid((1, 2))
    assert validator(obj(["a"], a=TEXT)).is_valid(OrderedDict(a="x"))
    assert validator({"type": "integer"}).is_valid(10**400)


def test_very_many_aliens():
    """A hundred values without JSON form are listed, then it stops looking."""
    assert len(validator({"items": TEXT}).violations([b"x"] * 5000, "body")) == 100


PATTERNS = [
    # pattern, matches, does not
    ("^[a-z]+$", "abc", "ABC"),
    ("(?<=a)b", "ab", "cb"),
    (r"^\p{L}+$", "naïve", "1"),
    (r"^(?!\s*$).+", "a", "  "),
]


@pytest.mark.parametrize(("pattern", "good", "bad"), PATTERNS)
def test_patterns(pattern, good, bad):
    """A pattern is an ECMA-262 regular expression that is searched for."""
    made = validator({"type": "string", "pattern": pattern})
    assert made.is_valid(good)
    assert not made.is_valid(bad)


@pytest.mark.parametrize("pattern", ["[", r"^\Z", r"(?<n>a)\k<n>", "("])
def test_patterns_that_cannot_be_read(pattern):
    """A regular expression that the engine cannot read is left out, with a warning that names its place."""
    with pytest.warns(ContractWarning, match=r"the regular expression at #/components/schemas/S/pattern is not"):
        made = validator({"type": "string", "pattern": pattern})
    assert made.is_valid("anything")
    assert not made.is_valid(5)


def test_pattern_properties_that_cannot_be_read():
    """The same holds for the names of patternProperties."""
    with pytest.warns(ContractWarning, match="patternProperties/\\["):
        made = validator({"patternProperties": {"[": TEXT, "^x": TEXT}})
    assert not made.is_valid({"xy": 1})
    assert made.is_valid({"y": 1})


def test_a_pattern_that_backtracks_for_ever():
    """A pattern made to run for ever is given up by the engine and counts as not matched."""
    assert not validator({"pattern": "^(?=(a+)+$).*$"}).is_valid("a" * 5000 + "b")


# --- explaining --------------------------------------------------------------------------------------------------

A = obj(["kind", "x"], kind={"const": "a"}, x=WHOLE, deep=obj(y=WHOLE))
B = obj(["kind", "z"], kind={"const": "b"}, z=WHOLE)
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


WORDS = [
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


@pytest.mark.parametrize(("schema", "instance", "expected"), WORDS)
def test_words(schema, instance, expected):
    """Each rule is told in our own words: what came, as a type, and what is wanted."""
    assert words(schema, instance) == [expected]


def test_long_lists_of_values_are_cut():
    """Of a long enum a dozen values are shown and the rest counted."""
    assert one_of(range(20)) == "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … (20 in all)"


TYPES = [
    (None, "null"),
    (True, "a boolean"),
    ("x", "a string"),
    (1, "an integer"),
    (1.5, "a number"),
    ({}, "an object"),
    ([], "an array"),
    ((), "an array"),
    (b"", "a bytes"),
]


@pytest.mark.parametrize(("value", "expected"), TYPES)
def test_type_words(value, expected):
    """A value is called by its JSON type, and by its Python type where it has none."""
    assert type_words(value) == expected


# --- pointers ----------------------------------------------------------------------------------------------------

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
    (found,) = validator(schema).violations({name: {name: "x"}}, "body")
    assert pointers.split(found.pointer) == (
        "components",
        "schemas",
        "S",
        "properties",
        name,
        "properties",
        name,
        "type",
    )
    assert pointers.resolve(spec(schema), found.pointer) == "integer"
    if name:  # the engine leaves the empty name out of the instance's path
        assert found.path == (name, name)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.just("x"), min_size=1, max_size=5))
def test_every_name_is_found_again(instance):
    """Whatever the fields are called, each violation's path leads to the value it speaks of."""
    try:
        "".join(instance).encode()
    except UnicodeEncodeError:
        return
    found = validator({"type": "object", "additionalProperties": WHOLE}).violations(instance, "body")
    assert [instance[v.path[0]] for v in found] == ["x"] * len(instance)


def test_paths_go_on_from_the_one_given():
    """The place of the instance in the message stands before each violation's own path."""
    (found,) = validator(obj(n=WHOLE)).violations({"n": "x"}, "query", ("filter",))
    assert (found.location, found.path, found.where) == ("query", ("filter", "n"), "filter.n")


def test_a_pointer_anywhere():
    """Any schema of a document is named by its pointer, not only components."""
    doc = spec(TEXT) | {"paths": {"/a": {"get": {"parameters": [{"schema": {"type": "array", "items": WHOLE}}]}}}}
    made = compile_schema(doc, "#/paths/~1a/get/parameters/0/schema", "request")
    (found,) = made.violations(["x"], "query")
    assert found.pointer == "#/paths/~1a/get/parameters/0/schema/items/type"


# --- defects of documents ----------------------------------------------------------------------------------------

REFUSED = [
    (ref("Nowhere"), "Nowhere", "leads nowhere"),
    ({"allOf": [ref("Nowhere")]}, "Nowhere", "leads nowhere"),
    (obj(a={"$ref": "other.yaml#/A"}), None, "out of the document"),
]


@pytest.mark.parametrize(("schema", "pointer", "expected"), REFUSED)
def test_a_reference_that_leads_nowhere_is_refused(schema, pointer, expected):
    """What a schema refers to must be there: a SpecError with its place and a next step."""
    with pytest.raises(SpecError, match=re.escape(expected)) as caught:
        validator(schema)
    assert pointer is None or caught.value.pointer.removeprefix("#/components/schemas/") == pointer


#: a schema with a part that is no JSON Schema, where that stands, an instance that the rest takes, one that it refuses
DEFECTS = [
    ({"type": "file"}, "S/type", 1, None),
    ({"type": ["string", "file"]}, "S/type", "a", 1),
    ({"type": ["string", "string"]}, "S/type", "a", 1),
    (obj(a={"type": "strin"}), "S/properties/a/type", {"a": 1}, 1),
    ({"$ref": {"type": "string"}, "type": "string"}, "S/$ref", "a", 1),
    ({"properties": None, "type": "object"}, "S/properties", {}, 1),
    ({"properties": ["a"], "type": "object"}, "S/properties", {}, 1),
    ({"allOf": {"a": 1}, "type": "object"}, "S/allOf", {}, 1),
    ({"anyOf": [], "type": "object"}, "S/anyOf", {}, 1),
    ({"required": "a", "type": "object"}, "S/required", {}, 1),
    ({"required": True, "type": "object"}, "S/required", {}, 1),
    ({"required": ["a", "a"], "type": "object"}, "S/required", {"a": 1}, {}),
    ({"required": ["a", 1], "type": "object"}, "S/required", {"a": 1}, {}),
    ({"enum": None, "type": "string"}, "S/enum", "a", 1),
    ({"items": [TEXT], "type": "array"}, "S/items", [1], 1),
    (obj(a="string", b=WHOLE), "S/properties/a", {"a": 1}, {"b": "x"}),
    ({"anyOf": ["string", TEXT]}, "S/anyOf/0", "a", None),
    ({"oneOf": [TEXT], "discriminator": "kind"}, "S/discriminator", "a", 1),
    ({"oneOf": [TEXT], "discriminator": {}}, "S/discriminator", "a", 1),
    ({"oneOf": [TEXT], "discriminator": {"propertyName": "k", "mapping": ["a"]}}, "S/discriminator", "a", 1),
    ({"minimum": "3", "type": "number"}, "S/minimum", 1, "a"),
    ({"minimum": 3, "exclusiveMinimum": True}, "S/exclusiveMinimum", 3, 2),
    ({"multipleOf": 0, "type": "number"}, "S/multipleOf", 1, "a"),
    ({"minLength": -1, "type": "string"}, "S/minLength", "", 1),
    ({"$recursiveAnchor": True, "type": "string"}, "S/$recursiveAnchor", "a", 1),
    ({"nullable": "true", "type": "string"}, "S/nullable", "a", None),
    ({"pattern": 5, "type": "string"}, "S/pattern", "a", 1),
    ({"pattern": "(", "type": "string"}, "S/pattern", "a", 1),
]


@pytest.mark.filterwarnings("ignore:the regular expression")
@pytest.mark.parametrize(("schema", "pointer", "good", "bad"), DEFECTS)
def test_what_is_no_schema_is_a_fault_and_left_out(schema, pointer, good, bad):
    """A part that is no JSON Schema is a Fault with its pointer, and the rest of the schema holds."""
    places = [fault.pointer.removeprefix("#/components/schemas/") for fault in schema_faults(spec(schema))]
    assert places == [pointer]
    checked = validator(schema)
    assert checked.is_valid(good)
    if pointer != "S/type" or bad is not None:
        assert not checked.is_valid(bad)


def test_the_document_is_not_changed():
    """Compiling changes nothing in the document."""
    doc = spec({**PETS, "nullable": True, "allOf": [obj(["id"], id=ID)]}, Cat=CAT, Dog=DOG)
    before = copy.deepcopy(doc)
    for direction in ("request", "response", "model"):
        compile_schema(doc, POINTER, direction).check({"kind": "Cat", "id": 1}, "body")
    assert doc == before


def test_threads_may_share_a_validator():
    """One validator is used by many threads at once, its open form made by whichever comes first."""
    made = validator({"type": "array", "items": CLOSED}, "response")
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(made.check([{"a": "x", "z": 1}] * 20, "response")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert len(results[0].warnings) == 20


# --- no value is shown -------------------------------------------------------------------------------------------

MARK = "hunter2"
VALUES = st.recursive(
    st.sampled_from([MARK, f"{MARK}-2026", None, True, 1, 2.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abkxz"), inner, max_size=3),
    max_leaves=8,
)
SHOWN_BY = [
    {"type": "integer"},
    {"enum": ["a"]},
    {"const": 1},
    {"pattern": "^a"},
    {"format": "date-time"},
    {"maxLength": 1},
    {"not": {}},
    {"propertyNames": {"maxLength": 0}},
    {"contains": {"const": 5}},
    {"unevaluatedItems": False},
    {"prefixItems": [{}], "items": False},
    {"uniqueItems": True},
    {"anyOf": [A, B, {"type": "array", "items": WHOLE}]},
    {"oneOf": [{}, {}]},
    PETS,
    CLOSED,
    obj(["q"], a=WHOLE, b=ID, x=False),
    {"type": "array", "items": ref("C")},
    {"if": {}, "then": False},
    {"dependentRequired": {"a": ["q"]}},
]


@given(st.sampled_from(SHOWN_BY), VALUES, st.sampled_from(["request", "response", "model"]))
def test_no_value_is_ever_shown(schema, instance, direction):
    """Whatever breaks, the value is in ``Violation.value`` and in no text."""
    checked = validator(schema, direction, **COMPONENTS).check(instance, "body")
    for violation in (*checked.violations, *checked.warnings):
        shown = (str(violation), repr(violation), violation.expected, violation.got, *map(str, violation.path))
        assert not any(MARK in text for text in shown)


# --- bounds ------------------------------------------------------------------------------------------------------


def test_violations_beyond_a_thousand_are_counted():
    """A thousand broken rules are listed, and how many more there are."""
    violations = validator({"type": "array", "items": WHOLE}).violations(["x"] * 5_000, "body")
    assert len(violations) == 1_001
    assert violations[-1].expected == "4,000 more broken rules, which are not listed"


@pytest.mark.filterwarnings("ignore:a union at")
@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_a_union_that_doubles_is_bounded(keyword):
    """A schema of 60 lines, each of which says the next one twice, is compiled and checked at once."""
    rows = {f"A{i}": {keyword: [ref(f"A{i + 1}"), ref(f"A{i + 1}")]} for i in range(60)}
    start = time.process_time()
    validator(ref("A0"), A60=obj(["a"], a=WHOLE), **rows).violations({"a": "x"}, "body")
    assert time.process_time() - start < 5


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "properties", "items"])
def test_deep_schemas(keyword):
    """Schemas nested 400 deep, and chains of 200 references, are compiled and checked."""
    schema = WHOLE
    for _ in range(400):
        schema = {keyword: {"a": schema} if keyword == "properties" else schema if keyword == "items" else [schema]}
    checked = validator(schema)
    assert checked.is_valid(5)
    assert checked.is_valid("x") is (keyword in {"properties", "items"})  # they speak of no string
    chain = {f"R{i}": ref(f"R{i + 1}") for i in range(200)}
    assert not validator(ref("R0"), R200=WHOLE, **chain).is_valid("x")
