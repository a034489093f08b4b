"""What a transport is told, and what it tells: both kinds of it alike."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import time
import traceback
import warnings
from importlib.metadata import version

import pytest
import requests
from loopback import Server, answer, free_port, raw, silent

from dynclient import aio, errors
from dynclient.http.messages import Exchange, Headers, Request
from dynclient.http.proxies import proxy_for
from dynclient.http.retry import Pace, Retry
from dynclient.http.transport import Transport

OK = answer(200, b"yes")
SECRET = "hunter2-S3CRET"


def blocking(request, call=None, **settings):
    with Transport(**settings) as transport:
        return transport.send(request, **(call or {}))


def awaited(request, call=None, **settings):
    async def work():
        async with aio.Transport(**settings) as transport:
            return await transport.send(request, **(call or {}))

    return asyncio.run(work())


BOTH = pytest.mark.parametrize("send", [blocking, awaited])
KINDS = pytest.mark.parametrize("kind", [Transport, aio.Transport])


def get(url, **fields):
    return Request("GET", url, **fields)


# --- settings that make no sense -----------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("verify", [None, "", 0, 1, b"x", []])
def test_only_false_switches_certificate_checks_off(kind, verify):
    """What is neither True, False nor a path is refused, whatever requests would make of it."""
    with pytest.raises(errors.ArgumentError, match="verify takes True"):
        kind(verify=verify)


@KINDS
@pytest.mark.parametrize(
    "settings", [{"rate": 0}, {"rate": -1}, {"rate": float("inf")}, {"retries": True}, {"retries": "3"}]
)
def test_numbers_that_are_none(kind, settings):
    """A rate and a number of retries are numbers."""
    with pytest.raises(errors.ArgumentError, match="takes a number"):
        kind(**settings)


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
    with Server(OK) as server, Transport() as transport:
        transport.send(get(server.url))
        with pickle.loads(pickle.dumps(transport)) as again:
            assert again.send(get(server.url)).body == b"yes"


# --- one call ------------------------------------------------------------------------------------


@BOTH
def test_a_call_may_have_a_timeout_of_its_own(send):
    """It goes before the transport's, as a whole or in part."""
    for timeout in (0.3, (5, 0.3), (None, 0.3)):
        with Server(silent) as server, pytest.raises(errors.TimedOut):
            send(get(server.url), {"timeout": timeout}, timeout=(5, 50))
    with Server(OK) as server, pytest.raises(errors.ArgumentError, match="seconds above zero"):
        send(get(server.url), {"timeout": -1})


@BOTH
def test_a_call_may_have_retries_of_its_own(send):
    """They go before the transport's."""
    with Server(answer(503), answer(503), OK) as server:
        assert send(get(server.url), {"retries": 0}).status == 503
        assert send(get(server.url), {"retries": Retry(backoff=0)}, retries=0).status == 200


@BOTH
def test_user_agent(send):
    """Ours has the version; a caller's own goes before it; a field of the request goes before both."""
    ours = f"dynclient/{version('dynclient')}"
    with Server(OK) as server:
        send(get(server.url))
        send(get(server.url), user_agent="etl/2.1")
        send(get(server.url, headers=Headers({"User-Agent": "mine"})), user_agent="etl/2.1")
    assert [seen.headers["user-agent"] for seen in server.seen] == [ours, f"etl/2.1 {ours}", "mine"]


# --- what it tells -------------------------------------------------------------------------------


@BOTH
def test_exchanges_are_told(send):
    """Each attempt is, answered or not, with its time and number."""
    exchanges: list[Exchange] = []
    with Server(raw(), answer(503, b"no"), OK) as server:
        send(get(server.url), on_exchange=exchanges.append, retries=Retry(backoff=0))
    assert [exchange.attempt for exchange in exchanges] == [1, 2, 3]
    assert [exchange.response and exchange.response.status for exchange in exchanges] == [None, 503, 200]
    assert [type(exchange.error) for exchange in exchanges] == [errors.Unreachable, type(None), type(None)]
    assert all(0 < exchange.seconds < 20 for exchange in exchanges)
    assert {exchange.request.url for exchange in exchanges} == {server.url}


@BOTH
def test_a_hook_that_fails_loses_no_answer(send, caplog):
    """What was done is done: the answer comes, and the log says what failed."""
    with Server(OK) as server, caplog.at_level(logging.ERROR, "dynclient"):
        assert send(get(server.url), on_exchange=lambda _: 1 / 0).body == b"yes"
    assert "on_exchange failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@BOTH
def test_the_log(send, caplog):
    """One line an attempt at DEBUG, one a repetition at INFO, no secret in either."""
    with Server(answer(503), OK) as server, caplog.at_level(logging.DEBUG, "dynclient"):
        send(get(f"{server.url}/x?limit=5&token={SECRET}"), retries=Retry(backoff=0))
    first, again, second = [record for record in caplog.records if record.name == "dynclient"]
    assert first.getMessage().startswith(f"GET {server.url}/x?limit=5&token=***: 503, 0 bytes in ")
    assert again.levelname == "INFO"
    assert again.getMessage().endswith("sent again in 0.0 s")
    assert second.getMessage().endswith("attempt 2")


def test_the_log_of_urllib3_shows_no_secret_of_ours(caplog):
    """urllib3 logs targets at DEBUG; those of our requests lose the values of their secret parameters."""
    with Server(OK) as server, caplog.at_level(logging.DEBUG):
        blocking(get(f"{server.url}/x?mine={SECRET}&sig={SECRET}&limit=5", secret=("mine",)))
    assert "limit=5" in caplog.text
    assert SECRET not in caplog.text


# --- how fast ------------------------------------------------------------------------------------


@BOTH
def test_a_rate_spaces_requests(send):
    """So many a second, evenly."""
    del send
    with Server(OK) as server, Transport(rate=20) as transport:
        start = time.monotonic()
        for _ in range(6):
            transport.send(get(server.url))
        assert 0.24 < time.monotonic() - start < 10


def test_turns():
    """A turn comes a gap after the one before it, an idle time saves none up, and holding delays them all."""
    pace = Pace(100)
    waits = [pace.turn() for _ in range(3)]
    assert waits[0] == 0
    assert 0.01 < waits[2] <= 0.02
    time.sleep(0.05)
    assert pace.turn() == 0
    pace.hold(5)
    assert 4.9 < pace.turn() <= 5
    assert Pace().turn() == 0


def test_all_threads_wait_where_the_server_asks_for_fewer():
    """After a 429 with Retry-After nobody sends before its end, the other requests of the transport included."""
    with Server(answer(429, b"", "Retry-After: 0.4"), OK) as server, Transport(retries=0) as transport:
        assert transport.send(get(server.url)).status == 429
        start = time.monotonic()
        assert transport.send(get(server.url)).status == 200
        assert 0.3 < time.monotonic() - start < 10


# --- secrets -------------------------------------------------------------------------------------

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
    "script", [raw(), silent, raw(b"nonsense\r\n\r\n"), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")]
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


# --- proxies -------------------------------------------------------------------------------------

ENVIRONMENT = {"http_proxy": "http://one:1", "HTTPS_PROXY": "two:2", "all_proxy": "socks5://three:3"}
PROXIES = [
    # (URL's scheme, host, port, given, environment, proxy)
    ("http", "h", None, {}, ENVIRONMENT, "http://one:1"),
    ("https", "h", None, {}, ENVIRONMENT, "http://two:2"),
    ("https", "h", None, {}, {"all_proxy": "socks5://three:3"}, "socks5://three:3"),
    ("http", "h", None, {"http": "http://mine"}, ENVIRONMENT, "http://mine"),
    ("http", "h", None, {"http": "http://mine", "http://h": "http://its"}, {}, "http://its"),
    ("http", "h", None, {"all": "http://mine"}, {}, "http://mine"),
    ("http", "h", None, {"https": "http://mine"}, {}, None),
    ("http", "h", None, {}, {}, None),
    ("http", "h", None, {}, {**ENVIRONMENT, "no_proxy": "h"}, None),
    ("http", "a.h", None, {}, {**ENVIRONMENT, "NO_PROXY": "x, .h"}, None),
    ("http", "ah", None, {}, {**ENVIRONMENT, "no_proxy": "h"}, "http://one:1"),
    ("http", "h", 80, {}, {**ENVIRONMENT, "no_proxy": "h:80"}, None),
    ("http", "h", 81, {}, {**ENVIRONMENT, "no_proxy": "h:80"}, "http://one:1"),
    ("http", "10.1.2.3", None, {}, {**ENVIRONMENT, "no_proxy": "10.0.0.0/8"}, None),
    ("http", "11.1.2.3", None, {}, {**ENVIRONMENT, "no_proxy": "10.0.0.0/8,nonsense/8"}, "http://one:1"),
    ("http", "[::1]", 80, {}, {**ENVIRONMENT, "no_proxy": "::1"}, None),
    ("http", "h", None, {}, {**ENVIRONMENT, "no_proxy": "*"}, None),
    ("http", "h", None, {"http": "http://mine"}, {"no_proxy": "h"}, "http://mine"),
    ("http", "h", None, {"no_proxy": "h"}, ENVIRONMENT, None),
    ("http", "h", None, {}, {"HTTP_PROXY": "http://evil", "REQUEST_METHOD": "GET"}, None),
]


@pytest.mark.parametrize(("scheme", "host", "port", "given", "environment", "proxy"), PROXIES)
def test_which_proxy(monkeypatch, scheme, host, port, given, environment, proxy):
    """The narrowest one given, else the environment's, unless it excepts the host."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(scheme, host, port, given, trust_env=True) == proxy
    if not given:
        assert proxy_for(scheme, host, port, given, trust_env=False) is None


# --- transports of one's own ---------------------------------------------------------------------


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
