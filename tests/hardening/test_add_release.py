"""The bundle is what the published wheels hold: one of 2.x and one of 3.x, fetched by pip, against the index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynclient.documents import add_release, releases

FOLDER = Path(releases.folder())
INDEX = json.loads((FOLDER / "index.json").read_text("utf-8"))


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_a_published_wheel_is_the_bundled_contract(release, tmp_path):
    """A release added to an empty folder has the digests of the index, and adding it to the bundle changes nothing."""
    entry = INDEX["releases"][release]
    added = add_release.add(release, tmp_path)
    index = json.loads((tmp_path / "index.json").read_text("utf-8"))
    assert index["contracts"][added.contract] == INDEX["contracts"][entry["contract"]]
    assert index["releases"][release]["version"] == entry["version"]
    if "login" in entry:
        assert index["logins"][added.login] == INDEX["logins"][entry["login"]]
    assert add_release.add(tmp_path / f"{added.contract}.json", FOLDER, release=release).files == ()
