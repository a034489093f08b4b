"""The tests of ``server_scenarios`` against a real server; ``DYNCLIENT_RECORD=1`` writes their cassettes anew."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest
import vcr

import dynclient
from dynclient.contract.scrub import scrub

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from server_scenarios import *  # noqa: E402, F403 - the tests; they stand beside this folder


def recording(release: str, url: str, name: str) -> contextlib.AbstractContextManager[object]:
    """A recorder of one test when DYNCLIENT_RECORD is set: secrets scrubbed, the server at a port of no machine."""
    if not os.environ.get("DYNCLIENT_RECORD"):
        return contextlib.nullcontext()
    filters = scrub()
    clean = filters["before_record_request"]

    def request(one: object) -> object:
        one = clean(one)
        one.uri = one.uri.replace(url, "http://127.0.0.1:8080")
        return one

    cassette = TESTS / "cassettes" / release / f"{name.removeprefix('test_')}.yaml"
    cassette.unlink(missing_ok=True)
    recorder = vcr.VCR(**{**filters, "before_record_request": request}, record_mode="all")
    return recorder.use_cassette(str(cassette))


@pytest.fixture
def client(live, request):
    """A strict client of the server."""
    with (
        recording(live.release, live.url, request.node.originalname or request.node.name),
        dynclient.connect(live.url, auth=(live.username, live.password)) as client,
    ):
        yield client
