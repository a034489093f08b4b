"""Bring the official document of a release into a bundle: from a file, a wheel, an installation or the package index.

Which packages have the document, and at which paths, is data: ``specs/packages.json``, read as ``Packages``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.version import InvalidVersion, Version

from ..errors import SpecError
from . import bundle_files, parse, releases
from .release_report import ReleaseReport, report
from .releases import parse_version
from .sources import MAX_BYTES, is_path, open_source, read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from .sources import Source

__all__ = ["AddedRelease", "Packages", "add"]


_PIP_SECONDS = 900


class AddedRelease(NamedTuple):
    """What adding a release did: its name, the names of its contract and login document, the files written, the rest.

    ``report`` has what was done about corrections, and what is left to do about names and words.
    """

    release: str
    contract: str
    login: str | None
    files: tuple[str, ...]
    report: ReleaseReport


class Packages(NamedTuple):
    """Which packages hold the official documents.

    Attributes:
        title: the service's name, for the titles of the bundled documents.
        packages: the package names on the index with the first release of each, newest first.
        documents: where the REST document may lie in a package, the newest layout first.
        logins: where the login application's document may lie.
    """

    title: str
    packages: Mapping[str, str]
    documents: tuple[str, ...]
    logins: tuple[str, ...]

    @classmethod
    def bundled(cls) -> Packages:
        """Those of ``specs/packages.json``."""
        data = releases.packages()
        names = {package["name"]: package["since"] for package in data["packages"]}
        return cls(data["title"], names, tuple(data["documents"]), tuple(data["logins"]))

    def package_of(self, release: str) -> str:
        """The name of the package that holds a release's document."""
        version = parse_version(release)
        names = [name for name, since in self.packages.items() if parse_version(since) <= version]
        return names[0] if names else list(self.packages)[-1]


class _Official(NamedTuple):
    release: str
    document: dict[str, Any]
    login: dict[str, Any] | None


def add(
    source: Source,
    folder: str | os.PathLike[str],
    *,
    release: str | None = None,
    login: Source | None = None,
    packages: Packages | None = None,
) -> AddedRelease:
    """Bring an official document into a bundle; what is there already stays as it is.

    Corrections of the bundle whose fault is still in the new document are extended to the release.

    Args:
        source: an official file, a wheel, a URL, the name of one of the packages for the one that is installed here
            (its files are read, it is not imported), or a release, which pip then fetches.
        folder: the bundle, such as ``specs``; a new folder becomes a new bundle.
        release: what the document is called; needed where the source does not tell.
        login: the login application's document, where the source has none beside it.
        packages: where packages have the documents; the bundle's ``packages.json`` by default.

    Raises:
        SpecError: there is no document, it is no OpenAPI document, or that release is there with another contract.
    """
    packages = packages or Packages.bundled()
    official = _official(source, release, packages)
    beside = open_source(login) if login is not None else official.login
    names = bundle_files.put(folder, official.release, official.document, beside, packages.title)
    is_new = "index.json" in names[-1]
    return AddedRelease(official.release, *names, report(Path(folder), official.release, is_new=is_new))


def _official(source: Source, release: str | None, packages: Packages) -> _Official:
    if isinstance(source, Mapping):
        return _Official(_release_name(release, ""), open_source(source), None)
    name = os.fspath(source)
    if name in packages.packages:
        return _from_installation(name, release, packages)
    if name.endswith(".whl"):
        return _from_wheel(name, release, packages)
    if is_path(name):
        stem = Path(name).stem
        return _Official(_release_name(release, stem), open_source(name), None)
    return _from_index(str(parse_version(name)), release, packages)


def _release_name(release: str | None, fallback: str) -> str:
    try:
        return Version(release or fallback).public
    except InvalidVersion:
        raise SpecError("which release is this? Give its number with `release=`, such as 3.4.0") from None


def _from_files(read_member: Callable[[str], bytes | None], release: str, source: str, packages: Packages) -> _Official:
    """The documents among a package's files, the newest layout first."""
    document, login = (
        next((parse.parse(data, name=source) for path in paths if (data := read_member(path))), None)
        for paths in (packages.documents, packages.logins)
    )
    if not document:
        raise SpecError(f"{source}: none of the files in it is the REST API's document; give that file itself")
    return _Official(release, document, login)


def _from_wheel(path: str, release: str | None, packages: Packages) -> _Official:
    def read_member(name: str) -> bytes | None:
        if name not in wheel.NameToInfo or wheel.NameToInfo[name].file_size > MAX_BYTES:
            return None
        return wheel.read(name)

    try:
        with zipfile.ZipFile(path) as wheel:
            return _from_files(read_member, _release_name(release, Path(path).name.split("-")[1]), path, packages)
    except (OSError, zipfile.BadZipFile, IndexError):
        raise SpecError(f"{path}: cannot be read as a wheel; fetch it again") from None


def _from_installation(name: str, release: str | None, packages: Packages) -> _Official:
    def read_member(path: str) -> bytes | None:
        file = Path(str(distribution.locate_file(path)))
        return read_file(str(file)) if file.is_file() else None

    for package in (name, *packages.packages):
        try:
            distribution = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            continue
        if any(read_member(path) for path in packages.documents):
            number = _release_name(release, distribution.version)
            return _from_files(read_member, number, f"the installed {package}", packages)
    raise SpecError(f"{name} is not installed in this environment; give a release number, and pip fetches it")


def _from_index(number: str, release: str | None, packages: Packages) -> _Official:
    requirement = f"{packages.package_of(number)}=={number}"
    options = ["--no-deps", "--only-binary", ":all:"]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", folder, requirement]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_PIP_SECONDS)  # noqa: S603 - a version that was parsed
        except (OSError, subprocess.SubprocessError):
            command_line = " ".join(["python", *command[1:-3], requirement])
            raise SpecError(f"pip could not fetch {requirement}; to see why, run: {command_line}") from None
        wheels = [*Path(folder).glob("*.whl")]
        if not wheels:
            raise SpecError(f"pip fetched no wheel of {requirement}; give the document's path or URL")
        return _from_wheel(str(wheels[0]), release, packages)
