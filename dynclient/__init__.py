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

from typing import TYPE_CHECKING

from .lazy import lazy_names

if TYPE_CHECKING:
    from . import aio as aio, airflow as airflow
    from .cli.shell import (
        load_ipython_extension as load_ipython_extension,
        unload_ipython_extension as unload_ipython_extension,
    )
    from .client.auth import (
        ApiKey as ApiKey,
        Basic as Basic,
        Bearer as Bearer,
    )
    from .client.client_credentials import ClientCredentials as ClientCredentials
    from .client.sync import Client as Client
    from .contract.recording import recording as recording
    from .deployment.airflow_client import Airflow as Airflow
    from .deployment.connect import connect as connect
    from .deployment.kerberos import Kerberos as Kerberos
    from .deployment.login import (
        Login as Login,
        SessionCookie as SessionCookie,
    )
    from .deployment.mwaa import InvokeRestApi as InvokeRestApi, WebLogin as WebLogin
    from .documents.releases import releases as releases
    from .errors import (
        AlreadyExists as AlreadyExists,
        ApiError as ApiError,
        ArgumentError as ArgumentError,
        BadArguments as BadArguments,
        BadRequest as BadRequest,
        BrokenResponse as BrokenResponse,
        ContractError as ContractError,
        ContractWarning as ContractWarning,
        DagPaused as DagPaused,
        DynclientError as DynclientError,
        Fault as Fault,
        InsecureWarning as InsecureWarning,
        InvalidRequest as InvalidRequest,
        InvalidResponse as InvalidResponse,
        MethodNotAllowed as MethodNotAllowed,
        NotAcceptable as NotAcceptable,
        NotFound as NotFound,
        PermissionDenied as PermissionDenied,
        Problem as Problem,
        ResponseTooLarge as ResponseTooLarge,
        RunFailed as RunFailed,
        SpecError as SpecError,
        TimedOut as TimedOut,
        TooManyRequests as TooManyRequests,
        TransportError as TransportError,
        Unauthenticated as Unauthenticated,
        UndocumentedResponse as UndocumentedResponse,
        Unknown as Unknown,
        UnknownOperation as UnknownOperation,
        Unprocessable as Unprocessable,
        Unreachable as Unreachable,
        Violation as Violation,
    )
    from .http.messages import Exchange as Exchange
    from .http.transport import Retry as Retry, Transport as Transport
    from .openapi.load import load as load
    from .openapi.response_decoder import Reply as Reply
    from .openapi.spec import Spec as Spec
    from .schema.frame import frame as frame
    from .schema.models import Model as Model

_MODULES = {
    "aio": "aio",
    "airflow": "airflow",
    "ApiKey": "client.auth",
    "Basic": "client.auth",
    "Bearer": "client.auth",
    "Client": "client.sync",
    "recording": "contract.recording",
    "ClientCredentials": "client.client_credentials",
    "Airflow": "deployment.airflow_client",
    "connect": "deployment.connect",
    "Kerberos": "deployment.kerberos",
    "Login": "deployment.login",
    "SessionCookie": "deployment.login",
    "InvokeRestApi": "deployment.mwaa",
    "WebLogin": "deployment.mwaa",
    "releases": "documents.releases",
    **dict.fromkeys(
        (
            "AlreadyExists",
            "ApiError",
            "ArgumentError",
            "BadArguments",
            "BadRequest",
            "BrokenResponse",
            "ContractError",
            "ContractWarning",
            "DagPaused",
            "DynclientError",
            "Fault",
            "InsecureWarning",
            "InvalidRequest",
            "InvalidResponse",
            "MethodNotAllowed",
            "NotAcceptable",
            "NotFound",
            "PermissionDenied",
            "Problem",
            "ResponseTooLarge",
            "RunFailed",
            "SpecError",
            "TimedOut",
            "TooManyRequests",
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
    "Exchange": "http.messages",
    "Retry": "http.transport",
    "Transport": "http.transport",
    "frame": "schema.frame",
    "load": "openapi.load",
    "load_ipython_extension": "cli.shell",
    "unload_ipython_extension": "cli.shell",
    "Reply": "openapi.response_decoder",
    "Spec": "openapi.spec",
    "Model": "schema.models",
}

__all__ = sorted(_MODULES)  # noqa: PLE0605 - one table of names, held to the imports above by a test
__getattr__, __dir__ = lazy_names(__name__, _MODULES)
