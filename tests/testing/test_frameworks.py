"""How Connexion and FastAPI behave where a document is silent."""

from __future__ import annotations

import pytest
from library import library

from dynclient.http.messages import Headers, Request
from dynclient.openapi.request_decoder import NO_BODY
from dynclient.testing.fake_answers import FakeResponse, Refusal
from dynclient.testing.frameworks import Connexion, FastApi

SPEC = library()


def connexion(*release):
    return Connexion(SPEC, "/api", release or (2, 10))


def fastapi(*release):
    return FastApi(SPEC, "/api", release or (3, 3), ["/shelves"])


def request(line):
    method, _, path = line.partition(" ")
    return Request(method, f"http://h{path}", Headers())


@pytest.mark.parametrize(
    ("line", "status", "headers"),
    [
        ("GET /elsewhere", 404, {}),
        ("GET /api//shelves", 308, {"Location": "/api/shelves"}),
        ("GET /api/openapi.yaml", 200, {}),
        ("OPTIONS /api/shelves", 200, {"Allow": "GET, HEAD, OPTIONS"}),
        ("PATCH /api/shelves", 405, None),
        ("GET /api/nothing", 404, None),
    ],
)
def test_requests_without_a_route_on_connexion(line, status, headers):
    """Pages outside of the API, redirects of doubled slashes, OPTIONS; the rest is a problem without ``Allow``."""
    try:
        response = connexion().unrouted(request(line), request(line))
    except Refusal as refusal:
        assert (refusal.status, headers) == (status, None)  # noqa: PT017 - a column of the table
    else:
        assert (response.status, response.headers) == (status, headers)


@pytest.mark.parametrize(
    ("line", "status", "headers"),
    [
        ("GET /elsewhere", 404, {}),
        ("GET /", 200, {}),
        ("PATCH /api/shelves", 405, {"Allow": "GET"}),
        ("POST /api/nothing", 405, {"Allow": "GET"}),
        ("GET /api/shelves/", 404, None),
    ],
)
def test_requests_without_a_route_on_fastapi(line, status, headers):
    """405 names the first route's method, for unknown paths too; GET of these is 404."""
    try:
        response = fastapi().unrouted(request(line), request(line))
    except Refusal as refusal:
        assert (refusal.status, headers) == (status, None)  # noqa: PT017 - a column of the table
    else:
        assert (response.status, dict(response.headers)) == (status, headers)


@pytest.mark.parametrize(
    ("framework", "status", "expected"),
    [
        (connexion(2, 2), 401, {"WWW-Authenticate": "Basic"}),
        (connexion(2, 3), 401, {}),
        (fastapi(3, 0), 401, {"WWW-Authenticate": "Bearer"}),
        (fastapi(3, 1), 401, {}),
        (fastapi(3, 0), 403, {}),
    ],
)
def test_the_scheme_that_is_asked_for(framework, status, expected):
    """Early releases of each generation name the scheme with a 401."""
    assert framework.challenge(status) == expected


@pytest.mark.parametrize(
    ("framework", "data", "media"),
    [
        (
            connexion(),
            {"detail": "no", "status": 404, "title": "Not Found", "type": "about:blank"},
            "application/problem+json",
        ),
        (fastapi(), {"detail": "no"}, "application/json"),
    ],
)
def test_the_form_of_an_error(framework, data, media):
    """A problem (RFC 7807) on Connexion, a detail on FastAPI; a crash is neither."""
    response = framework.error(Refusal(404, "no"))
    assert (response.data, response.media) == (data, media)
    assert framework.crash().status == 500
    assert "json" not in framework.crash().media


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/shelves/a%2Fb", "/api/shelves/a%2Fb"),
        ("/api/shelves/a/b", "/api/shelves/a%2Fb"),
        ("/api/text/a%20b", "/api/text/a%20b"),
        ("/api/text/a%2Fb", "/api/text/a/b"),
    ],
)
def test_slashes_in_names(path, expected):
    """A path is decoded before it is cut, but for the names of an open-ended collection."""
    assert fastapi().routed(request(f"GET {path}")).url == f"http://h{expected}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("limit=1&limit=2", "limit=2"), ("order_by=a&order_by=b", "order_by=a&order_by=b"), ("limit=1&offset=2", None)],
)
def test_a_parameter_that_comes_twice(query, expected):
    """The last value counts where one is taken; a list keeps all."""
    line = f"GET /api/shelves/s/books?{query}"
    single = connexion().single(request(line), SPEC.operations["list_books"])
    assert single.url.partition("?")[2] == (expected or query)


@pytest.mark.parametrize(
    ("response", "media"),
    [
        (FakeResponse(204, NO_BODY), "application/json"),
        (FakeResponse(200, {}), None),
    ],
)
def test_an_answer_without_a_body_has_a_type(response, media):
    """204 says a media type, though it has no body."""
    assert connexion().finished(SPEC.operations["delete_book"], response).headers.get("Content-Type") == media


@pytest.mark.parametrize(("operation", "accept"), [("list_books", "*/*"), ("get_text", "text/plain")])
def test_accept_counts_where_there_is_a_choice(operation, accept):
    """JSON comes whatever is asked for, unless the operation has several media types."""
    for framework in (connexion(), fastapi()):
        assert framework.accept(SPEC.operations[operation], "text/plain") == accept
