"""Every exception of dynclient, ordered by who must act, and the plain data they carry.

::

    DynclientError
     ├─ SpecError              the document's author            .pointer
     ├─ ArgumentError          the caller; nothing was sent
     │   ├─ UnknownOperation     also AttributeError, KeyError  .near
     │   ├─ BadArguments         also TypeError                 .missing .unknown .valid
     │   └─ InvalidRequest       also ValueError                .violations
     ├─ TransportError         the network; no usable answer came  .request_sent .request
     │   ├─ TimedOut             also TimeoutError
     │   ├─ Unreachable          also ConnectionError
     │   ├─ BrokenResponse       cut off, not decodable, not HTTP
     │   └─ ResponseTooLarge     more bytes than Transport(max_bytes=)
     ├─ ContractError          the server broke the document with a 2xx or 3xx
     │   │                                                      .violations .response .data .request
     │   ├─ UndocumentedResponse  a status or a media type the document does not name
     │   └─ InvalidResponse       a body or header that breaks its schema
     ├─ RunFailed              something that was waited for failed  .run .failed
     ├─ DagPaused              what was waited for cannot go on      .run
     └─ ApiError               the server said no: any status >= 400, documented or not
         │                                                      .problem .response .violations .request
         ├─ BadRequest           400
         │   └─ Unprocessable    422
         ├─ Unauthenticated      401
         ├─ PermissionDenied     403
         ├─ NotFound             404
         ├─ MethodNotAllowed     405
         ├─ NotAcceptable        406
         ├─ AlreadyExists        409
         ├─ TooManyRequests      429
         └─ Unknown              5xx

Messages are made of path, rule, expectation and the *type* of what came. Payloads stay in
attributes (``Violation.value``, ``ContractError.data``, ``ApiError.response``), outside ``str``,
``repr`` and ``args``.

Imported in functions: ``difflib``, needed only for a name that is none.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

from .findings import Fault, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .http.messages import Request, Response

__all__ = [
    "AlreadyExists",
    "ApiError",
    "ArgumentError",
    "BadArguments",
    "BadRequest",
    "BrokenResponse",
    "ContractError",
    "ContractWarning",
    "DagPaused",
    "DynclientError",
    "Fault",
    "InsecureWarning",
    "InvalidRequest",
    "InvalidResponse",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "PermissionDenied",
    "Problem",
    "ResponseTooLarge",
    "RunFailed",
    "SpecError",
    "TimedOut",
    "TooManyRequests",
    "TransportError",
    "Unauthenticated",
    "UndocumentedResponse",
    "Unknown",
    "UnknownOperation",
    "Unprocessable",
    "Unreachable",
    "Violation",
]

_SHOWN = 20  # violations written out in a message; the rest are counted


class InsecureWarning(UserWarning):
    """Credentials go where others can read them."""


class ContractWarning(UserWarning):
    """A request or an answer breaks the document in a way that does not raise, or a rule of it cannot be checked."""


class DynclientError(Exception):
    """The root: ``except DynclientError`` catches all that this package raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by state: constructors take keywords that ``args`` does not hold."""
        return _revive, (type(self), self.args, self.__dict__)


def _revive(cls: type[DynclientError], args: tuple[object, ...], state: dict[str, object]) -> DynclientError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class SpecError(DynclientError):
    """A document cannot be used, or a part of it that was asked for cannot."""

    def __init__(self, message: str, *, pointer: str = "") -> None:
        self.pointer = pointer
        super().__init__(f"{message} (at {pointer})" if pointer else message)


class ArgumentError(DynclientError):
    """The caller must act; nothing was sent."""


class UnknownOperation(ArgumentError, AttributeError, KeyError):
    """No operation has this name; ``near`` lists those that come close."""

    def __init__(self, message: str, *, near: Iterable[str] = ()) -> None:
        self.near = tuple(near)
        self.name = self.obj = None  # or the interpreter adds a guess of its own to ours
        Exception.__init__(self, message)

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the repr


class BadArguments(ArgumentError, TypeError):
    """Arguments that the operation does not take, or required ones left out; all of them at once."""

    def __init__(
        self,
        message: str,
        *,
        missing: Iterable[str] = (),
        unknown: Iterable[str] = (),
        valid: Iterable[str] = (),
    ) -> None:
        self.missing = tuple(missing)
        self.unknown = tuple(unknown)
        self.valid = tuple(valid)
        super().__init__(message)


def listed(violations: Sequence[Violation]) -> str:
    """Violations as an indented list, the first twenty written out and the rest counted."""
    lines = [f"\n  {violation}" for violation in violations[:_SHOWN]]
    if len(violations) > _SHOWN:
        lines.append(f"\n  … and {len(violations) - _SHOWN} more")
    return "".join(lines)


class InvalidRequest(ArgumentError, ValueError):
    """Values that break the document; ``violations`` has every one of them."""

    def __init__(self, message: str, violations: Iterable[Violation] = ()) -> None:
        self.violations = tuple(violations)
        super().__init__(message + listed(self.violations))


class TransportError(DynclientError):
    """No usable answer came. A transport of one's own may set the first two attributes too.

    Attributes:
        request_sent: whether the server may have seen the request; False only where nothing of it was written.
        retryable: whether another attempt may go better.
        request: what was to be sent, as built from the arguments: without credentials. None outside of a client.
    """

    request_sent: bool = True
    retryable: bool = False
    request: Request | None = None

    def __init__(self, message: str, *, request_sent: bool = True) -> None:
        self.request_sent = request_sent
        super().__init__(message)


class TimedOut(TransportError, TimeoutError):
    """No connection, answer or end within the timeout; ``run`` is what a wait last saw of what it waited for."""

    def __init__(self, message: str, *, request_sent: bool = True, run: object = None) -> None:
        self.run = run
        super().__init__(message, request_sent=request_sent)


class Unreachable(TransportError, ConnectionError):
    """No connection: name not resolved, refused, reset, TLS not agreed, proxy not reached."""


class BrokenResponse(TransportError):
    """An answer came that is cut off or is not HTTP."""


class ResponseTooLarge(TransportError):
    """The body has more bytes than the transport's ``max_bytes``."""


class ContractError(DynclientError):
    """The server broke the document with a 2xx or 3xx.

    Attributes:
        violations: every broken rule.
        response: the HTTP response as it came.
        data: the decoded body, so that a caller can go on with it.
        request: what was answered, as built from the arguments: without credentials.
    """

    def __init__(
        self,
        message: str,
        *,
        violations: Iterable[Violation] = (),
        response: Response | None = None,
        data: Any = None,
        request: Request | None = None,
    ) -> None:
        self.violations = tuple(violations)
        self.response = response
        self.data = data
        self.request = request
        super().__init__(message + listed(self.violations))


class UndocumentedResponse(ContractError):
    """A status or media type that the document does not name for this operation."""


class InvalidResponse(ContractError):
    """A body that breaks its schema, or that is not the media type it says it is."""


class RunFailed(DynclientError):
    """What was waited for is over, and it failed.

    Attributes:
        run: what it is now.
        failed: the parts of it that failed.
    """

    def __init__(self, message: str, *, run: object = None, failed: Iterable[object] = ()) -> None:
        self.run = run
        self.failed = tuple(failed)
        super().__init__(message)


class DagPaused(DynclientError):
    """What was waited for belongs to a paused DAG, so it will not go on by itself; ``run`` is what it is now."""

    def __init__(self, message: str, *, run: object = None) -> None:
        self.run = run
        super().__init__(message)


class ApiError(DynclientError):
    """The server said no: any status of 400 and above, documented or not.

    Attributes:
        problem: what the server said, one form for all servers.
        response: the HTTP response as it came.
        violations: where the error body itself broke the document.
        request: what was refused, as built from the arguments: without credentials.
    """

    def __init__(
        self,
        message: str,
        *,
        problem: Problem,
        response: Response | None = None,
        violations: Iterable[Violation] = (),
        request: Request | None = None,
    ) -> None:
        self.problem = problem
        self.response = response
        self.violations = tuple(violations)
        self.request = request
        super().__init__(message)

    @property
    def status(self) -> int:
        """The HTTP status code."""
        return self.problem.status


class BadRequest(ApiError):
    """400: the server could not make sense of the request."""


class Unprocessable(BadRequest):
    """422: understood, but a value is not acceptable (many servers' form of 400)."""


class Unauthenticated(ApiError):
    """401: credentials are missing, wrong or expired."""


class PermissionDenied(ApiError):
    """403: these credentials may not do this."""


class NotFound(ApiError):
    """404: there is no such resource."""


class MethodNotAllowed(ApiError):
    """405: the path exists, the method does not; often a wrong prefix in the server URL."""


class NotAcceptable(ApiError):
    """406: the server has no representation of the kind asked for with ``accept=``."""


class AlreadyExists(ApiError):
    """409: the change conflicts with the state of the resource."""


class TooManyRequests(ApiError):
    """429: the server asks for fewer requests."""


class Unknown(ApiError):
    """5xx: the server failed."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: PermissionDenied,
    404: NotFound,
    405: MethodNotAllowed,
    406: NotAcceptable,
    409: AlreadyExists,
    422: Unprocessable,
    429: TooManyRequests,
}


def api_error_class(status: int) -> type[ApiError]:
    """The class for a status: its own, ``Unknown`` for every other 5xx, ``ApiError`` for every other 4xx."""
    return _BY_STATUS.get(status, Unknown if status >= 500 else ApiError)


def near_names(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Up to three of ``names`` that come close to ``name``, nearest first."""
    import difflib  # only when something went wrong

    lower = {n.lower(): n for n in names}
    return tuple(lower[n] for n in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6))


def warn(message: str, category: type[Warning] = ContractWarning) -> None:
    """Warn, of a broken contract unless said otherwise, pointing at the first frame outside this package."""
    level = 2
    frame = sys._getframe(1)  # noqa: SLF001 - documented, and the only way before Python 3.12's skip_file_prefixes
    while frame.f_globals.get("__name__", "").split(".")[0] == "dynclient" and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
