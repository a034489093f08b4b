"""What an upgrade does to one use in source code, and what to write instead."""

from __future__ import annotations

import pytest
from tiny_specs import json_answer, json_body, parameter, tiny

import dynclient
from dynclient.contract.code_check import CodeCheck
from dynclient.contract.code_use import UNKNOWN, Use
from dynclient.contract.upgrade import upgrade

TEXT = {"type": "string"}


def items(*parameters, method="GET", path="/items", fields=None, body=None, **more):
    """A document of one operation, ``get_items``."""
    answer = {"type": "object", "properties": {"id": TEXT} if fields is None else fields}
    operation = {"operationId": "get_items", "parameters": list(parameters), "responses": {"200": json_answer(answer)}}
    return tiny({f"{method} {path}": operation | ({"requestBody": body} if body else {}) | more})


LIMIT = parameter("limit", schema={"type": "integer"})
CHANGES = [
    (items(LIMIT), items(), {"limit": 3}, "call", [("breaking", "query limit")]),
    (items(LIMIT), items(), {}, "call", []),
    (items(LIMIT), items(parameter("limit", schema={"type": "integer", "maximum": 5})), {"limit": 3}, "call", []),
    (
        items(LIMIT),
        items(parameter("limit", schema={"type": "integer", "maximum": 5})),
        {"limit": 9},
        "call",
        [("breaking", "query limit")],
    ),
    (items(LIMIT), items(parameter("limit", schema={"type": "integer", "maximum": 5})), {"limit": "3"}, "url", []),
    (
        items(LIMIT),
        items(parameter("limit", schema={"type": "integer", "maximum": 5})),
        {"limit": UNKNOWN},
        "call",
        [],
    ),
    (items(), items(parameter("who", required=True)), {}, "call", [("breaking", "query who")]),
    (items(), items(parameter("who", required=True)), {"who": "a"}, "call", []),
    (items(), items(path="/api/items"), {}, "call", []),
    (items(), items(path="/api/items"), {}, "url", [("breaking", "operation")]),
    (items(), items(deprecated=True), {}, "call", []),
    (items(), tiny({"GET /other": {"operationId": "other"}}), {}, "call", [("breaking", "operation")]),
    (
        items(parameter("limit", schema={"type": "integer", "default": 1})),
        items(parameter("limit", schema={"type": "integer", "default": 2})),
        {},
        "call",
        [("warning", "query limit")],
    ),
]


@pytest.mark.parametrize(("old", "new", "arguments", "form", "expected"), CHANGES)
def test_only_what_is_given_is_judged(old, new, arguments, form, expected):
    """A change concerns a use that gives a value which is not taken any more, or lacks one that is needed."""
    effects = CodeCheck(old, new).effects(Use("a.py", 1, "get_items", form, arguments))
    assert [(effect.level, effect.where) for effect in effects] == expected


@pytest.mark.parametrize(
    ("fields", "after", "expected"),
    [
        ((), {}, []),
        (("id",), {}, ["breaking"]),
        (("id",), {"id": {"type": ["string", "null"]}}, ["warning"]),
        (("other",), {}, []),
    ],
)
def test_only_fields_that_are_read_are_judged(fields, after, expected):
    """A field that is gone breaks where it is read; one that may be null now is a warning."""
    check = CodeCheck(items(), items(fields=after))
    effects = check.effects(Use("a.py", 1, "get_items", "call", fields=fields))
    assert [effect.level for effect in effects] == expected


def test_a_use_of_unknown_arguments_lacks_nothing():
    """Where not all arguments show, none is said to be missing."""
    check = CodeCheck(items(), items(parameter("who", required=True)))
    assert check.effects(Use("a.py", 1, "get_items", "call", complete=False)) == ()


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (Use("a.py", 1, "get_items", "call", {"limit": 3}, receiver="af"), "af.get_items(limit=3, who=…)"),
        (Use("a.py", 1, "get_items", "call", {"limit": 3}, suffix=".iter"), "client.get_items.iter(limit=3, who=…)"),
        (Use("a.py", 1, "get_items", "call", {"old": "a"}, complete=False), 'client.get_items(new="a")'),
        (Use("a.py", 1, "get_items", "call", {"gone": 1}, complete=False), "client.get_items()"),
        (Use("a.py", 1, "get_items", "url", {"limit": 3}), "GET /items?limit=…&who=…"),
    ],
)
def test_the_use_in_the_new_names(use, expected):
    """The advice has the new names, what is needed in addition, and nothing that is gone."""
    old = items(LIMIT, parameter("old"), parameter("gone"))
    new = items(LIMIT, parameter("new"), parameter("who", required=True))
    assert CodeCheck(old, new, {"parameters": {"old": "new"}}).advice(use) == expected


def test_no_advice_where_there_is_no_counterpart():
    """An operation that is gone has no counterpart and no advice."""
    check = CodeCheck(items(), tiny({"GET /other": {"operationId": "other"}}))
    assert check.counterpart("get_items") is None
    assert check.advice(Use("a.py", 1, "get_items", "call")) == ""


def test_a_body_that_is_needed_now():
    """A body that must be given now concerns uses that give nothing."""
    old, new = (
        items(method="POST", body=json_body({"type": "object"}, required=required)) for required in (False, True)
    )
    check = CodeCheck(old, new)
    levels = [
        [effect.level for effect in check.effects(Use("a.py", 1, "get_items", "call", arguments))]
        for arguments in ({}, {"a": 1})
    ]
    assert levels == [["breaking"], []]


def test_what_to_write_instead(report):
    """Each line of code that breaks comes with what to write in the new release's names."""
    advice = {finding.place: finding.advice for finding in report.findings if finding.file}
    assert advice == {
        "check.sh:2": "GET /api/v2/monitor/health",
        "overview.py:8": "af.get_dags.iter(exclude_stale=True)",
        "settings.py:12": 'VariableApi(api).post_variable(VariableBody(key="region", value="eu"))',
        "settings.py:13": 'PoolApi(api).post_pool(PoolBody(name="loads", slots=4))',
        "trigger.py:15": 'POST /api/v2/dags/{dag_id}/dagRuns with {"logical_date": …, "conf": …}',
        "trigger.py:22": "GET /api/v2/dags/{dag_id}/dagRuns/{dag_run_id}",
    }


def test_names_go_both_ways(tmp_path):
    """Going back to an older release, arguments, fields and operations get their older names."""
    call = "run = af.trigger_dag_run('d', logical_date=None)"
    source = f"import dynclient\naf = dynclient.connect('h')\n{call}\nrun.logical_date\n"
    (tmp_path / "a.py").write_text(source)
    report = upgrade(dynclient.load("3.3.2"), dynclient.load("2.1.0"), [tmp_path])
    assert {finding.advice for finding in report.of("breaking")} == {'af.post_dag_run("d", execution_date=None)'}
