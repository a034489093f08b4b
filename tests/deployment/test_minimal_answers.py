"""The smallest answers that each document allows, given to wait, log and update: no exception of another kind."""

from __future__ import annotations

import contextlib
import itertools
import json
from random import Random

import pytest

import dynclient
from dynclient.documents import releases
from dynclient.errors import DynclientError
from dynclient.http.messages import Headers, Response
from dynclient.schema import examples

CONTRACTS = sorted({entry["contract"] for entry in releases.index()["releases"].values()}, key=releases.parse_version)


class Minimal:
    """A transport that answers every operation with the least that its document allows."""

    def __init__(self, spec):
        self.spec = spec

    def send(self, request, auth=None):  # noqa: ARG002 - what a transport takes
        operation = self.spec.match(request.method, request.url).operation
        status = next(status for status in operation.responses if status.startswith("2"))
        content = operation.success.content
        media = next((name for name in content if name.endswith("/json")), next(iter(content), None))
        if media is None:
            return Response(int(status), Headers({}), b"", request.url)
        data = examples.sample(content[media].schema, Random(1), direction="response", minimal=True)
        response = Response(int(status), Headers({"Content-Type": media}), json.dumps(data).encode(), request.url)
        return response._replace(body=b"", chunks=iter([response.body])) if request.stream else response


def path_arguments(operation):
    """One value for each argument of the path."""
    wanted = [p for p in operation.parameters if p.location == "path" and not p.constant]
    return {p.keyword: "a" if "string" in p.schema.types else 1 for p in wanted}


def things(data):
    """An answer and the first item of each list in it."""
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    return [data, *(item for items in lists for item in items[:1])]


def changed(thing):
    """The same model with every field that can be set to another value."""
    for name in list(thing) if isinstance(thing, dynclient.Model) else ():
        with contextlib.suppress(DynclientError):
            thing[name] = "changed" if isinstance(thing[name], str) else None
    return thing


@pytest.mark.parametrize("release", CONTRACTS)
def test_nothing_but_our_errors_leaves(release):
    """wait, log and update take what any document allows, or say in an error of ours why not."""
    spec = dynclient.load(release)
    prefix = "/api/v1" if release.startswith("2.") else ""
    af = dynclient.Airflow(spec, f"http://airflow.example{prefix}", transport=Minimal(spec), responses="off")
    works = [
        lambda thing: af.wait(thing, timeout=0.01),
        lambda thing: list(af.log(thing)),
        lambda thing: list(itertools.islice(af.log(thing, follow=True), 0)),
        lambda thing: af.update(changed(thing)),
    ]
    for name, operation in spec.operations.items():
        if operation.method != "GET":
            continue
        try:
            data = af.call(name, **path_arguments(operation))
        except DynclientError:
            continue  # it wants more than its path
        for thing, work in itertools.product(things(data), works):
            with contextlib.suppress(DynclientError):
                work(thing)
