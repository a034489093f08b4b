"""Uses in notebooks: Python over all cells, shells in cells and lines, and what is neither."""

from __future__ import annotations

import json

import pytest

import dynclient
from dynclient.contract.code_notebooks import uses_in_notebook
from dynclient.contract.code_use import Paths, Use

SPEC = dynclient.load("2.10.5")
PATHS = Paths(SPEC)
IMPORT = "import requests\nu = 'http://h/api/v1'"


def found(*cells):
    text = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})
    return list(uses_in_notebook(text, "a.ipynb", SPEC, PATHS))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([IMPORT, "%time x = 1\nrequests.get(u + '/dags')"], [(4, "get_dags")]),
        ([IMPORT, "x = !ls\nrequests.get(u + '/dags')?"], [(4, "get_dags")]),
        ([IMPORT, "%%time\nrequests.get(u + '/pools')"], [(4, "get_pools")]),
        (["%%bash\ncurl -X DELETE http://h/api/v1/dags/x"], [(2, "delete_dag")]),
        (["if True:\n    !curl http://h/api/v1/dags"], [(2, "get_dags")]),
        (["%%html\n<a href='http://h/api/v1/dags'>"], []),
    ],
)
def test_uses(cells, expected):
    """Names carry from cell to cell; what is handed to a shell is read as one; other languages are left out."""
    assert [(use.line, use.operation) for use in found(*cells)] == expected


def test_a_cell_that_does_not_parse():
    """It is one line, and the others are read."""
    unclear, use = found(IMPORT, "def (:", "requests.get(u + '/dags')")
    assert str(unclear) == "a.ipynb:3: cell 2 is no Python that this Python can read"
    assert isinstance(use, Use)
    assert use.line == 4
