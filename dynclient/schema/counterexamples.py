"""Instances of a schema with one thing wrong."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from .normalize import Direction
    from .schema import Schema
from .examples import _CHECKS, _validator, sample
from .value_sets import json_type

__all__ = ["counterexample"]


_Path = tuple["str | int", ...]


_REMOVAL = object()


def counterexample(schema: Schema, rng: random.Random, *, direction: Direction) -> tuple[object, _Path] | None:
    """An instance with one thing wrong, and the way to it; None where nothing that was tried is wrong.

    A member is missing, of another type, outside its enum, bounds, lengths or format, or, in a request, undeclared in a
    closed object. The validator has refused every instance that is returned.

    Args:
        schema: what the instance does not keep to.
        rng: the source of every choice.
        direction: as in ``sample``.

    Raises:
        SpecError: as ``sample`` does.
    """
    validator = _validator(schema, direction)
    for minimal in (False, True):
        whole = sample(schema, rng, direction=direction, minimal=minimal)
        places = list(_places(whole, ()))
        rng.shuffle(places)
        kinds = [_other_type, _other_value, _without, _undeclared_field]
        rng.shuffle(kinds)
        changes = (
            change
            for kind in kinds
            for place in places
            for change in kind(*place, rng)
            if kind is not _other_type or change[0]
        )
        last = _other_type((), whole, rng)  # a list instead of an object is no news
        for (path, new), _ in zip(chain(changes, last), range(_CHECKS), strict=False):
            instance = _replace(whole, path, new)
            if not validator.is_valid(instance):
                return instance, path
    return None


def _places(value: object, path: _Path) -> Iterator[tuple[_Path, object]]:
    yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in members:
        yield from _places(item, (*path, step))


def _other_type(path: _Path, value: object, rng: random.Random) -> Iterator[tuple[_Path, object]]:
    values: tuple[object, ...] = (None, True, 7.5, "?", [], {})
    others = [other for other in values if json_type(other) != json_type(value)]
    rng.shuffle(others)
    return ((path, other) for other in others)


def _other_value(path: _Path, value: Any, rng: random.Random) -> Iterator[tuple[_Path, object]]:
    kind, others = json_type(value), list[object]()
    if kind == "string":
        others = ["", "no such value?", "x" * 2000]
    elif kind in {"integer", "number"}:
        others = [-(10**12), 10**12, value + 0.0625]
    elif kind == "array" and value:
        others = [[], value * 2, value * 50]
    rng.shuffle(others)
    return ((path, other) for other in others)


def _without(path: _Path, value: object, _: random.Random) -> Iterator[tuple[_Path, object]]:
    return (((*path, name), _REMOVAL) for name in (value if isinstance(value, dict) else ()))


def _undeclared_field(path: _Path, value: object, _: random.Random) -> Iterator[tuple[_Path, object]]:
    return iter([((*path, "undeclared_field"), 1)] if isinstance(value, dict) else [])


def _replace(value: Any, path: _Path, new: object) -> object:
    """The same with one place changed; what lies beside the way is shared."""
    if not path:
        return new
    copy = value.copy()
    if new is _REMOVAL and len(path) == 1:
        del copy[path[0]]
    elif len(path) == 1:
        copy[path[0]] = new
    else:
        copy[path[0]] = _replace(copy[path[0]], path[1:], new)
    return copy
