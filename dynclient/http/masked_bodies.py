"""Bodies without their secrets: JSON and what is inside of its strings, forms, multipart, settings, logs.

By the names of ``masking``; here is only where in a body a name and its value stand.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from .masking import MASK, is_named_beside, looks_secret, masked_pairs, masked_url, name_rule
from .media_types import is_json, is_ndjson, media_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .masking import NameRule

__all__ = ["masked_body", "masked_parts", "masked_string", "masked_text", "masked_value"]

_URI: Final = re.compile(r"(?<=://)[^\s\"']*:[^\s\"']*@")  # a password may hold what a URL may not
_URL: Final = re.compile(r"[a-zA-Z][\w+.-]*://[^\s\"'<>]+[?#][^\s\"'<>]+")
_SETTING: Final = re.compile(r"(?m)^([ \t]*)([\w.-]+)([ \t]*=[ \t]*)(\S.*)$")
_MEMBER: Final = re.compile(r'("((?:[^"\\]|\\.)*)"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\Z)')
_AUTHORIZATION: Final = re.compile(
    r"(?i)(\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?)((?:basic|bearer|digest|negotiate|token)\s+)?[^\s\"',;]+"
)
_CURL_USER: Final = re.compile(r"(\bcurl\b[^\n]*?\s(?:-u|--user|--proxy-user)[ =]?)([\"']?)[^\s\"']+")
_JWT: Final = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")


def masked_body(body: bytes, content_type: str | None, secret: Iterable[str] = ()) -> str | None:
    """The body as text that may be shown; None when it is no text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else _masked_content(text, media_type(content_type), name_rule(secret))


def _masked_content(text: str, media: str, rule: NameRule) -> str:
    if media == "application/x-www-form-urlencoded":
        return masked_pairs(text, rule)
    if media.startswith("multipart/"):
        return masked_parts(text, rule)
    if is_ndjson(media):
        return "\n".join(_masked_json(line, rule) if line.strip() else line for line in text.split("\n"))
    if is_json(media) or not media:
        return _masked_json(text, rule)
    return masked_text(text, rule)


def _masked_json(text: str, rule: NameRule) -> str:
    try:
        value = json.loads(text)
        clean = masked_value(value, rule, _mask_member, masked_string)
        return text if clean == value else json.dumps(clean, ensure_ascii=False)
    except (ValueError, RecursionError):
        return MASK  # what cannot be read cannot be known to be harmless


def _mask_member(value: object) -> object:
    """What stands for the value of a secret name where it is shown; nothing, true and false tell nothing."""
    return value if value in (None, "", True, False) else MASK


def masked_string(value: str, rule: NameRule = looks_secret) -> str:
    """JSON inside a string (connection extras are sent so) is looked into; a URL loses its password."""
    if value.lstrip()[:1] in {"{", "["}:
        return _masked_json(value, rule)
    if "://" not in value:
        return value
    return masked_url(re.sub(r"(?<=://)[^\s\"']*@", f"{MASK}@", value), rule)


def masked_value(
    value: object, rule: NameRule, hidden: Callable[[Any], object], string: Callable[[str, NameRule], str]
) -> Any:
    """JSON data with what stands under a secret name replaced.

    Args:
        value: the data; it is not changed.
        rule: which names are secret.
        hidden: what stands for the value of a secret name.
        string: what becomes of every other string.
    """
    if isinstance(value, list):
        return [masked_value(item, rule, hidden, string) for item in value]
    if isinstance(value, str):
        return string(value, rule)
    if not isinstance(value, dict):
        return value
    beside = is_named_beside(value, rule)
    return {
        name: hidden(item) if rule(name) or (beside and name == "value") else masked_value(item, rule, hidden, string)
        for name, item in value.items()
    }


def masked_parts(text: str, rule: NameRule) -> str:
    """Multipart: the content of a part with a secret name goes, up to the next boundary."""
    boundary = re.escape(text.split("\r\n", 1)[0])

    def hide(part: re.Match[str]) -> str:
        return part[1] + MASK if rule(part[2]) else part[0]

    return re.sub(rf'(?s)(\bname="([^"]*)".*?\r\n\r\n).*?(?=\r\n{boundary}|\Z)', hide, text)


def masked_text(text: str, rule: NameRule) -> str:
    """Text that is no JSON: a part of one that was cut off, an INI file, a log."""
    text = _MEMBER.sub(lambda m: f'{m[1]}"{MASK}"' if rule(m[2]) else m[0], text)
    text = _SETTING.sub(lambda m: f"{m[1]}{m[2]}{m[3]}{MASK}" if rule(m[2]) else m[0], text)
    text = _URI.sub(f"{MASK}@", text)
    text = _URL.sub(lambda m: masked_url(m[0], rule), text)
    text = _AUTHORIZATION.sub(rf"\g<1>\g<2>{MASK}", text)
    text = _CURL_USER.sub(rf"\g<1>\g<2>{MASK}", text)
    return _JWT.sub(MASK, text)
