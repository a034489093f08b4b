"""A copy of the project whose bundle has one release more than the published ones, made up from the newest."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.version import Version

from dynclient.documents import add_release, releases

ROOT = Path(__file__).parent.parent.parent
SECONDS = 900
#: modules that run this helper, and would run it without end in the copy
_LEFT_OUT = ("test_next_release.py",)


def next_minor(release: str) -> str:
    """The first release of the next minor: 3.4.0 after 3.3.2."""
    version = Version(release)
    return f"{version.major}.{version.minor + 1}.0"


def next_document() -> dict[str, Any]:
    """The newest bundled document with a new operation, a new required field and a new enum value."""
    newest = releases.releases()[-1]
    folder = Path(releases.folder())
    contract = releases.index()["releases"][newest]["contract"]
    document: dict[str, Any] = json.loads((folder / f"{contract}.json").read_bytes())
    document = copy.deepcopy(document)
    prefix = os.path.commonpath(list(document["paths"]))
    document["paths"][f"{prefix}/quotas/{{quota_name}}"] = {
        "get": {
            "tags": ["Quota"],
            "operationId": "get_quota_of_next_release",
            "parameters": [{"name": "quota_name", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {
                    "description": "Success",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PoolResponse"}}},
                }
            },
        }
    }
    schemas = document["components"]["schemas"]
    schemas["PoolResponse"]["properties"]["quota_limit"] = {"type": "integer"}
    schemas["PoolResponse"]["required"].append("quota_limit")
    schemas["PoolBody"]["properties"]["quota_limit"] = {"type": "integer"}
    schemas["PoolBody"]["required"].append("quota_limit")
    schemas["DagRunState"]["enum"].append("suspended_by_quota")
    return document


def project_with_next_release(folder: Path) -> str:
    """Copy the project into a folder, bring the made-up release into its bundle as a user would; its number."""
    for name in ("dynclient", "tests", "specs"):
        ignored = shutil.ignore_patterns("__pycache__", *_LEFT_OUT)
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "tox.ini"):
        shutil.copy(ROOT / name, folder / name)
    newest = releases.releases()[-1]
    release = next_minor(newest)
    source = folder / f"{release}-openapi.json"
    source.write_text(json.dumps(next_document()), "utf-8")
    login = releases.index()["releases"][newest].get("login")
    beside = folder / "specs" / f"{login}.json" if login else None
    add_release.add(source, folder / "specs", release=release, login=beside)
    return release


def run_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy with the copy's package."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-x", "-q", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment["PYTHONPATH"] = str(folder)  # and no coverage: the copy's lines would count as lines without tests
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
