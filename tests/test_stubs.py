"""Stubs for any document."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dynclient import load
from dynclient.stubs import stubs
from specs import json_body, parameter, tiny

POOL = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "slots": {"type": "integer"},
        "when": {"type": "string", "format": "date-time", "nullable": True},
        "items": {"type": "string"},
        "class": {"type": "string"},
    },
}


def test_what_is_written():
    """A class for each model (no field that dict has), a protocol for each operation, a client of them."""
    operation = {
        "operationId": "patch_pool",
        "parameters": [
            parameter("name", "path"),
            parameter("mask", schema={"type": "array", "items": {"type": "string"}}),
        ],
        "requestBody": json_body({"$ref": "#/components/schemas/Pool"}),
    }
    text = stubs(tiny({"PATCH /pools/{name}": operation}, openapi="3.0.3", schemas={"Pool": POOL}))
    assert "class Pool(Model):\n    name: str\n    slots: int\n    when: datetime | None\n\n" in text
    assert (
        "def __call__(self, name: str, *, mask: list[str] = ..., slots: int = ..., when: datetime | str | None" in text
    )
    assert "class Client(_Client):\n    patch_pool: _PatchPool\n" in text


USES = """
from made import Client, Pool
from dynclient import connect
af: Client = connect("http://x")  # type: ignore[assignment]
page = af.get_pools(limit=3)
pool: {model} = next(af.get_pools.iter())
reveal_type(pool.slots)
af.get_pools(limt=3)
"""


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_type_checkers_read_them(release, tmp_path):
    """The file passes mypy --strict; a wrong argument is an error, a field has its type."""
    (tmp_path / "made.pyi").write_text(stubs(load(release)), "utf-8")
    model = "Pool" if release.startswith("2") else "PoolResponse"
    uses = USES.replace("{model}", model).replace("Client, Pool", f"Client, {model}")
    (tmp_path / "uses.py").write_text(uses, "utf-8")
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "made.pyi", "uses.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 1, done.stdout
    assert 'Unexpected keyword argument "limt"' in errors[0]
    assert 'Revealed type is "int"' in done.stdout.replace("builtins.", "")
