"""How an answer is printed, by its form."""

from __future__ import annotations

import json

import pytest
import yaml

from dynclient.cli import answers
from dynclient.cli.answers import Shape
from dynclient.errors import ArgumentError

PAGE = {"pools": [{"name": "a", "slots": 1, "tags": ["x"]}, {"name": "b", "slots": None}], "total_entries": 2}

FORMS = [
    (PAGE, Shape("jsonl"), '{"name": "a", "slots": 1, "tags": ["x"]}\n{"name": "b", "slots": null}\n'),
    (PAGE, Shape("csv"), 'name,slots,tags\na,1,"[""x""]"\nb,,\n'),
    (PAGE, Shape("csv", ("slots", "name")), "slots,name\n1,a\n,b\n"),
    (PAGE, Shape("json", (), "pools[].name"), '[\n  "a",\n  "b"\n]\n'),
    (PAGE, Shape("yaml", (), "pools[0].slots"), "1\n...\n"),
    ([True, 3], Shape("csv"), "value\ntrue\n3\n"),
    ("text\n", Shape(), "text\n"),
    ("text", Shape(), "text\n"),
    (None, Shape(), ""),
    (iter([{"state": "running"}, "é"]), Shape("table"), '{"state": "running"}\né\n'),
]


@pytest.mark.parametrize(("data", "shape", "text"), FORMS)
def test_an_answer_is_printed_in_its_form(capsys, data, shape, text):
    """Rows, nested values, nulls and texts each have one form."""
    answers.result(data, shape)
    assert capsys.readouterr().out == text


def test_a_table_for_a_pipe_is_lines_of_tabs(capsys):
    """The columns that were chosen, under their names."""
    answers.result(PAGE, Shape("table", ("name", "slots")))
    assert capsys.readouterr().out.splitlines()[:2] == ["name\tslots", "a\t1"]


def test_a_walk_is_one_document_where_the_form_wants_one(capsys):
    """Items of a walk share the header of csv; as JSON each is a line."""
    answers.everything(iter(PAGE["pools"]), Shape("csv", ("name",)))
    answers.everything(iter([1, 2]), Shape("json"))
    assert capsys.readouterr().out == "name\na\nb\n1\n2\n"


def test_a_filter_that_is_none_is_refused():
    """What JMESPath cannot read is an error of ours that names the option."""
    with pytest.raises(ArgumentError, match="--filter"):
        answers.result(PAGE, Shape(expression="pools["))


HOSTILE = "\x1b[31mred\x07\u202etxt\u2066 \u200f\U000e0041 ü\n2"


@pytest.mark.parametrize(
    ("form", "read"),
    [("json", json.loads), ("jsonl", json.loads), ("yaml", yaml.safe_load)],
)
def test_what_a_terminal_might_obey_is_escaped_without_loss(capsys, form, read):
    """Escape sequences and bidirectional marks are escaped as JSON and YAML have it: what is read back is the same."""
    answers.result({"key": HOSTILE}, answers.Shape(form))
    text = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert "ü" in text
    assert read(text) == {"key": HOSTILE}


def test_csv_and_text_are_exact_in_a_pipe_and_plain_at_a_terminal(capsys, monkeypatch):
    """A pipe gets the data as they are; a terminal sees none of what it might obey."""
    for shape, data in ((answers.Shape("csv"), {"key": HOSTILE}), (answers.Shape(), HOSTILE)):
        answers.result(data, shape)
        assert HOSTILE in capsys.readouterr().out
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout.isatty", lambda: True)
            answers.result(data, shape)
        assert all(letter.isprintable() or letter == "\n" for letter in capsys.readouterr().out)
