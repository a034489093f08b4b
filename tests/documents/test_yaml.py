"""YAML is read with JSON's types only, and bounded."""

from __future__ import annotations

import pytest

from dynclient.documents import yaml
from dynclient.errors import SpecError

SCALARS = [
    # text in YAML, the JSON value
    ("on", "on"),
    ("no", "no"),
    ("yes", "yes"),
    ("y", "y"),
    ("2024-01-01", "2024-01-01"),
    ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
    ("010", "010"),
    ("0o10", "0o10"),
    ("0x1f", "0x1f"),
    ("1_000", "1_000"),
    ("12:30:45", "12:30:45"),
    ("1.2.3", "1.2.3"),
    (".", "."),
    (".inf", ".inf"),
    ("=", "="),
    ("12", 12),
    ("-3", -3),
    ("+3", 3),
    ("0", 0),
    ("1.50", 1.5),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("true", True),
    ("False", False),
    ("~", None),
    ("null", None),
    ("", None),
    ("'null'", "null"),
    ('"12"', "12"),
    ("! 12", "12"),
    ("!!str 12", "12"),
    ("!!int '12'", 12),
    ("<<", "<<"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_are_json_values(text, value):
    """YAML is read with JSON's types only: no dates, no `on`, no octal."""
    assert yaml.parse(b"a: " + text.encode(), "d") == {"a": value}
    assert type(yaml.parse(b"a: " + text.encode(), "d")["a"]) is type(value)


def test_keys_are_strings():
    """Every key is the text that stands there, status codes and `on` included."""
    assert yaml.parse(b"200: a\non: b\n1.0: c\ntrue: d\n~: e\n'q': f", "d") == {
        "200": "a",
        "on": "b",
        "1.0": "c",
        "true": "d",
        "~": "e",
        "q": "f",
    }


def test_merge_keys():
    """`<<` brings in mappings: what stands there wins, then the first that is merged; twice is fine."""
    text = b"x: &x {a: 1}\ny: {b: 2, <<: *x, a: 0}\nz: {<<: [*x, {a: 2, c: 3}], <<: {d: 1}}\nq: {'<<': 1}"
    assert yaml.parse(text, "d") == {
        "x": {"a": 1},
        "y": {"a": 0, "b": 2},
        "z": {"a": 1, "c": 3, "d": 1},
        "q": {"<<": 1},
    }


def test_aliases_share():
    """An alias is the value itself, not a copy of it: a few are free."""
    document = yaml.parse(b"a: &a [1, 2]\nb: *a\nc: {d: *a}", "d")
    assert document == {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}
    assert document["b"] is document["a"]


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
