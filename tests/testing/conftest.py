"""A fake server of a library's document and a client of it; clients of fake Airflows."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from fake_dags import DAGS
from library import LISTED, PROBLEM, library

from dynclient.client.sync import Client
from dynclient.testing import FakeServer, fake_airflow


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


@pytest.fixture
def airflow_client():
    """Starts a fake of a release with the DAGs of these tests, and gives a client of it."""
    with ExitStack() as stack:

        def start(release, **options):
            options = {"dags": DAGS, **options}
            server = stack.enter_context(fake_airflow(release, **options))
            return stack.enter_context(Client(server.spec, server.server))

        yield start
