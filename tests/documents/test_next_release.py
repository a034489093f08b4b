"""A release that is added to the bundle turns no test red."""

from __future__ import annotations

import json

import pytest
from next_release import next_minor, project_with_next_release, run_tests

from dynclient.documents import releases

#: the tests that look at the bundle as a whole
ABOUT_THE_BUNDLE = ["tests/documents", "tests/test_words.py"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with the made-up release in its bundle."""
    folder = tmp_path_factory.mktemp("project")
    return folder, project_with_next_release(folder)


def test_the_release_is_the_newest_of_the_copy(project):
    """``specs add`` brought the document in: a release after the newest, with its own contract and operation."""
    folder, release = project
    index = json.loads((folder / "specs" / "index.json").read_bytes())
    assert list(index["releases"]) == [*releases.releases(), release]
    assert release == next_minor(releases.releases()[-1])
    assert "get_quota_of_next_release" in (folder / "specs" / f"{release}.json").read_text("utf-8")


def test_a_new_release_turns_no_test_red(project):
    """A new operation, a new required field and a new value of an enum: the tests of the bundle pass as they are."""
    result = run_tests(project[0], *ABOUT_THE_BUNDLE)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-2000:]
