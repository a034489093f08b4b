"""Stubs of every contract of the bundle pass mypy --strict."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dynclient import load
from dynclient.cli.stub_writer import stubs
from dynclient.documents import releases


@pytest.mark.timeout(1800)
def test_every_contract(tmp_path):
    """One module for each distinct contract, for the client that sends and the one that awaits."""
    contracts = {entry["contract"]: release for release, entry in releases.index()["releases"].items()}
    for release in contracts.values():
        for awaited in (False, True):
            name = f"release_{release.replace('.', '_')}{'_aio' * awaited}.pyi"
            (tmp_path / name).write_text(stubs(load(release), awaited=awaited), "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1800, check=False)
    assert result.stdout.strip().endswith(f"no issues found in {2 * len(contracts)} source files"), result.stdout[
        -3000:
    ]
