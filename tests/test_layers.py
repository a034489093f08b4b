"""A module knows only the layers above its own, and importing the package costs next to nothing."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dynclient

FOLDER = Path(dynclient.__file__).parent

#: what a module may import are the packages of the rows above its own, and those to its left in its row
ROWS = [
    ["findings", "errors", "lazy"],
    ["http"],
    ["documents"],
    ["schema"],
    ["openapi"],
    ["client", "contract"],
    ["deployment"],
    ["testing"],
    ["cli"],
]
DOORS = ["__init__", "aio", "airflow", "fake_airflow"]
ORDER = {package: (row, column) for row, packages in enumerate(ROWS) for column, package in enumerate(packages)}
#: rows that know OpenAPI and nothing of the service that this client was written for
GENERAL = {package for packages in ROWS[:6] for package in packages}
MODULES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.py"))


def imports(module: str) -> set[str]:
    """The package's own modules that a module imports when it runs; what only type checkers read is left out."""
    names = set()
    waiting = [ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            holder = module.split("/")[: -node.level]
            path = "/".join([*holder, *(node.module or "").split(".")]).strip("/")
            names |= {f"{path}/{alias.name}".strip("/") for alias in node.names} if not node.module else set()
            names |= {f"{path}/{alias.name}" if f"{path}/{alias.name}" in MODULES else path for alias in node.names}
        waiting += ast.iter_child_nodes(node)
    return {name for name in names if name in MODULES}


def is_above(other: str, module: str) -> bool:
    """Whether a module may import the other one: from the same package, a row above, or the left in its own row."""
    package, others = module.split("/", maxsplit=1)[0], other.split("/", maxsplit=1)[0]
    if package in DOORS:
        return True
    return others not in DOORS and (package == others or ORDER[others] < ORDER[package])


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_rows_above(module):
    """Every package has a row, and its modules import from rows above it only, in functions too."""
    assert module.split("/")[0] in {*ORDER, *DOORS}, "give the package a row of the table in this file"
    assert [other for other in sorted(imports(module)) if not is_above(other, module)] == []


def test_readme_shows_the_rows():
    """README's table of packages is the one of this file."""
    table = re.findall(
        r"^\| (\d) \| (.*?) \|", (Path(__file__).parents[1] / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert [(int(row), re.findall(r"`(\w+)`", names)) for row, names in table] == list(enumerate(ROWS))


def test_no_import_is_circular():
    """Inside a package, too, no module imports one that imports it, in functions or out of them."""
    graph = {module: imports(module) for module in MODULES}
    while leaves := [module for module, others in graph.items() if not others]:
        graph = {module: others - {*leaves} for module, others in graph.items() if module not in leaves}
    assert sorted(graph) == []


@pytest.mark.parametrize("module", [module for module in MODULES if module.split("/")[0] in GENERAL])
def test_general_packages_know_no_service(module):
    """The engine works from any document: the name of the service stands in no module of it."""
    assert "airflow" not in (FOLDER / f"{module}.py").read_text("utf-8").lower()


TESTS = Path(__file__).parent


def test_each_module_has_its_tests():
    """``tests/`` mirrors the packages: a module of a package has a test module of its name."""
    modules = [Path(module) for module in MODULES if "/" in module and not module.endswith("__init__")]
    without = [module for module in modules if not (TESTS / module.parent / f"test_{module.name}.py").exists()]
    assert without == [], "state what the module does as a small table of cases"


LONGEST_MODULE, LONGEST_FUNCTION = 450, 50
MOST_ANY = 30  # for 1,000 lines of the package


def tree(module: str) -> ast.Module:
    return ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))


def imported_in_functions(module: ast.Module) -> set[str]:
    """The modules that are imported when a function runs, dotted; those of this package without the path to them."""
    functions = [node for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    names = set()
    for node in (node for function in functions for node in ast.walk(function)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.rpartition(".")[2] if node.level else node.module)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("module", MODULES)
def test_imports_in_functions_are_explained(module):
    """What functions import is named in the module's docstring, with the reason: by last name or by package."""
    code = tree(module)
    words = {*re.findall(r"\w+", ast.get_docstring(code) or "")}
    assert [name for name in sorted(imported_in_functions(code)) if words.isdisjoint(name.split("."))] == []


def test_any_is_rare():
    """``Any`` is the type of a JSON value: at most 30 for 1,000 lines of the package, and never that of ``self``."""
    nodes = [node for module in MODULES for node in ast.walk(tree(module))]
    lines = sum(len((FOLDER / f"{module}.py").read_text("utf-8").splitlines()) for module in MODULES)
    assert sum(isinstance(node, ast.Name) and node.id == "Any" for node in nodes) <= MOST_ANY * lines / 1000
    selves = [node.annotation for node in nodes if isinstance(node, ast.arg) and node.arg in {"self", "cls"}]
    assert [ast.unparse(kind) for kind in selves if kind is not None and "Any" in ast.unparse(kind)] == []


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_are_short(module):
    """No module is longer than 450 lines, no function longer than 50."""
    text = (FOLDER / f"{module}.py").read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    functions = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_the_package_holds_names_only():
    """``dynclient/__init__`` imports none of its modules; it looks names up when they are used."""
    assert imports("__init__") == {"lazy"}
    assert dir(dynclient) == sorted(dynclient.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = dynclient.nonsense


PROBE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
before, opened, asked = set(sys.modules), [], []

class Environment(dict):
    def __getitem__(self, name):
        asked.append(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        asked.append(name)
        return super().get(name, default)

def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith((".py", ".pyc", ".so")):
        opened.append(arguments[0])

os.environ = Environment(os.environ)
sys.addaudithook(hook)
for name in sys.argv[2:]:
    __import__(name)
print(json.dumps({"opened": opened, "asked": asked, "modules": sorted(set(sys.modules) - before)}))
"""


def probe(*modules):
    # without site, so that nothing but these imports is seen
    command = [sys.executable, "-S", "-E", "-B", "-c", PROBE, str(FOLDER.parent), *modules]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_importing_reads_no_file_and_no_environment():
    """``import dynclient`` opens nothing but its own code, asks for no variable and imports no module of its own."""
    seen = probe("dynclient")
    assert seen["opened"] == []
    assert seen["asked"] == []
    assert [name for name in seen["modules"] if name.startswith("dynclient.")] == ["dynclient.lazy"]


HEAVY = [
    "requests",
    "urllib3",
    "yaml",
    "inspect",
    "dataclasses",
    "jsonschema",
    "jsonschema_rs",
    "openapi_core",
    "importlib.metadata",
    "rich",
    "click",
    "werkzeug",
    "asyncio",
    "email",
    "http",
    "ssl",
    "subprocess",
]


def test_the_client_imports_nothing_heavy():
    """Start-up pays for nothing that a call may not need: libraries are imported when first used."""
    seen = probe("dynclient", "dynclient.client.sync", "dynclient.openapi.load")
    assert [name for name in seen["modules"] if name in HEAVY] == []
    assert seen["opened"] == []
    assert seen["asked"] == []
