"""What of recorded traffic would break on another release."""

from __future__ import annotations

import pytest
from cassettes import CASSETTES, LIST, REF, STATE, THING, cassette, entry
from tiny_specs import json_answer, json_body, parameter, tiny

import dynclient
from dynclient.contract.auditor import audit

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


def test_an_older_release_has_the_older_names():
    """Real 3.3.2 traffic held against 2.2.0: operations, parameters and fields go by their older names."""
    old, new = dynclient.load("2.2.0"), dynclient.load("3.3.2")
    report = audit([CASSETTES / "3.3.2"], new, against=old, second_opinion=False)
    told = {(one.operation, one.where, one.message) for one in report.breaks}
    assert ("trigger_dag_run", "operation", "called post_dag_run now") in told
    assert ("post_variable", "operation", "called post_variables now") in told
    assert any(
        where == "response logical_date" and message.endswith("called execution_date now") for _, where, message in told
    )
