"""A changed model to the PATCH that writes it: pure, nothing is sent here.

The PATCH is that of the path the model was read from. It gets what changed, what its body requires and what
identifies; ``update_mask`` names what changed. What the document lets nobody write, and a secret that the server
does not show, is refused by name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..client import pagination as paginate
from ..documents import releases
from ..errors import ArgumentError
from ..schema.models import Model
from ..schema.origins import root_of, sent_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.origins import Origin
    from ..schema.schema import Schema

__all__ = ["Update", "plan", "same"]

_SECRET = "***"  # what servers show in the place of a secret  # noqa: S105
_ANY = "~"  # in a path: of any parent


class Update(NamedTuple):
    """The call that writes a model: the operation's id, and its arguments by keyword."""

    operation: str
    arguments: Mapping[str, object]


def plan(model: Model, spec: Spec) -> Update | None:
    """The call that writes what changed in a model; None when nothing did.

    Raises:
        ArgumentError: the model came from no server, its path has no PATCH, or a change cannot be written; by name.
    """
    if not isinstance(model, Model):
        raise ArgumentError("update takes a model that this client returned; nothing was sent")
    kind = type(model).__name__
    origin, steps = root_of(model)
    if origin is None or origin.operation not in spec.operations:
        raise ArgumentError(f"this {kind} came from no call of this server, so where to write it is not known")
    changes = model.changes()
    if not changes:
        return None
    original = sent_value(model)
    operation = _patch(kind, spec, spec.operations[origin.operation], steps, original, changes)
    path, identifying = _path(kind, operation, origin, original)
    body_schema = _body(operation)
    _refuse(kind, changes, original, operation, body_schema, spec)
    mask = operation.parameter("update_mask", "query")
    rules = releases.names()["updates"]
    if operation.path in rules["without mask"]:
        mask = None
    required = sorted(name for name in body_schema.required if not body_schema.fields[name].read_only)
    required += [name for name in rules["also"].get(operation.path, ()) if name in body_schema.fields]
    writable = [name for name, field in body_schema.fields.items() if not field.read_only]
    filled = {**{name: original[name] for name in required if name in original}, **identifying}
    filled = {name: value for name, value in filled.items() if name in writable}
    unread = [name for name in required if name not in filled and name not in changes]
    if mask is None:
        unread += [name for name, value in filled.items() if name not in changes and _holds_secret(value)]
    if unread:
        raise ArgumentError(
            f"{operation.name} requires {', '.join(unread)} too, which the server did not show; "
            "set what it is to be on the model. Nothing was sent"
        )
    arguments: dict[str, object] = {**path, "body": {**filled, **changes}}
    if mask is not None:
        whole = operation.path in rules["whole mask"]
        names = sorted({*filled, *changes}) if whole else list(changes)
        listed = mask.schema is None or mask.schema.plain.items is not None  # FAB of Airflow 3 takes a text
        arguments[mask.keyword] = names if listed else ",".join(names)
    return Update(operation.id, arguments)


def _patch(
    kind: str,
    spec: Spec,
    read: Operation,
    steps: tuple[str | int, ...],
    original: Mapping[str, object],
    changes: Mapping[str, object],
) -> Operation:
    """The PATCH of the path that a model was read from."""
    if not steps and paginate.paging(read) is not None:
        raise ArgumentError(f"a {kind} is a page; change and update its items one by one. Nothing was sent")
    patch = None
    shape = _shape(read.path.removesuffix("/list"))
    single = read.path.endswith("}") or read.method != "GET"
    if not steps or (len(steps) == 2 and single and read.method == "PATCH" and read.path.endswith("}")):
        patch = _patch_at(spec, shape) if read.method != "POST" else None
    if patch is None and not read.path.endswith("}") and len(steps) in {0, 2}:
        patch = _patch_at(spec, f"{shape}/{{}}")  # an item of a page, or what a POST to the collection made
    if patch is None:
        raise ArgumentError(
            f"a {kind} of {read.name} ({read.path}) has no PATCH of its own; "
            f"change and update what it is a part of, or call {_elsewhere(spec, changes)}. Nothing was sent"
        )
    mapped = original.get("map_index")
    if isinstance(mapped, int) and mapped >= 0:  # one of many instances, not all of them
        patch = _patch_at(spec, f"{_shape(patch.path)}/{{}}") or patch
    return patch


def _patch_at(spec: Spec, shape: str) -> Operation | None:
    for id_ in spec.operations:
        if _shape(spec.operations.path(id_)) == shape and spec.operations[id_].method == "PATCH":
            return spec.operations[id_]
    return None


def _path(
    kind: str, operation: Operation, origin: Origin, original: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """The path arguments of a PATCH, from the call that read the model or from what it said; what may identify it."""
    arguments: dict[str, object] = {}
    identifying = {"map_index": original["map_index"]} if "map_index" in original else {}
    names: tuple[str, ...] = ()
    for parameter in operation.parameters:
        if parameter.location != "path":
            continue
        before, _, after = parameter.name.rpartition("_")  # /pools/{pool_name} has a ``name``; its PATCH takes ``pool``
        names = (parameter.name, after, before)
        value = origin.arguments.get(parameter.keyword, _ANY)
        if value == _ANY:
            name = next((name for name in names[:2] if name in original), None)
            if name is None:
                raise ArgumentError(f"this {kind} does not say its {parameter.name}, which {operation.name} needs")
            value = original[name]
        arguments[parameter.keyword] = identifying[parameter.name] = value
    identifying |= dict.fromkeys(names, identifying.get(names[0] if names else ""))
    return arguments, identifying


def _shape(path: str) -> str:
    """A path without the names of its parameters; in a batch list a parent is ``~`` and not a parameter."""
    return re.sub(r"\{[^{}]*\}|(?<=/)~(?=/|$)", "{}", path)


def _body(operation: Operation) -> Schema:
    content = operation.request_body.content if operation.request_body is not None else {}
    schema = next((media.schema for media in content.values() if media.schema is not None), None)
    if schema is None:
        raise ArgumentError(f"{operation.name} takes no body, so there is nothing to write")
    return schema


def _refuse(
    kind: str,
    changes: Mapping[str, object],
    original: Mapping[str, object],
    operation: Operation,
    body: Schema,
    spec: Spec,
) -> None:
    """Refuse, by name and all at once, what cannot be written.

    Raises:
        ArgumentError: with every such name.
    """
    writable = [name for name, field in body.fields.items() if not field.read_only]
    lines = []
    for name, value in changes.items():
        if name not in writable:
            others = [other.name for other in _below(operation, spec) if _takes(other, name)]
            instead = f"; {' or '.join(others)} does it" if others else _new(operation, name)
            lines.append(f"{name}: {operation.name} does not write it (it writes {', '.join(writable)}){instead}")
        elif _holds_secret(value) and _holds_secret(original.get(name)):
            lines.append(f"{name}: it holds {_SECRET}, which stands for a secret that the server keeps; set all of it")
    if lines:
        raise ArgumentError(f"this {kind} cannot be written, nothing was sent\n  " + "\n  ".join(lines))


def _below(operation: Operation, spec: Spec) -> list[Operation]:
    """The PATCH operations one step below this one, such as ``…/setNote``."""
    ids = [id_ for id_ in spec.operations if spec.operations.path(id_).rpartition("/")[0] == operation.path]
    return [spec.operations[id_] for id_ in ids if spec.operations[id_].method == "PATCH"]


def _new(operation: Operation, name: str) -> str:
    """What to say of a field that its PATCH writes as ``new_…``: a task instance's state."""
    new = f"new_{name}"
    return f"; call {operation.name} with {new}=" if _takes(operation, new) else ""


def _elsewhere(spec: Spec, changes: Mapping[str, object]) -> str:
    """The operations that write a changed field as ``new_…`` for a thing that has no PATCH."""
    ids = [id_ for id_ in spec.operations if spec.operations[id_].method in {"POST", "PATCH"}]
    lines = [
        f"{id_} with new_{name}=" for name in changes for id_ in ids if _takes(spec.operations[id_], f"new_{name}")
    ]
    return " or ".join(lines[:3]) or "the operation that writes it"


def _takes(operation: Operation, name: str) -> bool:
    content = operation.request_body.content if operation.request_body is not None else {}
    return any(media.schema is not None and name in media.schema.fields for media in content.values())


def _holds_secret(value: object) -> bool:
    """Is a masked secret in it, however deep? JSON inside of a string is a string that has it."""
    if isinstance(value, str):
        return _SECRET in value
    if isinstance(value, dict):
        return any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))


def same(model: Model, answer: object) -> object:
    """The new model in the answer of a PATCH: the answer, or the one model of its kind in a list of it."""
    if type(answer) is type(model) or not isinstance(answer, dict):
        return answer
    models = [
        item for items in answer.values() if isinstance(items, list) for item in items if type(item) is type(model)
    ]
    return models[0] if len(models) == 1 else answer
