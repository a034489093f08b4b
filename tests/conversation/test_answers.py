"""What was kept of the servers' answers fits the steps: one row a step, in order, for every release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ANSWERS = sorted(path for path in HERE.glob("*.json") if not path.name.startswith("steps-"))
KEYS = {"id", "status", "type", "allow", "challenge", "fields", "item", "count", "total", "detail", "show"}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def steps_of(release):
    name = "fab" if release.endswith("+fab") else "v1" if release.startswith("2.") else "v2"
    return read(HERE / f"steps-{name}.json")


@pytest.mark.parametrize("name", ["steps-v1", "steps-v2", "steps-fab"])
def test_steps_have_names_of_their_own(name):
    """No id stands twice, and every step says what to send."""
    steps = read(HERE / f"{name}.json")
    assert len({step["id"] for step in steps}) == len(steps) >= 100
    assert all(len(step["send"].split(" ")) == 2 for step in steps)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_a_row_for_every_step(path):
    """A release answered every step of its generation, and nothing but shapes is kept."""
    rows = read(path)
    assert [row["id"] for row in rows] == [step["id"] for step in steps_of(path.stem)]
    assert not {key for row in rows for key in row} - KEYS
