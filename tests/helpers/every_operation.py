"""Each distinct operation contract of the bundle, and what is asked of it: shared by tox and ``tox -e hardening``.

Two operations have the same contract when method, path, parameters, bodies and responses are equal with every
``$ref`` followed. Each is held in the first release that has it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import random
from typing import Any, NamedTuple

from divergences import excused

from dynclient.client.sync import Client
from dynclient.contract.openapi_core import Oracle
from dynclient.documents import pointers, releases, sources
from dynclient.errors import ArgumentError, ContractError, DynclientError
from dynclient.http.media_types import is_json, is_text
from dynclient.http.messages import Headers, Response
from dynclient.openapi import load
from dynclient.openapi.operation import Operation
from dynclient.schema import counterexamples, examples

BASE = "http://127.0.0.1:1/prefix"


class Contract(NamedTuple):
    release: str
    operation: str


def _expanded(root: dict[str, Any], value: Any) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            return [_expanded(root, pointers.resolve(root, value["$ref"])), sorted(value.keys() - {"$ref"})]
        return {name: _expanded(root, item) for name, item in value.items()}
    return [_expanded(root, item) for item in value] if isinstance(value, list) else value


def _digest(root: dict[str, Any], operation: Operation) -> str:
    item = root["paths"][operation.path]
    value = [
        operation.method,
        operation.path,
        _expanded(root, item.get("parameters", [])),
        _expanded(root, pointers.resolve(root, operation.pointer)),
        root.get("servers"),
    ]
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@functools.cache
def contracts() -> tuple[Contract, ...]:
    """The distinct contracts, oldest release first."""
    seen: dict[str, Contract] = {}
    files = set()
    for release in releases.releases():
        spec = load.load(release)
        whole = json.dumps(spec.document, sort_keys=True)
        if whole in files:
            continue
        files.add(whole)
        for name in spec.operations:
            seen.setdefault(_digest(spec.document, spec.operations[name]), Contract(release, name))
    return tuple(seen.values())


def by_release() -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for contract in contracts():
        grouped.setdefault(contract.release, []).append(contract.operation)
    return grouped


class Held:
    """The operations of one release, held against openapi-core and against answers made from a seed."""

    def __init__(self, release: str) -> None:
        self.spec = load.load(release)
        base = BASE + self.spec.servers[0].url.rstrip("/")
        self.oracle = Oracle(sources.read(release)[0], base)
        self.client = Client(self.spec, base)
        self.wrong: list[str] = []

    def hold(self, name: str, seeds: range, broken: range) -> None:
        for seed in seeds:
            self._valid_request(name, seed)
            self._valid_answer(name, seed)
        for seed in broken:
            self._broken_request(name, seed)
            self._broken_answer(name, seed)

    def _note(self, name: str, what: str) -> None:
        self.wrong.append(f"{self.spec.release} {name}: {what}")

    def _valid_request(self, name: str, seed: int) -> None:
        """A request built from valid arguments is accepted by openapi-core."""
        call = self.client.operation(name)
        request = call.request(**call.example(seed, minimal=seed == 0))
        for violation in self.oracle.request_violations(request):
            if not excused(violation):
                self._note(name, f"seed {seed}: openapi-core refuses the request: {violation}")

    def _answer(self, name: str, seed: int) -> tuple[Response, Any, Any]:
        operation = self.spec.operations[name]
        success = operation.success
        status = int(success.status) if success is not None and success.status.isdigit() else 200
        rng = random.Random(f"{name} {seed}")
        media = next(iter(success.content.values()), None) if success is not None else None
        if media is None:
            return Response(status), None, None
        kind = {"Content-Type": media.name}
        if not is_json(media.name):
            return Response(status, Headers(kind), b"one\n" if is_text(media.name) else b'{"a":1}\n'), None, None
        value = examples.sample(media.schema, rng, direction="response", minimal=(True, None, False)[seed % 3])
        return Response(status, Headers(kind), json.dumps(value).encode()), value, media.schema

    def _decoded(self, name: str, response: Response) -> Any:
        return self.client.operation(name).decoder.decode(response, {})

    def _valid_answer(self, name: str, seed: int) -> None:
        """A valid answer decodes to the same data, and openapi-core agrees."""
        response, value, _ = self._answer(name, seed)
        reply = self._decoded(name, response)
        if reply.error is not None or reply.warnings:
            self._note(name, f"seed {seed}: a valid answer is refused: {reply.error or reply.warnings}")
        elif value is not None and reply.data != value:
            self._note(name, f"seed {seed}: the data is not what came")
        call = self.client.operation(name)
        request = call.request(**call.example(seed))
        for violation in self.oracle.response_violations(request, response):
            if not excused(violation):
                self._note(name, f"seed {seed}: openapi-core refuses the answer: {violation}")

    def _broken_answer(self, name: str, seed: int) -> None:
        """An answer with one thing wrong raises and names the pointer."""
        response, _, schema = self._answer(name, seed)
        made = (
            counterexamples.counterexample(schema, random.Random(seed), direction="response")
            if schema is not None
            else None
        )
        if made is None:
            return
        value, _ = made
        error = self._decoded(name, response._replace(body=json.dumps(value).encode())).error
        if not isinstance(error, ContractError) or "#/" not in str(error):
            self._note(name, f"seed {seed}: a broken answer passes, or its pointer is not named: {error!r}")

    def _broken_request(self, name: str, seed: int) -> None:
        """An argument with one thing wrong is refused before it is sent, and the pointer is named."""
        call = self.client.operation(name)
        arguments = call.example(seed)
        rng = random.Random(seed)
        fields = [(p.keyword, p.schema) for p in call.operation.parameters if p.schema is not None]
        fields += [(field.keyword, field.schema) for field in call.encoder.fields]
        rng.shuffle(fields)
        names = {field.keyword: field.name for field in call.encoder.fields}
        for keyword, schema in fields:
            made = counterexamples.counterexample(schema, rng, direction="request")
            if made is None or made[0] is None:
                continue  # nothing can break it; null is "not sent" for a parameter
            try:
                body = arguments.get("body")
                if isinstance(body, dict) and keyword in names:
                    call.request(**{**arguments, "body": {**body, names[keyword]: made[0]}})
                else:
                    call.request(**{**arguments, keyword: made[0]})
            except ArgumentError as error:
                if keyword not in str(error) or "#/" not in str(error):
                    self._note(name, f"seed {seed}: the refusal of {keyword} names no place: {error}")
            except DynclientError as error:
                self._note(name, f"seed {seed}: {keyword} ends in {error!r}")
            else:
                self._note(name, f"seed {seed}: a broken {keyword} is sent")
            return
