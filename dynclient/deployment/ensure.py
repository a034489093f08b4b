"""Make one item of a collection be as wanted: pools, variables, connections and whatever has paths of that shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError, NotFound, near_names
from ..http.masking import MASK
from . import update
from .effects import Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..client.base import BaseClient
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.models import Model
    from .effects import Steps

__all__ = ["Ensured", "ensure"]


class _Item(NamedTuple):
    """The operations of one item of a collection, and the field that its path is made of."""

    create: Operation
    read: Operation
    change: Operation
    parameter: str
    field: str


class Ensured(NamedTuple):
    """What was done, or would be.

    Attributes:
        collection: ``pools``.
        name: which item.
        action: ``created``, ``changed`` or ``unchanged``.
        changes: the names of the fields that differ, in order.
        unknown: fields that the server does not show, as secrets: never compared, written along with a change.
        item: as it is now; None for what a dry run would create.
        dry_run: whether nothing was sent that changes anything.
    """

    collection: str
    name: str
    action: str
    changes: tuple[str, ...]
    unknown: tuple[str, ...]
    item: Any
    dry_run: bool

    def __str__(self) -> str:
        """``pools etl: changed slots``; never a value, which may be a secret."""
        would = "would be " if self.dry_run and self.action != "unchanged" else ""
        changed = f" {', '.join(self.changes)}" if self.action == "changed" else ""
        limits = f"; cannot be compared: {', '.join(self.unknown)}" if self.unknown else ""
        return f"{self.collection} {self.name}: {would}{self.action}{changed}{limits}"


def ensure(client: BaseClient[Any], collection: str, values: Mapping[str, object], *, dry_run: bool) -> Steps[Ensured]:
    """Steps that create what is absent, change what differs, leave what is equal.

    Args:
        client: whose operations build the requests.
        collection: the last segment of its path, ``pools``.
        values: fields of the item; those that are not named stay as they are.
        dry_run: only look.

    Raises:
        ArgumentError: there is no such collection, or the field that identifies an item is missing.
    """
    paths = _item(client.spec, collection)
    if paths.field not in values:
        raise ArgumentError(f"ensure: {collection} are told apart by {paths.field}; give it")
    name = str(values[paths.field])
    where = {paths.parameter: name}
    try:
        item = yield Call(paths.read.id, where)
    except NotFound:
        client.operation(paths.create.id).build((), values)  # what is refused is refused in a dry run too
        item = None if dry_run else (yield Call(paths.create.id, values))
        return Ensured(collection, name, "created", tuple(values), (), item, dry_run)
    unknown = tuple(field for field in values if _is_masked(item, field, values[field]))
    changes = tuple(f for f in values if f not in unknown and f != paths.field and not _same(item.get(f), values[f]))
    if changes and not dry_run:
        item = yield from _change(client, paths, values, item, [*changes, *unknown])
    return Ensured(collection, name, "changed" if changes else "unchanged", changes, unknown, item, dry_run)


def _change(
    client: BaseClient[Any], paths: _Item, values: Mapping[str, object], item: Model, names: list[str]
) -> Steps[object]:
    """Write the fields as ``update`` does, which knows what a PATCH demands, where an answer has them all."""
    if {*names} <= item._schema_.fields.keys():
        new = item | {name: values[name] for name in names}
        planned = update.plan(new, client.spec)
        return update.same(new, (yield Call(planned.operation, planned.arguments))) if planned is not None else item
    return (yield Call(paths.change.id, _arguments(client, paths, values, item, names)))


def _arguments(
    client: BaseClient[Any], paths: _Item, values: Mapping[str, object], item: Mapping[str, object], names: list[str]
) -> dict[str, object]:
    """What the PATCH takes: the fields that change, those it demands, and a mask where it has one."""
    call = client.operation(paths.change.id)
    fields = {field.keyword: field for field in call.encoder.fields}
    body = {name: values[name] for name in names}
    for name, field in fields.items():
        if field.required and name not in body and name in item:
            body[name] = values.get(name, item[name])
    arguments = {paths.parameter: str(values[paths.field]), **body}
    if "update_mask" in call.types:
        arguments["update_mask"] = list(names)
    if paths.field in fields and paths.field != paths.parameter and "update_mask" not in call.types:
        arguments.setdefault(paths.field, values[paths.field])
    return arguments


def _item(spec: Spec, collection: str) -> _Item:
    """The operations by the shape of their paths: POST …/pools, GET and PATCH …/pools/{x}."""
    shapes = dict(_collections(spec))
    if collection not in shapes:
        near = near_names(collection, list(shapes))
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(shapes))}"
        raise ArgumentError(f"ensure: there is no collection {collection!r} of things to create and change; {hint}")
    return shapes[collection]


def _collections(spec: Spec) -> Iterator[tuple[str, _Item]]:
    by_path = {(one.method, one.path): one for one in spec.operations.values()}
    for (method, path), create in by_path.items():
        name = path.rsplit("/", 1)[-1]
        if method != "POST" or "{" in path or create.request_body is None:
            continue
        for (other, below), read in by_path.items():
            rest = below.removeprefix(f"{path}/")
            change = by_path.get(("PATCH", below))
            if other == "GET" and below != rest and rest[:1] == "{" and "/" not in rest and change is not None:
                field = _identity(create, rest.strip("{}"))
                keyword = next((p.keyword for p in read.parameters if p.name == rest.strip("{}")), "")
                if field and keyword:
                    yield name, _Item(create, read, change, keyword, field)


def _identity(create: Operation, parameter: str) -> str:
    """The body's field that a path parameter is: of the same name, or of its end (``pool_name`` is ``name``)."""
    media = next(iter(create.request_body.content.values())) if create.request_body is not None else None
    fields = list(media.schema.fields) if media is not None and media.schema is not None else []
    same = [field for field in fields if field == parameter]
    ends = [field for field in fields if parameter.endswith(f"_{field}")]
    return next(iter([*same, *ends]), "")


def _is_masked(item: Mapping[str, object], field: str, value: object) -> bool:
    """Does the server hide this field, or not show it at all?"""
    current = item.get(field)
    return value != current and (current == MASK or (field not in item and value is not None))


def _same(current: object, value: object) -> bool:
    """Equal as JSON, where 1 and True differ and an absent one is null."""
    return bool(current == value) and isinstance(current, bool) == isinstance(value, bool)
