"""A server in this process that behaves as a document says: real HTTP on a loopback port, made from the document alone.

::

    with FakeServer(dynclient.load("openapi.json")) as fake:
        client = dynclient.Client(fake.spec, server=fake.server)

Each request is judged, by openapi-core and by dynclient, and refused when it breaks the document. Resources keep state
(see ``resources``); what has no rule gets a valid answer made up from a seed (see ``answers``). ``misbehave`` makes it
fail on demand, ``rules`` teaches it what no document says, ``requests`` has what came.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ..errors import ArgumentError, Violation
from ..http import media_types
from ..http.messages import Headers, Request
from ..openapi import request_decoder as incoming
from ..openapi.request_decoder import NO_BODY, Incoming
from .fake_answers import Answer, Refused, answer, invalid_status, refusal, written
from .fake_state import State, fit, json_schema
from .http_server import Sent, Server
from .misbehaviour import Misbehaviour, broken

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..contract.openapi_core import Oracle
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["Answer", "Asked", "Credentials", "FakeServer", "Received", "Rule"]


class Received(NamedTuple):
    """One request that came, and what became of it."""

    request: Request
    operation: str | None
    arguments: Mapping[str, Any]
    violations: tuple[Violation, ...]
    status: int


class Asked(NamedTuple):
    """A request as a rule sees it.

    Attributes:
        fake: the server; ``fake.items(path)`` is what it holds.
        request: as it came.
        arguments: parameters by keyword, as JSON values.
        body: the body as JSON; ``NO_BODY`` when none came.
        incoming: the whole reading; None for a path that the document does not have.
    """

    fake: FakeServer
    request: Request
    arguments: Mapping[str, Any]
    body: Any
    incoming: Incoming | None

    def default(self, **fields: Any) -> Answer:
        """What would be answered without the rule; state changes with it. ``fields`` go over those of the body."""
        if self.incoming is None:
            raise Refused(404, "there is nothing at this path")
        body = {**self.body, **fields} if fields and isinstance(self.body, dict) else self.body
        return answer(self.fake.state, self.incoming._replace(body=body))

    def shown(self, given: Answer, **values: Any) -> Answer:
        """An answer with these values in it, as far as the document has and takes them."""
        schema = json_schema(self.incoming.operation, given.status) if self.incoming is not None else None
        if schema is None or not isinstance(given.data, dict):
            return given
        return given._replace(data=fit(schema, {**given.data, **values}, lambda: given.data))


#: answers a request, or leaves it to the document with None; may raise ``Refused``
Rule = Callable[[Asked], "Answer | None"]
#: (user, password) for Basic; a token or several for bearer; or a function that says True, False (401) or a status, or
#: raises ``Refused``
Credentials = tuple[str, str] | str | Collection[str] | Callable[[Request], "bool | int"]


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

    Attributes:
        url: ``http://127.0.0.1:port`` with the prefix.
        server: what ``Client(server=…)`` takes: the URL with the document's own base path.
        requests: what came, oldest first.
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
        seeds: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        self.spec = spec
        self.seed = seed
        self.requests: list[Received] = []
        self.failures: list[Exception] = []  #: what went wrong inside: a bug of a rule, or of dynclient
        self.rules: dict[str | tuple[str, str], Rule] = dict(rules or {})
        self.public = frozenset(public)
        self.url = self.server = ""
        self._prefix = prefix.rstrip("/")
        self._base = self._prefix + urlsplit(spec.servers[0].expand()).path.rstrip("/")
        self.state = State(spec, seed, size, wildcard, seeds or {})
        self._credentials = _rule(credentials)
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
        self._server = Server(self._respond, self._port)
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
        kind = self.state.kinds.get(match.operation.path) if match is not None else None
        if match is None or kind is None:
            known = ", ".join(self.state.kinds)
            raise ArgumentError(f"{path} is no list of this document; it has {known}")
        with self._lock:
            return self.state.items(kind, self.state.place(kind.path, match.arguments))

    def example(self, operation: str, seed: int = 0, *, minimal: bool = True) -> dict[str, Any]:
        """Arguments that the document accepts and whose path leads to something that is here."""
        from ..client.sync import Client  # only for those who ask

        found = self.spec.operations[operation]
        made = Client(self.spec, server="http://127.0.0.1").operation(operation).example(seed, minimal=minimal)
        by_name = {p.name: p for p in found.parameters if p.location == "path"}
        if "cursor" in made:
            made["cursor"] = ""  # others are given out by the server
        with self._lock:
            for kind, path in self.state.above(found.path):
                parameter = by_name[kind.parameter]
                if parameter.constant:
                    continue
                given = {name: made.get(p.keyword, "") for name, p in by_name.items()}
                place = self.state.place(path, given)[:-1]
                held = self.state.items(kind, place)
                key = next(iter(held), None) or self.state.key(kind, self.state.create(kind, place, {}), 0)
                number = parameter.schema is not None and "integer" in parameter.schema.types
                made[parameter.keyword] = int(key) if number else key
        return made

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
            operation: an operation id, ``*`` for all.
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
        id_ = operation if operation == "*" else self.spec.operations[operation].id
        made = Misbehaviour(id_, status, delay, cut, breaks, body, dict(headers or {}), times)
        with self._lock:
            self._misbehaviours.append(made)

    def behave(self) -> None:
        """End all misbehaviour."""
        with self._lock:
            self._misbehaviours.clear()

    # --- serving ---

    def _respond(self, request: Request) -> Sent:
        """Answer a request, and note what came."""
        with self._lock:
            match = self.spec.match(request.method, request.url)
            if match is not None and match.prefix != self._base:
                match = None
            operation = match.operation if match is not None else None
            asked = incoming.read(request, match.operation, match.arguments) if match is not None else None
            wrong = self._wrong(operation)
            given, body, violations = self._answered(request, operation, asked, wrong)
            if wrong.body is not None:
                given, body = given._replace(data=wrong.body), wrong.body
            arguments = asked.arguments if asked is not None else {}
            name = operation.id if operation is not None else None
            self.requests.append(Received(request, name, arguments, violations, given.status))
        has_body = given.data is not NO_BODY
        headers = {**given.headers, **wrong.headers}
        if has_body and "content-type" not in Headers(headers):
            charset = "; charset=utf-8" if media_types.is_text(given.media) else ""
            headers["Content-Type"] = given.media + charset
        lines = media_types.is_ndjson(given.media)
        return Sent(given.status, headers, body if has_body else None, lines, wrong.delay, wrong.cut)

    def _answered(
        self, request: Request, operation: Operation | None, asked: Incoming | None, wrong: Misbehaviour
    ) -> tuple[Answer, bytes, tuple[Violation, ...]]:
        """The answer, its bytes, and where the request broke the document."""
        violations: tuple[Violation, ...] = ()
        try:
            if wrong.status is not None and (wrong.status < 400 or operation is None):
                return Answer(wrong.status), b"", ()
            if wrong.status is not None:
                raise Refused(wrong.status, "as it was told to")  # noqa: TRY301 - all refusals end below
            if asked is None:
                return *self._elsewhere(request), ()
            self._admit(request, asked.operation)
            violations = self._violations(request, asked)
            if violations:
                status = invalid_status(operation, self.spec)
                raise Refused(status, "; ".join(map(str, violations)), violations)  # noqa: TRY301 - as above
            return *self._answer(request, asked, wrong), ()
        except Refused as refused:
            given = refusal(operation, self.spec, refused)
            given = given._replace(headers=self._challenge(refused.status))
        except Exception as error:  # noqa: BLE001 - a server answers, whatever happens
            self.failures.append(error)
            text = f"the fake itself failed: {type(error).__name__}: {error}"
            given = refusal(operation, self.spec, Refused(500, text))
        return given, json.dumps(given.data).encode(), violations

    def _answer(self, request: Request, asked: Incoming, wrong: Misbehaviour) -> tuple[Answer, bytes]:
        operation = asked.operation
        rule = self.rules.get(operation.id)
        given = rule(Asked(self, request, asked.arguments, asked.body, asked)) if rule is not None else None
        if given is None:
            given = answer(self.state, asked)
        if wrong.breaks:
            given = given._replace(data=broken(operation, given, wrong.breaks))
        else:
            self._check(operation, given)
        return written(operation, given, request.headers.get("accept", ""))

    def _check(self, operation: Operation, given: Answer) -> None:
        """What is answered keeps to the document; where it does not, a rule is wrong, or dynclient."""
        documented = operation.response_for(given.status)
        content = documented.content if documented is not None else {}
        media = media_types.match_media(given.media or "application/json", content)
        schema = content[media].schema if media is not None and media_types.is_json(media) else None
        found = schema.response.violations(given.data, "response") if schema and given.data is not NO_BODY else ()
        if found:
            raise ValueError(f"{operation.id}: its answer breaks the document: {'; '.join(map(str, found[:5]))}")

    def _elsewhere(self, request: Request) -> tuple[Answer, bytes]:
        """What the document does not have: rules by path, the document itself, 405 and 404."""
        path = urlsplit(request.url).path
        own = path.removeprefix(self._prefix) if self._prefix and path.startswith(self._prefix) else path
        rule = self.rules.get((request.method, own))
        if rule is not None:
            body = _json(request.body)
            given = rule(Asked(self, request, {}, body, None))
            if given is not None:
                return given._replace(media=given.media or "application/json"), _bytes(given.data)
        if request.method == "GET" and path in {f"{self._prefix}/openapi.json", f"{self._base}/openapi.json"}:
            return Answer(200, self.spec.document, "application/json"), json.dumps(self.spec.document).encode()
        others = [m for m in ("GET", "POST", "PUT", "PATCH", "DELETE") if self.spec.match(m, request.url)]
        if others and path.startswith(self._base):
            raise Refused(405, f"this path takes {', '.join(others)}")
        raise Refused(404, "there is nothing at this path")

    def _violations(self, request: Request, asked: Incoming) -> tuple[Violation, ...]:
        """What both judges say, each place once."""
        found = list(asked.violations)
        if self._oracle is not None:
            from ..contract.openapi_core import excused  # imported already

            places = {(v.location, v.path) for v in found}
            said = self._oracle.request_violations(request)
            found += [v for v in said if (v.location, v.path) not in places and (found or not excused(v))]
        return tuple(found)

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
            raise Refused(status, "Not authenticated" if status == 401 else "Forbidden")

    def _challenge(self, status: int) -> dict[str, str]:
        """RFC 9110 §11.6.1: a 401 names the scheme."""
        schemes = {scheme.scheme for scheme in self.spec.security_schemes.values()}
        return {"WWW-Authenticate": "Basic" if "basic" in schemes else "Bearer"} if status == 401 else {}

    def _wrong(self, operation: Operation | None) -> Misbehaviour:
        """The misbehaviour that is due, counted."""
        id_ = operation.id if operation is not None else ""
        for n, wrong in enumerate(self._misbehaviours):
            if wrong.operation in {"*", id_}:
                if wrong.times is not None:
                    left = wrong._replace(times=wrong.times - 1)
                    self._misbehaviours[n : n + 1] = [left] if left.times else []
                return wrong
        return Misbehaviour()


def _bytes(data: Any) -> bytes:
    if data is NO_BODY or isinstance(data, bytes):
        return b"" if data is NO_BODY else data
    return (data if isinstance(data, str) else json.dumps(data)).encode()


def _json(body: bytes | None) -> Any:
    try:
        return json.loads(body) if body else NO_BODY
    except ValueError:
        return body


def _rule(credentials: Credentials | None) -> Callable[[Request], bool | int] | None:
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
