"""Whether the fault that a correction is for is still in another release's document, and the releases it is for.

The places where a correction changes the document of a release that has the fault are compared with the same places of
the other document: equal to what they were before the correction, the fault is there; as after it, it was put right.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ..errors import SpecError
from . import overlays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CHANGED", "GONE", "PUT_RIGHT", "STILL_THERE", "correction_state", "extended_range", "extended_text"]

STILL_THERE = "still there"  #: every place is as it was before the correction
PUT_RIGHT = "put right"  #: every place is as the correction makes it
GONE = "gone"  #: what was corrected is not in the other document
CHANGED = "changed"  #: some places are in one state and some in another, or in none of these

_ABSENT = object()
_RANGE_END = re.compile(r"(?:<=|==)[^,]+$")
_RELEASES = re.compile(r'("x-releases":\s*)("[^"]*"|\[[^\]]*\])')


def correction_state(old: dict[str, Any], new: Mapping[str, Any], correction: Mapping[str, object]) -> str:
    """The state of a correction's fault in a new document.

    Args:
        old: the document of a release that the correction is for, before it.
        new: the document of another release, before its corrections.
        correction: an Overlay.
    """
    corrected = overlays.apply_overlay(old, correction)
    states = {_state(new, steps, before, after) for steps, before, after in _differences(old, corrected, ())}
    return states.pop() if len(states) == 1 else CHANGED


def _differences(old: object, new: object, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """The outermost places in which two documents differ; lists are compared whole."""
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _differences(old.get(key, _ABSENT), new.get(key, _ABSENT), (*steps, key))
    elif old != new:
        yield steps, old, new


def _state(document: object, steps: tuple[str, ...], before: object, after: object) -> str:
    node = document
    for step in steps[:-1]:
        node = node.get(step, _ABSENT) if isinstance(node, dict) else _ABSENT
    if not isinstance(node, dict):
        return GONE
    value = node.get(steps[-1], _ABSENT)
    if value == before:
        return STILL_THERE
    if value == after:
        return PUT_RIGHT
    return GONE if value is _ABSENT else _list_state(value, before, after)


def _list_state(value: object, before: object, after: object) -> str:
    """A list that a correction appends to may have got other items as well."""
    if not (isinstance(value, list) and isinstance(before, list) and isinstance(after, list)):
        return CHANGED
    if after[: len(before)] != before:
        return CHANGED
    present = {item in value for item in after[len(before) :]}
    if present == {True}:
        return PUT_RIGHT
    return CHANGED if True in present else STILL_THERE


def extended_range(scope: str | list[str], release: str) -> str | list[str]:
    """The releases of a correction with a newer release as their end: ``>=3.0.0,<=3.4.0`` of ``>=3.0.0,<=3.3.2``."""
    if isinstance(scope, list):
        return [*scope, release]
    if scope.startswith("=="):
        return f">={scope[2:]},<={release}"
    return _RANGE_END.sub(f"<={release}", scope)


def extended_text(text: str, places: Mapping[int, str | list[str]]) -> str:
    """The text of ``corrections.json`` with other releases for the corrections at these indexes; all else stays.

    Raises:
        SpecError: the text does not have one ``x-releases`` for each correction.
    """
    if len(_RELEASES.findall(text)) != len(json.loads(text)["corrections"]):
        raise SpecError("corrections.json does not have one x-releases for each correction")
    numbers = iter(range(len(text)))

    def replace(match: re.Match[str]) -> str:
        number = next(numbers)
        return f"{match[1]}{json.dumps(places[number])}" if number in places else match[0]

    return _RELEASES.sub(replace, text)
