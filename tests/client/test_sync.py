"""One spec, one server, one auth and one transport made into callables."""

from __future__ import annotations

import threading

import pytest
from loopback import Server
from thing_client import ok, spec, url

import dynclient
from dynclient import Client, errors


def test_a_call_goes_there_and_back():
    """An operation is an attribute: it sends what the arguments say and returns the model."""
    with Server(ok({"id": 3, "name": "n"})) as server, Client(spec(), url(server) + "/a/b/") as client:
        thing = client.get_thing(3)
    assert (type(thing).__name__, thing.name) == ("Thing", "n")
    assert server.seen[0].line == "GET /a/b/things/3 HTTP/1.1"
    assert server.seen[0].headers["accept"] == "application/json"


def test_models_remember_the_call_they_came_from():
    """The path arguments and the operation stay with the model, for updates."""
    from dynclient.schema.origins import root_of

    with Server(ok({"id": 3})) as server, Client(spec(), url(server)) as client:
        origin, steps = root_of(client.get_thing(3))
    assert (origin.operation, dict(origin.arguments), steps) == ("get_thing", {"id": 3}, ())


def test_many_threads_share_a_client():
    """One client, 16 threads: every answer is its caller's."""

    def echo(exchange):
        number = int(exchange.seen.target.rpartition("/")[2])
        ok({"id": number})(exchange)

    wrong = []

    def work(client, start):
        wrong.extend(n for n in range(start, start + 20) if client.get_thing(n).id != n)

    with Server(echo) as server, Client(spec(), url(server)) as client:
        threads = [threading.Thread(target=work, args=(client, 100 * i)) for i in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(server.seen) == 320


def test_the_public_names():
    """``__all__`` is sorted and every name in it can be looked up."""
    assert dynclient.__all__ == sorted(dynclient.__all__)
    for name in set(dynclient.__all__) - {"Airflow", "airflow", "connect"}:
        assert getattr(dynclient, name) is not None
    with pytest.raises(AttributeError):
        dynclient.nothing  # noqa: B018 - looking it up is the test


def test_a_change_that_was_made_is_said():
    """A 2xx of POST that breaks the document says that the server did it, and carries the data."""
    with Server(ok({"id": "x"}, 201), ok({"id": 1}, 202)) as server, Client(spec(), url(server)) as client:
        with pytest.raises(
            errors.InvalidResponse, match="answered 201, so the server did it, but with a body"
        ) as broken:
            client.post_thing(id=1)
        with pytest.raises(errors.UndocumentedResponse, match="202, so the server did it, but the document does not"):
            client.post_thing(id=1)
    assert broken.value.data == {"id": "x"}
