"""ops and show: which document they look at, what they find, near names."""

from __future__ import annotations

import pytest
from command_line import runner

from dynclient.cli.main import main
from dynclient.testing import fake_airflow


def run(*words):
    """(exit code, standard output, standard error) of a command."""
    variables = {f"DYNCLIENT_{name}": None for name in ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN")}
    result = runner().invoke(main, list(map(str, words)), env=variables)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


WHERE = [("2.10.5",), ("2.10",), ("--spec", "2.10.5")]


@pytest.mark.parametrize("where", WHERE, ids=" ".join)
def test_ops_and_show_take_a_document_the_same_way(where):
    """A release stands first, or after --spec; a minor release means one of its releases."""
    assert "\nget_dag_runs\t" in run("ops", *where, "dagRuns")[1]
    assert run("show", *where, "post_dag_run")[1].startswith("post_dag_run(")
    assert run("show", *where, "DAGRun")[1].startswith("DAGRun: ")


def test_ops_and_show_take_a_server():
    """--url goes by the document of a server."""
    with fake_airflow("2.10.5") as server:
        assert "post_dag_run" in run("ops", "--url", server.url, "trigger")[1]
        assert run("show", "--url", server.url, "post_dag_run")[1].startswith("post_dag_run(")


def test_an_operation_is_found_by_its_name_in_another_release():
    """A text is looked for in the names of other releases too."""
    assert run("ops", "2.10.5", "trigger_dag_run")[1].startswith("post_dag_run")
    assert run("ops", "3.3.2", "post_dag_run")[1].startswith("trigger_dag_run")


REFUSED = [
    # (words, exit code, what the message says)
    (("ops", "get_poolz"), 1, "did you mean get_pool"),
    (("ops", "--tag", "Poool"), 1, "did you mean Pool?"),
    (("ops", "zzzzz"), 1, "the tags are "),
    (("ops", "nope.json"), 3, "nope.json"),
    (("ops", "9.9"), 3, "release 9.9 is not bundled; the nearest before it is "),
    (("show", "get_dagz"), 3, "did you mean get_dag"),
    (("show", "2.10.5", "DAGRunn"), 3, "did you mean DAGRun"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_what_is_not_there_has_near_names(words, code, message):
    """An unknown name, tag, release or file is said as such, with what comes near."""
    result = run(*words)
    assert (result[0], result[1]) == (code, "")
    assert message in result[2]
