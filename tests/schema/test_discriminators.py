"""Which branch the value of a discriminator chooses."""

from __future__ import annotations

import pytest

from dynclient.schema import discriminators

CAT = {"properties": {"kind": {"const": "cat"}}}
DOCUMENT = {
    "components": {
        "schemas": {
            "Cat": CAT,
            "Dog": {"properties": {"kind": {"enum": ["dog", "hound"]}}},
            "Fish": {},
            "Pets": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Fish"}]},
            "Child": {"allOf": [{"$ref": "#/components/schemas/Parent"}]},
            "Parent": {},
        }
    }
}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("branches", "mapping", "values"),
    [
        ([ref("Cat"), ref("Dog")], None, {"cat": ["#/u/0"], "dog": ["#/u/1"], "hound": ["#/u/1"]}),
        ([ref("Fish")], None, {"Fish": ["#/u/0"]}),
        ([CAT], None, {"cat": ["#/u/0"]}),
        ([ref("Pets")], None, {"cat": ["#/u/0"], "Fish": ["#/u/0"]}),
        ([ref("Cat"), ref("Dog")], {"c": "Cat"}, {"c": ["#/u/0"], "dog": ["#/u/1"], "hound": ["#/u/1"]}),
        ([ref("Cat")], {"x": "Nobody"}, {"x": [], "cat": ["#/u/0"]}),
    ],
)
def test_branches_by_value(branches, mapping, values):
    """A value is one of the mapping, one that const or enum allow, or the component's name."""
    rule = {"propertyName": "kind", "mapping": mapping}
    assert discriminators.branches_by_value(DOCUMENT, "3.1", branches, "#/u", rule) == values


def test_children_by_value():
    """A parent's value means the component that has it in its allOf, by name or by mapping."""
    parent, child = "#/components/schemas/Parent", "#/components/schemas/Child"
    assert discriminators.children_by_value(DOCUMENT, "3.1", parent, {}) == {"Child": [child]}
    assert discriminators.children_by_value(DOCUMENT, "3.1", parent, {"mapping": {"c": "Child"}}) == {"c": [child]}


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": ["string", "null"]}, {"string", "null"}),
        ({"nullable": True, "type": "integer"}, {"integer", "null"}),
        (ref("Cat"), {"object"}),
        ({"anyOf": [{"type": "string"}, ref("Cat")]}, {"string", "object"}),
        ({}, set()),
    ],
)
def test_types_named(schema, types):
    """Types are read through references and unions."""
    assert discriminators.types_named(DOCUMENT, "3.1", schema) == types
