"""The fake of a release answers the conversation as the release itself did, in at least 97 of 100 steps."""

from __future__ import annotations

import json

import pytest
from conversation import CONVERSATION, TESTING, play, run

RELEASES = sorted(path.stem for path in CONVERSATION.glob("[0-9]*.json") if not path.stem.endswith("+fab"))
DIFFERENCES = json.loads((TESTING / "conversation-differences.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    """Runs of the fake proceed by being read."""
    monkeypatch.setattr(run, "PAUSE_SECONDS", 0.0)


@pytest.mark.parametrize("release", RELEASES)
def test_the_fake_answers_as_the_server_did(release):
    """Status, media type, names of fields, totals: what differs is in the table, with its reason, and is not much."""
    rows, failures = play(release)
    assert failures == []
    allowed = {step for line in DIFFERENCES if release in line["releases"] for step in line["steps"]}
    differs = {step["id"]: (wanted, came) for step, wanted, came in rows if wanted != came}
    assert not {name: rows for name, rows in differs.items() if name not in allowed}
    assert len(differs) <= 0.03 * len(rows)


def test_the_table_of_differences_has_reasons():
    """Each line names a rule, releases that were asked, steps that there are, and why."""
    steps = {step["id"] for generation in ("2.0.2", "3.3.2") for step in run.read_steps(generation)}
    for line in DIFFERENCES:
        assert set(line) == {"rule", "releases", "steps", "why"}
        assert set(line["releases"]) <= set(RELEASES)
        assert set(line["steps"]) <= steps
        assert len(line["why"]) > 20
