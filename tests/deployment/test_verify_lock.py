"""A lock held against a live server."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import dynclient
from dynclient.cli.main import main
from dynclient.contract.lock import write_lock
from dynclient.deployment.verify_lock import verify_lock
from dynclient.deployment.verify_report import Outcome, Verification
from dynclient.testing import fake_airflow

SPEC = dynclient.load("3.3.2")


def locked(**operations):
    calls = {name: f"{SPEC.operations[name].method} {SPEC.operations[name].path}" for name in operations}
    entries = {name: {"call": calls[name], "arguments": [], "fields": fields} for name, fields in operations.items()}
    return {"document": "3.3.2", "operations": entries}


@pytest.mark.parametrize(
    ("fields", "code", "line"),
    [
        (["dag_id", "is_paused"], 0, "1 of 2 operations called, 0 broken promises"),
        (["dag_id", "is_active"], 1, "broken: get_dags: the answer has no is_active any more"),
    ],
)
def test_the_command(tmp_path, fields, code, line):
    """What is safe is called, the fields that the lock names are looked for, and the rest is said not to be seen."""
    path = tmp_path / "contract.lock"
    path.write_text(write_lock(locked(get_dags=fields, delete_dag=[])), encoding="utf-8")
    lock = json.loads(path.read_text("utf-8"))
    lock["operations"]["delete_dag"]["arguments"] = ["dag_id"]
    path.write_text(write_lock(lock), encoding="utf-8")
    with fake_airflow("3.3.2") as server:
        result = CliRunner().invoke(main, ["verify", "--lock", str(path), server.url])
    assert result.exit_code == code, result.output
    assert line in result.output
    assert "not seen: delete_dag: it changes something" in result.output


@pytest.mark.parametrize(
    ("outcome", "broken", "unseen"),
    [
        ({"verdict": "kept", "status": 200, "fields": frozenset({"dag_id"})}, (), ()),
        ({"verdict": "kept", "status": 200}, ("get_dags: the answer had no dag_id",), ()),
        (
            {"verdict": "kept", "status": 200, "has_empty_list": True},
            (),
            ("get_dags: dag_id; a list in the answer was empty",),
        ),
        ({"verdict": "broken", "status": 500, "message": "the server failed"}, ("get_dags: the server failed",), ()),
        ({"verdict": "not reachable", "message": "no answer"}, (), ("get_dags: no answer",)),
    ],
)
def test_what_holds(outcome, broken, unseen):
    """A field that does not come breaks the lock, unless a list was empty; what was not called is said."""
    verification = Verification("http://h", "3.3.2", (Outcome("get_dags", "GET", "/dags", **outcome),), (), ())
    result = verify_lock(locked(get_dags=["dag_id"]), SPEC, verification)
    assert (result.broken, result.unseen) == (broken, unseen)
    assert result.ok is (broken == ())
