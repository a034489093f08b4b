"""Inline object schemas have the names that OpenAPI Generator gives them."""

from __future__ import annotations

import pytest

from dynclient.documents.inline_names import camel, inline_names

OBJECT = {"properties": {"a": {}}}
NAMES = [
    # schema of component S, the names below it
    ({"properties": {"extra_links": {"items": OBJECT}}}, ["SExtraLinks"]),
    ({"allOf": [{"$ref": "#/x"}, OBJECT]}, ["SAllOf"]),
    ({"anyOf": [OBJECT, OBJECT]}, ["SAnyOf", "SAnyOf1"]),
    ({"additionalProperties": OBJECT}, ["SValue"]),
    ({"properties": {"plain": {"type": "object"}}}, []),
]


@pytest.mark.parametrize(("schema", "names"), NAMES)
def test_names_below_a_component(schema, names):
    """A name is made of the holder's and the property's or keyword's; items add nothing, equal names are numbered."""
    document = {"paths": {}, "components": {"schemas": {"S": schema}}}
    assert [name for _, name in inline_names(document)] == names


def test_names_of_bodies_and_responses():
    """Bodies are InlineObject, responses InlineResponse with their status, numbered in path order."""
    content = {"content": {"application/json": {"schema": OBJECT}}}
    operation = {"requestBody": content, "responses": {"200": content}}
    document = {"paths": {"/a": {"post": operation}, "/b": {"post": operation}}}
    assert [name for _, name in inline_names(document)] == [
        "InlineObject",
        "InlineResponse200",
        "InlineObject1",
        "InlineResponse2001",
    ]


@pytest.mark.parametrize(("name", "camelled"), [("extra_links", "ExtraLinks"), ("a-b.c", "ABC"), ("DAG", "DAG")])
def test_camel(name, camelled):
    """Letters after what is no letter or digit are large."""
    assert camel(name) == camelled
