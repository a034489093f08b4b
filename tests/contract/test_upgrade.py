"""A project of scripts and recordings upgraded from 2.10.5 to 3.3.2: what breaks, in every form of a report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dynclient
from dynclient.contract.upgrade import upgrade
from dynclient.testing import fake_airflow

PROJECT = Path(__file__).parents[1] / "worked_example"
NEW = dynclient.load("3.3.2")
PLANTED = {
    "check.sh:2": {"operation: at GET /api/v2/monitor/health now"},
    "overview.py:8": {
        "query only_active: called exclude_stale now; give it by that name",
        "response 200 dags[].is_active: gone; do not read it (see is_stale, which says the opposite)",
    },
    "settings.py:12": {
        "operation: called post_variable now; call it by that name",
        "body: its model is called VariableBody now",
    },
    "settings.py:13": {"body: its model is called PoolBody now"},
    "trigger.py:15": {
        "operation: at POST /api/v2/dags/{dag_id}/dagRuns now",
        "body execution_date: gone; leave it out (use logical_date)",
    },
    "trigger.py:22": {"operation: at GET /api/v2/dags/{dag_id}/dagRuns/{dag_run_id} now"},
    "pools.yaml #3": {"response: 200 came, 201 is documented there"},
    "pools.yaml #4": {
        "body pool: must be given there, and is not",
        "body include_deferred: must be given there, and is not",
    },
}


def test_each_planted_break_and_nothing_else(report):
    """The report names each break of the project by its line, with its reason, and no other."""
    breaks: dict[str, set[str]] = {}
    for finding in report.of("breaking"):
        breaks.setdefault(Path(finding.place).name, set()).add(f"{finding.where}: {finding.message}")
    assert breaks == PLANTED
    assert report.of("warning") == report.unread == report.unclear == ()
    assert report.failed()


def run(folder, script, url, *arguments):
    environment = {**os.environ, "AIRFLOW_URL": url}
    words = [sys.executable, str(PROJECT / folder / script), *arguments]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("folder", "release"), [("before", "2.10.5"), ("after", "3.3.2")])
def test_the_project_runs_where_it_belongs(folder, release):
    """Before, the scripts work on the old release; with the advice followed by hand, on the new one."""
    with fake_airflow(release) as server:
        triggered = run(folder, "trigger.py", server.url, "tutorial")
        listed = run(folder, "overview.py", server.url, server.url)
    assert (triggered.stdout, triggered.returncode) == ("success\n", 0), triggered.stderr
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.splitlines()[0] == "etl_daily True"


def test_what_was_followed_is_safe():
    """The upgraded project uses the new release only, and nothing of it breaks there."""
    report = upgrade(NEW, NEW, [PROJECT / "after"])
    assert (report.findings, report.unclear, report.unread) == ((), (), ())
    assert report.uses == report.safe == 7
