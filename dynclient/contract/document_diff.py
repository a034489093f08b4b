"""What changed between two specs, judged for a client that was written for the first and is run against the second.

A client calls operations by name and follows the document, as this library does. *Breaking*: such a call is refused,
or what it reads is gone or of another kind. *Warning*: it may notice. *Safe*: it need not. What is sent and what is
read are judged in opposite directions: a body field that becomes required breaks, a response field that becomes
optional does.

Operations are matched by method and shape of path (``/api/v2`` and the names in templates aside), then by id, then by
the table of renames. A kind is an area and an aspect, ``response-property-became-nullable``; ``compare.RULES`` lists
the aspects. Going back shows the ``mirror`` of each kind at the same place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .diff_rules import RULES, Level
from .operation_matching import match_operations, path_prefix, path_shape
from .schema_diff import Comparison, Difference, Pointers, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..openapi.operation import DocumentedResponse, MediaType, Operation, Parameter
    from ..openapi.spec import Spec
    from ..schema.schema import Schema

__all__ = ["AREAS", "Change", "Renames", "diff", "mirror"]

#: what a kind begins with; the longest that fits is meant
AREAS = (
    *("parameter-property", "parameter", "request-property", "request-body", "request-media-type"),
    *("response-property", "response-body", "response-header-property", "response-header", "response-media-type"),
    *("response-status", "response-error", "success-status", "base-path", "operation", "security"),
)


class Change(NamedTuple):
    """One difference.

    Attributes:
        kind: a stable id, such as ``response-property-became-nullable``.
        level: ``breaking``, ``warning`` or ``safe``.
        operation: its id in the first spec, in the second where it is new there, ``""`` for the whole document.
        where: ``query limit``, ``body conf.day``, ``response 200 dags[].is_active``; ``""`` for the whole operation.
        message: what happened there, and what to do.
        pointers: the place in the first and in the second document, None where it is not there.
        now: operation and where, as the second spec calls them.
    """

    kind: str
    level: Level
    operation: str
    where: str
    message: str
    pointers: Pointers
    now: tuple[str, str]


class Renames(NamedTuple):
    """What is called differently in another release: ``Renames(**json.load(file))`` of ``specs/renames.json``.

    Attributes:
        operations: older id -> newer id; likewise ``parameters`` and ``fields``.
        other_values: older names of parameters whose newer one takes another value.
        replaced: by ``operations``, ``parameters``, ``fields``: name -> what to do where it is gone.
    """

    operations: Mapping[str, str] = {}
    parameters: Mapping[str, str] = {}
    fields: Mapping[str, str] = {}
    other_values: Sequence[str] = ()
    replaced: Mapping[str, Mapping[str, str]] = {}

    def hint(self, kind: str, name: str) -> str:
        """What to do where a thing of that kind is gone, in brackets; ``""`` where the table does not say."""
        text = self.replaced.get(kind, {}).get(name)
        return f" ({text})" if text else ""


_NO_RENAMES = Renames()


def mirror(kind: str) -> str:
    """The kind that going back shows at the same place: ``operation-added`` for ``operation-removed``.

    Raises:
        ValueError: it is no kind.
    """
    for area in AREAS:
        rule = RULES.get(kind[len(area) + 1 :]) if kind.startswith(f"{area}-") else None
        if rule:
            return f"{area}-{rule.mirror}"
    raise ValueError(f"{kind!r} is no kind of change")


def diff(
    a: Spec, b: Spec, *, renames: Renames | Mapping[str, Any] = _NO_RENAMES, used: Iterable[str] | None = None
) -> tuple[Change, ...]:
    """Every change from ``a`` to ``b``, in the order of ``a``'s operations, new ones last.

    Args:
        a: what the client was written for.
        b: what it is run against.
        renames: what goes by another name, as in ``specs/renames.json``.
        used: the ids of the operations that matter, in either spec; all of them when None.

    Raises:
        UnknownOperation: ``used`` names what neither spec has.
    """
    table = renames if isinstance(renames, Renames) else Renames(**renames)
    selected = None if used is None else {_known(a, b, name) for name in used}
    walk = _Walk(a, b, table)
    changes = [*walk.document()]
    for old, new in match_operations(a, b, table.operations):
        if selected is None or selected & {old, new}:
            changes += {change._replace(pointers=(None, None)): change for change in walk.operation(old, new)}.values()
    return tuple(changes)


def _known(a: Spec, b: Spec, name: str) -> str:
    for spec in (a, b):
        if name in spec.operations:
            return spec.operations[name].id
    raise a.operations.unknown(name)


# --- walking both -----------------------------------------------------------------------------------

_Place = tuple[str, str]  # as the first and as the second spec says it


class _Walk:
    """Compares operation by operation."""

    def __init__(self, a: Spec, b: Spec, table: Renames) -> None:
        self.a, self.b = a, b
        self.table = table
        hints = table.replaced.get("fields", {})
        self.sent = Comparison("request", table.fields, hints)
        self.read = Comparison("response", table.fields, hints)
        self.schemes = [{name: _scheme(spec, name) for name in spec.security_schemes} for spec in (a, b)]
        self.prefixes = path_prefix(a), path_prefix(b)
        self.ids: _Place = ("", "")

    def change(self, area: str, where: _Place, difference: Difference, level: Level | None = None) -> Change:
        is_body = area in {"request-body", "response-body"} and bool(difference.steps[0])
        places = [
            f"{there} {step.removeprefix('.')}" if is_body else there + step
            for there, step in zip(where, difference.steps, strict=True)
        ]
        if difference.steps[0]:
            area = {"request-body": "request-property", "response-body": "response-property"}.get(
                area, f"{area}-property"
            )
        kind = f"{area}-{difference.aspect}"
        return Change(
            kind,
            level or difference.level,
            self.ids[0],
            places[0],
            difference.message,
            difference.pointers,
            (self.ids[1], places[1]),
        )

    def plain(
        self,
        area: str,
        aspect: str,
        pointers: Pointers,
        where: _Place = ("", ""),
        *,
        level: Level | None = None,
        was: str = "",
        now: str = "",
        hint: str = "",
    ) -> Change:
        side = self.read if area.startswith("response") else self.sent
        return self.change(area, where, side.difference(aspect, pointers, level=level, was=was, now=now, hint=hint))

    def document(self) -> Iterator[Change]:
        old, new = (
            " or ".join(sorted({urlsplit(s.expand()).path.rstrip("/") + prefix or "/" for s in spec.servers}))
            for spec, prefix in zip((self.a, self.b), self.prefixes, strict=True)
        )
        if old != new:
            change = self.plain("base-path", "changed", ("#/servers", "#/servers"), ("server", "server"))
            yield change._replace(message=f"below {new}, was {old}; give the new URL")

    def operation(self, old: str | None, new: str | None) -> Iterator[Change]:
        a = self.a.operations[old] if old is not None else None
        b = self.b.operations[new] if new is not None else None
        if a is None or b is None:
            one = a or b
            assert one is not None  # noqa: S101 - a pair has one side at least
            self.ids = (one.id, one.id)
            pointers = (a.pointer if a else None, b.pointer if b else None)
            yield self._alone(one, "added" if a is None else "removed", pointers)
            return
        self.ids = (a.id, b.id)
        yield from self._itself(a, b)
        yield from self._security(a, b)
        yield from self._parameters(a, b)
        yield from self._body(a, b)
        yield from self._responses(a, b)

    def _alone(self, one: Operation, aspect: str, pointers: Pointers) -> Change:
        change = self.plain("operation", aspect, pointers)
        hint = self.table.hint("operations", one.id)
        call = f"{one.method} {one.path}"
        if aspect == "added":
            return change._replace(level="safe", message=f"{call} is new")
        return change._replace(message=f"{call} is gone; do without it{hint}")

    def _itself(self, a: Operation, b: Operation) -> Iterator[Change]:
        at = a.pointer, b.pointer
        if a.id != b.id:
            yield self.plain("operation", "renamed", at)._replace(message=f"called {b.id} now; call it by that name")
        if a.method != b.method or not self._same_shape(a, b):
            yield self.plain("operation", "moved", at, was=f"{a.method} {a.path}", now=f"{b.method} {b.path}")
        if a.deprecated != b.deprecated:
            yield self.plain("operation", "deprecated" if b.deprecated else "no-longer-deprecated", at)
        for tag, other in pairs(a.tags, b.tags, {}):
            if tag is None or other is None:
                aspect = "tag-added" if tag is None else "tag-removed"
                yield self.plain("operation", aspect, at, was=str(tag), now=str(other))

    def _security(self, a: Operation, b: Operation) -> Iterator[Change]:
        at = a.pointer, b.pointer
        old, new = (_needs(one, schemes) for one, schemes in zip((a, b), self.schemes, strict=True))
        if ("" in old) != ("" in new):
            text = " or ".join(sorted(new))
            # a document that has schemes and asks for none leaves it open whether credentials are sent
            level: Level | None = "warning" if self.schemes[0] and "" not in new else None
            aspect = "not-needed" if "" in new else "needed"
            yield self.plain("security", aspect, at, level=level, now=f"asks for {text}")
        elif "" not in old:
            for need in sorted(old - new):
                yield self.plain(
                    "security", "alternative-removed", at, level="warning" if old & new else None, was=need
                )
            for need in sorted(new - old):
                yield self.plain("security", "alternative-added", at, now=need)

    # --- what is sent ---

    def _parameters(self, a: Operation, b: Operation) -> Iterator[Change]:
        left, right = ({_key(p): p for p in one.parameters} for one in (a, b))
        matched = self._same_place(a, b)
        for pair in matched:
            del left[pair[0]], right[pair[1]]
        names: dict[str, str] = {}
        for place in ("path", "query", "header", "cookie"):
            names.update({f"{place} {old}": f"{place} {new}" for old, new in self.table.parameters.items()})
        for old, new in [*matched, *pairs(left, right, names)]:
            one = next((p for p in a.parameters if _key(p) == old), None)
            other = next((p for p in b.parameters if _key(p) == new), None)
            yield from self._parameter(one, other)

    def _same_shape(self, a: Operation, b: Operation) -> bool:
        return path_shape(a.path[len(self.prefixes[0]) :]) == path_shape(b.path[len(self.prefixes[1]) :])

    def _same_place(self, a: Operation, b: Operation) -> list[tuple[str, str]]:
        """The path parameters of paths of one shape, by position."""
        if not self._same_shape(a, b):
            return []
        inside = [list(dict.fromkeys(re.findall(r"\{([^{}]+)\}", one.path))) for one in (a, b)]
        if len(inside[0]) != len(inside[1]):
            return []
        return [(f"path {old}", f"path {new}") for old, new in zip(*inside, strict=True)]

    def _parameter(self, a: Parameter | None, b: Parameter | None) -> Iterator[Change]:
        if a is None or b is None:
            one = a or b
            assert one is not None  # noqa: S101 - a pair has one side at least
            needed = "required" if _required(one) else "optional"
            aspect = f"{'added' if a is None else 'removed'}-{needed}"
            at = (a.pointer if a else None, b.pointer if b else None)
            where = (_key(one), _key(one))
            yield self.plain("parameter", aspect, at, where, hint=self.table.hint("parameters", one.name))
            return
        at, where = (a.pointer, b.pointer), (_key(a), _key(b))
        if a.name.lower() != b.name.lower() or (a.name != b.name and a.location != "header"):
            yield self._renamed(a, b, at, where)
        if _required(a) != _required(b):
            yield self.plain("parameter", "became-required" if _required(b) else "became-optional", at, where)
        styles = [f"{p.style}, explode={str(p.explode).lower()}" for p in (a, b)]
        if styles[0] != styles[1] and any(_structured(p.schema) for p in (a, b)):
            yield self.plain("parameter", "style-changed", at, where, was=styles[0], now=styles[1])
        if a.deprecated != b.deprecated:
            yield self.plain("parameter", "deprecated" if b.deprecated else "no-longer-deprecated", at, where)
        for difference in self.sent.schemas(a.schema, b.schema):
            yield self.change("parameter", where, difference)

    def _renamed(self, a: Parameter, b: Parameter, at: Pointers, where: _Place) -> Change:
        """By position a path parameter goes on working under any name, unless it means something else."""
        takes_another_value = any(
            self.table.parameters.get(x) == y and x in self.table.other_values
            for x, y in ((a.name, b.name), (b.name, a.name))
        )
        change = self.plain("parameter", "renamed", at, where, was=a.name, now=b.name)
        if takes_another_value:
            return change._replace(message=f"called {b.name} now, and takes another value; look that up first")
        return change._replace(level="warning") if a.location == "path" else change

    def _body(self, a: Operation, b: Operation) -> Iterator[Change]:
        old, new = a.request_body, b.request_body
        where = ("body", "body")
        if old is None or new is None:
            one = old or new
            if one is not None:
                aspect = f"{'added' if old is None else 'removed'}-{'required' if one.required else 'optional'}"
                yield self.plain("request-body", aspect, (old and old.pointer, new and new.pointer), where)
            return
        if old.required != new.required:
            aspect = "became-required" if new.required else "became-optional"
            yield self.plain("request-body", aspect, (old.pointer, new.pointer), where)
        yield from self._content("request", where, (old.pointer, new.pointer), (old.content, new.content))

    # --- what is read ---

    def _responses(self, a: Operation, b: Operation) -> Iterator[Change]:
        left, right = dict(a.responses), dict(b.responses)
        if a.success and b.success:
            old, new = left.pop(a.success.status), right.pop(b.success.status)
            if old.status != new.status:
                where = (f"response {old.status}", f"response {new.status}")
                places = (old.pointer, new.pointer)
                yield self.plain("success-status", "changed", places, where, was=old.status, now=new.status)
            yield from self._response(old, new)
        failed: list[tuple[DocumentedResponse, DocumentedResponse]] = []
        for status, again in pairs(left, right, {}):
            one, other = left.get(status or ""), right.get(again or "")
            if one and other and one.status[0] in "45d":
                failed.append((one, other))
            elif one and other:
                yield from self._response(one, other)
            else:
                where = (f"response {status or again}", f"response {status or again}")
                level: Level = "warning" if where[0].startswith(("response 2", "response 3")) else "safe"
                at = (one and one.pointer, other and other.pointer)
                change = self.plain("response-status", "removed" if one else "added", at, where)
                yield change._replace(level=level, message="not documented any more" if one else "documented now")
        yield from self._errors(failed)

    def _errors(self, matched: list[tuple[DocumentedResponse, DocumentedResponse]]) -> Iterator[Change]:
        """The bodies of errors in one change: a client reads them by one rule, whatever their form."""
        levels = [{change.level for change in self._response(*pair)} for pair in matched]
        changed = [pair for pair, change in zip(matched, levels, strict=True) if change]
        if changed:
            where = f"response {', '.join(a.status for a, _ in changed)}"
            level: Level = "warning" if any("breaking" in change for change in levels) else "safe"
            change = self.plain(
                "response-error", "changed", (changed[0][0].pointer, changed[0][1].pointer), (where, where)
            )
            yield change._replace(level=level, message="the body is of another form; rely on the status")

    def _response(self, a: DocumentedResponse, b: DocumentedResponse) -> Iterator[Change]:
        where, at = (f"response {a.status}", f"response {b.status}"), (a.pointer, b.pointer)
        left, right = ({name.lower(): (name, schema) for name, schema in one.headers.items()} for one in (a, b))
        for old, new in pairs(left, right, {}):
            names = (left[old][0] if old else right[str(new)][0]), (right[new][0] if new else left[str(old)][0])
            header = (f"{where[0]} header {names[0]}", f"{where[1]} header {names[1]}")
            if old is None or new is None:
                yield self.plain("response-header", "added" if old is None else "removed", at, header)
            else:
                for difference in self.read.schemas(left[old][1], right[new][1]):
                    yield self.change("response-header", header, difference)
        yield from self._content("response", where, at, (a.content, b.content))

    def _content(
        self, area: str, where: _Place, at: Pointers, contents: tuple[Mapping[str, MediaType], Mapping[str, MediaType]]
    ) -> Iterator[Change]:
        side = self.sent if area == "request" else self.read
        for old, new in pairs(*contents, {}):
            name = str(old or new)
            if old is None or new is None:
                media = (f"{where[0]} {name}", f"{where[1]} {name}")
                yield self.plain(f"{area}-media-type", "added" if old is None else "removed", at, media)
                continue
            places = where if name == "application/json" else (f"{where[0]} {name}", f"{where[1]} {name}")
            for difference in side.schemas(contents[0][old].schema, contents[1][new].schema):
                yield self.change(f"{area}-body", places, difference)


def _key(parameter: Parameter) -> str:
    name = parameter.name.lower() if parameter.location == "header" else parameter.name
    return f"{parameter.location} {name}"


def _required(parameter: Parameter) -> bool:
    """Must the caller give it? A value that the document fixes is filled in."""
    return parameter.required and not parameter.constant


def _structured(schema: Schema | None) -> bool:
    return schema is not None and bool({"array", "object"} & {*schema.described_types})


def _scheme(spec: Spec, name: str) -> str:
    """A way to prove who calls, in words that do not depend on its name."""
    scheme = spec.security_schemes[name]
    return " ".join(filter(None, (scheme.type, scheme.scheme, scheme.location, scheme.parameter)))


def _needs(operation: Operation, schemes: Mapping[str, str]) -> set[str]:
    """The alternatives in words; ``""`` is one that needs nothing."""
    return {
        " and ".join(sorted(" ".join((schemes.get(name, name), *scopes)) for name, scopes in need.items()))
        for need in operation.security
    } or {""}
