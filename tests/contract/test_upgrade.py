"""A project of scripts and recordings upgraded from 2.10.5 to 3.3.2: what breaks, in every form of a report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import dynclient
from dynclient.contract.upgrade import upgrade
from dynclient.testing import fake_airflow

PROJECT = Path(__file__).parents[1] / "worked_example"
OLD, NEW = dynclient.load("2.10.5"), dynclient.load("3.3.2")
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


@pytest.fixture
def report(tmp_path, monkeypatch):
    shutil.copytree(PROJECT / "before", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return upgrade(OLD, NEW, ["."])


def test_each_planted_break_and_nothing_else(report):
    """The report names each break of the project by its line, with its reason, and no other."""
    breaks: dict[str, set[str]] = {}
    for finding in report.of("breaking"):
        breaks.setdefault(Path(finding.place).name, set()).add(f"{finding.where}: {finding.message}")
    assert breaks == PLANTED
    assert report.of("warning") == report.unread == report.unclear == ()
    assert report.failed()


def test_what_to_write_instead(report):
    """Each line of code that breaks comes with what to write in the new release's names."""
    advice = {finding.place: finding.advice for finding in report.findings if finding.file}
    assert advice == {
        "check.sh:2": "GET /api/v2/monitor/health",
        "overview.py:8": "af.get_dags.iter(exclude_stale=True)",
        "settings.py:12": 'VariableApi(api).post_variable(VariableBody(key="region", value="eu"))',
        "settings.py:13": 'PoolApi(api).post_pool(PoolBody(name="loads", slots=4))',
        "trigger.py:15": 'POST /api/v2/dags/{dag_id}/dagRuns with {"logical_date": …, "conf": …}',
        "trigger.py:22": "GET /api/v2/dags/{dag_id}/dagRuns/{dag_run_id}",
    }


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


def test_forms_of_a_report(report):
    """Text, Markdown, JSON, JUnit, SARIF and HTML tell the same findings."""
    assert "instead: af.get_dags.iter(exclude_stale=True)" in report.text()
    assert report.text().splitlines()[-1].startswith("2.10.5 → 3.3.2: ")
    assert all(line.count("|") == 5 for line in report.markdown().splitlines() if line.startswith("| "))
    value = json.loads(report.json())
    assert (value["from"], value["to"], len(value["findings"])) == ("2.10.5", "3.3.2", len(report.findings))
    suites = ET.fromstring(report.junit())
    assert int(suites.get("failures")) == len(PLANTED)
    results = json.loads(report.sarif())["runs"][0]["results"]
    places = {
        f"{one['artifactLocation']['uri']}:{one['region']['startLine']}"
        for result in results
        for one in (location["physicalLocation"] for location in result["locations"])
    }
    assert {"overview.py:8", "trigger.py:15", "tests/cassettes/pools.yaml:1"} <= places
    assert "light-dark(" in report.html()
    assert "http" not in report.html().replace("http-equiv", "").split("<body>")[0]


BAD_FILES = {
    "broken.py": (b"def (:\n", "no Python that this Python can read"),
    "latin.py": (b"# \xff\xfe\n", "not UTF-8 text"),
    "binary.sh": (b"\x00\x01api/v1", "binary data"),
    "notes.ipynb": (b"{", "a notebook that is no JSON"),
    "cut.yaml": (b"interactions: [1", "cannot be read as JSON or YAML"),
}


def test_bad_files_are_a_line_each(tmp_path):
    """What cannot be read is one line, fails the check, and the rest is judged."""
    for name, (data, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.py").write_text("import requests\nrequests.get('http://h/api/v1/pools')\n")
    report = upgrade(OLD, OLD, [tmp_path, tmp_path / "gone.py"])
    reasons = {Path(part.place.rsplit(":", 1)[0]).name: part.reason for part in report.unread}
    assert set(reasons) == {*BAD_FILES, "gone.py"}
    assert {name for name, (_, reason) in BAD_FILES.items() if reason not in reasons[name]} == set()
    assert (report.uses, report.safe) == (1, 1)
    assert report.failed()


def test_notebooks(tmp_path):
    """The code of a notebook's cells is read as one module, without IPython's own lines."""
    cells = [
        {"cell_type": "code", "source": ["%load_ext x\n", "import dynclient\n", "af = dynclient.connect('h')"]},
        {"cell_type": "markdown", "source": ["af.get_pools()"]},
        {"cell_type": "code", "source": ["af.get_datasets()"]},
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    report = upgrade(OLD, NEW, [tmp_path])
    assert {finding.operation for finding in report.findings} == {"get_datasets"}


def test_names_go_both_ways(tmp_path):
    """Going back to an older release, arguments, fields and operations get their older names."""
    call = "run = af.trigger_dag_run('d', logical_date=None)"
    source = f"import dynclient\naf = dynclient.connect('h')\n{call}\nrun.logical_date\n"
    (tmp_path / "a.py").write_text(source)
    report = upgrade(NEW, dynclient.load("2.1.0"), [tmp_path])
    assert {finding.advice for finding in report.of("breaking")} == {'af.post_dag_run("d", execution_date=None)'}
