"""Names by role: the first of ``specs/names.json`` that a document, an operation or an item has."""

from __future__ import annotations

import pytest

from dynclient.deployment import vocabulary
from dynclient.documents import releases
from dynclient.errors import UnknownOperation
from dynclient.openapi.load import load


@pytest.mark.parametrize(
    ("operations", "role", "name"),
    [
        ({"trigger_dag_run", "post_dag_run"}, "trigger run", "trigger_dag_run"),
        ({"post_dag_run"}, "trigger run", "post_dag_run"),
        ({"get_dag"}, "trigger run", None),
    ],
)
def test_an_operation_by_role(operations, role, name):
    """The first name that the document has, also of a document without a release; None where it has none."""
    assert vocabulary.find_operation(operations, role) == name


def test_an_operation_that_must_be_there():
    """Without one the role and all its names are told."""
    operations = load("2.10.5").operations
    assert vocabulary.operation_id(operations, "trigger run") == "post_dag_run"
    with pytest.raises(UnknownOperation, match=r"no operation to wait for run \(wait_dag_run_until_finished\)"):
        vocabulary.operation_id(operations, "wait for run")


def test_ids_of_every_release():
    """All names of all roles that are asked for."""
    assert vocabulary.operation_ids("trigger run", "log") == {"trigger_dag_run", "post_dag_run", "get_log"}


@pytest.mark.parametrize(
    ("release", "role", "arguments"),
    [
        ("2.10.5", "log", {"task_try_number": 1, "map_index": 2}),
        ("3.3.2", "log", {"try_number": 1, "map_index": 2}),
        ("2.3.4", "log", {"task_try_number": 1}),
        ("2.10.5", "trigger run", {"logical_date": "now"}),
        ("2.0.2", "trigger run", {}),
    ],
)
def test_arguments_by_role(release, role, arguments):
    """Parameters and body fields alike; what the operation does not take is left out."""
    operations = load(release).operations
    values = {"try": 1, "map index": 2, "logical date": "now"}
    operation = operations[vocabulary.operation_id(operations, role)]
    assert vocabulary.arguments(operation, values) == arguments


@pytest.mark.parametrize(
    ("item", "role", "value"),
    [
        ({"execution_date": 1}, "date", 1),
        ({"logical_date": 2, "execution_date": 1}, "date", 1),
        ({"logical_date": None}, "date", None),
        ({}, "date", None),
        ({"map_index": 0}, "map index", 0),
    ],
)
def test_a_field_by_role(item, role, value):
    """The value of the first name that the item has."""
    assert vocabulary.field(item, role) == value


def test_states():
    """The states of groups together; a group is a list of states, and what describes the table is none."""
    assert vocabulary.states("run", "success", "failed") == {"success", "failed"}
    assert "up_for_retry" in vocabulary.states("task", "underway")
    for of, groups in releases.names()["states"].items():
        lists = [group for group in groups.values() if isinstance(group, list)]
        assert sum(map(len, lists)) == len(vocabulary.states(of, *(n for n, g in groups.items() if g in lists))), of


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("2.4.3", False),
        ("2.5.0", True),
        ("2.11.2", True),
        ("3.0.6", False),
        ("3.3.1", True),
        ("2.10.5+astro.1", True),
        (None, False),
        ("", False),
        ("none", False),
    ],
)
def test_features(release, expected):
    """A feature holds in its ranges, a vendor's release counts as the plain one; without a release it does not hold."""
    assert vocabulary.has_feature("log positions", release) is expected
