"""The document that a command is about: a release, a path or a URL; $DYNCLIENT_SPEC or the newest release otherwise.

Imported in functions: ``connection``, needed only where a server is asked.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from ..documents import releases
from ..openapi import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..openapi.spec import Spec

__all__ = ["chosen_source", "complete_operation", "is_source", "load_source", "source_name", "source_options"]


def source_name(source: str | None) -> str:
    """What a command was told, or the environment, or the newest bundled release."""
    return source or os.environ.get("DYNCLIENT_SPEC") or releases.releases()[-1]


def load_source(source: str | None) -> Spec:
    """The document of that name.

    Raises:
        DynclientError: there is none, or it cannot be read.
    """
    return load.load(source_name(source))


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that looks at a document: ``--spec`` and ``--url``."""
    command = click.option("--url", help="A server, by whose document to go; as whom says the environment.")(command)
    help_ = "The document; $DYNCLIENT_SPEC, else the newest release. It may stand first, without --spec, too."
    return click.option("--spec", help=help_)(command)


def chosen_source(spec: str | None, url: str | None) -> Spec:
    """The document of a name, or that by which a client of a server goes.

    Raises:
        DynclientError: there is none, or the server does not answer.
    """
    if url is None:
        return load_source(spec)
    from .connection import connected

    with connected(url=url, spec=spec) as client:
        return client.spec


def is_source(text: str) -> bool:
    """A release, a URL or a path, and not a name or a text to look for?"""
    looks = re.match(r"\d|latest\Z", text) or re.search(r"[/\\]|\.(?:json|ya?ml)\Z", text)
    return bool(looks or os.path.exists(text))  # noqa: PTH110 - 12 ms


def complete_operation(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """For the shell's completion: the operations whose name begins so."""
    return [name for name in load_source(None).operations.names if name.startswith(start)]
