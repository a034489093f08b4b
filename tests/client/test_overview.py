"""What a client and its operations show at a prompt."""

from __future__ import annotations

import copy
import pickle

import pytest
from IPython.lib.pretty import pretty

import dynclient
from dynclient.testing import fake_airflow

CLIENT = dynclient.Client(dynclient.load("3.3.2"), server="http://localhost/api/v2", auth="hunter2")


def test_a_client_shows_itself(monkeypatch):
    """Server, release, document, user, operations by tag with counts, and how to find one; no secret."""
    monkeypatch.setenv("COLUMNS", "2000")
    with fake_airflow("3.3.2", auth=("admin", "pw"), judge=False) as server:
        shown = pretty(dynclient.connect(server.url, auth=("admin", "pw")))
    lines = shown.split("\n")
    assert lines[0].startswith(f"Airflow 3.3.2 at {server.url}, by the document of 3.3.2")
    assert "admin" in lines[1]
    assert "pw" not in lines[1].replace("***", "")
    assert "operations: " in lines[2]
    assert "Pool " in lines[2]
    assert '.find("trigger")' in lines[3]
    assert "credentials: none\n" in pretty(dynclient.Client(CLIENT.spec, server="http://localhost"))
    assert pretty([CLIENT]) == f"[{CLIENT!r}]"
    assert "hunter2" not in pretty(CLIENT)


@pytest.mark.parametrize("width", [80, 150])
def test_a_terminal_is_not_overrun(monkeypatch, width):
    """What a client, a search and a page show fits the terminal, and no word and no tag is broken in two."""
    monkeypatch.setenv("COLUMNS", str(width))
    spec = dynclient.load("3.3.2")
    with fake_airflow("3.3.2", judge=False) as server:
        client = dynclient.connect(server.url)
        shown = [pretty(client), pretty(client.find("pool")), pretty(client.get_dags())]
    assert all(len(line) <= width for text in shown for line in text.split("\n"))
    words = {word for line in shown[0].split("\n") for word in line.split(" · ")}
    assert {f"{tag} {len(names)}" for tag, names in spec.tags.items()} <= {
        word.strip().removesuffix(" ·").rpartition("operations: ")[2] for word in words
    }
    assert all(f"{name} " in shown[1] for name in client.find("pool"))


def test_find():
    """Names, paths and lines of help are searched for all of the words; the result is a table and the names."""
    found = CLIENT.find("TRIGGER run")
    assert "trigger_dag_run" in list(found)
    assert len(found) == len(list(found))
    line = next(line for line in repr(found).split("\n") if line.startswith("trigger_dag_run "))
    assert "POST /api/v2/dags/{dag_id}/dagRuns" in line
    assert "<td" in found._repr_html_()
    assert repr(CLIENT.find("zzz")) == "no operation"


def test_a_long_signature_is_one_argument_a_line():
    """A short one stays on its line."""
    assert repr(CLIENT.get_pool) == "get_pool(pool_name: str) -> PoolResponse"
    assert repr(CLIENT.get_dags).startswith("get_dags(\n    *,\n    limit: int = 50,\n")


def test_an_example_is_a_call_to_copy():
    """It is the dict of arguments, and shows itself as the call."""
    example = CLIENT.get_dag_run.example()
    assert repr(example) == f"get_dag_run(dag_id={example['dag_id']!r}, dag_run_id={example['dag_run_id']!r})"
    assert CLIENT.get_dag_run.request(**example).method == "GET"
    assert pickle.loads(pickle.dumps(example)) == copy.copy(example) == dict(example)


def test_frames_of_ours_are_hidden():
    """IPython and pytest are told to show the caller's line instead of this package's."""
    try:
        CLIENT.post_pool(name="p", slots="many")
    except dynclient.InvalidRequest as error:
        names = [frame.f_code.co_name for frame in _frames(error) if "__tracebackhide__" in frame.f_locals]
    assert {"__call__", "build"} <= {*names}


def _frames(error):
    step = error.__traceback__
    while step is not None:
        yield step.tb_frame
        step = step.tb_next
