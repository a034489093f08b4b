"""Amazon MWAA: its web login as credentials, and its InvokeRestApi as a transport. Needs ``dynclient[mwaa]``.

::

    login = WebLogin("my-environment")
    af = dynclient.connect(login.url, auth=login)         # HTTP to the web server: streams, any size

    af = dynclient.connect("mwaa://my-environment")       # by AWS's API: no way to the web server needed

Imported in functions: ``botocore``, of that extra.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from ..client.auth import ApiKey
from ..errors import ArgumentError, Problem, TimedOut, UndocumentedResponse, Unreachable, api_error_class
from ..http import media_types, messages
from ..http.messages import Headers, Request, Response
from .login import Renewed, Ticket, refuses_token

if TYPE_CHECKING:
    from ..http.transport import Sender
    from ..openapi.operation import Operation

__all__ = ["InvokeRestApi", "WebLogin"]

_LOGINS = (("/aws_mwaa/login", "session"), ("/pluginsv2/aws_mwaa/login", "_token"))  # of Airflow 2 and of 3
_METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE"})
_PATH_LENGTH = 64  # characters that InvokeRestApi takes (``RestApiPath`` in botocore's model)
_STAND_IN = "https://mwaa.invalid"  # what the paths of InvokeRestApi are appended to; nothing is sent there


def _client(region: str | None) -> Any:
    try:
        from botocore.config import Config  # an extra
        from botocore.session import get_session
    except ImportError:
        raise ArgumentError("MWAA needs botocore: pip install 'dynclient[mwaa]'") from None
    # botocore would send a POST again whose answer was lost
    once = Config(retries={"total_max_attempts": 1})
    return get_session().create_client("mwaa", region_name=region, config=once)


class WebLogin(Renewed):
    """A session of the web server, by a token that AWS gives to the caller of ``CreateWebLoginToken``.

    Args:
        name: the environment.
        client: a botocore or boto3 client of ``mwaa``; made of AWS's usual configuration by default.
        region: of the environment, for the client made here.
        transport: sends the login; ``connect`` gives its own.
    """

    def __init__(
        self, name: str, *, client: object = None, region: str | None = None, transport: Sender | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self._client = client if client is not None else _client(region)
        self._transport = transport
        self._cookie = ""
        self._host = ""

    def __repr__(self) -> str:
        return f"<WebLogin of {self.name}>"

    @property
    def url(self) -> str:
        """The web server's URL, asked of AWS once."""
        if not self._host:
            self._web_token()
        return f"https://{self._host}"

    def at(self, url: str, transport: Sender) -> WebLogin:  # noqa: ARG002 - the environment says where it is
        """The same login, sent by this transport."""
        login = WebLogin(self.name, client=self._client, transport=self._transport or transport)
        login._host = self._host
        return login

    def prepare(self, request: Request, operation: Operation | None = None) -> Request:  # noqa: ARG002
        """The request with the session's cookie.

        Raises:
            ArgumentError: the request goes to another host than the environment's.
            ApiError: AWS or the web server refused.
        """
        return self._with(request, None)

    def retry(self, request: Request, response: Response) -> Request | None:
        """The request with a new session, when the server took the one it had for none."""
        if not refuses_token(response):
            return None
        cookies = dict(pair.strip().partition("=")[::2] for pair in request.headers.get("cookie", "").split(";"))
        return self._with(request, cookies.get(self._cookie))

    def _with(self, request: Request, refused: str | None) -> Request:
        value = self.current(refused)
        if messages.origin(request.url) != messages.origin(self.url):
            raise ArgumentError(
                f"WebLogin: the environment {self.name} is at {self.url}, so nothing was sent to "
                f"{messages.origin(request.url)}; connect(login.url, auth=login)"
            )
        return ApiKey(self._cookie, value, "cookie").prepare(request)

    def _web_token(self) -> str:
        answer = _invoke(self._client, "create_web_login_token", {"Name": self.name})
        if isinstance(answer, Response):
            problem_body = json.loads(answer.body)
            kind, problem = (
                api_error_class(answer.status),
                Problem(answer.status, problem_body["title"], problem_body["detail"]),
            )
            raise kind(f"AWS gave no web login for the environment {self.name}: {problem}", problem=problem)
        self._host = answer["WebServerHostname"]
        return str(answer["WebToken"])

    def ask(self) -> Ticket:
        """Trade a web token for a session; it is good for one use within a minute."""
        if self._transport is None:
            raise ArgumentError("WebLogin: give it to connect(login.url, auth=login), or a transport=")
        token = self._web_token()
        headers = Headers({"Content-Type": "application/x-www-form-urlencoded"})
        body = f"token={quote(token, safe='')}".encode()
        response = Response(0)
        for path, cookie in _LOGINS:
            response = self._transport.send(Request("POST", f"{self.url}{path}", headers, body, secret=("token",)))
            value = _set_cookie(response, cookie)
            if value:
                self._cookie = cookie
                return Ticket(value)
            if response.status not in {200, 404, 405}:  # the page of Airflow 3 for unknown paths is a 200
                break
        message = f"the web login of {self.name} at {self.url} answered {response.status} without a session"
        if response.status >= 400:
            raise api_error_class(response.status)(message, problem=Problem(response.status), response=response)
        raise UndocumentedResponse(message, response=response)


def _set_cookie(response: Response, name: str) -> str:
    match = re.search(rf"(?:^|[,;]\s*){re.escape(name)}=([^;,\s]+)", response.headers.get("set-cookie", ""))
    return match[1] if match else ""


class InvokeRestApi:
    """A transport that hands each request to AWS's ``InvokeRestApi``: JSON only, no headers, no streams.

    AWS takes paths of up to 64 characters, waits 10 seconds and answers with up to 6 MB. Credentials are AWS's.

    Args:
        name: the environment.
        client: a botocore or boto3 client of ``mwaa``; made of AWS's usual configuration by default.
        region: of the environment, for the client made here.
    """

    url = _STAND_IN  #: to be given to ``connect`` or ``Client`` where a URL is wanted

    def __init__(self, name: str, *, client: Any = None, region: str | None = None) -> None:
        self.name = name
        self._client = client if client is not None else _client(region)

    def __repr__(self) -> str:
        return f"<InvokeRestApi of {self.name}>"

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()

    def send(self, request: Request, auth: object | None = None) -> Response:  # noqa: ARG002 - AWS has its own
        """Hand it to AWS and give the answer the form of an HTTP response.

        Raises:
            ArgumentError: a request that AWS's API cannot express.
            TransportError: AWS does not answer.
        """
        answer = _invoke(self._client, "invoke_rest_api", {"Name": self.name, **_invocation(request)})
        if isinstance(answer, Response):
            return _streamed(answer._replace(url=request.url), request)
        return _streamed(_response(answer, request), request)


def _invocation(request: Request) -> dict[str, object]:
    """A request as arguments of InvokeRestApi; nothing in it is dropped, nulls stay."""
    parts = urlsplit(request.url)
    _, mark, path = parts.path.partition("/api/v2/" if "/api/v2/" in parts.path else "/api/v1/")
    if not mark or request.method not in _METHODS:
        methods = ", ".join(sorted(_METHODS))
        raise ArgumentError(f"{request.method} {parts.path}: InvokeRestApi takes {methods} below /api/v1 and /api/v2")
    arguments: dict[str, object] = {"Method": request.method, "Path": f"/{path}"}
    query: dict[str, Any] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    if query:
        arguments["QueryParameters"] = {
            name: values if len(values) > 1 else values[0] for name, values in query.items()
        }
    if request.body is not None:
        try:
            arguments["Body"] = json.loads(request.content)
        except ValueError:
            raise ArgumentError(f"{request.method} {parts.path}: InvokeRestApi sends JSON only") from None
    return arguments


def _response(answer: dict[str, Any], request: Request) -> Response:
    data = answer.get("RestApiResponse")
    media = media_types.media_type(request.headers.get("accept"))
    if isinstance(data, str) and media and not media_types.is_json(media):
        return Response(answer["RestApiStatusCode"], Headers({"Content-Type": media}), data.encode(), request.url)
    body = b"" if data is None else json.dumps(data).encode()
    return Response(answer["RestApiStatusCode"], Headers({"Content-Type": "application/json"}), body, request.url)


def _streamed(response: Response, request: Request) -> Response:
    if not request.stream:
        return response
    return response._replace(body=b"", chunks=iter([response.body]))


def _invoke(client: object, method: str, arguments: dict[str, object]) -> Any:
    """AWS's answer; what it says no with as a Response, so that it becomes the error of its status.

    Raises:
        TransportError: no usable answer came.
        ArgumentError: AWS's credentials or region are not there, or the arguments are refused before sending.
    """
    from botocore import exceptions

    try:
        return getattr(client, method)(**arguments)
    except exceptions.ClientError as error:
        return _refusal(error.response, _advice(error.response, arguments))
    except (exceptions.ReadTimeoutError, exceptions.ConnectTimeoutError):
        raise TimedOut(f"MWAA ({method}): no answer from AWS in time") from None
    except (exceptions.HTTPClientError, exceptions.ConnectionError):
        raise Unreachable(f"MWAA ({method}): AWS cannot be reached; check the region and the network") from None
    except exceptions.BotoCoreError as error:
        raise ArgumentError(f"MWAA ({method}): {type(error).__name__}; check AWS's credentials and region") from None


def _advice(answer: dict[str, Any], arguments: dict[str, object]) -> str:
    """What to do about a refusal of AWS's own: a path that is too long for it goes by the web server."""
    path, code = str(arguments.get("Path", "")), answer.get("Error", {}).get("Code")
    if code != "ValidationException" or len(path) <= _PATH_LENGTH:
        return ""
    return (
        f"; the path has {len(path)} characters, and InvokeRestApi takes {_PATH_LENGTH}: by the web server there is no "
        f'such limit, login = WebLogin("{arguments["Name"]}"); connect(login.url, auth=login)'
    )


def _refusal(answer: dict[str, Any], advice: str) -> Response:
    """What AWS's error says: the server's own answer where it is one, else its code and message."""
    headers = Headers({"Content-Type": "application/json"})
    status = answer.get("RestApiStatusCode")
    if status is not None and answer.get("RestApiResponse") is not None:
        return Response(status, headers, json.dumps(answer["RestApiResponse"]).encode())
    status = status or answer.get("ResponseMetadata", {}).get("HTTPStatusCode") or 500
    error = answer.get("Error", {})
    body = {"title": f"AWS: {error.get('Code', 'an error')}", "detail": error.get("Message", "") + advice}
    return Response(status, headers, json.dumps(body).encode())
