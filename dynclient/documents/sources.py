"""Where documents come from: bundled releases, files, URLs and mappings.

Imported in functions: ``files`` (pathlib, 12 ms) and ``copy``, for documents of several files, and ``http.transport``
(urllib3), for documents of a URL.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ..errors import SpecError
from ..http.masking import bare_url
from ..http.media_types import is_json
from ..http.messages import Headers, Request
from . import dialect, parse
from .overlays import apply_overlay

if TYPE_CHECKING:
    from collections.abc import Iterable

    Source = str | os.PathLike[str] | Mapping[str, Any]

from .releases import bundled_document, find_release, index

__all__ = ["MAX_BYTES", "display_name", "is_path", "open_source", "read", "read_file"]


MAX_BYTES = 32 * 2**20  # bytes of a document


_REDIRECTS = 5


def read(
    source: Source, *, overlays: Iterable[Source] = (), folder: str | os.PathLike[str] | None = None
) -> tuple[dict[str, Any], str | None]:
    """The document behind a source, corrected where it is a bundled release, and that release.

    The official document otherwise: nothing is normalised, so that another implementation can be given it. With a
    folder, the files in it that the document refers to are a part of it.
    """
    if folder is not None and isinstance(source, str) and source.startswith(("http://", "https://")):
        raise SpecError("a document from a URL reads no files; fetch it and its files, and load it from there")
    document, release = _find(source)
    if folder is not None:
        document = _with_files(document, source, os.fspath(folder))
    for overlay in overlays:
        document = apply_overlay(document, open_source(overlay))
    dialect.check(document)
    return document, release


def _with_files(document: dict[str, Any], source: Source, folder: str) -> dict[str, Any]:
    from .files import with_files

    if isinstance(source, Mapping):
        import copy

        return with_files(copy.deepcopy(document), None, folder, read_file)
    return with_files(document, os.fspath(source), folder, read_file)


def open_source(source: Source) -> dict[str, Any]:
    """A mapping as it is, the document of a URL or of a path."""
    if isinstance(source, Mapping):
        return source  # type: ignore[return-value] # whatever it is, it is only read
    name = os.fspath(source)
    if name.startswith(("http://", "https://")):
        return parse.parse(_fetch(name), name=bare_url(name))
    return parse.parse(read_file(name), name=name)


def _find(source: Source) -> tuple[dict[str, Any], str | None]:
    if not isinstance(source, str):
        return open_source(source), None
    if source in index()["releases"]:
        return bundled_document(source), source
    if is_path(source) or "://" in source or source.endswith((".json", ".yaml", ".yml")):
        return open_source(source), None
    release = find_release(source)
    return bundled_document(release), release


def is_path(source: str) -> bool:
    """Whether a source names a file rather than a release."""
    return "/" in source or os.sep in source or os.path.isfile(source)  # noqa: PTH113 - on the way of a call; pathlib costs 5 ms


def display_name(source: Source) -> str:
    """What a source is called in messages; of a URL without what may be secret."""
    if isinstance(source, Mapping):
        return "a mapping"
    name = os.fspath(source)
    return bare_url(name) if "://" in name else name


def read_file(name: str) -> bytes:
    """The bytes of a file of at most 32 MiB.

    Raises:
        SpecError: it cannot be read, or is larger.
    """
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - as above
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(f"{name}: cannot be read ({reason}); give a file that holds an OpenAPI document") from None
    if len(data) > MAX_BYTES:
        raise SpecError(f"{name}: larger than {MAX_BYTES >> 20} MiB; give the document alone")
    return data


def _fetch(url: str) -> bytes:
    from ..http.transport import Transport

    headers = Headers({"Accept": "application/json, application/yaml;q=0.9, */*;q=0.5"})
    with Transport(max_bytes=MAX_BYTES) as transport:
        for _ in range(_REDIRECTS):
            response = transport.send(Request("GET", url, headers))
            target = response.headers.get("Location")
            if response.status not in {301, 302, 303, 307, 308} or not target:
                break
            url = urljoin(url, target)
            if not url.startswith(("http://", "https://")):
                raise SpecError(f"{bare_url(url)}: a redirect that leaves HTTP is not followed")
    if response.status != 200:
        raise SpecError(f"{bare_url(url)}: status {response.status} and no document; a server has it at /openapi.json")
    if not is_json(response.content_type) and response.body[:256].lstrip()[:1] == b"<":
        raise SpecError(f"{bare_url(url)}: a web page and no document; a server has it at <base URL>/openapi.json")
    return response.body
