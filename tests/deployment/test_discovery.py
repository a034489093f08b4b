"""Which release a server runs and which document is for it; what answers instead of an Airflow."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from loopback import Server, answer
from version_servers import GONE, PAGE, VERSION_3, airflow, by_path, json_reply

import dynclient
from dynclient import errors
from dynclient.documents import releases, sources


@pytest.mark.parametrize("release", ["2.0.0", "2.6.3", "2.11.2", "3.0.1", "3.1.7", "3.3.2"])
def test_the_bundled_document_of_the_servers_release_is_taken_and_answers_must_keep_to_it(release):
    """Exactly the server's release: no warning, strict."""
    with Server(airflow(release)) as server, dynclient.connect(server.url) as client:
        about = client.about()
        assert (about.release, about.document, about.exact, about.responses) == (release, release, True, "strict")
        assert str(about).startswith(f"Airflow {release} at {server.url}, by the document of {release}: ")
        assert client.responses == "strict"


@pytest.mark.parametrize("release", ["3.0.2+astro.1", "2.10.5+composer"])
def test_a_vendors_local_part_is_cut_with_a_warning(release):
    """The document is that of the release it was built on, so answers are warned about."""
    with Server(airflow(release)) as server, pytest.warns(errors.ContractWarning, match="vendor"):
        client = dynclient.connect(server.url)
    assert client.spec.release == release.partition("+")[0]
    assert (client.about().release, client.about().exact, client.responses) == (release, False, "warn")


@pytest.mark.parametrize("release", ["3.3.99", "2.10.9", "99.0.0"])
def test_a_release_that_is_not_bundled_is_taken_by_the_servers_own_document(release):
    """It is exact; where it says that it is served does not count."""
    old = release < "3"
    document = {**sources.read("2.10.5" if old else "3.3.2")[0], "servers": [{"url": "https://elsewhere/api/v1"}]}
    path = "/api/v1/openapi.json" if old else "/openapi.json"
    with Server(airflow(release, "/p", **{f"/p{path}": json_reply(document)})) as server:
        client = dynclient.connect(f"{server.url}/p")
        assert client.about().exact
        assert client.spec.release == release
        assert client.spec.source == f"{server.url}/p{path}"
        assert client.responses == "strict"
        request = client.get_pools.request()
        assert request.url == f"{server.url}/p{'/api/v1' if old else '/api/v2'}/pools"
        match = client.spec.match("GET", request.url)
        assert match is not None
        assert match.operation.name == "get_pools"


def test_the_servers_own_document_is_fetched_with_the_credentials_where_it_must_be():
    """Without them first; a login is done for it."""
    document = sources.read("3.3.2")[0]

    def guarded(exchange):
        if exchange.seen.headers.get("authorization") == "Bearer t":
            json_reply(document)(exchange)
        else:
            answer(401, b'{"detail": "Not authenticated"}')(exchange)

    routes = {"/openapi.json": guarded, "/auth/token": json_reply({"access_token": "t"}, 201)}
    with Server(airflow("99.0.0", **routes)) as server:
        assert dynclient.connect(server.url, auth=("u", "p")).about().exact
        assert dynclient.connect(server.url, auth="t").about().exact
        with pytest.warns(errors.ContractWarning, match="401"):
            assert not dynclient.connect(server.url).about().exact


@pytest.mark.parametrize(
    ("release", "older"),
    [
        ("3.3.99", releases.find_release("3.3")),
        ("99.1.0", releases.releases()[-1]),
        ("3.0.5", "3.0.4"),
        ("2.10.9", "2.10.5"),
    ],
)
@pytest.mark.parametrize("own", [PAGE, answer(500), json_reply([]), json_reply({"swagger": "2.0"}), answer(200, b"{")])
def test_else_the_nearest_older_document_is_taken_with_a_warning(release, older, own):
    """The warning says which and why; answers are warned about."""
    routes = {"/openapi.json": own, "/api/v1/openapi.json": own}
    transport = dynclient.Transport(retries=0)
    with Server(airflow(release, **routes)) as server, pytest.warns(errors.ContractWarning, match=older) as caught:
        client = dynclient.connect(server.url, transport=transport)
    assert client.spec.release == older
    assert (client.about().exact, client.responses) == (False, "warn")
    assert older in client.about().why
    assert "not bundled" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_the_release_is_asked_for_without_credentials_first():
    """They go out only where they are asked for, and Basic only to Airflow 2's path."""

    def guarded(exchange):
        requests.append((exchange.seen.target, exchange.seen.headers.get("authorization")))
        good = exchange.seen.headers.get("authorization") == "Basic dTpw"
        (json_reply({"version": "2.4.3"}) if good else answer(401, b"{}"))(exchange)

    requests: list = []
    everywhere = by_path({}, guarded)
    with Server(everywhere) as server:
        assert dynclient.connect(server.url, auth=("u", "p")).spec.release == "2.4.3"
    assert requests == [("/api/v2/version", None), ("/api/v1/version", None), ("/api/v1/version", "Basic dTpw")]


def test_a_gateway_that_wants_a_token_gets_it_for_the_release_too():
    """Some managed services let nobody in without one."""

    def guarded(exchange):
        good = exchange.seen.headers.get("authorization") == "Bearer abc"
        (answer(200, VERSION_3) if good else answer(403, b"{}"))(exchange)

    with Server(by_path({"/api/v2/version": guarded})) as server:
        assert dynclient.connect(server.url, auth="abc").spec.release == "3.3.2"
        with pytest.raises(errors.PermissionDenied, match="give credentials"):
            dynclient.connect(server.url)
        with pytest.raises(errors.PermissionDenied, match="does not take these credentials"):
            dynclient.connect(server.url, auth="wrong")


def test_an_airflow_3_that_wants_a_login_for_the_release_gets_one():
    """Known by what it says of /api/v1; Basic is sent nowhere."""

    def guarded(exchange):
        sent.append(exchange.seen.headers.get("authorization"))
        good = exchange.seen.headers.get("authorization") == "Bearer t"
        (answer(200, VERSION_3) if good else answer(401, b"{}"))(exchange)

    sent: list = []
    routes = {
        "/api/v2/version": guarded,
        "/api/v1/version": GONE,
        "/auth/token": json_reply({"access_token": "t"}, 201),
    }
    with Server(by_path(routes)) as server:
        assert dynclient.connect(server.url, auth=("u", "p")).spec.release == "3.3.2"
    assert sent == [None, "Bearer t"]


def no_credentials(status, content_type, *fields):
    """A gateway that answers like this to who has no token."""

    def script(exchange):
        if exchange.seen.headers.get("authorization") == "Bearer good":
            target = urlsplit(exchange.seen.target).path
            answer(200, VERSION_3 if target.endswith("/version") else b'{"dags": [], "total_entries": 0}')(exchange)
        else:
            answer(status, b"<p>sign in</p>", *fields, content_type=content_type)(exchange)

    return script


GATEWAYS = [
    ("redirect", no_credentials(302, "text/html", "Location: https://sign-in.example/authorize")),
    ("page", no_credentials(200, "text/html")),
    ("not found", no_credentials(404, "text/plain")),
]


@pytest.mark.parametrize("gateway", [row[1] for row in GATEWAYS], ids=[row[0] for row in GATEWAYS])
def test_a_gateway_with_a_sign_in_of_its_own_gets_the_token_at_once(gateway):
    """A token may always go to its own server, so it goes at once; without one the message says release=."""
    with Server(gateway) as server:
        assert dynclient.connect(server.url, auth="good").get_dags().total_entries == 0
        assert all("authorization" in seen.headers for seen in server.seen)
        with pytest.raises(errors.DynclientError, match="release="):
            dynclient.connect(server.url)


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (PAGE, errors.UndocumentedResponse, "200 and an HTML page"),
        (answer(404, b"<p>", content_type="text/html"), errors.NotFound, "path prefix included"),
        (json_reply({"name": "something", "version": 7}), errors.UndocumentedResponse, "web interface"),
        (json_reply({"version": "1.2.3"}), errors.UndocumentedResponse, "application/json"),
        (answer(200, b"{"), errors.UndocumentedResponse, "web interface"),
        (
            answer(301, b"", "Location: https://u:p@there/x?y"),
            errors.UndocumentedResponse,
            "redirect to https://there/x",
        ),
        (answer(503, b""), errors.Unknown, "try again later"),
        (answer(401, b"{}"), errors.Unauthenticated, "give credentials"),
        (answer(404, b"{}"), errors.NotFound, "path prefix included"),
    ],
)
def test_a_server_that_is_no_airflow_is_told_by_what_it_answered(script, kind, words):
    """What came from which path, and what to do next."""
    with Server(script) as server, pytest.raises(kind) as caught:
        dynclient.connect(server.url, transport=dynclient.Transport(retries=0))
    assert words in str(caught.value)
    assert "does not say which Airflow it is" in str(caught.value)
    assert str(caught.value).startswith(server.url)
