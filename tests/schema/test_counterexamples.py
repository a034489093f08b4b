"""Changes that make an instance break its schema."""

from __future__ import annotations

import random

import pytest
from tiny_specs import tiny

from dynclient.schema.counterexamples import counterexample


def at(schema):
    return tiny({"GET /a": {}}, schemas={"S": schema}).models.schemas.at("#/components/schemas/S")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"enum": ["a"]},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        {"type": "string", "format": "date-time"},
    ],
)
def test_the_validator_refuses_it(schema):
    """Whatever the seed, the instance is refused, and the same seed gives the same one."""
    view = at(schema)
    for seed in range(10):
        instance, path = counterexample(view, random.Random(seed), direction="request")
        assert not view.request.is_valid(instance)
        assert (instance, path) == counterexample(view, random.Random(seed), direction="request")


def test_nothing_breaks_what_allows_everything():
    """A schema that says nothing has no counterexample."""
    assert counterexample(at({}), random.Random(0), direction="request") is None
