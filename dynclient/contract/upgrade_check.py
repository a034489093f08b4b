"""What of recorded traffic would break on another release, found exchange by exchange.

The request is read as a request of the other release; what is wrong there and was not wrong before breaks. Of the
answer, every recorded field is looked up in the other release's answer: what is gone there, your code received.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ..http import media_types
from ..openapi import request_decoder
from ..schema.violation_words import type_words
from .document_diff import Renames, diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..errors import Violation
    from ..openapi.operation import DocumentedResponse, Operation, Parameter
    from ..openapi.request_decoder import DecodedRequest
    from ..openapi.spec import Spec
    from ..schema.schema import Schema
    from .exchanges import RecordedExchange

__all__ = ["Break", "UpgradeCheck"]

_WORDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


class Break(NamedTuple):
    """One thing that would break.

    Attributes:
        where: ``query limit``, ``body conf``, ``response dags[].is_active``, ``operation``.
        rule: a kind of change, or the rule of the other document that refuses.
        message: one sentence without any recorded value.
        pointer: the place in the other document; in this one for what is gone there.
    """

    where: str
    rule: str
    message: str
    pointer: str


class UpgradeCheck:
    """Recorded exchanges of one spec, held against another.

    Args:
        old: the spec that the traffic belongs to.
        new: the spec of the other release.
        renames: what goes by another name, in either direction.
    """

    def __init__(self, old: Spec, new: Spec, renames: Mapping[str, Any] | None = None) -> None:
        self.old = old
        self.new = new
        self.table = Renames(**renames) if renames else Renames()
        self._counterparts: dict[str, tuple[str | None, tuple[Break, ...]]] = {}

    def breaks(self, request: DecodedRequest, exchange: RecordedExchange, data: object) -> Iterator[Break]:
        """What would break of one exchange.

        Args:
            request: its request, decoded by this spec.
            exchange: as it was recorded.
            data: the response's JSON; None where there is none or where it was an error.
        """
        if request.operation.id not in self._counterparts:
            self._counterparts[request.operation.id] = self._counterpart(request.operation)
        name, breaks = self._counterparts[request.operation.id]
        yield from breaks
        if name is None:
            return
        operation = self.new.operations[name]
        yield from dict.fromkeys(self._request(request, exchange, operation))
        if 200 <= exchange.response.status < 400 and exchange.whole:
            yield from dict.fromkeys(self._response(request.operation, exchange, data, operation))

    # --- operations ---

    def _counterpart(self, operation: Operation) -> tuple[str | None, tuple[Break, ...]]:
        """The operation's id in the other spec, and what breaks whatever is asked of it."""
        changes = diff(self.old, self.new, renames=self.table, used=[operation.id])
        changes_by_kind = {
            change.kind: change for change in changes if change.operation == operation.id and not change.where
        }
        gone = changes_by_kind.get("operation-removed")
        if gone is not None:
            hint = self.table.hint("operations", operation.id)
            return None, (Break("operation", "operation-removed", f"gone{hint}", operation.pointer),)
        renamed = changes_by_kind.get("operation-renamed")
        name = renamed.now[0] if renamed is not None else operation.id
        if name not in self.new.operations:
            return None, (Break("operation", "operation-removed", "gone", operation.pointer),)
        pointer = self.new.operations[name].pointer
        breaks = [] if renamed is None else [Break("operation", renamed.kind, f"called {name} now", pointer)]
        moved = changes_by_kind.get("operation-moved")
        if moved is not None:
            at = f"{self.new.operations[name].method} {self.new.operations[name].path}"
            breaks.append(Break("operation", moved.kind, f"at {at} now", pointer))
        return name, tuple(breaks)

    # --- requests ---

    def _request(self, request: DecodedRequest, exchange: RecordedExchange, operation: Operation) -> Iterator[Break]:
        """What the other release would refuse of the request, or not notice."""
        decoded = request_decoder.decode(exchange.request, operation, self._path_arguments(request, operation))
        before = {(v.location, v.path, v.rule) for v in request.violations}
        for violation in decoded.violations:
            if (violation.location, violation.path, violation.rule) not in before:
                yield self._refused(violation, request.operation, operation)
        arguments = {
            p.name: request.arguments[p.keyword] for p in request.operation.parameters if p.keyword in request.arguments
        }
        for parameter in operation.parameters:
            old = request.operation.parameter(parameter.name, parameter.location)
            if (
                old is not None
                and parameter.name in arguments
                and _written_otherwise(old, parameter, arguments[parameter.name])
            ):
                form = "one parameter for each item" if parameter.explode else "one parameter with commas"
                where = f"{parameter.location} {parameter.name}"
                yield Break(where, "style", f"several items are written as {form} now", parameter.pointer)
        mine, theirs = _body_schema(request.operation, exchange), _body_schema(operation, exchange)
        if isinstance(decoded.body, (dict, list)) and mine is not None and theirs is not None:
            refused = {(v.path, v.rule) for v in decoded.violations}
            for path, old_schema, instead in self._gone(decoded.body, mine, theirs, ()):
                if instead is not None and (path, "additionalProperties") not in refused:
                    message = "not a field any more, it is not noticed" + self._hint("fields", path, instead)
                    yield Break(f"body {_path_words(path)}", "request-property-removed", message, old_schema.pointer)

    def _path_arguments(self, request: DecodedRequest, operation: Operation) -> dict[str, str]:
        """The recorded path arguments under the other release's names: the same one, a renamed one, by position."""
        old = [p for p in request.operation.parameters if p.location == "path"]
        new = [p for p in operation.parameters if p.location == "path"]
        texts = {p.name: _path_text(request.arguments.get(p.keyword, "")) for p in old}
        arguments: dict[str, str] = {}
        for number, parameter in enumerate(new):
            other = next((name for name in texts if parameter.name in self._renamed("parameters", name)), None)
            if parameter.constant and parameter.schema is not None:
                arguments[parameter.name] = str(parameter.schema.enum[0])
            elif parameter.name in texts:
                arguments[parameter.name] = texts[parameter.name]
            elif other is not None:
                arguments[parameter.name] = texts[other]
            elif len(old) == len(new):
                arguments[parameter.name] = texts[old[number].name]
        return arguments

    def _renamed(self, kind: str, name: str) -> tuple[str, ...]:
        """What a parameter or field may be called in the other release."""
        table: Mapping[str, str] = getattr(self.table, kind)
        return tuple(new for old, new in table.items() if old == name) + tuple(o for o, n in table.items() if n == name)

    def _refused(self, violation: Violation, old: Operation, operation: Operation) -> Break:
        where = f"{violation.location} {_path_words(violation.path)}".rstrip()
        message, rule = violation.sentence, violation.rule
        if violation.location == "query" and rule == "unknown":
            name = str(violation.path[0])
            now = [p.name for p in operation.parameters if p.name in self._renamed("parameters", name)]
            message = f"gone, called {now[0]} now" if now else f"gone{self.table.hint('parameters', name)}"
            if name in self.table.other_values and now:
                message += ", which takes another value"
            rule = "parameter-removed" if old.parameter(name, "query") is not None else rule
        elif violation.location == "body" and rule == "additionalProperties":
            fields = _union_fields(_body_schema(operation, None)) if len(violation.path) == 1 else {}
            now = [name for name in self._renamed("fields", str(violation.path[-1])) if name in fields]
            message, rule = (
                f"gone{self._hint('fields', violation.path, now[0] if now else '')}",
                "request-property-removed",
            )
        elif rule == "required":
            message = "must be given there, and is not"
        elif rule == "enum":
            message = f"the value is gone; {violation.expected} is wanted"
        return Break(where, rule, message, violation.pointer)

    def _hint(self, kind: str, path: tuple[object, ...], instead: str) -> str:
        return f", called {instead} now" if instead else self.table.hint(kind, str(path[-1]) if path else "")

    # --- answers ---

    def _response(
        self, old: Operation, exchange: RecordedExchange, data: object, operation: Operation
    ) -> Iterator[Break]:
        """What the recorded answer had that the other release's has not."""
        status, content_type = exchange.response.status, exchange.response.headers.get("content-type")
        mine, theirs = old.response_for(status), operation.response_for(status)
        if theirs is None:
            theirs = operation.success
            names = ", ".join(name for name in operation.responses if name.startswith(("2", "3"))) or "none"
            yield Break(
                "response", "success-status-changed", f"{status} came, {names} is documented there", operation.pointer
            )
        left, right = _media(mine, content_type), _media(theirs, content_type)
        if theirs is not None and theirs.content and right is None and left is not None and exchange.response.body:
            names = ", ".join(theirs.content)
            message = f"{media_types.media_type(content_type)} came, {names} is documented there"
            yield Break("response", "response-media-type-removed", message, theirs.pointer)
        schemas = (_schema_of(mine, left), _schema_of(theirs, right))
        if not isinstance(data, (dict, list)) or schemas[0] is None or schemas[1] is None:
            return
        for path, schema, instead in self._gone(data, schemas[0], schemas[1], ()):
            where = f"response {_path_words(path)}".rstrip()
            if instead is None:
                message = f"{schema.words} there, {_words_at(data, path)} came"
                yield Break(where, "response-property-type-changed", message, schema.pointer)
            else:
                message = f"gone, it was {schema.words}" + self._hint("fields", path, instead)
                yield Break(where, "response-property-removed", message, schema.pointer)

    # --- fields ---

    def _gone(
        self, data: object, old: Schema, new: Schema, path: tuple[object, ...]
    ) -> Iterator[tuple[tuple[object, ...], Schema, str | None]]:
        """The recorded fields that the new schema does not have: path, old schema, what it is called now or ``""``.

        A value of a type that the new schema does not allow comes with the new schema and None.
        """
        types = new.types
        if types and not _fits(data, types) and (not old.types or _fits(data, old.types)):
            yield path, new, None
            return
        if isinstance(data, list):
            left, right = old.items, new.items
            for number, item in enumerate(data if left is not None and right is not None else ()):
                yield from self._gone(item, left, right, (*path, number))  # type: ignore[arg-type] # both are there
        if not isinstance(data, dict):
            return
        mine, theirs, others = _union_fields(old), _union_fields(new), _others(new)
        for name, value in data.items():
            before = mine.get(name)
            if before is None:
                continue
            if name in theirs:
                yield from self._gone(value, before, theirs[name], (*path, name))
            elif others is not None:
                yield from self._gone(value, before, others, (*path, name))
            elif theirs:
                instead = next((other for other in self._renamed("fields", name) if other in theirs), "")
                yield (*path, name), before, instead


def _union_fields(schema: Schema | None) -> dict[str, Schema]:
    """The properties of any branch."""
    fields: dict[str, Schema] = {}
    for part in schema.alternatives if schema is not None else ():
        for name in part.keywords.get("properties", ()):
            fields.setdefault(name, part.child("properties", name))
    return fields


def _others(schema: Schema) -> Schema | None:
    """The schema of fields without a name, where there is one."""
    parts = (p for p in schema.alternatives if isinstance(p.keywords.get("additionalProperties"), dict))
    return next((part.child("additionalProperties") for part in parts), None)


def _fits(value: object, types: tuple[str, ...]) -> bool:
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, (int, float)):
        return "number" in types or ("integer" in types and value == int(value))
    return value is None or any(isinstance(value, _WORDS[name]) for name in types if name in _WORDS)


def _words_at(data: Any, path: tuple[object, ...]) -> str:
    for step in path:
        data = data[step]
    return type_words(data)


def _path_words(path: tuple[object, ...]) -> str:
    """A path with ``[]`` for every index: what is so for one item is so for all."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _path_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _written_otherwise(old: Parameter, new: Parameter, value: object) -> bool:
    several = isinstance(value, list) and len(value) > 1
    return several and (old.style, old.explode) != (new.style, new.explode)


def _body_schema(operation: Operation, exchange: RecordedExchange | None) -> Schema | None:
    """The schema of a request's body, for the recorded media type or the first one."""
    content = operation.request_body.content if operation.request_body is not None else {}
    content_type = exchange.request.headers.get("content-type") if exchange is not None else None
    name = media_types.match_media(content_type, content) or next(iter(content), None)
    return content[name].schema if name is not None else None


def _media(documented: DocumentedResponse | None, content_type: str | None) -> str | None:
    return media_types.match_media(content_type, documented.content) if documented is not None else None


def _schema_of(documented: DocumentedResponse | None, media: str | None) -> Schema | None:
    return documented.content[media].schema if documented is not None and media is not None else None
