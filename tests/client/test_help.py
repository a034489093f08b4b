"""The signature and the help of a callable."""

from __future__ import annotations

import inspect
import pydoc

from thing_client import INT, spec
from tiny_specs import json_body, parameter, tiny

from dynclient import Client, load
from dynclient.documents import releases
from dynclient.openapi.request_encoder import Encoder


def test_signature_and_help():
    """A callable has a real signature (path positional, the rest by keyword, server defaults shown) and help."""
    client = Client(spec(), "http://127.0.0.1:1")
    assert str(inspect.signature(client.get_things)) == "(*, limit: int = 7, offset: int = ...) -> dict"
    assert str(inspect.signature(client.get_thing)) == "(id: int) -> Thing"
    assert str(inspect.signature(client.post_thing)) == "(*, id: int, name: str = ..., body: Thing = ...) -> Thing"
    text = pydoc.render_doc(client.get_things)
    assert "GET /things" in text
    assert "limit (int, server's default 7)" in text
    assert "404 NotFound" in text


def test_help_uses_the_words_of_the_document_where_it_has_some():
    """A document's own summary and descriptions come first, their first lines."""
    described = {**parameter("limit", schema=INT), "description": "How many.\n\nMore on it."}
    body = json_body({"type": "object", "properties": {"name": {"type": "string", "description": "What it is called"}}})
    operation = {"operationId": "op", "summary": "Do it", "parameters": [described], "requestBody": body}
    text = pydoc.render_doc(Client(tiny({"POST /do": operation}), "http://127.0.0.1:1").op)
    assert "Do it" in text
    assert "limit (int): How many." in text
    assert "name (str): What it is called" in text


def test_signature_binds_what_the_call_takes():
    """What inspect.signature accepts, the callable accepts, and the other way round."""
    client = Client(load("3.3.2"), "http://127.0.0.1:1")
    for name in ("get_dags", "trigger_dag_run", "patch_connection", "get_log"):
        call = getattr(client, name)
        signature = inspect.signature(call)
        assert set(signature.parameters) == set(Encoder(call.operation).keywords)
        signature.bind(**{n: 1 for n, p in signature.parameters.items() if p.default is p.empty})


def test_signatures_read_no_help_from_disk():
    """inspect.signature needs no help text; the document's own words and the file of texts are for help alone."""
    document = load("3.3.2")
    client = Client(document, "http://127.0.0.1:1")
    releases._words.cache_clear()
    str(inspect.signature(client.get_dags))
    assert releases._words.cache_info().currsize == 0
    pydoc.render_doc(client.get_dags)
    assert releases._words.cache_info().currsize == 1
