"""What is public: the names in ``__all__`` of five modules, and nothing else."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import dynclient
from dynclient import errors

PUBLIC = ["dynclient", "dynclient.aio", "dynclient.contract", "dynclient.errors", "dynclient.testing"]
LAZY = ["dynclient", "dynclient.contract", "dynclient.testing"]
README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_sorted_and_there(name):
    """Each ``__all__`` is sorted, without doubles, and every name in it can be looked up."""
    module = importlib.import_module(name)
    assert list(module.__all__) == sorted({*module.__all__})
    assert [public for public in module.__all__ if public != "airflow" and not hasattr(module, public)] == []


@pytest.mark.parametrize("name", LAZY)
def test_type_checkers_see_the_same_names(name):
    """The imports under TYPE_CHECKING are the table of names that are looked up when used, module by module."""
    module = importlib.import_module(name)
    table = module._MODULES
    imported = {}
    for node in ast.parse(Path(module.__file__).read_text("utf-8")).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for line in node.body:
                for alias in line.names:
                    path = "." * (line.level - 1) + (line.module or alias.name)
                    imported[alias.asname or alias.name] = path
    assert imported == table
    assert [*module.__all__] == sorted(table)


def test_every_error_is_public():
    """``dynclient.errors`` lists all exceptions and data; those of README's tree are names of ``dynclient``."""
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert {*errors.__all__} >= defined | {"Fault", "Problem", "Violation"}
    tree = README.partition("```text\nDynclientError")[2].partition("```")[0]
    shown = {*re.findall(r"\b[A-Z][a-zA-Z]+\b", tree)} & {*errors.__all__}
    assert {"SpecError", "ApiError", "TooManyRequests"} <= shown
    assert shown <= {*dynclient.__all__}


def test_every_import_that_readme_shows_is_public():
    """What README imports, or names as ``dynclient.X``, is listed in an ``__all__``."""
    wrong = []
    for module, names in re.findall(r"^(?:>>> )?from (dynclient[\w.]*) import ([\w, ]+)", README, re.MULTILINE):
        public = importlib.import_module(module).__all__ if module in PUBLIC else ()
        wrong += [f"{module}.{name.strip()}" for name in names.split(",") if name.strip() not in public]
    for name in re.findall(r"\bdynclient\.([A-Z]\w+|load|connect)\b", README):
        wrong += [] if name in dynclient.__all__ else [name]
    assert wrong == []
