"""Samples keep to their schema and come again with the same seed; broken ones do not keep to it."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given, strategies as st

from dynclient.errors import SpecError
from dynclient.openapi.load import load
from dynclient.openapi.parameter_styles import read, types_of, write
from dynclient.schema import counterexamples
from dynclient.schema.counterexamples import counterexample
from dynclient.schema.examples import sample
from dynclient.schema.schema import Schemas

SEEDS = range(12)


def at(schema, version="3.1.0", **components):
    document = {"openapi": version, "info": {}, "paths": {}, "components": {"schemas": {"S": schema, **components}}}
    return Schemas(document).at("#/components/schemas/S")


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def made(schema, direction="request", minimal=False):
    return [sample(schema, random.Random(seed), direction=direction, minimal=minimal) for seed in SEEDS]


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
TREE = obj(["name"], name=TEXT, children={"type": "array", "items": ref("Tree")}, parent=ref("Tree"))

RULES = [
    # rule, schema, what holds for every instance
    ("type string", TEXT, lambda v: type(v) is str),
    ("type integer", WHOLE, lambda v: type(v) is int),
    ("type number", {"type": "number"}, lambda v: type(v) is float),
    ("type boolean", {"type": "boolean"}, lambda v: type(v) is bool),
    ("type null", {"type": "null"}, lambda v: v is None),
    ("type array of types", {"type": ["string", "null"]}, lambda v: v is None or type(v) is str),
    ("no type: implied by properties", {"properties": {"a": TEXT}, "required": ["a"]}, lambda v: "a" in v),
    ("nothing said", {}, lambda v: v is not None),
    ("true", True, lambda v: v is not None),
    ("enum", {"enum": ["a", 1, None]}, lambda v: v in {"a", 1, None}),
    ("enum and type", {"type": "string", "enum": ["a", 1]}, lambda v: v == "a"),
    ("enum of null alone", {"enum": [None]}, lambda v: v is None),
    ("enums together", {"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4, 2.0, 2]}, {"const": 2}]}, lambda v: v == 2),
    ("const", {"const": {"a": [1]}}, lambda v: v == {"a": [1]}),
    ("minimum", {"type": "integer", "minimum": 5}, lambda v: v >= 5),
    ("minimum as a float", {"type": "integer", "minimum": -1.0, "maximum": 0.0}, lambda v: v in {-1, 0}),
    ("maximum", {"type": "integer", "maximum": -5}, lambda v: v <= -5),
    ("exclusive bounds", {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3}, lambda v: v == 2),
    ("a narrow range", {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01}, lambda v: 0 < v < 0.01),
    ("both kinds of bound", {"type": "integer", "maximum": 3, "exclusiveMaximum": 3, "minimum": 2}, lambda v: v == 2),
    ("multipleOf", {"type": "integer", "multipleOf": 7, "minimum": 1, "maximum": 13}, lambda v: v == 7),
    ("multipleOf a fraction", {"type": "integer", "multipleOf": 1.5, "minimum": 1, "maximum": 5}, lambda v: v == 3),
    ("multipleOf together", {"type": "integer", "multipleOf": 6, "allOf": [{"multipleOf": 4}]}, lambda v: v % 12 == 0),
    ("minLength", {"type": "string", "minLength": 40}, lambda v: len(v) >= 40),
    ("maxLength", {"type": "string", "maxLength": 2}, lambda v: len(v) <= 2),
    ("minItems, maxItems", {"type": "array", "minItems": 3, "maxItems": 3, "items": WHOLE}, lambda v: len(v) == 3),
    (
        "uniqueItems",
        {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"enum": [1, 2]}},
        lambda v: sorted(v) == [1, 2],
    ),
    (
        "prefixItems",
        {"type": "array", "prefixItems": [TEXT, WHOLE], "minItems": 2, "maxItems": 2},
        lambda v: [*map(type, v)] == [str, int],
    ),
    ("items false", {"type": "array", "prefixItems": [TEXT], "items": False}, lambda v: len(v) <= 1),
    ("contains", {"type": "array", "contains": {"const": 9}}, lambda v: 9 in v),
    ("required", obj(["a", "b"], a=TEXT), lambda v: {"a", "b"} <= set(v)),
    ("minProperties", {"type": "object", "minProperties": 3}, lambda v: len(v) >= 3),
    ("maxProperties", {**obj(a=TEXT, b=TEXT, c=TEXT), "maxProperties": 1}, lambda v: len(v) <= 1),
    (
        "additionalProperties",
        {"type": "object", "additionalProperties": WHOLE},
        lambda v: all(type(i) is int for i in v.values()),
    ),
    ("closed", {**obj(a=TEXT), "additionalProperties": False}, lambda v: set(v) <= {"a"}),
    (
        "patternProperties",
        {"patternProperties": {"^x-[a-z]+$": WHOLE}, "additionalProperties": False},
        lambda v: all(n.startswith("x-") for n in v),
    ),
    (
        "propertyNames",
        {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[A-Z]{3}$"}},
        lambda v: all(n.isupper() for n in v),
    ),
    (
        "dependentRequired",
        {**obj(a=TEXT, b=TEXT), "dependentRequired": {"a": ["b"]}},
        lambda v: "a" not in v or "b" in v,
    ),
    (
        "anyOf of required names",
        {**obj(a=TEXT, b=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        lambda v: "a" in v or "b" in v,
    ),
    ("a required name without a property", obj(["a", "b"], b=TEXT), lambda v: {"a", "b"} <= set(v)),
    (
        "one of two objects that take the same",
        {"oneOf": [obj(a=TEXT, b=TEXT), obj(c=TEXT, d=WHOLE)]},
        lambda v: isinstance(v, dict) and len(v) >= 1,
    ),
    ("an optional part that cannot be", obj(a=TEXT, b={"not": {}}, c=False), lambda v: set(v) <= {"a"}),
    (
        "allOf",
        {"allOf": [obj(["a"], a=TEXT), obj(["b"], b=WHOLE)]},
        lambda v: type(v["a"]) is str and type(v["b"]) is int,
    ),
    (
        "allOf, one name twice",
        {"allOf": [obj(["a"], a=WHOLE), obj(a={"minimum": 7, "maximum": 7})]},
        lambda v: v["a"] == 7,
    ),
    (
        "allOf, closed member",
        {"allOf": [{**obj(a=TEXT), "additionalProperties": False}, obj(b=TEXT)]},
        lambda v: "b" not in v,
    ),
    ("anyOf", {"anyOf": [TEXT, WHOLE]}, lambda v: type(v) in {str, int}),
    (
        "anyOf beside properties",
        {**obj(["a"], a=TEXT), "anyOf": [{"required": ["b"]}, {"required": ["c"]}]},
        lambda v: "a" in v and len(v) == 2,
    ),
    (
        "oneOf, exactly one",
        {"oneOf": [obj(["a"], a=TEXT, b=TEXT), obj(["b"], b=TEXT)]},
        lambda v: ("a" in v) + ("b" in v) == 1,
    ),
    ("not", {"type": "integer", "minimum": 0, "maximum": 3, "not": {"enum": [0, 1, 3]}}, lambda v: v == 2),
    (
        "if, then",
        {
            **obj(["k"], k={"enum": ["x", "y"]}),
            "if": {"properties": {"k": {"const": "x"}}},
            "then": {"required": ["z"]},
        },
        lambda v: v["k"] == "y",
    ),
    ("a recursive schema", ref("Tree"), lambda v: "name" in v),
    (
        "a schema that is only its parts",
        {"allOf": [{"type": "integer"}, {"minimum": 3}, {"maximum": 3}]},
        lambda v: v == 3,
    ),
]


@pytest.mark.parametrize(("rule", "schema", "holds"), RULES)
@pytest.mark.parametrize("minimal", [True, False, None])
def test_rules(rule, schema, holds, minimal):
    """Each keyword is kept, whether little or all is built."""
    for value in made(at(schema, Tree=TREE), minimal=minimal):
        assert holds(value), (rule, value)
        json.dumps(value, allow_nan=False)


PATTERNS = [
    # source, pattern
    ("2.x Color", r"^#[a-fA-F0-9]{3,6}$"),
    ("3.x connection_id", r"^[\w.-]+$"),
    ("3.3.1 partition_key", r"\S"),
    ("groups", r"^(foo|ba[rz])(?:-\d{2,})?$"),
    ("quantifiers", r"^a*b+c?d{2}e{1,3}?$"),
    ("classes", r"^[^a-z\s]\W\D[\d_]\.\x41\u0042$"),
    ("anything", r"^.{5,9}$"),
    ("edges", r"^a\b.*\bz$|^$"),
    ("beyond the generator: looking ahead", r"^(?=.*\d)(?=.*[a-z]).+$"),
    ("beyond the generator: a back reference", r"^(a)\1|b$"),
    ("a hyphen at the end of a class", r"^[a-]+$"),
    ("braces that count nothing", r"^\{x}$"),
]


@pytest.mark.parametrize(("source", "pattern"), PATTERNS)
def test_patterns(source, pattern):
    """Texts are made for a pattern, or found among usual ones, and keep to lengths beside it."""
    for value in made(at({"type": "string", "pattern": pattern})):
        assert re.search(pattern, value, re.ASCII), source


def test_pattern_with_lengths():
    """Lengths are kept beside a pattern."""
    schema = at({"type": "string", "pattern": r"^[\w.-]+$", "minLength": 20, "maxLength": 21})
    assert {len(value) for value in made(schema)} <= {20, 21}


FORMATS = ["date-time", "date", "uuid", "duration", "datetime", "email", "uri", "password", "int32", "nonsense"]


@pytest.mark.parametrize("direction", ["request", "response"])
@pytest.mark.parametrize("name", FORMATS)
def test_formats(name, direction):
    """A format that is asserted is kept, in both directions; any other is still a string."""
    assert all(type(value) is str and value for value in made(at({"type": "string", "format": name}), direction))


def test_date_times_are_in_utc():
    """Date-times end in Z (RFC 3339 §5.6)."""
    assert all(value.endswith("Z") for value in made(at({"type": "string", "format": "date-time"})))


def test_minimal():
    """Little, all or some: required properties only, every property, a choice that changes with the seed."""
    schema = at(obj(["a"], a=WHOLE, b=WHOLE, c=WHOLE))
    assert all(set(value) == {"a"} for value in made(schema, minimal=True))
    assert all(set(value) == {"a", "b", "c"} for value in made(schema, minimal=False))
    assert len({frozenset(value) for value in made(schema, minimal=None)}) > 2


def test_direction():
    """A request leaves out readOnly, a response writeOnly, required or not, through allOf and $ref."""
    properties = {"id": {**WHOLE, "readOnly": True}, "password": {**TEXT, "writeOnly": True}, "name": TEXT}
    base = obj(["id", "password", "name"], **properties)
    for schema in (base, {"allOf": [ref("Base"), {"required": ["id"]}]}):
        for minimal in (True, False):
            assert all(set(value) == {"password", "name"} for value in made(at(schema, Base=base), "request", minimal))
            assert all(set(value) == {"id", "name"} for value in made(at(schema, Base=base), "response", minimal))


@pytest.mark.parametrize("mapping", [{}, {"kitty": "#/components/schemas/Cat", "dog": "Dog"}])
@pytest.mark.parametrize("union", ["oneOf", "anyOf"])
def test_discriminator(union, mapping):
    """The discriminator's property holds the name of the branch that was built, or the mapping's word for it."""
    cat, dog = obj(["kind", "lives"], kind=TEXT, lives=WHOLE), obj(["kind", "tricks"], kind=TEXT, tricks=WHOLE)
    rule = {"propertyName": "kind", **({"mapping": mapping} if mapping else {})}
    words = dict.fromkeys(mapping or ("Cat", "Dog"))
    kinds = {
        value["kind"] for value in made(at({union: [ref("Cat"), ref("Dog")], "discriminator": rule}, Cat=cat, Dog=dog))
    }
    assert set(words) == kinds


NULLS = [
    # version, schema: all may be null
    ("3.1.0", {"anyOf": [WHOLE, {"type": "null"}]}),
    ("3.1.0", {"oneOf": [ref("N"), {"type": "null"}]}),
    ("3.0.3", {"type": "integer", "nullable": True}),
    ("3.0.3", {"type": "integer", "enum": [1, 2], "nullable": True}),
    ("3.0.3", {"$ref": "#/components/schemas/N", "nullable": True}),
    ("3.0.3", {"allOf": [ref("N")], "nullable": True}),
]


@pytest.mark.parametrize(("version", "schema"), NULLS)
def test_null(version, schema):
    """Null comes up now and then where it may; never in a minimal sample."""
    schema = at(schema, version, N=WHOLE)
    found = {type(sample(schema, random.Random(seed), direction="response", minimal=None)) for seed in range(60)}
    assert found == {int, type(None)}
    assert all(value is not None for value in made(schema, minimal=True))


def test_recursion_ends():
    """A recursive schema gives a small instance; one that requires itself is said to be impossible."""
    assert all(len(json.dumps(value)) < 2000 for value in made(at(TREE, Tree=TREE)))
    endless = obj(["next"], next=ref("S"))
    with pytest.raises(SpecError, match=r"no request .* 50 tries") as caught:
        sample(at(endless), random.Random(0), direction="request")
    assert caught.value.pointer == "#/components/schemas/S"
    ended = obj(["next"], next={"anyOf": [ref("S"), {"type": "null"}]})
    assert all(set(value) == {"next"} for value in made(at(ended)))


def test_any_json_through_recursion():
    """A schema of all JSON ends too."""
    nest = [
        TEXT,
        {"type": "array", "minItems": 1, "items": ref("S")},
        {"type": "object", "additionalProperties": ref("S")},
    ]
    assert all(len(json.dumps(value)) < 5000 for value in made(at({"anyOf": nest})))


IMPOSSIBLE = [
    False,
    {"type": "integer", "minimum": 2, "maximum": 1},
    {"type": "integer", "multipleOf": 10, "minimum": 1, "maximum": 9},
    {"allOf": [TEXT, WHOLE]},
    {"enum": [1], "type": "string"},
    {"type": "string", "pattern": "^(?=never)a$"},
    {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"enum": [1, 2]}},
    {**obj(["a"]), "additionalProperties": False},
    {"oneOf": [TEXT, TEXT]},
    {"type": "object", "minProperties": 2, "additionalProperties": False},
]


@pytest.mark.parametrize("schema", IMPOSSIBLE)
def test_impossible(schema):
    """A schema that nothing keeps to is a SpecError with its pointer."""
    with pytest.raises(SpecError, match=re.escape("#/components/schemas/S")):
        sample(at(schema), random.Random(0), direction="response")


# --- broken --------------------------------------------------------------------------------------------------------

BREAKABLE = [
    # schema, direction, rules that can break; the whole of another type only where nothing else can
    (WHOLE, "request", {"type"}),
    ({"enum": ["a"]}, "request", {"enum"}),
    ({"type": "integer", "minimum": 3}, "request", {"type", "minimum"}),
    ({"type": "string", "format": "uuid"}, "request", {"format"}),
    ({"type": "string", "minLength": 1, "maxLength": 9}, "request", {"minLength", "maxLength"}),
    (obj(["a"], a={}), "request", {"required"}),
    (obj(["a"], a=WHOLE), "request", {"type", "required"}),
    ({**obj(a={}), "additionalProperties": False}, "request", {"additionalProperties"}),
    ({**obj(a={}), "additionalProperties": False}, "response", {"type"}),
    ({"type": "array", "items": WHOLE, "maxItems": 2}, "request", {"type", "maxItems"}),
    (ref("Tree"), "response", {"type", "required"}),
]


@pytest.mark.parametrize(("schema", "direction", "rules"), BREAKABLE)
def test_broken(schema, direction, rules):
    """Over the seeds each rule is broken, at the place that is named, and nothing else is."""
    schema = at(schema, Tree=TREE)
    validator = schema.request if direction == "request" else schema.response
    found = set()
    for seed in range(40):
        value, path = counterexample(schema, random.Random(seed), direction=direction)
        violation, *more = validator.violations(value, "body")
        assert not more
        assert violation.path == path[: len(violation.path)]
        found.add(violation.rule)
    assert rules == found


@pytest.mark.parametrize("schema", [{}, True, ref("Any")])
def test_unbreakable(schema):
    """Where everything is allowed nothing can be broken."""
    json_of_all_kinds = {"anyOf": [{"type": ["string", "number", "boolean", "null", "object", "array"]}]}
    assert counterexample(at(schema, Any=json_of_all_kinds), random.Random(0), direction="request") is None


def test_broken_leaves_the_sample_whole():
    """Breaking copies: what lies beside the way is not changed."""
    value = {"a": [{"b": 1}], "c": {}}
    before = json.dumps(value)
    assert counterexamples._replace(value, ("a", 0, "b"), 2) == {"a": [{"b": 2}], "c": {}}
    assert counterexamples._replace(value, ("a", 0), counterexamples._REMOVAL) == {"a": [], "c": {}}
    assert before == json.dumps(value)


# --- any schema ----------------------------------------------------------------------------------------------------

leaves = st.sampled_from([
    TEXT, WHOLE, {"type": "number", "minimum": 0.5}, {"type": "boolean"}, {"enum": ["a", 1, None]}, {}, {"const": "~"},
    {"type": "string", "format": "date-time"}, {"type": "string", "pattern": r"^[\w.-]+$", "maxLength": 5},
])  # fmt: skip


def grown(inner):
    fields = st.dictionaries(st.text(max_size=3), inner, max_size=3)
    return st.one_of(
        st.builds(
            lambda properties, n: obj(list(properties)[:n]) | {"properties": properties}, fields, st.integers(0, 3)
        ),
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 2)),
        st.builds(lambda branches: {"anyOf": branches}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda extra: {"type": "object", "additionalProperties": extra}, inner),
        st.builds(
            lambda one: {"oneOf": [one, {"type": "null"}]},
            inner.filter(lambda s: s and "enum" not in s and "Of" not in str(s)),
        ),
    )


@given(
    schema=st.recursive(leaves, grown, max_leaves=8), seed=st.integers(), minimal=st.sampled_from([True, False, None])
)
def test_any_schema(schema, seed, minimal):
    """Whatever the schema and the seed, the sample is valid, JSON, and the same again; a broken one is invalid."""
    schema = at(schema)
    for direction, validator in (("request", schema.request), ("response", schema.response)):
        value = sample(schema, random.Random(seed), direction=direction, minimal=minimal)
        assert validator.is_valid(value)
        assert value == json.loads(json.dumps(value, allow_nan=False))
        assert value == sample(schema, random.Random(seed), direction=direction, minimal=minimal)
        wrong = counterexample(schema, random.Random(seed), direction=direction)
        assert wrong is None or not validator.is_valid(wrong[0])


# --- the bundled documents -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["2.2.0", "2.10.5", "3.3.2"])
def test_bundled(release):
    """Every component of a bundled document has samples in both directions, and all but "any JSON" can be broken."""
    schemas = load(release).schemas
    unbroken = set()
    for name in schemas.document["components"]["schemas"]:
        schema = schemas.at(f"#/components/schemas/{name}")
        for direction, validator in (("request", schema.request), ("response", schema.response)):
            for minimal in (True, False, None):
                assert validator.is_valid(sample(schema, random.Random(name), direction=direction, minimal=minimal))
            wrong = counterexample(schema, random.Random(name), direction=direction)
            if wrong is None:
                unbroken.add(name)
            else:
                assert not validator.is_valid(wrong[0])
    assert unbroken == ({"JsonValue"} if release == "3.3.2" else set())


@pytest.mark.parametrize("release", ["2.2.0", "2.10.5", "3.3.2"])
def test_bundled_parameters(release):
    """A sample of every parameter can be written in its style, and is read back as itself; null is not sent."""
    rng = random.Random(release)
    for operation in load(release).operations.values():
        for parameter in operation.parameters:
            value = sample(parameter.schema, rng, direction="request", minimal=not parameter.schema.described_types)
            if value is None:
                continue
            form = {"location": parameter.location, "style": parameter.style, "explode": parameter.explode}
            written = write(parameter.name, value, **form)
            types = types_of(parameter.schema)
            assert value == read(parameter.name, raw=written, **form, types=types), (operation.id, parameter.name)
