"""The pytest plugin, run by pytest on small projects of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import openapi_core
import pytest
import requests
import vcr
import yaml

import dynclient
from dynclient.deployment import airflow_client, connect
from dynclient.testing import airflow_rules, cassette_check as checking

pytest_plugins = ["pytester"]

#: pytester forgets the modules that a run within this process was the first to import; these must stay the same ones
KEPT = (openapi_core, requests, vcr, checking, connect, airflow_client, airflow_rules)

GOOD = {"dags": [], "total_entries": 0}


def entry(path, answer, *, method="GET"):
    """A recorded exchange of a 2.10.5 server."""
    return {
        "request": {"method": method, "uri": f"http://h/api/v1{path}", "headers": {}, "body": None},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"string": json.dumps(answer)},
        },
    }


@pytest.fixture
def project(pytester):
    """A folder with two cassettes, one that keeps to the document of 2.10.5 and one that does not."""
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider --strict-markers")
    for name, recorded in {
        "good": [entry("/dags", GOOD)],
        "bad": [entry("/dags", GOOD), entry("/pools?limt=3", {"pools": [{"slots": "many"}], "total_entries": 1})],
        "stranger": [entry("/x", {}) | {"request": {**entry("", {})["request"], "uri": "http://other/x"}}],
    }.items():
        (pytester.path / f"{name}.yaml").write_text(yaml.safe_dump({"interactions": recorded, "version": 1}))
    return pytester


REPLAY = """
import requests, vcr

def get(name, *paths):
    with vcr.use_cassette(f"{name}.yaml", record_mode="none"):
        for path in paths:
            requests.get(f"http://h/api/v1{path}", timeout=1)
"""


def run(project, text, *options):
    project.makepyfile(text)
    return project.runpytest_inprocess(*options)


# --- fixtures and the marker -------------------------------------------------------------------------------------


def test_a_test_for_each_release(project):
    """The marker runs a test once for each release, its fixtures made for that release and called by it."""
    result = run(
        project,
        """
        import pytest

        @pytest.mark.airflow("2.2.0", "2.10.5", "3.3.2")
        def test_dags(airflow_release, airflow_spec, fake_airflow, airflow_client):
            assert airflow_spec.release == fake_airflow.spec.release == airflow_release
            assert airflow_client.get_version()["version"] == airflow_release
            assert airflow_client.get_dags(limit=1).total_entries == 3

        @pytest.mark.airflow("3.0.0")
        class TestClass:
            def test_one(self, airflow_client):
                assert "get_assets" in airflow_client.operations

        @pytest.mark.airflow("3.3.2", "3.0.0")
        def test_without_fixtures():
            pass
        """,
        "-v",
    )
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["*test_dags[[]2.2.0] PASSED*", "*test_dags[[]3.3.2] PASSED*", "*test_one[[]3.0.0]*"])


def test_options_of_the_fake(project):
    """The marker's keywords go to the pretended server, and its credentials to the client."""
    result = run(
        project,
        """
        import pytest
        import requests

        @pytest.mark.airflow("2.10.5", "3.3.2", auth=("admin", "secret"), outcomes={"tutorial": "failed"})
        def test_login(airflow_client, fake_airflow):
            assert airflow_client.get_dag("tutorial").dag_id == "tutorial"
            base = fake_airflow.server + ("/api/v2" if airflow_client.spec.release[0] == "3" else "")
            assert requests.get(base + "/dags", timeout=5).status_code == 401

        @pytest.mark.airflow(auth=("a", "b"))
        def test_newest(airflow_client):
            airflow_client.get_dags()
        """,
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("how", ["option", "ini", "default"])
def test_the_release_where_none_is_named(project, how):
    """It is that of the option, then of the ini file, then the newest."""
    release = dynclient.releases()[-1] if how == "default" else "2.5.0"
    if how == "ini":
        project.makeini("[pytest]\ndynclient_spec = 2.5.0")
    options = ["--dynclient-spec=2.5.0"] if how == "option" else []
    result = run(project, f"def test_it(airflow_spec): assert airflow_spec.release == {release!r}", *options)
    result.assert_outcomes(passed=1)


def test_fakes_do_not_remember(project):
    """Each test has a pretended server of its own."""
    result = run(
        project,
        """
        import pytest

        @pytest.mark.airflow("3.3.2")
        @pytest.mark.parametrize("n", [1, 2])
        def test_it(airflow_client, n):
            airflow_client.post_pool(name="p", slots=1)
        """,
    )
    result.assert_outcomes(passed=2)


def test_a_wrong_release(project):
    """A release that is none says so, with what to do."""
    result = run(project, "def test_it(airflow_spec): pass", "--dynclient-spec=9.9.9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*9.9.9 is not bundled*"])
    result = run(project, "import pytest\n@pytest.mark.airflow(2.5)\ndef test_it(): pass")
    result.stdout.fnmatch_lines(["*takes releases as text*"])


def test_filters_that_keep_secrets_out(project):
    """``dynclient_vcr`` is what vcrpy takes; a recording made with it holds no credential."""
    result = run(
        project,
        """
        import pytest, vcr
        from pathlib import Path

        @pytest.mark.airflow("3.3.2", auth=("admin", "hunter2"))
        def test_it(airflow_client, dynclient_vcr):
            with vcr.VCR(**dynclient_vcr).use_cassette("new.yaml"):
                airflow_client.get_dags()
                airflow_client.post_connection(connection_id="c", conn_type="http", password="hunter2")
            text = Path("new.yaml").read_text()
            assert "/auth/token" in text and "hunter2" not in text and "Bearer ***" in text
        """,
    )
    result.assert_outcomes(passed=1)


# --- checking ----------------------------------------------------------------------------------------------------


def test_nothing_happens_unasked(project):
    """Without an option no cassette is looked at, nothing is said, and nothing heavy is imported."""
    result = run(project, REPLAY + "def test_it(): get('bad', '/dags', '/pools?limt=3')")
    result.assert_outcomes(passed=1)
    assert "operations exercised" not in result.stdout.str()
    probe = (
        "import sys, pytest; before = set(sys.modules); import dynclient.testing.pytest_plugin; "
        "print(sorted(set(sys.modules) - before))"
    )
    seen = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert seen.strip() == "['dynclient', 'dynclient.lazy', 'dynclient.testing', 'dynclient.testing.pytest_plugin']"


CHECKED = (
    REPLAY
    + """
def test_good(): get("good", "/dags")
def test_bad(): get("bad", "/dags")
def test_stranger():
    with vcr.use_cassette("stranger.yaml", record_mode="none"): requests.get("http://other/x", timeout=1)
def test_fails_itself():
    get("bad", "/dags")
    assert 1 == 2
"""
)


def test_check(project):
    """A test whose cassette breaks the document fails, whatever part of it was played, and says what is wrong."""
    result = run(project, CHECKED, "--dynclient-check=2.10.5", "-rN")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "recorded traffic breaks the document of 2.10.5:",
            "  bad.yaml #2 get_pools: query limt: not a parameter of this operation*",
            "  bad.yaml #2 get_pools: response pools*0*.slots: a string where an integer is wanted*",
            "*assert 1 == 2*",
            "*= dynclient =*",
            "2.10.5: 2 of 89 operations exercised; 3 exchanges, 2 violations",
            "  uncovered: * and 75 more (-v names them)",
        ]
    )


@pytest.mark.parametrize(
    ("ini", "options", "failed"),
    [
        ("dynclient_check = 2.10.5", [], 1),
        ("dynclient_check = true\ndynclient_spec = 2.10.5", [], 1),
        ("dynclient_check = false", [], 0),
        ("dynclient_spec = 2.10.5", ["--dynclient-check"], 1),
        ("dynclient_check = true\ndynclient_spec = 2.10.5", ["--dynclient-check=off"], 0),
        ("dynclient_check = true", [], 0),
    ],
)
def test_ways_to_ask(project, ini, options, failed):
    """Option and ini key mean the same; the option wins; ``true`` takes the release that is set, or the newest."""
    project.makeini(f"[pytest]\n{ini}\ndynclient_second_opinion = false")
    result = run(project, REPLAY + "def test_bad(): get('bad', '/dags')", *options)
    result.assert_outcomes(failed=failed, passed=1 - failed)


def test_the_word_after_the_option(project):
    """``--dynclient-check tests/`` would read a folder as a release; the message says how to write it."""
    result = run(project, "def test_it(): pass", "--dynclient-check", "somewhere/test_x.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*write --dynclient-check=RELEASE*"])


def test_cassettes_of_fixtures(project):
    """A cassette that fixtures open, as pytest-recording and pytest-vcr do, counts for each test that plays from it."""
    result = run(
        project,
        REPLAY
        + """
import pytest

@pytest.fixture(scope="module")
def tape():
    with vcr.use_cassette("bad.yaml", record_mode="none", allow_playback_repeats=True):
        yield

@pytest.fixture
def late():
    yield
    get("bad", "/dags")

def test_first(tape): requests.get("http://h/api/v1/dags", timeout=1)
def test_second(tape): requests.get("http://h/api/v1/dags", timeout=1)
def test_late(late): pass
""",
        "--dynclient-check=2.10.5",
    )
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(["2.10.5: 2 of 89 operations exercised; 2 exchanges, 2 violations"])


def test_what_is_recorded_now(project):
    """A cassette that is being recorded is held to the document as well."""
    result = run(
        project,
        """
        import pytest, vcr

        @pytest.mark.airflow("2.10.5")
        @pytest.mark.parametrize("breaks", ["", "dags/0/dag_id"])
        def test_it(airflow_client, fake_airflow, dynclient_vcr, breaks):
            if breaks:
                fake_airflow.misbehave("get_dags", breaks=breaks)
            with vcr.VCR(**dynclient_vcr).use_cassette(f"new{len(breaks)}.yaml"):
                airflow_client.get_dags.response()
        """,
        "--dynclient-check=2.10.5",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*new*.yaml #1 get_dags: response *dag_id*"])


def test_vcrpy_is_left_as_it_was(project):
    """After the run vcrpy's own method is back."""
    from vcr.cassette import Cassette

    before = Cassette._load
    run(project, REPLAY + "def test_good(): get('good', '/dags')", "--dynclient-check=2.10.5").assert_outcomes(passed=1)
    assert Cassette._load is before


def test_uncovered_operations_in_full(project):
    """With -v every uncovered operation is named."""
    result = run(project, REPLAY + "def test_good(): get('good', '/dags')", "--dynclient-check=2.10.5", "-v")
    (line,) = [line for line in result.stdout.lines if "  uncovered: " in line]
    assert "delete_pool" in line
    assert "get_dags," not in line
    assert line.count(",") == 87


def test_no_cassette_at_all(project):
    """A run that touched no cassette says so."""
    run(project, "def test_it(): pass", "--dynclient-check").stdout.fnmatch_lines(["no cassette was touched"])


# --- recorded operations -----------------------------------------------------------------------------------------


def test_recorded_operations(project):
    """The operations of cassettes and of pretended servers are written by release."""
    result = run(
        project,
        REPLAY
        + """
import pytest

def test_good(): get("good", "/dags")

@pytest.mark.airflow("3.3.2")
def test_fake(airflow_client): airflow_client.get_pools(); airflow_client.get_pools()
""",
        "--dynclient-spec=2.10.5",
        "--dynclient-record-operations=used.json",
    )
    result.assert_outcomes(passed=2)
    written = json.loads((project.path / "used.json").read_text())
    assert written == {"operations": {"2.10.5": {"get_dags": 1}, "3.3.2": {"get_pools": 2}}}
    assert "uncovered" not in result.stdout.str()


@pytest.mark.parametrize(("minimum", "code"), [("1", 0), ("2", 1), ("many", 4)])
@pytest.mark.parametrize("options", [[], ["-n2"]])
def test_a_minimum_of_operations(project, minimum, code, options):
    """A run that exercises fewer operations than wanted fails and says so, in one process or several."""
    project.makepyfile(REPLAY + "def test_good(): get('good', '/dags')")
    wanted = ["--dynclient-spec=2.10.5", f"--dynclient-min-operations={minimum}"]
    result = project.runpytest_subprocess("-q", *wanted, *options)
    assert result.ret == code
    if minimum == "2":
        result.stdout.fnmatch_lines(["dynclient: 1 operations of 2.10.5 exercised, 2 wanted"])


def test_several_processes(project):
    """With pytest-xdist the processes' knowledge comes together."""
    project.makepyfile(
        REPLAY + "def test_good(): get('good', '/dags')\ndef test_bad(): get('bad', '/dags')\ndef test_x(): test_good()"
    )
    options = ["-n2", "--dynclient-check=2.10.5", "--dynclient-record-operations=used.json"]
    result = project.runpytest_subprocess(*options)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["2.10.5: 2 of 89 operations exercised; 3 exchanges, 2 violations"])
    assert set(json.loads((project.path / "used.json").read_text())["operations"]["2.10.5"]) == {
        "get_dags",
        "get_pools",
    }
