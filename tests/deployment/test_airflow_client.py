"""Connecting: which release, which document, which credentials, and what each bad input says."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import warnings
from urllib.parse import urlsplit

import pytest
from loopback import Server, answer, free_port

import dynclient
from dynclient import aio, errors
from dynclient.deployment.airflow_client import Airflow
from dynclient.deployment.environment import environment
from dynclient.documents import releases, sources
from dynclient.testing import fake_airflow

PAGE = answer(200, b"<!doctype html><title>Airflow</title>", content_type="text/html; charset=utf-8")
GONE = answer(404, b'{"error": "/api/v1 has been removed in Airflow 3"}')
VERSION_3 = b'{"version": "3.3.2", "git_version": null}'


def said(body, status=200, *fields):
    return answer(status, json.dumps(body).encode(), *fields)


def by_path(routes, otherwise=PAGE):
    """A server that answers by path; unknown ones with Airflow 3's page."""
    return lambda exchange: routes.get(exchange.seen.target.partition("?")[0], otherwise)(exchange)


def airflow(release, prefix="", **more):
    """The routes of a server that says this release, and what else it has."""
    version = said({"version": release, "git_version": None})
    if release.startswith("2"):
        return by_path({f"{prefix}/api/v1/version": version, **more}, answer(404, b"<p>", content_type="text/html"))
    return by_path({f"{prefix}/api/v2/version": version, f"{prefix}/api/v1/version": GONE, **more})


# --- the URL -------------------------------------------------------------------------------------


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


# --- the release and the document ----------------------------------------------------------------


@pytest.mark.parametrize("release", ["2.0.0", "2.6.3", "2.11.2", "3.0.1", "3.1.7", "3.3.2"])
def test_the_bundled_document_of_the_servers_release_is_taken_and_answers_must_keep_to_it(release):
    """Exactly the server's release: no warning, strict."""
    with Server(airflow(release)) as server, dynclient.connect(server.url) as client:
        about = client.about()
        assert (about.release, about.document, about.exact, about.responses) == (release, release, True, "strict")
        assert str(about).startswith(f"Airflow {release} at {server.url}, by the document of {release}: ")
        assert client.responses == "strict"


@pytest.mark.parametrize("release", ["3.0.2+astro.1", "2.10.5+composer"])
def test_a_vendors_local_part_is_cut_with_a_warning(release):
    """The document is that of the release it was built on, so answers are warned about."""
    with Server(airflow(release)) as server, pytest.warns(errors.ContractWarning, match="vendor"):
        client = dynclient.connect(server.url)
    assert client.spec.release == release.partition("+")[0]
    assert (client.about().release, client.about().exact, client.responses) == (release, False, "warn")


@pytest.mark.parametrize("release", ["3.3.99", "2.10.9", "99.0.0"])
def test_a_release_that_is_not_bundled_is_taken_by_the_servers_own_document(release):
    """It is exact; where it says that it is served does not count."""
    old = release < "3"
    document = {**sources.read("2.10.5" if old else "3.3.2")[0], "servers": [{"url": "https://elsewhere/api/v1"}]}
    path = "/api/v1/openapi.json" if old else "/openapi.json"
    with Server(airflow(release, "/p", **{f"/p{path}": said(document)})) as server:
        client = dynclient.connect(f"{server.url}/p")
        assert client.about().exact
        assert client.spec.release == release
        assert client.spec.source == f"{server.url}/p{path}"
        assert client.responses == "strict"
        request = client.get_pools.request()
        assert request.url == f"{server.url}/p{'/api/v1' if old else '/api/v2'}/pools"
        match = client.spec.match("GET", request.url)
        assert match is not None
        assert match.operation.name == "get_pools"


def test_the_servers_own_document_is_fetched_with_the_credentials_where_it_must_be():
    """Without them first; a login is done for it."""
    document = sources.read("3.3.2")[0]

    def guarded(exchange):
        if exchange.seen.headers.get("authorization") == "Bearer t":
            said(document)(exchange)
        else:
            answer(401, b'{"detail": "Not authenticated"}')(exchange)

    routes = {"/openapi.json": guarded, "/auth/token": said({"access_token": "t"}, 201)}
    with Server(airflow("99.0.0", **routes)) as server:
        assert dynclient.connect(server.url, auth=("u", "p")).about().exact
        assert dynclient.connect(server.url, auth="t").about().exact
        with pytest.warns(errors.ContractWarning, match="401"):
            assert not dynclient.connect(server.url).about().exact


@pytest.mark.parametrize(
    ("release", "taken"),
    [
        ("3.3.99", releases.find_release("3.3")),
        ("99.1.0", releases.releases()[-1]),
        ("3.0.5", "3.0.4"),
        ("2.10.9", "2.10.5"),
    ],
)
@pytest.mark.parametrize("own", [PAGE, answer(500), said([]), said({"swagger": "2.0"}), answer(200, b"{")])
def test_else_the_nearest_older_document_is_taken_with_a_warning(release, taken, own):
    """The warning says which and why; answers are warned about."""
    routes = {"/openapi.json": own, "/api/v1/openapi.json": own}
    transport = dynclient.Transport(retries=0)
    with Server(airflow(release, **routes)) as server, pytest.warns(errors.ContractWarning, match=taken) as caught:
        client = dynclient.connect(server.url, transport=transport)
    assert client.spec.release == taken
    assert (client.about().exact, client.responses) == (False, "warn")
    assert taken in client.about().why
    assert "not bundled" in str(caught[0].message)
    assert caught[0].filename == __file__


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


# --- credentials ---------------------------------------------------------------------------------


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


def test_the_release_is_asked_for_without_credentials_first():
    """They go out only where they are asked for, and Basic only to Airflow 2's path."""

    def guarded(exchange):
        seen.append((exchange.seen.target, exchange.seen.headers.get("authorization")))
        good = exchange.seen.headers.get("authorization") == "Basic dTpw"
        (said({"version": "2.4.3"}) if good else answer(401, b"{}"))(exchange)

    seen: list = []
    everywhere = by_path({}, guarded)
    with Server(everywhere) as server:
        assert dynclient.connect(server.url, auth=("u", "p")).spec.release == "2.4.3"
    assert seen == [("/api/v2/version", None), ("/api/v1/version", None), ("/api/v1/version", "Basic dTpw")]


def test_a_gateway_that_wants_a_token_gets_it_for_the_release_too():
    """Some managed services let nobody in without one."""

    def guarded(exchange):
        good = exchange.seen.headers.get("authorization") == "Bearer abc"
        (answer(200, VERSION_3) if good else answer(403, b"{}"))(exchange)

    with Server(by_path({"/api/v2/version": guarded})) as server:
        assert dynclient.connect(server.url, auth="abc").spec.release == "3.3.2"
        with pytest.raises(errors.PermissionDenied, match="give credentials"):
            dynclient.connect(server.url)
        with pytest.raises(errors.PermissionDenied, match="does not take these credentials"):
            dynclient.connect(server.url, auth="wrong")


def test_an_airflow_3_that_wants_a_login_for_the_release_gets_one():
    """Known by what it says of /api/v1; Basic is sent nowhere."""

    def guarded(exchange):
        sent.append(exchange.seen.headers.get("authorization"))
        good = exchange.seen.headers.get("authorization") == "Bearer t"
        (answer(200, VERSION_3) if good else answer(401, b"{}"))(exchange)

    sent: list = []
    routes = {"/api/v2/version": guarded, "/api/v1/version": GONE, "/auth/token": said({"access_token": "t"}, 201)}
    with Server(by_path(routes)) as server:
        assert dynclient.connect(server.url, auth=("u", "p")).spec.release == "3.3.2"
    assert sent == [None, "Bearer t"]


def no_credentials(status, content_type, *fields):
    """A gateway that answers like this to who has no token."""

    def script(exchange):
        if exchange.seen.headers.get("authorization") == "Bearer good":
            target = urlsplit(exchange.seen.target).path
            answer(200, VERSION_3 if target.endswith("/version") else b'{"dags": [], "total_entries": 0}')(exchange)
        else:
            answer(status, b"<p>sign in</p>", *fields, content_type=content_type)(exchange)

    return script


GATEWAYS = [
    ("redirect", no_credentials(302, "text/html", "Location: https://sign-in.example/authorize")),
    ("page", no_credentials(200, "text/html")),
    ("not found", no_credentials(404, "text/plain")),
]


@pytest.mark.parametrize("gateway", [row[1] for row in GATEWAYS], ids=[row[0] for row in GATEWAYS])
def test_a_gateway_with_a_sign_in_of_its_own_gets_the_token_at_once(gateway):
    """A token may always go to its own server, so it goes at once; without one the message says release=."""
    with Server(gateway) as server:
        assert dynclient.connect(server.url, auth="good").get_dags().total_entries == 0
        assert all("authorization" in seen.headers for seen in server.seen)
        with pytest.raises(errors.DynclientError, match="release="):
            dynclient.connect(server.url)


def test_a_login_does_not_block_the_event_loop():
    """While a server takes its time for a login, other tasks go on."""

    def slow(exchange):
        exchange.wait(0.5)
        said({"access_token": "t"}, 201)(exchange)

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
    routes = {"/api/v2/version": answer(200, VERSION_3), "/auth/token": said({"access_token": "t"}, 201)}
    with Server(by_path(routes)) as server:
        command = [sys.executable, "-c", program, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("auth", [("u", "p"), {"OAuth2PasswordBearer": ("u", "p")}])
def test_a_plain_client_shows_no_password_to_a_server_of_tokens(auth):
    """It has no login of its own, so it refuses the pair and names what logs in."""
    with pytest.raises(errors.ArgumentError, match=r"connect\(url, auth="):
        dynclient.Client(dynclient.load("3.3.2"), "http://127.0.0.1:1", auth=auth)


# --- not what was meant --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (PAGE, errors.UndocumentedResponse, "200 and an HTML page"),
        (answer(404, b"<p>", content_type="text/html"), errors.NotFound, "path prefix included"),
        (said({"name": "something", "version": 7}), errors.UndocumentedResponse, "web interface"),
        (said({"version": "1.2.3"}), errors.UndocumentedResponse, "application/json"),
        (answer(200, b"{"), errors.UndocumentedResponse, "web interface"),
        (
            answer(301, b"", "Location: https://u:p@there/x?y"),
            errors.UndocumentedResponse,
            "redirect to https://there/x",
        ),
        (answer(503, b""), errors.Unknown, "try again later"),
        (answer(401, b"{}"), errors.Unauthenticated, "give credentials"),
        (answer(404, b"{}"), errors.NotFound, "path prefix included"),
    ],
)
def test_a_server_that_is_no_airflow_is_told_by_what_it_answered(script, kind, words):
    """What came from which path, and what to do next."""
    with Server(script) as server, pytest.raises(kind) as caught:
        dynclient.connect(server.url, transport=dynclient.Transport(retries=0))
    assert words in str(caught.value)
    assert "does not say which Airflow it is" in str(caught.value)
    assert str(caught.value).startswith(server.url)


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


# --- names that moved ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("release", "name", "here"),
    [
        ("3.3.2", "post_dag_run", "trigger_dag_run"),
        ("2.10.5", "trigger_dag_run", "post_dag_run"),
        ("3.0.0", "get_datasets", "get_assets"),
        ("2.4.0", "get_assets", "get_datasets"),
        ("2.2.0", "patch_dag_run", "update_dag_run_state"),
    ],
)
def test_a_name_of_another_release_says_the_name_here(release, name, here):
    """Old names on new servers and new ones on old servers."""
    client = Airflow(dynclient.load(release), "http://127.0.0.1")
    for call in (lambda: getattr(client, name), lambda: client.call(name), lambda: client.operation(name)):
        with pytest.raises(errors.UnknownOperation, match=f"here it is called {here}") as caught:
            call()
        assert caught.value.near == (here,)


def test_a_name_that_is_gone_says_what_to_do_instead():
    """Where nothing took its place under another name."""
    client = Airflow(dynclient.load("3.3.2"), "http://127.0.0.1")
    with pytest.raises(errors.UnknownOperation, match="patch_dag_run with note"):
        _ = client.set_dag_run_note
    with pytest.raises(errors.UnknownOperation, match="did you mean get_dag"):
        _ = client.get_dagz
    with pytest.raises(errors.UnknownOperation, match="no operation 'set_dag_run_note'"):
        _ = Airflow(dynclient.load("2.0.0"), "http://127.0.0.1/api/v1").set_dag_run_note


def test_an_argument_of_another_release_says_its_name_here():
    """As for operations, in the error that lists what is wrong."""
    client = Airflow(dynclient.load("3.3.2"), "http://127.0.0.1")
    with pytest.raises(errors.BadArguments, match="execution_date_gte is called logical_date_gte here"):
        client.get_dag_runs("d", execution_date_gte="2026-01-01T00:00:00Z")
    old = Airflow(dynclient.load("2.10.5"), "http://127.0.0.1/api/v1")
    with pytest.raises(errors.BadArguments, match="logical_date_gte is called execution_date_gte here"):
        old.get_dag_runs("d", logical_date_gte="2026-01-01T00:00:00Z")


def test_the_table_of_renames_holds_for_the_documents():
    """Each old name was in some release and each new one is in a later one; no release has both, unless it is split."""
    names = {release: set(dynclient.load(release).operations) for release in releases.releases()}
    for old, new in releases.renames()["operations"].items():
        with_old = [release for release, known in names.items() if old in known]
        with_new = [release for release, known in names.items() if new in known]
        assert with_old, old
        assert with_new, new
        assert not set(with_old) & set(with_new), (old, new)
        order = list(names)
        assert order.index(with_old[-1]) < order.index(with_new[0])
    newest = list(names.values())[-1]
    assert not newest & releases.renames()["replaced"]["operations"].keys()


@pytest.mark.parametrize("release", releases.releases())
def test_no_operation_hides_behind_a_name_of_the_client(release):
    """``about``, ``update`` … are no operation of any release; what is can be called."""
    own = {name for name in dir(Airflow) if not name.startswith("_")}
    assert not own & set(dynclient.load(release).operations.names)


# --- the environment -----------------------------------------------------------------------------


@pytest.fixture
def _bare(monkeypatch, tmp_path):
    for name in ("URL", "SPEC", "USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"DYNCLIENT_{name}", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.usefixtures("_bare")
def test_the_environment_says_where_and_who(monkeypatch):
    """A token goes before user and password; what is not set has its default."""
    assert environment() == ("http://localhost:8080", None, None)
    monkeypatch.setenv("DYNCLIENT_URL", "http://h/p")
    monkeypatch.setenv("DYNCLIENT_SPEC", "2.10.5")
    monkeypatch.setenv("DYNCLIENT_USERNAME", "u")
    with pytest.raises(errors.ArgumentError, match="belong together"):
        environment()
    monkeypatch.setenv("DYNCLIENT_PASSWORD", "p")
    assert environment() == ("http://h/p", ("u", "p"), "2.10.5")
    monkeypatch.setenv("DYNCLIENT_TOKEN", "t")
    assert environment("http://other") == ("http://other", "t", "2.10.5")


@pytest.mark.usefixtures("_bare")
def test_netrc_is_looked_into_where_nothing_is_given(monkeypatch, tmp_path):
    """Its user and password are used as a given pair is, for that host only."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login u password p\n", encoding="utf-8")
    with fake_airflow("3.3.2", auth=("u", "p"), judge=False) as fake:
        url, auth, _ = environment(fake.url)
        with dynclient.connect(url, auth=auth) as client:
            assert client.get_dags().total_entries == 3
    assert environment("http://elsewhere").auth is None
    assert environment("http://a:b@127.0.0.1").auth is None
    monkeypatch.setenv("DYNCLIENT_TOKEN", "t")
    assert environment("http://127.0.0.1").auth == "t"
