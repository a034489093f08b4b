"""Answers of bulk operations: a 200 that holds what failed inside, action by action.

The document says ``{create: {success: [str], errors: [object]} | null, update: …, delete: …}``; servers from 3.0 on
answer 200 however many of the entities were refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..schema.models import Model
from .vocabulary import field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..schema.schema import Schema

__all__ = ["BulkAnswer", "with_errors"]


class BulkAnswer(Model):
    """The answer of a bulk operation, with what was refused in one list."""

    __slots__ = ()

    @property
    def errors(self) -> list[Any]:
        """What was refused, of all actions in their order: items of ``{error, status_code}``; empty for nothing."""
        results = (result for result in self.values() if isinstance(result, dict))
        return [error for result in results for error in field(result, "bulk errors") or ()]

    def __repr__(self) -> str:
        number = len(self.errors)
        noun = "error" if number == 1 else "errors"
        return super().__repr__() + (f"  # {number} {noun}; .errors lists them" if number else "")

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _unpickle, super().__reduce_ex__(protocol)


def _unpickle(make: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return with_errors(make(*arguments))


def with_errors(data: Any) -> Any:
    """The answer of a bulk operation as a ``BulkAnswer``; anything else as it is."""
    if not isinstance(data, Model) or isinstance(data, BulkAnswer) or not _is_bulk(data._schema_):
        return data
    return _class(type(data))._revive(data, data._origin_)  # noqa: SLF001 - a class of the same shape


@lru_cache(maxsize=64)
def _class(model: type[Model]) -> type[BulkAnswer]:
    """The model's class with ``errors`` added, under the same name."""
    space: Mapping[str, Any] = {"__slots__": (), "__doc__": model.__doc__}
    return type(model.__name__, (BulkAnswer, model), {**space})


def _is_bulk(schema: Schema) -> bool:
    """Does each field of the object hold what one action did?"""
    results = [one.plain for one in schema.fields.values()]
    return bool(results) and all(field(one.fields, "bulk errors") is not None for one in results)
