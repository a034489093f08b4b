"""Operations are frozen data with OpenAPI's own nouns."""

from __future__ import annotations

import pytest
from minimal import TEXT, WHOLE, an_operation, parameter


def test_an_operation_has_openapis_own_nouns():
    """An operation is frozen data under OpenAPI's names in snake case."""
    operation = an_operation(
        {
            "tags": ["T"],
            "deprecated": True,
            "parameters": [parameter("id", "path", required=True), parameter("limit", schema=WHOLE)],
            "requestBody": {"required": True, "content": {"application/json": {"schema": TEXT}}},
            "responses": {"200": {"content": {"application/json": {"schema": WHOLE}}}, "4XX": {}, "default": {}},
            "security": [{"basic": []}, {"oauth": ["read"]}],
        },
        path="/a/{id}",
        method="put",
    )
    assert (operation.id, operation.name, operation.method, operation.path) == ("op", "op", "PUT", "/a/{id}")
    assert operation.pointer == "#/paths/~1a~1{id}/put"
    assert operation.tags == ("T",)
    assert operation.deprecated
    assert operation.security == ({"basic": ()}, {"oauth": ("read",)})
    first, second = operation.parameters
    assert (first.name, first.location, first.required, first.style, first.explode) == (
        "id",
        "path",
        True,
        "simple",
        False,
    )
    assert (second.name, second.location, second.required, second.style, second.explode) == (
        "limit",
        "query",
        False,
        "form",
        True,
    )
    assert second.schema.pointer == "#/paths/~1a~1{id}/put/parameters/1/schema"
    assert second.pointer == "#/paths/~1a~1{id}/put/parameters/1"
    assert operation.request_body.required
    assert operation.request_body.content["application/json"].schema.types == ("string",)
    assert operation.request_body.pointer == "#/paths/~1a~1{id}/put/requestBody"
    assert list(operation.responses) == ["200", "4XX", "default"]
    assert operation.success is operation.responses["200"]
    assert operation.success.content["application/json"].schema.types == ("integer",)
    assert repr(operation) == "<Operation op: PUT /a/{id}>"
    with pytest.raises(AttributeError):
        operation.id = "x"


RESPONSES = [
    # documented, status, which one
    (["200", "2XX", "default"], 200, "200"),
    (["200", "2XX", "default"], 201, "2XX"),
    (["200", "2xx", "default"], 204, "2XX"),
    (["200", "2XX", "default"], 404, "default"),
    (["200"], 404, None),
    (["4XX"], 422, "4XX"),
]


@pytest.mark.parametrize(("documented", "status", "which"), RESPONSES)
def test_response_for_a_status(documented, status, which):
    """A status has its own response, else its range, else the default."""
    operation = an_operation({"responses": {code: {} for code in documented}})
    found = operation.response_for(status)
    assert (found and found.status) == which


SUCCESS = [(["404", "201", "200"], "200"), (["2XX", "404"], "2XX"), (["404", "default"], "default"), (["404"], None)]


@pytest.mark.parametrize(("documented", "which"), SUCCESS)
def test_success(documented, which):
    """The success of an operation is its lowest 2xx, else the range, else the default."""
    found = an_operation({"responses": {code: {} for code in documented}}).success
    assert (found and found.status) == which
