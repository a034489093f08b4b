"""A client for any Airflow release, made at run time from its OpenAPI document.

::

    import dynclient

    af = dynclient.connect("http://localhost:8080", auth=("admin", "secret"))
    af.get_dags(limit=5)

    spec = dynclient.load("2.10.5")
    client = dynclient.Client(spec, server="https://host/prefix/api/v1", auth=("admin", "secret"))

    from dynclient import airflow        # the newest bundled release, connected on first use
    airflow.get_version()

Importing this package reads no file and no environment; each name below is looked up when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import aio, airflow
    from .auth import ApiKey, Basic, Bearer
    from .catalog import load, releases
    from .client import Client
    from .deployment import Airflow, connect
    from .errors import (
        AlreadyExists,
        ApiError,
        ArgumentError,
        BadArguments,
        BadRequest,
        ContractError,
        ContractWarning,
        DynclientError,
        InvalidRequest,
        InvalidResponse,
        MethodNotAllowed,
        NotAcceptable,
        NotFound,
        PermissionDenied,
        Problem,
        RunFailed,
        SpecError,
        TimedOut,
        TransportError,
        Unauthenticated,
        UndocumentedResponse,
        Unknown,
        UnknownOperation,
        Unprocessable,
        Unreachable,
        Violation,
    )
    from .login import Kerberos, Login, SessionCookie
    from .mwaa import InvokeRestApi, WebLogin
    from .spec import Spec
    from .transport import Retry, Transport

_HOMES = {
    "ApiKey": "auth",
    "Basic": "auth",
    "Bearer": "auth",
    "load": "catalog",
    "releases": "catalog",
    "Client": "client",
    "Airflow": "deployment",
    "connect": "deployment",
    "Kerberos": "login",
    "Login": "login",
    "SessionCookie": "login",
    "InvokeRestApi": "mwaa",
    "WebLogin": "mwaa",
    "Spec": "spec",
    "Retry": "transport",
    "Transport": "transport",
    **dict.fromkeys(
        (
            "AlreadyExists",
            "ApiError",
            "ArgumentError",
            "BadArguments",
            "BadRequest",
            "ContractError",
            "ContractWarning",
            "DynclientError",
            "InvalidRequest",
            "InvalidResponse",
            "MethodNotAllowed",
            "NotAcceptable",
            "NotFound",
            "PermissionDenied",
            "Problem",
            "RunFailed",
            "SpecError",
            "TimedOut",
            "TransportError",
            "Unauthenticated",
            "UndocumentedResponse",
            "Unknown",
            "UnknownOperation",
            "Unprocessable",
            "Unreachable",
            "Violation",
        ),
        "errors",
    ),
}

__all__ = [
    "Airflow",
    "AlreadyExists",
    "ApiError",
    "ApiKey",
    "ArgumentError",
    "BadArguments",
    "BadRequest",
    "Basic",
    "Bearer",
    "Client",
    "ContractError",
    "ContractWarning",
    "DynclientError",
    "InvalidRequest",
    "InvalidResponse",
    "InvokeRestApi",
    "Kerberos",
    "Login",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "PermissionDenied",
    "Problem",
    "Retry",
    "RunFailed",
    "SessionCookie",
    "Spec",
    "SpecError",
    "TimedOut",
    "Transport",
    "TransportError",
    "Unauthenticated",
    "UndocumentedResponse",
    "Unknown",
    "UnknownOperation",
    "Unprocessable",
    "Unreachable",
    "Violation",
    "WebLogin",
    "aio",
    "airflow",
    "connect",
    "load",
    "releases",
]


def __getattr__(name: str) -> Any:
    """Look a public name up in its module when it is first used (PEP 562)."""
    from importlib import import_module

    if name in {"aio", "airflow"}:
        return import_module(f".{name}", __name__)
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
