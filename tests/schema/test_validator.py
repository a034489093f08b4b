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
from judging import (
    CAT_TYPE,
    DOG,
    IDENTITY,
    NULL,
    PETS,
    POINTER,
    SECRET,
    TEXT,
    WHOLE,
    A,
    B,
    broken,
    obj,
    ref,
    spec,
    validator,
)

from dynclient.errors import ContractWarning, SpecError
from dynclient.schema.schema_faults import schema_faults
from dynclient.schema.validator import compile_schema

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


CLOSED = {**obj(["a"], a=TEXT), "additionalProperties": False}


OTHER = {**obj(["b"], b=TEXT), "additionalProperties": False}


CLOSED_IN = [
    # rule, schema, instance, warned about
    ("itself", CLOSED, {"a": "x", "z": 1}, [("z",)]),
    ("a property", obj(p=ref("C")), {"p": {"a": "x", "z": 1}}, [("p", "z")]),
    (
        "items",
        {"type": "array", "items": ref("C")},
        [{"a": "x"}, {"a": "x", "y": 1, "z": 1}],
        [(1, "y"), (1, "z")],
    ),
    ("anyOf", {"anyOf": [ref("C"), ref("O")]}, {"b": "x", "z": 1}, [("z",)]),
    ("oneOf", {"oneOf": [ref("C"), ref("O")]}, {"a": "x", "z": 1}, [("z",)]),
    (
        "oneOf that only closing keeps apart",
        {"oneOf": [ref("C"), ref("D")]},
        {"a": "x", "d": "y", "z": 1},
        [("z",)],
    ),
    (
        "oneOf closed deeper",
        {"oneOf": [obj(p=ref("C")), obj(p=ref("D"))]},
        {"p": {"a": "x", "z": 1}},
        [("p", "z")],
    ),
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
    "Cat": {**CAT_TYPE, "additionalProperties": False},
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
    violations = made.violations({"x": "a"}, "body")
    assert len(violations) == len(set(violations)) <= 1


def test_a_lattice_of_references():
    """A schema that reaches another along very many ways compiles as fast as its number of schemas."""
    rows = {f"R{i}": {"allOf": [ref(f"R{i + 1}"), ref(f"R{i + 1}")]} for i in range(60)}
    made = validator(obj(["a"], a=ref("R0")), R60=obj(["x"], x=IDENTITY), **rows)
    assert not made.is_valid({})


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
    violations = validator(schema).violations(instance, "body")
    assert [(v.path, v.sentence, v.rule) for v in violations][:1] == [(*expected, "json")]


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


def test_a_pointer_anywhere():
    """Any schema of a document is named by its pointer, not only components."""
    doc = spec(TEXT) | {"paths": {"/a": {"get": {"parameters": [{"schema": {"type": "array", "items": WHOLE}}]}}}}
    made = compile_schema(doc, "#/paths/~1a/get/parameters/0/schema", "request")
    (violations,) = made.violations(["x"], "query")
    assert violations.pointer == "#/paths/~1a/get/parameters/0/schema/items/type"


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
    doc = spec({**PETS, "nullable": True, "allOf": [obj(["id"], id=IDENTITY)]}, Cat=CAT_TYPE, Dog=DOG)
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
    obj(["q"], a=WHOLE, b=IDENTITY, x=False),
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
