"""The values of a module's expressions, as far as its text tells."""

from __future__ import annotations

import ast

import pytest

from dynclient.contract.code_use import HOLE, UNKNOWN
from dynclient.contract.code_values import Values, dotted


def last(source):
    """The values of a module, and the expression on its last line."""
    tree = ast.parse(source)
    node = tree.body[-1]
    while isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        node = node.body[-1]
    return Values(tree), node.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a' 'b'", "ab"),
        ("base = 'http://h'\nf'{base}/dags/{dag}'", f"http://h/dags/{HOLE}"),
        ("'/dags/%s/%03d' % (dag, 3)", f"/dags/{HOLE}/{HOLE}"),
        ("p = '/dags/{}/{id}'\np.format('a', id=x)", f"/dags/a/{HOLE}"),
        ("'/'.join(['a', b, 'c'])", f"a/{HOLE}/c"),
        ("'a/'.rstrip('/') + '/b'", "a/b"),
        ("urljoin('http://h/api/', '/dags')", "http://h/api/dags"),
        ("urljoin('http://h', 'http://other/x')", "http://other/x"),
        ("x = 'a'\nx = 'b'\nx", None),
        ("x = 'a'\nx += 'b'\nx", "ab"),
        ("x = 'a'\nif y:\n    x += 'b'\nx", None),
        ("x = 'a'\nx -= 'b'\nx", None),
        ("x = {'a': 'b'}\nx['a']", "b"),
        ("x = {'a': 'b'}\nx['c']", None),
        ("'%(a)s/%(b)s' % {'a': 'x'}", "x/\0"),
        ("x = 'a'\ndef f(x):\n    return x", None),
        ("x = 'a'\ndef f():\n    return x", "a"),
        ("class A:\n    def __init__(self):\n        self.u = 'a'\n    def f(self):\n        return self.u", "a"),
        ("1", None),
        ("x = x\nx", None),
    ],
)
def test_texts(source, expected):
    """A text is followed through names and ways to write it; what is not told is a hole, no text is None."""
    values, node = last(source)
    assert values.text(node) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1, {'a': None}]", [1, {"a": None}]),
        ("x = 3\ny = x\ny", 3),
        ("f()", UNKNOWN),
        ("x = [y]\nx", UNKNOWN),
        ("x = x\nx", UNKNOWN),
    ],
)
def test_literals(source, expected):
    """A literal, or a name for one, has its value; everything else is unknown."""
    values, node = last(source)
    assert values.literal(node) == expected


@pytest.mark.parametrize(
    ("source", "members", "complete"),
    [
        ("None", {}, True),
        ("{'a': 1, 'b': x}", {"a": 1, "b": UNKNOWN}, True),
        ("{'a': 1, **more}", {"a": 1}, False),
        ("dict(a=1)", {"a": 1}, True),
        ("Pool(a=1, **more)", {"a": 1}, False),
        ("json.dumps({'a': 1}).encode()", {"a": 1}, True),
        ("""'{"a": 1}'""", {"a": UNKNOWN}, True),
        ("body = {'a': 1}\nbody['b'] = 2\nbody", {"a": 1, "b": 2}, True),
        ("x", {}, False),
    ],
)
def test_members(source, members, complete):
    """The members of a dict, a model or JSON, and whether these are all of them."""
    values, node = last(source)
    assert values.members(node) == (members, complete)


@pytest.mark.parametrize(
    ("source", "expected"), [("a", "a"), ("a.b.c", "a.b.c"), ("f().b", ".b"), ("1", ""), ("a[0]", "")]
)
def test_dotted_names(source, expected):
    """A name or an attribute reads as it is written, whatever its first part is of; anything else is empty."""
    assert dotted(ast.parse(source, mode="eval").body) == expected
