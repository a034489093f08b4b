"""Schemas rewritten as JSON Schema 2020-12 for one direction."""

from __future__ import annotations

import pytest

from dynclient.schema.normalize import Rewriter, origin, step

ID = {"type": "integer", "readOnly": True}
KEY = {"type": "string", "writeOnly": True}


def rewritten(schema, direction="request", *, version="3.1.0", closed=True):
    document = {"openapi": version, "paths": {}, "components": {"schemas": {"S": schema}}}
    rewriter = Rewriter(document, direction, closed=closed, readable=lambda _: True)
    return rewriter.root("#/components/schemas/S"), rewriter


NODES = [
    # schema, direction, rewritten
    ({"type": "string", "nullable": True}, "request", {"type": ["string", "null"]}),
    ({"enum": ["a"], "nullable": True}, "request", {"enum": ["a", None]}),
    ({"const": 1, "nullable": True}, "request", {"anyOf": [{"const": 1}, {"type": "null"}]}),
    ({"title": "t", "format": "int32", "x-a": 1}, "request", {}),
    ({"format": "uuid"}, "request", {"format": "uuid"}),
    ({"format": "datetime"}, "request", {}),
    ({"format": "datetime"}, "response", {"format": "datetime"}),
    ({"properties": {"id": ID}, "required": ["id"]}, "request", {"properties": {"id": False}, "required": []}),
    ({"properties": {"id": ID}}, "response", {"properties": {"id": {"type": "integer"}}}),
    ({"properties": {"k": KEY}, "required": ["k"]}, "response", {"properties": {"k": False}, "required": []}),
    ({"properties": {"k": KEY}, "required": ["k"]}, "model", {"properties": {"k": {"type": "string"}}, "required": []}),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "direction", "node"), NODES)
def test_nodes(schema, direction, node):
    """null, formats and hidden properties are written out for the direction; annotations go."""
    assert rewritten(schema, direction)[0] == node


def test_the_open_form():
    """The open form of a response leaves out what only warns, and several branches of oneOf may fit."""
    schema = {"additionalProperties": False, "oneOf": [{"type": "object"}]}
    assert rewritten(schema, "response", closed=False)[0] == {"allOf": [{"anyOf": [{"type": "object"}]}]}
    node, rewriter = rewritten(schema, "response")
    assert node == schema
    assert rewriter.has_warnings


def test_the_way_back():
    """A place in the rewritten schema has the pointer of the rule in the document."""
    _, rewriter = rewritten({"properties": {"id": ID, "n": {"minimum": 1}}})
    base = "#/components/schemas/S/properties"
    assert origin(rewriter.origins, ("properties", "n", "minimum")) == (f"{base}/n/minimum", "")
    assert origin(rewriter.origins, ("properties", "id")) == (f"{base}/id/readOnly", "readOnly")


@pytest.mark.parametrize(
    ("name", "as_step"), [("a", "a"), ("007", "7"), ("+1", "1"), ("-1", "-1"), ("9" * 30, "9" * 30)]
)
def test_steps(name, as_step):
    """The engine takes a name that reads as an index for one."""
    assert step(name) == as_step
