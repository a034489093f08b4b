"""Files of a project: which are read, as what, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cassettes import cassette, entry

import dynclient
from dynclient.contract.code_files import RecordedFile, scan
from dynclient.contract.code_use import Use
from dynclient.contract.exchanges import Omission

SPEC = dynclient.load("2.10.5")
PYTHON = "import requests\nrequests.get('http://h/api/v1/pools')\n"
SHELL = "curl http://h/api/v1/dags\n"

BAD_FILES = {
    "broken.py": (b"def (:\n", "no Python that this Python can read"),
    "latin.py": (b"# \xff\xfe\n", "not UTF-8 text"),
    "binary.sh": (b"\x00\x01api/v1", "binary data"),
    "notes.ipynb": (b"{", "a notebook that is no JSON"),
    "cut.yaml": (b"interactions: [1", "cannot be read as JSON or YAML"),
}


def test_bad_files_are_a_line_each(tmp_path):
    """What cannot be read is one line, and the rest is read."""
    for name, (data, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.py").write_text("import requests\nrequests.get('http://h/api/v1/pools')\n")
    parts = list(scan([tmp_path, tmp_path / "gone.py"], SPEC))
    omissions = [part for part in parts if isinstance(part, Omission)]
    omissions += [one for part in parts if isinstance(part, RecordedFile) for one in part.recording.unread]
    reasons = {Path(part.place.rsplit(":", 1)[0]).name: part.reason for part in omissions}
    assert set(reasons) == {*BAD_FILES, "gone.py"}
    assert {name for name, (_, reason) in BAD_FILES.items() if reason not in reasons[name]} == set()
    assert [part.operation for part in parts if isinstance(part, Use)] == ["get_pools"]


def test_notebooks(tmp_path):
    """The code of a notebook's cells is read as one module, without IPython's own lines."""
    cells = [
        {"cell_type": "code", "source": ["%load_ext x\n", "import dynclient\n", "af = dynclient.connect('h')"]},
        {"cell_type": "markdown", "source": ["af.get_pools()"]},
        {"cell_type": "code", "source": ["af.get_datasets()"]},
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    assert [(use.operation, use.line) for use in scan([tmp_path], SPEC)] == [("get_datasets", 4)]


@pytest.mark.parametrize(
    ("name", "text", "operations"),
    [
        ("a.py", PYTHON, ["get_pools"]),
        ("a.sh", SHELL, ["get_dags"]),
        ("docs/a.md", SHELL, ["get_dags"]),
        ("a.py", "\ufeff" + PYTHON, ["get_pools"]),
        ("a.bin", SHELL, []),
        ("venv/a.py", PYTHON, []),
        (".git/a.py", PYTHON, []),
        ("lib/site-packages/a.py", PYTHON, []),
    ],
)
def test_files_of_a_folder(tmp_path, name, text, operations):
    """Source files are read by their suffix; data, hidden folders and installed packages are left out."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [use.operation for use in scan([tmp_path], SPEC)] == operations


def test_recordings_among_the_files(tmp_path):
    """A cassette is read as a recording, by what it holds; each file is reported before it is read."""
    cassette(tmp_path, entry("GET /dags"))
    (tmp_path / "d.yaml").write_text("run: " + SHELL)
    progress = []
    first, second = scan([tmp_path], SPEC, progress=lambda number, path: progress.append((number, Path(path).name)))
    assert isinstance(first, RecordedFile)
    assert len(first.recording.exchanges) == 1
    assert isinstance(second, Use)
    assert progress == [(1, "c.yaml"), (2, "d.yaml")]


def test_a_large_file_is_data(tmp_path):
    """A source file of more than 5 MiB is left out with one line."""
    (tmp_path / "a.txt").write_bytes(b" " * (5 * 2**20 + 1))
    (one,) = scan([tmp_path], SPEC)
    assert "larger than 5 MiB" in str(one)
