"""Requests read back into an operation's arguments and body, with every violation."""

from __future__ import annotations

import json

import pytest
from tiny_specs import json_body, parameter, tiny

from dynclient.http.messages import Headers, Request
from dynclient.openapi.request_decoder import NO_BODY, decode

INT, TEXT, TRUTH = {"type": "integer"}, {"type": "string"}, {"type": "boolean"}
ARRAY = {"type": "array", "items": INT}
POINT = {"type": "object", "properties": {"x": INT, "y": INT}}
ANY = {"type": "object", "additionalProperties": INT}
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def received(operation, url="http://h/a", fields=(), body=None, path="/a"):
    """The decoded request of the only operation of a document, matched by its URL."""
    method = "GET" if body is None and "requestBody" not in operation else "POST"
    spec = tiny({f"{method} {path}": {"operationId": "op", **operation}})
    match = spec.match(method, url)
    return decode(Request(method, url, Headers(fields), body), match.operation, match.arguments)


def broken(decoded):
    return [(v.location, v.path, v.rule) for v in decoded.violations]


def in_json(name, location="query", schema=None, **more):
    content = {"application/json": {"schema": schema} if schema else {}}
    required = {"required": True} if location == "path" else {}
    return {"name": name, "in": location, "content": content, **required, **more}


PARAMETERS = [
    # (parameter, what stands in the request, its value)
    (parameter("q", schema=INT), "?q=1", 1),
    (parameter("q"), "?q=a+b%20c", "a b c"),
    (parameter("q", schema=ARRAY), "?q=1&q=2", [1, 2]),
    (parameter("q", schema=ARRAY, explode=False), "?q=1,2", [1, 2]),
    (parameter("q", schema=POINT), "?x=1&y=2", {"x": 1, "y": 2}),
    (parameter("q", schema=POINT, style="deepObject"), "?q[x]=1&q%5By%5D=2", {"x": 1, "y": 2}),
    (parameter("q", schema=ANY), "?a=1&b=2", {"a": 1, "b": 2}),
    ({"name": "q", "in": "query"}, "?q=1", "1"),
    (in_json("q", schema=ARRAY), "?q=%5B1%2C2%5D", [1, 2]),
    (in_json("q"), "?q=null", None),
    ({**in_json("q"), "content": {"text/plain": {}}}, "?q=1+2", "1 2"),
    (parameter("X-Q", "header", INT), {"X-Q": "7"}, 7),
    (parameter("X-Q", "header", ARRAY), {"x-q": "1, 2"}, [1, 2]),
    (in_json("X-Q", "header", ARRAY), {"x-q": "[1, 2]"}, [1, 2]),
    (parameter("q", "cookie", INT), {"Cookie": "other=1; q=7"}, 7),
]


@pytest.mark.parametrize(("documented", "sent", "value"), PARAMETERS, ids=[str(row[1:]) for row in PARAMETERS])
def test_a_parameter_is_read_as_its_schema_types_it(documented, sent, value):
    """Query, header and cookie parameters are read in their style, or in the media type of their ``content``."""
    url, fields = (f"http://h/a{sent}", {}) if isinstance(sent, str) else ("http://h/a", sent)
    decoded = received({"parameters": [documented]}, url, fields)
    assert (list(decoded.arguments.values()), decoded.violations) == ([value], ())


PATHS = [
    (parameter("q", "path", INT), "7", 7),
    (parameter("q", "path"), "a%2Fb", "a/b"),
    (parameter("q", "path", ARRAY), "1,2", [1, 2]),
    (parameter("q", "path", ARRAY, style="label", explode=True), ".1.2", [1, 2]),
    (parameter("q", "path", ARRAY, style="matrix", explode=True), ";q=1;q=2", [1, 2]),
    (in_json("q", "path", ARRAY), "%5B1%2C2%5D", [1, 2]),
]


@pytest.mark.parametrize(("documented", "segment", "value"), PATHS, ids=[row[1] for row in PATHS])
def test_a_path_argument_is_read_as_its_schema_types_it(documented, segment, value):
    """What separates the parts of a path argument keeps its meaning though the match has decoded it."""
    decoded = received({"parameters": [documented]}, f"http://h/a/{segment}", path="/a/{q}")
    assert (decoded.arguments, decoded.violations) == ({"q": value}, ())


OPEN, DEEP = parameter("q", schema=ANY), parameter("q", schema=POINT, style="deepObject")
REFUSED = [
    # (parameters, what stands in the request, the violations, the arguments that are read all the same)
    ([parameter("q", required=True)], "", [("query", ("q",), "required")], {}),
    ([parameter("q", schema=INT)], "", [], {}),
    ([parameter("q", schema=POINT, required=True)], "", [("query", ("q",), "required")], {}),
    ([OPEN], "", [], {}),
    ([in_json("q", required=True)], "?q2=1", [("query", ("q",), "required"), ("query", ("q2",), "unknown")], {}),
    ([parameter("X-Q", "header", required=True)], "", [("header", ("x_q",), "required")], {}),
    ([parameter("q", schema=INT)], "?q=one", [("query", ("q",), "type")], {"q": "one"}),
    ([in_json("q")], "?q=%7B", [("query", ("q",), "style")], {}),
    ([parameter("q", schema=INT)], "?q=1&p=2", [("query", ("p",), "unknown")], {"q": 1}),
    ([OPEN], "?p=2", [], {"q": {"p": 2}}),
    ([DEEP], "?q[x]=1&p=2", [("query", ("p",), "unknown")], {"q": {"x": 1}}),
    ([], "?p=1&p=2", [("query", ("p",), "unknown")], {}),
]


@pytest.mark.parametrize(("parameters", "query", "violations", "arguments"), REFUSED, ids=range(len(REFUSED)))
def test_every_violation_of_the_parameters_is_reported(parameters, query, violations, arguments):
    """A parameter that is missing, of the wrong type or form, or undocumented is a violation; the rest is read."""
    decoded = received({"parameters": parameters}, f"http://h/a{query}")
    assert (broken(decoded), decoded.arguments) == (violations, arguments)


def test_a_label_without_its_mark_is_a_violation():
    """A path argument that is not in its style says so, and no value is made up for it."""
    documented = parameter("q", "path", ARRAY, style="label")
    decoded = received({"parameters": [documented]}, "http://h/a/1,2", path="/a/{q}")
    assert (broken(decoded), decoded.arguments) == ([("path", ("q",), "style")], {})


def test_an_unknown_argument_is_told_the_near_ones():
    """The sentence names parameters of a like name; the query that stands in the path is no argument."""
    decoded = received({"parameters": [parameter("limit")]}, "http://h/a?beta=true&limitt=1", path="/a?beta=true")
    assert [v.sentence for v in decoded.violations] == ["not a parameter of this operation; did you mean limit?"]


THING = {"type": "object", "required": ["n"], "properties": {"n": INT, "on": TRUTH, "tags": ARRAY, "s": TEXT}}
BODIES = [
    # (media type, schema, the content type that came, the body, what is read, the rules that are broken)
    ("application/json", THING, "application/json", b'{"n": 1}', {"n": 1}, []),
    ("application/*", THING, "application/json; charset=utf-8", b'{"n": 1}', {"n": 1}, []),
    ("application/json", THING, "application/json", b'{"s": "x"}', {"s": "x"}, ["required"]),
    ("application/json", THING, "application/json", b'{"n": 1', b'{"n": 1', ["json"]),
    ("application/json", THING, "application/json", b"[" * 100_000, b"[" * 100_000, ["json"]),
    ("application/json", None, "application/json", b"null", None, []),
    ("application/json", THING, "text/plain", b"n", b"n", ["content"]),
    (FORM, THING, FORM, b"n=1&on=true&tags=1&tags=2&s=a+b", {"n": 1, "on": True, "tags": [1, 2], "s": "a b"}, []),
    (FORM, THING, FORM, b"s=x", {"s": "x"}, ["required"]),
    (FORM, None, FORM, b"n=1", b"n=1", []),
    ("application/x-ndjson", THING, "application/x-ndjson", b'{"n":1}\n\n[2]\n', [{"n": 1}, [2]], ["type"]),
    ("application/json-seq", THING, "application/json-seq", b'\x1e{"n":1}\n\x1e2\n', [{"n": 1}, 2], ["type"]),
    ("application/x-ndjson", THING, "application/x-ndjson", b"{", b"{", ["json"]),
    ("application/octet-stream", None, "application/octet-stream", b"\xff", b"\xff", []),
    ("text/csv", TEXT, "text/csv", b"a,b", b"a,b", []),
    (PARTS, None, f"{PARTS}; boundary=b", b"--b--", b"--b--", []),
    (PARTS, THING, PARTS, b"--b--", b"--b--", ["content"]),
    (PARTS, THING, f"{PARTS}; boundary=b", b"--b\r\n", b"--b\r\n", ["content"]),
]


@pytest.mark.parametrize(
    ("media", "schema", "content_type", "body", "value", "rules"), BODIES, ids=[str(row[2:4])[:60] for row in BODIES]
)
def test_a_body_is_read_in_its_media_type(media, schema, content_type, body, value, rules):
    """JSON, forms and lines become JSON values; what has no such form, or not the form that it names, is bytes."""
    content = {media: {"schema": schema} if schema is not None else {}}
    decoded = received({"requestBody": {"content": content}}, fields={"Content-Type": content_type}, body=body)
    assert (decoded.body, [v.rule for v in decoded.violations]) == (value, rules)


def part(name, content, *, filename="", content_type=""):
    lines = [f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    return b"--b\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + content + b"\r\n"


MULTIPART = [
    # (parts, what is read, the rules that are broken)
    ([part("n", b"1"), part("on", b"true"), part("s", b"2")], {"n": 1, "on": True, "s": "2"}, []),
    ([part("n", b"1"), part("s", b'"a"', content_type="application/json")], {"n": 1, "s": "a"}, []),
    ([part("n", b"one")], {"n": "one"}, ["type"]),
    ([part("n", b"1"), part("tags", b"1"), part("tags", b"2")], {"n": 1, "tags": [1, 2]}, []),
    ([part("n", b"1"), part("s", b"\xff", filename="f")], {"n": 1, "s": b"\xff"}, []),
    ([part("n", b"1"), part("other", b"1")], {"n": 1, "other": "1"}, []),
    ([part("s", b"x")], {"s": "x"}, ["required"]),
]


@pytest.mark.parametrize(("parts", "value", "rules"), MULTIPART, ids=range(len(MULTIPART)))
def test_the_parts_of_a_multipart_body_are_its_fields(parts, value, rules):
    """A part is typed by its field's schema or its own type; a file is bytes, and several of a name are an array."""
    decoded = received(
        {"requestBody": json_body(THING, media=PARTS)},
        fields={"Content-Type": f"{PARTS}; boundary=b"},
        body=b"".join([*parts, b"--b--\r\n"]),
    )
    assert (decoded.body, [v.rule for v in decoded.violations]) == (value, rules)


def test_a_file_is_not_held_to_the_length_of_its_text():
    """``minLength``, ``pattern`` and ``format`` speak of texts; a file's bytes are not held to them."""
    schema = {"type": "object", "properties": {"f": {"type": "string", "minLength": 3, "pattern": "^abc"}}}
    decoded = received(
        {"requestBody": json_body(schema, media=PARTS)},
        fields={"Content-Type": f"{PARTS}; boundary=b"},
        body=part("f", b"\x00", filename="f") + b"--b--\r\n",
    )
    assert (decoded.body, decoded.violations) == ({"f": b"\x00"}, ())


def test_a_body_that_is_missing_or_not_documented():
    """A body is missing only where it is required; an undocumented one is a violation and is brought as it came."""
    required, optional = ({"requestBody": json_body(THING, required=must)} for must in (True, False))
    missing = received(required)
    assert (missing.body, broken(missing)) == (NO_BODY, [("body", (), "required")])
    assert received(optional)[2:] == (NO_BODY, ())
    assert repr(NO_BODY) == "NO_BODY"
    fields = {"Content-Type": "application/json"}
    spec = tiny({"POST /a": {"operationId": "op"}})
    extra = decode(Request("POST", "http://h/a", Headers(fields), b"{}"), spec.operations.op, {})
    assert (extra.body, broken(extra)) == (b"{}", [("body", (), "unknown")])


def test_a_body_of_no_documented_type():
    """A body whose content type is not documented is brought as it came; the violation lists those that are."""
    body = json.dumps({"n": 1}).encode()
    decoded = received({"requestBody": json_body(THING)}, fields={"Content-Type": "Text/HTML; charset=x"}, body=body)
    assert [(v.rule, v.expected, v.got) for v in decoded.violations] == [("content", "application/json", "text/html")]
    assert decoded.body == body
