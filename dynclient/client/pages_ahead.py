"""Pages by offset, several fetched at once and brought in order.

Once the first page says how many items there are, the pages after it are asked for side by side, as many as there are
workers; no more than these are held. What comes is what a walk one by one brings: where a page is shorter than the
first one, or the total changes, the walk goes on from what has come. Other ways of paging need a page before they can
ask for the next one, and go one by one.

Imported in functions: ``concurrent.futures`` and ``asyncio``, which a call and a walk one by one do without.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from .pagination import Walk

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Iterator, Mapping
    from concurrent.futures import Future

    from ..http.messages import Response
    from .pagination import AsyncFetch, Fetch, Page, Paging

__all__ = ["awalk_ahead", "check_workers", "walk_ahead"]


def check_workers(workers: object) -> None:
    """Refuse what is no number of workers.

    Raises:
        ArgumentError: fewer than one.
    """
    if not isinstance(workers, int) or workers < 1:
        raise ArgumentError("workers: at least 1 is wanted")


class _Plan:
    """Which pages are asked for, and which one comes next; pure, for both kinds of walk."""

    def __init__(self, plan: Paging, arguments: Mapping[str, object], workers: int) -> None:
        self.paging = plan
        self.walk = Walk(plan, arguments)
        self.workers = workers
        self.ahead: deque[tuple[int, Any]] = deque()  # (offset, what will be its page), in order
        self.more = True
        self._size = self._total = self._next = 0

    def take(self, page: Page, response: Response) -> Page:
        """Take in the page that comes next."""
        first = self._size == 0
        self.more = self.walk.after(page, response)
        self._total = self.paging.total_of(page) or 0
        if first or not self.ahead:
            self._size = self._size or len(self.paging.items_of(page))
            self._next = self.walk.count
        return page

    def due(self) -> list[dict[str, Any]]:
        """The arguments of the pages to ask for now."""
        due: list[dict[str, Any]] = []
        if self.walk.mode != "offset" or not self._size:
            return due
        while len(self.ahead) + len(due) < self.workers and self._next < self._total:
            due.append({**self.walk.arguments, self.paging.offset: self._next})
            self._next += self._size
        return due

    def is_next(self) -> bool:
        """Is the first page that was asked for the one that comes next?"""
        return bool(self.ahead) and self.ahead[0][0] == self.walk.count


def walk_ahead(
    fetch: Fetch, plan: Paging, args: tuple[object, ...], arguments: Mapping[str, object], workers: int
) -> Iterator[Page]:
    """As ``pagination.walk``, so many pages at once on threads."""
    from concurrent.futures import ThreadPoolExecutor  # only for many pages

    pages = _Plan(plan, arguments, workers)
    yield pages.take(*fetch(args, pages.walk.arguments, ""))
    pool = ThreadPoolExecutor(workers, thread_name_prefix="dynclient-pages")
    try:
        while pages.more:
            for keywords in pages.due():
                pages.ahead.append((keywords[plan.offset], pool.submit(fetch, args, keywords, "")))
            if pages.is_next():
                page, response = pages.ahead.popleft()[1].result()
            else:
                _cancel(pages.ahead)
                page, response = fetch(args, pages.walk.arguments, pages.walk.url)
            yield pages.take(page, response)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cancel(ahead: deque[tuple[int, Future[Any]]]) -> None:
    for _, future in ahead:
        future.cancel()
    ahead.clear()


async def awalk_ahead(
    fetch: AsyncFetch, plan: Paging, args: tuple[object, ...], arguments: Mapping[str, object], workers: int
) -> AsyncIterator[Page]:
    """As ``walk_ahead``, awaited."""
    import asyncio  # only for many pages

    pages = _Plan(plan, arguments, workers)
    yield pages.take(*await fetch(args, pages.walk.arguments, ""))

    async def one(keywords: dict[str, object]) -> tuple[Any, Response]:
        return await fetch(args, keywords, "")

    try:
        while pages.more:
            for keywords in pages.due():
                pages.ahead.append((keywords[plan.offset], asyncio.create_task(one(keywords))))
            if pages.is_next():
                page, response = await pages.ahead[0][1]
                pages.ahead.popleft()
            else:
                await _acancel(pages.ahead)
                page, response = await fetch(args, pages.walk.arguments, pages.walk.url)
            yield pages.take(page, response)
    finally:
        await _acancel(pages.ahead)


async def _acancel(ahead: deque[tuple[int, asyncio.Task[Any]]]) -> None:
    import asyncio

    tasks = [task for _, task in ahead]
    ahead.clear()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
