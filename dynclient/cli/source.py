"""The document that a command is about: a release, a path or a URL; $DYNCLIENT_SPEC or the newest release otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..openapi.spec import Spec

__all__ = ["load_source", "source_name"]


def source_name(source: str | None) -> str:
    """What a command was told, or the environment, or the newest bundled release."""
    from ..documents import releases  # nothing heavy is imported for --help

    return source or os.environ.get("DYNCLIENT_SPEC") or releases.releases()[-1]


def load_source(source: str | None) -> Spec:
    """The document of that name.

    Raises:
        DynclientError: there is none, or it cannot be read.
    """
    from ..openapi import load  # as above

    return load.load(source_name(source))
