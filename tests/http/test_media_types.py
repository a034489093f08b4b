"""Media types: their kind, and the documented one that an answer falls under."""

from __future__ import annotations

import pytest

from dynclient.http.media_types import is_json, is_ndjson, is_text, match_media, media_type
from dynclient.http.messages import Headers, Response

JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("value", "media"),
    [(None, ""), ("", ""), ("Application/JSON; charset=utf-8", JSON), (" text/plain ", "text/plain")],
)
def test_media_type(value, media):
    """A media type is compared without parameters and in lower case."""
    assert media_type(value) == media
    assert Response(200, Headers({"content-type": value or ""})).content_type == media


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        (JSON, is_json),
        ("Application/JSON; charset=utf-8", is_json),
        (PROBLEM, is_json),
        ("text/json", is_json),
        ("application/x-ndjson", is_ndjson),
        ("text/plain", is_text),
        ("plain/text", is_text),
        ("application/yaml", is_text),
        ("image/svg+xml", is_text),
        ("application/octet-stream", None),
        ("application/json-seq", None),
        ("", None),
    ],
)
def test_kinds_of_media(media, kind):
    """A media type is of one kind at most."""
    assert [test for test in (is_json, is_ndjson, is_text) if test(media)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("content_type", "documented", "match"),
    [
        ("application/json; charset=utf-8", [JSON], JSON),
        ("application/json", ["Application/JSON; v=1"], "Application/JSON; v=1"),
        (PROBLEM, [JSON], JSON),
        (PROBLEM, [JSON, PROBLEM], PROBLEM),
        (JSON, [PROBLEM], PROBLEM),
        ("text/plain", ["plain/text"], "plain/text"),
        ("application/yaml", ["text/yaml"], "text/yaml"),
        ("application/x-ndjson", [JSON, "application/ndjson"], "application/ndjson"),
        ("application/x-ndjson", [JSON], None),
        ("text/csv", ["*/*", "text/*", JSON], "text/*"),
        ("text/html", [JSON, "*/*"], "*/*"),
        ("text/html", [JSON, "text/plain"], None),
        (None, [JSON], None),
        (None, ["*/*"], "*/*"),
        ("", [], None),
    ],
)
def test_match_media(content_type, documented, match):
    """The same type goes before one read alike, that before a range of its type, that before any."""
    assert match_media(content_type, documented) == match
