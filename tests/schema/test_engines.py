"""Two engines agree on the same normalised view: jsonschema-rs, which decides at run time, and jsonschema."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings, strategies as st

from dynclient.documents import dialect, pointers
from dynclient.errors import SpecError
from dynclient.openapi.load import load
from dynclient.schema import counterexamples, examples
from dynclient.schema.normalize import Rewriter
from dynclient.schema.schema import Schemas
from dynclient.schema.validator import compile_schema

POINTER = "#/components/schemas/S"
DIRECTIONS = ("request", "response", "model")

# --- the second engine, with formats of its own ------------------------------------------------------------------

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def is_date(text):
    return not isinstance(text, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and dt.date.fromisoformat(text))


@FORMATS.checks("uuid", raises=ValueError)
def is_uuid(text):
    return not isinstance(text, str) or str(uuid.UUID(text)) == text.lower()


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(text):
    if not isinstance(text, str):
        return True
    found = re.fullmatch(r"([\d-]{10})[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)", text)
    return bool(found and dt.datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3].upper().replace('Z', '+00:00')}"))


@FORMATS.checks("datetime", raises=ValueError)
def is_lenient_date_time(text):
    if not isinstance(text, str):
        return True
    return is_date_time(text if re.search(r"([Zz]|[+-]\d\d:?\d\d)$", text[10:]) else f"{text}Z".replace(" ", "T"))


@FORMATS.checks("duration")
def is_duration(text):
    amounts, _, times = text[1:].partition("T") if isinstance(text, str) else ("1D", "", "")
    number = r"\d+(\.\d+)?"
    fits = re.fullmatch(rf"({number}Y)?({number}M)?({number}W)?({number}D)?", amounts)
    return bool(fits and (amounts or times) and re.fullmatch(rf"({number}H)?({number}M)?({number}S)?", times))


def view(document, direction, *, closed=True):
    """The normalised view of a schema, as both engines get it."""
    return Rewriter(document, direction, closed=closed, readable=lambda _: True).root(POINTER)


def second(schema):
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS)


# --- tiny schemas ------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "kind", "type", "0"])
SCALARS = st.sampled_from(
    [None, True, False, 0, 1, 2, 1.0, 2.5, -3, "", "a", "ab", "X", "Y", "2026-01-02"]
) | st.sampled_from(["2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "123e4567-e89b-12d3-a456-426614174000"])
INSTANCES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "array", "object"])
REFS = st.sampled_from([{"$ref": f"#/components/schemas/{name}"} for name in "XYS"])
FLAGS = st.dictionaries(st.sampled_from(["nullable", "readOnly", "writeOnly", "deprecated"]), st.booleans(), max_size=2)
BOUNDS = st.dictionaries(
    st.sampled_from(
        ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum"]
    ),
    st.integers(0, 3),
    max_size=2,
)
ASSERTIONS = st.fixed_dictionaries(
    {},
    optional={
        "enum": st.lists(SCALARS, min_size=1, max_size=3, unique_by=repr),
        "format": st.sampled_from(["date", "date-time", "uuid", "email"]),
        "pattern": st.sampled_from(["^a", "b$", "^[a-z]*$"]),
        "uniqueItems": st.booleans(),
        "multipleOf": st.sampled_from([1, 2]),
    },
)


def composed(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    mapping = st.dictionaries(NAMES, inner, max_size=3)
    parts = st.fixed_dictionaries(
        {},
        optional={
            "properties": mapping,
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "not": inner,
        },
    )
    unions = st.sampled_from(["allOf", "anyOf", "oneOf"]).flatmap(lambda key: several.map(lambda parts: {key: parts}))
    discriminated = st.sampled_from(["anyOf", "oneOf"]).map(
        lambda key: {
            key: [{"$ref": "#/components/schemas/X"}, {"$ref": "#/components/schemas/Y"}],
            "discriminator": {"propertyName": "kind"},
        }
    )
    return (
        st.builds(lambda *found: {k: v for part in found for k, v in part.items()}, parts, unions | st.just({}), FLAGS)
        | discriminated
    )


PLAIN = st.builds(
    lambda kind, *found: {k: v for part in found for k, v in part.items()} | ({"type": kind} if kind else {}),
    st.none() | TYPES,
    ASSERTIONS,
    BOUNDS,
    FLAGS,
)
SCHEMAS = st.recursive(PLAIN | REFS | st.builds(lambda a, b: {**a, **b}, REFS, FLAGS), composed, max_leaves=8)


@st.composite
def documents_with(draw):
    """A tiny document of either version; S may reach X, Y and itself."""
    schemas = {name: draw(SCHEMAS if name == "S" else PLAIN | composed(PLAIN)) for name in "SXY"}
    return {"openapi": draw(st.sampled_from(["3.0.3", "3.1.0"])), "paths": {}, "components": {"schemas": schemas}}


def only_itself(document):
    """Does S lead to itself without looking at a part of the instance? jsonschema follows it for ever."""

    def inner(schema, seen):
        if not isinstance(schema, dict):
            return False
        words = dialect.keywords(schema, dialect.version(document))
        target = words.get("$ref")
        if target in seen:
            return True
        if target and inner(pointers.resolve(document, target), seen | {target}):
            return True
        parts = [part for key in ("allOf", "anyOf", "oneOf") for part in words.get(key, ())] + [words.get("not")]
        return any(inner(part, seen) for part in parts)

    return any(
        inner(schema, {f"#/components/schemas/{name}"}) for name, schema in document["components"]["schemas"].items()
    )


@settings(max_examples=100)
@given(documents_with(), st.lists(INSTANCES, min_size=1, max_size=4), st.integers(0, 9))
def test_engines_agree(document, instances, seed):
    """Whatever the schema and the instance, both engines say the same of it, in every direction, closed and open."""
    if only_itself(document):
        return
    for direction in DIRECTIONS:
        instances = [*instances, *sampled(document, direction, seed)]
        for closed in (True, False):
            schema = view(document, direction, closed=closed)
            first = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            judge = second(schema)
            for instance in instances:
                assert first.is_valid(instance) == judge.is_valid(instance), (direction, instance)


def sampled(document, direction, seed):
    """One instance that the schema should take, where it takes any."""
    if direction == "model":
        return []
    try:
        return [examples.sample(Schemas(document).at(POINTER), random.Random(seed), direction=direction)]
    except SpecError:
        return []


@settings(max_examples=100)
@given(documents_with(), INSTANCES)
def test_every_verdict_is_explained(document, instance):
    """A Validator judges as the second engine does, and names a place of the document for each violation."""
    if only_itself(document):
        return
    for direction in DIRECTIONS:
        checked = compile_schema(document, POINTER, direction).check(instance, "body")
        is_valid = second(view(document, direction)).is_valid(instance)
        if direction == "response":
            is_valid = is_valid or second(view(document, direction, closed=False)).is_valid(instance)
            ambiguous = any(violation.rule == "oneOf" for violation in checked.violations)
            assert (checked.violations == ()) == is_valid or ambiguous
        else:
            assert (checked.violations == ()) == is_valid
            assert checked.warnings == ()
        for violation in (*checked.violations, *checked.warnings):
            pointers.resolve(document, violation.pointer)
            assert violation.path == () or reaches(instance, violation.path[:-1])
        assert len(set(checked.violations)) == len(checked.violations)


def reaches(instance, path):
    for step in path:
        if isinstance(instance, dict) is isinstance(step, int):
            return False
        instance = instance[step]
    return True


TABLE = [
    # rule, version, schema, instances
    ("integers", "3.1.0", {"type": "integer"}, [1, 1.0, 1.5, True, "1", 10**400]),
    ("booleans are no numbers", "3.1.0", {"enum": [1, False]}, [1, True, 0, False, 1.0]),
    ("equal numbers", "3.1.0", {"uniqueItems": True}, [[1, True], [1, 1.0], [{"a": 1}, {"a": 1.0}], [0, False]]),
    ("const", "3.1.0", {"const": {"a": [1]}}, [{"a": [1]}, {"a": [1.0]}, {"a": [True]}]),
    ("characters", "3.1.0", {"maxLength": 1}, ["😀", "é", "e\u0301"]),
    ("multipleOf", "3.1.0", {"multipleOf": 0.01}, [1.1, 0.005, 3]),
    ("exclusive flags", "3.0.3", {"minimum": 1, "exclusiveMinimum": True, "maximum": 3}, [1, 1.5, 3, 0]),
    ("prefixItems", "3.1.0", {"prefixItems": [{"type": "string"}], "items": False}, [[], ["a"], [1], ["a", 1]]),
    (
        "unevaluated",
        "3.1.0",
        {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
        [{"a": 1}, {"b": 1}],
    ),
    (
        "if",
        "3.1.0",
        {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "null"}},
        ["a", "ab", None, 1],
    ),
    ("contains", "3.1.0", {"contains": {"type": "string"}, "minContains": 2}, [["a"], ["a", "b"], []]),
    (
        "dependent",
        "3.1.0",
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"b": {"required": ["c"]}}},
        [{"a": 1}, {"a": 1, "b": 1}, {"b": 1, "c": 1}],
    ),
    (
        "names",
        "3.1.0",
        {"propertyNames": {"pattern": "^a"}, "patternProperties": {"b$": {"type": "null"}}},
        [{"ab": None}, {"ab": 1}, {"b": None}],
    ),
    (
        "date-time",
        "3.1.0",
        {"format": "date-time"},
        ["2026-01-02T03:04:05Z", "2026-01-02t03:04:05.123z", "2026-01-02T03:04:05", "2026-02-30T03:04:05Z"],
    ),
    ("date", "3.1.0", {"format": "date"}, ["2026-01-02", "2026-02-29", "2024-02-29", "20260102"]),
    ("uuid", "3.1.0", {"format": "uuid"}, [str(uuid.UUID(int=5)), "X", str(uuid.UUID(int=5)).replace("-", "")]),
    ("siblings", "3.1.0", {"$ref": "#/components/schemas/X", "minLength": 2}, ["a", "ab", 1]),
    ("siblings", "3.0.3", {"$ref": "#/components/schemas/X", "minLength": 2}, ["a", "ab", 1]),
]


@pytest.mark.parametrize(("rule", "version", "schema", "instances"), TABLE)
def test_engines_agree_on_the_fine_points(rule, version, schema, instances):
    """The points on which engines differ most are the same in both."""
    document = {"openapi": version, "paths": {}, "components": {"schemas": {"S": schema, "X": {"type": "string"}}}}
    made = view(document, "request")
    first = jsonschema_rs.Draft202012Validator(made, validate_formats=True)
    assert [first.is_valid(i) for i in instances] == [second(made).is_valid(i) for i in instances], rule


DIVERGENCES = [
    # rule, schema, instance, what jsonschema-rs says and jsonschema does not, why
    ("multipleOf", {"multipleOf": 0.01}, 0.07, True, "0.07 is 7 × 0.01; jsonschema divides binary floats"),
    ("pattern", {"pattern": r"^\d$"}, "٣", False, "ECMA-262's digits are ASCII; Python's are Unicode's"),
]


@pytest.mark.parametrize(("rule", "schema", "instance", "verdict", "why"), DIVERGENCES)
def test_where_engines_differ(rule, schema, instance, verdict, why):
    """The points on which the engines are known to differ, and that the one that decides is right."""
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(instance) is verdict, f"{rule}: {why}"
    assert second(schema).is_valid(instance) is not verdict, f"{rule}: the engines agree now, take this row out"


@pytest.mark.parametrize("release", ["2.2.0", "2.10.5", "3.3.2"])
def test_engines_agree_on_the_bundled_documents(release):
    """Of every component of a bundled document both engines take a seeded valid instance and refuse a broken one."""
    loaded = load(release)
    rng = random.Random(release)
    for name in loaded.document["components"]["schemas"]:
        schema = loaded.schemas.at(pointers.join("#/components/schemas", name))
        for direction in ("request", "response"):
            rewritten = Rewriter(loaded.document, direction, closed=True, readable=lambda _: True).root(schema.pointer)
            judge = second(rewritten)
            judged = loaded.schemas.validator(schema.pointer, direction)
            try:
                instance = examples.sample(schema, rng, direction=direction)
            except SpecError:  # all its fields go the other way
                continue
            assert judged.check(instance, "body").violations == (), (name, direction)
            assert judge.is_valid(instance), (name, direction)
            wrong = counterexamples.counterexample(schema, rng, direction=direction)
            if wrong is not None:
                assert judged.check(wrong[0], "body") != ((), ()), (name, direction)
                assert not judge.is_valid(wrong[0]), (name, direction)
