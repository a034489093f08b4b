"""HTTP messages as frozen data, how they are shown without their secrets, and matching media types.

Sources: RFC 9110 (header fields, media types), RFC 6839 (``+json`` suffixes), RFC 6265 (cookies).

Imported in functions: ``shlex`` and ``masked_bodies``, for what is shown to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from .masking import bare_url, masked_field, masked_url, name_rule
from .media_types import media_type
from .uploads import Upload

__all__ = ["Exchange", "Headers", "Request", "Response", "origin"]


_AUTHORITY = re.compile(r"(?:[^@\\\s]*@)?(\[[\w:.%]+\]|[^:@\[\]\\\s]+)(?::([0-9]*))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


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
            field = self._fields.get(key)
            if field is None:
                self._fields[key] = (name, value)
            else:
                self._fields[key] = (field[0], field[1] + ("; " if key == "cookie" else ", ") + value)

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
        keys = {name.lower() for name in names}
        return Headers([pair for key, pair in self._fields.items() if key not in keys])

    def masked(self, secret: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The fields as they may be shown; ``secret`` names more that hide their value."""
        rule = name_rule(secret)
        return [(name, masked_field(name, value, rule)) for name, value in self._fields.values()]

    def __reduce__(self) -> tuple[object, ...]:
        return Headers, (self.pairs(),)

    def __repr__(self) -> str:
        return f"Headers({dict(self.masked())!r})"


class Request(NamedTuple):
    """A request, complete: what is here is what goes on the wire.

    Attributes:
        method: the method in capitals.
        url: absolute, percent-encoded; sent byte for byte.
        headers: the fields to send; the transport adds only what HTTP itself needs.
        body: the bytes to send, or an ``Upload`` that is read as it is sent, or none.
        stream: whether the answer is wanted in chunks as it comes.
        secret: names of headers, query parameters and cookies that hold a credential though their
            name does not say so; whoever adds the credential adds the name.
    """

    method: str
    url: str
    headers: Headers = Headers()
    body: bytes | Upload | None = None
    stream: bool = False
    secret: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        """The bytes of the body, an upload read to its end; none without a body."""
        return b"".join(self.body) if isinstance(self.body, Upload) else self.body or b""

    def with_headers(self, fields: Mapping[str, str]) -> Request:
        """The same request with these header fields set."""
        return self._replace(headers=self.headers | fields)

    def curl(self) -> str:
        """The request as a ``curl`` command for a POSIX shell, its secrets written as ``***``."""
        from shlex import quote  # only for people

        from .masked_bodies import masked_body

        url = masked_url(self.url, self.secret)
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
            raw = b"\0" if isinstance(self.body, Upload) else self.body  # a file is not read to be shown
            text = masked_body(raw, self.headers.get("content-type"), self.secret)
            words += ["--data-binary", "@body.bin"] if text is None else ["--data-raw", quote(text)]
        return " ".join(words)

    def __repr__(self) -> str:
        size = "" if self.body is None else f" {self.body!r}"
        size = f" {len(self.body)} bytes" if isinstance(self.body, bytes) else size
        fields = dict(self.headers.masked(self.secret))
        return f"<Request {self.method} {masked_url(self.url, self.secret)} {fields}{size}>"


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
        match = re.search(r';\s*charset\s*=\s*"?([^\s;"]+)', self.headers.get("content-type", ""), re.IGNORECASE)
        return match[1] if match else "utf-8"

    def __repr__(self) -> str:
        what = f"{len(self.body)} bytes" if self.chunks is None else "streamed"
        return f"<Response {self.status} {self.content_type or 'no content type'}, {what}, {bare_url(self.url)}>"


class Exchange(NamedTuple):
    """One request with its response, as it went over the wire.

    Attributes:
        request: what was sent.
        response: what came; None where nothing usable did.
        error: why nothing came.
        seconds: from the sending to the end of the body, or to the end of the header of a streamed one.
        attempt: 1, or more where it had been sent before.
    """

    request: Request
    response: Response | None = None
    error: Exception | None = None
    seconds: float = 0.0
    attempt: int = 1

    def __repr__(self) -> str:
        outcome = repr(self.response) if self.error is None else type(self.error).__name__
        return f"<Exchange {self.request!r} {outcome}>"


def origin(url: str) -> str:
    """Scheme, host and port of an absolute URL in lower case, a default port made explicit.

    Raises:
        ValueError: it is not an absolute URL, or one that two parsers may read differently.
    """
    scheme, mark, rest = url.partition("://")
    place = _origin(scheme, rest.partition("/")[0]) if mark else None
    if place is None:
        raise ValueError(f"not an absolute URL: {bare_url(url)!r}; it reads scheme://host[:port]/path")
    return place


@lru_cache(maxsize=256)  # asked twice for each call
def _origin(scheme: str, rest: str) -> str | None:
    host = _AUTHORITY.fullmatch(re.split(r"[?#]", rest, maxsplit=1)[0])
    scheme = scheme.lower()
    if host is None or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme):
        return None
    port = int(host[2]) if host[2] else _DEFAULT_PORTS.get(scheme)
    return f"{scheme}://{host[1].lower()}" + (f":{port}" if port is not None else "")
