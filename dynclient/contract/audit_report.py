"""What an audit of recorded traffic found, and how it is written: text, JSON, JUnit XML.

Imported in functions: ``xml.etree``, for JUnit XML only.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from .exchanges import Omission

__all__ = ["KINDS", "AuditedExchange", "Finding", "Report"]

Kind = Literal["violation", "break", "disagreement", "warning", "refused"]
#: kind -> what is counted, one and several
KINDS: dict[Kind, tuple[str, str]] = {
    "violation": ("violation", "violations"),
    "break": ("break", "breaks"),
    "disagreement": ("disagreement", "disagreements"),
    "warning": ("warning", "warnings"),
    "refused": ("request that the server refused too", "requests that the server refused too"),
}
_PLACES = 3  # places named in a line of text, the rest are counted
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Finding(NamedTuple):
    """One thing about one exchange.

    Attributes:
        kind: ``violation`` (it breaks the document), ``break`` (it would, on the release it was held against),
            ``disagreement`` (the second opinion differs), ``warning`` (worth knowing), ``refused`` (the request breaks
            the document, and the server has refused it as well).
        place: where it was recorded, ``dags.yaml #3``.
        operation: the operation's id, ``""`` where the exchange belongs to none.
        where: ``query limit``, ``body conf.day``, ``response dags[0].dag_id``.
        rule: the rule that was broken.
        message: one sentence without any recorded value.
        pointer: the place of the rule in the document.
        times: how often it is so in this exchange: for how many items of a list.
    """

    kind: Kind
    place: str
    operation: str
    where: str
    rule: str
    message: str
    pointer: str
    times: int = 1

    @property
    def line(self) -> str:
        """Where and what, without place and operation."""
        many = f" ({self.times} times)" if self.times > 1 else ""
        return f"{self.where}: {self.message}{many}" + (f" ({self.pointer})" if self.pointer else "")

    def __str__(self) -> str:
        return f"{self.place} {self.operation or 'no operation'}: {self.line}"


class AuditedExchange(NamedTuple):
    """One exchange that was held against the document."""

    place: str
    file: str
    operation: str
    method: str
    path: str
    status: int


class Report(NamedTuple):
    """All that an audit found.

    Attributes:
        spec: what it was held against, in words.
        against: the release it would be used on, in words; ``""`` when not asked.
        operations: the ids of all operations there are.
        audited: the exchanges.
        findings: what was found, in the order of the exchanges.
        unread: files and exchanges that could not be read.
        skipped: exchanges that are not of this API.
        notes: what holds for a whole file or for all.
    """

    spec: str
    against: str
    operations: tuple[str, ...]
    audited: tuple[AuditedExchange, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[Omission, ...] = ()
    skipped: tuple[Omission, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, *kinds: Kind) -> tuple[Finding, ...]:
        """The findings of these kinds."""
        return tuple(finding for finding in self.findings if finding.kind in kinds)

    @property
    def violations(self) -> tuple[Finding, ...]:
        """Where recorded traffic breaks the document."""
        return self.of("violation")

    @property
    def breaks(self) -> tuple[Finding, ...]:
        """What would break on the release it was held against."""
        return self.of("break")

    @property
    def ok(self) -> bool:
        """Was anything held against the document, all of it read, and is there no violation and no break?"""
        return bool(self.audited) and not self.unread and not self.of("violation", "break")

    @property
    def exercised(self) -> dict[str, int]:
        """Operation -> how many exchanges there are of it."""
        counts: dict[str, int] = {}
        for one in self.audited:
            counts[one.operation] = counts.get(one.operation, 0) + 1
        return {id_: counts[id_] for id_ in self.operations if id_ in counts}

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The operations of which there is no exchange."""
        exercised = self.exercised
        return tuple(id_ for id_ in self.operations if id_ not in exercised)

    # --- writing ---

    def summary(self) -> str:
        """The counts, in one line."""
        exchanges = f"{len(self.audited)} exchange{'' if len(self.audited) == 1 else 's'}"
        against = f", and against {self.against}" if self.against else ""
        of = f"{len(self.exercised)} of {len(self.operations)} operations"
        counts = [f"{len(self.of(kind))} {KINDS[kind][len(self.of(kind)) != 1]}" for kind in KINDS if self.of(kind)]
        omissions = [f"{len(self.unread)} unread"] if self.unread else []
        omissions += [f"{len(self.skipped)} left out"] if self.skipped else []
        return f"{exchanges} held against {self.spec}{against}: {of}; " + ", ".join(
            [*counts, *omissions] or ["all is well" if self.audited else "there is nothing here"]
        )

    def text(self, *, uncovered: bool = False) -> str:
        """For people: what was found, operation by operation, what was left out, and the counts last."""
        lines: list[str] = []
        for kind, (_, several) in KINDS.items():
            findings = self.of(kind)
            if findings:
                title = f"on {self.against}" if kind == "break" else ""
                lines += [f"{several.capitalize()}{title and f' {title}'}:", *_grouped(findings), ""]
        lines += [f"Not read: {part}" for part in self.unread]
        reasons = {
            part.reason: [one.place for one in self.skipped if one.reason == part.reason] for part in self.skipped
        }
        lines += [f"Left out: {reason}, in {_name(places)}" for reason, places in reasons.items()]
        lines += [f"Note: {note}" for note in self.notes]
        if uncovered and self.uncovered:
            lines.append(f"Uncovered: {', '.join(self.uncovered)}")
        return "\n".join([*lines, self.summary()])

    def json(self) -> str:
        """For programs."""
        value: dict[str, object] = {
            "spec": self.spec,
            "against": self.against or None,
            "ok": self.ok,
            "exchanges": [one._asdict() for one in self.audited],
            "findings": [finding._asdict() for finding in self.findings],
            "unread": [part._asdict() for part in self.unread],
            "skipped": [part._asdict() for part in self.skipped],
            "notes": list(self.notes),
            "operations": {"exercised": self.exercised, "uncovered": list(self.uncovered)},
        }
        return json.dumps(value, indent=2, ensure_ascii=False)

    def junit(self) -> str:
        """For build servers: a suite a file, a case an exchange; what could not be read is an error."""
        from xml.etree import ElementTree as ET  # only when asked for; it writes and reads nothing here

        root = ET.Element("testsuites", name=f"held against {self.spec}")
        suites: dict[str, Element] = {}

        def case(file: str, name: str) -> Element:
            if file not in suites:
                suites[file] = ET.SubElement(root, "testsuite", name=_xml(file))
            return ET.SubElement(suites[file], "testcase", classname=_xml(file), name=_xml(name))

        by_place: dict[str, list[Finding]] = {}
        for finding in self.findings:
            by_place.setdefault(finding.place, []).append(finding)
        for one in self.audited:
            number = one.place.removeprefix(one.file).strip()
            element = case(one.file, f"{number} {one.method} {one.path} {one.operation}".strip())
            findings = by_place.get(one.place, [])
            bad = [finding for finding in findings if finding.kind in {"violation", "break"}]
            for finding in bad:
                ET.SubElement(element, "failure", type=finding.rule, message=_xml(finding.line)).text = _xml(
                    str(finding)
                )
            rest = "\n".join(f"{finding.kind}: {finding.line}" for finding in findings if finding not in bad)
            if rest:
                ET.SubElement(element, "system-out").text = _xml(rest)
        for tag, parts in (("error", self.unread), ("skipped", self.skipped)):
            for part in parts:
                file, mark, number = part.place.rpartition(" #")
                element = case(file if mark else part.place, f"#{number}" if mark else "the file")
                ET.SubElement(element, tag, message=_xml(part.reason))
        for suite in suites.values():
            _count(suite)
        _count(root)
        ET.indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _count(element: Element) -> None:
    """The numbers that readers of JUnit XML expect."""
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _grouped(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings by operation; what is the same in several places is one line."""
    key: Callable[[Finding], tuple[str, ...]] = lambda f: (f.operation, f.where, f.rule, f.message, f.pointer)  # noqa: E731
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    heading = None
    for group in sorted(groups.values(), key=lambda group: group[0].operation):
        first = group[0]
        if first.operation != heading:
            heading = first.operation
            yield f"  {heading or 'no operation'}"
        yield f"    {first.line}"
        yield f"      in {_name(list(dict.fromkeys(finding.place for finding in group)))}"


def _name(places: Sequence[str]) -> str:
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return f"{', '.join(places[:_PLACES])}{more}"
