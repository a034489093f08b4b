"""What is drawn in a terminal."""

from __future__ import annotations

import json

from dynclient.cli import terminal


def test_brackets_in_a_table_are_text(capsys):
    """A cell that looks like a style of rich is shown as it is, below the names of its columns."""
    terminal.print_grid(["name", "note"], [["a", "[red]x[/red]"]])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "note"]
    assert lines[1].split() == ["a", "[red]x[/red]"]


def test_json_stays_json(capsys):
    """JSON is indented and keeps its letters."""
    terminal.print_json('{"name": "é"}')
    text = capsys.readouterr().out
    assert "é" in text
    assert json.loads(text) == {"name": "é"}
