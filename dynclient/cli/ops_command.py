"""The command that lists operations; a module of its own, for it is asked often and imports little.

Imported in functions: ``deployment.renames`` and ``errors.near_names``, needed only for a text to look for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import output
from .source import chosen_source, is_source, source_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["ops"]


@click.command()
@click.argument("source", required=False)
@click.argument("search", required=False)
@source_options
@click.option("--tag", help="Only those of this tag.")
@click.pass_context
def ops(ctx: click.Context, /, source: str | None, search: str | None, tag: str | None, **where: str | None) -> None:
    """List operations: all, or those whose name, path or description holds the text SEARCH.

    \b
    dynclient ops
    dynclient ops pool
    dynclient ops 2.10.5 trigger
    dynclient ops openapi.yaml --tag Pool
    """  # noqa: D301 - click's mark for lines that stay as they are
    if source and not search and not is_source(source):
        source, search = None, source
    spec = chosen_source(where["spec"] or source, where["url"])
    names = _other_names(spec) if search else {}
    operations = [o for o in spec.operations.values() if _is_match(o, spec, tag, search, names.get(o.id, ""))]
    rows = [[o.name, o.method, o.path, ", ".join(o.tags), spec.words("operation", o.id)] for o in operations]
    if rows:
        name = spec.release or spec.source
        output.table(["operation", "method", "path", "tags", "what it does"], rows)
        output.note(f"{len(rows)} of {len(spec.operations)} operations of {name}; `dynclient show NAME` explains one")
        return
    output.complain(_no_match(spec, search, tag))
    ctx.exit(1)


def _other_names(spec: Spec) -> Mapping[str, str]:
    from ..deployment import renames

    return renames.elsewhere("operations", spec.operations)


def _is_match(operation: Operation, spec: Spec, tag: str | None, search: str | None, other_names: str) -> bool:
    text = f"{operation.name} {other_names} {operation.path} {spec.words('operation', operation.id)}".lower()
    tags = [name.lower() for name in operation.tags]
    return (tag is None or tag.lower() in tags) and all(word in text for word in (search or "").lower().split())


def _no_match(spec: Spec, search: str | None, tag: str | None) -> str:
    """That nothing is like that, with near names."""
    from ..errors import near_names

    near = near_names(search, spec.operations.names) if search else ()
    near_tags = near_names(tag, list(spec.tags)) if tag else ()
    hint = f"; did you mean {' or '.join([*near, *near_tags])}?" if near or near_tags else ""
    tags = "" if hint else f"; the tags are {', '.join(spec.tags)}"
    return f"no operation of {spec.release or spec.source} is like that{hint}{tags}"
