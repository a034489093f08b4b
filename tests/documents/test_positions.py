"""Schemas are found by where they stand in a document."""

from __future__ import annotations

from dynclient.documents import positions


def test_every_position():
    """Parameters, bodies, responses, headers, callbacks and components hold schemas; examples and extensions do not."""
    schema = {"type": "object", "properties": {"schema": {"type": "string"}}}
    media = {"application/json": {"schema": True, "example": {"schema": {}}}}
    operation = {
        "parameters": [{"schema": {}}],
        "requestBody": {"content": media},
        "responses": {"200": {"headers": {"X": {"schema": {}}}}},
        "callbacks": {"c": {"$url": {"post": {"requestBody": {"content": media}}}}},
        "x-schema": {"schema": {}},
    }
    document = {"paths": {"/a": {"get": operation}}, "components": {"schemas": {"S": schema}}}
    get, content = "#/paths/~1a/get", "requestBody/content/application~1json/schema"
    assert [pointer for _, pointer in positions.schemas(document)] == [
        f"{get}/parameters/0/schema",
        f"{get}/{content}",
        f"{get}/responses/200/headers/X/schema",
        f"{get}/callbacks/c/$url/post/{content}",
        "#/components/schemas/S",
        "#/components/schemas/S/properties/schema",
    ]
