"""The report of an upgrade: counts, verdict and six forms."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from dynclient.contract.exchanges import Omission
from dynclient.contract.upgrade_report import FORMATS, UpgradeFinding, UpgradeReport

BREAK = UpgradeFinding(
    "breaking", "a.py:3", "a.py", 3, "get_dags", "query limit", "parameter-removed", "gone | <b>", "af.get_dags()"
)
RECORDED = BREAK._replace(place="c.yaml #1", file="", line=0)
WARNING = BREAK._replace(level="warning", place="a.py:4", line=4)


def made_of(*findings, unclear=(), unread=(), uses=6):
    return UpgradeReport("1", "2", findings, uses, 0, unclear, unread, ("a note",), {"get_dags": 6})


def test_forms_of_a_report(report):
    """Text, Markdown, JSON, JUnit, SARIF and HTML tell the same findings."""
    assert "instead: af.get_dags.iter(exclude_stale=True)" in report.text()
    assert report.text().splitlines()[-1].startswith("2.10.5 → 3.3.2: ")
    assert all(line.count("|") == 5 for line in report.markdown().splitlines() if line.startswith("| "))
    value = json.loads(report.json())
    assert (value["from"], value["to"], len(value["findings"])) == ("2.10.5", "3.3.2", len(report.findings))
    suites = ET.fromstring(report.junit())
    assert int(suites.get("failures")) == len({finding.place for finding in report.of("breaking")})
    results = json.loads(report.sarif())["runs"][0]["results"]
    places = {
        f"{one['artifactLocation']['uri']}:{one['region']['startLine']}"
        for result in results
        for one in (location["physicalLocation"] for location in result["locations"])
    }
    assert {"overview.py:8", "trigger.py:15", "tests/cassettes/pools.yaml:1"} <= places
    assert "light-dark(" in report.html()
    assert "http" not in report.html().replace("http-equiv", "").split("<body>")[0]


def test_the_page_needs_nothing_else(report):
    """Nothing is loaded from elsewhere; colour schemes and narrow windows are provided for; reasons stand apart."""
    page = report.html()
    assert re.search(r"<(?:script|link|img|iframe)|@import|url\(|src=|href=", page) is None
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media (max-width:" in page
    assert "called exclude_stale now; give it by that name<br>response 200 dags[].is_active" in page


@pytest.mark.parametrize(
    ("findings", "unread", "breaking", "warning"),
    [
        ((), (), False, False),
        ((WARNING,), (), False, True),
        ((BREAK,), (), True, True),
        ((), (Omission("b.py", "binary data"),), True, True),
    ],
)
def test_a_report_fails_from_a_level_on(findings, unread, breaking, warning):
    """Breaks and files that could not be read fail always, warnings where they are asked to."""
    report = made_of(*findings, unread=unread)
    assert (report.failed(), report.failed("warning")) == (breaking, warning)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (made_of(), "1 → 2: 6 of 6 uses of 1 operations are safe; 0 break"),
        (made_of(BREAK, BREAK._replace(where="body")), "1 → 2: 5 of 6 uses of 1 operations are safe; 1 break"),
        (
            made_of(BREAK, WARNING, unclear=[Omission("a.py:9", "x")], unread=[Omission("b.py", "y")]),
            (
                "1 → 2: 4 of 6 uses of 1 operations are safe; 1 break, 1 may behave otherwise, 1 cannot be told, "
                "1 files unread"
            ),
        ),
    ],
)
def test_the_summary_counts_places(report, expected):
    """A use with several findings counts once; what is zero is left out, but for breaks."""
    assert report.summary() == expected


@pytest.mark.parametrize("name", FORMATS)
def test_no_form_breaks_on_marks_of_its_own(name):
    """What stands in a sentence or a file's name cannot break out of a cell, an element or a string."""
    odd = BREAK._replace(file="<a>&|.py", place="<a>&|.py:3", message="\x00 <script> | x")
    text = getattr(made_of(odd, RECORDED, unclear=[Omission("<u>", "<u>")], unread=[Omission("<v>", "<v>")]), name)()
    if name == "junit":
        assert [case.get("name") for case in ET.fromstring(text).iter("testcase")] == [
            "<a>&|.py:3",
            "c.yaml #1",
            "the file",
        ]
    elif name in {"json", "sarif"}:
        assert isinstance(json.loads(text), dict)
    elif name == "html":
        assert "<script>" not in text
        assert "<u>" not in text
    elif name == "markdown":
        assert all(line.replace(r"\|", "").count("|") == 5 for line in text.splitlines() if line.startswith("| "))
    else:
        assert "Not read: <v>: <v>" in text


def test_the_same_in_many_recordings_is_one_line():
    """What recordings have in common is told once with its first places, the rest counted; source lines stand alone."""
    recorded = [RECORDED._replace(place=f"c.yaml #{n}") for n in range(1, 8)]
    lines = made_of(*recorded, BREAK, BREAK._replace(place="a.py:5", line=5)).text().splitlines()
    assert sum("gone | <b>" in line for line in lines) == 3
    assert any("c.yaml #1" in line and "3 more" in line for line in lines)
