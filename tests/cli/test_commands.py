"""The table of commands, by which ``--help`` lists what it does not import."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from dynclient.cli.main import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_of_the_table_is_a_command(name):
    """The module of a row has a command of that name, with a help of its own."""
    with click.Context(main) as context:
        command = main.get_command(context, name)
    assert isinstance(command, click.Command)
    assert (command.name, bool(command.help)) == (name, True)


def test_help_lists_every_command_whole():
    """--help has a line for each command, in the order of the alphabet, uncut on 80 columns."""
    text = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    lines = text.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == sorted(COMMANDS)
    assert [line.split(maxsplit=1)[1] for line in lines] == [COMMANDS[name].help for name in sorted(COMMANDS)]


def test_an_unknown_command_is_a_usage_error():
    """What is no command of the table ends with 2 and names it."""
    result = CliRunner().invoke(main, ["dance"])
    assert result.exit_code == 2
    assert "dance" in result.output
