"""IPython with a client in it: completion by its own completer, ids that the server has."""

from __future__ import annotations

import time

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import dynclient
from dynclient.cli.shell import ServerIds
from dynclient.testing import fake_airflow

STATES = ["queued", "running", "success", "failed"]


def completions(shell, text):
    with provisionalcompleter():
        return [choice.text for choice in shell.Completer.completions(text, len(text))]


def test_the_extension_of_ipython():
    """%load_ext dynclient completes in a real IPython; ids of the server are offered once that is switched on."""
    shell = InteractiveShell()
    with fake_airflow("3.3.2", judge=False) as server:
        shell.push({"af": dynclient.connect(server.url)})
        shell.run_line_magic("load_ext", "dynclient")
        assert completions(shell, 'af.get_dags(last_dag_run_state="') == STATES
        assert completions(shell, 'af.get_dags(limit=1)\naf.get_dags(last_dag_run_state="f') == ["failed"]
        before = len(server.requests)
        assert "tutorial" not in completions(shell, 'af.get_dag("')
        assert len(server.requests) == before
        shell.run_line_magic("dynclient_ids", "on")
        until = time.monotonic() + 5
        while "tutorial" not in (ids := completions(shell, 'af.get_dag("')) and time.monotonic() < until:
            time.sleep(0.05)
        assert ids == ["etl_daily", "report_weekly", "tutorial"]
        completions(shell, 'af.delete_dag(dag_id="')
        assert len(server.requests) == before + 1  # one page, kept
        with pytest.raises(dynclient.ArgumentError, match="is on; write on or off"):
            shell.run_line_magic("dynclient_ids", "")
        shell.run_line_magic("unload_ext", "dynclient")
        assert completions(shell, 'af.get_dags(last_dag_run_state="') != STATES


def test_a_server_that_does_not_answer_is_not_waited_for():
    """A TAB for ids waits 30 ms at most, and says nothing of a server that is gone."""
    shell = InteractiveShell()
    client = dynclient.Client(dynclient.load("3.3.2"), server="http://127.0.0.1:1")
    shell.push({"af": client})
    shell.run_line_magic("load_ext", "dynclient")
    shell.run_line_magic("dynclient_ids", "on")
    assert "dag_id=" in completions(shell, "af.get_dag(")
    start = time.monotonic()
    assert list(ServerIds(on=True)(client.get_dag, "dag_id")) == []
    assert time.monotonic() - start < 1
