"""Files of recorded traffic: vcrpy cassettes (YAML or JSON) and HAR files, one by one or in folders.

What cannot be read becomes an ``Omission``, one line, and the rest is read all the same. Bodies lose their content
coding and base64. A file that is itself packed with gzip is unpacked.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Union

from ..documents import yaml
from ..errors import SpecError
from ..http.codings import BrokenCodingError
from . import recordings_har, recordings_vcr
from .content_coding import unpack
from .exchanges import Omission, Recording, read_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .exchanges import Reader

__all__ = ["Paths", "find", "read", "read_bytes"]

_LARGEST: Final = 256 * 2**20  # bytes of a file
Paths = Union[str, "os.PathLike[str]", "Iterable[str | os.PathLike[str]]"]  #: one path, or several
_SUFFIXES = (".yaml", ".yml", ".json", ".har")
_GZIP = b"\x1f\x8b"


def find(paths: Paths) -> list[str]:
    """The files behind one path or several: a file as it is; of a folder its recordings at any depth, by name."""
    files: dict[str, None] = {}
    for path in map(Path, [paths] if isinstance(paths, (str, os.PathLike)) else paths):
        if not path.is_dir():
            files[str(path)] = None
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                if name.removesuffix(".gz").endswith(_SUFFIXES):
                    files[str(Path(folder, name))] = None
    return list(files)


def read(path: str | os.PathLike[str]) -> Recording:
    """The exchanges of one file; nothing is raised."""
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        return _unread(name, f"cannot be read ({error.strerror or type(error).__name__})")
    if len(data) > _LARGEST:
        return _unread(name, f"larger than {_LARGEST >> 20} MiB; record less in one file")
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> Recording:
    """The exchanges in the bytes of a file of this name; nothing is raised."""
    notes: tuple[str, ...] = ()
    if data.startswith(_GZIP):
        try:
            data = unpack(data, "gzip")
        except BrokenCodingError:
            return _unread(name, "packed with gzip and cut off; give the file as it was recorded")
        except ValueError as error:
            return _unread(name, str(error))
        if data.startswith(_GZIP):
            return _unread(name, "packed with gzip twice; give the file as it was recorded")
        notes = (f"{name}: packed with gzip; what is in it was read",)
    try:
        entries = _entries(_parse(data, name))
    except (SpecError, ValueError) as error:
        return _unread(name, str(error).removeprefix(f"{name}: "))
    return read_entries(entries, name, notes)


def _unread(name: str, reason: str) -> Recording:
    return Recording((), (Omission(name, " ".join(reason.split())),))


def _parse(data: bytes, name: str) -> object:
    if not data.strip():
        raise ValueError("empty; nothing was recorded")
    if b"\0" in data[:4096]:
        raise ValueError("binary data; give a vcrpy cassette or a HAR file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text; give a vcrpy cassette or a HAR file") from None
    json_error = ""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("nested too deep to be read") from None
        except json.JSONDecodeError as error:
            json_error = f"line {error.lineno}, column {error.colno}"
    return yaml.parse(text.encode(), name, json_error, recordings_vcr.YAML_TAGS)


def _entries(value: object) -> Iterator[tuple[object, Reader]]:
    """Each entry, with the function that reads it."""
    for entries, reader in (
        (recordings_har.entries(value), recordings_har.exchange),
        (recordings_vcr.interactions(value), recordings_vcr.exchange),
    ):
        if entries is not None:
            return ((entry, reader) for entry in entries)
    raise ValueError("neither a vcrpy cassette (`interactions`) nor a HAR file (`log.entries`)")
