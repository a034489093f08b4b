"""Writing a changed model back: to which path, with which body and mask, and what is refused by name."""

from __future__ import annotations

import copy
import json
import pickle
from random import Random

import pytest
from loopback import Server, answer
from tiny_specs import json_answer, json_body, parameter, tiny

import dynclient
from dynclient import errors
from dynclient.deployment import update as updating
from dynclient.deployment.airflow_client import Airflow
from dynclient.documents import releases
from dynclient.http.messages import Headers, Response
from dynclient.schema import examples
from dynclient.testing import fake_airflow
from dynclient.testing.stub import Stub

RELEASES = ["2.0.0", "2.10.5", "3.0.0", "3.3.2"]


@pytest.fixture(params=RELEASES)
def airflow(request):
    """A client of a pretended server of each kind of release, and the server."""
    with (
        fake_airflow(request.param, auth=("u", "p")) as fake,
        dynclient.connect(fake.url, auth=("u", "p")) as client,
    ):
        yield client, fake


def last(fake):
    """The last request: method and path, query, body."""
    request = fake.requests[-1].request
    target, _, query = request.url.removeprefix(fake.url).partition("?")
    return f"{request.method} {target.removeprefix('/api/v1').removeprefix('/api/v2')}", query, json.loads(request.body)


def is_new(client):
    return client.spec.release >= "3"


# --- where to ------------------------------------------------------------------------------------


def test_what_was_read_is_changed_and_written_back(airflow):
    """Read, assign, update: the new model is what the server has then."""
    client, _ = airflow
    variable = client.get_variable("environment")
    variable.value = "prod"
    new = client.update(variable)
    assert type(new) is type(variable)
    assert (new.key, new.value) == ("environment", "prod")
    assert client.get_variable("environment").value == "prod"
    assert new.changes() == {}


def test_an_item_of_a_page_goes_to_its_own_path(airflow):
    """The path of the list and the field that identifies the item."""
    client, fake = airflow
    item = client.get_pools().pools[0]
    item.slots = 7
    assert client.update(item).slots == 7
    assert last(fake)[0] == "PATCH /pools/default_pool"


def test_what_was_created_can_be_changed_at_once(airflow):
    """POST to a list answers with an item of it."""
    client, fake = airflow
    post = client.post_variable if is_new(client) else client.post_variables
    key, path = ("a b", "a%20b") if client.spec.release == "2.0.0" else ("a/b c", "a%2Fb%20c")  # no slash before 2.4
    model = post(key=key, value="1")
    model.value = "2"
    new = client.update(model)
    assert last(fake)[0] == f"PATCH /variables/{path}"
    new.value = "3"  # and what an update answered, again
    assert client.update(new).value == "3"
    assert client.get_variable(key).value == "3"


def test_an_item_of_a_batch_list_goes_to_the_path_that_it_names_itself(airflow):
    """With ``~`` for every DAG only the item says which one it is of."""
    client, fake = airflow
    if client.spec.release == "2.0.0":
        return  # its runs have no PATCH
    batch = client.get_list_dag_runs_batch if is_new(client) else client.get_dag_runs_batch
    run = next(run for run in batch().dag_runs if run.dag_id == "tutorial")
    run.state = "failed"
    client.update(run)
    assert last(fake)[0].startswith("PATCH /dags/tutorial/dagRuns/scheduled__2026-01-01T00%3A00%3A00Z")
    assert last(fake)[2] == {"state": "failed"}


# --- with what -----------------------------------------------------------------------------------


def test_the_mask_names_what_changed_and_the_body_has_what_must_be_there(airflow):
    """2.x takes one list with commas, 3.x a parameter for each name."""
    client, fake = airflow
    connection = client.get_connection("warehouse")
    connection.host, connection.port = "elsewhere", 5433
    assert client.update(connection).port == 5433
    line, query, body = last(fake)
    assert line == "PATCH /connections/warehouse"
    assert query == ("update_mask=host&update_mask=port" if is_new(client) else "update_mask=host,port")
    required = {"conn_type": "postgres"} if is_new(client) else {}
    assert body == {"connection_id": "warehouse", "host": "elsewhere", "port": 5433, **required}


def test_nothing_changed_sends_nothing(airflow):
    """Assigning what is there already is no change; the model itself comes back."""
    client, fake = airflow
    pool = client.get_pool("default_pool")
    pool.slots = pool.slots
    before = len(fake.requests)
    assert client.update(pool) is pool
    assert len(fake.requests) == before


def test_a_copy_knows_where_it_came_from(airflow):
    """copy, deepcopy and pickle keep the past."""
    client, _ = airflow
    for again in (copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))):
        pool = again(client.get_pools().pools[0])
        pool.slots += 1
        assert client.update(pool).slots == pool.slots


def test_a_paused_dag_is_written_as_the_one_thing_that_can_be(airflow):
    """Of a DAG's many fields only is_paused is writable."""
    client, fake = airflow
    dag = client.get_dag("tutorial")
    dag.is_paused = True
    client.update(dag)
    assert last(fake) == ("PATCH /dags/tutorial", "update_mask=is_paused", {"is_paused": True})


def test_airflow_2_takes_a_variable_whole_and_without_a_mask():
    """Its server wants the value every time and knows it in the mask only by another name."""
    with fake_airflow("2.10.5", judge=False) as fake, dynclient.connect(fake.url) as client:
        variable = client.get_variable("environment")
        variable.description = "where"
        client.update(variable)
        assert last(fake)[1:] == ("", {"key": "environment", "value": "test", "description": "where"})


def test_airflow_3_takes_a_pool_with_all_that_makes_one():
    """Its server wants name, slots and include_deferred whatever the mask says."""
    with fake_airflow("3.3.2", judge=False) as fake, dynclient.connect(fake.url) as client:
        pool = client.get_pool("default_pool")
        deferred = pool.include_deferred
        pool.slots = 9
        client.update(pool)
        body = {"pool": "default_pool", "slots": 9, "include_deferred": deferred}
        assert last(fake)[1:] == ("update_mask=slots", body)


# --- what is refused -----------------------------------------------------------------------------


def test_what_cannot_be_written_is_refused_by_name_all_at_once(airflow):
    """readOnly fields, and those that the PATCH does not have."""
    client, fake = airflow
    pool = client.get_pool("default_pool")
    pool["open_slots"], pool["queued_slots"], pool["slots"] = 1, 1, 3
    before = len(fake.requests)
    with pytest.raises(errors.ArgumentError) as caught:
        client.update(pool)
    assert "open_slots: patch_pool does not write it (it writes" in str(caught.value)
    assert "queued_slots: " in str(caught.value)
    assert "\n  slots:" not in str(caught.value)
    assert len(fake.requests) == before


def test_another_operation_that_writes_the_field_is_named():
    """On 2.x a run's note has an operation of its own."""
    with fake_airflow("2.10.5", judge=False) as fake, dynclient.connect(fake.url) as client:
        run = client.get_dag_runs("tutorial").dag_runs[0]
        run.note = "looked at"
        with pytest.raises(errors.ArgumentError, match=r"note: .* set_dag_run_note does it"):
            client.update(run)


def test_what_came_from_no_server_or_has_no_patch_is_refused(airflow):
    """A model made here, a plain dict, a part of an answer, an answer whose path cannot be patched."""
    client, _ = airflow
    mine = copy.copy(client.get_pool("default_pool"))
    object.__setattr__(mine, "_origin_", None)
    for model, words in ((mine, f"this {type(mine).__name__} came from no call"), ({"slots": 1}, "takes a model")):
        with pytest.raises(errors.ArgumentError, match=words):
            client.update(model)
    version = client.get_version()
    version["version"] = "9"
    with pytest.raises(errors.ArgumentError, match=r"get_version .* has no PATCH"):
        client.update(version)
    tag = client.get_dags().dags[0].tags[0]
    tag["name"] = "other"
    with pytest.raises(errors.ArgumentError, match="has no PATCH of its own"):
        client.update(tag)
    page = client.get_dags()
    page["total_entries"] = 1
    with pytest.raises(errors.ArgumentError, match="is a page; change and update its items"):
        client.update(page)


def test_a_read_only_client_writes_nothing():
    """read_only holds for updates too."""
    with fake_airflow("3.3.2", judge=False) as fake:
        client = dynclient.connect(fake.url, read_only=True)
        pool = client.get_pool("default_pool")
        pool.slots = 3
        with pytest.raises(errors.ArgumentError, match="read_only"):
            client.update(pool)


# --- secrets -------------------------------------------------------------------------------------


CONNECTION = {
    "connection_id": "c",
    "conn_type": "http",
    "description": None,
    "host": "h",
    "login": None,
    "schema": None,
    "port": None,
    "password": "***",
    "extra": '{"token": "***", "retries": 1}',
    "team_name": None,
}


def served(body, *, release="3.3.2"):
    return Server(answer(200, json.dumps(body).encode())), dynclient.load(release)


def test_a_masked_secret_is_never_written_back():
    """A value that still holds *** would overwrite what the server keeps; a new one may be set."""
    server, spec = served(CONNECTION)
    with server, Airflow(spec, server.url) as client:
        connection = client.get_connection("c")
        connection.extra = connection.extra.replace("1", "2")
        with pytest.raises(errors.ArgumentError, match=r"extra: it holds \*\*\*"):
            client.update(connection)
        connection.extra = '{"token": "new"}'
        connection.password = "new"
        client.update(connection)
        sent = json.loads(server.seen[-1].body)
        assert sent == {"connection_id": "c", "conn_type": "http", "extra": '{"token": "new"}', "password": "new"}
        assert "new" not in client.patch_connection.request("c", body=sent).curl()


def thing_spec(properties, required=(), *, mask=False, body=None):
    """A document whose things are read and patched."""
    schema = {"type": "object", "properties": properties}
    body = {"type": "object", "properties": body or properties, "required": list(required)}
    parameters = [parameter("id", "path")]
    masked = [parameter("update_mask", schema={"type": "array", "items": {"type": "string"}})] if mask else []
    return tiny(
        {
            "GET /things/{id}": {
                "operationId": "get_thing",
                "parameters": parameters,
                "responses": {"200": json_answer(schema)},
            },
            "PATCH /things/{id}": {
                "operationId": "patch_thing",
                "parameters": parameters + masked,
                "requestBody": json_body(body),
                "responses": {"200": json_answer(schema)},
            },
        }
    )


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("properties", "required", "item", "refused"),
    [
        ({"a": TEXT, "b": TEXT}, ["b"], {"a": "1", "b": "readable"}, None),
        ({"a": TEXT, "b": TEXT}, ["b"], {"a": "1", "b": "***"}, "b"),
        ({"a": TEXT, "b": {"type": "object"}}, ["b"], {"a": "1", "b": {"x": ["***"]}}, "b"),
        ({"a": TEXT, "b": {**TEXT, "writeOnly": True}}, ["b"], {"a": "1"}, "b"),
        ({"a": TEXT, "b": TEXT, "c": TEXT}, ["c", "b"], {"a": "1"}, "b, c"),
        ({"a": TEXT, "b": {**TEXT, "readOnly": True}}, ["b"], {"a": "1", "b": "***"}, None),
    ],
)
def test_without_a_mask_required_fields_are_sent_only_if_they_are_known(properties, required, item, refused):
    """A required field that did not change is sent as it was shown; masked or not shown, it is named."""
    spec = thing_spec(properties, required)
    with Server(answer(200, json.dumps(item).encode())) as server, Airflow(spec, server.url) as client:
        thing = client.get_thing("t")
        thing.a = "2"
        if refused is None:
            client.update(thing)
            values = {name: item[name] for name in required if not properties[name].get("readOnly")}
            assert json.loads(server.seen[-1].body) == {"a": "2", **values}
            return
        with pytest.raises(errors.ArgumentError, match=f"patch_thing requires {refused} too"):
            client.update(thing)
        assert len(server.seen) == 1


def test_with_a_mask_a_required_secret_stands_as_it_was_shown_and_is_not_written():
    """The body must hold it, the mask says that it is not meant."""
    spec = thing_spec({"a": TEXT, "b": TEXT}, ["b"], mask=True)
    with Server(answer(200, b'{"a": "1", "b": "***"}')) as server, Airflow(spec, server.url) as client:
        thing = client.get_thing("t")
        thing.a = "2"
        client.update(thing)
        assert server.seen[-1].target == "/things/t?update_mask=a"
        assert json.loads(server.seen[-1].body) == {"a": "2", "b": "***"}


def test_what_changed_inside_is_seen_however_it_was_changed():
    """Nested lists and dicts are compared with the bytes that came."""
    spec = thing_spec({"a": {"type": "array", "items": {}}, "b": {"type": "object"}})
    with Server(answer(200, b'{"a": [1], "b": {"x": {"y": 1}}}')) as server, Airflow(spec, server.url) as client:
        thing = client.get_thing("t")
        thing["b"]["x"]["y"] = 2
        client.update(thing)
        assert json.loads(server.seen[-1].body) == {"b": {"x": {"y": 2}}}


# --- task instances ------------------------------------------------------------------------------


def _task_instance(map_index):
    model = dict.fromkeys(dynclient.load("3.3.2").models.TaskInstanceResponse._schema_.required)
    return model | {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "map_index": map_index, "note": None}


@pytest.mark.parametrize(("map_index", "path"), [(-1, "t"), (0, "t/0"), (3, "t/3")])
def test_of_a_mapped_task_the_one_instance_is_written_and_not_all(map_index, path):
    """PATCH on the task alone would write every instance of it; what comes back is the one in the answer."""
    page = {"task_instances": [_task_instance(map_index)], "total_entries": 1}
    with Server(answer(200, json.dumps(page).encode())) as server:
        client = Airflow(dynclient.load("3.3.2"), server.url, responses="off")
        item = client.get_task_instances("d", "~").task_instances[0]
        item.note = "mine"
        new = client.update(item)
        assert server.seen[-1].target == f"/api/v2/dags/d/dagRuns/r/taskInstances/{path}?update_mask=note"
        assert json.loads(server.seen[-1].body) == {"note": "mine"}
        assert type(new) is type(item)
        new.note = "again"  # an item of what a PATCH answered
        client.update(new)
        assert server.seen[-1].target == f"/api/v2/dags/d/dagRuns/r/taskInstances/{path}?update_mask=note"


@pytest.mark.parametrize("release", releases.releases())
def test_every_patch_of_one_thing_takes_what_reading_it_gives(release):
    """For each GET whose path can be patched: a field that both have changes, and a request is built that validates."""
    spec = dynclient.load(release)
    client = Airflow(spec, "http://127.0.0.1")
    done = 0
    for operation in spec.operations.values():
        if operation.method != "GET" or updating._patch_at(spec, updating._shape(operation.path)) is None:
            continue
        patch = updating._patch_at(spec, updating._shape(operation.path))
        schema = next(iter(operation.success.content.values())).schema
        body = updating._body(patch)
        shared = [
            n for n in schema.fields if n in body.fields and not body.fields[n].read_only and not body.fields[n].enum
        ]
        if not shared or operation.path.endswith("s"):
            continue
        call = client.operation(operation.id)
        arguments = call.example()
        data = examples.sample(schema, Random(1), direction="response")
        data |= {"map_index": -1} if "map_index" in data else {}  # not one of many instances
        response = Response(200, Headers({"Content-Type": "application/json"}), json.dumps(data).encode())
        model = call.decoder.decode(response, arguments, check=False).data
        for name in shared:
            if isinstance(model.get(name), str) and name not in arguments and not body.fields[name].format:
                model[name] = "changed"
                planned = updating.plan(model, spec)
                assert planned.operation == patch.id
                client.operation(planned.operation).build((), dict(planned.arguments))
                done += 1
                break
    assert done >= 2


ROLE = {"name": "Reader", "actions": []}


def test_a_role_is_written_with_a_mask_that_names_it_too():
    """Servers of 2.1 and 2.2 fail for a mask without the name, which they need from the body."""
    spec = dynclient.load("2.2.5")
    stub = Stub(spec).add("get_role", ROLE).add("patch_role", ROLE)
    af = Airflow(spec, "http://airflow.example/api/v1", transport=stub)
    role = af.get_role("Reader")
    role.actions = [{"action": {"name": "can_read"}, "resource": {"name": "DAGs"}}]
    af.update(role)
    assert stub.requests[-1].url.endswith("?update_mask=actions,name")
    assert json.loads(stub.requests[-1].body)["name"] == "Reader"


@pytest.mark.parametrize(
    ("release", "words"),
    [("3.3.2", "call patch_task_instance_by_map_index with new_state="), ("2.2.5", "with new_state=")],
)
def test_the_state_of_a_task_instance_names_what_writes_it(release, words):
    """It is written under another name, or by another operation; both are said."""
    spec = dynclient.load(release)
    schema = spec.operations["get_task_instance"].success.content["application/json"].schema
    read = examples.sample(schema, Random(1), direction="response")
    stub = Stub(spec).add("get_task_instance", {**read, "state": "failed"})
    prefix = "/api/v1" if release.startswith("2.") else ""
    instance = Airflow(spec, f"http://airflow.example{prefix}", transport=stub).get_task_instance("d", "r", "t")
    instance.state = "success"
    with pytest.raises(errors.ArgumentError, match=words):
        updating.plan(instance, spec)
