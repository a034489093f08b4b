"""A document with security schemes, and requests to it."""

from __future__ import annotations

from typing import NamedTuple

from dynclient.openapi.operation import SecurityScheme


class Spec(NamedTuple):
    """As much of a spec as ``choose`` looks at."""

    security_schemes: dict[str, SecurityScheme]


KEY = SecurityScheme("Key", "apiKey", location="header", parameter="X-Key")
ARG = SecurityScheme("Arg", "apiKey", location="query", parameter="key")
BASIC = SecurityScheme("Basic", "http", scheme="basic")
TOKEN = SecurityScheme("Token", "http", scheme="bearer")


def spec(*schemes: SecurityScheme) -> Spec:
    return Spec({scheme.name: scheme for scheme in schemes})


class Own:
    """Somebody's own auth object: the two moments and nothing else."""

    def prepare(self, request, operation=None):
        return request.with_headers({"X-Own": operation or "1"})

    def retry(self, request, response):
        return request.with_headers({"X-Own": str(response.status)})


OWN = Own()
