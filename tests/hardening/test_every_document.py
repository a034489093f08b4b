"""Every bundled document, corrected, keeps the rules of OpenAPI."""

from __future__ import annotations

import pytest

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
