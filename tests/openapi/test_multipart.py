"""multipart/form-data: files, part types, header fields."""

from __future__ import annotations

import io

import pytest
from body_encoding import BINARY, TEXT, encode

from dynclient.errors import InvalidRequest
from dynclient.openapi.multipart import read_multipart

FILES = {"type": "object", "properties": {"file": BINARY, "files": {"type": "array", "items": BINARY}, "note": TEXT}}


def parts(request):
    return [tuple(part) for part in read_multipart(request.content, request.headers["content-type"])]


def test_files_of_every_form():
    """A file is bytes, an object that reads, or (name, content, type, header fields); lists are one part an item."""
    file = io.BytesIO(b"c")
    file.name = "/tmp/c.txt"
    request = encode(
        "multipart/form-data",
        FILES,
        file=('a"b.png', b"\x00", "image/png", {"X-A": "1"}),
        files=[b"b", file, ("d", "t", "text/plain")],
        note="n",
    )
    assert parts(request) == [
        ("file", 'a"b.png', "image/png", b"\x00"),
        ("files", "files", "application/octet-stream", b"b"),
        ("files", "c.txt", "application/octet-stream", b"c"),
        ("files", "d", "text/plain", b"t"),
        ("note", None, "", b"n"),
    ]
    assert b"X-A: 1\r\n" in request.body


def test_encoding_gives_types_headers_and_styles():
    """``encoding`` of a field names its content type, header fields of one value, and a style."""
    schema = {"type": "object", "properties": {"o": {"type": "object"}, "l": {"type": "array", "items": TEXT}}}
    encoding = {
        "o": {"contentType": "application/vnd.o+json", "headers": {"X-V": {"schema": {"const": "2"}}}},
        "l": {"style": "form", "explode": False},
    }
    request = encode("multipart/form-data", schema, encoding=encoding, o={"a": 1}, l=["x", "y"])
    assert parts(request) == [("o", None, "application/vnd.o+json", b'{"a":1}'), ("l", None, "", b"x,y")]
    assert b"X-V: 2\r\n" in request.body


def test_a_line_break_makes_no_header():
    """Names and header fields of a part cannot end its header."""
    request = encode("multipart/form-data", FILES, file=("a\r\nX: y", b""))
    assert b"\r\nX: y" not in request.body
    with pytest.raises(InvalidRequest, match="a line break"):
        encode("multipart/form-data", FILES, file=("a", b"", "text/plain\r\nX: y"))


def test_a_body_of_all_kinds():
    """Text, JSON for objects, files from bytes and file-likes; the boundary is in the header."""
    schema = {"type": "object", "properties": {"a": TEXT, "o": {"type": "object"}, "f": BINARY}}
    request = encode("multipart/form-data", schema, a="x", o={"k": 1}, f=io.BytesIO(b"\x00\xff"))
    boundary = request.headers["content-type"].partition("boundary=")[2]
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert request.body.count(f"--{boundary}".encode()) == 4
    assert b"\x00\xff" in request.body
    assert b'{"k":1}' in request.body
