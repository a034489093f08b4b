"""What is a document, and what is none."""

from __future__ import annotations

import pytest
from minimal import OK, an_operation, doc

from dynclient.errors import SpecError
from dynclient.openapi.spec import parse

NULLS = [
    {"parameters": None, "tags": None, "servers": None, "responses": None, "security": None},
    {"responses": {"200": {"content": None, "headers": None}}, "requestBody": {"content": None}},
    {"responses": {"200": {"content": {"application/json": None}}}, "requestBody": {"content": {"a/b": None}}},
]


@pytest.mark.parametrize("nulls", NULLS)
def test_null_where_a_list_or_mapping_belongs(nulls):
    """An empty key of YAML is null; it says as little as a missing one."""
    operation = an_operation(nulls)
    assert operation.parameters == ()
    assert operation.security == ()
    assert (
        parse(
            doc({"/a": {"get": {"operationId": "op", **OK, **nulls}}}, servers=None, components={"schemas": None})
        ).tags
        == {}
    )


NO_DOCUMENTS = [
    ([], "mapping"),
    ({}, "no OpenAPI document"),
    ({"swagger": "2.0"}, "Swagger 2.0"),
    ({"openapi": "4.0.0", "paths": {}}, "only OpenAPI 3.0, 3.1 and 3.2"),
    ({"openapi": "3.0.3"}, "nothing to call"),
    ({"openapi": 3.0, "paths": {}}, "quotes"),
]


@pytest.mark.parametrize(("value", "words"), NO_DOCUMENTS)
def test_what_is_no_document(value, words):
    """Anything else is a SpecError that says what it is and what to do."""
    with pytest.raises(SpecError, match=words):
        parse(value)
