"""Commands that talk to a server: forms of output, files as values, the jobs of every day, exit codes."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml
from command_line import runner

from dynclient.cli.main import main
from dynclient.testing import fake_airflow

NAMES = ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN", "PROFILE", "PROFILES", "KEYRING")


@pytest.fixture(scope="module", params=["2.10.5", "3.3.2"])
def server(request):
    with fake_airflow(request.param, auth=("admin", "pw"), judge=False, outcomes={"report_weekly": "failed"}) as fake:
        yield fake


def run(server, *words, typed=None, **environment):
    """(exit code, standard output, standard error) of a command."""
    known = {**{f"DYNCLIENT_{name}": None for name in NAMES}, "DYNCLIENT_URL": server.url}
    known |= {"DYNCLIENT_USERNAME": "admin", "DYNCLIENT_PASSWORD": "pw", **environment}
    result = runner().invoke(main, list(map(str, words)), input=typed, env=known)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


IDS = ["etl_daily", "report_weekly", "tutorial"]


def test_forms_of_output(server):
    """json, jsonl, yaml, csv and table say the same; what is nested in csv is JSON text."""
    words = ("call", "get_dags", "-o")
    assert [dag["dag_id"] for dag in json.loads(run(server, *words, "json")[1])["dags"]] == IDS
    assert [json.loads(line)["dag_id"] for line in run(server, *words, "jsonl")[1].splitlines()] == IDS
    assert [dag["dag_id"] for dag in yaml.safe_load(run(server, *words, "yaml")[1])["dags"]] == IDS
    rows = list(csv.DictReader(io.StringIO(run(server, *words, "csv")[1])))
    assert [row["dag_id"] for row in rows] == IDS
    assert json.loads(rows[0]["owners"]) == ["data"]
    assert rows[0]["is_paused"] == "false"
    lines = run(server, *words, "table")[1].splitlines()
    assert lines[0].split("\t")[:2] == ["dag_id", "is_paused"]
    assert [line.split("\t")[0] for line in lines[1:]] == IDS


def test_columns_and_filter(server):
    """--columns chooses fields, --filter is JMESPath; with --all over each item."""
    words = ("call", "get_dags", "limit=1", "--all")
    assert run(server, *words, "-o", "csv", "--columns", "dag_id,is_paused")[1].splitlines()[1] == "etl_daily,false"
    assert run(server, *words, "-o", "table", "--columns", "dag_id")[1].splitlines() == ["dag_id", *IDS]
    assert run(server, *words, "--filter", "dag_id")[1].splitlines() == IDS
    assert json.loads(run(server, "call", "get_dags", "--filter", "dags[0].dag_id")[1]) == IDS[0]
    code, _, err = run(server, "call", "get_dags", "--filter", "[[")
    assert (code, err.startswith("dynclient: --filter: ")) == (3, True)


def test_values_from_files(server, tmp_path):
    """name=@file and @- hold JSON, or YAML by their name; for a text they are the text; @@ is an @."""
    (tmp_path / "conf.json").write_text('{"day": 3}', "utf-8")
    (tmp_path / "pool.yaml").write_text("name: yaml\nslots: 3\n", "utf-8")
    (tmp_path / "text").write_text("@words\n", "utf-8")
    code, out, err = run(server, "run", "etl_daily", "--no-wait", "--conf", f"@{tmp_path / 'conf.json'}")
    assert (code, json.loads(out)["conf"]) == (0, {"day": 3}), err
    assert (
        json.loads(
            run(
                server,
                "call",
                "post_pool",
                f"body=@{tmp_path / 'pool.yaml'}",
            )[1]
        )["name"]
        == "yaml"
    )
    words = ("call", "post_pool", "slots=3", "--curl")
    assert '"description":"@words"' in run(server, *words, "name=a", f"description=@{tmp_path / 'text'}")[1]
    assert '"description":"piped"' in run(server, *words, "name=a", "description=@-", typed="piped\n")[1]
    assert '"name":"@a"' in run(server, *words, "name=@@a")[1]


def test_header_and_timeout(server):
    """--header and --timeout go for this call."""
    assert "-H 'X-Trace: 7'" in run(server, "call", "get_dags", "--curl", "--header", "X-Trace: 7")[1]
    assert run(server, "call", "get_dags", "--timeout", "10s")[0] == 0
    assert run(server, "call", "get_dags", "--timeout", "soon")[0] == 2
    assert run(server, "call", "get_dags", "--header", "soon")[0] == 3


def test_run(server):
    """The exit code of run is the outcome; the failed tasks and the end of their logs are on standard error."""
    code, first, _ = run(server, "run", "etl_daily", "--run-id", "mine", "--timeout", "1m")
    assert (code, json.loads(first)["state"], json.loads(first)["dag_run_id"]) == (0, "success", "mine")
    code, out, err = run(server, "run", "report_weekly", "--timeout", "1m")
    assert (code, out) == (1, "")
    assert "of DAG 'report_weekly' ended as failed" in err
    code, again, _ = run(server, "run", "etl_daily", "--run-id", "mine")
    assert (code, json.loads(again)) == (0, json.loads(first))  # it is there, and was not triggered again
    assert run(server, "run", "nope")[0] == 4


def test_watch(server):
    """--watch prints a line for each state that a task comes to, and ends as the run does."""
    code, out, err = run(server, "run", "tutorial", "--watch", "--timeout", "1m")
    lines = [line.split() for line in out.splitlines()]
    assert code == 0, err
    assert [state for _, task, state in lines if task == "extract"][-1] == "success"
    code, out, err = run(server, "run", "report_weekly", "--watch", "--timeout", "1m")
    assert (code, "failed" in out, "the end of the log of" in err) == (1, True, True)


def test_a_paused_dag(server):
    """A run of a paused DAG is refused to be waited for, unless --unpause."""
    server_pause = ("call", "patch_dag", "etl_daily", "is_paused=true")
    assert run(server, *server_pause)[0] == 0
    code, _, err = run(server, "run", "etl_daily")
    assert (code, "the DAG is paused" in err) == (1, True)
    assert run(server, "run", "etl_daily", "--unpause", "--timeout", "1m")[0] == 0


def test_log(server):
    """A log is printed line by line."""
    run(server, "run", "tutorial", "--run-id", "logged")
    code, out, err = run(server, "log", "tutorial", "logged", "extract")
    assert (code, bool(out.strip())) == (0, True), err
    assert run(server, "log", "tutorial", "logged", "nope")[0] == 4


def test_apply(server, tmp_path):
    """What is absent is made, what differs is changed, what is equal is left alone; --dry-run only says so."""
    state = tmp_path / "state.yaml"
    state.write_text("pools:\n  - {name: applied, slots: 5}\nvariables:\n  - {key: k, value: v}\n", "utf-8")
    assert run(server, "apply", state, "--dry-run")[1].splitlines() == [
        "pools applied: would be created",
        "variables k: would be created",
    ]
    assert run(server, "apply", state)[1].splitlines() == ["pools applied: created", "variables k: created"]
    assert run(server, "apply", state)[1].splitlines() == ["pools applied: unchanged", "variables k: unchanged"]
    state.write_text("pools:\n  - {name: applied, slots: 6}\nvariables:\n  - {key: k, value: w}\n", "utf-8")
    assert run(server, "apply", state)[1].splitlines() == ["pools applied: changed slots", "variables k: changed value"]
    assert json.loads(run(server, "call", "get_pool", "applied")[1])["slots"] == 6
    state.write_text("pols:\n  - {name: applied}\n", "utf-8")
    code, _, err = run(server, "apply", state)
    assert (code, "did you mean pools" in err) == (3, True)
    state.write_text("- 1\n", "utf-8")
    assert run(server, "apply", state)[0] == 3


def test_login(server):
    """login prints a token that the next command goes in with; Airflow 2 has none."""
    code, out, err = run(server, "login")
    if server.spec.release == "2.10.5":
        assert (code, "has no token" in err) == (3, True)
        return
    nobody = {"DYNCLIENT_USERNAME": None, "DYNCLIENT_PASSWORD": None}
    assert run(server, "call", "get_pools", **nobody)[0] == 4
    assert run(server, "call", "get_pools", **nobody, DYNCLIENT_TOKEN=out.strip())[0] == 0


def test_profiles(server, tmp_path):
    """A profile names server, user and document; a secret in it is refused, near it is said where it belongs."""
    file = tmp_path / "profiles.toml"
    file.write_text(f'[test]\nurl = "{server.url}"\nusername = "admin"\n[bad]\npassword = "x"\n', "utf-8")
    profiles = {"DYNCLIENT_PROFILES": str(file), "DYNCLIENT_URL": None, "DYNCLIENT_USERNAME": None}
    assert run(server, "call", "get_pools", **profiles, DYNCLIENT_PROFILE="test")[0] == 0
    code, _, err = run(server, "call", "get_pools", **profiles, DYNCLIENT_PROFILE="bad")
    assert (code, "not password; a token is stored by `dynclient login --store`" in err) == (3, True)
    code, _, err = run(server, "call", "get_pools", **profiles, DYNCLIENT_PROFILE="nope")
    assert (code, "has no profile 'nope'; it has test, bad" in err) == (3, True)


CODES = [
    # (words, exit code)
    (("call", "get_version"), 0),
    (("call",), 2),
    (("call", "get_dagz"), 3),
    (("call", "get_dags", "limit=many"), 3),
    (("call", "get_dag", "nope"), 4),
    (("call", "get_version", "--url", "http://127.0.0.1:1"), 6),
    (("failures", "--since", "never"), 2),
]


@pytest.mark.parametrize(("words", "code"), CODES, ids=[" ".join(row[0]) for row in CODES])
def test_exit_codes(server, words, code):
    """2 usage, 3 refused before anything was sent, 4 the server said no, 6 the network."""
    assert run(server, *words)[0] == code


def test_a_broken_answer_ends_with_five(server):
    """5: the answer broke the document."""
    server.misbehave("get_pools", breaks="total_entries", times=1)
    assert run(server, "call", "get_pools", "--responses", "strict")[0] == 5


def test_debug_shows_the_traceback(server):
    """With --debug the exception itself comes out."""
    result = runner().invoke(main, ["--debug", "call", "get_dagz", "--url", server.url])
    assert type(result.exception).__name__ in {"UnknownOperation", "Unauthenticated"}


def test_a_bulk_answer_with_failures_ends_as_a_refusal():
    """The answer is printed, what was refused inside is on standard error, and the exit code is 4."""
    create = {"action": "create", "entities": [{"key": "k", "value": "1"}], "action_on_existence": "fail"}
    words = ("call", "bulk_variables", f"actions={json.dumps([create])}")
    with fake_airflow("3.3.2", auth=("admin", "pw")) as fake:
        assert run(fake, *words)[0] == 0
        code, out, err = run(fake, *words)
    assert code == 4
    assert len(json.loads(out)["create"]["errors"]) == 1
    assert err.startswith("dynclient: bulk_variables was answered; refused inside: 1\n  409: ")
