"""Kerberos (SPNEGO) as credentials. Needs the extra ``kerberos``.

Imported in functions: ``requests_gssapi``, of that extra.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..client.auth import NoAuth
from ..errors import ArgumentError

if TYPE_CHECKING:
    from ..http.messages import Request
    from ..openapi.operation import Operation


__all__ = ["Kerberos"]


class Kerberos(NoAuth):
    """Negotiate with the Kerberos ticket of the environment (``kinit``); needs ``pip install 'dynclient[kerberos]'``.

    Args:
        service: first part of the server's principal; Airflow's own is ``airflow/<host>``, a proxy's ``HTTP/<host>``.
        options: of ``requests_gssapi.HTTPSPNEGOAuth``: ``creds``, ``delegate``, ``mutual_authentication`` ….

    Raises:
        ArgumentError: requests-gssapi is not installed.
    """

    def __init__(self, service: str = "airflow", **options: object) -> None:
        try:
            import requests_gssapi  # an extra
        except ImportError as error:
            raise ArgumentError(
                f"Kerberos needs requests-gssapi ({error}): pip install 'dynclient[kerberos]', and the system's krb5"
            ) from None
        # the first request carries the ticket already; a server that answers with its own is checked
        defaults = {"mutual_authentication": requests_gssapi.OPTIONAL, "opportunistic_auth": True}
        self._options = {"target_name": service, **defaults, **options}
        self.service = service

    def __repr__(self) -> str:
        return f"<Kerberos for the service {self.service}>"

    def requests_auth(self, request: Request, operation: Operation | None = None) -> object:  # noqa: ARG002
        """A ``requests`` auth object of its own for each request: it keeps the state of one exchange."""
        return _spnego()(**self._options)


@cache
def _spnego() -> Any:
    """HTTPSPNEGOAuth with errors of ours."""
    from requests_gssapi import HTTPSPNEGOAuth
    from requests_gssapi.exceptions import SPNEGOExchangeError

    class Spnego(HTTPSPNEGOAuth):  # type: ignore[misc]
        def generate_request_header(self, response: object, host: str, *args: object, **options: object) -> object:
            try:
                return super().generate_request_header(response, host, *args, **options)
            except SPNEGOExchangeError as error:
                raise ArgumentError(
                    f"Kerberos: no ticket for {self.target_name}@{host} ({error}); "
                    "run kinit, and check that the KDC has this principal"
                ) from None

    return Spnego
