"""``dynclient.recording``: any block of code as a cassette without its secrets."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
import requests

import dynclient
from dynclient import aio
from dynclient.contract import audit
from dynclient.testing import fake_airflow

AUTH = ("admin", "key-of-the-house")


@pytest.fixture(scope="module")
def server():
    with fake_airflow("3.3.2", auth=AUTH) as fake:
        yield fake


def exchanges(path):
    """Method and path of each recorded exchange of a JSON cassette."""
    recorded = json.loads(path.read_text("utf-8"))["interactions"]
    return [(each["request"]["method"], each["request"]["uri"].partition("/api/v2")[2]) for each in recorded]


def test_a_block_is_recorded_of_all_clients_and_of_its_threads(server, tmp_path):
    """What this client, its threads, the awaited client and plain requests send in the block is kept, nothing else."""
    path = tmp_path / "new" / "day.json"
    af = dynclient.connect(server.url, auth=AUTH)
    af.get_version()

    async def awaited():
        async with await aio.connect(server.url, auth=AUTH) as client:
            await client.get_pool("default_pool")

    with dynclient.recording(path):
        af.get_dag("etl_daily")
        thread = threading.Thread(target=af.get_variables)
        thread.start()
        thread.join()
        requests.get(f"{server.url}/api/v2/version", timeout=10)
        asyncio.run(awaited())
    af.get_version()
    seen = exchanges(path)
    assert seen[:3] == [("GET", "/dags/etl_daily"), ("GET", "/variables"), ("GET", "/version")]
    assert seen[-1] == ("GET", "/pools/default_pool")


def test_secrets_are_not_written(server, tmp_path):
    """Passwords, tokens and what the caller names are no part of the file, which keeps to its document all the same."""
    path = tmp_path / "day.yaml"
    with dynclient.recording(path, "X-Tenant"):
        af = dynclient.connect(server.url, auth=AUTH)
        call = af.post_connection.options(headers={"X-Tenant": "tenant-seven"})
        call(connection_id="c", conn_type="http", password="word-of-the-connection")
    text = path.read_text("utf-8")
    assert [secret for secret in (AUTH[1], "tenant-seven", "word-of-the-connection", "eyJ") if secret in text] == []
    report = audit(path, dynclient.load("3.3.2"))
    assert report.ok, report


def test_what_came_before_an_exception_is_kept(server, tmp_path):
    """The file is written when the block ends by an exception, and the exception goes on."""
    path = tmp_path / "day.json"
    af = dynclient.connect(server.url, auth=AUTH)
    with pytest.raises(dynclient.NotFound), dynclient.recording(path):
        af.get_dag("no_such_dag")
    assert exchanges(path) == [("GET", "/dags/no_such_dag")]


def test_a_file_is_replaced(server, tmp_path):
    """A recording begins anew."""
    path = tmp_path / "day.json"
    af = dynclient.connect(server.url, auth=AUTH)
    for _ in range(2):
        with dynclient.recording(path):
            af.get_version()
    assert exchanges(path) == [("GET", "/version")]


def test_a_file_that_cannot_be_written_is_told_first(server, tmp_path):
    """Nothing is sent when the recording could not be kept."""
    af = dynclient.connect(server.url, auth=AUTH)
    with pytest.raises(dynclient.ArgumentError, match="name a file that can be written"), dynclient.recording(tmp_path):
        af.get_version()
