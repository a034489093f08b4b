"""One item of a collection is made as wanted."""

from __future__ import annotations

import json

import pytest
from loopback import Server, answer

import dynclient
from dynclient.deployment.airflow_client import Airflow
from dynclient.deployment.ensure import Ensured
from dynclient.testing import fake_airflow


@pytest.fixture(params=["2.10.5", "3.3.2"])
def af(request):
    """A client of a fake of its own."""
    with fake_airflow(request.param, judge=False) as server, dynclient.connect(server.url) as client:
        yield client


def test_ensure(af):
    """Created, unchanged, changed; what a dry run says is not done."""
    assert af.ensure("pools", name="p", slots=2, dry_run=True).action == "created"
    assert af.ensure("pools", name="p", slots=2).action == "created"
    assert af.ensure("pools", name="p", slots=2).action == "unchanged"
    dry = af.ensure("pools", name="p", slots=3, dry_run=True)
    assert (dry.action, dry.changes, str(dry)) == ("changed", ("slots",), "pools p: would be changed slots")
    assert af.get_pool("p").slots == 2
    assert af.ensure("pools", name="p", slots=3).item.slots == 3
    assert af.ensure("connections", connection_id="c", conn_type="ssh", host="h").action == "created"
    assert af.ensure("connections", connection_id="c", conn_type="ssh", host="i").changes == ("host",)


def test_ensure_refuses(af):
    """An unknown collection has near names; the field that tells items apart must be there; values are checked."""
    with pytest.raises(dynclient.ArgumentError, match="did you mean pools"):
        af.ensure("pool", name="p")
    with pytest.raises(dynclient.ArgumentError, match="pools are told apart by name; give it"):
        af.ensure("pools", slots=3)
    with pytest.raises(dynclient.InvalidRequest, match="slots: a string where an integer is wanted"):
        af.ensure("pools", name="new", slots="many", dry_run=True)


HIDDEN = [
    # what the server shows of a password, the action, what cannot be compared
    ({}, "unchanged", ("password",)),
    ({"password": "***"}, "unchanged", ("password",)),
    ({"password": "s3cret"}, "unchanged", ()),
    ({"password": "other"}, "changed", ()),
]


@pytest.mark.parametrize(("shown", "action", "unknown"), HIDDEN)
def test_what_the_server_hides_is_not_compared(shown, action, unknown):
    """A secret that the server masks or leaves out is no difference, and is named as not compared; never its value."""
    connection = json.dumps({"connection_id": "c", "conn_type": "ssh", **shown}).encode()
    with Server(answer(200, connection)) as server:
        client = Airflow(dynclient.load("3.3.2"), server.url, responses="off")
        result = client.ensure("connections", connection_id="c", conn_type="ssh", password="s3cret", dry_run=True)
    assert (result.action, result.unknown) == (action, unknown)
    assert "s3cret" not in str(result)


REPORTS = [
    ("created", (), (), False, "pools p: created"),
    ("created", (), (), True, "pools p: would be created"),
    ("changed", ("slots", "description"), (), False, "pools p: changed slots, description"),
    ("unchanged", (), (), True, "pools p: unchanged"),
    ("unchanged", (), ("password",), False, "pools p: unchanged; cannot be compared: password"),
]


@pytest.mark.parametrize(("action", "changes", "unknown", "dry_run", "text"), REPORTS)
def test_what_is_said_of_it(action, changes, unknown, dry_run, text):
    """The action, names of fields and never a value; a dry run says what would be done."""
    assert str(Ensured("pools", "p", action, changes, unknown, {"slots": 1}, dry_run)) == text
