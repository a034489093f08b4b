"""What an upgrade breaks, as a report for a team: text, Markdown, JSON, JUnit XML, SARIF, HTML."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .diff_rules import Level
    from .exchanges import Omission

__all__ = ["FORMATS", "UpgradeFinding", "UpgradeReport"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TITLES: dict[str, str] = {"breaking": "Breaks", "warning": "May behave otherwise"}
_PLACES = 4  # places named for the same thing, the others are counted
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


class UpgradeFinding(NamedTuple):
    """One thing about one use.

    Attributes:
        level: ``breaking`` or ``warning``.
        place: ``scripts/trigger.py:12`` or ``dags.yaml #3``.
        file: the source file; ``""`` for a recording.
        line: counted from 1; 0 for a recording.
        operation: its id in the old release.
        where: ``query limit``, ``body conf``, ``response execution_date``, ``operation``.
        rule: a kind of change, or the rule of the new release that refuses.
        message: one sentence.
        advice: what to write instead; ``""`` where there is nothing to say.
    """

    level: Level
    place: str
    file: str
    line: int
    operation: str
    where: str
    rule: str
    message: str
    advice: str


class UpgradeReport(NamedTuple):
    """All that was found.

    Attributes:
        old, new: the releases.
        findings: in the order of the files.
        uses: how many uses there are in source code.
        exchanges: how many recorded exchanges there are.
        unclear: uses that cannot be told from the source.
        unread: files that could not be read.
        notes: what holds for all.
        operations: operation -> how often it is used.
    """

    old: str
    new: str
    findings: tuple[UpgradeFinding, ...]
    uses: int
    exchanges: int
    unclear: tuple[Omission, ...]
    unread: tuple[Omission, ...]
    notes: tuple[str, ...]
    operations: Mapping[str, int]

    def of(self, level: str) -> tuple[UpgradeFinding, ...]:
        """The findings of a level."""
        return tuple(finding for finding in self.findings if finding.level == level)

    @property
    def safe(self) -> int:
        """How many uses and exchanges nothing is said about."""
        return self.uses + self.exchanges - len({finding.place for finding in self.findings})

    def failed(self, level: str = "breaking") -> bool:
        """Is there a finding of this level or a worse one, or a file that could not be read?"""
        return bool(self.of("breaking") or (level == "warning" and self.of("warning")) or self.unread)

    def summary(self) -> str:
        """One line: how much breaks, how much is safe."""
        total = self.uses + self.exchanges
        parts = [f"{len({f.place for f in self.of('breaking')})} break"]
        parts += [f"{len({f.place for f in self.of('warning')})} may behave otherwise"] if self.of("warning") else []
        parts += [f"{len(self.unclear)} cannot be told"] if self.unclear else []
        parts += [f"{len(self.unread)} files unread"] if self.unread else []
        return (
            f"{self.old} → {self.new}: {self.safe} of {total} uses of {len(self.operations)} operations are safe; "
            + (", ".join(parts))
        )

    def text(self) -> str:
        """For people: what breaks and what to write instead, what may behave otherwise, what is safe."""
        lines: list[str] = []
        for level, title in _TITLES.items():
            groups = _grouped(self.of(level))
            lines += [f"{title}:", *(line for group in groups for line in _lines(group)), ""] if groups else []
        lines += [f"Cannot be told: {part}" for part in self.unclear]
        lines += [f"Not read: {part}" for part in self.unread]
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join([*lines, self.summary()]) + "\n"

    def markdown(self) -> str:
        """For a pull request."""
        lines = [f"**{self.summary()}**", ""]
        for level, title in _TITLES.items():
            groups = _grouped(self.of(level))
            if groups:
                lines += [f"### {title}", "", "| where | what | why | instead |", "|---|---|---|---|"]
                lines += ["| " + " | ".join(map(_cell, _row(group))) + " |" for group in groups] + [""]
        lines += [f"- cannot be told: {_cell(str(part))}" for part in self.unclear]
        lines += [f"- not read: {_cell(str(part))}" for part in self.unread]
        return "\n".join(lines).rstrip() + "\n"

    def json(self) -> str:
        """For programs."""
        value = {
            "from": self.old,
            "to": self.new,
            "uses": self.uses,
            "exchanges": self.exchanges,
            "safe": self.safe,
            "operations": dict(self.operations),
            "findings": [finding._asdict() for finding in self.findings],
            "unclear": [part._asdict() for part in self.unclear],
            "unread": [part._asdict() for part in self.unread],
            "notes": list(self.notes),
        }
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"

    def junit(self) -> str:
        """For build servers: a case for each place with a finding, a failure for each break."""
        root = ET.Element("testsuites", name=f"{self.old} to {self.new}")
        suite = ET.SubElement(root, "testsuite", name="upgrade")
        for place in dict.fromkeys(finding.place for finding in self.findings):
            group = [finding for finding in self.findings if finding.place == place]
            case = ET.SubElement(suite, "testcase", classname=_xml(group[0].file or place), name=_xml(place))
            for finding in group:
                tag = "failure" if finding.level == "breaking" else "system-out"
                element = ET.SubElement(case, tag)
                element.text = _xml(_sentence(finding))
                if tag == "failure":
                    element.set("type", finding.rule)
                    element.set("message", _xml(f"{finding.where}: {finding.message}"))
        for part in self.unread:
            case = ET.SubElement(suite, "testcase", classname=_xml(part.place), name="the file")
            ET.SubElement(case, "error", message=_xml(part.reason))
        for element in (suite, root):
            cases = list(element.iter("testcase"))
            element.set("tests", str(len(cases)))
            for name, tag in (("failures", "failure"), ("errors", "error")):
                element.set(name, str(sum(case.find(tag) is not None for case in cases)))
        ET.indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

    def sarif(self) -> str:
        """SARIF 2.1.0, by which code hosts annotate lines."""
        rules = [{"id": rule} for rule in dict.fromkeys(finding.rule for finding in self.findings)]
        results = [_sarif_result(finding) for finding in self.findings]
        driver = {"name": "dynclient upgrade", "rules": rules}
        run = {"tool": {"driver": driver}, "results": results}
        return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"

    def html(self) -> str:
        """One page that needs nothing else, readable in light and dark."""
        title = f"Upgrade {self.old} → {self.new}"
        summary = self.summary().partition(": ")[2]
        parts = [f"<h1>{escape(title)}</h1>", f"<p class=summary>{escape(summary)}</p>"]
        for level, heading in _TITLES.items():
            groups = _grouped(self.of(level))
            if groups:
                head = "<thead><tr><th>where<th>what<th>why<th>instead</tr></thead>"
                rows = "".join(map(_html_row, groups))
                parts.append(f"<h2 class={level}>{heading}</h2>\n<table>{head}\n{rows}</table>")
        for heading, omissions in (("Cannot be told", self.unclear), ("Not read", self.unread)):
            if omissions:
                items = "".join(f"<li>{escape(str(part))}</li>\n" for part in omissions)
                parts.append(f"<h2>{heading}</h2>\n<ul>{items}</ul>")
        return _PAGE.format(title=escape(title), body="\n".join(parts))


FORMATS = ("text", "markdown", "json", "junit", "sarif", "html")

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem;
  color: light-dark(#1c1e21, #e4e6eb); background: light-dark(#fff, #16181c) }}
.summary {{ font-size: 1.1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .6rem; overflow-wrap: anywhere;
  border-bottom: 1px solid light-dark(#d8dbe0, #34383f) }}
td:nth-child(1), td:nth-child(2), td:nth-child(4) {{ font-family: ui-monospace, monospace; font-size: .85rem }}
th:nth-child(1) {{ width: 17% }}
th:nth-child(2) {{ width: 17% }}
th:nth-child(3) {{ width: 33% }}
table {{ table-layout: fixed }}
@media (max-width: 50rem) {{
  thead {{ display: none }}
  tr, td {{ display: block; border: 0; padding: .1rem 0 }}
  tr {{ border-bottom: 1px solid light-dark(#d8dbe0, #34383f); padding: .6rem 0 }}
  td:nth-child(1) {{ font-weight: bold }}
  td:nth-child(4):not(:empty)::before {{ content: "instead: " }}
}}
h2.breaking {{ color: light-dark(#b3261e, #ff8a80) }}
h2.warning {{ color: light-dark(#8a5a00, #ffc66d) }}
</style></head><body>
{body}
</body></html>
"""


def _grouped(findings: Sequence[UpgradeFinding]) -> list[list[UpgradeFinding]]:
    """The same of recordings is one line with its places; each line of source stands for itself."""
    groups: dict[tuple[str, ...], list[UpgradeFinding]] = {}
    for f in findings:
        key = (f.file, str(f.line), f.operation) if f.file else ("", f.operation, f.where, f.message)
        groups.setdefault(key, []).append(f)
    return list(groups.values())


def _places(group: Sequence[UpgradeFinding]) -> str:
    places = list(dict.fromkeys(finding.place for finding in group))
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return ", ".join(places[:_PLACES]) + more


def _lines(group: Sequence[UpgradeFinding]) -> list[str]:
    first = group[0]
    lines = [f"  {_places(group)}  {first.operation}"]
    lines += [f"    {words}" for words in dict.fromkeys(f"{f.where}: {f.message}" for f in group)]
    return lines + ([f"    instead: {first.advice}"] if first.advice else [])


def _row(group: Sequence[UpgradeFinding]) -> tuple[str, str, str, str]:
    first = group[0]
    why = "; ".join(dict.fromkeys(f"{finding.where}: {finding.message}" for finding in group))
    return _places(group), first.operation, why, first.advice


def _sentence(finding: UpgradeFinding) -> str:
    advice = f"; instead: {finding.advice}" if finding.advice else ""
    return f"{finding.operation}: {finding.where}: {finding.message}{advice}"


def _sarif_result(finding: UpgradeFinding) -> dict[str, object]:
    uri = (finding.file or finding.place.rpartition(" #")[0]).replace("\\", "/")
    return {
        "ruleId": finding.rule,
        "level": "error" if finding.level == "breaking" else "warning",
        "message": {"text": _sentence(finding)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": max(finding.line, 1)}}}
        ],
    }


def _html_row(group: Sequence[UpgradeFinding]) -> str:
    """A row of the page, each reason on a line of its own; a long name breaks at its dots, slashes and underscores."""
    places, operation, _, advice = _row(group)
    reasons = dict.fromkeys(f"{finding.where}: {finding.message}" for finding in group)
    why = "<br>".join(map(escape, reasons))
    cells = [_breakable(places), _breakable(operation), why, escape(advice)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _breakable(text: str) -> str:
    return re.sub(r"([/_.])", r"\1<wbr>", escape(text))


def _cell(text: str) -> str:
    return re.sub(r"([\\|<>*_`\[\]])", r"\\\1", text).replace("\n", " ")


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
