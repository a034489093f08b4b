"""Where documents come from."""

from __future__ import annotations

import json

import pytest
from loopback import Server, answer, raw
from small_documents import SMALL

from dynclient.documents import lint, releases, sources
from dynclient.errors import SpecError, Unreachable
from dynclient.openapi import load

DOCUMENT = {"openapi": "3.1.0", "paths": {}}


def test_a_mapping_a_path_and_a_release(tmp_path):
    """A mapping is itself, a path is read, a release is a bundled document with its name."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(DOCUMENT))
    assert sources.read(DOCUMENT) == (DOCUMENT, None)
    assert sources.read(path) == sources.read(str(path)) == (DOCUMENT, None)
    newest = releases.find_release("latest")
    assert sources.read("latest") == (releases.bundled_document(newest), newest)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({}, "a mapping"),
        ("a/b.json", "a/b.json"),
        ("https://u:p@host/openapi.json?token=t", "https://host/openapi.json"),
    ],
)
def test_display_name(source, name):
    """A URL is shown without user, password and query."""
    assert sources.display_name(source) == name


def test_files_that_cannot_be_read(tmp_path):
    """A missing file, and a document from a URL with a folder, are SpecErrors."""
    with pytest.raises(SpecError, match="cannot be read"):
        sources.read(str(tmp_path / "no.json"))
    with pytest.raises(SpecError, match="reads no files"):
        sources.read("https://host/openapi.json", folder=tmp_path)


YAML = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"


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
