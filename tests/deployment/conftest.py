"""Clients of the fake and of scripted servers, for several test modules."""

from __future__ import annotations

import pytest
from scripted_runs import RELEASES, awaited, blocking

import dynclient
from dynclient.deployment import steps
from dynclient.testing import fake_airflow


@pytest.fixture(params=RELEASES)
def af(request, monkeypatch):
    """A client of a fake in which report_weekly always fails."""
    monkeypatch.setattr(steps, "FIRST_PAUSE", 0.01)
    with (
        fake_airflow(request.param, outcomes={"report_weekly": "failed"}, judge=False) as server,
        dynclient.connect(server.url) as client,
    ):
        client.server_of_the_test = server
        yield client


@pytest.fixture(params=[blocking, awaited])
def do(request, monkeypatch):
    monkeypatch.setattr(steps, "FIRST_PAUSE", 0.01)
    return request.param
