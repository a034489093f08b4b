"""Operations that share a URL, served by the fake; and answers that are odd but documented."""

from __future__ import annotations

import pytest
from tiny_specs import json_answer, parameter, tiny

from dynclient import Client
from dynclient.testing import FakeServer

INT, TEXT = {"type": "integer"}, {"type": "string"}
EVENTS = json_answer({"type": "object", "properties": {"n": INT}, "required": ["n"]}, "text/event-stream")
UUID = {"type": "string", "format": "uuid"}
JOB = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "size": INT}}
JOBS = {"type": "object", "properties": {"jobs": {"type": "array", "items": JOB}, "total_entries": INT}}
SPEC = tiny(
    {
        "POST /talks": {"operationId": "talk", "responses": {"200": json_answer(INT)}},
        "POST /talks#stream": {"operationId": "talk_stream", "responses": {"200": EVENTS}},
        "GET /files": {"operationId": "get_files", "responses": {"200": json_answer(INT)}},
        "GET /files#names": {
            "operationId": "get_names",
            "parameters": [parameter("fields", schema=TEXT, required=True)],
            "responses": {"200": json_answer(TEXT)},
        },
        "GET /jobs": {
            "operationId": "get_jobs",
            "parameters": [parameter("limit", schema=INT), parameter("offset", schema=INT)],
            "responses": {"200": json_answer(JOBS)},
        },
        "GET /jobs/{job_id}": {
            "operationId": "get_job",
            "parameters": [parameter("job_id", "path", UUID)],
            "responses": {"200": json_answer(JOB)},
        },
        "GET /far": {"operationId": "get_far", "responses": {"307": json_answer(JOB)}},
        "GET /wait": {"operationId": "get_wait", "responses": {"100": {"description": "go on"}}},
    }
)


@pytest.fixture(scope="module")
def server():
    with FakeServer(SPEC, judge=False) as server:
        yield server


@pytest.mark.parametrize("name", list(SPEC.operations))
def test_each_answers_as_documented(server, name):
    """A fragment is told by what is asked for and sent; a key keeps to its parameter; 3xx have their bodies."""
    reply = Client(SPEC, server=server.server).operation(name).response(**server.example(name, 3))
    assert reply.error is None
    assert server.requests[-1].operation == name
