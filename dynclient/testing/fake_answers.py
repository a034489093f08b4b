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
from .fake_state import ItemExists, NoSuchItem, fit, json_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..openapi.operation import MediaType, Operation
    from ..openapi.request_decoder import DecodedRequest
    from ..openapi.spec import Spec
    from ..schema.schema import Schema
    from .fake_state import Collection, Item, ResourcePath, State

__all__ = ["FakeResponse", "Refusal", "encode", "error_response", "invalid_status", "respond", "show", "show_page"]


_CURSORS = ("next_cursor", "previous_cursor", "total_entries_limit")  # what pages by cursor have, null elsewhere
_EVENT_FIELDS = frozenset({"data", "event", "id", "retry"})
_PAGE = 100  # items, where the document says nothing


class FakeResponse(NamedTuple):
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


class Refusal(Exception):  # noqa: N818 - it is what the server does, not a fault of this program
    """The request gets an error status.

    Args:
        status: the HTTP status code.
        detail: what is wrong; None, or another JSON value, where a framework's own errors can hold that.
        violations: where the request breaks the document.
        title: of the problem, instead of the status's phrase.
        response: what is answered instead of an error in the document's form.
    """

    def __init__(
        self,
        status: int,
        detail: Any,
        violations: Iterable[Violation] = (),
        *,
        title: str = "",
        response: FakeResponse | None = None,
    ) -> None:
        self.status = status
        self.detail = detail
        self.violations = tuple(violations)
        self.title = title
        self.response = response
        super().__init__(detail)


def respond(state: State, request: DecodedRequest) -> FakeResponse:
    """The answer to a request that keeps to the document.

    Raises:
        Refusal: there is no such item, there is one already, or the cursor is none.
    """
    try:
        state.check_above(request.operation.path, request.arguments)
        return _Resource(state, request).respond()
    except NoSuchItem as error:
        raise Refusal(404, f"no {error} of this value was found") from None
    except ItemExists as error:
        raise Refusal(409, f"there is one with this {error} already") from None


def show(state: State, request: DecodedRequest, values: Mapping[str, object]) -> FakeResponse:
    """These values as the operation's answer has them: what it does not have is left out, what is missing made up."""
    resource = _Resource(state, request)
    if resource.schema is None:
        return FakeResponse(resource.status, dict(values), "application/json")
    fields = resource.schema.fields
    if not fields:  # a union: the values are those of one of its branches
        return FakeResponse(resource.status, {name: value for name, value in values.items() if name[:1] != "_"})
    values = {**{name: None for name in _CURSORS if name in fields and fields[name].nullable}, **values}
    shaped = {
        name: resource.rows(fields[name].items, value) if name in fields else value for name, value in values.items()
    }
    return FakeResponse(resource.status, resource.shown(resource.schema, shaped))


def show_page(state: State, request: DecodedRequest, items: list[Item]) -> FakeResponse:
    """The page of these items that the request asks for."""
    resource = _Resource(state, request)
    schema = resource.schema
    names = [name for name, field in schema.fields.items() if field.items is not None] if schema is not None else []
    body = request.body if isinstance(request.body, dict) and request.operation.path.endswith("/list") else {}
    return resource.listed(names[0] if names else "items", items, {**resource.query, **body})


class _Resource:
    """One request to a document's resources."""

    def __init__(self, state: State, request: DecodedRequest) -> None:
        self.state = state
        self.request = request
        self.operation = request.operation
        self.schema = json_schema(request.operation)

    @property
    def status(self) -> int:
        success = self.operation.success
        if success is None:  # an operation that only redirects
            return min((int(s) for s in self.operation.responses if s.isdigit() and s[0] == "3"), default=200)
        return int(success.status) if success.status.isdigit() else 200

    @property
    def changes(self) -> dict[str, object]:
        """The body's fields, those of ``update_mask`` where there is one."""
        body = self.request.body if isinstance(self.request.body, dict) else {}
        mask = self.request.arguments.get("update_mask")
        return {name: value for name, value in body.items() if not mask or name in mask}

    def respond(self) -> FakeResponse:
        path, method = self.operation.path, self.operation.method
        location = self.state.resource_path(path, self.request.arguments)
        collection = self.state.collections.get(path)
        if collection is not None:
            if method == "GET":
                return self.page(collection, location, self.query)
            if method == "POST" and collection.key and self.schema is not None and collection.key in self.schema.fields:
                return self.one(self.state.create(collection, location, self.changes))
            if method == "PATCH" and self.schema is not None and collection.items in self.schema.fields:
                return self.change_many(collection, location)
        if method == "POST" and path.endswith("/list"):
            listed = self.batch(location[:-1])
            if listed is not None:
                return listed
        above = list(self.state.above(path))
        if above and above[-1][1] == path:
            return self.item(above[-1][0], location)
        return self.made_up()

    # --- one item ---

    def item(self, collection: Collection, location: ResourcePath) -> FakeResponse:
        method = self.operation.method
        if self.state.wildcard in location:
            return self.made_up()
        if method == "PUT" and location[-1] not in self.state.items(collection, location[:-1]):
            return self.one(
                self.state.create(
                    collection,
                    location[:-1],
                    {**self.changes, collection.key: self.request.arguments[collection.parameter]},
                )
            )
        item = self.state.find(collection, location)
        if method in {"PATCH", "PUT"}:
            item = self.state.change(collection, location, self.changes)
        if method == "DELETE":
            self.state.remove(collection, location)
            return self.made_up()
        return self.one(item)

    def one(self, item: Item) -> FakeResponse:
        """The item as this operation shows it."""
        if self.schema is None:
            return FakeResponse(self.status, json.dumps(item))
        return FakeResponse(self.status, self.shown(self.schema, {**self.own, **item}))

    @property
    def own(self) -> dict[str, object]:
        """The path arguments by the parameters' names."""
        pairs = (
            (p.name, self.request.arguments.get(p.keyword)) for p in self.operation.parameters if p.location == "path"
        )
        return {name: value for name, value in pairs if value is not None}

    # --- many ---

    @property
    def query(self) -> dict[str, object]:
        """The query's arguments by the parameters' names."""
        pairs = ((p, self.request.arguments.get(p.keyword)) for p in self.operation.parameters)
        return {p.name: value for p, value in pairs if p.location == "query" and value is not None}

    def page(self, collection: Collection, location: ResourcePath, query: Mapping[str, object]) -> FakeResponse:
        if self.schema is None:
            return self.made_up()
        return self.listed(collection.items, self.state.select(collection, location, query), query)

    def listed(self, name: str, items: list[Item], query: Mapping[str, object]) -> FakeResponse:
        """The page of these items that is asked for, in the list of that name."""
        schema = self.schema
        if schema is None:
            return self.made_up()
        if not (self.operation.parameter("limit", "query") or "page_limit" in query):
            page_items, following = items, None
        else:
            page_items, following = self.cut(items, query)
        listed = schema.fields[name].items
        rows = [self.shown(listed, item) for item in page_items] if listed is not None else page_items
        values: dict[str, object] = {name: rows, "total_entries": len(items)}
        values |= {name: None for name in _CURSORS if name in schema.fields and schema.fields[name].nullable}
        if query.get("cursor") is not None:
            total = schema.fields.get("total_entries") if "total_entries_limit" not in schema.fields else None
            values |= {"next_cursor": following, "previous_cursor": None}
            values |= {"total_entries": None} if total is not None and total.nullable else {}
        return FakeResponse(self.status, self.shown(schema, values))

    def cut(self, items: list[Item], query: Mapping[str, Any]) -> tuple[list[Item], str | None]:
        """The page asked for, and the cursor of the next one."""
        parameter = self.operation.parameter("limit", "query")
        default = parameter.schema.default if parameter is not None and parameter.schema is not None else None
        limit = [size for size in (query.get("limit"), query.get("page_limit")) if size is not None]
        size = limit[0] if limit else default if isinstance(default, int) else _PAGE
        start = query.get("offset") or query.get("page_offset") or 0
        if query.get("cursor"):
            start = _start(query["cursor"], self.state.cursor_status or invalid_status(self.operation, self.state.spec))
        end = start + size
        following = base64.urlsafe_b64encode(f"from {end}".encode()).decode() if end < len(items) else None
        return items[start:end], following

    def batch(self, location: ResourcePath) -> FakeResponse | None:
        """A batch list pages and filters by its body."""
        match = self.state.spec.match(
            "GET", self.state.prefix + "/" + "/".join(quote(part, safe="~") for part in location)
        )
        collection = self.state.collections.get(match.operation.path) if match is not None else None
        if collection is None or self.schema is None or collection.items not in self.schema.fields:
            return None
        body = self.request.body if isinstance(self.request.body, dict) else {}
        return self.page(collection, location, {"page_limit": None, **body})

    def change_many(self, collection: Collection, location: ResourcePath) -> FakeResponse:
        """PATCH of a whole list: what the query selects is changed and shown."""
        query = {name: value for name, value in self.query.items() if name != "update_mask"}
        for item in self.state.select(collection, location, query):
            item.update(self.state.joined(collection, item, self.changes))
        return self.page(collection, location, query)

    def shown(self, schema: Schema, values: Mapping[str, Any]) -> Any:
        """What is held, as far as this schema has it."""
        return fit(schema, values, lambda: self.sampled(schema))

    def rows(self, schema: Schema | None, value: object) -> object:
        """Each object of a list as far as its schema has it; anything else as it is."""
        if schema is None or not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            return value
        return [self.shown(schema, row) for row in value]

    # --- made up ---

    def sampled(self, schema: Schema, *, minimal: bool = True) -> object:
        seed = f"{self.state.seed} {self.operation.id} {sorted(self.request.arguments.items(), key=str)}"
        return examples.sample(schema, Random(seed), direction="response", minimal=minimal)  # noqa: S311 - made up

    def made_up(self) -> FakeResponse:
        """A valid answer, the same for the same arguments; what is known of the item above shows through."""
        success = self.operation.success or self.operation.response_for(self.status)
        if success is None or not success.content:
            return FakeResponse(self.status)
        if self.schema is None:
            media: MediaType = next(iter(success.content.values()))
            schema = media.item_schema or media.schema
            data = self.sampled(schema) if schema is not None else "made up"
            return FakeResponse(self.status, data)
        data = self.sampled(self.schema, minimal=False)
        if isinstance(data, dict) and data:
            data = fit(self.schema, {**data, **self.known(), **self.own}, lambda: data)
        return FakeResponse(self.status, data)

    def known(self) -> Item:
        """The item that a path to something below it speaks of."""
        if self.operation.method != "GET":
            return {}
        item: Item = {}
        for collection, path in self.state.above(self.operation.path):
            location = self.state.resource_path(path, self.request.arguments)
            if self.state.wildcard not in location:
                item = item | self.state.items(collection, location[:-1]).get(location[-1], {})
        return item


def _start(cursor: str, status: int) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("from "))
    except ValueError:
        raise Refusal(status, "cursor: none that was given out here") from None


# --- errors ------------------------------------------------------------------------------------------------------


def invalid_status(operation: Operation | None, spec: Spec) -> int:
    """The status for a request that breaks the document: 422 or 400, as the operation or the document has it."""
    for status in (422, 400):
        if operation is not None and str(status) in operation.responses:
            return status
    return 422 if any("422" in other.responses for other in spec.operations.values()) else 400


def error_response(operation: Operation | None, spec: Spec, refusal: Refusal) -> FakeResponse:
    """The answer to a request that is refused, in the form that the document gives to this status or to its errors."""
    schema = json_schema(operation, refusal.status) if operation is not None else None
    schema = schema or _family(spec, refusal.status)
    if schema is None:
        return FakeResponse(refusal.status, {"detail": refusal.detail}, "application/json")
    fields = schema.fields
    phrase = HTTPStatus(refusal.status).phrase
    values: dict[str, object] = {"detail": refusal.detail}
    media = "application/json"
    if {"title", "status"} <= set(fields):
        values |= {"type": "about:blank", "title": phrase, "status": refusal.status}
        media = "application/problem+json"
    elif "detail" in fields and set(fields["detail"].described_types) == {"array"}:
        unplaced = Violation("request", (), "other", refusal.detail, "", schema.pointer)
        values = {"detail": [_listed(violation, operation) for violation in refusal.violations or (unplaced,)]}

    def base() -> object:
        return examples.sample(schema, Random(0), direction="response", minimal=True)  # noqa: S311 - made up

    return FakeResponse(refusal.status, fit(schema, values, base), media)


def _family(spec: Spec, status: int) -> Schema | None:
    """The schema that this document's other operations have for a status, or else for any error."""
    schemas: dict[int, Schema] = {}
    for operation in spec.operations.values():
        for code in operation.responses:
            if code[0] in "45" and code.isdigit() and int(code) not in schemas:
                schema = json_schema(operation, int(code))
                if schema is not None:
                    schemas[int(code)] = schema
    others = [schema for code, schema in sorted(schemas.items()) if code != 422] or list(schemas.values())
    return schemas.get(status) or (others[0] if others else None)


def _listed(violation: Violation, operation: Operation | None) -> dict[str, object]:
    path = list(violation.path)
    for parameter in operation.parameters if operation is not None and violation.location != "body" else ():
        if path[:1] == [parameter.keyword]:
            path[0] = parameter.name
    return {"loc": [violation.location, *path], "msg": violation.sentence, "type": violation.rule}


# --- bytes -------------------------------------------------------------------------------------------------------


def encode(operation: Operation, response: FakeResponse, accept: str) -> tuple[FakeResponse, bytes]:
    """An answer with its media type settled, and its bytes.

    Raises:
        Refusal: nothing that is documented is accepted.
    """
    if response.data is NO_BODY:
        return response, b""
    documented = operation.response_for(response.status)
    media = response.media or _chosen(accept, documented.content if documented is not None else {})
    response = response._replace(media=media)
    data = response.data
    if isinstance(data, bytes):
        return response, data
    if media_types.is_sequence(media):
        return response, "".join(map(_framed(media), _lines(data))).encode()
    if media_types.is_json(media) or "*" in media:
        return response, json.dumps(data).encode()
    return response, _text(data).encode()


def _chosen(accept: str, content: Iterable[str]) -> str:
    """The documented media type that is asked for; JSON where any will do."""
    names = sorted(content, key=lambda name: not media_types.is_json(name))
    if not names:
        return "application/json"
    for pattern in [media_types.media_type(part) for part in (accept or "*/*").split(",")]:
        for name in names:
            if pattern in {"*/*", name} or media_types.match_media(name, [pattern]):
                return "application/json" if "*" in name else name
    raise Refusal(406, f"one of {', '.join(names)} can be had")


def _framed(media: str) -> Callable[[object], str]:
    """How an item stands in a stream."""
    if media_types.is_event_stream(media):
        return _event
    mark = "\x1e" if media_types.is_json_sequence(media) else ""
    return lambda item: f"{mark}{json.dumps(item)}\n"


def _event(item: object) -> str:
    """An item as an event: its own fields where it is one, else as the data."""
    own = item if isinstance(item, dict) and "data" in item and item.keys() <= _EVENT_FIELDS else {"data": item}
    lines = [f"{name}: {value}" for name, value in own.items() if name != "data" and value is not None]
    data = own["data"] if isinstance(own["data"], str) else json.dumps(own["data"])
    return "".join(f"{line}\n" for line in [*lines, *(f"data: {part}" for part in data.split("\n")), ""])


def _lines(data: object) -> list[object]:
    """A stream has a line for each item of the list that the JSON form holds."""
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    return lists[0] if len(lists) == 1 else data if isinstance(data, list) else [data]


def _text(data: object) -> str:
    """The text that the JSON form holds, or the JSON as text."""
    if isinstance(data, str):
        return data
    texts = [value for value in data.values() if isinstance(value, str)] if isinstance(data, dict) else []
    return max(texts, key=len) if texts else json.dumps(data, indent=1)
