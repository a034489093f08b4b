"""Airflow in daily use: written once, without naming a release, and run against every one.

Each test is one step of the table that ``tox -e live`` prints. What a release does not have is said by its document:
a step that a release has no operations for is passed by. ``tests/live`` runs the steps on servers and records what they
answer, ``tests/deployment/test_daily.py`` runs them on what was recorded. Whoever uses them has four fixtures:
``live``, the server; ``scene``, a context manager by a name, in which answers are recorded or told again; ``lines``,
the length of the long log; ``threads``, how many call at the same moment.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import warnings

import pytest

import dynclient
import dynclient.aio

DEMO, FAILING, RETRY, SLOW, LONG, XCOM, MAPPED = (
    f"dynclient_{name}" for name in ("demo", "failing", "retry", "slow", "long_log", "xcom", "mapped")
)
SECONDS = 240  # for a run of seconds on a busy machine
#: keys of variables that need care in a path
KEYS = [
    "plain",
    "a b",
    "a+b",
    "a%b",
    "a%2Fb",
    "a&b=c",
    "a?b",
    "a#b",
    "a;b",
    "a:b",
    "a@b",
    "a,b",
    "ü",
    "日本",
    "a'b",
    'a"b',
    "a(b)",
    "a~b",
    "a.b",
    "a|b",
    "a/b",
]


@pytest.fixture(autouse=True)
def step(request, scene):
    """What is exchanged during a step is one scene, called as the step is."""
    with scene(request.function.__name__.removeprefix("test_"), request.node):
        yield


@pytest.fixture
def af(live):
    """A client of the server, connected with nothing but a URL, a user and a password; every answer is judged."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", dynclient.ContractWarning)
        with dynclient.connect(live.url, auth=(live.username, live.password), responses="strict") as client:
            yield client


def called(af, *names):
    """The operation under the first of these names that this release has; None where it has none."""
    return next((af.operation(name) for name in names if name in af.operations), None)


def needs(af, *names):
    """The operation under the first of these names; without one, this step is not of this release."""
    operation = called(af, *names)
    if operation is None:
        pytest.skip(f"no operation {' or '.join(names)} in this release")
    return operation


def trigger(af, dag_id, **arguments):
    """Trigger a run without waiting for it."""
    operation = called(af, "trigger_dag_run", "post_dag_run")
    date = {"logical_date": None} if "trigger_dag_run" in af.operations else {}  # null is refused by 2.x
    return operation(dag_id, **date, **arguments)


@pytest.fixture(scope="module")
def demo(live, scene):
    """A run of the demo DAG that succeeded."""
    with scene("demo"), dynclient.connect(live.url, auth=(live.username, live.password)) as client:
        return client.run_and_wait(DEMO, conf={"seconds": 1}, timeout=SECONDS)


def test_connect(af, live):
    """The release was asked for, and its own document chosen."""
    release = live.release.partition("+")[0]  # without what was installed beside it
    assert (af.about().release, af.about().exact, af.about().responses) == (release, True, "strict")


@pytest.mark.usefixtures("demo")
def test_sweep(af):
    """Every operation that reads, called with arguments that the server tells: strict, and all kept."""
    report = af.verify()
    assert report.ok, report.text()
    assert len(report.of("kept")) >= 25, report.text()


@pytest.mark.usefixtures("demo")
def test_lists(af):
    """Every list is walked in its own pages and in pages of seven: all items, none twice."""
    for name, operation in af.operations.items():
        if operation.method != "GET" or any(p.required for p in operation.parameters):
            continue
        call = af.operation(name)
        if call.paging is None or "log" in name or name == "get_config":  # grows while it is read; is hidden
            continue
        items = [lasting(item) for item in call.iter()]
        if "limit" in call.types:
            assert [lasting(item) for item in call.iter(limit=7)] == items, name
        assert len(set(items)) == len(items), name


def test_partial_objects(af):
    """Items of one field each are walked to the end, though their pages are alike."""
    call = af.get_dags
    if "fields" not in call.types:
        pytest.skip("no partial objects in this release")
    items = list(call.iter(fields=["is_active"], limit=2))
    assert len(items) == call(limit=1).total_entries
    assert set(map(len, items)) == {1}


def lasting(item):
    """An item of a list as text, without what every request changes."""
    changing = ("last_login", "login_count", "last_heartbeat", "latest_heartbeat")
    return repr({k: v for k, v in item.items() if k not in changing} if isinstance(item, dict) else item)


def test_variables(af):
    """Variables with awkward keys: created, read, changed, deleted."""
    create = called(af, "post_variable", "post_variables")
    place = next(p for p in af.get_variable.operation.parameters if p.location == "path")
    slash = "post_variable" in af.operations or place.schema.keywords.get("format") == "path"
    for key in KEYS if slash else [key for key in KEYS if "/" not in key]:  # early servers have no path for it
        create(key=key, value="1")
        try:
            model = af.get_variable(key)
            model.value = "2"
            assert model.changes() == {"value": "2"}
            assert af.update(model).value == "2"
            assert af.get_variable(key).value == "2", key
        finally:
            af.delete_variable(key)
        with pytest.raises(dynclient.NotFound):
            af.get_variable(key)


def test_pools(af):
    """A pool: created, read, changed, deleted."""
    af.post_pool(name="daily", slots=3)
    try:
        model = af.get_pool("daily")
        assert af.update(model) is model  # nothing changed, nothing sent
        model.slots = 5
        assert af.update(model).slots == 5
        assert af.get_pool("daily").slots == 5
    finally:
        af.delete_pool("daily")
    with pytest.raises(dynclient.NotFound):
        af.get_pool("daily")


def test_connections(af):
    """A connection: created, changed without losing the secret in ``extra``, deleted."""
    extra = '{"region": "here", "secret_key": "kept"}'
    af.post_connection(connection_id="daily", conn_type="http", host="a", extra=extra)
    try:
        model = af.get_connection("daily")
        model.host = "b"
        assert af.update(model).host == "b"
        seen = af.get_connection("daily")
        assert (seen.host, seen.conn_type) == ("b", "http")
        assert '"region"' in seen.extra
        assert "secret_key" in seen.extra
    finally:
        af.delete_connection("daily")


def needs_users(af, name):
    """An operation of users or roles: the API's, or that of an application that manages them (FAB on Airflow 3)."""
    if name not in af.operations:
        manager = af.application("/auth") if "trigger_dag_run" in af.operations else None
        if manager is None or "get_users" not in manager.operations:
            pytest.skip(f"no operation {name} in this release")
    return af.operation(name)


def test_roles(af):
    """Roles, where the server has them: created, read, given another permission, deleted."""
    needs_users(af, "post_role")
    actions = [{"action": {"name": "can_read"}, "resource": {"name": "DAGs"}}]
    af.post_role(name="daily", actions=actions)
    try:
        role = af.get_role("daily")
        role.actions = [*actions, {"action": {"name": "can_edit"}, "resource": {"name": "DAGs"}}]
        assert len(af.update(role).actions) == 2
    finally:
        af.delete_role("daily")
    with pytest.raises(dynclient.NotFound):
        af.get_role("daily")


def test_users(af):
    """Users, where the server has them: created, read, changed, found in the list, deleted."""
    needs_users(af, "post_user")
    user = {"username": "daily", "email": "d@example.com", "first_name": "D", "last_name": "Y", "password": "secret"}
    af.post_user(**user, roles=[{"name": "Viewer"}])
    try:
        model = af.get_user("daily")
        model.last_name = "Z"
        assert af.update(model).last_name == "Z"
        assert "daily" in [item.username for item in af.get_users.iter(limit=1)]
    finally:
        af.delete_user("daily")
    with pytest.raises(dynclient.NotFound):
        af.get_user("daily")


def test_run_wait_log(af, demo):
    """A run is waited for, and the log of its task is read and followed, each line once and in order."""
    assert demo.state == "success"
    task = af.get_task_instance(DEMO, demo.dag_run_id, "make")
    for lines in (list(af.log(task)), list(af.log(task, follow=True)), list(af.log(DEMO, demo.dag_run_id, "make"))):
        assert [number for line in lines for number in "123" if f"made number {number}" in line] == ["1", "2", "3"]


def test_clear_and_rerun(af):
    """A task is cleared, its run goes on and succeeds again; the run is marked, and deleted."""
    run = af.run_and_wait(DEMO, timeout=SECONDS)
    clear = called(af, "post_clear_task_instances")
    named = {"dag_run_id": run.dag_run_id}
    if "dag_run_id" not in clear.types:  # early servers clear what is within two dates
        named = {"start_date": run.execution_date, "end_date": run.execution_date}
    tasks = {"task_ids": ["add"]} if "task_ids" in clear.types else {}
    clear(DEMO, dry_run=False, only_failed=False, reset_dag_runs=True, **tasks, **named)
    assert af.wait((DEMO, run.dag_run_id), timeout=SECONDS).state == "success"
    mark = called(af, "patch_dag_run", "update_dag_run_state")
    if mark is not None:
        assert mark(DEMO, run.dag_run_id, state="failed").state == "failed"
    af.delete_dag_run(DEMO, run.dag_run_id)
    with pytest.raises(dynclient.NotFound):
        af.get_dag_run(DEMO, run.dag_run_id)


def test_notes(af, demo):
    """A note is written on a run, where runs have notes."""
    write = needs(af, "patch_dag_run", "set_dag_run_note") if "set_dag_run_note" in af.operations else None
    write = af.operation("set_dag_run_note") if write else needs(af, "patch_dag_run")
    if "note" not in write.types:
        pytest.skip("runs have no notes in this release")
    assert write(DEMO, demo.dag_run_id, note="seen").note == "seen"


def test_log_while_it_runs(af):
    """A log is followed from before its task began to its end: each line once."""
    run = trigger(af, SLOW, conf={"seconds": 4})
    lines = list(af.log(SLOW, run.dag_run_id, "tick", follow=True))
    numbers = [int(line.rsplit("second ", 1)[1].split()[0].strip('"}')) for line in lines if "second " in line]
    assert numbers == [1, 2, 3, 4]
    assert af.wait(run, timeout=SECONDS).state == "success"


def test_failure(af):
    """A run that fails raises with the failed task and the end of its log."""
    with pytest.raises(dynclient.RunFailed, match="failed on purpose") as caught:
        af.run_and_wait(FAILING, timeout=SECONDS)
    assert [instance["task_id"] for instance in caught.value.failed] == ["fail"]


def test_second_try(af):
    """After a retry the log is that of the newest try."""
    run = af.run_and_wait(RETRY, timeout=SECONDS)
    assert any("this is try 2" in line for line in af.log(RETRY, run.dag_run_id, "twice"))


def test_long_log(af, lines):
    """A log of 20,000 lines comes whole, each line once, read and followed."""
    run = af.run_and_wait(LONG, conf={"lines": lines}, timeout=SECONDS)
    for follow in (False, True):
        log = [line for line in af.log(LONG, run.dag_run_id, "talk", follow=follow) if "of many" in line]
        assert len(log) == lines
        assert "line 1 of" in log[0]
        assert f"line {lines} of" in log[-1]


def test_mapped_task(af):
    """The log of one of the mapped tasks is read; without its index the message says that there are several."""
    needs(af, "get_mapped_task_instance")
    run = af.run_and_wait(MAPPED, timeout=SECONDS)
    if "map_index" in af.get_log.types:  # 2.3 gives no logs of mapped tasks, and that is said
        assert any("twice 3 is 6" in line for line in af.log(MAPPED, run.dag_run_id, "double", map_index=2))
    else:
        with pytest.raises(dynclient.ArgumentError, match="no logs of mapped tasks"):
            list(af.log(MAPPED, run.dag_run_id, "double", map_index=2))
    with pytest.raises(dynclient.DynclientError, match="map_index"):
        list(af.log(MAPPED, run.dag_run_id, "double"))


def test_xcom(af, lines):
    """XComs small, large (40,000 characters) and nested are listed and read."""
    run = af.run_and_wait(XCOM, conf={"large": 2 * lines}, timeout=SECONDS)
    place = (XCOM, run.dag_run_id, "leave")
    assert {entry.key for entry in af.get_xcom_entries.iter(*place)} == {"small", "large", "nested"}
    assert str(af.get_xcom_entry(*place, "small")["value"]) == "7"
    assert len(af.get_xcom_entry(*place, "large")["value"]) >= 2 * lines
    assert "deeper" in str(af.get_xcom_entry(*place, "nested")["value"])


def test_assets(af):
    """Datasets or assets, and their events after their task ran."""
    events = needs(af, "get_asset_events", "get_dataset_events")
    af.run_and_wait("dynclient_producer", timeout=SECONDS)
    assert any(item.uri.startswith("dynclient://table") for item in called(af, "get_assets", "get_datasets").iter())
    assert len(list(events.iter())) >= 1


def create_backfill(af, **arguments):
    """A backfill; a server on SQLite answers 503 while another process writes, and asks to come again."""
    create = af.create_backfill.options(retries=dynclient.Retry(total=10, statuses={503}, methods={"POST"}))
    return create(dag_id="dynclient_daily", reprocess_behavior="none", **arguments)


def test_backfill(af):
    """A backfill that succeeds is waited for; one whose run fails raises with its log, one that is cancelled too."""
    needs(af, "create_backfill")
    called(af, "patch_dag")("dynclient_daily", is_paused=False)
    dates = {"from_date": "2024-01-01T00:00:00Z", "to_date": "2024-01-02T00:00:00Z"}
    try:
        backfill = create_backfill(af, **dates)
        assert af.wait(backfill, timeout=SECONDS).completed_at is not None
        dates = {"from_date": "2024-03-01T00:00:00Z", "to_date": "2024-03-01T00:00:00Z"}
        backfill = create_backfill(af, **dates, dag_run_conf={"fail": True})
        with pytest.raises(dynclient.RunFailed, match=r"1 of its 1 runs failed(?s:.*)this day failed on purpose"):
            af.wait(backfill, timeout=SECONDS)
        dates = {"from_date": "2024-02-01T00:00:00Z", "to_date": "2024-02-06T00:00:00Z"}
        backfill = create_backfill(af, **dates, max_active_runs=1)
        af.cancel_backfill(backfill.id)
        with pytest.raises(dynclient.RunFailed):
            af.wait(backfill, timeout=SECONDS)
    finally:
        af.patch_dag("dynclient_daily", is_paused=True)


def test_paused_dag(af):
    """Waiting for a run of a paused DAG says that it is paused."""
    run = trigger(af, "dynclient_daily")
    try:
        with pytest.raises(dynclient.DynclientError, match="paused"):
            af.wait(run, timeout=20)
    finally:
        af.delete_dag_run("dynclient_daily", run.dag_run_id)


def test_bulk(af):
    """A bulk answer with a failure inside counts it and lists it."""
    bulk = needs(af, "bulk_variables")
    create = {"action": "create", "entities": [{"key": "bulk", "value": "1"}], "action_on_existence": "fail"}
    try:
        assert not bulk(actions=[create]).errors
        answer = bulk(actions=[create])
        assert len(answer.errors) == 1
        assert "error" in repr(answer)
    finally:
        af.delete_variable("bulk")


def test_human_in_the_loop(af):
    """A task that waits for a person is found and answered."""
    details = needs(af, "get_hitl_details")
    run = trigger(af, "dynclient_approval")
    for _ in range(SECONDS):
        waiting = list(details.iter("dynclient_approval", run.dag_run_id))
        # an answer while the task's process still ends makes 3.3.2's scheduler fail the task
        time.sleep(2)
        if waiting and waiting[0].task_instance.state not in {"queued", "running"}:
            break
    af.update_hitl_detail("dynclient_approval", run.dag_run_id, "ask", -1, chosen_options=["Yes"], params_input={})
    assert af.wait(run, timeout=SECONDS).state == "success"


def test_pausing(af):
    """A DAG is paused and unpaused by a change of one field, and is so when it is read again."""
    for paused in (True, False):
        dag = af.get_dag(DEMO)
        dag.is_paused = paused
        assert af.update(dag).is_paused is paused
        assert af.get_dag(DEMO).is_paused is paused


def test_batch_lists(af, demo):
    """The lists that are asked for by POST are walked by the limit in their bodies."""
    batch = called(af, "get_list_dag_runs_batch", "get_dag_runs_batch")
    assert demo.dag_run_id in [run.dag_run_id for run in batch.iter(dag_ids=[DEMO], page_limit=1)]


def test_log_as_the_server_has_it(af, demo):
    """The operation itself gives the log as text or lines, and as one JSON."""
    log = af.get_log
    number = {"task_try_number" if "task_try_number" in log.types else "try_number": 1}
    for accept in next(iter(log.operation.responses.values())).content:
        content = log(DEMO, demo.dag_run_id, "make", **number, accept=accept)
        text = json.dumps(list(content) if hasattr(content, "__next__") else content)
        assert "made number 3" in text


def test_refusals(af):
    """What is not there is NotFound, what is there already AlreadyExists: operation, path and status are named."""
    with pytest.raises(dynclient.NotFound, match=r"get_dag \(GET /.*\) answered 404 ") as caught:
        af.get_dag("no such dag")
    assert caught.value.problem.status == 404
    assert caught.value.problem.detail
    with pytest.raises(dynclient.AlreadyExists, match=r"post_pool \(POST /.*\) answered 409 "):
        af.post_pool(name="default_pool", slots=3)


def test_hidden_config(af):
    """The configuration is hidden unless a deployment shows it, and the refusal says so."""
    with pytest.raises(dynclient.PermissionDenied):
        af.get_config()


def test_import_errors(af):
    """A file that cannot be imported is listed with its traceback."""
    errors = list(af.get_import_errors.iter())
    assert any("on purpose" in error.stack_trace for error in errors)


def test_many_at_once(af, threads):
    """Threads share the client; outcomes are in order."""
    ids = [dag.dag_id for dag in itertools.islice(af.get_dags.iter(), 20)]
    assert [outcome.get().dag_id for outcome in af.map(af.get_dag, ids, workers=threads)] == ids


def test_names_of_other_releases(af):
    """A name of another release is answered with the name on this one."""
    other, here = "post_dag_run", "trigger_dag_run"
    if here not in af.operations:
        other, here = here, other
    with pytest.raises(AttributeError, match=f"here it is called {here}"):
        getattr(af, other)


def test_credentials(live):
    """A wrong password, none, and an expired cookie are refused in one sentence that says what to do."""
    refusals = (dynclient.Unauthenticated, dynclient.PermissionDenied)
    for auth in ((live.username, "not-this-one"), None, dynclient.SessionCookie("expired")):
        with (
            pytest.raises(refusals, match=r"auth=|password|credentials|cookie") as caught,
            dynclient.connect(live.url, auth=auth) as client,
        ):
            client.get_dags(limit=1)
        assert "not-this-one" not in str(caught.value)


def test_a_client_of_a_document(live):
    """A client that was made from a document sends Basic to 2.x, never to 3.x; a token is taken as it is."""
    account = (live.username, live.password)
    spec = dynclient.load(live.release.partition("+")[0])
    if "post_dag_run" in spec.operations:
        with dynclient.Client(spec, f"{live.url}/api/v1", auth=account) as client:
            assert client.get_dag(DEMO).dag_id == DEMO
        return
    with pytest.raises(dynclient.ArgumentError, match="connect"):
        dynclient.Client(spec, live.url, auth=account).get_dag(DEMO)
    with dynclient.connect(live.url, auth=account) as client, dynclient.connect(live.url, auth=client.token()) as other:
        assert other.get_dag(DEMO).dag_id == DEMO


def test_viewer(live):
    """Who may only look is refused a change."""
    with dynclient.connect(live.url, auth=("viewer", "viewer")) as client:
        assert client.get_dags(limit=1).total_entries >= 1
        with pytest.raises(dynclient.PermissionDenied):
            client.post_pool(name="viewer", slots=1)


def test_awaited(live):
    """The awaited client lists, triggers, waits and reads a log by the same lines."""

    async def day():
        async with await dynclient.aio.connect(live.url, auth=(live.username, live.password)) as af:
            ids = [dag.dag_id async for dag in af.get_dags.iter()]
            run = await af.run_and_wait(DEMO, timeout=SECONDS)
            lines = [line async for line in af.log(DEMO, run.dag_run_id, "make")]
            return ids, run.state, lines

    ids, state, lines = asyncio.run(day())
    assert DEMO in ids
    assert len(set(ids)) == len(ids)
    assert state == "success"
    assert any("made number 3" in line for line in lines)


def test_delete_dag(af):
    """A DAG is deleted (its file brings it back), and the answer keeps to the document."""
    needs(af, "delete_dag")
    af.delete_dag(FAILING)
    with pytest.raises(dynclient.NotFound):
        af.get_dag(FAILING)
