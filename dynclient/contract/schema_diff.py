"""How two schemas differ: each difference an aspect at a place, judged for the one who sends or the one who reads.

Schemas are compared by structure, through ``$ref``, to any depth. ``allOf`` is merged, "or null" is an aspect of
its own, the branches of a union are compared with those that match best. Nothing is compiled, no document is changed.

``RULES`` is the whole catalogue of aspects. Each has a mirror: comparing the other way round finds the mirrored
aspect at the same place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from ..schema.schema import MISSING
from .diff_rules import ASSERTED_FORMATS, OTHER_KEYWORDS, RULES, WIDER_FORMATS, Level, kebab
from .schema_alternatives import LOWER, SETS, UPPER, branches, first, likeness, nullable, shown, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..schema.schema import Schema
    from .schema_alternatives import Branch, Node

__all__ = ["Comparison", "Difference", "Pointers", "pairs"]

Pointers = tuple["str | None", "str | None"]  # in the first and in the second document


class Difference(NamedTuple):
    """One aspect that differs, at a place given by the steps from the schema that was compared."""

    aspect: str
    level: Level
    message: str
    steps: tuple[str, str]  # in the first and in the second: ``.conf.day``, ``[].id``
    pointers: Pointers


def pairs(a: Iterable[str], b: Iterable[str], renames: Mapping[str, str]) -> list[tuple[str | None, str | None]]:
    """Names of both sides matched: the same, then renamed in either direction; the rest stand alone. Sorted."""
    rest, new = dict.fromkeys(a), dict.fromkeys(b)
    both = [name for name in rest if name in new]
    for name in both:
        del rest[name], new[name]
    matches: list[tuple[str | None, str | None]] = [(name, name) for name in both]
    for older, newer in renames.items():
        for left, right in ((older, newer), (newer, older)):
            if left in rest and right in new:
                matches.append((left, right))
                del rest[left], new[right]
    matches += [(name, None) for name in rest] + [(None, name) for name in new]
    return sorted(matches, key=lambda pair: sorted(name or "" for name in pair))


def _same(a: object, b: object) -> bool:
    """The same JSON value: 1 is 1.0 but not true."""
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


# --- comparing --------------------------------------------------------------------------------------


class Comparison:
    """Compares schemas of two documents in one direction; what was compared once is kept.

    Args:
        direction: ``request`` or ``response``.
        fields: renamed fields, older name -> newer name.
        hints: what to do where a field is gone.
    """

    def __init__(
        self, direction: Literal["request", "response"], fields: Mapping[str, str], hints: Mapping[str, str]
    ) -> None:
        self.direction = direction
        self._fields = fields
        self._hints = hints
        self._kept: dict[object, list[Difference]] = {}
        self._stack: list[object] = []
        self._cyclic: set[object] = set()
        self._met: set[object] = set()
        self._cuts = 0

    def schemas(self, a: Schema | None, b: Schema | None) -> list[Difference]:
        """How ``b`` differs from ``a``; None is a schema that says nothing. A cycle is gone round once."""
        self._met = set()
        return self._nodes((a,) if a else (), (b,) if b else ())

    def difference(
        self,
        aspect: str,
        pointers: Pointers,
        *,
        steps: tuple[str, str] = ("", ""),
        level: Level | None = None,
        was: str = "",
        now: str = "",
        hint: str = "",
    ) -> Difference:
        """A difference with the level and the sentence of its rule, or with another level."""
        rule = RULES[aspect]
        usual, sentence = rule.request if self.direction == "request" else rule.response
        return Difference(aspect, level or usual, sentence.format(was=was, now=now, hint=hint), steps, pointers)

    def _nodes(self, a: Node, b: Node) -> list[Difference]:
        key = tuple(schema.pointer for schema in a), tuple(schema.pointer for schema in b)
        if key in self._kept:
            return self._kept[key]
        if key in self._stack:
            self._cyclic.update(self._stack[self._stack.index(key) :])
            self._cuts += 1
            return []
        if key in self._cyclic and key in self._met:
            self._cuts += 1
            return []
        self._met.add(key)
        self._stack.append(key)
        cuts = self._cuts
        differences = list(self._place(a, b))
        self._stack.pop()
        if cuts == self._cuts:
            self._kept[key] = differences
        return differences

    def _below(self, a: Node, b: Node, step: tuple[str, str]) -> Iterator[Difference]:
        for difference in self._nodes(a, b):
            yield difference._replace(steps=(step[0] + difference.steps[0], step[1] + difference.steps[1]))

    def _place(self, a: Node, b: Node) -> Iterator[Difference]:
        left, right = branches(a), branches(b)
        at = (a[0].pointer if a else None), (b[0].pointer if b else None)
        was, null = nullable(a), nullable(b)
        if was is not null and None not in {was, null}:
            yield self.difference("became-nullable" if null else "became-not-nullable", at)
        if self.direction == "request":
            yield from self._defaults(first(a, "default"), first(b, "default"), at)
        old, new = first(a, "deprecated") is True, first(b, "deprecated") is True
        if old != new:
            yield self.difference("deprecated" if new else "no-longer-deprecated", at)
        yield from self._unions(left, right, at)

    def _defaults(self, old: object, new: object, at: Pointers) -> Iterator[Difference]:
        if not _same(old, new):
            aspect = "added" if old is MISSING else "removed" if new is MISSING else "changed"
            yield self.difference(f"default-{aspect}", at, was=shown(old), now=shown(new))

    def _unions(self, left: list[Branch], right: list[Branch], at: Pointers) -> Iterator[Difference]:
        open_ = [any(branch.type is None for branch in side) for side in (left, right)]
        matches = [(0, 0)] if len(left) == len(right) == 1 else _best_pairs(left, right)
        if not matches or open_[0] != open_[1]:
            aspect = "type-narrowed" if open_[0] else "type-widened" if open_[1] else "type-changed"
            yield self.difference(aspect, at, was=words(left), now=words(right))
            return
        for i, j in matches:
            yield from self._alternatives(left[i], right[j])
        if all(open_):  # whatever else is listed, anything is taken
            return
        for i in sorted({*range(len(left))} - {pair[0] for pair in matches}):
            yield self.difference("union-member-removed", (left[i].pointer, at[1]), was=left[i].words)
        for j in sorted({*range(len(right))} - {pair[1] for pair in matches}):
            yield self.difference("union-member-added", (at[0], right[j].pointer), now=right[j].words)

    def _alternatives(self, a: Branch, b: Branch) -> Iterator[Difference]:
        at = a.pointer, b.pointer
        if a.type != b.type:
            number_aspects = {("number", "integer"): "type-narrowed", ("integer", "number"): "type-widened"}
            aspect = number_aspects.get((str(a.type), str(b.type)))
            yield self.difference(aspect or "type-changed", at, was=a.words, now=b.words)
            if aspect is None:
                return
        yield from self._values(a, b, at)
        yield from self._bounds(a, b, at)
        if "object" in (a.type, b.type) or a.fields or b.fields:
            yield from self._properties(a, b)
            yield from self._closedness(a, b, at)
        if "array" in (a.type, b.type):
            yield from self._items(a, b)

    def _values(self, a: Branch, b: Branch, at: Pointers) -> Iterator[Difference]:
        old, new = a.enum, b.enum
        if old is not None and new is not None:
            for aspect, rest in (
                ("removed", [v for v in old if v not in new]),
                ("added", [v for v in new if v not in old]),
            ):
                if rest:
                    text = " or ".join(rest)
                    yield self.difference(f"enum-values-{aspect}", at, was=text, now=text)
        elif old is not None or new is not None:
            aspect = "became-enum" if old is None else "no-longer-enum"
            yield self.difference(aspect, at, was=" or ".join(old or ()), now=" or ".join(new or ()))
        if a.format != b.format:
            aspect = "added" if a.format is None else "removed" if b.format is None else "changed"
            pair = (a.format, b.format) if self.direction == "response" else (b.format, a.format)
            free = pair in WIDER_FORMATS or not ASSERTED_FORMATS & {a.format, b.format}
            level: Level | None = "safe" if free else None
            yield self.difference(f"format-{aspect}", at, level=level, was=str(a.format), now=str(b.format))

    def _bounds(self, a: Branch, b: Branch, at: Pointers) -> Iterator[Difference]:
        for keyword in (*LOWER, *UPPER, *SETS):
            old, new = a.bound(keyword), b.bound(keyword)
            if old == new:
                continue
            if keyword in SETS:
                change = "tightened" if old < new else "loosened" if old > new else "changed"
                old, new = (", ".join(sorted(side)) or None for side in (old, new))
            else:
                tight = new is not None and (old is None or (new > old) == (keyword in LOWER))
                change = "tightened" if tight else "loosened"
            was, now = (
                "none" if side is None else side if isinstance(side, str) else shown(side) for side in (old, new)
            )
            yield self.difference(f"{kebab(keyword)}-{change}", at, was=was, now=now)
        others = [keyword for keyword in OTHER_KEYWORDS if a.other(keyword) != b.other(keyword)]
        if others:
            yield self.difference("rules-changed", at, now=", ".join(others))

    def _properties(self, a: Branch, b: Branch) -> Iterator[Difference]:
        for old, new in pairs(a.fields, b.fields, self._fields):
            left, right = a.fields.get(old or "", ()), b.fields.get(new or "", ())
            at = (left[0].pointer if old else None), (right[0].pointer if new else None)
            step = f".{old or new}", f".{new or old}"
            visible = [self._visible(side) for side in (left, right)]
            if old is None or new is None:
                if visible[0 if new is None else 1]:
                    yield self._alone(a, b, old, new, at)
                continue
            if visible[0] != visible[1]:
                word = "writable" if self.direction == "request" else "readable"
                hidden = "read-only" if self.direction == "request" else "write-only"
                yield self.difference(f"became-{word if visible[1] else hidden}", at, steps=step)
            if not all(visible):
                continue
            if old != new:
                yield self.difference("renamed", at, steps=step, was=old, now=new)
            required = old in a.required, new in b.required
            if required[0] != required[1]:
                yield self.difference("became-required" if required[1] else "became-optional", at, steps=step)
            yield from self._below(left, right, step)

    def _alone(self, a: Branch, b: Branch, old: str | None, new: str | None, at: Pointers) -> Difference:
        """A field that only one side has."""
        name = str(old or new)
        needed = "required" if name in (b if old is None else a).required else "optional"
        aspect = f"{'added' if old is None else 'removed'}-{needed}"
        ignored = new is None and self.direction == "request" and not b.closed
        hint = f" ({self._hints[name]})" if name in self._hints else ""
        return self.difference(
            aspect, at, steps=(f".{name}", f".{name}"), level="warning" if ignored else None, hint=hint
        )

    def _visible(self, node: Node) -> bool:
        return first(node, "readOnly" if self.direction == "request" else "writeOnly") is not True

    def _closedness(self, a: Branch, b: Branch, at: Pointers) -> Iterator[Difference]:
        if a.closed or b.closed:
            if a.closed != b.closed:
                yield self.difference("became-closed" if b.closed else "became-open", at)
            return
        old, new = a.others(), b.others()
        if old and new:
            yield from self._below(old, new, (".*", ".*"))
        elif old or new:
            aspect = "other-fields-narrowed" if new else "other-fields-widened"
            yield self.difference(aspect, at, now=words(branches(new)))

    def _items(self, a: Branch, b: Branch) -> Iterator[Difference]:
        old, new = a.prefix(), b.prefix()
        for i in range(max(len(old), len(new))):
            left, right = (side[i] if i < len(side) else rest for side, rest in ((old, a.items()), (new, b.items())))
            yield from self._below(left, right, (f"[{i}]", f"[{i}]"))
        yield from self._below(a.items(), b.items(), ("[]", "[]"))


def _best_pairs(left: list[Branch], right: list[Branch]) -> list[tuple[int, int]]:
    """Branches paired by likeness, the best first; the order does not depend on which side is called left."""
    scores = [(likeness(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)]
    matches: list[tuple[int, int]] = []
    for score, i, j in sorted(scores, key=lambda row: (-row[0], min(row[1:]), max(row[1:]))):
        if score > 0 and all(i != pair[0] and j != pair[1] for pair in matches):
            matches.append((i, j))
    return matches
