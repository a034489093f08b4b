"""The command line: parse arguments, call one function, print.

The commands stand in a table, by which ``--help`` lists them; the module of one is imported when it is called.
``logging`` is imported in a function, needed only for ``--debug``.
"""

from __future__ import annotations

import errno
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from ..errors import (
    ApiError,
    ArgumentError,
    ContractError,
    ContractWarning,
    DynclientError,
    NotFound,
    SpecError,
    TransportError,
)
from ..http.masking import masked_url
from . import output

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMMANDS", "Entry", "main"]

_INTERRUPTED = 130


class Entry(NamedTuple):
    """A command of the table: the module that has it under its name, and what ``--help`` says of it in one line."""

    module: str
    help: str


COMMANDS: Mapping[str, Entry] = {
    "apply": Entry("call_commands", "Make variables, pools, connections … be as files say."),
    "call": Entry("call_commands", "Call an operation and print what it answers."),
    "check": Entry("contract_commands", "Hold recorded traffic to a document."),
    "demo": Entry("server_commands", "Show the main job on a small server in this process."),
    "diff": Entry("contract_commands", "What changes for a client from one document to another."),
    "failures": Entry("call_commands", "Show the failed task instances of all DAGs with their logs."),
    "lock": Entry("contract_commands", "Print what code and recordings use of a document, as a file."),
    "log": Entry("call_commands", "Print the log of a task instance."),
    "login": Entry("call_commands", "Print the token of a login, so that CI needs no password."),
    "ops": Entry("ops_command", "List operations: all, or those that hold a text."),
    "run": Entry("call_commands", "Trigger a run of a DAG and wait until it is over."),
    "serve": Entry("server_commands", "Pretend to be an Airflow on loopback until Ctrl-C."),
    "shell": Entry("call_commands", "Start IPython with the connected client as `af`."),
    "show": Entry("document_commands", "Show the help of an operation, or the fields of a model."),
    "specs": Entry("document_commands", "The bundled documents: list them, add one, find faults."),
    "stubs": Entry("document_commands", "Write stubs for editors and mypy, of one release or several."),
    "upgrade": Entry("contract_commands", "What of your code breaks on another release, and its remedy."),
    "verify": Entry("verify_command", "Hold a server's answers to its document; changes nothing."),
}


class _Commands(click.Group):
    """Commands that are imported when they are called; errors of ours are one clean message without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command of a name, imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__package__}.{COMMANDS[cmd_name].module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the table for ``--help``; imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named."""
        with warnings.catch_warnings():
            warnings.simplefilter("always", ContractWarning)
            warnings.showwarning = output.warner()
            try:
                return super().invoke(ctx)
            except DynclientError as error:
                if ctx.params.get("debug"):
                    raise
                output.complain(f"{error}{_address(error)}")
                ctx.exit(_exit_code(error))
            except (KeyboardInterrupt, click.Abort):
                click.echo(err=True)
                ctx.exit(_INTERRUPTED)
            except OSError as error:
                if error.errno == errno.EPIPE:
                    raise  # who read has had enough; click ends quietly
                output.complain(f"{error.filename or 'input or output'}: {error.strerror or type(error).__name__}")
            ctx.exit(2)
        return None


_CODES = {ArgumentError: 3, SpecError: 3, ApiError: 4, ContractError: 5, TransportError: 6}


def _exit_code(error: DynclientError) -> int:
    """By who must act; 1 for a run that failed."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), 1)


def _address(error: DynclientError) -> str:
    """A line with the URL that was not found, for a shell may have changed what was typed (``dag_id=~``)."""
    request = error.request if isinstance(error, NotFound) else None
    return f"\n  sent: {request.method} {masked_url(request.url)}" if request is not None else ""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dynclient")
@click.option("--debug", is_flag=True, help="Show tracebacks, and each request on standard error.")
def main(*, debug: bool) -> None:
    """Talk to any Airflow release, and hold its contract, by its OpenAPI document.

    A server is $DYNCLIENT_URL with $DYNCLIENT_USERNAME and $DYNCLIENT_PASSWORD, or $DYNCLIENT_TOKEN. A document is a
    release, a path or a URL; $DYNCLIENT_SPEC, or the newest release, where none is given.

    Exit codes: 1 a run failed or a check found something, 2 usage, 3 refused before anything was sent, 4 the server
    said no, 5 its answer broke the document, 6 the network.
    """
    if debug:
        import logging

        logging.basicConfig(level=logging.DEBUG, format="%(name)s %(message)s")


if __name__ == "__main__":
    main()
