"""How often operations were called, by recordings and by test runs."""

from __future__ import annotations

import json

import pytest
from cassettes import SPEC, cassette, entry

import dynclient
from dynclient.contract.operation_counts import count_operations
from dynclient.errors import ArgumentError


def test_used_operations(tmp_path):
    """Operations are counted from recordings, and from what a test run wrote for that release or for all."""
    path = cassette(tmp_path, entry("GET /things"), entry("GET /things/1"), entry("GET /x", url="http://h/other"))
    assert count_operations([path], SPEC) == {"get_things": 1, "get_thing": 1}
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"operations": {"2.10.5": {"get_dags": 2}, "3.3.2": {"get_dag": 1}}}))
    assert count_operations([run], dynclient.load("3.3.2")) == {"get_dag": 1}
    assert count_operations([run, path], SPEC) == {"get_dags": 2, "get_dag": 1, "get_things": 1, "get_thing": 1}


@pytest.mark.parametrize("text", ["", '{"operations": 3}', '{"operations": {"a": [1]}}', "gone"])
def test_used_operations_of_a_bad_file(tmp_path, text):
    """A file that holds neither is an error that names it."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ArgumentError, match=r"x\.json"):
        count_operations([path], SPEC)
