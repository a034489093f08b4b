"""Steps name operations and arguments by role, whatever a release calls them."""

from __future__ import annotations

import itertools

import pytest

from dynclient.deployment import steps
from dynclient.deployment.effects import Call, Stream
from dynclient.errors import UnknownOperation
from dynclient.openapi.load import load

CALLS = [
    # release, role, values by role, the operation, its arguments
    ("2.10.5", "run", {"dag": "d", "run": "r"}, "get_dag_run", {"dag_id": "d", "dag_run_id": "r"}),
    ("2.10.5", "trigger run", {"dag": "d", "run": "r"}, "post_dag_run", {"dag_id": "d", "dag_run_id": "r"}),
    ("3.3.2", "trigger run", {"dag": "d", "run": "r"}, "trigger_dag_run", {"dag_id": "d", "dag_run_id": "r"}),
    ("2.10.5", "runs", {"dag": "d", "date_from": 1}, "get_dag_runs", {"dag_id": "d", "execution_date_gte": 1}),
    ("3.3.2", "runs", {"dag": "d", "date_from": 1}, "get_dag_runs", {"dag_id": "d", "logical_date_gte": 1}),
    ("3.3.2", "runs", {"dag": "d", "map_index": 1}, "get_dag_runs", {"dag_id": "d"}),
]


@pytest.mark.parametrize(("release", "role", "values", "operation", "arguments"), CALLS)
def test_roles_become_names(release, role, values, operation, arguments):
    """The operation and its arguments are called as the release calls them; what it does not take is left out."""
    spec = load(release)
    assert steps.call(spec, role, **values) == Call(operation, arguments)
    assert steps.stream(spec, role, **values) == Stream(operation, arguments)


def test_an_operation_that_the_release_has_not():
    """A role without an operation is an error that names the role and what other releases call it."""
    with pytest.raises(UnknownOperation, match=r"no operation to backfill \(get_backfill\)"):
        steps.call(load("2.10.5"), "backfill", backfill=1)


def test_a_walk_asks_for_page_after_page():
    """Every item of every page, each call with the next offset, until the total is reached."""
    walk = steps.walk(load("2.10.5"), "runs", dag="d")
    first = next(walk)
    second = walk.send({"dag_runs": [{"dag_run_id": "a"}], "total_entries": 2})
    assert (first.operation, second.operation) == ("get_dag_runs", "get_dag_runs")
    assert second.arguments["offset"] == 1
    with pytest.raises(StopIteration) as end:
        walk.send({"dag_runs": [{"dag_run_id": "b"}], "total_entries": 2})
    assert end.value.value == [{"dag_run_id": "a"}, {"dag_run_id": "b"}]


@pytest.mark.parametrize(
    ("poll", "longest", "first", "last"),
    [(None, None, 0.5, 10.0), (None, 2.0, 0.5, 2.0), (3.0, None, 3.0, 3.0), (20.0, 2.0, 20.0, 20.0)],
)
def test_pauses_grow_to_the_longest_or_stay_as_given(poll, longest, first, last):
    """Pauses begin at half a second and grow to a bound; with ``poll`` all are alike; each is spread by a fifth."""
    pauses = list(itertools.islice(steps.pauses(poll, longest), 30))
    assert 0.8 * first <= pauses[0] <= 1.2 * first
    assert 0.8 * last <= pauses[-1] <= 1.2 * last
    assert len({*pauses}) > 1
