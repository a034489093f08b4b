"""How changes are written: text by cause, Markdown by cause, JSON with each change by itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from .diff_causes import SECTIONS, Cause, causes, summary
from .diff_rules import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .diff_rules import Level
    from .document_diff import Change

__all__ = ["as_json", "as_markdown", "as_text", "range_as", "summary", "write_as"]

_MOST_NAMES = 4  # operations named for one cause; the others are counted


def as_text(changes: Sequence[Change], level: Level = "warning") -> str:
    """For a terminal: the counts, then the causes down to a level, by section, the worst first."""
    lines = [_summary_line(changes, level)]
    for title, group in _sections(changes, level):
        lines += ["", title]
        lines += [f"  {cause.level:<8}  {_sentence(cause)}" for cause in group]
    return "\n".join(lines) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """For programs: ``summary`` and ``changes``, each with every attribute by its name."""
    return json.dumps({"summary": summary(changes), "changes": [c._asdict() for c in changes]}, indent=1) + "\n"


def as_markdown(changes: Sequence[Change], level: Level = "warning") -> str:
    """For a pull request: the counts, and a table for each section."""
    lines = [f"**{_summary_line(changes, level)}**", ""]
    for title, group in _sections(changes, level):
        lines += [f"### {title}", "", "| level | what | change | operations |", "|---|---|---|---|"]
        lines += [
            f"| {cause.level} | {_cell(cause.subject)} | {_cell(cause.message)} | {_cell(_names(cause.operations))} |"
            for cause in group
        ]
        lines.append("")
    return "\n".join(lines)


def write_as(form: str, changes: Sequence[Change], level: Level = "warning") -> str:
    """The changes as ``text``, ``json`` or ``markdown``."""
    if form == "json":
        return as_json(changes)
    return as_text(changes, level) if form == "text" else as_markdown(changes, level)


# --- several releases in a row -----------------------------------------------------------------------------------


def _range_as_text(steps: Mapping[str, Sequence[Change]], level: Level = "warning") -> str:
    """The changes of each release in a row, by the release that brought them; quiet ones in one line."""
    parts, quiet = [], []
    for release, changes in steps.items():
        if _sections(changes, level):
            parts.append(f"== {release}: {as_text(changes, level)}")
        else:
            quiet.append(release)
    if quiet:
        parts.append(f"nothing of that level came with {', '.join(quiet)}\n")
    return "\n".join(parts)


def _range_as_json(steps: Mapping[str, Sequence[Change]]) -> str:
    """For programs: the changes as in ``as_json``, each with the ``release`` that brought it."""
    changes = [{"release": release, **c._asdict()} for release, listed in steps.items() for c in listed]
    counts = summary([change for listed in steps.values() for change in listed])
    return json.dumps({"summary": counts, "changes": changes}, indent=1) + "\n"


def _range_as_markdown(steps: Mapping[str, Sequence[Change]], level: Level = "warning") -> str:
    """For a pull request: a heading for each release that brought something."""
    parts = [
        f"## {release}\n\n{as_markdown(changes, level)}"
        for release, changes in steps.items()
        if _sections(changes, level)
    ]
    return "\n".join(parts) or f"**{_summary_line((), level)}**\n"


def range_as(form: str, steps: Mapping[str, Sequence[Change]], level: Level = "warning") -> str:
    """The changes of several releases in a row as ``text``, ``json`` or ``markdown``."""
    if form == "json":
        return _range_as_json(steps)
    return _range_as_text(steps, level) if form == "text" else _range_as_markdown(steps, level)


# --- parts -------------------------------------------------------------------------------------------------------


def _sections(changes: Sequence[Change], level: Level) -> list[tuple[str, list[Cause]]]:
    levels = LEVELS[: LEVELS.index(level) + 1]
    listed = causes(change for change in changes if change.level in levels)
    groups = {title: [cause for cause in listed if cause.section == name] for name, title in SECTIONS.items()}
    return [(title, group) for title, group in groups.items() if group]


def _summary_line(changes: Sequence[Change], level: Level) -> str:
    counts = summary(changes)
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    rest = sum(counts[name] for name in LEVELS[LEVELS.index(level) + 1 :])
    operations = len({change.operation for change in changes if change.operation})
    reach = f" in {operations} operation{'' if operations == 1 else 's'}" if operations else ""
    return f"{words}{reach}" + (f"; --level {LEVELS[-1]} shows all" if rest else "")


def _sentence(cause: Cause) -> str:
    if cause.section == "operation" and len(cause.operations) == 1:
        return f"{cause.operations[0]}: {cause.message}"
    names = _names(cause.operations)
    head = cause.subject or names
    return f"{head}: {cause.message}" + (f" [{names}]" if cause.subject and names else "")


def _names(operations: Sequence[str]) -> str:
    more = len(operations) - _MOST_NAMES
    return ", ".join(operations[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _cell(text: str) -> str:
    return re.sub(r"([\\|<>*_`\[\]])", r"\\\1", text).replace("\n", " ")
