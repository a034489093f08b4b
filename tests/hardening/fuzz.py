"""Coverage-guided fuzzing of what reads bytes of others: ``python fuzz.py TARGET RUNS FOLDER``.

Only errors of the package's own tree may leave it, no input may take 2 s, and no input may make the process grow by
200 MiB: libFuzzer ends the process otherwise. The last line printed has the figures as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import suppress
from itertools import product
from pathlib import Path

import atheris

SECONDS, MEBIBYTES = 2, 200  # for one input
LONGEST = 4096  # bytes of an input

with atheris.instrument_imports(include=["dynclient"]):
    import dynclient
    from dynclient.contract import scrub
    from dynclient.contract.recordings import read_bytes
    from dynclient.documents import parse, yaml
    from dynclient.errors import DynclientError
    from dynclient.http.masked_bodies import masked_body
    from dynclient.http.masking import bare_url, looks_secret, masked_url
    from dynclient.http.messages import Headers, Response
    from dynclient.openapi.parameter_styles import Types, read


class Answer:
    """A transport that answers what it was told."""

    response = Response(200)

    def send(self, request, **_):
        return self.response._replace(url=request.url)

    def close(self):
        """Nothing is open."""


TRANSPORT = Answer()
with atheris.instrument_imports(include=["dynclient"]):
    AIRFLOW = dynclient.Client(dynclient.load("3.3.2"), server="http://localhost", transport=TRANSPORT)
MEDIA = ("application/json", "application/x-ndjson", "text/plain", "text/html", "application/problem+json", "", "x/y;z")
CALLS = (
    lambda: AIRFLOW.get_dag("a"),
    lambda: list(AIRFLOW.get_dags.iter()),
    lambda: AIRFLOW.trigger_dag_run("a", logical_date=None),
    lambda: AIRFLOW.delete_dag("a"),
    lambda: AIRFLOW.get_log("a", "r", "t", 1),
)
ANSWER = json.dumps(
    {"detail": [{"loc": ["body", 0], "msg": "m"}], "dags": [{"dag_id": "a"}], "total_entries": 1}
).encode()
STYLES = [
    ("path", "simple"), ("path", "label"), ("path", "matrix"), ("query", "form"), ("query", "deepObject"),
    ("query", "spaceDelimited"), ("query", "pipeDelimited"), ("header", "simple"), ("cookie", "form"),
]  # fmt: skip


def document(data):
    """Load a document, list its faults, and describe, exemplify and build each operation."""
    spec = dynclient.load(parse.parse(data))
    _ = spec.faults
    client = dynclient.Client(spec, server="http://localhost", transport=TRANSPORT)
    for name in list(spec.operations.names)[:3]:
        call = client.operation(name)
        _ = call.__signature__, call.__doc__, repr(call)
        try:
            call.request(**call.example())
        except DynclientError:
            continue


def answer(data):
    """Decode an answer whose status, media type and call are its first three bytes."""
    status, media, call = (*data[:3], 0, 0, 0)[:3]
    headers = Headers({"Content-Type": MEDIA[media % len(MEDIA)]})
    TRANSPORT.response = Response((200, 201, 204, 400, 404, 409, 422, 500)[status % 8], headers, data[3:])
    CALLS[call % len(CALLS)]()


def style(data):
    """Read a parameter in the form that the first byte says."""
    location, name = STYLES[data[0] % len(STYLES)] if data else STYLES[0]
    text = data[1:].decode("utf-8", "replace")
    types = Types(("object", "array", "integer", "null"), ("number",), {"a": ("boolean",)}, ("string",))
    raw = (
        [tuple((*pair.split("=", 1), "")[:2]) for pair in text.split("&")] if location in {"query", "cookie"} else text
    )
    try:
        read("a", location, name, data[:1] < b"\x80", raw, types)
    except (KeyError, ValueError):
        return  # what it promises for a text in another form


def text(data):
    """Hide the secrets of a text, a URL and a body of each media type."""
    words = data.decode("utf-8", "replace")
    _ = bare_url(words), masked_url(words), looks_secret(words)
    for media in (*MEDIA, "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"):
        masked_body(data, media)
        scrub.scrub_text(data, media, looks_secret)


def server(data):
    """Take a text as the URL of a server."""
    url = data.decode("utf-8", "replace")
    client = dynclient.Client(AIRFLOW.spec, server=url, transport=TRANSPORT)
    TRANSPORT.response = Response(404)
    client.get_dag("a")


A = {"$ref": "#/components/schemas/A"}
OPERATION = {
    "operationId": "post_a",
    "parameters": [{"name": "q", "in": "query", "style": "deepObject", "schema": A}],
    "requestBody": {"content": {"application/json": {"schema": A}}},
    "responses": {"200": {"description": "", "content": {"*/*": {"schema": {"oneOf": [{}, {"not": {}}]}}}}},
    "security": [{"k": []}],
}
SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": ["string", "null"], "pattern": "^a", "enum": ["a"]}, "n": A},
    "discriminator": {"propertyName": "a"},
    "allOf": [{"anyOf": [{"minimum": 1}, {"format": "date-time"}]}],
}
PARAMETER = {"name": "b", "in": "path", "required": True, "schema": {"type": "integer"}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "http://localhost/{a}", "variables": {"a": {"default": "b"}}}],
    "paths": {"/a/{b}": {"parameters": [PARAMETER], "post": OPERATION}},
    "components": {
        "schemas": {"A": SCHEMA},
        "securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "k"}},
    },
}
YAML = b"a: &x [1, 0x1, 'b', \"\\u00e9\", ~]\nb: *x\n? c\n: |\n  d\n--- !!str 1\n"
CASSETTE = b"""interactions:
- request: {method: POST, uri: 'http://h/a?b=c', body: '{}', headers: {A: [b]}}
  response: {status: {code: 200, message: OK}, headers: {Content-Encoding: [gzip]}, body: {string: !!binary H4sI}}
version: 1
"""
ENTRY = {
    "request": {
        "method": "GET",
        "url": "http://h/a",
        "headers": [{"name": "a", "value": "b"}],
        "postData": {"mimeType": "a/b", "text": "c"},
    },
    "response": {"status": 200, "content": {"text": "e30=", "encoding": "base64"}},
}
HAR = json.dumps({"log": {"entries": [ENTRY]}}).encode()
TEXT = b"a://u:p@h/?sig=1#code=2\ncurl -u a:b\nAuthorization: Basic x\ntoken = z"
TARGETS = {  # with what they begin
    "document": (document, [json.dumps(DOCUMENT).encode(), b"# yaml\n" + json.dumps(DOCUMENT, indent=1).encode()]),
    "yaml": (lambda data: yaml.parse(data, "x"), [YAML]),
    "recording": (lambda data: read_bytes(data, "x.yaml"), [CASSETTE, HAR]),
    "answer": (answer, [bytes([n, m, c]) + ANSWER for n, m, c in product(range(8), range(3), range(5))]),
    "style": (style, [bytes([n]) + b"a=1&a[b]=2;a=3,4|5%206.7" for n in range(18)]),
    "text": (text, [b'{"password": "x", "extra": "{\\"pat\\": 1}"}', TEXT]),
    "server": (server, [b"http://user:pass@[::1]:80/a/../b?c=d#e", b"https://host:99999/%2e"]),
}


def main(name, runs, folder):
    """Run one target on so many inputs; libFuzzer ends the process at the first that breaks a rule."""
    (target, seeds), slowest, number = TARGETS[name], 0.0, 0

    def one(data):
        nonlocal slowest, number
        start = time.process_time()
        with suppress(DynclientError):
            target(data)
        slowest, number = max(slowest, time.process_time() - start), number + 1
        if number == runs:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(json.dumps({"inputs": number, "slowest": round(slowest, 3), "grown": peak - base}), flush=True)

    with atheris.instrument_imports(include=["dynclient"]):
        for index, seed in enumerate(seeds):  # what is imported on first use is no part of what an input costs
            Path(folder, f"seed-{index}").write_bytes(seed)
            one(seed)
    number, slowest = 0, 0.0
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    limits = [f"-timeout={SECONDS}", f"-rss_limit_mb={base + MEBIBYTES}", f"-max_len={LONGEST}"]
    atheris.Setup([sys.argv[0], str(folder), f"-artifact_prefix={folder}/", f"-runs={runs}", "-seed=1", *limits], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
