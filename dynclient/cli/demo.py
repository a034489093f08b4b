"""``dynclient demo``: the main job shown on a small server in this process; nothing is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..deployment.connect import connect
from ..errors import ContractError, InvalidRequest
from ..testing.airflow_rules import fake_airflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client.sync import Client
    from ..testing.fake_server import FakeServer

__all__ = ["run"]


_USER = ("admin", "admin")


def run(print: Callable[[str], object] = print) -> None:  # noqa: A002 - it is what is used
    """Show the main job in four steps; ``print`` takes each line."""
    with fake_airflow(auth=_USER, judge=False) as server:
        print(f"A server that behaves as Airflow {server.spec.release} does, from its OpenAPI document: {server.url}")
        with connect(server.url, auth=_USER) as client:
            print(f'\nclient = dynclient.connect("{server.url}", auth=("admin", "admin"))')
            print(f"   asked for the release, logged in, and has {len(client.operations)} operations to call")
            _list(client, print)
            _run(client, print)
            _refused(server, client, print)
            _caught(server, client, print)
    print("\nThe server is gone. All of this works on yours: connect to its URL.")


def _list(client: Client, print: Callable[[str], object]) -> None:  # noqa: A002 - as above
    print("\n1. List: for dag in client.get_dags.iter(limit=2), page after page")
    for dag in client.get_dags.iter(limit=2):
        print(f"   {dag.dag_id:<14} {'paused' if dag.is_paused else 'active'}  {dag.description}")


def _run(client: Client, print: Callable[[str], object]) -> None:  # noqa: A002 - as above
    print('\n2. Create: client.trigger_dag_run("tutorial", logical_date=None, conf={"day": 3})')
    run = client.trigger_dag_run("tutorial", logical_date=None, conf={"day": 3})
    states = [run.state]
    while states[-1] in {"queued", "running"}:
        states.append(client.get_dag_run("tutorial", run.dag_run_id).state)
    print(f"   {run.dag_run_id}: {', then '.join(states)}; queued_at is a {type(run.queued_at).__name__}")


def _refused(server: FakeServer, client: Client, print: Callable[[str], object]) -> None:  # noqa: A002 - as above
    print('\n3. Refused before it is sent: client.post_pool(name="p", slots="many", description=5)')
    before = len(server.requests)
    try:
        client.post_pool(name="p", slots="many", description=5)
    except InvalidRequest as error:
        _show(error, print)
    print(f"   The server saw {len(server.requests) - before} requests of it.")


def _caught(server: FakeServer, client: Client, print: Callable[[str], object]) -> None:  # noqa: A002 - as above
    print('\n4. Caught when it comes: client.get_dag("tutorial") of a server that was told to break its document')
    server.misbehave("get_dag", breaks="dag_id", times=1)
    try:
        client.get_dag("tutorial")
    except ContractError as error:
        _show(error, print)


def _show(error: Exception, print: Callable[[str], object]) -> None:  # noqa: A002 - as above
    print(f"   {type(error).__name__}: " + str(error).replace("\n", "\n   "))
