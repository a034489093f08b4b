"""A server in this process that behaves as a document says: real HTTP on a loopback port, made from the document alone.

::

    with FakeServer(dynclient.load("openapi.json")) as fake:
        client = dynclient.Client(fake.spec, server=fake.server)

Each request is judged, by openapi-core and by dynclient, and refused when it breaks the document. Resources keep state
(see ``resources``); what has no rule gets a valid answer made up from a seed (see ``answers``). ``misbehave`` makes it
fail on demand, ``rules`` teaches it what no document says, ``requests`` has what was received.

Imported in functions: ``openapi_core``, of the extra ``contract``, 0.4 s; ``client.sync``, for a client of it.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..deployment.renames import operation_here
from ..errors import ArgumentError, Violation
from ..http import media_types
from ..openapi import request_decoder
from ..openapi.request_decoder import NO_BODY, DecodedRequest
from .fake_answers import FakeResponse, Refusal, encode, error_response, invalid_status, respond
from .fake_rules import (
    Credentials,
    EarlyRule,
    Guard,
    Rule,
    RuleContext,
    ServedRequest,
    admission,
    body_bytes,
    json_body,
    put_together,
)
from .fake_state import State
from .fragments import match_request
from .frameworks import Connexion, FastApi
from .http_server import Delivery, Server
from .misbehaviour import Misbehaviour, break_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from typing_extensions import Self

    from ..contract.openapi_core import Oracle
    from ..http.messages import Request, Response
    from ..openapi.operation import Operation
    from ..openapi.spec import Match, Spec

Framework = Connexion | FastApi

__all__ = ["Credentials", "EarlyRule", "FakeResponse", "FakeServer", "Guard", "Rule", "RuleContext", "ServedRequest"]


class FakeServer:
    """A server that behaves as a document says; a context manager.

    Args:
        spec: from ``dynclient.load``.
        port: on loopback; 0 takes a free one.
        seed: the same seed makes the same server.
        credentials: what is asked of callers, nothing by default. Operations without ``security``, in a document that
            has it elsewhere, are open.
        judge: hold requests against openapi-core as well (0.5 s to start).
        rules: by operation id, or by (method, path) for what is not in the document.
        public: operations that need no credentials all the same.
        prefix: a path in front of everything.
        wildcard: a path argument that stands for every item, such as ``~``.
        size: how many items a collection is filled with when first looked at.
        seeds: what a collection is filled with instead, by its path: values of some fields for each item.
        framework: how the web framework behaves where the document is silent; the document decides without one.
        guard: called with an admitted request and its operation; raises ``Refusal`` where the caller may not do it.

    Attributes:
        url: ``http://127.0.0.1:port`` with the prefix.
        server: what ``Client(server=…)`` takes: the URL with the document's own base path.
        requests: what was received, oldest first.
    """

    def __init__(
        self,
        spec: Spec,
        *,
        port: int = 0,
        seed: int = 0,
        credentials: Credentials | None = None,
        judge: bool = True,
        rules: Mapping[str | tuple[str, str], Rule] | None = None,
        public: Collection[str] = (),
        prefix: str = "",
        wildcard: str = "",
        size: int = 3,
        seeds: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
        framework: Framework | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.spec = spec
        self.seed = seed
        self.requests: list[ServedRequest] = []
        self.failures: list[Exception] = []  #: what went wrong inside: a bug of a rule, or of dynclient
        self.rules: dict[str | tuple[str, str], Rule] = dict(rules or {})
        self.early: dict[str, EarlyRule] = {}  #: by operation or ``*``, before what breaks the document is refused
        self.public = frozenset(public)
        self.url = self.server = ""
        self._prefix = prefix.rstrip("/")
        self._base = self._prefix + urlsplit(spec.servers[0].expand()).path.rstrip("/")
        self.state = State(spec, seed, size, wildcard, seeds or {})
        self.framework = framework
        self._guard = guard
        self._credentials = admission(credentials)
        self._guarded = {op.id for op in spec.operations.values() if op.security}
        self._judge = judge
        self._oracle: Oracle | None = None
        self._port = port
        self._lock = threading.RLock()
        self._misbehaviours: list[Misbehaviour] = []
        self._server: Server | None = None

    def __repr__(self) -> str:
        return f"<FakeServer of {self.spec!r} at {self.url or 'no port yet'}>"

    # --- life ---

    def start(self) -> Self:
        """Listen; requests are answered in threads.

        Raises:
            OSError: the port is taken.
        """
        if self._judge and self._oracle is None:
            from ..contract.openapi_core import Oracle  # openapi-core: 0.4 s

            self._oracle = Oracle(self.spec.document, f"http://127.0.0.1{self._base}")
            _ = self._oracle.engine
        self._server = Server(self._deliver, self._port)
        self.url = f"http://127.0.0.1:{self._server.port}{self._prefix}"
        self.server = f"http://127.0.0.1:{self._server.port}{self._base}"
        return self

    def stop(self) -> None:
        """Stop listening and give the port back."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- for tests ---

    def items(self, path: str) -> dict[str, dict[str, Any]]:
        """What a collection holds, by key; ``fake.items("/dags/etl/dagRuns")``. Change it at will.

        Raises:
            ArgumentError: the document has no such collection.
        """
        match = self.spec.match("GET", self._base + path)
        collection = self.state.collections.get(match.operation.path) if match is not None else None
        if match is None or collection is None:
            paths = ", ".join(self.state.collections)
            raise ArgumentError(f"{path} is no list of this document; it has {paths}")
        with self._lock:
            return self.state.items(collection, self.state.resource_path(collection.path, match.arguments))

    def example(self, operation: str, seed: int = 0, *, minimal: bool = True) -> dict[str, Any]:
        """Arguments that the document accepts and whose path leads to something that is here."""
        from ..client.sync import Client  # only for those who ask

        target = self.spec.operations[operation_here(operation, self.spec.operations)]
        arguments = Client(self.spec, server="http://127.0.0.1").operation(operation).example(seed, minimal=minimal)
        by_name = {p.name: p for p in target.parameters if p.location == "path"}
        if "cursor" in arguments:
            arguments["cursor"] = ""  # others are given out by the server
        with self._lock:
            for collection, path in self.state.above(target.path):
                parameter = by_name[collection.parameter]
                if parameter.constant:
                    continue
                texts = {name: arguments.get(p.keyword, "") for name, p in by_name.items()}
                location = self.state.resource_path(path, texts)[:-1]
                items = self.state.items(collection, location)
                key = next(iter(items), None) or self.state.key(
                    collection, self.state.create(collection, location, {}), 0
                )
                number = parameter.schema is not None and "integer" in parameter.schema.types
                arguments[parameter.keyword] = int(key) if number else key
                body = arguments.get("body")
                if isinstance(body, dict) and parameter.name in body:  # which names the same thing as the path
                    arguments["body"] = {**body, parameter.name: arguments[parameter.keyword]}
        return arguments

    def misbehave(
        self,
        operation: str = "*",
        *,
        status: int | None = None,
        delay: float = 0.0,
        cut: bool | int = False,
        breaks: str = "",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Fail on purpose from now on; ``behave`` ends it.

        Args:
            operation: an operation id, that of another release too; ``*`` for all.
            status: answer this status, with the document's body for it; nothing is changed.
            delay: seconds to wait before the answer.
            cut: True closes the connection instead of answering; a number, after so many bytes of the body.
            breaks: a pointer into the JSON answer, ``dags/0/dag_id``; what stands there breaks the document.
            body: answer these bytes instead.
            headers: further header fields (``Retry-After``, ``Content-Type``).
            times: how often; without it until ``behave``.

        Raises:
            UnknownOperation: there is no such operation.
            ArgumentError: it does not say how to fail.
        """
        if not (status or delay or cut is not False or breaks or body is not None or headers):
            raise ArgumentError("misbehave: say how: status=, delay=, cut=, breaks=, body= or headers=")
        known = self.spec.operations
        id_ = operation if operation == "*" else known[operation_here(operation, known)].id
        misbehaviour = Misbehaviour(id_, status, delay, cut, breaks, body, dict(headers or {}), times)
        with self._lock:
            self._misbehaviours.append(misbehaviour)

    def behave(self) -> None:
        """End all misbehaviour."""
        with self._lock:
            self._misbehaviours.clear()

    # --- serving ---

    def respond(self, request: Request) -> Response:
        """Answer a request without a socket, and keep the exchange; what misbehaves on the wire does not here."""
        return self._deliver(request).response

    def _deliver(self, request: Request) -> Delivery:
        """Answer a request, and keep the exchange."""
        received = request
        if self.framework is not None:
            request = self.framework.routed(request)
        with self._lock:
            match = self._match(request)
            if match is not None and match.prefix != self._base:
                match = None
            operation = match.operation if match is not None else None
            if operation is not None and self.framework is not None:
                request = self.framework.single(request, operation)
            decoded = request_decoder.decode(request, match.operation, match.arguments) if match is not None else None
            misbehaviour = self._due_misbehaviour(operation)
            content, body, violations = self._content(request, received, operation, decoded, misbehaviour)
            if misbehaviour.body is not None:
                content, body = content._replace(data=misbehaviour.body), misbehaviour.body
            arguments = decoded.arguments if decoded is not None else {}
            name = operation.id if operation is not None else None
            self.requests.append(ServedRequest(received, name, arguments, violations, content.status))
        return Delivery(put_together(content, body, misbehaviour.headers), misbehaviour.delay, misbehaviour.cut)

    def _match(self, request: Request) -> Match | None:
        method = request.method
        if method == "HEAD" and self.framework is not None and self.framework.head_is_get:
            method = "GET"
        return match_request(self.spec, method, request)

    def _content(
        self,
        request: Request,
        received: Request,
        operation: Operation | None,
        decoded: DecodedRequest | None,
        misbehaviour: Misbehaviour,
    ) -> tuple[FakeResponse, bytes, tuple[Violation, ...]]:
        """The answer, its bytes, and where the request broke the document."""
        violations: tuple[Violation, ...] = ()
        try:
            if misbehaviour.status is not None and (misbehaviour.status < 400 or operation is None):
                return FakeResponse(misbehaviour.status), b"", ()
            if misbehaviour.status is not None:
                raise Refusal(misbehaviour.status, "as it was told to")  # noqa: TRY301 - all refusals end below
            if decoded is None:
                return *self._undocumented(request, received), ()
            self._admit(request, decoded.operation)
            if self.framework is not None:
                decoded = self.framework.judge(request, decoded)
            for name in ("*", decoded.operation.id):
                early = self.early.get(name)
                if early is not None:
                    decoded = early(RuleContext(self, request, decoded.arguments, decoded.body, decoded))
            violations = self._violations(request, decoded)
            if violations:
                status = invalid_status(operation, self.spec)
                raise Refusal(status, "; ".join(map(str, violations)), violations)  # noqa: TRY301 - as above
            return *self._made_content(request, decoded, misbehaviour), ()
        except Refusal as refusal:
            response = self._error(operation, refusal)
        except Exception as error:  # noqa: BLE001 - a server answers, whatever happens
            self.failures.append(error)
            text = f"the fake itself failed: {type(error).__name__}: {error}"
            response = error_response(operation, self.spec, Refusal(500, text))
        return response, body_bytes(response.data), violations

    def _error(self, operation: Operation | None, refusal: Refusal) -> FakeResponse:
        if refusal.response is not None:
            return refusal.response
        if self.framework is not None:
            response = self.framework.error(refusal)
        else:
            response = error_response(operation, self.spec, refusal)
        return response._replace(headers={**response.headers, **self._challenge(refusal.status)})

    def _made_content(
        self, request: Request, decoded: DecodedRequest, misbehaviour: Misbehaviour
    ) -> tuple[FakeResponse, bytes]:
        operation = decoded.operation
        rule = self.rules.get(operation.id)
        response = (
            rule(RuleContext(self, request, decoded.arguments, decoded.body, decoded)) if rule is not None else None
        )
        if response is None:
            response = respond(self.state, decoded)
        if misbehaviour.breaks:
            response = response._replace(data=break_contract(operation, response, misbehaviour.breaks))
        else:
            self._check(operation, response)
        accept = request.headers.get("accept", "")
        if self.framework is not None:
            response = self.framework.finished(operation, response)
            accept = self.framework.accept(operation, accept)
        return encode(operation, response, accept)

    def _check(self, operation: Operation, response: FakeResponse) -> None:
        """What is answered keeps to the document; where it does not, a rule is wrong, or dynclient."""
        documented = operation.response_for(response.status)
        content = documented.content if documented is not None else {}
        media = media_types.match_media(response.media or "application/json", content)
        schema = content[media].schema if media is not None and media_types.is_json(media) else None
        violations = (
            schema.response.violations(response.data, "response") if schema and response.data is not NO_BODY else ()
        )
        if violations:
            raise ValueError(f"{operation.id}: its answer breaks the document: {'; '.join(map(str, violations[:5]))}")

    def _undocumented(self, request: Request, received: Request) -> tuple[FakeResponse, bytes]:
        """What the document does not have: rules by path, the document itself, 405 and 404."""
        path = urlsplit(request.url).path
        own = path.removeprefix(self._prefix) if self._prefix and path.startswith(self._prefix) else path
        rule = self.rules.get((request.method, own))
        if rule is not None:
            body = json_body(request.content or None)
            response = rule(RuleContext(self, request, {}, body, None))
            if response is not None:
                return response._replace(media=response.media or "application/json"), body_bytes(response.data)
        if request.method == "GET" and path in {f"{self._prefix}/openapi.json", f"{self._base}/openapi.json"}:
            return FakeResponse(200, self.spec.document, "application/json"), json.dumps(self.spec.document).encode()
        if self.framework is not None:
            response = self.framework.unrouted(request, received)
            return response, body_bytes(response.data)
        others = [m for m in ("GET", "POST", "PUT", "PATCH", "DELETE") if self.spec.match(m, request.url)]
        if others and path.startswith(self._base):
            raise Refusal(405, f"this path takes {', '.join(others)}")
        raise Refusal(404, "there is nothing at this path")

    def _violations(self, request: Request, decoded: DecodedRequest) -> tuple[Violation, ...]:
        """What both judges say, each place once."""
        violations = list(decoded.violations)
        if self._oracle is not None:
            from ..contract.openapi_core import excused  # imported already

            places = {(v.location, v.path) for v in violations}
            theirs = self._oracle.request_violations(request)
            violations += [v for v in theirs if (v.location, v.path) not in places and (violations or not excused(v))]
        return tuple(violations)

    # --- credentials ---

    def _admit(self, request: Request, operation: Operation) -> None:
        if (
            self._credentials is None
            or operation.id in self.public
            or (self._guarded and operation.id not in self._guarded)
        ):
            return
        verdict = self._credentials(request)
        if verdict is not True:
            status = verdict or 401
            raise Refusal(status, "Not authenticated" if status == 401 else "Forbidden")
        if self._guard is not None:
            self._guard(request, operation)

    def _challenge(self, status: int) -> Mapping[str, str]:
        """RFC 9110 §11.6.1: a 401 names the scheme."""
        if self.framework is not None:
            return self.framework.challenge(status)
        schemes = {scheme.scheme for scheme in self.spec.security_schemes.values()}
        return {"WWW-Authenticate": "Basic" if "basic" in schemes else "Bearer"} if status == 401 else {}

    def _due_misbehaviour(self, operation: Operation | None) -> Misbehaviour:
        """The misbehaviour that is due, counted."""
        id_ = operation.id if operation is not None else ""
        for n, misbehaviour in enumerate(self._misbehaviours):
            if misbehaviour.operation in {"*", id_}:
                if misbehaviour.times is not None:
                    rest = misbehaviour._replace(times=misbehaviour.times - 1)
                    self._misbehaviours[n : n + 1] = [rest] if rest.times else []
                return misbehaviour
        return Misbehaviour()


Fake = FakeServer  #: the same by its former name
