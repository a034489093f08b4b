"""The applications that Airflow 3 mounts beside its API: the auth manager's (``/auth``), plugins', the edge workers'.

Each has a document of its own at ``<mount>/openapi.json``, whose paths begin with the mount, or are below it where its
``servers`` say so. The login is the same. The document of the FAB auth manager is bundled (``specs/applications``), so
that its operations can be named without asking: ``af.get_users()`` on Airflow 3.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..documents import overlays, releases
from ..errors import ArgumentError, SpecError
from ..http import media_types
from ..openapi import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..http.messages import Response
    from ..openapi.spec import Spec

__all__ = ["Application", "application", "auth_manager", "auth_manager_operation", "document_url", "mount_path"]

_AUTH_MANAGER = "auth manager"


class Application(NamedTuple):
    """An application at a server: its document, and the URL that its paths are appended to."""

    spec: Spec
    server: str


def mount_path(mount: str) -> str:
    """Where an application is mounted, ``/auth``.

    Raises:
        ArgumentError: that is no path.
    """
    path = mount.rstrip("/")
    if not path.startswith("/") or "?" in path or "#" in path or ".." in path:
        raise ArgumentError('application: the path where it is mounted is wanted, such as "/auth"')
    return path


def document_url(root: str, mount: str) -> str:
    """Where an application has its document."""
    return f"{root}{mount}/openapi.json"


def application(root: str, mount: str, response: Response) -> Application:
    """The application of which a server gave the document.

    Args:
        root: the server with its path prefix.
        mount: where the application is mounted.
        response: to the GET of its document.

    Raises:
        SpecError: it gave none.
    """
    document = _document(response)
    if document is None:
        raise SpecError(
            f"{document_url(root, mount)} answered {response.status} without a document; "
            f"is an application mounted at {mount}, and may these credentials see it?"
        )
    document.pop("servers", None)  # where it was got from counts
    manager = releases.applications()[_AUTH_MANAGER]
    if document.get("info", {}).get("title") == manager["title"]:
        document = _corrected(document, manager)
    whole = any(path.startswith(f"{mount}/") for path in document.get("paths", ()))
    spec = load.load_mapping(document, source=document_url(root, mount))
    return Application(spec, root if whole else root + mount)


def _document(response: Response) -> dict[str, Any] | None:
    if response.status != 200 or not media_types.is_json(response.content_type):
        return None
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and "openapi" in data else None


def _corrected(document: dict[str, object], manager: Mapping[str, Any]) -> dict[str, Any]:
    for overlay in manager["corrections"]:
        document = overlays.apply_overlay(document, overlay)
    return document


@cache
def auth_manager() -> Spec:
    """The bundled document of the FAB auth manager, corrected; its paths begin with ``/auth``."""
    manager = releases.applications()[_AUTH_MANAGER]
    document = _corrected(releases.application_document(manager["document"]), manager)
    return load.load_mapping(document, source=manager["source"])


def auth_manager_operation(name: str) -> str | None:
    """What an operation of users, roles or permissions is called there, by its name in any release; None for others."""
    operation: str | None = releases.applications()[_AUTH_MANAGER]["operations"].get(name)
    return operation
