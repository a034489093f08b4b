"""Uses of an API in source code, as data, and which operation a URL written there belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["HOLE", "UNKNOWN", "Paths", "Unclear", "Use", "body_model"]

#: stands in a text for what is only known when the program runs
HOLE = "\x00"
#: stands for an argument's value that is only known when the program runs
UNKNOWN: object = type("_Unknown", (), {"__repr__": lambda _: "…"})()
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


class Use(NamedTuple):
    """One use of an operation.

    Attributes:
        file: the file's name.
        line: counted from 1.
        operation: the operation's id.
        form: ``call`` (by this library), ``generated`` (by a client generated from the document), ``url``.
        arguments: parameter or body field -> the literal, or ``UNKNOWN``.
        complete: whether ``arguments`` are all that is given.
        fields: names of fields that are read from the response, as far as it shows.
        receiver: what the operation is called on, ``af``; ``""`` for a URL.
        suffix: what is called of it, ``.iter``; ``""`` for the operation itself.
        model: the class of the body in a generated client, ``DAGRun``; ``""`` where none is named.
    """

    file: str
    line: int
    operation: str
    form: Literal["call", "generated", "url"]
    arguments: Mapping[str, object] = {}
    complete: bool = True
    fields: tuple[str, ...] = ()
    receiver: str = ""
    suffix: str = ""
    model: str = ""

    @property
    def place(self) -> str:
        """``scripts/trigger.py:12``."""
        return f"{self.file}:{self.line}"


class Unclear(NamedTuple):
    """A use that cannot be told from the source alone: where, and why in one line."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Paths:
    """The paths of a document, to be found in texts."""

    def __init__(self, spec: Spec) -> None:
        self.base = urlsplit(spec.servers[0].expand()).path.rstrip("/")
        self._operations = list(spec.operations.values())
        shared = {operation.path.split("/")[1] for operation in self._operations}
        if not self.base and len(shared) <= 2:  # every path begins with /api/v2
            prefixes = ["/".join(operation.path.split("/")[:3]) for operation in self._operations]
            self.prefix = max(set(prefixes), key=prefixes.count)
        else:
            self.prefix = self.base

    def below(self, text: str) -> tuple[str, dict[str, object]] | None:
        """The path as in the document and the query's arguments, of a text that holds a URL of it; None otherwise."""
        marker = self.prefix.lstrip("/")
        match = re.search(rf"(?:^|[/{HOLE}]){re.escape(marker)}(?=[/{HOLE}])", text) if marker else None
        if match is None:
            return None
        rest = text[match.end() :]
        path, _, query = rest.partition("?")
        path = path.partition("#")[0].rstrip("/")
        if self.prefix != self.base:
            path = self.prefix + path
        arguments = {
            name: UNKNOWN if HOLE in value else value
            for name, value in parse_qsl(query, keep_blank_values=True)
            if HOLE not in name
        }
        return path, arguments

    def operations(self, path: str, method: str | None = None) -> list[Operation]:
        """The operations at a path, whose holes stand for path arguments; those of one method where it is known."""
        matches = [
            (_rank(operation.path), operation)
            for operation in self._operations
            if method in {None, operation.method} and _fits(path, operation.path)
        ]
        best = min((rank for rank, _ in matches), default=0)
        return [operation for rank, operation in matches if rank == best]

    def path_arguments(self, path: str, operation: Operation) -> dict[str, object]:
        """The path arguments of a path that belongs to an operation."""
        pairs = zip(path.split("/"), operation.path.split("/"), strict=True)
        return {name[1:-1]: UNKNOWN if HOLE in part else part for part, name in pairs if name[:1] == "{"}


def _rank(path: str) -> int:
    return path.count("{")


def _fits(path: str, template: str) -> bool:
    parts, names = path.split("/"), template.split("/")
    return len(parts) == len(names) and all(
        (name[:1] == "{" and part != "") or part == name for part, name in zip(parts, names, strict=True)
    )


def body_model(operation: Operation) -> str:
    """The name of the schema of an operation's body; ``""`` where it has none."""
    content = operation.request_body.content if operation.request_body is not None else {}
    schema = next((media.schema for media in content.values()), None)
    parts = (schema.plain, *schema.plain.conjuncts) if schema is not None else ()
    return next((part.plain.name for part in parts if part.plain.name is not None), "")
