"""Which server a command talks to and as whom; what it shows and keeps of what is sent."""

from __future__ import annotations

import json

import pytest
from command_line import runner

from dynclient.cli.main import main
from dynclient.testing import fake_airflow

keyring = pytest.importorskip("keyring")

NAMES = ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN", "PROFILE", "PROFILES", "KEYRING")


@pytest.fixture(scope="module")
def server():
    with fake_airflow("3.3.2", auth=("admin", "key-of-the-house"), judge=False) as fake:
        yield fake


def run(server, *words, **environment):
    """(exit code, standard output, standard error) of a command."""
    variables = {**{f"DYNCLIENT_{name}": None for name in NAMES}, "DYNCLIENT_URL": server.url}
    variables |= {"DYNCLIENT_USERNAME": "admin", "DYNCLIENT_PASSWORD": "key-of-the-house", **environment}
    result = runner().invoke(main, list(map(str, words)), env=variables)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(("words", "status"), [(("call", "get_pools"), 200), (("call", "get_dag", "nope"), 404)])
def test_verbose_shows_each_request_and_its_outcome(server, words, status):
    """-v: the request as curl without its secrets, then status, size and time, on standard error; on an error too."""
    _, out, err = run(server, *words, "-v")
    sent = [line for line in err.splitlines() if line[:1] in "<>"]
    assert sent[-2].startswith(f"> curl {server.url}/api/v2/")
    assert sent[-1].startswith(f"< {status}, ")
    assert sent[-1].endswith(" ms")
    assert "key-of-the-house" not in out + err


def test_verbose_tells_of_a_server_that_is_not_there(server):
    """Where no answer came, the kind of failure stands in its place."""
    code, _, err = run(server, "call", "get_pools", "-v", DYNCLIENT_URL="http://127.0.0.1:1")
    assert code == 6
    assert "< Unreachable, " in err


def test_the_address_that_was_not_found_is_shown(server):
    """A shell may have changed what was typed: dag_id=~ becomes a folder; the URL shows it."""
    code, _, err = run(server, "call", "get_dag_runs", "dag_id=/root")
    assert code == 4
    assert f"sent: GET {server.url}/api/v2/dags/%2Froot/dagRuns" in err


def test_a_command_is_recorded(server, tmp_path):
    """--record keeps what was sent and answered, without secrets, so that check holds it to the document."""
    pytest.importorskip("vcr")
    path = tmp_path / "call.yaml"
    assert run(server, "call", "get_pools", "--record", path)[0] == 0
    assert "/api/v2/pools" in path.read_text("utf-8")
    assert "key-of-the-house" not in path.read_text("utf-8")
    code, out, _ = run(server, "check", path, "--spec", "3.3.2")
    assert (code, "Note: " in out) == (0, False)


class Drawer(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.passwords = {}

    def get_password(self, service, username):
        return self.passwords.get((service, username))

    def set_password(self, service, username, password):
        self.passwords[service, username] = password


@pytest.fixture
def use_keyring():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_stored_token_is_used(server, use_keyring):
    """login --store prints no token and keeps it by URL; DYNCLIENT_KEYRING=1 uses it, without a user."""
    drawer = Drawer()
    use_keyring(drawer)
    code, out, err = run(server, "login", "--store")
    assert (code, out) == (0, "")
    assert "DYNCLIENT_KEYRING=1" in err
    assert list(drawer.passwords) == [("dynclient", server.url)]
    nobody = {"DYNCLIENT_USERNAME": None, "DYNCLIENT_PASSWORD": None}
    code, out, _ = run(server, "call", "get_pools", **nobody, DYNCLIENT_KEYRING="1")
    assert (code, json.loads(out)["total_entries"] > 0) == (0, True)
    assert run(server, "call", "get_pools", **nobody)[0] == 4


def test_a_machine_without_keyring_is_told(server, use_keyring):
    """Where no keyring works the command says so, and how to find out more."""
    use_keyring(keyring.backends.fail.Keyring())
    code, _, err = run(server, "login", "--store")
    assert (code, "`keyring diagnose` tells more" in err) == (3, True)
