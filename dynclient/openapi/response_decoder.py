"""A Response to a Model, or to the right exception.

2xx and 3xx are held against the document: status, media type, body. 400 and above is always an ``ApiError``, made
from whichever body came; where that body breaks the document is kept beside it.

Imported in functions: ``stream_items``, which only typed streams need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ApiError, ContractError, InvalidResponse, UndocumentedResponse, Violation, api_error_class
from ..http import masking, media_types
from ..http.json import loads
from ..http.streams import Lines, drain
from ..schema.origins import Origin
from . import parameter_styles as styles
from .problem import clipped, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..errors import Problem
    from ..http.messages import Headers, Request, Response
    from ..schema.models import Models
    from ..schema.schema import Schema
    from ..schema.validator import Validator
    from .operation import DocumentedResponse, Operation

__all__ = ["Decoder", "Reply", "hint"]

_MOST_READINGS = 100  # ways to read an answer that are kept, per operation
#: kinds of answers that make sense item by item; octets do where they come in parts
_STREAMS = frozenset({"ndjson", "sequence", "events"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})


class Reply(NamedTuple):
    """One answer, decoded and judged, not raised.

    Attributes:
        status: the HTTP status code.
        headers: the header fields, looked up in any case.
        data: the body as models, plain JSON, text, bytes or an iterator of objects; None without a body.
        violations: where the answer breaks the document.
        warnings: fields beyond those documented, which are kept.
        response: the HTTP response as it came.
        error: what a plain call would raise in strict mode, None for a good answer.
        header_schemas: what the document says of its header fields, by names in lower case; for ``header``.
    """

    status: int
    headers: Headers
    data: Any
    violations: tuple[Violation, ...]
    warnings: tuple[Violation, ...]
    response: Response
    error: ApiError | ContractError | None
    header_schemas: Mapping[str, Schema] = {}

    def header(self, name: str) -> Any:
        """A header field of the answer as its schema types it (``12``, ``True``, a list); text without a schema.

        Returns None for a field that did not come.
        """
        text = self.response.headers.get(name)
        schema = self.header_schemas.get(name.lower())
        if text is None or schema is None:
            return text
        return styles.read(name, "header", "simple", False, text, styles.types_of(schema))  # noqa: FBT003

    def __repr__(self) -> str:
        broken = f", {len(self.violations)} violations" if self.violations else ""
        return f"<Reply {self.status} {type(self.data).__name__}{broken}>"


class _Reading(NamedTuple):
    """How to read one kind of answer: made once per operation, status and content type."""

    documented: DocumentedResponse | None
    media: str | None  # the documented media type it falls under
    kind: str  # json, ndjson, sequence, events, text, bytes
    schema: Schema | None
    validator: Validator | None
    build: Callable[[Any, Any], Any] | None


class Decoder:
    """One operation's Response to data. Safe to share between threads.

    Args:
        operation: the operation.
        models: the models of its document, asked for when there is a schema.
        refusal_hint: what to do about an answer of 400 and above, for the end of the error's message; ``hint`` by
            default.
        settle: gives the data of an item of a stream that breaks the document, or raises its error, as by default.
    """

    def __init__(
        self,
        operation: Operation,
        models: Callable[[], Models],
        refusal_hint: Callable[[Response, Problem], str] | None = None,
        settle: Callable[[Operation, Reply], Any] | None = None,
    ) -> None:
        self.operation = operation
        self._models = models
        self._refusal_hint = refusal_hint or (lambda response, _: hint(response))
        self._settle = settle
        self._readings: dict[tuple[int, str | None, str | None], _Reading] = {}

    def decode(
        self,
        response: Response,
        arguments: Mapping[str, object],
        *,
        check: bool = True,
        request: Request | None = None,
    ) -> Reply:
        """Read and judge an answer; nothing is raised.

        Args:
            response: as the transport gave it; a stream is read to its end where it is one JSON text or a refusal.
            arguments: the path arguments of the call, for ``Model.changes`` and updates.
            check: False reads without holding it against the document.
            request: what was answered, for errors; its Accept is what an answer is that does not say its type.
        """
        reading = self._reading(response, request)
        if response.chunks is not None and not self.streams(response, request):
            response = drain(response)
        if response.status >= 400:
            return self._refusal(response, reading, request, check=check)
        violations: list[Violation] = []
        data = self._read(response, reading, violations)
        if reading.kind in _STREAMS and reading.media is not None and isinstance(data, Lines):
            self._type_items(data, response, reading, arguments, check=check)
        warnings: tuple[Violation, ...] = ()
        if check and not violations:
            undocumented = self._undocumented(response, reading)
            if undocumented is not None:
                return self._broken_contract(response, undocumented, data, request)
            is_checked = response.chunks is None and self._has_body(response)  # a text that still comes is not judged
            if reading.validator is not None and is_checked:
                in_body, warnings = reading.validator.check(data, "response")
                violations += in_body
            violations += self._headers(response, reading)
        if reading.build is not None and not any(v.rule == "json" for v in violations):
            data = reading.build(data, Origin(response.body, self.operation.id, arguments))
        error = self._invalid(response, violations, data, request) if violations and check else None
        schemas = _header_schemas(reading.documented)
        return Reply(response.status, response.headers, data, tuple(violations), warnings, response, error, schemas)

    def streams(self, response: Response, request: Request | None = None) -> bool:
        """Is this an answer that makes sense before it has all come?"""
        return response.status < 400 and self._reading(response, request).kind != "json"

    def _has_body(self, response: Response) -> bool:
        """RFC 9110: an answer to HEAD and a 304 have none, whatever is documented."""
        return self.operation.method != "HEAD" and response.status != 304

    # --- reading ---

    def _reading(self, response: Response, request: Request | None) -> _Reading:
        content_type = response.headers.get("content-type")
        accept = request.headers.get("accept") if request is not None and not content_type else None
        key = (response.status, content_type, accept)
        reading = self._readings.get(key)
        return reading if reading is not None else self._new_reading(key)

    def _new_reading(self, key: tuple[int, str | None, str | None]) -> _Reading:
        status, content_type, accept = key
        documented = self.operation.response_for(status)
        content = documented.content if documented is not None else {}
        media = media_types.match_media(content_type or accept, content)
        if media is None and content and not content_type:
            media = next(iter(content))
        schema = content[media].schema if media is not None else None
        kind = _kind(content_type or media or "")
        validator = build = None
        if schema is not None and (kind == "json" or (kind == "text" and "string" in schema.described_types)):
            validator = schema.response
            build = self._models().builder(schema) if kind == "json" else None
        reading = _Reading(documented, media, kind, schema, validator, build)
        if len(self._readings) < _MOST_READINGS:  # a server may make up a new content type for each answer
            self._readings[key] = reading
        return reading

    def _read(self, response: Response, reading: _Reading, violations: list[Violation]) -> Any:
        if not self._has_body(response):
            return None
        if reading.kind in _STREAMS or response.chunks is not None:
            return Lines(response, reading.kind)
        if reading.kind == "json":
            return self._json(response, reading, violations)
        if reading.kind == "text":
            return response.text()
        return response.body or None

    def _json(self, response: Response, reading: _Reading, violations: list[Violation]) -> Any:
        if not response.body:
            validator = reading.validator
            if validator is not None and not validator.is_valid(None):
                violations.append(self._broken("a body", "nothing", reading))
            return None
        try:
            return loads(response.body)
        except (ValueError, RecursionError):
            violations.append(self._broken("JSON", "something else, or a part of it", reading))
            return response.text()

    def _type_items(
        self, lines: Lines, response: Response, reading: _Reading, arguments: Mapping[str, object], *, check: bool
    ) -> None:
        """Have each item of a stream typed and held against the document as it is taken."""
        from .stream_items import item_reader

        assert reading.documented is not None and reading.media is not None  # noqa: S101, PT018 - there is a media type
        read = item_reader(reading.documented.content[reading.media], self._models(), self.operation.id, arguments)
        if read is None:
            return

        def settled(item: object) -> Any:
            data, violations = read(item)
            if not violations or not check:
                return data
            error = self._invalid(response, list(violations), data, None)
            reply = Reply(response.status, response.headers, data, violations, (), response, error)
            if self._settle is None:
                raise error
            return self._settle(self.operation, reply)

        lines.each(settled)

    def _broken(self, expected: str, actual: str, reading: _Reading) -> Violation:
        pointer = reading.documented.pointer if reading.documented is not None else self.operation.pointer
        return Violation("response", (), "json", expected, actual, pointer)

    def _headers(self, response: Response, reading: _Reading) -> Iterator[Violation]:
        documented = reading.documented
        if documented is None:
            return
        for name, schema in documented.headers.items():
            text = response.headers.get(name)
            if text is not None:
                value = styles.read(name, "header", "simple", False, text, styles.types_of(schema))  # noqa: FBT003
                yield from schema.response.violations(value, "response header", (name,))
        for name in documented.required_headers:
            if name not in response.headers:
                pointer = f"{documented.pointer}/headers/{name}"
                yield Violation("response header", (name,), "required", "but required", "", pointer)

    # --- judging ---

    @property
    def _call(self) -> str:
        return f"{self.operation.name} ({self.operation.method} {self.operation.path})"

    def _beginning(self, response: Response) -> str:
        """How a message about a broken contract begins; of a change it says first that it was made.

        A page may be that of a gateway, which did nothing.
        """
        did = "may have done it" if "html" in response.content_type else "did it"
        outcome = f", so the server {did}, but" if self._changes(response) else ""
        return f"{self._call} answered {response.status}{outcome}"

    def _changes(self, response: Response) -> bool:
        return self.operation.method not in _SAFE and 200 <= response.status < 300

    def _undocumented(self, response: Response, reading: _Reading) -> tuple[str, Violation] | None:
        """What is wrong with a status or media type that the document does not name."""
        documented = reading.documented
        if documented is None:
            finals = [status for status in self.operation.responses if status[0] in "23d"]
            if not finals and response.status < 300:
                return None  # a document that says nothing of success allows any; a 1xx is never final (RFC 9110 §15.2)
            names = ", ".join(self.operation.responses)
            pointer = f"{self.operation.pointer}/responses"
            violation = Violation("response", (), "status", f"one of {names}", str(response.status), pointer)
            words = " the document does not name that status" if self._changes(response) else ""
            return f"{words or ', which the document does not name'} (it has {names})", violation
        if reading.media is not None or not documented.content or not response.body:
            return None
        content_type, names = response.content_type or "no content type", ", ".join(documented.content)
        violation = Violation("response", (), "content", names, content_type, f"{documented.pointer}/content")
        return f" with {content_type} where {names} is documented", violation

    def _broken_contract(
        self, response: Response, undocumented: tuple[str, Violation], data: Any, request: Request | None
    ) -> Reply:
        words, violation = undocumented
        message = f"{self._beginning(response)}{words}{hint(response)}"
        error = UndocumentedResponse(message, violations=(violation,), response=response, data=data, request=request)
        return Reply(response.status, response.headers, data, (violation,), (), response, error)

    def _invalid(
        self, response: Response, violations: list[Violation], data: Any, request: Request | None
    ) -> ContractError:
        message = (
            f"{self._beginning(response)} with a body that breaks the document; "
            'the error\'s .data has it, responses="warn" lets it pass:'
        )
        return InvalidResponse(message, violations=violations, response=response, data=data, request=request)

    def _refusal(self, response: Response, reading: _Reading, request: Request | None, *, check: bool) -> Reply:
        violations: list[Violation] = []
        data = self._read(response, reading, violations) if reading.kind in {"json", "text"} else None
        if check and reading.validator is not None and not violations:
            violations += reading.validator.violations(data, "response")
        explanation = problem(response, data, self._argument)
        kind = api_error_class(response.status)
        name = "" if kind is ApiError else f" {kind.__name__}"
        todo = self._refusal_hint(response, explanation)
        message = f"{self._call} answered {response.status}{name}: {clipped(str(explanation))}{todo}"
        error = kind(message, problem=explanation, response=response, violations=violations, request=request)
        return Reply(response.status, response.headers, data, tuple(violations), (), response, error)

    def _argument(self, loc: tuple[str | int, ...]) -> str:
        """The argument that a 422's ``loc`` speaks of, as the caller writes it."""
        steps = list(loc)
        place = steps.pop(0) if steps and steps[0] in {"body", "query", "path", "header", "cookie"} else None
        if not steps:
            return str(place or "request")
        if place != "body":
            for parameter in self.operation.parameters:
                if parameter.name.lower().replace("-", "_") == str(steps[0]).lower().replace("-", "_"):
                    steps[0] = parameter.keyword
        return Violation("body", steps, "", "", "", "").where


def _header_schemas(documented: DocumentedResponse | None) -> Mapping[str, Schema]:
    return {name.lower(): schema for name, schema in documented.headers.items()} if documented is not None else {}


def _kind(content_type: str) -> str:
    media = media_types.media_type(content_type)
    if media_types.is_json(media) or "*" in media:
        return "json"
    if media_types.is_sequence(media):
        return (
            "events" if media_types.is_event_stream(media) else "ndjson" if media_types.is_ndjson(media) else "sequence"
        )
    return "text" if media_types.is_text(media) else "bytes" if media else "json"


# --- what the server said ----------------------------------------------------------------------------------------


def hint(response: Response) -> str:
    """What to do next, where the answer itself tells."""
    if "html" in response.content_type and response.status < 500:  # the page of a server's own error tells nothing
        return "; an HTML page came, so check the host and the path prefix of server="
    if 300 <= response.status < 400:
        to = masking.bare_url(response.headers.get("location", ""))
        return f"; it redirects to {to}, which is not followed: give that server= if you trust it" if to else ""
    if response.status == 401:
        return "; check auth="
    if response.status == 405:
        return "; check the path prefix of server="
    return ""
