"""Recorded traffic held against a document, and against another release."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import vcr
import yaml
from tiny_specs import json_answer, json_body, parameter, tiny
from vcr.serialize import serialize
from vcr.serializers import jsonserializer

import dynclient
from dynclient.contract import recordings
from dynclient.contract.auditor import audit, used
from dynclient.contract.scrub import scrub
from dynclient.errors import ArgumentError
from dynclient.testing import fake_airflow

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


def found(folder, *entries, spec=SPEC, **options):
    return audit([cassette(folder, *entries)], spec, **options)


def lines(report, kind="violation"):
    return [f"{one.operation} {one.where} {one.rule}" for one in report.of(kind)]


# --- exchanges ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "operation"),
    [
        (entry("GET /things?limit=5&state=on", answer={"things": [{"id": 1}]}), "get_things"),
        (entry("POST /things", {"id": 1}, 201, {"id": 1}), "post_thing"),
        (entry("GET /things/7", answer={"id": 7}), "get_thing"),
        (entry("GET /things/mine", answer={"id": 7}), "get_mine"),
        (entry("GET /things?api_key=x", answer={}), "get_things"),
        (entry("GET /text", answer="hello", content_type="text/plain; charset=utf-8"), "get_text"),
        (entry("GET /lines", answer='{"a": 1}\n{"a": 2}\n', content_type="application/x-ndjson"), "get_lines"),
        (entry("GET /things", answer={}, url="https://other/api/v1"), "get_things"),
        (entry("GET /things/1", status=404, answer={"title": "none"}), "get_thing"),
    ],
)
def test_what_keeps_to_the_document(tmp_path, recorded, operation):
    """Every exchange finds its operation, literals before templates, on any host and below any prefix."""
    report = found(tmp_path, recorded)
    assert lines(report) == lines(report, "disagreement") == []
    assert report.ok
    assert report.exercised == {operation: 1}
    assert report.uncovered == tuple(id_ for id_ in SPEC.operations if id_ != operation)


@pytest.mark.parametrize(
    ("recorded", "wrong"),
    [
        (entry("GET /things?limit=many"), ["get_things query limit type"]),
        (entry("GET /things?limit=500"), ["get_things query limit maximum"]),
        (entry("GET /things?state=up&limt=5"), ["get_things query state enum", "get_things query limt unknown"]),
        (entry("GET /things/x", answer={"id": 1}), ["get_thing path id type"]),
        (entry("POST /things", {"name": "a"}, 201, {"id": 1}), ["post_thing body id required"]),
        (entry("POST /things", "{no", 201, {"id": 1}), ["post_thing body json"]),
        (entry("POST /things", None, 201, {"id": 1}), ["post_thing body required"]),
        (entry("GET /things/1", answer={"id": "1"}), ["get_thing response id type"]),
        (entry("GET /things/1", answer={}), ["get_thing response id required"]),
        (entry("GET /things/1", answer="{no"), ["get_thing response json"]),
        (entry("GET /things/1", status=202, answer={"id": 1}), ["get_thing response status"]),
        (entry("GET /things/1", answer="<p>", content_type="text/html"), ["get_thing response content"]),
        (entry("GET /lines", answer="{no\n", content_type="application/x-ndjson"), ["get_lines response json"]),
        (entry("DELETE /things"), [" request method"]),
        (entry("GET /thingz"), [" request path"]),
        (
            entry("GET /things", answer={"things": [{"id": 1, "parts": [{}]}, {"id": "1"}]}),
            ["get_things response things[0].parts[0].id required", "get_things response things[1].id type"],
        ),
    ],
)
def test_what_breaks_the_document(tmp_path, recorded, wrong):
    """Everything that is wrong with request and answer is found, each with its operation, place and rule."""
    report = found(tmp_path, entry("GET /things", answer={}), recorded)
    assert lines(report) == wrong
    assert not report.ok
    assert {one.place for one in report.violations} == {f"{tmp_path / 'c.yaml'} #2"}


def test_no_recorded_value_is_shown(tmp_path):
    """A finding names place, rule and type; what was recorded may be secret."""
    report = found(tmp_path, entry("POST /things", {"id": "hunter2"}, 201, {"id": "hunter2"}))
    assert len(report.violations) == 2
    assert "hunter2" not in report.text() + report.json() + report.junit()


def test_the_same_at_many_items_is_one_finding(tmp_path):
    """A page of a hundred items that are wrong in the same way is one line."""
    report = found(tmp_path, entry("GET /things", answer={"things": [{"id": "x"}] * 100}))
    (one,) = report.violations
    assert (one.where, one.times) == ("response things[0].id", 100)
    assert "(100 times)" in report.text()


def test_what_the_server_refused_too(tmp_path):
    """A request that breaks the document and was answered 400 is no violation: that is what the test was about."""
    report = found(tmp_path, entry("POST /things", {"name": "a"}, 400, {"title": "no"}))
    assert report.ok
    assert lines(report, "refused") == ["post_thing body id required"]


def test_undocumented_errors_and_fields_are_warnings(tmp_path):
    """A status of 400 and above that the document does not name, and a field beyond it, are worth knowing."""
    report = found(
        tmp_path,
        entry("GET /things/1", status=500, answer="<p>", content_type="text/html"),
        entry("GET /things/1", answer={"id": 1, "more": 2}),
        entry("POST /things", {"id": 1}, 400, "<p>", content_type="text/html"),
    )
    assert lines(report, "warning") == [
        "get_thing response status",
        "get_thing response more additionalProperties",
        "post_thing response content",
    ]
    assert report.ok


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"id": 1, "name": "ab\n"}, "openapi-core does not object"),
        ({"id": 1, "size": 0.07}, "openapi-core alone objects"),
    ],
)
def test_a_second_opinion(tmp_path, answer, said):
    """Where openapi-core sees it in another way, both are shown; it can be left out."""
    (one,) = found(tmp_path, entry("GET /things/1", answer=answer)).of("disagreement")
    assert one.message.startswith(said)
    assert found(tmp_path, entry("GET /things/1", answer=answer), second_opinion=False).of("disagreement") == ()


# --- what is left out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        (entry("GET /x", url="http://elsewhere/api/v9"), "of another API"),
        (entry("POST /auth/token", {"username": "a"}, url="http://somewhere:8080"), "a login"),
        (entry("OPTIONS /things"), "a browser's preflight"),
        (entry("GET /things", answer=b"\xff\xfe", **{"Content-Encoding": ["br"]}), "not kept in a form that is read"),
    ],
)
def test_what_is_left_out(tmp_path, recorded, reason):
    """What is not of this API is said in one line and breaks nothing."""
    report = found(tmp_path, entry("GET /things", answer={}), recorded)
    assert report.ok
    (left,) = report.skipped
    assert reason in left.reason


def test_the_login_beside_a_release(tmp_path):
    """A login that another document of the same release describes is held against that one."""
    spec = dynclient.load("3.3.2")
    url = "http://h/af"
    good = entry("POST /auth/token", {"username": "a", "password": "***"}, 201, {"access_token": "***"}, url=url)
    bad = entry("POST /auth/token", {"username": "a"}, 201, {"token": "***"}, url=url)
    report = audit([cassette(tmp_path, good, bad)], spec)
    assert lines(report) == ["create_token body password required", "create_token response access_token required"]
    assert report.exercised == {}


BAD_FILES = {
    "empty.yaml": (b"", "empty"),
    "blank.json": (b" \n", "empty"),
    "binary.yaml": (b"\x00\x01\x02", "binary"),
    "latin.yaml": (b"a: \xff\xfe", "not UTF-8"),
    "not.yaml": (b"a: [1", "cannot be read as JSON or YAML"),
    "cut.json": (b'{"interactions": [{"request": ', "line 1, column"),
    "other.yaml": (b"name: x", "neither a vcrpy cassette"),
    "list.json": (b"[1, 2]", "neither a vcrpy cassette"),
    "code.yaml": (b"interactions: !!python/object/apply:os.system [ls]", "tag"),
    "cut.yaml.gz": (gzip.compress(b"a: 1" * 50)[:-20], "cut off"),
    "deep.json": (b"[" * 100_000, "nested too deep"),
    "deep.yaml": (b"a: " + b"[" * 10_000, "nested"),
    "bad64.yaml": (b"interactions: [{request: !!binary x}]", "base64"),
}


def test_bad_files(tmp_path):
    """A file that cannot be read is one line of the report, and every other file is audited."""
    cassette(tmp_path, entry("GET /things", answer={}))
    for name, (data, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(data)
    report = audit([tmp_path, tmp_path / "gone.yaml"], SPEC)
    reasons = {Path(part.place).name: part.reason for part in report.unread}
    assert set(reasons) == {*BAD_FILES, "gone.yaml"}
    assert {name for name, (_, reason) in BAD_FILES.items() if reason not in reasons[name]} == set()
    assert all("\n" not in reason for reason in reasons.values())
    assert report.ok
    assert report.text().count("Not read: ") == len(reasons)


@pytest.mark.parametrize(
    "broken",
    [
        {"request": {"method": "GET"}},
        {"request": None, "response": None},
        "text",
        entry("GET /x", url="ftp://h"),
        entry("GET /x", url="http://[h"),
        {**entry("GET /things"), "response": {"status": {"code": 0}}},
        {**entry("GET /things"), "response": {"status": "OK"}},
        {**entry("GET /things"), "request": {**entry("GET /things")["request"], "method": "not one"}},
    ],
)
def test_a_broken_entry(tmp_path, broken):
    """An entry that holds no exchange is one line; those around it are audited."""
    report = found(tmp_path, entry("GET /things"), broken, entry("GET /things"))
    assert [part.place for part in report.unread] == [f"{tmp_path / 'c.yaml'} #2"]
    assert [one.place[-2:] for one in report.audited] == ["#1", "#3"]


def test_nothing_at_all(tmp_path):
    """A check that found nothing to check is not passed."""
    report = audit([tmp_path], SPEC)
    assert not report.ok
    assert "there is nothing here" in report.text()


# --- forms of recordings -----------------------------------------------------------------------------------------

PLAIN = json.dumps({"id": 1, "name": "ok"}).encode()
RAW_DEFLATE = zlib.compress(PLAIN)[2:-4]


@pytest.mark.parametrize(
    ("form", "coding"),
    [
        ({"string": PLAIN.decode()}, ""),
        ({"string": PLAIN}, ""),
        ({"string": gzip.compress(PLAIN)}, "gzip"),
        ({"string": zlib.compress(PLAIN)}, "deflate"),
        ({"string": RAW_DEFLATE}, "deflate"),
        ({"string": PLAIN}, "gzip"),
        ({"string": PLAIN.decode()}, "br"),
        ({"base64_string": base64.b64encode(PLAIN).decode(), "encoding": "UTF-8"}, ""),
        ({"base64_string": base64.b64encode(gzip.compress(PLAIN)).decode()}, "gzip"),
        (PLAIN.decode(), ""),
        ([PLAIN[:5], PLAIN[5:]], ""),
    ],
)
def test_forms_of_a_body(tmp_path, form, coding):
    """A body is read from every form that vcrpy and its relatives write, and unpacked."""
    recorded = entry("GET /things/1", **({"Content-Encoding": [coding]} if coding else {}))
    recorded["response"]["body"] = form
    path = cassette(tmp_path, recorded)
    (exchange,) = recordings.read(path).exchanges
    assert exchange.response.body == PLAIN
    assert audit([path], SPEC).ok


def test_other_forms_of_a_cassette(tmp_path):
    """The list before format 1, httpx's own form, Ruby's, JSON, a packed file, and Python's own YAML tags are read."""
    old = entry("GET /things/1", answer=PLAIN.decode())
    httpx = {"status_code": 200, "headers": {"content-type": "application/json"}, "content": PLAIN.decode()}
    (tmp_path / "old.yaml").write_text(yaml.safe_dump([old]))
    (tmp_path / "httpx.yaml").write_text(yaml.safe_dump({"interactions": [{**old, "response": httpx}]}))
    (tmp_path / "ruby.json").write_text(json.dumps({"http_interactions": [old]}))
    (tmp_path / "packed.yaml.gz").write_bytes(gzip.compress(yaml.safe_dump({"interactions": [old]}).encode()))
    posted = entry("POST /things", PLAIN.decode(), 201, PLAIN.decode())
    text = yaml.safe_dump({"interactions": [posted]})
    stream = "!!python/object/new:_io.BytesIO\n      state: !!python/tuple\n      - !!binary |\n        "
    body = f"body: {stream}{base64.b64encode(PLAIN).decode()}\n      - 0\n"
    (tmp_path / "tags.yaml").write_text(text.replace(f"body: '{PLAIN.decode()}'\n", body))
    report = audit([tmp_path], SPEC)
    assert (report.ok, report.unread, len(report.audited)) == (True, (), 5)
    assert report.exercised == {"post_thing": 1, "get_thing": 4}
    assert report.notes == (f"{tmp_path / 'packed.yaml.gz'}: packed with gzip; what is in it was read",)


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def har_entry(line, content, *, posted=None, status=200, headers=()):
    method, _, path = line.partition(" ")
    request = {"method": method, "url": f"{URL}{path}#top", "headers": [{"name": ":authority", "value": "h"}]}
    if posted is not None:
        request["postData"] = posted
    fields = [{"name": name, "value": value} for name, value in headers]
    return {"request": request, "response": {"status": status, "headers": fields, "content": content, "bodySize": 9}}


def test_har_files(tmp_path):
    """A HAR file's bodies come as text, in base64, or not at all; then request and status are judged alone."""
    json_text = {"mimeType": "application/json", "text": PLAIN.decode()}
    packed = {**json_text, "text": base64.b64encode(PLAIN).decode(), "encoding": "base64"}
    form = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "id", "value": "1"}]}
    file = tmp_path / "page.har"
    file.write_text(
        har(
            har_entry("GET /things/1", json_text, headers=[("Content-Encoding", "br")]),
            har_entry("GET /things/1", packed),
            har_entry("POST /things", json_text, posted=json_text, status=201),
            har_entry("POST /things", json_text, posted=form, status=201),
            har_entry("GET /things/x", {"size": 9}),
            har_entry("GET /things/1", {}, status=0),
        )
    )
    report = audit([file], SPEC)
    assert lines(report) == ["post_thing body content", "get_thing path id type"]
    assert [part.reason for part in report.unread] == ["no answer came"]
    assert len(report.skipped) == 1
    (request,) = [one.request for one in recordings.read(file).exchanges if one.request.body == b"id=1"]
    assert request.url == f"{URL}/things"


def test_cassettes_that_vcrpy_itself_writes(tmp_path):
    """What vcrpy writes, in YAML and in JSON, reads back as the exchanges that it holds."""
    with fake_airflow("2.10.5") as server:
        client = dynclient.Client(server.spec, server=server.server)
        path = tmp_path / "all.yaml"
        with vcr.VCR(**scrub()).use_cassette(str(path)) as tape:
            client.get_dags(limit=1)
            client.post_pool(name="ü", slots=1)
            client.get_pool("ü")
    as_json = {"requests": tape.requests, "responses": [dict(one) for one in tape.responses]}
    (tmp_path / "all.json").write_text(serialize(as_json, jsonserializer))
    open_one = recordings.of_cassette(tape.data, str(path))
    read = recordings.read(path)
    assert [one.request.url for one in read.exchanges] == [one.request.url for one in open_one.exchanges]
    assert [one.response.body for one in read.exchanges] == [one.response.body for one in open_one.exchanges]
    report = audit([tmp_path], server.spec)
    assert (report.ok, len(report.audited), report.of("disagreement")) == (True, 6, ())


# --- another release ---------------------------------------------------------------------------------------------

NEW_THING = {
    "type": "object",
    "required": ["id", "owner"],
    "additionalProperties": False,
    "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "owner": {"type": "string"}},
}
OLD = tiny(
    {
        "GET /things": {
            "operationId": "get_things",
            "parameters": [
                parameter("state", schema=STATE),
                parameter("offset", schema={"type": "integer"}),
                parameter("before", schema={"type": "string"}),
                parameter("tags", schema={"type": "array", "items": {"type": "string"}}, explode=False),
            ],
            "responses": {"200": json_answer(LIST)},
        },
        "POST /things": {
            "operationId": "post_thing",
            "requestBody": json_body({**THING, "additionalProperties": True}),
            "responses": {"200": json_answer(REF)},
        },
        "GET /old": {"operationId": "get_old"},
        "GET /away": {"operationId": "get_away"},
        "GET /free": {
            "operationId": "get_free",
            "responses": {
                "200": json_answer(
                    {"type": "object", "properties": {"any": {"type": "object"}, "m": {"type": "object"}}}
                )
            },
        },
        "GET /log": {"operationId": "get_log", "responses": {"200": json_answer({"type": "string"}, "text/plain")}},
    },
    schemas={"Thing": THING},
)
NEW = tiny(
    {
        "GET /v2/things": {
            "operationId": "get_things",
            "parameters": [
                parameter("state", schema={"type": "string", "enum": ["on"]}),
                parameter("after", schema={"type": "string"}),
                parameter("tags", schema={"type": "array", "items": {"type": "string"}}),
                parameter("who", schema={"type": "string"}, required=True),
            ],
            "responses": {"200": json_answer(LIST)},
        },
        "POST /v2/things": {
            "operationId": "create_thing",
            "requestBody": json_body(REF),
            "responses": {"201": json_answer(REF)},
        },
        "GET /v2/there": {"operationId": "get_away"},
        "GET /v2/free": {
            "operationId": "get_free",
            "responses": {
                "200": json_answer({"type": "object", "properties": {"any": {}, "m": {"additionalProperties": {}}}})
            },
        },
        "GET /v2/log": {"operationId": "get_log"},
    },
    schemas={"Thing": NEW_THING},
)


def breaks(folder, recorded):
    report = audit([cassette(folder, recorded)], OLD, against=NEW, second_opinion=False)
    assert report.violations == ()
    return {f"{one.where} {one.rule}" for one in report.breaks}


def old(line, body=None, status=200, answer=None, **more):
    return entry(line, body, status, answer, url="http://h", **more)


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (old("GET /old"), {"operation operation-removed"}),
        (old("GET /away"), {"operation operation-moved"}),
        (old("GET /things", answer={}), {"query who required"}),
        (old("GET /things?state=on", answer={}), {"query who required"}),
        (old("GET /things?state=off", answer={}), {"query who required", "query state enum"}),
        (old("GET /things?offset=1", answer={}), {"query who required", "query offset parameter-removed"}),
        (old("GET /things?tags=a", answer={}), {"query who required"}),
        (old("GET /things?tags=a,b", answer={}), {"query who required", "query tags style"}),
        (
            old("GET /things", answer={"things": [{"id": 1, "name": "a"}, {"id": 2}]}),
            {
                "query who required",
                "response things[].id response-property-type-changed",
                "response things[].name response-property-removed",
            },
        ),
        (
            old("POST /things", {"id": 1, "name": "a"}, 200, {"id": 1}),
            {
                "operation operation-renamed",
                "body owner required",
                "body name request-property-removed",
                "body id type",
                "response success-status-changed",
                "response id response-property-type-changed",
            },
        ),
        (old("GET /free", answer={"any": {"x": 1}, "m": {"y": {"z": 1}}}), set()),
        (old("GET /log", answer="x", content_type="text/plain"), {"response response-media-type-removed"}),
    ],
)
def test_what_would_break(tmp_path, recorded, expected):
    """What was recorded decides: only what this traffic sends and receives can break."""
    assert breaks(tmp_path, recorded) == expected


def test_what_would_break_says_what_to_do(tmp_path):
    """The type of what is gone, and the new name of what is renamed, are said."""
    recorded = old("POST /things", {"id": 1, "name": "a"}, 200, {"id": 1, "name": "a"})
    report = audit([cassette(tmp_path, recorded)], OLD, against=NEW, second_opinion=False)
    messages = [one.message for one in report.breaks]
    assert "called create_thing now" in messages
    assert "gone, it was str" in messages
    assert "every path moves from / to /v2" in report.notes
    assert not report.ok


def test_nothing_breaks_on_the_same_release():
    """Against its own document nothing of real traffic breaks."""
    spec = dynclient.load("3.3.2")
    report = audit([CASSETTES / "3.3.2"], spec, against=dynclient.load("3.3.2"), second_opinion=False)
    assert report.breaks == ()


def test_recorded_traffic_of_two_on_three():
    """Real 2.10.5 traffic held against 3.3.2: new names, values that are gone, fields that are missed."""
    old, new = dynclient.load("2.10.5"), dynclient.load("3.3.2")
    report = audit([CASSETTES / "2.10.5"], old, against=new, second_opinion=False)
    said = {(one.operation, one.where, one.message) for one in report.breaks}
    assert {
        ("post_dag_run", "operation", "called trigger_dag_run now"),
        ("post_dag_run", "body logical_date", "must be given there, and is not"),
        ("post_dag_run", "response execution_date", "gone, it was datetime | None, called logical_date now"),
        ("get_dataset", "operation", "called get_asset now"),
        ("post_variables", "operation", "called post_variable now"),
        ("post_variables", "response", "200 came, 201 is documented there"),
    } <= said
    assert any(operation == "get_users" and message.startswith("gone") for operation, _, message in said)


# --- real servers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", sorted(folder.name for folder in CASSETTES.iterdir()))
def test_cassettes_of_real_servers_audit_clean(release):
    """What real servers were asked and answered keeps to their document, and openapi-core agrees."""
    report = audit([CASSETTES / release], dynclient.load(release))
    assert lines(report) == lines(report, "disagreement") == []
    assert report.unread == ()
    assert report.ok
    assert len(report.audited) > 150


# --- writing -----------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(tmp_path):
    cassette(
        tmp_path,
        entry("GET /things", answer={"things": []}),
        entry("GET /things/1", answer={"id": "x\x00"}),
        entry("GET /things/2", answer={"id": "x"}),
        entry("GET /x", url="http://elsewhere/other"),
    )
    (tmp_path / "bad.yaml").write_text("")
    return audit([tmp_path], SPEC, against=SPEC)


def test_as_text(mixed, tmp_path):
    """Text names what was found once, with its places, and ends in the counts."""
    text = mixed.text(uncovered=True).replace(f"{tmp_path}/", "").splitlines()
    assert text == [
        "Violations:",
        "  get_thing",
        "    response id: a string where an integer is wanted (#/components/schemas/Thing/properties/id/type)",
        "      in c.yaml #2, c.yaml #3",
        "",
        "Not read: bad.yaml: empty; nothing was recorded",
        "Left out: of another API or another release of this one: GET http://elsewhere/other/x, in c.yaml #4",
        "Uncovered: post_thing, get_mine, get_text, get_lines",
        "3 exchanges held against Tiny, and against Tiny: 2 of 6 operations; 2 violations, 1 unread, 1 left out",
    ]


def test_as_json(mixed):
    """JSON has all of it, by name."""
    value = json.loads(mixed.json())
    assert value["ok"] is False
    assert [one["operation"] for one in value["exchanges"]] == ["get_things", "get_thing", "get_thing"]
    assert [one["rule"] for one in value["findings"]] == ["type", "type"]
    assert value["operations"]["exercised"] == {"get_things": 1, "get_thing": 2}
    assert value["operations"]["uncovered"] == ["post_thing", "get_mine", "get_text", "get_lines"]
    assert (len(value["unread"]), len(value["skipped"])) == (1, 1)


def test_as_junit(mixed):
    """JUnit XML has a suite a file and a case an exchange, with the counts that build servers read."""
    root = ET.fromstring(mixed.junit())
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "2", "1", "1"]
    assert len(root.findall("testsuite")) == 2
    failures = root.findall(".//testcase[failure]")
    assert [case.get("name") for case in failures] == [f"#{n} GET /things/{{id}} get_thing" for n in (2, 3)]
    assert failures[0].find("failure").get("type") == "type"


def test_odd_characters(tmp_path):
    """Control characters in a recorded URL do not reach a terminal, and those in a file's name no XML."""
    path = cassette(tmp_path, entry("GET /thin\x1bgs\x07"), entry("GET /\x1b", url="http://h/o"), name="a\x07.yaml")
    report = audit([path], SPEC)
    assert "\x1b" not in report.text()
    assert "\ufffd" in ET.tostring(ET.fromstring(report.junit()), encoding="unicode")


# --- what is used ------------------------------------------------------------------------------------------------


def test_used_operations(tmp_path):
    """Operations are counted from recordings, and from what a test run wrote for that release or for all."""
    path = cassette(tmp_path, entry("GET /things"), entry("GET /things/1"), entry("GET /x", url="http://h/other"))
    assert used([path], SPEC) == {"get_things": 1, "get_thing": 1}
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"operations": {"2.10.5": {"get_dags": 2}, "3.3.2": {"get_dag": 1}}}))
    assert used([run], dynclient.load("3.3.2")) == {"get_dag": 1}
    assert used([run, path], SPEC) == {"get_dags": 2, "get_dag": 1, "get_things": 1, "get_thing": 1}


@pytest.mark.parametrize("text", ["", '{"operations": 3}', '{"operations": {"a": [1]}}', "gone"])
def test_used_operations_of_a_bad_file(tmp_path, text):
    """A file that holds neither is an error that names it."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ArgumentError, match=r"x\.json"):
        used([path], SPEC)
