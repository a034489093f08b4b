"""Credentials: what each adds to a request, what is tried again, where they never go, and that none is shown."""

from __future__ import annotations

import base64
import json
import pickle
from typing import NamedTuple
from urllib.parse import quote

import pytest
import requests.auth
from credentials import ARG, BASIC, KEY, OWN, TOKEN, Own, spec
from hypothesis import given, strategies as st
from loopback import Server, answer

from dynclient.client.auth import ApiKey, Basic, Bearer, Bound, ByScheme, NoAuth, RequestsAuth, from_netrc
from dynclient.client.auth_choice import choose
from dynclient.errors import ArgumentError, ContractWarning
from dynclient.http.messages import Headers, Request, Response
from dynclient.http.transport import Transport
from dynclient.openapi.operation import SecurityScheme

GET = Request("GET", "http://h/p")


class Op(NamedTuple):
    """As much of an operation as ``ByScheme`` looks at."""

    security: tuple[dict[str, list[str]], ...] = ()


JAR = SecurityScheme("Jar", "apiKey", location="cookie", parameter="sid")


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        (NoAuth(), {}),
        (Basic("u", "p"), basic("u:p")),
        (Basic("u", "p:q"), basic("u:p:q")),
        (Basic("jürgen", "пароль€"), basic("jürgen:пароль€")),
        (Basic("", ""), basic(":")),
        (Bearer("abc.def-_~+/="), {"Authorization": "Bearer abc.def-_~+/="}),
        (Bearer(lambda: "called"), {"Authorization": "Bearer called"}),
        (ApiKey("X-Key", "k v"), {"X-Key": "k v"}),
        (ApiKey("sid", "k", "cookie"), {"Cookie": "sid=k"}),
        (RequestsAuth(requests.auth.HTTPDigestAuth("u", "p")), {}),
        (Own(), {"X-Own": "1"}),
    ],
)
def test_what_is_added_to_the_header(auth, headers):
    """Each kind adds its field and nothing else."""
    prepared = auth.prepare(GET)
    assert prepared.headers == headers
    assert prepared.url == GET.url


@pytest.mark.parametrize(
    ("url", "value", "sent"),
    [
        ("http://h/p", "k", "http://h/p?api%5Bkey=k"),
        ("http://h/p?a=1", "k", "http://h/p?a=1&api%5Bkey=k"),
        ("http://h/p?a=1#f", "a b&c=é", "http://h/p?a=1&api%5Bkey=a%20b%26c%3D%C3%A9#f"),
    ],
)
def test_a_key_in_the_query(url, value, sent):
    """A key as query parameter comes last, percent-encoded."""
    assert ApiKey("api[key", value, "query").prepare(GET._replace(url=url)).url == sent


def test_a_key_in_a_cookie_joins_the_others():
    """A cookie is added to those that are there, and takes the place of its own older value."""
    request = GET.with_headers({"Cookie": "a=1; sid=old"})
    assert ApiKey("sid", "new", "cookie").prepare(request).headers["cookie"] == "a=1; sid=new"


def test_basic_reaches_a_server():
    """What the server sees is what was given, in UTF-8."""
    with Server(answer()) as server, Transport() as transport:
        transport.send(Basic("ü", "€").prepare(GET._replace(url=server.url)))
        kind, _, coded = server.seen[0].headers["authorization"].partition(" ")
    assert (kind, base64.b64decode(coded).decode()) == ("Basic", "ü:€")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bearer("a\r\nX-Evil: 1"),
        lambda: Bearer("a\n"),
        lambda: Bearer("Bearer a"),
        lambda: Bearer("é"),
        lambda: Bearer(""),
        lambda: Bearer(None),
        lambda: Bearer(lambda: "a\r\nb").prepare(GET),
        lambda: Bearer(lambda: None).prepare(GET),
        lambda: Basic("u:v", "p"),
        lambda: Basic("u", None),
        lambda: Basic(b"u", b"p"),
        lambda: ApiKey("X-Key", "a\r\nb"),
        lambda: ApiKey("X-Key", "a\0"),
        lambda: ApiKey("X Key", "a"),
        lambda: ApiKey("X-Key\n", "a"),
        lambda: ApiKey("sid", "a; b=c", "cookie"),
        lambda: ApiKey("s=d", "a", "cookie"),
        lambda: ApiKey("k", "a", "body"),
        lambda: ApiKey("k", 5),
    ],
)
def test_credentials_that_cannot_be_sent(make):
    """What would break out of its field, or is no credential, is refused and not repeated in the message."""
    with pytest.raises(ArgumentError) as caught:
        make()
    assert "Evil" not in str(caught.value)


def test_a_callable_token_is_asked_again_after_a_401():
    """The callable is called for each request, and once more after a 401; the same token again is not sent."""
    tokens = iter(["one", "two", "three", "three"])
    auth = Bearer(lambda: next(tokens))
    first = auth.prepare(GET)
    assert first.headers["authorization"] == "Bearer one"
    assert auth.retry(first, Response(403)) is None
    second = auth.retry(first, Response(401))
    assert second.headers["authorization"] == "Bearer two"
    assert second._replace(headers=first.headers) == first
    third = auth.prepare(GET)
    assert auth.retry(third, Response(401)) is None


@pytest.mark.parametrize(
    "auth",
    [NoAuth(), Basic("u", "p"), Bearer("t"), ApiKey("k", "v"), RequestsAuth(requests.auth.HTTPProxyAuth("u", "p"))],
)
def test_what_cannot_change_is_not_tried_again(auth):
    """Fixed credentials that were refused stay refused."""
    assert auth.retry(auth.prepare(GET), Response(401)) is None


@pytest.mark.parametrize(
    ("security", "headers"),
    [
        ((), {"X-Key": "k"}),
        (({},), {"X-Key": "k"}),
        (({"Token": []},), {"Authorization": "Bearer t"}),
        (({"Basic": []}, {"Token": []}), {"Authorization": "Bearer t"}),
        (({"Token": [], "Key": []},), {"Authorization": "Bearer t", "X-Key": "k"}),
        (({"Token": [], "Basic": []}, {"Key": []}), {"X-Key": "k"}),
        (({"Token": [], "Basic": []},), {"Authorization": "Bearer t"}),
        (({"Undefined": []},), {"X-Key": "k"}),
    ],
)
def test_security_selects_and_never_forbids(security, headers):
    """The first complete alternative, else a part of one, else the first credential; some are always sent."""
    auth = choose({"Key": "k", "Token": "t"}, spec(KEY, TOKEN, BASIC))
    assert auth.prepare(GET, Op(security)).headers == headers


def test_a_mapping_passes_on_both_moments():
    """Retries and requests' objects work inside a mapping too."""
    tokens = iter(["one", "two"])
    digest = requests.auth.HTTPDigestAuth("u", "p")
    auth = choose({"Token": lambda: next(tokens), "Key": digest}, spec(TOKEN, KEY))
    first = auth.prepare(GET)
    assert auth.requests_auth(first) is None
    assert auth.requests_auth(first, Op(({"Key": []},))) is digest
    assert auth.retry(first, Response(401)).headers["authorization"] == "Bearer two"
    assert choose({"Token": "t"}, spec(TOKEN)).retry(first, Response(401)) is None
    assert ByScheme({"Own": OWN}).requests_auth(GET) is None


HOME = "http://h:80"


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("http://h/p", True),
        ("http://H:80/p?x", True),
        ("https://h/p", False),
        ("http://h:81/p", False),
        ("http://h.evil/p", False),
        ("http://h@evil/p", False),
        ("http://evil/?http://h/", False),
        ("http://evil#@h/", False),
    ],
)
def test_credentials_stay_at_home(url, home):
    """Scheme, host and port decide; to any other origin nothing is added, nothing retried, said once."""
    request = GET._replace(url=url)
    for auth in (Bearer(iter("abcd").__next__), RequestsAuth(requests.auth.HTTPBasicAuth("u", "p"))):
        bound = Bound(auth, [HOME])
        if home:
            assert bound.prepare(request) != request or bound.requests_auth(request) is not None
            continue
        with pytest.warns(ContractWarning, match="no credentials are sent to"):
            assert bound.prepare(request) == request
        assert bound.requests_auth(request) is None  # a second warning would be an error here
        assert bound.retry(request, Response(401)) is None


def test_a_retry_may_not_leave_home():
    """Another request that an auth object comes up with is held to the same rule."""

    class Mover(Own):
        def retry(self, request, response):  # noqa: ARG002
            return request._replace(url="http://evil/")

    with pytest.warns(ContractWarning, match="evil"):
        assert Bound(Mover(), [HOME]).retry(GET, Response(401)) is None
    assert Bound(OWN, [HOME]).retry(GET, Response(403)).headers == {"X-Own": "403"}


def test_nothing_to_keep_is_no_warning():
    """Without credentials there is nothing to say, nor for a URL that the transport will refuse."""
    assert Bound(NoAuth(), []).prepare(GET) == GET
    assert Bound(Bearer("t"), [HOME]).prepare(GET._replace(url="nonsense")).headers == {}
    assert Bound(OWN, [HOME]).requests_auth(GET) is None


def test_netrc(tmp_path, monkeypatch):
    """The entry of the URL's host, else the default one, else none; a broken file is named with its line."""
    path = tmp_path / "netrc"
    monkeypatch.setenv("NETRC", str(path))
    assert from_netrc("http://h:8080/x") is None
    path.write_text("machine h login u password p\n")
    assert from_netrc("http://h:8080/x").prepare(GET).headers == basic("u:p")
    assert from_netrc("http://other/") is None
    assert from_netrc("nonsense") is None
    path.write_text("default login d password secretword\n")
    assert from_netrc("http://other/").prepare(GET).headers == basic("d:secretword")
    for broken in (b"machine h login u password secretword nonsense\n", b"machine h login secretword\nu secretword\n"):
        path.write_bytes(broken)
        with pytest.raises(ArgumentError, match="near line") as caught:
            from_netrc("http://h/")
        assert "secretword" not in str(caught.value)
        assert "nonsense" not in str(caught.value)


TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="\\'\";,"), min_size=6)
SECRETS = TOKENS.map(lambda text: "S3" + text + "t!")


@given(secret=SECRETS)
def test_no_credential_is_shown(secret):
    """Neither an auth object nor a request that it has prepared shows the secret in repr, str or curl."""
    schemes = spec(KEY, ARG, JAR, BASIC, TOKEN)
    auths = [
        Basic("user", secret),
        Bearer(secret),
        Bearer(lambda: secret),
        ApiKey("X-Plain", secret),
        ApiKey("plain", secret, "query"),
        ApiKey("plain", secret, "cookie"),
        RequestsAuth(requests.auth.HTTPBasicAuth("u", secret)),
        choose({"Key": secret, "Arg": secret, "Jar": secret, "Basic": ("u", secret), "Token": secret}, schemes),
        choose(secret, spec(ARG)),
    ]
    coded = base64.b64encode(f"user:{secret}".encode()).decode()
    forms = {secret, quote(secret, safe=""), coded, json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    request = Request("POST", "http://h/p", Headers({"Content-Type": "application/json"}), b"{}")
    for auth in [*auths, *(Bound(auth, [HOME]) for auth in auths)]:
        for operation in (None, Op(({"Arg": [], "Jar": []},)), Op(({"Basic": []},))):
            prepared = auth.prepare(request, operation)
            for shown in (repr(auth), str(auth), repr(prepared), str(prepared), prepared.curl(), f"{[prepared]}"):
                assert not [form for form in forms if form in shown]


LEAVE_OUT = [
    Basic("u", "s3cret"),
    Bearer("s3cret"),
    ApiKey("X", "s3cret"),
    RequestsAuth(requests.auth.HTTPBasicAuth("u", "s3cret")),
]


@pytest.mark.parametrize("auth", LEAVE_OUT, ids=repr)
def test_a_pickle_holds_no_secret(auth):
    """A pickled credential leaves its secret out, and using it says what to give instead."""
    raw = pickle.dumps(auth)
    assert b"s3cret" not in raw
    with pytest.raises(ArgumentError, match="left out of the pickle; give the client credentials that go by reference"):
        pickle.loads(raw).prepare(Request("GET", "http://h/"))


def a_pair():
    return "u", "p"


def test_a_callable_goes_into_a_pickle_by_its_name():
    """Credentials by reference are there again on the other side; a pair that a callable returns is HTTP Basic."""
    again = pickle.loads(pickle.dumps(Bearer(a_pair)))
    assert again.prepare(Request("GET", "http://h/")).headers["authorization"] == "Basic dTpw"
