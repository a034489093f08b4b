"""When a run and a try of a task are over, by the states of every release (``specs/names.json``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ContractError
from .vocabulary import field, states

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["current_try", "is_run_over", "is_try_over", "is_waiting"]


def is_run_over(run: Mapping[str, object], name: str) -> bool:
    """Is a run over? A state that this package does not know is final only where the run has an end.

    Raises:
        ContractError: the answer tells nothing of the run.
    """
    state = field(run, "state")
    if state in states("run", "success", "failed"):
        return True
    if state is None and field(run, "run") is None:
        raise ContractError(f"{name}: the answer has neither its state nor its id, so its end cannot be seen", data=run)
    return state not in states("run", "underway") and field(run, "end") is not None


def is_waiting(instance: Mapping[str, object]) -> bool:
    """Has a task instance not begun yet?"""
    state = field(instance, "state")
    return state is None or state in states("task", "waiting")


def current_try(instance: Mapping[str, object]) -> int:
    """The newest try of a task instance; one that has not begun counts as the first."""
    number = field(instance, "try")
    return number if isinstance(number, int) and number > 0 else 1


def is_try_over(instance: Mapping[str, object], number: int | None) -> bool:
    """Is a try of a task instance over? A state that this package does not know is final only where there is an end."""
    state, current = field(instance, "state"), current_try(instance)
    if number is not None and current > number:
        return True
    if state == "up_for_retry":
        return number is not None and current == number
    if is_waiting(instance) or state in states("task", "underway"):
        return False
    return state in states("task", "success", "failed", "gone") or field(instance, "end") is not None
