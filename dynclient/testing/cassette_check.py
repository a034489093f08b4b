"""Holding what a test run records and replays to its document: the working half of the pytest plugin.

Imported in functions: ``vcr``, an optional package.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pytest

from ..contract.auditor import audit_recordings
from ..contract.recordings_vcr import from_cassette

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from ..contract.audit_report import Finding, Report
    from ..openapi.spec import Spec
    from .fake_server import FakeServer

__all__ = ["Checker"]

_SHOWN = 12  # uncovered operations named without -v, and violations named for one test


class _Run(NamedTuple):
    """What is known of one release's operations: sent between the processes of pytest-xdist as JSON."""

    total: list[str]
    used: dict[str, int]
    exchanges: list[str]
    counts: dict[str, int]


class Checker:
    """Notes every vcrpy cassette as it is loaded, and holds its exchanges to a spec when the test has run.

    Args:
        spec: what cassettes are held to.
        check: fail tests, and say what was found at the end.
        second_opinion: ask openapi-core too.
        target: the file to write the used operations to.
        minimum: how many operations of the spec the run must exercise.
    """

    def __init__(self, spec: Spec, *, check: bool, second_opinion: bool, target: str, minimum: int = 0) -> None:
        self.spec = spec
        self.check = check
        self.second_opinion = second_opinion
        self.target = target
        self.minimum = minimum
        self.name = spec.release or spec.source
        self.runs: dict[str, _Run] = {}
        self.shown: dict[str, None] = {}  # disagreements, for the summary
        self._fresh: list[object] = []
        self._positions: WeakKeyDictionary[Any, int] = (
            WeakKeyDictionary()
        )  # cassette -> how many exchanges were looked at
        self._undo: Callable[[], None] | None = None

    # --- vcrpy ---

    def start(self, *, needed: bool) -> None:
        """Note every cassette from now on.

        Raises:
            UsageError: vcrpy is not there, and it is needed.
        """
        try:
            from vcr.cassette import Cassette  # only for those who ask
        except ImportError:
            if needed:
                raise pytest.UsageError(
                    "dynclient: --dynclient-check looks at vcrpy's cassettes; install vcrpy"
                ) from None
            return
        load, fresh = Cassette._load, self._fresh  # noqa: SLF001 - the one place that all ways to a cassette go through

        def load_and_note(cassette: Any) -> None:
            load(cassette)
            fresh.append(cassette)

        Cassette._load = load_and_note  # noqa: SLF001 - as above

        def undo() -> None:
            Cassette._load = load  # noqa: SLF001 - as above

        self._undo = undo

    def stop(self) -> None:
        """Note no more."""
        if self._undo is not None:
            self._undo()
            self._undo = None

    # --- each test ---

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Fail a test that passed although its recorded traffic breaks the document."""
        return (yield from self._check_after(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """The same for what its fixtures still sent."""
        return (yield from self._check_after(item))

    def _check_after(self, item: pytest.Item) -> Generator[None, object, object]:
        try:
            result = yield
        except BaseException:
            self.look(item.config)
            raise
        violations = self.look(item.config)
        if violations and self.check:
            pytest.fail(self._failure(violations), pytrace=False)
        return result

    def look(self, config: pytest.Config) -> tuple[Finding, ...]:
        """Hold what is new in the cassettes to the spec."""
        for cassette in self._fresh:
            self._positions.setdefault(cassette, 0)
        violations: list[Finding] = []
        for cassette, start in list(self._positions.items()):
            data = cassette.data[start:]
            if data:
                self._positions[cassette] = start + len(data)
                name = _shown(str(cassette._path), config)  # noqa: SLF001 - ``path`` came with vcrpy 8
                recording = from_cassette(data, name, start)
                report = audit_recordings(
                    [(name, recording)], self.spec, second_opinion=self.check and self.second_opinion
                )
                self._note(report)
                violations += report.violations
        self._fresh.clear()
        return tuple(violations)

    def _failure(self, violations: Iterable[Finding]) -> str:
        lines = [f"  {finding}" for finding in violations]
        more = [f"  … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        return "\n".join([f"recorded traffic breaks the document of {self.name}:", *lines[:_SHOWN], *more])

    # --- the whole run ---

    def run(self, name: str, operations: Iterable[str]) -> _Run:
        """What is known of a release."""
        return self.runs.setdefault(name, _Run(list(operations), {}, [], {}))

    def _note(self, report: Report) -> None:
        run = self.run(self.name, self.spec.operations)
        places = set(run.exchanges)
        for one in report.audited:
            if one.place not in places:
                run.exchanges.append(one.place)
                if one.operation in self.spec.operations:
                    run.used[one.operation] = run.used.get(one.operation, 0) + 1
        for finding in report.findings:
            if finding.place not in places:
                run.counts[finding.kind] = run.counts.get(finding.kind, 0) + 1
                if finding.kind == "disagreement":
                    self.shown.setdefault(str(finding))

    def served(self, fake: FakeServer) -> None:
        """Note what a pretended server was asked."""
        run = self.run(fake.spec.release or fake.spec.source, fake.spec.operations)
        for received in fake.requests:
            if received.operation is not None:
                run.used[received.operation] = run.used.get(received.operation, 0) + 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker of pytest-xdist sends what it knows; the one process there is, or the first one, writes the file."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["dynclient"] = json.dumps([{name: run._asdict() for name, run in self.runs.items()}, [*self.shown]])
            return
        if self._too_few() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.target:
            operations = {name: dict(sorted(run.used.items())) for name, run in sorted(self.runs.items())}
            with open(self.target, "w", encoding="utf-8") as file:  # noqa: PTH123 - a path as the user gave it
                json.dump({"operations": operations}, file, indent=1)
                file.write("\n")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a worker of pytest-xdist knows."""
        runs, relative = json.loads(getattr(node, "workeroutput", {}).get("dynclient", "[{}, []]"))
        self.shown.update(dict.fromkeys(relative))
        for name, values in runs.items():
            theirs, mine = _Run(**values), self.run(name, values["total"])
            mine.exchanges.extend(place for place in theirs.exchanges if place not in set(mine.exchanges))
            for ours, other in ((mine.used, theirs.used), (mine.counts, theirs.counts)):
                for key, count in other.items():
                    ours[key] = ours.get(key, 0) + count

    def _too_few(self) -> str:
        """What the run lacks of the operations that it must exercise; ``""`` where it lacks none."""
        count = len(self.run(self.name, self.spec.operations).used) if self.minimum else 0
        return f"{count} operations of {self.name} exercised, {self.minimum} wanted" if count < self.minimum else ""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Operations exercised out of all, violations, and what is uncovered."""
        if self._too_few():
            terminalreporter.line(f"dynclient: {self._too_few()}", red=True)
        if not self.check:
            return
        terminalreporter.section("dynclient")
        verbose = terminalreporter.config.get_verbosity() > 0
        for name, run in self.runs.items():
            terminalreporter.line(_line(name, run))
            uncovered = [id_ for id_ in run.total if id_ not in run.used]
            more = "" if verbose or len(uncovered) <= _SHOWN else f" and {len(uncovered) - _SHOWN} more (-v names them)"
            names = ", ".join(uncovered if verbose else uncovered[:_SHOWN])
            terminalreporter.line(f"  uncovered: {names or 'none'}{more}")
        if not self.runs:
            terminalreporter.line("no cassette was touched")
        for line in self.shown:
            terminalreporter.line(f"  disagreement: {line}")


def _line(name: str, run: _Run) -> str:
    violations = run.counts.get("violation", 0)
    counts = f"{len(run.exchanges)} exchanges, {violations} violation{'' if violations == 1 else 's'}"
    return f"{name}: {len(run.used)} of {len(run.total)} operations exercised; {counts}"


def _shown(path: str, config: pytest.Config) -> str:
    """A cassette's path as seen from where pytest was started."""
    try:
        relative = os.path.relpath(path, config.invocation_params.dir)
    except ValueError:  # on another drive
        return path
    return path if relative.startswith("..") else relative
