"""Bodies and texts without their secrets."""

from __future__ import annotations

import pytest

from dynclient.http.masked_bodies import masked_body, masked_text
from dynclient.http.masking import looks_secret

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLWl0"
TEXTS = [
    ("Authorization: Bearer S3CRET next", "Authorization: Bearer *** next"),
    ("sent {'Authorization': 'Basic S3CRET'}", "sent {'Authorization': 'Basic ***'}"),
    ("curl -s -u me:S3CRET http://h", "curl -s -u *** http://h"),
    ("curl --user 'me:S3CRET' http://h", "curl --user '***' http://h"),
    ("password = S3CRET", "password = ***"),
    ("max_tokens = 5", "max_tokens = 5"),
    ('cut {"password": "S3CR', 'cut {"password": "***"'),
    ("see postgres://u:a/S3CRET@h/db", "see postgres://***@h/db"),
    ("GET https://b/c?sv=1&sig=S3CRET done", "GET https://b/c?sv=1&sig=*** done"),
    (f"the token {JWT} was sent", "the token *** was sent"),
    ("nothing to hide: a=b, c@d.e", "nothing to hide: a=b, c@d.e"),
]


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_texts(text, shown):
    """In logs, settings and cut-off JSON, what stands where a secret stands is hidden, and only that."""
    assert masked_text(text, looks_secret) == shown
    assert masked_text(shown, looks_secret) == shown


BODIES = [
    # what it is, the content type, the body, what is shown; None where it is no text
    ("JSON", "application/json", b'{"password": "S", "login": "me"}', '{"password": "***", "login": "me"}'),
    ("as it came", "application/json", b'{"a":1,  "b":2}', '{"a":1,  "b":2}'),
    ("no value to hide", "application/json", b'{"password": null, "token": ""}', '{"password": null, "token": ""}'),
    ("no JSON", "application/json", b'{"password": "S', "***"),
    ("lines", "application/x-ndjson", b'{"token": "S"}\n\n{"a": 1}', '{"token": "***"}\n\n{"a": 1}'),
    ("JSON in JSON", None, b'{"extra": "{\\"token\\": \\"S\\"}"}', '{"extra": "{\\"token\\": \\"***\\"}"}'),
    ("a URL in JSON", None, b'{"where": "x://u:S@h/d"}', '{"where": "x://***@h/d"}'),
    ("a name beside", None, b'{"key": "db_password", "value": "S"}', '{"key": "db_password", "value": "***"}'),
    ("a form", "application/x-www-form-urlencoded", b"user=me&password=S", "user=me&password=***"),
    ("text", "text/plain", b"password = S", "password = ***"),
    ("a name of the caller", None, b'{"pin": "S"}', '{"pin": "***"}'),
    ("bytes", "application/octet-stream", b"\xff\x00", None),
    ("a zero", "text/plain", b"a\0b", None),
]


@pytest.mark.parametrize(("content_type", "body", "shown"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_bodies(content_type, body, shown):
    """What stands under a secret name is hidden in every media type, and what cannot be read is hidden whole."""
    assert masked_body(body, content_type, ("pin",)) == shown


def test_parts_of_multipart():
    """The content of a part with a secret name goes, up to the next boundary; the other parts stay."""
    parts = [('name="user"', "me"), ('name="password"; filename="p"', "S\r\nS"), ('name="last_token"', "S")]
    text = "".join(f"--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts)
    shown = masked_body(f"{text}--b--\r\n".encode(), "multipart/form-data; boundary=b")
    assert "me" in shown
    assert "S" not in shown
    assert shown.count("***") == 2
