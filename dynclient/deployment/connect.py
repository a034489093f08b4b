"""From a URL and credentials to a client of that server.

Imported in functions: ``mwaa``, which only its own URLs need.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from .. import errors
from ..client.auth import ApiKey, Bearer
from ..errors import ArgumentError, DynclientError
from ..http import masking, messages
from ..http.messages import Request, Response
from ..http.transport import Transport
from ..openapi import load
from ..openapi.spec import Spec
from . import discovery, login
from .airflow_client import About, Airflow, Deployed
from .discovery import Chosen, Credentials, Probe

if TYPE_CHECKING:
    from ..client.base import Mode

__all__ = ["Connection", "Target", "connect", "connection", "target"]

ClientT = TypeVar("ClientT", bound="Deployed[Any]")
_MWAA = "mwaa://"
#: a document as a caller gives it
Document = Spec | str | os.PathLike[str] | Mapping[str, object]


class Target(NamedTuple):
    """The server's URL without what is appended to it, and the credentials; those in the URL if there are no others."""

    root: str
    auth: object

    @property
    def credentials(self) -> Credentials:
        """What discovery may know of the credentials."""
        at_once = isinstance(self.auth, str | Bearer | ApiKey)
        return Credentials(self.auth is not None, at_once, basic=login.is_pair(self.auth))


class Connection(NamedTuple):
    """What connecting finds out: the server, its release, and the document for it."""

    target: Target
    release: str | None
    chosen: Chosen

    def client(
        self, kind: type[ClientT], transport: object, responses: Mode | None, *, read_only: bool, requests: Mode | None
    ) -> ClientT:
        """The client of that server."""
        spec, exact, why = self.chosen
        mode = responses or ("strict" if exact else "warn")
        root, auth = self.target
        about = About(root, self.release, spec.release or spec.source, exact, why, mode)
        url = discovery.server(spec, root)
        return kind(spec, url, auth, transport, mode, read_only, requests, about=about)

    def warn_if_inexact(self, client: Deployed[Any]) -> None:
        """Warn where the document is not that of this very server."""
        if self.chosen.exact or self.release is None:
            return
        lenient = "; what breaks it is warned about, not raised" if client.responses == "warn" else ""
        errors.warn(f"Airflow {self.release} at {self.target.root}: {self.chosen.why}{lenient}")


def target(url: str, auth: object) -> Target:
    """Where to connect to.

    Raises:
        ArgumentError: the URL is none.
    """
    try:
        parts = urlsplit(url.strip())
        messages.origin(url.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ArgumentError(f"{masking.bare_url(url)!r} is no URL of a server; write http://host:port/prefix")
    if auth is None and parts.username:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    path = re.sub(r"/(?:home|api/v\d+)$", "", parts.path.rstrip("/")).rstrip("/")
    return Target(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}", auth)


def connection(target: Target, release: str | None, spec: Document | None) -> Generator[Probe, Response, Connection]:
    """Find out what a client needs: yields what to send, is sent the answers.

    Args:
        target: where.
        release: the server's release, when it is not to be asked.
        spec: the document, when it is not to be chosen; nothing is sent then.
    """
    if spec is not None:
        document = spec if isinstance(spec, Spec) else load.load(spec)
        return Connection(
            target, release, Chosen(document, exact=release in {None, document.release}, why="it was given")
        )
    credentials = target.credentials
    server_release = release or (yield from discovery.find_release(target.root, credentials))
    chosen = yield from discovery.choose_document(server_release, target.root, credentials)
    return Connection(target, server_release, chosen)


def connect(
    url: str,
    auth: object = None,
    *,
    release: str | None = None,
    spec: Document | None = None,
    transport: Any = None,
    responses: Mode | None = None,
    read_only: bool = False,
    requests: Mode | None = None,
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
        requests: as of ``Client``.

    Raises:
        ArgumentError: the URL is none.
        TransportError: nobody answers there.
        ApiError: what answers refuses to say its release, or refuses the login.
        UndocumentedResponse: it is no Airflow.
    """
    if url.startswith(_MWAA):
        url, transport = _by_aws(url, transport)
    where = target(url, auth)
    sender = transport if transport is not None else Transport()
    try:
        result = _send_probes(connection(where, release, spec), where, sender)
        client = result.client(Airflow, sender, responses, read_only=read_only, requests=requests)
        if release is None and spec is None:
            client.log_in()
    except BaseException:
        if transport is None:
            sender.close()
        raise
    result.warn_if_inexact(client)
    return client


def _by_aws(url: str, transport: Any) -> tuple[str, object]:
    from .mwaa import InvokeRestApi  # an extra

    return InvokeRestApi.url, InvokeRestApi(urlsplit(url).netloc) if transport is None else transport


def _send_probes(steps: Generator[Probe, Response, Connection], where: Target, transport: object) -> Connection:
    """Send what the steps yield; what they return."""
    try:
        probe = next(steps)
        while True:
            try:
                response = _send(probe, where, transport)
            except DynclientError as error:  # noqa: PERF203 - the steps are thrown what sending raised
                probe = steps.throw(error)
            else:
                probe = steps.send(response)
    except StopIteration as end:
        result: Connection = end.value
        return result


def _send(probe: Probe, where: Target, transport: Any) -> Response:
    request = Request("GET", probe.url, discovery.JSON)
    if probe.release is None:
        response: Response = transport.send(request)
        return response
    spec = load.load(probe.release)
    client = Airflow(spec, discovery.server(spec, where.root), where.auth, transport)
    return client.send(request, spec.operations["get_version"])
