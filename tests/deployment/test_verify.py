"""Verifying a server: what is called, and what is said of it."""

from __future__ import annotations

import pytest
from loopback import Server, answer
from tiny_specs import json_answer, parameter, tiny

import dynclient
from dynclient.deployment.verify import verify
from dynclient.testing import fake_airflow

TEXT = {"type": "string"}
THING = {"type": "object", "properties": {"name": TEXT, "never": TEXT}, "required": ["name"]}
SCHEMAS = {"Thing": THING}
THINGS = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}},
}
REF = {"$ref": "#/components/schemas/Thing"}


def operation(name, answer_schema, *parameters):
    answers = {"200": json_answer(answer_schema), "404": json_answer({})}
    return {"operationId": name, "responses": answers, "parameters": list(parameters)}


def named():
    return parameter("thing_name", "path", required=True, schema=TEXT)


SPEC = tiny(
    {
        "GET /things": operation("get_things", THINGS),
        "GET /things/{thing_name}": operation("get_thing", REF, named()),
        "GET /things/{thing_name}/parts": operation("get_parts", THINGS, named()),
        "GET /others/{other_name}": operation(
            "get_other", REF, parameter("other_name", "path", required=True, schema=TEXT)
        ),
        "GET /secret": operation("get_secret", REF),
        "DELETE /things/{thing_name}": operation("delete_thing", REF, named()),
        "POST /things": operation("post_thing", REF),
    },
    components={"schemas": SCHEMAS},
)
ANSWERS = {
    "/things": answer(200, b'{"things": [{"name": "a/b", "extra": 1}]}'),
    "/things/a%2Fb": answer(200, b'{"name": 7}'),
    "/things/a%2Fb/parts": answer(500, b"{}"),
    "/secret": answer(403, b"{}"),
}


@pytest.fixture
def report():
    """What verifying a server brings that breaks its document in one answer, fails in one and refuses one."""
    with Server(lambda exchange: ANSWERS[exchange.seen.target](exchange)) as server:
        with dynclient.Client(SPEC, server.url, transport=dynclient.Transport(retries=0)) as client:
            result = verify(client, progress=lambda *step: steps.append(step))
        assert {seen.line.partition(" ")[0] for seen in server.seen} == {"GET"}
        yield result


steps: list = []


def test_each_safe_operation_has_a_verdict(report):
    """Arguments are learned from answers; what breaks the document or fails is broken, 4xx is refused."""
    verdicts = {outcome.operation: outcome.verdict for outcome in report.outcomes}
    assert verdicts == {
        "get_things": "kept",
        "get_thing": "broken",
        "get_parts": "broken",
        "get_other": "not reachable",
        "get_secret": "refused",
    }
    assert report.counts == {"called": 4, "kept": 1, "broken": 2, "refused": 1, "not reachable": 1}
    assert not report.ok
    assert [step[1] for step in steps[:4]] == [5, 5, 5, 5]


def test_fields_are_compared(report):
    """What the document has and nobody sent, and what was sent beyond it."""
    assert report.never_sent == ("Thing.never",)
    assert report.undeclared == ("Thing.extra",)


def test_it_ends_in_time():
    """What is not reached when the time is over is reported as such."""
    with Server(answer(404)) as server, dynclient.Client(SPEC, server.url) as client:
        result = verify(client, timeout=0)
    assert {outcome.message for outcome in result.outcomes} == {"the time was over"}
    assert not result.ok


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_a_whole_server_is_verified(release):
    """Most operations of a fake are reached, nothing is broken, and nothing changes."""
    with fake_airflow(release, judge=False) as fake, dynclient.connect(fake.url) as af:
        result = af.verify()
        assert result.ok, result.text()
        assert result.release == release
        assert result.counts["called"] > 0.8 * len(result.outcomes)  # the rest needs what this server does not have
        assert {exchange.request.method for exchange in fake.requests} <= {"GET", "POST"}
        assert all(e.request.url.endswith("/list") for e in fake.requests if e.request.method == "POST")
