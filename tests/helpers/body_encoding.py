"""A request with a body of one media type."""

from __future__ import annotations

from tiny_specs import json_body, tiny

from dynclient.openapi.request_encoder import Encoder

TEXT = {"type": "string"}
BINARY = {"type": "string", "format": "binary"}


def encode(media, schema, *, encoding=None, **arguments):
    body = json_body(schema, media=media, **({"encoding": encoding} if encoding else {}))
    spec = tiny({"POST /a": {"operationId": "op", "requestBody": body}})
    return Encoder(spec.operations.op).encode((), arguments, "http://h")
