"""What every client does, blocking or awaited: names, modes, what it takes and refuses."""

from __future__ import annotations

import pickle

import pytest
from loopback import Server
from thing_client import SERVERS, THING, ok, spec, url
from tiny_specs import json_answer, tiny

from dynclient import Client, errors


def test_call_reaches_operations_whose_name_the_client_uses():
    """``client.call(id)`` reaches any operation by its id."""
    with Server(ok({"id": 3})) as server, Client(spec(), url(server)) as client:
        assert client.call("call") == {"id": 3}
        assert client.call("get_thing", 3).id == 3
    assert [seen.target for seen in server.seen] == ["/call", "/things/3"]


def test_an_unknown_operation_has_near_names():
    """A typo is an AttributeError that names what comes near; ``call`` raises the same."""
    client = Client(spec(), "http://127.0.0.1:1")
    with pytest.raises(AttributeError, match="did you mean get_thing or get_things") as caught:
        client.get_thingz  # noqa: B018 - looking it up is the test
    assert caught.value.near[:2] == ("get_thing", "get_things")
    with pytest.raises(KeyError):
        client.call("nothing_like_it")


def test_dir_tags_and_operations():
    """dir() lists the operations, tags group them, ``operations`` is the spec's."""
    client = Client(spec(), "http://127.0.0.1:1")
    assert {"get_things", "post_thing", "call", "spec"} <= set(dir(client))
    assert list(client.tags["Thing"]) == ["get_things", "get_thing"]
    assert client.tags["One"].get_thing is client.get_thing
    assert client.operations is client.spec.operations
    with pytest.raises(errors.UnknownOperation, match="it has get_thing"):
        client.tags["One"].get_things  # noqa: B018 - looking it up is the test


MODES = [("strict", errors.InvalidResponse, None), ("warn", None, errors.ContractWarning), ("off", None, None)]


@pytest.mark.parametrize(("mode", "raises", "warns"), MODES)
def test_what_a_broken_answer_does(mode, raises, warns):
    """strict raises, warn warns and keeps the violations, off does not look."""
    with Server(ok({"id": "x"})) as server, Client(spec(), url(server), responses=mode) as client:
        if raises:
            with pytest.raises(raises):
                client.get_thing(3)
        elif warns:
            with pytest.warns(warns, match="id: a string where an integer is wanted"):
                assert client.get_thing(3) == {"id": "x"}
            assert [(name, v.where) for name, v in client.violations] == [("get_thing", "id")]
        else:
            assert client.get_thing(3) == {"id": "x"}


def test_an_error_status_raises_in_every_mode():
    """responses= is about the contract; a 4xx is the server's no."""
    with (
        Server(ok({"detail": "no"}, 404)) as server,
        Client(spec(), url(server), responses="off") as client,
        pytest.raises(errors.NotFound, match=r"get_thing \(GET /things/\{id\}\) answered 404 NotFound: Not Found: no"),
    ):
        client.get_thing(3)


def test_read_only_refuses_what_may_change_something():
    """A read_only client sends GET and batch lists, and nothing else."""
    with (
        Server(ok({"things": [], "total_entries": 0})) as server,
        Client(spec(), url(server), read_only=True) as client,
    ):
        client.get_things()
        client.get_things_batch()
        with pytest.raises(errors.ArgumentError, match="read_only; nothing was sent"):
            client.post_thing(id=1)
    assert len(server.seen) == 2


BAD_CLIENTS = [
    ({"server": "localhost:8080"}, "starts with http"),
    ({"server": 5}, "the document has 2, counted from 0"),
    ({"responses": "loud"}, '"strict", "warn", "off"'),
]


@pytest.mark.parametrize(("kwargs", "words"), BAD_CLIENTS)
def test_what_a_client_does_not_take(kwargs, words):
    """A wrong knob is an ArgumentError that says what is wanted."""
    with pytest.raises(errors.ArgumentError, match=words):
        Client(spec(servers=SERVERS), **kwargs)


def test_requests_may_be_let_through():
    """requests="warn" sends what breaks the document and says so; "off" sends it silently; strict refuses it."""
    with Server(ok({"id": 1}), ok({"id": 1})) as server:
        warning = Client(spec(), url(server), requests="warn")
        with pytest.warns(errors.ContractWarning, match=r"get_thing: the arguments break the document and are sent"):
            warning.get_thing("x")
        assert [name for name, _ in warning.violations] == ["get_thing"]
        Client(spec(), url(server), requests="off").get_thing("x")
        with pytest.raises(errors.InvalidRequest):
            Client(spec(), url(server)).get_thing("x")
    assert [seen.target for seen in server.seen] == ["/things/x", "/things/x"]


def test_errors_carry_the_request_without_credentials():
    """What was asked is at every error of an answer or its absence; the credentials are not in it."""
    with Server(ok({}, 404), ok({"id": "x"})) as server:
        client = Client(spec(), url(server), auth="s3cret")
        address = url(server)
        for kind in (errors.NotFound, errors.InvalidResponse, errors.TransportError):
            with pytest.raises(kind) as caught:
                client.get_thing.options(retries=0)(3)
            assert caught.value.request.url == f"{address}/things/3"
            assert "authorization" not in caught.value.request.headers
            assert pickle.loads(pickle.dumps(caught.value)).request == caught.value.request
            if kind is errors.InvalidResponse:
                server.__exit__(None, None, None)


def test_fields_beyond_a_closed_schema_are_warned_about():
    """A field that additionalProperties: false does not allow is kept, with a warning that names it."""
    closed = {**THING, "additionalProperties": False}
    operation = {"operationId": "op", "responses": {"200": json_answer(closed)}}
    message = "op: more came, which the document does not have; it is kept"
    with (
        Server(ok({"id": 1, "more": 2})) as server,
        Client(tiny({"GET /a": operation}), url(server)) as client,
        pytest.warns(errors.ContractWarning, match=message),
    ):
        assert client.op() == {"id": 1, "more": 2}
