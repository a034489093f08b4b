"""``Kerberos()`` with a real ticket of a real KDC, sent to a server that negotiates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from kdc import negotiating
from loopback import Server

import dynclient
from dynclient import errors
from dynclient.deployment.airflow_client import Airflow
from dynclient.deployment.kerberos import Kerberos

POOLS = b'{"pools": [], "total_entries": 0}'


def url(server):
    """By name: principals have host names."""
    return f"http://localhost:{server.port}"


@pytest.fixture
def served():
    """A server that negotiates, and who came in."""
    users = []
    with Server(negotiating(POOLS, users)) as server:
        yield server, users


def test_the_ticket_is_sent_with_the_first_request(realm, served):
    """No 401 comes before it, and the server is told who it is."""
    server, users = served
    realm.kinit()
    with Airflow(dynclient.load("2.10.5"), f"{url(server)}/api/v1", Kerberos()) as client:
        assert client.get_pools().total_entries == 0
        assert client.get_pools().total_entries == 0
    assert users == ["alice@DYNCLIENT.TEST"] * 2
    assert len(server.seen) == 2


def test_a_server_that_asks_first_is_answered(realm, served):
    """With opportunistic_auth off the request goes out bare, is refused and goes out again."""
    server, users = served
    realm.kinit()
    auth = Kerberos(opportunistic_auth=False)
    with Airflow(dynclient.load("2.10.5"), f"{url(server)}/api/v1", auth) as client:
        assert client.get_pools().total_entries == 0
    assert users == ["alice@DYNCLIENT.TEST"]
    assert len(server.seen) == 2


def test_connect_takes_it_and_asks_with_it_where_the_release_is_guarded(realm):
    """The probe goes out bare first, as for all credentials."""
    users = []
    body = b'{"version": "2.10.5", "git_version": null}'
    realm.kinit()
    with Server(negotiating(body, users)) as server, dynclient.connect(url(server), auth=Kerberos()) as client:
        assert client.spec.release == "2.10.5"
    assert users


def test_the_service_can_be_that_of_a_proxy(realm, served):
    """HTTP/<host> instead of Airflow's own airflow/<host>."""
    server, users = served
    realm.kinit()
    with Airflow(dynclient.load("2.10.5"), f"{url(server)}/api/v1", Kerberos("HTTP")) as client:
        client.get_pools()
    assert users == ["alice@DYNCLIENT.TEST"]


def test_many_threads_share_it(realm, served):
    """Each request negotiates on its own."""
    server, users = served
    realm.kinit()
    with (
        Airflow(dynclient.load("2.10.5"), f"{url(server)}/api/v1", Kerberos()) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        assert [page.total_entries for page in pool.map(lambda _: client.get_pools(), range(40))] == [0] * 40
    assert len(users) == 40


def test_without_a_ticket_it_says_kinit(realm, served):
    """Nothing is sent."""
    server, users = served
    realm.kdestroy()
    client = Airflow(dynclient.load("2.10.5"), f"{url(server)}/api/v1", Kerberos())
    with client, pytest.raises(errors.ArgumentError, match="run kinit"):
        client.get_pools()
    assert (users, server.seen) == ([], [])


def test_a_service_that_the_kdc_does_not_have_is_told(realm, served):
    """The principal is named."""
    server, _ = served
    realm.kinit()
    client = Airflow(dynclient.load("2.10.5"), f"{url(server)}/api/v1", Kerberos("nobody"))
    with client, pytest.raises(errors.ArgumentError, match="nobody@localhost"):
        client.get_pools()


def test_a_ticket_goes_to_no_other_origin(realm, served):
    """As all credentials."""
    server, _ = served
    realm.kinit()
    client = Airflow(dynclient.load("2.10.5"), {"*": "http://localhost:1/api/v1"}, Kerberos())
    request = client.get_pools.request()
    with pytest.warns(errors.ContractWarning, match="no credentials are sent"):
        response = client.send(request._replace(url=f"{url(server)}/api/v1/pools"), client.operations["get_pools"])
    assert response.status == 401
