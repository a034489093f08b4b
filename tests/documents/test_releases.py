"""A source is found by what it looks like, and what cannot be found or used says so in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version
from small_documents import SMALL

from dynclient.documents import releases, sources
from dynclient.errors import SpecError
from dynclient.openapi import load

INDEX = json.loads((Path(releases.folder()) / "index.json").read_text("utf-8"))


NEWEST = releases.releases()[-1]


NAMES = [
    # what a user writes, the release it is
    ("2.10.5", "2.10.5"),
    ("2.10.5+astro.1", "2.10.5"),
    ("v3.3.2", "3.3.2"),
    ("3.0", max((name for name in INDEX["releases"] if name.startswith("3.0.")), key=Version)),
    ("2.10", "2.10.5"),
    ("v2.10", "2.10.5"),
    ("2", max((name for name in INDEX["releases"] if name.startswith("2.")), key=Version)),
    ("latest", max(INDEX["releases"], key=Version)),
    (" 3.1.0 ", "3.1.0"),
]


@pytest.mark.parametrize(("name", "release"), NAMES)
def test_releases_by_name(name, release):
    """A release is a PEP 440 version without its local part; a shorter number, or ``latest``, is the newest such."""
    assert sources.read(name)[1] == release
    assert load.load(name).release == release


UNKNOWN = [
    ("99.9.0", f"the nearest before it is {NEWEST}"),
    ("99.9", f"the nearest before it is {NEWEST}"),
    ("2.4.99", "the nearest before it is 2.4.3"),
    ("3.0.5", "the nearest before it is 3.0.4"),
    ("1.10.15", "the oldest is 2.0.0"),
    ("3.3.2rc1", "the nearest before it is 3.3.1"),
    ("newest", f"releases look like {NEWEST}"),
    ("", "releases look like"),
    ("ftp://host/x.json", "cannot be read"),
    ("nowhere/api.json", "cannot be read"),
    ("nowhere.yaml", "cannot be read"),
]


@pytest.mark.parametrize(("source", "words"), UNKNOWN)
def test_what_is_not_there(source, words, tmp_path, monkeypatch):
    """An unknown release names the nearest one; a path that cannot be read says so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError) as raised:
        load.load(source)
    assert words in str(raised.value)


NEAREST = [("3.3.2", "3.3.2"), ("99.0.0", NEWEST), ("3.0.5", "3.0.4"), ("2.10.5+astro.3", "2.10.5"), ("1.10.0", None)]


@pytest.mark.parametrize(("release", "expected"), NEAREST)
def test_nearest(release, expected):
    """The newest bundled release that is not newer."""
    assert releases.nearest(release) == expected


def test_nearest_wants_a_version():
    """What is no version has no neighbours."""
    with pytest.raises(SpecError):
        releases.nearest("newest")


def test_login_documents():
    """A 3.x release has its login application's document, a 2.x has none."""
    assert releases.login("2.10.5") is None
    for release in ("3.0.4", "3.2.1", "3.3.2+astro.1"):
        document = releases.login(release)
        assert document is not None
        assert "post" in document["paths"]["/auth/token"]


def test_corrected_is_for_live_documents():
    """A server's own document can have the corrections of its release; where there are none it is the same object."""
    path = Path(releases.folder())
    raw_document = json.loads((path / "2.11.1.json").read_text("utf-8"))
    assert "queued_events" in json.dumps(releases.corrected(raw_document, "2.11.2"))
    assert releases.corrected(SMALL, "99.0.0") is SMALL
    assert releases.corrected(SMALL, "3.3.2") == SMALL


RANGES = [
    ("2.10.2", ">=2.4.0,<=2.10.2", True),
    ("2.10.3", ">=2.4.0,<=2.10.2", False),
    ("2.3.4", ">=2.4.0,<=2.10.2", False),
    ("2.2.0", "==2.2.0", True),
    ("2.2.1", "==2.2.0", False),
    ("3.0.1", ["3.0.0", "3.0.1"], True),
    ("3.0.2", ["3.0.0", "3.0.1"], False),
    ("2.10.2rc1", ">=2.4.0,<=2.10.2", True),
    ("2.4.0rc1", ">=2.4.0,<=2.10.2", False),
]


@pytest.mark.parametrize(("release", "wanted", "expected"), RANGES)
def test_ranges(release, wanted, expected):
    """A correction is for a range or a list of releases."""
    assert releases.is_within(release, wanted) is expected


def test_nothing_heavy_is_imported():
    """Loading a bundled release needs no YAML, network, packaging or pathlib."""
    heavy = "{'yaml', 'requests', 'packaging', 'packaging.version', 'pathlib', 'inspect', 'importlib.metadata'}"
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from dynclient.openapi import load; load.load('3.3.2'); "
        f"print(*({heavy} & set(sys.modules)))"
    )
    # without site, so that nothing but this import is seen
    command = [sys.executable, "-S", "-E", "-c", code, str(Path(sources.__file__).parents[2])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
