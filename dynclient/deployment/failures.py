"""Failed task instances over all DAGs, with the end of their logs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ApiError, ContractError, TransportError
from . import log_reader
from .effects import Call
from .steps import begin_walk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ..openapi.spec import Spec
    from .effects import Steps, Yielding

__all__ = ["Failure", "failures"]

_WIDTH = 300  # letters of a line of a log


class Failure(NamedTuple):
    """A failed task instance.

    Attributes:
        instance: the task instance.
        log: the last lines of its log; empty where it cannot be read.
    """

    instance: Mapping[str, object]
    log: tuple[str, ...]

    def __str__(self) -> str:
        one = self.instance
        index = one.get("map_index")
        task = f"{one['task_id']}[{index}]" if isinstance(index, int) and index >= 0 else one["task_id"]
        head = f"{one['dag_id']} {one['dag_run_id']} {task}: {one['state']} at {one.get('end_date') or 'unknown time'}"
        return "\n".join([head, *(f"  | {line[:_WIDTH]}" for line in self.log)])


def failures(spec: Spec, since: datetime, dag: str, most: int) -> Yielding[Failure, None]:
    """Steps that yield the failed task instances that ended since a moment.

    The server filters by state and end; ``~`` stands for all DAGs and runs on every release.

    Args:
        spec: the document.
        since: aware.
        dag: a pattern of DAG ids as a shell has them.
        most: no more than so many, and so many logs.
    """
    id_, walk = begin_walk(spec, "task instances", dag="~", run="~", state=["failed"], ended_since=since)
    remaining, is_more = most, True
    while remaining and is_more:
        page = yield Call(id_, walk.arguments)
        matching = [one for one in walk.paging.items_of(page) if fnmatchcase(one["dag_id"], dag)]
        for instance in matching[:remaining]:
            yield Failure(instance, tuple((yield from _end_of_log(spec, instance))))
        remaining -= len(matching[:remaining])
        is_more = walk.after(page)


def _end_of_log(spec: Spec, instance: Mapping[str, object]) -> Steps[list[str]]:
    """The last lines; a log that is gone hides no failure."""
    try:
        return (yield from log_reader.tail(spec, instance, ""))
    except (ApiError, ContractError, TransportError):
        return []
