"""Connecting: the URL, the credentials, what is said about the server, what is closed."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
import warnings

import pytest
from loopback import Server, answer, free_port
from version_servers import PAGE, VERSION_3, airflow, by_path, json_reply

import dynclient
from dynclient import aio, errors
from dynclient.deployment.airflow_client import Airflow
from dynclient.testing import fake_airflow


@pytest.mark.parametrize("end", ["", "/", "/home", "/home/", "/api/v1", "/api/v2/", "/home?status=active"])
@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
@pytest.mark.parametrize("prefix", ["", "/team/airflow"])
def test_a_url_from_a_browser_will_do_and_its_prefix_is_kept(release, end, prefix):
    """/home, /api/v1 and /api/v2 at the end are cut off, all else stays in front of every path."""
    with Server(airflow(release, prefix)) as server, dynclient.connect(f"{server.url}{prefix}{end}") as client:
        assert client.about().url == server.url + prefix
        assert client.about().release == client.spec.release == release
        api = "/api/v1" if release < "3" else "/api/v2"
        assert client.get_pools.request().url == f"{server.url}{prefix}{api}/pools"


@pytest.mark.parametrize(
    "url", ["localhost:8080", "", "/api", "ftp://h", "http://", "http://h:x/", "h\\y", "http:///x"]
)
def test_what_is_no_url_of_a_server_is_refused_before_anything_is_sent(url):
    """The sentence shows what a URL looks like."""
    with pytest.raises(errors.ArgumentError, match="write http://host:port/prefix"):
        dynclient.connect(url)


def test_user_and_password_in_the_url_are_credentials_and_are_shown_nowhere():
    """They count where auth= is not given."""
    with Server(airflow("2.10.5")) as server:
        url = server.url.replace("://", "://me:p%40ss@")
        with dynclient.connect(url) as client:
            request = client.get_pools.request()
            assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"me:p@ss").decode()
            assert request.url == f"{server.url}/api/v1/pools"
            assert "p@ss" not in f"{client!r}{client.about()}"
        with dynclient.connect(url, auth="token") as client:
            assert client.get_pools.request().headers["Authorization"] == "Bearer token"


def test_what_to_do_about_broken_answers_can_be_said():
    """``responses`` goes before what the document's exactness would make of it."""
    with Server(airflow("3.3.2")) as server:
        assert dynclient.connect(server.url, responses="off").responses == "off"
        assert dynclient.connect(server.url, responses="warn").about().responses == "warn"
        assert dynclient.connect(server.url, read_only=True).read_only


def test_a_given_release_or_document_is_not_asked_for():
    """Nothing is sent until the first call, the login included."""
    url = f"http://127.0.0.1:{free_port()}/p"
    for release, path in (("2.10.5", "/api/v1/pools"), ("3.3.2", "/api/v2/pools")):
        by_release = dynclient.connect(url, ("u", "p"), release=release)
        by_spec = dynclient.connect(url, ("u", "p"), spec=release)
        by_object = dynclient.connect(url, ("u", "p"), spec=dynclient.load(release))
        for client in (by_release, by_spec, by_object):
            assert client.spec.release == release
            assert client.responses == "strict"
            assert client.get_pools.build((), {}).url == url + path
    assert by_spec.about().release is None
    assert Airflow(dynclient.load("2.10.5"), url).about().document == "2.10.5"


@pytest.mark.parametrize("release", ["2.10.5", "3.3.2"])
def test_one_pair_is_basic_on_airflow_2_and_a_login_on_airflow_3(release):
    """The same line works on both; the server is a whole one."""
    with fake_airflow(release, auth=("admin", "s3cret"), prefix="/p", judge=False) as fake:
        with dynclient.connect(fake.url, auth=("admin", "s3cret")) as client:
            assert client.get_dags().total_entries == 3
            assert client.get_pool("default_pool").slots == 128
        schemes = {r.request.headers.get("authorization", "").partition(" ")[0] for r in fake.requests}
        assert schemes == {"", "Basic"} if release < "3" else {"", "Bearer"}


def test_a_wrong_password_is_said_while_connecting_to_airflow_3():
    """The login is done at once, so that the error stands where the password does."""
    with fake_airflow("3.3.2", auth=("admin", "s3cret"), judge=False) as fake:
        with pytest.raises(errors.Unauthenticated, match="check user name and password") as caught:
            dynclient.connect(fake.url, auth=("admin", "wr0ng"))
        assert "wr0ng" not in str(caught.value)
    with fake_airflow("2.10.5", auth=("admin", "s3cret"), judge=False) as fake:
        client = dynclient.connect(fake.url, auth=("admin", "wr0ng"))
        with pytest.raises(errors.Unauthenticated, match="basic_auth") as caught:
            client.get_dags()
        assert "wr0ng" not in str(caught.value)


def _as_requests():
    from requests.auth import HTTPBasicAuth

    return HTTPBasicAuth("admin", "s3cret")


@pytest.mark.parametrize(
    "auth",
    [
        ("admin", "s3cret"),
        dynclient.Basic("admin", "s3cret"),
        {"OAuth2PasswordBearer": ("admin", "s3cret")},
        _as_requests(),
    ],
)
def test_basic_is_never_sent_to_airflow_3_it_logs_in_instead(auth):
    """In whatever form user and password came, and not while asking for the release either."""
    with fake_airflow("3.3.2", auth=("admin", "s3cret"), judge=False) as fake:
        with dynclient.connect(fake.url, auth=auth) as client:
            assert client.get_dags().total_entries == 3
        assert not any(r.request.headers.get("authorization", "").startswith("Basic") for r in fake.requests)


def test_a_token_or_a_callable_that_gives_one_is_a_bearer():
    """Managed services give tokens."""
    with fake_airflow("3.3.2", judge=False) as fake:
        for auth in ("abc", lambda: "abc"):
            with dynclient.connect(fake.url, auth=auth) as client:
                assert client.get_dags.request().headers["Authorization"] == "Bearer abc"


def test_a_login_does_not_block_the_event_loop():
    """While a server takes its time for a login, other tasks go on."""

    def slow(exchange):
        exchange.wait(0.5)
        json_reply({"access_token": "t"}, 201)(exchange)

    async def ticks():
        count = 0
        task = asyncio.ensure_future(aio.connect(server.url, auth=("u", "p")))
        while not task.done():
            await asyncio.sleep(0.01)
            count += 1
        await (await task).aclose()
        return count

    with Server(by_path({"/api/v2/version": answer(200, VERSION_3), "/auth/token": slow})) as server:
        assert asyncio.run(ticks()) >= 10


def test_an_awaited_connect_imports_no_requests():
    """The awaited client goes by httpx alone; its login too."""
    program = (
        "import asyncio, sys, dynclient\n"
        "async def main():\n"
        "    async with await dynclient.aio.connect(sys.argv[1], auth=('u', 'p')) as af: await af.get_version()\n"
        "asyncio.run(main())\n"
        "print('requests' in sys.modules)\n"
    )
    routes = {"/api/v2/version": answer(200, VERSION_3), "/auth/token": json_reply({"access_token": "t"}, 201)}
    with Server(by_path(routes)) as server:
        command = [sys.executable, "-c", program, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_nobody_there_is_said_as_such():
    """The address is shown and asked about."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(errors.Unreachable, match="is its address right"):
        dynclient.connect(url, transport=dynclient.Transport(retries=0))


def test_a_failed_connect_leaves_no_open_connection():
    """What connect opened itself it closes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Server(PAGE) as server, pytest.raises(errors.UndocumentedResponse):
            dynclient.connect(server.url)
