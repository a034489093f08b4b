"""A function from Request to Response, served on loopback."""

from __future__ import annotations

import http.client
import json
import socket
import time

import pytest
from library import raw

from dynclient.errors import ArgumentError
from dynclient.http.messages import Headers, Response
from dynclient.testing.http_server import Delivery, Server


@pytest.fixture
def serve():
    """Starts servers of a delivery, or of a function that makes it, and closes them."""
    servers = []

    def start(delivery, port=0):
        servers.append(Server(delivery if callable(delivery) else lambda _: delivery, port))
        return f"http://127.0.0.1:{servers[-1].port}"

    yield start
    for server in servers:
        server.close()


def answer(body=b"hello", status=200, **headers):
    return Response(status, Headers({"Content-Length": str(len(body)), **headers}), body)


def echo(request):
    seen = {"method": request.method, "url": request.url, "x": request.headers.get("x"), "body": str(request.body)}
    return Delivery(answer(json.dumps(seen).encode()))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/a%2Fb?c=d%20e", None), ("POST", "/", b"\x00body"), ("PATCH", "/~/%C3%A9", None)],
)
def test_a_request_comes_as_it_was_sent(serve, method, path, body):
    """Method, URL still percent-encoded, header fields and body are those on the wire."""
    url = serve(echo) + path
    request = json.loads(raw(url, method, body, X="1")[2])
    assert request == {"method": method, "url": url, "x": "1", "body": str(body)}


def test_an_absolute_request_target(serve):
    """A request target that is a whole URL, as proxies are sent, is the URL."""
    connection = http.client.HTTPConnection(serve(echo).removeprefix("http://"), timeout=10)
    connection.request("GET", "http://elsewhere/a%20b")
    assert json.loads(connection.getresponse().read())["url"] == "http://elsewhere/a%20b"
    connection.close()


@pytest.mark.parametrize(
    ("response", "body"),
    [
        (answer(b"x" * 200_000), b"x" * 200_000),
        (Response(200, Headers(), chunks=iter([b"a", b"b"])), b"ab"),
        (answer(b"", 418, **{"X-Y": "z"}), b""),
    ],
)
def test_a_response_is_sent_as_it_is(serve, response, body):
    """Status, header fields and body go out unchanged, in pieces or by chunks; no type is added."""
    status, headers, content = raw(serve(Delivery(response)))
    assert (status, content) == (response.status, body)
    assert "Content-Type" not in headers
    assert headers.get("X-Y") == response.headers.get("x-y")


@pytest.mark.parametrize(("cut", "error"), [(True, http.client.RemoteDisconnected), (3, http.client.IncompleteRead)])
def test_a_connection_is_closed_early(serve, cut, error):
    """Before anything is sent, or after so many bytes of the body."""
    connection = http.client.HTTPConnection(serve(Delivery(answer(), cut=cut)).removeprefix("http://"), timeout=10)
    connection.request("GET", "/")
    with pytest.raises(error) as raised:
        connection.getresponse().read()
    assert cut is True or raised.value.partial == b"hel"
    connection.close()


def test_a_delay_ends_with_the_server():
    """An answer waits as long as it is told to, but not longer than the server."""
    server = Server(lambda _: Delivery(answer(), delay=60.0), 0)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        start = time.monotonic()
        server.close()
        assert time.monotonic() - start < 30


@pytest.mark.parametrize(("port", "reason"), [(70000, "0 to 65535"), (None, "Address already in use")])
def test_a_port_that_cannot_be_listened_on(serve, port, reason):
    """The error says why, and that 0 takes a free port."""
    port = port or int(serve(Delivery(answer())).rpartition(":")[2])
    with pytest.raises(ArgumentError, match=f"port {port} .*{reason}.*; 0 takes a free one"):
        serve(Delivery(answer()), port)
