"""Pages, read off the document: limit and offset, a cursor, or a batch list that pages by its body.

A collection is a successful JSON object with exactly one list of objects and, beside it, nothing but what counts
(``total…``) or points on (``next_…``). Offsets advance by what arrived, since servers clamp ``limit`` silently; the
walk stops on an empty page or when the total has come, and raises when a page repeats. No order is asked for but the
caller's: servers have one of their own, and refuse some of those that their documents allow.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError, ContractError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from ..openapi.operation import Operation
    from ..schema.schema import Schema

__all__ = ["Paging", "Walk", "ashown", "awalk", "needed", "paging", "shown", "walk"]

Page = dict[str, Any]
_TOTAL = re.compile(r"total(_\w+)?|(\w+_)?count")  # of all items, not of those in the page
_BESIDE_ITEMS = re.compile(rf"{_TOTAL.pattern}|total_\w+_limit|(next|previous)_\w+")


class Paging(NamedTuple):
    """How an operation pages.

    Attributes:
        items: the name of the list in a page.
        mode: ``offset``, ``cursor`` or ``once`` (everything comes in one answer).
        offset: the keyword that says where a page starts.
        cursor: the keyword of the cursor.
        total: the name of the number of all items in a page; empty where pages have none.
        following: the name in a page of the cursor of the page after it.
    """

    items: str
    mode: str
    offset: str = ""
    cursor: str = ""
    total: str = ""
    following: str = ""

    def total_of(self, page: Page) -> int | None:
        """The number of all items that a page names; None when it names none, or only what it stopped counting at."""
        total, cap = page.get(self.total), page.get(f"{self.total}_limit")
        if not isinstance(total, int) or (isinstance(cap, int) and total >= cap):
            return None
        return total


def paging(operation: Operation, _operations: object = None) -> Paging | None:
    """How this operation pages, None when it is no list: GET, and batch ``POST …/list``."""
    batch = operation.method == "POST" and operation.path.endswith("/list")
    if operation.method != "GET" and not batch:
        return None
    schema = _success_schema(operation)
    names = {p.name: p.keyword for p in operation.parameters if p.location == "query"}
    items = _items(schema, of_objects=not {"limit", "offset"} <= names.keys()) if schema is not None else None
    if schema is None or items is None:
        return None
    total = next((name for name, field in schema.fields.items() if _is_total(name, field)), "")
    if batch:
        fields = _body_fields(operation)
        offset = next((name for name in fields if name.endswith("offset")), "")
        mode = "offset" if offset and any(name.endswith("limit") for name in fields) else "once"
        return Paging(items, mode, offset, total=total)
    cursor = next((name for name in names if f"next_{name}" in schema.fields), None)
    if cursor is not None:
        return Paging(items, "cursor", names.get("offset", ""), names[cursor], total, f"next_{cursor}")
    if "limit" in names and "offset" in names:
        return Paging(items, "offset", names["offset"], total=total)
    return Paging(items, "once", total=total)


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
    fields = schema.fields
    lists = [
        name
        for name, field in fields.items()
        if "array" in field.described_types
        and (not of_objects or (field.items is not None and "object" in field.items.described_types))
    ]
    alone = all(name in lists or _BESIDE_ITEMS.fullmatch(name) for name in fields)
    return lists[0] if len(lists) == 1 and alone else None


def _is_total(name: str, field: Schema) -> bool:
    return _TOTAL.fullmatch(name) is not None and not name.endswith("_limit") and "integer" in field.described_types


def _body_fields(operation: Operation) -> Mapping[str, Schema]:
    content = operation.request_body.content if operation.request_body is not None else {}
    media = next(iter(content.values()), None)
    return media.schema.fields if media is not None and media.schema is not None else {}


class Walk:
    """Where a walk stands; pure, so that the plain and the async client share it."""

    def __init__(self, paging: Paging, arguments: Mapping[str, Any]) -> None:
        self.paging = paging
        self.arguments = dict(arguments)
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
        total = self.paging.total_of(page)
        if items == self._before and (total is None or not self._is_partial(items)):
            raise ContractError(
                f"the server sent the same page twice (at {self.seen} items), so the walk would never end; "
                "report it, with .pages() the pages before it can be had",
                data=page,
            )
        self._before = items
        if self.mode == "cursor":
            following = page.get(self.paging.following)
            self.arguments[self.paging.cursor] = following
            return bool(following)
        self.arguments[self.paging.offset] = self.seen
        return total is None or bool(self.seen < total)  # without a total an empty page tells the end

    def _is_partial(self, items: list[Any]) -> bool:
        """Do the items hold only the fields that an argument names? Such items may be equal without being the same."""
        chosen = [{*value} for value in self.arguments.values() if isinstance(value, list | tuple | set | frozenset)]
        return any(all(isinstance(item, dict) and item.keys() <= names for item in items) for names in chosen)


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
    try:
        from rich.console import Console  # of the extra `cli`
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        raise ArgumentError("progress=True needs rich: pip install 'dynclient[cli]'") from None

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)

        def tell(page: Page) -> None:
            bar.update(task, total=plan.total_of(page), advance=len(page.get(plan.items) or ()))

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
