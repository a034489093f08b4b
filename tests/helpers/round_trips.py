"""What a client sends is what a server of ours reads, for every operation of a document."""

from __future__ import annotations

from typing import Any

from dynclient import Client
from dynclient.errors import InvalidRequest, SpecError
from dynclient.openapi import spec as specs
from dynclient.openapi.request_decoder import NO_BODY, decode
from dynclient.testing import FakeServer

__all__ = ["check_document"]


def check_document(document: dict[str, Any], seed: int) -> int:
    """Send made-up arguments of each operation to a fake of the document and have them read; how many were sent."""
    spec = specs.parse(document)
    client, fake = Client(spec, "http://h"), FakeServer(spec, judge=False)
    sent = 0
    for name in spec.operations:
        call = client.operation(name)
        assert str(call.__signature__)
        for minimal in (True, False):
            try:
                arguments = dict(call.example(seed, minimal=minimal))
            except SpecError:
                continue  # schemas that are drawn at random may contradict each other
            try:
                request = call.request(**arguments)
            except InvalidRequest as error:
                if {violation.rule for violation in error.violations} <= {"style", "path"}:
                    continue  # its style cannot write it: 1.5 in the style label
                raise
            match = next(m for m in spec.matches(request.method, request.url) if m.operation.id == call.operation.id)
            decoded = decode(request, match.operation, match.arguments)
            assert decoded.violations == (), (name, arguments, decoded.violations)
            _check_arguments(call, arguments, decoded)
            sent += 1
            _check_answer(call, request, fake, arguments)
    assert fake.failures == [] or all(isinstance(error, SpecError) for error in fake.failures)
    return sent


def _check_arguments(call: Any, arguments: dict[str, Any], decoded: Any) -> None:
    keywords = {p.keyword for p in call.operation.parameters}
    parameters = {name: value for name, value in arguments.items() if name in keywords}
    assert decoded.arguments == parameters, (decoded.arguments, parameters)
    rest = {name: value for name, value in arguments.items() if name not in keywords}
    rest.pop("content_type", None)
    rest.pop("accept", None)
    if call.encoder.body_keyword in rest:
        body = rest[call.encoder.body_keyword]
    elif rest:
        names = {field.keyword: field.name for field in call.encoder.fields}
        body = {names[keyword]: value for keyword, value in rest.items()}
    else:
        return
    if isinstance(body, str) and isinstance(decoded.body, bytes):
        body = body.encode()
    if isinstance(body, dict) and isinstance(body.get("file"), str):
        body = {**body, "file": body["file"].encode()}
    assert decoded.body is not NO_BODY
    assert decoded.body == body, (decoded.body, body, call.operation.request_body)


def _check_answer(call: Any, request: Any, fake: FakeServer, arguments: dict[str, Any]) -> None:
    response = fake.respond(request)
    if response.status >= 500 and any(isinstance(error, SpecError) for error in fake.failures):
        return
    if call.operation.method == "HEAD":
        response = response._replace(body=b"", chunks=None)
    response = response._replace(body=response.body, chunks=None)
    reply = call.decode(request, response, (), arguments, check=True)
    assert reply.error is None, reply.error
