"""A transport for unit tests that answers from a queue: no server, no port.

::

    stub = Stub(spec)
    stub.add("get_dag", {"dag_id": "etl", ...})
    client = dynclient.Client(spec, server="http://stub", transport=stub)
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from ..client import pagination
from ..deployment.renames import operation_here
from ..errors import ArgumentError, InvalidRequest, Violation
from ..http import masking, media_types
from ..http.messages import Headers, Response
from ..openapi.request_decoder import NO_BODY
from ..schema import examples
from ..schema.values import to_json
from ..schema.violation_words import no_such
from .fake_answers import FakeResponse, Refusal, encode, error_response
from .fake_state import json_schema

if TYPE_CHECKING:
    from ..http.messages import Request
    from ..openapi.operation import MediaType, Operation
    from ..openapi.spec import Spec
    from ..schema.schema import Schema

__all__ = ["Stub", "UnexpectedCall"]


class UnexpectedCall(AssertionError):  # noqa: N818 - what happened, as pytest shows it
    """The code under test called something else than was queued, or did not call it."""


class _Queued(NamedTuple):
    operation: Operation
    response: Response


class Stub:
    """Answers that were queued, per operation and in order; everything is checked against the document.

    Attributes:
        requests: what was sent, oldest first.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.requests: list[Request] = []
        self._queue: dict[str, deque[_Queued]] = {}

    def __repr__(self) -> str:
        return f"<Stub of {self.spec!r}: {self._expected() or 'nothing queued'}>"

    def add(
        self,
        operation: str,
        data: object = NO_BODY,
        *,
        like: Mapping[str, object] | None = None,
        status: int | None = None,
        media: str = "",
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> Stub:
        """Queue an answer; returns the stub, so that calls can be chained.

        Args:
            operation: its id, in this release or another.
            data: JSON with Python values (datetime …), text or bytes. Without it an error status gets the document's
                own error body, and a success none.
            like: some fields of the answer; the rest is made up, valid and the same every time.
            status: that of success by default.
            media: the media type, by default the first that is documented, JSON before others.
            headers: further header fields.
            times: how often.

        Raises:
            UnknownOperation: there is no such operation.
            InvalidRequest: the document does not allow this answer; with every violation.
            ArgumentError: ``like`` has a field that the document does not declare, or there is no JSON object that it
                could be a part of, or ``data`` is given too.
        """
        target = self.spec.operations[operation_here(operation, self.spec.operations)]
        if status is None:
            success = target.success
            status = int(success.status) if success is not None and success.status.isdigit() else 200
        if like is not None and data is not NO_BODY:
            raise ArgumentError(f"{target.id}: data is the whole answer, like some fields of it; give one")
        data = data if like is None else _object_with(target, status, like)
        violations: list[Violation] = []
        if data is NO_BODY and status >= 400:
            content = error_response(target, self.spec, Refusal(status, "queued in a stub"))
        else:
            is_raw = data is NO_BODY or isinstance(data, bytes)
            content = FakeResponse(status, data if is_raw else to_json(data, "response", (), violations), media)
        violations += _violations(target, content) if not violations else ()
        if violations:
            raise InvalidRequest(f"{target.id}: the document does not allow this answer ({status}):", violations)
        content, body = encode(target, content, "")
        fields = {"Content-Type": content.media} if content.media and content.data is not NO_BODY else {}
        response = Response(content.status, Headers({**fields, **(headers or {})}), body)
        self._queue.setdefault(target.id, deque()).extend([_Queued(target, response)] * times)
        return self

    def send(self, request: Request, auth: object | None = None) -> Response:  # noqa: ARG002 - what a transport takes
        """The next answer for the operation that this request belongs to.

        Raises:
            UnexpectedCall: none is queued for it; the message lists what is.
        """
        match = self.spec.match(request.method, request.url)
        name = match.operation.id if match is not None else f"{request.method} {masking.bare_url(request.url)}"
        queue = self._queue.get(name)
        if not queue:
            raise UnexpectedCall(f"{name} was called; expected: {self._expected() or 'nothing more'}")
        self.requests.append(request)
        response = queue.popleft().response._replace(url=request.url)
        if request.stream:
            return response._replace(body=b"", chunks=iter([response.body]))
        return response

    def close(self) -> None:
        """Nothing is held."""

    def assert_done(self) -> None:
        """Was everything called for?

        Raises:
            UnexpectedCall: with what is still queued.
        """
        if self._expected():
            raise UnexpectedCall(f"not called: {self._expected()}")

    def _expected(self) -> str:
        counts = ((name, len(queue)) for name, queue in self._queue.items() if queue)
        return ", ".join(f"{name} ({n} times)" if n > 1 else name for name, n in counts)


def _object_with(operation: Operation, status: int, fields: Mapping[str, object]) -> object:
    """An answer with these fields; what it requires beside them is made up.

    Raises:
        ArgumentError: the answer is no JSON object.
    """
    schema = json_schema(operation, status)
    if schema is None or "object" not in schema.described_types:
        raise ArgumentError(f"{operation.id}: status {status} has no JSON object that like= could be a part of")
    answer = _completed(schema, fields)
    paging = pagination.paging(operation)
    if paging is not None and paging.total and paging.total not in fields and isinstance(answer, dict):
        answer[paging.total] = len(paging.items_of(answer))  # so that a walk ends with it
    return answer


def _completed(schema: Schema | None, value: object) -> object:
    """A value, the objects in it with what their schemas require beside it.

    Raises:
        ArgumentError: an object has a field that its schema does not declare.
    """
    if schema is None:
        return value
    if isinstance(value, list):
        return [_completed(schema.items, item) for item in value]
    if not isinstance(value, Mapping):
        return value
    for name in value if schema.fields else ():
        if name not in schema.fields:
            raise ArgumentError(f"{name}: {no_such(name, list(schema.fields))}")
    made_up = examples.sample(schema, Random(0), direction="response", minimal=True)  # noqa: S311 - made up
    fields = {name: _completed(schema.fields.get(name), field) for name, field in value.items()}
    return {**(made_up if isinstance(made_up, dict) else {}), **fields}


def _violations(operation: Operation, response: FakeResponse) -> list[Violation]:
    """Where an answer breaks the document."""
    documented = operation.response_for(response.status)
    if documented is None:
        expected = f"one of {', '.join(operation.responses)}"
        return [Violation("response", (), "status", expected, str(response.status), f"{operation.pointer}/responses")]
    content, where = documented.content, documented.pointer
    if response.data is NO_BODY or not content:
        may_lack = not content or any(media.schema is None or media.schema.nullable for media in content.values())
        fine = may_lack if response.data is NO_BODY else not may_lack
        expected = "no body" if not content else "a body"
        return [] if fine else [Violation("response", (), "content", expected, "the other", where)]
    kind = response.media or next((name for name in content if media_types.is_json(name)), next(iter(content)))
    name = media_types.match_media(kind, content)
    if name is None:
        return [Violation("response", (), "content", " or ".join(content), kind, where)]
    return _in_body(content[name], response.data)


def _in_body(media: MediaType, data: object) -> list[Violation]:
    if media.schema is None or not media_types.is_json(media.name):
        return []
    if isinstance(data, bytes):
        try:
            data = json.loads(data)
        except ValueError:
            return [Violation("response", (), "json", "JSON", "something else", media.pointer)]
    result = media.schema.response.check(data, "response")
    return [*result.violations, *result.warnings]
