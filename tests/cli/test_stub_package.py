"""The stub package: a program of forty lines is understood by mypy, and each mistake in another is flagged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import runner

from dynclient import load
from dynclient.cli.main import main
from dynclient.cli.stub_package import files

PROGRAMS = Path(__file__).parents[1] / "data" / "editor"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with ``typings/`` for two releases."""
    folder = tmp_path_factory.mktemp("project")
    result = runner().invoke(main, ["stubs", "3.3.2", "2.10.5", "--into", str(folder / "typings")])
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("7 files for 3.3.2, 2.10.5 are in ")
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\nmypy_path = typings\n", "utf-8")
    return folder


def lines_flagged(project, program):
    """The lines of a program that mypy finds wrong; nothing else may be."""
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(project / "cache"), str(PROGRAMS / program)]
    result = subprocess.run(
        command,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    errors = [line for line in result.stdout.splitlines() if ": error:" in line]
    assert [line for line in errors if program not in line] == [], result.stdout
    return sorted({int(re.search(r":(\d+): error", line)[1]) for line in errors})


def test_a_program_is_understood(project):
    """connect, aio.connect, load, the module and models of two releases pass mypy --strict without an annotation."""
    assert lines_flagged(project, "program.py") == []


def test_mistakes_are_flagged(project):
    """Wrong names, literals, fields, types and operations of another release, each on its line."""
    lines = (PROGRAMS / "wrong.py").read_text("utf-8").splitlines()
    assert lines_flagged(project, "wrong.py") == [i for i, line in enumerate(lines, 1) if line.endswith("# wrong")]


def test_any_document_has_a_package():
    """A document that is no release is named by its source; every file is Python."""
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    texts = files([load(document), load("2.2.0")])
    assert "dynclient/release_2_2_0.pyi" in texts
    for path, text in texts.items():
        compile(text, path, "exec")
