"""What a command shows beside its answer."""

from __future__ import annotations

import pytest

from dynclient.cli import output


@pytest.mark.parametrize(("text", "shown"), [("a\nb\tc", "a\nb\tc"), ("\x1b[31mred", "?[31mred"), ("a\rb", "a?b")])
def test_what_a_terminal_might_obey_is_not_shown(text, shown):
    """Control characters become a question mark; line ends and tabs stay."""
    assert output.plain(text) == shown


def test_a_message_gives_the_advice_of_a_shell(capsys):
    """Advice in Python becomes that at a shell, on standard error."""
    output.complain("none; dir() lists them")
    assert capsys.readouterr() == ("", "dynclient: none; `dynclient ops` lists them\n")


def test_a_warning_is_shown_once(capsys):
    """The same words again are not."""
    show = output.warner()
    for words in ("a", "a", "b"):
        show(words)
    assert capsys.readouterr().err == "dynclient: warning: a\ndynclient: warning: b\n"


def test_a_pipe_gets_no_remarks_and_no_colours(capsys):
    """Remarks and progress are for people; a comparison is its text alone."""
    output.note("remark")
    output.changes("  breaking x")
    output.table(["name"], [["a", "b"]])
    assert capsys.readouterr() == ("  breaking x\na\tb\n", "")
    assert (output.counter(), output.file_counter()) == (None, None)
