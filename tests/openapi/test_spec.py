"""A document becomes frozen operations, parameters and servers; a defect becomes a fault and hides nothing else."""

from __future__ import annotations

import copy
import inspect
import json
import re
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from dynclient import errors
from dynclient.documents import pointers
from dynclient.errors import ArgumentError, SpecError, UnknownOperation
from dynclient.openapi import load, spec
from dynclient.openapi.operation import ServerVariable, identifier
from dynclient.openapi.spec import Server, parse

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
OK = {"responses": {"200": {"description": "OK"}}}


def doc(paths, version="3.0.3", **more):
    return {"openapi": version, "info": {"title": "Pets", "version": "1"}, "paths": paths, **more}


def made(operation, path="/a", method="get", item=None, **more):
    """One operation of a tiny document."""
    found = parse(doc({path: {**(item or {}), method: {"operationId": "op", **OK, **operation}}}, **more))
    return found.operations["op"]


def parameter(name, location="query", **more):
    return {"name": name, "in": location, "schema": TEXT, **more}


# --- operations --------------------------------------------------------------------------------------------------


def test_an_operation_has_openapis_own_nouns():
    """An operation is frozen data under OpenAPI's names in snake case."""
    operation = made(
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
    operation = made({"responses": {code: {} for code in documented}})
    found = operation.response_for(status)
    assert (found and found.status) == which


SUCCESS = [(["404", "201", "200"], "200"), (["2XX", "404"], "2XX"), (["404", "default"], "default"), (["404"], None)]


@pytest.mark.parametrize(("documented", "which"), SUCCESS)
def test_success(documented, which):
    """The success of an operation is its lowest 2xx, else the range, else the default."""
    found = made({"responses": {code: {} for code in documented}}).success
    assert (found and found.status) == which


def test_response_headers():
    """A response's headers are schemas by name; Content-Type is no header of its own (OpenAPI 3.1 §4.8.17)."""
    headers = {
        "X-Total": {"schema": WHOLE},
        "Content-Type": {"schema": TEXT},
        "X-Ref": {"$ref": "#/components/headers/H"},
    }
    operation = made({"responses": {"200": {"headers": headers}}}, components={"headers": {"H": {"schema": TEXT}}})
    found = operation.success.headers
    assert {name: schema.pointer for name, schema in found.items()} == {
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
    found = parse(doc({"/a": {"$ref": "#/components/pathItems/I"}}, "3.1.0", components=components))
    operation = found.operations.op
    assert operation.pointer == "#/components/pathItems/I/post"
    assert operation.parameters[0].pointer == "#/components/parameters/P"
    assert operation.request_body.pointer == "#/components/requestBodies/B"
    assert operation.responses["200"].pointer == "#/components/responses/R"
    assert found.security_schemes["S"].scheme == "basic"
    assert found.faults == ()


# --- parameters --------------------------------------------------------------------------------------------------


def test_an_operations_parameter_goes_before_its_paths():
    """The path item's parameters hold for all its operations; one of the same name and place replaces it."""
    item = {"parameters": [parameter("a", schema=TEXT), parameter("b")]}
    operation = made({"parameters": [parameter("a", schema=WHOLE), parameter("a", "header")]}, item=item)
    assert [(p.name, p.location) for p in operation.parameters] == [("a", "query"), ("b", "query"), ("a", "header")]
    assert operation.parameter("a").schema.types == ("integer",)
    assert operation.parameter("a", "header").location == "header"
    assert operation.parameter("c") is None


def test_path_parameters_come_in_the_order_of_the_path():
    """Positional arguments follow the path; one that is not declared is there all the same."""
    operation = made(
        {"parameters": [parameter("q"), parameter("y", "path"), parameter("gone", "path")]}, "/{x}/{y}/{x}"
    )
    assert [(p.name, p.required) for p in operation.parameters] == [("x", True), ("y", True), ("q", False)]
    assert operation.parameters[0].schema is None


def test_header_parameters_that_are_none():
    """Accept, Content-Type and Authorization are said elsewhere in a document (OpenAPI 3.1 §4.8.12.1)."""
    names = ["Accept", "content-type", "Authorization", "X-Mine"]
    operation = made({"parameters": [parameter(name, "header") for name in names]})
    assert [(p.name, p.keyword) for p in operation.parameters] == [("X-Mine", "x_mine")]


def test_forms_of_parameters():
    """Style, explode and allowReserved are OpenAPI's defaults unless said; ``content`` names a media type."""
    content = {"application/json": {"schema": {"type": "object"}}}
    operation = made(
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
    assert made({"parameters": [constant]}, "/a/{id}").parameters[0].constant
    assert not made({"parameters": [parameter("id", "path")]}, "/a/{id}").parameters[0].constant


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
    operation = made({"parameters": [parameter(*p) for p in parameters]}, path)
    assert [p.keyword for p in operation.parameters] == keywords


IDENTIFIERS = [
    ("get_dags", "get_dags"),
    ("getDags", "getDags"),
    ("X-Request-Id", "x_request_id"),
    ("class", "class_"),
    ("None", "None_"),
    ("page[limit]", "page_limit"),
    ("2fa", "_2fa"),
    ("dag.id", "dag_id"),
    ("fooBar-baz", "foo_bar_baz"),
    ("~", "_"),
    ("", "_"),
    ("is", "is_"),
    ("import-", "import_"),
]


@pytest.mark.parametrize(("name", "expected"), IDENTIFIERS)
def test_identifiers(name, expected):
    """A name that is no identifier gets one; a keyword gets an underscore."""
    assert identifier(name) == expected


@given(st.text(max_size=8))
def test_every_name_gets_an_identifier(name):
    """Whatever a document calls a thing, Python can call it, and an identifier stays as it is."""
    made_ = identifier(name)
    assert made_.isidentifier()
    assert identifier(made_) == made_
    inspect.Parameter(made_, inspect.Parameter.KEYWORD_ONLY)


# --- ids and names -----------------------------------------------------------------------------------------------

IDS = [
    # rule, operationIds in the order of the document (None: it has none), ids, names, words of faults
    ("as they are", ["a", "b"], ["a", "b"], ["a", "b"], []),
    (
        "twice",
        ["a", "a", "a"],
        ["a", "a_2", "a_3"],
        ["a", "a_2", "a_3"],
        ["'a' is used twice; this one is called 'a_2'", "'a' is used twice; this one is called 'a_3'"],
    ),
    (
        "twice, the suffix taken",
        ["a", "a", "a_2"],
        ["a", "a_3", "a_2"],
        ["a", "a_3", "a_2"],
        ["'a' is used twice; this one is called 'a_3'"],
    ),
    ("missing", [None, "b"], ["get_p0_id", "b"], ["get_p0_id", "b"], []),
    ("missing, the name taken", [None, "get_p0_id"], ["get_p0_id_2", "get_p0_id"], ["get_p0_id_2", "get_p0_id"], []),
    ("empty or no string", ["", 5], ["get_p0_id", "get_p1_id"], ["get_p0_id", "get_p1_id"], []),
    ("no identifiers", ["get-dags", "class"], ["get-dags", "class"], ["get_dags", "class_"], []),
    (
        "that read alike",
        ["get-dags", "get.dags"],
        ["get-dags", "get.dags"],
        ["get_dags", "get_dags_2"],
        ["'get.dags' reads as another one in Python; it is called 'get_dags_2'"],
    ),
    (
        "that read as a real one",
        ["get-dags", "get_dags"],
        ["get-dags", "get_dags"],
        ["get_dags_2", "get_dags"],
        ["'get-dags' reads as another one in Python; it is called 'get_dags_2'"],
    ),
]


@pytest.mark.parametrize(("rule", "said", "ids", "names", "faults"), IDS)
def test_operation_ids(rule, said, ids, names, faults):
    """Every operation has an id and a Python name of its own: missing ones are made, second ones get a suffix."""
    operations = [{**OK, **({} if id_ is None else {"operationId": id_})} for id_ in said]
    found = parse(doc({f"/p{i}/{{id}}": {"get": operation} for i, operation in enumerate(operations)}))
    assert list(found.operations) == ids, rule
    assert [operation.name for operation in found.operations.values()] == names
    assert [operation.path for operation in found.operations.values()] == [f"/p{i}/{{id}}" for i in range(len(said))]
    assert [
        re.sub(r"^operationId ", "", fault.message) for fault in found.faults if "operationId '" in fault.message
    ] == faults
    for id_, name in zip(ids, names, strict=True):
        assert getattr(found.operations, name) is found.operations[id_]


def test_operations_are_a_mapping():
    """Operations are found by id and by Python name, made once, and listed in the order of the document."""
    found = parse(doc({"/a": {"get": {"operationId": "get-a", **OK}}, "/b": {"get": {"operationId": "b", **OK}}}))
    operations = found.operations
    assert list(operations) == ["get-a", "b"]
    assert operations.names == ("get_a", "b")
    assert len(operations) == 2
    assert operations["get-a"] is operations["get_a"] is operations.get_a
    assert "get_a" in operations
    assert "get-a" in operations
    assert "c" not in operations
    assert operations.path("get-a") == "/a"
    assert {"get_a", "b"} <= set(dir(operations))
    assert repr(operations) == "<2 operations: get-a, b …>"


def test_unknown_operations():
    """An unknown operation raises with near names, as KeyError and AttributeError both."""
    operations = parse(doc({"/a": {"get": {"operationId": "get_dags", **OK}}})).operations
    for attempt in (lambda: operations["get_dag"], lambda: operations.get_dag):
        with pytest.raises(
            UnknownOperation, match=r"^there is no operation 'get_dag' here; did you mean get_dags\?$"
        ) as caught:
            attempt()
        assert caught.value.near == ("get_dags",)
    with pytest.raises(KeyError, match="dir\\(\\) lists them"):
        operations["zzzzz"]
    assert not hasattr(operations, "zzzzz")
    assert not hasattr(operations, "__wrapped__")
    assert copy.copy(operations).get_dags.id == "get_dags"


def test_tags():
    """Tags group the Python names of operations in the order of the document."""
    paths = {
        "/a": {
            "get": {"operationId": "get-a", "tags": ["X", "Y"], **OK},
            "put": {"operationId": "b", "tags": ["X"], **OK},
        }
    }
    assert parse(doc(paths)).tags == {"X": ("get_a", "b"), "Y": ("get_a",)}


# --- defects -----------------------------------------------------------------------------------------------------

DEFECTS = [
    # paths, pointer of the fault, words
    ({"/b": {"$ref": "#/nowhere"}}, "#/paths/~1b", "leads nowhere"),
    ({"/b": {"$ref": "other.yaml"}}, "#/paths/~1b", "out of the document"),
    ({"/b": {"$ref": "#/paths/~1b"}}, "#/paths/~1b", "back to itself"),
    ({"/b": None}, "#/paths/~1b", "a path item is an object"),
    ({"/b": {"get": None}}, "#/paths/~1b/get", "an operation is an object"),
    ({"/b": {"get": []}}, "#/paths/~1b/get", "an operation is an object"),
]


@pytest.mark.parametrize(("paths", "pointer", "words"), DEFECTS)
def test_a_defect_is_a_fault(paths, pointer, words):
    """What cannot be used is left out and named in ``faults``; the rest of the document works."""
    found = parse(doc({"/a": {"get": {"operationId": "a", **OK}}, **paths}))
    assert list(found.operations) == ["a"]
    (fault,) = found.faults
    assert fault.pointer == pointer
    assert words in fault.message


def test_extensions_are_no_defects():
    """Members that start with ``x-`` are no paths."""
    assert parse(doc({"/a": {"get": {**OK}}, "x-internal": True, "x-more": "text"})).faults == ()


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
    found = parse(
        doc({"/a": {"get": {"operationId": "op", **OK, **operation}}, "/b": {"get": {"operationId": "b", **OK}}})
    )
    assert found.operations.b.id == "b"
    with pytest.raises(SpecError, match=re.escape(words)) as caught:
        _ = found.operations.op
    assert caught.value.pointer == pointer


NULLS = [
    {"parameters": None, "tags": None, "servers": None, "responses": None, "security": None},
    {"responses": {"200": {"content": None, "headers": None}}, "requestBody": {"content": None}},
    {"responses": {"200": {"content": {"application/json": None}}}, "requestBody": {"content": {"a/b": None}}},
]


@pytest.mark.parametrize("nulls", NULLS)
def test_null_where_a_list_or_mapping_belongs(nulls):
    """An empty key of YAML is null; it says as little as a missing one."""
    operation = made(nulls)
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


# --- servers -----------------------------------------------------------------------------------------------------

REGION = ServerVariable("eu", ("eu", "us"))
EXPANDED = [
    # url, variables, given, expanded
    ("https://h/api", {}, {}, "https://h/api"),
    ("https://{region}.h:{port}/api", {"region": REGION, "port": ServerVariable("80")}, {}, "https://eu.h:80/api"),
    (
        "https://{region}.h:{port}/api",
        {"region": REGION, "port": ServerVariable("80")},
        {"region": "us", "port": 8080},
        "https://us.h:8080/api",
    ),
    ("https://{region}.h", {"region": REGION}, {"unused": "x"}, "https://eu.h"),
    ("https://{self}.h", {"self": ServerVariable("a")}, {"self": "b"}, "https://b.h"),
    ("https://{unknown}.h", {}, {}, "https://{unknown}.h"),
]


@pytest.mark.parametrize(("url", "variables", "given_", "expected"), EXPANDED)
def test_server_variables(url, variables, given_, expected):
    """A server's URL is filled in from what is given, else from the defaults; what it does not use is ignored."""
    assert Server(url, variables).expand(**given_) == expected


def test_server_variables_are_checked():
    """A value outside its enum is an error that lists them, all variables at once."""
    server = Server("https://{a}.{b}", {"a": REGION, "b": ServerVariable("1", ("1", "2"))})
    with pytest.raises(
        ArgumentError,
        match=r"^server https://\{a\}\.\{b\}: a: one of 'eu', 'us' is wanted; b: one of '1', '2' is wanted$",
    ):
        server.expand(a="asia", b="3")


def test_servers():
    """The document's servers stand in order; without any there is one, the root; an operation may have its own."""
    variables = {"p": {"default": 8080, "enum": [8080, 9090]}}
    servers = [{"url": "https://h:{p}/api", "variables": variables}, {"url": "/relative"}]
    found = parse(
        doc(
            {
                "/a": {"servers": [{"url": "https://item"}], "get": {"operationId": "a", **OK}},
                "/b": {"get": {"operationId": "b", "servers": [{"url": "https://own"}], **OK}},
                "/c": {"get": {"operationId": "c", **OK}},
            },
            servers=servers,
        )
    )
    assert [server.url for server in found.servers] == ["https://h:{p}/api", "/relative"]
    assert found.servers[0].variables == {"p": ServerVariable("8080", ("8080", "9090"))}
    assert found.servers[0].pointer == "#/servers/0"
    assert [server.url for server in found.operations.a.servers] == ["https://item"]
    assert [server.url for server in found.operations.b.servers] == ["https://own"]
    assert found.operations.c.servers == ()
    assert [server.url for server in parse(doc({})).servers] == ["/"]


def test_security_schemes():
    """Security schemes have OpenAPI's own fields; ``in`` is ``location``, ``name`` is ``parameter``."""
    schemes = {
        "k": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "o": {"type": "oauth2", "flows": {"password": {}}},
    }
    found = parse(doc({}, components={"securitySchemes": schemes})).security_schemes
    assert (found["k"].type, found["k"].location, found["k"].parameter) == ("apiKey", "header", "X-Key")
    assert found["o"].flows == {"password": {}}
    assert found["o"].pointer == "#/components/securitySchemes/o"


def test_security():
    """An operation's own security goes before the document's; an empty list means none."""
    more = {"security": [{"basic": []}]}
    assert made({}, **more).security == ({"basic": ()},)
    assert made({"security": []}, **more).security == ()
    assert made({"security": [{}]}, **more).security == ({},)


# --- match -------------------------------------------------------------------------------------------------------

ROUTES = doc(
    {
        path: {"get": {"operationId": id_, **OK}}
        for path, id_ in [
            ("/dags/{dag_id}", "get_dag"),
            ("/dags/{dag_id}/runs/{run_id}", "get_run"),
            ("/dags/~/runs/{run_id}", "get_any_run"),
            ("/dags/{dag_id}/runs/latest", "get_latest"),
            ("/dags", "get_dags"),
            ("/version", "get_version"),
            ("/files/{name}.{kind}", "get_file"),
            ("/a.b/(x)", "odd"),
        ]
    },
    servers=[
        {"url": "https://h/api/v1"},
        {
            "url": "/other/{v}",
        },
    ],
)
MATCHED = [
    # URL, operation, arguments, prefix
    ("https://h/api/v1/dags/x", "get_dag", {"dag_id": "x"}, "/api/v1"),
    ("http://elsewhere:8080/a/b/api/v1/dags/x?limit=5#f", "get_dag", {"dag_id": "x"}, "/a/b/api/v1"),
    ("/api/v1/dags/x", "get_dag", {"dag_id": "x"}, "/api/v1"),
    ("/other/v7/dags", "get_dags", {}, "/other/v7"),
    ("/api/v1/dags", "get_dags", {}, "/api/v1"),
    ("/api/v1/dags/~/runs/r", "get_any_run", {"run_id": "r"}, "/api/v1"),
    ("/api/v1/dags/%7E/runs/r", "get_any_run", {"run_id": "r"}, "/api/v1"),
    ("/api/v1/dags/x/runs/latest", "get_latest", {"dag_id": "x"}, "/api/v1"),
    ("/api/v1/dags/x/runs/r", "get_run", {"dag_id": "x", "run_id": "r"}, "/api/v1"),
    ("/api/v1/dags/a%2Fb%20c/runs/%25", "get_run", {"dag_id": "a/b c", "run_id": "%"}, "/api/v1"),
    ("/api/v1/dags/api/v1/dags/x", "get_dag", {"dag_id": "x"}, "/api/v1/dags/api/v1"),
    ("/api/v1/files/a.b.txt", "get_file", {"name": "a.b", "kind": "txt"}, "/api/v1"),
    ("/api/v1/a.b/(x)", "odd", {}, "/api/v1"),
    ("/api/v1/axb/(x)", None, None, None),
    ("/api/v1/nope/version", None, None, None),
    ("/api/v1/dags/", None, None, None),
    ("/dags", None, None, None),
    ("/api/v2/dags", None, None, None),
    ("/xapi/v1/dags", None, None, None),
    ("", None, None, None),
]


@pytest.mark.parametrize(("url", "id_", "arguments", "prefix"), MATCHED)
def test_match(url, id_, arguments, prefix):
    """A URL belongs to an operation on any host and below any prefix; literals go before templates."""
    found = parse(ROUTES).match("get", url)
    assert (found and found.operation.id) == id_
    assert (found and found.arguments) == arguments
    assert (found and found.prefix) == prefix


def test_match_by_method():
    """The method counts, in any case of letters."""
    found = parse(ROUTES)
    assert found.match("GET", "/api/v1/dags").operation.id == "get_dags"
    assert found.match("POST", "/api/v1/dags") is None


def test_match_with_a_broken_server():
    """A server variable whose default is not in its enum keeps nothing from being matched."""
    servers = [{"url": "/{v}", "variables": {"v": {"default": "x", "enum": ["y"]}}}]
    assert parse({**ROUTES, "servers": servers}).match("GET", "/z/dags").operation.id == "get_dags"


# --- the whole ---------------------------------------------------------------------------------------------------


def test_the_document_is_not_changed():
    """Parsing, making and compiling change nothing in the document."""
    loaded = load.load("2.2.0")
    before = copy.deepcopy(loaded.document)
    for operation in loaded.operations.values():
        for response in operation.responses.values():
            for media in response.content.values():
                _ = media.schema.response if media.schema is not None else None
    _ = len(loaded.models), loaded.tags, loaded.servers, loaded.match("GET", "/x")
    assert loaded.document == before


def test_parsing_compiles_nothing():
    """Until an operation is used, nothing of it is looked at: a document with broken schemas parses."""
    schema = {"application/json": {"schema": {"$ref": "#/nowhere"}}}
    operation = made({"requestBody": {"content": schema}})
    with pytest.raises(SpecError, match="leads nowhere"):
        _ = operation.request_body.content["application/json"].schema.request


def test_repr():
    """A spec shows its title, release and size."""
    assert repr(parse(doc({}), release="1.2")) == "<Spec Pets 1.2: 0 operations>"
    assert repr(parse(doc({}, info={}))) == "<Spec API: 0 operations>"


def test_words():
    """A line of help is the document's own where it has one, else that of whoever parsed it."""
    body = {"application/json": {"schema": {"properties": {"a": {"description": "Own a."}, "b": {}}}}}
    operation = {
        "operationId": "op",
        "summary": "Own summary.",
        "parameters": [parameter("p", description="Own p.\n\nMore."), parameter("q")],
        "requestBody": {"content": body},
        **OK,
    }
    paths = {"/a": {"post": operation}, "/b": {"get": {"operationId": "bare", **OK}}}
    found = parse(doc(paths), words=lambda kind, name, id_: f"{kind} {name} {id_}")
    assert found.words("operation", "op") == "Own summary."
    assert found.words("operation", "bare") == "operation bare "
    assert found.words("parameter", "p", "op") == "Own p."
    assert found.words("parameter", "q", "op") == "parameter q op"
    assert found.words("field", "a", "op") == "Own a."
    assert found.words("field", "b", "op") == "field b op"
    assert parse(doc(paths)).words("operation", "bare") == ""


def test_threads_share_a_spec():
    """Whatever thread asks first, there is one set of models, and every operation is whole."""
    found = parse(
        doc(
            {f"/p{i}": {"get": {"operationId": f"p{i}", **OK}} for i in range(50)},
            components={"schemas": {"A": {"properties": {"a": {}}}}},
        )
    )
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append((found.models.A, [o.id for o in found.operations.values()])))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({model for model, _ in seen}) == 1
    assert all(ids == list(found.operations) for _, ids in seen)


POINTERS = st.lists(st.text(st.characters(codec="utf-8"), max_size=4), max_size=4)


@given(POINTERS)
def test_pointers_go_there_and_back(steps):
    """A pointer made of any names splits into them again, and leads to the place they name."""
    pointer = pointers.join("#", *steps)
    assert pointers.split(pointer) == tuple(steps)
    tree = "here"
    for step in reversed(steps):
        tree = {step: tree}
    assert pointers.resolve(tree, pointer) == "here" if steps else True


# --- the client that this one replaces ---------------------------------------------------------------------------

GO = json.loads((Path(__file__).parents[1] / "data" / "go_client_2_2_0.json").read_text())


@pytest.fixture(name="release", scope="module")
def load_release():
    return load.load("2.2.0")


@pytest.mark.parametrize(
    ("group", "name", "method", "path"), GO["operations"], ids=[row[1] for row in GO["operations"]]
)
def test_every_operation_of_the_go_client(release, group, name, method, path):
    """Each of the 59 operations of the Go client's page is there by its name, its group is a tag."""
    operation = getattr(release.operations, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
    assert (operation.method, operation.path) == (method, path)
    assert group.removesuffix("Api") in operation.tags


@pytest.mark.parametrize("name", GO["models"])
def test_every_model_of_the_go_client(release, name):
    """Each of the 90 models of the Go client's page is there by its name."""
    model = getattr(release.models, name)
    assert model.__name__ == name
    assert model is release.models[name]


def test_the_page_is_whole(release):
    """The two tables are those of the page, 59 and 90 rows, and the release has no further operation."""
    assert (len(GO["operations"]), len(GO["models"])) == (59, 90)
    assert len(release.operations) == 59


@pytest.mark.parametrize(
    "name",
    [
        "Unauthenticated",
        "PermissionDenied",
        "NotFound",
        "MethodNotAllowed",
        "NotAcceptable",
        "AlreadyExists",
        "BadRequest",
        "Unknown",
    ],
)
def test_every_error_of_the_go_client(name):
    """Each error that the page explains has a class of its name."""
    assert issubclass(getattr(errors, name), errors.ApiError)


def test_public_names():
    """``__all__`` of spec is sorted and all of it is there."""
    assert spec.__all__ == sorted(spec.__all__)
    assert all(hasattr(spec, name) for name in spec.__all__)
