"""How a pretended server fails on demand, and how an answer is made to break its document at one place."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError
from .fake_state import json_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..openapi.operation import Operation
    from .fake_answers import FakeResponse

__all__ = ["Misbehaviour", "break_contract"]

#: values of every type; one of them is wrong nearly everywhere
_ALIENS: tuple[object, ...] = (["not", "wanted"], {"not": "wanted"}, 12.5, "not wanted", True, None)


class Misbehaviour(NamedTuple):
    """One way to fail; see ``Fake.misbehave``."""

    operation: str = ""
    status: int | None = None
    delay: float = 0.0
    cut: bool | int = False
    breaks: str = ""
    body: bytes | None = None
    headers: Mapping[str, str] = {}
    times: int | None = None


def break_contract(operation: Operation, response: FakeResponse, pointer: str) -> object:
    """The answer's data with a value at ``pointer`` that the document does not allow there.

    Raises:
        ArgumentError: nothing is there, or the document allows everything there.
    """
    schema = json_schema(operation, response.status)
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.strip("#/").split("/")]
    data = copy.deepcopy(response.data)
    holder: Any = data
    try:
        for step in steps[:-1]:
            holder = holder[int(step) if isinstance(holder, list) else step]
        last: object = int(steps[-1]) if isinstance(holder, list) else steps[-1]
        before = holder[last]
    except (KeyError, IndexError, ValueError, TypeError):
        raise ArgumentError(f"breaks={pointer!r}: the answer of {operation.id} has nothing there") from None
    for alien in _ALIENS:
        holder[last] = alien
        if schema is not None and not schema.response.is_valid(data):
            return data
    if isinstance(holder, dict):
        del holder[last]
        if schema is not None and not schema.response.is_valid(data):
            return data
    holder[last] = before
    raise ArgumentError(f"breaks={pointer!r}: the document allows everything there; choose another place")
