"""A Response to a Model, or to the right exception.

2xx and 3xx are held against the document: status, media type, body. 400 and above is always an ``ApiError``, made
from whichever body came; where that body breaks the document is kept beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ApiError, ContractError, InvalidResponse, UndocumentedResponse, Violation, api_error_class
from ..http import masking, media_types
from ..http.json import loads
from ..http.streams import Lines
from ..schema.origins import Origin
from . import parameter_styles as styles
from .problem import _clip, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..http.messages import Headers, Response
    from ..schema.models import Models
    from ..schema.schema import Schema
    from ..schema.validator import Validator
    from .operation import DocumentedResponse, Operation

__all__ = ["Decoder", "Reply", "drain"]


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
    """

    status: int
    headers: Headers
    data: Any
    violations: tuple[Violation, ...]
    warnings: tuple[Violation, ...]
    response: Response
    error: ApiError | ContractError | None

    def __repr__(self) -> str:
        broken = f", {len(self.violations)} violations" if self.violations else ""
        return f"<Reply {self.status} {type(self.data).__name__}{broken}>"


class _Way(NamedTuple):
    """How to read one kind of answer: found once per operation, status and content type."""

    documented: DocumentedResponse | None
    media: str | None  # the documented media type it falls under
    kind: str  # json, ndjson, text, bytes
    schema: Schema | None
    validator: Validator | None
    build: Callable[[Any, Any], Any] | None


class Decoder:
    """One operation's way from a Response to data. Safe to share between threads."""

    def __init__(self, operation: Operation, models: Callable[[], Models]) -> None:
        self.operation = operation
        self._models = models
        self._ways: dict[tuple[int, str | None, str | None], _Way] = {}

    def decode(
        self, response: Response, arguments: Mapping[str, Any], *, check: bool = True, asked: str | None = None
    ) -> Reply:
        """Read and judge an answer; nothing is raised.

        Args:
            response: as the transport gave it; a stream is read to its end unless it is text or NDJSON of a 2xx.
            arguments: the path arguments of the call, for ``Model.changes`` and updates.
            check: False reads without holding it against the document.
            asked: the media type that was asked for; what an answer is that does not say (some streams do not).
        """
        way = self._way(response, asked)
        if response.chunks is not None and not self.streams(response, asked):
            response = drain(response)
        if response.status >= 400:
            return self._refusal(response, way, check=check)
        found: list[Violation] = []
        data = self._read(response, way, found)
        warnings: tuple[Violation, ...] = ()
        if check and way.documented is None:
            return self._undocumented(response, way, data)
        if check and not found:
            if way.media is None and (way.documented is not None and way.documented.content) and response.body:
                return self._undocumented(response, way, data)
            if way.validator is not None and response.chunks is None:  # a text that is still coming is not judged
                violations, warnings = way.validator.check(data, "response")
                found += violations
            found += self._headers(response, way)
        if way.build is not None and not any(v.rule == "json" for v in found):
            data = way.build(data, Origin(response.body, self.operation.id, arguments))
        error = self._invalid(response, found, data) if found and check else None
        return Reply(response.status, response.headers, data, tuple(found), warnings, response, error)

    def streams(self, response: Response, asked: str | None = None) -> bool:
        """Is this an answer that makes sense before it has all come?"""
        return response.status < 400 and self._way(response, asked).kind in {"ndjson", "text"}

    # --- finding the way ---

    def _way(self, response: Response, asked: str | None) -> _Way:
        came = response.headers.get("content-type")
        key = (response.status, came, None if came else asked)
        return self._ways.get(key) or self._found(key)

    def _found(self, key: tuple[int, str | None, str | None]) -> _Way:
        status, content_type, asked = key
        documented = self.operation.response_for(status)
        content = documented.content if documented is not None else {}
        media = media_types.match_media(content_type or asked, content)
        if media is None and content and not content_type:
            media = next(iter(content))
        schema = content[media].schema if media is not None else None
        kind = _kind(content_type or media or "")
        validator = build = None
        if schema is not None and (kind == "json" or (kind == "text" and "string" in schema.types)):
            validator = schema.response
            build = self._models().builder(schema) if kind == "json" else None
        way = self._ways[key] = _Way(documented, media, kind, schema, validator, build)
        return way

    def _read(self, response: Response, way: _Way, found: list[Violation]) -> Any:
        if way.kind == "ndjson" or response.chunks is not None:
            return Lines(response, objects=way.kind == "ndjson")
        if way.kind == "json":
            return self._json(response, way, found)
        if way.kind == "text":
            return response.text()
        return response.body or None

    def _json(self, response: Response, way: _Way, found: list[Violation]) -> Any:
        if not response.body:
            wanted = way.validator
            if wanted is not None and not wanted.is_valid(None):
                found.append(self._broken("a body", "nothing", way))
            return None
        try:
            return loads(response.body)
        except (ValueError, RecursionError):
            found.append(self._broken("JSON", "something else, or a part of it", way))
            return response.text()

    def _broken(self, expected: str, got: str, way: _Way) -> Violation:
        pointer = way.documented.pointer if way.documented is not None else self.operation.pointer
        return Violation("response", (), "json", expected, got, pointer)

    def _headers(self, response: Response, way: _Way) -> Iterator[Violation]:
        for name, schema in way.documented.headers.items() if way.documented is not None else ():
            text = response.headers.get(name)
            if text is not None:
                value = styles.read(name, "header", "simple", False, text, styles.types_of(schema))  # noqa: FBT003
                yield from schema.response.violations(value, "response header", (name,))

    # --- judging ---

    @property
    def _call(self) -> str:
        return f"{self.operation.name} ({self.operation.method} {self.operation.path})"

    def _undocumented(self, response: Response, way: _Way, data: Any) -> Reply:
        came = response.content_type or "no content type"
        if way.documented is None:
            documented = ", ".join(self.operation.responses) or "none"
            message = f"{self._call} answered {response.status}, which the document does not name (it has {documented})"
            place = f"{self.operation.pointer}/responses"
            violation = Violation("response", (), "status", f"one of {documented}", str(response.status), place)
        else:
            documented = ", ".join(way.documented.content)
            message = f"{self._call} answered {response.status} with {came} where {documented} is documented"
            violation = Violation("response", (), "content", documented, came, f"{way.documented.pointer}/content")
        message += _hint(response)
        error = UndocumentedResponse(message, violations=(violation,), response=response, data=data)
        return Reply(response.status, response.headers, data, (violation,), (), response, error)

    def _invalid(self, response: Response, found: list[Violation], data: Any) -> ContractError:
        message = (
            f"{self._call} answered {response.status} with a body that breaks the document; "
            'the error\'s .data has it, responses="warn" lets it pass:'
        )
        return InvalidResponse(message, violations=found, response=response, data=data)

    def _refusal(self, response: Response, way: _Way, *, check: bool) -> Reply:
        found: list[Violation] = []
        data = self._read(response, way, found) if way.kind in {"json", "text"} else None
        if check and way.validator is not None and not found:
            found += way.validator.violations(data, "response")
        said = problem(response, data, self._argument)
        kind = api_error_class(response.status)
        name = "" if kind is ApiError else f" {kind.__name__}"
        message = f"{self._call} answered {response.status}{name}: {_clip(str(said))}{_hint(response)}"
        error = kind(message, problem=said, response=response, violations=found)
        return Reply(response.status, response.headers, data, tuple(found), (), response, error)

    def _argument(self, loc: tuple[Any, ...]) -> str:
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


def _kind(content_type: str) -> str:
    media = media_types.media_type(content_type)
    if media_types.is_json(media) or "*" in media:
        return "json"
    if media_types.is_ndjson(media):
        return "ndjson"
    return "text" if media_types.is_text(media) else "bytes" if media else "json"


def drain(response: Response) -> Response:
    """The same response with its stream read to the end."""
    if response.chunks is None:
        return response
    return response._replace(body=b"".join(response.chunks), chunks=None)


# --- what the server said ----------------------------------------------------------------------------------------


def _hint(response: Response) -> str:
    """What to do next, where the answer itself tells."""
    if "html" in response.content_type:
        return "; an HTML page came, so check the host and the path prefix of server="
    if 300 <= response.status < 400:
        to = masking.bare_url(response.headers.get("location", ""))
        return f"; it redirects to {to}, which is not followed: give that server= if you trust it" if to else ""
    if response.status == 401:
        return "; check auth="
    if response.status == 405:
        return "; check the path prefix of server="
    return ""
