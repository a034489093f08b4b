"""Keywords that are no JSON Schema are left out and named."""

from __future__ import annotations

import pytest

from dynclient.documents import keywords

UNSOUND = [
    # schema, what remains of it
    ({"type": "strin"}, {}),
    ({"type": ["string", "file", "string"]}, {"type": ["string"]}),
    ({"required": True}, {}),
    ({"required": ["a", 1]}, {"required": ["a"]}),
    ({"minimum": "1", "maximum": 2}, {"maximum": 2}),
    ({"minimum": float("nan")}, {}),
    ({"multipleOf": 0}, {}),
    ({"minLength": -1, "maxLength": 1.5}, {}),
    ({"enum": "a"}, {}),
    ({"allOf": []}, {}),
    ({"nullable": 1}, {}),
    ({"discriminator": {"mapping": {}}}, {}),
    ({"$recursiveRef": "#"}, {}),
]


@pytest.mark.parametrize(("schema", "rest"), UNSOUND)
def test_unsound_keywords(schema, rest):
    """A keyword with a value that JSON Schema does not have says nothing, and is one fault at its place."""
    assert keywords.sound(schema, "3.1") == rest
    faulty = [steps for steps, _ in keywords.faults(schema, "3.1")]
    assert faulty == [(name,) for name in schema if schema[name] != rest.get(name)]


def test_sound_keywords_are_the_schema_itself():
    """Where nothing is wrong nothing is copied."""
    schema = {"type": ["string", "null"], "minLength": 1.0, "multipleOf": 0.5, "enum": []}
    assert keywords.sound(schema, "3.1") is schema
    assert list(keywords.faults(schema, "3.1")) == []


def test_members_that_are_no_schemas():
    """A member of ``properties`` or of a union that is no schema is a fault of its own."""
    schema = {"properties": {"a": 1, "b": {}}, "anyOf": [{}, "x"]}
    assert [steps for steps, _ in keywords.faults(schema, "3.1")] == [("properties", "a"), ("anyOf", "1")]
