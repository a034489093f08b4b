"""Changes grouped by cause: what changed in a shared schema is one cause, with the operations that it reaches.

A change of the component schema ``DAG`` shows at every operation that sends or returns one. Changes have the same cause
when kind, level and sentence are equal and they stand in the same component (by their pointers), or else at the same
place of an operation (``query limit``). Fields of one component about which the same is said are one cause too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from .diff_rules import LEVELS, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .document_diff import Change

__all__ = ["SECTIONS", "Cause", "causes", "summary"]

#: section -> its title, in the order of a report
SECTIONS: Final = {
    "api": "The whole API",
    "operation": "Operations",
    "argument": "Arguments",
    "request": "What is sent",
    "response": "What is read",
}
_COMPONENT = re.compile(r"#/components/(?:schemas|requestBodies|responses|parameters)/([^/]+)(/.*)?")
_STATUSES = re.compile(r"(response) [\d, ]+\d$")
_SUBJECTS = ("request-property", "request-body", "response-property", "response-body")


class Cause(NamedTuple):
    """Changes that have one cause.

    Attributes:
        section: a key of ``SECTIONS``.
        level: the level of all of them.
        subject: what changed: ``DAG.default_view, DAG.is_subdag``, ``query limit``; ``""`` for whole operations.
        message: one sentence.
        operations: the ids of the operations that it reaches, in the order of the first document.
        changes: all of them.
    """

    section: str
    level: Level
    subject: str
    message: str
    operations: tuple[str, ...]
    changes: tuple[Change, ...]


def summary(changes: Iterable[Change]) -> dict[Level, int]:
    """How many changes there are of each level, the worst level first."""
    counts: dict[Level, int] = dict.fromkeys(LEVELS, 0)
    for change in changes:
        counts[change.level] += 1
    return counts


def causes(changes: Iterable[Change]) -> tuple[Cause, ...]:
    """The causes of these changes: by section, the worst level first."""
    groups: dict[tuple[str, Level, str, str], dict[str, list[Change]]] = {}
    for change in changes:
        section, owner, field = _subject(change)
        fields = groups.setdefault((section, change.level, owner, change.message), {})
        fields.setdefault(field, []).append(change)
    rows = []
    for (section, level, owner, message), fields in groups.items():
        group = tuple(change for changes_of in fields.values() for change in changes_of)
        operations = tuple(dict.fromkeys(change.operation for change in group if change.operation))
        rows.append(Cause(section, level, _words(owner, list(fields)), message, operations, group))
    order = list(SECTIONS)
    return tuple(sorted(rows, key=lambda cause: (order.index(cause.section), LEVELS.index(cause.level))))


def _subject(change: Change) -> tuple[str, str, str]:
    """Section, what the changed thing belongs to, and its name there."""
    if not change.operation:
        return "api", change.where, ""
    if not change.where:
        return "operation", "", ""
    if change.where.partition(" ")[0] in {"path", "query", "header", "cookie"}:
        return "argument", change.where, ""
    section = "request" if change.where.startswith("body") else "response"
    component = next((match for p in change.pointers if p and (match := _COMPONENT.match(p))), None)
    if component is not None and change.kind.startswith(_SUBJECTS):
        return section, component[1], _field(component[2] or "")
    return section, _STATUSES.sub(r"\1", change.where) if change.kind == "response-error-changed" else change.where, ""


def _field(pointer: str) -> str:
    """The path of a field below a component, from its pointer: ``conf.day``, ``tags[]``."""
    steps = iter(pointer.split("/")[1:])
    path = ""
    for step in steps:
        if step == "properties":
            path += f".{next(steps, '')}"
        elif step == "items":
            path += "[]"
        elif step == "additionalProperties":
            path += ".*"
    return path.replace("~1", "/").replace("~0", "~")


def _words(owner: str, fields: list[str]) -> str:
    return ", ".join(
        f"{owner}{field}" if number == 0 else field.removeprefix(".") or owner for number, field in enumerate(fields)
    )
