"""The command that lists operations; a module of its own, for it is asked often and imports little."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from . import output
from .source import load_source

if TYPE_CHECKING:
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["ops"]


@click.command()
@click.argument("source", required=False)
@click.argument("search", required=False)
@click.option("--tag", help="Only those of this tag.")
@click.pass_context
def ops(ctx: click.Context, source: str | None, search: str | None, tag: str | None) -> None:
    """List operations: all, or those whose name, path or description holds the text SEARCH.

    \b
    dynclient ops
    dynclient ops pool
    dynclient ops 2.10.5 trigger
    dynclient ops openapi.yaml --tag Pool
    """  # noqa: D301 - click's mark for lines that stay as they are
    if source and not search and not _is_source(source):
        source, search = None, source
    spec = load_source(source)
    operations = [o for o in spec.operations.values() if _is_match(o, spec, tag, search)]
    rows = [[o.name, o.method, o.path, ", ".join(o.tags), spec.words("operation", o.id)] for o in operations]
    if rows:
        name = spec.release or spec.source
        output.table(["operation", "method", "path", "tags", "what it does"], rows)
        output.note(f"{len(rows)} of {len(spec.operations)} operations of {name}; `dynclient show NAME` explains one")
        return
    click.echo(f"no operation is like that; the tags are {', '.join(spec.tags)}", err=True)
    ctx.exit(1)


def _is_source(text: str) -> bool:
    """A release, a URL or a path, and not a text to look for?"""
    return bool(re.match(r"\d", text) or re.search(r"[/\\]", text) or os.path.exists(text))  # noqa: PTH110 - 12 ms


def _is_match(operation: Operation, spec: Spec, tag: str | None, search: str | None) -> bool:
    text = f"{operation.name} {operation.path} {spec.words('operation', operation.id)}".lower()
    tags = [name.lower() for name in operation.tags]
    return (tag is None or tag.lower() in tags) and (search is None or search.lower() in text)
