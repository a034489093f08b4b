"""What changed between two specs: the catalogue rule by rule, both ways round, and the bundled releases."""

# ruff: noqa: C408, E501 - a row of a table is a line

import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from dynclient.contract.diff_causes import causes
from dynclient.contract.diff_report import as_json, as_markdown, as_text, summary
from dynclient.contract.diff_rules import LEVELS, RULES
from dynclient.contract.document_diff import AREAS, Renames, diff, mirror
from dynclient.documents import pointers, releases
from dynclient.errors import UnknownOperation
from dynclient.openapi import load, spec

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


def told(changes):
    return [(change.kind, change.level, change.where) for change in changes]


def place(change):
    return change.kind, (change.operation, change.where), change.now


def mirrored(change):
    return mirror(change.kind), change.now, (change.operation, change.where)


def assert_mirrors(a, b, renames=RENAMES):
    forth, back = diff(a, b, renames=renames), diff(b, a, renames=renames)
    assert {mirrored(change) for change in forth} == {place(change) for change in back}
    assert len(forth) == len(set(forth))
    for change in forth:
        for pointer, side in zip(change.pointers, (a, b), strict=True):
            assert pointer is None or pointer == "#/servers" or pointers.resolve(side.document, pointer) is not None


# --- schemas: one field, before and after -----------------------------------------------------------

TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
POINT = {"type": "object", "properties": {"x": WHOLE}}
NULL = {"type": "null"}


def listed(*values):
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
    (listed("a"), listed("a", "b"), "enum-values-added", S, W),
    (listed("a", "b"), listed("a"), "enum-values-removed", B, S),
    (listed("a"), {"const": "a", "type": "string"}, None, None, None),
    (TEXT, listed("a"), "became-enum", B, S),
    (listed("a"), TEXT, "no-longer-enum", S, W),
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


def limited(keyword, value):
    kind = next((kind for part, kind in KINDS.items() if part in keyword), "number")
    return {"type": kind} | ({} if value is None else {keyword: value})


def dashed(keyword):
    return re.sub("([A-Z])", r"-\1", keyword).lower()


FIELDS += [
    row
    for keyword, loose, tight in LIMITS
    for row in (
        (limited(keyword, loose), limited(keyword, tight), f"{dashed(keyword)}-tightened", B, S),
        (limited(keyword, tight), limited(keyword, loose), f"{dashed(keyword)}-loosened", S, W),
    )
]
FIELDS += [
    (limited("pattern", "^a"), limited("pattern", "^b"), "pattern-changed", W, W),
    (limited("multipleOf", 2), limited("multipleOf", 3), "multiple-of-changed", W, W),
]


@pytest.mark.parametrize(("before", "after", "aspect", "sent", "read"), FIELDS)
@pytest.mark.parametrize(("side", "area"), [(sending, "request"), (answering, "response")])
@pytest.mark.parametrize("inside", [False, True])
def test_field(side, area, before, after, aspect, sent, read, inside):
    """A field's change is named and judged by its direction, in place or below an array; going back mirrors it."""
    parts = {"components": {"schemas": {"Text": TEXT}}}
    a, b = (
        side({"type": "array", "items": {"properties": {"f": f}}} if inside else {"properties": {"f": f}}, **parts)
        for f in (before, after)
    )
    level = sent if area == "request" else read
    where = f"{'body' if area == 'request' else 'response 200'} {'[].f' if inside else 'f'}"
    assert told(diff(a, b)) == ([(f"{area}-property-{aspect}", level, where)] if level else [])
    assert_mirrors(a, b)


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


@pytest.mark.parametrize(("before", "after", "sent", "read"), OBJECTS)
def test_object(before, after, sent, read):
    """Existence, requiredness and access of a field are judged by who sets it; the hidden side sees nothing."""
    rest = {"type": "object"}
    for side, area, where, expected in (
        (sending, "request", "body f", sent),
        (answering, "response", "response 200 f", read),
    ):
        a, b = side(rest | before), side(rest | after)
        assert told(diff(a, b)) == ([(f"{area}-property-{expected[0]}", expected[1], where)] if expected else [])
        assert_mirrors(a, b)


def test_a_field_gone_from_a_closed_body_is_refused():
    """What an open body ignores a closed one refuses."""
    closed = {"type": "object", "additionalProperties": False}
    a, b = sending(closed | {"properties": {"f": TEXT}}), sending(closed)
    assert told(diff(a, b)) == [("request-property-removed-optional", B, "body f")]


def test_same_words_in_both_versions():
    """OpenAPI 3.0 and 3.1 saying the same differ in nothing."""
    old = {
        "type": "object",
        "properties": {
            "f": {"type": "string", "nullable": True},
            "n": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        },
    }
    new = {
        "type": "object",
        "properties": {"f": {"anyOf": [TEXT, NULL]}, "n": {"type": "number", "exclusiveMinimum": 0}},
    }
    assert diff(answering(old, version="3.0.3"), answering(new)) == ()


def test_all_of_is_merged():
    """A schema split by allOf and $ref says the same as one written out."""
    parts = {"components": {"schemas": {"Base": {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}}}}
    a = answering(
        {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {"properties": {"c": WHOLE}}}}]}, **parts
    )
    b = answering({"type": "object", "properties": {"a": TEXT, "b": {"properties": {"c": TEXT}}}, "required": ["a"]})
    assert told(diff(a, b)) == [("response-property-type-changed", B, "response 200 b.c")]


def test_branches_of_a_union_are_compared_with_their_like():
    """A branch that moved is compared with itself, not with its neighbour; a constant tells branches apart."""
    one = {"type": "object", "properties": {"kind": {"const": "one"}, "a": TEXT, "same": TEXT}}
    two = {"type": "object", "properties": {"kind": {"const": "two"}, "b": TEXT, "same": TEXT}}
    changed = {"type": "object", "properties": {"kind": {"const": "two"}, "b": WHOLE, "same": TEXT}}
    assert told(diff(answering({"oneOf": [one, two]}), answering({"oneOf": [changed, one]}))) == [
        ("response-property-type-changed", B, "response 200 b")
    ]


def test_tuples_and_maps_by_position():
    """Items of a tuple are compared one by one, other fields as ``*``."""
    a = answering({"type": "array", "prefixItems": [TEXT, WHOLE]})
    b = answering({"type": "array", "prefixItems": [TEXT, TEXT]})
    assert told(diff(a, b)) == [("response-property-type-changed", B, "response 200 [1]")]
    a, b = (answering({"type": "object", "additionalProperties": kind}) for kind in (TEXT, WHOLE))
    assert told(diff(a, b)) == [("response-property-type-changed", B, "response 200 *")]


def test_a_cycle_is_gone_round_once():
    """A recursive schema ends, and its change is told once where it is and once below."""
    a, b = (
        answering(
            {"$ref": "#/components/schemas/Tree"},
            components={
                "schemas": {
                    "Tree": {"properties": {"v": kind, "kids": {"items": {"$ref": "#/components/schemas/Tree"}}}}
                }
            },
        )
        for kind in (TEXT, WHOLE)
    )
    found = [change.where for change in diff(a, b)]
    assert found[-1] == "response 200 v"
    assert len(found) <= 2
    assert_mirrors(a, b)


def test_many_cycles_do_not_multiply():
    """Twelve schemas that all refer to each other are compared at once, not along every path."""
    names = [f"S{i}" for i in range(12)]

    def web(kind):
        links = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
        schemas = {name: {"type": "object", "properties": links | {"v": kind}} for name in names}
        return answering({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas})

    assert 12 <= len(diff(web(TEXT), web(WHOLE))) < 2000


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


@pytest.mark.parametrize(("before", "after", "expected"), OPERATIONS)
def test_operation(before, after, expected):
    """What belongs to an operation is named, judged and mirrored."""
    table = {"parameters": {"old": "new"}}
    a, b = api(before, **KEYS), api(after, **KEYS)
    assert told(diff(a, b, renames=table)) == expected
    assert_mirrors(a, b, Renames(**table))


def test_credentials_where_none_were_known():
    """Where the first document has no security schemes at all, needing one breaks."""
    assert told(diff(api({}), api({"security": [{"Key": []}]}, **KEYS))) == [("security-needed", B, "")]


def test_errors_are_told_in_one_change():
    """The bodies of errors are told once for an operation: a client reads them by their status."""
    errors = {
        status: {"description": "", "content": content("application/json")} for status in ("401", "404", "default")
    }
    other = {status: {"description": "", "content": {"application/json": {"schema": POINT}}} for status in errors}
    a, b = (api({"responses": {"200": {"description": ""}} | more}) for more in (errors, other))
    assert told(diff(a, b)) == [("response-error-changed", W, "response 401, 404, default")]


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


@pytest.mark.parametrize(("before", "after", "expected"), [row[1:] for row in MATCHES], ids=[row[0] for row in MATCHES])
def test_matching(before, after, expected):
    """Operations are matched by method and shape, then id, then the table."""
    table = {"operations": {"old": "new"}, "parameters": {"token": "j"}, "other_values": ["token"]}
    a, b = paths(**before), paths(**after)
    assert told(diff(a, b, renames=table)) == expected
    assert_mirrors(a, b, Renames(**table))


def test_what_to_do_is_said():
    """Sentences name the new thing, the old one, and what to do; the table's advice is added."""
    table = {"operations": {"old": "new"}, "replaced": {"operations": {"gone": "use other"}, "fields": {"f": "see g"}}}
    said = {
        c.message for c in diff(paths(old=("get", "/x"), gone=("get", "/y")), paths(new=("get", "/x")), renames=table)
    }
    assert said == {"called new now; call it by that name", "GET /y is gone; do without it (use other)"}
    (change,) = diff(answering({"properties": {"f": TEXT}}), answering({"type": "object"}), renames=table)
    assert change.message == "gone; do not read it (see g)"
    assert change.pointers[1] is None
    assert pointers.resolve(answering({"properties": {"f": TEXT}}).document, change.pointers[0]) == TEXT


def test_used():
    """``used`` keeps the operations it names, by either name, and what concerns the whole document; others are errors."""
    a = paths(one=("get", "/x"), two=("get", "/y"), gone=("get", "/z"))
    b = paths(uno=("get", "/api/x"), dos=("get", "/api/y"), extra=("get", "/api/w"))
    assert {change.operation for change in diff(a, b, used=["one"])} == {"", "one"}
    assert {change.operation for change in diff(a, b, used=["dos"])} == {"", "two"}
    assert {change.operation for change in diff(a, b, used=[])} == {""}
    assert {change.operation for change in diff(a, b, used=["gone", "extra"])} == {"", "gone", "extra"}
    with pytest.raises(UnknownOperation, match="'onee'"):
        diff(a, b, used=["onee"])


# --- the catalogue ----------------------------------------------------------------------------------


def test_rules_mirror():
    """Each aspect's mirror mirrors back, and no kind is unknown."""
    for aspect, rule in RULES.items():
        assert RULES[rule.mirror].mirror == aspect
        for area in AREAS:
            assert mirror(mirror(f"{area}-{aspect}")) == f"{area}-{aspect}"
        assert rule.request[0] in LEVELS
        assert rule.response[0] in LEVELS
    with pytest.raises(ValueError, match="no kind"):
        mirror("parameter-vanished")


def test_every_rule_has_a_row():
    """No aspect stands in the catalogue that no test above shows."""
    shown = {row[2] for row in FIELDS} | {row[i][0] for row in OBJECTS for i in (2, 3) if row[i]}
    kinds = [kind for row in (*OPERATIONS, *MATCHES) for kind, _, _ in row[-1]]
    shown |= {kind[len(area) + 1 :] for kind in kinds for area in AREAS if kind.startswith(f"{area}-")}
    both = shown | {RULES[aspect].mirror for aspect in shown if aspect in RULES}
    families = {"tightened", "loosened", "changed"}  # of which each limit has its own
    exact = {f"{dashed(k)}-changed" for k, _, _ in LIMITS}  # a limit is a number: it is tightened or loosened
    assert set(RULES) - both - families - exact == set()


# --- properties -------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "old", "new"])
LEAVES = st.one_of(
    st.just({}),
    st.sampled_from(["string", "integer", "number", "boolean", "null"]).map(lambda kind: {"type": kind}),
    st.lists(st.sampled_from(["x", "y", None]), min_size=1, unique=True).map(lambda values: {"enum": values}),
    st.integers(0, 3).map(lambda n: {"type": "integer", "minimum": n, "default": n}),
    st.sampled_from(["date", "date-time", "datetime", "other"]).map(lambda f: {"type": "string", "format": f}),
    st.sampled_from(["One", "Two"]).map(lambda name: {"$ref": f"#/components/schemas/{name}"}),
    st.sampled_from(["readOnly", "writeOnly", "deprecated"]).map(lambda word: {"type": "string", word: True}),
)


def grown(inner):
    fields = st.dictionaries(NAMES, inner, max_size=3)
    return st.one_of(
        st.builds(
            lambda properties, required, closed: {
                "type": "object",
                "properties": properties,
                "required": required,
                **closed,
            },
            fields,
            st.lists(NAMES, unique=True, max_size=2),
            st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": {"type": "string"}}]),
        ),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.tuples(st.sampled_from(["anyOf", "oneOf", "allOf"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda p: {p[0]: p[1]}
        ),
    )


SCHEMAS = st.recursive(LEAVES, grown, max_leaves=8)
OPERATION_PARTS = st.fixed_dictionaries(
    {"operationId": st.sampled_from(["first", "second", "old", "new"]), "responses": st.dictionaries(st.sampled_from(["200", "201", "404", "default"]), SCHEMAS.map(lambda s: {"description": "", "content": {"application/json": {"schema": s}}}), max_size=2)},
    optional={
        "requestBody": SCHEMAS.map(lambda s: {"content": {"application/json": {"schema": s}}}),
        "parameters": st.lists(NAMES, unique=True, max_size=2).flatmap(lambda names: st.tuples(*[SCHEMAS.map(lambda s, n=n: {"name": n, "in": "query", "schema": s}) for n in names]).map(list)),
        "tags": st.lists(st.sampled_from(["t", "u"]), unique=True),
        "deprecated": st.booleans(),
        "security": st.sampled_from([[], [{}], [{"Key": []}], [{"Key": []}, {"B": ["s"]}], [{"B": []}]]),
    },
)  # fmt: skip
SPECS = st.builds(
    lambda items, one, two: spec.parse(
        {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": items,
            "components": {"schemas": {"One": one, "Two": two}, **KEYS["components"]},
        }
    ),
    st.dictionaries(
        st.sampled_from(["/x", "/x/{i}", "/x/{j}/y", "/v1/x"]),
        st.dictionaries(st.sampled_from(["get", "post"]), OPERATION_PARTS, max_size=2),
        max_size=3,
    ),
    SCHEMAS,
    SCHEMAS,
)
FREELY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TABLE = Renames(operations={"old": "new"}, parameters={"old": "new"}, fields={"old": "new"})


@FREELY
@given(SPECS)
def test_nothing_changed(one):
    """A spec does not differ from itself, nor from another reading of the same document."""
    assert diff(one, one) == ()
    assert diff(one, spec.parse(json.loads(json.dumps(one.document))), renames=TABLE) == ()


@FREELY
@given(SPECS, SPECS)
def test_going_back_mirrors(a, b):
    """diff(b, a) has the mirrored kind at the same place for each change of diff(a, b), and no other."""
    assert_mirrors(a, b, TABLE)


@FREELY
@given(SPECS, SPECS)
def test_every_change_is_told(a, b):
    """Every change has a level and a sentence without gaps, in every format; the order is always the same."""
    changes = diff(a, b, renames=TABLE)
    assert all(
        change.level in LEVELS and len(change.message) > 2 and not re.search(r"\{(was|now|hint)\}", change.message)
        for change in changes
    )
    assert changes == diff(a, b, renames=TABLE)
    assert json.loads(as_json(changes))["summary"] == summary(changes)
    assert sum(len(cause.changes) for cause in causes(changes)) == len(changes)
    assert as_text(changes, "safe").count("\n  ") == as_markdown(changes, "safe").count("\n| ") - as_markdown(
        changes, "safe"
    ).count("\n| level")


# --- the bundled releases ---------------------------------------------------------------------------

RELEASES = ("2.2.0", "2.11.2", "3.0.6", "3.3.2")
LOADED = {name: load.load(name) for name in RELEASES}


@pytest.mark.parametrize(("old", "new"), [*itertools.combinations(RELEASES, 2)])
def test_releases_mirror(old, new):
    """Any two releases mirror each other, and the newer one is as the older one to itself."""
    assert_mirrors(LOADED[old], LOADED[new])
    assert diff(LOADED[new], LOADED[new], renames=RENAMES) == ()


def official(release):
    """A release without corrections."""
    index = json.loads((FOLDER / "index.json").read_text("utf-8"))["releases"]
    return spec.parse(json.loads((FOLDER / f"{index[release]['contract']}.json").read_text("utf-8")))


#: What another count of the official documents found. It matched operations by method and shape of path alone, looked at the
#: fields of the successful answer and at those of the items of its arrays, looked into no union, and knew no renames.
COUNTS = {
    ("2.2.0", "2.10.5"): dict(added=30, removed=0, renamed=0, moved=0, body_required=0, body_closed=0, gone=7, null=18, needed=0, enums=5, body_enums=2),
    ("2.10.5", "2.11.2"): dict(added=0, removed=0, renamed=0, moved=0, body_required=0, body_closed=0, gone=0, null=0, needed=0, enums=0, body_enums=0),
    ("2.11.2", "3.0.6"): dict(added=39, removed=29, renamed=7, moved=2, body_required=15, body_closed=15, gone=97, null=52, needed=687, enums=10, body_enums=2),
    ("3.0.6", "3.3.2"): dict(added=30, removed=1, renamed=0, moved=0, body_required=0, body_closed=0, gone=2, null=21, needed=139, enums=21, body_enums=5),
}  # fmt: skip
#: Where ours is another number: how much each reason adds to it. The rest is equal.
REASONS = {
    ("2.11.2", "3.0.6"): {
        "gone": {
            "clear_dag_run answers with a union, whose fields we compare": 4,
            "get_xcom_entry became a union: the fields are there, the other count lost sight of them": -6,
            "get_task.extra_links: items became strings, which is one change of type and no field gone": -1,
        },
        "null": {
            "clear_dag_run answers with a union": 4,
            "execution_date is called logical_date, and may be null under that name": 7,
            "Connection.password was never sent before (writeOnly): it became readable": -3,
        },
        "needed": {
            "clear_dag_run answers with a union": 50,
            "get_xcom_entry became a union": 8,
            "Connection.password was never sent before (writeOnly): it became readable": -3,
        },
        "enums": {"clear_dag_run answers with a union": 2},
    },
    ("3.0.6", "3.3.2"): {
        "needed": {
            "clear_dag_run answers with a union": 8,
            "get_xcom_entry answers with a union": 3,
            "consuming_dags is called scheduled_dags, and was always there": -2,
        },
        "enums": {"clear_dag_run answers with a union": 2},
    },
}
DEPTH_TWO = re.compile(r"response 2\d\d [^.\[]+(\[\]\.[^.\[]+)?")


def counted(changes):
    """Our changes in the terms of the other count."""
    moved = {change.operation for change in changes if change.kind == "operation-moved"}
    kinds = Counter(change.kind for change in changes)
    same = [change for change in changes if change.operation not in moved]

    def at(pattern, *ends):
        return len({c[2:4] for c in same if re.fullmatch(pattern, c.where) and c.kind.endswith(ends)})

    read = DEPTH_TWO.pattern
    return dict(
        added=kinds["operation-added"] + len(moved),
        removed=kinds["operation-removed"] + len(moved),
        renamed=sum(change.kind == "operation-renamed" for change in same),
        moved=sum(change.kind == "operation-moved" and change.operation == change.now[0] for change in changes),
        body_required=at(r"body [^.\[]+", "-became-required", "-added-required"),
        body_closed=at("body", "-became-closed"),
        gone=at(read, "-removed-optional", "-removed-required", "-property-renamed"),
        null=at(read, "-became-nullable"),
        needed=at(read, "-became-required", "-added-required"),
        enums=at(read, "-enum-values-added", "-enum-values-removed"),
        body_enums=at(r"body [^.\[]+(\[\])?", "-enum-values-added", "-enum-values-removed"),
    )


@pytest.mark.parametrize(("old", "new"), COUNTS)
def test_counts(old, new):
    """The counts of another comparison are reproduced, or each difference has its reasons."""
    reasons = REASONS.get((old, new), {})
    expected = {name: count + sum(reasons.get(name, {}).values()) for name, count in COUNTS[old, new].items()}
    assert counted(diff(official(old), official(new), renames=RENAMES)) == expected


def test_reasons():
    """Each reason of the table holds for as many places as it says."""
    changes = diff(official("2.11.2"), official("3.0.6"), renames=RENAMES)

    def there(operation, *ends):
        return len(
            {
                c.where
                for c in changes
                if c.operation == operation and DEPTH_TWO.fullmatch(c.where) and c.kind.endswith(ends)
            }
        )

    assert there("clear_dag_run", "-removed-optional", "-property-renamed") == 4
    assert there("clear_dag_run", "-became-nullable") == 4
    assert there("clear_dag_run", "-became-required", "-added-required") == 50
    assert there("clear_dag_run", "-enum-values-added", "-enum-values-removed") == 2
    assert there("get_xcom_entry", "-became-required", "-added-required") == 8
    moved = {c.operation for c in changes if c.kind == "operation-moved"}
    null = {c[2:4] for c in changes if c.kind == "response-property-became-nullable"}
    dates = [row for row in null if row[1].endswith("execution_date") and DEPTH_TWO.fullmatch(row[1])]
    assert sum(operation not in moved | {"clear_dag_run"} for operation, _ in dates) == 7
    readable = {(c.operation, c.where.split()[-1]) for c in changes if c.kind == "response-property-became-readable"}
    assert readable == {(f"{verb}_connection", "password") for verb in ("get", "patch", "post")}
    task = {(c.kind, c.where) for c in changes if c.operation == "get_task"}
    assert ("response-property-type-changed", "response 200 extra_links[]") in task


def test_what_an_upgrade_breaks():
    """The changes that people meet when they go from 2.x to 3.x are named and judged as such."""
    changes = diff(LOADED["2.11.2"], LOADED["3.0.6"], renames=RENAMES)
    found = {(c.kind, c.level, c.operation, c.where, c.now) for c in changes}
    dag_run = "post_dag_run"
    assert ("operation-renamed", B, dag_run, "", ("trigger_dag_run", "")) in found
    assert (
        "request-property-became-required",
        B,
        dag_run,
        "body logical_date",
        ("trigger_dag_run", "body logical_date"),
    ) in found
    # servers of 2.x refuse unknown fields as well, so nothing closes
    assert [row for row in found if row[0] == "request-body-became-closed" and row[2] == dag_run] == []
    assert (
        "response-property-removed-optional",
        B,
        "get_dag",
        "response 200 is_active",
        ("get_dag", "response 200 is_active"),
    ) in found
    assert ("parameter-renamed", B, "get_dag_source", "path file_token", ("get_dag_source", "path dag_id")) in found
    assert ("success-status-changed", W, "post_pool", "response 200", ("post_pool", "response 201")) in found
    assert ("parameter-default-changed", W, "get_dags", "query limit", ("get_dags", "query limit")) in found
    assert (
        "response-property-renamed",
        B,
        "get_datasets",
        "response 200 datasets",
        ("get_assets", "response 200 assets"),
    ) in found
    assert ("base-path-changed", W, "", "server", ("", "server")) in found
    assert {c.operation for c in changes if c.kind == "operation-removed"} == {
        *("get_roles", "post_role", "get_role", "patch_role", "delete_role", "get_permissions"),
        *("get_users", "post_user", "get_user", "patch_user", "delete_user"),
        *(
            "set_dag_run_note",
            "set_task_instance_note",
            "set_mapped_task_instance_note",
            "post_set_task_instances_state",
        ),
    }


# --- the table of renames ---------------------------------------------------------------------------

IDS = {name: set(load.load(name).operations) for name in releases.releases()}
EVER = set().union(*IDS.values())


def test_renamed_operations_exist():
    """Each older id was one, and is none in any release that has the newer one."""
    for old, new in RENAMES.operations.items():
        assert any(old in ids for ids in IDS.values()), old
        assert any(new in ids for ids in IDS.values()), new
        assert not any({old, new} <= ids for ids in IDS.values()), old


def test_every_id_that_went_is_in_the_table():
    """An id of any release that the newest one does not have is renamed, or it is said what to do instead."""
    known = {*RENAMES.operations, *RENAMES.replaced["operations"]}
    assert known == EVER - IDS[releases.releases()[-1]]


def names_of(kind, release):
    found = set()
    one = LOADED[release]
    for id_ in one.operations:
        operation = one.operations[id_]
        if kind == "parameters":
            found |= {parameter.name for parameter in operation.parameters}
    if kind == "fields":
        for schema in one.document["components"]["schemas"].values():
            for part in (schema, *schema.get("allOf", ())):
                found |= set(part.get("properties", ()))
    return found


@pytest.mark.parametrize("kind", ["parameters", "fields"])
def test_renamed_parameters_and_fields_exist(kind):
    """Each older name is in 2.x and each newer one in 3.x, in the documents themselves."""
    older, newer = names_of(kind, "2.11.2") | names_of(kind, "3.0.6"), names_of(kind, "3.0.6") | names_of(kind, "3.3.2")
    assert set(getattr(RENAMES, kind)) - older == set()
    assert set(getattr(RENAMES, kind).values()) - newer == set()
    assert set(RENAMES.replaced[kind]) - names_of(kind, "2.2.0") - older == set()


def test_advice_names_what_exists():
    """Operations that the table's advice names are operations of the newest release."""
    for text in RENAMES.replaced["operations"].values():
        for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text):
            assert name in IDS[releases.releases()[-1]] or name == "new_state", name
