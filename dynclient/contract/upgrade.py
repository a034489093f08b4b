"""What breaks on an upgrade, of recordings and of source code together.

::

    report = upgrade(dynclient.load("2.10.5"), dynclient.load("3.3.2"), ["scripts", "tests/cassettes"])
    print(report.text())
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..documents import releases
from . import recordings
from .auditor import audit_recordings
from .code_check import CodeCheck
from .code_python import uses_in_python
from .code_text import uses_in_text
from .code_use import Paths, Unclear, Use
from .exchanges import Omission
from .upgrade_report import UpgradeFinding, UpgradeReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..openapi.spec import Spec

__all__ = ["upgrade"]

_LARGEST: Final = 5 * 2**20  # bytes of a source file; more is data
_PYTHON = (".py", ".pyi", ".pyw")
_TEXT = (".sh", ".bash", ".zsh", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".md", ".rst", ".txt", ".js", ".ts")
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv", "site-packages", "build", "dist"})
_RECORDING = re.compile(rb'(?m)^\s*-?\s*"?(?:interactions|http_interactions)"?\s*:|"log"\s*:\s*\{')


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
    for number, path in enumerate(_files(paths), 1):
        if progress is not None:
            progress(number, path)
        work.file(path)
    return work.report()


def _files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[str]:
    """Each file as it is; of a folder all that may be source or a recording, but no installed packages."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield str(path)
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if not name.startswith(".") and name not in _LEFT_OUT)
            for name in sorted(names):
                if name.endswith((*_PYTHON, *_TEXT, ".ipynb", ".har", ".yaml.gz", ".json.gz")):
                    yield str(Path(folder, name))


class _Upgrade:
    """Collects what is found, file by file."""

    def __init__(self, old: Spec, new: Spec) -> None:
        self.old = old
        self.new = new
        self.paths = Paths(old)
        self.check = CodeCheck(old, new, releases.renames())
        self.findings: list[UpgradeFinding] = []
        self.unclear: list[Omission] = []
        self.unread: list[Omission] = []
        self.uses = 0
        self.exchanges = 0
        self.notes: dict[str, None] = {}
        self.operations: Counter[str] = Counter()

    def file(self, path: str) -> None:
        """Looks at one file."""
        try:
            with Path(path).open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError as error:
            self.unread.append(Omission(path, f"cannot be read ({error.strerror or type(error).__name__})"))
            return
        is_gzip = path.endswith(".gz")
        if path.endswith(".har") or is_gzip or (not path.endswith(_PYTHON) and _RECORDING.search(data)):
            self._recording(path)
        elif len(data) > _LARGEST:
            self.unread.append(Omission(path, f"larger than {_LARGEST >> 20} MiB; not looked at as source"))
        else:
            self._source(path, data)

    def _recording(self, path: str) -> None:
        recording = recordings.read(path)
        report = audit_recordings([(path, recording)], self.old, against=self.new, second_opinion=False)
        self.unread += report.unread
        self.notes.update(dict.fromkeys(report.notes))
        self.exchanges += len(report.audited)
        self.operations.update(one.operation for one in report.audited if one.operation)
        for finding in report.breaks:
            self.findings.append(
                UpgradeFinding(
                    "breaking",
                    finding.place,
                    "",
                    0,
                    finding.operation,
                    finding.where,
                    finding.rule,
                    finding.message,
                    "",
                )
            )

    def _source(self, path: str, data: bytes) -> None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.unread.append(Omission(path, "not UTF-8 text"))
            return
        if "\0" in text:
            self.unread.append(Omission(path, "binary data"))
            return
        try:
            for use in self._uses(path, text):
                self._use(use)
        except SyntaxError as error:
            self.unread.append(Omission(f"{path}:{error.lineno or 1}", "no Python that this Python can read"))
        except RecursionError:
            self.unread.append(Omission(path, "nested too deep to be read"))
        except ValueError:
            self.unread.append(Omission(path, "a notebook that is no JSON"))

    def _uses(self, path: str, text: str) -> Iterator[Use | Unclear]:
        if path.endswith(_PYTHON):
            yield from uses_in_python(text, path, self.old, self.paths)
        elif path.endswith(".ipynb"):
            code = _notebook(text)
            yield from uses_in_python(code, path, self.old, self.paths)
        else:
            yield from uses_in_text(text, path, self.paths)

    def _use(self, use: Use | Unclear) -> None:
        if isinstance(use, Unclear):
            self.unclear.append(Omission(f"{use.file}:{use.line}", use.reason))
            return
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


def _notebook(text: str) -> str:
    """The code of a notebook's cells, one after another, without what only IPython reads."""
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "code"]
    except (KeyError, TypeError, AttributeError):
        raise ValueError("no notebook") from None
    lines = "\n".join(sources).split("\n")
    return "\n".join("pass" if line.lstrip()[:1] in {"%", "!"} else line for line in lines)
