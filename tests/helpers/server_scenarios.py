"""What is asked of a real Airflow, once for 2.x and 3.x: against cassettes, and for real by ``tests/live``.

Every test is strict: an answer that breaks the document, or a field that the document does not have, fails it.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from dynclient import Client, errors

DAG = "dynclient_demo"
KEYS = ("plain", "a/b", "a b", "a+b", "ü/ +%2F")
LEFT_OUT = {"logout", "login"}  # browser flows; logout revokes the token
PAUSE = 0.5  # seconds between looks at a run


def is_two(client: Client) -> bool:
    return client.spec.release.startswith("2.")


def trigger(client: Client, **conf: Any) -> Any:
    """Trigger a run and wait until it is over, at most a minute."""
    if is_two(client):
        run = client.post_dag_run(DAG, conf=conf)
    else:
        run = client.trigger_dag_run(DAG, logical_date=None, conf=conf)
    for _ in range(120):
        if client.get_dag_run(DAG, run.dag_run_id).state in {"success", "failed"}:
            break
        time.sleep(PAUSE)
    return run


def known_arguments(client: Client, run_id: str) -> dict[str, Any]:
    """Path and required arguments by the document's parameter name, found by asking."""
    known: dict[str, Any] = {
        "dag_id": DAG,
        "dag_run_id": run_id,
        "run_id": run_id,
        "task_id": "make",
        "map_index": -1,
        "try_number": 1,
        "task_try_number": 1,
        "xcom_key": "return_value",
        "section": "core",
        "option": "parallelism",
        "username": "admin",
        "role_name": "Admin",
        "pool_name": "default_pool",
        "version_number": 1,
        "interval": 1,
        "connection_id": "dynclient",
        "variable_key": "dynclient",
        "dag_ids": [DAG] if not is_two(client) else DAG,
    }
    lists = (
        ("get_event_logs", "event_log_id", "event_log_id"),
        ("get_assets", "asset_id", "id"),
        ("get_asset_aliases", "asset_alias_id", "id"),
        ("get_datasets", "uri", "uri"),
        ("get_import_errors", "import_error_id", "import_error_id"),
        ("list_backfills", "backfill_id", "id"),
    )
    for operation, parameter, field in lists:
        if operation in client.operations:
            arguments = {"dag_id": DAG} if operation == "list_backfills" else {}
            first = next(itertools.islice(client.operation(operation).iter(**arguments), 1), None)
            if first is not None:
                known[parameter] = first[field]
    dag = client.get_dag(DAG)
    known["file_token"] = dag.get("file_token")
    return known


def sweep(client: Client) -> dict[str, str]:
    """Call every GET operation whose arguments are known; name -> "ok", or the server's own refusal."""
    run = trigger(client)
    client.post_connection(connection_id="dynclient", conn_type="http")
    (client.post_variables if is_two(client) else client.post_variable)(key="dynclient", value="v")
    known = known_arguments(client, run.dag_run_id)
    outcome: dict[str, str] = {}
    for name, operation in client.operations.items():
        needed = [p for p in operation.parameters if p.required and not p.constant]
        if operation.method != "GET" or name in LEFT_OUT or any(p.name not in known for p in needed):
            continue
        try:
            reply = client.call(name, **{p.keyword: known[p.name] for p in needed})
            if hasattr(reply, "__next__"):
                list(reply)
            outcome[name] = "ok"
        except errors.ApiError as error:
            outcome[name] = f"{error.status}"
    client.delete_dag_run(DAG, run.dag_run_id)
    client.delete_connection("dynclient")
    client.delete_variable("dynclient")
    return outcome


def test_every_get_operation_keeps_to_the_document(client):
    """Every GET operation that can be called answers as the document says; what is refused, is refused for a reason."""
    outcome = sweep(client)
    answered = [name for name, result in outcome.items() if result == "ok"]
    # 403: configuration is not exposed, 404: nothing of the kind is there, 400: no external log is set up
    assert set(outcome.values()) <= {"ok", "400", "403", "404"}, outcome
    assert len(answered) >= (42 if is_two(client) else 54), outcome


def test_lists_walk_to_their_end(client):
    """Every DAG comes once, whatever the page size, and as many as the server counts."""
    total = client.get_dags(limit=1).total_entries
    ids = [dag.dag_id for dag in client.get_dags.iter(limit=25)]
    assert len(ids) == len(set(ids)) == total > 25


def test_variables_with_any_key(client):
    """Create, read, change, delete: keys with a slash, a space, a plus, a percent and other letters survive."""
    create = client.post_variables if is_two(client) else client.post_variable
    for key in KEYS:
        create(key=key, value="one")
        client.patch_variable(key, key=key, value="two")
        variable = client.get_variable(key)
        assert (variable.key, variable.value) == (key, "two")
        client.delete_variable(key)
        with pytest.raises(errors.NotFound):
            client.get_variable(key)


def test_pools(client):
    """Create, list, change one field by update_mask, refuse a second of the name, delete."""
    client.post_pool(name="dynclient", slots=3)
    # 3.x wants these with every change, whatever the mask says
    whole = {} if is_two(client) else {"pool": "dynclient", "include_deferred": False}
    assert client.patch_pool("dynclient", slots=4, update_mask=["slots"], **whole).slots == 4
    assert "dynclient" in {pool.name for pool in client.get_pools.iter()}
    with pytest.raises(errors.AlreadyExists, match="answered 409"):
        client.post_pool(name="dynclient", slots=3)
    client.delete_pool("dynclient")


def test_connections(client):
    """Create, read, change, delete; the password never comes back in the clear."""
    client.post_connection(connection_id="dynclient", conn_type="http", host="h", password="pa55-word")
    connection = client.patch_connection("dynclient", conn_type="http", host="g", update_mask=["host"])
    assert connection.host == "g"
    assert client.get_connection("dynclient").get("password") in {None, "***"}
    client.delete_connection("dynclient")


def test_dag_runs(client):
    """Trigger, read, list its task instances, read a log both ways, clear it, delete it."""
    run = trigger(client)
    tasks = client.get_task_instances(DAG, run.dag_run_id)
    assert {task.task_id for task in tasks["task_instances"]} == {"make", "add"}
    arguments = {"dag_id": DAG, "dag_run_id": run.dag_run_id, "task_id": "make"}
    number = {"task_try_number" if is_two(client) else "try_number": 1}
    text = "text/plain" if is_two(client) else "application/x-ndjson"
    said = client.get_log(**arguments, **number, accept=text)
    assert "made number 3" in (said if isinstance(said, str) else "".join(map(str, said)))
    assert "made number 3" in str(client.get_log(**arguments, **number)["content"])
    client.clear_dag_run(DAG, run.dag_run_id, dry_run=True)
    assert run.dag_run_id in {one.dag_run_id for one in client.get_dag_runs.iter(DAG)}
    client.delete_dag_run(DAG, run.dag_run_id)


def test_pausing_a_dag(client):
    """A change by update_mask is there when read again."""
    for paused in (True, False):
        client.patch_dag(DAG, is_paused=paused, update_mask=["is_paused"])
        assert client.get_dag(DAG).is_paused is paused


def test_batch_lists(client):
    """The batch lists page by their bodies."""
    batch = client.get_dag_runs_batch if is_two(client) else client.get_list_dag_runs_batch
    run = trigger(client)
    assert run.dag_run_id in {one.dag_run_id for one in batch.iter(dag_ids=[DAG], page_limit=1)}
    client.delete_dag_run(DAG, run.dag_run_id)


def test_what_a_server_refuses(client):
    """A missing DAG is NotFound with the server's own words; the message names operation, path and status."""
    with pytest.raises(errors.NotFound, match=r"get_dag \(GET ") as caught:
        client.get_dag("no such dag")
    assert caught.value.problem.status == 404
    assert caught.value.problem.detail
