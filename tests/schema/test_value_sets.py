"""The JSON types of which a schema allows an instance, from its structure."""

from __future__ import annotations

import pytest
from tiny_specs import tiny

from dynclient.schema import value_sets

TYPES = [
    ({}, ("string", "number", "boolean", "array", "object", "null")),
    (False, ()),
    ({"type": "integer", "nullable": True}, ("integer", "null")),
    ({"enum": [1, "a", None]}, ("string", "integer", "null")),
    ({"const": 1.5}, ("number",)),
    ({"allOf": [{"type": ["string", "null"]}, {"type": ["null", "array"]}]}, ("null",)),
    ({"anyOf": [{"type": "string"}, {"type": "number"}]}, ("string", "number")),
    ({"oneOf": [{"type": "null"}, {"type": ["null", "string"]}]}, ("string",)),
    ({"not": {"type": ["string", "object", "array", "boolean", "null"]}}, ("number",)),
    ({"if": {"type": "null"}, "then": False, "else": {"type": ["null", "string"]}}, ("string",)),
    ({"type": "boolean", "enum": [1]}, ()),
]


@pytest.mark.parametrize(("schema", "types"), TYPES)
def test_types(schema, types):
    """Keywords for the same instance are joined as JSON Schema joins them."""
    schemas = tiny({"GET /a": {}}, schemas={"S": schema}).models.schemas
    values = value_sets.of_schema(schemas.at("#/components/schemas/S"), {})
    assert value_sets.types(values) == types


@pytest.mark.parametrize(
    ("value", "name"),
    [(1.0, "integer"), (1.5, "number"), (True, "boolean"), (None, "null"), ([], "array"), ({}, "object")],
)
def test_json_type(value, name):
    """A whole number is an integer however it is written; true is no number."""
    assert value_sets.json_type(value) == name
