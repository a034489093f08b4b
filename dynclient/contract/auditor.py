"""Recorded exchanges held against a spec: where they break it, and what would break on another release.

::

    report = audit(["tests/cassettes"], dynclient.load("2.10.5"), against=dynclient.load("3.3.2"))
    print(report.text())

Requests are read as a server of the spec reads them, answers as a client does. openapi-core gives a second opinion on
both; where it differs, that is shown, unless it is one of its known readings that no server shares.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ..documents import releases
from ..errors import ArgumentError, ContractError, SpecError, Violation, near_names
from ..http import masking, media_types, messages
from ..openapi import request_decoder as incoming
from ..openapi.response_decoder import Decoder
from ..openapi.spec import Match, Spec, parse
from . import recordings
from .audit_report import Audited, Finding, Report
from .recordings import Exchange, Recording, Unread
from .scrub import is_login, scrub

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from ..openapi.request_decoder import Incoming
    from ..openapi.response_decoder import Reply
    from .audit_report import Kind
    from .openapi_core import Oracle
    from .upgrade_check import Replay

__all__ = ["Audited", "Exchange", "Finding", "Report", "audit", "audit_recordings", "scrub", "used"]

#: what a server answers that did not like the request itself
_REFUSALS = frozenset({400, 405, 406, 415, 422})
#: rules of ours that openapi-core does not know: it ignores what is not declared and is lenient with formats and styles
_NOT_JUDGED = frozenset({"unknown", "format", "style", "readOnly", "writeOnly", "discriminator", "null"})
_BASE = "http://localhost"


def audit(
    paths: Iterable[str | os.PathLike[str]], spec: Spec, *, against: Spec | None = None, second_opinion: bool = True
) -> Report:
    """Hold recorded traffic against a spec.

    Args:
        paths: vcrpy cassettes and HAR files, or folders with them. What cannot be read is a line of the report.
        spec: the spec that the traffic belongs to.
        against: the spec of another release: what of this traffic would break there?
        second_opinion: ask openapi-core too (0.4 s, then some 40 ms for a large answer).
    """
    found = [(path, recordings.read(path)) for path in recordings.find(paths)]
    return audit_recordings(found, spec, against=against, second_opinion=second_opinion)


def audit_recordings(
    found: Iterable[tuple[str, Recording]], spec: Spec, *, against: Spec | None = None, second_opinion: bool = True
) -> Report:
    """Hold recordings that were read before, each with the name of its file, against a spec."""
    auditor = _Auditor(spec, against, second_opinion=second_opinion)
    for file, recording in found:
        auditor.recording(file, recording)
    return auditor.report()


def used(paths: Iterable[str | os.PathLike[str]], spec: Spec) -> dict[str, int]:
    """Operation -> how often it was called, by cassettes, HAR files, and what ``--dynclient-record-operations`` wrote.

    Raises:
        ArgumentError: a file is none of these.
    """
    counts: dict[str, int] = {}
    for path in recordings.find(paths):
        listed = _operations(path, spec)
        if listed is None:
            recording = recordings.read(path)
            if recording.unread and not recording.exchanges:
                raise ArgumentError(str(recording.unread[0]))
            matches = (spec.match(one.request.method, one.request.url) for one in recording.exchanges)
            listed = [(match.operation.id, 1) for match in matches if match is not None]
        for id_, times in listed:
            counts[id_] = counts.get(id_, 0) + times
    return counts


def _operations(path: str, spec: Spec) -> list[tuple[str, int]] | None:
    """What a test run has written, ``{"operations": {release: {id: times}}}``: of the spec's release, else of all."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 12 ms to import
            start = file.read(64)
            if b'"operations"' not in start:
                return None
            by_release = json.loads(start + file.read())["operations"]
        wanted = [by_release[spec.release]] if spec.release in by_release else list(by_release.values())
        return [(str(id_), int(times)) for part in wanted for id_, times in part.items()]
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


class _Judge:
    """One document: its operations, decoders, and openapi-core on it."""

    def __init__(self, spec: Spec, *, second_opinion: bool) -> None:
        self.spec = spec
        self.keys = {
            s.parameter for s in spec.security_schemes.values() if s.type == "apiKey" and s.location == "query"
        }
        self._decoders: dict[str, Decoder] = {}
        self._oracle: Oracle | None = None
        if second_opinion:
            from .openapi_core import Oracle  # openapi-core: 0.4 s, once it is asked

            self._base = _BASE + urlsplit(spec.servers[0].expand()).path.rstrip("/")
            self._oracle = Oracle(spec.document, self._base)

    def asked(self, exchange: Exchange, match: Match) -> Incoming:
        """The request, read; a key in the query that the security asks for is no unknown argument."""
        found = incoming.read(exchange.request, match.operation, match.arguments)
        kept = [v for v in found.violations if not (v.rule == "unknown" and v.path and v.path[0] in self.keys)]
        return found._replace(violations=tuple(kept))

    def answered(self, exchange: Exchange, match: Match) -> tuple[Reply, tuple[Violation, ...]]:
        """The answer, read, and what is worth a warning."""
        operation, response = match.operation, exchange.response
        if operation.id not in self._decoders:
            self._decoders[operation.id] = Decoder(operation, lambda: self.spec.models)
        reply = self._decoders[operation.id].decode(response, {}, asked=exchange.request.headers.get("accept"))
        if hasattr(reply.data, "__next__"):
            try:
                reply = reply._replace(data=list(reply.data))
            except ContractError as error:
                reply = reply._replace(data=None, violations=(*reply.violations, *error.violations))
        documented = operation.response_for(response.status)
        warnings = reply.warnings
        if response.status >= 400 and documented is None:
            names = ", ".join(operation.responses)
            said = f"{response.status} came, which the document does not name; it has {names}"
            warnings += (Violation("response", (), "status", said, "", f"{operation.pointer}/responses"),)
        elif response.status >= 400 and response.body and documented is not None and documented.content:
            came = response.content_type
            if media_types.match_media(came, documented.content) is None:
                said = f"{came or 'no content type'} came, {', '.join(documented.content)} is documented"
                warnings += (Violation("response", (), "content", said, "", f"{documented.pointer}/content"),)
        return reply, warnings

    def second(self, exchange: Exchange, match: Match) -> tuple[Sequence[Violation], Sequence[Violation]] | None:
        """What openapi-core says of request and answer; None when it is not asked."""
        if self._oracle is None:
            return None
        parts = urlsplit(exchange.request.url)
        below = parts.path[len(match.prefix) :]
        url = self._base + below + (f"?{parts.query}" if parts.query else "")
        request = exchange.request._replace(url=url)
        said = self._oracle.request_violations(request)
        response = self._oracle.response_violations(request, exchange.response) if exchange.whole else ()
        if not exchange.response.content_type:  # an answer that names no type is of the first one documented
            response = tuple(violation for violation in response if violation.rule != "content")
        return said, response


class _Place(NamedTuple):
    """An exchange and the operation it belongs to."""

    exchange: Exchange
    operation: str


class _Auditor:
    """Collects the findings, exchange by exchange."""

    def __init__(self, spec: Spec, against: Spec | None, *, second_opinion: bool) -> None:
        self.spec = spec
        self.against = against
        self.second_opinion = second_opinion
        self.judge = _Judge(spec, second_opinion=second_opinion)
        self.root = _root(spec)
        self.audited: list[Audited] = []
        self.findings: list[Finding] = []
        self.unread: list[Unread] = []
        self.skipped: list[Unread] = []
        self.notes: list[str] = []
        self._strangers: list[tuple[str, Exchange]] = []
        self._origins: set[str] = set()
        self._login: _Judge | None = None
        self._login_read = False
        self._replay: Replay | None = None
        if against is not None:
            from .upgrade_check import Replay  # stands on diff, which few need

            self._replay = Replay(spec, against, releases.renames())
            here, there = self.root, _root(against)
            if here != there:
                self.notes.append(f"every path moves from {here or '/'} to {there or '/'}")

    def recording(self, file: str, recording: Recording) -> None:
        """Hold a file's exchanges against the spec."""
        self.unread += recording.unread
        self.notes += recording.notes
        for exchange in recording.exchanges:
            match = self.spec.match(exchange.request.method, exchange.request.url)
            if match is not None:
                self._origins.add(_origin(exchange))
                self.exchange(file, exchange, match, self.judge)
                continue
            login = self.login
            known = login.spec.match(exchange.request.method, exchange.request.url) if login is not None else None
            if login is not None and known is not None:
                self.exchange(file, exchange, known, login)
            else:
                self._strangers.append((file, exchange))

    @property
    def login(self) -> _Judge | None:
        """The login application's document that lies beside the release, where there is one."""
        if not self._login_read:
            self._login_read = True
            try:
                document = releases.login(self.spec.release) if self.spec.release else None
            except SpecError:  # a release of the user's own
                document = None
            if document is not None:
                self._login = _Judge(parse(document), second_opinion=self.second_opinion)
        return self._login

    def exchange(self, file: str, exchange: Exchange, match: Match, judge: _Judge) -> None:
        """Hold one exchange against its operation."""
        operation, status = match.operation, exchange.response.status
        place = _Place(exchange, operation.id)
        self.audited.append(Audited(exchange.place, file, operation.id, operation.method, operation.path, status))
        asked = judge.asked(exchange, match)
        self.add("refused" if status in _REFUSALS else "violation", place, asked.violations)
        data = None
        violations: tuple[Violation, ...] = ()
        if exchange.whole:
            reply, warnings = judge.answered(exchange, match)
            data, violations = reply.data, reply.violations
            self.add("violation", place, violations)
            self.add("warning", place, warnings)
        else:
            warnings = ()
            self.skipped.append(Unread(exchange.place, "the answer's body was not kept in a form that is read here"))
        self.compare(place, match, judge, (asked.violations, (*violations, *warnings)))
        if self._replay is not None and judge is self.judge:
            for one in self._replay.breaks(asked, exchange, data):
                self.findings.append(Finding("break", exchange.place, operation.id, *one))

    def add(self, kind: Kind, place: _Place, violations: Iterable[Violation], said: str = "") -> None:
        """One finding for each rule; the same one at several items of a list is one."""
        groups: dict[tuple[Any, ...], list[Violation]] = {}
        for v in violations:
            alike = tuple("" if isinstance(step, int) else step for step in v.path)
            groups.setdefault((v.location, alike, v.rule, v.sentence, v.pointer), []).append(v)
        for group in groups.values():
            v = group[0]
            where = v.where if v.where.startswith(v.location) else f"{v.location} {v.where}"
            message = f"{said}{v.sentence}"
            self.findings.append(
                Finding(kind, place.exchange.place, place.operation, where, v.rule, message, v.pointer, len(group))
            )

    def compare(
        self, place: _Place, match: Match, judge: _Judge, ours: tuple[Sequence[Violation], Sequence[Violation]]
    ) -> None:
        """Show where the second opinion on request or answer is another one."""
        from .openapi_core import excused

        try:
            theirs = judge.second(place.exchange, match)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong inside it is no verdict on the exchange
            failed = Violation("exchange", (), "other", f"openapi-core failed with {type(error).__name__}", "", "")
            self.add("disagreement", place, [failed])
            return
        for mine, other in zip(ours, theirs or (), strict=False):
            if other and not mine:
                said = [violation for violation in other if not excused(violation)]
                self.add("disagreement", place, said, "openapi-core alone objects: ")
            elif mine and not other:
                said = [violation for violation in mine if violation.rule not in _NOT_JUDGED]
                self.add("disagreement", place, said, "openapi-core does not object: ")

    # --- what belongs to no operation ---

    def report(self) -> Report:
        """The whole report; what belongs to no operation is judged last, when it is known what else there is."""
        others: dict[tuple[str, str], list[Exchange]] = {}
        for file, exchange in self._strangers:
            reason = self._stranger(exchange)
            if reason:
                self.skipped.append(Unread(exchange.place, reason))
            elif self._is_ours(exchange):
                self._unknown(file, exchange)
            else:
                others.setdefault((file, _origin(exchange)), []).append(exchange)
        for (file, origin), group in others.items():
            first = group[0].request
            where = group[0].place if len(group) == 1 else f"{file} ({len(group)} exchanges)"
            shown = f"{first.method} {_printable(masking.bare_url(first.url))}" if origin else first.method
            self.skipped.append(Unread(where, f"of another API or another release of this one: {shown}"))
        order = {one.place: number for number, one in enumerate(self.audited)}
        self.findings.sort(key=lambda finding: order[finding.place])
        return Report(
            _name(self.spec),
            _name(self.against) if self.against is not None else "",
            tuple(self.spec.operations),
            tuple(self.audited),
            tuple(self.findings),
            tuple(self.unread),
            tuple(self.skipped),
            tuple(dict.fromkeys(self.notes)),
        )

    def _stranger(self, exchange: Exchange) -> str:
        if is_login(exchange.request.url):
            return "a login, which this document does not describe"
        return "a browser's preflight" if exchange.request.method == "OPTIONS" else ""

    def _is_ours(self, exchange: Exchange) -> bool:
        """Is it below what all paths of the document begin with, or else on a host with traffic of this API?"""
        path = urlsplit(exchange.request.url).path
        return f"{self.root}/" in f"{path}/" if self.root else _origin(exchange) in self._origins

    def _unknown(self, file: str, exchange: Exchange) -> None:
        """A path, or a method, that the document does not have."""
        method, url = exchange.request.method, exchange.request.url
        path = _printable(urlsplit(url).path)
        place = _Place(exchange, "")
        self.audited.append(Audited(exchange.place, file, "", method, path, exchange.response.status))
        taken = [m for m in ("GET", "POST", "PUT", "PATCH", "DELETE") if self.spec.match(m, url) is not None]
        if taken:
            wrong = Violation(
                "request", (), "method", f"{method} of a path that takes {', '.join(taken)}", "", "#/paths"
            )
        else:
            base = urlsplit(self.spec.servers[0].expand()).path.rstrip("/")
            shown = path[path.find(self.root) :] if self.root else path
            near = near_names(shown, [base + known for known in self.spec.document["paths"]])
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            wrong = Violation(
                "request", (), "path", f"the document has no path for {method} {path}{meant}", "", "#/paths"
            )
        self.add("violation", place, [wrong])


def _name(spec: Spec) -> str:
    return spec.release or spec.source or spec.document["info"].get("title", "the document")


def _origin(exchange: Exchange) -> str:
    try:
        return messages.origin(exchange.request.url)
    except ValueError:
        return ""


def _printable(text: str) -> str:
    """A recorded text without what a terminal might obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _root(spec: Spec) -> str:
    """What all paths begin with: the path of the first server and the segments that all of them share."""
    base = urlsplit(spec.servers[0].expand()).path.rstrip("/")
    split = [path.split("/")[1:-1] for path in spec.document["paths"]]
    shared: list[str] = []
    for segments in zip(*split, strict=False):
        if len(set(segments)) > 1 or "{" in segments[0]:
            break
        shared.append(segments[0])
    return base + "".join(f"/{segment}" for segment in shared)
