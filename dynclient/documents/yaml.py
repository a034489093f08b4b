"""YAML read as JSON: null, true, false, numbers, strings, and mappings whose keys are strings.

``on``, ``no``, dates and ``010`` are strings; ``1e3`` is a number. Merge keys and aliases work; what aliases
stand for is bounded, and so is nesting. Tags of a programming language are refused.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml

from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["parse"]

_DEEPEST = 200  # levels of nesting; the deepest official contract has 13
_MOST_ALIASED = 1_000_000  # values that aliases may stand for, beyond those written out


def parse(
    data: bytes, name: str, json_stop: str = "", tags: Mapping[str, Callable[[str], object]] | None = None
) -> object:
    """The one document in a YAML text, None for an empty one.

    Args:
        data: the text, in an encoding that YAML tells by its first bytes.
        name: what it is called, for messages.
        json_stop: where reading it as JSON stopped, which says more than where YAML stops.
        tags: further tags: what a scalar's text stands for; a list or mapping of one is read as it is.

    Raises:
        SpecError: it is not YAML, or holds more than JSON can.
    """
    builder = _Builder(name, tags or {})
    event: yaml.Event
    try:
        # events, not nodes: PyYAML's composer in C recurses without a bound
        for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.line = event.start_mark.line + 1 if event.start_mark else builder.line
            getattr(builder, type(event).__name__, builder.nothing)(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark is not None and _depth(data[: mark.index]) > _DEEPEST:  # libyaml has bounds of its own since 0.2.6
            builder.line = mark.line + 1
            raise builder.too_deep() from None
        where = json_stop or _place(mark)
        raise SpecError(f"{name}: cannot be read as JSON or YAML past {where}") from None
    except (ValueError, RecursionError):
        raise builder.error("a number too long or parts nested too deep to be read") from None
    return builder.root[0] if builder.root else None


def _place(mark: yaml.Mark | None) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the first bytes"


_BRACKETS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def _depth(text: bytes) -> int:
    """How deep the last line of a YAML text is nested, told by indentation, dashes and brackets; an estimate.

    libyaml's scanner reads ahead of the events, so that its own bound may end the reading before any event is seen.
    """
    level = deepest = 0
    for bracket in re.finditer(rb"[\[\]{}]", text):
        level = max(0, level + _BRACKETS[bracket[0]])
        deepest = max(deepest, level)
    lines = [line for line in text.splitlines() if line.strip()]
    indents = [len(line) - len(line.lstrip(b" ")) for line in reversed(lines)]
    enclosing, least = 0, math.inf
    for indent in indents:
        enclosing += indent < least
        least = min(least, indent)
    dashes = lines[-1].lstrip()[: 2 * (_DEEPEST + 1)].count(b"- ") if lines else 0
    return max(deepest, enclosing + dashes)


_TAG = "tag:yaml.org,2002:"
_MERGE = object()
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_EXPLICIT: dict[str, Callable[[str], object]] = {
    "!": str,
    _TAG + "str": str,
    _TAG + "null": lambda _: None,
    _TAG + "bool": lambda text: text.lower() == "true",
    _TAG + "int": int,
    _TAG + "float": float,
}


def _plain_scalar(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-+.0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            return float(text)
    return text


class _Open:
    """A mapping or list whose end has not come yet."""

    __slots__ = ("anchor", "key", "merges", "size", "value")

    def __init__(self, value: object, anchor: str | None) -> None:
        self.value: Any = value
        self.anchor = anchor
        self.key: object = None  # of a mapping: the key whose value comes next
        self.merges: list[dict[str, object]] = []
        self.size = 1  # nodes in it, those that its aliases stand for included


class _Builder:
    """YAML's events made into JSON values; one method for each event, by the event's name."""

    def __init__(self, name: str, tags: Mapping[str, Callable[[str], object]]) -> None:
        self.name = name
        self.tags = tags
        self.line = 1
        self.root: list[object] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[object, int]] = {}
        self.alias_size = 0

    def error(self, message: str) -> SpecError:
        return SpecError(f"{self.name}: {message}, line {self.line}")

    def too_deep(self) -> SpecError:
        return self.error(f"nested deeper than {_DEEPEST} levels")

    def nothing(self, event: object) -> None:
        """Ends and starts of streams and documents carry no value."""

    def DocumentStartEvent(self, _: object) -> None:  # noqa: N802 - the event's name
        if self.root:
            raise self.error("a second YAML document; keep one in a file")

    def MappingStartEvent(self, event: yaml.MappingStartEvent) -> None:  # noqa: N802
        self.start(event, {}, "map")

    def SequenceStartEvent(self, event: yaml.SequenceStartEvent) -> None:  # noqa: N802
        self.start(event, [], "seq")

    def start(self, event: yaml.CollectionStartEvent, value: object, tag: str) -> None:
        if event.tag not in {None, "!", _TAG + tag} and event.tag not in self.tags:
            raise self.foreign(event.tag)
        if self.open and isinstance(self.open[-1].value, dict) and self.open[-1].key is None:
            raise self.error("a key that is no scalar; keys are strings")
        if len(self.open) >= _DEEPEST:
            raise self.too_deep()
        self.open.append(_Open(value, event.anchor))

    def MappingEndEvent(self, _: object) -> None:  # noqa: N802
        node = self.open.pop()
        for part in node.merges:  # what the mapping says itself wins, then the first that is merged
            for key, value in part.items():
                node.value.setdefault(key, value)
        self.add(node.value, node.size, node.anchor)

    def SequenceEndEvent(self, _: object) -> None:  # noqa: N802
        node = self.open.pop()
        self.add(node.value, node.size, node.anchor)

    def AliasEvent(self, event: yaml.AliasEvent) -> None:  # noqa: N802
        if event.anchor not in self.anchors:
            raise self.error("an alias without a finished anchor above it; write the part out")
        value, size = self.anchors[event.anchor]
        self.alias_size += size
        if self.alias_size > _MOST_ALIASED:
            raise self.error(f"aliases that stand for more than {_MOST_ALIASED:,} values; write the parts out")
        self.add(value, size, None)

    def ScalarEvent(self, event: yaml.ScalarEvent) -> None:  # noqa: N802
        is_key = bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None
        tag = event.tag
        explicit = (_EXPLICIT.get(tag) or self.tags.get(tag)) if tag is not None else None
        if tag is not None and explicit is None:
            raise self.foreign(tag)
        if is_key:
            self.open[-1].key = _MERGE if event.value == "<<" and event.implicit[0] else event.value
        elif explicit is not None:
            self.add(explicit(event.value), 1, event.anchor)
        else:
            self.add(_plain_scalar(event.value) if event.implicit[0] else event.value, 1, event.anchor)

    def add(self, value: object, size: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, size)
        if not self.open:
            self.root.append(value)
            return
        into = self.open[-1]
        into.size += size
        if isinstance(into.value, list):
            into.value.append(value)
        elif into.key is None:
            raise self.error("an alias as a key; write the key out")
        elif into.key is _MERGE:
            parts = value if isinstance(value, list) else [value]
            mappings = [part for part in parts if isinstance(part, dict)]
            if len(mappings) < len(parts):
                raise self.error("`<<` takes a mapping or a list of mappings")
            into.merges += mappings
            into.key = None
        else:
            into.value[into.key] = value
            into.key = None

    def foreign(self, tag: str) -> SpecError:
        return self.error(
            f"the tag {tag.replace(_TAG, '!!')} is not JSON; a document holds mappings, lists, strings, numbers, "
            "true, false and null"
        )
