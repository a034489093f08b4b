"""Amazon MWAA: InvokeRestApi as a transport and the web login, against botocore's Stubber and a loopback server."""

from __future__ import annotations

import json
import warnings

import botocore.session
import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.stub import Stubber
from loopback import CERTIFICATE, Server, answer, free_port, raw

import dynclient
from dynclient import errors
from dynclient.deployment import mwaa
from dynclient.deployment.airflow_client import Airflow
from dynclient.documents import releases
from dynclient.http.messages import Headers, Request

POOLS = {"pools": [], "total_entries": 0}
CREDENTIALS = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}


def aws(**options):
    return botocore.session.Session().create_client("mwaa", **CREDENTIALS, **options)


@pytest.fixture
def stubbed():
    """A client of AWS's API whose answers are queued; each must be asked for, with the expected arguments."""
    client = aws()
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()
    client.close()


def invoked(stubber, data, status=200, **expected):
    stubber.add_response(
        "invoke_rest_api", {"RestApiStatusCode": status, "RestApiResponse": data}, {"Name": "env", **expected}
    )


# --- InvokeRestApi -------------------------------------------------------------------------------


@pytest.mark.parametrize(("release", "api"), [("2.10.3", "/api/v1"), ("3.0.6", "/api/v2")])
def test_a_call_becomes_an_invocation_and_its_answer_a_response(stubbed, release, api):
    """Path without the prefix of the API, query as text, body with its nulls; so the release is asked for too."""
    client, stubber = stubbed
    invoked(stubber, {"version": release, "git_version": None}, Method="GET", Path="/version")
    airflow = dynclient.connect(mwaa.InvokeRestApi.url, transport=mwaa.InvokeRestApi("env", client=client))
    assert airflow.spec.release == release
    assert airflow.server.endswith(api) == (api == "/api/v1")
    invoked(stubber, POOLS, Method="GET", Path="/pools", QueryParameters={"limit": "5"})
    assert airflow.get_pools(limit=5).total_entries == 0
    body = {"key": "k/1", "value": "v", "description": None}
    post = airflow.post_variables if release < "3" else airflow.post_variable
    answered = {"key": "k/1", "value": "v", "description": None, "is_encrypted": True}
    invoked(stubber, answered, 200 if release < "3" else 201, Method="POST", Path="/variables", Body=body)
    assert post(**body).value == "v"
    invoked(stubber, None, 204, Method="DELETE", Path="/variables/k%2F1")
    assert airflow.delete_variable("k/1") is None


def test_repeated_query_parameters_are_a_list(stubbed):
    """As 3.x writes lists."""
    client, stubber = stubbed
    airflow = Airflow(
        dynclient.load("3.0.6"), mwaa.InvokeRestApi.url, transport=mwaa.InvokeRestApi("env", client=client)
    )
    query = {"tags": ["a", "b&c"], "paused": "true"}
    dags = {"dags": [], "total_entries": 0}
    invoked(stubber, dags, Method="GET", Path="/dags", QueryParameters=query)
    airflow.get_dags(tags=["a", "b&c"], paused=True)


def test_text_and_streams_come_in_the_form_that_was_asked_for(stubbed):
    """A JSON string is text where text was accepted; a stream is one chunk."""
    client, stubber = stubbed
    transport = mwaa.InvokeRestApi("env", client=client)
    for accept, stream, body, kind in (
        ("text/plain", False, b"line", "text/plain"),
        ("application/json", False, b'"line"', "application/json"),
        ("application/x-ndjson", True, b"line", "application/x-ndjson"),
    ):
        invoked(stubber, "line", Method="GET", Path="/x")
        request = Request("GET", "https://h/p/api/v2/x", Headers({"Accept": accept}), stream=stream)
        response = transport.send(request)
        assert response.content_type == kind
        assert (b"".join(response.chunks) if stream else response.body) == body


@pytest.mark.parametrize("code", ["RestApiClientException", "RestApiServerException"])
def test_what_airflow_says_no_with_is_its_error(stubbed, code):
    """AWS wraps it; status and body are those of the server."""
    client, stubber = stubbed
    body = {"title": "Pool not found", "status": 404, "type": "x", "detail": "no pool p"}
    extra = {"RestApiStatusCode": 404, "RestApiResponse": body}
    stubber.add_client_error("invoke_rest_api", code, http_status_code=400, modeled_fields=extra)
    airflow = Airflow(
        dynclient.load("2.10.3"), mwaa.InvokeRestApi.url + "/api/v1", transport=mwaa.InvokeRestApi("env", client=client)
    )
    with pytest.raises(errors.NotFound, match="no pool p"):
        airflow.get_pool("p")


@pytest.mark.parametrize(
    ("dag_id", "code", "is_advised"),
    [("d" * 60, "ValidationException", True), ("d", "ValidationException", False), ("d" * 60, "Throttling", False)],
)
def test_a_path_too_long_for_aws_names_the_web_login(stubbed, dag_id, code, is_advised):
    """AWS takes paths of 64 characters; its refusal of a longer one names WebLogin, no other refusal does."""
    client, stubber = stubbed
    stubber.add_client_error("invoke_rest_api", code, "1 validation error", http_status_code=400)
    transport = mwaa.InvokeRestApi("env", client=client)
    with pytest.raises(errors.BadRequest, match=f"AWS: {code}: 1 validation error") as refusal:
        Airflow(dynclient.load("3.0.6"), mwaa.InvokeRestApi.url, transport=transport).get_dag(dag_id)
    assert ('WebLogin("env")' in str(refusal.value)) == is_advised


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 403, errors.PermissionDenied),
        ("ResourceNotFoundException", 404, errors.NotFound),
        ("ValidationException", 400, errors.BadRequest),
        ("ThrottlingException", 429, errors.TooManyRequests),
        ("InternalServerException", 500, errors.Unknown),
        ("RestApiServerException", 400, errors.BadRequest),
    ],
)
def test_what_aws_says_no_with_is_the_error_of_its_status(stubbed, code, status, kind):
    """Its code and message are told."""
    client, stubber = stubbed
    stubber.add_client_error("invoke_rest_api", code, "because of this", http_status_code=status)
    airflow = Airflow(
        dynclient.load("3.0.6"), mwaa.InvokeRestApi.url, transport=mwaa.InvokeRestApi("env", client=client)
    )
    with pytest.raises(kind, match=f"AWS: {code}: because of this"):
        airflow.get_pools()


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (exceptions.ReadTimeoutError(endpoint_url="u"), errors.TimedOut),
        (exceptions.ConnectTimeoutError(endpoint_url="u"), errors.TimedOut),
        (exceptions.EndpointConnectionError(endpoint_url="u"), errors.Unreachable),
        (exceptions.ConnectionClosedError(endpoint_url="u"), errors.Unreachable),
        (exceptions.NoCredentialsError(), errors.ArgumentError),
        (exceptions.ParamValidationError(report="x"), errors.ArgumentError),
    ],
)
def test_an_aws_that_does_not_answer_is_the_networks_error(raised, kind):
    """botocore's exceptions do not get out."""

    class Client:
        def invoke_rest_api(self, **_):
            raise raised

    with pytest.raises(kind):
        mwaa.InvokeRestApi("env", client=Client()).send(Request("GET", "https://h/api/v2/pools"))


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "https://h/openapi.json"),
        Request("HEAD", "https://h/api/v2/pools"),
        Request("POST", "https://h/api/v2/pools", body=b"a=1"),
    ],
)
def test_what_invoke_rest_api_cannot_express_is_refused(request_):
    """Nothing is sent."""
    with pytest.raises(errors.ArgumentError, match="InvokeRestApi"):
        mwaa.InvokeRestApi("env", client=object()).send(request_)


def test_a_release_without_a_bundled_document_is_taken_by_the_nearest(stubbed):
    """The server's own document is not to be had that way."""
    client, stubber = stubbed
    invoked(stubber, {"version": "99.0.0"}, Method="GET", Path="/version")
    with pytest.warns(errors.ContractWarning, match="InvokeRestApi"):
        airflow = dynclient.connect(mwaa.InvokeRestApi.url, transport=mwaa.InvokeRestApi("env", client=client))
    assert airflow.spec.release == releases.releases()[-1]


def test_a_url_of_mwaa_names_the_environment(monkeypatch):
    """connect("mwaa://name") makes the transport, of AWS's usual configuration, which never repeats a request."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    airflow = dynclient.connect("mwaa://my-env", release="3.0.6")
    assert repr(airflow.transport) == "<InvokeRestApi of my-env>"
    assert airflow.transport._client.meta.config.retries["total_max_attempts"] == 1
    airflow.close()


def test_a_lost_answer_to_a_post_is_not_asked_for_again():
    """Neither by botocore nor here; the endpoint is a server that hangs up."""
    with Server(raw()) as server:
        config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
        transport = mwaa.InvokeRestApi("env", client=aws(endpoint_url=server.url, config=config))
        with pytest.raises(errors.TransportError):
            transport.send(Request("POST", "https://h/api/v2/pools", body=b"{}"))
        assert len(server.seen) == 1
        transport.close()


# --- the web login -------------------------------------------------------------------------------


class WebServer:
    """A web server of MWAA: trades each web token once for a session, and serves pools to that session."""

    def __init__(self, login, cookie):
        self.login, self.cookie = login, cookie
        self.sessions = []

    def __call__(self, exchange):
        seen = exchange.seen
        if seen.line.startswith(f"POST {self.login} "):
            self.sessions.append(seen.body.decode().removeprefix("token="))
            cookie = f"Set-Cookie: {self.cookie}=s{len(self.sessions)}; Expires=Thu, 24 Dec 2099 08:58:09 GMT; Path=/"
            answer(200, b"", "Set-Cookie: other=1", cookie, content_type="text/html")(exchange)
        elif seen.line.startswith("POST /aws"):
            answer(404, b"")(exchange)
        elif f"{self.cookie}=s{len(self.sessions)}" in seen.headers.get("cookie", ""):
            answer(200, json.dumps(POOLS).encode())(exchange)
        else:
            answer(401, b'{"detail": "Not authenticated"}')(exchange)


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "certificate.pem"
    path.write_text(CERTIFICATE, encoding="ascii")
    return str(path)


@pytest.mark.parametrize(
    ("release", "login", "cookie"),
    [("2.10.3", "/aws_mwaa/login", "session"), ("3.0.6", "/pluginsv2/aws_mwaa/login", "_token")],
)
def test_a_web_token_is_traded_for_a_session_and_again_when_that_ends(stubbed, certificate, release, login, cookie):
    """The host comes from AWS; each release has its path and cookie."""
    client, stubber = stubbed
    web = WebServer(login, cookie)
    with Server(web, certificate=certificate) as server:
        host = server.url.removeprefix("https://")
        for n in range(3):
            told = {"WebServerHostname": host, "WebToken": f"t+{n}"}
            stubber.add_response("create_web_login_token", told, {"Name": "env"})
        auth = mwaa.WebLogin("env", client=client)
        assert auth.url == server.url
        transport = dynclient.Transport(verify=certificate)
        with dynclient.connect(auth.url, auth, release=release, transport=transport) as airflow:
            assert airflow.get_pools().total_entries == 0
            assert airflow.get_pools().total_entries == 0
            web.sessions.append("another one has taken its place")
            assert airflow.get_pools().total_entries == 0
        assert web.sessions == ["t%2B1", "another one has taken its place", "t%2B2"]
        shown = airflow.get_pools.request()
        assert "s3" in shown.headers["Cookie"]
        assert "s3" not in repr(shown) + shown.curl() + repr(auth)


def test_the_session_goes_to_no_other_host(stubbed, certificate):
    """Who connects elsewhere is told where the environment is."""
    client, stubber = stubbed
    with Server(WebServer("/aws_mwaa/login", "session"), certificate=certificate) as server:
        host = server.url.removeprefix("https://")
        stubber.add_response("create_web_login_token", {"WebServerHostname": host, "WebToken": "t"}, {"Name": "env"})
        transport = dynclient.Transport(verify=certificate)
        auth = mwaa.WebLogin("env", client=client)
        elsewhere = f"http://127.0.0.1:{free_port()}"
        airflow = dynclient.connect(elsewhere, auth, release="2.10.3", transport=transport)
        with pytest.raises(errors.ArgumentError, match=server.url):
            airflow.get_pools()


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer(403, b"<html>", content_type="text/html"), errors.PermissionDenied),
        (answer(200, b"<html>", content_type="text/html"), errors.UndocumentedResponse),
        (answer(302, b"", "Location: /login"), errors.UndocumentedResponse),
    ],
)
def test_a_web_server_that_gives_no_session_is_told(stubbed, certificate, script, kind):
    """The token was used up, or the environment is another."""
    client, stubber = stubbed
    with Server(script, certificate=certificate) as server:
        host = server.url.removeprefix("https://")
        stubber.add_response(
            "create_web_login_token", {"WebServerHostname": host, "WebToken": "s3cret"}, {"Name": "env"}
        )
        auth = mwaa.WebLogin("env", client=client, transport=dynclient.Transport(verify=certificate))
        with pytest.raises(kind, match="without a session") as caught:
            auth.current()
        assert "s3cret" not in str(caught.value)


def test_an_aws_that_gives_no_web_token_is_told(stubbed):
    """Its code and message, as the error of its status."""
    client, stubber = stubbed
    stubber.add_client_error("create_web_login_token", "AccessDeniedException", "not you", http_status_code=403)
    auth = mwaa.WebLogin("env", client=client, transport=dynclient.Transport())
    with pytest.raises(errors.PermissionDenied, match="not you"):
        _ = auth.url
    with pytest.raises(errors.ArgumentError, match=r"login\.url"):
        mwaa.WebLogin("env", client=client).current()


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    """botocore is large, so it is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "botocore.config", None)
    with warnings.catch_warnings(), pytest.raises(errors.ArgumentError, match=r"dynclient\[mwaa\]"):
        dynclient.connect("mwaa://env")
