"""Where documents come from: the bundled releases with their corrections, files, URLs, mappings.

The bundle is a folder, ``specs/``: one JSON file per contract, ``index.json`` from release to file,
``corrections.json`` (OpenAPI Overlays, each with the releases it is for) and ``words.json``. ``add``
makes the first two, and nothing else does.
"""

# pathlib takes 12 ms to import, a good part of what loading a release may cost
# ruff: noqa: PTH100, PTH113, PTH118, PTH119, PTH120, PTH122, PTH123, PTH208

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from . import document as documents
from .errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .errors import Fault
    from .spec import Spec

    Source = str | os.PathLike[str] | Mapping[str, Any]

__all__ = ["Added", "add", "corrected", "lint", "load", "login", "nearest", "read", "releases", "renames"]

_LARGEST = 32 * 2**20  # bytes of a document
_REDIRECTS = 5


# --- finding a document -----------------------------------------------------------------------------


def load(source: Source, *, overlays: Iterable[Source] = ()) -> Spec:
    """A document as a Spec: its operations, models and servers.

    Args:
        source: a release (``"2.10.5"``; a vendor's ``+astro.1`` is cut off), a path (JSON or YAML), an
            ``http(s)`` URL, or a mapping, which is used as it is and must not be changed.
        overlays: OpenAPI Overlays to apply, in order: mappings or paths.

    Raises:
        SpecError: no such release or file, or what is there cannot be used; with a pointer and a next step.
        TransportError: the URL does not answer.
    """
    # spec is a large module: reading a bundled document for another purpose does without it
    from . import spec

    document, release = read(source, overlays=overlays)
    return spec.parse(document, source=_name(source), release=release, words=_words())


def read(source: Source, *, overlays: Iterable[Source] = ()) -> tuple[dict[str, Any], str | None]:
    """The document behind a source, corrected where it is a bundled release, and that release.

    The official document otherwise: nothing is normalised, so that another implementation can be given it.
    """
    document, release = _found(source)
    for overlay in overlays:
        document = documents.apply_overlay(document, _opened(overlay))
    documents.check(document)
    return document, release


def _opened(source: Source) -> dict[str, Any]:
    """A mapping as it is, the document of a URL or of a path."""
    if isinstance(source, Mapping):
        return source  # type: ignore[return-value] # whatever it is, it is only read
    name = os.fspath(source)
    if name.startswith(("http://", "https://")):
        return documents.parse(_fetched(name), name=_shown(name))
    return documents.parse(_bytes(name), name=name)


def _found(source: Source) -> tuple[dict[str, Any], str | None]:
    if not isinstance(source, str):
        return _opened(source), None
    if source in _index()["releases"]:
        return _bundled(source), source
    if _is_path(source) or "://" in source or source.endswith((".json", ".yaml", ".yml")):
        return _opened(source), None
    release = _release(source)
    return _bundled(release), release


def _is_path(source: str) -> bool:
    return "/" in source or os.sep in source or os.path.isfile(source)


def _name(source: Source) -> str:
    if isinstance(source, Mapping):
        return "a mapping"
    name = os.fspath(source)
    return _shown(name) if "://" in name else name


def _shown(url: str) -> str:
    """A URL without what may be secret in it: user, password, query."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0].partition('#')[0]}"


def _bytes(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(f"{name}: cannot be read ({reason}); give a file that holds an OpenAPI document") from None
    if len(data) > _LARGEST:
        raise SpecError(f"{name}: larger than {_LARGEST >> 20} MiB; give the document alone")
    return data


def _fetched(url: str) -> bytes:
    # the network is only for those who name a URL
    from urllib.parse import urljoin

    from .messages import Headers, Request, is_json
    from .transport import Transport

    headers = Headers({"Accept": "application/json, application/yaml;q=0.9, */*;q=0.5"})
    with Transport(max_bytes=_LARGEST) as transport:
        for _ in range(_REDIRECTS):
            response = transport.send(Request("GET", url, headers))
            target = response.headers.get("Location")
            if response.status not in {301, 302, 303, 307, 308} or not target:
                break
            url = urljoin(url, target)
            if not url.startswith(("http://", "https://")):
                raise SpecError(f"{_shown(url)}: a redirect that leaves HTTP is not followed")
    if response.status != 200:
        raise SpecError(f"{_shown(url)}: status {response.status} and no document; a server has it at /openapi.json")
    if not is_json(response.content_type) and response.body[:256].lstrip()[:1] == b"<":
        raise SpecError(f"{_shown(url)}: a web page and no document; a server has it at <base URL>/openapi.json")
    return response.body


# --- the bundle -------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _folder() -> str:
    """``specs/``: inside the package once installed, beside it in a checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in (os.path.join(here, "specs"), os.path.join(os.path.dirname(here), "specs")):
        if os.path.isfile(os.path.join(folder, "index.json")):
            return folder
    raise SpecError("the bundled documents are not there; install the package again")


def _json(name: str) -> dict[str, Any]:
    with open(os.path.join(_folder(), name), "rb") as file:
        return json.loads(file.read())  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=1)
def _index() -> dict[str, Any]:
    return _json("index.json")


@functools.lru_cache(maxsize=1)
def _corrections() -> list[dict[str, Any]]:
    return _json("corrections.json")["corrections"]  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=1)
def renames() -> dict[str, Any]:
    """What other releases call differently: the content of ``renames.json``, which is only to be read."""
    return _json("renames.json")


def _words() -> Callable[[str, str, str], str]:
    """Help texts by (kind, name, operation), read when the first one is asked for."""
    known: dict[str, Any] = {}

    def words(kind: str, name: str, operation: str = "") -> str:
        if not known:
            known.update(_json("words.json"))
        of_kind = known.get(f"{kind}s", {})
        return str(of_kind.get(f"{operation}.{name}") or of_kind.get(name, ""))

    return words


def _bundled(release: str) -> dict[str, Any]:
    entry = _index()["releases"][release]
    document = _json(f"{entry['contract']}.json")
    document["info"]["version"] = entry["version"]  # the one thing in which releases of one contract differ
    return corrected(document, release)


def corrected(document: dict[str, Any], release: str) -> dict[str, Any]:
    """An official document of a release with that release's corrections; the document itself if there are none."""
    for correction in _corrections():
        if _within(release, correction["x-releases"]):
            document = documents.apply_overlay(document, correction)
    return document


def _within(release: str, wanted: str | list[str]) -> bool:
    """Is a release in a list, or in a range such as ``>=2.4.0,<=2.10.2``?"""
    if isinstance(wanted, list):
        return release in wanted
    try:
        key = _key(release)
        for bound in wanted.split(","):
            sign = bound[:2] if bound[1] == "=" else bound[0]
            limit = _key(bound[len(sign) :])
            if not (key >= limit if sign == ">=" else key <= limit if sign == "<=" else key == limit):
                return False
    except ValueError:  # a pre-release; packaging costs 20 ms to import
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(wanted).contains(release, prereleases=True)
    return True


def _key(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def releases() -> tuple[str, ...]:
    """The bundled releases, oldest first."""
    return tuple(_index()["releases"])


def nearest(release: str) -> str | None:
    """The newest bundled release that is not newer than this one; None where all are newer.

    Raises:
        SpecError: it is no version.
    """
    wanted = _version(release)
    known = [name for name in releases() if _version(name) <= wanted]
    return known[-1] if known else None


def login(release: str) -> dict[str, Any] | None:
    """The document of the login application that lies beside a release (3.x), or None."""
    name = _index()["releases"][_release(release)].get("login")
    return _json(f"{name}.json") if name else None


def _version(text: str) -> Any:
    """A PEP 440 version without its local part."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(Version(text).public)
    except (InvalidVersion, TypeError):
        raise SpecError(f"{text!r} is no release, file or URL; releases look like {releases()[-1]}") from None


def _release(text: str) -> str:
    """The bundled release that a text names."""
    known = _index()["releases"]
    if text in known:
        return text
    wanted = _version(text)
    for name in known:
        if _version(name) == wanted:
            return str(name)
    before = nearest(text)
    near = f"the nearest before it is {before}" if before else f"the oldest is {releases()[0]}"
    raise SpecError(
        f"release {text} is not bundled; {near}. Give that, the path or URL of the document, or add it to the bundle"
    )


def lint(source: Source) -> list[Fault]:
    """Every fault of a document by the rules of OpenAPI, with its pointer; slow (up to seconds)."""
    from . import bundle

    return bundle.faults(read(source)[0])


# --- adding a release -------------------------------------------------------------------------------

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
    from . import bundle

    found = _official(source, release)
    beside = _opened(login) if login is not None else found.login
    return Added(found.release, *bundle.put(folder, found.release, found.document, beside, "Airflow"))


def _official(source: Source, release: str | None) -> _Official:
    if isinstance(source, Mapping):
        return _Official(_named(release, ""), _opened(source), None)
    name = os.fspath(source)
    if name in _PACKAGES:
        return _installed(name, release)
    if name.endswith(".whl"):
        return _from_wheel(name, release)
    if _is_path(name):
        stem = os.path.splitext(os.path.basename(name))[0]
        return _Official(_named(release, stem), _opened(name), None)
    return _downloaded(str(_version(name)), release)


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
    document, beside = (data and documents.parse(data, name=source) for data in found)
    if not document:
        raise SpecError(f"{source}: none of the files in it is the REST API's document; give that file itself")
    return _Official(release, document, beside or None)


def _from_wheel(path: str, release: str | None) -> _Official:
    import zipfile

    def get(name: str) -> bytes | None:
        if name not in wheel.NameToInfo or wheel.NameToInfo[name].file_size > _LARGEST:
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
        return _bytes(file) if os.path.isfile(file) else None

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

    package = _PACKAGES[0] if _version(number).major >= 3 else _PACKAGES[1]
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
