"""OpenAPI Overlays: what an action does to a document."""

from __future__ import annotations

import json

import pytest

from dynclient.documents import overlays
from dynclient.errors import SpecError

BASE = {
    "a": {"b": [1, 2], "c": {"d": 1}},
    "paths": {"/x/{y}": {"get": {"tags": ["t"]}, "post": {}}},
    "n": [{"k": 1}, {"k": 2}],
}

OVERLAYS = [
    # rule, actions, steps to the place, what stands there ("gone" for nothing)
    ("objects merge", [{"target": "$.a", "update": {"c": {"e": 2}}}], ("a", "c"), {"d": 1, "e": 2}),
    ("lists are joined", [{"target": "$.a", "update": {"b": [3]}}], ("a", "b"), [1, 2, 3]),
    ("a list takes an entry", [{"target": "$.a.b", "update": {"k": 3}}], ("a", "b"), [1, 2, {"k": 3}]),
    ("values are replaced", [{"target": "$.a.c", "update": {"d": "x"}}], ("a", "c", "d"), "x"),
    ("a name in quotes", [{"target": "$.paths['/x/{y}'].get", "update": {"x": 1}}], ("paths", "/x/{y}", "get", "x"), 1),
    ("double quotes", [{"target": '$["a"]["c"]', "update": {"d": 0}}], ("a", "c", "d"), 0),
    ("every child", [{"target": "$.paths.*.*", "update": {"x": 1}}], ("paths", "/x/{y}", "post"), {"x": 1}),
    ("every item", [{"target": "$.n[*].k", "remove": True}], ("n",), [{}, {}]),
    ("one item", [{"target": "$.n[0]", "remove": True}], ("n",), [{"k": 2}]),
    ("all items go", [{"target": "$.a.b[*]", "remove": True}], ("a", "b"), []),
    ("the root", [{"target": "$", "update": {"z": 1}}], ("z",), 1),
    ("in order", [{"target": "$.a.b", "remove": True}, {"target": "$.a", "update": {"b": [9]}}], ("a", "b"), [9]),
    ("nothing selected", [{"target": "$.nope.x", "update": {"z": 1}}], ("a", "c"), {"d": 1}),
    ("an index past the end", [{"target": "$.n[7]", "remove": True}], ("n",), [{"k": 1}, {"k": 2}]),
]


@pytest.mark.parametrize(
    ("actions", "steps", "expected"), [row[1:] for row in OVERLAYS], ids=[row[0] for row in OVERLAYS]
)
def test_overlays(actions, steps, expected):
    """Actions do what the Overlay standard says, to a new document that shares what they leave alone."""
    before = json.dumps(BASE)
    node = overlays.apply_overlay(BASE, {"overlay": "1.0.0", "actions": actions})
    for step in steps:
        node = node[step]
    assert node == expected
    assert json.dumps(BASE) == before


def test_remove_goes_before_update():
    """An action with both removes, as the standard has it."""
    assert "a" not in overlays.apply_overlay(BASE, {"actions": [{"target": "$.a", "update": {"q": 1}, "remove": True}]})


def test_overlays_share():
    """What no target leads to is the same object as before."""
    changed = overlays.apply_overlay(BASE, {"actions": [{"target": "$.a.c", "update": {"d": 2}}]})
    assert changed["paths"] is BASE["paths"]
    assert changed["a"]["b"] is BASE["a"]["b"]


@pytest.mark.parametrize(
    "overlay",
    [
        {},
        {"actions": {}},
        {"actions": ["x"]},
        {"actions": [{}]},
        {"actions": [{"update": {}}]},
        {"actions": [{"target": "$.a"}]},
        {"actions": [{"target": "a.b", "update": {}}]},
        {"actions": [{"target": "$..a", "update": {}}]},
        {"actions": [{"target": "$.n[?@.k==1]", "update": {}}]},
        {"actions": [{"target": "$.n[-1]", "update": {}}]},
        {"actions": [{"target": "$", "remove": True}]},
        {"actions": [{"target": "$", "update": []}]},
    ],
)
def test_bad_overlays_are_refused(overlay):
    """An overlay that is not understood whole is refused with the place of the action."""
    with pytest.raises(SpecError) as raised:
        overlays.apply_overlay(BASE, overlay)
    assert raised.value.pointer.startswith("#/actions")
