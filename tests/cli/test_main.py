"""The command line: what is typed, what is printed, and the exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import COMMAND, run

from dynclient import load
from dynclient.testing import fake_airflow

CASSETTES = Path(__file__).parents[1] / "cassettes"


@pytest.fixture(scope="module")
def url():
    with fake_airflow("3.3.2", auth=("admin", "pw"), judge=False) as server:
        yield server.url


def call(url, *words, typed=None, **environment):
    known = {"DYNCLIENT_URL": url, "DYNCLIENT_USERNAME": "admin", "DYNCLIENT_PASSWORD": "pw"}
    return run("call", *words, typed=typed, **{**known, **environment})


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """A document that says of the version that it is a number."""
    document = json.loads(json.dumps(load("3.3.2").document))
    document["components"]["schemas"]["VersionInfo"]["properties"]["version"] = {"type": "integer"}
    path = tmp_path_factory.mktemp("wrong") / "wrong.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_call_prints_json(url):
    """An answer is printed as JSON; arguments are read as their schema wants them, path arguments need no name."""
    code, out, _ = call(url, "get_dags", "limit=2", 'tags=["prod"]')
    assert code == 0
    assert len(json.loads(out)["dags"]) <= 2
    code, out, _ = call(url, "trigger_dag_run", "etl_daily", "logical_date=null", 'conf={"day": 3}')
    assert (code, json.loads(out)["conf"]) == (0, {"day": 3})


def test_call_all_prints_a_line_each(url):
    """--all walks the pages; as a table it is one."""
    _, out, _ = call(url, "get_dags", "limit=1", "--all")
    assert [json.loads(line)["dag_id"] for line in out.splitlines()] == ["etl_daily", "report_weekly", "tutorial"]
    _, out, _ = call(url, "get_dags", "limit=1", "--all", "--output", "table")
    assert [line.split("\t")[0] for line in out.splitlines()] == ["dag_id", "etl_daily", "report_weekly", "tutorial"]


def test_call_prints_text_and_streams_as_they_are(url):
    """NDJSON is a line for each object, text is text, no body is nothing."""
    _, out, _ = call(url, "trigger_dag_run", "tutorial", "logical_date=null")
    run_id = json.loads(out)["dag_run_id"]
    _, out, _ = call(url, "get_log", "tutorial", run_id, "extract", "1", "accept=application/x-ndjson")
    assert all(isinstance(json.loads(line), dict) for line in out.splitlines())
    assert out
    assert call(url, "delete_dag_run", "tutorial", run_id)[:2] == (0, "")


def test_call_takes_a_body_from_a_file_or_standard_input(url, tmp_path):
    """body=@file and body=@- are the whole body."""
    (tmp_path / "pool.json").write_text('{"name": "from file", "slots": 3}', "utf-8")
    assert json.loads(call(url, "post_pool", f"body=@{tmp_path / 'pool.json'}")[1])["name"] == "from file"
    assert json.loads(call(url, "post_pool", "body=@-", typed='{"name": "piped", "slots": 3}')[1])["name"] == "piped"


def test_call_curl_sends_nothing(url):
    """--curl prints the request with its secrets masked; where the document is given, nobody is asked for anything."""
    code, out, _ = call(url, "delete_dag", "dag_id=etl_daily", "--curl")
    assert code == 0
    assert out.startswith("curl -X DELETE")
    assert "Bearer ***" in out
    assert call(url, "get_dag", "dag_id=etl_daily")[0] == 0
    for release, kind in (("2.10.5", "Basic"), ("3.3.2", "Bearer")):
        code, out, _ = call("http://127.0.0.1:1", "get_dags", "limit=3", "--spec", release, "--curl")
        assert code == 0
        assert f"/dags?limit=3' -H 'Accept: application/json' -H 'Authorization: {kind} ***'" in out


def test_credentials(url):
    """Options go before the environment; a token goes before a user of the environment."""
    nobody = {"DYNCLIENT_USERNAME": None, "DYNCLIENT_PASSWORD": None}
    assert call(url, "get_pools", "--username", "admin", "--password", "pw", **nobody)[0] == 0
    assert call(url, "get_pools", "--username", "admin", DYNCLIENT_USERNAME="else")[0] == 0
    code, _, err = call(url, "get_pools", "--username", "admin", "--password", "wr0ng")
    assert code == 4
    assert "Invalid credentials; check user name and password" in err
    assert "wr0ng" not in err
    code, _, err = call(url, "get_pools", "--token", "n0ne")
    assert (code, "n0ne" in err) == (4, False)
    assert "the token is none that this server takes: give a new one, or --username" in err
    assert "it wants credentials: --username, or a token" in call(url, "get_pools", **nobody)[2]
    said = call(url, "get_pools", "--curl", "--spec", "2.10.5", DYNCLIENT_TOKEN="t")[1]
    assert "Bearer ***" in said


def test_a_password_is_asked_for_at_a_terminal_only(url):
    """Without a password a user gets a sentence when nobody can be asked."""
    code, _, err = call(url, "get_pools", "--username", "bob", DYNCLIENT_PASSWORD=None)
    assert code == 3
    assert err == "dynclient: the password of 'bob' is not known; set DYNCLIENT_PASSWORD, or use DYNCLIENT_TOKEN\n"
    code, _, err = call(url, "get_pools", "--password", "x", DYNCLIENT_USERNAME=None)
    assert (code, err) == (3, "dynclient: --password belongs to --username; give both, or --token\n")


def test_warnings_are_one_line(url, wrong):
    """What is warned about is a line on standard error, and the answer is printed all the same."""
    code, out, err = call(url, "get_version", "--responses", "warn", "--spec", wrong)
    assert (code, json.loads(out)["version"]) == (0, "3.3.2")
    assert err.startswith("dynclient: warning: get_version")
    assert "UserWarning" not in err
    assert call(url, "get_version", "--spec", wrong, "--responses", "strict")[0] == 5
    assert call(url, "get_version", "--spec", wrong, "--responses", "off")[2] == ""


REFUSED = [
    # (words of the command, what standard error says)
    (("call", "get_dagz"), "did you mean get_dag"),
    (("call", "nonsense"), "`dynclient ops` lists them"),
    (("call", "post_dag_run"), "here it is called trigger_dag_run"),
    (("call", "get_dags", "limit"), "'limit': arguments of get_dags are written name=value"),
    (("call", "get_dag", "a", "b"), "only dag_id may stand without a name"),
    (("call", "get_dags", "limit=many"), "limit: a string where an integer is wanted"),
    (("call", "get_dags", "limit=1", "limit=2"), "limit is given 2 times, and it is no list"),
    (("call", "get_dags", "limt=2"), "unknown: limt; did you mean limit?"),
    (("call", "trigger_dag_run", "a", 'conf={"a":'), "conf: this is no JSON past line 1"),
    (("call", "post_pool", "body=@nowhere.json"), "body: nowhere.json cannot be read (No such file or directory)"),
    (("call", "get_dag", "dag_id=nope"), "answered 404 NotFound"),
    (("call", "get_dag", "etl_daily", "--all"), "get_dag is no list"),
    (("call", "get_dags", "--url", "localhost"), "is no URL of a server"),
    (("call", "get_dags", "--url", "http://127.0.0.1:1"), "no connection"),
    (("ops", "9.9.9"), "9.9.9"),
    (("show", "nonsense"), "`dynclient ops` lists them"),
    (("specs", "lint", "nowhere.json"), "nowhere.json"),
    (("specs", "add", __file__), "Give its number with --release"),
    (("stubs", "nowhere.json"), "nowhere.json"),
    (("diff", "2.10.5", "2.99"), "2.99"),
    (("diff", "2.10.5", "3.3.2", "--used-by", "nowhere.yaml"), "nowhere.yaml"),
    (("check", "nowhere.yaml", "--spec", "9.9"), "9.9"),
    (("serve", "--spec", "9.9"), "9.9"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_errors_are_one_clean_message(url, words, said):
    """An error of ours is printed to standard error, exit 3 unless it was sent, no traceback, no password."""
    code, out, err = run(*words, DYNCLIENT_URL=url, DYNCLIENT_USERNAME="admin", DYNCLIENT_PASSWORD="pw")
    assert (code, out) == ({"answered 404 NotFound": 4, "no connection": 6}.get(said, 3), "")
    assert err.startswith("dynclient: ")
    assert said in err
    assert "Traceback" not in err


def test_what_the_system_refuses_is_one_message_too(tmp_path):
    """A file that cannot be written, a port that is taken."""
    (tmp_path / "file").write_text("", "utf-8")
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {}}}}
    (tmp_path / "9.0.0.json").write_text(json.dumps(document), "utf-8")
    code, _, err = run("specs", "add", tmp_path / "9.0.0.json", "--into", tmp_path / "file" / "below")
    assert (code, err) == (2, f"dynclient: {tmp_path / 'file' / 'below'}: Not a directory\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = run("serve", "--port", port)
    assert (code, out) == (3, "")
    assert err == (
        f"dynclient: port {port} of 127.0.0.1 cannot be listened on (Address already in use); 0 takes a free one\n"
    )


OPS = [
    # (words, names that are listed, names that are not)
    (("ops", "2.10.5", "--tag", "pool"), {"get_pool", "post_pool"}, {"get_dags"}),
    (("ops", "3.3.2", "TRIGGER"), {"trigger_dag_run"}, {"get_pool"}),
    (("ops", "slots are taken"), {"get_pool"}, {"get_dags"}),
    (("ops",), {"get_pool", "get_dags", "trigger_dag_run"}, {"post_dag_run"}),
]


def test_ops_lists_and_finds():
    """A word that is no release, path or URL is looked for in names, paths and descriptions; a tag in any case."""
    for words, there, not_there in OPS:
        names = {line.split("\t")[0] for line in run(*words)[1].splitlines()}
        assert there <= names, words
        assert not not_there & names, words
    code, out, err = run("ops", "3.3.2", "zzz")
    assert (code, out) == (1, "")
    assert err.startswith("dynclient: no operation of 3.3.2 is like that; the tags are Asset, ")


def test_demo():
    """The demo shows the main job and ends well."""
    code, out, _ = run("demo")
    assert code == 0
    assert "Refused before it is sent" in out
    assert "The server is gone" in out


def test_an_interrupted_command_ends_with_130():
    """Ctrl-C while a server does not answer: no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        words = [*COMMAND, "call", "get_version", "--url", url]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
            came, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            assert (process.wait(), process.stdout.read(), process.stderr.read()) == (130, "", "\n")
            came.close()


def test_a_reader_that_has_had_enough():
    """A closed pipe ends a command without a word."""
    words = [*COMMAND, "ops", "3.3.2"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        process.stdout.close()
        process.wait()
        assert process.stderr.read() == ""


def at_a_terminal(*words, answer=None, **environment):
    """(exit code, what a terminal of 120 columns shows) of a command; ``answer`` is typed when it asks."""
    ours, theirs = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("DYNCLIENT_")}
    variables |= {"COLUMNS": "120", "TERM": "xterm", **environment}
    variables.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [*COMMAND, *map(str, words)], stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    with process:
        while part := read(ours):
            shown += part
            if answer is not None and shown.endswith(b": "):
                os.write(ours, answer.encode() + b"\n")
                answer = None
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody writes there any more
        return b""


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_tables_have_heads_at_a_terminal(url):
    """People see heads, colours and what to do next; a pipe sees lines."""
    code, shown = at_a_terminal("ops", "3.3.2", "pool")
    assert code == 0
    lines = plain(shown).splitlines()
    assert re.match(r"operation +method +path +tags +what it does", lines[0])
    assert re.match(r"get_pool +GET +/api/v2/pools/\{pool_name\} +Pool +Show one pool", lines[1])
    assert lines[-1].endswith("operations of 3.3.2; `dynclient show NAME` explains one")
    login = {"DYNCLIENT_URL": url, "DYNCLIENT_USERNAME": "admin", "DYNCLIENT_PASSWORD": "pw"}
    _, shown = at_a_terminal("call", "get_dags", "limit=2", "--output", "table", **login)
    assert plain(shown).splitlines()[-1] == "2 of 3; --all walks them all"
    _, shown = at_a_terminal("call", "get_version", **login)
    assert json.loads(plain(shown))["version"] == "3.3.2"
    assert "\x1b[" in shown
    _, shown = at_a_terminal("diff", "2.10.5", "2.11.2")
    assert "  \x1b[33mwarning\x1b[0m   WeightRule" in shown
    _, shown = at_a_terminal("specs", "list")
    assert plain(shown).splitlines()[0] == "2.0.0  2.0.1  2.0.2"


def test_a_password_is_asked_for_and_not_shown(url):
    """A user without a password is asked for it, at a terminal; what is typed is not seen."""
    code, shown = at_a_terminal("call", "get_version", "--url", url, "--username", "admin", answer="pw")
    assert code == 0
    assert plain(shown).startswith("Password of admin: \n{")
    assert "pw" not in plain(shown)


def test_help_imports_nothing_heavy():
    """--help of any command costs no import of what the command would need."""
    code = (
        "import sys; from click.testing import CliRunner; from dynclient.cli.main import main; "
        "CliRunner().invoke(main, ['--help']); CliRunner().invoke(main, ['call', '--help']); "
        "print(sorted({'requests', 'jsonschema_rs', 'openapi_core', 'yaml', 'rich', 'werkzeug'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
