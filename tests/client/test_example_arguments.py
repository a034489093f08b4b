"""Arguments made up from a seed are taken by ``.request()``."""

from __future__ import annotations

import json

import pytest
from tiny_specs import json_body, parameter, tiny

from dynclient.client.sync import Client
from dynclient.errors import SpecError

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


BODIES = [
    # rule, schema of the body, what holds of the body that is sent
    ("a required name without a property", obj(["a", "b"], b=TEXT), lambda v: {"a", "b"} <= set(v)),
    (
        "names that only a branch requires",
        {**obj(a=TEXT, b=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        len,
    ),
    ("as many members as wanted", {**obj(a=TEXT, b=TEXT, c=TEXT), "minProperties": 2}, lambda v: len(v) >= 2),
    ("a field called body", obj(["body"], body=TEXT), lambda v: "body" in v),
    ("a field called like a path parameter", obj(["name"], name=TEXT), lambda v: "name" in v),
    ("an optional field that nothing fits", obj(a={"allOf": [TEXT, WHOLE]}), lambda v: v == {}),
    ("a union", {"oneOf": [obj(["a"], a=TEXT), {"type": "array", "items": TEXT}]}, lambda v: v is not None),
]


@pytest.mark.parametrize(("rule", "schema", "holds"), BODIES)
def test_bodies(rule, schema, holds):
    """Whatever the body's schema demands, the example has it, as keywords or whole."""
    spec = tiny(
        {
            "POST /things/{name}": {
                "operationId": "op",
                "requestBody": json_body(schema),
                "parameters": [parameter("name", "path")],
            }
        }
    )
    call = Client(spec, server="http://127.0.0.1:1").op
    for seed in range(6):
        for minimal in (True, False):
            arguments = call.example(seed, minimal=minimal)
            assert arguments == call.example(seed, minimal=minimal)
            assert holds(json.loads(call.request(**arguments).body)), rule


def test_what_cannot_be_written_is_not_chosen():
    """An optional parameter whose values have no form in a URL is left out where no try can be written."""
    nested = {"type": "array", "items": {"type": "array", "items": TEXT}, "minItems": 1}
    spec = tiny({"GET /things": {"operationId": "op", "parameters": [parameter("q", schema=nested)]}})
    call = Client(spec, server="http://127.0.0.1:1").op
    for seed in range(6):
        call.request(**call.example(seed, minimal=False))


def test_what_is_required_and_cannot_be_says_so():
    """Where nothing keeps to the schema of something required, a SpecError names it."""
    spec = tiny({"POST /things": {"operationId": "op", "requestBody": json_body({"allOf": [TEXT, WHOLE]})}})
    with pytest.raises(SpecError, match="no request that keeps to this schema"):
        Client(spec, server="http://127.0.0.1:1").op.example()
