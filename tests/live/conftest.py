"""Tests against real Airflow servers: collected only when DYNCLIENT_LIVE_RELEASE names a release.

``DYNCLIENT_RECORD=1`` records the steps of the day that pass, each in ``tests/cassettes/<release>/<step>.json``, on a
server without the example DAGs: what is recorded shows every form of answer, and stays small.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from recorded_day import FOLDER, LINES_RECORDED, shorten
from server import server

import dynclient

RELEASE = os.environ.get("DYNCLIENT_LIVE_RELEASE", "")
RECORD = bool(os.environ.get("DYNCLIENT_RECORD"))
LINES = 20_000
PASSED = pytest.StashKey[bool]()

collect_ignore_glob = [] if RELEASE else ["*"]


@pytest.fixture(scope="session")
def live():
    """A running server of the release, as `server.Server(url, username, password, release)`."""
    with server(RELEASE, examples=not RECORD) as account:
        yield account


@pytest.fixture(scope="session")
def lines():
    """How many lines the long log has."""
    return LINES_RECORDED if RECORD else LINES


@pytest.fixture(scope="session")
def threads():
    """How many threads call at the same moment; vcrpy loses some of what several send."""
    return 1 if RECORD else 8


@pytest.fixture(scope="session")
def scene(live):
    """A context manager by a name: what is exchanged in it is recorded, where that is asked for."""

    @contextlib.contextmanager
    def record(name, node=None):
        if not RECORD:
            yield
            return
        path = FOLDER / live.release / f"{name}.json"
        with dynclient.recording(path):
            yield
        if node is not None and not node.stash.get(PASSED, False):
            path.unlink(missing_ok=True)
        else:
            shorten(path, live.url)

    return record


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Note that a step passed: others leave no cassette."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report
