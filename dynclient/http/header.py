"""Method, URL and header of a request as they are written, and what cannot be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequest
from .masking import bare_url
from .uploads import Upload

if TYPE_CHECKING:
    from .messages import Request

__all__ = ["VERSION", "check_request", "header_fields"]

VERSION = "0.1.0"  #: of this package; asking the installed metadata would take longer than the first request

_URL = re.compile(r"(https?://[^/?#\\\s]+)((?:[/?][^#\s]*)?)(?:#.*)?", re.IGNORECASE)
_FIELDS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\r\n\0]*\n)*")


def check_request(request: Request) -> tuple[str, str]:
    """Scheme with authority, and target, of a request that can be written as HTTP.

    Raises:
        InvalidRequest: it cannot.
    """
    if not _FIELDS.fullmatch("".join([f"{name}: {value}\n" for name, value in request.headers.pairs()])):
        raise InvalidRequest("a header field has a line break or a name that HTTP does not allow; nothing was sent")
    url = _URL.fullmatch(request.url)
    if url is None:
        raise InvalidRequest(f"{bare_url(request.url)!r} is no absolute http:// or https:// URL; nothing was sent")
    target = url[2]
    return url[1], target if target.startswith("/") else "/" + target


def header_fields(request: Request, user_agent: str = "") -> dict[str, Any]:
    """The header fields as they are sent; ``user_agent`` goes before our own name."""
    headers = request.headers
    fields: dict[str, Any] = {}
    if "user-agent" not in headers:
        fields["User-Agent"] = f"{user_agent} dynclient/{VERSION}" if user_agent else f"dynclient/{VERSION}"
    if "accept-encoding" not in headers:
        # a server that compresses a stream holds it back
        fields["Accept-Encoding"] = "identity" if request.stream else "gzip, deflate"
    for name, value in headers.pairs():
        # beyond Latin-1, which http.client writes, a field is bytes without a meaning of their own (RFC 9110 §5.5)
        fields[name] = value if value.isascii() else value.encode("latin-1" if max(value) <= "\xff" else "utf-8")
    if request.body is not None and "content-length" not in headers:
        length = request.body.length if isinstance(request.body, Upload) else len(request.body)
        if length is not None:
            fields["Content-Length"] = str(length)
    return fields
