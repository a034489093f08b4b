"""The functions of a Python module: who calls them, and what their parameters stand for in one call.

Many programs wrap what sends: ``def get(self, path): return self.session.get(self.base + path)``. The path is then
written where ``get`` is called.
"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .code_values import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code_values import Values

__all__ = ["Functions"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Functions:
    """The functions and classes of one module.

    Args:
        values: of the module; what parameters stand for is set there for as long as a call is followed.
    """

    def __init__(self, values: Values) -> None:
        self.values = values
        self._calls: dict[str, list[ast.Call]] = {}
        self._classes: dict[str, ast.ClassDef] = {}
        for node in ast.walk(values.tree):
            if isinstance(node, ast.Call):
                self._calls.setdefault(dotted(node.func).rpartition(".")[2], []).append(node)
            elif isinstance(node, ast.ClassDef):
                self._classes[node.name] = node

    def open_function(self, *nodes: ast.expr | None) -> _Function | None:
        """The function of whose parameters one of these expressions is made, where none is told for it."""
        for node in nodes:
            for source in self.values.sources(node) if node is not None else ():
                function = self.values.parameter_of(source) if isinstance(source, ast.Name) else None
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    return function
        return None

    def calls_of(self, function: _Function) -> Iterator[ast.Call]:
        """The calls of a function in the module; those of a method, on objects that are seen to be of its class."""
        owner = self.values.parents.get(function)
        for call in self._calls.get(function.name, ()):
            if not isinstance(owner, ast.ClassDef):
                if isinstance(call.func, ast.Name):
                    yield call
            elif isinstance(call.func, ast.Attribute) and self._is_of(call.func.value, owner):
                yield call

    def _is_of(self, receiver: ast.expr, owner: ast.ClassDef) -> bool:
        here = self.class_of(receiver)
        return here is not None and owner in self.ancestry(here)

    def class_of(self, receiver: ast.expr) -> ast.ClassDef | None:
        """The class of this module that an object is of: ``self``, or what the class was seen to make."""
        if dotted(receiver) in {"self", "cls"}:
            return self.values.class_around(receiver)
        name = self.values.made_by(receiver) or self.values.annotation(receiver)
        return self._classes.get(name.rpartition(".")[2])

    def ancestry(self, node: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and those of this module that it inherits from."""
        classes = [node]
        for one in classes:
            bases = [self._classes.get(dotted(base).rpartition(".")[2]) for base in one.bases]
            classes += [base for base in bases if base is not None and base not in classes]
        return classes

    @contextmanager
    def bound(self, function: _Function, call: ast.Call) -> Iterator[None]:
        """While this lasts, the parameters of a function stand for the arguments of one call of it."""
        before = dict(self.values.bound)
        for name, value in self._arguments(function, call):
            self.values.bound[function, name] = value
        try:
            yield
        finally:
            self.values.bound = before

    def _arguments(self, function: _Function, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Parameter and argument; its default where none is given, a dict for what ``**`` takes."""
        parameters = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        yield from zip(reversed(parameters), reversed(function.args.defaults), strict=False)
        pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        yield from ((one.arg, default) for one, default in pairs if default is not None)
        is_method = isinstance(self.values.parents.get(function), ast.ClassDef) and not function.decorator_list
        is_starred = any(isinstance(argument, ast.Starred) for argument in call.args)
        if not is_starred:
            yield from zip(parameters[1:] if is_method else parameters, call.args, strict=False)
        names = {*parameters, *(one.arg for one in function.args.kwonlyargs)}
        yield from ((one.arg, one.value) for one in call.keywords if one.arg in names and one.arg is not None)
        if function.args.kwarg is not None:
            others = [one for one in call.keywords if one.arg not in names]
            keys = [ast.Constant(one.arg) if one.arg is not None else None for one in others]
            yield function.args.kwarg.arg, ast.Dict(keys, [one.value for one in others])  # type: ignore[arg-type] # typeshed's list is of one type
