"""Where a model came from: what the server sent at its place."""

from __future__ import annotations

import json

import pytest
from tiny_specs import tiny

from dynclient.schema.origins import Origin, is_same, origin_arguments, plain_json, root_of, sent_value

THING = {"type": "object", "properties": {"name": {"type": "string"}, "part": {"$ref": "#/components/schemas/Thing"}}}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [(1, True, False), (1, 1.0, True), ([0], [False], False), ({"a": [1]}, {"a": [1]}, True), ({"a": 1}, {}, False)],
)
def test_is_same(a, b, same):
    """Values are compared as JSON: 1 is 1.0, and not true."""
    assert is_same(a, b) is same


def test_the_place_of_a_nested_model():
    """A nested model knows its place in the answer, and what was sent there, whatever was changed since."""
    models = tiny({"GET /a": {}}, schemas={"Thing": THING}).models
    data = {"name": "a", "part": {"name": "b"}}
    origin = Origin(json.dumps(data).encode(), "get_thing", {"id": 1})
    thing = models.builder(models.Thing._schema_)(json.loads(origin.raw), origin)
    assert root_of(thing.part) == (origin, ("part",))
    assert origin_arguments(thing.part) == ("get_thing", {"id": 1}, ("part",))
    thing.part.name = "c"
    assert sent_value(thing.part) == {"name": "b"}
    assert origin_arguments(thing.part) == ("get_thing", {"id": 1}, ("part",), {"name": "b"})
    assert type(plain_json(thing)["part"]) is dict


def test_a_model_of_nobody():
    """A model that no server sent has no origin."""
    thing = tiny({"GET /a": {}}, schemas={"Thing": THING}).models.Thing(name="a")
    assert root_of(thing) == (None, ())
    assert sent_value(thing) is None
    assert origin_arguments(thing) == ()
