"""The style deepObject beyond what OpenAPI defines: ``a[b][c]=1``, ``a[]=1&a[]=2``, ``a[0][b]=1``.

OpenAPI 3.1 §4.8.12.1 defines objects of primitives only. Deeper ones are written as widespread servers read them (PHP,
Rails, qs): a list of primitives by ``[]``, a list of anything else by index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..schema.schema import Schema
    from .parameter_styles import Types

    _Node = dict[str, Any] | list[str]

__all__ = ["pairs", "read"]

_DEEPEST = 64  # levels that are read
_KEYS = re.compile(r"\[([^\[\]]*)\]")


def pairs(name: str, value: object) -> Iterator[tuple[str, object]]:
    """The names and primitives of a value, not encoded.

    Raises:
        ValueError: an empty list or object, which has no such form, or a name that cannot be told from the brackets.
    """
    if isinstance(value, dict) and value:
        for key, item in value.items():
            if not key or "[" in key or "]" in key:
                raise ValueError("a member's name is empty or holds a bracket, which separates names here")
            yield from pairs(f"{name}[{key}]", item)
    elif isinstance(value, list) and value:
        is_plain = not any(isinstance(item, (dict, list)) for item in value)
        for i, item in enumerate(value):
            yield from pairs(f"{name}[]" if is_plain else f"{name}[{i}]", item)
    elif isinstance(value, (dict, list)):
        kind = "array" if isinstance(value, list) else "object"
        raise ValueError(f"an empty {kind} cannot be written when every part is written on its own; leave it out")
    else:
        yield name, value


def read(name: str, items: Sequence[tuple[str, str]], types: Types, scalar: Callable[[str, Sequence[str]], Any]) -> Any:
    """The value that ``pairs`` wrote so.

    Args:
        name: the parameter's name.
        items: all pairs of the query, names decoded.
        types: of the parameter; where they name their schema, it tells lists from objects and types what is deeper.
        scalar: (text, JSON types) to a primitive.

    Raises:
        KeyError: the pairs do not hold the parameter.
        ValueError: a name stands for a value and for an object.
    """
    tree: dict[str, Any] = {}
    for key, text in items:
        keys = _KEYS.findall(key[len(name) :]) if key.startswith(name + "[") else []
        if keys and "".join(f"[{k}]" for k in keys) == key[len(name) :]:
            _put(tree, keys, text)
    if not tree:
        raise KeyError(name)
    if types.schema is None:
        if list(tree) == [""] and isinstance(tree[""], list):
            return [scalar(text, types.items) for text in tree[""]]
        others = types.others or ("string",)
        return {key: _leaf(node, types.fields.get(key, others), scalar) for key, node in tree.items()}
    return _typed(tree, types.schema, scalar)


def _put(tree: dict[str, Any], keys: Sequence[str], text: str) -> None:
    if len(keys) > _DEEPEST:
        raise ValueError(f"it goes more than {_DEEPEST} levels deep")
    node: Any = tree
    for key in keys[:-1]:
        node = node.setdefault(key, {})
        if isinstance(node, list):
            break
    leaf = [] if isinstance(node, list) else node.setdefault(keys[-1], [])
    if isinstance(node, list) or isinstance(leaf, dict):
        raise ValueError("a name in it stands for a value and for an object")  # noqa: TRY004 - it is the text's fault
    leaf.append(text)


def _leaf(node: _Node, types: Sequence[str], scalar: Callable[[str, Sequence[str]], Any]) -> Any:
    """A primitive, or those of a name that came several times."""
    if isinstance(node, dict):
        return _typed(node, None, scalar)
    values = [scalar(text, types) for text in node]
    return values[0] if len(values) == 1 else values


def _typed(node: _Node, schema: Schema | None, scalar: Callable[[str, Sequence[str]], Any]) -> Any:
    types = schema.described_types if schema is not None else ("string",)
    if isinstance(node, list):
        return _leaf(node, types or ("string",), scalar)
    items = schema.items if schema is not None else None
    if list(node) == [""]:
        item_types = (items.described_types if items is not None else ()) or ("string",)
        leaf = node[""]
        return [scalar(text, item_types) for text in leaf] if isinstance(leaf, list) else [_typed(leaf, items, scalar)]
    if "array" in types and "object" not in types and all(key.isdecimal() for key in node):
        return [_typed(node[key], items, scalar) for key in sorted(node, key=int)]
    fields = schema.fields if schema is not None else {}
    others = _others(schema)
    return {key: _typed(child, fields.get(key, others), scalar) for key, child in node.items()}


def _others(schema: Schema | None) -> Schema | None:
    """The schema of members that are not declared."""
    for part in schema.alternatives if schema is not None else ():
        words: Mapping[str, object] = part.keywords
        if isinstance(words.get("additionalProperties"), dict):
            return part.child("additionalProperties")
    return None
