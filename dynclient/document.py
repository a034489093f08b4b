"""Bytes to a document, and the few things that OpenAPI 3.0 and 3.1 say differently.

A document is plain JSON data and is never changed. Places in it are named by JSON pointers in fragment
form (``#/components/schemas/Pool``). Schemas are walked by position: ``properties`` holds names, some of
which are ``type`` or ``description``; ``enum``, ``const``, ``default`` and ``example`` hold data.

No file and no network is read here, and no other module knows which OpenAPI version a document is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "apply_overlay",
    "check",
    "follow",
    "join",
    "keywords",
    "parse",
    "resolve",
    "split",
    "subschemas",
    "version",
]

_ONE_FILE = "bring it into one file with a bundler, and load that"


# --- bytes → document -------------------------------------------------------------------------------


def parse(data: bytes, *, name: str = "") -> dict[str, Any]:
    """A document from its bytes: JSON, or YAML read with JSON's types only.

    In YAML ``on``, ``no``, dates and ``010`` are strings, every key is a string, and merge keys work.

    Args:
        data: UTF-8 (or any encoding that JSON or YAML tells by its first bytes).
        name: what the bytes are called, for messages.

    Raises:
        SpecError: neither JSON nor YAML, not a mapping, tags of a programming language, or aliases
            that stand for a very large document.
    """
    name = name or "the document"
    data = data.removeprefix(b"\xef\xbb\xbf")
    stopped = ""
    if data[:64].lstrip()[:1] == b"{":
        try:
            document = json.loads(data, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            stopped = f"line {error.lineno}, column {error.colno}"
        except RecursionError:
            raise SpecError(f"{name}: nested too deep to be read") from None
        except ValueError as error:  # a number of thousands of digits, bytes that are not UTF-8
            raise SpecError(f"{name}: not JSON; {_plain(error)}") from None
        else:
            return _mapping(document, name)
    # only documents that are not JSON pay for the import of yaml
    from . import plain_yaml

    return _mapping(plain_yaml.parse(data, name, stopped), name)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _plain(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not valid {error.encoding}; save it as UTF-8"
    text = str(error)
    return text if "JSON number" in text else "it holds a number too long to be read"


def _mapping(document: Any, name: str) -> dict[str, Any]:
    if isinstance(document, dict):
        return document
    kind = "empty" if document is None else f"a {type(document).__name__}"
    raise SpecError(f"{name}: an OpenAPI document is a mapping that starts with `openapi:`, this is {kind}")


# --- what it is -------------------------------------------------------------------------------------


def check(document: Any) -> None:
    """Pass what can be used as an API: OpenAPI 3.0 or 3.1 with paths.

    Raises:
        SpecError: it is something else; the message says what to do about it.
    """
    if not isinstance(document, dict):
        raise SpecError(f"an OpenAPI document is a mapping, this is a {type(document).__name__}", pointer="#")
    said = document.get("openapi")
    if said is None:
        for other, step in _OTHER_KINDS.items():
            if other in document:
                raise SpecError(f"this is {step}", pointer=f"#/{other}")
        raise SpecError("this is no OpenAPI document: it has no `openapi`; give the API's openapi.json", pointer="#")
    if not isinstance(said, str):
        raise SpecError('`openapi` is no string; write it in quotes, such as "3.0.3"', pointer="#/openapi")
    if not re.match(r"3\.[01](\.|$)", said):
        raise SpecError("only OpenAPI 3.0 and 3.1 can be read; convert it to one of them", pointer="#/openapi")
    if not isinstance(document.get("paths"), dict):
        raise SpecError("there is nothing to call: `paths` is missing or no mapping", pointer="#/paths")
    for name in ("components", "info"):
        if not isinstance(document.get(name, {}), dict):
            raise SpecError(f"`{name}` is no mapping", pointer=f"#/{name}")


_OTHER_KINDS = {
    "swagger": "Swagger 2.0; convert it to OpenAPI 3 (the Swagger Editor and swagger2openapi do)",
    "asyncapi": "AsyncAPI, which describes messages and no HTTP API; give the OpenAPI document",
    "overlay": "an OpenAPI Overlay; give it as an overlay, beside the document that it changes",
    "arazzo": "an Arazzo workflow; give the OpenAPI document that it names",
}


def version(document: Mapping[str, Any]) -> str:
    """``"3.0"`` or ``"3.1"``."""
    return "3.0" if document["openapi"][:3] == "3.0" else "3.1"


# --- pointers and references ------------------------------------------------------------------------


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


# --- schemas ----------------------------------------------------------------------------------------

_BESIDE_REF = ("$ref", "nullable", "readOnly", "writeOnly", "deprecated")


def keywords(schema: Mapping[str, Any] | bool, version: str) -> dict[str, Any]:  # noqa: FBT001 - a schema may be true
    """One schema object's own keywords in the words of JSON Schema 2020-12; its children are untouched.

    In 3.0 the siblings of a ``$ref`` go, but for nullable, readOnly, writeOnly and deprecated, which
    documents mean; ``exclusiveMinimum: true`` becomes a number. ``nullable`` stays for the caller.
    The result may be the schema itself: it is not to be changed.
    """
    if not isinstance(schema, dict):
        return {"not": {}} if schema is False else {}
    if version != "3.0":
        return schema
    if "$ref" in schema:
        if len(schema) == 1:
            return schema
        return {name: schema[name] for name in _BESIDE_REF if name in schema}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            schema = {name: value for name, value in schema.items() if name != exclusive}
            if flag and bound in schema:
                schema[exclusive] = schema.pop(bound)
    return schema


_ONE, _LIST, _MAP = 1, 2, 3
_POSITIONS = {
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), _MAP),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _LIST),
    **dict.fromkeys(("items", "additionalProperties", "not", "if", "then", "else", "contains"), _ONE),
    **dict.fromkeys(("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"), _ONE),
}


def subschemas(schema: Mapping[str, Any] | bool) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: FBT001
    """The child schemas of one schema object, by position: the steps to each, and the child (a dict or a bool)."""
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        position = _POSITIONS.get(name)
        if position is None:
            continue
        if position == _ONE:
            if isinstance(value, (dict, bool)):
                yield (name,), value
            continue
        pairs: Any = ()
        if isinstance(value, dict):
            pairs = value.items() if position == _MAP else ()
        elif isinstance(value, list):
            pairs = enumerate(value) if position == _LIST else ()
        for key, child in pairs:
            if isinstance(child, (dict, bool)):
                yield (name, str(key)), child


# --- overlays ---------------------------------------------------------------------------------------

_STEP = re.compile(r"""\.(?P<name>\*|[\w$-]+)|\[(?:(?P<all>\*)|(?P<index>\d+)|'(?P<one>[^']*)'|"(?P<two>[^"]*)")\]""")
_EVERY = None  # the step that stands for all children


def apply_overlay(document: dict[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """A document with the actions of an OpenAPI Overlay 1.0 applied; what they do not touch is shared.

    Targets are JSONPath of names, indexes and wildcards (``$.paths['/dags'].get``). ``update`` merges
    objects, joins lists and replaces anything else; ``remove`` takes the target away. As the
    standard has it, a target that selects nothing is no error.

    Raises:
        SpecError: the overlay itself is malformed, or a target uses more of JSONPath.
    """
    actions = overlay.get("actions")
    if not isinstance(actions, list):
        raise SpecError("an overlay has a list of `actions`", pointer="#/actions")
    for index, action in enumerate(actions):
        at = f"#/actions/{index}"
        if not isinstance(action, dict) or not isinstance(action.get("target"), str):
            raise SpecError("an overlay's action has a `target`, a JSONPath", pointer=at)
        steps = _target(action["target"], at)
        if action.get("remove") is True:
            if not steps:
                raise SpecError("the document itself cannot be removed", pointer=at)
            document = _edited(document, steps, None)
        elif "update" in action:
            update = action["update"]
            document = _edited(document, steps, lambda old, new=update: _merged(old, new))  # type: ignore[misc]
        else:
            raise SpecError("an overlay's action has an `update` or says `remove: true`", pointer=at)
    if not isinstance(document, dict):
        raise SpecError("an overlay made the document something else than a mapping", pointer="#/actions")
    return document


def _target(path: str, at: str) -> list[str | int | None]:
    steps: list[str | int | None] = []
    place = 1
    while place < len(path):
        found = _STEP.match(path, place)
        if not found:
            break
        place = found.end()
        index, name = found["index"], found["name"]
        if index is not None:
            steps.append(int(index))
        elif found["all"] or name == "*":
            steps.append(_EVERY)
        else:
            steps.append(next(text for text in (name, found["one"], found["two"]) if text is not None))
    if not path.startswith("$") or place < len(path):
        raise SpecError(
            f"the target {path!r} is not understood; it is made of $, .name, ['name'], [0], [*] and .*", pointer=at
        )
    return steps


def _edited(node: Any, steps: list[str | int | None], change: Callable[[Any], Any] | None) -> Any:
    """A node with what the steps select changed, or removed where there is no change to make."""
    if not steps:
        return change(node) if change else node
    step, rest = steps[0], steps[1:]
    if isinstance(node, dict):
        keys: list[Any] = list(node) if step is _EVERY else [step] if step in node else []
    elif isinstance(node, list):
        keys = [i for i in range(len(node)) if step is _EVERY or i == step]
    else:
        return node
    if not keys:
        return node
    node = node.copy()
    for key in reversed(keys):
        if not rest and change is None:
            del node[key]
        else:
            node[key] = _edited(node[key], rest, change)
    return node


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _merged(old[key], value) if key in old else value for key, value in new.items()}
    if isinstance(old, list):
        return [*old, *new] if isinstance(new, list) else [*old, new]
    return new
