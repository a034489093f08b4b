"""What a transport is told: timeouts, certificates and proxies, checked when it is made.

Imported in functions: ``ssl`` and ``certifi``, for https only.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

__all__ = ["Settings", "seconds_of", "tls_context"]


class Settings(NamedTuple):
    """Which certificates and proxies count, and whether the environment names more."""

    verify: bool | str
    cert: str | tuple[str, str] | None
    proxies: Mapping[str, str]
    trust_env: bool

    @classmethod
    def of(
        cls,
        verify: object,
        cert: str | tuple[str, str] | None,
        proxies: Mapping[str, str] | None,
        trust_env: bool,  # noqa: FBT001 - the same
    ) -> Settings:
        """The settings, if they make sense.

        Raises:
            ArgumentError: ``verify`` is neither True, False nor a path; only ``False`` itself may switch checks off.
        """
        if isinstance(verify, os.PathLike):
            verify = os.fspath(verify)
        if not isinstance(verify, bool) and not (isinstance(verify, str) and verify):
            raise ArgumentError("verify takes True, the path of a CA bundle, or False, which checks no certificate")
        return cls(verify, cert, dict(proxies or {}), bool(trust_env))


def seconds_of(timeout: float | tuple[float, float]) -> tuple[float, float]:
    """Seconds to connect and seconds to answer.

    Raises:
        ArgumentError: not one or two numbers above zero.
    """
    both: tuple[Any, ...] = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if len(both) != 2 or not all(isinstance(one, (int, float)) and 0 < one < math.inf for one in both):
        raise ArgumentError("timeout takes seconds above zero, or two of them: (to connect, to answer)")
    return float(both[0]), float(both[1])


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The context for https: certifi's authorities, or the bundle given or named by the environment.

    Raises:
        ArgumentError: a file is not there or holds no certificate.
    """
    import ssl  # only for https

    import certifi

    bundle = settings.verify if isinstance(settings.verify, str) else certifi.where()
    if settings.trust_env and settings.verify is True:
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or bundle
    try:
        is_folder = os.path.isdir(bundle)  # noqa: PTH112 - pathlib is not loaded for this
        context = ssl.create_default_context(capath=bundle) if is_folder else ssl.create_default_context(cafile=bundle)
        if settings.cert is not None:
            context.load_cert_chain(*((settings.cert,) if isinstance(settings.cert, str) else settings.cert))
    except OSError:
        raise ArgumentError("verify or cert names a file that is not there or holds none; nothing was sent") from None
    if settings.verify is False:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
