"""OAuth 2 client credentials (RFC 6749 §4.4): a token for an id and a secret, renewed before it ends."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from ..errors import ApiError, ArgumentError, Problem, UndocumentedResponse, api_error_class
from ..http.json import loads
from ..http.masking import MASK, bare_url
from ..http.messages import Headers, Request, Response, origin
from ..http.transport import Transport
from .auth import Basic, NoAuth, left_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.operation import Operation

__all__ = ["ClientCredentials"]

_EARLY = 30.0  # seconds before its end that a token is renewed
_HEADERS = Headers({"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"})


class ClientCredentials(NoAuth):
    """A client's id and secret, for which the token URL gives bearer tokens. Safe to share between threads.

    Args:
        client_id: of the client.
        client_secret: its secret; sent to the token URL only, by HTTP Basic as RFC 6749 §2.3.1 wants it.
        token_url: where tokens are given; passing it names its origin as one that may have the secret.
        scope: the scopes to ask for, separated by spaces.
        transport: sends the request for a token; ``Transport()`` by default.
    """

    def __init__(
        self, client_id: str, client_secret: str, token_url: str, *, scope: str = "", transport: object = None
    ) -> None:
        self._basic = Basic(quote_plus(client_id), quote_plus(client_secret))
        self.client_id = client_id
        self.token_url = token_url
        self.scope = scope
        self._transport = transport
        self._token, self._until = "", 0.0
        self._lock, self._pid = threading.Lock(), os.getpid()

    def __repr__(self) -> str:
        return f"ClientCredentials({self.client_id!r}, {MASK}, {bare_url(self.token_url)!r})"

    __reduce__ = left_out

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002 - see Auth
        """The request with a token; one is asked for when there is none or it ends soon.

        Raises:
            ApiError: the token URL refused.
            TransportError: it gave no usable answer.
        """
        return request.with_headers({"Authorization": f"Bearer {self._current('')}"})

    def retry(self, request: Request, response: Response) -> Request | None:
        """After a 401, the request with another token."""
        if response.status != 401:
            return None
        refused = request.headers.get("authorization", "").partition(" ")[2]
        return request.with_headers({"Authorization": f"Bearer {self._current(refused)}"})

    def _current(self, refused: str) -> str:
        if self._pid != os.getpid():  # a fork may have copied a lock that nobody will give back
            self._lock, self._pid = threading.Lock(), os.getpid()
        with self._lock:
            if not self._token or self._token == refused or time.monotonic() >= self._until:
                self._token, self._until = self._ask()
            return self._token

    def _ask(self) -> tuple[str, float]:
        """A new token, and until when it is sent."""
        scope = f"&scope={quote_plus(self.scope)}" if self.scope else ""
        request = Request("POST", self.token_url, _HEADERS, f"grant_type=client_credentials{scope}".encode())
        start = time.monotonic()
        response = self._sender().send(self._basic.prepare(request))
        data = _object(response)
        token = data.get("access_token")
        if response.status != 200 or not isinstance(token, str) or not token:
            raise self._refused(response, data)
        seconds = data.get("expires_in")
        lasts = float(seconds) if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) else float("inf")
        return token, start + max(lasts - _EARLY, lasts / 2)

    def _sender(self) -> Any:
        if self._transport is None:
            self._transport = Transport()
        return self._transport

    def _refused(self, response: Response, data: dict[str, object]) -> ApiError | UndocumentedResponse:
        where = f"the token URL {bare_url(self.token_url)} answered {response.status}"
        if response.status < 400:
            return UndocumentedResponse(f"{where} without a token; check token_url", response=response)
        code = data.get("error")
        reason = code if code in {"invalid_client", "invalid_scope", "unauthorized_client", "invalid_request"} else ""
        todo = "check scope" if reason == "invalid_scope" else "check the client's id and secret, and token_url"
        problem = Problem(response.status, "", reason)
        message = f"{where}{f' ({reason})' if reason else ''}; {todo}"
        return api_error_class(response.status)(message, problem=problem, response=response)


def _object(response: Response) -> dict[str, object]:
    """The JSON object that came; an empty one for anything else."""
    try:
        data = loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def for_flow(flows: Mapping[str, Any], pair: tuple[str, str], origins: frozenset[str], transport: object) -> Any:
    """Client credentials for a scheme's flow, whose token URL has an origin that the caller named.

    Raises:
        ArgumentError: it is elsewhere.
    """
    url = str(flows["clientCredentials"].get("tokenUrl", ""))
    try:
        is_own = origin(url) in origins
    except ValueError:
        is_own = False
    if not is_own:
        raise ArgumentError(
            f"the document has tokens given by {bare_url(url)}, which is no server that you named, so it does not get "
            "the secret; pass dynclient.ClientCredentials(id, secret, token_url) if you trust it"
        )
    return ClientCredentials(*pair, url, transport=transport)
