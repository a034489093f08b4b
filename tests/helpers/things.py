"""A tiny document of things before and after a change of its shared schema."""

from __future__ import annotations

from tiny_specs import json_answer, json_body, parameter, tiny

THING = {"$ref": "#/components/schemas/Thing"}
THINGS = {"type": "object", "properties": {"things": {"type": "array", "items": THING}}}
TEXT = {"type": "string"}


def api(thing, *, limit=None, required=()):
    """Three operations that return a ``Thing``, one of which takes one too."""
    query = [parameter("limit", schema=limit or {"type": "integer"})]
    return tiny(
        {
            "GET /things": {
                "operationId": "get_things",
                "parameters": [*query, *(parameter(name, required=True) for name in required)],
                "responses": {"200": json_answer(THINGS)},
            },
            "GET /things/{id}": {
                "operationId": "get_thing",
                "parameters": [parameter("id", "path"), *query],
                "responses": {"200": json_answer(THING)},
            },
            "POST /things": {
                "operationId": "post_thing",
                "requestBody": json_body(THING),
                "responses": {"200": json_answer(THING)},
            },
        },
        schemas={"Thing": {"type": "object", "additionalProperties": False, "properties": thing}},
    )


OLD = api({"id": TEXT, "size": TEXT, "a|<b>": TEXT})
NEW = api({"id": TEXT}, limit={"type": "integer", "minimum": 1}, required=["who"])
