"""Items as a pandas DataFrame."""

from __future__ import annotations

import json

import dynclient
from dynclient.testing import fake_airflow


def test_frame():
    """Times are aware, what may be missing has a dtype that can, nested values are JSON text."""
    with fake_airflow("3.3.2", judge=False) as server:
        table = dynclient.frame(dynclient.connect(server.url).get_dags.iter(limit=2))
    assert list(table["dag_id"]) == ["etl_daily", "report_weekly", "tutorial"]
    assert str(table["last_parsed_time"].dtype).endswith("UTC]")
    assert str(table["next_dagrun_run_after"].dtype).endswith("UTC]")  # though all are null
    assert [str(table[name].dtype) for name in ("is_paused", "max_active_tasks", "dag_id")] == [
        "boolean",
        "Int64",
        "string",
    ]
    assert json.loads(table["owners"][0]) == ["data"]


def test_frame_of_plain_objects():
    """Without a document the dtypes go by the values."""
    table = dynclient.frame([{"a": 1, "b": True, "c": None, "d": 1.5, "e": {"x": 1}}, {"a": None}])
    assert [str(dtype) for dtype in table.dtypes] == ["Int64", "boolean", "string", "Float64", "string"]
    assert list(dynclient.frame([]).columns) == []
