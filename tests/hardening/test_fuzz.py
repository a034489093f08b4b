"""Bytes of others cost no more than an error of ours: coverage-guided fuzzing in a process of its own.

Figures are shown at the end. A broken rule leaves its input in the test's folder.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("fuzz.py")
INPUTS = 100_000
TARGETS = re.findall(r'^    "(\w+)": \(', PROGRAM.read_text("utf-8").partition("TARGETS = {")[2], re.MULTILINE)


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this Python")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("target", TARGETS)
def test_bytes_of_others(target, tmp_path, figure):
    """Nothing but the package's own errors leaves, no input takes 2 s, none makes the process grow by 200 MiB."""
    command = [sys.executable, str(PROGRAM), target, str(INPUTS), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=590)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    (figures,) = (json.loads(line) for line in done.stdout.splitlines() if line.startswith(b'{"inputs"'))
    figure(f"fuzz {target}: {figures['inputs']} inputs, slowest {figures['slowest']} s, {figures['grown']} MiB more")
    assert figures["inputs"] == INPUTS
