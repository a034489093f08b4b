"""A repository of 20,000 files and a million lines: bounded in time and memory, and what cannot be read is a line each.

``python -m pytest tests/hardening/test_large_repository.py -s`` prints the figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

FILES, LINES = 20_000, 50
SECONDS = 300.0
MEBIBYTES = 400.0
CODE = "def function_{n}(value):\n    names = [one.name for one in value]\n    return {{'n': {n}, 'names': names}}\n"
USE = "import requests\nrequests.get('http://h/api/v1/dags', params={'only_active': True})\n"
PROGRAM = """import json, resource, sys, time
import dynclient
from dynclient.contract.upgrade import upgrade
start = time.perf_counter()
report = upgrade(dynclient.load("2.10.5"), dynclient.load("3.3.2"), [sys.argv[1]])
print(json.dumps({
    "seconds": time.perf_counter() - start,
    "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "uses": report.uses,
    "breaks": len({finding.place for finding in report.of("breaking")}),
    "unread": sorted(str(part).partition(sys.argv[1])[2] for part in report.unread),
}))
"""


@pytest.fixture
def repository(tmp_path):
    """20,000 files of 50 lines in 200 folders, every hundredth with a use, and files that are no source."""
    for number in range(FILES):
        folder = tmp_path / f"package_{number % 200:03}"
        folder.mkdir(exist_ok=True)
        text = "".join(CODE.format(n=n) for n in range(LINES // 3)) + ("\n" if number % 100 else USE)
        (folder / f"module_{number}.py").write_text(text)
    (tmp_path / "binary.py").write_bytes(b"\x00\x01" * 1000)
    (tmp_path / "broken.py").write_text("def (:\n")
    (tmp_path / "huge.json").write_bytes(b" " * (6 * 2**20))
    (tmp_path / "latin.sh").write_bytes(b"\xff\xfe\n")
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    return tmp_path


@pytest.mark.timeout(900)
def test_a_large_repository(repository):
    """All uses are found, each file that cannot be read is a line, within bounds; links to folders are not followed."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(repository)],
        capture_output=True,
        text=True,
        timeout=SECONDS * 2,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    figures = json.loads(run.stdout)
    sys.stdout.write(f"{FILES} files: {figures['seconds']:.1f} s, {figures['mebibytes']:.0f} MiB\n")
    assert run.stderr == ""  # progress is for a terminal
    assert (figures["uses"], figures["breaks"]) == (FILES // 100, FILES // 100)
    assert [line.split(":")[0] for line in figures["unread"]] == [
        "/binary.py",
        "/broken.py",
        "/huge.json",
        "/latin.sh",
        "/loop.py",
    ]
    assert figures["seconds"] < SECONDS
    assert figures["mebibytes"] < MEBIBYTES
