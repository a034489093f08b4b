"""A fake server fails on demand."""

from __future__ import annotations

import time

import pytest
from library import filled
from tiny_specs import json_answer, tiny

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.errors import ArgumentError, UnknownOperation
from dynclient.http.transport import Transport
from dynclient.testing import FakeServer
from dynclient.testing.fake_answers import FakeResponse
from dynclient.testing.misbehaviour import Misbehaviour, break_contract


def test_a_status_on_demand(server, client):
    """The told status comes as often as told, with the document's body, and nothing changes."""
    shelf = filled(client)
    server.misbehave("add_book", status=503, times=2, headers={"Retry-After": "1"})
    for _ in range(2):
        reply = client.add_book.response(shelf, isbn="a", title="a")
        assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert client.add_book(shelf, isbn="a", title="a")


def test_a_delay_on_demand(server, client):
    """The answer comes that much later."""
    server.misbehave(delay=0.1)
    before = time.monotonic()
    client.list_shelves()
    assert time.monotonic() - before >= 0.1


@pytest.mark.parametrize(("cut", "error"), [(True, errors.TransportError), (5, errors.BrokenResponse)])
def test_a_cut_on_demand(server, cut, error):
    """The connection ends before the answer, or in its body."""
    server.misbehave("list_shelves", cut=cut)
    with pytest.raises(error):
        Client(server.spec, server.server, transport=Transport(retries=0)).list_shelves()


def test_bytes_on_demand(server):
    """Any bytes can be answered."""
    server.misbehave(
        "list_shelves", status=502, body=b"<html><title>Bad Gateway</title>", headers={"Content-Type": "text/html"}
    )
    with pytest.raises(errors.Unknown, match="HTML"):
        Client(server.spec, server.server, transport=Transport(retries=0)).list_shelves()


@pytest.mark.parametrize("pointer", ["books/0/title", "/books/1", "books", "total_entries", "#/books/0/isbn"])
def test_a_broken_answer_on_demand(server, client, pointer):
    """The answer breaks the document at the pointer, until it is told to behave."""
    server.misbehave("list_books", breaks=pointer)
    with pytest.raises(errors.InvalidResponse) as caught:
        client.list_books("shelf_1")
    steps = [int(step) if step.isdigit() else step for step in pointer.strip("#/").split("/")]
    assert any(list(violation.path[: len(steps)]) == steps for violation in caught.value.violations)
    server.behave()
    assert client.list_books("shelf_1")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"operation": "list_bokos", "status": 500}, UnknownOperation), ({"operation": "list_books"}, ArgumentError)],
)
def test_misbehaviour_that_is_none(server, arguments, error):
    """An unknown operation, or no way to fail, is said at once."""
    with pytest.raises(error):
        server.misbehave(**arguments)


def test_a_pointer_that_leads_nowhere(spec):
    """What cannot be broken is said in the answer and kept in ``failures``."""
    with FakeServer(spec, judge=False) as server:
        server.misbehave("list_books", breaks="books/77/title")
        reply = Client(spec, server.server).list_books.response("shelf_1")
        assert reply.status == 500
        assert "books/77/title" in str(reply.error)
        assert len(server.failures) == 1
    assert Misbehaviour() == Misbehaviour("", None, 0.0, False, "", None, {}, None)


ANYTHING = {
    "type": "object",
    "properties": {"free": {}, "needed": {}, "list": {"type": "array"}},
    "required": ["needed"],
}
OPERATION = tiny({"GET /a": {"operationId": "a", "responses": {"200": json_answer(ANYTHING)}}}).operations["a"]
DATA = {"free": 1, "needed": 2, "list": [3], "a/b": {"~": 4}}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("needed", {"free": 1, "list": [3], "a/b": {"~": 4}}),
        ("list", {**DATA, "list": {"not": "wanted"}}),
    ],
)
def test_a_value_of_any_type_is_left_out(pointer, expected):
    """Where every value is allowed the field itself is left out; elsewhere a value of another type stands there."""
    assert break_contract(OPERATION, FakeResponse(200, DATA), pointer) == expected
    assert DATA["needed"] == 2


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        ("free", "the document allows everything there"),
        ("list/0", "the document allows everything there"),
        ("a~1b/~0", "the document allows everything there"),
        ("gone", "has nothing there"),
        ("list/x", "has nothing there"),
        ("list/7", "has nothing there"),
        ("free/deeper", "has nothing there"),
    ],
)
def test_a_place_that_cannot_be_broken(pointer, reason):
    """A place that is not there, or where everything is allowed, is an error that says which."""
    with pytest.raises(ArgumentError, match=reason):
        break_contract(OPERATION, FakeResponse(200, DATA), pointer)


def test_a_status_without_a_schema_cannot_be_broken():
    """An answer of which the document says nothing allows everything."""
    with pytest.raises(ArgumentError, match="allows everything"):
        break_contract(OPERATION, FakeResponse(404, {"a": 1}), "a")
