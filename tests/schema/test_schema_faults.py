"""What is no JSON Schema in a document is listed with its pointer."""

from __future__ import annotations

import pytest

from dynclient.schema.schema_faults import schema_faults

FAULTS = [
    ({"type": "strin"}, ["/type"]),
    ({"pattern": "("}, ["/pattern"]),
    ("x", [""]),
    ({"oneOf": [{}], "discriminator": {"propertyName": "k", "mapping": {"a": "#/no"}}}, ["/discriminator/mapping/a"]),
    ({"properties": {"type": {"minimum": "1"}}}, ["/properties/type/minimum"]),
    ({"type": "string", "pattern": "^a$", "example": {"type": 1}}, []),
    (True, []),
]


@pytest.mark.parametrize(("schema", "places"), FAULTS)
def test_faults(schema, places):
    """Each keyword that says nothing, pattern that cannot be read and mapping that leads nowhere is one fault."""
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"S": schema}}}
    pointers = [fault.pointer for fault in schema_faults(document)]
    assert pointers == [f"#/components/schemas/S{place}" for place in places]
