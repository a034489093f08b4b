"""Whether a corrected fault is still in another document, and how the releases of a correction are extended."""

from __future__ import annotations

import json

import pytest

from dynclient.documents.correction_state import correction_state, extended_range, extended_text
from dynclient.errors import SpecError

NULLABLE = {"target": "$.components.schemas.Pool.properties.name", "update": {"nullable": True}}
APPEND = {"target": "$.components.schemas.Pool", "update": {"required": ["name"]}}
REMOVE = {"target": "$.components.schemas.Pool.properties.old", "remove": True}
REPLACE = [
    {"target": "$.components.schemas.Pool.properties.name", "remove": True},
    {"target": "$.components.schemas.Pool.properties", "update": {"name": {"type": "integer"}}},
]


def document(required=("slots",), **properties):
    """A document with one schema: its name is a string, and it has a field that no server sends."""
    fields = {"name": {"type": "string"}, "old": {}} | properties
    fields = {name: schema for name, schema in fields.items() if schema is not None}
    return {"components": {"schemas": {"Pool": {"properties": fields, "required": list(required)}}}}


STATES = [
    # what the new document is like, the correction's actions, the new document, the state
    ("the same", [NULLABLE], document(), "still there"),
    ("another field is new", [NULLABLE], document(quota={"type": "integer"}), "still there"),
    ("the corrected field has a new keyword", [NULLABLE], document(name={"type": "string", "x": 1}), "still there"),
    ("as corrected", [NULLABLE], document(name={"type": "string", "nullable": True}), "put right"),
    ("neither nor", [NULLABLE], document(name={"type": "string", "nullable": 1.5}), "changed"),
    ("no such field any more", [NULLABLE], document(name=None), "gone"),
    ("no such schema any more", [NULLABLE], {"components": {"schemas": {}}}, "gone"),
    ("a list without the item", [APPEND], document(["slots", "quota"]), "still there"),
    ("a list with the item", [APPEND], document(["name", "slots", "quota"]), "put right"),
    ("what was removed is there", [REMOVE], document(), "still there"),
    ("what was removed is not there", [REMOVE], document(old=None), "put right"),
    ("replaced, the same", REPLACE, document(), "still there"),
    ("replaced, as corrected", REPLACE, document(name={"type": "integer"}), "put right"),
    ("replaced, a third type", REPLACE, document(name={"type": "boolean"}), "changed"),
    ("one of two", [NULLABLE, REMOVE], document(old=None), "changed"),
]


@pytest.mark.parametrize(("actions", "new", "state"), [r[1:] for r in STATES], ids=[r[0] for r in STATES])
def test_states(actions, new, state):
    """Where a correction changes the old document, the new one is as before, as corrected, without it, or otherwise."""
    assert correction_state(document(), new, {"actions": actions}) == state


RANGES = [
    (">=3.0.0,<=3.3.2", ">=3.0.0,<=3.4.0"),
    ("<=3.3.2", "<=3.4.0"),
    ("==3.3.2", ">=3.3.2,<=3.4.0"),
    (["3.3.1", "3.3.2"], ["3.3.1", "3.3.2", "3.4.0"]),
]


@pytest.mark.parametrize(("scope", "extended"), RANGES)
def test_ranges(scope, extended):
    """A range gets the release as its end, a list as its last item."""
    assert extended_range(scope, "3.4.0") == extended


TEXT = """{"corrections": [
 {"info": {"title": "one"}, "x-releases": ">=1,<=2", "actions": []},
 {"info": {"title": "two"}, "x-releases": ["1", "2"], "actions": []}
]}
"""


def test_the_text_keeps_its_form():
    """Only the releases of the corrections that are named change; blanks, lines and order stay."""
    text = extended_text(TEXT, {1: ["1", "2", "3"]})
    assert text == TEXT.replace('["1", "2"]', '["1", "2", "3"]')
    assert json.loads(extended_text(TEXT, {0: "<=3"}))["corrections"][0]["x-releases"] == "<=3"


def test_a_text_whose_corrections_cannot_be_told_apart():
    """Where there is not one ``x-releases`` for each correction, nothing is written."""
    with pytest.raises(SpecError, match="one x-releases for each correction"):
        extended_text('{"corrections": [{"x-releases": "<=1", "info": {"x-releases": "<=2"}}]}', {0: "<=3"})
