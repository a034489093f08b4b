"""A fake server of a library's document, and a client of it."""

from __future__ import annotations

import pytest
from library import LISTED, PROBLEM, library

from dynclient.client.sync import Client
from dynclient.testing import FakeServer


@pytest.fixture(scope="module")
def spec():
    return library(**{"422": LISTED, "404": PROBLEM})


@pytest.fixture
def server(spec):
    with FakeServer(spec, judge=False, wildcard="~") as server:
        yield server
    assert server.failures == []


@pytest.fixture
def client(server):
    with Client(server.spec, server.server) as client:
        yield client
