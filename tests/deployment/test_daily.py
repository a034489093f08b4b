"""The day of ``daily`` on the recorded answers of every release that was run.

``DYNCLIENT_RECORD=1 tox -e live-3.3.2`` records them anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import NamedTuple

import daily
import pytest
from daily import *  # noqa: F403 - the steps
from recorded_day import FOLDER, LINES_RECORDED, RecordedServer

RELEASES = sorted(folder.name for folder in FOLDER.iterdir())


class Account(NamedTuple):
    """What the steps want to know of a server."""

    url: str
    username: str
    password: str
    release: str


def pytest_generate_tests(metafunc):
    """A step runs on each release that has a recording of it."""
    if "release" in metafunc.fixturenames:
        step = f"{metafunc.function.__name__.removeprefix('test_')}.json"
        with_step = [release for release in RELEASES if (FOLDER / release / step).exists()]
        metafunc.parametrize("release", with_step, scope="module")


@pytest.fixture(scope="module")
def server(release):
    """A server that tells again what the release answered."""
    with RecordedServer(release) as server:
        yield server


@pytest.fixture(scope="module")
def live(server):
    """The account that the answers were recorded with."""
    return Account(server.url, "admin", "admin", server.release)


@pytest.fixture(scope="module")
def scene(server):
    """A context manager by a name: the answers of that scene."""

    @contextlib.contextmanager
    def begin(name, _node=None):
        server.begin(name)
        yield

    return begin


@pytest.fixture(scope="module")
def lines():
    """How many lines the long log has in the recordings."""
    return LINES_RECORDED


@pytest.fixture(scope="module")
def threads():
    """How many threads call at the same moment."""
    return 8


@pytest.fixture(scope="module", autouse=True)
def no_pauses():
    """Nobody waits for what is recorded."""
    sleep = asyncio.sleep
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda _seconds: None)
        patch.setattr(asyncio, "sleep", lambda _seconds: sleep(0))
        patch.setattr(daily, "SECONDS", 20)
        yield
