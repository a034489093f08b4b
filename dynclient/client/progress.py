"""A bar on standard error that says how many items of a list have come.

Imported in functions: ``rich.console`` and ``rich.progress``, of the extra ``cli``.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .pagination import Paging

__all__ = ["ashow_progress", "show_progress"]


@contextmanager
def _bar(plan: Paging, name: str) -> Iterator[Callable[[Any], None]]:
    """A bar, and how to tell it of a page that came."""
    try:
        from rich.console import Console  # of the extra `cli`
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        raise ArgumentError("progress=True needs rich: pip install 'dynclient[cli]'") from None

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)

        def tell(page: Any) -> None:
            bar.update(task, total=plan.total_of(page), advance=len(plan.items_of(page)))

        yield tell


def show_progress(pages: Iterator[Any], plan: Paging, name: str) -> Iterator[Any]:
    """The same pages, with a bar on standard error."""
    with _bar(plan, name) as tell:
        for page in pages:
            tell(page)
            yield page


async def ashow_progress(pages: AsyncIterator[Any], plan: Paging, name: str) -> AsyncIterator[Any]:
    """As ``show_progress``, for pages that are awaited."""
    with _bar(plan, name) as tell:
        async for page in pages:
            tell(page)
            yield page
