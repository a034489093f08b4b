"""The bundled releases and their corrections: ``specs/``, read when it is asked for.

One JSON file per contract, ``index.json`` from release to file, ``corrections.json`` (OpenAPI Overlays, each with
the releases it is for), ``renames.json``, ``words.json`` and ``packages.json`` (where official documents are
published). `add_release` writes the first two, and extends the corrections' ranges; nothing else does.

Imported in functions: ``packaging``, 20 ms that loading a bundled release by its exact name saves.
"""

# pathlib takes 12 ms to import, a good part of what loading a release may cost
# ruff: noqa: PTH100, PTH113, PTH118, PTH120, PTH123

from __future__ import annotations

import functools
import json
import os
from typing import TYPE_CHECKING, Any

from ..errors import SpecError
from . import overlays

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.version import Version


__all__ = [
    "LATEST",
    "bundled_document",
    "corrected",
    "find_release",
    "folder",
    "help_texts",
    "index",
    "is_within",
    "login",
    "names",
    "nearest",
    "packages",
    "parse_version",
    "releases",
    "renames",
]

#: the name of the newest bundled release
LATEST = "latest"
_PARTS = 3  # of a full release number: major, minor, patch


@functools.lru_cache(maxsize=1)
def folder() -> str:
    """``specs/``: inside the package once installed, beside it in a checkout."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(here, "specs"), os.path.join(os.path.dirname(here), "specs")):
        if os.path.isfile(os.path.join(folder, "index.json")):
            return folder
    raise SpecError("the bundled documents are not there; install the package again")


def _json(name: str) -> dict[str, Any]:
    with open(os.path.join(folder(), name), "rb") as file:
        return json.loads(file.read())  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=1)
def index() -> dict[str, Any]:
    """The releases, contracts and logins of the bundle: the content of ``index.json``, which is only to be read."""
    return _json("index.json")


@functools.lru_cache(maxsize=1)
def _corrections() -> list[dict[str, Any]]:
    return _json("corrections.json")["corrections"]  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=1)
def renames() -> dict[str, Any]:
    """What other releases call differently: the content of ``renames.json``, which is only to be read."""
    return _json("renames.json")


@functools.lru_cache(maxsize=1)
def names() -> dict[str, Any]:
    """What a deployment is worked with by name, and in which releases: ``names.json``, which is only to be read."""
    return _json("names.json")


@functools.lru_cache(maxsize=1)
def columns() -> dict[str, Any]:
    """Which columns a table of items has, and the colours of states: ``columns.json``, which is only to be read."""
    return _json("columns.json")


def packages() -> dict[str, Any]:
    """Which packages hold the official documents, and where: the content of ``packages.json``."""
    return _json("packages.json")


@functools.lru_cache(maxsize=1)
def applications() -> dict[str, Any]:
    """What is bundled of applications beside the API: ``applications/index.json``, which is only to be read."""
    return _json("applications/index.json")


def application_document(name: str) -> dict[str, Any]:
    """The bundled document of an application, as published but without prose."""
    return _json(f"applications/{name}.json")


@functools.lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return _json("words.json")


def help_texts(title: str) -> Callable[[str, str, str], str]:
    """Help texts by (kind, name, operation), read when the first one is asked for.

    Args:
        title: of the document; those of another API than the bundle's have none.
    """
    return functools.partial(_help_text, title)


def _help_text(title: str, kind: str, name: str, operation: str = "") -> str:
    words = _words()
    if not any(part in title for part in words["titles"]):
        return ""
    of_kind = words.get(f"{kind}s", {})
    return str(of_kind.get(f"{operation}.{name}") or of_kind.get(name, ""))


def bundled_document(release: str) -> dict[str, Any]:
    """The official document of a bundled release, with that release's corrections."""
    entry = index()["releases"][release]
    document = _json(f"{entry['contract']}.json")
    document["info"]["version"] = entry["version"]  # the one thing in which releases of one contract differ
    return corrected(document, release)


def corrected(document: dict[str, Any], release: str) -> dict[str, Any]:
    """An official document of a release with that release's corrections; the document itself if there are none."""
    for correction in _corrections():
        if is_within(release, correction["x-releases"]):
            document = overlays.apply_overlay(document, correction)
    return document


def is_within(release: str, scope: str | list[str]) -> bool:
    """Is a release in a list, or in a range such as ``>=2.4.0,<=2.10.2``?"""
    if isinstance(scope, list):
        return release in scope
    try:
        key = _key(release)
        for bound in scope.split(","):
            sign = bound[:2] if bound[1] == "=" else bound[0]
            limit = _key(bound[len(sign) :])
            if not (key >= limit if sign == ">=" else key <= limit if sign == "<=" else key == limit):
                return False
    except ValueError:  # a pre-release
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(scope).contains(release, prereleases=True)
    return True


def _key(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def releases() -> tuple[str, ...]:
    """The bundled releases, oldest first."""
    return tuple(index()["releases"])


def nearest(release: str) -> str | None:
    """The newest bundled release that is not newer than this one; None where all are newer.

    Raises:
        SpecError: it is no version.
    """
    version = parse_version(release)
    older = [name for name in releases() if parse_version(name) <= version]
    return older[-1] if older else None


def login(release: str) -> dict[str, Any] | None:
    """The document of the login application that lies beside a release (3.x), or None."""
    name = index()["releases"][find_release(release)].get("login")
    return _json(f"{name}.json") if name else None


def parse_version(text: str) -> Version:
    """A PEP 440 version without its local part."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(Version(text).public)
    except (InvalidVersion, TypeError):
        raise SpecError(f"{text!r} is no release, file or URL; releases look like {releases()[-1]}") from None


def find_release(text: str) -> str:
    """The bundled release that a text names.

    ``2.10.5`` is that release, ``2.10`` the newest of its minor, ``2`` the newest of its major, ``latest`` the newest
    of all; pre-releases are meant only where they are written.

    Raises:
        SpecError: there is none; the message names the nearest one before it.
    """
    entries = index()["releases"]
    if text in entries:
        return text
    if text == LATEST:
        return _newest(list(entries))
    version = parse_version(text)
    if len(version.release) < _PARTS and not version.is_prerelease:
        of_it = [name for name in entries if parse_version(name).release[: len(version.release)] == version.release]
        if of_it:
            return _newest(of_it)
    for name in entries:
        if parse_version(name) == version:
            return str(name)
    before = nearest(text)
    near = f"the nearest before it is {before}" if before else f"the oldest is {releases()[0]}"
    raise SpecError(
        f"release {text} is not bundled; {near}. Give that, the path or URL of the document, or add it to the bundle"
    )


def _newest(names: list[str]) -> str:
    """The newest of some releases, given oldest first: a final one where there is one."""
    return next((name for name in reversed(names) if not parse_version(name).is_prerelease), names[-1])
