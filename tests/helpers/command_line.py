"""The command line in this process, its two outputs apart."""

from __future__ import annotations

import inspect

from click.testing import CliRunner

__all__ = ["runner"]


def runner() -> CliRunner:
    """A runner that keeps standard error apart, as click does without being told from 8.2 on."""
    apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return CliRunner(**apart)
