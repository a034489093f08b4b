"""Tables of differences between two documents, and the tiny documents that they are written in."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

import json
import re
from pathlib import Path

from dynclient.contract.diff_rules import LEVELS
from dynclient.contract.document_diff import Renames, diff, mirror
from dynclient.documents import pointers
from dynclient.openapi import spec

FOLDER = Path(__file__).parents[2] / "specs"
RENAMES = Renames(**json.loads((FOLDER / "renames.json").read_text("utf-8")))
B, W, S = LEVELS


def api(operation=None, *, path="/things", method="post", version="3.1.0", **top):
    """A spec of one operation, ``make_thing``."""
    made = {"operationId": "make_thing", "responses": {"200": {"description": ""}}, **(operation or {})}
    return spec.parse(
        {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {path: {method: made}}, **top}
    )


def sending(schema, **more):
    """A spec whose one body is this schema."""
    return api({"requestBody": {"content": {"application/json": {"schema": schema}}}}, **more)


def answering(schema, **more):
    """A spec whose one answer is this schema."""
    content = {"application/json": {"schema": schema}}
    return api({"responses": {"200": {"description": "", "content": content}}}, **more)


def judgements(changes):
    return [(change.kind, change.level, change.where) for change in changes]


def place(change):
    return change.kind, (change.operation, change.where), change.now


def mirror_image(change):
    return mirror(change.kind), change.now, (change.operation, change.where)


def assert_mirrors(a, b, renames=RENAMES):
    forth, back = diff(a, b, renames=renames), diff(b, a, renames=renames)
    assert {mirror_image(change) for change in forth} == {place(change) for change in back}
    assert len(forth) == len(set(forth))
    for change in forth:
        for pointer, side in zip(change.pointers, (a, b), strict=True):
            assert pointer is None or pointer == "#/servers" or pointers.resolve(side.document, pointer) is not None


# --- schemas: one field, before and after -----------------------------------------------------------

TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
POINT = {"type": "object", "properties": {"x": WHOLE}}
NULL = {"type": "null"}


def enumeration(*values):
    return {"type": "string", "enum": list(values)}


#: before, after, aspect, level when sent, level when read; the way back is checked too
FIELDS = [
    (TEXT, WHOLE, "type-changed", B, B),
    (TEXT, POINT, "type-changed", B, B),
    (WHOLE, NUMBER, "type-widened", S, B),
    (NUMBER, WHOLE, "type-narrowed", B, S),
    (TEXT, {}, "type-widened", S, B),
    ({}, TEXT, "type-narrowed", B, S),
    ({}, {"anyOf": [TEXT, WHOLE]}, "type-narrowed", B, S),
    (TEXT, {"anyOf": [TEXT, NULL]}, "became-nullable", S, B),
    ({"anyOf": [TEXT, NULL]}, TEXT, "became-not-nullable", B, S),
    (TEXT, {"type": ["string", "null"]}, "became-nullable", S, B),
    (TEXT, {"oneOf": [TEXT, WHOLE]}, "union-member-added", S, B),
    (TEXT, {"type": ["string", "integer"]}, "union-member-added", S, B),
    ({"anyOf": [POINT, WHOLE, TEXT]}, {"anyOf": [TEXT, POINT]}, "union-member-removed", B, S),
    ({"anyOf": [TEXT, {"type": "array"}]}, {"anyOf": [WHOLE, POINT]}, "type-changed", B, B),
    (enumeration("a"), enumeration("a", "b"), "enum-values-added", S, W),
    (enumeration("a", "b"), enumeration("a"), "enum-values-removed", B, S),
    (enumeration("a"), {"const": "a", "type": "string"}, None, None, None),
    (TEXT, enumeration("a"), "became-enum", B, S),
    (enumeration("a"), TEXT, "no-longer-enum", S, W),
    (TEXT, {"type": "string", "format": "date-time"}, "format-added", B, S),
    ({"type": "string", "format": "uuid"}, TEXT, "format-removed", S, B),
    ({"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, "format-changed", B, B),
    ({"type": "string", "format": "datetime"}, {"type": "string", "format": "date-time"}, "format-changed", B, S),
    ({"type": "string", "format": "date-time"}, {"type": "string", "format": "datetime"}, "format-changed", S, B),
    (TEXT, {"type": "string", "format": "password"}, "format-added", S, S),
    (WHOLE, {"type": "integer", "default": 1}, "default-added", S, None),
    ({"type": "integer", "default": 1}, WHOLE, "default-removed", S, None),
    ({"type": "integer", "default": 1}, {"type": "integer", "default": 2}, "default-changed", W, None),
    ({"type": "integer", "default": 1}, {"type": "integer", "default": True}, "default-changed", W, None),
    ({"type": "integer", "default": 1}, {"type": "integer", "default": 1.0}, None, None, None),
    (TEXT, {"type": "string", "deprecated": True}, "deprecated", W, W),
    ({"type": "string", "deprecated": True}, TEXT, "no-longer-deprecated", S, S),
    (POINT, POINT | {"additionalProperties": False}, "became-closed", W, S),
    (POINT | {"additionalProperties": False}, POINT, "became-open", S, S),
    ({"type": "object"}, {"type": "object", "additionalProperties": TEXT}, "other-fields-narrowed", B, S),
    ({"type": "object", "additionalProperties": TEXT}, {"type": "object"}, "other-fields-widened", S, W),
    ({"type": "object", "additionalProperties": {}}, {"type": "object"}, None, None, None),
    (POINT, POINT | {"patternProperties": {"^x": TEXT}}, "rules-changed", W, W),
    (TEXT, {"type": "string", "not": {"const": ""}}, "rules-changed", W, W),
    (POINT, POINT | {"discriminator": {"propertyName": "x"}}, "rules-changed", W, W),
    ({"type": "array", "uniqueItems": False}, {"type": "array"}, None, None, None),
    ({"$ref": "#/components/schemas/Text"}, TEXT, None, None, None),
    ({"allOf": [TEXT, {"maxLength": 9}]}, {"type": "string", "maxLength": 9}, None, None, None),
    ({"$ref": "#/components/schemas/Nowhere"}, {}, None, None, None),
    (TEXT, {"type": "string", "description": "said again", "example": "a", "title": "T"}, None, None, None),
]
#: keyword, looser, tighter
LIMITS = [
    *[(keyword, 2, 3) for keyword in ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")],
    *[(keyword, 3, 2) for keyword in ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")],
    *[(keyword, None, value) for keyword, value in (("pattern", "^a"), ("multipleOf", 2), ("uniqueItems", True))],
    *[(keyword, None, 0) for keyword in ("minimum", "maximum", "maxLength", "minItems")],
]
KINDS = {"Length": "string", "pattern": "string", "Items": "array", "Properties": "object"}


def with_limit(keyword, value):
    kind = next((kind for part, kind in KINDS.items() if part in keyword), "number")
    return {"type": kind} | ({} if value is None else {keyword: value})


def kebab_case(keyword):
    return re.sub("([A-Z])", r"-\1", keyword).lower()


FIELDS += [
    row
    for keyword, loose, tight in LIMITS
    for row in (
        (with_limit(keyword, loose), with_limit(keyword, tight), f"{kebab_case(keyword)}-tightened", B, S),
        (with_limit(keyword, tight), with_limit(keyword, loose), f"{kebab_case(keyword)}-loosened", S, W),
    )
]
FIELDS += [
    (with_limit("pattern", "^a"), with_limit("pattern", "^b"), "pattern-changed", W, W),
    (with_limit("multipleOf", 2), with_limit("multipleOf", 3), "multiple-of-changed", W, W),
]


#: the object before and after, what is told of ``f``: when sent, when read
OBJECTS = [
    ({}, {"properties": {"f": TEXT}}, ("added-optional", S), ("added-optional", S)),
    ({}, {"properties": {"f": TEXT}, "required": ["f"]}, ("added-required", B), ("added-required", S)),
    ({"properties": {"f": TEXT}}, {}, ("removed-optional", W), ("removed-optional", B)),
    ({"properties": {"f": TEXT}, "required": ["f"]}, {}, ("removed-required", W), ("removed-required", B)),
    ({"properties": {"f": TEXT}}, {"properties": {"f": TEXT}, "required": ["f"]}, ("became-required", B), ("became-required", S)),
    ({"properties": {"f": TEXT}, "required": ["f"]}, {"properties": {"f": TEXT}}, ("became-optional", S), ("became-optional", B)),
    ({"properties": {"f": TEXT}}, {"properties": {"f": TEXT | {"readOnly": True}}}, ("became-read-only", B), None),
    ({"properties": {"f": TEXT | {"readOnly": True}}}, {"properties": {"f": TEXT}}, ("became-writable", S), None),
    ({"properties": {"f": TEXT}}, {"properties": {"f": TEXT | {"writeOnly": True}}}, None, ("became-write-only", B)),
    ({"properties": {"f": TEXT | {"writeOnly": True}}}, {"properties": {"f": TEXT}}, None, ("became-readable", S)),
    ({"properties": {"f": TEXT | {"readOnly": True}}, "required": ["f"]}, {}, None, ("removed-required", B)),
    ({"properties": {"f": TEXT | {"writeOnly": True}}}, {}, ("removed-optional", W), None),
]  # fmt: skip


# --- operations -------------------------------------------------------------------------------------

KEYS = {
    "components": {
        "securitySchemes": {
            "Key": {"type": "apiKey", "in": "header", "name": "K"},
            "B": {"type": "http", "scheme": "bearer"},
        }
    }
}


def query(name="q", **more):
    return {"parameters": [{"name": name, "in": "query", "schema": TEXT, **more}]}


def content(*names):
    return {name: {"schema": TEXT} for name in names}


def reply(*statuses, **more):
    return {"responses": {status: {"description": "", **more} for status in statuses}}


def body(*names, required=False):
    return {"requestBody": {"required": required, "content": content(*(names or ("application/json",)))}}


#: before, after, what is told; the way back is checked too
OPERATIONS = [
    ({}, query(), [("parameter-added-optional", S, "query q")]),
    ({}, query(required=True), [("parameter-added-required", B, "query q")]),
    (query(), {}, [("parameter-removed-optional", B, "query q")]),
    (query(required=True), {}, [("parameter-removed-required", B, "query q")]),
    (query(), query(required=True), [("parameter-became-required", B, "query q")]),
    (query(required=True), query(), [("parameter-became-optional", S, "query q")]),
    (query(), query(deprecated=True), [("parameter-deprecated", W, "query q")]),
    (query(), query(schema=WHOLE), [("parameter-type-changed", B, "query q")]),
    (query(schema={"type": "array"}), query(schema={"type": "array"}, explode=False), [("parameter-style-changed", W, "query q")]),
    (query(), query(explode=False), []),
    (query(schema={"type": "array", "items": TEXT}), query(schema={"type": "array", "items": WHOLE}), [("parameter-property-type-changed", B, "query q[]")]),
    (query("old"), query("new"), [("parameter-renamed", B, "query old")]),
    (query("X"), query("x"), [("parameter-removed-optional", B, "query X"), ("parameter-added-optional", S, "query x")]),
    (query("X", **{"in": "header"}), query("x", **{"in": "header"}), []),
    ({}, body(), [("request-body-added-optional", S, "body")]),
    ({}, body(required=True), [("request-body-added-required", B, "body")]),
    (body(), {}, [("request-body-removed-optional", B, "body")]),
    (body(required=True), {}, [("request-body-removed-required", B, "body")]),
    (body(), body(required=True), [("request-body-became-required", B, "body")]),
    (body("a/a"), body("a/a", "b/b"), [("request-media-type-added", S, "body b/b")]),
    (body("a/a", "b/b"), body("a/a"), [("request-media-type-removed", B, "body b/b")]),
    (reply("200", content=content("a/a")), reply("200", content=content("b/b")), [("response-media-type-removed", B, "response 200 a/a"), ("response-media-type-added", S, "response 200 b/b")]),
    (reply("200"), reply("201"), [("success-status-changed", W, "response 200")]),
    (reply("200"), reply("200", "202"), [("response-status-added", W, "response 202")]),
    (reply("200"), reply("200", "404"), [("response-status-added", S, "response 404")]),
    (reply("200", "404"), reply("200"), [("response-status-removed", S, "response 404")]),
    (reply("200", headers={"X-A": {"schema": TEXT}}), reply("200"), [("response-header-removed", B, "response 200 header X-A")]),
    (reply("200"), reply("200", headers={"X-A": {"schema": TEXT}}), [("response-header-added", S, "response 200 header X-A")]),
    (reply("200", headers={"X-A": {"schema": TEXT}}), reply("200", headers={"x-a": {"schema": WHOLE}}), [("response-header-type-changed", B, "response 200 header X-A")]),
    ({}, {"deprecated": True}, [("operation-deprecated", W, "")]),
    ({"deprecated": True}, {}, [("operation-no-longer-deprecated", S, "")]),
    ({"tags": ["a"]}, {"tags": ["b"]}, [("operation-tag-removed", S, ""), ("operation-tag-added", S, "")]),
    ({"operationId": "make_thing"}, {"operationId": "new_thing"}, [("operation-renamed", B, "")]),
    ({"security": []}, {"security": [{"Key": []}]}, [("security-needed", W, "")]),
    ({"security": [{"Key": []}]}, {"security": [{}, {"Key": []}]}, [("security-not-needed", S, "")]),
    ({"security": [{"Key": []}]}, {"security": [{"Key": []}, {"B": []}]}, [("security-alternative-added", S, "")]),
    ({"security": [{"Key": []}, {"B": []}]}, {"security": [{"B": []}]}, [("security-alternative-removed", W, "")]),
    ({"security": [{"Key": []}]}, {"security": [{"B": []}]}, [("security-alternative-removed", B, ""), ("security-alternative-added", S, "")]),
]  # fmt: skip


def paths(**items):
    """A spec with an operation for each ``id=(method, path)``."""
    made = {}
    for id_, (method, path) in items.items():
        names = re.findall(r"\{(\w+)\}", path)
        parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
        made.setdefault(path, {})[method] = {"operationId": id_, "parameters": parameters, "responses": {}}
    return spec.parse({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": made})


MATCHES = [
    ("the prefix aside", {"a": ("get", "/x"), "b": ("get", "/y")}, {"a": ("get", "/api/v2/x"), "b": ("get", "/api/v2/y")},
     [("base-path-changed", W, "server")]),
    ("names of templates aside", {"a": ("get", "/x/{i}")}, {"a": ("get", "/x/{j}")}, [("parameter-renamed", W, "path i")]),
    ("a renamed value that means something else", {"a": ("get", "/x/{token}")}, {"a": ("get", "/x/{j}")}, [("parameter-renamed", B, "path token")]),
    ("by id when it moved", {"a": ("get", "/x/{i}")}, {"a": ("get", "/z/x/{i}")}, [("operation-moved", W, "")]),
    ("by id when the method changed", {"a": ("put", "/x")}, {"a": ("patch", "/x")}, [("operation-moved", W, "")]),
    ("by the table when both changed", {"old": ("get", "/x")}, {"new": ("get", "/z")}, [("operation-renamed", B, ""), ("operation-moved", W, "")]),
    ("by the table the other way", {"new": ("get", "/z")}, {"old": ("get", "/x")}, [("operation-renamed", B, ""), ("operation-moved", W, "")]),
    ("not at all", {"a": ("get", "/x")}, {"b": ("get", "/y")}, [("operation-removed", B, ""), ("operation-added", S, "")]),
    ("shape before id", {"a": ("get", "/x"), "b": ("get", "/y")}, {"b": ("get", "/x"), "a": ("get", "/y")}, [("operation-renamed", B, "")] * 2),
]  # fmt: skip
