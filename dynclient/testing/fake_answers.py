"""What a pretended server answers: from what it holds where the path is a resource, else made up from a seed.

Bodies of errors are shaped by the document's own error schemas: RFC 7807 where they have ``title`` and ``status``, a
list of ``{"loc", "msg", "type"}`` where ``detail`` is a list, else ``{"detail": …}``.
"""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ..errors import Violation
from ..http import media_types
from ..openapi.request_decoder import NO_BODY
from ..schema import examples
from .fake_state import Missing, Taken, fit, json_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..openapi.operation import MediaType, Operation
    from ..openapi.request_decoder import Incoming
    from ..openapi.spec import Spec
    from ..schema.schema import Schema
    from .fake_state import Item, Kind, Place, State

__all__ = ["Answer", "Refused", "answer", "invalid_status", "refusal", "written"]


_PAGE = 100  # items, where the document says nothing


class Answer(NamedTuple):
    """What is answered.

    Attributes:
        status: the HTTP status code.
        data: JSON, text or bytes; ``NO_BODY`` for none.
        media: the media type; empty chooses one that is documented and asked for.
        headers: further header fields.
    """

    status: int
    data: Any = NO_BODY
    media: str = ""
    headers: Mapping[str, str] = {}


class Refused(Exception):  # noqa: N818 - it is what the server does, not a fault of this program
    """The request gets an error status."""

    def __init__(self, status: int, detail: str, violations: Iterable[Violation] = ()) -> None:
        self.status = status
        self.detail = detail
        self.violations = tuple(violations)
        super().__init__(detail)


def answer(state: State, asked: Incoming) -> Answer:
    """The answer to a request that keeps to the document.

    Raises:
        Refused: there is no such item, there is one already, or the cursor is none.
    """
    try:
        state.check_above(asked.operation.path, asked.arguments)
        return _Resource(state, asked).answer()
    except Missing as error:
        raise Refused(404, f"no {error} of this value was found") from None
    except Taken as error:
        raise Refused(409, f"there is one with this {error} already") from None


class _Resource:
    """One request to a document's resources."""

    def __init__(self, state: State, asked: Incoming) -> None:
        self.state = state
        self.asked = asked
        self.operation = asked.operation
        self.schema = json_schema(asked.operation)

    @property
    def status(self) -> int:
        success = self.operation.success
        return int(success.status) if success is not None and success.status.isdigit() else 200

    @property
    def changes(self) -> dict[str, Any]:
        """The body's fields, those of ``update_mask`` where there is one."""
        body = self.asked.body if isinstance(self.asked.body, dict) else {}
        mask = self.asked.arguments.get("update_mask")
        return {name: value for name, value in body.items() if not mask or name in mask}

    def answer(self) -> Answer:
        path, method = self.operation.path, self.operation.method
        place = self.state.place(path, self.asked.arguments)
        kind = self.state.kinds.get(path)
        if kind is not None:
            if method == "GET":
                return self.page(kind, place, self.query)
            if method == "POST" and kind.key and self.schema is not None and kind.key in self.schema.fields:
                return self.one(self.state.create(kind, place, self.changes))
            if method == "PATCH" and self.schema is not None and kind.items in self.schema.fields:
                return self.change_many(kind, place)
        if method == "POST" and path.endswith("/list"):
            listed = self.batch(place[:-1])
            if listed is not None:
                return listed
        above = list(self.state.above(path))
        if above and above[-1][1] == path:
            return self.item(above[-1][0], place)
        return self.made_up()

    # --- one item ---

    def item(self, kind: Kind, place: Place) -> Answer:
        method = self.operation.method
        if self.state.wildcard in place:
            return self.made_up()
        if method == "PUT" and place[-1] not in self.state.items(kind, place[:-1]):
            return self.one(
                self.state.create(kind, place[:-1], {**self.changes, kind.key: self.asked.arguments[kind.parameter]})
            )
        found = self.state.find(kind, place)
        if method in {"PATCH", "PUT"}:
            found = self.state.change(kind, place, self.changes)
        if method == "DELETE":
            self.state.remove(kind, place)
            return self.made_up()
        return self.one(found)

    def one(self, item: Item) -> Answer:
        """The item as this operation shows it."""
        if self.schema is None:
            return Answer(self.status, json.dumps(item))
        return Answer(self.status, self.shown(self.schema, {**self.own, **item}))

    @property
    def own(self) -> dict[str, Any]:
        """The path arguments by the parameters' names."""
        named = (
            (p.name, self.asked.arguments.get(p.keyword)) for p in self.operation.parameters if p.location == "path"
        )
        return {name: value for name, value in named if value is not None}

    # --- many ---

    @property
    def query(self) -> dict[str, Any]:
        """The query's arguments by the parameters' names."""
        given = ((p, self.asked.arguments.get(p.keyword)) for p in self.operation.parameters)
        return {p.name: value for p, value in given if p.location == "query" and value is not None}

    def page(self, kind: Kind, place: Place, wanted: Mapping[str, Any]) -> Answer:
        schema = self.schema
        if schema is None:
            return self.made_up()
        found = self.state.select(kind, place, wanted)
        if not (self.operation.parameter("limit", "query") or "page_limit" in wanted):
            shown, following = found, None
        else:
            shown, following = self.cut(found, wanted)
        listed = schema.fields[kind.items].items
        rows = [self.shown(listed, item) for item in shown] if listed is not None else shown
        values: dict[str, Any] = {kind.items: rows, "total_entries": len(found)}
        if "cursor" in wanted:
            total = schema.fields.get("total_entries")
            values |= {"next_cursor": following, "previous_cursor": None}
            values |= {"total_entries": None} if total is not None and total.nullable else {}
        return Answer(self.status, self.shown(schema, values))

    def cut(self, found: list[Item], wanted: Mapping[str, Any]) -> tuple[list[Item], str | None]:
        """The page asked for, and the cursor of the next one."""
        parameter = self.operation.parameter("limit", "query")
        default = parameter.schema.default if parameter is not None and parameter.schema is not None else None
        size = wanted.get("limit") or wanted.get("page_limit") or (default if isinstance(default, int) else _PAGE)
        start = wanted.get("offset") or wanted.get("page_offset") or 0
        if wanted.get("cursor"):
            start = _start(wanted["cursor"], invalid_status(self.operation, self.state.spec))
        end = start + size
        following = base64.urlsafe_b64encode(f"from {end}".encode()).decode() if end < len(found) else None
        return found[start:end], following

    def batch(self, place: Place) -> Answer | None:
        """A batch list pages and filters by its body."""
        match = self.state.spec.match(
            "GET", self.state.prefix + "/" + "/".join(quote(part, safe="~") for part in place)
        )
        kind = self.state.kinds.get(match.operation.path) if match is not None else None
        if kind is None or self.schema is None or kind.items not in self.schema.fields:
            return None
        body = self.asked.body if isinstance(self.asked.body, dict) else {}
        return self.page(kind, place, {"page_limit": None, **body})

    def change_many(self, kind: Kind, place: Place) -> Answer:
        """PATCH of a whole list: what the query selects is changed and shown."""
        wanted = {name: value for name, value in self.query.items() if name != "update_mask"}
        for item in self.state.select(kind, place, wanted):
            item.update(self.state.joined(kind, item, self.changes))
        return self.page(kind, place, wanted)

    def shown(self, schema: Schema, values: Mapping[str, Any]) -> Any:
        """What is held, as far as this schema has it."""
        return fit(schema, values, lambda: self.sampled(schema))

    # --- made up ---

    def sampled(self, schema: Schema, *, minimal: bool = True) -> Any:
        seed = f"{self.state.seed} {self.operation.id} {sorted(self.asked.arguments.items(), key=str)}"
        return examples.sample(schema, Random(seed), direction="response", minimal=minimal)  # noqa: S311 - made up

    def made_up(self) -> Answer:
        """A valid answer, the same for the same arguments; what is known of the item above shows through."""
        success = self.operation.success
        if success is None or not success.content:
            return Answer(self.status)
        if self.schema is None:
            media: MediaType = next(iter(success.content.values()))
            made = self.sampled(media.schema) if media.schema is not None else "made up"
            return Answer(self.status, made)
        made = self.sampled(self.schema, minimal=False)
        if isinstance(made, dict) and made:
            made = fit(self.schema, {**made, **self.known(), **self.own}, lambda: made)
        return Answer(self.status, made)

    def known(self) -> Item:
        """The item that a path to something below it speaks of."""
        if self.operation.method != "GET":
            return {}
        item: Item = {}
        for kind, path in self.state.above(self.operation.path):
            place = self.state.place(path, self.asked.arguments)
            if self.state.wildcard not in place:
                item = item | self.state.items(kind, place[:-1]).get(place[-1], {})
        return item


def _start(cursor: str, status: int) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("from "))
    except ValueError:
        raise Refused(status, "cursor: none that was given out here") from None


# --- errors ------------------------------------------------------------------------------------------------------


def invalid_status(operation: Operation | None, spec: Spec) -> int:
    """The status for a request that breaks the document: 422 or 400, as the operation or the document has it."""
    for status in (422, 400):
        if operation is not None and str(status) in operation.responses:
            return status
    return 422 if any("422" in other.responses for other in spec.operations.values()) else 400


def refusal(operation: Operation | None, spec: Spec, refused: Refused) -> Answer:
    """The answer to a request that is refused, in the form that the document gives to this status or to its errors."""
    schema = json_schema(operation, refused.status) if operation is not None else None
    schema = schema or _family(spec, refused.status)
    if schema is None:
        return Answer(refused.status, {"detail": refused.detail}, "application/json")
    fields = schema.fields
    phrase = HTTPStatus(refused.status).phrase
    values: dict[str, Any] = {"detail": refused.detail}
    media = "application/json"
    if {"title", "status"} <= set(fields):
        values |= {"type": "about:blank", "title": phrase, "status": refused.status}
        media = "application/problem+json"
    elif "detail" in fields and set(fields["detail"].types) == {"array"}:
        unplaced = Violation("request", (), "other", refused.detail, "", schema.pointer)
        values = {"detail": [_listed(violation, operation) for violation in refused.violations or (unplaced,)]}

    def base() -> Any:
        return examples.sample(schema, Random(0), direction="response", minimal=True)  # noqa: S311 - made up

    return Answer(refused.status, fit(schema, values, base), media)


def _family(spec: Spec, status: int) -> Schema | None:
    """The schema that this document's other operations have for a status, or else for any error."""
    found: dict[int, Schema] = {}
    for operation in spec.operations.values():
        for code in operation.responses:
            if code[0] in "45" and code.isdigit() and int(code) not in found:
                schema = json_schema(operation, int(code))
                if schema is not None:
                    found[int(code)] = schema
    others = [schema for code, schema in sorted(found.items()) if code != 422] or list(found.values())
    return found.get(status) or (others[0] if others else None)


def _listed(violation: Violation, operation: Operation | None) -> dict[str, Any]:
    path = list(violation.path)
    for parameter in operation.parameters if operation is not None and violation.location != "body" else ():
        if path[:1] == [parameter.keyword]:
            path[0] = parameter.name
    return {"loc": [violation.location, *path], "msg": violation.sentence, "type": violation.rule}


# --- bytes -------------------------------------------------------------------------------------------------------


def written(operation: Operation, given: Answer, accept: str) -> tuple[Answer, bytes]:
    """An answer with its media type settled, and its bytes.

    Raises:
        Refused: nothing that is documented is accepted.
    """
    if given.data is NO_BODY:
        return given, b""
    documented = operation.response_for(given.status)
    media = given.media or _chosen(accept, documented.content if documented is not None else {})
    given = given._replace(media=media)
    data = given.data
    if isinstance(data, bytes):
        return given, data
    if media_types.is_ndjson(media):
        return given, "".join(json.dumps(line) + "\n" for line in _lines(data)).encode()
    if media_types.is_json(media) or "*" in media:
        return given, json.dumps(data).encode()
    return given, _text(data).encode()


def _chosen(accept: str, content: Iterable[str]) -> str:
    """The documented media type that is asked for; JSON where any will do."""
    names = sorted(content, key=lambda name: not media_types.is_json(name))
    if not names:
        return "application/json"
    for wanted in [media_types.media_type(part) for part in (accept or "*/*").split(",")]:
        for name in names:
            if wanted in {"*/*", name} or media_types.match_media(name, [wanted]):
                return "application/json" if "*" in name else name
    raise Refused(406, f"one of {', '.join(names)} can be had")


def _lines(data: Any) -> list[Any]:
    """A stream has a line for each item of the list that the JSON form holds."""
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    return lists[0] if len(lists) == 1 else data if isinstance(data, list) else [data]


def _text(data: Any) -> str:
    """The text that the JSON form holds, or the JSON as text."""
    if isinstance(data, str):
        return data
    texts = [value for value in data.values() if isinstance(value, str)] if isinstance(data, dict) else []
    return max(texts, key=len) if texts else json.dumps(data, indent=1)
