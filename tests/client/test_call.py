"""What a callable has beside the call: the request, the response, pages, an example, options."""

from __future__ import annotations

from loopback import Server
from thing_client import ok, spec, url

from dynclient import Client, errors, load


def test_request_is_built_not_sent():
    """``.request()`` validates and builds, credentials included; curl() masks them."""
    client = Client(spec(), "http://127.0.0.1:1/x", auth=("user", "s3cret"))
    request = client.get_things.request(limit=5)
    assert request.url == "http://127.0.0.1:1/x/things?limit=5"
    assert request.headers["authorization"].startswith("Basic ")
    assert "s3cret" not in request.curl()
    assert "Basic ***" in request.curl()


def test_response_raises_for_neither():
    """``.response()`` gives status, headers, data and violations for an error status and for a broken contract."""
    with Server(ok({"detail": "no"}, 404), ok({"id": "x"})) as server, Client(spec(), url(server)) as client:
        refused = client.get_thing.response(3)
        broken = client.get_thing.response(3)
    assert (refused.status, refused.data, type(refused.error)) == (404, {"detail": "no"}, errors.NotFound)
    assert (broken.status, broken.data, len(broken.violations)) == (200, {"id": "x"}, 1)


def test_iter_and_pages():
    """``.iter()`` gives items, ``.pages()`` pages; both lazily, in order."""
    pages = [{"things": [{"id": 1}, {"id": 2}], "total_entries": 3}, {"things": [{"id": 3}], "total_entries": 3}]
    with Server(*map(ok, pages * 2)) as server, Client(spec(), url(server)) as client:
        assert [thing.id for thing in client.get_things.iter(limit=2)] == [1, 2, 3]
        assert [len(page["things"]) for page in client.get_things.pages(limit=2)] == [2, 1]
    assert [seen.target for seen in server.seen[:2]] == ["/things?limit=2", "/things?limit=2&offset=2"]


def test_examples_are_accepted():
    """``.example()`` makes arguments that the document accepts, the same for the same seed."""
    client = Client(load("3.3.2"), "http://127.0.0.1:1")
    for name in client.operations:
        call = client.operation(name)
        assert call.example(3) == call.example(3)
        call.request(**call.example(3))


def test_options_go_with_the_calls():
    """.options() sets header fields, timeout and retries of a callable, or of all calls of a client; others stay."""
    with Server(ok({"id": 1}), ok({"id": 1}), ok({"id": 1})) as server:
        client = Client(spec(), url(server))
        client.get_thing.options(headers={"X-A": "1"})(1)
        client.options(headers={"X-A": "2"}).get_thing.options(headers={"X-B": "3"})(1)
        client.get_thing(1)
    assert [(s.headers.get("x-a"), s.headers.get("x-b")) for s in server.seen] == [
        ("1", None),
        ("2", "3"),
        (None, None),
    ]
