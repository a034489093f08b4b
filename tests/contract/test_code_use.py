"""Which operation a URL in source code belongs to."""

from __future__ import annotations

import pytest
from tiny_specs import parameter, tiny

import dynclient
from dynclient.contract.code_use import HOLE, UNKNOWN, Paths, Unclear, Use

OLD, NEW = Paths(dynclient.load("2.10.5")), Paths(dynclient.load("3.3.2"))
ITEMS = Paths(
    tiny(
        {
            "GET /items": {"operationId": "get_items"},
            "POST /items": {"operationId": "post_item"},
            "GET /items/{id}": {"operationId": "get_item", "parameters": [parameter("id", "path")]},
            "GET /items/all": {"operationId": "get_all"},
        },
        servers=[{"url": "https://h/base"}],
    )
)


@pytest.mark.parametrize(
    ("paths", "text", "expected"),
    [
        (OLD, "http://h/api/v1/dags?limit=5&tags=a", ("/dags", {"limit": "5", "tags": "a"})),
        (OLD, f"{HOLE}/api/v1/dags/{HOLE}?x={HOLE}", (f"/dags/{HOLE}", {"x": UNKNOWN})),
        (OLD, "api/v1/dags/#top", ("/dags", {})),
        (OLD, "http://h/api/v1", None),
        (OLD, "http://h/api/v2/dags", None),
        (OLD, "http://h/myapi/v1/dags", None),
        (NEW, "http://h/api/v2/dags/", ("/api/v2/dags", {})),
        (Paths(tiny({"GET /a": {"operationId": "a"}, "GET /b": {}, "GET /c": {}})), "http://h/a", None),
    ],
)
def test_path_and_query_of_a_url(paths, text, expected):
    """A text with the document's prefix gives the document's path and the query; another text gives None."""
    assert paths.below(text) == expected


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/items", None, ["get_items", "post_item"]),
        ("/items", "POST", ["post_item"]),
        ("/items/all", "GET", ["get_all"]),
        ("/items/one", "GET", ["get_item"]),
        (f"/items/{HOLE}", "GET", ["get_item"]),
        ("/items/", "GET", []),
        ("/items/one/more", "GET", []),
    ],
)
def test_operations_at_a_path(path, method, expected):
    """A literal path goes before a template, and an empty part fits none."""
    assert [operation.id for operation in ITEMS.operations(path, method)] == expected


@pytest.mark.parametrize(("path", "value"), [("/items/one", "one"), (f"/items/{HOLE}", UNKNOWN)])
def test_path_arguments(path, value):
    """A literal part is the argument's value, any other is unknown."""
    (operation,) = ITEMS.operations(path, "GET")
    assert ITEMS.path_arguments(path, operation) == {"id": value}


def test_places_read_as_editors_write_them():
    """A use and an unclear line show as ``file:line``."""
    assert Use("a.py", 3, "get_items", "url").place == "a.py:3"
    assert str(Unclear("a.py", 3, "its method is not seen")) == "a.py:3: its method is not seen"
    assert repr(UNKNOWN) == "…"
