"""What must not stay in a recording: filters for vcrpy that take secrets out before anything is written.

::

    recorder = vcr.VCR(**scrub())
    with recorder.use_cassette("dags.yaml"): ...

Every secret becomes ``***``, a text where a text was, so that what is recorded still replays and still keeps to its
document. What was sent and received during the recording itself is not changed. The filters run on replay as well,
and doing it twice changes nothing.

vcrpy shows a response filter no request, so a login's answer is known by its members (``access_token``), not its URL.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..http.masked_bodies import masked_parts, masked_text, masked_value
from ..http.masking import MASK, masked_field, masked_pairs, masked_url, name_rule
from ..http.media_types import media_type
from .content_coding import unpack

if TYPE_CHECKING:
    from ..http.masking import NameRule

__all__ = ["LOGIN_SAYS", "is_login", "scrub", "scrub_request", "scrub_response", "scrub_text"]

_LOGIN = re.compile(r"/(?:token|login|signin|sign-in|authenticate)(?:/[a-z]+)?/?$", re.IGNORECASE)
#: members of a login that hold no credential
LOGIN_SAYS = frozenset({"grant_type", "scope", "provider"})
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # which may be half a pair, and that is not UTF-8
_FORM = "application/x-www-form-urlencoded"
_LOOKS_LIKE_A_FORM = re.compile(r"[\w.~*%+-]+=[^\s{}\"]*")


def scrub(*names: str) -> dict[str, Any]:
    """Keyword arguments for ``vcr.VCR(**scrub())``.

    Taken out: Authorization and every header that holds a credential, cookies, credentials in URLs, the whole body of
    a login, and in every other body what a member's name says is secret (``password``, ``access_token`` …), in JSON
    inside JSON too (a connection's ``extra``), and passwords in URIs.

    Args:
        names: further headers, query parameters and members of bodies to take out, in any case.
    """
    is_secret = name_rule(names)
    return {
        "before_record_request": lambda request: scrub_request(request, is_secret),
        "before_record_response": lambda response: scrub_response(response, is_secret),
        "decode_compressed_response": True,
    }


def is_login(url: str) -> bool:
    """Does the path of a URL end like that of a login: ``/auth/token``, ``/oauth2/token``, ``/login``?"""
    return _LOGIN.search(urlsplit(url).path) is not None


# --- the two filters ---------------------------------------------------------------------------------------------


def scrub_request(request: Any, is_secret: NameRule) -> object:
    """A vcrpy request without its secrets; vcrpy hands over a copy."""
    request.uri = masked_url(request.uri, is_secret)
    for name in list(request.headers):
        request.headers[name] = masked_field(name, _text(request.headers[name]), is_secret)
    body = request.body
    raw = body.read() if hasattr(body, "read") else body if isinstance(body, (bytes, str, type(None))) else list(body)
    text = b"".join(raw) if isinstance(raw, list) else raw
    if text:
        octets = text.encode() if isinstance(text, str) else text
        login = request.method == "POST" and is_login(request.uri)
        hide: NameRule = (lambda name: name not in LOGIN_SAYS) if login else is_secret
        clean = scrub_text(octets, _text(request.headers.get("Content-Type", "")), hide)
        if clean != octets:
            request.body = [clean] if isinstance(raw, list) else clean
    return request


def scrub_response(response: dict[str, Any], is_secret: NameRule) -> dict[str, object]:
    """A vcrpy response without its secrets."""
    headers = response.get("headers") or {}
    fields = {name.lower(): name for name in headers}
    for name, values in headers.items():
        several = isinstance(values, (list, tuple))
        clean = [masked_field(name, _text(value), is_secret) for value in (values if several else [values])]
        headers[name] = clean if several else clean[0]
    holder, key = (response["body"], "string") if isinstance(response.get("body"), dict) else (response, "content")
    raw = holder.get(key)
    if not raw:
        return response
    octets = raw.encode() if isinstance(raw, str) else raw
    coding = fields.get("content-encoding", "")
    try:
        plain = unpack(octets, _text(headers.get(coding, "")))
    except ValueError:
        plain = octets
    clean_body = scrub_text(plain, _text(headers.get(fields.get("content-type", ""), "")), is_secret)
    if clean_body != plain:
        headers.pop(coding, None)
        if "content-length" in fields:
            length = headers[fields["content-length"]]
            size = str(len(clean_body))
            headers[fields["content-length"]] = size if isinstance(length, str) else [size]
        holder[key] = clean_body.decode() if isinstance(raw, str) else clean_body
    return response


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


# --- bodies ------------------------------------------------------------------------------------------------------


def scrub_text(body: bytes, content_type: str, is_secret: NameRule) -> bytes:
    """A body without its secrets; the very same bytes where it has none."""
    media = media_type(content_type)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body  # no text, no names
    if media == _FORM or (not media and _LOOKS_LIKE_A_FORM.fullmatch(text)):
        clean = masked_pairs(text, is_secret)
    elif media.startswith("multipart/"):
        clean = masked_parts(text, is_secret)
    else:
        clean = _json(text, is_secret)
    return body if clean == text else clean.encode()


def _json(text: str, is_secret: NameRule) -> str:
    """One JSON text, one per line, or else whatever looks like a setting or a member in plain text."""
    clean = _one_json(text, is_secret)
    if clean is not None:
        return clean
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and all(line.lstrip()[:1] in {"{", "["} for line in lines if line.strip()):
        return "".join(_one_json(line, is_secret) or masked_text(line, is_secret) for line in lines)
    return masked_text(text, is_secret)


def _one_json(text: str, is_secret: NameRule) -> str | None:
    try:
        value = json.loads(text, object_pairs_hook=_once)
        clean = masked_value(value, is_secret, _mask, _string)
        if clean == value:
            return text
        encoded = json.dumps(clean, ensure_ascii=_SURROGATE.search(text) is not None)
        return encoded + ("\n" if text.endswith("\n") else "")
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, object]:
    """An object, unless a name stands there twice: one of the two would be overlooked."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name twice")
    return members


def _mask(value: Any) -> object:
    """Text becomes the mask, at any depth; numbers become 0; nothing, true and false tell nothing."""
    if isinstance(value, dict):
        return {name: _mask(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_mask(item) for item in value]
    if isinstance(value, str):
        return MASK if value else value
    return value if value is None or isinstance(value, bool) else type(value)(0)


def _string(value: str, is_secret: NameRule) -> str:
    """JSON inside a string is looked into; of other texts what masks them."""
    if value.lstrip()[:1] in {"{", "["}:
        return _one_json(value, is_secret) or masked_text(value, is_secret)
    return masked_text(value, is_secret)
