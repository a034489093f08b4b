"""One spec, one server, one auth and one transport made into callables."""

from __future__ import annotations

import inspect
import json
import pickle
import pydoc
import threading

import pytest
from loopback import Server, answer
from tiny_specs import json_answer, json_body, parameter, tiny

import dynclient
from dynclient import Client, errors, load
from dynclient.documents import releases
from dynclient.openapi.request_encoder import Encoder

INT = {"type": "integer"}
THING = {"type": "object", "required": ["id"], "properties": {"id": INT, "name": {"type": "string"}}}
PAGE = {
    "type": "object",
    "properties": {"things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "total_entries": INT},
}
OPERATIONS = {
    "GET /things": {
        "operationId": "get_things",
        "tags": ["Thing"],
        "parameters": [parameter("limit", schema={"type": "integer", "default": 7}), parameter("offset", schema=INT)],
        "responses": {"200": json_answer(PAGE), "404": json_answer({})},
    },
    "GET /things/{id}": {
        "operationId": "get_thing",
        "tags": ["Thing", "One"],
        "parameters": [parameter("id", "path", INT)],
        "responses": {"200": json_answer({"$ref": "#/components/schemas/Thing"})},
    },
    "POST /things": {
        "operationId": "post_thing",
        "requestBody": json_body({"$ref": "#/components/schemas/Thing"}),
        "responses": {"201": json_answer({"$ref": "#/components/schemas/Thing"})},
    },
    "POST /things/list": {
        "operationId": "get_things_batch",
        "requestBody": json_body({"type": "object", "properties": {"page_limit": INT, "page_offset": INT}}),
        "responses": {"200": json_answer(PAGE)},
    },
    "GET /call": {"operationId": "call", "responses": {"200": json_answer({})}},
}


def spec(**extra):
    return tiny(OPERATIONS, schemas={"Thing": THING}, **extra)


def ok(body: object, status: int = 200):
    return answer(status, json.dumps(body).encode())


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_a_call_goes_there_and_back():
    """An operation is an attribute: it sends what the arguments say and returns the model."""
    with Server(ok({"id": 3, "name": "n"})) as server, Client(spec(), url(server) + "/a/b/") as client:
        thing = client.get_thing(3)
    assert (type(thing).__name__, thing.name) == ("Thing", "n")
    assert server.seen[0].line == "GET /a/b/things/3 HTTP/1.1"
    assert server.seen[0].headers["accept"] == "application/json"


def test_models_remember_the_call_they_came_from():
    """The path arguments and the operation stay with the model, for updates."""
    from dynclient.schema.origins import root_of

    with Server(ok({"id": 3})) as server, Client(spec(), url(server)) as client:
        origin, steps = root_of(client.get_thing(3))
    assert (origin.operation, dict(origin.arguments), steps) == ("get_thing", {"id": 3}, ())


def test_call_reaches_operations_whose_name_the_client_uses():
    """``client.call(id)`` reaches any operation by its id."""
    with Server(ok({"id": 3})) as server, Client(spec(), url(server)) as client:
        assert client.call("call") == {"id": 3}
        assert client.call("get_thing", 3).id == 3
    assert [seen.target for seen in server.seen] == ["/call", "/things/3"]


def test_an_unknown_operation_has_near_names():
    """A typo is an AttributeError that names what comes near; ``call`` raises the same."""
    client = Client(spec(), "http://127.0.0.1:1")
    with pytest.raises(AttributeError, match="did you mean get_thing or get_things") as caught:
        client.get_thingz  # noqa: B018 - looking it up is the test
    assert caught.value.near[:2] == ("get_thing", "get_things")
    with pytest.raises(KeyError):
        client.call("nothing_like_it")


def test_dir_tags_and_operations():
    """dir() lists the operations, tags group them, ``operations`` is the spec's."""
    client = Client(spec(), "http://127.0.0.1:1")
    assert {"get_things", "post_thing", "call", "spec"} <= set(dir(client))
    assert list(client.tags["Thing"]) == ["get_things", "get_thing"]
    assert client.tags["One"].get_thing is client.get_thing
    assert client.operations is client.spec.operations
    with pytest.raises(errors.UnknownOperation, match="it has get_thing"):
        client.tags["One"].get_things  # noqa: B018 - looking it up is the test


def test_signature_and_help():
    """A callable has a real signature (path positional, the rest by keyword, server defaults shown) and help."""
    client = Client(spec(), "http://127.0.0.1:1")
    assert str(inspect.signature(client.get_things)) == "(*, limit: int = 7, offset: int = ...) -> dict"
    assert str(inspect.signature(client.get_thing)) == "(id: int) -> Thing"
    assert str(inspect.signature(client.post_thing)) == "(*, id: int, name: str = ..., body: Thing = ...) -> Thing"
    text = pydoc.render_doc(client.get_things)
    assert "GET /things" in text
    assert "limit (int, server's default 7)" in text
    assert "404 NotFound" in text


def test_help_uses_the_words_of_the_document_where_it_has_some():
    """A document's own summary and descriptions come first, their first lines."""
    described = {**parameter("limit", schema=INT), "description": "How many.\n\nMore on it."}
    body = json_body({"type": "object", "properties": {"name": {"type": "string", "description": "What it is called"}}})
    operation = {"operationId": "op", "summary": "Do it", "parameters": [described], "requestBody": body}
    text = pydoc.render_doc(Client(tiny({"POST /do": operation}), "http://127.0.0.1:1").op)
    assert "Do it" in text
    assert "limit (int): How many." in text
    assert "name (str): What it is called" in text


def test_signature_binds_what_the_call_takes():
    """What inspect.signature accepts, the callable accepts, and the other way round."""
    client = Client(load("3.3.2"), "http://127.0.0.1:1")
    for name in ("get_dags", "trigger_dag_run", "patch_connection", "get_log"):
        call = getattr(client, name)
        signature = inspect.signature(call)
        assert set(signature.parameters) == set(Encoder(call.operation).keywords)
        signature.bind(**{n: 1 for n, p in signature.parameters.items() if p.default is p.empty})


def test_request_is_built_not_sent():
    """``.request()`` validates and builds, credentials included; curl() masks them."""
    client = Client(spec(), "http://127.0.0.1:1/x", auth=("user", "s3cret"))
    request = client.get_things.request(limit=5)
    assert request.url == "http://127.0.0.1:1/x/things?limit=5"
    assert request.headers["authorization"].startswith("Basic ")
    assert "s3cret" not in request.curl()
    assert "Basic ***" in request.curl()


def test_response_raises_for_neither():
    """``.response()`` gives status, headers, data and violations for an error status and for a broken contract."""
    with Server(ok({"detail": "no"}, 404), ok({"id": "x"})) as server, Client(spec(), url(server)) as client:
        refused = client.get_thing.response(3)
        broken = client.get_thing.response(3)
    assert (refused.status, refused.data, type(refused.error)) == (404, {"detail": "no"}, errors.NotFound)
    assert (broken.status, broken.data, len(broken.violations)) == (200, {"id": "x"}, 1)


MODES = [("strict", errors.InvalidResponse, None), ("warn", None, errors.ContractWarning), ("off", None, None)]


@pytest.mark.parametrize(("mode", "raises", "warns"), MODES)
def test_what_a_broken_answer_does(mode, raises, warns):
    """strict raises, warn warns and keeps the violations, off does not look."""
    with Server(ok({"id": "x"})) as server, Client(spec(), url(server), responses=mode) as client:
        if raises:
            with pytest.raises(raises):
                client.get_thing(3)
        elif warns:
            with pytest.warns(warns, match="id: a string where an integer is wanted"):
                assert client.get_thing(3) == {"id": "x"}
            assert [(name, v.where) for name, v in client.violations] == [("get_thing", "id")]
        else:
            assert client.get_thing(3) == {"id": "x"}


def test_an_error_status_raises_in_every_mode():
    """responses= is about the contract; a 4xx is the server's no."""
    with (
        Server(ok({"detail": "no"}, 404)) as server,
        Client(spec(), url(server), responses="off") as client,
        pytest.raises(errors.NotFound, match=r"get_thing \(GET /things/\{id\}\) answered 404 NotFound: Not Found: no"),
    ):
        client.get_thing(3)


def test_iter_and_pages():
    """``.iter()`` gives items, ``.pages()`` pages; both lazily, in order."""
    pages = [{"things": [{"id": 1}, {"id": 2}], "total_entries": 3}, {"things": [{"id": 3}], "total_entries": 3}]
    with Server(*map(ok, pages * 2)) as server, Client(spec(), url(server)) as client:
        assert [thing.id for thing in client.get_things.iter(limit=2)] == [1, 2, 3]
        assert [len(page["things"]) for page in client.get_things.pages(limit=2)] == [2, 1]
    assert [seen.target for seen in server.seen[:2]] == ["/things?limit=2", "/things?limit=2&offset=2"]


def test_read_only_refuses_what_may_change_something():
    """A read_only client sends GET and batch lists, and nothing else."""
    with (
        Server(ok({"things": [], "total_entries": 0})) as server,
        Client(spec(), url(server), read_only=True) as client,
    ):
        client.get_things()
        client.get_things_batch()
        with pytest.raises(errors.ArgumentError, match="read_only; nothing was sent"):
            client.post_thing(id=1)
    assert len(server.seen) == 2


SERVERS = [
    {
        "url": "https://{host}.example/{base}",
        "variables": {"host": {"default": "a", "enum": ["a", "b"]}, "base": {"default": "v1"}},
    },
    {"url": "https://second.example/"},
]

PLACES = [
    # (server=, the URL that get_things goes to)
    (None, "https://a.example/v1/things"),
    (1, "https://second.example/things"),
    ("https://host/a/b/api/v1", "https://host/a/b/api/v1/things"),
    ({"*": 1}, "https://second.example/things"),
    ({"get_things": "https://other/x"}, "https://other/x/things"),
    ({"get_thing": "https://other/x", "*": 1}, "https://second.example/things"),
]


@pytest.mark.parametrize(("server", "expected"), PLACES, ids=[str(row[0]) for row in PLACES])
def test_where_a_request_goes(server, expected):
    """A URL, an index, or either per operation; the document's first server by default; prefixes survive."""
    client = Client(spec(servers=SERVERS), server)
    assert client.get_things.request().url == expected


def test_server_variables_fill_the_url():
    """A templated server is expanded by its variables, checked against their enums."""
    document = spec(servers=SERVERS)
    client = Client(document, document.servers[0].expand(host="b", base="v2"))
    assert client.get_things.request().url == "https://b.example/v2/things"
    with pytest.raises(errors.ArgumentError, match="one of 'a', 'b' is wanted"):
        document.servers[0].expand(host="c")


def test_an_operation_may_have_servers_of_its_own():
    """The document's server of an operation is used unless the caller says otherwise, and gets no credentials."""
    operations = {**OPERATIONS, "GET /call": {**OPERATIONS["GET /call"], "servers": [{"url": "https://log.example"}]}}
    document = tiny(operations, schemas={"Thing": THING}, servers=SERVERS)
    with pytest.warns(UserWarning, match="credentials"):
        request = Client(document, auth="t").operation("call").request()
    assert request.url == "https://log.example/call"
    assert "authorization" not in request.headers
    assert Client(document, "https://mine/x").operation("call").request().url == "https://mine/x/call"


BAD_CLIENTS = [
    ({"server": "localhost:8080"}, "starts with http"),
    ({"server": 5}, "the document has 2, counted from 0"),
    ({"responses": "loud"}, '"strict", "warn", "off"'),
]


@pytest.mark.parametrize(("kwargs", "words"), BAD_CLIENTS)
def test_what_a_client_does_not_take(kwargs, words):
    """A wrong knob is an ArgumentError that says what is wanted."""
    with pytest.raises(errors.ArgumentError, match=words):
        Client(spec(servers=SERVERS), **kwargs)


def test_a_relative_server_needs_a_place():
    """A document that names only a relative server says so when it is called."""
    client = Client(spec(servers=[{"url": "/api/v1"}]))
    with pytest.raises(errors.ArgumentError, match=r"/api/v1 as its server; say where it is: Client\(spec, server="):
        client.get_things()


def test_many_threads_share_a_client():
    """One client, 16 threads: every answer is its caller's."""

    def echo(exchange):
        number = int(exchange.seen.target.rpartition("/")[2])
        ok({"id": number})(exchange)

    wrong = []

    def work(client, start):
        wrong.extend(n for n in range(start, start + 20) if client.get_thing(n).id != n)

    with Server(echo) as server, Client(spec(), url(server)) as client:
        threads = [threading.Thread(target=work, args=(client, 100 * i)) for i in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(server.seen) == 320


def test_examples_are_accepted():
    """``.example()`` makes arguments that the document accepts, the same for the same seed."""
    client = Client(load("3.3.2"), "http://127.0.0.1:1")
    for name in client.operations:
        call = client.operation(name)
        assert call.example(3) == call.example(3)
        call.request(**call.example(3))


def test_the_public_names():
    """``__all__`` is sorted and every name in it can be looked up."""
    assert dynclient.__all__ == sorted(dynclient.__all__)
    for name in set(dynclient.__all__) - {"Airflow", "airflow", "connect"}:
        assert getattr(dynclient, name) is not None
    with pytest.raises(AttributeError):
        dynclient.nothing  # noqa: B018 - looking it up is the test


def test_requests_may_be_let_through():
    """requests="warn" sends what breaks the document and says so; "off" sends it silently; strict refuses it."""
    with Server(ok({"id": 1}), ok({"id": 1})) as server:
        warning = Client(spec(), url(server), requests="warn")
        with pytest.warns(errors.ContractWarning, match=r"get_thing: the arguments break the document and are sent"):
            warning.get_thing("x")
        assert [name for name, _ in warning.violations] == ["get_thing"]
        Client(spec(), url(server), requests="off").get_thing("x")
        with pytest.raises(errors.InvalidRequest):
            Client(spec(), url(server)).get_thing("x")
    assert [seen.target for seen in server.seen] == ["/things/x", "/things/x"]


def test_a_change_that_was_made_is_said():
    """A 2xx of POST that breaks the document says that the server did it, and carries the data."""
    with Server(ok({"id": "x"}, 201), ok({"id": 1}, 202)) as server, Client(spec(), url(server)) as client:
        with pytest.raises(
            errors.InvalidResponse, match="answered 201, so the server did it, but with a body"
        ) as broken:
            client.post_thing(id=1)
        with pytest.raises(errors.UndocumentedResponse, match="202, so the server did it, but the document does not"):
            client.post_thing(id=1)
    assert broken.value.data == {"id": "x"}


def test_errors_carry_the_request_without_credentials():
    """What was asked is at every error of an answer or its absence; the credentials are not in it."""
    with Server(ok({}, 404), ok({"id": "x"})) as server:
        client = Client(spec(), url(server), auth="s3cret")
        address = url(server)
        for kind in (errors.NotFound, errors.InvalidResponse, errors.TransportError):
            with pytest.raises(kind) as caught:
                client.get_thing.options(retries=0)(3)
            assert caught.value.request.url == f"{address}/things/3"
            assert "authorization" not in caught.value.request.headers
            assert pickle.loads(pickle.dumps(caught.value)).request == caught.value.request
            if kind is errors.InvalidResponse:
                server.__exit__(None, None, None)


def test_options_go_with_the_calls():
    """.options() sets header fields, timeout and retries of a callable, or of all calls of a client; others stay."""
    with Server(ok({"id": 1}), ok({"id": 1}), ok({"id": 1})) as server:
        client = Client(spec(), url(server))
        client.get_thing.options(headers={"X-A": "1"})(1)
        client.options(headers={"X-A": "2"}).get_thing.options(headers={"X-B": "3"})(1)
        client.get_thing(1)
    assert [(s.headers.get("x-a"), s.headers.get("x-b")) for s in server.seen] == [
        ("1", None),
        ("2", "3"),
        (None, None),
    ]


def test_a_server_of_one_operation_gets_the_credentials():
    """Origins of ``server={operation: url}`` are named by the caller, so they get the credentials; others do not."""
    client = Client(spec(), {"get_things": "https://one/x", "*": "https://all"}, auth="t")
    assert client.get_things.request().headers["authorization"] == "Bearer t"
    assert client.get_thing.request(1).headers["authorization"] == "Bearer t"


def test_a_document_alone_names_no_origin():
    """Without server= the document's own server is used, and gets no credentials; the warning says what to pass."""
    client = Client(spec(servers=SERVERS), auth="t")
    with pytest.warns(errors.ContractWarning, match="no credentials are sent to https://a.example"):
        assert "authorization" not in client.get_things.request().headers


def test_fields_beyond_a_closed_schema_are_warned_about():
    """A field that additionalProperties: false does not allow is kept, with a warning that names it."""
    closed = {**THING, "additionalProperties": False}
    operation = {"operationId": "op", "responses": {"200": json_answer(closed)}}
    message = "op: more came, which the document does not have; it is kept"
    with (
        Server(ok({"id": 1, "more": 2})) as server,
        Client(tiny({"GET /a": operation}), url(server)) as client,
        pytest.warns(errors.ContractWarning, match=message),
    ):
        assert client.op() == {"id": 1, "more": 2}


def test_signatures_read_no_help_from_disk():
    """inspect.signature needs no help text; the document's own words and the file of texts are for help alone."""
    document = load("3.3.2")
    client = Client(document, "http://127.0.0.1:1")
    releases._words.cache_clear()
    str(inspect.signature(client.get_dags))
    assert releases._words.cache_info().currsize == 0
    pydoc.render_doc(client.get_dags)
    assert releases._words.cache_info().currsize == 1
