"""Where openapi-core and dynclient read a document differently: rule, why, and who is right.

A disagreement that no row explains fails the test that found it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dynclient.errors import Violation


class Divergence(NamedTuple):
    rule: str
    why: str
    right: str
    explains: Callable[[Violation], bool]


DIVERGENCES = (
    Divergence(
        "An empty text in a query is sent and is a value.",
        "openapi-core takes `allowEmptyValue: false` to forbid it; OpenAPI gives that to parameters without a value "
        "(`?cursor`), and Airflow 3.2.2 and later start a walk with `cursor=`.",
        "dynclient",
        lambda v: v.rule == "empty",
    ),
    Divergence(
        "`nullable: true` means or null wherever it stands (OpenAPI 3.0).",
        "By the letter of 3.0.3 it has no effect beside `$ref`, without `type`, or beside an `enum` without null; "
        "openapi-core keeps to the letter. "
        "Airflow 2.x writes it there and sends null there (TaskInstance.state, DAG.schedule_interval, health).",
        "both: openapi-core by the letter, dynclient by every server there is",
        lambda v: v.got == "null" and v.rule in {"type", "enum", "anyOf", "oneOf"},
    ),
)


def excused(violation: Violation) -> bool:
    """Is this thing that openapi-core says, and dynclient does not, in the table?"""
    return any(row.explains(violation) for row in DIVERGENCES)
