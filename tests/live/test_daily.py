"""Airflow in daily use: written once, without naming a release, and run against every one."""

from __future__ import annotations

import pytest

import dynclient

DAG = "dynclient_demo"


@pytest.fixture
def af(live):
    """A client of the server, connected with nothing but a URL, a user and a password."""
    with dynclient.connect(live.url, auth=(live.username, live.password)) as client:
        yield client


def called(af, *names):
    """The operation under the first of these names that this release has."""
    return af.operation(next(name for name in names if name in af.operations))


def test_connect_knows_the_server(af, live):
    """The release was asked for, and its own document chosen."""
    assert (af.about().release, af.about().exact, af.about().responses) == (live.release, True, "strict")


def test_list_all(af):
    """Every list that needs no argument is walked to its end, each item once, as many as the server counts."""
    for name in ("get_dags", "get_pools", "get_connections", "get_variables", "get_providers", "get_event_logs"):
        operation = af.operation(name)
        items = list(operation.iter())
        total = operation(**({"limit": 1} if "limit" in operation.types else {})).get("total_entries")
        assert total is None or abs(len(items) - total) <= 5, name  # event logs grow while they are read


def test_create_change_delete(af):
    """A variable, a pool and a connection: created, read, changed by attribute, written back, deleted."""
    rounds = [
        (
            called(af, "post_variable", "post_variables"),
            {"key": "daily/a b+c", "value": "1"},
            "get_variable",
            "value",
            "2",
        ),
        (af.post_pool, {"name": "daily", "slots": 3}, "get_pool", "slots", 5),
        (af.post_connection, {"connection_id": "daily", "conn_type": "http"}, "get_connection", "host", "example"),
    ]
    for create, fields, read, name, value in rounds:
        identity = next(iter(fields.values()))
        create(**fields)
        try:
            model = af.operation(read)(identity)
            assert af.update(model) is model  # nothing changed, nothing sent
            setattr(model, name, value)
            assert model.changes() == {name: value}
            assert getattr(af.update(model), name) == value
            assert getattr(af.operation(read)(identity), name) == value
        finally:
            af.operation(read.replace("get_", "delete_"))(identity)
        with pytest.raises(dynclient.NotFound):
            af.operation(read)(identity)


def test_run_wait_log_clear_delete(af):
    """A run is triggered and waited for, its log read and followed, its task cleared, and it is deleted."""
    run = af.run_and_wait(DAG, conf={"seconds": 1}, timeout=120)
    assert run.state == "success"
    task = af.get_task_instance(DAG, run.dag_run_id, "make")
    assert any("made number 3" in line for line in af.log(task))
    assert any("made number 3" in line for line in af.log(task, follow=True))
    af.post_clear_task_instances(DAG, dag_run_id=run.dag_run_id, task_ids=["add"], dry_run=False, only_failed=False)
    assert af.wait(run, timeout=120).state == "success"
    af.delete_dag_run(DAG, run.dag_run_id)


def test_following_ends_with_the_task(af):
    """A log is followed while its task runs, from before it began."""
    trigger = called(af, "trigger_dag_run", "post_dag_run")
    run = trigger(DAG, conf={"seconds": 3}, **({"logical_date": None} if "trigger_dag_run" in af.operations else {}))
    lines = list(af.log(DAG, run.dag_run_id, "make", follow=True))
    assert sum("made number" in line for line in lines) == 3
    assert af.get_task_instance(DAG, run.dag_run_id, "make").state == "success"
    af.wait(run, timeout=120)
    af.delete_dag_run(DAG, run.dag_run_id)


def test_a_failure_says_why(af):
    """A run that fails raises with the failed task and the end of its log."""
    with pytest.raises(dynclient.RunFailed, match="failed on purpose") as caught:
        af.run_and_wait("dynclient_failing", timeout=120)
    assert [instance["task_id"] for instance in caught.value.failed] == ["fail"]


def test_many_at_once(af):
    """Eight threads share the client; outcomes are in order."""
    ids = [dag.dag_id for dag in af.get_dags.iter(limit=20)][:20]
    assert [outcome.get().dag_id for outcome in af.map(af.get_dag, ids, workers=8)] == ids


def test_names_of_other_releases(af):
    """A name of another release is answered with the name on this one."""
    other = "post_dag_run" if "trigger_dag_run" in af.operations else "trigger_dag_run"
    here = "trigger_dag_run" if other == "post_dag_run" else "post_dag_run"
    with pytest.raises(AttributeError, match=f"here it is called {here}"):
        getattr(af, other)


def test_a_wrong_password(live):
    """A wrong password is one sentence, at connect or at the first call."""
    with (
        pytest.raises((dynclient.Unauthenticated, dynclient.PermissionDenied), match="password"),
        dynclient.connect(live.url, auth=(live.username, "wrong")) as client,
    ):
        client.get_dags(limit=1)
