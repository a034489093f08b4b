"""What urllib3, http.client and the system raise, as this package's errors."""

from __future__ import annotations

import http.client
import ssl

import pytest
import urllib3
from urllib3 import exceptions

from dynclient.errors import BrokenResponse, InvalidRequest, TimedOut, Unreachable
from dynclient.http.messages import Request
from dynclient.http.urllib3_errors import FOREIGN_ERRORS, to_error

REQUEST = Request("GET", "http://h/a")
POOL = urllib3.HTTPConnectionPool("h")
NO_CONNECTION = exceptions.NewConnectionError(POOL, "refused")
ERRORS = [
    # what was raised, our class, a part of the sentence, whether the server may have seen the request
    (NO_CONNECTION, Unreachable, "no connection; does the server run", False),
    (exceptions.ConnectTimeoutError(POOL, "x"), TimedOut, "no connection in time", False),
    (exceptions.ReadTimeoutError(POOL, "/", "x"), TimedOut, "no complete answer in time", True),
    (TimeoutError(), TimedOut, "no complete answer in time", True),
    (exceptions.ProtocolError("x", ConnectionResetError(104, "reset by peer")), Unreachable, "(reset by peer)", True),
    (exceptions.SSLError(ssl.SSLCertVerificationError("x")), Unreachable, "certificate is not trusted", False),
    (ssl.SSLError("x"), Unreachable, "no TLS session", True),
    (exceptions.DecodeError("x"), BrokenResponse, "Content-Encoding", True),
    (http.client.BadStatusLine("x"), BrokenResponse, "is not HTTP", True),
    (exceptions.ProxyError("x", NO_CONNECTION), Unreachable, "the proxy did not let it through", False),
    (exceptions.ProxyError("x", OSError("x")), Unreachable, "the connection was closed", True),
    (OSError(5, "I/O error"), Unreachable, "the connection failed (I/O error)", True),
]


@pytest.mark.parametrize(("raised", "kind", "words", "request_sent"), ERRORS)
def test_each_has_its_error(raised, kind, words, request_sent):
    """The innermost cause that is known decides, however deep it is wrapped."""
    assert isinstance(raised, FOREIGN_ERRORS)
    error = to_error(raised, REQUEST)
    assert type(error) is kind
    assert words in str(error)
    assert error.request_sent is request_sent


def test_a_url_that_cannot_be_used():
    """A host that is none is the caller's error, and nothing was sent."""
    with pytest.raises(InvalidRequest, match="GET http://h/a: the URL cannot be used; nothing was sent"):
        raise to_error(exceptions.LocationParseError("x"), REQUEST)


def test_after_the_header():
    """A connection that ends within the body is a broken answer."""
    broken = exceptions.ProtocolError("x", http.client.IncompleteRead(b"", 5))
    assert isinstance(to_error(broken, REQUEST, header_received=True), BrokenResponse)
    assert isinstance(to_error(broken, REQUEST), Unreachable)
