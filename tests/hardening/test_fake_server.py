"""The fake of every distinct contract: each operation with three seeds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dynclient.documents import releases

sys.path.insert(0, str(Path(__file__).parents[1]))

from fake_calls import complaints

RELEASES = {entry["contract"]: release for release, entry in releases._index()["releases"].items()}


@pytest.mark.parametrize("release", RELEASES.values())
def test_every_operation_of(release):
    """Every operation called with seeded valid arguments gets an answer that client and openapi-core accept."""
    assert complaints(release, range(3)) == []
