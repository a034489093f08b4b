"""Comparisons as people ask for them: a choice of operations, and every release of a range with its predecessor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents import releases
from ..errors import ArgumentError, near_names
from ..openapi.load import load
from .document_diff import diff
from .operation_counts import count_operations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..openapi.spec import Spec
    from .document_diff import Change

__all__ = ["changes_between", "changes_by_release"]


def changes_between(
    a: Spec, b: Spec, *, used_by: Iterable[str] = (), operations: Iterable[str] = (), tags: Iterable[str] = ()
) -> tuple[Change, ...]:
    """The changes from ``a`` to ``b``, of all operations or of a choice.

    Args:
        a: what the client was written for.
        b: what it is run against.
        used_by: recordings, or what a test run has written: only the operations that they use.
        operations: ids in either document: only these.
        tags: names of tags in either document: only the operations of these.

    Raises:
        ArgumentError: there is no such operation, tag or recording.
    """
    choices: list[set[str]] = []
    if used_by := tuple(used_by):
        choices.append({*count_operations(used_by, a)})
    if operations := tuple(operations):
        choices.append({_operation(a, b, name) for name in operations})
    if tags := tuple(tags):
        choices.append({name for tag in tags for name in _tagged(a, b, tag)})
    used = set.intersection(*choices) if choices else None
    return diff(a, b, renames=releases.renames(), used=used)


def _operation(a: Spec, b: Spec, name: str) -> str:
    for spec in (a, b):
        if name in spec.operations:
            return spec.operations[name].id
    raise a.operations.unknown(name)


def _tagged(a: Spec, b: Spec, tag: str) -> list[str]:
    ids = [
        operation.id
        for spec in (a, b)
        for operation in spec.operations.values()
        if tag.lower() in {name.lower() for name in operation.tags}
    ]
    if not ids:
        near = near_names(tag, [*a.tags, *b.tags])
        advice = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ArgumentError(f"neither document has an operation with the tag {tag!r}{advice}")
    return ids


def changes_by_release(
    first: str, last: str, *, used_by: Iterable[str] = (), operations: Iterable[str] = (), tags: Iterable[str] = ()
) -> dict[str, tuple[Change, ...]]:
    """Release -> the changes from its predecessor, for every bundled release after ``first`` up to ``last``.

    An operation or a tag is looked for in all of them, and may be missing in some.

    Raises:
        ArgumentError: one is no bundled release, or they are in the wrong order; or no release has such an operation.
    """
    bundled = releases.releases()
    for name in (first, last):
        if name not in bundled:
            near = near_names(name, bundled)
            advice = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ArgumentError(f"a range goes from one bundled release to another, and {name!r} is none{advice}")
    names = bundled[bundled.index(first) : bundled.index(last) + 1]
    if len(names) < 2:
        raise ArgumentError(f"a range goes from an older release to a newer one; this is {first}..{last}")
    specs = [load(name) for name in names]
    used_by, operations, tags = tuple(used_by), tuple(operations), tuple(tags)
    steps: dict[str, tuple[Change, ...]] = {}
    errors: list[ArgumentError] = []
    for name, a, b in zip(names[1:], specs, specs[1:], strict=False):
        try:
            steps[name] = changes_between(a, b, used_by=used_by, operations=operations, tags=tags)
        except ArgumentError as error:  # noqa: PERF203 - an operation is not in every release of a range
            errors.append(error)
    if not steps:
        raise errors[0]
    return steps
