"""Every bundled document, corrected, keeps the rules of OpenAPI."""

from __future__ import annotations

import pytest

from dynclient import bundle, catalog

LOGINS = {entry["login"]: release for release, entry in catalog._index()["releases"].items() if "login" in entry}


@pytest.mark.parametrize("release", catalog.releases())
def test_every_release_is_valid(release):
    """openapi-spec-validator has no fault to find in what `load` gives."""
    assert catalog.lint(release) == []


@pytest.mark.parametrize("release", LOGINS.values())
def test_every_login_document_is_valid(release):
    """The login documents are valid as they are."""
    assert bundle.faults(catalog.login(release)) == []
