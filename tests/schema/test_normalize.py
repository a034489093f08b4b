"""Schemas rewritten as JSON Schema 2020-12 for one direction."""

from __future__ import annotations

import pytest
from judging import BOTH, IDENTITY, NULL, POINTER, SECRET, TEXT, WHOLE, broken, obj, ref, validator, words

from dynclient.schema.normalize import Rewriter, origin, step

ID = {"type": "integer", "readOnly": True}
KEY = {"type": "string", "writeOnly": True}


def rewritten(schema, direction="request", *, version="3.1.0", closed=True):
    document = {"openapi": version, "paths": {}, "components": {"schemas": {"S": schema}}}
    rewriter = Rewriter(document, direction, closed=closed, readable=lambda _: True)
    return rewriter.root("#/components/schemas/S"), rewriter


NODES = [
    # schema, direction, rewritten
    ({"type": "string", "nullable": True}, "request", {"type": ["string", "null"]}),
    ({"enum": ["a"], "nullable": True}, "request", {"enum": ["a", None]}),
    ({"const": 1, "nullable": True}, "request", {"anyOf": [{"const": 1}, {"type": "null"}]}),
    ({"title": "t", "format": "int32", "x-a": 1}, "request", {}),
    ({"format": "uuid"}, "request", {"format": "uuid"}),
    ({"format": "datetime"}, "request", {}),
    ({"format": "datetime"}, "response", {"format": "datetime"}),
    ({"properties": {"id": ID}, "required": ["id"]}, "request", {"properties": {"id": False}, "required": []}),
    ({"properties": {"id": ID}}, "response", {"properties": {"id": {"type": "integer"}}}),
    ({"properties": {"k": KEY}, "required": ["k"]}, "response", {"properties": {"k": False}, "required": []}),
    ({"properties": {"k": KEY}, "required": ["k"]}, "model", {"properties": {"k": {"type": "string"}}, "required": []}),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "direction", "node"), NODES)
def test_nodes(schema, direction, node):
    """null, formats and hidden properties are written out for the direction; annotations go."""
    assert rewritten(schema, direction)[0] == node


def test_the_open_form():
    """The open form of a response leaves out what only warns, and several branches of oneOf may fit."""
    schema = {"additionalProperties": False, "oneOf": [{"type": "object"}]}
    assert rewritten(schema, "response", closed=False)[0] == {"allOf": [{"anyOf": [{"type": "object"}]}]}
    node, rewriter = rewritten(schema, "response")
    assert node == schema
    assert rewriter.has_warnings


def test_the_way_back():
    """A place in the rewritten schema has the pointer of the rule in the document."""
    _, rewriter = rewritten({"properties": {"id": ID, "n": {"minimum": 1}}})
    base = "#/components/schemas/S/properties"
    assert origin(rewriter.origins, ("properties", "n", "minimum")) == (f"{base}/n/minimum", "")
    assert origin(rewriter.origins, ("properties", "id")) == (f"{base}/id/readOnly", "readOnly")


@pytest.mark.parametrize(
    ("name", "as_step"), [("a", "a"), ("007", "7"), ("+1", "1"), ("-1", "-1"), ("9" * 30, "9" * 30)]
)
def test_steps(name, as_step):
    """The engine takes a name that reads as an index for one."""
    assert step(name) == as_step


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
    (
        "definitions are reached by pointer",
        "3.1.0",
        {"definitions": {"D": ref("A")}, "type": "string"},
        "a",
        True,
    ),
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
@pytest.mark.parametrize(("hidden", "direction"), [(IDENTITY, "request"), (SECRET, "response")])
@pytest.mark.parametrize(("rule", "make"), DIRECTED)
def test_hidden_properties_are_not_required(rule, make, hidden, direction, version):
    """A readOnly property leaves every ``required`` of a request, a writeOnly one of a response; others stay."""
    others = {"X": hidden, "Link": ref("X"), "Bare": {"type": hidden["type"]}, "Base": obj(x=hidden, y=TEXT)}
    others["Wants"] = obj(["x", "y"], y=TEXT)
    made = make(hidden)
    assert validator(made, direction, version, **others).is_valid({"y": "a"}), rule
    assert not validator(made, direction, version, **others).is_valid({})
    assert validator(made, "model", version, **others).is_valid({"y": "a"})
    value = 1 if hidden is IDENTITY else "s"
    assert validator(made, "model", version, **others).is_valid({"x": value, "y": "a"})
    other_way = "response" if direction == "request" else "request"
    assert not validator(made, other_way, version, **others).is_valid({"y": "a"})
    assert validator(made, other_way, version, **others).is_valid({"x": value, "y": "a"})


def test_read_only_may_not_be_sent():
    """A readOnly property in a request is a violation that names the flag."""
    schema = obj(id=IDENTITY, name=TEXT)
    assert broken(schema, {"id": 1, "name": "a"}) == [(("id",), "readOnly", "S/properties/id/readOnly")]
    assert words(schema, {"id": 1}) == ["id: read-only, it may not be sent"]
    nested = obj(pools={"type": "array", "items": ref("P")})
    assert broken(nested, {"pools": [{}, {"id": 1}]}, P=obj(id=IDENTITY)) == [
        (("pools", 1, "id"), "readOnly", "P/properties/id/readOnly")
    ]


def test_asking_whether_a_name_is_there():
    """``not`` and ``if`` ask for a hidden name as they always do: it is simply not there."""
    schema = {**obj(id=IDENTITY), "not": {"required": ["id"]}}
    assert validator(schema).is_valid({})
    schema = {**obj(id=IDENTITY, n=WHOLE), "if": {"required": ["id"]}, "then": {"required": ["n"]}}
    assert validator(schema).is_valid({})
    assert not validator(schema, "response").is_valid({"id": 1})
