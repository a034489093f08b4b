"""Airflow as it is deployed: which release a server runs, the document for it, how it is logged in to, and changes.

All that is Airflow and not OpenAPI begins here; ``connect`` is the way in.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from . import auth as auths
from . import catalog, discovery, errors, login, messages, updating
from .base import BaseCall, BaseClient, CallT
from .client import Call, Client
from .errors import ApiError, ArgumentError, BadArguments
from .login import Renewed
from .messages import Request
from .runs import Runs
from .spec import Spec
from .transport import Transport

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from .base import Responses
    from .decode import Reply
    from .messages import Response
    from .models import Model
    from .operation import Operation

__all__ = ["About", "Airflow", "Configuration", "Deployed", "Moved", "connect", "environment"]

_API = re.compile(r"/api/v\d+$")


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


class Deployed(BaseClient[CallT]):
    """What is known of an Airflow server beyond its document; the base of clients that send and that await."""

    _about: About | None = None
    _credentials: auths.Auth

    # --- what it is ---

    def about(self) -> About:
        """The server, its release, the document in use and why it is that one."""
        if self._about is None:
            name = self.spec.release or self.spec.source
            return About(self._root, None, name, exact=False, why="it was given", responses=self.responses)
        return self._about

    def takes_over(self, other: Deployed[Any]) -> None:
        """Go on with what another client of the same server has learned, its login included."""
        self.auth, self._credentials, self._about = other.auth, other._credentials, other._about

    @property
    def _root(self) -> str:
        return _API.sub("", self.server)

    @property
    def _login_transport(self) -> Any:
        """What a login is sent by; it waits."""
        raise NotImplementedError

    def _log_in(self) -> None:
        if isinstance(self._credentials, Renewed):
            self._credentials.current()

    # --- what differs from other APIs ---

    def _bound(self, auth: Any) -> Any:
        chosen = auths.choose(auth, self.spec)
        self._credentials = login.for_server(chosen, self._root, self._login_transport, tokens=login.logs_in(self.spec))
        return super()._bound(self._credentials)

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


class Airflow(Runs, Deployed["Call"], Client):
    """A client of an Airflow server; ``connect`` makes one. Takes what ``Client`` takes.

    (user, password) is HTTP Basic on Airflow 2, and a login for a token where the document has one, on Airflow 3.
    """

    def log_in(self) -> None:
        """Log in now, where the credentials need that; without it the first call does.

        Raises:
            ApiError: the login was refused.
        """
        self._log_in()

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
        return updating.same(model, self.call(planned.operation, **planned.arguments))

    def _make_call(self, operation: Operation) -> Call:
        return _Call(self, operation)

    @property
    def _login_transport(self) -> Any:
        return self.transport


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
    try:
        if spec is not None:
            made = spec if isinstance(spec, Spec) else catalog.load(spec)
            chosen = discovery.Chosen(made, exact=release is None or release == made.release, why="it was given")
            return _made(root, auth, release, chosen, sender, responses, read_only)
        ask = _asker(root, sender, auth)
        said = release or discovery.release(root, sender, ask, basic=login.is_pair(auth))
        client = _made(root, auth, said, discovery.document(said, root, sender, ask), sender, responses, read_only)
        if release is None:
            client.log_in()
    except BaseException:
        if transport is None:
            sender.close()
        raise
    if not client.about().exact:
        lenient = "; what breaks it is warned about, not raised" if client.responses == "warn" else ""
        errors.warn(f"Airflow {said} at {root}: {client.about().why}{lenient}")
    return client


def _made(
    root: str,
    auth: Any,
    release: str | None,
    chosen: discovery.Chosen,
    transport: Any,
    responses: Responses | None,
    read_only: bool,  # noqa: FBT001 - as connect has it
) -> Airflow:
    spec = chosen.spec
    responses = responses or ("strict" if chosen.exact else "warn")
    client = Airflow(spec, discovery.server(spec, root), auth, transport, responses, read_only)
    name = spec.release or spec.source
    client._about = About(root, release, name, chosen.exact, chosen.why, responses)  # noqa: SLF001 - its maker
    return client


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


def _asker(root: str, transport: Any, auth: Any) -> discovery.Ask | None:
    """A GET as a client with these credentials sends it, login included; None without credentials."""
    if auth is None:
        return None

    def ask(url: str, release: str) -> Response:
        spec = catalog.load(release)
        client = Airflow(spec, discovery.server(spec, root), auth, transport)
        return client.send(Request("GET", url, discovery.JSON), spec.operations["get_version"])

    return ask


# --- names that moved ----------------------------------------------------------------------------


class Moved(BaseCall):
    """A callable that knows what its arguments were called in other releases."""

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


class _Call(Moved, Call):
    """The same, of a client that sends."""


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
