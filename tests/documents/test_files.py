"""A document of several files is one document, read inside one folder."""

from __future__ import annotations

import json

import pytest

from dynclient.client.sync import Client
from dynclient.errors import SpecError
from dynclient.openapi.load import load

ROOT = """
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /pets:
    get: {$ref: "operations/pets.yaml#/list"}
    post: {$ref: operations/add%20pet.yaml}
  /owners: {$ref: paths/owners.yaml}
components:
  schemas: {$ref: schemas/index.yaml}
"""
FILES = {
    "openapi.yaml": ROOT,
    "operations/pets.yaml": """
list:
  operationId: list_pets
  parameters: [{$ref: "../parameters.json#/limit"}]
  responses: {"200": {$ref: "#/answer"}}
answer:
  description: ""
  content: {application/json: {schema: {type: array, items: {$ref: ../schemas/pet.yaml}}}}
""",
    "operations/add pet.yaml": """
operationId: add_pet
requestBody: {required: true, content: {application/json: {schema: {$ref: "../openapi.yaml#/components/schemas/Pet"}}}}
responses: {"200": {description: ""}}
""",
    "parameters.json": json.dumps({"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}}),
    "paths/owners.yaml": """
get: {operationId: list_owners, responses: {"200": {description: "", content: {application/json: {schema:
  {$ref: ../schemas/owner.yaml}}}}}}
""",
    "schemas/index.yaml": "Pet: {$ref: pet.yaml}\nOwner: {$ref: owner.yaml}\n",
    "schemas/pet.yaml": """
type: object
required: [name]
properties: {name: {type: string}, owner: {$ref: owner.yaml}, $ref: {type: string}}
example: {$ref: nowhere.yaml}
""",
    "schemas/owner.yaml": "type: object\nproperties: {pets: {type: array, items: {$ref: ./pet.yaml}}}\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "api" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "secret.yaml").write_text("type: string", "utf-8")
    return tmp_path / "api"


def test_a_document_of_several_files(folder):
    """Operations, path items, parameters and schemas of other files are those of the document, cycles too."""
    spec = load(folder / "openapi.yaml", folder=folder)
    assert list(spec.operations) == ["list_pets", "add_pet", "list_owners"]
    client = Client(spec, server="http://127.0.0.1:1")
    assert client.list_pets.request(limit=5).url.endswith("/pets?limit=5")
    assert client.add_pet.request(name="p", owner={"pets": [{"name": "q"}]}).body
    items = spec.operations["list_owners"].success.content["application/json"].schema
    assert not items.response.is_valid({"pets": [{"name": 1}]})
    assert items.response.is_valid({"pets": [{"name": "p", "owner": {"pets": []}}]})
    assert spec.operations["list_pets"].success.content["application/json"].schema.words.startswith("list[")


def test_a_mapping_refers_to_files_of_the_folder(folder):
    """The references of a mapping start from the folder, and the mapping is not changed."""
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/owners": {"$ref": "paths/owners.yaml"}}}
    before = json.dumps(document)
    assert list(load(document, folder=folder).operations) == ["list_owners"]
    assert json.dumps(document) == before


OUTSIDE = ["../secret.yaml", "/etc/hostname", "link.yaml", "file:///etc/hostname", "http://127.0.0.1:1/x.yaml"]


@pytest.mark.parametrize("reference", OUTSIDE)
def test_nothing_outside_the_folder_is_read(reference, folder):
    """A reference out of the folder, through a link too, stays one that is not followed."""
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": reference}}}}
    operation = {"operationId": "op", "requestBody": body, "responses": {}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"post": operation}}}
    spec = load(document, folder=folder)
    assert "x-files" not in spec.document
    with pytest.raises(SpecError, match="out of the document"):
        Client(spec, server="http://127.0.0.1:1").op.request(body="x")


def test_without_a_folder_the_message_names_it(folder):
    """A document of several files says what to give."""
    spec = load(folder / "openapi.yaml")
    assert any("folder=" in str(fault) for fault in spec.faults)


def test_a_folder_that_is_none(folder):
    """A folder that is not there, and a folder for a URL, are refused."""
    with pytest.raises(SpecError, match="no folder"):
        load(folder / "openapi.yaml", folder=folder / "nowhere")
    with pytest.raises(SpecError, match="reads no files"):
        load("http://127.0.0.1:1/openapi.json", folder=folder)
