"""Recorded traffic as exchanges: vcrpy cassettes (YAML or JSON, any of its body forms) and HAR files.

What cannot be read becomes an ``Unread``, one line, and the rest is read all the same. Bodies lose their content coding
and base64. A file that is itself packed with gzip is unpacked.

Sources: vcrpy's ``serialize`` and ``stubs`` (format 1, the list before it, httpx's own form up to 4.x), the form of
Ruby's VCR and betamax (``http_interactions``), HAR 1.2.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote_plus, urlsplit

from ..errors import SpecError
from ..http.messages import Headers, Request, Response
from .scrub import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Exchange", "Recording", "Unread", "find", "of_cassette", "read", "read_bytes"]

_LARGEST: Final = 256 * 2**20  # bytes of a file
_SUFFIXES = (".yaml", ".yml", ".json", ".har")
_GZIP = b"\x1f\x8b"
_PYTHON = "tag:yaml.org,2002:python/"


class Exchange(NamedTuple):
    """One request and its answer.

    Attributes:
        place: where it was recorded: ``dags.yaml #3``, counted from 1.
        request: as it was sent, the body unpacked.
        response: as it came, the body unpacked.
        whole: was the answer's body kept, in a form that is read here?
    """

    place: str
    request: Request
    response: Response
    whole: bool = True


class Unread(NamedTuple):
    """What was left out: where, and why in one line."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Recording(NamedTuple):
    """A file's exchanges, what was left out of it, and what is worth saying about it."""

    exchanges: tuple[Exchange, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()


# --- files -------------------------------------------------------------------------------------------------------


def find(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """The files behind paths: a file as it is, a folder's recordings at any depth, by name, in order."""
    found: dict[str, None] = {}
    for path in [os.fspath(given) for given in paths]:
        if not os.path.isdir(path):  # noqa: PTH112 - pathlib takes 12 ms to import
            found[path] = None
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                if name.removesuffix(".gz").endswith(_SUFFIXES):
                    found[os.path.join(folder, name)] = None  # noqa: PTH118 - as above
    return list(found)


def read(path: str | os.PathLike[str]) -> Recording:
    """The exchanges of one file; nothing is raised."""
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - pathlib takes 12 ms to import
            data = file.read(_LARGEST + 1)
    except OSError as error:
        return _left_out(name, f"cannot be read ({error.strerror or type(error).__name__})")
    if len(data) > _LARGEST:
        return _left_out(name, f"larger than {_LARGEST >> 20} MiB; record less in one file")
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> Recording:
    """The exchanges in the bytes of a file of this name; nothing is raised."""
    notes: tuple[str, ...] = ()
    if data.startswith(_GZIP):
        try:
            data = unpack(data, "gzip")
        except ValueError as error:
            return _left_out(name, str(error))
        if data.startswith(_GZIP):
            return _left_out(name, "packed with gzip and cut off, or packed twice; give the file as it was recorded")
        notes = (f"{name}: packed with gzip; what is in it was read",)
    try:
        value = _parsed(data, name)
        entries = _entries(value)
    except (SpecError, ValueError) as error:
        return _left_out(name, str(error).removeprefix(f"{name}: "))
    return _recording(entries, name, notes)


def of_cassette(interactions: Iterable[tuple[Any, Any]], name: str, start: int = 0) -> Recording:
    """The exchanges of an open vcrpy cassette, its ``data``; ``start`` tells how many came before, for counting."""
    entries = (
        {
            "request": {
                "method": request.method,
                "uri": request.uri,
                "headers": request.headers,
                "body": _sent(request),
            },
            "response": response,
        }
        for request, response in interactions
    )
    return _recording(((entry, _interaction) for entry in entries), name, start=start)


def _sent(request: Any) -> Any:
    body = request.body
    return body.read() if hasattr(body, "read") else body if isinstance(body, (bytes, str, type(None))) else list(body)


def _recording(entries: Iterable[tuple[Any, Any]], name: str, notes: tuple[str, ...] = (), start: int = 0) -> Recording:
    exchanges: list[Exchange] = []
    unread: list[Unread] = []
    for number, (entry, make) in enumerate(entries, start + 1):
        place = f"{name} #{number}"
        try:
            exchanges.append(make(entry, place))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = str(error) if type(error) is ValueError else "not a request and a response; record it again"
            unread.append(Unread(place, reason))
    return Recording(tuple(exchanges), tuple(unread), notes)


def _left_out(name: str, reason: str) -> Recording:
    return Recording((), (Unread(name, " ".join(reason.split())),))


def _parsed(data: bytes, name: str) -> Any:
    if not data.strip():
        raise ValueError("empty; nothing was recorded")
    if b"\0" in data[:4096]:
        raise ValueError("binary data; give a vcrpy cassette or a HAR file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text; give a vcrpy cassette or a HAR file") from None
    stopped = ""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("nested too deep to be read") from None
        except json.JSONDecodeError as error:
            stopped = f"line {error.lineno}, column {error.colno}"
    from ..documents import yaml as plain_yaml  # yaml takes 15 ms to import

    return plain_yaml.parse(text.encode(), name, stopped, _TAGS)


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        raise SpecError("a !!binary part that is no base64; record it again") from None


#: what vcrpy's own reader takes beyond JSON; the last two are mappings
_TAGS: Mapping[str, Any] = {
    "tag:yaml.org,2002:binary": _octets,
    **dict.fromkeys((f"{_PYTHON}str", f"{_PYTHON}unicode", f"{_PYTHON}tuple", f"{_PYTHON}object/new:_io.BytesIO"), str),
    f"{_PYTHON}object/apply:builtins.iter": str,
}


def _entries(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each entry, with the function that makes an exchange of it."""
    if isinstance(value, Mapping):
        log = value.get("log")
        if isinstance(log, Mapping) and isinstance(log.get("entries"), list):
            return ((entry, _har) for entry in log["entries"])
        for key in ("interactions", "http_interactions"):
            if isinstance(value.get(key), list):
                return ((entry, _interaction) for entry in value[key])
    if isinstance(value, list) and value and all(isinstance(item, Mapping) and "request" in item for item in value):
        return ((entry, _interaction) for entry in value)
    raise ValueError("neither a vcrpy cassette (`interactions`) nor a HAR file (`log.entries`)")


# --- cassettes ---------------------------------------------------------------------------------------------------


def _interaction(entry: Mapping[str, Any], place: str) -> Exchange:
    asked, answered = entry["request"], entry["response"]
    url = _url(asked.get("uri") or asked.get("url"))
    headers = _headers(asked.get("headers"))
    body = _body(asked.get("body"))
    request = Request(_method(asked["method"]), url, headers, _plain(body, headers) if body else None)
    status = answered.get("status_code", answered.get("status"))
    if isinstance(status, Mapping):
        status = status["code"]
    response = Response(_status(status), _headers(answered.get("headers")), b"", url)
    raw = _body(answered["content"] if "content" in answered and "body" not in answered else answered.get("body"))
    return _exchange(place, request, response, raw or b"")


def _exchange(place: str, request: Request, response: Response, raw: bytes) -> Exchange:
    try:
        body = _plain(raw, response.headers)
    except ValueError:
        return Exchange(place, request, response, whole=False)
    headers = response.headers.without("content-encoding", "transfer-encoding")
    return Exchange(place, request, response._replace(headers=headers, body=body))


def _plain(body: bytes, headers: Headers) -> bytes:
    """A body unpacked; text under a coding that is not read here was unpacked by the recorder."""
    try:
        return unpack(body, headers.get("content-encoding", ""))
    except ValueError:
        try:
            body.decode()
        except UnicodeDecodeError:
            pass
        else:
            return body
        raise


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
    for name, given in (value or {}).items():
        several: Sequence[Any] = given if isinstance(given, list) else [given]
        pairs += [(str(name), _text(item)) for item in several]
    return Headers(pairs)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _method(value: Any) -> str:
    method = _text(value).upper()
    if not re.fullmatch(r"[A-Z]+", method):
        raise ValueError("a request without a method; record it again")
    return method


def _url(value: Any) -> str:
    url = _text(value or "")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("no http:// or https:// request")
    return url


def _status(value: Any) -> int:
    status = int(value or 0)
    if not 100 <= status <= 599:
        raise ValueError("no answer came")
    return status


# --- HAR ---------------------------------------------------------------------------------------------------------


def _har(entry: Mapping[str, Any], place: str) -> Exchange:
    asked, answered = entry["request"], entry["response"]
    url = _url(asked.get("url")).partition("#")[0]
    response = Response(_status(answered.get("status")), _pairs(answered.get("headers")), b"", url)
    request = Request(_method(asked["method"]), url, *_posted(asked))
    content = answered.get("content") or {}
    if "text" not in content:
        empty = not content.get("size") and (answered.get("bodySize") or 0) <= 0
        return Exchange(place, request, response, whole=empty)
    text = content["text"] or ""
    raw = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode("utf-8", "surrogatepass")
    if "content-type" not in response.headers and content.get("mimeType"):
        response = response._replace(headers=response.headers | {"Content-Type": content["mimeType"]})
    return _exchange(place, request, response, raw)


def _posted(asked: Mapping[str, Any]) -> tuple[Headers, bytes | None]:
    """A request's header fields and body."""
    headers = _pairs(asked.get("headers"))
    posted = asked.get("postData")
    if not posted:
        return headers, None
    if "content-type" not in headers and posted.get("mimeType"):
        headers |= {"Content-Type": posted["mimeType"]}
    text = posted.get("text")
    if not text and posted.get("params"):
        pairs = ((item["name"], item.get("value", "")) for item in posted["params"])
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    raw = (
        base64.b64decode(text) if posted.get("encoding") == "base64" else (text or "").encode("utf-8", "surrogatepass")
    )
    return headers, _plain(raw, headers) or None


def _pairs(fields: Any) -> Headers:
    named = ((_text(field["name"]), _text(field.get("value", ""))) for field in fields or ())
    return Headers([(name, value) for name, value in named if not name.startswith(":")])  # HTTP/2's own are none
