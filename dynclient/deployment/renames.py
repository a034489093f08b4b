"""What operations, parameters and fields are called in other releases: ``specs/renames.json``, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents import releases

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

__all__ = ["also_called", "elsewhere", "operation_here"]


def _pairs(kind: str) -> Iterator[tuple[str, str]]:
    """(a name, a name of the same thing in another release), in both directions."""
    for old, new in releases.renames()[kind].items():
        yield old, new
        yield new, old


def also_called(kind: str, name: str, names: Container[str]) -> list[str]:
    """What a name of another release is called among these names: the newer one, or the older ones.

    Args:
        kind: ``operations``, ``parameters`` or ``fields``.
        name: of any release.
        names: those of one release.
    """
    return [other for one, other in _pairs(kind) if one == name and other in names]


def elsewhere(kind: str, names: Container[str]) -> Mapping[str, str]:
    """The names of other releases for those of these that have some, with spaces between them."""
    others: dict[str, list[str]] = {}
    for name, other in _pairs(kind):
        if name in names:
            others.setdefault(name, []).append(other)
    return {name: " ".join(texts) for name, texts in others.items()}


def operation_here(name: str, operations: Container[str]) -> str:
    """The name of an operation among these, by its name in any release; the name itself where there is none."""
    return name if name in operations else next(iter(also_called("operations", name, operations)), name)
