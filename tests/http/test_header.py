"""Method, URL and header fields as they are written, and what cannot be."""

from __future__ import annotations

from importlib.metadata import version

import pytest
import requests
import requests.auth
from loopback import Server, echo
from sending import BOTH, OK, YES, get

from dynclient.errors import (
    InvalidRequest,
)
from dynclient.http.messages import Headers, Request
from dynclient.http.transport import Transport

TARGETS = [
    "/",
    "/a%2Fb/c%20d",
    "/a+b",
    "/%7Euser/~user",
    "/v/%E2%82%AC",
    "/?q=a%2Bb+c&empty=&flag",
    "/p;v=1,2:3@4!$'()*",
    "/a/?x=/?",
    "/%2E%2E/x",
    "//double//slash",
]


@pytest.mark.parametrize("target", TARGETS)
def test_the_url_is_sent_byte_for_byte(target):
    """What stands on the request line is what stands in the URL, by every way of sending."""
    with Server(OK) as server, requests.Session() as session:
        for transport, auth in (
            (Transport(), None),
            (Transport(), ("u", "p")),
            (Transport(session=session), None),
        ):
            with transport:
                transport.send(get(server.url + target + "#fragment"), auth)
        assert [seen.target for seen in server.seen] == [target] * 3


@pytest.mark.parametrize(("url", "target"), [("", "/"), ("?a=1", "/?a=1")])
def test_a_url_without_a_path(url, target):
    """An empty path is the root."""
    with Server(OK) as server, Transport() as transport:
        transport.send(get(server.url + url))
        assert server.seen[0].target == target


def test_fields_and_body_are_sent_as_given():
    """The transport adds what HTTP needs and leaves alone what is there."""
    with Server(echo) as server, Transport() as transport:
        headers = Headers({"Accept": "text/plain", "X-Note": "é", "X-Wide": "€", "Content-Type": "text/x"})
        response = transport.send(Request("POST", server.url + "/a", headers, b"\0\xff"))
        transport.send(get(server.url, headers=Headers({"USER-AGENT": "me", "accept-ENCODING": "identity"})))
        transport.send(Request("POST", server.url))
    first, second, third = (seen.headers for seen in server.seen)
    assert response.body == b"\0\xff"
    assert {name: first[name] for name in ("accept", "x-note", "content-length", "content-type", "user-agent")} == {
        "accept": "text/plain",
        "x-note": "é",
        "content-length": "2",
        "content-type": "text/x",
        "user-agent": f"dynclient/{version('dynclient')}",
    }
    assert first["x-wide"].encode("latin-1").decode() == "€"
    assert second["user-agent"] == "me"
    assert second["accept-encoding"] == "identity"
    assert "content-length" not in second
    assert third["content-length"] == "0"


@pytest.mark.parametrize(
    "fields", [{"X": "a\r\nY: b"}, {"X": "a\nb"}, {"X": "a\0"}, {"X Y": "a"}, {"": "a"}, {"X\n": "a"}]
)
def test_no_header_can_be_smuggled_in(fields):
    """A line break in a field refuses the request before anything is sent."""
    with Server(OK) as server, Transport() as transport:
        with pytest.raises(InvalidRequest, match="nothing was sent"):
            transport.send(get(server.url, headers=Headers(fields)))
        assert not server.seen


@pytest.mark.parametrize("url", ["", "/a", "ftp://h/", "http://", "http:///a", "http://h\\@e/", "http://ex ample/"])
def test_urls_that_are_none(url):
    """What is no absolute http URL is the caller's error."""
    with Transport() as transport, pytest.raises(InvalidRequest, match="no absolute"):
        transport.send(get(url))


@BOTH
def test_user_agent(send):
    """Ours has the version; a caller's own goes before it; a field of the request goes before both."""
    ours = f"dynclient/{version('dynclient')}"
    with Server(YES) as server:
        send(get(server.url))
        send(get(server.url), user_agent="etl/2.1")
        send(get(server.url, headers=Headers({"User-Agent": "mine"})), user_agent="etl/2.1")
    assert [seen.headers["user-agent"] for seen in server.seen] == [ours, f"etl/2.1 {ours}", "mine"]
