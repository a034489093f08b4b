"""Which operation of one document is which of another: by method and shape of path, then by id, then by the renames."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .schema_diff import pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.spec import Spec

__all__ = ["match_operations", "path_prefix", "path_shape"]


def path_prefix(spec: Spec) -> str:
    """``/api``, ``/v2`` or ``/api/v2``, where every path begins with it."""
    prefixes = {
        match[0] if (match := re.match(r"(/api)?(/v\d+)?(?=/|$)", spec.operations.path(id_))) else ""
        for id_ in spec.operations
    }
    return prefixes.pop() if len(prefixes) == 1 else ""


def path_shape(path: str) -> str:
    """A path with its templates unnamed: ``/dags/{}``."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def match_operations(a: Spec, b: Spec, renames: Mapping[str, str]) -> list[tuple[str | None, str | None]]:
    """The ids of each operation in both specs, in the order of ``a``, None where it is not there."""
    left, right = _by_shape(a), _by_shape(b)
    counterparts: dict[str, str] = {}
    for shape in left:
        counterparts.update(zip(left[shape], right.get(shape, ()), strict=False))
    partners = set(counterparts.values())
    rest = [id_ for id_ in b.operations if id_ not in partners]
    again = pairs((id_ for id_ in a.operations if id_ not in counterparts), rest, renames)
    counterparts.update((old, new) for old, new in again if old and new)
    partners = set(counterparts.values())
    in_order: list[tuple[str | None, str | None]] = [(id_, counterparts.get(id_)) for id_ in a.operations]
    return in_order + [(None, id_) for id_ in b.operations if id_ not in partners]


def _by_shape(spec: Spec) -> dict[tuple[str, str], list[str]]:
    prefix, shapes = len(path_prefix(spec)), dict[tuple[str, str], list[str]]()
    for id_ in spec.operations:
        operation = spec.operations[id_]
        shapes.setdefault((operation.method, path_shape(operation.path[prefix:])), []).append(id_)
    return shapes
