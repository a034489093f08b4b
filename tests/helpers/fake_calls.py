"""Every operation of a release, called at a fake of it: shared by tox and ``tox -e hardening``."""

from __future__ import annotations

from collections.abc import Iterable

from divergences import excused

from dynclient.client.sync import Client
from dynclient.contract.openapi_core import Oracle
from dynclient.documents import sources
from dynclient.http import media_types
from dynclient.http.transport import Transport
from dynclient.testing import fake_airflow


class Kept(Transport):
    """A transport that keeps the last exchange."""

    def send(self, request, auth=None):
        response = super().send(request, auth)
        if response.chunks is not None:
            response = response._replace(body=b"".join(response.chunks), chunks=None)
        self.last = (request, response)
        return response


def complaints(release: str, seeds: Iterable[int]) -> list[str]:
    """What client or openapi-core have against the fake's answers, or the fake against the client's requests."""
    found: list[str] = []
    with fake_airflow(release) as server, Kept() as transport:
        client = Client(server.spec, server.server, transport=transport, responses="strict")
        judge = Oracle(sources.read(release)[0], server.server)
        for name in server.spec.operations:
            accepts = client.operation(name).encoder.accepts
            for seed in seeds:
                arguments = server.example(name, seed, minimal=None if seed else True)
                if len(accepts) > 1:
                    arguments["accept"] = accepts[seed % len(accepts)]
                reply = client.operation(name).response(**arguments)
                if reply.error is not None or reply.violations or reply.warnings:
                    found.append(f"{name} {seed}: {reply.status} {reply.error} {reply.warnings}")
                found += [
                    f"{name} {seed}: openapi-core: {v}"
                    for v in judge.response_violations(*transport.last)
                    if not excused(v)
                ]
                if media_types.is_ndjson(reply.response.content_type):
                    assert list(reply.data)
        found += [f"inside: {failure!r}" for failure in server.failures]
    return found
