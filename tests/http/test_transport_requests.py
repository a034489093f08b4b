"""A session or an auth object of requests is used as it is."""

from __future__ import annotations

import pytest
import requests
import requests.auth
from loopback import Server, answer, chunked
from sending import OK, get

from dynclient.errors import (
    TimedOut,
)
from dynclient.http.messages import Headers, Request
from dynclient.http.transport import Transport


def test_a_slow_body_by_a_given_session_ends_in_time():
    """A given session's body is bounded too."""
    script = chunked([b"x"] * 200, pause=0.05)
    with Server(script) as server, requests.Session() as session, pytest.raises(TimedOut):
        Transport(timeout=(5, 0.3), session=session).send(get(server.url))


def test_a_given_session_is_used_as_it_is():
    """Its headers, cookies, auth, params, hooks and adapters apply, and it is not closed."""
    with Server(OK) as server, requests.Session() as session:
        session.headers["X-Mine"] = "1"
        session.cookies["c"] = "2"
        session.auth = ("u", "p")
        heard: list[int] = []
        session.hooks["response"].append(lambda response, **_: heard.append(response.status_code))
        with Transport(session=session) as transport:
            assert transport.session is session
            transport.send(get(server.url))
            transport.send(get(server.url, headers=Headers({"authorization": "Bearer t"})))
            session.params = {"q": "1"}
            transport.send(get(server.url + "/a"), ("v", "w"))
        first, second, third = server.seen
        assert (first.headers["x-mine"], first.headers["cookie"]) == ("1", "c=2")
        assert first.headers["authorization"] == "Basic dTpw"
        assert second.headers["authorization"] == "Bearer t"
        assert third.headers["authorization"] == "Basic djp3"
        assert third.target == "/a?q=1"
        assert heard == [200] * 3
        assert session.get(server.url).ok


def test_a_hook_that_reads_the_body():
    """A body that a hook has read is still the body."""
    with Server(answer(200, b"body")) as server, requests.Session() as session:
        session.hooks["response"].append(lambda response, **_: response.content and None)
        transport = Transport(session=session)
        assert transport.send(get(server.url)).body == b"body"
        assert list(transport.send(get(server.url, stream=True)).chunks) == [b"body"]


@pytest.mark.parametrize("given", [False, True])
def test_an_auth_object_answers_a_challenge(given):
    """A requests auth object works with its hooks: Digest is asked, answers, and the second answer is ours."""
    challenge = answer(401, b"", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"', "Set-Cookie: a=1")
    with Server(challenge, answer(200, b"in")) as server, requests.Session() as session:
        with Transport(session=session if given else None) as transport:
            response = transport.send(
                Request("POST", server.url + "/a%2Fb?c", body=b"{}"), requests.auth.HTTPDigestAuth("u", "p")
            )
        assert (response.status, response.body) == (200, b"in")
        first, second = server.seen
        assert "authorization" not in first.headers
        assert second.headers["authorization"].startswith('Digest username="u"')
        assert 'uri="/a%2Fb?c"' in second.headers["authorization"]
        assert second.headers["cookie"] == "a=1"
        assert second.body == b"{}"
