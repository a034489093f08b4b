"""Logging in: when a token is asked for, by whom, and what becomes of a refusal."""

from __future__ import annotations

import base64
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from loopback import Server, answer, raw

import dynclient
from dynclient import errors
from dynclient.deployment.airflow_client import Airflow
from dynclient.deployment.login import Login, SessionCookie, advice, refuses_token
from dynclient.http.messages import Headers, Request, Response

POOL = {
    "name": "p",
    "slots": 1,
    "description": None,
    "include_deferred": False,
    "team_name": None,
    **dict.fromkeys(("occupied_slots", "running_slots", "queued_slots", "scheduled_slots"), 0),
    **dict.fromkeys(("open_slots", "deferred_slots"), 0),
}


def jwt(**claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{part}.c2ln"


class Tokens:
    """A server that gives out tokens, serves pools to those who have a good one, and remembers what it saw."""

    def __init__(self, seconds=86400, password="right", clock=0):
        self.seconds, self.password, self.clock = seconds, password, clock
        self.issued: list[str] = []
        self.times: list[float] = []
        self.expired: set[str] = set()
        self.posted = self.refused = 0
        self.lock = threading.Lock()

    def __call__(self, exchange):
        with self.lock:
            status, body = (
                self.login(exchange.seen) if exchange.seen.target.endswith("/token") else self.api(exchange.seen)
            )
        answer(status, json.dumps(body).encode())(exchange)

    def login(self, seen):
        if json.loads(seen.body or b"{}").get("password") != self.password:
            self.refused += 1
            return 401, {"detail": "Invalid credentials"}
        now = int(time.time()) + self.clock
        self.issued.append(jwt(sub="u", iat=now, exp=now + self.seconds, n=len(self.issued)))
        self.times.append(time.monotonic())
        return 201, {"access_token": self.issued[-1]}

    def api(self, seen):
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.issued:
            return 403, {"detail": "Invalid JWT token"}
        if token in self.expired or self.times[self.issued.index(token)] + self.seconds <= time.monotonic():
            return 401, {"detail": "Token Expired"}
        if seen.line.startswith("POST"):
            self.posted += 1
            return 201, POOL
        return 200, {"pools": [POOL], "total_entries": 1}

    def expire(self):
        with self.lock:
            self.expired.update(self.issued)


def connected(server, password="right", **options):
    return Airflow(dynclient.load("3.3.2"), server.url + "/prefix", ("user", password), **options)


def test_a_token_is_asked_for_once_when_first_needed_below_the_prefix():
    """The login is a POST of JSON to <base>/auth/token; its token serves all later calls."""
    tokens = Tokens()
    with Server(tokens) as server, connected(server) as client:
        assert server.seen == []
        for _ in range(3):
            client.get_pools()
        logins = [seen for seen in server.seen if seen.line.startswith("POST")]
        assert [seen.target for seen in logins] == ["/prefix/auth/token"]
        assert json.loads(logins[0].body) == {"username": "user", "password": "right"}
        assert logins[0].headers["content-type"] == "application/json"
        assert "authorization" not in logins[0].headers
        assert {seen.headers.get("authorization") for seen in server.seen[1:]} == {f"Bearer {tokens.issued[0]}"}


def test_sixteen_threads_over_an_expired_token_log_in_once_and_none_fails():
    """However many threads find their token expired, one of them logs in and all of them get their answer."""
    tokens, rounds = Tokens(), 6
    with Server(tokens) as server, connected(server) as client, ThreadPoolExecutor(16) as pool:
        barrier = threading.Barrier(16)

        def call(_):
            barrier.wait(30)
            return client.get_pools().total_entries

        for n in range(rounds):
            assert list(pool.map(call, range(16))) == [1] * 16
            assert len(tokens.issued) == n + 1
            tokens.expire()


def test_sixteen_threads_over_short_lived_tokens_renew_them_before_they_end():
    """A token is renewed in the last part of its life, by one thread, and no call fails."""
    tokens = Tokens(seconds=2)
    with Server(tokens) as server, connected(server) as client, ThreadPoolExecutor(16) as pool:
        end = time.monotonic() + 3.2

        def call(_):
            done = 0
            while time.monotonic() < end:
                done += client.get_pools().total_entries
                time.sleep(0.01)
            return done

        assert all(done > 0 for done in pool.map(call, range(16)))
        assert len(tokens.issued) >= 2
        assert all(later - before > 0.5 for before, later in zip(tokens.times, tokens.times[1:], strict=False))


@pytest.mark.parametrize("clock", [0, 86400 * 30, -86400 * 30])
def test_the_clocks_of_client_and_server_need_not_agree(clock):
    """The life of a token is the difference of its exp and iat, not of exp and the time here."""
    tokens = Tokens(clock=clock)
    with Server(tokens) as server, connected(server) as client:
        client.get_pools()
        client.get_pools()
        assert len(tokens.issued) == 1


def test_a_refused_post_is_sent_once_more_with_a_new_token_and_acts_once():
    """A 401 means that nothing was done, so the POST goes out again, with the new token."""
    tokens = Tokens()
    with Server(tokens) as server, connected(server) as client:
        client.get_pools()
        tokens.expire()
        client.post_pool(name="p", slots=1)
        assert tokens.posted == 1
        assert len(tokens.issued) == 2


def test_a_token_that_is_none_of_the_servers_is_renewed_too():
    """403 "Invalid JWT token" is what a server says whose key has changed."""
    tokens = Tokens()
    with Server(tokens) as server, connected(server) as client:
        client.get_pools()
        tokens.issued = ["other"]
        tokens.times = [time.monotonic()]
        assert client.get_pools().total_entries == 1
        assert len(tokens.issued) == 2


def test_a_post_whose_answer_was_lost_is_not_repeated_and_nobody_logs_in_for_it():
    """The server may have acted, so the caller is told and decides."""
    tokens = Tokens()
    with Server(tokens, tokens, raw()) as server, connected(server) as client:
        client.get_pools()
        with pytest.raises(errors.TransportError):
            client.post_pool(name="p", slots=1)
        assert [seen.line.split()[0] for seen in server.seen] == ["POST", "GET", "POST"]


def test_a_login_whose_answer_was_lost_is_not_repeated():
    """A login is a POST as well."""
    with Server(raw()) as server, connected(server) as client, pytest.raises(errors.TransportError):
        client.get_pools()
    assert len(server.seen) == 1


def test_no_loop_when_new_tokens_are_refused_as_well():
    """One call asks for at most one new token and is sent at most twice."""

    def never(exchange):
        if exchange.seen.target.endswith("/token"):
            answer(201, json.dumps({"access_token": "opaque"}).encode())(exchange)
        else:
            answer(401, b'{"detail": "Token Expired"}')(exchange)

    with Server(never) as server, connected(server) as client:
        with pytest.raises(errors.Unauthenticated):
            client.get_pools()
        assert [seen.line.split()[0] for seen in server.seen] == ["POST", "GET", "POST", "GET"]


def test_a_refusal_that_is_not_about_the_token_asks_for_none():
    """403 Forbidden is a lack of rights; another token of the same user changes nothing."""
    assert not refuses_token(Response(403, Headers({}), b'{"detail": "Forbidden"}'))
    assert not refuses_token(Response(403, Headers({}), b"<html>"))
    assert not refuses_token(Response(404, Headers({}), b'{"detail": "Invalid JWT token"}'))
    assert refuses_token(Response(403, Headers({}), b'{"detail": "Invalid JWT token"}'))
    assert refuses_token(Response(401))


def test_a_wrong_password_is_tried_once_for_all_threads_and_not_again_at_once():
    """Accounts get locked by repeated failures, so a refusal is shared and remembered for a while."""
    tokens = Tokens()
    with Server(tokens) as server, connected(server, "wr0ng") as client, ThreadPoolExecutor(16) as pool:

        def call(_):
            with pytest.raises(errors.Unauthenticated) as caught:
                client.get_pools()
            return str(caught.value)

        messages = set(pool.map(call, range(32)))
        assert tokens.refused == 1
        assert len(messages) == 1
        message = messages.pop()
        assert "check user name and password" in message
        assert "Invalid credentials" in message
        assert "wr0ng" not in message


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (answer(404, b'{"detail": "Not Found"}'), errors.NotFound, "logs in by other means"),
        (answer(405, b"{}"), errors.MethodNotAllowed, "give a token"),
        (answer(422, b'{"detail": [{"loc": ["body"]}]}'), errors.Unprocessable, "check user name and password"),
        (answer(500, b"oh"), errors.Unknown, "was refused with 500"),
        (answer(200, b"<html>", content_type="text/html"), errors.UndocumentedResponse, "path prefix"),
        (answer(201, b'{"token": "x"}'), errors.UndocumentedResponse, "without a token"),
        (answer(201, b'{"access_token": null}'), errors.UndocumentedResponse, "without a token"),
        (answer(201, b"["), errors.UndocumentedResponse, "without a token"),
    ],
)
def test_a_login_that_brings_no_token_says_what_came_and_what_to_do(script, kind, words):
    """Each way to fail has its sentence and its error."""
    with Server(script) as server, connected(server, transport=dynclient.Transport(retries=0)) as client:
        with pytest.raises(kind, match=words) as caught:
            client.get_pools()
        assert "right" not in str(caught.value)


def test_without_a_user_the_token_is_the_one_that_everybody_gets():
    """SimpleAuthManager with all_admins gives a token to GET /auth/token."""
    with Server(answer(201, json.dumps({"access_token": "t"}).encode())) as server:
        login = Login(url=server.url, transport=dynclient.Transport())
        assert login.prepare(Request("GET", "http://x/")).headers["Authorization"] == "Bearer t"
        assert server.seen[0].line.startswith("GET /auth/token ")
        assert server.seen[0].body == b""


def test_other_fields_of_the_login_are_sent_as_they_are():
    """Keycloak takes client credentials."""
    with Server(answer(201, json.dumps({"access_token": "t"}).encode())) as server:
        login = Login(grant_type="client_credentials", client_id="c", client_secret="s")
        login.at(server.url, dynclient.Transport()).current()
        assert json.loads(server.seen[0].body) == {
            "grant_type": "client_credentials",
            "client_id": "c",
            "client_secret": "s",
        }


def test_a_login_with_a_url_of_its_own_keeps_it():
    """What the caller said goes before what connect knows."""
    assert Login("u", "p", url="http://here/").at("http://there", dynclient.Transport()).url == "http://here"
    with pytest.raises(errors.ArgumentError, match="say where"):
        Login("u", "p").current()


@pytest.mark.parametrize(
    ("token", "lasts"),
    [
        ("opaque", True),
        ("a.b.c", True),
        (jwt(sub="x"), True),
        (jwt(exp="soon"), True),
        (jwt(iat=0, exp=3600), True),
        (jwt(iat=100, exp=100), False),
        (jwt(exp=0), False),
    ],
)
def test_a_token_that_does_not_say_when_it_ends_lasts_until_it_is_refused(token, lasts):
    """Only ``exp`` of a JWT makes a token end; whatever else it may be is sent as it is."""
    with Server(answer(201, json.dumps({"access_token": token}).encode())) as server:
        login = Login("u", "p", url=server.url, transport=dynclient.Transport())
        assert login.current() == login.current() == token
        assert len(server.seen) == (1 if lasts else 2)


def test_a_thread_that_is_interrupted_while_it_logs_in_leaves_it_to_another():
    """Those who wait for a login that was broken off by its own thread do it themselves."""
    entered, go = threading.Event(), threading.Event()

    class Interrupted(Login):
        calls = 0

        def ask(self):
            self.calls += 1
            if self.calls == 1:
                entered.set()
                go.wait(30)
                raise KeyboardInterrupt
            return super().ask()

    with Server(answer(201, json.dumps({"access_token": "t"}).encode())) as server, ThreadPoolExecutor(2) as pool:
        login = Interrupted("u", "p", url=server.url, transport=dynclient.Transport())
        first = pool.submit(login.current)
        assert entered.wait(30)
        second = pool.submit(login.current)
        go.set()
        assert second.result(30) == "t"
        assert isinstance(first.exception(30), KeyboardInterrupt)


def test_no_repr_shows_a_secret():
    """Neither password nor token nor cookie is shown."""
    login = Login("me", "s3cret", url="https://u:s3cret@host/p")
    shown = f"{login!r} {SessionCookie('s3cret')!r}"
    assert "s3cret" not in shown
    assert "me" in shown


def test_a_session_cookie_goes_beside_the_others_and_is_shown_masked():
    """It replaces one of its name; curl() and repr know that it is secret."""
    request = Request("GET", "http://h/", Headers({"Cookie": "a=1; _token=old"}))
    request = SessionCookie("s3cret", "_token").prepare(request)
    assert request.headers["Cookie"] == "a=1; _token=s3cret"
    assert "s3cret" not in request.curl() + repr(request)
    assert SessionCookie("s3cret").retry(request, Response(401)) is None


@pytest.mark.parametrize(
    ("status", "detail", "auth", "release", "words"),
    [
        (401, "Not authenticated", None, "3.3.2", "it wants credentials"),
        (403, "Forbidden", None, "3.3.2", ""),
        (401, "Token Expired", "abc", "3.3.2", "the token has expired"),
        (403, "Invalid JWT token", "abc", "3.3.2", "none that this server takes"),
        (403, "Forbidden", "abc", "3.3.2", ""),
        (401, "", ("u", "p"), "2.1.4", "deny_all"),
        (401, "", ("u", "p"), "2.10.5", "basic_auth"),
        (401, "Not authenticated", SessionCookie("x"), "3.3.2", "has ended"),
        (401, "Not authenticated", None, "3.1.8", "Login() where everybody is admin"),
        (403, "", ("u", "p"), "2.11.2", "a wrong password is answered so"),
        (403, "", None, "2.11.2", "it wants credentials"),
        (403, "", None, "2.10.5", ""),
        (403, "", SessionCookie("x"), "2.9.3", "has ended, or is none of this server"),
        (403, "", SessionCookie("x"), "2.10.5", ""),
        (403, "", ("u", "p"), "2.10.5", ""),
    ],
)
def test_refused_credentials_say_what_to_do(status, detail, auth, release, words):
    """A wrong password, an expired token and no credentials at all are three sentences."""
    body = json.dumps({"detail": detail, "title": "T", "type": "t", "status": status}).encode()
    with Server(answer(status, body)) as server:
        spec = dynclient.load(release)
        base = server.url + ("/api/v1" if release < "3" else "")
        with Airflow(spec, base, auth) as client, pytest.raises(errors.ApiError) as caught:
            client.get_pools()
        assert words in str(caught.value)
        text = advice(caught.value.problem, client.auth.auth, tokens=release > "3", release=release)
        assert bool(text) == bool(words)


def test_a_refused_login_tells_what_the_server_listed():
    """Which fields of a login were wrong, without their values."""
    detail = [{"loc": ["body", "client_id"], "msg": "Field required", "input": {"client_secret": "s3cret"}}]
    with Server(answer(422, json.dumps({"detail": detail}).encode())) as server:
        login = Login(grant_type="client_credentials", client_secret="s3cret")
        with (
            Airflow(dynclient.load("3.3.2"), server.url, login) as client,
            pytest.raises(errors.Unprocessable, match=r"body.client_id: Field required; check what Login") as caught,
        ):
            client.get_pools()
    assert "s3cret" not in str(caught.value)
