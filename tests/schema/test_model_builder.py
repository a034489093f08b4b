"""Models are put into checked JSON where the schema has objects."""

from __future__ import annotations

import pytest
from tiny_specs import tiny

from dynclient.schema.origins import Origin

CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}, "owner": {"$ref": "#/components/schemas/Owner"}}}
OWNER = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "pets": {"type": "array", "items": {"oneOf": []}}},
}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


PET = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
OWNER["properties"]["pets"]["items"] = PET
WITHOUT = {"oneOf": [ref("Cat"), ref("Dog")]}


@pytest.fixture(scope="module")
def models():
    more = {"Map": {"type": "object", "additionalProperties": ref("Cat")}, "Plain": {"type": "string"}}
    schemas = {"Cat": CAT, "Dog": DOG, "Owner": OWNER, "Pet": PET, "Without": WITHOUT, **more}
    return tiny({"GET /a": {}}, schemas=schemas).models


def build(models, name, value, origin=None):
    builder = models.builder(models.schemas.at(f"#/components/schemas/{name}"))
    return builder(value, origin)


@pytest.mark.parametrize("union", ["Pet", "Without"])
@pytest.mark.parametrize(("value", "name"), [({"kind": "cat", "lives": 9}, "Cat"), ({"kind": "dog"}, "Dog")])
def test_unions(models, union, value, name):
    """The branch is the discriminator's, or the one whose constants fit."""
    assert type(build(models, union, value)) is models[name]


def test_recursive_schemas(models):
    """Objects in lists in objects are models, each with its place in the answer."""
    origin = Origin(b"{}", "get_owner", {})
    owner = build(models, "Owner", {"pets": [{"kind": "dog", "owner": {"pets": []}}]}, origin)
    assert type(owner.pets[0].owner) is models.Owner
    assert owner.pets[0]._origin_ == ((origin, "pets"), 0)


def test_maps(models):
    """The values of an object without fields of its own are models, the object is a dict."""
    built = build(models, "Map", {"a": {"lives": 1}})
    assert (type(built), type(built["a"])) == (dict, models.Cat)


def test_no_builder_where_no_model_can_be(models):
    """A schema of plain values needs no builder."""
    assert models.builder(models.schemas.at("#/components/schemas/Plain")) is None
