"""One Airflow as a module: ``from dynclient import airflow``, then ``airflow.get_dags()``.

Importing it parses the newest bundled release, or the document that ``DYNCLIENT_SPEC`` names; names, signatures and
``help`` need no server. The first call connects to ``DYNCLIENT_URL`` (``http://localhost:8080``), as
``DYNCLIENT_USERNAME`` and ``DYNCLIENT_PASSWORD``, with ``DYNCLIENT_TOKEN``, or with what netrc has for the host;
from then on the document is that of the server, unless ``DYNCLIENT_SPEC`` is set.
"""

from __future__ import annotations

import os
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from .client.sync import Call
from .deployment.airflow_client import Airflow
from .deployment.connect import connect
from .deployment.environment import environment
from .documents import releases
from .errors import UnknownOperation
from .openapi import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .http.messages import Request
    from .http.streams import Lines


class _Later(Call):
    """A callable of the document parsed on import; what is sent goes by the client that is connected then."""

    def _now(self) -> Call:
        return _connected().operation(self.operation.name)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call the operation; see ``help()`` of it for arguments and result."""
        return self._now()(*args, **kwargs)

    def response(self, *args: object, **kwargs: object) -> Any:
        """As of any callable: the whole reply."""
        return self._now().response(*args, **kwargs)

    def request(self, *args: object, **kwargs: object) -> Request:
        """As of any callable: the request, not sent."""
        return self._now().request(*args, **kwargs)

    def pages(self, *args: object, **kwargs: object) -> Iterator[Any]:
        """As of any callable: every page, lazily."""
        return self._now().pages(*args, **kwargs)

    def iter(self, *args: object, **kwargs: object) -> Iterator[Any]:
        """As of any callable: every item, lazily."""
        return self._now().iter(*args, **kwargs)

    def stream(self, *args: object, **kwargs: object) -> Lines:
        """As of any callable: line by line, as they come."""
        return self._now().stream(*args, **kwargs)


class _Unconnected(Airflow):
    """What there is before the first call: a document, and callables that connect."""

    call_type = _Later

    def unknown_operation(self, name: str) -> UnknownOperation:
        """As of any client, and how to have the names of another release."""
        error = super().unknown_operation(name)
        hint = "no server has been asked yet; DYNCLIENT_SPEC=<release> takes the names of another release"
        return UnknownOperation(f"{error}; {hint}", near=error.near)


_lock = threading.Lock()
_offline = _Unconnected(load.load(os.environ.get("DYNCLIENT_SPEC") or releases.releases()[-1]), "http://localhost")
_online: Airflow | None = None


def _connected() -> Airflow:
    global _online  # noqa: PLW0603 - this module is the one client
    with _lock:
        if _online is None:
            url, auth, spec = environment()
            # the document that was parsed on import was asked for; else the server is
            _online = connect(url, auth, spec=_offline.spec if spec else None)
        return _online


def _method(name: str) -> Callable[..., Any]:
    """A method of the connected client."""

    @wraps(getattr(Airflow, name))
    def method(*args: object, **kwargs: object) -> Any:
        return getattr(_connected(), name)(*args, **kwargs)

    return method


def __getattr__(name: str) -> Any:
    """An operation, or what an ``Airflow`` client has, when it is first asked for (PEP 562)."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    client = _online or _offline
    member = getattr(Airflow, name, None)
    if name not in client.spec.operations and callable(member):
        return _method(name)
    return getattr(client, name)


def __dir__() -> list[str]:
    return sorted(name for name in dir(_online or _offline) if not name.startswith("_"))
