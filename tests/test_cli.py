"""The command line: what is typed, what is printed, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dynclient.cli import main
from dynclient.fake_airflow import fake

CASSETTES = Path(__file__).parent / "cassettes"


def run(*words, **environment):
    """(exit code, standard output, standard error) of a command."""
    result = CliRunner().invoke(main, list(map(str, words)), env={"DYNCLIENT_TOKEN": None, **environment})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def url():
    with fake("3.3.2", auth=("admin", "pw"), judge=False) as server:
        yield server.url


def call(url, *words):
    return run("call", *words, DYNCLIENT_URL=url, DYNCLIENT_USERNAME="admin", DYNCLIENT_PASSWORD="pw")


def test_call_prints_json(url):
    """An answer is printed as JSON; arguments are read as their schema wants them."""
    code, out, _ = call(url, "get_dags", "limit=2", 'tags=["prod"]')
    assert code == 0
    assert len(json.loads(out)["dags"]) <= 2
    code, out, _ = call(url, "trigger_dag_run", "dag_id=etl_daily", "logical_date=null", 'conf={"day": 3}')
    assert (code, json.loads(out)["conf"]) == (0, {"day": 3})


def test_call_all_prints_a_line_each(url):
    """--all walks the pages."""
    _, out, _ = call(url, "get_dags", "limit=1", "--all")
    assert [json.loads(line)["dag_id"] for line in out.splitlines()] == ["etl_daily", "report_weekly", "tutorial"]


def test_call_table_and_curl(url):
    """--output table has a line per item; --curl prints the request with its secrets masked, and sends nothing."""
    _, out, _ = call(url, "get_dags", "--output", "table")
    assert out.splitlines()[0].split("\t")[0] == "etl_daily"
    code, out, _ = call(url, "delete_dag", "dag_id=etl_daily", "--curl")
    assert code == 0
    assert out.startswith("curl -X DELETE")
    assert "Bearer ***" in out
    assert call(url, "get_dag", "dag_id=etl_daily")[0] == 0


REFUSED = [
    # (words of the command, what standard error says)
    (("call", "get_dagz"), "did you mean get_dag"),
    (("call", "get_dags", "limit"), "arguments are written name=value"),
    (("call", "get_dags", "limit=many"), "limit: a string where an integer is wanted"),
    (("call", "get_dag", "dag_id=nope"), "answered 404 NotFound"),
    (("ops", "9.9.9"), "9.9.9"),
    (("specs", "lint", "nowhere.json"), "nowhere.json"),
    (("diff", "2.10.5", "2.99"), "2.99"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_errors_are_one_clean_message(url, words, said):
    """An error of ours is printed to standard error, exit 2, no traceback, no password."""
    code, out, err = run(*words, DYNCLIENT_URL=url, DYNCLIENT_USERNAME="admin", DYNCLIENT_PASSWORD="pw")
    assert (code, out) == (2, "")
    assert err.startswith("dynclient: ")
    assert said in err
    assert "Traceback" not in err


def test_looking():
    """ops lists, show explains, specs list names the releases."""
    _, out, _ = run("ops", "2.10.5", "--tag", "Pool")
    assert {line.split("\t")[0] for line in out.splitlines()} >= {"get_pool", "post_pool"}
    _, out, _ = run("ops", "3.3.2", "--search", "TRIGGER")
    assert out.startswith("trigger_dag_run\tPOST\t")
    _, out, _ = run("show", "get_pool", "--spec", "2.2.0")
    assert out.startswith("get_pool(pool_name: str) -> Pool\n")
    _, out, _ = run("specs", "list")
    assert (out.split()[0], out.split()[-1], len(out.split())) == ("2.0.0", "3.3.2", 73)


def test_specs_add_and_lint(tmp_path):
    """A document is added with one command, and its faults are listed with pointers, exit 1."""
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {}}}}
    source = tmp_path / "new.json"
    source.write_text(json.dumps(document), "utf-8")
    code, out, _ = run("specs", "add", source, "--release", "9.0.0", "--into", tmp_path / "bundle")
    assert code == 0
    assert out.startswith("9.0.0: contract ")
    assert (tmp_path / "bundle" / "9.0.0.json").exists()
    broken = {**document, "paths": {"/a": {"get": {"responses": {"200": {}}}}}}
    source.write_text(json.dumps(broken), "utf-8")
    code, out, err = run("specs", "lint", source)
    assert code == 1
    assert "#/paths/~1a/get/responses/200" in out
    assert err.strip().endswith("faults")


def test_check():
    """Recorded traffic is held to its release; against another one, what would break is listed, exit 1."""
    pools = CASSETTES / "2.10.5" / "pools.yaml"
    code, out, _ = run("check", pools, "--spec", "2.10.5")
    assert (code, "exchanges held against 2.10.5" in out) == (0, True)
    code, out, _ = run("check", pools, "--spec", "2.10.5", "--against", "3.3.2", "--format", "json")
    assert (code, json.loads(out)["against"]) == (1, "3.3.2")
    _, out, _ = run("check", pools, "--spec", "2.10.5", "--format", "junit")
    assert out.startswith("<?xml")


def test_diff():
    """What changed is listed; --used-by keeps what is used, --fail-on decides the exit code."""
    code, out, _ = run("diff", "2.10.5", "2.11.2")
    assert (code, out.splitlines()[-1]) == (0, "0 breaking, 2 warning, 0 safe")
    assert run("diff", "2.10.5", "2.11.2", "--fail-on", "breaking")[0] == 0
    assert run("diff", "2.10.5", "2.11.2", "--fail-on", "warning")[0] == 1
    whole = json.loads(run("diff", "2.10.5", "3.3.2", "--format", "json")[1])
    used = json.loads(
        run("diff", "2.10.5", "3.3.2", "--format", "json", "--used-by", CASSETTES / "2.10.5" / "pools.yaml")[1]
    )
    assert 0 < len(used["changes"]) < len(whole["changes"])
    assert run("diff", "2.10.5", "3.3.2", "--format", "markdown")[1].startswith("**")


def test_demo():
    """The demo shows the main job and ends well."""
    code, out, _ = run("demo")
    assert code == 0
    assert "Refused before it is sent" in out
    assert "The server is gone" in out


def test_serve_ends_with_the_process():
    """serve prints its URL and answers there until it is ended."""
    words = [sys.executable, "-m", "dynclient.cli", "serve", "--spec", "2.10.5", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        url = process.stdout.readline().strip()
        code, out, _ = run("call", "get_version", DYNCLIENT_URL=url, DYNCLIENT_USERNAME=None, DYNCLIENT_PASSWORD=None)
        process.terminate()
    assert (code, json.loads(out)["version"]) == (0, "2.10.5")


def test_help_imports_nothing_heavy():
    """--help of any command costs no import of what the command would need."""
    code = (
        "import sys; from click.testing import CliRunner; from dynclient.cli import main; "
        "CliRunner().invoke(main, ['--help']); CliRunner().invoke(main, ['call', '--help']); "
        "print(sorted({'requests', 'jsonschema_rs', 'openapi_core', 'yaml', 'rich', 'werkzeug'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
