"""A schema's type as a Python signature says it."""

from __future__ import annotations

import pytest
from tiny_specs import tiny

WORDS = [
    ({}, "Any"),
    ({"type": "integer"}, "int"),
    ({"type": ["string", "null"]}, "str | None"),
    ({"type": "string", "format": "date-time"}, "datetime"),
    ({"type": "array", "items": {"$ref": "#/components/schemas/Tag"}}, "list[Tag]"),
    ({"enum": ["a", "b"]}, "'a' | 'b'"),
    ({"type": "string", "enum": list("abcdefg")}, "str"),
    ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}, "str | int | None"),
    ({"type": ["integer", "string"]}, "int | str"),
    ({"type": "null"}, "None"),
    ({"$ref": "#/components/schemas/Tag"}, "Tag"),
]


@pytest.mark.parametrize(("schema", "words"), WORDS)
def test_words(schema, words):
    """Components go by their names, short enums by their values, null last."""
    tag = {"type": "object", "properties": {"name": {"type": "string"}}}
    schemas = tiny({"GET /a": {}}, schemas={"Tag": tag, "S": schema}).models.schemas
    assert schemas.at("#/components/schemas/S").words == words
