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
from minimal import OK, an_operation, doc, parameter

from dynclient import errors
from dynclient.documents import pointers
from dynclient.errors import ArgumentError, SpecError, UnknownOperation
from dynclient.openapi import load, spec
from dynclient.openapi.operation import ServerVariable, identifier
from dynclient.openapi.spec import Server, parse

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
    assert an_operation({}, **more).security == ({"basic": ()},)
    assert an_operation({"security": []}, **more).security == ()
    assert an_operation({"security": [{}]}, **more).security == ({},)


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
    operation = an_operation({"requestBody": {"content": schema}})
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
