"""Request bodies that are read as they are sent."""

from __future__ import annotations

import asyncio
import http.server
import io
import threading
import tracemalloc

import pytest
from tiny_specs import json_body, tiny

import dynclient
from dynclient.errors import ArgumentError
from dynclient.http.uploads import Upload

MIB = 2**20
FILE = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}}}
OPERATIONS = {
    "POST /form": {"operationId": "form", "requestBody": json_body(FILE, media="multipart/form-data")},
    "PUT /octets": {"operationId": "octets", "requestBody": json_body({}, media="application/octet-stream")},
}


class Sink(http.server.BaseHTTPRequestHandler):
    """Counts what comes and keeps nothing of it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.fields = dict(self.headers.items())
        self.server.count = self.counted()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_PUT = do_POST  # noqa: N815 - http.server's name

    def counted(self) -> int:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.skipped(int(self.headers["Content-Length"]))
        count = 0
        while size := int(self.rfile.readline(), 16):
            count += self.skipped(size)
            self.rfile.readline()
        self.rfile.readline()
        return count

    def skipped(self, size: int) -> int:
        rest = size
        while rest:
            rest -= len(self.rfile.read(min(rest, 65536)))
        return size

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def sink():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("upload") / "large.bin"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
    return path


def call_blocking(url, name, arguments):
    with dynclient.Client(tiny(OPERATIONS), url) as client:
        client.call(name, **arguments)


def call_awaited(url, name, arguments):
    async def main():
        async with dynclient.aio.Client(tiny(OPERATIONS), url) as client:
            await client.call(name, **arguments)

    asyncio.run(main())


@pytest.mark.parametrize("call", [call_blocking, call_awaited], ids=["blocking", "awaited"])
@pytest.mark.parametrize("name", ["form", "octets"])
def test_a_large_file_needs_no_memory_of_its_size(sink, large, call, name):
    """64 MiB of a file go out in chunks, with their length said before, blocking and awaited."""
    call(f"http://127.0.0.1:{sink.server_port}", "octets", {"body": b"x"})  # what is imported is no memory of the file
    with large.open("rb") as file:
        tracemalloc.start()
        try:
            call(f"http://127.0.0.1:{sink.server_port}", name, {"file": file} if name == "form" else {"body": file})
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert sink.count >= 64 * MIB
    assert int(sink.fields["Content-Length"]) == sink.count
    assert peak < 8 * MIB


class Stream:
    """What only reads, such as a pipe."""

    def __init__(self, size):
        self.rest = size

    def read(self, size):
        size = min(size, self.rest)
        self.rest -= size
        return b"x" * size


def test_a_stream_without_length_goes_out_in_chunks(sink):
    """What does not tell its size is sent with the chunked coding."""
    call_blocking(f"http://127.0.0.1:{sink.server_port}", "octets", {"body": Stream(3 * MIB)})
    assert sink.count == 3 * MIB


def test_an_upload_begins_anew_each_time():
    """Files are read from where they stood; what cannot go back is not sent twice."""
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    upload = Upload([b"<", file, b">"])
    assert (upload.length, b"".join(upload), b"".join(upload)) == (8, b"<456789>", b"<456789>")
    once = Upload([Stream(2)])
    assert (once.length, b"".join(once)) == (None, b"xx")
    with pytest.raises(ArgumentError, match="cannot be sent a second time"):
        b"".join(once)


def test_text_files_are_sent_as_utf8():
    """A file opened as text brings text, which is encoded."""
    upload = Upload([io.TextIOWrapper(io.BytesIO("ü".encode()), encoding="utf-8")])
    assert (upload.length, b"".join(upload)) == (None, "ü".encode())
