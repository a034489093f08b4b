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
from .body_encoder import item_violations, kind_of
from .forms import read_form
from .multipart import read_multipart
from .operation import fixed_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..http.messages import Request
    from ..schema.schema import Schema
    from .operation import MediaType, Operation, Parameter

__all__ = ["NO_BODY", "DecodedRequest", "decode"]

NO_BODY: Any = type("_NoBody", (), {"__repr__": lambda _: "NO_BODY"})()  #: stands for "none came": null is a body
_EMPTY_KINDS = frozenset({"lines", "form", "text", "octets"})  #: no bytes are a body of these where they are announced
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
    arguments: dict[str, object] = {}
    query = [(name, value) for name, _, value in _cut(urlsplit(request.url).query, "&")]
    cookies = [(name, value) for name, _, value in _cut(request.headers.get("cookie", ""), ";")]
    for parameter in operation.parameters:
        raw: _Pairs | str | None
        if parameter.location == "path":
            marks = ",;=." if parameter.style != "simple" or parameter.explode else ","
            raw = quote(path_arguments.get(parameter.name, ""), safe=marks)
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
    parameter: Parameter, raw: _Pairs | str | None, arguments: dict[str, object], violations: list[Violation]
) -> None:
    name, schema, path = parameter.keyword, parameter.schema, (parameter.keyword,)
    try:
        if raw is None:
            raise KeyError(name)  # noqa: TRY301 - an absent header is absent like any other
        value = _content(parameter, raw) if parameter.media_type is not None else _styled(parameter, raw)
    except KeyError:
        if parameter.required:
            violations.append(
                Violation(parameter.location, path, "required", "missing, but required", "", parameter.pointer)
            )
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
    fixed = fixed_query(operation.path)
    claimed = {p.name for p in parameters} | {unquote_plus(part.partition("=")[0]) for part in fixed}
    prefixes = tuple(f"{p.name}[" for p in parameters if p.style == "deepObject")
    for parameter in parameters:
        if parameter.explode and parameter.style != "deepObject" and parameter.schema is not None:
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
    content_type = request.headers.get("content-type")
    if not request.body and (documented is None or kind_of(content_type or "") not in _EMPTY_KINDS):
        if documented is not None and documented.required:
            violations.append(Violation("body", (), "required", "missing, but required", "", documented.pointer))
        return NO_BODY
    if documented is None:
        violations.append(Violation("body", (), "unknown", "no body is documented here", "", operation.pointer))
        return request.body
    name = media_types.match_media(content_type, documented.content)
    if name is None:
        expected = " or ".join(documented.content)
        pointer = f"{documented.pointer}/content"
        violations.append(
            Violation("body", (), "content", expected, media_types.media_type(content_type) or "no type", pointer)
        )
        return request.body
    media = documented.content[name]
    return _typed_body(request.content, content_type or "", media, violations)


def _typed_body(raw: bytes, content_type: str, media: MediaType, violations: list[Violation]) -> Any:
    """The body as JSON where its media type has such a form, checked; text or bytes elsewhere."""
    kind = kind_of(content_type)
    try:
        if kind == "json":
            body = json.loads(raw)
        elif kind == "form" and media.schema is not None:
            body = read_form(raw.decode("utf-8", "replace"), media, media.schema)
        elif kind == "multipart" and media.schema is not None:
            return _multipart(raw, content_type, media, media.schema, violations)
        elif kind == "lines":
            mark = b"\x1e" if media_types.is_json_sequence(content_type) else b"\n"
            body = [json.loads(text) for text in raw.split(mark) if text.strip()]
        else:
            return raw
    except (ValueError, RecursionError):
        violations.append(Violation("body", (), "json", "JSON", "something else", media.pointer))
        return raw
    if kind == "lines":
        violations += item_violations(body, media)
    elif media.schema is not None:
        violations += media.schema.request.violations(body, "body")
    return body


def _multipart(raw: bytes, content_type: str, media: MediaType, schema: Schema, violations: list[Violation]) -> Any:
    """The fields of a multipart body, files among them as bytes; judged with ``""`` in the place of each file."""
    try:
        parts = read_multipart(raw, content_type)
    except ValueError as error:
        violations.append(Violation("body", (), "content", f"multipart; it {error}", "", media.pointer))
        return raw
    body: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for part in parts:
        field = schema.fields.get(part.name)
        many = field is not None and "array" in field.described_types
        types = (
            (field.items.described_types if many and field.items else field.described_types)
            if field is not None
            else ("string",)
        )
        text = part.content.decode("utf-8", "replace")
        value = text if part.filename is None else part.content
        if part.filename is None and (media_types.is_json(part.content_type) or "string" not in types):
            try:
                value = json.loads(text)
            except ValueError:
                value = text
        plain_value = "" if part.filename is not None else value
        if many:
            body.setdefault(part.name, []).append(value)
            plain.setdefault(part.name, []).append(plain_value)
        else:
            body[part.name], plain[part.name] = value, plain_value
    violations += [
        v for v in schema.request.violations(plain, "body") if v.rule not in {"minLength", "format", "pattern"}
    ]
    return body
