"""``multipart/form-data`` and its relatives (RFC 7578, RFC 2046 §5.1), written and read.

How a field becomes parts (OpenAPI 3.1 §4.8.14.3 and §4.8.15): a primitive is text, an object is JSON, a list is one
part an item, a file has a file name. ``encoding`` gives another content type, header fields, or a style. File objects
are not read here: the body is an ``Upload`` then, which reads them as it is sent.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..http.json import dumps
from ..http.uploads import Upload, content_of
from .forms import written_field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .operation import MediaType

__all__ = ["File", "Part", "is_file", "read_multipart", "without_files", "write_multipart"]

_OCTETS = "application/octet-stream"
_UNFIT = re.compile(r"[\r\n\x00]")


class File(NamedTuple):
    """A file to send: its name, content, type and header fields."""

    name: str
    content: Any  # bytes, str, or an object with read()
    content_type: str | None = None
    headers: Mapping[str, str] = {}

    @classmethod
    def of(cls, value: object, field: str) -> File:
        """Bytes, an object with ``read``, or ``(name, content[, type[, header fields]])``."""
        if isinstance(value, tuple):
            name, content, *rest = value
            return cls(name or field, content, *rest)
        name = getattr(value, "name", field)
        return cls(str(name).replace("\\", "/").rpartition("/")[2] if isinstance(name, str) else field, value)


class Part(NamedTuple):
    """One part that was read: the field's name, its file name if it has one, its type, and the bytes."""

    name: str
    filename: str | None
    content_type: str
    content: bytes


def is_file(value: object) -> bool:
    """Is it sent as a file: bytes, an object with ``read``, or a tuple as ``File.of`` takes it?

    A tuple of strings alone is a list of values; with a media type as its third it is a file.
    """
    if isinstance(value, tuple):
        if not 2 <= len(value) <= 4 or not isinstance(value[0], (str, type(None))):
            return False
        return _is_octets(value[1]) or (isinstance(value[1], str) and len(value) > 2 and "/" in str(value[2]))
    return _is_octets(value)


def _is_octets(value: object) -> bool:
    return isinstance(value, (bytes, bytearray, memoryview)) or hasattr(value, "read")


# --- writing -----------------------------------------------------------------------------------------------------


def write_multipart(
    body: Mapping[str, object], media: MediaType, content_type: str = "multipart/form-data"
) -> tuple[bytes | Upload, str]:
    """The body, bytes or an ``Upload`` where it has file objects, and its content type with the boundary.

    Raises:
        ValueError: a name or header field that cannot be written; a sentence.
    """
    boundary = os.urandom(16).hex()
    pieces: list[Any] = []
    for header, content in _parts(body, media):
        pieces += [f"--{boundary}\r\n{header}\r\n\r\n".encode(), content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    content_type = f"{content_type}; boundary={boundary}"
    if all(isinstance(piece, bytes) for piece in pieces):
        return b"".join(pieces), content_type
    return Upload(pieces), content_type


def _parts(body: Mapping[str, object], media: MediaType) -> Iterator[tuple[str, Any]]:
    """(header, content) of each part."""
    binary = _binary_fields(media)
    for name, value in body.items():
        rule = media.encoding.get(name, {})
        if "style" in rule and not isinstance(value, File):
            for key, text in written_field(name, value, rule, encoded=False):
                yield _header(key), text.encode()
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and name in binary:
                yield _write_part(name, File(name, item), rule)
            elif item is not None:
                yield _write_part(name, item, rule)


def _binary_fields(media: MediaType) -> frozenset[str]:
    """The fields that hold files, or lists of them."""
    fields = media.schema.fields if media.schema is not None else {}
    return frozenset(
        name
        for name, field in fields.items()
        for schema in (field, field.items)
        if schema is not None and schema.format == "binary"
    )


def _write_part(name: str, item: object, rule: Mapping[str, Any]) -> tuple[str, Any]:
    types = str(rule.get("contentType") or "")
    content_type = next((kind.strip() for kind in types.split(",") if kind.strip() and "*" not in kind), None)
    extra = _documented_headers(rule)
    if isinstance(item, File):
        content = item.content
        content = content.encode() if isinstance(content, str) else content
        content = content_of(content) if hasattr(content, "read") else bytes(content)
        return _header(
            name, item.name, item.content_type or content_type or _OCTETS, {**extra, **item.headers}
        ), content
    if isinstance(item, str):
        return _header(name, None, content_type, extra), item.encode()
    compound = isinstance(item, (dict, list))
    return _header(name, None, content_type or ("application/json" if compound else None), extra), dumps(item).encode()


def _documented_headers(rule: Mapping[str, Any]) -> dict[str, str]:
    """The header fields of ``encoding`` whose value the document fixes (OpenAPI 3.1 §4.8.15.1)."""
    headers = rule.get("headers")
    fixed = {}
    for name, header in headers.items() if isinstance(headers, dict) else ():
        schema = header.get("schema") if isinstance(header, dict) else None
        schema = schema if isinstance(schema, dict) else {}
        enum = schema.get("enum")
        value = schema.get("const", schema.get("default", enum[0] if isinstance(enum, list) and enum else None))
        if isinstance(value, (str, int, float)) and name.lower() != "content-type":
            fixed[name] = str(value)
    return fixed


def _header(
    name: str, filename: str | None = None, content_type: str | None = None, extra: Mapping[str, str] | None = None
) -> str:
    lines = [f'Content-Disposition: form-data; name="{_quoted(name)}"']
    if filename is not None:
        lines[0] += f'; filename="{_quoted(filename)}"'
    fields = {**({"Content-Type": content_type} if content_type else {}), **(extra or {})}
    for key, value in fields.items():
        if _UNFIT.search(key + value):
            raise ValueError("has a header field with a line break, which cannot be written")
        lines.append(f"{key}: {value}")
    return "\r\n".join(lines)


def _quoted(text: str) -> str:
    """A name as browsers write it (WHATWG, multipart/form-data)."""
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


# --- reading -----------------------------------------------------------------------------------------------------


def read_multipart(body: bytes, content_type: str) -> list[Part]:
    """The parts of a multipart body.

    Raises:
        ValueError: it is none; a sentence.
    """
    boundary = re.search(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))', content_type, re.IGNORECASE)
    if boundary is None:
        raise ValueError("has no boundary in its content type")
    mark = b"--" + (boundary[1] or boundary[2]).encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("does not end with its boundary")
    return [_read_part(piece.partition(b"\r\n")[2]) for piece in pieces[1:-1]]


def _read_part(piece: bytes) -> Part:
    header, mark, content = piece.partition(b"\r\n\r\n")
    if not mark:
        header, content = b"", piece.removeprefix(b"\r\n")
    fields = {}
    for line in header.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        fields[key.strip().lower()] = value.strip()
    disposition = fields.get("content-disposition", "")
    name, filename = (_unquoted(re.search(rf'[;\s]{key}="([^"]*)"', disposition)) for key in ("name", "filename"))
    return Part(name or "", filename, fields.get("content-type", ""), content)


def _unquoted(match: re.Match[str] | None) -> str | None:
    return None if match is None else match[1].replace("%0D", "\r").replace("%0A", "\n").replace("%22", '"')


def without_files(body: Mapping[str, object], files: dict[tuple[str | int, ...], File]) -> dict[str, object]:
    """The fields with ``""`` in the place of each file, which is put into ``files`` by its path."""
    plain: dict[str, object] = {}
    for name, value in body.items():
        if is_file(value):
            files[name,] = File.of(value, name)
            plain[name] = ""
        elif isinstance(value, (list, tuple)) and any(map(is_file, value)):
            files.update({(name, i): File.of(item, name) for i, item in enumerate(value) if is_file(item)})
            plain[name] = ["" if is_file(item) else item for item in value]
        else:
            plain[name] = value
    return plain
