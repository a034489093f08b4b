"""Install the package into the environments of Airflow releases: ``tox -e beside [release …]``.

For each release, ``uv pip compile`` resolves that Airflow as of its release day, then this package with everything
(``all``) under those versions. Three releases are installed for real, and in each a fake server is started, listed and
audited. ``pip check`` must say no more than it said of that Airflow alone. Needs the package index and a Python 3.11.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PYTHON = "3.11"
SECONDS = 900


class Airflow(NamedTuple):
    """A release, the day before which all its packages were uploaded, and whether it is installed, too."""

    release: str
    before: str
    is_installed: bool = False

    @property
    def package(self) -> str:
        """What is installed: from 3.0 on the core alone is what a deployment pins."""
        name = "apache-airflow" if self.release.startswith("2.") else "apache-airflow-core"
        return f"{name}=={self.release}"


RELEASES = [
    Airflow("2.6.3", "2023-07-14"),
    Airflow("2.7.3", "2023-11-10"),
    Airflow("2.8.4", "2024-03-29", is_installed=True),
    Airflow("2.9.3", "2024-07-20"),
    Airflow("2.10.5", "2025-02-14", is_installed=True),
    Airflow("2.11.2", "2026-03-18"),
    Airflow("3.0.6", "2025-09-02"),
    Airflow("3.1.8", "2026-03-15"),
    Airflow("3.2.2", "2026-06-05"),
    Airflow("3.3.2", "2026-09-21", is_installed=True),
]

SMOKE = """
import dynclient
from dynclient.contract import audit
from dynclient.testing import fake_airflow, scrub
import json, pathlib, sys
release, folder = sys.argv[1:]
with fake_airflow(release) as server:
    af = dynclient.connect(server.url)
    response = af.get_dags.response()
    assert response.status == 200 and not response.violations
    assert len(list(af.get_dags.iter(limit=2))) == 3
    entry = {"request": {"method": "GET", "uri": response.response.url, "headers": {}, "body": None},
             "response": {"status": {"code": 200, "message": "OK"}, "headers": {"Content-Type": ["application/json"]},
                          "body": {"string": json.dumps(response.data)}}}
    path = pathlib.Path(folder) / "cassette.json"
    path.write_text(json.dumps({"interactions": [entry], "version": 1}))
    report = audit([path], dynclient.load(release))
    assert report.ok, report.text()
"""


class BesideError(Exception):
    """A command failed; the text is the end of what it printed."""


def uv(*arguments: str) -> str:
    """What uv printed."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", *arguments], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    if done.returncode:
        raise BesideError(done.stderr[-2000:])
    return done.stdout


def resolve(airflow: Airflow, folder: Path) -> Path:
    """Resolve Airflow as of its day, and this package under its versions; the file of those versions.

    Raises:
        BesideError: there is no set of versions that fits both.
    """
    wanted, pins, ours = folder / "airflow.in", folder / "airflow.txt", folder / "ours.in"
    wanted.write_text(airflow.package)
    common = ("pip", "compile", "--quiet", "--python-version", PYTHON)
    uv(*common, "--exclude-newer", airflow.before, "--output-file", str(pins), str(wanted))
    ours.write_text(f"dynclient[all] @ {ROOT.as_uri()}\n")
    uv(*common, "--constraints", str(pins), "--output-file", str(folder / "ours.txt"), str(ours))
    return pins


def complaints(python: str) -> set[str]:
    """What ``pip check`` says of an environment."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "check", "--python", python], capture_output=True, text=True, check=False
    )
    return {line for line in done.stderr.splitlines() if line.startswith("The package")}


def use(airflow: Airflow, pins: Path, folder: Path) -> None:
    """Install both, compare what ``pip check`` says, and list and audit a fake server there."""
    venv = folder / "venv"
    python = str(venv / "bin" / "python")
    uv("venv", "--quiet", "--python", PYTHON, str(venv))
    uv("pip", "install", "--quiet", "--python", python, "-r", str(pins))
    before = complaints(python)
    uv("pip", "install", "--quiet", "--python", python, "--constraints", str(pins), f"{ROOT}[all]")
    if worse := complaints(python) - before:
        raise BesideError("\n".join(sorted(worse)))
    done = subprocess.run(
        [python, "-c", SMOKE, airflow.release, str(folder)], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise BesideError(done.stderr[-2000:])


def main(releases: list[str]) -> int:
    """One line for each release; the number of those that failed."""
    failures = 0
    for airflow in RELEASES:
        if releases and airflow.release not in releases:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            try:
                pins = resolve(airflow, folder)
                if airflow.is_installed:
                    use(airflow, pins, folder)
                outcome = "installed and used" if airflow.is_installed else "resolves"
            except (BesideError, subprocess.TimeoutExpired) as error:
                failures += 1
                outcome = f"FAILED\n{error}"
        print(f"{airflow.release:8} {outcome}", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
