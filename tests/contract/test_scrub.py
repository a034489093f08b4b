"""The filters that keep secrets out of recordings."""

from __future__ import annotations

import copy
import gzip
import io
import json

import pytest
import requests
import vcr
from hypothesis import given, strategies as st
from loopback import Server, answer, zipped
from vcr.request import Request as Recorded

from dynclient.contract.scrub import is_login, scrub

SECRET = "hunter2-S3CRET"


def of_request(body, *, url="http://h/api/v2/things", content_type="application/json", method="POST", **headers):
    request = Recorded(method, url, body, {"Content-Type": content_type, **headers})
    return scrub()["before_record_request"](request)


def of_response(body, content_type="application/json", **headers):
    fields = {"Content-Type": [content_type], **{name.replace("_", "-"): value for name, value in headers.items()}}
    response = {"status": {"code": 200, "message": "OK"}, "headers": fields, "body": {"string": body}}
    return scrub()["before_record_response"](response)


def dumps(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("Authorization", f"Bearer {SECRET}", "Bearer ***"),
        ("Authorization", f"Basic {SECRET}", "Basic ***"),
        ("authorization", SECRET, "***"),
        ("Proxy-Authorization", f"Basic {SECRET}", "Basic ***"),
        ("Cookie", f"session={SECRET}; csrf={SECRET}", "session=***; csrf=***"),
        ("X-Api-Key", SECRET, "***"),
        ("X-CSRF-Token", SECRET, "***"),
        ("Api-Connection-Test-Token", SECRET, "***"),
        ("X-Amz-Security-Token", SECRET, "***"),
        ("Referer", f"http://h/x?token={SECRET}", "http://h/x?token=***"),
        ("Accept", "application/json", "application/json"),
        ("User-Agent", "x/1 (author: me)", "x/1 (author: me)"),
    ],
)
def test_request_headers(name, value, left):
    """A header that holds a credential keeps its scheme and loses the rest; every other stays."""
    assert of_request(b"", **{name: value}).headers[name] == left


@pytest.mark.parametrize(
    ("url", "left"),
    [
        (f"http://me:{SECRET}@h:80/x", "http://***@h:80/x"),
        (f"http://h/x?token={SECRET}&limit=1#top", "http://h/x?token=***&limit=1#top"),
        (f"http://h/x?api%5Fkey={SECRET}", "http://h/x?api%5Fkey=***"),
        ("http://h/dagSources/abc.def?limit=1&tags=a&tags=b", "http://h/dagSources/abc.def?limit=1&tags=a&tags=b"),
        ("http://h/x?page_token=abc&flag", "http://h/x?page_token=abc&flag"),
    ],
)
def test_urls(url, left):
    """A URL loses user, password and secret query parameters; paths, order and all others stay as they are."""
    assert of_request(b"", url=url).uri == left


@pytest.mark.parametrize(
    ("body", "content_type", "left"),
    [
        (dumps({"username": "admin", "password": SECRET}), "application/json", {"username": "***", "password": "***"}),
        (dumps({"grant_type": "password", "password": SECRET}), "application/json", None),
        (f"username=a&password={SECRET}".encode(), "application/x-www-form-urlencoded", b"username=***&password=***"),
        (f"username=a&password={SECRET}".encode(), "", b"username=***&password=***"),
        (dumps({"client_id": "x", "nested": {"pin": SECRET}}), "application/json", None),
    ],
)
def test_the_body_of_a_login(body, content_type, left):
    """Nothing of what is sent to a login stays, whatever its members are called."""
    clean = of_request(body, url="http://h/prefix/auth/token", content_type=content_type).body
    assert SECRET.encode() not in clean
    if left is not None:
        assert (json.loads(clean) if isinstance(left, dict) else clean) == left


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("http://h/auth/token", True),
        ("http://h/af/auth/token/cli", True),
        ("https://h/oauth2/token?x=1", True),
        ("http://h/aws_mwaa/login", True),
        ("http://h/api/v2/dags", False),
        ("http://h/api/v2/dags/token/details/x", False),
        ("http://h/tokens", False),
    ],
)
def test_what_is_a_login(url, login):
    """A login is known by how its path ends."""
    assert is_login(url) is login


CONNECTION = {
    "connection_id": "warehouse",
    "conn_type": "postgres",
    "host": f"postgres://u:{SECRET}/x@db:5432/y",
    "login": "me",
    "password": SECRET,
    "port": 5432,
    "extra": json.dumps({"sslmode": "require", "secret_key": SECRET, "deep": {"token": SECRET}}),
}


@pytest.mark.parametrize("send", [of_request, of_response])
@pytest.mark.parametrize("packed", [False, True])
def test_connections(send, packed):
    """A connection loses its password, the secrets in its extra and in its URI, and keeps all else."""
    body = dumps({"connections": [CONNECTION], "total_entries": 1})
    made = send(gzip.compress(body), Content_Encoding=["gzip"]) if packed and send is of_response else send(body)
    raw = made.body if send is of_request else made["body"]["string"]
    assert SECRET.encode() not in raw
    (clean,) = json.loads(raw)["connections"]
    assert {**CONNECTION, **{name: clean[name] for name in ("host", "password", "extra")}} == clean
    assert clean["password"] == "***"
    assert clean["host"] == "postgres://***@db:5432/y"
    assert json.loads(clean["extra"]) == {"sslmode": "require", "secret_key": "***", "deep": {"token": "***"}}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"access_token": SECRET, "token_type": "bearer"}, {"access_token": "***", "token_type": "bearer"}),
        ({"key": "db_password", "value": SECRET}, {"key": "db_password", "value": "***"}),
        ({"key": "plain", "value": "v"}, {"key": "plain", "value": "v"}),
        ({"key": "fernet_key", "value": SECRET}, {"key": "fernet_key", "value": "***"}),
        (
            {"password": None, "token": "", "secret": True, "pin_secret": 7},
            {"password": None, "token": "", "secret": True, "pin_secret": 0},
        ),
        ({"credentials": {"a": [SECRET, {"b": SECRET}]}}, {"credentials": {"a": ["***", {"b": "***"}]}}),
        ({"file_token": "abc", "continuation_token": "x", "authors": ["me"]}, None),
        ({"url": "http://h:8080/log?x=1", "mail": "me@example.com"}, None),
        ([{"password": SECRET}], [{"password": "***"}]),
    ],
)
def test_members_of_a_body(value, left):
    """Members are judged by name; the type stays, so that the recording still keeps to its document."""
    assert json.loads(of_response(dumps(value))["body"]["string"]) == (value if left is None else left)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f'{{"password": "{SECRET}", "password": ""}}'.encode(), "application/json"),
        (f'{{"a": 1, "password": "{SECRET}'.encode(), "application/json"),
        (f'{{"a": 1}}\n{{"token": "{SECRET}"}}\n'.encode(), "application/x-ndjson"),
        (f"[core]\nsecret_key = {SECRET}\nsql = a\n".encode(), "text/plain"),
        (f"postgres://u:{SECRET}@h/x".encode(), "text/plain"),
        (
            f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{SECRET}\r\n--b--\r\n'.encode(),
            "multipart/form-data; boundary=b",
        ),
    ],
)
def test_bodies_of_other_kinds(body, content_type):
    """A name that stands twice, a body cut off, NDJSON, settings, a URI and multipart lose their secrets too."""
    assert SECRET.encode() not in of_response(body, content_type)["body"]["string"]


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe binary", b'{"a":  [1, 2.50]}', b"password", b"null"])
def test_a_body_without_secrets_stays_byte_for_byte(body):
    """What has no secret is not written anew."""
    assert of_response(body)["body"]["string"] == body
    assert of_request(body).body == body


def test_response_cookies_keep_their_attributes():
    """A cookie loses its value; path and expiry are no secret."""
    clean = of_response(b"", Set_Cookie=[f"session={SECRET}; Path=/; HttpOnly"])
    assert clean["headers"]["Set-Cookie"] == ["session=***; Path=/; HttpOnly"]


def test_lengths_follow_the_body():
    """A body that became shorter says so, and is no longer said to be packed."""
    body = gzip.compress(dumps({"password": SECRET}))
    clean = of_response(body, Content_Encoding=["gzip"], Content_Length=[str(len(body))])
    assert "Content-Encoding" not in clean["headers"]
    assert clean["headers"]["Content-Length"] == [str(len(clean["body"]["string"]))]


def test_names_of_ones_own():
    """Further names can be given: of headers, query parameters and members."""
    filters = scrub("X-Tenant", "region")
    request = Recorded("POST", "http://h/?region=eu", dumps({"region": "eu"}), {"x-tenant": "t"})
    clean = filters["before_record_request"](request)
    assert (clean.uri, clean.headers["x-tenant"], json.loads(clean.body)) == (
        "http://h/?region=***",
        "***",
        {"region": "***"},
    )


@pytest.mark.parametrize("body", [iter([b'{"pass', b'word": "x"}']), io.BytesIO(b'{"password": "x"}')])
def test_bodies_that_are_streams(body):
    """A body given as a file or in parts is looked into as well, and stays one."""
    clean = of_request(body).body
    whole = clean.read() if hasattr(clean, "read") else b"".join(clean)
    assert json.loads(whole) == {"password": "***"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "password", "key", "value", "token"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_twice_is_once(value):
    """The filters run again on replay: what is clean stays as it is."""
    once = of_response(dumps(value))
    again = scrub()["before_record_response"](copy.deepcopy(once))
    assert again == once


def test_a_recording_and_its_replay(tmp_path):
    """Nothing secret reaches the file; what is sent and read while recording is real; the file replays."""
    token = dumps({"access_token": SECRET})
    with Server(answer(201, token, f"Set-Cookie: s={SECRET}"), zipped(dumps(CONNECTION))) as server:

        def run():
            with vcr.VCR(**scrub()).use_cassette(str(tmp_path / "c.yaml")) as cassette:
                login = requests.post(f"{server.url}/auth/token", json={"username": "a", "password": SECRET}, timeout=5)
                bearer = {"Authorization": f"Bearer {login.json()['access_token']}"}
                found = requests.get(f"{server.url}/connections/c", headers=bearer, timeout=5)
                return login.json(), found.json(), cassette.play_count

        login, found, played = run()
        assert (login, found, played) == ({"access_token": SECRET}, CONNECTION, 0)
        assert server.seen[1].headers["authorization"] == f"Bearer {SECRET}"
        assert SECRET not in (tmp_path / "c.yaml").read_text()
        login, found, played = run()
        assert (login, found["password"], played) == ({"access_token": "***"}, "***", 2)
        assert len(server.seen) == 2
