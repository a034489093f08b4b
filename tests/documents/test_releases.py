"""A source is found by what it looks like, and what cannot be found or used says so in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from loopback import Server, answer, raw
from packaging.version import Version

from dynclient.documents import lint, releases, sources
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
