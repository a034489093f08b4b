"""JSON pointers in fragment form (``#/components/schemas/Pool``) and the ``$ref`` that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ["follow", "join", "resolve", "split"]


_ONE_FILE = "bring it into one file with a bundler, and load that"


def join(pointer: str, *steps: str | int) -> str:
    """The pointer of what lies below: ``join("#/paths", "/dags", "get")`` is ``#/paths/~1dags/get``."""
    for step in steps:
        text = str(step)
        if "~" in text or "/" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{text}"
    return pointer


def split(pointer: str) -> tuple[str, ...]:
    """The steps of a pointer, unescaped: the inverse of ``join``."""
    steps = pointer.split("/")[1:]
    if "~" in pointer:
        return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)
    return tuple(steps)


def resolve(document: Mapping[str, Any], pointer: Any) -> Any:
    """What a pointer names.

    Raises:
        SpecError: nothing is there, or the reference leads out of the document.
    """
    node: Any = document
    if not isinstance(pointer, str) or pointer[:2] != "#/":
        if pointer == "#":
            return node
        raise _outside(pointer)
    for step in split(pointer):
        if isinstance(node, dict):
            if step in node:
                node = node[step]
                continue
            decoded = _percent_decoded(step)
            if decoded in node:
                node = node[decoded]
                continue
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
            continue
        raise SpecError(
            f"a pointer that leads nowhere: there is no {step!r}; add it or correct the reference", pointer=pointer
        )
    return node


def _percent_decoded(step: str) -> str:
    if "%" not in step:
        return step
    from urllib.parse import unquote

    return unquote(step)


def _outside(pointer: Any) -> SpecError:
    if not isinstance(pointer, str):
        return SpecError("a $ref is no string; write a pointer such as #/components/schemas/Name", pointer="#")
    if pointer.startswith("#"):
        return SpecError("a $ref by anchor; write a pointer such as #/components/schemas/Name", pointer=pointer)
    return SpecError(f"a $ref leads out of the document, which is not followed; {_ONE_FILE}", pointer=pointer)


def follow(document: Mapping[str, Any], value: Any, pointer: str) -> tuple[Any, str]:
    """A value and its pointer, with every ``$ref`` that stands in its place followed.

    Raises:
        SpecError: a reference dangles, leaves the document, or comes back to itself.
    """
    seen: list[str] = []
    while isinstance(value, dict) and "$ref" in value:
        target = value["$ref"]
        if not isinstance(target, str):
            raise SpecError("a $ref is no string; write a pointer such as #/components/schemas/Name", pointer=pointer)
        if target in seen:
            raise SpecError("a $ref that only leads back to itself; give one of them a definition", pointer=target)
        seen.append(target)
        value, pointer = resolve(document, target), target
    return value, pointer
