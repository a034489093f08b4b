"""The tests of ``server_scenarios`` against cassettes that were recorded from Airflow 2.10.5 and 3.3.2.

``tox -e live-3.3.2`` runs the same tests against a server; with ``DYNCLIENT_RECORD=1`` it records the cassettes anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import server_scenarios
import vcr
from server_scenarios import *  # noqa: F403 - the tests

import dynclient
from dynclient.contract.scrub import scrub

CASSETTES = Path(__file__).parents[1] / "cassettes"
RELEASES = sorted(folder.name for folder in CASSETTES.iterdir())


@pytest.fixture(params=RELEASES)
def client(request, monkeypatch):
    """A client whose every request is answered from the cassette, in the order of recording."""
    monkeypatch.setattr(server_scenarios, "PAUSE", 0)
    recorder = vcr.VCR(**scrub(), record_mode="none", match_on=["method", "path", "query", "body"])
    cassette = CASSETTES / request.param / f"{request.node.originalname.removeprefix('test_')}.yaml"
    with (
        recorder.use_cassette(str(cassette)) as tape,
        dynclient.connect("http://127.0.0.1:8080", auth=("admin", "admin")) as client,
    ):
        yield client
        assert tape.all_played


def test_both_generations_were_recorded():
    """There are cassettes of a 2.x and of a 3.x."""
    assert RELEASES == ["2.10.5", "3.3.2"]
