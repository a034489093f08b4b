"""A source is found by what it looks like, and what cannot be found or used says so in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from loopback import Server, answer, raw
from packaging.version import Version

from dynclient.documents import add_release, lint, releases, sources
from dynclient.errors import SpecError, Unreachable
from dynclient.openapi import load

SMALL = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1", "description": "prose"},
    "paths": {"/a": {"get": {"operationId": "get_a", "responses": {"200": {"description": "prose"}}}}},
}
YAML = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
INDEX = json.loads((Path(releases.folder()) / "index.json").read_text("utf-8"))
NEWEST = releases.releases()[-1]

NAMES = [
    # what a user writes, the release it is
    ("2.10.5", "2.10.5"),
    ("2.10.5+astro.1", "2.10.5"),
    ("v3.3.2", "3.3.2"),
    ("3.0", max((name for name in INDEX["releases"] if name.startswith("3.0.")), key=Version)),
    ("2.10", "2.10.5"),
    ("v2.10", "2.10.5"),
    ("2", max((name for name in INDEX["releases"] if name.startswith("2.")), key=Version)),
    ("latest", max(INDEX["releases"], key=Version)),
    (" 3.1.0 ", "3.1.0"),
]


@pytest.mark.parametrize(("name", "release"), NAMES)
def test_releases_by_name(name, release):
    """A release is a PEP 440 version without its local part; a shorter number, or ``latest``, is the newest such."""
    assert sources.read(name)[1] == release
    assert load.load(name).release == release


UNKNOWN = [
    ("99.9.0", f"the nearest before it is {NEWEST}"),
    ("99.9", f"the nearest before it is {NEWEST}"),
    ("2.4.99", "the nearest before it is 2.4.3"),
    ("3.0.5", "the nearest before it is 3.0.4"),
    ("1.10.15", "the oldest is 2.0.0"),
    ("3.3.2rc1", "the nearest before it is 3.3.1"),
    ("newest", f"releases look like {NEWEST}"),
    ("", "releases look like"),
    ("ftp://host/x.json", "cannot be read"),
    ("nowhere/api.json", "cannot be read"),
    ("nowhere.yaml", "cannot be read"),
]


@pytest.mark.parametrize(("source", "words"), UNKNOWN)
def test_what_is_not_there(source, words, tmp_path, monkeypatch):
    """An unknown release names the nearest one; a path that cannot be read says so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError) as raised:
        load.load(source)
    assert words in str(raised.value)


NEAREST = [("3.3.2", "3.3.2"), ("99.0.0", NEWEST), ("3.0.5", "3.0.4"), ("2.10.5+astro.3", "2.10.5"), ("1.10.0", None)]


@pytest.mark.parametrize(("release", "expected"), NEAREST)
def test_nearest(release, expected):
    """The newest bundled release that is not newer."""
    assert releases.nearest(release) == expected


def test_nearest_wants_a_version():
    """What is no version has no neighbours."""
    with pytest.raises(SpecError):
        releases.nearest("newest")


def test_login_documents():
    """A 3.x release has its login application's document, a 2.x has none."""
    assert releases.login("2.10.5") is None
    for release in ("3.0.4", "3.2.1", "3.3.2+astro.1"):
        document = releases.login(release)
        assert document is not None
        assert "post" in document["paths"]["/auth/token"]


@pytest.mark.parametrize(("name", "data"), [("a.json", json.dumps(SMALL).encode()), ("a.yaml", YAML), ("plain", YAML)])
def test_files(name, data, tmp_path, monkeypatch):
    """A path is a string or a Path, in JSON or YAML whatever its suffix."""
    (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    for source in (name, f"./{name}", str(tmp_path / name), tmp_path / name):
        document, release = sources.read(source)
        assert (document["openapi"], release) == ("3.1.0", None)


def test_mappings_are_used_as_they_are():
    """A mapping is the document itself, never a copy and never changed."""
    before = json.dumps(SMALL)
    assert load.load(SMALL).document is SMALL
    assert load.load(SMALL).release is None
    changed, _ = sources.read(SMALL, overlays=[{"actions": [{"target": "$.paths", "update": {"/b": {}}}]}])
    assert set(changed["paths"]) == {"/a", "/b"}
    assert json.dumps(SMALL) == before


def test_overlays_from_files(tmp_path):
    """Overlays of the user's own come after the corrections, in their order, from paths or mappings."""
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("overlay: 1.0.0\nactions:\n  - target: $.info\n    update: {version: mine, x-a: 1}\n", "utf-8")
    second = {"actions": [{"target": "$.info", "update": {"x-a": 2}}]}
    document, release = sources.read("2.10.5", overlays=[overlay, second])
    assert (document["info"]["version"], document["info"]["x-a"], release) == ("mine", 2, "2.10.5")


BAD_FILES = [
    ("empty", b"", "is empty"),
    ("not OpenAPI", b'{"swagger": "2.0"}', "Swagger 2.0"),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", "cannot be read"),
    ("no paths", b'{"openapi": "3.0.3"}', "nothing to call"),
]


@pytest.mark.parametrize(("data", "words"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
def test_bad_files(data, words, tmp_path):
    """A file that is no document is refused with the reason."""
    (tmp_path / "bad.json").write_bytes(data)
    with pytest.raises(SpecError) as raised:
        load.load(tmp_path / "bad.json")
    assert words in str(raised.value)


def test_folders_and_huge_files_are_refused(tmp_path):
    """A folder is no document, and more than 32 MiB are not read."""
    with pytest.raises(SpecError, match="cannot be read"):
        load.load(tmp_path)
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(33 * 2**20)
    with pytest.raises(SpecError, match="larger than 32 MiB"):
        load.load(tmp_path / "huge.json")


def test_corrected_is_for_live_documents():
    """A server's own document can have the corrections of its release; where there are none it is the same object."""
    path = Path(releases.folder())
    raw_document = json.loads((path / "2.11.1.json").read_text("utf-8"))
    assert "queued_events" in json.dumps(releases.corrected(raw_document, "2.11.2"))
    assert releases.corrected(SMALL, "99.0.0") is SMALL
    assert releases.corrected(SMALL, "3.3.2") == SMALL


RANGES = [
    ("2.10.2", ">=2.4.0,<=2.10.2", True),
    ("2.10.3", ">=2.4.0,<=2.10.2", False),
    ("2.3.4", ">=2.4.0,<=2.10.2", False),
    ("2.2.0", "==2.2.0", True),
    ("2.2.1", "==2.2.0", False),
    ("3.0.1", ["3.0.0", "3.0.1"], True),
    ("3.0.2", ["3.0.0", "3.0.1"], False),
    ("2.10.2rc1", ">=2.4.0,<=2.10.2", True),
    ("2.4.0rc1", ">=2.4.0,<=2.10.2", False),
]


@pytest.mark.parametrize(("release", "wanted", "expected"), RANGES)
def test_ranges(release, wanted, expected):
    """A correction is for a range or a list of releases."""
    assert releases.is_within(release, wanted) is expected


def test_nothing_heavy_is_imported():
    """Loading a bundled release needs no YAML, network, packaging or pathlib."""
    heavy = "{'yaml', 'requests', 'packaging', 'packaging.version', 'pathlib', 'inspect', 'importlib.metadata'}"
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from dynclient.openapi import load; load.load('3.3.2'); "
        f"print(*({heavy} & set(sys.modules)))"
    )
    # without site, so that nothing but this import is seen
    command = [sys.executable, "-S", "-E", "-c", code, str(Path(sources.__file__).parents[2])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# --- URLs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "kind"), [(json.dumps(SMALL).encode(), "application/json"), (YAML, "text/plain")])
def test_urls(body, kind):
    """A URL gives its document, in JSON or YAML; secrets in it are not part of its name."""
    with Server(answer(200, body, content_type=kind)) as server:
        spec = load.load(f"{server.url}/openapi.json?token=hidden")
    assert spec.release is None
    assert "hidden" not in spec.source
    assert server.seen[0].target == "/openapi.json?token=hidden"


def test_redirects():
    """A redirect is followed within HTTP, a few times."""
    moved = answer(307, b"", "Location: /there.json")
    with Server(moved, answer(200, YAML)) as server:
        assert sources.read(f"{server.url}/here")[0]["openapi"] == "3.1.0"
        assert [seen.target for seen in server.seen] == ["/here", "/there.json"]
    with Server(moved) as server, pytest.raises(SpecError, match="status 307"):
        sources.read(f"{server.url}/here")
    with (
        Server(answer(302, b"", "Location: file:///etc/passwd")) as server,
        pytest.raises(SpecError, match="leaves HTTP"),
    ):
        sources.read(f"{server.url}/here")


BAD_ANSWERS = [
    ("not found", answer(404, b"{}"), "status 404"),
    ("a web page", answer(200, b"<!doctype html><html></html>", content_type="text/html"), "a web page"),
    ("a web page called JSON", answer(200, b"<html>"), "this is a str"),
    ("empty", answer(200, b""), "is empty"),
    ("a Python tag", answer(200, b"a: !!python/name:os.system"), "the tag"),
    ("not OpenAPI", answer(200, b"{}"), "no `openapi`"),
]


@pytest.mark.parametrize(("script", "words"), [row[1:] for row in BAD_ANSWERS], ids=[row[0] for row in BAD_ANSWERS])
def test_bad_answers(script, words):
    """A server that answers with something else is named with what it did."""
    with Server(script) as server, pytest.raises(SpecError) as raised:
        load.load(f"{server.url}/openapi.json?token=hidden")
    assert words in str(raised.value)
    assert "hidden" not in str(raised.value)


def test_a_url_that_does_not_answer():
    """What the network does is a TransportError."""
    with Server(raw(b"")) as server:
        url = server.url
    with pytest.raises(Unreachable):
        load.load(f"{url}/openapi.json")


def test_references_do_not_read_files(tmp_path):
    """A document never makes another file or host be read."""
    (tmp_path / "part.json").write_text('{"type": "string"}', "utf-8")
    schema = {"$ref": str(tmp_path / "part.json")}
    operation = {
        "parameters": [{"name": "q", "in": "query", "schema": schema}],
        "responses": {"200": {"description": ""}},
    }
    with Server(answer(200, json.dumps(SMALL | {"paths": {"/a": {"get": operation}}}).encode())) as server:
        spec = load.load(f"{server.url}/openapi.json")
        (fault, *_) = lint.lint(spec.document)
        assert len(server.seen) == 1
    assert fault.pointer == "#/paths/~1a/get/parameters/0/schema"
    assert "out of the document" in fault.message


# --- adding -----------------------------------------------------------------------------------------

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


def test_lint():
    """Every fault has its pointer."""
    faults = lint.lint({"openapi": "3.0.3", "paths": {"/a": {"get": {}}}})
    assert {fault.pointer for fault in faults} == {"#", "#/paths/~1a/get"}
