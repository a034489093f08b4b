"""What the environment and netrc say of the server and its credentials."""

from __future__ import annotations

import pytest

import dynclient
from dynclient import errors
from dynclient.deployment.environment import environment
from dynclient.testing import fake_airflow


@pytest.fixture
def _bare(monkeypatch, tmp_path):
    for name in ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"DYNCLIENT_{name}", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.usefixtures("_bare")
def test_the_environment_says_where_and_who(monkeypatch):
    """A token goes before user and password; what is not set has its default."""
    assert environment() == ("http://localhost:8080", None, None)
    monkeypatch.setenv("DYNCLIENT_URL", "http://h/p")
    monkeypatch.setenv("DYNCLIENT_SPEC", "2.10.5")
    monkeypatch.setenv("DYNCLIENT_USERNAME", "u")
    with pytest.raises(errors.ArgumentError, match="belong together"):
        environment()
    monkeypatch.setenv("DYNCLIENT_PASSWORD", "p")
    assert environment() == ("http://h/p", ("u", "p"), "2.10.5")
    monkeypatch.setenv("DYNCLIENT_TOKEN", "t")
    assert environment("http://other") == ("http://other", "t", "2.10.5")


@pytest.mark.usefixtures("_bare")
def test_netrc_is_looked_into_where_nothing_is_given(monkeypatch, tmp_path):
    """Its user and password are used as a given pair is, for that host only."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login u password p\n", encoding="utf-8")
    with fake_airflow("3.3.2", auth=("u", "p"), judge=False) as fake:
        url, auth, _ = environment(fake.url)
        with dynclient.connect(url, auth=auth) as client:
            assert client.get_dags().total_entries == 3
    assert environment("http://elsewhere").auth is None
    assert environment("http://a:b@127.0.0.1").auth is None
    monkeypatch.setenv("DYNCLIENT_TOKEN", "t")
    assert environment("http://127.0.0.1").auth == "t"
