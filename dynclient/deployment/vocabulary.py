"""What the operations, arguments, fields and states of a run are called in a release: ``specs/names.json``, read.

Every name has a role of our own (``"run"``, ``"map index"``); the file lists what each role is called in which
releases. A document has one of the names, so that the first one it has is taken: documents without a release work too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..documents import releases
from ..errors import UnknownOperation

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Operations

__all__ = ["arguments", "field", "find_operation", "has_feature", "operation_id", "operation_ids", "states"]


@cache
def _names(kind: str, role: str) -> tuple[str, ...]:
    """All names of a role, in the order of the file."""
    return tuple(row["name"] for row in releases.names()[kind][role])


def find_operation(operations: Container[str], role: str) -> str | None:
    """The id of the operation with a role; None where the document has none."""
    return next((name for name in _names("operations", role) if name in operations), None)


def operation_ids(*roles: str) -> frozenset[str]:
    """What the operations with these roles are called in any release."""
    return frozenset(name for role in roles for name in _names("operations", role))


def operation_id(operations: Operations, role: str) -> str:
    """The id of the operation with a role.

    Raises:
        UnknownOperation: the document has none.
    """
    name = find_operation(operations, role)
    if name is None:
        names = " or ".join(_names("operations", role))
        raise UnknownOperation(f"this server's document has no operation to {role} ({names})", near=())
    return name


def arguments(operation: Operation, values: Mapping[str, object]) -> dict[str, object]:
    """Values by role as keywords of an operation; what it does not take is left out."""
    body = operation.request_body.content.values() if operation.request_body is not None else ()
    keywords = {parameter.keyword for parameter in operation.parameters}
    keywords.update(name for media in body if media.schema is not None for name in media.schema.fields)
    pairs = ((next((n for n in _names("parameters", role) if n in keywords), None), v) for role, v in values.items())
    return {name: value for name, value in pairs if name is not None}


def field(item: Mapping[str, object], role: str) -> Any:
    """The value of the field with a role; None where the item has none."""
    return next((item[name] for name in _names("fields", role) if name in item), None)


@cache
def states(of: str, *groups: str) -> frozenset[str]:
    """The states of a ``run`` or a ``task`` in these groups, of all releases."""
    table = releases.names()["states"][of]
    return frozenset(state for group in groups for state in table[group])


@cache
def has_feature(feature: str, release: str | None) -> bool:
    """Whether servers of a release do what the file lists under ``features``; False where no release is known."""
    ranges = releases.names()["features"][feature]
    plain = (release or "").partition("+")[0]
    try:
        return bool(plain) and any(releases.is_within(plain, span) for span in ranges)
    except ValueError:  # no version
        return False
