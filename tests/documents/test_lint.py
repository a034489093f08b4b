"""Every fault of a document by OpenAPI's rules."""

from __future__ import annotations

from dynclient.documents import lint

INFO = {"title": "t", "version": "1"}


def test_a_sound_document():
    """A document that keeps the rules has no faults."""
    assert lint.faults({"openapi": "3.1.0", "info": INFO, "paths": {}}) == []


def test_faults_have_pointers():
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
