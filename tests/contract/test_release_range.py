"""Comparisons of a choice of operations, and of the releases of a range."""

from __future__ import annotations

import pytest

import dynclient
from dynclient.contract.release_range import changes_between, changes_by_release
from dynclient.documents.releases import releases
from dynclient.errors import ArgumentError, UnknownOperation

OLD, NEW = dynclient.load("2.10.5"), dynclient.load("3.3.2")


def operations(changes):
    return {change.operation for change in changes} - {""}


def test_operations_and_tags_choose():
    """Operations are named as in either release; tags in any case; both together are what both choose."""
    assert operations(changes_between(OLD, NEW, operations=["trigger_dag_run"])) == {"post_dag_run"}
    pools = operations(changes_between(OLD, NEW, tags=["pool"]))
    assert "get_pools" in pools
    assert "get_dags" not in pools
    assert operations(changes_between(OLD, NEW, tags=["Pool"], operations=["get_dags"])) == set()


def test_what_is_nowhere_is_an_error():
    """A name that neither document has is refused, with near ones."""
    with pytest.raises(UnknownOperation, match="get_pools"):
        changes_between(OLD, NEW, operations=["get_pool5"])
    with pytest.raises(ArgumentError, match="did you mean Pool"):
        changes_between(OLD, NEW, tags=["Pools"])


def test_a_range_holds_every_step():
    """Each bundled release after the first up to the last is there, in order, with what it brought."""
    steps = changes_by_release("3.0.0", "3.2.2")
    bundled = releases()
    assert tuple(steps) == tuple(bundled[bundled.index("3.0.0") + 1 : bundled.index("3.2.2") + 1])
    first = next(release for release, changes in steps.items() if "wait_dag_run_until_finished" in operations(changes))
    assert "wait_dag_run_until_finished" not in dynclient.load(bundled[bundled.index(first) - 1]).operations


def test_an_operation_may_be_missing_in_some_releases():
    """An operation of a range is looked for in all of its releases."""
    steps = changes_by_release("2.10.5", "3.0.1", operations=["trigger_dag_run"])
    assert any(operations(changes) for changes in steps.values())


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [("3.0.0", "9.9.9", "9.9.9"), ("3.3.2", "3.0.0", "older release"), ("3.3.2", "3.3.2", "older release")],
)
def test_what_is_no_range(first, last, message):
    """Both ends are bundled releases, the older one first."""
    with pytest.raises(ArgumentError, match=message):
        changes_by_release(first, last)


def test_neighbours():
    """Each release of a range is compared with its predecessor; tests/hardening does it with all of them."""
    bundled = releases()
    first = bundled.index("3.0.0") - 1
    steps = changes_by_release(bundled[first], bundled[-1])
    assert list(steps) == list(bundled[first + 1 :])
    assert any(change.level == "breaking" for change in steps["3.0.0"])
