"""Names of other releases, by ``specs/renames.json``."""

from __future__ import annotations

import pytest

import dynclient
from dynclient.deployment.renames import also_called, elsewhere, operation_here
from dynclient.documents import releases


@pytest.mark.parametrize(
    ("kind", "name", "names", "others"),
    [
        ("operations", "post_dag_run", {"trigger_dag_run", "get_dag"}, ["trigger_dag_run"]),
        ("operations", "trigger_dag_run", {"post_dag_run"}, ["post_dag_run"]),
        ("operations", "trigger_dag_run", {"get_dag"}, []),
        ("parameters", "execution_date_gte", {"logical_date_gte"}, ["logical_date_gte"]),
        ("fields", "no_such_field", {"logical_date"}, []),
    ],
)
def test_a_name_of_another_release(kind, name, names, others):
    """Older and newer names, as far as they are among those of the release."""
    assert also_called(kind, name, names) == others


def test_names_elsewhere():
    """For each name of a release that has some, those of other releases; the others are left out."""
    assert elsewhere("operations", {"trigger_dag_run", "get_dag"}) == {"trigger_dag_run": "post_dag_run"}


@pytest.mark.parametrize(
    ("name", "here"),
    [("trigger_dag_run", "trigger_dag_run"), ("post_dag_run", "trigger_dag_run"), ("no_such", "no_such")],
)
def test_an_operation_here(name, here):
    """The name itself where it is one, else what it is called here; what nobody knows stays as it is."""
    assert operation_here(name, {"trigger_dag_run", "get_dag"}) == here


def test_the_table_of_renames_holds_for_the_documents():
    """Each old name was in some release and each new one is in a later one; no release has both, unless it is split."""
    names = {release: set(dynclient.load(release).operations) for release in releases.releases()}
    for old, new in releases.renames()["operations"].items():
        with_old = [release for release, ids in names.items() if old in ids]
        with_new = [release for release, ids in names.items() if new in ids]
        assert with_old, old
        assert with_new, new
        assert not set(with_old) & set(with_new), (old, new)
        order = list(names)
        assert order.index(with_old[-1]) < order.index(with_new[0])
    newest = list(names.values())[-1]
    assert not newest & releases.renames()["replaced"]["operations"].keys()
