"""A lock of a contract held against a live server: by the document of its release, and by what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..contract.lock import check_lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.spec import Spec
    from .verify_report import Outcome, Verification

__all__ = ["LockVerification", "verify_lock"]


class LockVerification(NamedTuple):
    """Whether a server holds a lock.

    Attributes:
        server: its URL.
        release: what it runs.
        operations: how many the lock has.
        called: how many of them were called, because they change nothing and their arguments could be learned.
        broken: what does not hold, a line each.
        unseen: what could not be seen, a line each.
    """

    server: str
    release: str | None
    operations: int
    called: int
    broken: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Does nothing break the lock?"""
        return not self.broken

    def __str__(self) -> str:
        lines = [f"broken: {line}" for line in self.broken] + [f"not seen: {line}" for line in self.unseen]
        counts = f"{self.called} of {self.operations} operations called, {len(self.broken)} broken promises"
        return "\n".join([*lines, f"{self.server} (release {self.release}): {counts}"])


def verify_lock(lock: Mapping[str, Any], spec: Spec, verification: Verification) -> LockVerification:
    """Hold a lock against a server's document and what verifying the server brought.

    Args:
        lock: from ``read_lock``.
        spec: the document of the release that the server runs.
        verification: of the server.
    """
    broken = list(check_lock(lock, spec))
    unseen: list[str] = []
    outcomes = {outcome.operation: outcome for outcome in verification.outcomes}
    called = 0
    for name, entry in lock["operations"].items():
        outcome = outcomes.get(name)
        if outcome is None or outcome.status is None:
            if name in spec.operations:
                unseen.append(f"{name}: {'it changes something' if outcome is None else outcome.message}")
            continue
        called += 1
        if outcome.verdict != "kept":
            broken.append(f"{name}: {outcome.message or outcome.verdict}")
        else:
            _compare(outcome, entry["fields"], broken, unseen)
    broken = list(dict.fromkeys(broken))
    return LockVerification(
        verification.server, verification.release, len(lock["operations"]), called, tuple(broken), tuple(unseen)
    )


def _compare(outcome: Outcome, fields: list[str], broken: list[str], unseen: list[str]) -> None:
    """The fields that the lock names, in what one operation answered."""
    for field in fields:
        if field in outcome.fields:
            continue
        if outcome.has_empty_list:
            unseen.append(f"{outcome.operation}: {field}; a list in the answer was empty")
        else:
            broken.append(f"{outcome.operation}: the answer had no {field}")
