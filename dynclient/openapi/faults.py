"""Defects of a document's operations: what is wrong, where, and what becomes of it. Looked for when asked for.

Nothing here changes what can be called: what a fault says of a call (that a part is left out, that an operation is
refused) is what ``operation_parser`` and the encoder do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..documents import pointers
from ..errors import Fault, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .operation import Operation
    from .spec import Operations, Spec

__all__ = ["document_faults"]

_OF_PATH_ITEMS = frozenset({"summary", "description", "servers", "parameters", "$ref", "additionalOperations"})


def document_faults(spec: Spec, methods: frozenset[str]) -> Iterator[Fault]:
    """The faults of paths and operations, in the order of the document.

    Args:
        spec: the document.
        methods: the keys of a path item that are operations.
    """
    paths: dict[str, str] = {}
    for path, value in spec.document["paths"].items():
        base = pointers.join("#/paths", path)
        if isinstance(value, dict) and not path.startswith("x-"):
            yield from _path_faults(path, base, paths)
            yield from (
                Fault(pointers.join(base, key), f"{key!r} is no method of OpenAPI; it is left out")
                for key in value
                if key not in methods and key not in _OF_PATH_ITEMS and not str(key).startswith("x-")
            )
    if not len(spec.operations):
        hooks = "webhooks" in spec.document
        yield Fault(
            "#/paths", "nothing can be called: " + ("it has webhooks only" if hooks else "it has no operations")
        )
    for id_ in spec.operations:
        yield from _operation_faults(id_, spec.operations, spec.document)


def _path_faults(path: str, pointer: str, paths: dict[str, str]) -> Iterator[Fault]:
    if not path.startswith("/"):
        yield Fault(pointer, "a path begins with /; it is called as if it did")
    if "#" in path:
        yield Fault(pointer, "a fragment is never sent; it is left out of what is called")
    if "?" in path.partition("#")[0]:
        yield Fault(pointer, "a query in a path; it is sent before the arguments, better are parameters in: query")
    plain = re.sub(r"\{[^{}]*\}", "{}", path)
    if plain in paths:
        yield Fault(pointer, f"the same path as {paths[plain]} but for names; which one an answer is of cannot be told")
    paths.setdefault(plain, path)
    names = re.findall(r"\{([^{}]+)\}", path)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(pointer, f"{{{name}}} stands in it twice; both get the same value")
    if re.sub(r"\{[^{}]+\}", "", path).strip("{}") != re.sub(r"\{[^{}]+\}", "", path) or "{}" in path:
        yield Fault(pointer, "a brace without a name; it is sent as it is")


def _operation_faults(id_: str, operations: Operations, document: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        operation = operations[id_]
    except SpecError as error:
        yield Fault(error.pointer or "#/paths", f"{error}; {id_} cannot be called until that is mended")
        return
    value = pointers.resolve(document, operation.pointer)
    if "responses" not in value:
        yield Fault(operation.pointer, "no `responses`; any answer is taken")
    elif operation.responses and not any(status[0] in "123d" for status in operation.responses):
        yield Fault(f"{operation.pointer}/responses", "no success is documented; any 2xx is taken")
    if not isinstance(value.get("operationId", ""), str):
        yield Fault(f"{operation.pointer}/operationId", f"an operationId is a string; it is called {operation.name}")
    yield from _parameter_faults(operation, value)


def _parameter_faults(operation: Operation, value: Mapping[str, Any]) -> Iterator[Fault]:
    names = {p.name for p in operation.parameters if p.location == "path"}
    listed = value.get("parameters")
    for i, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict) and item.get("in") == "path" and item.get("name") not in names:
            pointer = pointers.join(operation.pointer, "parameters", i)
            yield Fault(pointer, f"the path has no {{{item.get('name')}}}; the parameter is left out")
    for parameter in operation.parameters:
        if parameter.pointer == operation.pointer:
            yield Fault(operation.pointer, f"{{{parameter.name}}} of the path is not declared; it takes text")
    if operation.request_body is not None and not operation.request_body.content:
        yield Fault(operation.request_body.pointer, "a request body without `content`; none can be sent")
