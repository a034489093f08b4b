"""Exchanges of HAR files, as browsers write them (HAR 1.2)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from ..http.messages import Headers, Request, Response
from .exchanges import (
    RecordedExchange,
    as_text,
    complete,
    request_method,
    request_url,
    response_status,
    without_coding,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["entries", "exchange"]


def entries(value: object) -> Sequence[object] | None:
    """The entries of a parsed HAR file; None for anything else."""
    log = value.get("log") if isinstance(value, Mapping) else None
    listed = log.get("entries") if isinstance(log, Mapping) else None
    return listed if isinstance(listed, list) else None


def exchange(entry: Mapping[str, Any], place: str) -> RecordedExchange:
    """One entry of a HAR file."""
    request_entry, response_entry = entry["request"], entry["response"]
    url = request_url(request_entry.get("url")).partition("#")[0]
    status = response_status(response_entry.get("status"))
    response = Response(status, _headers(response_entry.get("headers")), b"", url)
    request = Request(request_method(request_entry["method"]), url, *_headers_and_body(request_entry))
    content = response_entry.get("content") or {}
    if "text" not in content:
        is_empty = not content.get("size") and (response_entry.get("bodySize") or 0) <= 0
        return RecordedExchange(place, request, response, whole=is_empty)
    if "content-type" not in response.headers and content.get("mimeType"):
        response = response._replace(headers=response.headers | {"Content-Type": content["mimeType"]})
    return complete(place, request, response, _octets(content["text"] or "", content.get("encoding")))


def _headers_and_body(entry: Mapping[str, Any]) -> tuple[Headers, bytes | None]:
    """A request's header fields and body."""
    headers = _headers(entry.get("headers"))
    posted = entry.get("postData")
    if not posted:
        return headers, None
    if "content-type" not in headers and posted.get("mimeType"):
        headers |= {"Content-Type": posted["mimeType"]}
    text = posted.get("text")
    if not text and posted.get("params"):
        pairs = ((item["name"], item.get("value", "")) for item in posted["params"])
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    return headers, without_coding(_octets(text or "", posted.get("encoding")), headers) or None


def _octets(text: str, encoding: str | None) -> bytes:
    return base64.b64decode(text) if encoding == "base64" else text.encode("utf-8", "surrogatepass")


def _headers(fields: Any) -> Headers:
    pairs = ((as_text(field["name"]), as_text(field.get("value", ""))) for field in fields or ())
    return Headers([(name, value) for name, value in pairs if not name.startswith(":")])  # HTTP/2's own are none
