"""Each distinct operation contract of the bundle: three valid examples and one broken one of each."""

from __future__ import annotations

import pytest
from every_operation import Held, by_release, contracts


def test_the_contracts_are_all_there():
    """The corrected bundle has 872 distinct operation contracts (880 as published: corrections make some alike)."""
    assert len(contracts()) == 872


@pytest.mark.parametrize("release", list(by_release()))
def test_operations_of(release):
    """Valid requests are accepted by openapi-core, valid answers decode, broken ones raise and name the pointer."""
    held = Held(release)
    for name in by_release()[release]:
        held.hold(name, seeds=range(3), broken=range(1))
    assert held.wrong == []
