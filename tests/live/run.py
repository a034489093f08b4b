"""What ``tox -e live-3.3.2`` and ``tox -e live`` run: the day on one release or on all, and a table release × step.

    python tests/live/run.py live-3.3.2 [options of pytest]
    python tests/live/run.py live            # all sixteen, one after another

Exit code: how many releases had a step that failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from releases import RELEASES

HERE = Path(__file__).resolve().parent
SECONDS = 3600  # for one release: its installation, its start, its day
MARKS = {"passed": "✓", "skipped": "-", "failed": "✗"}


def run(release: str, options: list[str]) -> dict[str, str]:
    """The outcome of each step on a release: passed, skipped (the release has no such thing) or failed."""
    root = HERE.parents[1]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-c", str(root / "pyproject.toml"), "--rootdir", str(root)]
        command += ["-p", "no:cacheprovider", "--timeout", "900", f"--junit-xml={report}", str(HERE), *options]
        subprocess.run(command, check=False, env={**os.environ, "DYNCLIENT_LIVE_RELEASE": release}, timeout=SECONDS)
        return read(report) if report.exists() else {"start": "failed"}


def read(report: Path) -> dict[str, str]:
    """The outcomes in a JUnit file of pytest's."""
    outcomes = {}
    for case in ET.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        outcomes[case.get("name", "").removeprefix("test_")] = outcome
    return outcomes


def table(outcomes: dict[str, dict[str, str]]) -> str:
    """Steps as rows, releases as columns, in Markdown; steps that went alike everywhere share a row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for step in dict.fromkeys(step for of_release in outcomes.values() for step in of_release):
        marks = tuple(MARKS.get(of_release.get(step, ""), " ") for of_release in outcomes.values())
        rows.setdefault(marks, []).append(step.replace("_", " "))
    lines = [["step", *outcomes], ["---", *("---" for _ in outcomes)]]
    lines += [[", ".join(steps), *marks] for marks, steps in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(environment: str, options: list[str]) -> int:
    """Run what the tox environment is named for, and print the table."""
    wanted = environment.removeprefix("live").removeprefix("-")
    releases = [wanted] if wanted else [name for name in RELEASES if "+" not in name]
    outcomes = {release: run(release, options) for release in releases}
    print(table(outcomes))
    return sum("failed" in of_release.values() for of_release in outcomes.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
