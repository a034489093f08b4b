"""(operation, arguments) to a Request, the arguments checked before anything is written.

Python values become JSON first, then they are validated, then they are written: what was validated is what is sent.
Whatever is wrong is reported at once, in one error.

Imported in functions: ``parameter_styles``, once a parameter is written; a signature does without.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from ..errors import BadArguments, InvalidRequest, Violation, listed, near_names
from ..http import media_types
from ..http.json import dumps
from ..http.messages import Headers, Request
from ..schema.values import to_json
from ..schema.violation_words import one_of, type_words
from .body_encoder import BodyEncoder, is_octets
from .operation import BODY_KEYWORDS, OWN_KEYWORDS, accepted_types, content_types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..http.uploads import Upload
    from .body_encoder import Field
    from .operation import MediaType, Operation, Parameter

    Hint = Callable[[str, Sequence[str]], str]
    LetThrough = Callable[[Operation, Sequence[Violation]], None]

__all__ = ["Encoder"]

_ABSENT: Any = object()
_UNSAFE_SEGMENT = re.compile(r"[/\\]")
#: rules whose breach cannot be sent, whatever the document says: no JSON form, no written form, another path
_UNSENDABLE = frozenset({"json", "style", "path", "content"})


class _Findings:
    """What is wrong with the arguments of one call, as it is found."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.unknown: list[str] = []
        self.others: list[str] = []  # sentences: too many, given twice, body= beside its fields
        self.violations: list[Violation] = []

    @property
    def bind(self) -> bool:
        """Do the arguments fit the signature?"""
        return not (self.missing or self.unknown or self.others)


class Encoder:
    """One operation's arguments to a Request; what does not change per call is prepared once.

    Args:
        operation: the operation.
        hint: (unknown argument, valid ones) to what else to say of it; nothing by default.
        one_or_several: query parameters that take one text alone or in a list, whichever of them the document has.

    Attributes:
        operation: the operation.
        fields: the body fields that are keywords of the callable.
        accepts: the media types that ``accept=`` chooses from, the default first.
        content_types: those that ``content_type=`` chooses from for the body, the default first.
        media: the media type that the body is sent in by default, None without a body.
        body_keyword: the keyword of the whole body: ``body``, or ``body_`` where a parameter has that name.
    """

    def __init__(
        self, operation: Operation, hint: Hint | None = None, one_or_several: frozenset[str] = frozenset()
    ) -> None:
        self.operation = operation
        self.path_parameters = [p for p in operation.parameters if p.location == "path"]
        self.other_parameters = [p for p in operation.parameters if p.location != "path"]
        self.accepts = accepted_types(operation)
        self.content_types = content_types(operation)
        self._hint = hint
        self._by_keyword = {p.keyword: p for p in operation.parameters}
        self.body_keyword = next(n for n in BODY_KEYWORDS if n not in self._by_keyword)
        self._one_or_several = one_or_several & self._by_keyword.keys()
        self._item = next((p for p in self.path_parameters if operation.path.endswith(f"{{{p.name}}}")), None)
        self._bodies: dict[str, BodyEncoder] = {}
        self._body = self._body_encoder(self.content_types[0]) if self.content_types else None
        path, _, fixed = operation.path.partition("#")[0].partition("?")
        self._segments = re.split(r"\{([^{}]+)\}", path if path.startswith("/") else f"/{path}")
        self._fixed_query = fixed
        self._headers = Headers({"Accept": self.accepts[0]})

    @cached_property
    def _secrets(self) -> list[str]:
        """Names that the document itself calls secret; a signature does without them."""
        named = [(p.name, p.schema) for p in self.other_parameters] + [(f.name, f.schema) for f in self.fields]
        return [name for name, schema in named if schema is not None and schema.is_secret]

    @property
    def media(self) -> MediaType | None:
        """The media type that the body is sent in by default."""
        return self._body.media if self._body is not None else None

    @property
    def chooses_accept(self) -> bool:
        """Is ``accept=`` the choice of a media type, and not a parameter of the document?"""
        return len(self.accepts) > 1 and "accept" not in self._by_keyword

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the body in its default media type, which are keywords."""
        return self._body.fields if self._body is not None else ()

    @property
    def keywords(self) -> tuple[str, ...]:
        """Every name that the callable takes."""
        return self._keywords(self._body)

    def _keywords(self, body: BodyEncoder | None) -> tuple[str, ...]:
        names = [p.keyword for p in self.operation.parameters] + [f.keyword for f in (body.fields if body else ())]
        names += [self.body_keyword] if body is not None else []
        names += ["content_type"] if len(self.content_types) > 1 else []
        names += ["accept"] if len(self.accepts) > 1 else []
        return tuple(dict.fromkeys(names))

    def encode(
        self,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        base: str,
        *,
        stream: bool = False,
        let_through: LetThrough | None = None,
    ) -> Request:
        """The request of one call.

        Args:
            args: path arguments, in the order of the path.
            kwargs: everything else by keyword.
            base: the server's URL, before the operation's path.
            stream: whether the answer is wanted in chunks.
            let_through: is told of arguments that break the document instead of raising; what cannot be sent raises
                all the same.

        Raises:
            BadArguments: a required argument is missing, one is unknown or given twice.
            InvalidRequest: a value breaks the document.
        """
        arguments, findings = dict(kwargs), _Findings()
        body = self._chosen_body(arguments, findings)
        self._bind(args, arguments, body, findings, strict=let_through is None)
        accept = arguments.pop("accept", None) if "accept" not in self._by_keyword else None
        path = self._path(arguments, findings.violations)
        query, extra = self._others(arguments, findings.violations)
        value = self._body_value(body, arguments, findings, strict=let_through is None)
        if accept is not None:
            extra = {"Accept": self._accept(accept, findings.violations), **extra}
        self._settle(findings, body, let_through)
        headers, content = self._headers | extra if extra else self._headers, None
        if body is not None and value is not _ABSENT:
            content, content_type = self._write_body(body, value)
            headers = headers | {"Content-Type": content_type}
        url = base.rstrip("/") + path + (f"?{query}" if query else "")
        secret = tuple(name for name in self._secrets if name in kwargs or (isinstance(value, dict) and name in value))
        return Request(self.operation.method, url, headers, content, stream, secret)

    def path_arguments(self, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, object]:
        """The path arguments of a call that was encoded, by keyword."""
        names = [p.keyword for p in self.path_parameters]
        return dict(zip(names, args, strict=False)) | {name: kwargs[name] for name in names if name in kwargs}

    # --- binding ---

    def _bind(
        self,
        args: Sequence[object],
        arguments: dict[str, object],
        body: BodyEncoder | None,
        findings: _Findings,
        *,
        strict: bool,
    ) -> None:
        if len(args) > len(self.path_parameters):
            findings.others.append(
                f"{len(self.path_parameters)} positional arguments are taken, {len(args)} came; the rest go by keyword"
            )
        for parameter, value in zip(self.path_parameters, args, strict=False):
            if parameter.keyword in arguments:
                findings.others.append(f"given twice: {parameter.keyword}")
            arguments[parameter.keyword] = value
        keywords = {*self._keywords(body)}
        if arguments.get("accept") in self.accepts:
            keywords.add("accept")
        findings.unknown += [name for name in arguments if name not in keywords]
        missing = [p for p in self.operation.parameters if p.required and p.keyword not in arguments and not p.constant]
        for parameter in missing:
            if strict or parameter.location == "path":
                findings.missing.append(parameter.keyword)
            else:
                findings.violations.append(
                    Violation(
                        parameter.location,
                        (parameter.keyword,),
                        "required",
                        "missing, but required",
                        "",
                        parameter.pointer,
                    )
                )

    def _settle(self, findings: _Findings, body: BodyEncoder | None, let_through: LetThrough | None) -> None:
        """Raise what is wrong, all of it in one error; or tell of it and go on."""
        if not findings.bind:
            raise self._bad_arguments(findings, self._keywords(body))
        wrong = findings.violations
        if not wrong:
            return
        if let_through is None or any(map(_is_unsendable, wrong)):
            raise InvalidRequest(f"{self.operation.name}: nothing was sent, the arguments break the document:", wrong)
        let_through(self.operation, wrong)

    def _bad_arguments(self, findings: _Findings, valid: tuple[str, ...]) -> BadArguments:
        lines, needs_list = [], False
        if findings.missing:
            lines.append(f"missing: {', '.join(findings.missing)}")
        for name in findings.unknown:
            near = near_names(name, valid)
            needs_list |= not near
            lines.append(f"unknown: {name}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        lines += findings.others
        if needs_list:
            lines.append(f"it takes: {', '.join(valid)}" if valid else "it takes no arguments")
        hints = [self._hint(name, valid) for name in findings.unknown] if self._hint is not None else []
        text = "".join(f"\n  {line}" for line in lines) + listed(findings.violations)
        text += "".join(f"\n  {line}" for line in dict.fromkeys(filter(None, hints)))
        return BadArguments(
            f"{self.operation.name}: nothing was sent{text}",
            missing=findings.missing,
            unknown=findings.unknown,
            valid=valid,
        )

    # --- parameters ---

    def _value(self, parameter: Parameter, arguments: dict[str, object], wrong: list[Violation]) -> Any:
        """The argument as validated JSON; ``_ABSENT`` when nothing is to be sent."""
        value = arguments.get(parameter.keyword, _ABSENT)
        if value is _ABSENT:
            if parameter.required and parameter.constant and parameter.schema is not None:
                return parameter.schema.enum[0]
            return _ABSENT
        if parameter.keyword in self._one_or_several:
            value = _as_documented(parameter, value)
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
        if len(wrong) > before:
            return _ABSENT
        if schema is not None:
            wrong += schema.request.violations(value, location, path)
        return value

    def _write(self, parameter: Parameter, value: object, wrong: list[Violation]) -> Any:
        if parameter.media_type is not None:
            text = dumps(value) if media_types.is_json(parameter.media_type) else str(value)
            return _as_content(parameter, text)
        from .parameter_styles import write

        try:
            return write(
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

    def _path(self, arguments: dict[str, object], wrong: list[Violation]) -> str:
        texts: dict[str, str] = {}
        for parameter in self.path_parameters:
            before = len(wrong)
            value = self._value(parameter, arguments, wrong)
            if value is _ABSENT:
                continue
            text = self._write(parameter, value, wrong)
            if not text and len(wrong) == before:
                self._refuse(parameter, "text that is not empty", type_words(value), wrong)
            texts[parameter.name] = text
        path = "".join(texts.get(part, "") if i % 2 else part for i, part in enumerate(self._segments))
        if texts and any(part in {".", ".."} for part in _UNSAFE_SEGMENT.split(unquote(path))):
            for parameter in self.path_parameters:
                plain = unquote(texts.get(parameter.name, ""))
                if any(part in {".", "..", ""} for part in _UNSAFE_SEGMENT.split(plain)) or "." in plain:
                    self._refuse(parameter, "a value that makes no '.' or '..' segment in the path", "", wrong)
        return path

    def _refuse(self, parameter: Parameter, expected: str, actual: str, wrong: list[Violation]) -> None:
        wrong.append(Violation("path", (parameter.keyword,), "path", expected, actual, parameter.pointer))

    def _others(self, arguments: dict[str, object], wrong: list[Violation]) -> tuple[str, dict[str, str]]:
        """The query string, and the headers that parameters make."""
        query: list[str] = [self._fixed_query] if self._fixed_query else []
        headers: dict[str, str] = {}
        cookies: list[str] = []
        for parameter in self.other_parameters:
            if parameter.keyword not in arguments and not (parameter.required and parameter.constant):
                continue
            value = self._value(parameter, arguments, wrong)
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

    def _accept(self, accept: object, wrong: list[Violation]) -> str:
        if accept not in self.accepts:
            expected, pointer = one_of(self.accepts), f"{self.operation.pointer}/responses"
            wrong.append(Violation("header", ("accept",), "enum", expected, type_words(accept), pointer))
        return str(accept)

    # --- body ---

    def _body_encoder(self, name: str) -> BodyEncoder:
        encoder = self._bodies.get(name)
        if encoder is None:
            request_body = self.operation.request_body
            assert request_body is not None  # noqa: S101 - there is no content type without one
            encoder = self._bodies[name] = BodyEncoder(
                request_body.content[name],
                {*self._by_keyword, *OWN_KEYWORDS, self.body_keyword},
                self.path_parameters,
                self._item,
            )
        return encoder

    def _chosen_body(self, arguments: dict[str, object], findings: _Findings) -> BodyEncoder | None:
        """The body in the media type that ``content_type=`` names; octets go in one that takes octets."""
        if not self.content_types:
            return None
        if "content_type" in self._by_keyword or "content_type" not in arguments:
            names = self.content_types
            if is_octets(arguments.get(self.body_keyword)) and len(names) > 1:
                return next((e for e in map(self._body_encoder, names) if e.takes_octets), self._body)
            return self._body
        return self._named_body(arguments, findings)

    def _named_body(self, arguments: dict[str, object], findings: _Findings) -> BodyEncoder | None:
        """The body in the media type that is named, or a violation that lists the documented ones."""
        name = arguments["content_type"]
        wide = next((n for n in self.content_types if "*" in n and isinstance(name, str)), None)
        if name not in self.content_types and len(self.content_types) == 1 and wide is None:
            return self._body  # there is no choice, so it is an unknown argument
        del arguments["content_type"]
        if isinstance(name, str) and name in self.content_types:
            return self._body_encoder(name)
        if isinstance(name, str) and wide is not None and media_types.match_media(name, [wide]):
            return self._body_encoder(wide).written_as(name)
        expected, pointer = one_of(self.content_types), f"{self.operation.pointer}/requestBody"
        findings.violations.append(
            Violation("header", ("content_type",), "content", expected, type_words(name), pointer)
        )
        return self._body

    def _body_value(
        self, body: BodyEncoder | None, arguments: dict[str, object], findings: _Findings, *, strict: bool
    ) -> Any:
        """The body as validated JSON, octets or a file; ``_ABSENT`` when there is none to send."""
        documented = self.operation.request_body
        if body is None or documented is None:
            return _ABSENT
        by_keyword = {field.name: arguments[field.keyword] for field in body.fields if field.keyword in arguments}
        if self.body_keyword in arguments:
            if by_keyword:
                names = ", ".join(by_keyword)
                findings.others.append(f"{self.body_keyword}= is the whole body; leave out {names} or put it there")
            value = arguments[self.body_keyword]
        elif by_keyword or documented.required:
            if not body.writes_objects and not by_keyword:
                findings.missing.append(self.body_keyword)
                return _ABSENT
            if strict:
                findings.missing += [f.keyword for f in body.fields if f.required and f.keyword not in arguments]
            value = by_keyword
        else:
            return _ABSENT
        return body.check(value, arguments, findings.violations, skip_required=not findings.bind)

    def _write_body(self, body: BodyEncoder, value: object) -> tuple[bytes | Upload, str]:
        try:
            return body.write(value)
        except ValueError as error:  # a value that its style cannot write
            raise InvalidRequest(f"{self.operation.name}: nothing was sent, the body {error}") from None


def _as_documented(parameter: Parameter, value: object) -> object:
    """One text alone, or in a list, as the parameter's schema wants it."""
    types = parameter.schema.described_types if parameter.schema is not None else ()
    if isinstance(value, str) and "array" in types and "string" not in types:
        return [value]
    if isinstance(value, (list, tuple)) and len(value) == 1 and "array" not in types:
        return value[0]
    return value


def _is_unsendable(violation: Violation) -> bool:
    return violation.rule in _UNSENDABLE or (violation.location == "path" and violation.rule == "null")


def _as_content(parameter: Parameter, text: str) -> Any:
    """A parameter with ``content`` (OpenAPI 3.1 §4.8.12.3): the serialized text, percent-encoded where URLs need it."""
    if parameter.location == "header":
        return text
    quoted = quote(text, safe="")
    return quoted if parameter.location == "path" else [(quote(parameter.name, safe=""), quoted)]
