"""A second opinion on HTTP exchanges, from openapi-core; the only module that imports it.

openapi-core is given the corrected official document as it is, with ``servers`` set to the URL in use; nothing of what
dynclient makes of a document reaches it. It judges parameters, bodies, statuses, media types and headers. It does not
judge arguments that the document does not have, credentials, or how a path is decoded: which operation a URL belongs to
and what its path arguments are is told to it.

Imported in functions: ``openapi_core`` and ``werkzeug``, of the extra ``contract``, which take 0.4 s.
"""

from __future__ import annotations

import inspect
import warnings
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from ..documents.pointers import join
from ..errors import ArgumentError, Violation
from ..http import media_types
from ..openapi.spec import parse
from ..schema.violation_words import type_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..http.messages import Request, Response
    from ..openapi.operation import Operation
    from ..openapi.spec import Match

__all__ = ["Oracle", "excused"]


class Oracle:
    """openapi-core on one document at one URL; it is imported on the first question (0.4 s).

    Args:
        document: the official document with its corrections, from ``sources.read``.
        base_url: what paths are appended to, ``http://host:port/api/v1``; exchanges may name any other host.
    """

    def __init__(self, document: Mapping[str, object], base_url: str) -> None:
        self.document = document
        self.base_url = base_url.rstrip("/")
        self._spec = parse(document)
        self._engine: object = None

    def request_errors(self, request: Request) -> tuple[str, ...]:
        """What is wrong with a request, a line each, without its values; ``()`` when nothing is."""
        return tuple(map(str, self.request_violations(request)))

    def response_errors(self, request: Request, response: Response) -> tuple[str, ...]:
        """What is wrong with the answer to a request, a line each, without its values."""
        return tuple(map(str, self.response_violations(request, response)))

    def request_violations(self, request: Request) -> tuple[Violation, ...]:
        """What is wrong with a request."""
        match = self._spec.match(request.method, request.url)
        if match is None:
            return (_unknown(request),)
        engine, view = self.engine, _RequestView(self.base_url, match, request)
        return tuple(_violations(_errors(engine.request_validator.iter_errors(view)), match.operation, "body"))

    def response_violations(self, request: Request, response: Response) -> tuple[Violation, ...]:
        """What is wrong with the answer to a request; a stream must have been read to its end."""
        match = self._spec.match(request.method, request.url)
        if match is None:
            return (_unknown(request),)
        engine, view = self.engine, _RequestView(self.base_url, match, request._replace(body=None))
        errors = _errors(engine.response_validator.iter_errors(view, _ResponseView(match.operation, response)))
        return tuple(_violations(errors, match.operation, "response"))

    @property
    def engine(self) -> Any:
        """openapi-core's application.

        Raises:
            ArgumentError: openapi-core is not installed.
        """
        if self._engine is None:
            self._engine = _build(self.document, self.base_url)
        return self._engine


def _build(document: Mapping[str, object], base_url: str) -> object:
    try:
        from openapi_core import Config, OpenAPI  # of the extra `contract`, and 0.4 s
        from openapi_core.casting.schemas import casters
        from openapi_core.casting.schemas.exceptions import CastError
    except ImportError:
        raise ArgumentError("a second opinion needs openapi-core: pip install 'dynclient[contract]'") from None
    texts: dict[str, Any] = {
        name: _text for name in _media_types(document) if media_types.is_text(name) or media_types.is_sequence(name)
    }
    config = Config(
        spec_validator_cls=None,  # type: ignore[arg-type] # checking a whole document takes a second; ``specs lint`` does that
        security_provider_factory=_NoCredentials(),  # type: ignore[arg-type] # all that is asked of it is ``create``
        extra_media_type_deserializers=texts,
    )
    engine = OpenAPI.from_dict(_at(document, base_url), config=config)
    validators: tuple[Any, ...] = (engine.request_validator, engine.response_validator)
    for validator in validators:
        validator.style_deserializers_factory = _Styles(validator.style_deserializers_factory)
        if not hasattr(casters, "AnyCaster"):
            validator.schema_casters_factory = _Casters(validator.schema_casters_factory, CastError)
    return engine


def _at(document: Mapping[str, Any], base_url: str) -> dict[str, object]:
    """The document served at one URL: its own servers, at any level, give way."""
    paths = {}
    for path, item in document["paths"].items():
        without = {key: value for key, value in item.items() if key != "servers"}
        for method, operation in without.items():
            if isinstance(operation, dict) and "servers" in operation:
                without[method] = {key: value for key, value in operation.items() if key != "servers"}
        paths[path] = without
    return {**document, "paths": paths, "servers": [{"url": base_url or "/"}]}


def _media_types(value: object) -> Iterator[str]:
    """The names of all media types in a document."""
    if isinstance(value, dict):
        content = value.get("content")
        if isinstance(content, dict):
            yield from (name for name in content if "/" in name)
        for child in value.values():
            yield from _media_types(child)
    elif isinstance(value, list):
        for child in value:
            yield from _media_types(child)


def _text(value: bytes, **_: str) -> str:
    return value.decode("utf-8", "replace")


class _Styles:
    """openapi-core reads a parameter by its ``type`` and not behind ``anyOf``; here it is shown the array there."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def create(self, *arguments: object, **named: object) -> Any:
        # its order of arguments is not that of every version; their names are
        call = inspect.signature(self._inner.create).bind(*arguments, **named)
        schema = call.arguments["schema"]
        for union in ("anyOf", "oneOf"):
            for branch in schema / union if union in schema else ():
                if _type(branch) == "array":
                    call.arguments["schema"] = branch
        return self._inner.create(*call.args, **call.kwargs)


class _Casters:
    """What 0.19 makes of text, as later versions do: nothing in JSON is converted, and what stands in a union is."""

    def __init__(self, inner: Any, cast_error: type[Exception]) -> None:
        self._inner = inner
        self._cast_error = cast_error

    def create(self, schema: Any) -> object:
        parts = schema.parts
        if "content" in parts and "application/x-www-form-urlencoded" not in parts:
            return _Caster(_unchanged)
        return _Caster(partial(self._cast, schema))

    def _cast(self, schema: Any, value: Any) -> object:
        unions = [union for union in ("oneOf", "anyOf") if union in schema]
        if "type" in schema or not unions:
            return self._inner.create(schema).cast(value)
        for branch in schema / unions[0]:
            with suppress(self._cast_error):
                return self._cast(branch, value)
        return value


class _Caster(NamedTuple):
    cast: Callable[[object], object]


def _unchanged(value: object) -> object:
    return value


def _type(schema: Any) -> object:
    """The ``type`` of a schema as openapi-core holds it, in the versions of jsonschema-path before 0.4 and since."""
    if hasattr(schema, "getkey"):
        return schema.getkey("type") if "type" in schema else None
    return (schema / "type").read_str("")


class _NoCredentials:
    """Every credential is fine."""

    def create(self, _: object) -> object:
        return lambda _: None


# --- messages as openapi-core wants them -------------------------------------------------------------------------


class _RequestView:
    """A request as openapi-core reads it."""

    def __init__(self, base_url: str, match: Match, request: Request) -> None:
        from openapi_core.datatypes import RequestParameters  # of the extra `contract`
        from werkzeug.datastructures import Headers, ImmutableMultiDict  # openapi-core stands on it

        self.host_url = base_url
        # joined to host_url with urljoin, so the URL's own path stands in front
        self.path = self.path_pattern = urlsplit(base_url).path + match.operation.path
        self.method = request.method.lower()
        self.body = request.body
        self.content_type = _documented(request.headers.get("content-type"), _content(match.operation, None))
        cookies = [(name, value) for name, _, value in _pairs(request.headers.get("cookie", ""))]
        self.parameters = RequestParameters(
            ImmutableMultiDict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)),
            Headers(request.headers.pairs()),
            ImmutableMultiDict(cookies),
            dict(match.arguments),
        )


def _pairs(cookie: str) -> Iterator[tuple[str, str, str]]:
    return (part.strip().partition("=") for part in cookie.split(";") if part.strip())


class _ResponseView:
    """A response as openapi-core reads it."""

    def __init__(self, operation: Operation, response: Response) -> None:
        from werkzeug.datastructures import Headers  # as above

        self.status_code = response.status
        self.headers = Headers(response.headers.pairs())
        self.data = response.body
        self.content_type = _documented(response.headers.get("content-type"), _content(operation, response.status))


def _content(operation: Operation, status: int | None) -> Iterable[str]:
    """The media types of the request's body, or of one status."""
    if status is None:
        return operation.request_body.content if operation.request_body is not None else ()
    documented = operation.response_for(status)
    return documented.content if documented is not None else ()


def _documented(media_type: str | None, documented: Iterable[str]) -> str:
    """A media type under the name that the document has for it (``application/problem+json`` is JSON)."""
    return media_types.match_media(media_type, documented) or media_type or ""


# --- its errors as violations ---------------------------------------------------------------------------------


def _errors(errors: Iterator[Exception]) -> list[Exception]:
    collected = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it warns of deprecated parameters
        try:
            for error in errors:
                collected.append(error)  # noqa: PERF402 - those before a failure count
        except AttributeError:  # openapi-schema-validator 0.6.0 stumbles over null beside a discriminator: no opinion
            pass
    return collected


def excused(violation: Violation) -> bool:
    """Is this one of openapi-core's known readings of a document that no server shares?

    Text that is empty counts as absent in a query; null is refused where ``nullable: true`` stands beside ``$ref``,
    beside an ``enum`` without null, beside ``anyOf``, or without a ``type``. Ask about what dynclient accepts.
    """
    return violation.rule == "empty" or (violation.got == "null" and violation.rule in _NULL_RULES)


_NULL_RULES = frozenset({"type", "enum", "anyOf", "oneOf"})


def _unknown(request: Request) -> Violation:
    return Violation("path", (), "path", f"{request.method} of a path that the document has", "another one", "#/paths")


def _violations(errors: Iterable[Exception], operation: Operation, body: str) -> Iterator[Violation]:
    """openapi-core's errors as violations: place, name and rule, without values."""
    for error in errors:
        name, location = getattr(error, "name", None), getattr(error, "location", None)
        path: tuple[Any, ...] = (name,) if name else ()
        place = location if isinstance(location, str) else "response header" if name else body
        cause = error.__cause__ or error
        schema_errors = getattr(cause, "schema_errors", None)
        if schema_errors is None:
            yield Violation(place, path, _rule(cause), _RULES[_rule(cause)], "", operation.pointer)
            continue
        for inner in schema_errors:
            yield from _schema_violations(inner, place, path, operation)


def _schema_violations(error: Any, place: str, path: tuple[object, ...], operation: Operation) -> Iterator[Violation]:
    where = (*path, *error.absolute_path)
    rule, expected = str(error.validator), error.validator_value
    pointer = join(operation.pointer, *map(str, error.absolute_schema_path))
    if rule == "required" and isinstance(error.instance, dict):
        field = next((n for n in expected if error.message.startswith(repr(n))), "")
        yield Violation(place, (*where, field) if field else where, rule, "but required", "", pointer)
        return
    expected = f"{rule} {expected}" if rule in _SHOWN else f"what `{rule}` allows"
    yield Violation(place, where, rule, expected, type_words(error.instance), pointer, error.instance)


_SHOWN = frozenset(
    {"type", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"}
)
_RULES = {
    "required": "but required",
    "content": "not a media type that is documented here",
    "status": "not a status that is documented here",
    "json": "not readable as what its content type says",
    "style": "not readable as its type",
    "empty": "empty, which openapi-core takes for absent",
    "path": "not a path or method of the document",
    "other": "refused",
}


def _rule(error: BaseException) -> str:
    """The rule behind one of openapi-core's own errors."""
    name = type(error).__name__
    return next((rule for part, rule in _NAMES if part in name), "other")


_NAMES = (
    ("EmptyQueryParameter", "empty"),
    ("Missing", "required"),
    ("MediaTypeNotFound", "content"),
    ("ResponseNotFound", "status"),
    ("MediaTypeDeserialize", "json"),
    ("Deserialize", "style"),
    ("Cast", "style"),
    ("NotFound", "path"),
)
