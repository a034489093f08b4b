"""OpenAPI Overlays 1.0: actions that change a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


__all__ = ["apply_overlay"]


_STEP = re.compile(r"""\.(?P<name>\*|[\w$-]+)|\[(?:(?P<all>\*)|(?P<index>\d+)|'(?P<one>[^']*)'|"(?P<two>[^"]*)")\]""")


_EVERY = None  # the step that stands for all children


def apply_overlay(document: dict[str, Any], overlay: Mapping[str, object]) -> dict[str, Any]:
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
            document = _edit(document, steps, None)
        elif "update" in action:
            update = action["update"]
            document = _edit(document, steps, lambda old, new=update: _merge(old, new))  # type: ignore[misc]
        else:
            raise SpecError("an overlay's action has an `update` or says `remove: true`", pointer=at)
    if not isinstance(document, dict):
        raise SpecError("an overlay made the document something else than a mapping", pointer="#/actions")
    return document


def _target(path: str, at: str) -> list[str | int | None]:
    steps: list[str | int | None] = []
    place = 1
    while place < len(path):
        match = _STEP.match(path, place)
        if not match:
            break
        place = match.end()
        index, name = match["index"], match["name"]
        if index is not None:
            steps.append(int(index))
        elif match["all"] or name == "*":
            steps.append(_EVERY)
        else:
            steps.append(next(text for text in (name, match["one"], match["two"]) if text is not None))
    if not path.startswith("$") or place < len(path):
        raise SpecError(
            f"the target {path!r} is not understood; it is made of $, .name, ['name'], [0], [*] and .*", pointer=at
        )
    return steps


def _edit(node: Any, steps: list[str | int | None], change: Callable[[object], object] | None) -> Any:
    """A node with what the steps select changed, or removed where there is no change to make."""
    if not steps:
        return change(node) if change else node
    step, rest = steps[0], steps[1:]
    if isinstance(node, dict):
        keys: list[str | int | None] = list(node) if step is _EVERY else [step] if step in node else []
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
            node[key] = _edit(node[key], rest, change)
    return node


def _merge(old: object, new: object) -> object:
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _merge(old[key], value) if key in old else value for key, value in new.items()}
    if isinstance(old, list):
        return [*old, *new] if isinstance(new, list) else [*old, new]
    return new
