"""HTTP messages: header fields in any case, media types, origins, and no secret where a message is shown."""

from __future__ import annotations

import json
import pickle
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, strategies as st

from dynclient.http.masking import bare_url, looks_secret
from dynclient.http.messages import Headers, Request, Response, origin

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def test_headers_are_found_in_any_case_and_written_as_first_spelt():
    """A field has one value whatever the case, under the spelling that came first."""
    headers = Headers([("X-Trace", "1"), ("accept", JSON), ("x-trace", "2")])
    assert headers["X-TRACE"] == "1, 2"
    assert list(headers) == ["X-Trace", "accept"]
    assert "Accept" in headers
    assert 1 not in headers
    assert headers.get("nothing") is None
    assert headers == {"x-trace": "1, 2", "Accept": JSON}
    assert headers != 1


def test_headers_are_never_changed():
    """Setting or dropping a field makes new headers and leaves the old ones."""
    old = Headers({"Accept": JSON})
    assert old | {"accept": "text/plain", "X": "1"} == {"Accept": "text/plain", "X": "1"}
    assert old.with_(content_type=JSON)["Content-Type"] == JSON
    assert old.without("ACCEPT", "other") == {}
    assert old == {"Accept": JSON}
    assert len({old, Headers({"ACCEPT": JSON})}) == 1
    assert pickle.loads(pickle.dumps(old)) == old


def test_two_cookie_fields_become_one():
    """Cookie values are joined with a semicolon, as no other field is."""
    assert Headers([("Cookie", "a=1"), ("cookie", "b=2")])["Cookie"] == "a=1; b=2"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Authorization", True),
        ("X-API-Key", True),
        ("apikey", True),
        ("password", True),
        ("db_pass", True),
        ("client_secret", True),
        ("access_token", True),
        ("Set-Cookie", True),
        ("X-Auth-User", True),
        ("author", False),
        ("authors", False),
        ("bypass_limits", False),
        ("passenger", False),
        ("key", False),
        ("Accept", False),
        ("limit", False),
    ],
)
def test_names_that_look_secret(name, secret):
    """A name decides whether its value is hidden."""
    assert looks_secret(name) is secret


S = "s3cr3t-Value"


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "http://h/", Headers({"Authorization": f"Bearer {S}"})),
        Request("GET", "http://h/", Headers({"Authorization": S})),
        Request("GET", "http://h/", Headers({"X-API-Key": S})),
        Request("GET", "http://h/", Headers({"X-Mine": S}), secret=("x-mine",)),
        Request("GET", "http://h/", Headers({"Cookie": f"session={S}; a={S}"})),
        Request("GET", "http://h/", Headers({"Cookie": S})),
        Request("GET", "http://h/", Headers({"Referer": f"http://u:{S}@h/"})),
        Request("GET", f"http://h/?token={S}&limit=1"),
        Request("GET", f"http://h/?k%5B=1&mine={S}", secret=("mine",)),
        Request("GET", f"http://h/?api%5Fkey={S}"),
        Request("GET", f"http://u:{S}@h/"),
        Request("GET", f"http://h/#access_token={S}"),
        Request("POST", "http://h/", Headers({"Content-Type": JSON}), json.dumps({"a": [{"password": S}]}).encode()),
        Request("POST", "http://h/", body=json.dumps({"token": {"deep": S}}).encode()),
        Request("POST", "http://h/", body=json.dumps({"mine": S}).encode(), secret=("Mine",)),
        Request("POST", "http://h/", body=json.dumps({"extra": json.dumps({"secret_key": S})}).encode()),
        Request("POST", "http://h/", body=json.dumps({"key": "db_password", "value": S}).encode()),
        Request("POST", "http://h/", body=json.dumps({"value": f"postgres://u:a/{S}@h/db"}).encode()),
        Request("POST", "http://h/", body=f'{{"password": "{S}"'.encode()),
        Request("POST", "http://h/", body=b'{"a":' * 100_000 + S.encode()),
        Request("POST", "http://h/", Headers({"Content-Type": FORM}), f"user=u&password={S}".encode()),
        Request(
            "POST", "http://h/", Headers({"Content-Type": "application/x-ndjson"}), f'1\n{{"pwd": "{S}"}}\n'.encode()
        ),
        Request(
            "POST",
            "http://h/",
            Headers({"Content-Type": "multipart/form-data; boundary=b"}),
            f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{S}\r\n{S}\r\n--b--\r\n'.encode(),
        ),
        Request("POST", "http://h/", Headers({"Content-Type": "application/octet-stream"}), b"\xff" + S.encode()),
        Request("POST", "http://h/", Headers({"Content-Type": "text/plain"}), f"see http://u:{S}@h".encode()),
    ],
)
def test_no_secret_is_shown(request_):
    """Whatever place a secret has in a request, neither the curl command nor the repr has it."""
    for shown in (request_.curl(), repr(request_), str(request_), f"{request_}"):
        assert S not in shown


ALPHABET = st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters='"\\')


@given(secret=st.text(ALPHABET, min_size=8).map(lambda text: "§" + text), name=st.sampled_from(["token", "mine"]))
def test_masks_hold_for_any_secret(secret, name):
    """The rule holds for every text, in every place and in each form in which the place writes it."""
    body = json.dumps({name: secret, "list": [{name: [secret]}]}).encode()
    headers = Headers({"Authorization": secret, "Cookie": f"{name}={secret}", name: secret})
    url = f"http://{quote(secret, safe='')}@h/p?{name}={quote_plus(secret)}#{name}={quote(secret, safe='')}"
    request = Request("POST", url, headers, body, secret=("mine",))
    form = request._replace(
        headers=Headers({"Content-Type": FORM, "Authorization": f"Bearer {secret}"}),
        body=f"{name}={quote_plus(secret)}&b=1".encode(),
    )
    answer = Response(200, Headers({"Set-Cookie": f"{name}={secret}; Path=/"}), body, url)
    forms = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    for shown in (request.curl(), repr(request), form.curl(), repr(form), repr(answer), repr(answer.headers)):
        assert not [form for form in forms if form in shown]


def test_curl_is_the_same_request():
    """The words of the command, read by a shell, are the request's own."""
    body = json.dumps({"note": "it's a 'test'\n"}).encode()
    request = Request(
        "PATCH",
        "http://h/p?tags[]=a&q=it's",
        Headers({"Content-Type": JSON, "X-Empty": "", "Authorization": "Basic dTpw"}),
        body,
    )
    assert shlex.split(request.curl()) == [
        "curl",
        *("-X", "PATCH", "--globoff", "http://h/p?tags[]=a&q=it's"),
        *("-H", "Content-Type: application/json", "-H", "X-Empty;", "-H", "Authorization: Basic ***"),
        *("--data-raw", body.decode()),
    ]


@pytest.mark.parametrize(
    ("request_", "command"),
    [
        (Request("GET", "http://h/a"), "curl http://h/a"),
        (Request("HEAD", "http://h/a"), "curl --head http://h/a"),
        (Request("POST", "http://h/a"), "curl -X POST http://h/a"),
        (Request("POST", "http://h/a", body=b"{}"), "curl http://h/a -H 'Content-Type:' --data-raw '{}'"),
        (Request("GET", "http://h/a?limit=5&token="), "curl 'http://h/a?limit=5&token='"),
        (
            Request("PUT", "http://h/a", Headers({"Content-Type": "image/png"}), b"\0"),
            "curl -X PUT http://h/a -H 'Content-Type: image/png' --data-binary @body.bin",
        ),
    ],
)
def test_curl_commands(request_, command):
    """A command says no more than the request needs."""
    assert request_.curl() == command


def test_repr_of_messages():
    """A message shows its line, its fields and the size of its body."""
    request = Request("POST", "http://h/a", Headers({"Accept": JSON}), b"{}")
    assert repr(request) == "<Request POST http://h/a {'Accept': 'application/json'} 2 bytes>"
    assert repr(Response(204, url="http://u@h/a?b")) == "<Response 204 no content type, 0 bytes, http://h/a>"
    assert "streamed" in repr(Response(200, chunks=iter([b""])))
    assert request.with_headers({"ACCEPT": "*/*"}).headers == {"accept": "*/*"}


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        (None, "é".encode(), "é"),
        ("text/plain; charset=latin-1", b"\xe9", "é"),
        ('text/plain; Charset="UTF-8"', "é".encode(), "é"),
        ("text/plain; charset=nonsense", "é".encode(), "é"),
        ("text/plain; charset=hex", b"zz", "zz"),
        ("text/plain", b"a\xff", "a\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_text_never_fails(content_type, body, text):
    """The charset is the one named, else UTF-8, and bytes that are wrong are replaced."""
    headers = Headers({"Content-Type": content_type} if content_type else {})
    assert Response(200, headers, body).text() == text


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://h/a?b#c", "http://h:80"),
        ("HTTPS://Host.Example", "https://host.example:443"),
        ("https://u:p@h:8443?x=http://other", "https://h:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://h:/", "http://h:80"),
        ("unix://socket", "unix://socket"),
    ],
)
def test_origin(url, where):
    """Two URLs have one origin when scheme, host and port are the same."""
    assert origin(url) == where


@pytest.mark.parametrize(
    "url", ["", "h/a", "//h/a", "http:///a", "http://h:port/", "http://a\\@b/", "http://a@b@c/", "1:// h/"]
)
def test_origin_of_nonsense(url):
    """What two parsers may read differently has no origin."""
    with pytest.raises(ValueError, match="not an absolute URL"):
        origin(url)


def test_bare_url():
    """The form for messages has neither user nor query nor fragment."""
    assert bare_url("http://u:p@h:1/a/b?token=x#y") == "http://h:1/a/b"
