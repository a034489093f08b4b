"""Steps that call, stream and walk operations by role, whatever a release calls them and their arguments."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from ..client import pagination
from .effects import Call, Steps, Stream
from .vocabulary import arguments, operation_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..openapi.spec import Spec

__all__ = ["begin_walk", "call", "pauses", "stream", "walk"]

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds between two looks


def _resolve(spec: Spec, role: str, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The id of the operation with a role, and its arguments, which are given by role."""
    id_ = operation_id(spec.operations, role)
    by_role = {name.replace("_", " "): value for name, value in values.items()}
    return id_, arguments(spec.operations[id_], by_role)


def call(spec: Spec, role: str, **values: object) -> Call:
    """The step that calls the operation with a role; arguments are named by role, with ``_`` for a blank."""
    return Call(*_resolve(spec, role, values))


def stream(spec: Spec, role: str, **values: object) -> Stream:
    """The step that streams it."""
    return Stream(*_resolve(spec, role, values))


def begin_walk(spec: Spec, role: str, **values: object) -> tuple[str, pagination.Walk]:
    """The id of the list with a role, and the walk over its pages, at the first of them."""
    id_, keywords = _resolve(spec, role, values)
    operation = spec.operations[id_]
    return id_, pagination.Walk(pagination.needed(pagination.paging(operation), operation), keywords)


def walk(spec: Spec, role: str, **values: object) -> Steps[list[Any]]:
    """Every item of a list, page after page."""
    id_, pages = begin_walk(spec, role, **values)
    items: list[object] = []
    more = True
    while more:
        page = yield Call(id_, pages.arguments)
        items += page.get(pages.paging.items) or ()
        more = pages.after(page)
    return items


def pauses(poll: float | None, longest: float | None = None) -> Iterator[float]:
    """Seconds to wait between looks, spread at random so that many who wait do not look together."""
    seconds = poll or FIRST_PAUSE
    while True:
        yield seconds * random.uniform(0.8, 1.2)  # noqa: S311 - spreading, not hiding
        seconds = poll or min(seconds * 1.5, longest or LONGEST_PAUSE)
