"""The full product: each distinct operation contract with twenty valid examples and twenty broken ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from every_operation import Held, by_release


@pytest.mark.parametrize("release", list(by_release()))
def test_operations_of(release):
    """Valid requests are accepted by openapi-core, valid answers decode, broken ones raise and name the pointer."""
    held = Held(release)
    for name in by_release()[release]:
        held.hold(name, seeds=range(20), broken=range(20))
    assert held.wrong == []
