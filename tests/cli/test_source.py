"""Which document a command is about."""

from __future__ import annotations

from command_line import run, runner

from dynclient.cli.main import main


def test_the_environment_names_the_document():
    """$DYNCLIENT_SPEC is the document where none is given."""
    assert "post_dag_run\t" in run("ops", DYNCLIENT_SPEC="2.10.5")[1]
    assert "post_dag_run\t" not in run("ops", "3.3.2", DYNCLIENT_SPEC="2.10.5")[1]
    assert run("show", "post_dag_run", DYNCLIENT_SPEC="2.10.5")[0] == 0


def test_a_shell_completes_operations():
    """What click offers to a shell: the names of operations that begin like this."""
    typing = {"_DYNCLIENT_COMPLETE": "bash_complete", "COMP_WORDS": "dynclient call get_dag_s", "COMP_CWORD": "2"}
    result = runner().invoke(main, [], prog_name="dynclient", env={**typing, "DYNCLIENT_SPEC": "3.3.2"})
    assert result.stdout.split() == ["plain,get_dag_source", "plain,get_dag_stats"]
