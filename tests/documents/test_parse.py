"""Bytes become a document or one sentence saying why not; pointers, keywords and overlays keep to their standards."""

from __future__ import annotations

import json

import pytest

from dynclient.documents import dialect, overlays, parse, pointers
from dynclient.errors import SpecError


def bomb(levels):
    lines = [b"l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    lines += [b"l%d: &l%d [%s]" % (i, i, b", ".join([b"*l%d" % (i - 1)] * 9)) for i in range(1, levels)]
    return b"\n".join(lines)


SCALARS = [
    # text in YAML, the JSON value
    ("on", "on"),
    ("no", "no"),
    ("yes", "yes"),
    ("y", "y"),
    ("2024-01-01", "2024-01-01"),
    ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
    ("010", "010"),
    ("0o10", "0o10"),
    ("0x1f", "0x1f"),
    ("1_000", "1_000"),
    ("12:30:45", "12:30:45"),
    ("1.2.3", "1.2.3"),
    (".", "."),
    (".inf", ".inf"),
    ("=", "="),
    ("12", 12),
    ("-3", -3),
    ("+3", 3),
    ("0", 0),
    ("1.50", 1.5),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("true", True),
    ("False", False),
    ("~", None),
    ("null", None),
    ("", None),
    ("'null'", "null"),
    ('"12"', "12"),
    ("! 12", "12"),
    ("!!str 12", "12"),
    ("!!int '12'", 12),
    ("<<", "<<"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_yaml_scalars_are_json_values(text, value):
    """YAML is read with JSON's types only: no dates, no `on`, no octal."""
    assert parse.parse(b"a: " + text.encode()) == {"a": value}
    assert type(parse.parse(b"a: " + text.encode())["a"]) is type(value)


def test_yaml_keys_are_strings():
    """Every key is the text that stands there, status codes and `on` included."""
    assert parse.parse(b"200: a\non: b\n1.0: c\ntrue: d\n~: e\n'q': f") == {
        "200": "a",
        "on": "b",
        "1.0": "c",
        "true": "d",
        "~": "e",
        "q": "f",
    }


def test_yaml_merge_keys():
    """`<<` brings in mappings: what stands there wins, then the first that is merged; twice is fine."""
    text = b"x: &x {a: 1}\ny: {b: 2, <<: *x, a: 0}\nz: {<<: [*x, {a: 2, c: 3}], <<: {d: 1}}\nq: {'<<': 1}"
    assert parse.parse(text) == {
        "x": {"a": 1},
        "y": {"a": 0, "b": 2},
        "z": {"a": 1, "c": 3, "d": 1},
        "q": {"<<": 1},
    }


def test_yaml_aliases_share():
    """An alias is the value itself, not a copy of it: a few are free."""
    document = parse.parse(b"a: &a [1, 2]\nb: *a\nc: {d: *a}")
    assert document == {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}
    assert document["b"] is document["a"]


@pytest.mark.parametrize(
    "data", [b'{"a": 1}', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"), b' \n{"a":1}', b"{a: 1,}"]
)
def test_json_in_any_of_its_encodings(data):
    """JSON is JSON with a byte order mark too, and YAML's flow form is what remains."""
    assert parse.parse(data) == {"a": 1}


REFUSED = [
    # what, bytes, words of the message
    ("nothing", b"", "is empty"),
    ("a list", b"- a", "this is a list"),
    ("a JSON list", b"[1]", "this is a list"),
    ("a text", b"hello", "this is a str"),
    ("a web page", b"<!doctype html><html></html>", "this is a str"),
    ("broken JSON", b'{"a": 1', "past line 1"),
    ("broken YAML", b"a: b: c", "past line 1, column 5"),
    ("NaN", b'{"a": NaN}', "NaN is no JSON number"),
    ("a long number", b'{"a": ' + b"9" * 5000 + b"}", "a number too long"),
    ("a long number in YAML", b"a: " + b"9" * 5000, "a number too long"),
    ("not UTF-8", b'{"a": "\xff"}', "save it as UTF-8"),
    ("not UTF-8 in YAML", b"a: \xff", "cannot be read"),
    ("JSON nested without end", b'{"a":' * 100_000, "nested too deep"),
    ("YAML nested without end", b"a: " + b"[" * 100_000, "nested deeper than 200 levels"),
    ("blocks nested without end", b"\n".join(b" " * i + b"a:" for i in range(300)), "nested deeper than 200 levels"),
    ("dashes nested without end", b"- " * 5000, "nested deeper than 200 levels"),
    ("flow mappings nested without end", b"{a: " * 5000, "nested deeper than 200 levels"),
    (
        "many blocks nested without end",
        b"\n".join(b" " * i + b"a:" for i in range(2000)),
        "nested deeper than 200 levels",
    ),
    ("broken YAML on a long line", b"a: [" + b"[], " * 500 + b"b: c: d]", "cannot be read as JSON or YAML past line 1"),
    ("an alias bomb", bomb(9), "aliases that stand for more than"),
    ("an alias of itself", b"a: &a [*a]", "an alias without a finished anchor"),
    ("an alias of nothing", b"a: *b", "an alias without a finished anchor"),
    ("a Python object", b"a: !!python/object/apply:os.system ['true']", "the tag !!python/object/apply:os.system"),
    ("a Python name", b"a: !!python/name:os.system", "the tag !!python/name:os.system"),
    ("bytes", b"a: !!binary aGVs", "the tag !!binary"),
    ("a set", b"a: !!set {x}", "the tag !!set"),
    ("an own tag", b"a: !secret x", "the tag !secret"),
    ("a key that is a list", b"? [a]\n: b", "a key that is no scalar"),
    ("a key that is an alias", b"a: &a x\n*a : y", "an alias as a key"),
    ("a merge of a text", b"a: {<<: x}", "`<<` takes"),
    ("two documents", b"a: 1\n---\nb: 2", "a second YAML document"),
]


@pytest.mark.parametrize(("data", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_document_is_refused(data, words):
    """Bad bytes are one SpecError that names the document and the place, never another library's error."""
    with pytest.raises(SpecError) as raised:
        parse.parse(data, name="api.yaml")
    assert words in str(raised.value)
    assert str(raised.value).startswith("api.yaml: ")


def test_a_large_document_is_read():
    """Twenty megabytes of JSON are a document like any other."""
    schema = {"type": "object", "properties": {"name": {"type": "string", "description": "x" * 1000}}}
    data = json.dumps({"components": {"schemas": {f"S{i}": schema for i in range(19_000)}}}).encode()
    assert len(data) > 20_000_000
    assert len(parse.parse(data)["components"]["schemas"]) == 19_000


CHECKED = [
    ([], "a mapping", "#"),
    ({}, "no `openapi`", "#"),
    ({"swagger": "2.0"}, "Swagger 2.0; convert it", "#/swagger"),
    ({"asyncapi": "3.0.0"}, "AsyncAPI", "#/asyncapi"),
    ({"overlay": "1.0.0"}, "give it as an overlay", "#/overlay"),
    ({"openapi": 3.0}, "in quotes", "#/openapi"),
    ({"openapi": "3.3.0", "paths": {}}, "3.0, 3.1 and 3.2", "#/openapi"),
    ({"openapi": "4.0", "paths": {}}, "3.0, 3.1 and 3.2", "#/openapi"),
    ({"openapi": "3.1.0", "webhooks": {"a": {}}}, "webhooks only", "#/webhooks"),
    ({"openapi": "3.1.0"}, "nothing to call", "#/paths"),
    ({"openapi": "3.1.0", "paths": []}, "nothing to call", "#/paths"),
    ({"openapi": "3.1.0", "paths": {}, "components": []}, "no mapping", "#/components"),
    ({"openapi": "3.1.0", "paths": {}, "info": None}, "no mapping", "#/info"),
]


@pytest.mark.parametrize(("value", "words", "pointer"), CHECKED)
def test_what_is_not_openapi_is_refused(value, words, pointer):
    """Another kind of document is refused with its name, its place and what to do."""
    with pytest.raises(SpecError) as raised:
        dialect.check(value)
    assert words in str(raised.value)
    assert raised.value.pointer == pointer


@pytest.mark.parametrize(("text", "version"), [("3.0.0", "3.0"), ("3.0.3", "3.0"), ("3.1.0", "3.1"), ("3.1", "3.1")])
def test_versions(text, version):
    """Patch versions of OpenAPI do not differ."""
    document = {"openapi": text, "paths": {}}
    dialect.check(document)
    assert dialect.version(document) == version


DOCUMENT = {
    "paths": {"/a/{b}": {"get": {"tags": ["x", "y"]}}},
    "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"type": "string"}, "50%25": 1, "~": 2}},
    "loop": {"a": {"$ref": "#/loop/b"}, "b": {"$ref": "#/loop/a"}, "self": {"$ref": "#/loop/self"}},
}

RESOLVED = [
    ("#", DOCUMENT),
    ("#/components/schemas/B", {"type": "string"}),
    ("#/paths/~1a~1{b}/get/tags/1", "y"),
    ("#/paths/~1a~1%7Bb%7D/get/tags/0", "x"),
    ("#/components/schemas/50%25", 1),
    ("#/components/schemas/~0", 2),
]


@pytest.mark.parametrize(("pointer", "value"), RESOLVED)
def test_pointers_resolve(pointer, value):
    """A pointer is unescaped; percent-encoding is undone where the plain name is not there."""
    assert pointers.resolve(DOCUMENT, pointer) == value


NAMED = {
    "openapi": "3.1.0",
    "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
    "components": {
        "pathItems": {"A": {"get": {"operationId": "a"}}},
        "schemas": {
            "A": {"$ref": "#/components/schemas/B"},
            "B": {"$ref": "#/components/schemas/C", "description": "prose"},
            "C": {"$anchor": "c", "properties": {"x": {"type": "string"}}},
            "D": {
                "$id": "https://example.com/schemas/d.json",
                "$defs": {"E": {"$dynamicAnchor": "e", "type": "object"}},
            },
            "Loop": {"$ref": "#/components/schemas/Loop"},
        },
        "examples": {"X": {"value": {"$anchor": "data"}}},
    },
}
THROUGH = [
    # a reference, where it leads
    ("#/components/schemas/A/properties/x", "#/components/schemas/C/properties/x"),
    ("#/paths/~1a/get", "#/components/pathItems/A/get"),
    ("#c", "#/components/schemas/C"),
    ("#e", "#/components/schemas/D/$defs/E"),
    ("https://example.com/schemas/d.json", "#/components/schemas/D"),
    ("d.json", "#/components/schemas/D"),
    ("d.json#/$defs/E", "#/components/schemas/D/$defs/E"),
    ("d.json#e", "#/components/schemas/D/$defs/E"),
]


@pytest.mark.parametrize(("reference", "pointer"), THROUGH)
def test_references_through_references_anchors_and_ids(reference, pointer):
    """A pointer goes on through a ``$ref`` on it; ``$anchor``, ``$dynamicAnchor`` and ``$id`` name their schema."""
    assert pointers.resolve(NAMED, reference) is pointers.resolve(NAMED, pointer)


@pytest.mark.parametrize("reference", ["#data", "#/components/schemas/Loop/properties/x", "d.json#nowhere", "c.json#c"])
def test_names_that_nothing_has(reference):
    """What is no anchor, an anchor of another document, and a way through a loop lead nowhere."""
    with pytest.raises(SpecError):
        pointers.resolve(NAMED, reference)


DANGLING = [
    ("#/components/schemas/C", "there is no 'C'"),
    ("#/paths/~1a~1{b}/get/tags/2", "there is no '2'"),
    ("#/paths/~1a~1{b}/get/tags/x", "there is no 'x'"),
    ("#/components/schemas/B/type/x", "there is no 'x'"),
    ("other.yaml#/A", "out of the document"),
    ("/etc/passwd", "out of the document"),
    ("file:///etc/passwd", "out of the document"),
    ("http://127.0.0.1:1/x.json", "out of the document"),
    ("#anchor", "an anchor that nothing has"),
    (7, "no string"),
]


@pytest.mark.parametrize(("pointer", "words"), DANGLING)
def test_pointers_that_lead_nowhere(pointer, words):
    """A reference that dangles or leaves the document is a SpecError with its pointer and a next step."""
    with pytest.raises(SpecError) as raised:
        pointers.resolve(DOCUMENT, pointer)
    assert words in str(raised.value)
    assert raised.value.pointer in {pointer, "#"}


@pytest.mark.parametrize("steps", [(), ("a",), ("a/b", "~", "~1", "c d", ""), ("paths", "/x/{y}", "get")])
def test_join_and_split_are_inverse(steps):
    """Any names make a pointer that splits into the same names."""
    assert pointers.split(pointers.join("#", *steps)) == steps


def test_follow():
    """Chains of references end at a value and its own pointer."""
    value = pointers.resolve(DOCUMENT, "#/components/schemas/A")
    assert pointers.follow(DOCUMENT, value, "#/x") == ({"type": "string"}, "#/components/schemas/B")
    assert pointers.follow(DOCUMENT, {"type": "x"}, "#/x") == ({"type": "x"}, "#/x")


@pytest.mark.parametrize("value", [{"$ref": "#/loop/a"}, {"$ref": "#/loop/self"}, {"$ref": 3}])
def test_follow_ends(value):
    """A reference that only comes back to itself is an error, not a hang."""
    with pytest.raises(SpecError):
        pointers.follow(DOCUMENT, value, "#/x")


KEYWORDS = [
    # version, schema, its keywords
    ("3.0", {"minimum": 0, "exclusiveMinimum": True}, {"exclusiveMinimum": 0}),
    ("3.0", {"minimum": 0, "exclusiveMinimum": False}, {"minimum": 0}),
    ("3.0", {"maximum": 9.5, "exclusiveMaximum": True, "type": "number"}, {"exclusiveMaximum": 9.5, "type": "number"}),
    ("3.0", {"exclusiveMinimum": True}, {}),
    ("3.1", {"exclusiveMinimum": 0}, {"exclusiveMinimum": 0}),
    ("3.0", {"$ref": "#/x", "type": "object", "nullable": True}, {"$ref": "#/x", "nullable": True}),
    (
        "3.0",
        {"$ref": "#/x", "readOnly": True, "writeOnly": False, "deprecated": True, "description": "d", "default": 1},
        {"$ref": "#/x", "readOnly": True, "writeOnly": False, "deprecated": True},
    ),
    ("3.1", {"$ref": "#/x", "default": 1}, {"$ref": "#/x", "default": 1}),
    ("3.0", {"nullable": True, "enum": ["a"]}, {"nullable": True, "enum": ["a"]}),
    ("3.1", True, {}),
    ("3.1", False, {"not": {}}),
]


@pytest.mark.parametrize(("version", "schema", "expected"), KEYWORDS)
def test_keywords(version, schema, expected):
    """One dialect inside: 3.0's own forms become those of 2020-12, and the schema stays as it was."""
    before = json.dumps(schema)
    assert dialect.keywords(schema, version) == expected
    assert json.dumps(schema) == before


def test_subschemas_by_position():
    """Children are found by where they stand: names of properties and data are never taken for keywords."""
    leaf = {"type": "string"}
    schema = {
        "properties": {"type": leaf, "properties": leaf, "items": True},
        "patternProperties": {"^x": leaf},
        "$defs": {"allOf": leaf},
        "allOf": [leaf, False],
        "prefixItems": [leaf],
        "items": leaf,
        "additionalProperties": False,
        "not": leaf,
        "enum": [{"properties": {"a": leaf}}],
        "const": {"items": leaf},
        "default": {"items": leaf},
        "example": {"anyOf": [leaf]},
        "x-own": {"items": leaf},
        "discriminator": {"propertyName": "type"},
        "required": ["type"],
        "anyOf": None,
        "oneOf": {"a": leaf},
        "dependentSchemas": [leaf],
    }
    assert [steps for steps, _ in dialect.subschemas(schema)] == [
        ("properties", "type"),
        ("properties", "properties"),
        ("properties", "items"),
        ("patternProperties", "^x"),
        ("$defs", "allOf"),
        ("allOf", "0"),
        ("allOf", "1"),
        ("prefixItems", "0"),
        ("items",),
        ("additionalProperties",),
        ("not",),
    ]
    assert list(dialect.subschemas(True)) == []


BASE = {
    "a": {"b": [1, 2], "c": {"d": 1}},
    "paths": {"/x/{y}": {"get": {"tags": ["t"]}, "post": {}}},
    "n": [{"k": 1}, {"k": 2}],
}

OVERLAYS = [
    # rule, actions, steps to the place, what stands there ("gone" for nothing)
    ("objects merge", [{"target": "$.a", "update": {"c": {"e": 2}}}], ("a", "c"), {"d": 1, "e": 2}),
    ("lists are joined", [{"target": "$.a", "update": {"b": [3]}}], ("a", "b"), [1, 2, 3]),
    ("a list takes an entry", [{"target": "$.a.b", "update": {"k": 3}}], ("a", "b"), [1, 2, {"k": 3}]),
    ("values are replaced", [{"target": "$.a.c", "update": {"d": "x"}}], ("a", "c", "d"), "x"),
    ("a name in quotes", [{"target": "$.paths['/x/{y}'].get", "update": {"x": 1}}], ("paths", "/x/{y}", "get", "x"), 1),
    ("double quotes", [{"target": '$["a"]["c"]', "update": {"d": 0}}], ("a", "c", "d"), 0),
    ("every child", [{"target": "$.paths.*.*", "update": {"x": 1}}], ("paths", "/x/{y}", "post"), {"x": 1}),
    ("every item", [{"target": "$.n[*].k", "remove": True}], ("n",), [{}, {}]),
    ("one item", [{"target": "$.n[0]", "remove": True}], ("n",), [{"k": 2}]),
    ("all items go", [{"target": "$.a.b[*]", "remove": True}], ("a", "b"), []),
    ("the root", [{"target": "$", "update": {"z": 1}}], ("z",), 1),
    ("in order", [{"target": "$.a.b", "remove": True}, {"target": "$.a", "update": {"b": [9]}}], ("a", "b"), [9]),
    ("nothing selected", [{"target": "$.nope.x", "update": {"z": 1}}], ("a", "c"), {"d": 1}),
    ("an index past the end", [{"target": "$.n[7]", "remove": True}], ("n",), [{"k": 1}, {"k": 2}]),
]


@pytest.mark.parametrize(
    ("actions", "steps", "expected"), [row[1:] for row in OVERLAYS], ids=[row[0] for row in OVERLAYS]
)
def test_overlays(actions, steps, expected):
    """Actions do what the Overlay standard says, to a new document that shares what they leave alone."""
    before = json.dumps(BASE)
    node = overlays.apply_overlay(BASE, {"overlay": "1.0.0", "actions": actions})
    for step in steps:
        node = node[step]
    assert node == expected
    assert json.dumps(BASE) == before


def test_remove_goes_before_update():
    """An action with both removes, as the standard has it."""
    assert "a" not in overlays.apply_overlay(BASE, {"actions": [{"target": "$.a", "update": {"q": 1}, "remove": True}]})


def test_overlays_share():
    """What no target leads to is the same object as before."""
    changed = overlays.apply_overlay(BASE, {"actions": [{"target": "$.a.c", "update": {"d": 2}}]})
    assert changed["paths"] is BASE["paths"]
    assert changed["a"]["b"] is BASE["a"]["b"]


@pytest.mark.parametrize(
    "overlay",
    [
        {},
        {"actions": {}},
        {"actions": ["x"]},
        {"actions": [{"update": {}}]},
        {"actions": [{"target": "$.a"}]},
        {"actions": [{"target": "a.b", "update": {}}]},
        {"actions": [{"target": "$..a", "update": {}}]},
        {"actions": [{"target": "$.n[?@.k==1]", "update": {}}]},
        {"actions": [{"target": "$.n[-1]", "update": {}}]},
        {"actions": [{"target": "$", "remove": True}]},
        {"actions": [{"target": "$", "update": []}]},
    ],
)
def test_bad_overlays_are_refused(overlay):
    """An overlay that is not understood whole is refused with the place of the action."""
    with pytest.raises(SpecError) as raised:
        overlays.apply_overlay(BASE, overlay)
    assert raised.value.pointer.startswith("#/actions")
