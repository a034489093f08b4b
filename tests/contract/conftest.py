"""The report of the worked example: a project of scripts and recordings upgraded from 2.10.5 to 3.3.2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import dynclient
from dynclient.contract.upgrade import upgrade

PROJECT = Path(__file__).parents[1] / "worked_example"


@pytest.fixture
def report(tmp_path, monkeypatch):
    shutil.copytree(PROJECT / "before", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return upgrade(dynclient.load("2.10.5"), dynclient.load("3.3.2"), ["."])
