"""What rules of a fake server are given, who is let in, and how a response is put together."""

from __future__ import annotations

import pytest
from library import raw

from dynclient.http.messages import Headers, Request
from dynclient.openapi.request_decoder import NO_BODY
from dynclient.testing.fake_answers import FakeResponse
from dynclient.testing.fake_rules import admission, body_bytes, json_body, put_together


def request(authorization=None):
    return Request("GET", "http://h/", Headers({"Authorization": authorization} if authorization else {}))


@pytest.mark.parametrize(
    ("credentials", "authorization", "expected"),
    [
        (("u", "p"), "Basic dTpw", True),
        (("u", "p"), "Basic dTpx", False),
        (("u", "p"), None, False),
        ("t", "Bearer t", True),
        ({"s", "t"}, "Bearer s", True),
        (["s", "t"], "Bearer r", False),
        (lambda _: 403, None, 403),
    ],
)
def test_one_function_for_all_credentials(credentials, authorization, expected):
    """A user with a password, a token, several tokens or a function give one function of the request."""
    assert admission(credentials)(request(authorization)) == expected


def test_nobody_is_asked_without_credentials():
    """Without credentials there is no function."""
    assert admission(None) is None


@pytest.mark.parametrize(
    ("data", "body"),
    [(NO_BODY, b""), (b"\x00", b"\x00"), ("é", "é".encode()), ({"a": 1}, b'{"a": 1}'), (None, b"null")],
)
def test_bytes_of_a_body(data, body):
    """Bytes and text go as they are, everything else as JSON."""
    assert body_bytes(data) == body


@pytest.mark.parametrize(("body", "data"), [(b'{"a": 1}', {"a": 1}), (b"{", b"{"), (b"", NO_BODY), (None, NO_BODY)])
def test_a_body_as_json(body, data):
    """A body is read as JSON, and stays as it is where it is none."""
    assert json_body(body) == data


@pytest.mark.parametrize(
    ("content", "body", "headers"),
    [
        (FakeResponse(204, NO_BODY), b"", {}),
        (FakeResponse(200, {}, "application/json"), b"{}", {"Content-Type": "application/json", "Content-Length": "2"}),
        (
            FakeResponse(200, "a", "text/plain"),
            b"a",
            {"Content-Type": "text/plain; charset=utf-8", "Content-Length": "1"},
        ),
        (
            FakeResponse(200, "a", "text/plain", {"Content-Type": "a/b"}),
            b"a",
            {"Content-Type": "a/b", "Content-Length": "1"},
        ),
    ],
)
def test_a_response_is_put_together(content, body, headers):
    """A body brings its type and length, unless the answer names a type itself."""
    response = put_together(content, body, {"X": "1"})
    assert (response.status, response.body) == (content.status, body)
    assert dict(response.headers) == {**headers, "X": "1"}


def test_a_stream_has_lines_and_no_length():
    """Lines of JSON come one by one, their length untold."""
    response = put_together(FakeResponse(200, [], "application/x-ndjson"), b"1\n2\n", {})
    assert list(response.chunks) == [b"1\n", b"2\n"]
    assert "content-length" not in response.headers


def test_a_rule_changes_the_default_answer(server, client):
    """A rule sees arguments and body; ``default`` creates with its fields, ``shown`` writes over the answer."""

    def rule(context):
        assert context.arguments["shelf_id"] == shelf
        return context.shown(context.default(pages=7), title="shown", unknown=1)

    shelf = client.list_shelves()["shelves"][0]["id"]
    server.rules["add_book"] = rule
    assert client.add_book(shelf, isbn="x", title="a", pages=1)["title"] == "shown"
    server.rules.clear()
    book = client.get_book(shelf, "x")
    assert (book["title"], book["pages"]) == ("a", 7)


def test_a_rule_answers_with_values_or_a_page(server, client):
    """``answer`` fits values to the operation's schema; ``page`` gives the page that the query asks for."""
    server.rules["get_book"] = lambda context: context.answer({"isbn": "x", "title": "own", "colour": "red"})
    server.rules["list_books"] = lambda context: context.page(
        {"isbn": str(n), "title": str(n), "shelf_id": "s"} for n in range(5)
    )
    assert {"isbn": "x", "title": "own"}.items() <= client.get_book("s", "x").items()
    page = client.list_books("s", limit=2, offset=1)
    assert [book["isbn"] for book in page["books"]] == ["1", "2"]
    assert page["total_entries"] == 5


def test_a_rule_by_path_has_no_default(server):
    """A rule for a path that the document does not have cannot fall back on the document: 404."""
    server.rules["GET", "/extra"] = lambda context: context.default()
    assert raw(f"{server.server}/extra")[0] == 404
