"""The auth object for what a caller gave, as the security schemes of the document want it.

``(user, password)`` goes by the first of these that the document has: HTTP Basic, digest (by requests' own auth),
OAuth 2 client credentials. Where it has none of them, the caller is told what it wants: Basic is never sent in the
place of another scheme.

Imported in functions: ``requests.auth`` and ``client_credentials``, for the two kinds of scheme that need them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from ..errors import ArgumentError
from .auth import ApiKey, Auth, Basic, Bearer, ByScheme, NoAuth, RequestsAuth

if TYPE_CHECKING:
    from ..openapi.operation import SecurityScheme
    from ..openapi.spec import Spec

__all__ = ["choose"]


def choose(
    auth: object,
    spec: Spec | None = None,
    origins: frozenset[str] = frozenset(),
    transport: Callable[[], object] | None = None,
) -> Auth:
    """The auth object for what a caller gave.

    Args:
        auth: None; ``(user, password)``; a string or a callable without arguments, a bearer token (an API key
            where the document has keys only); a ``requests`` auth object; a mapping from security scheme to
            any of these; or an object with ``prepare`` and ``retry``, which is used as it is.
        spec: the document, for its security schemes.
        origins: those that the caller named, for a token URL of the document.
        transport: returns what asks for tokens.

    Raises:
        ArgumentError: it is none of these, names a scheme that the document does not have, or is of another kind than
            the document's schemes.
    """
    return _Choice(dict(spec.security_schemes) if spec is not None else {}, origins, transport).of(auth)


class _Choice:
    """The schemes of a document, and what making an auth object for one of them needs."""

    def __init__(
        self, schemes: dict[str, SecurityScheme], origins: frozenset[str], transport: Callable[[], object] | None
    ) -> None:
        self.schemes = schemes
        self.origins = origins
        self.transport = transport

    def of(self, auth: object) -> Auth:
        if isinstance(auth, Mapping):
            return self.by_scheme(auth)
        if isinstance(auth, tuple) and len(auth) == 2 and self.schemes:
            return self.of_pair(auth, list(self.schemes.values()))
        if isinstance(auth, str) and self.schemes and all(s.type == "apiKey" for s in self.schemes.values()):
            return self.by_scheme(dict.fromkeys(self.schemes, auth))
        return _single(auth)

    def of_pair(self, pair: tuple[str, str], schemes: list[SecurityScheme]) -> Auth:
        """User and password, or a client's id and secret, by the first scheme that takes them."""
        if any(s.type == "http" and s.scheme.lower() == "basic" for s in schemes):
            return Basic(*pair)
        if any(s.type == "http" and s.scheme.lower() == "digest" for s in schemes):
            from requests.auth import HTTPDigestAuth  # only for digest

            return RequestsAuth(HTTPDigestAuth(*pair))
        flows = next((s.flows for s in schemes if "clientCredentials" in s.flows), None)
        if flows is not None:
            from .client_credentials import for_flow  # only for these

            return cast("Auth", for_flow(flows, pair, self.origins, self.transport and self.transport()))
        raise ArgumentError(
            f"the document wants {_listed(schemes)}, and a user and password would show them to a server that does not "
            "take them; " + _advice(schemes)
        )

    def by_scheme(self, credentials: Mapping[str, object]) -> Auth:
        unknown = [str(name) for name in credentials if name not in self.schemes]
        if unknown:
            raise ArgumentError(
                f"the document has no security scheme {', '.join(unknown)}; "
                f"it has {', '.join(self.schemes) or 'none, so give the credentials themselves'}"
            )
        return ByScheme({name: self.for_scheme(self.schemes[name], value) for name, value in credentials.items()})

    def for_scheme(self, scheme: SecurityScheme, value: object) -> Auth:
        if scheme.type == "apiKey" and isinstance(value, str):
            return ApiKey(scheme.parameter, value, scheme.location)
        if scheme.type == "apiKey" and isinstance(value, tuple):
            raise ArgumentError(f"{scheme.name} is an API key: one string, not a pair")
        if scheme.type == "http" and scheme.scheme.lower() in {"basic", "digest"} and isinstance(value, str):
            kind = "HTTP Basic" if scheme.scheme.lower() == "basic" else "HTTP digest"
            raise ArgumentError(f"{scheme.name} is {kind}: a pair (user, password), not one string")
        if isinstance(value, tuple) and len(value) == 2:
            return self.of_pair(value, [scheme])
        return _single(value)


def _listed(schemes: list[SecurityScheme]) -> str:
    kinds = {"http": "scheme", "apiKey": "parameter"}
    names = [f"{s.name} ({s.type}{f' {getattr(s, kinds[s.type])}' if s.type in kinds else ''})" for s in schemes]
    return " or ".join(names)


def _advice(schemes: list[SecurityScheme]) -> str:
    types = {scheme.type for scheme in schemes}
    if types == {"mutualTLS"}:
        return "give the client's certificate: Transport(cert=(certificate, key))"
    if types == {"apiKey"}:
        return "give the key, one string"
    return "give a token, or let connect(url, auth=(user, password)) log in for one where the server has a login"


def _single(auth: object) -> Auth:
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


def _is_requests_auth(auth: object) -> TypeGuard[Callable[[Any], Any]]:
    """Whether it is of requests' family; nobody has one without having imported requests."""
    family = getattr(sys.modules.get("requests.auth"), "AuthBase", None)
    return family is not None and isinstance(auth, family)
