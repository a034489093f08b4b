"""Who may do what in a pretended Airflow: HTTP Basic on 2.x, the login application and its tokens on 3.x."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ..http import media_types
from ..openapi import request_decoder
from ..openapi.request_decoder import NO_BODY
from .airflow_forms import crashed
from .fake_answers import FakeResponse, Refusal, error_response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..http.messages import Request
    from ..openapi import spec
    from ..openapi.operation import Operation
    from .airflow_world import World
    from .fake_server import RuleContext

__all__ = ["Passwords", "Tokens", "guard"]

_SECRETS = ("/variables", "/connections", "/users", "/roles", "/permissions", "/config")


def guard(
    world: World, viewers: Mapping[str, Any], user: Callable[[Request], str]
) -> Callable[[Request, Operation], None]:
    """A check that viewers only read, and no secrets; pools from 2.8 on, event logs not from 2.8 to 2.11."""

    def look(request: Request, operation: Operation) -> None:
        if user(request) not in viewers:
            return
        path = operation.path.removeprefix(world.base)
        closed = path.startswith(_SECRETS) or operation.method != "GET"
        closed = closed and not operation.path.endswith("/list")
        if not world.is_new:
            closed = closed or (path.startswith("/pools") and not world.since("2.8"))
            closed = closed or (path.startswith("/eventLogs") and world.since("2.8"))
        if closed:
            raise Refusal(403, "Forbidden" if world.is_new else None)

    return look


class Passwords:
    """HTTP Basic as servers of 2.x have it: some releases say 403 to whom they do not know."""

    def __init__(self, world: World, accounts: Mapping[str, str]) -> None:
        self.status = 403 if world.release[:2] in {(2, 9), (2, 11)} else 401
        self.accounts = accounts

    def user(self, request: Request) -> str:
        """Who asks; nobody where the password is wrong."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return ""
        return name if scheme.lower() == "basic" and self.accounts.get(name) == password else ""

    def admit(self, request: Request) -> bool:
        """May this request in?"""
        if not self.user(request):
            raise Refusal(self.status, None, title="Unauthorized" if self.status == 401 else "Forbidden")
        return True


class Tokens:
    """The login application beside the API, and the tokens it gives out (JWT, RFC 7519, HS256).

    Args:
        world: the server it stands beside.
        login: its document.
        accounts: passwords by user; without any, everybody gets in.
        seconds: how long a token is good for.
    """

    def __init__(self, world: World, login: spec.Spec, accounts: Mapping[str, str], seconds: int) -> None:
        self.world = world
        self.login = login
        self.accounts = accounts
        self.seconds = seconds
        self._key = os.urandom(32)
        self._revoked: set[str] = set()
        self.rules: dict[object, object] = {
            ("POST", "/auth/token"): self.give,
            ("POST", "/auth/token/cli"): self.give,
            ("GET", "/auth/token"): self.give_everybody,
            ("GET", "/auth/openapi.json"): lambda _: FakeResponse(200, self.login.document, "application/json"),
            "login": self.redirected,
            "logout": self.revoke,
            "refresh": self.redirected,
        }

    def give(self, context: RuleContext) -> FakeResponse:
        """A token for the right user and password."""
        match = self.login.match("POST", context.request.url)
        if match is None:
            raise Refusal(404, "Not Found")
        body = self._credentials(context, match.operation)
        user = str(body.get("username"))
        if self.accounts and (user not in self.accounts or self.accounts[user] != body.get("password")):
            return error_response(match.operation, self.login, Refusal(401, "Invalid credentials"))
        return FakeResponse(201, {"access_token": self.token(user)})

    def _credentials(self, context: RuleContext, operation: Operation) -> dict[str, object]:
        """The body; from 3.1 on a form is taken too, errors are one text, and no body is a crash."""
        request, newer = context.request, self.world.since("3.1")
        if newer and not request.content:
            raise crashed(self.world)
        if newer and media_types.media_type(request.headers.get("content-type")) == "application/x-www-form-urlencoded":
            fields = dict(parse_qsl(request.content.decode("utf-8", "replace")))
            request = request._replace(
                body=json.dumps(fields).encode(), headers=request.headers | {"Content-Type": "application/json"}
            )
        decoded = request_decoder.decode(request, operation, {})
        violations = decoded.violations
        if violations:
            raise Refusal(422, "; ".join(map(str, violations)), () if newer else violations)
        return decoded.body if isinstance(decoded.body, dict) else {}

    def give_everybody(self, context: RuleContext) -> FakeResponse:
        """A token without login, where everybody may do everything."""
        match = self.login.match("GET", context.request.url)
        if self.accounts:
            refusal = Refusal(403, "This method is only allowed if ``[core] simple_auth_manager_all_admins`` is True")
            return error_response(match.operation if match else None, self.login, refusal)
        return FakeResponse(201, {"access_token": self.token("Anonymous")})

    def token(self, subject: str) -> str:
        """A signed token."""
        now = int(time.time())
        claims = {"sub": subject, "iat": now, "nbf": now, "exp": now + self.seconds, "jti": os.urandom(8).hex()}
        head = ".".join(_part(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{head}.{self._signature(head)}"

    def _signature(self, head: str) -> str:
        return _part(hmac.new(self._key, head.encode(), hashlib.sha256).digest())

    def _token(self, request: Request) -> str | None:
        """The bearer token; an empty one is none from 3.1 on."""
        scheme, mark, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or (not token and (self.world.since("3.1") or not mark)):
            return None
        return token

    def user(self, request: Request) -> str:
        """Whose token it is; it was admitted before."""
        return str(self._claims(self._token(request) or "").get("sub", ""))

    def _claims(self, token: str) -> dict[str, Any]:
        claims = token.rpartition(".")[0].partition(".")[2]
        try:
            content: dict[str, object] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        except ValueError:
            return {}
        return content

    def admit(self, request: Request) -> bool:
        """May this request in? Says why not in the words of the real server."""
        token = self._token(request)
        if token is None:
            raise Refusal(401, "Not authenticated")
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(head).encode()) or token in self._revoked:
            raise Refusal(403, "Invalid JWT token")
        if self._claims(token)["exp"] <= time.time():
            raise Refusal(401, "Token Expired")
        return True

    def revoke(self, context: RuleContext) -> FakeResponse:
        """Logging out ends the token."""
        self._revoked.add(context.request.headers.get("authorization", "").partition(" ")[2])
        return self.redirected(context)

    def redirected(self, _: RuleContext) -> FakeResponse:
        """To the login application's page."""
        return FakeResponse(307, NO_BODY, headers={"Location": "/auth/login"})


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
