"""An official document is brought into a bundle: from a file, a URL, a wheel, an installation or by pip."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from loopback import Server, answer

from dynclient.documents import add_release, releases
from dynclient.errors import SpecError

SMALL = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1", "description": "prose"},
    "paths": {"/a": {"get": {"operationId": "get_a", "responses": {"200": {"description": "prose"}}}}},
}
YAML = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
INDEX = json.loads((Path(releases.folder()) / "index.json").read_text("utf-8"))

OLD = "airflow/api_connexion/openapi/v1.yaml"
NEW = "airflow/api_fastapi/core_api/openapi/v2-rest-api-generated.yaml"
FIRST = "airflow/api_fastapi/core_api/openapi/v1-rest-api-generated.yaml"
LOGIN = "airflow/api_fastapi/auth/managers/simple/openapi/v2-simple-auth-manager-generated.yaml"


def wheel(folder, name, **files):
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("airflow/__init__.py", "raise SystemExit('a wheel is read, not imported')")
        for file, data in files.items():
            archive.writestr(file, data)
    return path


WHEELS = [
    # wheel, its files, the release, the files of the bundle
    ("apache_airflow-2.12.0-py3-none-any.whl", {OLD: YAML}, "2.12.0", {"2.12.0", "index"}),
    ("apache_airflow_core-3.0.9-py3-none-any.whl", {FIRST: YAML}, "3.0.9", {"3.0.9", "index"}),
    (
        "apache_airflow_core-3.4.0-py3-none-any.whl",
        {NEW: YAML, LOGIN: YAML},
        "3.4.0",
        {"3.4.0", "login-3.4.0", "index"},
    ),
    ("apache_airflow_core-3.5.0rc1-py3-none-any.whl", {NEW: YAML}, "3.5.0rc1", {"3.5.0rc1", "index"}),
]


@pytest.mark.parametrize(("name", "files", "release", "written"), WHEELS)
def test_add_a_wheel(name, files, release, written, tmp_path):
    """A wheel is read as a zip: the REST document, the login document beside it, the release from its name."""
    added = add_release.add(wheel(tmp_path, name, **files), tmp_path / "specs")
    assert added.release == release
    assert {path.stem for path in (tmp_path / "specs").iterdir()} == written
    assert add_release.add(wheel(tmp_path, name, **files), tmp_path / "specs").files == ()


def test_add_a_file(tmp_path):
    """A file's release is in its name, or is given; its prose does not enter the bundle."""
    path = tmp_path / "9.1.0.json"
    path.write_text(json.dumps(SMALL), "utf-8")
    assert add_release.add(path, tmp_path / "specs").release == "9.1.0"
    assert add_release.add(path, tmp_path / "specs", release="9.1.1+vendor.2", login=path).release == "9.1.1"
    text = (tmp_path / "specs" / "9.1.0.json").read_text("utf-8")
    assert "prose" not in text
    assert "Airflow REST API" in text


def test_add_a_url(tmp_path):
    """A server's own document is added by its URL, with the release given."""
    with Server(answer(200, json.dumps(SMALL).encode())) as server:
        assert add_release.add(f"{server.url}/openapi.json", tmp_path, release="9.2.0").contract == "9.2.0"


def test_add_what_is_installed(tmp_path, monkeypatch):
    """An installed package is found by its metadata and read as files."""
    site = tmp_path / "site"
    (site / "apache_airflow_core-3.4.1.dist-info").mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: apache-airflow-core\nVersion: 3.4.1\n"
    (site / "apache_airflow_core-3.4.1.dist-info" / "METADATA").write_text(metadata, "utf-8")
    (site / NEW).parent.mkdir(parents=True)
    (site / NEW).write_bytes(YAML)
    (site / "airflow" / "__init__.py").write_text("raise SystemExit('not to be imported')", "utf-8")
    monkeypatch.syspath_prepend(str(site))
    assert add_release.add("apache-airflow", tmp_path / "specs").release == "3.4.1"


REFUSED = [
    ("a wheel without a document", lambda f: wheel(f, "apache_airflow-9.0.0-py3-none-any.whl"), "none of the files"),
    ("not a wheel", lambda f: (f / "x-1-y.whl").write_bytes(b"no") and f / "x-1-y.whl", "cannot be read as a wheel"),
    ("no such wheel", lambda f: f / "x-1.0-y.whl", "cannot be read as a wheel"),
    ("a file without a release", lambda f: (f / "openapi.yaml").write_bytes(YAML) and f / "openapi.yaml", "release="),
    ("no such file", lambda f: f / "3.9.0.yaml", "cannot be read"),
    ("a mapping without a release", lambda _: SMALL, "release="),
    ("a word", lambda _: "newest", "no release, file or URL"),
]


@pytest.mark.parametrize(("make", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_add_refuses(make, words, tmp_path):
    """What cannot be added leaves no trace and says what is missing."""
    source = make(tmp_path)
    with pytest.raises(SpecError) as raised:
        add_release.add(source, tmp_path / "specs")
    assert words in str(raised.value)
    assert not (tmp_path / "specs").exists()


def test_a_release_that_pip_cannot_fetch(tmp_path, monkeypatch):
    """When pip fails, the message has the command to see why, and no traceback."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", os.fspath(tmp_path))
    with pytest.raises(SpecError) as raised:
        add_release.add("3.99.0", tmp_path / "specs")
    assert "python -m pip download --no-deps --only-binary :all: apache-airflow-core==3.99.0" in str(raised.value)


def test_a_release_that_pip_fetches(tmp_path, monkeypatch):
    """A release number is the user's own pip at work: here it finds a wheel in a folder."""
    dist = "apache_airflow-2.99.0.dist-info"
    files = {
        OLD: YAML,
        f"{dist}/METADATA": "Metadata-Version: 2.1\nName: apache-airflow\nVersion: 2.99.0\n",
        f"{dist}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{dist}/RECORD": "",
    }
    wheel(tmp_path, "apache_airflow-2.99.0-py3-none-any.whl", **files)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", os.fspath(tmp_path))
    assert add_release.add("2.99.0", tmp_path / "specs").release == "2.99.0"


def test_the_bundle_is_what_add_makes(tmp_path):
    """From our own files the same files come out, byte for byte, and adding them to the bundle changes nothing."""
    folder = Path(releases.folder())
    for release in ("2.0.0", "2.8.0", "3.0.0", "3.3.2"):
        entry = INDEX["releases"][release]
        beside = folder / f"{entry['login']}.json" if "login" in entry else None
        added = add_release.add(folder / f"{entry['contract']}.json", tmp_path, release=release, login=beside)
        assert (tmp_path / f"{added.contract}.json").read_bytes() == (folder / f"{entry['contract']}.json").read_bytes()
        assert add_release.add(folder / f"{entry['contract']}.json", folder, release=release, login=beside).files == ()
