"""``application/x-www-form-urlencoded`` bodies, written and read (OpenAPI 3.1 §4.8.14.4).

Each field goes in the style of its ``encoding``. Without one, primitives and lists of them are in form style and
exploded, anything deeper is JSON. An empty list that its style cannot write is left out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from ..http.json import dumps
from . import parameter_styles as styles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..schema.schema import Schema
    from .operation import MediaType

__all__ = ["read_form", "write_form", "written_field"]


def write_form(body: Mapping[str, object], media: MediaType) -> str:
    """The text of an object.

    Raises:
        ValueError: a field has no such form; a sentence.
    """
    pairs = [pair for name, value in body.items() for pair in written_field(name, value, media.encoding.get(name, {}))]
    return "&".join(f"{name}={value}" for name, value in pairs)


def written_field(name: str, value: object, rule: Mapping[str, Any], *, encoded: bool = True) -> list[tuple[str, str]]:
    """The pairs of one field.

    Args:
        name: the field's name.
        value: as JSON; null is not written.
        rule: the field's ``encoding``.
        encoded: percent-encoded, as a form wants it; else as it is, as multipart does.

    Raises:
        ValueError: the value has no such form; a sentence.
    """
    if value is None or value in ([], {}):
        return []
    style = rule.get("style", "form")
    if _is_deep(value) and "style" not in rule:
        pairs = [(quote(name, safe=""), quote(dumps(value), safe=""))]
    else:
        value = _without_empty(value) if style == "deepObject" else value
        explode = rule.get("explode", style in {"form", "deepObject"}) is True
        content = styles.write(name, value, location="query", style=style, explode=explode)
        pairs = content if isinstance(content, list) else []
    return pairs if encoded else [(unquote_plus(key), unquote_plus(text)) for key, text in pairs]


def _without_empty(value: object) -> object:
    """The same without empty lists and objects inside, which the style deepObject cannot write."""
    if isinstance(value, dict):
        return {name: _without_empty(item) for name, item in value.items() if item not in ([], {}, None)}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def _is_deep(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(i, (dict, list)) for i in value))


def read_form(text: str, media: MediaType, schema: Schema) -> dict[str, object]:
    """The object that ``write_form`` wrote so; undeclared fields as text."""
    pairs = [(name, value) for name, _, value in (part.strip().partition("=") for part in text.split("&")) if name]
    deep = {name for name, rule in media.encoding.items() if rule.get("style") == "deepObject"}
    body: dict[str, object] = {}
    for name, value in pairs:
        key = unquote_plus(name)
        if key.partition("[")[0] not in deep:
            body[key] = unquote_plus(value)
    for name, field in schema.fields.items():
        value = _read_field(name, field, media.encoding.get(name, {}), pairs)
        if value is not None:
            body[name] = value
    return body


def _read_field(name: str, field: Schema, rule: Mapping[str, Any], pairs: list[tuple[str, str]]) -> Any:
    style = rule.get("style", "form")
    explode = rule.get("explode", style in {"form", "deepObject"}) is True
    own = [text for key, text in pairs if unquote_plus(key) == name]
    if "style" not in rule and len(own) == 1 and {"object", "array"} & {*field.described_types}:
        try:
            value = json.loads(unquote_plus(own[0]))
        except ValueError:
            value = None
        if isinstance(value, (dict, list)):
            return value
    try:
        return styles.read(name, "query", style, explode, pairs, styles.types_of(field))
    except (KeyError, ValueError):
        return None
