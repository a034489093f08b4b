"""The report of an audit as text, JSON and JUnit XML."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from cassettes import SPEC, cassette, entry

from dynclient.contract.auditor import audit


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
