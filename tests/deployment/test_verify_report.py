"""A verification is written as text, JSON and JUnit XML, and counts fields by schema."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from tiny_specs import tiny

from dynclient.deployment.verify_report import FieldCounts, Outcome, Verification
from dynclient.errors import Violation

MISMATCH = Violation("response", ("name",), "type", "a string", "an integer", "#/components/schemas/Thing", "s3cret")
OUTCOMES = (
    Outcome("get_things", "GET", "/things", "kept", 200),
    Outcome("get_thing", "GET", "/things/{name}", "broken", 200, (MISMATCH,), "get_thing answered 200"),
    Outcome("get_secret", "GET", "/secret", "refused", 403, (), "403"),
    Outcome("get_other", "GET", "/others/{x}", "not reachable", None, (), "nothing named x\x00"),
)
REPORT = Verification("http://h", "3.3.2", OUTCOMES, ("Thing.never",), ("Thing.extra",))


def test_counts():
    """How many operations were called, and how many have each verdict."""
    assert REPORT.counts == {"called": 3, "kept": 1, "broken": 1, "refused": 1, "not reachable": 1}


@pytest.mark.parametrize(
    ("outcomes", "ok"), [(OUTCOMES, False), (OUTCOMES[:1], True), (OUTCOMES[2:], False), ((), False)]
)
def test_the_verdict_of_all(outcomes, ok):
    """It is in order where something kept to the document and nothing broke it."""
    assert REPORT._replace(outcomes=outcomes).ok is ok


def test_text():
    """A line for each operation that is not as it should be, once with its name, then fields by schema; no payload."""
    assert str(REPORT).splitlines() == [
        "http://h (Airflow 3.3.2): 3 called, 1 kept, 1 broken, 1 refused, 1 not reachable",
        "broken: get_thing answered 200",
        f"  {MISMATCH}",
        "refused: get_secret (GET /secret): 403",
        "not reachable: get_other (GET /others/{x}): nothing named x\x00",
        "declared and never sent: Thing.never",
        "sent and not declared: Thing.extra",
    ]
    assert "s3cret" not in REPORT.text() + REPORT.json() + REPORT.junit()


def test_json():
    """The same as one object, each violation as its sentence."""
    data = json.loads(REPORT.json())
    assert (data["server"], data["release"], data["ok"], data["counts"]) == ("http://h", "3.3.2", False, REPORT.counts)
    assert [outcome["verdict"] for outcome in data["outcomes"]] == ["kept", "broken", "refused", "not reachable"]
    assert data["outcomes"][1]["violations"] == [str(MISMATCH)]
    assert (data["never_sent"], data["undeclared"]) == (["Thing.never"], ["Thing.extra"])


def test_junit():
    """A case for each operation: what broke the document failed, what was refused or not reached is skipped."""
    suite = ET.fromstring(REPORT.junit())
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "2")
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert cases == {"get_things": [], "get_thing": ["failure"], "get_secret": ["skipped"], "get_other": ["skipped"]}


REF = {"$ref": "#/components/schemas/Thing"}
SCHEMAS = {
    "Thing": {"type": "object", "properties": {"name": {}, "never": {}, "secret": {"writeOnly": True}}},
    "Things": {"type": "object", "properties": {"things": {"type": "array", "items": REF}}},
}
COUNTS = [
    # answers, fields never sent, fields beyond the document
    ([{"things": []}], (), ()),
    ([{"things": [{"name": 1}]}], ("Thing.never",), ()),
    ([{"things": [{"name": 1}, {"never": 1, "extra": 1}]}], (), ("Thing.extra",)),
    ([{"things": [{"name": 1}]}, {"things": [{"never": 1}]}], (), ()),
    ([{"more": 1}, 7], ("Things.things",), ("Things.more",)),
]


@pytest.mark.parametrize(("answers", "never", "beyond"), COUNTS)
def test_fields_are_counted_by_schema(answers, never, beyond):
    """All answers together tell what a schema declares in vain and lacks; what is only written is not missed."""
    schema = tiny({"GET /x": {}}, schemas=SCHEMAS).schemas.at("#/components/schemas/Things")
    counts = FieldCounts()
    for data in answers:
        counts.count(schema, data)
    assert counts.differences() == (never, beyond)
