"""Paths that differ by their fragment only (``/files`` and ``/files#stream``): one URL on the wire, several operations.

A fragment is never sent (RFC 9110 §7.1), so which of them a request means is read off the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http import media_types
from ..openapi import request_decoder

if TYPE_CHECKING:
    from ..http.messages import Request
    from ..openapi.operation import Operation
    from ..openapi.spec import Match, Spec

__all__ = ["match_request"]


def match_request(spec: Spec, method: str, request: Request) -> Match | None:
    """The operation of a request; among those that share the URL the one that the request fits best.

    First the media types that are asked for, then how far it keeps to the document, then the one that requires most
    of what was sent; the first in the document where nothing tells them apart.
    """
    first = spec.match(method, request.url)
    if first is None:
        return None
    own = first.operation.path.partition("#")[0]
    matches = [m for m in spec.matches(method, request.url) if m.operation.path.partition("#")[0] == own]
    return matches[0] if len(matches) == 1 else min(matches, key=lambda match: _distance(request, match))


def _distance(request: Request, match: Match) -> tuple[bool, int, int]:
    operation = match.operation
    decoded = request_decoder.decode(request, operation, match.arguments)
    required = sum(parameter.required for parameter in operation.parameters)
    return not _is_accepted(request, operation), len(decoded.violations), -required


def _is_accepted(request: Request, operation: Operation) -> bool:
    success = operation.success
    wanted = [media_types.media_type(part) for part in request.headers.get("accept", "*/*").split(",")]
    content = success.content if success is not None else {}
    return not content or any(media_types.match_media(name, wanted) for name in content)
