"""JSON pointers in fragment form (``#/components/schemas/Pool``) and the ``$ref`` that hold them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = ["canonical", "follow", "is_there", "join", "resolve", "split"]


_ONE_FILE = "load the document with folder=, the folder that holds its files, or bring it into one file"
_MOST_FOLLOWED = 100  # references on the way of one pointer


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


def resolve(document: Mapping[str, object], pointer: object) -> Any:
    """What a pointer names; a ``$ref`` on its way is followed.

    Raises:
        SpecError: nothing is there, or the reference leads out of the document.
    """
    if not isinstance(pointer, str) or pointer[:2] != "#/":
        pointer = canonical(document, pointer)
        if pointer == "#":
            return document
    node: object = document
    steps, followed = [*reversed(split(pointer))], 0
    while steps:
        step = steps.pop()
        if isinstance(node, dict):
            if step in node:
                node = node[step]
                continue
            decoded = _percent_decoded(step)
            if decoded in node:
                node = node[decoded]
                continue
            if isinstance(node.get("$ref"), str) and followed < _MOST_FOLLOWED:
                followed += 1
                steps += [step, *reversed(split(canonical(document, node["$ref"])))]
                node = document
                continue
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
            continue
        raise SpecError(
            f"a pointer that leads nowhere: there is no {step!r}; add it or correct the reference", pointer=pointer
        )
    return node


def is_there(document: Mapping[str, object], pointer: object) -> bool:
    """Whether a pointer leads to something."""
    try:
        resolve(document, pointer)
    except SpecError:
        return False
    return True


def canonical(document: Mapping[str, object], reference: object) -> str:
    """A reference as a pointer into the document: ``#name`` of an ``$anchor``, or the URI of an ``$id``, written out.

    Raises:
        SpecError: it is no string, or names nothing in the document.
    """
    if isinstance(reference, str):
        if reference[:2] == "#/" or reference == "#":
            return reference
        pointer = _pointer_of_name(document, reference)
        if pointer is not None:
            return pointer
    raise _outside(reference)


# --- anchors and ids ---------------------------------------------------------------------------------------------

#: the names in the documents asked last, with the document itself, so that its id stays its own
_NAMES: OrderedDict[int, tuple[Mapping[str, object], Mapping[str, str]]] = OrderedDict()
_MOST_NAMED = 8  # documents whose names are kept


def _pointer_of_name(document: Mapping[str, object], reference: str) -> str | None:
    """The pointer of what has this ``$id`` or anchor (JSON Schema 2020-12 core, section 8.2)."""
    names = _names(document)
    uri, mark, fragment = reference.partition("#")
    if fragment and not fragment.startswith("/"):
        return names.get(reference) or (names.get(f"#{fragment}") if not uri or uri in names else None)
    base = names.get(uri) if uri else None
    return None if base is None else join(base, *split(fragment)) if mark and fragment else base


def _names(document: Mapping[str, object]) -> Mapping[str, str]:
    entry = _NAMES.get(id(document))
    if entry is None or entry[0] is not document:
        entry = _NAMES[id(document)] = (document, dict(_find_names(document)))
        while len(_NAMES) > _MOST_NAMED:
            _NAMES.popitem(last=False)
    return entry[1]


def _find_names(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(reference, pointer) of each ``$id`` and anchor; an id by its last segments too, since bases are not tracked."""
    stack: list[tuple[object, str]] = [(document, "#")]
    while stack:
        value, pointer = stack.pop()
        if isinstance(value, list):
            stack += ((child, f"{pointer}/{number}") for number, child in enumerate(value))
            continue
        if not isinstance(value, dict):
            continue
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(value.get(keyword), str):
                yield f"#{value[keyword]}", pointer
        name = value.get("$id", value.get("$self"))
        if isinstance(name, str) and name:
            name = name.partition("#")[0]
            yield name, pointer
            yield name.rpartition("/")[2], pointer
        stack += ((child, join(pointer, key)) for key, child in value.items() if key not in _DATA)


_DATA = frozenset({"example", "examples", "default", "enum", "const"})


def _percent_decoded(step: str) -> str:
    return unquote(step) if "%" in step else step


def _outside(pointer: object) -> SpecError:
    if not isinstance(pointer, str):
        return SpecError("a $ref is no string; write a pointer such as #/components/schemas/Name", pointer="#")
    if pointer.startswith("#"):
        return SpecError("a $ref to an anchor that nothing has; write a pointer or add the anchor", pointer=pointer)
    return SpecError(f"a $ref leads out of the document, which is not followed; {_ONE_FILE}", pointer=pointer)


def follow(document: Mapping[str, object], value: Any, pointer: str) -> tuple[Any, str]:
    """A value and its pointer, with every ``$ref`` that stands in its place followed.

    Raises:
        SpecError: a reference dangles, leaves the document, or comes back to itself.
    """
    visits: list[str] = []
    while isinstance(value, dict) and "$ref" in value:
        target = value["$ref"]
        if not isinstance(target, str):
            raise SpecError("a $ref is no string; write a pointer such as #/components/schemas/Name", pointer=pointer)
        if target in visits:
            raise SpecError("a $ref that only leads back to itself; give one of them a definition", pointer=target)
        visits.append(target)
        pointer = canonical(document, target)
        value = resolve(document, pointer)
    return value, pointer
