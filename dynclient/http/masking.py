"""What is secret in a message, by one rule set: names, URLs and header fields. ``masked_bodies`` has the bodies.

Used wherever a message or a value is shown, and for recordings. A document's own word (``format: password``,
``writeOnly``, a security scheme) counts more than the look of a name; who knows it names the secret, see ``is_secret``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

__all__ = [
    "MASK",
    "NameRule",
    "bare_url",
    "is_named_beside",
    "looks_secret",
    "masked_field",
    "masked_pairs",
    "masked_url",
    "name_rule",
    "name_secret",
]

MASK = "***"  #: what stands for a secret wherever a message is shown

NameRule = Callable[[str], bool]  #: whether a header, parameter or member of this name holds a secret

# Patterns are compiled when something is shown: compiling is half of this module's import. A name is matched in lower
# case with its words joined by underscores: X-API-Key and apiKey are x_api_key and api_key.
_WORDS = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"
_CREDENTIAL = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|credential|cookie|session|signature|jwt|fernet|keyfile|oauth"
    r"|(?:api|access|private|auth|signing|encryption|account|shared|master|service)_?key"
    r"|(?:^|_)(?:auth|authorization|authentication|pass)(?:$|_)|(?:^|_)(?:conn|dsn|pat|sas|sig)$"
)
_DESCRIPTION = (  # what says something of a secret and holds none
    r"_(?:types?|counts?|ur[li]s?|endpoints?|methods?|polic(?:y|ies)|backends?|managers?|lengths?|limits?|sizes?|ttl"
    r"|expiry|expiration|expires(?:_in|_at)?|lifetime\w*|timeout|provider|format|algorithm|version|enabled|required"
    r"|paths?|names?|roles?|scopes?)$"
)
_COUNT_OR_CURSOR = (  # tokens that are counted, or that are a place in a list or a file
    r"(?:max|min|num|n|total|prompt|completion|input|output|file|page|next|previous|prev|next_page|previous_page"
    r"|prev_page|continuation|sync|cursor)_?tokens?"
)
_OF_URLS = frozenset({"code", "key", "sig", "x_amz_credential"})  # further names of query parameters
# names of the API keys that this process was given, by location; few, and never forgotten
_API_KEYS: dict[str, set[str]] = {"header": set(), "query": set(), "cookie": set()}
_SCHEME = r"(?i)(?:Basic|Bearer|Digest|Negotiate|Token) "
_USERINFO = r"(?<=://)[^/?#\s]*@"
_CHALLENGES = frozenset({"www-authenticate", "proxy-authenticate"})  # the name of a scheme and its realm
_URL_FIELDS = frozenset({"location", "referer", "link", "content-location"})


@lru_cache(maxsize=4096)
def looks_secret(name: str) -> bool:
    """Whether a header, parameter or member of this name usually holds a credential."""
    words = "_".join(re.findall(_WORDS, name)).lower()
    if re.search(_CREDENTIAL, words) is None:
        return False
    return re.search(_DESCRIPTION, words) is None and re.fullmatch(_COUNT_OR_CURSOR, words) is None


def name_rule(names: Iterable[str] = ()) -> NameRule:
    """The rule for names: those that look secret, and these, in any case."""
    secrets = {name.lower() for name in names}
    return (lambda name: name.lower() in secrets or looks_secret(name)) if secrets else looks_secret


def name_secret(name: str, location: str) -> None:
    """Hide what this process sends under a name in the header, query or cookie, whatever the name looks like."""
    _API_KEYS[location].add(name.lower())


def is_named_beside(holder: Mapping[str, Any], rule: NameRule = looks_secret) -> bool:
    """Whether ``value`` is secret by the name beside it: ``{"key": "db_password", "value": …}``."""
    return any(isinstance(holder.get(name), str) and rule(holder[name]) for name in ("key", "name"))


# --- URLs ----------------------------------------------------------------------------------------


def bare_url(url: str) -> str:
    """A URL for messages: without user, password, query and fragment, even where it is mistyped."""
    bare = re.sub(_USERINFO, "", re.split(r"[?#]", url, maxsplit=1)[0])
    scheme, mark, rest = bare.partition("://")
    if not mark:  # user:password@host, without a scheme
        return bare.rpartition("@")[2]
    port = rest.partition("/")[0].rpartition("]")[2].partition(":")[2]
    if "@" in rest and port and not port.isdigit():  # user:pass/word@host
        rest = rest.rpartition("@")[2]
    return scheme + mark + rest


def masked_url(url: str, secret: Iterable[str] | NameRule = ()) -> str:
    """The URL with user and password cut out and the values of secret parameters of query and fragment hidden."""
    rule = secret if callable(secret) else name_rule(secret)
    head, *rest = re.split(r"([?&#])", re.sub(_USERINFO, f"{MASK}@", url))
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return head + "".join(mark + _masked_pair(pair, rule, in_url=True) for mark, pair in pairs)


def masked_pairs(text: str, rule: NameRule) -> str:
    """A form's pairs with the values of secret names hidden."""
    return "&".join(_masked_pair(pair, rule) for pair in text.split("&"))


def _masked_pair(pair: str, rule: NameRule, *, in_url: bool = False) -> str:
    raw, mark, value = pair.partition("=")
    name = unquote_plus(raw)
    hide = rule(name) or (in_url and (name.lower().replace("-", "_") in _OF_URLS or name.lower() in _API_KEYS["query"]))
    return f"{raw}={MASK}" if mark and value and hide else pair


# --- header fields -------------------------------------------------------------------------------


def masked_field(name: str, value: str, rule: NameRule = looks_secret) -> str:
    """The value of a header field without its secrets; a scheme and the names of cookies are left."""
    key = name.lower()
    if key == "set-cookie":
        pair, mark, attributes = value.partition(";")
        return _masked_cookie(pair) + mark + attributes
    if key == "cookie":
        return "; ".join(_masked_cookie(pair) for pair in value.split(";") if pair.strip())
    if key in {"authorization", "proxy-authorization"}:
        scheme = re.match(_SCHEME, value)
        return scheme[0] + MASK if scheme else MASK
    if key in _CHALLENGES:
        return value
    if rule(name) or key in _API_KEYS["header"]:
        return MASK
    return masked_url(value, rule) if "://" in value or key in _URL_FIELDS else value


def _masked_cookie(pair: str) -> str:
    name, mark, _ = pair.strip().partition("=")
    return f"{name}={MASK}" if mark else MASK
