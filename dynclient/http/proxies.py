"""Which proxy a URL goes through: the one given for its scheme or host, or the environment's.

Imported in functions: ``urllib.request``, for the settings of macOS and Windows; ``ipaddress``, where ``no_proxy``
names a network.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["proxy_for"]


def proxy_for(scheme: str, host: str, port: int | None, explicit: Mapping[str, str], *, trust_env: bool) -> str | None:
    """The URL of the proxy for a server; None when it is reached directly.

    ``explicit`` has keys as requests takes them, the narrowest first: ``https://host``, ``https``, ``all://host``,
    ``all``. Then come ``https_proxy``, ``all_proxy`` and what ``no_proxy`` excepts: host names with their
    subdomains, ``host:port``, addresses and networks (``10.0.0.0/8``), ``*``.
    """
    proxies: Mapping[str, str] = explicit
    if trust_env and not _is_excepted(host, port, explicit.get("no_proxy")):
        proxies = {**_of_environment(scheme), **explicit}
    for key in (f"{scheme}://{host}", scheme, f"all://{host}", "all"):
        proxy = proxies.get(key)
        if proxy:
            return proxy if "://" in proxy else f"http://{proxy}"
    return None


def _of_environment(scheme: str) -> dict[str, str]:
    """The environment's proxies for a scheme, on macOS and Windows those of the system where it has none."""
    proxies = {name: _variable(f"{name}_proxy") for name in (scheme, "all")}
    if not any(proxies.values()) and sys.platform in {"darwin", "win32"}:
        import urllib.request  # asks the system's settings; slow to import, and elsewhere it knows no more than this

        return urllib.request.getproxies()
    if "REQUEST_METHOD" in os.environ:  # a CGI program: the upper-case name may be a request's own header (httpoxy)
        proxies["http"] = os.environ.get("http_proxy", "")
    return {name: proxy for name, proxy in proxies.items() if proxy}


def _variable(name: str) -> str:
    return os.environ.get(name) or os.environ.get(name.upper(), "")


def _is_excepted(host: str, port: int | None, no_proxy: str | None) -> bool:
    text = no_proxy if no_proxy is not None else _variable("no_proxy")
    host = host.strip("[]").lower()
    for entry in text.replace(" ", "").lower().split(","):
        name = entry.lstrip(".")
        if not name:
            continue
        if name in {"*", host, f"{host}:{port}"} or host.endswith(f".{name}") or f"{host}:{port}".endswith(f".{name}"):
            return True
        if "/" in name and _is_in_network(host, name):
            return True
    return False


def _is_in_network(host: str, network: str) -> bool:
    import ipaddress  # only where no_proxy names a network

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
