"""Changes grouped by cause, and written as text, Markdown and JSON."""

from __future__ import annotations

import json

import pytest
from things import NEW, OLD, TEXT, api

import dynclient
from dynclient.contract.diff_report import as_json, as_markdown, as_text, range_as, summary
from dynclient.contract.document_diff import diff
from dynclient.documents import releases


def test_text():
    """Text has the counts on top, then the causes by section, the worst first."""
    assert as_text(diff(OLD, NEW)) == (
        "9 breaking, 0 warning, 0 safe in 3 operations\n"
        "\nArguments\n"
        "  breaking  query who: new, and must be given; give it [get_things]\n"
        "  breaking  query limit: minimum 1, was none; send what fits [get_things, get_thing]\n"
        "\nWhat is sent\n"
        "  breaking  Thing.a|<b>, size: gone; leave it out [post_thing]\n"
        "\nWhat is read\n"
        "  breaking  Thing.a|<b>, size: gone; do not read it [get_things, post_thing, get_thing]\n"
    ).replace("9 breaking", f"{len(diff(OLD, NEW))} breaking")
    assert as_text(()) == "0 breaking, 0 warning, 0 safe\n"


def test_levels():
    """Safe changes are counted, and shown when asked for."""
    back = diff(api({"id": TEXT}), api({"id": TEXT, "size": TEXT}))
    assert "Thing.size" not in as_text(back)
    assert "--level safe shows all" in as_text(back)
    assert "Thing.size" in as_text(back, "safe")


def test_json_has_every_change_by_itself():
    """JSON has the counts and every attribute of each change."""
    changes = diff(OLD, NEW)
    value = json.loads(as_json(changes))
    assert value["summary"] == summary(changes)
    assert [change["where"] for change in value["changes"]] == [change.where for change in changes]
    assert set(value["changes"][0]) == {"kind", "level", "operation", "where", "message", "pointers", "now"}


def test_markdown_cells_hold_their_names():
    """Markdown has a table for each section, in which names cannot break out of their cell."""
    lines = as_markdown(diff(OLD, NEW)).splitlines()
    assert lines[2:6] == ["### Arguments", "", "| level | what | change | operations |", "|---|---|---|---|"]
    assert any(r"Thing.a\|\<b\>" in line for line in lines)
    assert all(line.replace(r"\|", "").count("|") == 5 for line in lines if line.startswith("|"))


def test_a_range_says_which_release_brought_it():
    """Each release of a range has its own changes; those that brought nothing are one line."""
    steps = {"1.1": diff(OLD, NEW), "1.2": ()}
    assert range_as("text", steps).startswith("== 1.1: ")
    assert range_as("text", steps).endswith("nothing of that level came with 1.2\n")
    assert {change["release"] for change in json.loads(range_as("json", steps))["changes"]} == {"1.1"}
    assert range_as("markdown", steps).startswith("## 1.1\n")


LONGEST = {("2.10.5", "3.3.2"): 250, ("3.3.1", "3.3.2"): 10, ("2.10.4", "2.10.5"): 10, ("3.1.7", "3.1.8"): 10}


@pytest.mark.parametrize(("old", "new"), LONGEST)
def test_a_comparison_can_be_read(old, new):
    """Two generations fit 250 lines, a patch release ten."""
    text = as_text(diff(dynclient.load(old), dynclient.load(new), renames=releases.renames()))
    assert len(text.splitlines()) <= LONGEST[old, new]
