"""``from dynclient import airflow``: names without a server, connected by the environment on first use."""

from __future__ import annotations

import importlib
import inspect
import json
import pydoc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from loopback import free_port

import dynclient
from dynclient import errors
from dynclient.documents import releases, sources
from dynclient.testing import fake_airflow


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Import the module as in a new process, with an environment of its own: ``fresh(DYNCLIENT_URL=…)``."""

    def made(**environment):
        for name in ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN"):
            monkeypatch.delenv(f"DYNCLIENT_{name}", raising=False)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, "dynclient.airflow", raising=False)
        monkeypatch.delattr(dynclient, "airflow", raising=False)
        return importlib.import_module("dynclient.airflow")

    return made


@pytest.fixture
def nowhere(fresh):
    """The module with a URL where nobody is."""
    return fresh(DYNCLIENT_URL=f"http://127.0.0.1:{free_port()}")


def test_names_signatures_and_help_need_no_server(nowhere):
    """They are those of the newest bundled release."""
    newest = dynclient.load(releases.releases()[-1])
    assert set(newest.operations.names) <= set(dir(nowhere))
    assert {"about", "update", "call", "operations"} <= set(dir(nowhere))
    assert not [name for name in dir(nowhere) if name.startswith("_")]
    assert next(iter(inspect.signature(nowhere.trigger_dag_run).parameters)) == "dag_id"
    assert inspect.getdoc(nowhere.get_dags).startswith("List")
    shown = pydoc.plain(pydoc.render_doc(nowhere.get_dag))
    assert "get_dag(dag_id: str" in shown
    assert "GET /api/v2/dags/{dag_id}" in shown
    assert "get_dags" in nowhere.operations
    assert nowhere.spec.release == newest.release
    assert nowhere.get_dags is nowhere.get_dags
    assert list(nowhere.tags["Pool"])
    assert nowhere.post_pool.example()["name"]


def test_an_unknown_name_is_an_attribute_error_with_near_names_and_asks_nobody(nowhere):
    """hasattr must not connect, nor must what tools look for."""
    assert not hasattr(nowhere, "get_dagz")
    assert not hasattr(nowhere, "__wrapped__")
    with pytest.raises(errors.UnknownOperation, match=r"trigger_dag_run; no server has been asked.*DYNCLIENT_SPEC"):
        _ = nowhere.post_dag_run
    with pytest.raises(ImportError):
        exec("from dynclient.airflow import nothing_like_it")


def test_the_first_call_connects_and_says_when_nobody_is_there(nowhere):
    """Nothing is kept of a failed attempt: the next call tries again."""
    for _ in range(2):
        with pytest.raises(errors.Unreachable, match="is its address right"):
            nowhere.get_version()


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_the_first_call_connects_by_the_environment(fresh, release):
    """From then on the document is that of the server."""
    with fake_airflow(release, auth=("u", "p"), judge=False) as fake:
        module = fresh(DYNCLIENT_URL=fake.url, DYNCLIENT_USERNAME="u", DYNCLIENT_PASSWORD="p")
        early = module.get_pools
        assert fake.requests == []
        assert early(limit=1).total_entries == 1
        assert [pool.name for pool in early.iter()] == ["default_pool"]
        assert next(early.pages()).total_entries == 1
        assert early.response().status == 200
        assert early.request().url.startswith(fake.url)
        assert module.spec.release == module.about().release == release
        pool = module.get_pool("default_pool")
        pool.slots = 5
        assert module.update(pool).slots == 5
        old = hasattr(module, "post_dag_run")
        assert old == (release < "3")
        assert hasattr(module, "trigger_dag_run") != old


def test_a_token_of_the_environment_is_sent(fresh):
    """It is all that managed services need."""
    with fake_airflow("3.3.2", judge=False) as fake:
        module = fresh(DYNCLIENT_URL=fake.url, DYNCLIENT_TOKEN="abc")
        assert module.get_dags().total_entries == 3
        assert fake.requests[-1].request.headers["Authorization"] == "Bearer abc"


def test_a_document_of_the_environment_is_parsed_on_import_and_stays(fresh, tmp_path):
    """A release or a path; the server is not asked for its release then."""
    module = fresh(DYNCLIENT_SPEC="2.10.5")
    assert module.spec.release == "2.10.5"
    assert callable(module.post_dag_run)
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(sources.read("3.0.0")[0]), encoding="utf-8")
    with fake_airflow("3.0.0", judge=False) as fake:
        module = fresh(DYNCLIENT_SPEC=str(path), DYNCLIENT_URL=fake.url)
        assert module.get_pools().total_entries == 1
        assert [r.operation for r in fake.requests] == ["get_pools"]
    with pytest.raises(errors.SpecError, match="not bundled"):
        fresh(DYNCLIENT_SPEC="1.10.15")


def test_many_threads_connect_once(fresh):
    """The first call of many is one connection for all."""
    with fake_airflow("3.3.2", auth=("u", "p"), judge=False) as fake:
        module = fresh(DYNCLIENT_URL=fake.url, DYNCLIENT_USERNAME="u", DYNCLIENT_PASSWORD="p")
        with ThreadPoolExecutor(16) as pool:
            assert {page.total_entries for page in pool.map(lambda _: module.get_pools(), range(16))} == {1}
        asked = [r.request.url for r in fake.requests]
        assert sum(url.endswith("/version") for url in asked) == 1
        assert sum(url.endswith("/auth/token") for url in asked) == 1


def test_importing_the_package_does_not_import_the_module():
    """Who does not ask for it does not pay for parsing a document."""
    code = "import sys, dynclient; print('dynclient.airflow' in sys.modules, 'dynclient.deployment' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_what_it_costs_to_import_leaves_the_heavy_libraries_out(tmp_path):
    """Until something is sent neither requests nor a validation engine is needed."""
    code = (
        "import sys; from dynclient import airflow; airflow.get_dags; "
        "print([m for m in ('requests', 'jsonschema_rs', 'yaml', 'openapi_core', 'rich') if m in sys.modules])"
    )
    environment = {"PATH": "", "NETRC": str(tmp_path / "netrc"), "PYTHONPATH": ":".join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, env=environment
    )
    assert ran.stdout.strip() == "[]"
