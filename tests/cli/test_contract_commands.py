"""The commands about a contract: what is held, what changed, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import run

CASSETTES = Path(__file__).parents[1] / "cassettes"


def test_check():
    """Recorded traffic is held to its release; against another one, what would break is listed, exit 1."""
    pools = CASSETTES / "2.10.5" / "pools.json"
    code, out, _ = run("check", pools, "--spec", "2.10.5")
    assert (code, "exchanges held against 2.10.5" in out) == (0, True)
    code, out, _ = run("check", pools, "--spec", "2.10.5", "--against", "3.3.2", "--format", "json")
    assert (code, json.loads(out)["against"]) == (1, "3.3.2")
    _, out, _ = run("check", pools, "--spec", "2.10.5", "--format", "junit")
    assert out.startswith("<?xml")


def test_diff():
    """What changed is listed; --used-by keeps what is used, --fail-on decides the exit code."""
    code, out, _ = run("diff", "2.10.5", "2.11.2")
    assert (code, out.splitlines()[0]) == (0, "0 breaking, 2 warning, 0 safe in 2 operations")
    assert run("diff", "2.10.5", "2.11.2", "--fail-on", "breaking")[0] == 0
    assert run("diff", "2.10.5", "2.11.2", "--fail-on", "warning")[0] == 1
    whole = json.loads(run("diff", "2.10.5", "3.3.2", "--format", "json")[1])
    used = json.loads(
        run("diff", "2.10.5", "3.3.2", "--format", "json", "--used-by", CASSETTES / "2.10.5" / "pools.json")[1]
    )
    assert 0 < len(used["changes"]) < len(whole["changes"])
    assert run("diff", "2.10.5", "3.3.2", "--format", "markdown")[1].startswith("**")
