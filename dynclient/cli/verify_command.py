"""The command that holds a live server to its document, or to what a lock says that is used of it."""

from __future__ import annotations

from typing import Any

import click

from ..contract import lock as locks
from ..deployment.verify_lock import verify_lock
from . import output
from .connection import connected, trace_options

__all__ = ["verify"]


@click.command()
@click.argument("url", required=False)
@click.option("--username", help="$DYNCLIENT_USERNAME.")
@click.option("--token", help="$DYNCLIENT_TOKEN; instead of a user.")
@trace_options
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for all of it.")
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
@click.option("--lock", "lock_path", help="What `dynclient lock` wrote: does this server hold it?")
def verify(url: str | None, timeout: float, form: str, lock_path: str | None, **credentials: Any) -> None:
    """Call all that changes nothing at a server, and hold its answers to its document; exit 1 if one breaks it."""
    content = locks.read_lock(lock_path) if lock_path is not None else None
    with connected(responses="strict", url=url, **credentials) as client:
        report = client.verify(timeout=timeout, progress=output.counter())
        if content is not None:
            held = verify_lock(content, client.spec, report)
            click.echo(str(held))
            click.get_current_context().exit(0 if held.ok else 1)
    click.echo({"text": report.text, "json": report.json, "junit": report.junit}[form]())
    click.get_current_context().exit(0 if report.ok else 1)
