"""Where recordings hold secrets: by place, never by value."""

from __future__ import annotations

import pytest

from dynclient.contract.exchanges import RecordedExchange
from dynclient.contract.recorded_secrets import secret_places
from dynclient.http.messages import Headers, Request, Response

JSON = {"Content-Type": "application/json"}
PLACES = [
    # URL, header, body, answer's header, answer's body, places
    ("http://h/dags?limit=1", {}, None, {}, b"{}", []),
    ("http://h/dags?access_token=abc", {}, None, {}, b"{}", ["the URL"]),
    ("http://h/dags?access_token=***", {}, None, {}, b"{}", []),
    ("http://h/", {"Authorization": "Bearer abc"}, None, {}, b"{}", ["header Authorization"]),
    ("http://h/", {"Authorization": "Bearer ***"}, None, {}, b"{}", []),
    ("http://h/", {"Authorization": "REDACTED"}, None, {}, b"{}", []),
    ("http://h/", {}, b'{"password": "abc"}', {}, b"{}", ["the body"]),
    ("http://h/", {}, b'{"password": "***"}', {}, b"{}", []),
    ("http://h/", {}, None, {"Set-Cookie": "session=abc; HttpOnly"}, b"{}", ["response header Set-Cookie"]),
    ("http://h/", {}, None, {}, b'{"access_token": "abc"}', ["the response body"]),
]


@pytest.mark.parametrize(("url", "header", "body", "answer_header", "answer", "places"), PLACES)
def test_places(url, header, body, answer_header, answer, places):
    """Each secret is told by where it stands; what a filter has put there is none."""
    request = Request("POST" if body else "GET", url, Headers(JSON | header), body)
    exchange = RecordedExchange("c #1", request, Response(200, Headers(JSON | answer_header), answer))
    assert secret_places(exchange) == places
