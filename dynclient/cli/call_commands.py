"""Commands that talk to a server: call any operation, and the jobs of every day."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import click

from ..deployment import vocabulary
from ..deployment.bulk import BulkAnswer
from ..errors import ArgumentError
from . import answers, arguments as words_parser, output, shell as prompt
from .connection import connected, server_options, store_token
from .source import complete_operation

if TYPE_CHECKING:
    from ..client.sync import Call

__all__ = ["apply", "call", "failures", "log", "login", "run", "shell"]

REFUSED = 4  #: the exit code for what the server said no to
_ERRORS_SHOWN = 10
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORMS = click.Choice(["json", "jsonl", "yaml", "csv", "table"])


class _Duration(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.4
    """``90``, ``90s``, ``15m``, ``24h``, ``7d`` as seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", str(value))
        if match is None:
            self.fail(f"{value!r} is no duration; write 90s, 15m, 24h or 7d", param, ctx)
        return float(match[1]) * _SECONDS[match[2] or "s"]


@click.command()
@click.argument("operation", shell_complete=complete_operation)
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]...")
@server_options
@click.option("--responses", type=click.Choice(["strict", "warn", "off"]), help="For answers that break the document.")
@click.option("--all", "whole", is_flag=True, help="Every item of a list, page after page, a line of JSON each.")
@click.option("--curl", is_flag=True, help="Print the request as a curl command, its secrets masked; do not send it.")
@click.option("-o", "--output", "form", type=_FORMS, default="json", show_default=True)
@click.option("--columns", help="For tables and csv: names of fields with commas between them.")
@click.option("--filter", "expression", help="A JMESPath expression over the answer, or over each item with --all.")
@click.option("--timeout", type=_Duration(), help="For the answer: 90s, 15m, 24h.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="Sent too; more than once.")
def call(operation: str, arguments: tuple[str, ...], form: str, **options: Any) -> None:
    """Call an operation and print what it answers.

    \b
    dynclient call get_dags limit=5 tags=prod tags=daily
    dynclient call get_dag tutorial
    dynclient call trigger_dag_run dag_id=tutorial logical_date=null conf=@conf.json
    dynclient call post_pool body=@pool.yaml
    dynclient call get_dags --all -o csv --columns dag_id,is_paused

    Each value is read as the document wants it; lists and objects are JSON, @file is the content of a file, @- of
    standard input. `dynclient show OPERATION` names them.
    """  # noqa: D301 - click's mark for lines that stay as they are
    whole, curl = options.pop("whole"), options.pop("curl")
    shape = answers.Shape(form, tuple((options.pop("columns") or "").split(",")), options.pop("expression"))
    headers, timeout = _headers(options.pop("headers")), options.pop("timeout")
    with connected(offline=curl, **options) as client:
        target = client.operation(operation).options(timeout=timeout, headers=headers)
        args, keywords = words_parser.arguments(target.operation, arguments)
        if curl:
            click.echo(target.request(*args, **keywords).curl())
        elif whole:
            answers.everything(target.iter(*args, **keywords, **_progress(target, form)), shape)
        else:
            answer = target(*args, **keywords)
            answers.result(answer, shape)
            _complain_of_errors(answer, operation)


def _complain_of_errors(answer: Any, operation: str) -> None:
    """End as for a refusal where a bulk answer holds what was refused inside."""
    if isinstance(answer, BulkAnswer) and answer.errors:
        lines = [f"  {error.get('status_code')}: {error.get('error')}" for error in answer.errors[:_ERRORS_SHOWN]]
        output.complain("\n".join([f"{operation} was answered; refused inside: {len(answer.errors)}", *lines]))
        click.get_current_context().exit(REFUSED)


def _headers(lines: tuple[str, ...]) -> dict[str, str]:
    pairs = [line.partition(":") for line in lines]
    if not all(mark for _, mark, _ in pairs):
        raise ArgumentError("--header: write 'Name: value'")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _progress(call: Call, form: str) -> dict[str, bool]:
    """Shown to those who wait and would not see it among the items."""
    waiting = sys.stderr.isatty() and (form != "json" or not sys.stdout.isatty())
    return {"progress": True} if waiting and "progress" not in call.types else {}


@click.command()
@server_options
def shell(**server: Any) -> None:
    """Start IPython with the connected client as `af`."""
    with connected(**server) as client:
        prompt.start(client)


@click.command()
@click.argument("dag")
@server_options
@click.option("--conf", help="JSON, @file or @-.")
@click.option("--run-id", help="Of your own: with it the command may be repeated, nothing runs twice.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Until the run is over.")
@click.option("--watch", is_flag=True, help="Print the states of its task instances as they change, a line each.")
@click.option("--unpause", is_flag=True, help="Unpause the DAG where it is paused; else that is an error.")
@click.option("--timeout", type=_Duration(), help="For the waiting: 90s, 15m, 1h.")
@click.option("-o", "--output", "form", type=_FORMS, default="json", show_default=True)
def run(dag: str, conf: str | None, run_id: str | None, form: str, **options: Any) -> None:
    """Trigger a run of a DAG and wait until it is over; exit 1 when it failed, with the end of the logs on stderr."""
    wait, watch = options.pop("wait"), options.pop("watch")
    waiting = {name: options.pop(name) for name in ("timeout", "unpause")}
    with connected(**options) as client:
        operation = client.operations[vocabulary.operation_id(client.operations, "trigger run")]
        _, arguments = words_parser.arguments(operation, [f"conf={conf}"] if conf is not None else [])
        started = client.trigger(dag, run_id=run_id, **arguments)
        if watch:
            for task in client.watch(started, **waiting):
                click.echo(
                    answers.state_line(f"{datetime.now(timezone.utc).astimezone():%H:%M:%S}", task.task, task.state)
                )
            return
        answers.result(client.wait(started, **waiting) if wait else started, answers.Shape(form))


@click.command()
@click.argument("dag")
@click.argument("run_id", metavar="RUN")
@click.argument("task")
@server_options
@click.option("--follow", is_flag=True, help="Go on until the task ends.")
@click.option("--map-index", type=int, help="Of a mapped task.")
@click.option("--try", "number", type=int, help="Which try; the newest by default.")
def log(
    dag: str, run_id: str, task: str, *, follow: bool, map_index: int | None, number: int | None, **server: Any
) -> None:
    """Print the log of a task instance."""
    with connected(**server) as client:
        for line in client.log(dag, run_id, task, number, map_index=map_index, follow=follow):
            click.echo(output.plain(line.rstrip("\n")))


@click.command()
@server_options
@click.option("--since", type=_Duration(), default="24h", show_default=True, help="How far back: 90m, 24h, 7d.")
@click.option("--dag", default="*", show_default=True, help="Only of DAGs whose id is like this: etl_*.")
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="No more than so many.")
def failures(since: float, dag: str, most: int, **server: Any) -> None:
    """Show the failed task instances of all DAGs with the end of their logs; exit 1 if there are any."""
    number = 0
    with connected(**server) as client:
        start = datetime.now(timezone.utc) - timedelta(seconds=since)
        for failure in client.failures(since=start, dag=dag, most=most):
            number += 1
            click.echo(output.plain(str(failure)))
    click.echo(f"{number} failed", err=True)
    click.get_current_context().exit(1 if number else 0)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@server_options
@click.option("--dry-run", is_flag=True, help="Show what would be done.")
def apply(paths: tuple[str, ...], *, dry_run: bool, **server: Any) -> None:
    """Make variables, pools, connections … be as files say: {pools: [{name: etl, slots: 5}]} in YAML or JSON.

    What is absent is made, what differs is changed, what is equal is left alone, what the files do not name stays.
    """
    files = [(path, words_parser.file_content(path, "apply")) for path in paths]
    with connected(**server) as client:
        for path, collections in files:
            if not isinstance(collections, dict) or not all(isinstance(items, list) for items in collections.values()):
                raise ArgumentError(f"{path}: collections with lists of items are wanted: {{pools: [{{name: etl}}]}}")
            for collection, items in collections.items():
                for item in items:
                    click.echo(str(client.ensure(collection, dry_run=dry_run, **item)))


@click.command()
@server_options
@click.option("--store", is_flag=True, help="Keep it in the keyring, for $DYNCLIENT_KEYRING=1; print nothing.")
def login(*, store: bool, **server: Any) -> None:
    """Print the token of a login, so that a shell or CI needs no password: DYNCLIENT_TOKEN=$(dynclient login)."""
    with connected(**server) as client:
        token = client.token()
        if token is None:
            raise ArgumentError("this login has no token; Airflow 2 takes user and password with every request")
        if not store:
            click.echo(token)
            return
        store_token(client.about().url, token)
    click.echo("the token is stored; set DYNCLIENT_KEYRING=1 to use it", err=True)
