"""A document of several files as one: what its references name inside a folder is put below ``x-files``.

``$ref: schemas/pet.yaml#/Pet`` becomes ``#/x-files/schemas~1pet.yaml/Pet``. Where OpenAPI has no reference (an
operation, ``paths``, ``schemas`` …) but documents of several files do, what is referred to takes the reference's place.
Nothing outside the folder and nothing remote is read; a file is read once, however files refer to each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..errors import SpecError
from . import parse, pointers
from .positions import METHODS

__all__ = ["FILES", "with_files"]

#: the member of the document that holds the other files by their paths in the folder
FILES = "x-files"
_MOST_FILES = 5_000
_MOST_BYTES = 2**27
#: members whose value may be a reference to a file though OpenAPI has none there
_INCLUSIONS = frozenset(METHODS) | {"paths", "components", "schemas", "responses", "parameters", "requestBodies"}
_INCLUSIONS |= {"headers", "securitySchemes", "pathItems", "properties", "examples", "links", "callbacks"}
_NAMES = frozenset({"properties", "patternProperties", "$defs", "definitions", "schemas", "dependentSchemas"})
_DATA = frozenset({"example", "examples", "default", "enum", "const"})
_Reader = Callable[[str], bytes]


def with_files(document: dict[str, Any], path: str | None, folder: str, reader: _Reader) -> dict[str, Any]:
    """The document with the files that it refers to.

    Args:
        document: freshly read; it is changed.
        path: of its own file; None where it has none, and its references start from the folder.
        folder: files are read inside it only, links followed.
        reader: gives the bytes of a file.

    Raises:
        SpecError: the folder is none, or there are more than 5,000 files or 128 MiB in them.
    """
    if not Path(folder).is_dir():
        raise SpecError(f"{folder}: no folder; give the one that holds the document's files")
    files = _Files(Path(folder).resolve(), reader)
    files.add(document, Path(path).resolve() if path is not None else files.folder / "", "#")
    while files.queue:
        files.rewrite(*files.queue.pop())
    if files.values:
        document[FILES] = files.values
    for holder, key, pointer in files.inclusions:
        if pointers.is_there(document, pointer):  # else it stays a reference that leads nowhere, and is said to be one
            holder[key] = pointers.resolve(document, pointer)
    return document


class _Files:
    """The files read so far: where each stands in the document, and what of them is still to be rewritten."""

    def __init__(self, folder: Path, reader: _Reader) -> None:
        self.folder = folder
        self.reader = reader
        self.bytes = 0
        self.places: dict[Path, str] = {}
        self.values: dict[str, object] = {}
        self.queue: list[tuple[object, Path, str]] = []
        self.inclusions: list[tuple[dict[str, Any], str, str]] = []

    def add(self, value: object, path: Path, pointer: str) -> None:
        self.places[path] = pointer
        self.queue.append((value, path, pointer))

    def rewrite(self, root: object, path: Path, pointer: str) -> None:
        """Rewrite the references of one file, by position: what is data stays."""
        stack, visits = [(root, False)], set[int]()
        while stack:
            value, is_names = stack.pop()
            if not isinstance(value, (dict, list)) or id(value) in visits:
                continue
            visits.add(id(value))
            if isinstance(value, list):
                stack += ((child, False) for child in value)
                continue
            if not is_names and isinstance(value.get("$ref"), str):
                value["$ref"] = self.reference(value["$ref"], path, pointer)
            mapping = value.get("mapping")
            if "propertyName" in value and isinstance(mapping, dict):
                mapping.update((k, self.reference(v, path, pointer)) for k, v in mapping.items() if _is_file(v))
            for key, child in value.items():
                if is_names or key not in _DATA:
                    stack.append((child, not is_names and key in _NAMES))
                if not is_names and key in _INCLUSIONS and isinstance(child, dict) and _is_file(child.get("$ref")):
                    child["$ref"] = self.reference(child["$ref"], path, pointer)
                    self.inclusions.append((value, key, child["$ref"]))

    def reference(self, reference: str, path: Path, pointer: str) -> str:
        """A reference of one file as a pointer into the whole document; itself where it leads out of the folder."""
        name, _, fragment = reference.partition("#")
        if reference.startswith((f"#/{FILES}/", "//")) or "://" in name:
            return reference
        target = pointer
        if name:
            file_pointer = self.place_of((path.parent if path.suffix else path) / unquote(name))
            if file_pointer is None:
                return reference
            target = file_pointer
        if fragment and not fragment.startswith("/"):
            return f"#{fragment}"  # an anchor: found wherever it stands
        return target + fragment

    def place_of(self, path: Path) -> str | None:
        """The pointer of a file's content, which is read when it is new; None where it may not be or cannot be read."""
        path = Path(os.path.realpath(path))
        if path in self.places:
            return self.places[path]
        if not path.is_relative_to(self.folder) or not path.is_file():
            return None
        name = path.relative_to(self.folder).as_posix()
        try:
            data = self.reader(str(path))
            value = parse.parse_value(data, name=name)
        except SpecError:  # no JSON and no YAML: a text that is referred to
            return None
        self.bytes += len(data)
        if len(self.places) >= _MOST_FILES or self.bytes > _MOST_BYTES:
            raise SpecError(
                f"{self.folder}: more than {_MOST_FILES:,} files or {_MOST_BYTES >> 20} MiB are referred to; "
                "give the document's own folder"
            )
        self.values[name] = value
        self.add(value, path, pointers.join(f"#/{FILES}", name))
        return self.places[path]


def _is_file(reference: object) -> bool:
    """Whether a text refers to another file."""
    return isinstance(reference, str) and not reference.startswith("#") and ("/" in reference or "." in reference)
