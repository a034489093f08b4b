"""What every transport does: options of a call, exchanges reported, the log, warnings, errors without secrets."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
import warnings

import pytest
import requests
from loopback import Server, answer, free_port, raw, silent
from sending import BOTH, KINDS, YES, awaited, blocking, get

from dynclient import errors
from dynclient.http.messages import Exchange, Headers, Request
from dynclient.http.retry import Retry
from dynclient.http.transport import Transport

SECRET = "hunter2-S3CRET"


@KINDS
def test_a_pickle_has_the_settings_alone(kind):
    """A copy in another process has the settings, and connections of its own."""
    transport = kind(timeout=(1, 2), retries=Retry(total=7), max_bytes=5, rate=9, user_agent="x/1")
    again = pickle.loads(pickle.dumps(transport))
    assert (again.timeout, again.retries, again.max_bytes, again.rate) == ((1.0, 2.0), Retry(total=7), 5, 9)
    assert again.user_agent == "x/1"
    assert repr(again) == repr(transport)


def test_a_pickled_transport_in_use_sends():
    """Connections stay behind, so one that has sent pickles too."""
    with Server(YES) as server, Transport() as transport:
        transport.send(get(server.url))
        with pickle.loads(pickle.dumps(transport)) as again:
            assert again.send(get(server.url)).body == b"yes"


@BOTH
def test_a_call_may_have_a_timeout_of_its_own(send):
    """It goes before the transport's, as a whole or in part."""
    for timeout in (0.3, (5, 0.3), (None, 0.3)):
        with Server(silent) as server, pytest.raises(errors.TimedOut):
            send(get(server.url), {"timeout": timeout}, timeout=(5, 50))
    with Server(YES) as server, pytest.raises(errors.ArgumentError, match="seconds above zero"):
        send(get(server.url), {"timeout": -1})


@BOTH
def test_a_call_may_have_retries_of_its_own(send):
    """They go before the transport's."""
    with Server(answer(503), answer(503), YES) as server:
        assert send(get(server.url), {"retries": 0}).status == 503
        assert send(get(server.url), {"retries": Retry(backoff=0)}, retries=0).status == 200


@BOTH
def test_exchanges_are_told(send):
    """Each attempt is, answered or not, with its time and number."""
    exchanges: list[Exchange] = []
    with Server(raw(), answer(503, b"no"), YES) as server:
        send(get(server.url), on_exchange=exchanges.append, retries=Retry(backoff=0))
    assert [exchange.attempt for exchange in exchanges] == [1, 2, 3]
    assert [exchange.response and exchange.response.status for exchange in exchanges] == [None, 503, 200]
    assert [type(exchange.error) for exchange in exchanges] == [errors.Unreachable, type(None), type(None)]
    assert all(0 < exchange.seconds < 20 for exchange in exchanges)
    assert {exchange.request.url for exchange in exchanges} == {server.url}


@BOTH
def test_a_hook_that_fails_loses_no_answer(send, caplog):
    """What was done is done: the answer comes, and the log says what failed."""
    with Server(YES) as server, caplog.at_level(logging.ERROR, "dynclient"):
        assert send(get(server.url), on_exchange=lambda _: 1 / 0).body == b"yes"
    assert "on_exchange failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@BOTH
def test_the_log(send, caplog):
    """One line an attempt at DEBUG, one a repetition at INFO, no secret in either."""
    with Server(answer(503), YES) as server, caplog.at_level(logging.DEBUG, "dynclient"):
        send(get(f"{server.url}/x?limit=5&token={SECRET}"), retries=Retry(backoff=0))
    first, again, second = [record for record in caplog.records if record.name == "dynclient"]
    assert first.getMessage().startswith(f"GET {server.url}/x?limit=5&token=***: 503, 0 bytes in ")
    assert again.levelname == "INFO"
    assert again.getMessage().endswith("sent again in 0.0 s")
    assert second.getMessage().endswith("attempt 2")


def test_the_log_of_urllib3_shows_no_secret_of_ours(caplog):
    """urllib3 logs targets at DEBUG; those of our requests lose the values of their secret parameters."""
    with Server(YES) as server, caplog.at_level(logging.DEBUG):
        blocking(get(f"{server.url}/x?mine={SECRET}&sig={SECRET}&limit=5", secret=("mine",)))
    assert "limit=5" in caplog.text
    assert SECRET not in caplog.text


AUTHORISED = Headers({"Authorization": f"Bearer {SECRET}"})


@BOTH
@pytest.mark.parametrize(
    ("url", "request_", "warned"),
    [
        ("http://far.invalid/", {"headers": AUTHORISED}, True),
        ("http://far.invalid/", {"headers": Headers({"Cookie": "a=1"})}, True),
        ("http://far.invalid/?mine=x", {"secret": ("mine",)}, True),
        ("http://localhost.far.invalid/", {"headers": AUTHORISED}, True),
        ("http://127.0.0.1.far.invalid/", {"headers": AUTHORISED}, True),
        ("http://far.invalid/", {}, False),
        ("https://far.invalid/", {"headers": AUTHORISED}, False),
        ("http://127.0.0.1:{port}/", {"headers": AUTHORISED}, False),
        ("http://localhost:{port}/", {"headers": AUTHORISED}, False),
        ("http://[::1]:{port}/", {"headers": AUTHORISED}, False),
    ],
)
def test_credentials_over_plain_http(send, url, request_, warned):
    """They go with one warning to a host that is not this one; ``insecure=True`` silences it."""
    request = get(url.format(port=free_port()), **request_)
    for insecure in (False, True):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with pytest.raises(errors.Unreachable):
                send(request, retries=0, insecure=insecure)
        told = [str(one.message) for one in caught if one.category is errors.InsecureWarning]
        assert len(told) == (1 if warned and not insecure else 0)
        assert not any(SECRET in text for text in told)


def test_it_is_said_once():
    """One warning a transport, at the line of the caller."""
    request = get("http://far.invalid/", headers=AUTHORISED)
    with Transport(retries=0) as transport, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            with pytest.raises(errors.Unreachable):
                transport.send(request)
    assert [one.filename for one in caught] == [__file__]


def by_session(request, **settings):
    with requests.Session() as session:
        return Transport(session=session, **settings).send(request)


@pytest.mark.parametrize("send", [blocking, awaited, by_session])
@pytest.mark.parametrize(
    "script", [raw(), silent, raw(b"nonsense\r\n\r\n"), raw(b"HTTP/1.1 200 YES\r\nContent-Length: 9\r\n\r\nx")]
)
def test_an_error_holds_no_secret(send, script):
    """Not in its text, not in what it came from, and not in the locals of our frames."""
    with Server(script) as server:
        request = get(f"{server.url}/?token={SECRET}", headers=AUTHORISED)
        with pytest.raises(errors.TransportError) as caught:
            send(request, retries=0, timeout=(1, 0.3))
    assert caught.value.__context__ is None
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in shown
    assert "dynclient/http" in shown


class Passing(errors.TransportError):
    """An error of somebody's own transport, made without a word of ours."""

    retryable = True
    request_sent = False

    def __init__(self):
        Exception.__init__(self, json.dumps("gone"))


def test_an_error_of_ones_own_may_say_that_it_passes():
    """``retryable`` and ``request_sent`` are declared, so a class or an instance may set them."""
    post = Request("POST", "http://h/")
    error = errors.Unreachable("gone", request_sent=False)
    assert Retry().pause(post, error, 0) is None
    error.retryable = True
    assert Retry().pause(post, error, 0) is not None
    assert Retry().pause(post, Passing(), 0) is not None
    assert Retry().pause(post, Passing(), 3) is None
    assert not errors.TransportError("x").retryable
