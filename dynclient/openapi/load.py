"""A document from any source as a Spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..documents.sources import Source
    from .spec import Spec
from ..documents.releases import help_texts
from ..documents.sources import display_name, read

__all__ = ["load"]


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
    from ..openapi import spec

    document, release = read(source, overlays=overlays)
    return spec.parse(document, source=display_name(source), release=release, words=help_texts())
