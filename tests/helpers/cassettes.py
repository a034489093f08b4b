"""A tiny document, and recordings of traffic with it: entries, cassettes, HAR files."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from tiny_specs import json_answer, json_body, parameter, tiny

CASSETTES = Path(__file__).parents[1] / "cassettes"
THING = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "size": {"type": "number", "multipleOf": 0.01},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
    },
}
LIST = {"type": "object", "properties": {"things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}
STATE = {"type": "string", "enum": ["on", "off"]}
QUERY = [parameter("limit", schema={"type": "integer", "maximum": 100}), parameter("state", schema=STATE)]
ONE = parameter("id", "path", {"type": "integer"})
REF = {"$ref": "#/components/schemas/Thing"}
SPEC = tiny(
    {
        "GET /things": {"operationId": "get_things", "parameters": QUERY, "responses": {"200": json_answer(LIST)}},
        "POST /things": {
            "operationId": "post_thing",
            "requestBody": json_body(REF),
            "responses": {"201": json_answer(REF), "400": json_answer({"type": "object"})},
        },
        "GET /things/{id}": {"operationId": "get_thing", "parameters": [ONE], "responses": {"200": json_answer(REF)}},
        "GET /things/mine": {"operationId": "get_mine", "responses": {"200": json_answer(REF)}},
        "GET /text": {"operationId": "get_text", "responses": {"200": json_answer({"type": "string"}, "text/plain")}},
        "GET /lines": {"operationId": "get_lines", "responses": {"200": json_answer({}, "application/x-ndjson")}},
    },
    schemas={"Thing": THING},
    servers=[{"url": "/api/v1"}],
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}},
)
URL = "http://somewhere:8080/prefix/api/v1"


def entry(line, body=None, status=200, answer=None, *, url=URL, content_type="application/json", **more):
    method, _, path = line.partition(" ")
    request = {"method": method, "uri": url + path, "headers": {"Content-Type": ["application/json"]}, "body": None}
    if body is not None:
        request["body"] = body if isinstance(body, (str, bytes)) else json.dumps(body)
    text = answer if isinstance(answer, (str, bytes)) else json.dumps({} if answer is None else answer)
    headers = {"Content-Type": [content_type], **more}
    response = {"status": {"code": status, "message": "x"}, "headers": headers, "body": {"string": text}}
    return {"request": request, "response": response}


def cassette(folder, *entries, name="c.yaml"):
    path = folder / name
    path.write_text(yaml.safe_dump({"interactions": list(entries), "version": 1}))
    return str(path)


PLAIN = json.dumps({"id": 1, "name": "ok"}).encode()


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def har_entry(line, content, *, posted=None, status=200, headers=()):
    method, _, path = line.partition(" ")
    request = {"method": method, "url": f"{URL}{path}#top", "headers": [{"name": ":authority", "value": "h"}]}
    if posted is not None:
        request["postData"] = posted
    fields = [{"name": name, "value": value} for name, value in headers]
    return {"request": request, "response": {"status": status, "headers": fields, "content": content, "bodySize": 9}}


def lines(report, kind="violation"):
    return [f"{one.operation} {one.where} {one.rule}" for one in report.of(kind)]
