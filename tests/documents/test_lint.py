"""Every fault of a document by OpenAPI's rules."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from packaging.version import Version

from dynclient.documents import lint, pointers
from dynclient.errors import Fault

VALIDATOR = Version(version("openapi-spec-validator"))
INFO = {"title": "t", "version": "1"}


def test_a_sound_document():
    """A document that keeps the rules has no faults."""
    assert lint.faults({"openapi": "3.1.0", "info": INFO, "paths": {}}) == []


def test_messages_are_ours():
    """Broken rules and references that lead nowhere are faults at their places, in our words."""
    operation = {"operationId": "a", "responses": {"200": {"$ref": "#/nowhere"}}}
    document = {"openapi": "3.0.3", "info": {"title": "t"}, "paths": {"/a": {"get": operation}}}
    faults = [(fault.pointer, fault.message) for fault in lint.faults(document)]
    assert ("#/info", "missing: version") in faults
    assert any(pointer == "#/paths/~1a/get/responses/200" and "leads nowhere" in message for pointer, message in faults)


def test_the_same_operation_twice():
    """An operationId that two operations have is named."""
    operation = {"operationId": "twice", "responses": {"200": {"description": ""}}}
    document = {"openapi": "3.0.3", "info": INFO, "paths": {"/a": {"get": operation}, "/b": {"get": operation}}}
    assert any("twice" in fault.message for fault in lint.faults(document))


def test_a_document_without_info_and_answers():
    """What the root and an operation lack is a fault at the root and at the operation."""
    faults = lint.lint({"openapi": "3.0.3", "paths": {"/a": {"get": {}}}})
    assert {fault.pointer for fault in faults} == {"#", "#/paths/~1a/get"}


GET = {"operationId": "x", "responses": {"200": {"description": ""}}}


FAULTY = [
    # what is wrong, paths, the pointers of the faults
    ("a missing description", {"/a": {"get": {"responses": {"200": {}}}}}, {"#/paths/~1a/get/responses/200"}),
    ("an operationId twice", {"/a": {"get": GET}, "/b": {"get": GET}}, {"#/paths/~1b/get"}),
    ("a path parameter that is not declared", {"/a/{b}": {"get": GET}}, {"#/paths/~1a~1{b}/get"}),
    ("a dangling reference", {"/a": {"$ref": "#/components/pathItems/X"}}, {"#/paths/~1a"}),
    ("a file", {"/a": {"get": GET | {"parameters": [{"$ref": "/etc/x"}]}}}, {"#/paths/~1a/get/parameters/0"}),
    ("a host", {"/a": {"get": GET | {"requestBody": {"$ref": "http://[::1]:1/"}}}}, {"#/paths/~1a/get/requestBody"}),
]  # fmt: skip


@pytest.mark.parametrize(("paths", "places"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY])
def test_faults_have_pointers(paths, places):
    """Each fault says where it is; no reference is followed out of the document."""
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    faults = lint.faults(document)
    assert places <= {fault.pointer for fault in faults}
    assert all(isinstance(fault, Fault) and fault.message for fault in faults)


def test_extensions_are_not_judged():
    """What a vendor's extension holds is nobody's business; a header or property of such a name is judged."""
    loose = {"$ref": "#/nowhere", "type": 7, "required": "x"}
    headers = {"x-rate": {"schema": {"type": "integer", "x-more": loose}}, "x-bad": {"$ref": "#/nowhere"}}
    answer = {"description": "", "headers": headers, "x-cache": loose}
    get = {"operationId": "a", "responses": {"200": answer}, "x-code": [loose]}
    document = {"openapi": "3.1.0", "info": INFO | {"x-logo": loose}, "paths": {"/a": {"get": get}, "x-all": loose}}
    places = {fault.pointer for fault in lint.faults(document | {"x-tags": loose})}
    assert places == {"#/paths/~1a/get/responses/200/headers/x-bad"}


def test_pointers_lead_somewhere():
    """The fault of a schema that the validator places from the schema on is placed in the document."""
    schema = {"type": "object", "properties": {"a": {"oneOf": []}, "type": {"enum": [], "default": 1, "type": "strin"}}}
    content = {"application/json": {"schema": {"type": "array", "items": schema}}}
    get = {"operationId": "a", "responses": {"200": {"description": "", "content": content}}}
    for openapi in ("3.0.3", "3.1.0"):
        document = {
            "openapi": openapi,
            "info": INFO,
            "paths": {"/a": {"get": get}},
            "components": {"schemas": {"S": schema}},
        }
        faults = lint.faults(document)
        assert faults
        assert all(pointers.is_there(document, fault.pointer) for fault in faults)
        if Version("0.8.1") <= VALIDATOR:  # older ones place no fault of a schema
            assert "#" not in {fault.pointer for fault in faults}
