"""Pages, read off the document: limit and offset, a cursor, or a batch list that pages by its body.

A collection is a successful JSON object with exactly one list of objects. Offsets advance by what arrived, since
servers clamp ``limit`` silently; the walk stops on an empty page or when ``total_entries`` have come, and raises
when a page repeats.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError, ContractError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Operations
    from ..schema.schema import Schema

__all__ = ["Paging", "Walk", "ashown", "awalk", "needed", "paging", "shown", "walk"]

Page = dict[str, Any]
_BESIDE_ITEMS = frozenset({"total_entries", "total_entries_limit", "next_cursor", "previous_cursor"})


class Paging(NamedTuple):
    """How an operation pages.

    Attributes:
        items: the name of the list in a page.
        mode: ``offset``, ``cursor`` or ``once`` (everything comes in one answer).
        offset: the keyword that says where a page starts.
        cursor: the keyword of the cursor.
        order: keywords that ask for a stable order, sent unless the caller asks for one.
    """

    items: str
    mode: str
    offset: str = ""
    cursor: str = ""
    order: Mapping[str, Any] = {}


def paging(operation: Operation, operations: Operations) -> Paging | None:
    """How this operation pages, None when it is no list: GET, and batch ``POST …/list``."""
    batch = operation.method == "POST" and operation.path.endswith("/list")
    if operation.method != "GET" and not batch:
        return None
    schema = _success_schema(operation)
    names = {p.name: p.keyword for p in operation.parameters if p.location == "query"}
    items = _items(schema, of_objects=not {"limit", "offset"} <= names.keys()) if schema is not None else None
    if schema is None or items is None:
        return None
    order = _order(operation, operations, schema.fields[items])
    if batch:
        fields = _body_fields(operation)
        mode = "offset" if {"page_limit", "page_offset"} <= fields.keys() else "once"
        return Paging(items, mode, "page_offset", order=order)
    if "cursor" in names and "next_cursor" in schema.fields:
        return Paging(items, "cursor", names.get("offset", ""), names["cursor"], order)
    if "limit" in names and "offset" in names:
        return Paging(items, "offset", names["offset"], order=order)
    return Paging(items, "once")


def _success_schema(operation: Operation) -> Schema | None:
    success = operation.success
    media = next((m for n, m in success.content.items() if "json" in n), None) if success is not None else None
    return media.schema if media is not None else None


def _items(schema: Schema, *, of_objects: bool) -> str | None:
    """The one list, when all that stands beside it counts or points on: an object with tags is no list.

    Args:
        schema: of the answer.
        of_objects: a list of anything else is none; it is one where limit and offset say so.
    """
    lists = [
        name
        for name, field in schema.fields.items()
        if "array" in field.types and (not of_objects or (field.items is not None and "object" in field.items.types))
    ]
    return lists[0] if len(lists) == 1 and schema.fields.keys() <= {*lists, *_BESIDE_ITEMS} else None


def _body_fields(operation: Operation) -> Mapping[str, Schema]:
    content = operation.request_body.content if operation.request_body is not None else {}
    media = next(iter(content.values()), None)
    return media.schema.fields if media is not None and media.schema is not None else {}


def _order(operation: Operation, operations: Operations, items: Schema) -> Mapping[str, Any]:
    """``order_by`` the field that identifies an item, where the server names no order of its own.

    It is the one that the item's path is made with: ``/pools`` has ``/pools/{pool_name}``, items have ``name``.
    """
    parameter = operation.parameter("order_by", "query")
    if parameter is None or parameter.schema is None or parameter.schema.default:
        return {}
    fields = items.items.fields if items.items is not None else {}
    for id_ in operations:
        path = operations.path(id_)
        if path.startswith(operation.path + "/{") and path.count("/") == operation.path.count("/") + 1:
            key = path[len(operation.path) + 2 : -1]
            for name in (key, key.rpartition("_")[2]):
                if name in fields:
                    return {parameter.keyword: [name] if "array" in parameter.schema.types else name}
    return {}


class Walk:
    """Where a walk stands; pure, so that the plain and the async client share it."""

    def __init__(self, paging: Paging, arguments: Mapping[str, Any]) -> None:
        self.paging = paging
        self.arguments = {**paging.order, **arguments}
        self.mode = paging.mode
        if self.mode == "cursor":
            if self.arguments.get(paging.offset) is not None:
                self.mode = "offset"
            else:
                self.arguments.setdefault(paging.cursor, "")
        self.seen = self.arguments.get(paging.offset) or 0
        self._before: Any = None

    def after(self, page: Page) -> bool:
        """Take in a page; is there another to ask for, with ``arguments`` as they now are?

        Raises:
            ContractError: the page is the one before it again.
        """
        items = page.get(self.paging.items) or []
        self.seen += len(items)
        if self.mode == "once" or not items:
            return False
        if items == self._before:
            raise ContractError(
                f"the server sent the same page twice (at {self.seen} items), so the walk would never end; "
                "ask for an order with order_by=, or report it",
                data=page,
            )
        self._before = items
        if self.mode == "cursor":
            following = page.get("next_cursor")
            self.arguments[self.paging.cursor] = following
            return bool(following)
        self.arguments[self.paging.offset] = self.seen
        total, cap = page.get("total_entries"), page.get("total_entries_limit")
        if not isinstance(total, int) or (isinstance(cap, int) and total >= cap):
            return True  # nobody knows; an empty page will tell
        return bool(self.seen < total)


def walk(
    call: Callable[..., Page], plan: Paging, args: tuple[Any, ...], arguments: Mapping[str, Any]
) -> Iterator[Page]:
    """The pages, one call each, lazily."""
    state = Walk(plan, arguments)
    more = True
    while more:
        page = call(*args, **state.arguments)
        more = state.after(page)
        yield page


@contextmanager
def _bar(plan: Paging, name: str) -> Iterator[Callable[[Page], None]]:
    """A bar on standard error, and how to tell it of a page that came."""
    from rich.console import Console  # only for those who ask
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)

        def tell(page: Page) -> None:
            bar.update(task, total=page.get("total_entries"), advance=len(page.get(plan.items) or ()))

        yield tell


def shown(pages: Iterator[Page], plan: Paging, name: str) -> Iterator[Page]:
    """The same pages, with a bar on standard error that says how many items have come."""
    with _bar(plan, name) as tell:
        for page in pages:
            tell(page)
            yield page


async def ashown(pages: AsyncIterator[Page], plan: Paging, name: str) -> AsyncIterator[Page]:
    """As ``shown``, for pages that are awaited."""
    with _bar(plan, name) as tell:
        async for page in pages:
            tell(page)
            yield page


async def awalk(
    call: Callable[..., Awaitable[Page]], plan: Paging, args: tuple[Any, ...], arguments: Mapping[str, Any]
) -> AsyncIterator[Page]:
    """The pages, one awaited call each, lazily."""
    state = Walk(plan, arguments)
    more = True
    while more:
        page = await call(*args, **state.arguments)
        more = state.after(page)
        yield page


def needed(plan: Paging | None, operation: Operation) -> Paging:
    """The plan, or the sentence that there is none."""
    if plan is None:
        raise ArgumentError(
            f"{operation.name} is no list, so it has no pages; lists are GET operations and batch POST …/list "
            "whose answer holds one list"
        )
    return plan
