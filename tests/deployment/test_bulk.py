"""Answers of bulk operations: what failed inside is counted and listed."""

from __future__ import annotations

import asyncio
import pickle

import pytest

import dynclient
import dynclient.aio
from dynclient.testing import fake_airflow

CREATE = {"action": "create", "entities": [{"key": "k", "value": "1"}], "action_on_existence": "fail"}


@pytest.fixture
def af():
    """A client of a pretended 3.3.2."""
    with fake_airflow("3.3.2") as server, dynclient.connect(server.url) as client:
        yield client


def test_failures_inside_a_bulk_answer(af):
    """What all actions were refused is in one list, and counted at the end of the repr; it goes with copies."""
    assert af.bulk_variables(actions=[CREATE]).errors == []
    remove = {"action": "delete", "entities": ["absent"], "action_on_non_existence": "fail"}
    answer = af.bulk_variables(actions=[CREATE, remove])
    assert [error["status_code"] for error in answer.errors] == [409, 404]
    assert repr(answer).endswith("  # 2 errors; .errors lists them")
    for same in (pickle.loads(pickle.dumps(answer)), answer.copy()):
        assert same == answer
        assert same.errors == answer.errors
        assert type(same) is type(answer)


def test_other_answers(af):
    """Only a bulk answer has the list; what a bulk answer does not have is still an error."""
    assert "# " not in repr(af.bulk_variables(actions=[]))
    with pytest.raises(AttributeError, match="no field 'error'"):
        _ = af.bulk_variables(actions=[]).error
    with pytest.raises(AttributeError, match="no field 'errors'"):
        _ = af.patch_dag("report_weekly", is_paused=True).errors


def test_a_bulk_answer_of_the_awaited_client():
    """The awaited client tells the same."""

    async def refused():
        with fake_airflow("3.3.2") as server:
            async with await dynclient.aio.connect(server.url) as client:
                await client.bulk_variables(actions=[CREATE])
                return (await client.bulk_variables(actions=[CREATE])).errors

    assert len(asyncio.run(refused())) == 1
