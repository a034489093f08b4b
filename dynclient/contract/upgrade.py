"""What breaks on an upgrade, of recordings and of source code together.

::

    report = upgrade(dynclient.load("2.10.5"), dynclient.load("3.3.2"), ["scripts", "tests/cassettes"])
    print(report.text())
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..documents import releases
from .auditor import audit_recordings
from .code_check import CodeCheck
from .code_files import RecordedFile, scan
from .code_use import Unclear, Use
from .exchanges import Omission
from .upgrade_report import UpgradeFinding, UpgradeReport

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from ..openapi.spec import Spec

__all__ = ["upgrade"]


def upgrade(
    old: Spec,
    new: Spec,
    paths: Iterable[str | os.PathLike[str]],
    *,
    progress: Callable[[int, str], None] | None = None,
) -> UpgradeReport:
    """What of the use of one release breaks on another.

    Args:
        old: the document that the code was written for and the traffic was recorded from.
        new: that of the release to upgrade to.
        paths: source code (Python, notebooks, shell, YAML …), cassettes, HAR files, folders of them.
        progress: called with the number and the name of each file before it is read.
    """
    work = _Upgrade(old, new)
    for part in scan(paths, old, progress=progress):
        work.add(part)
    return work.report()


class _Upgrade:
    """Collects what is found, part by part."""

    def __init__(self, old: Spec, new: Spec) -> None:
        self.old = old
        self.new = new
        self.check = CodeCheck(old, new, releases.renames())
        self.findings: list[UpgradeFinding] = []
        self.unclear: list[Omission] = []
        self.unread: list[Omission] = []
        self.uses = 0
        self.exchanges = 0
        self.notes: dict[str, None] = {}
        self.operations: Counter[str] = Counter()

    def add(self, part: Use | Unclear | Omission | RecordedFile) -> None:
        """Judges one part of a project."""
        if isinstance(part, RecordedFile):
            self._recording(part)
        elif isinstance(part, Use):
            self._use(part)
        elif isinstance(part, Unclear):
            self.unclear.append(Omission(f"{part.file}:{part.line}", part.reason))
        else:
            self.unread.append(part)

    def _recording(self, file: RecordedFile) -> None:
        report = audit_recordings([file], self.old, against=self.new, second_opinion=False)
        self.unread += report.unread
        self.notes.update(dict.fromkeys(report.notes))
        self.exchanges += len(report.audited)
        self.operations.update(one.operation for one in report.audited if one.operation)
        for f in report.breaks:
            place = (f.place, "", 0)
            self.findings.append(UpgradeFinding("breaking", *place, f.operation, f.where, f.rule, f.message, ""))

    def _use(self, use: Use) -> None:
        self.uses += 1
        self.operations[use.operation] += 1
        effects = self.check.effects(use)
        advice = self.check.advice(use) if any(effect.level == "breaking" for effect in effects) else ""
        for effect in effects:
            self.findings.append(
                UpgradeFinding(effect.level, use.place, use.file, use.line, use.operation, *effect[1:], advice)
            )

    def report(self) -> UpgradeReport:
        """All of it."""
        return UpgradeReport(
            _name(self.old),
            _name(self.new),
            tuple(self.findings),
            self.uses,
            self.exchanges,
            tuple(self.unclear),
            tuple(self.unread),
            tuple(self.notes),
            dict(self.operations),
        )


def _name(spec: Spec) -> str:
    return spec.release or spec.source or str(spec.document["info"].get("title", "the document"))
