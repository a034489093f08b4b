"""What urllib3, http.client and requests raise, as this package's errors: one table."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

import urllib3
from urllib3 import exceptions
from urllib3.util.ssl_match_hostname import CertificateError

from ..errors import InvalidRequest
from . import failures
from .failures import Failure, failure, request_line

if TYPE_CHECKING:
    from ..errors import DynclientError
    from .messages import Request

__all__ = ["FOREIGN_ERRORS", "to_error"]


FOREIGN_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)  #: requests' own are OSErrors

#: the first line that fits any link of the chain
_TABLE: tuple[tuple[tuple[type[BaseException], ...], Failure], ...] = (
    ((ssl.SSLCertVerificationError, CertificateError), failures.UNTRUSTED),
    ((exceptions.ProxyError,), failures.NO_PROXY),
    ((exceptions.NewConnectionError,), failures.NO_SERVER),
    ((exceptions.ConnectTimeoutError,), failures.SLOW_TO_CONNECT),
    ((exceptions.ReadTimeoutError, TimeoutError), failures.SLOW),
    ((http.client.IncompleteRead, exceptions.IncompleteRead, ConnectionError), failures.CLOSED),
    ((exceptions.DecodeError,), failures.CODING),
    ((ssl.SSLError,), failures.NO_TLS),
    ((http.client.HTTPException, exceptions.HTTPError), failures.NO_HTTP),
    ((Exception,), failures.FAILED),
)
_NO_CONNECTION = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)


def to_error(
    error: BaseException, request: Request, *, header_received: bool = False, request_sent: bool = True
) -> DynclientError:
    """Our exception for theirs.

    Args:
        error: what urllib3, http.client or requests raised.
        request: what was sent.
        header_received: whether the header of the answer had come.
        request_sent: False where it is certain that nothing of the request was written.
    """
    chain = [error]
    for link in chain:  # grows as it goes: they wrap each other as argument, reason or cause
        inner = (*link.args, getattr(link, "reason", None), link.__cause__)
        chain += [one for one in inner if isinstance(one, Exception) and one not in chain]
    if any(isinstance(link, exceptions.LocationValueError) for link in chain):
        return InvalidRequest(f"{request_line(request)}: the URL cannot be used; nothing was sent")
    cause = next(cause for kinds, cause in _TABLE if any(isinstance(link, kinds) for link in chain))
    if cause is failures.NO_PROXY and request_sent and not any(isinstance(link, _NO_CONNECTION) for link in chain):
        cause = failures.CLOSED  # the proxy took the request, or may have, and then failed
    details = [link.strerror for link in chain if isinstance(link, OSError) and link.strerror]
    return failure(
        cause, request, details[-1] if details else "", header_received=header_received, request_sent=request_sent
    )
