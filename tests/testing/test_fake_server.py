"""The fake server: HTTP from a document alone, requests judged, credentials, rules."""

from __future__ import annotations

import json

import pytest
from fake_calls import broken_answers, complaints
from library import raw
from tiny_specs import tiny

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.errors import ArgumentError
from dynclient.openapi import load
from dynclient.testing import FakeServer
from dynclient.testing.fake_answers import FakeResponse

MINORS = [
    "2.0.0",
    "2.1.0",
    "2.2.0",
    "2.3.0",
    "2.4.0",
    "2.5.0",
    "2.6.0",
    "2.7.0",
    "2.8.0",
    "2.9.0",
    "2.10.5",
    "2.11.0",
    "3.0.6",
    "3.1.8",
    "3.2.2",
    "3.3.2",
]


@pytest.mark.parametrize("release", MINORS)
def test_every_operation_of(release):
    """Every operation called with seeded valid arguments gets an answer that client and openapi-core accept."""
    assert complaints(release, (0, 3)) == []


@pytest.mark.parametrize("release", MINORS)
def test_what_a_release_answers_keeps_to_its_document(release):
    """The release's fake may refuse what is made up, as its server does; what it answers, both accept."""
    found, answered = broken_answers(release, (0,))
    assert found == []
    assert answered > 0.5


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/elsewhere", 404),
        ("GET", "/shelves", 404),  # the document says /api/shelves
        ("GET", "/other/api/shelves", 404),
        ("PATCH", "/api/shelves", 405),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/openapi.json", 200),
    ],
)
def test_what_is_not_in_the_document(server, method, path, status):
    """Other paths are 404, other methods 405, and the document itself is there."""
    answered, _, body = raw(server.url + path, method)
    assert answered == status
    if status == 200:
        assert load.load(json.loads(body)).operations["list_books"]


@pytest.mark.parametrize("judge", [True, False])
@pytest.mark.parametrize(
    ("path", "body", "loc"),
    [
        ("/books?limit=few", None, ["query", "limit"]),
        ("/books?limit=-1", None, ["query", "limit"]),
        ("/books?lmit=1", None, ["query", "lmit"]),
        ("/books", {"isbn": "1", "pages": 1}, ["body", "title"]),
        ("/books", {"title": 1}, ["body", "title"]),
        ("/books", {"title": "a", "colour": "red"}, ["body", "colour"]),
        ("/books", "{", ["body"]),
    ],
)
def test_a_request_that_breaks_the_document_is_refused(spec, judge, path, body, loc):
    """Each is answered in the document's own form, an unknown argument too; what was wrong is kept."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    with FakeServer(spec, judge=judge) as server:
        url = f"{server.server}/shelves/shelf_1{path}"
        status, headers, answered = raw(
            url, "GET" if data is None else "POST", data, **{"Content-Type": "application/json"}
        )
        assert status == 422
        assert headers["Content-Type"] == "application/json"
        assert loc in [item["loc"] for item in json.loads(answered)["detail"]]
        assert server.requests[-1].violations
        assert server.requests[-1].status == 422


@pytest.mark.parametrize(
    ("credentials", "auth", "status"),
    [
        (None, None, 200),
        (("u", "p"), ("u", "p"), 200),
        (("u", "p"), ("u", "q"), 401),
        (("u", "p"), None, 401),
        ("t", "t", 200),
        ({"s", "t"}, "t", 200),
        ({"s", "t"}, "r", 401),
        (lambda _: 403, "t", 403),
        (lambda request: request.headers.get("x") is None, None, 200),
    ],
)
def test_credentials(spec, credentials, auth, status):
    """It asks for what it was told to ask for: Basic, tokens, or a function's verdict."""
    with FakeServer(spec, judge=False, credentials=credentials) as server:
        reply = Client(spec, server.server, auth=auth).list_shelves.response()
    assert reply.status == status
    if status == 401:
        assert reply.headers["WWW-Authenticate"]


def test_operations_without_security_are_open():
    """In a document that names security for some operations, the others need no credentials."""
    spec = tiny(
        {
            "GET /a": {"operationId": "a", "security": [{"k": []}]},
            "GET /b": {"operationId": "b"},
            "GET /c": {"operationId": "c", "security": [{"k": []}]},
        }
    )
    with FakeServer(spec, judge=False, credentials="t", public={"c"}) as server:
        client = Client(spec, server.server)
        assert [client.call(name) is not None for name in "bc"]
        with pytest.raises(errors.Unauthenticated):
            client.a()


def test_rules(spec):
    """A rule answers an operation, or a path that the document does not have; None leaves it to the document."""
    asked = []

    def rename(request):
        asked.append(request.arguments)
        given = request.default()
        return request.shown(given, title="ruled") if request.arguments["isbn"] == "isbn_1" else None

    rules = {
        "get_book": rename,
        ("GET", "/ping"): lambda request: FakeResponse(200, {"pong": len(request.fake.requests)}),
        ("POST", "/echo"): lambda request: FakeResponse(201, request.body),
        ("GET", "/text"): lambda _: FakeResponse(200, "hello", "text/plain"),
        ("DELETE", "/none"): lambda _: FakeResponse(204),
    }
    with FakeServer(spec, judge=False, rules=rules) as server:
        client = Client(spec, server.server)
        assert client.get_book("shelf_1", "isbn_1")["title"] == "ruled"
        assert client.get_book("shelf_1", "isbn_2")["title"] != "ruled"
        assert raw(server.url + "/ping")[2] == b'{"pong": 2}'
        assert raw(server.url + "/echo", "POST", b"[1]")[2] == b"[1]"
        assert raw(server.url + "/text")[2] == b"hello"
        assert raw(server.url + "/none", "DELETE")[0] == 204
    assert asked == [{"shelf_id": "shelf_1", "isbn": "isbn_1"}, {"shelf_id": "shelf_1", "isbn": "isbn_2"}]


def test_a_rule_that_is_wrong(spec):
    """A rule whose answer breaks the document, or that raises, is answered with 500 and kept."""
    rules = {"list_shelves": lambda _: FakeResponse(200, {"shelves": 1}), "get_shelf": lambda _: 1 / 0}
    with FakeServer(spec, judge=False, rules=rules) as server:
        client = Client(spec, server.server)
        assert client.list_shelves.response().status == client.get_shelf.response("a").status == 500
        assert [type(failure) for failure in server.failures] == [ValueError, ZeroDivisionError]


def test_seeds_and_prefix(spec):
    """A collection can be filled with given values; everything can stand behind a prefix."""
    with FakeServer(
        spec, judge=False, seeds={"/shelves": [{"id": "top"}, {"id": "low", "owner": "me"}]}, prefix="/a/b"
    ) as server:
        assert server.server == server.url + "/api"
        assert server.url.endswith("/a/b")
        assert [shelf["id"] for shelf in Client(spec, server.server).list_shelves()["shelves"]] == ["top", "low"]
        assert server.items("/shelves")["low"]["owner"] == "me"
        with pytest.raises(ArgumentError):
            server.items("/boxes")


def test_what_came_is_kept(server, client):
    """Requests are kept with operation, arguments and status, and examples lead to something."""
    arguments = server.example("change_book")
    client.change_book(**arguments)
    seen = server.requests[-1]
    assert (seen.operation, seen.status, seen.arguments["shelf_id"]) == ("change_book", 200, "shelf_1")
    assert seen.request.url.endswith("/api/shelves/shelf_1/books/isbn_1")
