"""Tests against real Airflow servers: collected only when DYNCLIENT_LIVE_RELEASE names a release."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from server import server

RELEASE = os.environ.get("DYNCLIENT_LIVE_RELEASE", "")

collect_ignore_glob = [] if RELEASE else ["*"]


@pytest.fixture(scope="session")
def live():
    """A running server of the release, as `server.Server(url, username, password, release)`."""
    with server(RELEASE) as account:
        yield account
