"""Changes grouped by cause."""

from __future__ import annotations

import pytest
from things import NEW, OLD

import dynclient
from dynclient.contract.diff_causes import SECTIONS, causes, summary
from dynclient.contract.diff_rules import LEVELS
from dynclient.contract.document_diff import Change, diff


def test_a_shared_schema_is_told_once():
    """What changed in a component is one cause, with every operation that it reaches, once sent and once read."""
    told = {(cause.section, cause.subject): cause.operations for cause in causes(diff(OLD, NEW))}
    assert told == {
        ("argument", "query limit"): ("get_things", "get_thing"),
        ("argument", "query who"): ("get_things",),
        ("request", "Thing.a|<b>, size"): ("post_thing",),
        ("response", "Thing.a|<b>, size"): ("get_things", "post_thing", "get_thing"),
    }


def test_every_change_has_one_cause():
    """Grouping loses nothing and tells nothing twice."""
    changes = diff(dynclient.load("2.10.5"), dynclient.load("3.3.2"))
    grouped = [change for cause in causes(changes) for change in cause.changes]
    assert sorted(map(str, grouped)) == sorted(map(str, changes))
    assert all({change.level for change in cause.changes} == {cause.level} for cause in causes(changes))


def change(where, pointer=None, *, level="safe", operation="a", kind="response-property-x"):
    return Change(kind, level, operation, where, "new", (pointer, pointer), (operation, where))


SCHEMA = "#/components/schemas/DAG/properties"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("server", operation="")], [("api", "server")]),
        ([change("")], [("operation", "")]),
        ([change("query limit"), change("header X")], [("argument", "query limit"), ("argument", "header X")]),
        ([change("body a.b", f"{SCHEMA}/a/properties/b", kind="request-property-x")], [("request", "DAG.a.b")]),
        ([change("response 200 t[]", f"{SCHEMA}/t/items")], [("response", "DAG.t[]")]),
        ([change("response 200 m", f"{SCHEMA}/m/additionalProperties")], [("response", "DAG.m.*")]),
        ([change("response 200 x", f"{SCHEMA}/a~1b")], [("response", "DAG.a/b")]),
        ([change("response 401, 404", kind="response-error-changed")], [("response", "response")]),
        ([change("response 200 x")], [("response", "response 200 x")]),
        ([change("query a"), change("", level="safe")], [("operation", ""), ("argument", "query a")]),
    ],
)
def test_section_and_subject(changes, expected):
    """A cause is named by the component and field of its pointer, else by its place; sections have their order."""
    assert [(cause.section, cause.subject) for cause in causes(changes)] == expected


def test_the_worst_first():
    """Within a section the worst level comes first; the counts have every level."""
    changes = [change("query a"), change("query b", level="breaking"), change("query c", level="warning")]
    assert [cause.level for cause in causes(changes)] == list(LEVELS)
    assert summary(changes) == dict.fromkeys(LEVELS, 1)
    assert summary([]) == dict.fromkeys(LEVELS, 0)
    assert {cause.section for cause in causes(changes)} <= set(SECTIONS)
