"""The way in: a URL and credentials to a client of that server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .. import errors
from ..errors import ArgumentError
from ..http import masking, messages
from ..http.messages import Request
from ..http.transport import Transport
from ..openapi import load
from ..openapi.spec import Spec
from . import login
from . import version as discovery

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from ..client.base import Mode
    from ..http.messages import Response
from .airflow_client import About, Airflow

__all__ = ["connect"]


def connect(
    url: str,
    auth: Any = None,
    *,
    release: str | None = None,
    spec: Spec | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    transport: Any = None,
    responses: Mode | None = None,
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
            made = spec if isinstance(spec, Spec) else load.load(spec)
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
    responses: Mode | None,
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
        raise ArgumentError(f"{masking.bare_url(url)!r} is no URL of a server; write http://host:port/prefix")
    if auth is None and parts.username:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    path = re.sub(r"/(?:home|api/v\d+)$", "", parts.path.rstrip("/")).rstrip("/")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}", auth


def _asker(root: str, transport: Any, auth: Any) -> discovery.Ask | None:
    """A GET as a client with these credentials sends it, login included; None without credentials."""
    if auth is None:
        return None

    def ask(url: str, release: str) -> Response:
        spec = load.load(release)
        client = Airflow(spec, discovery.server(spec, root), auth, transport)
        return client.send(Request("GET", url, discovery.JSON), spec.operations["get_version"])

    return ask
