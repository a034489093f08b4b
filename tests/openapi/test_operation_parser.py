"""An operation is made of its place in the document, with all that it refers to."""

from __future__ import annotations

import re

import pytest
from minimal import OK, TEXT, WHOLE, an_operation, doc, parameter

from dynclient.errors import SpecError
from dynclient.openapi.spec import parse


def test_response_headers():
    """A response's headers are schemas by name; Content-Type is no header of its own (OpenAPI 3.1 §4.8.17)."""
    headers = {
        "X-Total": {"schema": WHOLE},
        "Content-Type": {"schema": TEXT},
        "X-Ref": {"$ref": "#/components/headers/H"},
    }
    operation = an_operation(
        {"responses": {"200": {"headers": headers}}}, components={"headers": {"H": {"schema": TEXT}}}
    )
    schemas = operation.success.headers
    assert {name: schema.pointer for name, schema in schemas.items()} == {
        "X-Total": "#/paths/~1a/get/responses/200/headers/X-Total/schema",
        "X-Ref": "#/components/headers/H/schema",
    }


def test_references_are_followed_everywhere():
    """Path items, parameters, bodies, responses and security schemes may stand elsewhere in the document."""
    components = {
        "parameters": {"P": parameter("p"), "Q": {"$ref": "#/components/parameters/P"}},
        "requestBodies": {"B": {"content": {"text/plain": {"schema": TEXT}}}},
        "responses": {"R": {"content": {"application/json": {"schema": WHOLE}}}},
        "securitySchemes": {"S": {"$ref": "#/components/securitySchemes/T"}, "T": {"type": "http", "scheme": "Basic"}},
        "pathItems": {
            "I": {
                "post": {
                    "operationId": "op",
                    "parameters": [{"$ref": "#/components/parameters/Q"}],
                    "requestBody": {"$ref": "#/components/requestBodies/B"},
                    "responses": {"200": {"$ref": "#/components/responses/R"}},
                }
            }
        },
    }
    spec = parse(doc({"/a": {"$ref": "#/components/pathItems/I"}}, "3.1.0", components=components))
    operation = spec.operations.op
    assert operation.pointer == "#/components/pathItems/I/post"
    assert operation.parameters[0].pointer == "#/components/parameters/P"
    assert operation.request_body.pointer == "#/components/requestBodies/B"
    assert operation.responses["200"].pointer == "#/components/responses/R"
    assert spec.security_schemes["S"].scheme == "basic"
    assert spec.faults == ()


def test_an_operations_parameter_goes_before_its_paths():
    """The path item's parameters hold for all its operations; one of the same name and place replaces it."""
    item = {"parameters": [parameter("a", schema=TEXT), parameter("b")]}
    operation = an_operation({"parameters": [parameter("a", schema=WHOLE), parameter("a", "header")]}, item=item)
    assert [(p.name, p.location) for p in operation.parameters] == [("a", "query"), ("b", "query"), ("a", "header")]
    assert operation.parameter("a").schema.types == ("integer",)
    assert operation.parameter("a", "header").location == "header"
    assert operation.parameter("c") is None


def test_path_parameters_come_in_the_order_of_the_path():
    """Positional arguments follow the path; one that is not declared is there all the same."""
    operation = an_operation(
        {"parameters": [parameter("q"), parameter("y", "path"), parameter("gone", "path")]}, "/{x}/{y}/{x}"
    )
    assert [(p.name, p.required) for p in operation.parameters] == [("x", True), ("y", True), ("q", False)]
    assert operation.parameters[0].schema is None


def test_header_parameters_that_are_none():
    """Accept, Content-Type and Authorization are said elsewhere in a document (OpenAPI 3.1 §4.8.12.1)."""
    names = ["Accept", "content-type", "Authorization", "X-Mine"]
    operation = an_operation({"parameters": [parameter(name, "header") for name in names]})
    assert [(p.name, p.keyword) for p in operation.parameters] == [("X-Mine", "x_mine")]


def test_forms_of_parameters():
    """Style, explode and allowReserved are OpenAPI's defaults unless said; ``content`` names a media type."""
    content = {"application/json": {"schema": {"type": "object"}}}
    operation = an_operation(
        {
            "parameters": [
                parameter("a", style="pipeDelimited"),
                parameter("b", explode=False, allowReserved=True, deprecated=True),
                {"name": "c", "in": "query", "content": content},
                parameter("d", "cookie"),
                parameter("e", "header", explode=True),
                {"name": "f", "in": "query"},
            ]
        }
    )
    a, b, c, d, e, f = operation.parameters
    assert (a.style, a.explode) == ("pipeDelimited", False)
    assert (b.style, b.explode, b.allow_reserved, b.deprecated) == ("form", False, True, True)
    assert (c.media_type, c.schema.types) == ("application/json", ("object",))
    assert (d.style, d.explode) == ("form", True)
    assert (e.style, e.explode) == ("simple", True)
    assert f.schema is None


def test_constant_parameters():
    """A parameter whose schema has one value says so."""
    constant = parameter("id", "path", schema={"const": "~"})
    assert an_operation({"parameters": [constant]}, "/a/{id}").parameters[0].constant
    assert not an_operation({"parameters": [parameter("id", "path")]}, "/a/{id}").parameters[0].constant


CLASHES = [
    # (name, place) of the parameters, keywords
    ([("id", "path"), ("id", "query")], ["id", "id_query"]),
    ([("id", "path"), ("id", "query"), ("id_query", "query")], ["id", "id_query", "id_query_query"]),
    (
        [("page[limit]", "query"), ("page-limit", "query"), ("page.limit", "query")],
        ["page_limit", "page_limit_query", "page_limit_query_2"],
    ),
    ([("class", "query"), ("class", "header")], ["class_", "class_header"]),
    ([("X-Id", "header"), ("x_id", "query")], ["x_id", "x_id_query"]),
]


@pytest.mark.parametrize(("parameters", "keywords"), CLASHES)
def test_clashing_parameter_names(parameters, keywords):
    """Parameters whose names read alike are told apart by their place, and never two have one keyword."""
    path = "/a/{id}" if ("id", "path") in parameters else "/a"
    operation = an_operation({"parameters": [parameter(*p) for p in parameters]}, path)
    assert [p.keyword for p in operation.parameters] == keywords


BROKEN = [
    # operation, pointer, words
    ({"parameters": [{"name": "a"}]}, "#/paths/~1a/get/parameters/0", "`in`"),
    ({"parameters": [{"name": 5, "in": "query"}]}, "#/paths/~1a/get/parameters/0", "a name"),
    ({"parameters": [{"name": "a", "in": ["query"]}]}, "#/paths/~1a/get/parameters/0", "`in`"),
    ({"parameters": ["a"]}, "#/paths/~1a/get/parameters/0", "an object is wanted"),
    ({"parameters": [{"$ref": "#/components/parameters/P"}]}, "#/components/parameters/P", "leads nowhere"),
    ({"requestBody": []}, "#/paths/~1a/get/requestBody", "an object is wanted"),
    ({"responses": {"200": None}}, "#/paths/~1a/get/responses/200", "an object is wanted"),
]


@pytest.mark.parametrize(("operation", "pointer", "words"), BROKEN)
def test_an_operation_that_cannot_be_made(operation, pointer, words):
    """An operation whose parts are no parts raises a SpecError with their place when it is asked for, and only then."""
    spec = parse(
        doc({"/a": {"get": {"operationId": "op", **OK, **operation}}, "/b": {"get": {"operationId": "b", **OK}}})
    )
    assert spec.operations.b.id == "b"
    with pytest.raises(SpecError, match=re.escape(words)) as caught:
        _ = spec.operations.op
    assert caught.value.pointer == pointer
