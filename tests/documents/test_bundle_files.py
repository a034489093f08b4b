"""The bundle is the official contracts, whole and without prose, and every correction corrects something."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from packaging.version import Version

from dynclient.documents import (
    bundle_files,
    dialect,
    lint,
    overlays,
    pointers,
    positions,
    releases,
    releases as bundled,
    sources,
)
from dynclient.errors import SpecError
from dynclient.openapi import load

FOLDER = Path(releases.folder())


INDEX = json.loads((FOLDER / "index.json").read_text("utf-8"))


CORRECTIONS = json.loads((FOLDER / "corrections.json").read_text("utf-8"))["corrections"]


def official(release):
    return json.loads((FOLDER / f"{INDEX['releases'][release]['contract']}.json").read_text("utf-8"))


def schemas(schema):
    """A schema and all below it, by position."""
    yield schema
    for _, child in dialect.subschemas(schema):
        yield from schemas(child)


def test_the_releases():
    """Releases are in order, from 2.0.0 on; each has a contract of the index, every 3.x a login document."""
    names = list(INDEX["releases"])
    assert names[0] == "2.0.0"
    assert names == sorted(names, key=Version)
    assert bundled.releases() == tuple(names)
    assert {entry["contract"] for entry in INDEX["releases"].values()} == set(INDEX["contracts"])
    assert len(set(INDEX["contracts"].values())) == len(INDEX["contracts"])
    assert {entry.get("login") for name, entry in INDEX["releases"].items() if name[0] == "3"} == set(INDEX["logins"])
    assert not any("login" in entry for name, entry in INDEX["releases"].items() if name[0] == "2")


def test_files_and_index_agree():
    """Each contract in the index is a file, and there is no other file."""
    by_hand = {"corrections", "names", "columns", "packages", "renames", "words"}
    named = {*INDEX["contracts"], *INDEX["logins"], *by_hand, "index"}
    assert {path.stem for path in FOLDER.glob("*.json")} == named


@pytest.mark.parametrize("part", ["contracts", "logins"])
def test_digests(part):
    """Each file holds exactly the contract whose digest the index has."""
    for name, digest in INDEX[part].items():
        assert bundle_files.digest(json.loads((FOLDER / f"{name}.json").read_text("utf-8"))) == digest, name


def test_files_are_what_the_writer_writes():
    """Every file is as `add` writes it, one line for an operation and one for a component."""
    for name in [*INDEX["contracts"], *INDEX["logins"], "index"]:
        text = (FOLDER / f"{name}.json").read_text("utf-8")
        assert bundle_files.to_text(json.loads(text)) == text, name
    lines = (FOLDER / "3.3.2.json").read_text("utf-8").splitlines()
    assert sum(line.startswith('   "') for line in lines) == 128 + 163 + 2  # operations, schemas, security schemes


def test_a_contract_is_its_own_contract():
    """There is no prose left in the files: taking it out again changes nothing."""
    for name in INDEX["contracts"]:
        document = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        assert bundle_files.contract(document, title=document["info"]["title"]) == document, name
        for component in document["components"]["schemas"].values():
            assert not any(
                bundle_files._SCHEMA_PROSE & set(part) for part in schemas(component) if isinstance(part, dict)
            ), name


COUNTS = [
    # facts of the official documents: release, paths, operations, schemas
    ("2.0.0", 31, 43, 55),
    ("2.2.0", 39, 59, 70),
    ("2.10.5", 62, 89, 98),
    ("3.0.0", 72, 99, 120),
    ("3.3.2", 88, 128, 163),
]


@pytest.mark.parametrize(("release", "paths", "operations", "components"), COUNTS)
def test_contracts_are_complete(release, paths, operations, components):
    """Nothing but prose is missing: as many paths, operations and schemas as the official document has."""
    document = official(release)
    methods = [method for item in document["paths"].values() for method in item if method in positions.METHODS]
    assert (len(document["paths"]), len(methods), len(document["components"]["schemas"])) == (
        paths,
        operations,
        components,
    )


def test_every_release_loads():
    """All releases load by name, with the version that their own document says and no fault."""
    for release in bundled.releases():
        document, name = sources.read(release)
        assert name == release
        assert document["info"]["version"] == INDEX["releases"][release]["version"]
        assert load.load(release).faults == (), release


def test_every_correction_says_why():
    """A correction is an Overlay 1.0 with releases and evidence."""
    for correction in CORRECTIONS:
        assert set(correction) == {"overlay", "info", "x-releases", "x-evidence", "actions"}
        assert correction["overlay"] == "1.0.0"
        assert len(correction["x-evidence"]) > 40


@pytest.mark.parametrize("correction", CORRECTIONS, ids=[correction["info"]["title"] for correction in CORRECTIONS])
def test_every_correction_corrects(correction):
    """Each action of a correction changes the contract of each release that it is for."""
    releases = [name for name in bundled.releases() if bundled.is_within(name, correction["x-releases"])]
    assert releases
    for release in releases:
        document = official(release)
        for action in correction["actions"]:
            changed = overlays.apply_overlay(document, {"actions": [action]})
            assert changed != document, (release, action["target"])
            document = changed


CORRECTED = [
    # release, place, what stands there once corrected
    ("2.0.0", "#/paths/~1dagSources~1{file_token}/get/responses/200/content/text~1plain/schema/type", "string"),
    ("2.7.2", "#/components/schemas/PluginCollectionItem/properties/macros/items/type", "string"),
    ("2.3.4", "#/paths/~1users~1{username}/patch/responses/200/content/application~1json/schema/$ref",
     "#/components/schemas/UserCollectionItem"),
    ("2.4.0", "#/components/schemas/DagWarningCollection/allOf/0/properties/dag_warnings/type", "array"),
    ("2.11.2", "#/components/schemas/QueuedEventCollection/allOf/0/properties/queued_events/type", "array"),
    ("2.11.2", "#/components/schemas/TaskInstanceHistoryCollection/allOf/0/properties/task_instances/type", "array"),
    ("2.2.0", "#/paths/~1dags~1{dag_id}~1dagRuns~1{dag_run_id}/patch/tags", ["DAGRun"]),
]  # fmt: skip


@pytest.mark.parametrize(("release", "pointer", "value"), CORRECTED)
def test_corrections_reach(release, pointer, value):
    """What `load` gives is the corrected contract."""
    assert pointers.resolve(sources.read(release)[0], pointer) == value


def test_corrections_keep_the_neighbours():
    """A correction ends where it says: the releases on either side are as they were published."""
    for release, other in [("2.10.4", "text/plain"), ("2.10.3", "text/plain")]:
        document = sources.read(release)[0]
        assert list(document["paths"]["/dagSources/{file_token}"]["get"]["responses"]["200"]["content"])[1] == other
    mapped = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/dependencies"
    assert sources.read("3.0.2")[0]["paths"][mapped] == official("3.0.2")["paths"][mapped]
    assert "oneOf" not in json.dumps(
        sources.read("3.2.2")[0]["components"]["schemas"]["ClearTaskInstanceCollectionResponse"]
    )


@pytest.mark.parametrize("release", ["2.0.0", "2.10.5", "3.0.0", "3.3.2"])
def test_corrected_documents_are_valid(release):
    """openapi-spec-validator has no fault to find; all releases are held to it in tests/hardening."""
    assert lint.lint(release) == []


WORDY = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "7", "description": "d", "contact": {"email": "e"}, "license": {"name": "l"}},
    "externalDocs": {"url": "u"},
    "servers": [
        {"url": "/x/{v}", "description": "d", "variables": {"v": {"default": "description", "description": "d"}}}
    ],
    "tags": [{"name": "description", "description": "d", "externalDocs": {"url": "u"}}],
    "paths": {
        "/summary": {
            "summary": "s",
            "description": "d",
            "parameters": [
                {"name": "title", "in": "query", "description": "d", "example": 1, "schema": {"title": "t"}}
            ],
            "get": {
                "operationId": "description",
                "summary": "s",
                "description": "d",
                "tags": ["description"],
                "responses": {
                    "200": {
                        "description": "d",
                        "content": {"a/b": {"example": 1, "examples": {}, "schema": {"example": 2}}},
                    },
                    "418": {"description": "d", "headers": {"description": {"description": "d", "schema": {}}}},
                    "404": {"$ref": "#/components/responses/NotThere", "description": "d"},
                },
                "callbacks": {"summary": {"{$request.body#/url}": {"post": {"summary": "s", "responses": {}}}}},
            },
        }
    },
    "components": {
        "examples": {"x": {"value": 1}},
        "responses": {"NotThere": {"description": "d"}},
        "schemas": {
            "description": {
                "title": "t",
                "description": "d",
                "examples": [1],
                "$comment": "c",
                "externalDocs": {"url": "u"},
                "type": "object",
                "properties": {
                    "title": {"title": "t", "type": "string"},
                    "description": {"description": "d", "enum": ["description"]},
                    "example": {"default": {"description": "kept"}, "const": {"title": "kept"}},
                    "examples": {"anyOf": [{"title": "t"}, {"type": "null"}]},
                },
                "required": ["title"],
                "x-own": {"description": "kept"},
            }
        },
        "securitySchemes": {
            "s": {
                "type": "oauth2",
                "description": "d",
                "flows": {"implicit": {"authorizationUrl": "u", "scopes": {"a": "d"}}},
            }
        },
    },
}


BARE = {
    "openapi": "3.1.0",
    "info": {"title": "Ours", "version": "7"},
    "servers": [{"url": "/x/{v}", "variables": {"v": {"default": "description"}}}],
    "tags": [{"name": "description"}],
    "paths": {
        "/summary": {
            "parameters": [{"name": "title", "in": "query", "schema": {}}],
            "get": {
                "operationId": "description",
                "tags": ["description"],
                "responses": {
                    "200": {"description": "Success", "content": {"a/b": {"schema": {}}}},
                    "418": {"description": "Status 418", "headers": {"description": {"schema": {}}}},
                    "404": {"$ref": "#/components/responses/NotThere"},
                },
                "callbacks": {"summary": {"{$request.body#/url}": {"post": {"responses": {}}}}},
            },
        }
    },
    "components": {
        "responses": {"NotThere": {"description": "Not there"}},
        "schemas": {
            "description": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "description": {"enum": ["description"]},
                    "example": {"default": {"description": "kept"}, "const": {"title": "kept"}},
                    "examples": {"anyOf": [{}, {"type": "null"}]},
                },
                "required": ["title"],
                "x-own": {"description": "kept"},
            }
        },
        "securitySchemes": {
            "s": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "u", "scopes": {"a": ""}}}}
        },
    },
}


def test_prose_goes_by_position():
    """Words about the contract go; whatever is called description, title or example in it stays."""
    before = copy.deepcopy(WORDY)
    assert bundle_files.contract(WORDY, title="Ours") == BARE
    assert before == WORDY
    assert bundle_files.contract(BARE, title="Ours") == BARE


def test_digests_ignore_order_and_info():
    """A digest is of the contract: not of the order of its keys, nor of its title and version."""
    turned = json.loads(json.dumps(BARE, sort_keys=True)) | {"info": {}}
    assert bundle_files.digest(turned) == bundle_files.digest(BARE)
    assert bundle_files.digest(BARE | {"tags": []}) != bundle_files.digest(BARE)


WRITTEN = [BARE, {}, {"paths": {}}, {"paths": {"/a": {}}, "x": ["ü"]}, {"components": {"schemas": {"A": 1}}}]


@pytest.mark.parametrize("data", WRITTEN)
def test_written_is_json(data):
    """What is written is read back as the same, in the same order."""
    assert json.loads(bundle_files.to_text(data)) == data
    assert list(json.loads(bundle_files.to_text(data))) == list(data)


def put(folder, release, **changes):
    login = changes.pop("login", None)
    return bundle_files.put(folder, release, WORDY | changes, login, "Ours")


def test_put(tmp_path):
    """A new contract becomes a file, a known one a line in the index, the same release nothing."""
    assert put(tmp_path, "1.0.0") == ("1.0.0", None, ("1.0.0.json", "index.json"))
    assert put(tmp_path, "1.0.1") == ("1.0.0", None, ("index.json",))
    assert put(tmp_path, "1.10.0", tags=[]) == ("1.10.0", None, ("1.10.0.json", "index.json"))
    assert put(tmp_path, "1.9.0", login=WORDY) == ("1.0.0", "login-1.9.0", ("login-1.9.0.json", "index.json"))
    held = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert put(tmp_path, "1.0.1") == ("1.0.0", None, ())
    assert put(tmp_path, "1.9.0") == ("1.0.0", "login-1.9.0", ())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == held
    index = json.loads((tmp_path / "index.json").read_text("utf-8"))
    assert list(index["releases"]) == ["1.0.0", "1.0.1", "1.9.0", "1.10.0"]
    assert index["releases"]["1.9.0"] == {"contract": "1.0.0", "version": "7", "login": "login-1.9.0"}


def test_put_refuses_another_contract(tmp_path):
    """A release that is there is not overwritten, and what is there stays."""
    put(tmp_path, "1.0.0")
    held = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for changes in ({"tags": []}, {"info": {"version": "8"}}):
        with pytest.raises(SpecError, match="another"):
            put(tmp_path, "1.0.0", **changes)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == held


def test_put_refuses_what_is_not_openapi(tmp_path):
    """Nothing is written for a document that cannot be used."""
    with pytest.raises(SpecError):
        bundle_files.put(tmp_path / "new", "1.0.0", {"swagger": "2.0"}, None, "Ours")
    assert not (tmp_path / "new").exists()
