"""YAML is read with JSON's types only, and bounded."""

from __future__ import annotations

import pytest

from dynclient.documents import yaml
from dynclient.errors import SpecError

VALUES = [
    ("a: on", {"a": "on"}),
    ("a: 010", {"a": "010"}),
    ("a: 2024-01-01", {"a": "2024-01-01"}),
    ("1: ~", {"1": None}),
    ("a: 1e3", {"a": 1000.0}),
    ("a: '1'", {"a": "1"}),
    ("a: !!str 1", {"a": "1"}),
    ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
    ("a: &x {p: 1, q: 1}\nb: {<<: *x, q: 2}", {"a": {"p": 1, "q": 1}, "b": {"p": 1, "q": 2}}),
    ("", None),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text, value):
    """Scalars are JSON's, keys strings; aliases and merge keys work."""
    assert yaml.parse(text.encode(), "d") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!python/name:os.system x", "os.system is not JSON.*, line 1"),
        ("a: 1\n---\nb: 1", "second YAML document; keep one in a file, line 2"),
        ("a: *x", "anchor"),
        ("[a]: 1", "a key that is no scalar"),
        ("a:\n  <<: 1", "takes a mapping"),
        ("[" * 300, "nested deeper than 200 levels"),
        ("a: [", "cannot be read"),
    ],
)
def test_refusals(text, message):
    """What JSON does not have, and what has no end, is a SpecError that names the document and the line."""
    with pytest.raises(SpecError, match=message) as caught:
        yaml.parse(text.encode(), "the file")
    assert str(caught.value).startswith("the file: ")


def test_aliases_are_bounded():
    """Aliases of aliases that stand for more than a million values are refused before they are used."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(SpecError, match="1,000,000 values"):
        yaml.parse("\n".join(lines).encode(), "d")
