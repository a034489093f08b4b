"""Recorded traffic held against a document."""

from __future__ import annotations

import pytest
from cassettes import CASSETTES, SPEC, cassette, entry, lines
from tiny_specs import tiny

import dynclient
from dynclient.contract.auditor import audit


def audit_of(folder, *entries, spec=SPEC, **options):
    return audit([cassette(folder, *entries)], spec, **options)


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
    report = audit_of(tmp_path, recorded)
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
    report = audit_of(tmp_path, entry("GET /things", answer={}), recorded)
    assert lines(report) == wrong
    assert not report.ok
    assert {one.place for one in report.violations} == {f"{tmp_path / 'c.yaml'} #2"}


def test_no_recorded_value_is_shown(tmp_path):
    """A finding names place, rule and type; what was recorded may be secret."""
    report = audit_of(tmp_path, entry("POST /things", {"id": "hunter2"}, 201, {"id": "hunter2"}))
    assert len(report.violations) == 2
    assert "hunter2" not in report.text() + report.json() + report.junit()


def test_the_same_at_many_items_is_one_finding(tmp_path):
    """A page of a hundred items that are wrong in the same way is one line."""
    report = audit_of(tmp_path, entry("GET /things", answer={"things": [{"id": "x"}] * 100}))
    (one,) = report.violations
    assert (one.where, one.times) == ("response things[0].id", 100)
    assert "(100 times)" in report.text()


def test_what_the_server_refused_too(tmp_path):
    """A request that breaks the document and was answered 400 is no violation: that is what the test was about."""
    report = audit_of(tmp_path, entry("POST /things", {"name": "a"}, 400, {"title": "no"}))
    assert report.ok
    assert lines(report, "refused") == ["post_thing body id required"]


def test_undocumented_errors_and_fields_are_warnings(tmp_path):
    """A status of 400 and above that the document does not name, and a field beyond it, are worth knowing."""
    report = audit_of(
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
    (one,) = audit_of(tmp_path, entry("GET /things/1", answer=answer)).of("disagreement")
    assert one.message.startswith(said)
    assert audit_of(tmp_path, entry("GET /things/1", answer=answer), second_opinion=False).of("disagreement") == ()


# --- what is left out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        (entry("GET /x", url="http://elsewhere/api/v9"), "of another API"),
        (entry("POST /auth/token", {"username": "a"}, url="http://somewhere:8080"), "a login"),
        (entry("OPTIONS /things"), "a browser's preflight"),
    ],
)
def test_what_is_left_out(tmp_path, recorded, reason):
    """What is not of this API is said in one line and breaks nothing."""
    report = audit_of(tmp_path, entry("GET /things", answer={}), recorded)
    assert report.ok
    (left,) = report.skipped
    assert reason in left.reason


def test_a_body_that_cannot_be_read_is_not_passed(tmp_path):
    """A response whose content coding cannot be undone is unread, and the audit is not passed."""
    report = audit_of(tmp_path, entry("GET /things", answer=b"\xff\xfe", **{"Content-Encoding": ["compress"]}))
    assert not report.ok
    assert [part.reason for part in report.unread] == [
        "the answer is a body packed with compress; it is not read here; record it unpacked"
    ]


def test_the_login_beside_a_release(tmp_path):
    """A login that another document of the same release describes is held against that one."""
    spec = dynclient.load("3.3.2")
    url = "http://h/af"
    good = entry("POST /auth/token", {"username": "a", "password": "***"}, 201, {"access_token": "***"}, url=url)
    bad = entry("POST /auth/token", {"username": "a"}, 201, {"token": "***"}, url=url)
    report = audit([cassette(tmp_path, good, bad)], spec)
    assert lines(report) == ["create_token body password required", "create_token response access_token required"]
    assert report.exercised == {}


# --- real servers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", sorted(folder.name for folder in CASSETTES.iterdir()))
def test_cassettes_of_real_servers_audit_clean(release):
    """What real servers were asked and answered keeps to their document, and openapi-core agrees."""
    report = audit([CASSETTES / release], dynclient.load(release))
    assert lines(report) == lines(report, "disagreement") == []
    assert report.unread == ()
    assert report.ok
    assert len(report.audited) > 150


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({"size": "3", "file": "x"}, []),
        ({"size": "many", "file": "x"}, ["post_file body size type"]),
        ({"size": "3"}, ["post_file body file required"]),
    ],
)
def test_multipart_requests_are_judged(tmp_path, parts, wrong):
    """The parts of a multipart body are held to the schema as the fields of any other body are."""
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {"size": {"type": "integer"}, "file": {"type": "string", "format": "binary"}},
    }
    body = {"content": {"multipart/form-data": {"schema": schema}}}
    responses = {"200": {"description": "ok"}}
    spec = tiny({"POST /files": {"operationId": "post_file", "requestBody": body, "responses": responses}})
    lines_of = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in parts.items()
    ]
    recorded = entry("POST /files", "".join(lines_of) + "--b--\r\n", url="http://h")
    recorded["request"]["headers"]["Content-Type"] = ["multipart/form-data; boundary=b"]
    assert lines(audit([cassette(tmp_path, recorded)], spec, second_opinion=False)) == wrong
