"""The base of the package is what a call needs; what needs more says which extra has it.

The programs run in an interpreter without the extras: this one with the import of everything beyond the base refused,
or the one that ``$DYNCLIENT_BASE`` names, where nothing but the package and pytest was installed (``tox -e base``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dynclient.testing import fake_airflow

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BASE = os.environ.get("DYNCLIENT_BASE")
PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]


def distributions(lines, into):
    """Collect the names of what these requirements need where no extra is asked for, themselves among them."""
    for line in lines:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        if name not in into and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            into.add(name)
            distributions(metadata.requires(name) or (), into)
    return into


def blocked():
    """The importable names of all that is installed and that neither a call nor pytest needs."""
    base = distributions([*PROJECT["dependencies"], "pytest"], {"dynclient"})
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for one in metadata.distributions():
        # not packages_distributions(): Python 3.10's knows only those that list their names
        tops = {file.parts[0].removesuffix(".py") for file in one.files or () if file.suffix == ".py"}
        names[canonicalize_name(one.metadata["Name"]) in base] |= tops
    return names[False] - names[True]


BLOCK = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
"""


@pytest.fixture(scope="module")
def run():
    """Run a program without the extras, with ``dynclient`` and ``sys`` imported."""
    start = "import sys, dynclient\n"
    if BASE is None:
        start = BLOCK.format(names=blocked()) + start
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(code, *arguments):
        words = [BASE or sys.executable, "-c", start + code, *arguments]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=environment)

    return run


AWAITED = """
import asyncio, dynclient.aio
client = dynclient.aio.Client(dynclient.load('3.3.2'), server='http://127.0.0.1:1')
asyncio.run(client.get_version())
"""

USES = [
    # what is done, the extra that the last sentence names
    (AWAITED, "aio"),
    ("dynclient.Kerberos()", "kerberos"),
    ("dynclient.connect('mwaa://env')", "mwaa"),
    ("dynclient.frame([{'a': 1}])", "pandas"),
    ("with dynclient.recording('x.yaml'): pass", "recording"),
    ("from dynclient.testing import fake_airflow; fake_airflow('3.3.2').start()", "testing"),
    ("from dynclient.documents.lint import lint; lint('3.3.2')", "contract"),
    ("list(dynclient.Client(dynclient.load('3.3.2')).get_dags.iter(progress=True))", "cli"),
    ("import dynclient.cli; dynclient.cli.start()", "cli"),
    ("from dynclient.cli import shell; shell.start(None)", "ipython"),
]


@pytest.mark.parametrize(("code", "extra"), USES)
def test_a_missing_extra_is_named(run, code, extra):
    """Without its libraries a part of the package says in its last line which extra has them."""
    done = run(code)
    assert done.returncode == 1
    assert f"pip install 'dynclient[{extra}]'" in done.stderr.strip().splitlines()[-1]


def test_every_extra_is_named():
    """The table has all extras but these: `keyring` is for the command line alone, `dask` is for a user's program."""
    assert {extra for _, extra in USES} == {*PROJECT["optional-dependencies"]} - {"all", "dask", "keyring"}


def test_the_base_loads(run):
    """Loading, validating, building requests, models and the diff need no extra."""
    done = run(
        "import dynclient.contract\n"
        "spec = dynclient.load('3.3.2')\n"
        "client = dynclient.Client(spec, server='http://127.0.0.1:1')\n"
        "print(client.get_dags.request(limit=5).url, spec.models.PoolBody(name='p', slots=1).slots)\n"
        "print(len(dynclient.contract.diff(spec, spec)))\n"
    )
    assert (done.stdout.split(), done.stderr) == (["http://127.0.0.1:1/api/v2/dags?limit=5", "1", "0"], "")


CALLS = """
af = dynclient.connect(sys.argv[1], auth=("admin", "admin"))
names = [dag.dag_id for dag in af.get_dags.iter(limit=2)]
assert af.get_dag(names[-1]).dag_id == names[-1]
try:
    af.get_dag("nothing")
except dynclient.NotFound as error:
    print(len(names), error.status)
"""


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_the_base_makes_calls(run, release):
    """Connecting, logging in, walking a list, getting one and an error of the server need no extra."""
    with fake_airflow(release) as server:
        done = run(CALLS, server.url)
    assert (done.stdout.split(), done.stderr) == (["3", "404"], "")


def test_the_pytest_plugin_loads(run, tmp_path):
    """Without werkzeug the plugin has its fixtures; the one that starts a server says which extra that needs."""
    (tmp_path / "test_it.py").write_text(
        "def test_spec(airflow_spec): assert airflow_spec.release\ndef test_fake(fake_airflow): pass\n"
    )
    options = ["-p", "dynclient.testing.pytest_plugin", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    done = run("import pytest\nsys.exit(pytest.main(sys.argv[1:]))", *options, str(tmp_path))
    assert "1 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "pip install 'dynclient[testing]'" in done.stdout
