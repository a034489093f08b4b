"""Where a model came from: the answer of the server that it was a part of, and the call that was answered.

A model's origin is an ``Origin``, or (origin of the model or list around it, name or index), or None.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .models import Model

    #: where a model stood: in an answer, at a name or index of what stood somewhere, or nowhere
    Place: TypeAlias = "Origin | tuple[Place, str | int] | None"

__all__ = ["Origin", "is_same", "origin_arguments", "plain_json", "root_of", "sent_value"]


class Origin(NamedTuple):
    """Where a model came from: the bytes the server sent, and by which call.

    Attributes:
        raw: the JSON as it came.
        operation: the id of the operation that was called.
        arguments: what it was called with.
        steps: the way to ``raw`` in the whole answer; ``()`` where it is the whole answer, as it is before pickling.
    """

    raw: bytes
    operation: str
    arguments: Mapping[str, object]
    steps: tuple[str | int, ...] = ()


def is_same(a: object, b: object) -> bool:
    """Equal as JSON, where 1 and True differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_same(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(is_same, a, b))
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _sent(origin: Place) -> object:
    """What the server sent at this place, read again from the bytes; None when nothing did."""
    steps: list[str | int] = []
    while origin is not None and not isinstance(origin, Origin):
        origin, step = origin
        steps.append(step)
    if origin is None:
        return None
    value: Any = json.loads(origin.raw)
    for step in reversed(steps):
        value = value[step]
    return value


def root_of(model: Model) -> tuple[Origin | None, tuple[str | int, ...]]:
    """The call that a model came from and the way to it in that answer."""
    origin, steps = model._origin_, list[str | int]()
    while origin is not None and not isinstance(origin, Origin):
        origin, step = origin
        steps.append(step)
    return origin, (*(origin.steps if origin is not None else ()), *reversed(steps))


def sent_value(model: Model) -> Any:
    """What the server sent at the model's place, read again from the bytes; None when no server sent it."""
    return _sent(model._origin_)


def plain_json(value: object) -> object:
    """The same with plain dicts for models; new containers only where they hold one."""
    if isinstance(value, dict):
        return {name: plain_json(item) for name, item in value.items()}
    return [plain_json(item) for item in value] if isinstance(value, list) else value


def origin_arguments(model: Model) -> tuple[Any, ...]:
    """The origin for a pickle: operation, arguments, steps, and what was sent where the model differs from it."""
    origin, steps = root_of(model)
    if origin is None:
        return ()
    sent = sent_value(model)
    is_changed = not is_same(sent, plain_json(model))
    return (origin.operation, dict(origin.arguments), steps, *([sent] if is_changed else []))
