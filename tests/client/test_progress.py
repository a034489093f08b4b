"""A bar on standard error that counts the items of a list."""

from __future__ import annotations

import asyncio
import sys

import pytest
from tiny_specs import json_answer, parameter, tiny

from dynclient.client.pagination import paging
from dynclient.client.progress import ashow_progress, show_progress
from dynclient.errors import ArgumentError

INTEGER = {"type": "integer"}
PAGE = {"type": "object", "properties": {"things": {"type": "array", "items": {}}, "total_entries": INTEGER}}
QUERY = [parameter(name, schema=INTEGER) for name in ("limit", "offset")]
SPEC = tiny(
    {"GET /things": {"operationId": "get_things", "parameters": QUERY, "responses": {"200": json_answer(PAGE)}}}
)
PLAN = paging(SPEC.operations["get_things"])
PAGES = [{"things": [1, 2], "total_entries": 3}, {"things": [3], "total_entries": 3}]


def test_pages_are_counted(capfd):
    """The same pages come; the bar has name, items and total, and nothing goes to standard output."""
    assert list(show_progress(iter(PAGES), PLAN, "get_things")) == PAGES
    out, err = capfd.readouterr()
    assert out == ""
    assert "get_things" in err
    assert "3/3" in err


def test_awaited_pages_are_counted(capfd):
    """The same for pages that are awaited."""

    async def pages():
        for page in PAGES:
            yield page

    async def whole():
        return [page async for page in ashow_progress(pages(), PLAN, "get_things")]

    assert asyncio.run(whole()) == PAGES
    assert "3/3" in capfd.readouterr().err


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    """rich is of the extra ``cli``."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ArgumentError, match=r"dynclient\[cli\]"):
        next(show_progress(iter(PAGES), PLAN, "get_things"))
