"""The fake server: real HTTP from a document alone, state by the shape of the paths, misbehaviour on demand."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

import pytest
from fakes import complaints
from tiny_specs import json_answer, json_body, parameter, tiny

from dynclient import errors
from dynclient.client.sync import Client
from dynclient.errors import ArgumentError, UnknownOperation
from dynclient.http.transport import Transport
from dynclient.openapi import load
from dynclient.testing import FakeServer, fake_airflow
from dynclient.testing.fake_answers import FakeResponse
from dynclient.testing.misbehaviour import Misbehaviour

MINORS = [
    "2.0.0",
    "2.1.0",
    "2.2.0",
    "2.3.0",
    "2.4.0",
    "2.5.0",
    "2.6.0",
    "2.7.0",
    "2.8.0",
    "2.9.0",
    "2.10.5",
    "2.11.0",
    "3.0.6",
    "3.1.8",
    "3.2.2",
    "3.3.2",
]


@pytest.mark.parametrize("release", MINORS)
def test_every_operation_of(release):
    """Every operation called with seeded valid arguments gets an answer that client and openapi-core accept."""
    assert complaints(release, (0, 3)) == []


# --- a document without any vendor -------------------------------------------------------------------------------

BOOK = {
    "type": "object",
    "required": ["isbn", "title"],
    "additionalProperties": False,
    "properties": {
        "isbn": {"type": "string"},
        "title": {"type": "string"},
        "pages": {"type": ["integer", "null"]},
        "shelf_id": {"type": "string"},
        "printed": {"type": ["string", "null"], "format": "date"},
    },
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        n: {"type": "integer" if n == "status" else "string"} for n in ("type", "title", "status", "detail")
    },
}
LISTED = {
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        }
    },
}


def page(ref):
    properties = {"books": {"type": "array", "items": ref}, "total_entries": {"type": ["integer", "null"]}}
    properties["next_cursor"] = {"type": ["string", "null"]}
    return {"type": "object", "required": ["books", "total_entries"], "properties": properties}


def answers(schema, status="200", **errors_):
    return {status: json_answer(schema), **{code: json_answer(schema) for code, schema in errors_.items()}}


def op(id_, responses, *parameters, body=None):
    made = {"operationId": id_, "responses": responses, "parameters": list(parameters)}
    return {**made, "requestBody": body} if body else made


def library(**errors_):
    ref = {"$ref": "#/components/schemas/Book"}
    shelf = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "owner": {"type": "string"}},
    }
    shelves = {
        "type": "object",
        "properties": {"shelves": {"type": "array", "items": shelf}, "total_entries": {"type": "integer"}},
    }
    on, one = parameter("shelf_id", "path"), parameter("isbn", "path")
    integer = {"type": "integer", "minimum": 0}
    order = parameter("order_by", schema={"type": "array", "items": {"type": "string"}})
    paging = [parameter("limit", schema={**integer, "default": 2}), parameter("offset", schema=integer), order]
    filters = [parameter("title"), parameter("pages_gte", schema=integer), parameter("printed_lt"), parameter("cursor")]
    new = json_body({**BOOK, "required": ["title"]})
    books = "/shelves/{shelf_id}/books"
    batch = {
        "type": "object",
        "properties": {
            "page_limit": integer,
            "page_offset": integer,
            "titles": {"type": "array", "items": {"type": "string"}},
        },
    }
    mask = parameter("update_mask", schema={"type": "array", "items": {"type": "string"}})
    changed = json_body({**BOOK, "required": []})
    about = {"title": {"type": "string"}, "words": {"type": "integer"}}
    summary = {"type": "object", "required": ["title", "words"], "properties": about}
    texts = {media: {"schema": {"type": "string"}} for media in ("text/plain", "application/x-ndjson")}
    gone = {"204": {"description": ""}}
    operations = {
        "GET /shelves": op("list_shelves", answers(shelves)),
        "GET /shelves/{shelf_id}": op("get_shelf", answers(shelf), on),
        "DELETE /shelves/{shelf_id}": op("delete_shelf", gone, on),
        f"GET {books}": op("list_books", answers(page(ref), **errors_), on, *paging, *filters),
        f"POST {books}": op("add_book", answers(ref, "201", **errors_), on, body=new),
        f"POST {books}/list": op("batch_books", answers(page(ref)), on, body=json_body(batch)),
        f"GET {books}/{{isbn}}": op("get_book", answers(ref, **errors_), on, one),
        f"PATCH {books}/{{isbn}}": op("change_book", answers(ref), on, one, mask, body=changed),
        f"PUT {books}/{{isbn}}": op("put_book", answers(ref), on, one, body=new),
        f"DELETE {books}/{{isbn}}": op("delete_book", gone, on, one),
        f"GET {books}/{{isbn}}/summary": op("get_summary", answers(summary), on, one),
        "GET /text": op("get_text", {"200": {"description": "", "content": texts}}),
    }
    return tiny(operations, schemas={"Book": BOOK}, servers=[{"url": "/api"}])


@pytest.fixture(scope="module")
def spec():
    return library(**{"422": LISTED, "404": PROBLEM})


@pytest.fixture
def server(spec):
    with FakeServer(spec, judge=False, wildcard="~") as server:
        yield server
    assert server.failures == []


@pytest.fixture
def client(server):
    with Client(server.spec, server.server) as client:
        yield client


def titles(found):
    return [book["title"] for book in found["books"]]


def filled(client, *names):
    """A shelf with these books and no others."""
    shelf = client.list_shelves()["shelves"][0]["id"]
    for book in list(client.list_books.iter(shelf)):
        client.delete_book(shelf, book["isbn"])
    for n, name in enumerate(names):
        client.add_book(shelf, isbn=name, title=name, pages=10 * n, printed=f"2020-01-0{n + 1}")
    return shelf


def test_collections_are_filled_and_consistent(client):
    """What a list shows can be read one by one, with the same values; items know what they stand below."""
    for shelf in client.list_shelves()["shelves"]:
        for book in client.list_books.iter(shelf["id"]):
            assert client.get_book(shelf["id"], book["isbn"]) == book
            assert book["shelf_id"] == shelf["id"]


def test_create_read_change_remove(client):
    """POST creates, GET reads, PATCH changes, PUT replaces or creates, DELETE removes."""
    shelf = filled(client)
    assert client.add_book(shelf, isbn="1", title="a")["pages"] is None
    assert client.change_book(shelf, "1", title="b", pages=3)["title"] == "b"
    assert client.get_book(shelf, "1")["pages"] == 3
    assert client.put_book(shelf, "2", title="c")["isbn"] == "2"
    assert titles(client.list_books(shelf)) == ["b", "c"]
    assert client.delete_book(shelf, "1") is None
    with pytest.raises(errors.NotFound):
        client.get_book(shelf, "1")


def test_a_key_that_is_not_given_is_made_up(client):
    """An item created without its key gets a free one."""
    shelf = filled(client)
    keys = {client.add_book(shelf, title="a")["isbn"] for _ in range(3)}
    assert len(keys) == 3


def test_update_mask(client):
    """With update_mask only the fields that it names change."""
    shelf = filled(client, "a")
    changed = client.change_book(shelf, "a", title="b", pages=7, update_mask=["pages"])
    assert (changed["title"], changed["pages"]) == ("a", 7)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c, shelf: c.get_book(shelf, "none"), errors.NotFound),
        (lambda c, shelf: c.change_book(shelf, "none", title="a"), errors.NotFound),
        (lambda c, shelf: c.delete_book(shelf, "none"), errors.NotFound),
        (lambda c, _: c.list_books("none"), errors.NotFound),
        (lambda c, shelf: c.get_summary(shelf, "none"), errors.NotFound),
        (lambda c, shelf: c.add_book(shelf, isbn="a", title="again"), errors.AlreadyExists),
    ],
)
def test_unknown_is_404_and_twice_is_409(client, call, error):
    """An unknown id is 404, on the way to a path too; a second create is 409."""
    shelf = filled(client, "a")
    with pytest.raises(error):
        call(client, shelf)


def test_keys_may_hold_anything(client):
    """Slashes, spaces, plus and percent signs in keys survive the way there and back."""
    key = "a/b c+d%2F?é"
    shelf = filled(client)
    client.add_book(shelf, isbn=key, title="x")
    assert client.get_book(shelf, key)["isbn"] == key
    client.delete_book(shelf, key)
    assert titles(client.list_books(shelf)) == []


def test_removing_an_item_removes_what_is_below_it(client):
    """Items below an item go with it."""
    shelf = filled(client, "a")
    client.delete_shelf(shelf)
    with pytest.raises(errors.NotFound):
        client.list_books(shelf)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({}, ["a", "b"]),  # the document's default limit
        ({"limit": 3}, ["a", "b", "c"]),
        ({"offset": 2}, ["c"]),
        ({"offset": 9}, []),
        ({"limit": 3, "order_by": ["-title"]}, ["c", "b", "a"]),
        ({"title": "b"}, ["b"]),
        ({"pages_gte": 10}, ["b", "c"]),
        ({"printed_lt": "2020-01-02"}, ["a"]),
    ],
)
def test_lists_page_filter_and_order(client, arguments, wanted):
    """limit, offset, order_by, and filters named after fields work; total_entries counts what was selected."""
    shelf = filled(client, "a", "b", "c")
    found = client.list_books(shelf, **arguments)
    assert titles(found) == wanted
    assert found["total_entries"] >= len(wanted)


def test_cursors(client):
    """A walk by cursor sees every item once; a cursor that was not given out is refused."""
    shelf = filled(client, "a", "b", "c")
    assert client.list_books.paging.mode == "cursor"
    assert [book["title"] for book in client.list_books.iter(shelf)] == ["a", "b", "c"]
    with pytest.raises(errors.Unprocessable):
        client.list_books(shelf, cursor="mine")


def test_batches(client):
    """POST …/list pages and filters by its body."""
    shelf = filled(client, "a", "b", "c")
    assert titles(client.batch_books(shelf, page_limit=1, page_offset=1)) == ["b"]
    assert titles(client.batch_books(shelf, titles=["a", "c"])) == ["a", "c"]


def test_the_wildcard_stands_for_every_item(client):
    """A list below the wildcard holds the items of all places."""
    each = [len(list(client.list_books.iter(shelf["id"]))) for shelf in client.list_shelves()["shelves"]]
    assert len(list(client.list_books.iter("~"))) == sum(each) == 9


def test_what_has_no_rule_is_made_up(client, spec):
    """Other answers are valid, the same for the same arguments and seed, and agree with the item they are about."""
    shelf = filled(client, "a", "b")
    assert client.get_summary(shelf, "a") == client.get_summary(shelf, "a")
    assert client.get_summary(shelf, "a")["title"] == "a"
    assert client.get_summary(shelf, "a")["words"] != client.get_summary(shelf, "b")["words"]
    texts = {}
    for seed in (1, 1, 2):
        with FakeServer(spec, judge=False, seed=seed) as other:
            texts.setdefault(seed, set()).add(
                json.dumps(
                    Client(spec, other.server).list_books.request("shelf_1").url
                    and other.items("/shelves/shelf_1/books")
                )
            )
    assert [len(found) for found in texts.values()] == [1, 1]
    assert texts[1] != texts[2]


def test_text_and_streams(client):
    """The media type that is asked for is the one that comes."""
    assert isinstance(client.get_text(accept="text/plain"), str)
    assert len(list(client.get_text(accept="application/x-ndjson"))) == 1


def test_text_where_a_stream_was_asked_for(server, client):
    """Text that comes instead of lines of JSON comes by its lines."""
    server.misbehave("get_text", body=b"plain", headers={"Content-Type": "text/plain"})
    assert list(client.get_text(accept="application/x-ndjson")) == ["plain"]


def raw(url, method="GET", body=None, **headers):
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answered:
            return answered.status, answered.headers, answered.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/elsewhere", 404),
        ("GET", "/shelves", 404),  # the document says /api/shelves
        ("GET", "/other/api/shelves", 404),
        ("PATCH", "/api/shelves", 405),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/openapi.json", 200),
    ],
)
def test_what_is_not_in_the_document(server, method, path, status):
    """Other paths are 404, other methods 405, and the document itself is there."""
    answered, _, body = raw(server.url + path, method)
    assert answered == status
    if status == 200:
        assert load.load(json.loads(body)).operations["list_books"]


def test_another_media_type_is_406(server):
    """Where nothing that is documented is accepted, the answer is 406."""
    assert raw(server.url + "/api/text", Accept="image/png")[0] == 406
    assert raw(server.url + "/api/text", Accept="image/png, */*;q=0.1")[1]["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("judge", [True, False])
@pytest.mark.parametrize(
    ("path", "body", "loc"),
    [
        ("/books?limit=few", None, ["query", "limit"]),
        ("/books?limit=-1", None, ["query", "limit"]),
        ("/books?lmit=1", None, ["query", "lmit"]),
        ("/books", {"isbn": "1", "pages": 1}, ["body", "title"]),
        ("/books", {"title": 1}, ["body", "title"]),
        ("/books", {"title": "a", "colour": "red"}, ["body", "colour"]),
        ("/books", "{", ["body"]),
    ],
)
def test_a_request_that_breaks_the_document_is_refused(spec, judge, path, body, loc):
    """Each is answered in the document's own form, an unknown argument too; what was wrong is kept."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    with FakeServer(spec, judge=judge) as server:
        url = f"{server.server}/shelves/shelf_1{path}"
        status, headers, answered = raw(
            url, "GET" if data is None else "POST", data, **{"Content-Type": "application/json"}
        )
        assert status == 422
        assert headers["Content-Type"] == "application/json"
        assert loc in [item["loc"] for item in json.loads(answered)["detail"]]
        assert server.requests[-1].violations
        assert server.requests[-1].status == 422


def test_the_family_of_errors_is_the_documents():
    """A document whose errors are RFC 7807 problems gets 400 and a problem for a broken request."""
    spec = library(**{"400": PROBLEM, "404": PROBLEM})
    with FakeServer(spec, judge=False) as server:
        status, headers, body = raw(f"{server.server}/shelves/shelf_1/books?limit=few")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(body)["status"] == 400
    assert "limit" in json.loads(body)["detail"]


def test_a_document_without_errors():
    """A document that names no errors gets {"detail": …}."""
    with FakeServer(library(), judge=False) as server:
        assert set(json.loads(raw(f"{server.server}/shelves/none")[2])) == {"detail"}


# --- credentials, misbehaviour, rules ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("credentials", "auth", "status"),
    [
        (None, None, 200),
        (("u", "p"), ("u", "p"), 200),
        (("u", "p"), ("u", "q"), 401),
        (("u", "p"), None, 401),
        ("t", "t", 200),
        ({"s", "t"}, "t", 200),
        ({"s", "t"}, "r", 401),
        (lambda _: 403, "t", 403),
        (lambda request: request.headers.get("x") is None, None, 200),
    ],
)
def test_credentials(spec, credentials, auth, status):
    """It asks for what it was told to ask for: Basic, tokens, or a function's verdict."""
    with FakeServer(spec, judge=False, credentials=credentials) as server:
        reply = Client(spec, server.server, auth=auth).list_shelves.response()
    assert reply.status == status
    if status == 401:
        assert reply.headers["WWW-Authenticate"]


def test_operations_without_security_are_open():
    """In a document that names security for some operations, the others need no credentials."""
    spec = tiny(
        {
            "GET /a": {"operationId": "a", "security": [{"k": []}]},
            "GET /b": {"operationId": "b"},
            "GET /c": {"operationId": "c", "security": [{"k": []}]},
        }
    )
    with FakeServer(spec, judge=False, credentials="t", public={"c"}) as server:
        client = Client(spec, server.server)
        assert [client.call(name) is not None for name in "bc"]
        with pytest.raises(errors.Unauthenticated):
            client.a()


def test_a_status_on_demand(server, client):
    """The told status comes as often as told, with the document's body, and nothing changes."""
    shelf = filled(client)
    server.misbehave("add_book", status=503, times=2, headers={"Retry-After": "1"})
    for _ in range(2):
        reply = client.add_book.response(shelf, isbn="a", title="a")
        assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert client.add_book(shelf, isbn="a", title="a")


def test_a_delay_on_demand(server, client):
    """The answer comes that much later."""
    server.misbehave(delay=0.1)
    before = time.monotonic()
    client.list_shelves()
    assert time.monotonic() - before >= 0.1


@pytest.mark.parametrize(("cut", "error"), [(True, errors.TransportError), (5, errors.BrokenResponse)])
def test_a_cut_on_demand(server, cut, error):
    """The connection ends before the answer, or in its body."""
    server.misbehave("list_shelves", cut=cut)
    with pytest.raises(error):
        Client(server.spec, server.server, transport=Transport(retries=0)).list_shelves()


def test_bytes_on_demand(server):
    """Any bytes can be answered."""
    server.misbehave(
        "list_shelves", status=502, body=b"<html><title>Bad Gateway</title>", headers={"Content-Type": "text/html"}
    )
    with pytest.raises(errors.Unknown, match="HTML"):
        Client(server.spec, server.server, transport=Transport(retries=0)).list_shelves()


@pytest.mark.parametrize("pointer", ["books/0/title", "/books/1", "books", "total_entries", "#/books/0/isbn"])
def test_a_broken_answer_on_demand(server, client, pointer):
    """The answer breaks the document at the pointer, until it is told to behave."""
    server.misbehave("list_books", breaks=pointer)
    with pytest.raises(errors.InvalidResponse) as caught:
        client.list_books("shelf_1")
    steps = [int(step) if step.isdigit() else step for step in pointer.strip("#/").split("/")]
    assert any(list(violation.path[: len(steps)]) == steps for violation in caught.value.violations)
    server.behave()
    assert client.list_books("shelf_1")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"operation": "list_bokos", "status": 500}, UnknownOperation), ({"operation": "list_books"}, ArgumentError)],
)
def test_misbehaviour_that_is_none(server, arguments, error):
    """An unknown operation, or no way to fail, is said at once."""
    with pytest.raises(error):
        server.misbehave(**arguments)


def test_a_pointer_that_leads_nowhere(spec):
    """What cannot be broken is said in the answer and kept in ``failures``."""
    with FakeServer(spec, judge=False) as server:
        server.misbehave("list_books", breaks="books/77/title")
        reply = Client(spec, server.server).list_books.response("shelf_1")
        assert reply.status == 500
        assert "books/77/title" in str(reply.error)
        assert len(server.failures) == 1
    assert Misbehaviour() == Misbehaviour("", None, 0.0, False, "", None, {}, None)


def test_rules(spec):
    """A rule answers an operation, or a path that the document does not have; None leaves it to the document."""
    asked = []

    def rename(request):
        asked.append(request.arguments)
        given = request.default()
        return request.shown(given, title="ruled") if request.arguments["isbn"] == "isbn_1" else None

    rules = {
        "get_book": rename,
        ("GET", "/ping"): lambda request: FakeResponse(200, {"pong": len(request.fake.requests)}),
        ("POST", "/echo"): lambda request: FakeResponse(201, request.body),
        ("GET", "/text"): lambda _: FakeResponse(200, "hello", "text/plain"),
        ("DELETE", "/none"): lambda _: FakeResponse(204),
    }
    with FakeServer(spec, judge=False, rules=rules) as server:
        client = Client(spec, server.server)
        assert client.get_book("shelf_1", "isbn_1")["title"] == "ruled"
        assert client.get_book("shelf_1", "isbn_2")["title"] != "ruled"
        assert raw(server.url + "/ping")[2] == b'{"pong": 2}'
        assert raw(server.url + "/echo", "POST", b"[1]")[2] == b"[1]"
        assert raw(server.url + "/text")[2] == b"hello"
        assert raw(server.url + "/none", "DELETE")[0] == 204
    assert asked == [{"shelf_id": "shelf_1", "isbn": "isbn_1"}, {"shelf_id": "shelf_1", "isbn": "isbn_2"}]


def test_a_rule_that_is_wrong(spec):
    """A rule whose answer breaks the document, or that raises, is answered with 500 and kept."""
    rules = {"list_shelves": lambda _: FakeResponse(200, {"shelves": 1}), "get_shelf": lambda _: 1 / 0}
    with FakeServer(spec, judge=False, rules=rules) as server:
        client = Client(spec, server.server)
        assert client.list_shelves.response().status == client.get_shelf.response("a").status == 500
        assert [type(failure) for failure in server.failures] == [ValueError, ZeroDivisionError]


def test_seeds_and_prefix(spec):
    """A collection can be filled with given values; everything can stand behind a prefix."""
    with FakeServer(
        spec, judge=False, seeds={"/shelves": [{"id": "top"}, {"id": "low", "owner": "me"}]}, prefix="/a/b"
    ) as server:
        assert server.server == server.url + "/api"
        assert server.url.endswith("/a/b")
        assert [shelf["id"] for shelf in Client(spec, server.server).list_shelves()["shelves"]] == ["top", "low"]
        assert server.items("/shelves")["low"]["owner"] == "me"
        with pytest.raises(ArgumentError):
            server.items("/boxes")


def test_what_came_is_kept(server, client):
    """Requests are kept with operation, arguments and status, and examples lead to something."""
    arguments = server.example("change_book")
    client.change_book(**arguments)
    seen = server.requests[-1]
    assert (seen.operation, seen.status, seen.arguments["shelf_id"]) == ("change_book", 200, "shelf_1")
    assert seen.request.url.endswith("/api/shelves/shelf_1/books/isbn_1")


# --- the pretended Airflow ---------------------------------------------------------------------------------------


@pytest.fixture(params=["3.3.2", "2.10.5"])
def airflow(request):
    with fake_airflow(request.param, judge=False) as server:
        yield server
    assert server.failures == []


def trigger(client, dag, **fields):
    if "trigger_dag_run" in client.operations:
        return client.trigger_dag_run(dag, logical_date=None, **fields)
    return client.post_dag_run(dag, **fields)


def test_it_reads_well(airflow):
    """It says its release, is healthy, and has DAGs with tasks."""
    client = Client(airflow.spec, airflow.server)
    assert client.get_version()["version"] == airflow.spec.release
    assert client.get_health()["scheduler"]["status"] == "healthy"
    names = [dag["dag_id"] for dag in client.get_dags.iter()]
    assert names == ["etl_daily", "report_weekly", "tutorial"]
    assert [task["task_id"] for task in client.get_tasks("tutorial")["tasks"]] == ["extract", "transform", "load"]
    assert client.get_dag_details("tutorial")["description"] == "The DAG tutorial"


def test_runs_proceed(airflow):
    """A triggered run is queued, then running, then success as it is read, and its task instances with it."""
    client = Client(airflow.spec, airflow.server)
    run = trigger(client, "tutorial", conf={"day": 3})
    seen = [run["state"], *(client.get_dag_run("tutorial", run["dag_run_id"])["state"] for _ in range(3))]
    assert seen == ["queued", "running", "success", "success"]
    instances = client.get_task_instances("tutorial", run["dag_run_id"])["task_instances"]
    assert {instance["state"] for instance in instances} == {"success"}
    assert "tutorial.extract" in json.dumps(client.get_log("tutorial", run["dag_run_id"], "extract", 1))
    with pytest.raises(errors.AlreadyExists):
        trigger(client, "tutorial", dag_run_id=run["dag_run_id"])
    with pytest.raises(errors.NotFound):
        trigger(client, "no_such_dag")


def test_runs_end_as_told():
    """A DAG's runs end in the state that was asked for; waiting streams the states."""
    with fake_airflow("3.3.2", judge=False, outcomes={"tutorial": "failed"}) as server:
        client = Client(server.spec, server.server)
        run = trigger(client, "tutorial")["dag_run_id"]
        lines = client.wait_dag_run_until_finished("tutorial", run, interval=1.0, accept="application/x-ndjson")
        assert [line["state"] for line in lines] == ["queued", "running", "failed"]


def test_basic_on_2():
    """A 2.x fake with credentials asks for Basic, except for its version and health."""
    with fake_airflow("2.10.5", auth=("admin", "secret"), judge=False) as server:
        assert Client(server.spec, server.server).get_version()
        assert Client(server.spec, server.server, auth=("admin", "secret")).get_pools()
        with pytest.raises(errors.Unauthenticated) as caught:
            Client(server.spec, server.server, auth=("admin", "wrong")).get_pools()
        assert caught.value.response.content_type == "application/problem+json"


def log_in(server, **body):
    status, _, answered = raw(
        server.url + "/auth/token", "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"}
    )
    return status, json.loads(answered)


def test_tokens_on_3():
    """A 3.x fake gives a token for the right password and asks for it; logging out ends it."""
    with fake_airflow("3.3.2", auth=("admin", "secret"), judge=False) as server:
        assert log_in(server, username="admin", password="wrong")[0] == 401
        assert log_in(server, username="admin")[0] == 422
        assert raw(server.url + "/auth/token")[0] == 403
        status, given = log_in(server, username="admin", password="secret")
        assert status == 201
        client = Client(server.spec, server.server, auth=given["access_token"])
        assert client.get_pools()
        for auth, error in ((None, errors.Unauthenticated), ("made.up.token", errors.PermissionDenied)):
            with pytest.raises(error):
                Client(server.spec, server.server, auth=auth).get_pools()
        client.logout.response()
        with pytest.raises(errors.PermissionDenied, match="Invalid JWT token"):
            client.get_pools()


def test_tokens_expire():
    """An expired token is 401, said in the real server's words."""
    with fake_airflow("3.3.2", auth=("a", "b"), judge=False, token_seconds=0) as server:
        token = log_in(server, username="a", password="b")[1]["access_token"]
        with pytest.raises(errors.Unauthenticated, match="Token Expired"):
            Client(server.spec, server.server, auth=token).get_pools()


def test_everybody_gets_in_without_auth():
    """Without credentials asked for, any login gives a token, and so does none."""
    with fake_airflow("3.0.6", judge=False) as server:
        assert log_in(server, username="any", password="thing")[0] == raw(server.url + "/auth/token")[0] == 201
