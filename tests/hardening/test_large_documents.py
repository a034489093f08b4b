"""Documents of 100,000 operations: time and memory of loading grow with their size and no faster."""

from __future__ import annotations

import json
import time
import tracemalloc

from dynclient import Client
from dynclient.openapi.spec import parse

OPERATIONS = 100_000


def document(operations):
    """One operation a path, in JSON of about 190 bytes for each."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}
    answers = {"200": {"description": "", "content": content}}
    paths = {
        f"/things{n}/{{id}}": {"get": {"operationId": f"get_thing_{n}", "responses": answers}}
        for n in range(operations)
    }
    schemas = {"S": {"type": "object", "properties": {"n": {"type": "integer"}}}}
    info = {"title": "t", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def seconds(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def test_loading_is_linear():
    """Ten times the operations take at most fifteen times as long, and at most three times what json.loads takes."""
    small, large = (json.dumps(document(n)) for n in (OPERATIONS // 10, OPERATIONS))
    parse(json.loads(small))
    short, long = (min(seconds(lambda raw=raw: parse(json.loads(raw))) for _ in range(3)) for raw in (small, large))
    assert long < 15 * short
    assert long < 3 * min(seconds(lambda: json.loads(large)) for _ in range(3))


def test_memory_and_a_call():
    """A Spec takes less than 1,000 bytes for an operation beside the document; one call makes one of them."""
    content = document(OPERATIONS)
    tracemalloc.start()
    spec = parse(content)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 1_000 * OPERATIONS
    call = Client(spec, "http://h").operation("get_thing_99999")
    assert seconds(lambda: call.request("x")) < 0.5
    assert call.request("x").url == "http://h/things99999/x"
