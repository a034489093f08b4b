"""The document that a command is about: a release, a path or a URL; $DYNCLIENT_SPEC or the newest release otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..documents import releases
from ..openapi import load

if TYPE_CHECKING:
    import click

    from ..openapi.spec import Spec

__all__ = ["complete_operation", "load_source", "source_name"]


def source_name(source: str | None) -> str:
    """What a command was told, or the environment, or the newest bundled release."""
    return source or os.environ.get("DYNCLIENT_SPEC") or releases.releases()[-1]


def load_source(source: str | None) -> Spec:
    """The document of that name.

    Raises:
        DynclientError: there is none, or it cannot be read.
    """
    return load.load(source_name(source))


def complete_operation(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """For the shell's completion: the operations whose name begins so."""
    return [name for name in load_source(None).operations.names if name.startswith(start)]
