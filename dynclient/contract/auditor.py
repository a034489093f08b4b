"""Recorded exchanges held against a spec: where they break it, and what would break on another release.

::

    report = audit(["tests/cassettes"], dynclient.load("2.10.5"), against=dynclient.load("3.3.2"))
    print(report.text())

Requests are read as a server of the spec reads them, responses as a client does. openapi-core gives a second opinion
on both; where it differs, that is shown, unless it is one of its known readings that no server shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..documents import releases
from ..errors import SpecError, Violation, near_names
from ..http import masking, messages
from ..openapi.spec import Match, Spec, parse
from . import recordings
from .audit_report import AuditedExchange, Finding, Report
from .exchanges import Omission, RecordedExchange, Recording
from .judge import Judge
from .openapi_core import excused
from .recorded_secrets import secret_places
from .scrub import is_login
from .upgrade_check import UpgradeCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .audit_report import Kind
    from .recordings import Paths

__all__ = ["audit", "audit_recordings"]

#: the statuses of a server that refuses a request for its form
_REFUSALS = frozenset({400, 405, 406, 415, 422})
#: rules of ours that openapi-core does not know: it ignores what is not declared and is lenient with formats and styles
_NOT_JUDGED = frozenset({"unknown", "format", "style", "readOnly", "writeOnly", "discriminator", "null"})
_MOST_PLACES = 5  # named in a note
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def audit(paths: Paths, spec: Spec, *, against: Spec | None = None, second_opinion: bool = True) -> Report:
    """Hold recorded traffic against a spec.

    Args:
        paths: vcrpy cassettes and HAR files, or folders with them, one or several. What cannot be read is a line
            of the report.
        spec: the spec that the traffic belongs to.
        against: the spec of another release: what of this traffic would break there?
        second_opinion: ask openapi-core too (0.4 s, then some 40 ms for a large response).
    """
    files = [(path, recordings.read(path)) for path in recordings.find(paths)]
    return audit_recordings(files, spec, against=against, second_opinion=second_opinion)


def audit_recordings(
    files: Iterable[tuple[str, Recording]], spec: Spec, *, against: Spec | None = None, second_opinion: bool = True
) -> Report:
    """Hold recordings that were read before, each with the name of its file, against a spec."""
    auditor = _Auditor(spec, against, second_opinion=second_opinion)
    for file, recording in files:
        auditor.recording(file, recording)
    return auditor.report()


class _Auditor:
    """Collects the findings, exchange by exchange."""

    def __init__(self, spec: Spec, against: Spec | None, *, second_opinion: bool) -> None:
        self.spec = spec
        self.against = against
        self.second_opinion = second_opinion
        self.judge = Judge(spec, second_opinion=second_opinion)
        self.root = _root(spec)
        self.audited: list[AuditedExchange] = []
        self.findings: list[Finding] = []
        self.unread: list[Omission] = []
        self.skipped: list[Omission] = []
        self.notes: list[str] = []
        self._unmatched: list[tuple[str, RecordedExchange]] = []
        self._origins: set[str] = set()
        self._login: Judge | None = None
        self._login_is_read = False
        self._upgrade = UpgradeCheck(spec, against, releases.renames()) if against is not None else None
        if against is not None and self.root != _root(against):
            self.notes.append(f"every path moves from {self.root or '/'} to {_root(against) or '/'}")

    def recording(self, file: str, recording: Recording) -> None:
        """Hold a file's exchanges against the spec."""
        self.unread += recording.unread
        self.notes += recording.notes
        self.notes += _note_of_secrets(file, recording.exchanges)
        for exchange in recording.exchanges:
            match = self.spec.match(exchange.request.method, exchange.request.url)
            if match is not None:
                self._origins.add(_origin(exchange))
                self.exchange(file, exchange, match, self.judge)
                continue
            login = self.login
            login_match = login.spec.match(exchange.request.method, exchange.request.url) if login is not None else None
            if login is not None and login_match is not None:
                self.exchange(file, exchange, login_match, login)
            else:
                self._unmatched.append((file, exchange))

    @property
    def login(self) -> Judge | None:
        """The login application's document that lies beside the release, where there is one."""
        if not self._login_is_read:
            self._login_is_read = True
            try:
                document = releases.login(self.spec.release) if self.spec.release else None
            except SpecError:  # a release of the user's own
                document = None
            if document is not None:
                self._login = Judge(parse(document), second_opinion=self.second_opinion)
        return self._login

    def exchange(self, file: str, exchange: RecordedExchange, match: Match, judge: Judge) -> None:
        """Hold one exchange against its operation."""
        operation, status, place = match.operation, exchange.response.status, exchange.place
        self.audited.append(AuditedExchange(place, file, operation.id, operation.method, operation.path, status))
        request = judge.request(exchange, match)
        self.add("refused" if status in _REFUSALS else "violation", place, operation.id, request.violations)
        data: object = None
        in_response: tuple[Violation, ...] = ()
        if exchange.whole:
            reply, warnings = judge.response(exchange, match)
            data = reply.data
            in_response = (*reply.violations, *warnings)
            self.add("violation", place, operation.id, reply.violations)
            self.add("warning", place, operation.id, warnings)
        elif exchange.reason:
            self.unread.append(Omission(place, exchange.reason))
        else:
            self.skipped.append(Omission(place, "the answer's body was not kept"))
        self.compare(exchange, match, judge, (request.violations, in_response))
        if self._upgrade is not None and judge is self.judge:
            for one in self._upgrade.breaks(request, exchange, data):
                self.findings.append(Finding("break", place, operation.id, *one))

    def add(
        self, kind: Kind, place: str, operation: str, violations: Iterable[Violation], introduction: str = ""
    ) -> None:
        """One finding for each rule; the same one at several items of a list is one."""
        groups: dict[tuple[object, ...], list[Violation]] = {}
        for v in violations:
            path = tuple("" if isinstance(step, int) else step for step in v.path)
            groups.setdefault((v.location, path, v.rule, v.sentence, v.pointer), []).append(v)
        for group in groups.values():
            v = group[0]
            where = v.where if v.where.startswith(v.location) else f"{v.location} {v.where}"
            message = f"{introduction}{v.sentence}"
            self.findings.append(Finding(kind, place, operation, where, v.rule, message, v.pointer, len(group)))

    def compare(
        self,
        exchange: RecordedExchange,
        match: Match,
        judge: Judge,
        ours: tuple[Sequence[Violation], Sequence[Violation]],
    ) -> None:
        """Show where the second opinion on request or response is another one."""
        place, operation = exchange.place, match.operation.id
        try:
            theirs = judge.second_opinion(exchange, match)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong inside it is no verdict on the exchange
            failure = Violation("exchange", (), "other", f"openapi-core failed with {type(error).__name__}", "", "")
            self.add("disagreement", place, operation, [failure])
            return
        for mine, other in zip(ours, theirs or (), strict=False):
            if other and not mine:
                violations = [violation for violation in other if not excused(violation)]
                self.add("disagreement", place, operation, violations, "openapi-core alone objects: ")
            elif mine and not other:
                violations = [violation for violation in mine if violation.rule not in _NOT_JUDGED]
                self.add("disagreement", place, operation, violations, "openapi-core does not object: ")

    # --- what belongs to no operation ---

    def report(self) -> Report:
        """The whole report; what belongs to no operation is judged last, when it is known what else there is."""
        others: dict[tuple[str, str], list[RecordedExchange]] = {}
        for file, exchange in self._unmatched:
            reason = _side_traffic(exchange)
            if reason:
                self.skipped.append(Omission(exchange.place, reason))
            elif self._is_of_this_api(exchange):
                self._unknown_path(file, exchange)
            else:
                others.setdefault((file, _origin(exchange)), []).append(exchange)
        for (file, origin), group in others.items():
            first = group[0].request
            where = group[0].place if len(group) == 1 else f"{file} ({len(group)} exchanges)"
            request = f"{first.method} {_printable(masking.bare_url(first.url))}" if origin else first.method
            self.skipped.append(Omission(where, f"of another API or another release of this one: {request}"))
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

    def _is_of_this_api(self, exchange: RecordedExchange) -> bool:
        """Is it below what all paths of the document begin with, or else on a host with traffic of this API?"""
        path = urlsplit(exchange.request.url).path
        return f"{self.root}/" in f"{path}/" if self.root else _origin(exchange) in self._origins

    def _unknown_path(self, file: str, exchange: RecordedExchange) -> None:
        """A path, or a method, that the document does not have."""
        method, url = exchange.request.method, exchange.request.url
        path = _printable(urlsplit(url).path)
        self.audited.append(AuditedExchange(exchange.place, file, "", method, path, exchange.response.status))
        methods = [other for other in _METHODS if self.spec.match(other, url) is not None]
        if methods:
            rule, sentence = "method", f"{method} of a path that takes {', '.join(methods)}"
        else:
            base = urlsplit(self.spec.servers[0].expand()).path.rstrip("/")
            below = path[path.find(self.root) :] if self.root else path
            near = near_names(below, [base + template for template in self.spec.document["paths"]])
            advice = f"; did you mean {' or '.join(near)}?" if near else ""
            rule, sentence = "path", f"the document has no path for {method} {path}{advice}"
        self.add("violation", exchange.place, "", [Violation("request", (), rule, sentence, "", "#/paths")])


def _note_of_secrets(file: str, exchanges: Sequence[RecordedExchange]) -> list[str]:
    """A warning of secrets in a file, by their places."""
    places = [(exchange.place, where) for exchange in exchanges for where in secret_places(exchange)]
    if not places:
        return []
    names = list(dict.fromkeys(_printable(where) for _, where in places))
    shown = ", ".join(names[:_MOST_PLACES]) + (" …" if len(names) > _MOST_PLACES else "")
    count = len({place for place, _ in places})
    exchanges_in_words = f"{count} exchange{'' if count == 1 else 's'}"
    advice = "record with dynclient.recording, or vcrpy with dynclient.testing.scrub(), and change what was shown"
    return [f"{file} holds secrets in {exchanges_in_words} ({shown}); {advice}"]


def _side_traffic(exchange: RecordedExchange) -> str:
    """Why an exchange is no call of the API, as a login or a browser's preflight; ``""`` where it may be one."""
    if is_login(exchange.request.url):
        return "a login, which this document does not describe"
    return "a browser's preflight" if exchange.request.method == "OPTIONS" else ""


def _name(spec: Spec) -> str:
    return spec.release or spec.source or spec.document["info"].get("title", "the document")


def _origin(exchange: RecordedExchange) -> str:
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
