"""Failures of the network: one sentence and one class for each, and what is known of the request."""

from __future__ import annotations

import pytest

from dynclient.errors import BrokenResponse, ResponseTooLarge, TimedOut, TransportError, Unreachable
from dynclient.http import failures
from dynclient.http.failures import Failure, failure, too_large
from dynclient.http.messages import Request

REQUEST = Request("POST", "http://u:S3CRET@h:1/a?token=S3CRET")
FAILURES = [
    # which, its class, whether the server may have seen the request, whether another attempt may go better
    (failures.UNTRUSTED, Unreachable, False, False),
    (failures.NO_SERVER, Unreachable, False, True),
    (failures.NO_PROXY, Unreachable, False, True),
    (failures.SLOW_TO_CONNECT, TimedOut, False, False),
    (failures.SLOW, TimedOut, True, False),
    (failures.CLOSED, Unreachable, True, True),
    (failures.CODING, BrokenResponse, True, False),
    (failures.NO_HTTP, BrokenResponse, True, False),
]


@pytest.mark.parametrize(("cause", "kind", "request_sent", "retryable"), FAILURES)
def test_a_failure_becomes_its_error(cause, kind, request_sent, retryable):
    """Its class, whether the request may have been seen and may be tried again; the request line in front."""
    error = failure(cause, REQUEST, "the system's words")
    assert type(error) is kind
    assert (error.request_sent, error.retryable) == (request_sent, retryable)
    assert str(error) == f"POST http://h:1/a: {cause.message} (the system's words)"
    assert failure(cause, REQUEST, request_sent=False).request_sent is False


@pytest.mark.parametrize("cause", [value for value in vars(failures).values() if isinstance(value, Failure)])
def test_no_failure_shows_a_secret(cause):
    """Neither user, password nor query of the URL is in a message."""
    for header_received in (False, True):
        error = failure(cause, REQUEST, header_received=header_received)
        assert isinstance(error, TransportError)
        assert "S3CRET" not in str(error)


@pytest.mark.parametrize("cause", [failures.CLOSED, failures.FAILED, failures.SLOW])
def test_after_the_header_an_answer_is_cut_off(cause):
    """A connection that ends after the header came is a broken answer, not an unreachable server; time stays time."""
    error = failure(cause, REQUEST, header_received=True)
    assert isinstance(error, TimedOut if cause is failures.SLOW else BrokenResponse)
    assert ("the answer is cut off" in str(error)) == (cause is not failures.SLOW)
    assert error.request_sent


def test_a_body_that_is_too_large():
    """The limit is said, and how to set it."""
    error = too_large(REQUEST, 9)
    assert isinstance(error, ResponseTooLarge)
    assert str(error) == "POST http://h:1/a: the body has more than 9 bytes; Transport(max_bytes=…) sets the limit"
