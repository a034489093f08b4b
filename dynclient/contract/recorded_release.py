"""Which release recorded traffic belongs to, by a server's own answer to ``GET …/version``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..documents import releases
from ..errors import ArgumentError, SpecError
from . import recordings

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from .exchanges import RecordedExchange

__all__ = ["recorded_release"]


def recorded_release(paths: Iterable[str | os.PathLike[str]]) -> str:
    """The bundled release of the servers that these recordings are of.

    Args:
        paths: cassettes, HAR files, folders of them. The answer to ``GET …/version`` says ``{"version": "2.10.5"}``.

    Raises:
        ArgumentError: no recording says it, or two say different ones.
    """
    places: dict[str, str] = {}
    for path in recordings.find(paths):
        for exchange in recordings.read(path).exchanges:
            release = _release(exchange)
            if release is not None:
                places.setdefault(release, exchange.place)
    if not places:
        raise ArgumentError("no recording has an answer of /version; say which release it is of: --spec RELEASE")
    if len(places) > 1:
        words = ", ".join(f"{release} in {place}" for release, place in places.items())
        raise ArgumentError(f"the recordings are of several releases ({words}); check them apart, or give --spec")
    return next(iter(places))


def _release(exchange: RecordedExchange) -> str | None:
    """The bundled release that this exchange tells of, if it does."""
    request, response = exchange.request, exchange.response
    if request.method != "GET" or response.status != 200 or not urlsplit(request.url).path.endswith("/version"):
        return None
    try:
        version = json.loads(response.body)["version"]
        return releases.nearest(version) if isinstance(version, str) else None
    except (ValueError, TypeError, KeyError, SpecError):
        return None
