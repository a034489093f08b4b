"""Answers as tables: the columns people look for, short times, states in colour, nothing that a terminal obeys."""

from __future__ import annotations

import io
import re
import time

import pytest
from IPython.lib.pretty import pretty
from rich.console import Console

import dynclient
from dynclient.schema.model_table import Cell, cell, of_items, of_model
from dynclient.schema.schema import Schemas
from dynclient.testing import fake_airflow

SECRET = "hunter2"
RUN = {
    "dag_run_id": "scheduled__2026-01-01T00:00:00+00:00",
    "dag_id": "etl",
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "state": "failed",
    "start_date": "2026-01-01T00:00:00.123456Z",
    "duration": 12.3456789,
    "conf": {"a": 1},
    "note": None,
}


@pytest.fixture(autouse=True)
def _in_kolkata(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(schema):
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"S": schema}}}
    return Schemas(document).at("#/components/schemas/S")


CELLS = [
    # (field, value, text, exact)
    ("a", None, "", ""),
    ("a", True, "yes", ""),
    ("a", False, "no", ""),
    ("a", 3, "3", ""),
    ("a", 12.3456789, "12.3457", ""),
    ("a", "plain", "plain", ""),
    ("a", "", "", ""),
    ("a", "x" * 100, "x" * 30 + "…" + "x" * 29, "x" * 100),
    ("a", "2026-01-01T00:00:00Z", "2026-01-01 05:30", "2026-01-01T00:00:00Z"),  # local
    ("a", "2026-01-01T00:00:00", "2026-01-01T00:00:00", ""),  # nobody knows where
    ("a", ["b", "c"], "b, c", ""),
    ("a", [{"name": "prod"}, {"name": "daily"}], "prod, daily", ""),
    ("a", [{"x": 1}], "1 ×", ""),
    ("a", [], "", ""),
    ("a", {"__type": "CronExpression", "value": "0 0 * * *"}, "0 0 * * *", ""),
    ("a", {"x": 1}, "{…}", ""),
    ("a", '{"x": 1}', "{…", ""),  # it may hold anything
    ("a", f"postgres://me:{SECRET}@host/db", "postgres://***@host/db", ""),
    ("password", SECRET, "***", ""),
    ("a", "\x1b[2J\x07ding\nline", "\\x1b[2J\\x07ding\\nline", ""),
    ("a", ["\x1b[31m"], "\\x1b[31m", ""),
    ("a", "\u202eevil", "\\u202eevil", ""),
]


@pytest.mark.parametrize(("name", "value", "text", "exact"), CELLS, ids=[repr(row[1])[:30] for row in CELLS])
def test_cell(name, value, text, exact):
    """A value is a short text; what the text leaves out is kept as the exact value."""
    assert cell(name, {name: value}, None) == Cell(text, exact)


def test_times_go_by_the_schema():
    """Where the document says what a field is, a text that looks like a time stays a text."""
    text = at({"type": "object", "properties": {"a": {"type": "string"}}})
    assert cell("a", {"a": "2026-01-01T00:00:00Z"}, text).text == "2026-01-01T00:00:00Z"


def test_the_value_beside_a_telling_key_is_hidden():
    """A variable that is called like a secret shows stars."""
    assert cell("value", {"key": "aws_secret", "value": SECRET}, None) == Cell("***")


COLUMNS = [
    # (rows, columns)
    ([RUN], ["dag_id", "dag_run_id", "state", "start_date", "duration"]),
    ([{"file_token": "x", "fileloc": "/a", "is_paused": False, "dag_id": "a"}], ["dag_id", "is_paused"]),
    ([{"map_index": -1, "task_id": "a"}, {"map_index": -1, "task_id": "b"}], ["task_id"]),
    ([{"map_index": -1, "task_id": "a"}, {"map_index": 3, "task_id": "b"}], ["task_id", "map_index"]),
    ([{"colour": "red", "shape": "round", "more": {}}], ["colour", "shape"]),
    ([{"a": {"x": 1}}], ["a"]),
    ([{}], []),
]


@pytest.mark.parametrize(("rows", "names"), COLUMNS)
def test_columns(rows, names):
    """The columns people look for come first, empty and technical ones are left out, any others where those are few."""
    assert list(of_items("T", rows).columns) == names


def test_terminal():
    """As many columns as there is room for; the state in its colour; the count below."""
    table = of_items("Runs", [RUN], None, "1 of 7")
    assert table.as_text(80, coloured=False).split("\n") == [
        "Runs",
        "dag_id  dag_run_id                            state   start_date        duration",
        "etl     scheduled__2026-01-01T00:00:00+00:00  failed  2026-01-01 05:30  12.3457",
        "1 of 7",
    ]
    assert "duration" not in table.as_text(70, coloured=False)
    assert re.search(r"\x1b\[[\d;]+mfailed\x1b", table.as_text(80, coloured=True))


def test_notebook():
    """Left aligned, scrolled inside itself, escaped, exact values as titles, the state marked in its colour."""
    html = of_items("R<b>", [{**RUN, "dag_id": "<script>"}]).as_html()
    assert html.startswith("<div style='overflow-x:auto;max-width:100%;text-align:left'><b>R&lt;b&gt;</b>")
    assert "<script>" not in html
    assert "title='2026-01-01T00:00:00.123456Z'>2026-01-01 05:30</td>" in html
    assert "<span style='color:#d9434e'>●</span> failed</td>" in html
    assert "background" not in html  # light and dark are the page's


def test_rows_of_a_notebook_are_bounded():
    """Fifty rows, and how many more there are."""
    html = of_items("T", [{"name": f"n{i}"} for i in range(60)]).as_html()
    assert html.count("<tr>") == 51
    assert "<small>… 10 more</small>" in html


def test_an_object_with_one_list_is_no_collection():
    """An object that happens to hold one list of objects is shown by its fields."""
    value = {"dag_id": "a", "owner": "b", "paused": True, "file": "c", "tags": [{"name": "t"}]}
    assert [row[0].text for row in of_model("Dag", value, None).rows] == list(value)


def test_ipython_and_rich_show_tables():
    """At a prompt an answer is a table, inside a list it is one line; rich prints it too."""
    with fake_airflow("3.3.2", judge=False) as server:
        page = dynclient.connect(server.url).get_dags(limit=2)
    assert pretty(page).split("\n")[0] == "DAGCollectionResponse"
    assert pretty(page).split("\n")[1].startswith("dag_id         is_paused")
    assert pretty([page]) == f"[{page!r}]"
    file = io.StringIO()
    Console(file=file, width=100).print(page)
    assert "report_weekly" in file.getvalue()


def test_cursors_that_are_null_make_no_object_of_a_page():
    """A page is a table of its items whatever beside them is null; cells take the colours of the page around them."""
    page = {
        "rows": [RUN],
        "total_entries": 1,
        "next_cursor": None,
        "previous_cursor": None,
        "total_entries_limit": None,
    }
    assert list(of_model("Runs", page, None).columns)[:2] == ["dag_id", "dag_run_id"]
    assert "color:inherit" in of_model("Runs", page, None).as_html()
