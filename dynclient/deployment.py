"""Airflow as it is deployed: which release a server runs, the document for it, how it is logged in to, and changes.

All that is Airflow and not OpenAPI begins here; ``connect`` is the way in.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from . import auth as auths
from . import catalog, errors, login, messages, updating
from .client import Call, Client
from .errors import (
    ApiError,
    ArgumentError,
    BadArguments,
    DynclientError,
    Problem,
    SpecError,
    UndocumentedResponse,
    api_error_class,
)
from .login import Renewed
from .messages import Headers, Request
from .spec import Spec
from .transport import Transport

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from .client import Responses
    from .decode import Reply
    from .messages import Response
    from .models import Model
    from .operation import Operation

__all__ = ["About", "Airflow", "Configuration", "connect", "environment"]

_APIS = ("/api/v2", "/api/v1")  # of Airflow 3 and of Airflow 2
_DOCUMENTS = {"/api/v2": "/openapi.json", "/api/v1": "/api/v1/openapi.json"}
_API = re.compile(r"/api/v\d+$")
_JSON = Headers({"Accept": "application/json"})


class About(NamedTuple):
    """Where a client is connected, and which document it goes by.

    Attributes:
        url: the server, with its path prefix.
        release: what the server says it is, or what ``release=`` said; None when nobody did.
        document: what the document describes: a release, or the name it was given by.
        exact: whether that is the contract of this very server.
        why: how the document was chosen, in words.
        responses: what becomes of answers that break it: strict, warn or off.
    """

    url: str
    release: str | None
    document: str
    exact: bool
    why: str
    responses: str

    def __str__(self) -> str:
        server = f"Airflow {self.release}" if self.release else "Airflow"
        return f"{server} at {self.url}, by the document of {self.document}: {self.why}; responses: {self.responses}"


class Airflow(Client):
    """A client of an Airflow server; ``connect`` makes one. Takes what ``Client`` takes.

    (user, password) is HTTP Basic on Airflow 2, and a login for a token where the document has one, on Airflow 3.
    """

    _about: About | None = None

    # --- what it is ---

    def about(self) -> About:
        """The server, its release, the document in use and why it is that one."""
        if self._about is None:
            name = self.spec.release or self.spec.source
            return About(self._root, None, name, exact=False, why="it was given", responses=self.responses)
        return self._about

    @property
    def _root(self) -> str:
        return _API.sub("", self.server)

    # --- changing ---

    def update(self, model: Model) -> Any:
        """Write what changed in a model that came from this server; the new model.

        It goes to the PATCH of the path that the model was read from, with ``update_mask`` where there is one. Nothing
        changed: nothing is sent.

        Raises:
            ArgumentError: something that cannot be written changed; by name, nothing was sent.
        """
        planned = updating.plan(model, self.spec)
        if planned is None:
            return model
        return updating.same(model, self.operation(planned.operation)(**planned.arguments))

    # --- what differs from other APIs ---

    def _bound(self, auth: Any) -> Any:
        chosen = auths.choose(auth, self.spec)
        self._credentials = login.for_server(chosen, self._root, self.transport, tokens=login.logs_in(self.spec))
        return super()._bound(self._credentials)

    def _make_call(self, operation: Operation) -> Call:
        return _Call(self, operation)

    def _unknown(self, name: str) -> errors.UnknownOperation:
        here = _also_called("operations", name, self.spec.operations)
        release = f"Airflow {self.spec.release}" if self.spec.release else "this Airflow"
        if here:
            message = f"{release} has no operation {name!r}; here it is called {' or '.join(here)}"
            return errors.UnknownOperation(message, near=here)
        instead = catalog.renames()["replaced"]["operations"].get(name) if login.logs_in(self.spec) else None
        if instead:
            return errors.UnknownOperation(f"{release} has no operation {name!r}: {instead}")
        return super()._unknown(name)

    def settle(self, operation: Operation, reply: Reply) -> Any:
        """As ``Client.settle``; a refusal of credentials says what Airflow wants instead."""
        error = reply.error
        if isinstance(error, ApiError) and error.status in {401, 403}:
            todo = login.advice(error, self._credentials, tokens=login.logs_in(self.spec))
            if todo:
                error.args = (f"{str(error).removesuffix('; check auth=')}; {todo}",)
        return super().settle(operation, reply)


# --- connecting ----------------------------------------------------------------------------------


def connect(
    url: str,
    auth: Any = None,
    *,
    release: str | None = None,
    spec: Spec | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    transport: Any = None,
    responses: Responses | None = None,
    read_only: bool = False,
) -> Airflow:
    """A client for the Airflow at a URL: its release is asked for, its document chosen, the login done.

    Args:
        url: what the web interface has, path prefix included; ``/home``, ``/api/v1`` and ``/api/v2`` at its end are
            cut off. ``mwaa://environment`` goes by AWS's API.
        auth: ``(user, password)`` for every release; a string or a callable is a bearer token; ``Kerberos()``,
            ``SessionCookie(…)``, ``WebLogin(…)``, ``Login(…)``; and whatever ``Client`` takes.
        release: the server's release, when it is not to be asked.
        spec: the document, when it is not to be chosen: as for ``load``, or a ``Spec``. Nothing is sent then.
        transport: what sends; ``Transport()`` by default.
        responses: ``"strict"``, ``"warn"`` or ``"off"``; unset it is strict when the document is that of the server.
        read_only: refuse everything that may change something.

    Raises:
        ArgumentError: the URL is none.
        TransportError: nobody answers there.
        ApiError: what answers refuses to say its release, or refuses the login.
        UndocumentedResponse: it is no Airflow.
    """
    if url.startswith("mwaa://"):
        from .mwaa import InvokeRestApi  # an extra

        transport = InvokeRestApi(urlsplit(url).netloc) if transport is None else transport
        url = InvokeRestApi.url
    root, auth = _place(url, auth)
    sender = transport if transport is not None else Transport()
    if spec is not None:
        made = spec if isinstance(spec, Spec) else catalog.load(spec)
        chosen = _Chosen(made, exact=release is None or release == made.release, why="it was given")
    else:
        asked = release is None
        release = release or _release(root, sender, auth)
        chosen = _document(release, root, sender, auth)
    if not chosen.exact and spec is None:
        errors.warn(f"Airflow {release} at {root}: {chosen.why}; responses are checked and warned about, not raised")
    made = chosen.spec
    responses = responses or ("strict" if chosen.exact else "warn")
    client = Airflow(made, _server(made, root), auth, sender, responses, read_only)
    name = made.release or made.source
    client._about = About(root, release, name, chosen.exact, chosen.why, responses)  # noqa: SLF001 - its maker
    if spec is None and asked and isinstance(client._credentials, Renewed):  # noqa: SLF001
        client._credentials.current()  # noqa: SLF001 - a wrong password is said here, not at some later call
    return client


class _Chosen(NamedTuple):
    spec: Spec
    exact: bool
    why: str


def _place(url: str, auth: Any) -> tuple[str, Any]:
    """The server's URL without what is appended to it, and the credentials; those in the URL if there are no others."""
    try:
        parts = urlsplit(url.strip())
        messages.origin(url.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ArgumentError(f"{messages.bare_url(url)!r} is no URL of a server; write http://host:port/prefix")
    if auth is None and parts.username:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    path = re.sub(r"/(?:home|api/v\d+)$", "", parts.path.rstrip("/")).rstrip("/")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}", auth


def _server(spec: Spec, root: str) -> str:
    """What the document's paths are appended to: of its own servers only a final ``/api/v1`` counts."""
    found = _API.search(urlsplit(spec.servers[0].expand()).path.rstrip("/"))
    return root + (found[0] if found else "")


def _api(release: str) -> str:
    return "/api/v1" if release.partition(".")[0] == "2" else "/api/v2"


# --- which release -------------------------------------------------------------------------------


def _release(root: str, transport: Any, auth: Any) -> str:
    """Ask the server for its release, without credentials first: Basic must not reach one that takes none."""
    seen: dict[str, Response] = {}
    for api in _APIS:
        response = transport.send(Request("GET", f"{root}{api}/version", _JSON))
        if response.status in {401, 403} and auth is not None and (api == "/api/v1" or not login.is_pair(auth)):
            response = _with_credentials(f"{root}{api}/version", root, api, transport, auth)
        found = _version(response)
        if found:
            return found
        seen[api] = response
    if seen["/api/v2"].status in {401, 403} and seen["/api/v1"].status == 404 and auth is not None:
        seen["/api/v2"] = _with_credentials(f"{root}/api/v2/version", root, "/api/v2", transport, auth)
        found = _version(seen["/api/v2"])
        if found:
            return found
    raise _no_release(root, seen, given=auth is not None)


def _with_credentials(url: str, root: str, api: str, transport: Any, auth: Any) -> Response:
    """A GET as a client with these credentials sends it, login included."""
    newest = catalog.releases()[-1] if api == "/api/v2" else next(r for r in reversed(catalog.releases()) if r < "3")
    spec = catalog.load(newest)
    client = Airflow(spec, _server(spec, root), auth, transport)
    return client.send(Request("GET", url, _JSON), spec.operations["get_version"])


def _version(response: Response) -> str | None:
    data = _object(response) if response.status == 200 else None
    found = data.get("version") if data is not None else None
    return found if isinstance(found, str) and re.match(r"[2-9]\.\d+\.\d+|\d\d+\.\d+", found) else None


def _object(response: Response) -> dict[str, Any] | None:
    """The JSON object that came; unknown paths of Airflow 3 answer 200 with a page, so the media type counts."""
    if not messages.is_json(response.content_type):
        return None
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _no_release(root: str, seen: Mapping[str, Response], *, given: bool) -> DynclientError:
    """The error for a server that does not say its release."""
    told = " and ".join(f"{api}/version with {_told(response)}" for api, response in seen.items())
    message = f"{root} does not say which Airflow it is: it answered {told}"
    refused = next((r for r in seen.values() if r.status in {401, 403}), None)
    failed = next((r for r in seen.values() if r.status >= 500), None)
    if refused is not None:
        todo = "it does not take these credentials" if given else "give credentials, auth=(user, password) or a token"
    elif failed is not None:
        todo = "it fails, or what stands before it; try again later, or say release= to go on without"
    else:
        todo = "give the URL of Airflow's web interface, path prefix included, without /home"
    response = refused or failed or seen["/api/v1"]
    if response.status < 400:
        return UndocumentedResponse(f"{message}; {todo}", response=response)
    kind = api_error_class(response.status)
    return kind(f"{message}; {todo}", problem=Problem(response.status), response=response)


def _told(response: Response) -> str:
    to = messages.bare_url(response.headers.get("location", ""))
    if 300 <= response.status < 400 and to:
        return f"{response.status}, a redirect to {to}"
    what = "an HTML page" if "html" in response.content_type else response.content_type or "nothing"
    return f"{response.status} and {what}"


# --- which document ------------------------------------------------------------------------------


def _document(release: str, root: str, transport: Any, auth: Any) -> _Chosen:
    """The bundled document of a release, else the server's own, else the nearest older one."""
    plain, mark, vendor = release.partition("+")
    try:
        spec = catalog.load(release)
    except SpecError:
        pass
    else:
        if not mark:
            return _Chosen(spec, exact=True, why="the bundle has it")
        return _Chosen(spec, exact=False, why=f"the vendor's +{vendor} is not bundled, {spec.release} is")
    try:
        spec = _own_document(release, root, transport, auth)
    except DynclientError as error:
        missing = str(error)
    else:
        return _Chosen(spec, exact=True, why=f"{release} is not bundled, so the server's own is used")
    older = catalog.nearest(plain)
    if older is None:
        raise SpecError(f"{root} is Airflow {release}, older than every document bundled, and {missing}; give spec=")
    why = f"{release} is not bundled and {missing}; the nearest older one is used"
    return _Chosen(catalog.load(older), exact=False, why=f"{why} ({older}); spec= takes another")


def _own_document(release: str, root: str, transport: Any, auth: Any) -> Spec:
    """The document that the server has of itself; where it says to be served does not count, it is where it was got.

    Raises:
        DynclientError: it has none that can be used, or gives it to nobody.
    """
    api = _api(release)
    url = root + _DOCUMENTS[api]
    response = transport.send(Request("GET", url, _JSON))
    if response.status in {401, 403} and auth is not None:
        response = _with_credentials(url, root, api, transport, auth)
    document = _object(response) if response.status == 200 else None
    if document is None:
        raise SpecError(f"the server's own is not to be had ({_DOCUMENTS[api]} answered {_told(response)})")
    document.pop("servers", None)
    if api == "/api/v1":
        document["servers"] = [{"url": api}]
    spec = catalog.load(document)
    spec.release, spec.source = release, url
    return spec


# --- names that moved ----------------------------------------------------------------------------


class _Call(Call):
    # A callable that knows what its arguments were called in other releases.
    __doc__ = Call.__doc__  # the operation's, not the class's

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        try:
            return super()._request(args, kwargs)
        except BadArguments as error:
            table = catalog.renames()
            lines = [
                f"\n  {name} is called {here} here"
                + (", with other values" if {name, here} & {*table["other_values"]} else "")
                for kind in ("parameters", "fields")
                for name in error.unknown
                for here in _also_called(kind, name, error.valid)
            ]
            error.args = (str(error) + "".join(dict.fromkeys(lines)),)
            raise


def _also_called(kind: str, name: str, names: Container[str]) -> list[str]:
    """What a name of another release is called among these names: the newer one, or the older ones."""
    table = catalog.renames()[kind]
    return [
        other for old, new in table.items() for it, other in ((old, new), (new, old)) if it == name and other in names
    ]


# --- configuration -------------------------------------------------------------------------------


class Configuration(NamedTuple):
    """What the environment says: arguments of ``connect``."""

    url: str
    auth: Any
    spec: str | None


def environment(url: str | None = None) -> Configuration:
    """What ``DYNCLIENT_URL``, ``_SPEC``, ``_USERNAME``, ``_PASSWORD`` and ``_TOKEN`` say; ``netrc`` for the rest.

    Args:
        url: goes before ``DYNCLIENT_URL``; ``http://localhost:8080`` is used where neither is given.

    Raises:
        ArgumentError: a user without a password, or the reverse.
    """
    get = os.environ.get
    url = url or get("DYNCLIENT_URL") or "http://localhost:8080"
    user, password = get("DYNCLIENT_USERNAME"), get("DYNCLIENT_PASSWORD")
    auth: Any = get("DYNCLIENT_TOKEN") or None
    if auth is None and (user or password):
        if not user or not password:
            raise ArgumentError(
                "DYNCLIENT_USERNAME and DYNCLIENT_PASSWORD belong together; set both, or DYNCLIENT_TOKEN"
            )
        auth = (user, password)
    if auth is None and "@" not in urlsplit(url).netloc:
        auth = auths.from_netrc(url)
    return Configuration(url, auth, get("DYNCLIENT_SPEC") or None)
