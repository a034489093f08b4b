"""HTTP messages as frozen data, how they are shown without their secrets, and matching media types.

Sources: RFC 9110 (header fields, media types), RFC 6839 (``+json`` suffixes), RFC 6265 (cookies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = [
    "MASK",
    "Headers",
    "Request",
    "Response",
    "bare_url",
    "is_json",
    "is_ndjson",
    "is_text",
    "looks_secret",
    "match_media",
    "media_type",
    "origin",
]

MASK = "***"  #: what stands for a secret wherever a message is shown

# patterns that only showing needs are compiled when something is shown: compiling is half of this module's import
_SECRETS = (
    r"(?i)pass(?:word|wd|phrase|code)|pwd|(?:^|[-_.])pass(?:$|[-_.])|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|auth(?!ors?(?![a-z]))|credential|cookie|session|signature|jwt"
)
_SCHEME = r"(?i)(?:Basic|Bearer|Digest|Negotiate|Token) "
_USERINFO = r"(?<=://)[^/?#\s]*@"
_URI = r"(?<=://)[^\s\"']*@"  # in free text, where a password may hold what a URL may not
_AUTHORITY = re.compile(r"(?:[^@\\\s]*@)?(\[[\w:.%]+\]|[^:@\[\]\\\s]+)(?::([0-9]*))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
_YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def looks_secret(name: str) -> bool:
    """Whether a header, parameter or member of this name usually holds a credential."""
    return re.search(_SECRETS, name) is not None


class Headers(Mapping[str, str]):
    """Header fields: looked up in any case, written in the first spelling seen, never changed.

    A name given more than once is one field with its values joined as RFC 9110 §5.3 says.
    ``headers | {"Accept": "text/plain"}`` and ``headers.with_(accept="text/plain")`` (an underscore
    is a hyphen) return new ones. ``repr`` hides what is secret.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, tuple[str, str]] = {}  # lower-case name -> (spelling, value)
        for name, value in fields.items() if isinstance(fields, Mapping) else fields:
            key = name.lower()
            seen = self._fields.get(key)
            if seen is None:
                self._fields[key] = (name, value)
            else:
                self._fields[key] = (seen[0], seen[1] + ("; " if key == "cookie" else ", ") + value)

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._fields.values()])

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        mine = {key: value for key, (_, value) in self._fields.items()}
        return mine == {str(name).lower(): value for name, value in other.items()}

    def __hash__(self) -> int:
        return hash(frozenset((key, value) for key, (_, value) in self._fields.items()))

    def __or__(self, other: Mapping[str, str]) -> Headers:
        new = Headers()
        new._fields.update(self._fields)
        for name, value in other.items():
            key = name.lower()
            new._fields[key] = (self._fields[key][0] if key in self._fields else name, value)
        return new

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of every field."""
        return list(self._fields.values())

    def with_(self, **fields: str) -> Headers:
        """A copy with these fields set; ``content_type=`` is ``Content-Type``."""
        return self | {name.replace("_", "-").title(): value for name, value in fields.items()}

    def without(self, *names: str) -> Headers:
        """A copy without these fields, whether they were there or not."""
        gone = {name.lower() for name in names}
        return Headers([pair for key, pair in self._fields.items() if key not in gone])

    def masked(self, secret: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The fields as they may be shown; ``secret`` names more that hide their value."""
        names = {name.lower() for name in secret}
        return [(name, _masked_field(key, value, names)) for key, (name, value) in self._fields.items()]

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self.pairs(),)

    def __repr__(self) -> str:
        return f"Headers({dict(self.masked())!r})"


class Request(NamedTuple):
    """A request, complete: what is here is what goes on the wire.

    Attributes:
        method: the method in capitals.
        url: absolute, percent-encoded; sent byte for byte.
        headers: the fields to send; the transport adds only what HTTP itself needs.
        body: the bytes to send, or none.
        stream: whether the answer is wanted in chunks as it comes.
        secret: names of headers, query parameters and cookies that hold a credential though their
            name does not say so; whoever adds the credential adds the name.
    """

    method: str
    url: str
    headers: Headers = Headers()
    body: bytes | None = None
    stream: bool = False
    secret: tuple[str, ...] = ()

    def with_headers(self, fields: Mapping[str, str]) -> Request:
        """The same request with these header fields set."""
        return self._replace(headers=self.headers | fields)

    def curl(self) -> str:
        """The request as a ``curl`` command for a POSIX shell, its secrets written as ``***``."""
        from shlex import quote  # only for people

        url = _masked_url(self.url, self.secret)
        words = ["curl"]
        if self.method == "HEAD":
            words.append("--head")
        elif self.method != ("GET" if self.body is None else "POST"):
            words += ["-X", quote(self.method)]
        if set(url) & set("[]{}"):
            words.append("--globoff")
        words.append(quote(url))
        for name, value in self.headers.masked(self.secret):
            words += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
        if self.body is not None:
            if "content-type" not in self.headers:
                words += ["-H", "'Content-Type:'"]  # curl would call it a form
            text = _masked_body(self.body, self.headers.get("content-type"), self.secret)
            words += ["--data-binary", "@body.bin"] if text is None else ["--data-raw", quote(text)]
        return " ".join(words)

    def __repr__(self) -> str:
        size = "" if self.body is None else f" {len(self.body)} bytes"
        fields = dict(self.headers.masked(self.secret))
        return f"<Request {self.method} {_masked_url(self.url, self.secret)} {fields}{size}>"


class Response(NamedTuple):
    """A response: status, header fields and the whole decoded body, or its chunks when streamed.

    Attributes:
        status: the HTTP status code.
        headers: the fields as they came.
        body: the bytes, content coding (gzip …) undone; empty when streamed.
        url: where the request went.
        chunks: an iterator of bytes when streamed; its ``close()`` gives the connection back.
    """

    status: int
    headers: Headers = Headers()
    body: bytes = b""
    url: str = ""
    chunks: Iterator[bytes] | None = None

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty when the server named none."""
        return media_type(self.headers.get("content-type"))

    def text(self) -> str:
        """The body as text: in the charset named by the content type, else UTF-8; never fails."""
        try:
            return self.body.decode(self.charset, "replace")
        except (LookupError, UnicodeError, ValueError):  # a charset that Python does not know, or that is none
            return self.body.decode("utf-8", "replace")

    @property
    def charset(self) -> str:
        """What the content type calls its characters; UTF-8 where it does not say."""
        found = re.search(r';\s*charset\s*=\s*"?([^\s;"]+)', self.headers.get("content-type", ""), re.IGNORECASE)
        return found[1] if found else "utf-8"

    def __repr__(self) -> str:
        what = f"{len(self.body)} bytes" if self.chunks is None else "streamed"
        return f"<Response {self.status} {self.content_type or 'no content type'}, {what}, {bare_url(self.url)}>"


# --- showing without secrets -------------------------------------------------------------------


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


# --- media types and origins -------------------------------------------------------------------


def media_type(value: str | None) -> str:
    """A content type without its parameters, in lower case; empty when absent."""
    return value.partition(";")[0].strip().lower() if value else ""


def is_json(media: str) -> bool:
    """Whether it is one JSON text: ``application/json``, ``text/json``, any ``+json``."""
    media = media_type(media)
    return media in {"application/json", "text/json"} or media.endswith("+json")


def is_ndjson(media: str) -> bool:
    """Whether it is a JSON text per line."""
    return media_type(media) in _NDJSON


def is_text(media: str) -> bool:
    """Whether it is text that is not JSON: ``text/*``, YAML, XML; ``plain/text`` for those who write it so."""
    media = media_type(media)
    if is_json(media) or is_ndjson(media):
        return False
    return (
        media.startswith("text/")
        or media in _YAML
        or media in {"plain/text", "application/xml"}
        or media.endswith(("+xml", "+yaml"))
    )


def _family(media: str) -> str:
    """Media types that are read in the same way have the same family."""
    if is_json(media):
        return "json"
    if media in _NDJSON:
        return "ndjson"
    if media in _YAML or media.endswith("+yaml"):
        return "yaml"
    if media in {"text/plain", "plain/text"}:
        return "text"
    return media


def match_media(came: str | None, documented: Iterable[str]) -> str | None:
    """The documented media type, as spelt there, that a content type falls under.

    The same one first, then one that is read in the same way (``application/problem+json`` is
    JSON), then ``type/*``, then ``*/*``; None when none of the documented ones fits.
    """
    media = media_type(came)
    names = [(media_type(name), name) for name in documented]
    family, wide = _family(media), media.partition("/")[0] + "/*"
    for rank in (
        [spelt for name, spelt in names if name == media],
        [spelt for name, spelt in names if media and _family(name) == family],
        [spelt for name, spelt in names if media and name == wide],
        [spelt for name, spelt in names if name == "*/*"],
    ):
        if rank:
            return rank[0]
    return None


def origin(url: str) -> str:
    """Scheme, host and port of an absolute URL in lower case, a default port made explicit.

    Raises:
        ValueError: it is not an absolute URL, or one that two parsers may read differently.
    """
    scheme, mark, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    host = _AUTHORITY.fullmatch(authority)
    scheme = scheme.lower()
    if not mark or host is None or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme):
        raise ValueError(f"not an absolute URL: {bare_url(url)!r}; it reads scheme://host[:port]/path")
    port = int(host[2]) if host[2] else _DEFAULT_PORTS.get(scheme)
    return f"{scheme}://{host[1].lower()}" + (f":{port}" if port is not None else "")
