"""A stub package for editors and mypy: ``dynclient.connect``, ``load`` and ``airflow`` then have a release's types.

::

    dynclient stubs 3.3.2 2.10.5      # writes typings/dynclient; pyright looks there, mypy with `mypy_path = "typings"`

    af = dynclient.connect(url)                          # of the first release that was named
    old = dynclient.connect(url, release="2.10.5")       # of the one that the literal names
    old = dynclient.aio.connect(url, release="2.10.5")   # awaited

What is not in ``typings/`` both tools take from the installed package, which is typed itself.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from typing import TYPE_CHECKING, NamedTuple

import dynclient  # its table of public names is what a stub repeats

from ..deployment.connect import connect
from ..openapi.load import load
from .stub_writer import stubs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ..openapi.spec import Spec

__all__ = ["files", "write"]

_HEAD = "# Made by `dynclient stubs`; make it again for other releases."
_METHODS: tuple[str, ...] = (
    "about",
    "call",
    "log",
    "log_in",
    "map",
    "operation",
    "operations",
    "run_and_wait",
    "send",
    "spec",
    "tags",
)
_METHODS += ("update", "wait")


class _Release(NamedTuple):
    """A document in the package: the name that a literal has, and that of its module."""

    name: str
    module: str
    spec: Spec


def files(specs: Sequence[Spec]) -> dict[str, str]:
    """The package's files by their path below ``typings/``.

    Args:
        specs: of releases or other documents; the first is what is meant where no literal tells.
    """
    releases = []
    for spec in specs:
        name = spec.release or spec.source
        releases.append(_Release(name, f"release_{re.sub(r'[^0-9a-zA-Z]+', '_', name).strip('_')}", spec))
    texts = {}
    for release in releases:
        texts[f"dynclient/{release.module}.pyi"] = stubs(release.spec)
        texts[f"dynclient/{release.module}_aio.pyi"] = stubs(release.spec, awaited=True)
    texts["dynclient/__init__.pyi"] = _package(releases)
    texts["dynclient/aio.pyi"] = _awaited(releases)
    texts["dynclient/airflow.pyi"] = _module(releases[0])
    return texts


def write(specs: Sequence[Spec], folder: Path) -> list[str]:
    """Write the package into a folder, and say which files."""
    texts = files(specs)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return sorted(texts)


def _package(releases: Sequence[_Release]) -> str:
    """``dynclient/__init__.pyi``: every public name from its module, ``connect`` and ``load`` by release."""
    names = {name: module for name, module in dynclient._MODULES.items() if name not in {"connect", "load"}}  # noqa: SLF001
    lines = [_HEAD, *dict.fromkeys([*_imports(connect), *_imports(load)]), "from typing import Any, Literal, overload"]
    for name, module in sorted(names.items()):
        lines.append(f"from dynclient{'' if name == module else f'.{module}'} import {name} as {name}")
    lines += [f"from dynclient.{release.module} import {_aliases(release)}" for release in releases]
    lines += _overloads(connect, "release", [(r.name, f"_Client_{r.module}") for r in releases], "def")
    lines += _overloads(load, "source", [(r.name, f"_Spec_{r.module}") for r in releases], "def", rest="Spec")
    return "\n".join([*lines, ""])


def _awaited(releases: Sequence[_Release]) -> str:
    """``dynclient/aio.pyi``: the same for the awaited client."""
    lines = [_HEAD, *_imports(connect), "from typing import Any, Literal, overload"]
    lines += [f"from dynclient.{r.module}_aio import Client as _Client_{r.module}" for r in releases]
    lines += [
        "from dynclient.client.asynchronous import Call as Call, Client as Client",
        "from dynclient.deployment.airflow_client import Deployed",
        "from dynclient.deployment.async_runs import AsyncRuns",
        "from dynclient.http.transport_httpx import Transport as Transport",
        "from dynclient.schema.models import Model",
        "class Airflow(AsyncRuns, Deployed[Call], Client):",
        "    async def log_in(self) -> None: ...",
        "    async def update(self, model: Model) -> Any: ...",
    ]
    lines += _overloads(connect, "release", [(r.name, f"_Client_{r.module}") for r in releases], "async def")
    return "\n".join([*lines, ""])


def _module(release: _Release) -> str:
    """``dynclient/airflow.pyi``: the module-level client of the first release."""
    lines = [_HEAD, f"from dynclient.{release.module} import Client", "_client: Client"]
    names = {name for name in release.spec.operations.names if name.isidentifier()}
    lines += [f"{name} = _client.{name}" for name in sorted({*names, *_METHODS})]
    return "\n".join([*lines, ""])


def _aliases(release: _Release) -> str:
    return f"Client as _Client_{release.module}, Spec as _Spec_{release.module}"


def _overloads(
    function: Callable[..., object], key: str, kinds: Sequence[tuple[str, str]], how: str, rest: str = ""
) -> Iterator[str]:
    """A function once for each literal of one argument, and once for any other value of it."""
    rows = [(f"Literal[{name!r}]", kind) for name, kind in kinds]
    for literal, kind in [*rows, ("", rest or kinds[0][1])]:
        yield "@overload"
        # that a literal is a str too is what the order of overloads is for
        mark = "  # type: ignore[overload-overlap, unused-ignore]" if kind != (rest or kinds[0][1]) else ""
        yield f"{how} {function.__name__}({', '.join(_arguments(function, key, literal))}) -> {kind}: ...{mark}"


def _arguments(function: Callable[..., object], key: str, literal: str) -> Iterator[str]:
    starred = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        has_default = parameter.default is not parameter.empty and not (literal and parameter.name == key)
        kind = literal if literal and parameter.name == key else parameter.annotation
        yield f"{parameter.name}: {kind}{' = ...' if has_default else ''}"


def _imports(function: Callable[..., object]) -> Iterator[str]:
    """The imports that the annotations of a function stand on, as its own module has them."""
    source = importlib.import_module(function.__module__)
    texts = [str(text) for name, text in function.__annotations__.items() if name != "return"]
    words = {word for text in texts for word in re.findall(r"[A-Za-z_]\w*", text)} - {"Any"}
    package = function.__module__.rpartition(".")[0].split(".")
    for node in ast.walk(ast.parse(inspect.getsource(source))):
        if isinstance(node, ast.Import):
            yield from (f"import {name.name}" for name in node.names if name.name in words)
        if isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            home = ".".join(part for part in (above, node.module) if part)
            yield from (f"from {home} import {name.name}" for name in node.names if name.name in words)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):  # an alias of its own
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from (f"from {function.__module__} import {name}" for name in names if name in words)
