"""A Request to (operation, arguments): ``encode`` the other way round, for those who receive requests.

Every violation is found, arguments that the document does not have among them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from ..errors import Violation, near_names
from ..http import media_types
from . import parameter_styles as styles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..http.messages import Request
    from ..schema.schema import Schema
    from .operation import MediaType, Operation, Parameter

__all__ = ["NO_BODY", "DecodedRequest", "decode"]

NO_BODY: Any = type("_NoBody", (), {"__repr__": lambda _: "NO_BODY"})()  #: stands for "none came": null is a body
_FORM = "application/x-www-form-urlencoded"
_Pairs = list[tuple[str, str]]


class DecodedRequest(NamedTuple):
    """What a request asks for.

    Attributes:
        operation: the operation it belongs to.
        arguments: parameters by keyword, as JSON values; what could not be read is text.
        body: the body as JSON, text or bytes; ``NO_BODY`` when none came.
        violations: where it breaks the document.
    """

    operation: Operation
    arguments: Mapping[str, Any]
    body: Any
    violations: tuple[Violation, ...]


def decode(request: Request, operation: Operation, path_arguments: Mapping[str, str]) -> DecodedRequest:
    """Read a request that belongs to an operation.

    Args:
        request: as it came, the URL still percent-encoded.
        operation: from ``spec.match``.
        path_arguments: from there, percent-decoded.
    """
    violations: list[Violation] = []
    arguments: dict[str, Any] = {}
    query = [(name, value) for name, _, value in _cut(urlsplit(request.url).query, "&")]
    cookies = [(name, value) for name, _, value in _cut(request.headers.get("cookie", ""), ";")]
    for parameter in operation.parameters:
        raw: _Pairs | str | None
        if parameter.location == "path":
            raw = quote(path_arguments.get(parameter.name, ""), safe=",;=." if parameter.style != "simple" else ",")
        elif parameter.location == "header":
            raw = request.headers.get(parameter.name)
        else:
            raw = query if parameter.location == "query" else cookies
        _argument(parameter, raw, arguments, violations)
    parameters = [p for p in operation.parameters if p.location == "query"]
    violations += _unknown([unquote_plus(name) for name, _ in query], parameters, operation)
    body = _body(request, operation, violations)
    return DecodedRequest(operation, arguments, body, tuple(violations))


def _cut(text: str, mark: str) -> Iterator[tuple[str, str, str]]:
    return (part.strip().partition("=") for part in text.split(mark) if part.strip())


def _argument(
    parameter: Parameter, raw: _Pairs | str | None, arguments: dict[str, Any], violations: list[Violation]
) -> None:
    name, schema, path = parameter.keyword, parameter.schema, (parameter.keyword,)
    try:
        if raw is None:
            raise KeyError(name)  # noqa: TRY301 - an absent header is absent like any other
        value = _content(parameter, raw) if parameter.media_type is not None else _styled(parameter, raw)
    except KeyError:
        if parameter.required:
            violations.append(Violation(parameter.location, path, "required", "but required", "", parameter.pointer))
        return
    except ValueError as error:
        violations.append(Violation(parameter.location, path, "style", str(error), "", parameter.pointer, raw))
        return
    arguments[name] = value
    if schema is not None:
        violations += schema.request.violations(value, parameter.location, path)


def _styled(parameter: Parameter, raw: _Pairs | str) -> Any:
    schema = parameter.schema
    types = styles.types_of(schema) if schema is not None else styles.Types(("string",))
    value = styles.read(parameter.name, parameter.location, parameter.style, parameter.explode, raw, types)
    if value == {} and isinstance(raw, list):
        raise KeyError(parameter.name)  # an exploded object of which no member came
    return value


def _content(parameter: Parameter, raw: _Pairs | str) -> Any:
    """A parameter with ``content`` (OpenAPI 3.1 §4.8.12.3)."""
    if isinstance(raw, list):
        texts = [value for name, value in raw if unquote_plus(name) == parameter.name]
        if not texts:
            raise KeyError(parameter.name)
        raw = unquote_plus(texts[0])
    elif parameter.location == "path":
        raw = unquote(raw)
    if not media_types.is_json(parameter.media_type or ""):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        raise ValueError("it is no JSON") from None


def _unknown(names: list[str], parameters: list[Parameter], operation: Operation) -> Iterator[Violation]:
    """Query arguments that no parameter claims."""
    claimed = {p.name for p in parameters}
    prefixes = tuple(f"{p.name}[" for p in parameters if p.style == "deepObject")
    for parameter in parameters:
        if parameter.explode and parameter.style == "form" and parameter.schema is not None:
            types = styles.types_of(parameter.schema)
            if "object" in types.value:
                claimed |= set(types.fields)
                if types.others is not None:
                    return
    for name in dict.fromkeys(names):
        if name in claimed or (prefixes and name.startswith(prefixes)):
            continue
        near = near_names(name, sorted(claimed))
        expected = "not a parameter of this operation" + (f"; did you mean {' or '.join(near)}?" if near else "")
        yield Violation("query", (name,), "unknown", expected, "", f"{operation.pointer}/parameters")


# --- bodies ------------------------------------------------------------------------------------------------------


def _body(request: Request, operation: Operation, violations: list[Violation]) -> Any:
    documented = operation.request_body
    if not request.body:
        if documented is not None and documented.required:
            violations.append(Violation("body", (), "required", "but required", "", documented.pointer))
        return NO_BODY
    if documented is None:
        violations.append(Violation("body", (), "unknown", "no body is documented here", "", operation.pointer))
        return request.body
    content_type = request.headers.get("content-type")
    name = media_types.match_media(content_type, documented.content)
    if name is None:
        expected = " or ".join(documented.content)
        pointer = f"{documented.pointer}/content"
        violations.append(
            Violation("body", (), "content", expected, media_types.media_type(content_type) or "no type", pointer)
        )
        return request.body
    media = documented.content[name]
    kind = media_types.media_type(content_type)
    if media_types.is_json(kind):
        return _json(request.body, media, violations)
    if kind == _FORM and media.schema is not None:
        body = _form(request.body.decode("utf-8", "replace"), media, media.schema)
        violations += media.schema.request.violations(body, "body")
        return body
    return request.body


def _json(raw: bytes, media: MediaType, violations: list[Violation]) -> Any:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        violations.append(Violation("body", (), "json", "JSON", "something else", media.pointer))
        return raw
    if media.schema is not None:
        violations += media.schema.request.violations(body, "body")
    return body


def _form(text: str, media: MediaType, schema: Schema) -> dict[str, Any]:
    """A form's fields by their ``encoding`` (OpenAPI 3.1 §4.8.14.4); undeclared ones as text."""
    pairs = [(name, value) for name, _, value in _cut(text, "&")]
    body: dict[str, Any] = {unquote_plus(name): unquote_plus(value) for name, value in pairs}
    for name, field in schema.fields.items():
        rule = media.encoding.get(name, {})
        style = rule.get("style", "form")
        try:
            body[name] = styles.read(
                name, "query", style, rule.get("explode", style == "form"), pairs, styles.types_of(field)
            )
        except (KeyError, ValueError):
            continue
        if isinstance(body[name], str) and "object" in field.described_types:
            try:
                body[name] = json.loads(body[name])
            except ValueError:
                continue
    return body
