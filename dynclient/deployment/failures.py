"""Failed task instances over all DAGs, with the end of their logs."""

from __future__ import annotations

from collections import deque
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ApiError, ContractError, TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from .airflow_client import Airflow

__all__ = ["Failure", "failures"]

_LINES, _WIDTH = 12, 300  # of the end of a log


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


def failures(client: Airflow, since: datetime, dag: str, most: int) -> Iterator[Failure]:
    """The failed task instances that ended since a moment, lazily.

    The server filters by state and end; ``~`` stands for all DAGs and runs on every release.

    Args:
        client: an Airflow client.
        since: aware.
        dag: a pattern of DAG ids as a shell has them.
        most: no more than so many, and so many logs.
    """
    call = client.operation("get_task_instances")
    instances = call.iter(dag_id="~", dag_run_id="~", state=["failed"], end_date_gte=since)
    matching = (one for one in instances if fnmatchcase(one["dag_id"], dag))
    for instance in islice(matching, most):
        yield Failure(instance, tuple(_end_of_log(client, instance)))


def _end_of_log(client: Airflow, instance: Mapping[str, object]) -> Iterator[str]:
    """The last lines; a log that is gone hides no failure."""
    try:
        lines = deque(client.log(instance), maxlen=_LINES)
    except (ApiError, ContractError, TransportError):
        return
    yield from (line.rstrip("\n") for line in lines)
