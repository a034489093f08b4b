"""Functions of a module: their calls, and what their parameters stand for in one."""

from __future__ import annotations

import ast

import pytest

from dynclient.contract.code_functions import Functions
from dynclient.contract.code_values import Values


def module(source):
    tree = ast.parse(source)
    functions = Functions(Values(tree))
    (function,) = [node for node in ast.walk(tree) if getattr(node, "name", "") == "f"]
    return functions, function


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f(x): ...\nf(1)\na.f(2)\n", [2]),
        ("class A:\n    def f(self, x): ...\n    def g(self):\n        self.f(1)\nb.f(1)\nA().f(1)\n", [4, 6]),
        ("class A:\n    def f(self, x): ...\nclass B(A):\n    def g(self):\n        self.f(1)\n", [5]),
        ("class A:\n    def f(self, x): ...\ndef g(a: A, b: int):\n    a.f(1)\n    b.f(1)\n", [4]),
    ],
)
def test_calls(source, lines):
    """A function is called by its name, a method on objects that are seen to be of its class or of one below it."""
    functions, function = module(source)
    assert sorted(call.lineno for call in functions.calls_of(function)) == lines


@pytest.mark.parametrize(
    ("signature", "arguments", "expected"),
    [
        ("a, b", "'1', '2'", {"a": "1", "b": "2"}),
        ("a, b='3'", "a='1'", {"a": "1", "b": "3"}),
        ("a, *, b='3'", "'1', b='2'", {"a": "1", "b": "2"}),
        ("a, b", "*more", {"a": None, "b": None}),
    ],
)
def test_parameters_stand_for_arguments(signature, arguments, expected):
    """While a call is followed a parameter is what is given for it, or its default; afterwards it is unknown again."""
    functions, function = module(f"def f({signature}):\n    return a, b\nf({arguments})\n")
    names = function.body[0].value.elts
    (call,) = functions.calls_of(function)
    with functions.bound(function, call):
        assert {name.id: functions.values.text(name) for name in names} == expected
    assert [functions.values.text(name) for name in names] == [None, None]
    assert functions.open_function(*names) is function
