"""A small document of things, a server of it, and clients of both."""

from __future__ import annotations

import json

from loopback import Server, answer
from tiny_specs import json_answer, json_body, parameter, tiny

INT = {"type": "integer"}
THING = {"type": "object", "required": ["id"], "properties": {"id": INT, "name": {"type": "string"}}}
PAGE = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "total_entries": INT},
}


OPERATIONS = {
    "GET /things": {
        "operationId": "get_things",
        "tags": ["Thing"],
        "parameters": [parameter("limit", schema={"type": "integer", "default": 7}), parameter("offset", schema=INT)],
        "responses": {"200": json_answer(PAGE), "404": json_answer({})},
    },
    "GET /things/{id}": {
        "operationId": "get_thing",
        "tags": ["Thing", "One"],
        "parameters": [parameter("id", "path", INT)],
        "responses": {"200": json_answer({"$ref": "#/components/schemas/Thing"})},
    },
    "POST /things": {
        "operationId": "post_thing",
        "requestBody": json_body({"$ref": "#/components/schemas/Thing"}),
        "responses": {"201": json_answer({"$ref": "#/components/schemas/Thing"})},
    },
    "POST /things/list": {
        "operationId": "get_things_batch",
        "requestBody": json_body({"type": "object", "properties": {"page_limit": INT, "page_offset": INT}}),
        "responses": {"200": json_answer(PAGE)},
    },
    "GET /call": {"operationId": "call", "responses": {"200": json_answer({})}},
}


def spec(**extra):
    return tiny(OPERATIONS, schemas={"Thing": THING}, **extra)


def ok(body: object, status: int = 200):
    return answer(status, json.dumps(body).encode())


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


SERVERS = [
    {
        "url": "https://{host}.example/{base}",
        "variables": {"host": {"default": "a", "enum": ["a", "b"]}, "base": {"default": "v1"}},
    },
    {"url": "https://second.example/"},
]
