"""What verifying a server brought, and how it is written: text, JSON, JUnit XML.

Imported in functions: ``xml.etree``, for JUnit XML only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from ..errors import Violation
    from ..schema.schema import Schema

__all__ = ["FieldCounts", "Outcome", "Verdict", "Verification"]

Verdict = Literal["kept", "broken", "refused", "not reachable"]
_VERDICTS: tuple[Verdict, ...] = ("kept", "broken", "refused", "not reachable")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Outcome(NamedTuple):
    """What came of one operation.

    Attributes:
        operation: its id.
        method: of the request.
        path: of the document, with its parameters.
        verdict: ``kept`` (to the document), ``broken`` (the answer breaks it, or the server failed), ``refused`` (by
            the server: 4xx) or ``not reachable`` (nothing named its arguments, or no answer came).
        status: of the answer; None without one.
        violations: where the answer breaks the document.
        message: one sentence, for all but ``kept``.
        fields: the names of all fields that the answer had, at any depth.
        has_empty_list: whether a list in it was empty, so that fields of its items could not be seen.
    """

    operation: str
    method: str
    path: str
    verdict: Verdict
    status: int | None = None
    violations: tuple[Violation, ...] = ()
    message: str = ""
    fields: frozenset[str] = frozenset()
    has_empty_list: bool = False


class Verification(NamedTuple):
    """What verifying a server brought.

    Attributes:
        server: its URL.
        release: what it runs, or what the document describes.
        outcomes: one for each safe operation, in the order of the document.
        never_sent: fields that the document has and no answer had, by schema: ``"Pool.used_slots"``.
        undeclared: fields that answers had and the document has not.
    """

    server: str
    release: str | None
    outcomes: tuple[Outcome, ...]
    never_sent: tuple[str, ...]
    undeclared: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Did something answer, and nothing break the document?"""
        return not self.of("broken") and bool(self.of("kept"))

    def of(self, verdict: Verdict) -> tuple[Outcome, ...]:
        """The outcomes with a verdict."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict == verdict)

    @property
    def counts(self) -> dict[str, int]:
        """How many operations have each verdict, and how many were called."""
        counts: dict[str, int] = {verdict: len(self.of(verdict)) for verdict in _VERDICTS}
        return {"called": sum(outcome.status is not None for outcome in self.outcomes), **counts}

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """For people: the counts, and a paragraph for what is not as it should be."""
        counted = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        lines = [f"{self.server} (Airflow {self.release}): {counted}"]
        for verdict in _VERDICTS[1:]:
            for outcome in self.of(verdict):
                line = f"{outcome.operation} ({outcome.method} {outcome.path})"
                has_name = outcome.message.startswith(outcome.operation)
                lines.append(f"{verdict}: {outcome.message}" if has_name else f"{verdict}: {line}: {outcome.message}")
                lines += [f"  {violation}" for violation in outcome.violations]
        lines += [f"declared and never sent: {name}" for name in self.never_sent]
        lines += [f"sent and not declared: {name}" for name in self.undeclared]
        return "\n".join(lines)

    def json(self) -> str:
        """For programs: the same as one JSON object."""
        outcomes = [
            {**outcome._asdict(), "violations": [*map(str, outcome.violations)], "fields": sorted(outcome.fields)}
            for outcome in self.outcomes
        ]
        parts = {"server": self.server, "release": self.release, "ok": self.ok, "counts": self.counts}
        lists = {"never_sent": list(self.never_sent), "undeclared": list(self.undeclared)}
        return json.dumps({**parts, "outcomes": outcomes, **lists}, ensure_ascii=False, indent=2)

    def junit(self) -> str:
        """For build servers: one suite, a case an operation; what was refused or not reached is skipped."""
        from xml.etree import ElementTree as ET  # only when asked for; it writes and reads nothing here

        broken = len(self.of("broken"))
        skipped = len(self.of("refused")) + len(self.of("not reachable"))
        sizes = {"tests": str(len(self.outcomes)), "failures": str(broken), "skipped": str(skipped)}
        suite = ET.Element("testsuite", {"name": _xml(f"verify {self.server}"), **sizes})
        for outcome in self.outcomes:
            case = ET.SubElement(suite, "testcase", classname=_xml(outcome.path), name=_xml(outcome.operation))
            if outcome.verdict == "broken":
                failure = ET.SubElement(case, "failure", message=_xml(outcome.message))
                failure.text = _xml("\n".join(map(str, outcome.violations)))
            elif outcome.verdict != "kept":
                ET.SubElement(case, "skipped", message=_xml(f"{outcome.verdict}: {outcome.message}"))
        fields = [f"declared and never sent: {name}" for name in self.never_sent]
        fields += [f"sent and not declared: {name}" for name in self.undeclared]
        ET.SubElement(suite, "system-out").text = _xml("\n".join(fields))
        return ET.tostring(suite, encoding="unicode")


def _xml(text: str) -> str:
    return _NOT_XML.sub("�", text)


class FieldCounts:
    """Which fields of which schemas answers had."""

    def __init__(self) -> None:
        self._declared: dict[str, frozenset[str]] = {}
        self._sent: dict[str, set[str]] = {}

    def count(self, schema: Schema, data: object) -> None:
        """Count the fields of an answer and of all objects in it that a schema describes."""
        plain = schema.plain
        if isinstance(data, list) and plain.items is not None:
            for item in data:
                self.count(plain.items, item)
        if not isinstance(data, Mapping) or not plain.fields:
            return
        if plain.name is not None:
            declared = [name for name, field in plain.fields.items() if not field.write_only]
            self._declared[plain.name] = frozenset(declared)
            self._sent.setdefault(plain.name, set()).update(data)
        for name, value in data.items():
            if name in plain.fields:
                self.count(plain.fields[name], value)

    def differences(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Fields declared and never sent, and fields sent and not declared, as ``Schema.field``."""
        never = [f"{schema}.{name}" for schema, names in self._declared.items() for name in names - self._sent[schema]]
        beyond = [f"{schema}.{name}" for schema, names in self._sent.items() for name in names - self._declared[schema]]
        return tuple(sorted(never)), tuple(sorted(beyond))
