"""Logins of each generation: Basic on 2.x, tokens on 3.x, viewers."""

from __future__ import annotations

import json

import pytest
from library import raw

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.testing import fake_airflow


def test_basic_on_2():
    """A 2.x fake with credentials asks for Basic, except for its version and health."""
    with fake_airflow("2.10.5", auth=("admin", "secret"), judge=False) as server:
        assert Client(server.spec, server.server).get_version()
        assert Client(server.spec, server.server, auth=("admin", "secret")).get_pools()
        with pytest.raises(errors.Unauthenticated) as caught:
            Client(server.spec, server.server, auth=("admin", "wrong")).get_pools()
        assert caught.value.response.content_type == "application/problem+json"


def log_in(server, **body):
    status, _, answered = raw(
        server.url + "/auth/token", "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"}
    )
    return status, json.loads(answered)


def test_tokens_on_3():
    """A 3.x fake gives a token for the right password and asks for it; logging out ends it."""
    with fake_airflow("3.3.2", auth=("admin", "secret"), judge=False) as server:
        assert log_in(server, username="admin", password="wrong")[0] == 401
        assert log_in(server, username="admin")[0] == 422
        assert raw(server.url + "/auth/token")[0] == 403
        status, given = log_in(server, username="admin", password="secret")
        assert status == 201
        client = Client(server.spec, server.server, auth=given["access_token"])
        assert client.get_pools()
        for auth, error in ((None, errors.Unauthenticated), ("made.up.token", errors.PermissionDenied)):
            with pytest.raises(error):
                Client(server.spec, server.server, auth=auth).get_pools()
        client.logout.response()
        with pytest.raises(errors.PermissionDenied, match="Invalid JWT token"):
            client.get_pools()


def test_tokens_expire():
    """An expired token is 401, said in the real server's words."""
    with fake_airflow("3.3.2", auth=("a", "b"), judge=False, token_seconds=0) as server:
        token = log_in(server, username="a", password="b")[1]["access_token"]
        with pytest.raises(errors.Unauthenticated, match="Token Expired"):
            Client(server.spec, server.server, auth=token).get_pools()


def test_everybody_gets_in_without_auth():
    """Without credentials asked for, any login gives a token, and so does none."""
    with fake_airflow("3.0.6", judge=False) as server:
        assert log_in(server, username="any", password="thing")[0] == raw(server.url + "/auth/token")[0] == 201


@pytest.mark.parametrize(("release", "status"), [("2.10.5", 401), ("2.9.3", 403), ("2.11.2", 403), ("3.3.2", 401)])
def test_the_status_for_strangers(release, status):
    """Some releases say 403 to whom they do not know."""
    with fake_airflow(release, auth=("admin", "secret")) as server:
        assert Client(server.spec, server.server).get_dags.response().status == status


@pytest.mark.parametrize(
    ("release", "operation", "status"),
    [
        ("2.10.5", "get_dags", 200),
        ("2.10.5", "get_variables", 403),
        ("2.10.5", "get_pools", 200),
        ("2.7.3", "get_pools", 403),
        ("2.7.3", "get_event_logs", 200),
        ("2.10.5", "get_event_logs", 403),
        ("3.3.2", "get_dags", 200),
        ("3.3.2", "get_connections", 403),
    ],
)
def test_viewers_read_and_see_no_secrets(release, operation, status):
    """A viewer reads what the release lets viewers read, and neither variables nor connections."""
    with fake_airflow(release, auth=("admin", "secret"), viewer=("guest", "pass")) as server:
        auth = ("guest", "pass")
        if release >= "3":
            auth = log_in(server, username="guest", password="pass")[1]["access_token"]
        assert Client(server.spec, server.server, auth=auth).operation(operation).response().status == status


@pytest.mark.parametrize(("release", "status"), [("3.0.6", 422), ("3.3.2", 201)])
def test_a_form_for_a_token(release, status):
    """From 3.1 on the login takes a form too."""
    with fake_airflow(release, auth=("a", "b")) as server:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert raw(server.url + "/auth/token", "POST", b"username=a&password=b", **form)[0] == status
