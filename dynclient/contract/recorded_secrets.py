"""Where a recorded exchange holds secrets: what ``scrub`` would take out of it, by place and without any value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..http.masking import masked_field, masked_url, name_rule
from .scrub import LOGIN_SAYS, is_login, scrub_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..http.masking import NameRule
    from ..http.messages import Headers
    from .exchanges import RecordedExchange

__all__ = ["secret_places"]

#: what other filters leave where a credential was
_PLACEHOLDER = re.compile(r"(?i)(?:\w+ )?[<\[({]?(?:\*+|x+|redacted|filtered|removed|masked|hidden|dummy)[>\])}]?")
_is_secret = name_rule(())


def secret_places(exchange: RecordedExchange) -> list[str]:
    """Where the secrets of an exchange are: ``header Authorization``, ``body``, ``response body`` …; empty without."""
    return list(_places(exchange))


def _places(exchange: RecordedExchange) -> Iterator[str]:
    request, response = exchange.request, exchange.response
    if masked_url(request.url, _is_secret) != request.url:
        yield "the URL"
    yield from _fields(request.headers, "header")
    login = request.method == "POST" and is_login(request.url)
    hide: NameRule = (lambda name: name not in LOGIN_SAYS) if login else _is_secret
    if _differs(request.body, request.headers, hide):
        yield "the body"
    yield from _fields(response.headers, "response header")
    if _differs(response.body, response.headers, _is_secret):
        yield "the response body"


def _fields(headers: Headers, kind: str) -> Iterator[str]:
    for name, value in headers.items():
        if masked_field(name, value, _is_secret) != value and not _PLACEHOLDER.fullmatch(value):
            yield f"{kind} {name}"


def _differs(body: object, headers: Headers, rule: NameRule) -> bool:
    if not isinstance(body, bytes) or not body:
        return False
    return scrub_text(body, headers.get("content-type", ""), rule) != body
