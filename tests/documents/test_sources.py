"""Where documents come from."""

from __future__ import annotations

import json

import pytest

from dynclient.documents import releases, sources
from dynclient.errors import SpecError

DOCUMENT = {"openapi": "3.1.0", "paths": {}}


def test_a_mapping_a_path_and_a_release(tmp_path):
    """A mapping is itself, a path is read, a release is a bundled document with its name."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(DOCUMENT))
    assert sources.read(DOCUMENT) == (DOCUMENT, None)
    assert sources.read(path) == sources.read(str(path)) == (DOCUMENT, None)
    newest = releases.find_release("latest")
    assert sources.read("latest") == (releases.bundled_document(newest), newest)


def test_overlays_are_applied():
    """An overlay changes what is read, and not what was given."""
    overlay = {"actions": [{"target": "$", "update": {"info": {"title": "t"}}}]}
    assert sources.read(DOCUMENT, overlays=[overlay])[0] == DOCUMENT | {"info": {"title": "t"}}
    assert "info" not in DOCUMENT


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({}, "a mapping"),
        ("a/b.json", "a/b.json"),
        ("https://u:p@host/openapi.json?token=t", "https://host/openapi.json"),
    ],
)
def test_display_name(source, name):
    """A URL is shown without user, password and query."""
    assert sources.display_name(source) == name


def test_files_that_cannot_be_read(tmp_path):
    """A missing file, and a document from a URL with a folder, are SpecErrors."""
    with pytest.raises(SpecError, match="cannot be read"):
        sources.read(str(tmp_path / "no.json"))
    with pytest.raises(SpecError, match="reads no files"):
        sources.read("https://host/openapi.json", folder=tmp_path)
