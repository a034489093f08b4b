"""What is secret in a message, and how it is hidden wherever a message is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .media_types import is_json, is_ndjson, media_type

__all__ = ["MASK", "bare_url", "looks_secret"]


MASK = "***"  #: what stands for a secret wherever a message is shown


# patterns that only showing needs are compiled when something is shown: compiling is half of this module's import
_SECRETS = (
    r"(?i)pass(?:word|wd|phrase|code)|pwd|(?:^|[-_.])pass(?:$|[-_.])|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|auth(?!ors?(?![a-z]))|credential|cookie|session|signature|jwt"
)


_SCHEME = r"(?i)(?:Basic|Bearer|Digest|Negotiate|Token) "


_USERINFO = r"(?<=://)[^/?#\s]*@"


_URI = r"(?<=://)[^\s\"']*@"  # in free text, where a password may hold what a URL may not


def looks_secret(name: str) -> bool:
    """Whether a header, parameter or member of this name usually holds a credential."""
    return re.search(_SECRETS, name) is not None


def bare_url(url: str) -> str:
    """A URL for messages: without user, password, query and fragment."""
    return re.sub(_USERINFO, "", re.split(r"[?#]", url, maxsplit=1)[0])


def _masked_field(key: str, value: str, secret: set[str]) -> str:
    if key in {"cookie", "set-cookie"}:
        return "; ".join(f"{name}={MASK}" if mark else MASK for name, mark, _ in _cut(value.split(";"), "="))
    if key in {"authorization", "proxy-authorization"}:
        scheme = re.match(_SCHEME, value)
        return scheme[0] + MASK if scheme and key not in secret else MASK
    if key in secret or looks_secret(key):
        return MASK
    return _masked_url(value, secret) if "://" in value else value


def _cut(parts: Iterable[str], mark: str) -> list[tuple[str, str, str]]:
    return [part.strip().partition(mark) for part in parts]


def _masked_url(url: str, secret: Iterable[str]) -> str:
    """The URL with user and password cut out and the values of secret query parameters hidden."""
    head, *rest = re.split(r"([?&#])", re.sub(_USERINFO, f"{MASK}@", url))
    return head + "".join(mark + _masked_pair(pair, secret) for mark, pair in zip(rest[::2], rest[1::2], strict=True))


def _masked_pair(pair: str, secret: Iterable[str]) -> str:
    from urllib.parse import unquote_plus

    raw, mark, _ = pair.partition("=")
    name = unquote_plus(raw)
    hide = looks_secret(name) or name.lower() in {word.lower() for word in secret}
    return f"{raw}={MASK}" if mark and hide else pair


def _masked_body(body: bytes, content_type: str | None, secret: Iterable[str]) -> str | None:
    """The body as text that may be shown; None when it is no text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    media = media_type(content_type)
    if media == "application/x-www-form-urlencoded":
        shown = "&".join(_masked_pair(pair, secret) for pair in text.split("&"))
    elif media.startswith("multipart/"):
        shown = _masked_parts(text, secret)
    elif is_ndjson(media):
        shown = "\n".join(_masked_json(line, secret) if line.strip() else line for line in text.split("\n"))
    elif is_json(media) or not media:
        shown = _masked_json(text, secret)
    else:
        shown = re.sub(_URI, f"{MASK}@", text)
    return shown


def _masked_parts(text: str, secret: Iterable[str]) -> str:
    """Multipart: the content of a part with a secret name is hidden, up to the next boundary."""
    names = {word.lower() for word in secret}

    def hide(part: re.Match[str]) -> str:
        name = part[2]
        return part[1] + MASK if looks_secret(name) or name.lower() in names else part[0]

    boundary = re.escape(text.split("\r\n", 1)[0])
    return re.sub(rf'(?s)(\bname="([^"]*)".*?\r\n\r\n).*?(?=\r\n{boundary}|\Z)', hide, text)


def _masked_json(text: str, secret: Iterable[str]) -> str:
    import json

    try:
        value = json.loads(text)
        shown = _masked_value(value, {word.lower() for word in secret})
        return text if shown == value else json.dumps(shown, ensure_ascii=False)
    except (ValueError, RecursionError):
        return MASK  # what cannot be read cannot be known to be harmless


def _masked_value(value: Any, secret: set[str]) -> Any:
    if isinstance(value, list):
        return [_masked_value(item, secret) for item in value]
    if isinstance(value, str):
        return _masked_string(value, secret)
    if not isinstance(value, dict):
        return value
    # {"key": "db_password", "value": …}: the name stands beside the secret, not over it
    beside = any(isinstance(value.get(name), str) and looks_secret(value[name]) for name in ("key", "name"))
    return {
        name: MASK
        if item not in (None, "", True, False)
        and (looks_secret(name) or name.lower() in secret or (beside and name == "value"))
        else _masked_value(item, secret)
        for name, item in value.items()
    }


def _masked_string(value: str, secret: set[str]) -> str:
    """JSON inside a string (connection extras are sent so) is looked into; a URL loses its password."""
    if value.lstrip()[:1] in {"{", "["}:
        return _masked_json(value, secret)
    return _masked_url(re.sub(_URI, f"{MASK}@", value), secret) if "://" in value else value
