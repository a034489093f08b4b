"""What environment variables and netrc say of the server and its credentials."""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import urlsplit

from ..client import auth as auths
from ..errors import ArgumentError

__all__ = ["Configuration", "environment"]


class Configuration(NamedTuple):
    """What the environment says: arguments of ``connect``."""

    url: str
    auth: object
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
    auth: object = get("DYNCLIENT_TOKEN") or None
    if auth is None and (user or password):
        if not user or not password:
            raise ArgumentError(
                "DYNCLIENT_USERNAME and DYNCLIENT_PASSWORD belong together; set both, or DYNCLIENT_TOKEN"
            )
        auth = (user, password)
    if auth is None and "@" not in urlsplit(url).netloc:
        auth = auths.from_netrc(url)
    return Configuration(url, auth, get("DYNCLIENT_SPEC") or None)
