"""When a run and a try of a task are over."""

from __future__ import annotations

import pytest

from dynclient.deployment.run_states import current_try, is_run_over, is_try_over
from dynclient.errors import ContractError

RUNS = [
    ({"state": "success"}, True),
    ({"state": "failed"}, True),
    ({"state": "running", "end_date": "2024-01-01T00:00:00Z"}, False),
    ({"state": "new word"}, False),
    ({"state": "new word", "end_date": "2024-01-01T00:00:00Z"}, True),
    ({"state": None, "dag_run_id": "r"}, False),
]
TRIES = [
    ({"state": "success", "try_number": 1}, 1, True),
    ({"state": "running", "try_number": 2}, 1, True),
    ({"state": "running", "try_number": 1}, 1, False),
    ({"state": "up_for_retry", "try_number": 1}, 1, True),
    ({"state": "up_for_retry", "try_number": 1}, None, False),
    ({"state": None}, None, False),
]


@pytest.mark.parametrize(("run", "is_over"), RUNS)
def test_a_run_is_over_by_its_state(run, is_over):
    """A state that nobody knows is final only where the run has an end."""
    assert is_run_over(run, "run") is is_over


def test_an_answer_without_state_and_id_tells_nothing():
    """Waiting for it would never end."""
    with pytest.raises(ContractError):
        is_run_over({}, "run")


@pytest.mark.parametrize(("instance", "number", "is_over"), TRIES)
def test_a_try_is_over_by_state_and_number(instance, number, is_over):
    """A later try ends the earlier one."""
    assert is_try_over(instance, number) is is_over


@pytest.mark.parametrize(("number", "current"), [(3, 3), (0, 1), (None, 1)])
def test_a_task_that_has_not_begun_is_at_its_first_try(number, current):
    """Servers say 0 or null until then."""
    assert current_try({"try_number": number}) == current
