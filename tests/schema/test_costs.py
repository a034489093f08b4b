"""Unions that double are left out before an instance is tried against too many schemas."""

from __future__ import annotations

from dynclient.schema import costs


def doubling(levels):
    """Definitions of which each is a union of the next, twice."""
    definitions = {str(n): {"anyOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(levels)}
    definitions[str(levels)] = {"type": "string"}
    return definitions


def left_out(definitions):
    count = 0
    for holder, keyword in costs.endless_unions(definitions):
        del holder[keyword]
        count += 1
    return count


def test_few_schemas_are_tried():
    """A union of a few levels stays."""
    assert left_out(doubling(5)) == 0


def test_many_schemas_are_not_tried():
    """Of a union that doubles 40 times some levels go, and what remains has no endless union any more."""
    definitions = doubling(40)
    assert 0 < left_out(definitions) < 10
    assert list(costs.endless_unions(definitions)) == []


def test_recursion_ends():
    """A schema that is its own branch counts once."""
    assert left_out({"0": {"anyOf": [{"$ref": "#/$defs/0"}, {"type": "null"}]}}) == 0


def test_errors_of_a_union_inside_its_branches_double():
    """What an engine lists doubles with each level that two branches lead to; one branch, or no union, does not."""
    branch = {"properties": {"n": {"$ref": "#/$defs/N"}}}
    root = {"$ref": "#/$defs/N", "$defs": {"N": {"anyOf": [branch, branch]}}}
    sizes = [costs.explanation_size(root, depth) for depth in (2, 4, 6)]
    assert sizes[1] > 3 * sizes[0]
    assert sizes[2] > 3 * sizes[1]
    flat = {"$ref": "#/$defs/N", "$defs": {"N": {"anyOf": [branch, {"type": "string"}]}}}
    assert costs.explanation_size(flat, 200) < 1_000
    assert costs.explanation_size({"items": {"type": "string"}}, 200) < 10
