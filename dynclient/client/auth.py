"""Credentials: what they add to a request, and what is tried once after the server has refused it.

An auth object has two moments, ``prepare(request, operation)`` and ``retry(request, response)``; any
object with these two is one. ``auth_choice.choose`` makes one of whatever a caller has. No ``repr`` shows a secret,
and no pickle holds one.

Sources: RFC 7617 (Basic), RFC 6750 (Bearer), RFC 6265 (cookies), OpenAPI 3.1 §4.8.27 (security schemes).

Imported in functions: ``netrc``, read only where no credentials are given.
"""

from __future__ import annotations

import os
import re
from binascii import b2a_base64
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from ..errors import ArgumentError, warn
from ..http.masking import MASK, bare_url, name_secret
from ..http.messages import Request, Response, origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..openapi.operation import Operation

__all__ = ["ApiKey", "Auth", "Basic", "Bearer", "Bound", "ByScheme", "NoAuth", "RequestsAuth", "from_netrc", "left_out"]

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 §5.6.2, field and cookie names
_FORBIDDEN = {  # what a value may not have where it is sent
    "header": r"[\x00-\x08\x0a-\x1f\x7f]",
    "cookie": r"[\x00-\x20\x7f;,]",
    "query": r"(?!)",  # it is percent-encoded
}


def _are_text(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


class Auth(Protocol):
    """What a client needs of credentials."""

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:
        """The request with the credentials added; called for every request."""

    def retry(self, request: Request, response: Response) -> Request | None:
        """Another request to send instead, at most once, after a refusal; None to leave it at that."""


class NoAuth:
    """No credentials; the base of those below."""

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002 - see Auth
        """The request as it is."""
        return request

    def retry(self, request: Request, response: Response) -> Request | None:  # noqa: ARG002 - see Auth
        """Nothing else to try."""
        return None

    def requests_auth(self, request: Request, operation: Operation | None = None) -> Any:  # noqa: ARG002 - see Bound
        """What ``Transport.send(auth=)`` is given for this request."""
        return None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class LeftOut(NoAuth):
    """What a pickle has in the place of credentials; using it says what to do."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002 - see Auth
        """Nothing can be sent in their name.

        Raises:
            ArgumentError: always.
        """
        raise ArgumentError(
            f"the secret of {self.kind} was left out of the pickle; give the client credentials that go by reference: "
            "a function of a module that returns a token or (user, password), for auth="
        )

    def __repr__(self) -> str:
        return f"LeftOut({self.kind!r})"


def left_out(auth: object, protocol: object = None) -> tuple[type[LeftOut], tuple[str]]:  # noqa: ARG001 - of pickle
    """``__reduce__`` of what holds a secret."""
    return LeftOut, (type(auth).__name__,)


class Basic(NoAuth):
    """User and password (RFC 7617), always in UTF-8."""

    def __init__(self, user: str, password: str) -> None:
        if not _are_text(user, password):
            raise ArgumentError("user and password are two strings")
        if ":" in user:
            raise ArgumentError("a user with a colon cannot be sent by HTTP Basic")
        self.user = user
        self._field = {"Authorization": "Basic " + b2a_base64(f"{user}:{password}".encode(), newline=False).decode()}

    __reduce__ = left_out

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """Set the Authorization field."""
        return request.with_headers(self._field)

    def __repr__(self) -> str:
        return f"Basic({self.user!r}, {MASK})"


class Bearer(NoAuth):
    """A token (RFC 6750), or a callable that gives one: asked for each request, and once more after a 401.

    A callable may return ``(user, password)`` instead, for HTTP Basic. A pickle holds the callable, and no token.
    """

    def __init__(self, token: str | Callable[[], str | tuple[str, str]]) -> None:
        self._token = token
        if not callable(token):
            self._field()

    def __reduce__(self) -> tuple[object, ...]:
        return (Bearer, (self._token,)) if callable(self._token) else left_out(self)

    def _field(self) -> dict[str, str]:
        token = self._token() if callable(self._token) else self._token
        if isinstance(token, tuple) and len(token) == 2:
            return dict(Basic(*token).prepare(Request("GET", "")).headers)
        if not _are_text(token) or not re.fullmatch(r"[!-~]+", token):
            raise ArgumentError(
                "a token is ASCII text without white space or line breaks; "
                'give it without "Bearer " and strip what was read from a file'
            )
        return {"Authorization": f"Bearer {token}"}

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """Set the Authorization field."""
        return request.with_headers(self._field())

    def retry(self, request: Request, response: Response) -> Request | None:
        """After a 401, the request with a new token, if the callable gives another one."""
        if response.status != 401 or not callable(self._token):
            return None
        again = request.with_headers(self._field())
        return None if again.headers == request.headers else again

    def __repr__(self) -> str:
        return f"Bearer({MASK})"


class ApiKey(NoAuth):
    """A key in a header, a query parameter or a cookie of the given name."""

    def __init__(self, name: str, value: str, location: str = "header") -> None:
        if location not in _FORBIDDEN:
            raise ArgumentError(f"an API key is sent in the header, query or cookie, not in {location!r}")
        if not _are_text(value) or re.search(_FORBIDDEN[location], value):
            raise ArgumentError(f"the API key for {name} has characters that cannot stand in a {location}")
        if location != "query" and not re.fullmatch(_NAME, name):
            raise ArgumentError(f"{name!r} is no name for a {location}")
        name_secret(name, location)  # recordings do not see the request's own ``secret``
        self.name = name
        self.location = location
        self._value = value

    __reduce__ = left_out

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """Put the key in its place; the request knows from then on that it is secret."""
        request = request._replace(secret=(*request.secret, self.name))
        if self.location == "header":
            return request.with_headers({self.name: self._value})
        if self.location == "query":
            url, mark, fragment = request.url.partition("#")
            pair = f"{quote(self.name, safe='')}={quote(self._value, safe='')}"
            return request._replace(url=f"{url}{'&' if '?' in url else '?'}{pair}{mark}{fragment}")
        cookies = [part.strip() for part in request.headers.get("cookie", "").split(";")]
        others = [part for part in cookies if part and part.partition("=")[0] != self.name]
        return request.with_headers({"Cookie": "; ".join([*others, f"{self.name}={self._value}"])})

    def __repr__(self) -> str:
        return f"ApiKey({self.name!r}, {MASK}, {self.location!r})"


class RequestsAuth(NoAuth):
    """A ``requests`` auth object, which the transport runs with its hooks (Kerberos, Digest, signatures)."""

    def __init__(self, auth: Callable[[Any], Any]) -> None:
        self.auth = auth

    __reduce__ = left_out

    def requests_auth(self, request: Request, operation: Operation | None = None) -> Any:  # noqa: ARG002
        """The object itself."""
        return self.auth

    def __repr__(self) -> str:
        return f"RequestsAuth({type(self.auth).__name__})"  # its own repr may show what it holds


class ByScheme(NoAuth):
    """Credentials by the names of the document's security schemes.

    An operation's ``security`` selects among them: the first alternative that is complete, else the first
    scheme named there; and the first credential of all where it names none of them. It never forbids one.
    """

    def __init__(self, credentials: Mapping[str, Auth]) -> None:
        if not credentials:
            raise ArgumentError("a mapping of credentials names at least one security scheme; none is auth=None")
        self.credentials = dict(credentials)

    def _selected(self, operation: Operation | None) -> Iterator[Auth]:
        alternatives = operation.security if operation is not None else ()
        complete = [names for names in alternatives if names and all(name in self.credentials for name in names)]
        partial = [[name] for names in alternatives for name in names if name in self.credentials]
        names: Iterable[str] = next(iter([*complete, *partial]), [next(iter(self.credentials))])
        return (self.credentials[name] for name in names)

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:
        """Let the selected credentials prepare it, one after the other."""
        for auth in self._selected(operation):
            request = auth.prepare(request, operation)
        return request

    def retry(self, request: Request, response: Response) -> Request | None:
        """The first other request that any of them has."""
        retries = (auth.retry(request, response) for auth in self.credentials.values())
        return next((again for again in retries if again is not None), None)

    def requests_auth(self, request: Request, operation: Operation | None = None) -> Any:
        """The ``requests`` auth object among the selected ones."""
        objects = (_requests_auth(auth, request, operation) for auth in self._selected(operation))
        return next((auth for auth in objects if auth is not None), None)

    def __repr__(self) -> str:
        return f"ByScheme({self.credentials!r})"


class Bound(NoAuth):
    """Credentials that go to these origins (``messages.origin``) and, with a warning, to no other."""

    def __init__(self, auth: Auth, origins: Iterable[str]) -> None:
        self.auth = auth
        self.origins = frozenset(origins)
        self._warned = False

    def _at_home(self, request: Request) -> bool:
        try:
            if origin(request.url) in self.origins:
                return True
        except ValueError:
            return False  # the transport says what is wrong with it
        if not self._warned and type(self.auth) is not NoAuth:
            self._warned = True
            warn(
                f"no credentials are sent to {bare_url(request.url)}; they were given for "
                f"{', '.join(sorted(self.origins)) or 'no server'}"
            )
        return False

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:
        """Add the credentials, if the request goes where they belong."""
        return self.auth.prepare(request, operation) if self._at_home(request) else request

    def retry(self, request: Request, response: Response) -> Request | None:
        """What they try after a refusal, if the request went where they belong."""
        again = self.auth.retry(request, response) if self._at_home(request) else None
        return again if again is not None and self._at_home(again) else None

    def requests_auth(self, request: Request, operation: Operation | None = None) -> Any:
        """The ``requests`` auth object for this request, if it goes where that belongs."""
        return _requests_auth(self.auth, request, operation) if self._at_home(request) else None

    def __repr__(self) -> str:
        return f"Bound({self.auth!r}, {sorted(self.origins)})"


def _requests_auth(auth: object, request: Request, operation: Operation | None) -> Any:
    ask = getattr(auth, "requests_auth", None)  # not one of the two moments, so others need not have it
    return None if ask is None else ask(request, operation)


def from_netrc(url: str) -> Basic | None:
    """User and password for the host of a URL in ``$NETRC`` or ``~/.netrc``; None where there are none.

    Raises:
        ArgumentError: the file cannot be understood.
    """
    import netrc  # only where nothing else is given

    path = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")  # noqa: PTH111 - pathlib is not loaded for this
    host = urlsplit(url).hostname
    if not host or not os.path.isfile(path):  # noqa: PTH113 - the same
        return None
    try:
        entry = netrc.netrc(path).authenticators(host)
    except (netrc.NetrcParseError, UnicodeDecodeError) as error:  # their text may quote a password
        line = f", near line {error.lineno}" if isinstance(error, netrc.NetrcParseError) else ""
        raise ArgumentError(f"{path} is no netrc file that can be understood{line}") from None
    except OSError as error:
        raise ArgumentError(f"{path} cannot be read ({error.strerror})") from None
    return Basic(entry[0] or "", entry[2] or "") if entry else None
