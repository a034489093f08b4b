"""Where OpenAPI 3.0 and 3.1 differ, and what is a document at all."""

from __future__ import annotations

import json

import pytest

from dynclient.documents import dialect
from dynclient.errors import SpecError

CHECKED = [
    ([], "a mapping", "#"),
    ({}, "no `openapi`", "#"),
    ({"swagger": "2.0"}, "Swagger 2.0; convert it", "#/swagger"),
    ({"asyncapi": "3.0.0"}, "AsyncAPI", "#/asyncapi"),
    ({"overlay": "1.0.0"}, "give it as an overlay", "#/overlay"),
    ({"openapi": 3.0}, "in quotes", "#/openapi"),
    ({"openapi": "3.3.0", "paths": {}}, "3.0, 3.1 and 3.2", "#/openapi"),
    ({"openapi": "4.0", "paths": {}}, "3.0, 3.1 and 3.2", "#/openapi"),
    ({"openapi": "3.1.0", "webhooks": {"a": {}}}, "webhooks only", "#/webhooks"),
    ({"openapi": "3.1.0"}, "nothing to call", "#/paths"),
    ({"openapi": "3.1.0", "paths": []}, "nothing to call", "#/paths"),
    ({"openapi": "3.1.0", "paths": {}, "components": []}, "no mapping", "#/components"),
    ({"openapi": "3.1.0", "paths": {}, "info": []}, "no mapping", "#/info"),
    ({"openapi": "3.1.0", "paths": {}, "info": None}, "no mapping", "#/info"),
]


@pytest.mark.parametrize(("value", "words", "pointer"), CHECKED)
def test_what_is_not_openapi_is_refused(value, words, pointer):
    """Another kind of document is refused with its name, its place and what to do."""
    with pytest.raises(SpecError) as raised:
        dialect.check(value)
    assert words in str(raised.value)
    assert raised.value.pointer == pointer


@pytest.mark.parametrize(
    ("text", "version"), [("3.0.0", "3.0"), ("3.0.3", "3.0"), ("3.1.0", "3.1"), ("3.1", "3.1"), ("3.2.0", "3.1")]
)
def test_versions(text, version):
    """Patch versions of OpenAPI do not differ, and 3.2 has the schemas of 3.1."""
    document = {"openapi": text, "paths": {}}
    dialect.check(document)
    assert dialect.version(document) == version


KEYWORDS = [
    # version, schema, its keywords
    ("3.0", {"minimum": 0, "exclusiveMinimum": True}, {"exclusiveMinimum": 0}),
    ("3.0", {"minimum": 0, "exclusiveMinimum": False}, {"minimum": 0}),
    ("3.0", {"maximum": 9.5, "exclusiveMaximum": True, "type": "number"}, {"exclusiveMaximum": 9.5, "type": "number"}),
    ("3.0", {"exclusiveMinimum": True}, {}),
    ("3.1", {"exclusiveMinimum": 0}, {"exclusiveMinimum": 0}),
    ("3.0", {"$ref": "#/x", "type": "object", "nullable": True}, {"$ref": "#/x", "nullable": True}),
    (
        "3.0",
        {"$ref": "#/x", "readOnly": True, "writeOnly": False, "deprecated": True, "description": "d", "default": 1},
        {"$ref": "#/x", "readOnly": True, "writeOnly": False, "deprecated": True},
    ),
    ("3.1", {"$ref": "#/x", "default": 1}, {"$ref": "#/x", "default": 1}),
    ("3.0", {"nullable": True, "enum": ["a"]}, {"nullable": True, "enum": ["a"]}),
    ("3.0", {"$dynamicRef": "#x"}, {"$dynamicRef": "#x"}),
    ("3.1", {"$dynamicRef": "#x"}, {"$ref": "#x"}),
    ("3.1", True, {}),
    ("3.1", False, {"not": {}}),
]


@pytest.mark.parametrize(("version", "schema", "expected"), KEYWORDS)
def test_keywords(version, schema, expected):
    """One dialect inside: 3.0's own forms become those of 2020-12, and the schema stays as it was."""
    before = json.dumps(schema)
    assert dialect.keywords(schema, version) == expected
    assert json.dumps(schema) == before


def test_subschemas_by_position():
    """Children are found by where they stand: names of properties and data are never taken for keywords."""
    leaf = {"type": "string"}
    schema = {
        "properties": {"type": leaf, "properties": leaf, "items": True},
        "patternProperties": {"^x": leaf},
        "$defs": {"allOf": leaf},
        "allOf": [leaf, False],
        "prefixItems": [leaf],
        "items": leaf,
        "additionalProperties": False,
        "not": leaf,
        "enum": [{"properties": {"a": leaf}}],
        "const": {"items": leaf},
        "default": {"items": leaf},
        "example": {"anyOf": [leaf]},
        "x-own": {"items": leaf},
        "discriminator": {"propertyName": "type"},
        "required": ["type"],
        "anyOf": None,
        "oneOf": {"a": leaf},
        "dependentSchemas": [leaf],
    }
    assert [steps for steps, _ in dialect.subschemas(schema)] == [
        ("properties", "type"),
        ("properties", "properties"),
        ("properties", "items"),
        ("patternProperties", "^x"),
        ("$defs", "allOf"),
        ("allOf", "0"),
        ("allOf", "1"),
        ("prefixItems", "0"),
        ("items",),
        ("additionalProperties",),
        ("not",),
    ]
    assert list(dialect.subschemas(True)) == []
