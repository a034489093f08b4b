"""Which branch the value of a discriminator chooses."""

from __future__ import annotations

import pytest
from judging import BOTH, CAT_TYPE, DOG, NULL, PETS, TEXT, WHOLE, broken, obj, ref, words

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


MAPPED = {**PETS, "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cat", "d": "Dog"}}}


KIND = {"discriminator": {"propertyName": "kind"}}


OTHERS = {
    "Text": obj(["kind"], kind={"enum": ["text"]}, n=WHOLE),
    "Image": obj(["kind"], kind={"enum": ["image"]}, n=TEXT),
    "Nested": {"oneOf": [ref("Text"), ref("Image")]},
}


def pets(schema, instance, version="3.1.0"):
    return broken(schema, instance, version=version, Cat=CAT_TYPE, Dog=DOG, **OTHERS)


DISCRIMINATED = [
    # rule, schema, instance, violations
    ("the name chooses", PETS, {"kind": "Cat", "lives": 9}, []),
    ("only the branch chosen counts", PETS, {"kind": "Dog", "lives": "x"}, []),
    (
        "the branch chosen is explained",
        PETS,
        {"kind": "Cat", "lives": "x"},
        [(("lives",), "type", "Cat/properties/lives/type")],
    ),
    ("a missing value", PETS, {"lives": 9}, [(("kind",), "discriminator", "S/discriminator")]),
    ("an unknown value", PETS, {"kind": "Cow"}, [(("kind",), "discriminator", "S/discriminator")]),
    ("a value of another type", PETS, {"kind": 7}, [(("kind",), "discriminator", "S/discriminator")]),
    ("no object at all", PETS, "Cat", [((), "type", "S/oneOf")]),
    ("the mapping chooses", MAPPED, {"kind": "c", "lives": 9}, []),
    ("by pointer and by name", MAPPED, {"kind": "d", "bark": 1}, [(("bark",), "type", "Dog/properties/bark/type")]),
    ("the mapping replaces the name", MAPPED, {"kind": "Cat"}, [(("kind",), "discriminator", "S/discriminator")]),
    ("beside anyOf", {"anyOf": PETS["oneOf"], "discriminator": PETS["discriminator"]}, {"kind": "Cat"}, []),
    ("nullable", {**PETS, "nullable": True}, None, []),
    (
        "nullable, and broken",
        {**PETS, "nullable": True},
        {"kind": "Cow"},
        [(("kind",), "discriminator", "S/discriminator")],
    ),
    ("null as a branch", {**PETS, "oneOf": [*PETS["oneOf"], NULL]}, None, []),
    (
        "beside allOf",
        {**PETS, "allOf": [{"required": ["age"]}]},
        {"kind": "Cat"},
        [(("age",), "required", "S/allOf/0/required")],
    ),
    (
        "beside properties",
        {**PETS, **obj(kind=TEXT, age=WHOLE)},
        {"kind": "Cat", "age": "x"},
        [(("age",), "type", "S/properties/age/type")],
    ),
    ("beside required", {**PETS, "required": ["age"]}, {"kind": "Cat"}, [(("age",), "required", "S/required")]),
    (
        "two branches for one value",
        {"oneOf": [obj(kind={"const": "x"}, a=WHOLE), obj(kind={"const": "x"}, a=TEXT)], **KIND},
        {"kind": "x", "a": "b"},
        [],
    ),
    ("a branch's own value", {"oneOf": [ref("Text"), ref("Image")], **KIND}, {"kind": "text", "n": 1}, []),
    (
        "a branch's own value chooses",
        {"oneOf": [ref("Text"), ref("Image")], **KIND},
        {"kind": "image", "n": 1},
        [(("n",), "type", "Image/properties/n/type")],
    ),
    (
        "the values of a union in the union",
        {"oneOf": [ref("Nested"), ref("Cat")], **KIND},
        {"kind": "image", "n": "a"},
        [],
    ),
    (
        "a mapping that leads nowhere",
        {**PETS, "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cow"}}},
        {"kind": "c", "lives": "x"},
        [],
    ),
    (
        "beside it the others hold",
        {**PETS, "discriminator": {"propertyName": "kind", "mapping": {"c": "Cow"}}},
        {"kind": "Cat"},
        [],
    ),
    ("a branch that is no object", {"oneOf": [ref("Cat"), TEXT], **KIND}, "a text", []),
    ("no branch at all", {"oneOf": [ref("Cat"), TEXT], **KIND}, 1, [((), "type", "S/oneOf")]),
    ("elsewhere it is a hint", {**CAT_TYPE, "discriminator": {"propertyName": "kind"}}, {"kind": "Cow"}, []),
    (
        "inline branches by const",
        {
            "oneOf": [obj(["kind"], kind={"const": "x"}, n=WHOLE), obj(kind={"enum": ["y"]})],
            "discriminator": {"propertyName": "kind"},
        },
        {"kind": "x", "n": "a"},
        [(("n",), "type", "S/oneOf/0/properties/n/type")],
    ),
]


@pytest.mark.parametrize(("rule", "schema", "instance", "expected"), DISCRIMINATED)
def test_discriminator(rule, schema, instance, expected):
    """A discriminator beside a union chooses the branch by its value; a missing or unknown value is a violation."""
    for version in BOTH:
        assert pets(schema, instance, version) == expected, rule


PARENT = obj(["kind"], kind=TEXT) | {"discriminator": {"propertyName": "kind"}}


CHILDREN = {
    "Parent": PARENT,
    "Cat": {"allOf": [ref("Parent"), obj(["lives"], lives=WHOLE)]},
    "Dog": {"allOf": [ref("Parent")], **obj(bark=TEXT)},
}


OF_A_PARENT = [
    ({"kind": "Cat", "lives": 9}, []),
    ({"kind": "Cat", "lives": "x"}, [(("lives",), "type", "Cat/allOf/1/properties/lives/type")]),
    ({"kind": "Dog", "bark": 1}, [(("bark",), "type", "Dog/properties/bark/type")]),
    ({"kind": "Cow", "lives": "x"}, []),
]


@pytest.mark.parametrize(("instance", "expected"), OF_A_PARENT)
def test_a_parent_takes_its_children(instance, expected):
    """Where a parent with a discriminator is wanted, the fields of the child that the value means are checked."""
    for version in BOTH:
        assert broken(ref("Parent"), instance, version=version, **CHILDREN) == expected


def test_discriminator_words():
    """The message says which values choose."""
    assert words(PETS, {"kind": "Cow"}, Cat=CAT_TYPE, Dog=DOG) == ["kind: a string where one of 'Cat', 'Dog' is wanted"]
    assert words(PETS, {}, Cat=CAT_TYPE, Dog=DOG) == ["kind: missing, but it chooses the kind of object"]
