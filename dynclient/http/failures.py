"""What keeps an answer from coming, in this package's words: one sentence and one class for each failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import BrokenResponse, ResponseTooLarge, TimedOut, TransportError, Unreachable
from .masking import bare_url

if TYPE_CHECKING:
    from .messages import Request

__all__ = ["Failure", "failure", "request_line", "too_large"]

_LIMIT = "Transport(timeout=…) says how long it may take"


class Failure(NamedTuple):
    """What an exception of the libraries below means here."""

    kind: type[TransportError]
    message: str
    request_sent: bool = True  # whether the server may have seen the request
    retryable: bool = False  # whether another attempt may go better


UNTRUSTED = Failure(
    Unreachable, "its certificate is not trusted; Transport(verify=…) takes a CA bundle", request_sent=False
)
NO_PROXY = Failure(Unreachable, "the proxy did not let it through", request_sent=False, retryable=True)
NO_SERVER = Failure(Unreachable, "no connection; does the server run, and is its address right?", False, True)  # noqa: FBT003
SLOW_TO_CONNECT = Failure(TimedOut, f"no connection in time; {_LIMIT}", request_sent=False)
SLOW = Failure(TimedOut, f"no complete answer in time; {_LIMIT}")
CLOSED = Failure(Unreachable, "the connection was closed before an answer came", retryable=True)
CODING = Failure(BrokenResponse, "the body is not in the coding that its Content-Encoding names")
UNKNOWN_CODING = Failure(BrokenResponse, "the body is in a coding that was not asked for and cannot be read here")
LENGTH = Failure(BrokenResponse, "its Content-Length is no number")
NO_TLS = Failure(Unreachable, "no TLS session; does the server speak https on this port?")
NO_HTTP = Failure(BrokenResponse, "the answer is not HTTP")
FAILED = Failure(Unreachable, "the connection failed")


def failure(
    cause: Failure,
    request: Request,
    detail: str = "",
    *,
    header_received: bool = False,
    request_sent: bool = True,
) -> TransportError:
    """The exception for a failure.

    Args:
        cause: which one.
        request: what was sent.
        detail: what the system had to say.
        header_received: whether the header of the answer had come.
        request_sent: False where it is certain that nothing of the request was written.
    """
    error: TransportError
    if header_received and cause.kind is Unreachable:
        error = BrokenResponse(f"{request_line(request)}: the answer is cut off")
    else:
        text = f"{request_line(request)}: {cause.message}" + (f" ({detail})" if detail else "")
        error = cause.kind(text, request_sent=cause.request_sent and request_sent)
    error.retryable = cause.retryable
    return error


def too_large(request: Request, max_bytes: int) -> ResponseTooLarge:
    """The exception for a body that goes on too long."""
    return ResponseTooLarge(
        f"{request_line(request)}: the body has more than {max_bytes} bytes; Transport(max_bytes=…) sets the limit"
    )


def request_line(request: Request) -> str:
    """Method and URL, without what may be secret."""
    return f"{request.method} {bare_url(request.url)}"
