"""Applications beside the API: their documents, the shared login, and users on Airflow 3."""

from __future__ import annotations

import asyncio
import json

import pytest
from loopback import Server, answer

import dynclient
from dynclient import aio, errors
from dynclient.deployment import applications
from dynclient.documents import releases

USER = {
    "username": "u",
    "email": "e",
    "first_name": "f",
    "last_name": "l",
    "roles": [],
    "created_on": "2026-01-01T00:00:00",
}
USERS = {"users": [USER], "total_entries": 1}
OWN = {
    "openapi": "3.1.0",
    "info": {"title": "Plugin", "version": "1"},
    "servers": [{"url": "/plugin"}],
    "paths": {"/items": {"get": {"operationId": "get_items", "responses": {"200": {"description": ""}}}}},
}


def json_reply(data, status=200):
    return answer(status, json.dumps(data).encode())


@pytest.fixture
def server():
    """An Airflow 3 with FAB behind a prefix, that gives one token and wants it."""
    own = releases.application_document("fab-3.9.0")
    routes = {
        "/p/api/v2/version": json_reply({"version": "3.3.2", "git_version": None}),
        "/p/auth/token": json_reply({"access_token": "t"}, 201),
        "/p/auth/openapi.json": json_reply(own),
        "/p/auth/fab/v1/users": json_reply(USERS),
        "/p/plugin/openapi.json": json_reply(OWN),
        "/p/plugin/items": json_reply([1]),
    }

    def script(exchange):
        path = exchange.seen.target.partition("?")[0]
        open_ = path in {"/p/api/v2/version", "/p/auth/token"}
        allowed = open_ or exchange.seen.headers.get("authorization") == "Bearer t"
        (routes.get(path, answer(404, b"{}")) if allowed else answer(401, b"{}"))(exchange)

    with Server(script) as running:
        yield running


def count(server, end):
    return sum(seen.target.endswith(end) for seen in server.seen)


def test_users_of_airflow_3_are_those_of_the_auth_manager(server):
    """The same line as on Airflow 2, by the same login; dates without an offset keep to the corrected document."""
    with dynclient.connect(f"{server.url}/p", auth=("u", "p")) as af:
        assert [user["username"] for user in af.get_users.iter()] == ["u"]
        assert af.call("get_users")["total_entries"] == 1
        assert af.post_user.operation.id == "create_user"  # by the name of Airflow 2
    assert count(server, "/auth/token") == 1


def test_awaited_users(server):
    """The awaited client has them too."""

    async def names():
        async with await aio.connect(f"{server.url}/p", auth=("u", "p")) as af:
            plugin = await af.application("/plugin")
            return [user["username"] async for user in af.get_users.iter()], await plugin.get_items()

    assert asyncio.run(names()) == (["u"], [1])


def test_an_application_has_its_own_document(server):
    """Paths that begin with the mount are the server's, others are below the mount; the login is shared."""
    with dynclient.connect(f"{server.url}/p", auth=("u", "p")) as af:
        assert af.application("/auth").get_users().total_entries == 1
        assert af.application("/plugin/").get_items() == [1]
        assert af.application("/auth").get_users.request().url == f"{server.url}/p/auth/fab/v1/users"
    assert count(server, "/auth/token") == 1


@pytest.mark.parametrize("mount", ["auth", "", "/", "/../x", "https://elsewhere.example"])
def test_where_an_application_is_mounted_is_a_path(server, mount):
    """Anything else is refused before anything is sent."""
    with dynclient.connect(f"{server.url}/p", auth=("u", "p")) as af, pytest.raises(errors.ArgumentError, match="path"):
        af.application(mount)


def test_where_no_application_is_that_is_said(server):
    """The answer is shown by its status only."""
    with dynclient.connect(f"{server.url}/p", auth=("u", "p")) as af, pytest.raises(errors.SpecError, match="404"):
        af.application("/edge")


def test_the_bundled_document_is_whole():
    """Every name that leads there has its operation, and nothing is wrong with the document."""
    spec = applications.auth_manager()
    assert spec.faults == ()
    names = releases.applications()["auth manager"]["operations"]
    assert {applications.auth_manager_operation(name) for name in names} <= {*spec.operations}
    assert applications.auth_manager_operation("get_pools") is None


def test_a_changed_user_goes_to_the_auth_manager():
    """update() writes a model back to the application it was read from, blocking and awaited."""
    user = {**USER, "last_name": "new"}

    def script(exchange):
        path, method = exchange.seen.target.partition("?")[0], exchange.seen.line.split(" ")[0]
        routes = {
            ("GET", "/api/v2/version"): json_reply({"version": "3.3.2", "git_version": None}),
            ("POST", "/auth/token"): json_reply({"access_token": "t"}, 201),
            ("GET", "/auth/fab/v1/users/u"): json_reply(USER),
            ("PATCH", "/auth/fab/v1/users/u"): json_reply(user),
        }
        routes.get((method, path), answer(404, b"{}"))(exchange)

    async def awaited(url):
        async with await aio.connect(url, auth=("u", "p")) as af:
            model = await af.get_user("u")
            model.last_name = "new"
            return await af.update(model)

    with Server(script) as server:
        with dynclient.connect(server.url, auth=("u", "p")) as af:
            model = af.get_user("u")
            assert af.update(model) is model
            model.last_name = "new"
            assert af.update(model).last_name == "new"
        assert asyncio.run(awaited(server.url)).last_name == "new"
        bodies = [json.loads(seen.body) for seen in server.seen if seen.line.startswith("PATCH")]
    assert [body["last_name"] for body in bodies] == ["new", "new"]
