"""Where OpenAPI 3.0 and 3.1 differ, and what is a document at all."""

from __future__ import annotations

import pytest

from dynclient.documents import dialect
from dynclient.errors import SpecError

KEYWORDS = [
    # schema, in 3.0, in 3.1
    ({"$ref": "#/x", "nullable": True, "maxLength": 1}, {"$ref": "#/x", "nullable": True}, None),
    ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}, None),
    ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}, None),
    ({"$dynamicRef": "#x"}, {"$dynamicRef": "#x"}, {"$ref": "#x"}),
    (False, {"not": {}}, {"not": {}}),
    (True, {}, {}),
]


@pytest.mark.parametrize(("schema", "old", "new"), KEYWORDS)
def test_keywords(schema, old, new):
    """Keywords are in the words of 2020-12; in 3.1 a schema says what it says."""
    assert dialect.keywords(schema, "3.0") == old
    assert dialect.keywords(schema, "3.1") == (schema if new is None else new)


def test_subschemas_stand_by_position():
    """Children are found where schemas stand; names of properties and data are none."""
    schema = {"properties": {"items": {}, "enum": True}, "enum": [{}], "allOf": [{}, 1], "items": {}, "not": "x"}
    assert [steps for steps, _ in dialect.subschemas(schema)] == [
        ("properties", "items"),
        ("properties", "enum"),
        ("allOf", "0"),
        ("items",),
    ]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], "#"),
        ({}, "#"),
        ({"swagger": "2.0"}, "#/swagger"),
        ({"openapi": 3.1}, "#/openapi"),
        ({"openapi": "4.0.0"}, "#/openapi"),
        ({"openapi": "3.1.0"}, "#/paths"),
        ({"openapi": "3.1.0", "webhooks": {"w": {}}}, "#/webhooks"),
        ({"openapi": "3.1.0", "paths": {}, "info": []}, ""),
    ],
)
def test_what_is_no_document(document, pointer):
    """What cannot be used as an API is a SpecError at the member that says so."""
    with pytest.raises(SpecError) as caught:
        dialect.check(document)
    assert caught.value.pointer == (pointer or "#/info")


@pytest.mark.parametrize(("number", "version"), [("3.0.3", "3.0"), ("3.1.0", "3.1"), ("3.2.0", "3.1")])
def test_version(number, version):
    """3.2 has the schemas of 3.1."""
    assert dialect.version({"openapi": number}) == version
