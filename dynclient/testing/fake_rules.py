"""What a fake server calls and is given: rules with their context, credentials, and responses put together."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..http import media_types
from ..http.messages import Headers, Request, Response
from ..openapi.request_decoder import NO_BODY, DecodedRequest
from .fake_answers import FakeResponse, Refusal, respond, show, show_page
from .fake_state import fit, json_schema

if TYPE_CHECKING:
    from ..errors import Violation
    from ..openapi.operation import Operation
    from .fake_server import FakeServer

__all__ = [
    "Credentials",
    "EarlyRule",
    "Guard",
    "Rule",
    "RuleContext",
    "ServedRequest",
    "admission",
    "body_bytes",
    "json_body",
    "put_together",
]


class ServedRequest(NamedTuple):
    """One request that the server has answered.

    Attributes:
        request: as it was received.
        operation: its operation's id; None for a path that the document does not have.
        arguments: parameters by keyword, as JSON values.
        violations: where it broke the document.
        status: of the response.
    """

    request: Request
    operation: str | None
    arguments: Mapping[str, object]
    violations: tuple[Violation, ...]
    status: int


class RuleContext(NamedTuple):
    """What a rule is called with: the request, decoded, and the server.

    Attributes:
        fake: the server; ``fake.items(path)`` is what it holds.
        request: as it was received.
        arguments: parameters by keyword, as JSON values.
        body: the body as JSON; ``NO_BODY`` where there is none.
        decoded: the whole decoded request; None for a path that the document does not have.
    """

    fake: FakeServer
    request: Request
    arguments: Mapping[str, Any]
    body: Any
    decoded: DecodedRequest | None

    def default(self, **fields: object) -> FakeResponse:
        """What would be answered without the rule; state changes with it. ``fields`` go over those of the body."""
        if self.decoded is None:
            raise Refusal(404, "there is nothing at this path")
        body = {**self.body, **fields} if fields and isinstance(self.body, dict) else self.body
        return respond(self.fake.state, self.decoded._replace(body=body))

    def answer(self, values: Mapping[str, object]) -> FakeResponse:
        """These values as the document has the operation's answer: the rest is left out or made up."""
        assert self.decoded is not None  # noqa: S101 - rules of operations call it
        return show(self.fake.state, self.decoded, values)

    def page(self, items: Iterable[Mapping[str, object]]) -> FakeResponse:
        """The page of these items that is asked for."""
        assert self.decoded is not None  # noqa: S101 - as above
        return show_page(self.fake.state, self.decoded, [dict(item) for item in items])

    def shown(self, response: FakeResponse, **values: object) -> FakeResponse:
        """An answer with these values in it, as far as the document has and takes them."""
        schema = json_schema(self.decoded.operation, response.status) if self.decoded is not None else None
        if schema is None or not isinstance(response.data, dict):
            return response
        return response._replace(data=fit(schema, {**response.data, **values}, lambda: response.data))


#: answers a request, or leaves it to the document with None; may raise ``Refusal``
Rule = Callable[[RuleContext], "FakeResponse | None"]
#: changes what a request is found to break, or raises ``Refusal``
EarlyRule = Callable[[RuleContext], DecodedRequest]
#: (user, password) for Basic; a token or several for bearer; or a function that says True, False (401) or a status, or
#: raises ``Refusal``
Credentials = tuple[str, str] | str | Collection[str] | Callable[[Request], "bool | int"]
Guard = Callable[[Request, "Operation"], None]


def put_together(content: FakeResponse, body: bytes, headers: Mapping[str, str]) -> Response:
    """The HTTP response: typed and measured where it has a body; line by line, its length untold, for a stream."""
    fields = Headers(content.headers) | headers
    if content.data is NO_BODY:
        return Response(content.status, fields)
    if "content-type" not in fields:
        charset = "; charset=utf-8" if media_types.is_text(content.media) else ""
        fields |= {"Content-Type": content.media + charset}
    if media_types.is_sequence(content.media):
        return Response(content.status, fields, body, chunks=iter(body.splitlines(keepends=True)))
    return Response(content.status, fields | {"Content-Length": str(len(body))}, body)


def body_bytes(data: object) -> bytes:
    """Bytes and text as they are, everything else as JSON."""
    if data is NO_BODY or isinstance(data, bytes):
        return b"" if data is NO_BODY else data
    return (data if isinstance(data, str) else json.dumps(data)).encode()


def json_body(body: bytes | None) -> object:
    """The body as JSON; as it came where it is none."""
    try:
        return json.loads(body) if body else NO_BODY
    except ValueError:
        return body


def admission(credentials: Credentials | None) -> Callable[[Request], bool | int] | None:
    """One function for all the ways to say who may call."""
    if credentials is None or callable(credentials):
        return credentials
    if isinstance(credentials, tuple):
        user, password = credentials
        accepted = {"Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
    else:
        tokens = {credentials} if isinstance(credentials, str) else set(credentials)
        accepted = {f"Bearer {token}" for token in tokens}
    return lambda request: request.headers.get("authorization") in accepted
