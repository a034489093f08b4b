"""Every bundled document, corrected, keeps the rules of OpenAPI."""

from __future__ import annotations

import pytest

from dynclient.contract.release_range import changes_by_release
from dynclient.documents import lint, releases

LOGINS = {entry["login"]: release for release, entry in releases._index()["releases"].items() if "login" in entry}


@pytest.mark.parametrize("release", releases.releases())
def test_every_release_is_valid(release):
    """openapi-spec-validator has no fault to find in what `load` gives."""
    assert lint.lint(release) == []


@pytest.mark.parametrize("release", LOGINS.values())
def test_every_login_document_is_valid(release):
    """The login documents are valid as they are."""
    assert lint.faults(releases.login(release)) == []


@pytest.mark.timeout(600)
def test_changes_of_every_release():
    """Every release can be compared with its predecessor."""
    bundled = releases.releases()
    assert list(changes_by_release(bundled[0], bundled[-1])) == list(bundled[1:])
