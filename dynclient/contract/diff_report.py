"""How changes are written: text, JSON, Markdown."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from .diff_rules import LEVELS, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .document_diff import Change

__all__ = ["as_json", "as_markdown", "as_text", "summary"]


def summary(changes: Iterable[Change]) -> dict[Level, int]:
    """How many changes there are of each level, the worst level first."""
    counts: dict[Level, int] = dict.fromkeys(LEVELS, 0)
    for change in changes:
        counts[change.level] += 1
    return counts


def _grouped(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """By operation, the worst first."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.operation, []).append(change)
    return {name: sorted(group, key=lambda change: LEVELS.index(change.level)) for name, group in groups.items()}


def _counts(changes: Sequence[Change]) -> str:
    return ", ".join(f"{count} {level}" for level, count in summary(changes).items())


def as_text(changes: Sequence[Change]) -> str:
    """For a terminal: the changes by operation, the worst first, and the counts."""
    lines = []
    for name, group in _grouped(changes).items():
        lines.append(name or "the whole API")
        lines += [f"  {c.level:<8}  {c.where + ': ' if c.where else ''}{c.message}" for c in group]
        lines.append("")
    return "\n".join([*lines, _counts(changes)]) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """For programs: ``summary`` and ``changes``, each with every attribute by its name."""
    return json.dumps({"summary": summary(changes), "changes": [c._asdict() for c in changes]}, indent=1) + "\n"


def as_markdown(changes: Sequence[Change]) -> str:
    """For a pull request: the counts, and a table for each operation."""
    lines = [f"**{_counts(changes)}**", ""]
    for name, group in _grouped(changes).items():
        lines += [f"### {f'`{name}`' if name else 'The whole API'}", "", "| level | where | what |", "|---|---|---|"]
        lines += [f"| {c.level} | {_cell(c.where)} | {_cell(c.message)} |" for c in group]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return re.sub(r"([\\|<>*_`\[\]])", r"\\\1", text).replace("\n", " ")
