"""What pyright makes of the stub package, found in ``typings/`` without any setting."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from dynclient import load
from dynclient.cli.stub_package import write

PROGRAMS = Path(__file__).parents[1] / "data" / "editor"


def lines_flagged(folder, program):
    shutil.copy(PROGRAMS / program, folder)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', "utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, program]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    problems = json.loads(result.stdout)["generalDiagnostics"]
    return {one["range"]["start"]["line"] + 1: one["message"] for one in problems if one["severity"] == "error"}


def test_pyright(tmp_path):
    """A program of forty lines passes in strict mode; each mistake of another is flagged on its line."""
    write([load("3.3.2"), load("2.10.5")], tmp_path / "typings")
    assert lines_flagged(tmp_path, "program.py") == {}
    lines = (PROGRAMS / "wrong.py").read_text("utf-8").splitlines()
    wrong = [i for i, line in enumerate(lines, 1) if line.endswith("# wrong")]
    assert sorted(lines_flagged(tmp_path, "wrong.py")) == wrong
