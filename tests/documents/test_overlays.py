"""OpenAPI Overlays: what an action does to a document."""

from __future__ import annotations

import copy

import pytest

from dynclient.documents.overlays import apply_overlay
from dynclient.errors import SpecError

DOCUMENT = {"a": {"x": 1, "list": [1, 2]}, "b c": {"x": 2}}
ACTIONS = [
    # target, action, the members that differ afterwards
    ("$.a", {"update": {"y": {"z": 1}}}, {"a": {"x": 1, "list": [1, 2], "y": {"z": 1}}}),
    ("$['b c'].x", {"update": 3}, {"b c": {"x": 3}}),
    ("$.a.list", {"update": [3]}, {"a": {"x": 1, "list": [1, 2, 3]}}),
    ("$.a.list", {"update": 3}, {"a": {"x": 1, "list": [1, 2, 3]}}),
    ("$.a.list[0]", {"remove": True}, {"a": {"x": 1, "list": [2]}}),
    ("$.*.x", {"remove": True}, {"a": {"list": [1, 2]}, "b c": {}}),
    ("$.nothing.here", {"update": 1}, {}),
    ("$", {"update": {"c": 1}}, {"c": 1}),
]


@pytest.mark.parametrize(("target", "action", "changes"), ACTIONS)
def test_actions(target, action, changes):
    """An action changes what its target selects, and nothing of the document that was given."""
    before = copy.deepcopy(DOCUMENT)
    assert apply_overlay(DOCUMENT, {"actions": [{"target": target, **action}]}) == DOCUMENT | changes
    assert before == DOCUMENT


@pytest.mark.parametrize(
    "overlay",
    [
        {},
        {"actions": [{}]},
        {"actions": [{"target": "a"}]},
        {"actions": [{"target": "$..a", "remove": True}]},
        {"actions": [{"target": "$", "remove": True}]},
        {"actions": [{"target": "$", "update": 1}]},
        {"actions": [{"target": "$.a"}]},
    ],
)
def test_malformed_overlays(overlay):
    """An overlay that cannot be applied is a SpecError."""
    with pytest.raises(SpecError):
        apply_overlay(DOCUMENT, overlay)
