"""Bring the official document of a release into a bundle: from a file, a wheel, an installation or the package index."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import SpecError
from . import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from .sources import Source

from .releases import parse_version
from .sources import MAX_BYTES, is_path, open_source, read_file

__all__ = ["Added", "add"]


_DOCUMENT_IN_WHEEL = (
    "airflow/api_fastapi/core_api/openapi/v2-rest-api-generated.yaml",
    "airflow/api_fastapi/core_api/openapi/v1-rest-api-generated.yaml",
    "airflow/api_connexion/openapi/v1.yaml",
)


_LOGIN_IN_WHEEL = (
    "airflow/api_fastapi/auth/managers/simple/openapi/v2-simple-auth-manager-generated.yaml",
    "airflow/api_fastapi/auth/managers/simple/openapi/v1-simple-auth-manager-generated.yaml",
)


_PACKAGES = ("apache-airflow-core", "apache-airflow")


_PIP_SECONDS = 900


class Added(NamedTuple):
    """What adding a release did: its name, the files that hold it, and those written for it."""

    release: str
    contract: str
    login: str | None
    written: tuple[str, ...]


class _Official(NamedTuple):
    release: str
    document: dict[str, Any]
    login: dict[str, Any] | None


def add(
    source: Source, folder: str | os.PathLike[str], *, release: str | None = None, login: Source | None = None
) -> Added:
    """Bring an official document into a bundle; what is there already stays as it is.

    Args:
        source: an official file, a wheel, a URL, ``apache-airflow`` or ``apache-airflow-core`` for the one that
            is installed here (its files are read, it is not imported), or a release, which pip then fetches.
        folder: the bundle, such as ``specs``; a new folder becomes a new bundle.
        release: what the document is called; needed where the source does not tell.
        login: the login application's document, where the source has none beside it.

    Raises:
        SpecError: nothing was found, it is no OpenAPI document, or that release is there with another contract.
    """
    from . import bundle_files

    found = _official(source, release)
    beside = open_source(login) if login is not None else found.login
    return Added(found.release, *bundle_files.put(folder, found.release, found.document, beside, "Airflow"))


def _official(source: Source, release: str | None) -> _Official:
    if isinstance(source, Mapping):
        return _Official(_named(release, ""), open_source(source), None)
    name = os.fspath(source)
    if name in _PACKAGES:
        return _installed(name, release)
    if name.endswith(".whl"):
        return _from_wheel(name, release)
    if is_path(name):
        stem = os.path.splitext(os.path.basename(name))[0]
        return _Official(_named(release, stem), open_source(name), None)
    return _downloaded(str(parse_version(name)), release)


def _named(release: str | None, derived: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(release or derived).public
    except InvalidVersion:
        raise SpecError("which release is this? Give its number with `release=`, such as 3.4.0") from None


def _taken(get: Callable[[str], bytes | None], release: str, source: str) -> _Official:
    """The documents among a package's files."""
    found = [
        next((data for path in paths if (data := get(path))), None) for paths in (_DOCUMENT_IN_WHEEL, _LOGIN_IN_WHEEL)
    ]
    document, beside = (data and parse.parse(data, name=source) for data in found)
    if not document:
        raise SpecError(f"{source}: none of the files in it is the REST API's document; give that file itself")
    return _Official(release, document, beside or None)


def _from_wheel(path: str, release: str | None) -> _Official:
    import zipfile

    def get(name: str) -> bytes | None:
        if name not in wheel.NameToInfo or wheel.NameToInfo[name].file_size > MAX_BYTES:
            return None
        return wheel.read(name)

    try:
        with zipfile.ZipFile(path) as wheel:
            return _taken(get, _named(release, os.path.basename(path).split("-")[1]), path)
    except (OSError, zipfile.BadZipFile, IndexError):
        raise SpecError(f"{path}: cannot be read as a wheel; fetch it again") from None


def _installed(name: str, release: str | None) -> _Official:
    # importlib.metadata costs 30 ms to import
    from importlib import metadata

    def get(path: str) -> bytes | None:
        file = str(distribution.locate_file(path))
        return read_file(file) if os.path.isfile(file) else None

    for package in (name, *_PACKAGES):
        try:
            distribution = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            continue
        if any(get(path) for path in _DOCUMENT_IN_WHEEL):
            return _taken(get, _named(release, distribution.version), f"the installed {package}")
    raise SpecError(f"{name} is not installed in this environment; give a release number, and pip fetches it")


def _downloaded(number: str, release: str | None) -> _Official:
    import subprocess
    import sys
    import tempfile

    package = _PACKAGES[0] if parse_version(number).major >= 3 else _PACKAGES[1]
    wanted = f"{package}=={number}"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
            folder,
            wanted,
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_PIP_SECONDS)  # noqa: S603 - a version that was parsed
        except (OSError, subprocess.SubprocessError):
            shown = " ".join(["python", *command[1:-3], wanted])
            raise SpecError(f"pip could not fetch {wanted}; to see why, run: {shown}") from None
        wheels = [file for file in os.listdir(folder) if file.endswith(".whl")]
        if not wheels:
            raise SpecError(f"pip fetched no wheel of {wanted}; give the document's path or URL")
        return _from_wheel(os.path.join(folder, wheels[0]), release)
