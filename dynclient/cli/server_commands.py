"""The commands that start a server which behaves as an Airflow: to try things at, and to see the main job."""

from __future__ import annotations

from threading import Event

import click

from ..testing.airflow_rules import fake_airflow
from . import demo as demonstration
from .source import source_name

__all__ = ["demo", "serve"]


@click.command()
def demo() -> None:
    """Show the main job on a small server in this process."""
    demonstration.run(click.echo)


@click.command()
@click.option("--spec", help="The document to behave by; $DYNCLIENT_SPEC, else the newest release.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--user", metavar="USER:PASSWORD", help="Who may come in; everybody if not given.")
def serve(spec: str | None, port: int, user: str | None) -> None:
    """Pretend to be an Airflow on loopback until Ctrl-C; its URL is printed."""
    name, _, password = (user or "").partition(":")
    document = source_name(spec)
    with fake_airflow(document, auth=(name, password) if user else None, port=port) as server:
        click.echo(server.url)
        click.echo(f"behaves as {server.spec.release or document}; Ctrl-C ends it", err=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            click.echo("gone", err=True)
