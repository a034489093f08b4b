"""The command line in this process, its two outputs apart."""

from __future__ import annotations

import inspect
import sys

from click.testing import CliRunner

from dynclient.cli.main import main

__all__ = ["COMMAND", "run", "runner"]

COMMAND = [sys.executable, "-m", "dynclient.cli.main"]
NAMES = ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN")


def runner() -> CliRunner:
    """A runner that keeps standard error apart, as click does without being told from 8.2 on."""
    apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return CliRunner(**apart)


def run(*words, typed=None, **environment):
    """(exit code, standard output, standard error) of a command."""
    clean = {f"DYNCLIENT_{name}": None for name in NAMES}
    result = runner().invoke(main, list(map(str, words)), input=typed, env={**clean, **environment})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr
