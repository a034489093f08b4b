"""The base of the package is what a call needs; what needs more says which extra has it."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: what an extra brings; none of it may be imported by what the base can do
OPTIONAL = [
    "botocore",
    "click",
    "httpx",
    "jsonschema",
    "openapi_core",
    "openapi_schema_validator",
    "openapi_spec_validator",
    "requests_gssapi",
    "rich",
    "vcr",
    "werkzeug",
]

BLOCK = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {OPTIONAL!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
"""

AWAITED = """
import asyncio, dynclient.aio
client = dynclient.aio.Client(dynclient.load('3.3.2'), server='http://127.0.0.1:1')
asyncio.run(client.get_version())
"""

USES = [
    # what is done, the sentence it ends with
    (AWAITED, "pip install 'dynclient[aio]'"),
    ("dynclient.Kerberos()", "pip install 'dynclient[kerberos]'"),
    ("dynclient.connect('mwaa://env')", "pip install 'dynclient[mwaa]'"),
    ("from dynclient.testing import fake_airflow; fake_airflow('3.3.2').start()", "pip install 'dynclient["),
    ("from dynclient.documents.lint import lint; lint('3.3.2')", "pip install 'dynclient[contract]'"),
    ("list(dynclient.Client(dynclient.load('3.3.2')).get_dags.iter(progress=True))", "pip install 'dynclient[cli]'"),
    ("import dynclient.cli; dynclient.cli.start()", "pip install 'dynclient[cli]'"),
]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", BLOCK + code], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("code", "sentence"), USES, ids=[sentence for _, sentence in USES])
def test_a_missing_extra_is_named(code, sentence):
    """Without its libraries a part of the package says in its last line which extra has them."""
    done = run(f"import dynclient\n{code}")
    assert done.returncode == 1
    assert sentence in done.stderr.strip().splitlines()[-1]


def test_the_base_makes_calls():
    """Loading, validating, building requests, models, the diff and the pytest plugin need no extra."""
    done = run(
        "import dynclient, dynclient.testing.pytest_plugin, dynclient.contract\n"
        "spec = dynclient.load('3.3.2')\n"
        "client = dynclient.Client(spec, server='http://127.0.0.1:1')\n"
        "print(client.get_dags.request(limit=5).url, spec.models.PoolBody(name='p', slots=1).slots)\n"
        "print(len(dynclient.contract.diff(spec, spec)))\n"
    )
    assert (done.stdout.split(), done.stderr) == (["http://127.0.0.1:1/api/v2/dags?limit=5", "1", "0"], "")
