"""The release of recorded traffic, by what the server itself said."""

from __future__ import annotations

import pytest
from cassettes import CASSETTES, cassette, entry

from dynclient.contract.recorded_release import recorded_release
from dynclient.errors import ArgumentError


def version(text):
    return entry("GET /version", answer={"version": text})


def test_a_recorded_version_names_the_release(tmp_path):
    """The answer of /version is enough; a vendor's suffix is cut, and a newer patch is the nearest bundled one."""
    assert recorded_release([cassette(tmp_path, entry("GET /things"), version("2.10.5+vendor.1"))]) == "2.10.5"
    assert recorded_release([CASSETTES / "3.3.2"]) == "3.3.2"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry("GET /things")], "--spec RELEASE"),
        ([version("many")], "--spec RELEASE"),
        ([version("2.10.5"), version("3.3.2")], "several releases"),
    ],
)
def test_what_does_not_tell(tmp_path, entries, message):
    """Without an answer, or with two different ones, the release must be given."""
    with pytest.raises(ArgumentError, match=message):
        recorded_release([cassette(tmp_path, *entries)])
