"""(operation, arguments) to a Request, the arguments checked before anything is written.

Python values become JSON first, then they are validated, then they are written: what was validated is what is sent.
Whatever is wrong is reported at once, in one error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from ..errors import BadArguments, InvalidRequest, Violation, listed, near_names
from ..http import media_types
from ..http.json import dumps
from ..http.messages import Headers, Request
from ..schema.explain import one_of, type_words
from ..schema.values import to_json
from . import parameter_styles as styles
from .forms import is_file, write_form, write_multipart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..schema.schema import Schema
    from .operation import MediaType, Operation, Parameter

__all__ = ["Encoder", "Field"]

_ABSENT: Any = object()
_UNSAFE_SEGMENT = re.compile(r"[/\\]")
_FORM = "application/x-www-form-urlencoded"


class Field(NamedTuple):
    """A field of the body that can be given as a keyword."""

    keyword: str
    name: str
    schema: Schema
    required: bool


class Encoder:
    """One operation's way from arguments to a Request; what does not change per call is prepared once.

    Attributes:
        operation: the operation.
        fields: the body fields that are keywords of the callable.
        accepts: the media types that ``accept=`` chooses from, the default first.
        media: the media type the body is sent in, None without a body.
    """

    def __init__(self, operation: Operation, identifier: Any) -> None:
        self.operation = operation
        self.path_parameters = [p for p in operation.parameters if p.location == "path"]
        self.other_parameters = [p for p in operation.parameters if p.location != "path"]
        self.accepts = _accepts(operation)
        self.media: MediaType | None = _body_media(operation)
        self.fields, self._filled = self._body_fields(identifier)
        self._by_keyword = {p.keyword: p for p in operation.parameters}
        self._fields_by_keyword = {field.keyword: field for field in self.fields}
        self._segments = re.split(r"\{([^{}]+)\}", operation.path)
        headers = {"Accept": self.accepts[0]}
        if self.media is not None and not self.media.name.startswith("multipart/"):
            headers["Content-Type"] = _concrete(self.media.name)
        self._headers = Headers(headers)
        self._bodiless = Headers({"Accept": self.accepts[0]})

    def _body_fields(self, identifier: Any) -> tuple[tuple[Field, ...], tuple[str, ...]]:
        """The keyword fields, and the body fields that a path argument of the same name fills."""
        schema = self.media.schema if self.media is not None else None
        if schema is None:
            return (), ()
        reserved = {p.keyword for p in self.operation.parameters} | {"body", "accept"}
        required = schema.required
        fields, filled = [], []
        in_path = {p.name for p in self.path_parameters}
        for name, field in schema.fields.items():
            if field.read_only:
                continue
            if name in in_path and name in required:
                filled.append(name)
            keyword = identifier(name)
            if keyword not in reserved:
                fields.append(Field(keyword, name, field, name in required and name not in filled))
        return tuple(fields), tuple(filled)

    @property
    def keywords(self) -> tuple[str, ...]:
        """Every name that the callable takes."""
        names = [p.keyword for p in self.operation.parameters] + [field.keyword for field in self.fields]
        names += ["body"] if self.operation.request_body is not None else []
        return (*names, "accept") if len(self.accepts) > 1 and "accept" not in names else tuple(names)

    def encode(self, args: Sequence[Any], kwargs: Mapping[str, Any], base: str, *, stream: bool = False) -> Request:
        """The request of one call.

        Args:
            args: path arguments, in the order of the path.
            kwargs: everything else by keyword.
            base: the server's URL, before the operation's path.
            stream: whether the answer is wanted in chunks.

        Raises:
            BadArguments: a required argument is missing, one is unknown or given twice.
            InvalidRequest: a value breaks the document.
        """
        given = dict(kwargs)
        problems = self._bind(args, given)
        wrong: list[Violation] = []
        accept = given.pop("accept", None) if "accept" not in self._by_keyword else None
        headers = self._headers
        path = self._path(given, wrong)
        query, extra = self._others(given, wrong)
        body, sent = self._body(given, wrong, problems)
        if not sent:
            headers = self._bodiless
        if accept is not None:
            headers = headers | {"Accept": self._accept(accept, wrong)}
        if problems:
            raise self._bad_arguments(problems, wrong)
        if wrong:
            raise InvalidRequest(f"{self.operation.name}: nothing was sent, the arguments break the document:", wrong)
        if extra:
            headers = headers | extra
        content: bytes | None = None
        if sent:
            try:
                content, content_type = self._write_body(body)
            except ValueError as error:  # a value that its style cannot write
                raise InvalidRequest(f"{self.operation.name}: nothing was sent, the body {error}") from None
            if content_type:
                headers = headers | {"Content-Type": content_type}
        url = base.rstrip("/") + path + (f"?{query}" if query else "")
        return Request(self.operation.method, url, headers, content, stream)

    def path_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The path arguments of a call that was encoded, by keyword."""
        names = [p.keyword for p in self.path_parameters]
        return dict(zip(names, args, strict=False)) | {name: kwargs[name] for name in names if name in kwargs}

    # --- binding ---

    def _bind(self, args: Sequence[Any], given: dict[str, Any]) -> dict[str, list[str]]:
        problems: dict[str, list[str]] = {}
        if len(args) > len(self.path_parameters):
            problems["surplus"] = [
                f"{len(self.path_parameters)} positional arguments are taken, {len(args)} came; the rest go by keyword"
            ]
        for parameter, value in zip(self.path_parameters, args, strict=False):
            if parameter.keyword in given:
                problems.setdefault("twice", []).append(parameter.keyword)
            given[parameter.keyword] = value
        known = self._by_keyword.keys() | self._fields_by_keyword.keys()
        for name, value in given.items():
            if name in known:
                continue
            if name == "body" and self.operation.request_body is not None:
                continue
            if name == "accept" and (len(self.accepts) > 1 or value in self.accepts):
                continue
            problems.setdefault("unknown", []).append(name)
        missing = [p.keyword for p in self.operation.parameters if p.required and p.keyword not in given]
        missing = [name for name in missing if not self._by_keyword[name].constant]
        if missing:
            problems["missing"] = missing
        return problems

    def _bad_arguments(self, problems: Mapping[str, list[str]], wrong: Sequence[Violation]) -> BadArguments:
        valid = self.keywords
        lines = []
        if "missing" in problems:
            lines.append(f"missing: {', '.join(problems['missing'])}")
        for name in problems.get("unknown", ()):
            near = near_names(name, valid)
            lines.append(f"unknown: {name}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        lines += [f"given twice: {name}" for name in problems.get("twice", ())]
        lines += problems.get("surplus", [])
        lines += problems.get("mixed", [])
        if "unknown" in problems and not any(near_names(n, valid) for n in problems["unknown"]):
            lines.append(f"it takes: {', '.join(valid)}" if valid else "it takes no arguments")
        message = f"{self.operation.name}: nothing was sent\n  " + "\n  ".join(lines) + listed(wrong)
        return BadArguments(
            message, missing=problems.get("missing", ()), unknown=problems.get("unknown", ()), valid=valid
        )

    # --- parameters ---

    def _value(self, parameter: Parameter, given: dict[str, Any], wrong: list[Violation]) -> Any:
        """The argument as validated JSON; ``_ABSENT`` when nothing is to be sent or it was wrong."""
        value = given.get(parameter.keyword, _ABSENT)
        if value is _ABSENT:
            if parameter.required and parameter.constant and parameter.schema is not None:
                return parameter.schema.enum[0]
            return _ABSENT
        schema, location, path = parameter.schema, parameter.location, (parameter.keyword,)
        pointer = schema.pointer if schema is not None else parameter.pointer
        if value is None and parameter.media_type is None:
            allowed = location != "path" and not parameter.required and (schema is None or schema.nullable)
            if not allowed:
                expected = schema.words.removesuffix(" | None") if schema is not None else "a value"
                wrong.append(Violation(location, path, "null", expected, "null", pointer))
            return _ABSENT
        before = len(wrong)
        value = to_json(value, location, path, wrong)
        if schema is not None and len(wrong) == before:
            wrong += schema.request.violations(value, location, path)
        return value if len(wrong) == before else _ABSENT

    def _write(self, parameter: Parameter, value: Any, wrong: list[Violation]) -> Any:
        if parameter.media_type is not None:
            text = dumps(value) if media_types.is_json(parameter.media_type) else str(value)
            return _as_content(parameter, text)
        try:
            return styles.write(
                parameter.name,
                value,
                location=parameter.location,
                style=parameter.style,
                explode=parameter.explode,
                allow_reserved=parameter.allow_reserved,
            )
        except ValueError as error:
            wrong.append(
                Violation(parameter.location, (parameter.keyword,), "style", str(error), "", parameter.pointer, value)
            )
            return ""

    def _path(self, given: dict[str, Any], wrong: list[Violation]) -> str:
        written: dict[str, str] = {}
        for parameter in self.path_parameters:
            value = self._value(parameter, given, wrong)
            if value is _ABSENT:
                continue
            text = self._write(parameter, value, wrong)
            if not text:
                self._refuse(parameter, "text that is not empty", type_words(value), wrong)
            written[parameter.name] = text
        path = "".join(written.get(part, "") if i % 2 else part for i, part in enumerate(self._segments))
        if written and any(part in {".", ".."} for part in _UNSAFE_SEGMENT.split(unquote(path))):
            for parameter in self.path_parameters:
                plain = unquote(written.get(parameter.name, ""))
                if any(part in {".", "..", ""} for part in _UNSAFE_SEGMENT.split(plain)) or "." in plain:
                    self._refuse(parameter, "a value that makes no '.' or '..' segment in the path", "", wrong)
        return path

    def _refuse(self, parameter: Parameter, expected: str, got: str, wrong: list[Violation]) -> None:
        wrong.append(Violation("path", (parameter.keyword,), "path", expected, got, parameter.pointer))

    def _others(self, given: dict[str, Any], wrong: list[Violation]) -> tuple[str, dict[str, str]]:
        """The query string, and the headers that parameters make."""
        query: list[str] = []
        headers: dict[str, str] = {}
        cookies: list[str] = []
        for parameter in self.other_parameters:
            if parameter.keyword not in given and not (parameter.required and parameter.constant):
                continue
            value = self._value(parameter, given, wrong)
            if value is _ABSENT:
                continue
            text = self._write(parameter, value, wrong)
            if parameter.location == "header":
                headers[parameter.name] = text
            else:
                pairs = [f"{name}={item}" for name, item in text]
                (query if parameter.location == "query" else cookies).extend(pairs)
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        return "&".join(query), headers

    def _accept(self, accept: Any, wrong: list[Violation]) -> str:
        if accept not in self.accepts:
            expected, pointer = one_of(self.accepts), f"{self.operation.pointer}/responses"
            wrong.append(Violation("header", ("accept",), "enum", expected, type_words(accept), pointer))
        return str(accept)

    # --- body ---

    def _body(self, given: dict[str, Any], wrong: list[Violation], problems: dict[str, list[str]]) -> tuple[Any, bool]:
        """(the body as validated JSON, is there one to send?)."""
        body = self.operation.request_body
        if body is None:
            return None, False
        by_keyword = {field.name: given[field.keyword] for field in self.fields if field.keyword in given}
        if "body" in given:
            if by_keyword:
                names = ", ".join(by_keyword)
                problems.setdefault("mixed", []).append(f"body= is the whole body; leave out {names} or put it there")
            value = given["body"]
        elif by_keyword or body.required:
            missing = [f.keyword for f in self.fields if f.required and f.keyword not in given]
            if missing:
                problems["missing"] = [*problems.get("missing", []), *missing]
            value = by_keyword
        else:
            return None, False
        return self._checked_body(value, given, wrong, skip_required=bool(problems)), True

    def _checked_body(self, value: Any, given: dict[str, Any], wrong: list[Violation], *, skip_required: bool) -> Any:
        media = self.media
        if isinstance(value, (bytes, bytearray)) or hasattr(value, "read"):
            return value  # octets are sent as they are
        before = len(wrong)
        parts = media is not None and media.name.startswith("multipart/")
        if parts and isinstance(value, dict):
            files = {name: item for name, item in value.items() if is_file(item)}
            plain = {name: item for name, item in value.items() if name not in files}
            checked = to_json(plain, "body", (), wrong) | dict.fromkeys(files, "")
        else:
            files = {}
            checked = to_json(value, "body", (), wrong)
        if isinstance(checked, dict):
            self._fill(checked, given, wrong)
        if media is not None and media.schema is not None and len(wrong) == before:
            found = media.schema.request.violations(checked, "body")
            wrong += [v for v in found if not (skip_required and v.rule == "required" and len(v.path) == 1)]
        return checked | files if files else checked

    def _fill(self, body: dict[str, Any], given: dict[str, Any], wrong: list[Violation]) -> None:
        """A path argument also is the required body field of the same name; two different values are an error."""
        schema = self.media.schema if self.media is not None else None
        for parameter in self.path_parameters:
            value = given.get(parameter.keyword)
            if parameter.name in body and schema is not None and parameter.name in schema.fields:
                if value is not None and body[parameter.name] != value:
                    expected = f"the same value as the path argument {parameter.keyword}"
                    wrong.append(Violation("body", (parameter.name,), "path", expected, "another one", schema.pointer))
            elif parameter.name in self._filled and value is not None:
                body[parameter.name] = value

    def _write_body(self, body: Any) -> tuple[bytes, str | None]:
        """The bytes of a checked body, and its content type where that depends on the body."""
        media = self.media
        if hasattr(body, "read"):
            body = body.read()
        if isinstance(body, (bytes, bytearray)):
            return bytes(body), None
        if media is None or media_types.is_json(media.name) or "*" in media.name:
            return dumps(body).encode(), None
        if media.name == _FORM and isinstance(body, dict):
            return write_form(body, media).encode(), None
        if media.name.startswith("multipart/") and isinstance(body, dict):
            return write_multipart(body, media)
        if media_types.is_ndjson(media.name) and isinstance(body, list):
            return "".join(dumps(item) + "\n" for item in body).encode(), None
        return (body if isinstance(body, str) else dumps(body)).encode(), None


def _accepts(operation: Operation) -> tuple[str, ...]:
    """The media types of the 2xx answers, the default first: JSON, else the first one documented."""
    names = dict.fromkeys(
        name
        for status, response in operation.responses.items()
        if status.startswith("2") or (status == "default" and not any(s.startswith("2") for s in operation.responses))
        for name in response.content
    )
    ordered = sorted(names, key=lambda name: (not media_types.is_json(name), "*" in name))
    return tuple(ordered) or ("application/json",)


def _body_media(operation: Operation) -> MediaType | None:
    """The media type to send a body in: JSON where documented, else the first."""
    content = operation.request_body.content if operation.request_body is not None else {}
    for name, media in content.items():
        if media_types.is_json(name):
            return media
    return next(iter(content.values()), None)


def _concrete(name: str) -> str:
    return "application/json" if "*" in name else name


def _as_content(parameter: Parameter, text: str) -> Any:
    """A parameter with ``content`` (OpenAPI 3.1 §4.8.12.3): the serialized text, percent-encoded where URLs need it."""
    if parameter.location == "header":
        return text
    quoted = quote(text, safe="")
    return quoted if parameter.location == "path" else [(quote(parameter.name, safe=""), quoted)]
