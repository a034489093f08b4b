"""A document from any source as a Spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents.releases import help_texts
from ..documents.sources import display_name, read
from . import spec

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from ..documents.sources import Source
    from .spec import Spec

__all__ = ["load", "load_mapping"]


def load(source: Source, *, overlays: Iterable[Source] = (), folder: str | os.PathLike[str] | None = None) -> Spec:
    """A document as a Spec: its operations, models and servers.

    Args:
        source: a release (``"2.10.5"``; a vendor's ``+astro.1`` is cut off), a path (JSON or YAML), an
            ``http(s)`` URL, or a mapping, which is used as it is and must not be changed.
        overlays: OpenAPI Overlays to apply, in order: mappings or paths.
        folder: the folder that holds the document's files, where its references lead to others; nothing outside it
            and nothing remote is read.

    Raises:
        SpecError: no such release or file, or what is there cannot be used; with a pointer and a next step.
        TransportError: the URL does not answer.
    """
    document, release = read(source, overlays=overlays, folder=folder)
    return load_mapping(document, source=display_name(source), release=release)


def load_mapping(document: Mapping[str, Any], *, source: str, release: str | None = None) -> Spec:
    """A document that was read otherwise as a Spec.

    Args:
        document: OpenAPI, already checked; it is not changed and must not be changed later.
        source: where it came from, for people; a URL is what relative servers are relative to.
        release: the release it describes, when known.

    Raises:
        SpecError: nothing can be called.
    """
    title = str((document.get("info") or {}).get("title", ""))
    return spec.parse(document, source=source, release=release, words=help_texts(title))
