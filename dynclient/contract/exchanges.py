"""Recorded exchanges as data: what every form of recording is read into, and what could not be read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .content_coding import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..http.messages import Request, Response

    #: makes an exchange of one entry of a recording; the second argument is its place
    Reader = Callable[[Any, str], "RecordedExchange"]

__all__ = [
    "Omission",
    "RecordedExchange",
    "Recording",
    "as_text",
    "complete",
    "read_entries",
    "request_method",
    "request_url",
    "response_status",
    "without_coding",
]


class RecordedExchange(NamedTuple):
    """One request and its response, as a recording has them.

    Attributes:
        place: where it was recorded: ``dags.yaml #3``, counted from 1.
        request: as it was sent, the body's content coding undone.
        response: as it was received, the body's content coding undone.
        whole: whether the response's body was kept, in a form that can be read here.
        reason: why a body that was kept could not be read.
    """

    place: str
    request: Request
    response: Response
    whole: bool = True
    reason: str = ""


class Omission(NamedTuple):
    """A file or an exchange that was left out: where it is, and why in one line."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Recording(NamedTuple):
    """A file's exchanges, what could not be read of it, and remarks on it."""

    exchanges: tuple[RecordedExchange, ...] = ()
    unread: tuple[Omission, ...] = ()
    notes: tuple[str, ...] = ()


def read_entries(
    entries: Iterable[tuple[Any, Reader]], name: str, notes: tuple[str, ...] = (), start: int = 0
) -> Recording:
    """The exchanges of a recording's entries, each with the function that reads it.

    An entry that is no request and response becomes an omission; the others are read all the same.

    Args:
        entries: the parsed entries, in order.
        name: the file's name, for the exchanges' places.
        notes: remarks on the file.
        start: how many entries came before, for counting.
    """
    exchanges: list[RecordedExchange] = []
    unread: list[Omission] = []
    for number, (entry, reader) in enumerate(entries, start + 1):
        place = f"{name} #{number}"
        try:
            exchanges.append(reader(entry, place))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = str(error) if type(error) is ValueError else "not a request and a response; record it again"
            unread.append(Omission(place, reason))
    return Recording(tuple(exchanges), tuple(unread), notes)


def complete(place: str, request: Request, response: Response, raw: bytes) -> RecordedExchange:
    """An exchange whose response gets its body, with the content coding undone where that is possible."""
    try:
        body = without_coding(raw, response.headers)
    except ValueError as error:
        return RecordedExchange(place, request, response, whole=False, reason=f"the answer is {error}")
    headers = response.headers.without("content-encoding", "transfer-encoding")
    return RecordedExchange(place, request, response._replace(headers=headers, body=body))


def without_coding(body: bytes, headers: Mapping[str, str]) -> bytes:
    """A body with its content coding undone (RFC 9110 §8.4).

    Text under a coding that cannot be read here was decoded by the recorder and is returned as it is.

    Raises:
        ValueError: the coding cannot be read here.
    """
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


def as_text(value: object) -> str:
    """A name, a value or a URL of a recording as text, whatever type it was recorded with."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def request_method(value: object) -> str:
    """A recorded method in capitals.

    Raises:
        ValueError: it is no method.
    """
    method = as_text(value).upper()
    if not (method.isascii() and method.isalpha()):
        raise ValueError("a request without a method; record it again")
    return method


def request_url(value: object) -> str:
    """A recorded URL.

    Raises:
        ValueError: it is no http or https URL.
    """
    url = as_text(value or "")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("no http:// or https:// request")
    return url


def response_status(value: Any) -> int:
    """A recorded status code.

    Raises:
        ValueError: it is none, as of a request that was never answered.
    """
    status = int(value or 0)
    if not 100 <= status <= 599:
        raise ValueError("no answer came")
    return status
