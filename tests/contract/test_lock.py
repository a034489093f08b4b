"""A lock of a contract: what a project uses, and whether a document still holds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cassettes import SPEC, cassette, entry
from tiny_specs import json_answer, json_body, parameter, tiny

import dynclient
from dynclient.contract.lock import check_lock, make_lock, read_lock, write_lock
from dynclient.errors import ArgumentError

PROJECT = Path(__file__).parents[1] / "worked_example" / "before"
OLD, NEW = dynclient.load("2.10.5"), dynclient.load("3.3.2")


def test_a_lock_says_what_is_used():
    """Operations, arguments and the fields that are read stand in it, by code and recordings together."""
    lock, unread = make_lock(OLD, [PROJECT])
    assert unread == ()
    assert lock["document"] == "2.10.5"
    assert lock["operations"]["get_dags"] == {
        "call": "GET /dags",
        "arguments": ["only_active"],
        "fields": ["dag_id", "is_active"],
    }
    assert {"post_dag_run", "get_health", "patch_pool", "post_variables"} <= set(lock["operations"])


def test_it_holds_where_it_was_made_and_says_what_another_release_breaks():
    """The document it was made for keeps it; another one breaks it in lines that name operation and thing."""
    lock, _ = make_lock(OLD, [PROJECT])
    assert check_lock(lock, OLD) == ()
    assert {
        "get_dags: takes no only_active any more",
        "get_dags: the answer has no is_active any more",
        "post_dag_run: called trigger_dag_run now",
        "patch_pool: pool must be given",
    } <= set(check_lock(lock, NEW))


def test_names_go_both_ways(tmp_path):
    """On an older release the older name is said."""
    (tmp_path / "a.py").write_text("import dynclient\nf = dynclient.connect('h')\nf.trigger_dag_run('d')\n")
    lock, _ = make_lock(NEW, [tmp_path])
    assert check_lock(lock, OLD) == ("trigger_dag_run: called post_dag_run now",)


def test_any_document(tmp_path):
    """A recording of any API makes a lock, and any other document of it is held to that."""
    lock, _ = make_lock(SPEC, [cassette(tmp_path, entry("POST /things", {"id": 1}, 201, {"id": 1}))])
    assert lock["operations"] == {"post_thing": {"call": "POST /things", "arguments": ["id"], "fields": []}}
    assert check_lock(lock, SPEC) == ()
    body = {"type": "object", "required": ["who"], "additionalProperties": False, "properties": {"who": {}}}
    other = tiny(
        {
            "PUT /things": {
                "operationId": "post_thing",
                "parameters": [parameter("q", required=True)],
                "requestBody": json_body(body),
                "responses": {"200": json_answer({"type": "object"})},
            }
        }
    )
    assert check_lock(lock, other) == (
        "post_thing: PUT /things now, was POST /things",
        "post_thing: takes no id any more",
        "post_thing: q must be given",
        "post_thing: who must be given",
    )
    assert check_lock(lock, tiny({})) == ("post_thing: no operation of this document; there is none like it",)


def test_the_file_reads_back(tmp_path):
    """What is written reads back, sorted, so that a review shows what is new."""
    lock, _ = make_lock(OLD, [PROJECT])
    path = tmp_path / "contract.lock"
    path.write_text(write_lock(lock), encoding="utf-8")
    assert read_lock(path) == lock
    assert list(json.loads(path.read_text("utf-8"))["operations"]) == sorted(lock["operations"])


@pytest.mark.parametrize("text", ["", "[]", '{"operations": {"a": {}}}', '{"operations": 3}'])
def test_what_is_no_lock(tmp_path, text):
    """A file that is none, or is not there, is an error that names it."""
    path = tmp_path / "x.lock"
    path.write_text(text)
    with pytest.raises(ArgumentError, match=r"x\.lock: no lock"):
        read_lock(path)
    with pytest.raises(ArgumentError, match=r"gone\.lock"):
        read_lock(tmp_path / "gone.lock")
