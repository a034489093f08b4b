"""A lock of a contract: what a project uses of an API, in one reviewable file, and whether a document still holds it.

The file is JSON, sorted, one line for each name, so that a review shows what a project began to use::

    {"document": "2.10.5",
     "operations": {"get_dags": {"call": "GET /dags", "arguments": ["limit"], "fields": ["dag_id"]}}}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..documents import releases
from ..errors import ArgumentError, near_names
from ..openapi import request_decoder
from .code_files import RecordedFile, scan
from .code_use import Use
from .exchanges import Omission

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.schema import Schema

__all__ = ["check_lock", "make_lock", "read_lock", "write_lock"]


def make_lock(spec: Spec, paths: Iterable[str | os.PathLike[str]]) -> tuple[dict[str, Any], tuple[Omission, ...]]:
    """What source code and recordings use of a document, and what of them could not be read.

    Args:
        spec: the document that they are written for.
        paths: as for ``upgrade``.
    """
    operations: dict[str, tuple[set[str], set[str]]] = {}
    unread: list[Omission] = []
    for part in scan(paths, spec):
        if isinstance(part, Omission):
            unread.append(part)
        elif isinstance(part, RecordedFile):
            unread += part.recording.unread
            for name, arguments in _recorded(spec, part):
                operations.setdefault(name, (set(), set()))[0].update(arguments)
        elif isinstance(part, Use):
            entry = operations.setdefault(part.operation, (set(), set()))
            entry[0].update(part.arguments)
            entry[1].update(part.fields)
    listed = {
        name: {
            "call": f"{spec.operations[name].method} {spec.operations[name].path}",
            "arguments": sorted(arguments),
            "fields": sorted(fields & _field_names(spec.operations[name])),
        }
        for name, (arguments, fields) in sorted(operations.items())
    }
    document = spec.release or str(spec.document["info"].get("title", ""))
    return {"document": document, "operations": listed}, tuple(unread)


def _recorded(spec: Spec, file: RecordedFile) -> Iterator[tuple[str, set[str]]]:
    """Operation and the arguments of each exchange."""
    for exchange in file.recording.exchanges:
        match = spec.match(exchange.request.method, exchange.request.url)
        if match is None:
            continue
        decoded = request_decoder.decode(exchange.request, match.operation, match.arguments)
        names = {p.name for p in match.operation.parameters if p.keyword in decoded.arguments}
        yield match.operation.id, names | (set(decoded.body) if isinstance(decoded.body, dict) else set())


def write_lock(lock: Mapping[str, object]) -> str:
    """The text of the file."""
    return json.dumps(lock, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_lock(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a file that ``write_lock`` wrote.

    Raises:
        ArgumentError: it cannot be read, or is no lock.
    """
    try:
        lock = json.loads(Path(path).read_text("utf-8"))
        entries = lock["operations"].values()
        if all({"call", "arguments", "fields"} <= entry.keys() for entry in entries):
            return lock  # type: ignore[no-any-return] # as just checked
    except OSError as error:
        raise ArgumentError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise ArgumentError(f"{path}: no lock; write one with `dynclient lock`") from None


def check_lock(lock: Mapping[str, Any], spec: Spec) -> tuple[str, ...]:
    """What of a lock a document does not hold any more, a line each; ``()`` where it holds."""
    return tuple(line for name, entry in lock["operations"].items() for line in _broken(name, entry, spec))


def _broken(name: str, entry: Mapping[str, Any], spec: Spec) -> Iterator[str]:
    if name not in spec.operations:
        table = releases.renames()
        pairs = table.get("operations", {}).items()
        others = [b if a == name else a for a, b in pairs if name in {a, b}]
        now = next((other for other in others if other in spec.operations), None)
        if now is not None:
            yield f"{name}: called {now} now"
            return
        advice = table.get("replaced", {}).get("operations", {}).get(name)
        near = near_names(name, list(spec.operations))
        words = advice or (f"did you mean {' or '.join(near)}?" if near else "there is none like it")
        yield f"{name}: no operation of this document; {words}"
        return
    operation = spec.operations[name]
    call = f"{operation.method} {operation.path}"
    if entry["call"].split(" ")[0] != operation.method:
        yield f"{name}: {call} now, was {entry['call']}"
    body = _body(operation)
    parameters = {p.name for p in operation.parameters}
    fields = set(body.fields) if body is not None else set()
    is_closed = body is None or body.additional is None
    for argument in entry["arguments"]:
        if argument not in parameters | fields and (is_closed or not fields):
            yield f"{name}: takes no {argument} any more"
    required = {p.name for p in operation.parameters if p.required and not p.constant}
    for argument in sorted((required | _required(body)) - set(entry["arguments"])):
        yield f"{name}: {argument} must be given"
    answer_fields = _field_names(operation)
    for field in entry["fields"]:
        if field not in answer_fields:
            yield f"{name}: the answer has no {field} any more"


def _body(operation: Operation) -> Schema | None:
    body = operation.request_body
    return next((media.schema for media in body.content.values()), None) if body is not None else None


def _required(body: Schema | None) -> set[str]:
    return {name for name in body.required if name in body.fields} if body is not None else set()


def _field_names(operation: Operation) -> set[str]:
    """The names of all fields of a successful answer, at any depth."""
    content = operation.success.content if operation.success is not None else {}
    waiting = [media.schema for media in content.values() if media.schema is not None]
    names: set[str] = set()
    pointers: set[str] = set()
    while waiting:
        schema = waiting.pop().plain
        if schema.pointer in pointers:
            continue
        pointers.add(schema.pointer)
        names.update(schema.fields)
        waiting += schema.fields.values()
        waiting += [one for one in (schema.items, schema.additional) if one is not None]
        for keyword in ("anyOf", "oneOf"):
            waiting += schema.branches(keyword)
    return names
