"""Exchanges of vcrpy's cassettes: format 1, the list before it, httpx's own form up to 4.x, and open cassettes.

The form of Ruby's VCR and of betamax (``http_interactions``) is read too.
Source: vcrpy's modules ``serialize`` and ``stubs``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import SpecError
from ..http.messages import Headers, Request, Response
from .exchanges import (
    RecordedExchange,
    Recording,
    as_text,
    complete,
    read_entries,
    request_method,
    request_url,
    response_status,
    without_coding,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["YAML_TAGS", "exchange", "from_cassette", "interactions"]

_PYTHON = "tag:yaml.org,2002:python/"


def interactions(value: Any) -> Sequence[object] | None:
    """The entries of a parsed cassette; None for anything else."""
    if isinstance(value, Mapping):
        return next((value[key] for key in ("interactions", "http_interactions") if _is_list(value.get(key))), None)
    is_plain = _is_list(value) and value and all(isinstance(item, Mapping) and "request" in item for item in value)
    return value if is_plain else None


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def from_cassette(pairs: Iterable[tuple[Any, object]], name: str, start: int = 0) -> Recording:
    """The exchanges of an open vcrpy cassette.

    Args:
        pairs: request and response of each interaction, from the cassette's ``data``.
        name: what the cassette is called.
        start: how many interactions came before, for counting.
    """
    entries = (
        {
            "request": {
                "method": request.method,
                "uri": request.uri,
                "headers": request.headers,
                "body": _request_body(request),
            },
            "response": response,
        }
        for request, response in pairs
    )
    return read_entries(((entry, exchange) for entry in entries), name, start=start)


def _request_body(request: Any) -> object:
    body = request.body
    return body.read() if hasattr(body, "read") else body if isinstance(body, (bytes, str, type(None))) else list(body)


def exchange(entry: Mapping[str, Any], place: str) -> RecordedExchange:
    """One entry of a cassette."""
    request_entry, response_entry = entry["request"], entry["response"]
    url = request_url(request_entry.get("uri") or request_entry.get("url"))
    headers = _headers(request_entry.get("headers"))
    body = _body(request_entry.get("body"))
    method = request_method(request_entry["method"])
    request = Request(method, url, headers, without_coding(body, headers) if body else None)
    status = response_entry.get("status_code", response_entry.get("status"))
    if isinstance(status, Mapping):
        status = status["code"]
    response = Response(response_status(status), _headers(response_entry.get("headers")), b"", url)
    key = "content" if "content" in response_entry and "body" not in response_entry else "body"
    return complete(place, request, response, _body(response_entry.get(key)) or b"")


def _body(value: Any) -> bytes | None:
    """The bytes of any form in which a body is recorded."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, list):  # chunks
        return b"".join(_body(part) or b"" for part in value)
    if isinstance(value, Mapping) and "base64_string" in value:
        return base64.b64decode(value["base64_string"] or "")
    for key in ("string", "args", "state"):  # text or bytes, an iterator, a file
        if isinstance(value, Mapping) and key in value:
            return _body(value[key] if key == "string" else value[key][0])
    return json.dumps(value).encode()


def _headers(value: Any) -> Headers:
    pairs: list[tuple[str, str]] = []
    for name, entry in (value or {}).items():
        values: Sequence[object] = entry if isinstance(entry, list) else [entry]
        pairs += [(str(name), as_text(item)) for item in values]
    return Headers(pairs)


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        raise SpecError("a !!binary part that is no base64; record it again") from None


#: the YAML tags beyond JSON that vcrpy's own reader takes; those of the second line are read as mappings
YAML_TAGS: Mapping[str, Any] = {
    "tag:yaml.org,2002:binary": _octets,
    **dict.fromkeys((f"{_PYTHON}str", f"{_PYTHON}unicode", f"{_PYTHON}tuple", f"{_PYTHON}object/new:_io.BytesIO"), str),
    f"{_PYTHON}object/apply:builtins.iter": str,
}
