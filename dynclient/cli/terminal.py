"""What ``rich`` draws in a terminal: tables, and JSON in colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["print_grid", "print_json"]


def print_grid(names: Iterable[str], rows: Sequence[Sequence[str]]) -> None:
    """A table without lines; its names are bold."""
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*map(Text, row))  # text, so that no bracket is taken for a style
    Console().print(grid)


def print_json(text: str) -> None:
    """A JSON text, indented and in colours."""
    Console().print_json(text, ensure_ascii=False)
