"""The items of a streamed answer as its document types them (OpenAPI 3.2 §4.14.2: sequential media types).

``itemSchema`` describes each item, an event as the object ``{"data", "event", "id", "retry"}``; its ``data`` is JSON
where it has ``contentMediaType: application/json`` or is no string. In 3.0 and 3.1, which have no word for it, authors
write the schema of an item, of an event's data or of the event under ``schema``: what it says is used, not asserted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..http.json import dumps, loads
from ..http.media_types import is_event_stream, is_json
from ..schema.origins import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import Violation
    from ..http.sequences import Event
    from ..schema.models import Models
    from ..schema.schema import Schema
    from .operation import MediaType

__all__ = ["Item", "item_reader"]

_EVENT_FIELDS = frozenset({"event", "id", "retry"})
_TEXT = frozenset({"string", "null"})


class Item(NamedTuple):
    """An item, typed, and where it breaks the document."""

    data: Any
    violations: tuple[Violation, ...]


def item_reader(
    media: MediaType, models: Models, operation: str, arguments: Mapping[str, object]
) -> Callable[[Any], Item] | None:
    """What types and judges each item; None where the document says nothing of them.

    Args:
        media: the media type that came, as documented.
        models: of the document.
        operation: the id of the operation that was called.
        arguments: its path arguments, for the models.
    """
    schema = media.of_items
    if schema is None:
        return None
    reader = _Reader(schema, models, operation, arguments, is_asserted=media.item_schema is not None)
    if is_event_stream(media.name):
        return reader.event
    return reader.json_text if media.item_schema is not None else None


class _Reader:
    def __init__(
        self, schema: Schema, models: Models, operation: str, arguments: Mapping[str, object], *, is_asserted: bool
    ) -> None:
        self._schema = schema
        self._models = models
        self._call = (operation, arguments)
        self._is_asserted = is_asserted

    def json_text(self, item: Any) -> Item:
        """An item that is JSON."""
        violations = tuple(self._schema.response.violations(item, "response")) if self._is_asserted else ()
        return Item(self._model(item, self._schema), violations)

    def event(self, event: Event) -> Item:
        """An event; its data is JSON where the document says so and where it is."""
        violations: list[Violation] = []
        schema, is_data_json = self._data_schema(event)
        data: Any = event.data
        if is_data_json:
            try:
                data = loads(event.data.encode())
            except (ValueError, RecursionError):
                schema = None  # such as [DONE], which ends some streams
        if self._is_asserted:
            violations += self._schema.response.violations(self._as_object(event, data), "response")
            if schema is not None and is_data_json:
                violations += schema.response.violations(data, "response", ("data",))
        if schema is not None and is_data_json:
            data = self._model(data, schema)
        return Item(event._replace(data=data), tuple(violations))

    def _as_object(self, event: Event, data: object) -> dict[str, object]:
        """The event as ``itemSchema`` describes it, with what the server did not write left out."""
        part = self._branch(event)
        is_text = part is None or not part.described_types or "string" in part.described_types
        fields = {"data": event.data if is_text else data, "event": event.event, "id": event.id, "retry": event.retry}
        return {name: value for name, value in fields.items() if value not in ("", None) or name == "data"}

    def _branch(self, event: Event) -> Schema | None:
        """The schema of ``data`` in the alternative whose ``event`` is that of this one."""
        for part in self._schema.alternatives:
            fields = part.keywords.get("properties", ())
            if "data" in fields:
                kind = part.child("properties", "event") if "event" in fields else None
                if kind is None or kind.response.is_valid(event.event):
                    return part.child("properties", "data")
        return None

    def _data_schema(self, event: Event) -> tuple[Schema | None, bool]:
        """The schema of the event's data once it is read, and whether it is JSON."""
        if not self._describes_events:
            return self._schema, not {*self._schema.described_types} <= _TEXT
        branch = self._branch(event)
        if branch is None:
            return None, False
        if is_json(str(branch.keywords.get("contentMediaType", ""))):
            return (branch.child("contentSchema") if "contentSchema" in branch.keywords else None), True
        return branch, bool(branch.described_types) and not {*branch.described_types} <= _TEXT

    @property
    def _describes_events(self) -> bool:
        """Is it events that are described, and not the data of them?"""
        if self._is_asserted:
            return True
        names = [set(part.keywords.get("properties", ())) for part in self._schema.alternatives]
        return any("data" in fields and fields & _EVENT_FIELDS for fields in names)

    def _model(self, data: Any, schema: Schema) -> Any:
        build = self._models.builder(schema)
        return build(data, Origin(dumps(data).encode(), *self._call)) if build is not None else data
