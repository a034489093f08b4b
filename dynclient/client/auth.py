"""Credentials: what they add to a request, and what is tried once after the server has refused it.

An auth object has two moments, ``prepare(request, operation)`` and ``retry(request, response)``; any
object with these two is one. ``choose`` makes one of whatever a caller has. No ``repr`` shows a secret.

Sources: RFC 7617 (Basic), RFC 6750 (Bearer), RFC 6265 (cookies), OpenAPI 3.1 §4.8.27 (security schemes).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import ArgumentError, warn
from ..http.masking import MASK, bare_url
from ..http.messages import Request, Response, origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..openapi.operation import Operation, SecurityScheme
    from ..openapi.spec import Spec

__all__ = ["ApiKey", "Auth", "Basic", "Bearer", "Bound", "ByScheme", "NoAuth", "RequestsAuth", "choose", "from_netrc"]

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


class Basic(NoAuth):
    """User and password (RFC 7617), always in UTF-8."""

    def __init__(self, user: str, password: str) -> None:
        from base64 import b64encode

        if not _are_text(user, password):
            raise ArgumentError("user and password are two strings")
        if ":" in user:
            raise ArgumentError("a user with a colon cannot be sent by HTTP Basic")
        self.user = user
        self._field = {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """Set the Authorization field."""
        return request.with_headers(self._field)

    def __repr__(self) -> str:
        return f"Basic({self.user!r}, {MASK})"


class Bearer(NoAuth):
    """A token (RFC 6750), or a callable that gives one: asked for each request, and once more after a 401."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        self._token = token
        if not callable(token):
            self._field()

    def _field(self) -> dict[str, str]:
        token = self._token() if callable(self._token) else self._token
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
        self.name = name
        self.location = location
        self._value = value

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """Put the key in its place; the request knows from then on that it is secret."""
        request = request._replace(secret=(*request.secret, self.name))
        if self.location == "header":
            return request.with_headers({self.name: self._value})
        if self.location == "query":
            from urllib.parse import quote

            url, mark, fragment = request.url.partition("#")
            pair = f"{quote(self.name, safe='')}={quote(self._value, safe='')}"
            return request._replace(url=f"{url}{'&' if '?' in url else '?'}{pair}{mark}{fragment}")
        cookies = [part.strip() for part in request.headers.get("cookie", "").split(";")]
        kept = [part for part in cookies if part and part.partition("=")[0] != self.name]
        return request.with_headers({"Cookie": "; ".join([*kept, f"{self.name}={self._value}"])})

    def __repr__(self) -> str:
        return f"ApiKey({self.name!r}, {MASK}, {self.location!r})"


class RequestsAuth(NoAuth):
    """A ``requests`` auth object, which the transport runs with its hooks (Kerberos, Digest, signatures)."""

    def __init__(self, auth: Callable[[Any], Any]) -> None:
        self.auth = auth

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
        chosen: Iterable[str] = next(iter([*complete, *partial]), [next(iter(self.credentials))])
        return (self.credentials[name] for name in chosen)

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
        found = (_requests_auth(auth, request, operation) for auth in self._selected(operation))
        return next((auth for auth in found if auth is not None), None)

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


def _requests_auth(auth: Any, request: Request, operation: Operation | None) -> Any:
    ask = getattr(auth, "requests_auth", None)  # not one of the two moments, so others need not have it
    return None if ask is None else ask(request, operation)


# --- from what a caller has ----------------------------------------------------------------------


def choose(auth: Any, spec: Spec | None = None) -> Auth:
    """The auth object for what a caller gave.

    Args:
        auth: None; ``(user, password)``; a string or a callable without arguments, a bearer token (an API key
            where the document has keys only); a ``requests`` auth object; a mapping from security scheme to
            any of these; or an object with ``prepare`` and ``retry``, which is used as it is.
        spec: the document, for its security schemes.

    Raises:
        ArgumentError: it is none of these, or names a scheme that the document does not have.
    """
    schemes = dict(spec.security_schemes) if spec is not None else {}
    if isinstance(auth, Mapping):
        return _by_scheme(auth, schemes)
    if isinstance(auth, tuple) and schemes and all(map(_takes_tokens_only, schemes.values())):
        raise ArgumentError(_NO_PAIR.format(", ".join(schemes)))
    if isinstance(auth, str) and schemes and all(scheme.type == "apiKey" for scheme in schemes.values()):
        return _by_scheme(dict.fromkeys(schemes, auth), schemes)
    return _single(auth)


_NO_PAIR = (
    "this server takes a token ({}), and a user and password would show it the password without being taken; give a "
    "token, or let connect(url, auth=(user, password)) log in for one"
)


def _takes_tokens_only(scheme: SecurityScheme) -> bool:
    """Is it a scheme of bearer tokens, by which no user and password are sent?"""
    return scheme.type in {"oauth2", "openIdConnect"} or (scheme.type == "http" and scheme.scheme.lower() == "bearer")


def _single(auth: Any) -> Auth:
    if auth is None:
        return NoAuth()
    if hasattr(auth, "prepare") and hasattr(auth, "retry") and not isinstance(auth, type):
        return cast("Auth", auth)
    if isinstance(auth, tuple) and len(auth) == 2:
        return Basic(*auth)
    if _is_requests_auth(auth):
        return RequestsAuth(auth)
    if isinstance(auth, str) or (callable(auth) and not isinstance(auth, type)):
        return Bearer(auth)
    raise ArgumentError(
        f"auth cannot be a {type(auth).__name__}; give (user, password), a token, a callable that returns one, "
        "a requests auth object, a mapping from security scheme to one of these, or an object with prepare and retry"
    )


def _is_requests_auth(auth: Any) -> bool:
    """Whether it is of requests' family; nobody has one without having imported requests."""
    family = getattr(sys.modules.get("requests.auth"), "AuthBase", None)
    return family is not None and isinstance(auth, family)


def _by_scheme(given: Mapping[str, Any], schemes: Mapping[str, SecurityScheme]) -> Auth:
    unknown = [str(name) for name in given if name not in schemes]
    if unknown:
        raise ArgumentError(
            f"the document has no security scheme {', '.join(unknown)}; "
            f"it has {', '.join(schemes) or 'none, so give the credentials themselves'}"
        )
    return ByScheme({name: _for_scheme(schemes[name], value) for name, value in given.items()})


def _for_scheme(scheme: SecurityScheme, value: Any) -> Auth:
    if scheme.type == "apiKey" and isinstance(value, str):
        return ApiKey(scheme.parameter, value, scheme.location)
    if scheme.type == "apiKey" and isinstance(value, tuple):
        raise ArgumentError(f"{scheme.name} is an API key: one string, not a pair")
    if scheme.type == "http" and scheme.scheme.lower() == "basic" and isinstance(value, str):
        raise ArgumentError(f"{scheme.name} is HTTP Basic: a pair (user, password), not one string")
    if isinstance(value, tuple) and _takes_tokens_only(scheme):
        raise ArgumentError(_NO_PAIR.format(scheme.name))
    return _single(value)


def from_netrc(url: str) -> Basic | None:
    """User and password for the host of a URL in ``$NETRC`` or ``~/.netrc``; None where there are none.

    Raises:
        ArgumentError: the file cannot be understood.
    """
    import netrc  # only where nothing else is given
    import os
    from urllib.parse import urlsplit

    path = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")  # noqa: PTH111 - pathlib is not loaded for this
    host = urlsplit(url).hostname
    if not host or not os.path.isfile(path):  # noqa: PTH113 - the same
        return None
    try:
        found = netrc.netrc(path).authenticators(host)
    except (netrc.NetrcParseError, UnicodeDecodeError) as error:  # their text may quote a password
        line = f", near line {error.lineno}" if isinstance(error, netrc.NetrcParseError) else ""
        raise ArgumentError(f"{path} is no netrc file that can be understood{line}") from None
    except OSError as error:
        raise ArgumentError(f"{path} cannot be read ({error.strerror})") from None
    return Basic(found[0] or "", found[2] or "") if found else None
