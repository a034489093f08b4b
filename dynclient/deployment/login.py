"""Ways to prove who calls an Airflow server beyond HTTP's own: its token login, session cookies, Kerberos.

A login is done when it is first needed, again before its token ends, and once when the server refuses the token;
one login serves all threads.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..client.auth import ApiKey, Basic, Bearer, ByScheme, NoAuth, left_out
from ..errors import ApiError, ArgumentError, Problem, UndocumentedResponse, api_error_class
from ..http import masking
from ..http.messages import Headers, Request
from .vocabulary import has_feature

if TYPE_CHECKING:
    from ..http.messages import Response
    from ..http.transport import Sender
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = [
    "Login",
    "Renewed",
    "SessionCookie",
    "Ticket",
    "advice",
    "as_logins",
    "for_server",
    "is_pair",
    "logs_in",
    "refuses_token",
]

_EARLY = 60.0  # seconds before its end that a token is renewed, at most
_REST = 10.0  # seconds for which refused credentials are not tried again, lest an account be locked


class Ticket(NamedTuple):
    """What a login brought: the text to send, and until when (``time.monotonic``)."""

    text: str
    until: float = float("inf")


class _Flight:
    """One login under way, and what came of it for those who wait."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.ticket: Ticket | None = None
        self.error: BaseException | None = None


class Renewed(NoAuth):
    """Credentials that are asked for when first needed and again when they end; one asking for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ticket: Ticket | None = None
        self._flight: _Flight | None = None
        self._refusal: tuple[float, ApiError] | None = None

    __reduce__ = left_out

    def ask(self) -> Ticket:
        """Ask for new ones, once. Raises what keeps them from coming."""
        raise NotImplementedError

    def current(self, refused: str | None = None) -> str:
        """What to send now; never the text that the server has ``refused``."""
        while True:
            with self._lock:
                ticket = self._ticket
                if ticket is not None and ticket.text != refused and time.monotonic() < ticket.until:
                    return ticket.text
                flight, leads = self._flight, self._flight is None
                if flight is None:
                    flight = self._flight = _Flight()
            if leads:
                return self._lead(flight).text
            flight.done.wait()
            if flight.ticket is not None:
                return flight.ticket.text
            if isinstance(flight.error, Exception):  # else its thread was interrupted, and another one takes over
                raise copy.copy(flight.error) from None

    def _lead(self, flight: _Flight) -> Ticket:
        try:
            flight.ticket = self._ask_once()
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                self._ticket, self._flight = flight.ticket, None
            flight.done.set()
        return flight.ticket

    def _ask_once(self) -> Ticket:
        if self._refusal is not None and time.monotonic() < self._refusal[0]:
            raise copy.copy(self._refusal[1])
        try:
            return self.ask()
        except ApiError as error:
            if error.status in {400, 401, 403}:
                self._refusal = time.monotonic() + _REST, error
            raise


class Login(Renewed):
    """A user's token from ``POST /auth/token``, as Airflow 3 wants it; ``connect`` makes one of (user, password).

    The token is renewed before its ``exp``, and once when the server answers 401, or 403 "Invalid JWT token".

    Args:
        username: with ``password``; without both, what a server that takes everybody as admin gives to anybody.
        password: of the user.
        url: the server with its path prefix; ``connect`` fills it in.
        transport: sends the login; ``connect`` gives its own.
        fields: of the login's body, beside or instead of these two (Keycloak's ``grant_type``, ``client_id`` …).
    """

    def __init__(
        self,
        username: str | None = None,
        password: str | None = None,
        *,
        url: str = "",
        transport: Sender | None = None,
        **fields: str,
    ) -> None:
        super().__init__()
        members = {"username": username, "password": password, **fields}
        self._body = {name: value for name, value in members.items() if value is not None}
        self._transport = transport
        self.url = url.rstrip("/")

    def __repr__(self) -> str:
        who = self._body.get("username") or self._body.get("client_id") or "anybody"
        return f"<Login of {who} at {masking.bare_url(self.url) or 'a server yet to be named'}>"

    def at(self, url: str, transport: Sender) -> Login:
        """The same credentials for a server; a login that has a URL keeps it."""
        return Login(url=self.url or url, transport=self._transport or transport, **self._body)

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """The request with the token; logs in when there is none or it ends soon.

        Raises:
            ApiError: the login was refused.
            TransportError: it got no usable answer.
        """
        return _bearing(request, self.current())

    def retry(self, request: Request, response: Response) -> Request | None:
        """The request with another token when the server refused the one in it; None when that is not why."""
        if not refuses_token(response):
            return None
        refused = request.headers.get("authorization", "").partition(" ")[2]
        return _bearing(request, self.current(refused))

    def ask(self) -> Ticket:
        """Log in, once."""
        if not self.url or self._transport is None:
            raise ArgumentError("Login: say where, Login(…, url=…, transport=…), or give it to connect(url, auth=…)")
        url = f"{self.url}/auth/token"
        headers = {"Accept": "application/json"}
        request = Request("GET", url, Headers(headers))
        if self._body:
            headers["Content-Type"] = "application/json"
            request = Request("POST", url, Headers(headers), json.dumps(self._body).encode())
        start = time.monotonic()
        response = self._transport.send(request)
        token = _member(response, "access_token")
        if not isinstance(token, str) or not token:
            raise self._refused(request, response)
        return Ticket(token, start + _life(token))

    def _refused(self, request: Request, response: Response) -> Exception:
        line = f"the login ({request.method} {masking.bare_url(request.url)})"
        status = response.status
        if status < 400:
            answer = f"{response.content_type or 'no content type'} without a token"
            message = f"{line} answered {status} with {answer}; check host and path prefix of the URL"
            return UndocumentedResponse(message, response=response)
        detail = _detail_text(_member(response, "detail"))
        advice = ""
        if status in {400, 401, 403, 422}:
            pair = "check user name and password" if "username" in self._body else "check what Login(…) was given"
            advice = pair if self._body else "give auth=(user, password)"
        elif status in {404, 405}:
            advice = (
                "its auth manager logs in by other means, so give a token, auth='…'; or check the URL's path prefix"
            )
        problem = Problem(status, "", detail)
        end = f"; {advice}" if advice else ""
        message = f"{line} was refused with {status}" + (f": {detail}" if detail else "") + end
        return api_error_class(status)(message, problem=problem, response=response)


class SessionCookie(ApiKey):
    """The cookie of a browser's session: ``session`` on Airflow 2, ``_token`` on Airflow 3.

    Args:
        value: the cookie's value.
        name: the cookie's name.
    """

    def __init__(self, value: str, name: str = "session") -> None:
        super().__init__(name, value, "cookie")


# --- for a server ---------------------------------------------------------------------------------


def logs_in(spec: Spec) -> bool:
    """Does the document want tokens of a login (``/auth/token``) and no Basic?"""
    kinds = spec.security_schemes.values()
    return any("password" in kind.flows for kind in kinds) and not any(kind.scheme == "basic" for kind in kinds)


def as_logins(auth: object, spec: Spec) -> Any:
    """Credentials as a caller gives them; user and password become a login where the document wants tokens of one."""
    if not logs_in(spec):
        return auth
    if isinstance(auth, Mapping):
        return {name: as_logins(each, spec) for name, each in auth.items()}
    return Login(*auth) if isinstance(auth, tuple) and len(auth) == 2 else auth


def for_server(auth: object, root: str, transport: Any, *, tokens: bool) -> Any:
    """The auth object for this server: a login in the place of user and password where it wants one."""
    if isinstance(auth, ByScheme):
        return ByScheme(
            {name: for_server(each, root, transport, tokens=tokens) for name, each in auth.credentials.items()}
        )
    if hasattr(auth, "at"):
        return auth.at(root, transport)
    pair = _pair(auth) if tokens else None
    return Login(*pair, url=root, transport=transport) if pair is not None else auth


def _pair(auth: Any) -> tuple[str, str] | None:
    """User and password of HTTP Basic, ours or that of requests."""
    if isinstance(auth, Basic):
        field = auth.prepare(Request("GET", "")).headers["Authorization"]
        user, _, password = b64decode(field.partition(" ")[2]).decode().partition(":")
        return user, password
    inner = getattr(auth, "auth", auth)
    if type(inner).__name__ == "HTTPBasicAuth":
        return inner.username, inner.password
    return None


def advice(problem: Problem, credentials: object, *, tokens: bool, release: str | None = None) -> str:
    """What to do about refused credentials; empty where nothing is known to fit.

    Args:
        problem: what the server said.
        credentials: what was sent.
        tokens: the document wants tokens of a login.
        release: what the server runs.
    """
    text = problem.detail or problem.title
    refused = problem.status == 401 or text == "Invalid JWT token"
    unclear = problem.status == 403 and not tokens and has_feature("403 for credentials", release)
    if type(credentials) is NoAuth:
        everybody = ", or Login() where everybody is admin" if tokens else ""
        wanted = f"it wants credentials: auth=(user, password), or a token{everybody}"
        return wanted if problem.status == 401 or unclear else ""
    if isinstance(credentials, SessionCookie):
        ended = "the session of this cookie has ended, or is none of this server: copy the cookie again"
        return f"{ended}, or look at the user's permissions" if unclear else ended if refused else ""
    if isinstance(credentials, Bearer) and refused:
        what = "the token has expired" if "expired" in text.lower() else "the token is none that this server takes"
        return f"{what}: give a new one, a callable that fetches one, or (user, password)"
    if isinstance(credentials, Basic) and not tokens:
        return _basic_advice(problem, release)
    if problem.status == 401 and tokens and not isinstance(credentials, Login):
        return "Airflow 3 takes tokens only: auth=(user, password) logs in for one"
    return ""


def _basic_advice(problem: Problem, release: str | None) -> str:
    if problem.status == 401:
        return (
            "check user and password, and that [api] auth_backends of the server has basic_auth "
            "(deny_all, the default of old releases, lets nobody in)"
        )
    if has_feature("403 for credentials", release):
        return "a wrong password is answered so on this release: check user and password, else the user's permissions"
    return ""


def is_pair(auth: object) -> bool:
    """Is it a user and password, which only a server that takes Basic may be sent as they are?"""
    return isinstance(auth, tuple) or _pair(auth) is not None


# --- tokens ------------------------------------------------------------------------------------------


def refuses_token(response: Response) -> bool:
    """Does the server want another token: 401, or 403 because the token is none of its own?"""
    return response.status == 401 or (response.status == 403 and _member(response, "detail") == "Invalid JWT token")


def _bearing(request: Request, token: str) -> Request:
    return request.with_headers({"Authorization": f"Bearer {token}"})


def _detail_text(detail: object) -> str:
    """What a server says of a refused login: a text, or a list of fields and what is wrong with each."""
    if isinstance(detail, list):
        rows = [row for row in detail if isinstance(row, dict) and isinstance(row.get("msg"), str)]
        return "; ".join(f"{'.'.join(map(str, row.get('loc') or ()))}: {row['msg']}" for row in rows)
    return detail if isinstance(detail, str) else ""


def _member(response: Response, name: str) -> object:
    """A member of a JSON object that came; None when it did not."""
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return data.get(name) if isinstance(data, dict) else None


def _life(token: str) -> float:
    """Seconds until a JWT should be renewed; without end for a token that does not say.

    By the difference of ``exp`` and ``iat``, so that the two clocks need not agree. Times are whole seconds.
    """
    try:
        part = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        seconds = float(claims["exp"]) - float(claims.get("iat", time.time()))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return float("inf")
    return max(0.0, seconds - min(_EARLY, max(1.0, seconds / 10), seconds / 2))
