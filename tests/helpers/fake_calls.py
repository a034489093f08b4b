"""Every operation of a release, called at a fake of it: shared by tox and ``tox -e hardening``."""

from __future__ import annotations

from collections.abc import Iterable

from divergences import excused

from dynclient.client.sync import Client
from dynclient.contract.openapi_core import Oracle
from dynclient.documents import sources
from dynclient.http import media_types
from dynclient.http.transport import Transport
from dynclient.openapi import load
from dynclient.testing import FakeServer, fake_airflow


class Kept(Transport):
    """A transport that keeps the last exchange."""

    def send(self, request, auth=None):
        response = super().send(request, auth)
        if response.chunks is not None:
            response = response._replace(body=b"".join(response.chunks), chunks=None)
        self.last = (request, response)
        return response


def complaints(release: str, seeds: Iterable[int]) -> list[str]:
    """What client or openapi-core have against the answers of the document's fake, or it against their requests."""
    document = load.load(release)
    with FakeServer(document, wildcard="~") as server:
        found, answered = _found(release, server, seeds, refusals=False)
    return found if answered else ["nothing was answered"]


def broken_answers(release: str, seeds: Iterable[int]) -> tuple[list[str], float]:
    """What they have against the answers of a release's fake, which may refuse; the share that it answers."""
    with fake_airflow(release, expose_config=True) as server:
        return _found(release, server, seeds, refusals=True)


def _found(release: str, server: FakeServer, seeds: Iterable[int], *, refusals: bool) -> tuple[list[str], float]:
    found: list[str] = []
    calls = answered = 0
    with Kept() as transport:
        client = Client(server.spec, server.server, transport=transport, responses="strict")
        judge = Oracle(sources.read(release)[0], server.server)
        for name in server.spec.operations:
            accepts = client.operation(name).encoder.accepts
            for seed in seeds:
                arguments = server.example(name, seed, minimal=None if seed else True)
                if len(accepts) > 1:
                    arguments["accept"] = accepts[seed % len(accepts)]
                reply = client.operation(name).response(**arguments)
                calls += 1
                if refusals and (reply.status >= 400 or reply.status == 307):
                    continue
                answered += 1
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
    return found, answered / calls
