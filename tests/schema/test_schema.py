"""A schema is named by its pointer and says what it allows, as far as it says."""

from __future__ import annotations

import pytest

from dynclient.errors import SpecError
from dynclient.schema.schema import MISSING, Schemas

TEXT, WHOLE, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


def at(schema, version="3.1.0", **components):
    document = {"openapi": version, "paths": {}, "components": {"schemas": {"S": schema, **components}}}
    return Schemas(document).at("#/components/schemas/S")


POOL = obj(["name"], name=TEXT, slots=WHOLE)
ANY = ("string", "number", "boolean", "array", "object", "null")
NULLABLE_TEXT = {"type": ["string", "null"]}
#: a schema, the types of which it allows some instance, and those that it describes where these are others
TYPES_31 = [
    (TEXT, ("string",), None),
    (NULLABLE_TEXT, ("string", "null"), None),
    ({"type": ["null", "string"], "enum": ["a"]}, ("string",), None),
    ({"type": ["string", "null"], "enum": ["a", None]}, ("string", "null"), None),
    ({"type": "number"}, ("number",), None),
    ({"type": ["integer", "number"]}, ("number",), None),
    (WHOLE, ("integer",), None),
    ({"enum": ["a", 1, None, True, [], {}]}, ("string", "integer", "boolean", "array", "object", "null"), None),
    ({"enum": [1, 2.5]}, ("number",), None),
    ({"enum": [1.0, 2]}, ("integer",), None),
    ({"const": "~"}, ("string",), None),
    ({"const": None}, ("null",), None),
    ({"const": 1, "type": ["integer", "string"]}, ("integer",), None),
    ({}, ANY, ()),
    (True, ANY, ()),
    (False, (), None),
    ({"properties": {"x": TEXT}}, ANY, ("object",)),
    ({"items": TEXT}, ANY, ("array",)),
    ({"minLength": 3}, ANY, ("string",)),
    ({"minimum": 3}, ANY, ("number",)),
    (ref("Pool"), ("object",), None),
    ({**ref("Pool"), "type": ["object", "null"]}, ("object",), None),
    ({"anyOf": [TEXT, WHOLE, NULL]}, ("string", "integer", "null"), None),
    ({"anyOf": [{}, TEXT]}, ANY, ()),
    ({"anyOf": [{"properties": {"x": TEXT}}, NULL]}, ANY, ("object", "null")),
    ({"anyOf": [TEXT, NULL], "type": "string"}, ("string",), None),
    ({"oneOf": [TEXT, NULL]}, ("string", "null"), None),
    ({"oneOf": [NULLABLE_TEXT, NULL]}, ("string",), None),
    ({"oneOf": [{}, TEXT]}, ("number", "boolean", "array", "object", "null"), None),
    ({"oneOf": [{"enum": [1, 2]}, {"enum": [2, None]}]}, ("integer", "null"), None),
    ({"oneOf": [{"enum": ["a", None]}, {"enum": ["b", None]}]}, ("string",), None),
    ({"allOf": [NULLABLE_TEXT, TEXT]}, ("string",), None),
    ({"allOf": [NULLABLE_TEXT, {"minLength": 1}]}, ("string", "null"), None),
    ({"allOf": [ref("Pool"), {}]}, ("object",), None),
    ({"allOf": [{"type": "number"}, WHOLE]}, ("integer",), None),
    ({"allOf": [TEXT, WHOLE]}, (), None),
    ({"allOf": [{"enum": ["a", 1]}, {"enum": [1, None]}]}, ("integer",), None),
    ({"not": NULL}, ("string", "number", "boolean", "array", "object"), None),
    ({"not": {"const": None}, "type": ["string", "null"]}, ("string",), None),
    ({"not": {"type": "integer"}, "type": ["number", "string"]}, ("string", "number"), None),
    ({"if": NULL, "then": False}, ("string", "number", "boolean", "array", "object"), None),
    ({"if": TEXT, "then": {"minLength": 1}, "else": NULL}, ("string", "null"), None),
    ({"anyOf": [ref("S"), TEXT]}, ("string",), None),
    ({**ref("Nullable"), "minLength": 1}, ("string", "null"), None),
]
TYPES_30 = [
    ({"type": "string", "nullable": True}, ("string", "null"), None),
    ({"type": "string", "enum": ["a"], "nullable": True}, ("string", "null"), None),
    ({"type": "string", "enum": ["a", None]}, ("string",), None),
    ({"nullable": True}, ANY, ()),
    ({"nullable": True, "properties": {"x": TEXT}}, ANY, ("object", "null")),
    ({**ref("Pool"), "nullable": True}, ("object", "null"), None),
    ({**ref("Nullable"), "type": "string"}, ("string", "null"), None),
    ({"allOf": [ref("Pool")], "nullable": True}, ("object", "null"), None),
    ({"allOf": [ref("Nullable"), TEXT]}, ("string",), None),
    ({"allOf": [ref("Nullable")]}, ("string", "null"), None),
    ({"anyOf": [ref("Pool"), TEXT], "nullable": True}, ("string", "object", "null"), None),
    ({"oneOf": [ref("Nullable"), WHOLE]}, ("string", "integer", "null"), None),
    ({"oneOf": [ref("Nullable"), {"type": "integer", "nullable": True}]}, ("string", "integer"), None),
    ({"not": ref("Nullable")}, ("number", "boolean", "array", "object"), None),
    ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, ("number",), None),
]
TYPES = [("3.1.0", *row) for row in TYPES_31] + [("3.0.3", *row) for row in TYPES_30]
#: instances of each type, those that the rows of the table name among them
INSTANCES = {
    "string": ["a", "b", "~", "text"],
    "integer": [1, 2, 7],
    "number": [1, 2, 2.5, 7.25],
    "boolean": [True, False],
    "array": [[], ["a"]],
    "object": [{}, {"name": "p"}],
    "null": [None],
}


def of_table(version, schema):
    nullable = {"type": "string", "nullable": True} if version == "3.0.3" else NULLABLE_TEXT
    return at(schema, version, Pool=POOL, Nullable=nullable)


@pytest.mark.parametrize(("version", "schema", "types", "described"), TYPES)
def test_types(version, schema, types, described):
    """``types`` names the JSON types of which an instance is allowed, ``described_types`` those spoken of."""
    view = of_table(version, schema)
    assert view.types == types
    assert view.described_types == (types if described is None else described)


@pytest.mark.parametrize(
    ("version", "schema"), [row[:2] for row in TYPES if "S" not in str(row[1])], ids=lambda value: str(value)[:60]
)
def test_types_are_the_verdicts_of_the_validator(version, schema):
    """A type is named exactly when the validator takes an instance of it, and ``nullable`` is its verdict on null."""
    view = of_table(version, schema)
    fractions = [value for value in INSTANCES["number"] if isinstance(value, float)]
    for validator in (view.request, view.response):
        valid = {name for name, values in INSTANCES.items() if any(map(validator.is_valid, values))}
        whole = not any(map(validator.is_valid, fractions))
        assert set(view.types) == valid - ({"number"} if whole else {"integer"})
        assert view.nullable is validator.is_valid(None)


WORDS = [
    # schema, words
    (TEXT, "str"),
    (WHOLE, "int"),
    ({"type": "number"}, "float"),
    ({"type": "boolean"}, "bool"),
    ({"type": "object"}, "dict"),
    ({"type": "array"}, "list"),
    ({"type": "array", "items": TEXT}, "list[str]"),
    ({"type": "array", "items": ref("Pool")}, "list[Pool]"),
    ({"type": "array", "items": {"anyOf": [TEXT, NULL]}}, "list[str | None]"),
    (
        {"anyOf": [{"type": "array", "items": {"type": ["string", "null"]}}, WHOLE, NULL]},
        "list[str | None] | int | None",
    ),
    ({"type": ["string", "null"]}, "str | None"),
    ({"type": "string", "format": "date-time", "nullable": True}, "datetime | None"),
    ({"type": "string", "format": "date"}, "date"),
    ({"type": "string", "format": "uuid"}, "UUID"),
    ({"type": "string", "format": "duration"}, "timedelta"),
    ({"type": "string", "format": "email"}, "str"),
    ({"enum": ["a", "b"]}, "'a' | 'b'"),
    ({"type": "string", "enum": ["a", None], "nullable": True}, "'a' | None"),
    ({"enum": list("abcdefg"), "type": "string"}, "str"),
    ({"const": "~"}, "'~'"),
    (ref("Pool"), "Pool"),
    ({**ref("Pool"), "nullable": True}, "Pool | None"),
    ({"allOf": [ref("Pool")], "nullable": True}, "Pool | None"),
    ({"anyOf": [ref("Pool"), NULL]}, "Pool | None"),
    ({"oneOf": [ref("Pool"), ref("Tag")]}, "Pool | Tag"),
    ({"type": "array", "items": ref("Either")}, "list[Either]"),
    (ref("Either"), "Pool | Tag"),
    ({"anyOf": [TEXT, WHOLE]}, "str | int"),
    ({}, "Any"),
    (True, "Any"),
    (NULL, "None"),
    (ref("Loop"), "Any"),
    (ref("Nest"), "list[Nest]"),
    (ref("Tree"), "list[Tree] | str"),
]


@pytest.mark.parametrize(("schema", "expected"), WORDS)
def test_words(schema, expected):
    """The type is told as a signature would: Python's names, component names, values of a short enum."""
    schemas = {"Pool": POOL, "Tag": obj(tag=TEXT), "Either": {"oneOf": [ref("Pool"), ref("Tag")]}}
    schemas |= {"Loop": ref("Loop"), "Nest": {"type": "array", "items": ref("Nest")}}
    schemas |= {"Tree": {"anyOf": [{"type": "array", "items": ref("Tree")}, TEXT]}}
    assert at(obj(x=schema), **schemas).fields["x"].words == expected


FIELDS = [
    # schema, fields, required
    (POOL, ["name", "slots"], {"name"}),
    (ref("Pool"), ["name", "slots"], {"name"}),
    ({**ref("Pool"), "nullable": True}, ["name", "slots"], {"name"}),
    ({"anyOf": [ref("Pool"), NULL]}, ["name", "slots"], {"name"}),
    ({"oneOf": [NULL, ref("Pool")]}, ["name", "slots"], {"name"}),
    ({"allOf": [ref("Pool"), obj(["more"], more=TEXT)]}, ["name", "slots", "more"], {"name", "more"}),
    ({"allOf": [ref("Pool")], "required": ["slots"]}, ["name", "slots"], {"name", "slots"}),
    ({**ref("Pool"), **obj(["more"], more=TEXT)}, ["more", "name", "slots"], {"name", "more"}),
    ({"anyOf": [ref("Pool"), TEXT]}, [], set()),
    ({"anyOf": [ref("Pool"), ref("Pool")]}, [], set()),
    (TEXT, [], set()),
    ({"allOf": [ref("S"), ref("Pool")]}, ["name", "slots"], {"name"}),
    (obj(properties=TEXT, type=WHOLE), ["properties", "type"], set()),
    ({"properties": None, "required": "name"}, [], set()),
]


@pytest.mark.parametrize(("schema", "fields", "required"), FIELDS)
def test_fields(schema, fields, required):
    """Fields and required names are seen through ``$ref``, ``allOf`` and "or null", and through no other union."""
    view = at(schema, Pool=POOL)
    assert list(view.fields) == fields
    assert view.required == required


@pytest.mark.parametrize(("schema", "fields", "required"), [row for row in FIELDS if row[1] and "S" not in str(row[0])])
def test_required_is_the_verdict_of_the_validator(schema, fields, required):
    """An object without a name is refused exactly when the name is required."""
    view = at(schema, Pool=POOL)
    whole = {name: 1 if field.types == ("integer",) else "x" for name, field in view.fields.items()}
    assert view.response.is_valid(whole)
    for name in fields:
        assert view.response.is_valid({n: v for n, v in whole.items() if n != name}) is (name not in required)


def test_fields_are_views():
    """A field is a view with its own pointer; the nearest definition of a name counts."""
    view = at({"allOf": [ref("Pool")], **obj(name=WHOLE)}, Pool=POOL)
    assert view.fields["name"].pointer == "#/components/schemas/S/properties/name"
    assert view.fields["slots"].pointer == "#/components/schemas/Pool/properties/slots"


def test_siblings_of_a_reference_in_30():
    """Beside ``$ref``, 3.0 honours nullable, readOnly, writeOnly and deprecated and nothing else."""
    view = at({**ref("Pool"), **obj(more=TEXT), "readOnly": True, "deprecated": True, "default": 1}, "3.0.3", Pool=POOL)
    assert list(view.fields) == ["name", "slots"]
    assert (view.read_only, view.write_only, view.deprecated, view.default) == (True, False, True, MISSING)


SAID = [
    # schema, read_only, write_only, deprecated
    ({"readOnly": True}, True, False, False),
    ({"writeOnly": True, "deprecated": True}, False, True, True),
    (ref("R"), True, False, False),
    ({"allOf": [ref("R")]}, True, False, False),
    ({"anyOf": [ref("R"), NULL]}, False, False, False),
    ({"readOnly": False}, False, False, False),
    (ref("S"), False, False, False),
]


@pytest.mark.parametrize(("schema", "read_only", "write_only", "deprecated"), SAID)
def test_flags(schema, read_only, write_only, deprecated):
    """readOnly, writeOnly and deprecated hold when said of itself or through ``$ref`` and ``allOf``."""
    view = at(schema, R={"readOnly": True})
    assert (view.read_only, view.write_only, view.deprecated) == (read_only, write_only, deprecated)


def test_default():
    """A default stands beside a reference or behind it; None is a default, MISSING none."""
    assert at({**ref("D"), "default": 2}, D={"default": 1}).default == 2
    assert at(ref("D"), D={"default": 1}).default == 1
    assert at({"anyOf": [WHOLE, NULL], "default": None}).default is None
    assert at(WHOLE).default is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_enum_and_format():
    """Values and format are seen through ``$ref`` and "or null"."""
    assert at({"anyOf": [ref("State"), NULL]}, State={"enum": ["a", "b"]}).enum == ("a", "b")
    assert at({"const": 1}).enum == (1,)
    assert at(TEXT).enum == ()
    assert at({"anyOf": [{"type": "string", "format": "date-time"}, NULL]}).format == "date-time"


def test_items_and_additional():
    """The schemas of items and of further fields are views, None where the document gives none."""
    assert at({"type": "array", "items": TEXT}).items.pointer == "#/components/schemas/S/items"
    assert at({"type": "array", "items": True}).items is None
    assert at({"additionalProperties": TEXT}).additional.types == ("string",)
    assert at({"additionalProperties": False}).additional is None
    assert at({"additionalProperties": False}).closed
    assert at({"allOf": [{"additionalProperties": False}]}).closed
    assert not at({"additionalProperties": True}).closed


def test_names():
    """A component's name is that of its place, unescaped; schemas elsewhere have none."""
    schemas = at({"properties": {"x": TEXT}}, **{"a/b": TEXT}).schemas
    assert schemas.at("#/components/schemas/a~1b").name == "a/b"
    assert schemas.at("#/components/schemas/S").name == "S"
    assert schemas.at("#/components/schemas/S").child("properties", "x").name is None


def test_views_are_kept():
    """One pointer is one view and one validator for each direction."""
    view = at(ref("Pool"), Pool=POOL)
    assert view.schemas.at(view.pointer) is view
    assert view.resolved is view.schemas.at("#/components/schemas/Pool")
    assert view.request is view.request
    assert view.request is not view.response
    assert view == view.schemas.at(view.pointer)
    assert view != view.resolved
    assert len({view, view.schemas.at(view.pointer)}) == 1


def test_repr():
    """A schema shows its type and its place."""
    assert repr(at({"type": ["string", "null"]})) == "<Schema str | None at #/components/schemas/S>"


def test_nothing_is_there():
    """A pointer that leads nowhere is a SpecError with the pointer."""
    with pytest.raises(SpecError, match="leads nowhere") as caught:
        at(TEXT).schemas.at("#/components/schemas/Nope")
    assert caught.value.pointer == "#/components/schemas/Nope"


@pytest.mark.parametrize("odd", [{"allOf": None}, {"anyOf": {}}, {"enum": 5}, {"$ref": 5}, {"required": {}}])
def test_odd_keywords_say_nothing(odd):
    """A keyword of the wrong kind says nothing, to a view and to a validator."""
    view = at({**TEXT, **odd})
    assert view.types == ("string",)
    assert view.words == "str"
    assert view.fields == {}
    assert view.request.is_valid("a")
    assert not view.request.is_valid(1)


def test_a_lattice_of_references():
    """What reaches a schema along very many ways is looked at once."""
    rows = {f"R{i}": {"allOf": [ref(f"R{i + 1}"), ref(f"R{i + 1}")]} for i in range(60)}
    view = at(ref("R0"), R60=POOL, **rows)
    assert list(view.fields) == ["name", "slots"]
    assert view.types == ("object",)
    assert not view.read_only
