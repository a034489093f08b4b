"""A module knows only the layers above its own, and importing the package costs next to nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import dynclient

FOLDER = Path(dynclient.__file__).parent

#: what a module may import are the modules of the rows above its own
ROWS = [
    ["errors", "messages"],
    ["plain_yaml", "transport", "scalars", "scrub", "serving", "steps"],
    ["document", "recordings", "findings", "atransport", "lines"],
    ["rewrite", "naming"],
    ["validator"],
    ["schema", "values"],
    ["styles", "builders", "operation", "branches"],
    ["display", "samples", "incoming", "compare"],
    ["models", "diff"],
    ["spec"],
    ["bundle"],
    ["catalog", "auth", "encode", "decode", "paginate", "many"],
    ["base"],
    ["client", "awaited", "resources", "oracle", "typed"],
    ["answers", "misbehaviour", "replay"],
    ["stub"],
    ["fake", "contract"],
    ["logs"],
    ["checking", "login", "discovery", "updating", "runs", "fake_airflow"],
    ["mwaa"],
    ["deployment"],
    ["airflow", "aio", "pytest_plugin", "demo", "stubs", "screen"],
    ["cli"],
]
LAYER = {module: row for row, modules in enumerate(ROWS) for module in modules}
#: rows that know OpenAPI and nothing of the service that this client was written for
GENERAL = [module for module in LAYER if LAYER[module] <= LAYER["fake"] and module != "catalog"]
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def imported(module):
    """The package's own modules that a module imports when it runs; what only type checkers read is left out."""
    found = set()
    waiting = [ast.parse((FOLDER / f"{module}.py").read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("dynclient")):
            base = (node.module or "").removeprefix("dynclient").strip(".")
            found |= {base.split(".")[0]} if base else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("dynclient.")}
        waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_rows_above(module):
    """Every module has a row, and imports from rows above it only, in functions too."""
    assert module in LAYER, f"give {module} a row of the table in this file"
    assert {name for name in imported(module) if LAYER.get(name, -1) >= LAYER[module]} == set()


@pytest.mark.parametrize("module", [module for module in GENERAL if module in MODULES])
def test_general_modules_know_no_service(module):
    """The engine works from any document: the name of the service stands in no module of it but the catalogue."""
    assert "airflow" not in (FOLDER / f"{module}.py").read_text().lower()


def test_the_package_holds_names_only():
    """``dynclient/__init__`` imports none of its modules; it looks names up when they are used."""
    assert imported("__init__") == set()
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
    assert [name for name in seen["modules"] if name.startswith("dynclient.")] == []


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
    seen = probe("dynclient", "dynclient.client", "dynclient.catalog")
    assert [name for name in seen["modules"] if name in HEAVY] == []
    assert seen["opened"] == []
    assert seen["asked"] == []
