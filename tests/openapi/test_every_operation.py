"""Each distinct operation contract of the bundle: three valid examples and one broken one of each."""

from __future__ import annotations

import pytest
from every_operation import Held, by_release, contracts

from dynclient.documents import releases
from dynclient.openapi import load


def test_the_contracts_are_all_there():
    """Every operation of every release has one of the contracts, and no two contracts are equal."""
    assert len(set(contracts())) == len(contracts())
    assert {contract.operation for contract in contracts()} == {
        name for release in releases.releases() for name in load.load(release).operations
    }


@pytest.mark.parametrize("release", list(by_release()))
def test_operations_of(release):
    """Valid requests are accepted by openapi-core, valid answers decode, broken ones raise and name the pointer."""
    held = Held(release)
    for name in by_release()[release]:
        held.hold(name, seeds=range(3), broken=range(1))
    assert held.wrong == []
