"""Bodies as forms: ``application/x-www-form-urlencoded`` and ``multipart/form-data``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..http.json import dumps
from . import parameter_styles as styles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operation import MediaType

__all__ = ["is_file", "write_form", "write_multipart"]


def is_file(value: Any) -> bool:
    return isinstance(value, (bytes, bytearray)) or hasattr(value, "read") or isinstance(value, tuple)


def write_form(body: Mapping[str, Any], media: MediaType) -> str:
    """``application/x-www-form-urlencoded`` (OpenAPI 3.1 §4.8.14.4): each field in its ``encoding`` style.

    Without one, primitives and lists of them are in form style, anything deeper is JSON.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in body.items():
        rule = media.encoding.get(name, {})
        style = rule.get("style", "form")
        deep = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(i, (dict, list)) for i in value))
        if deep and "style" not in rule:
            pairs.append((quote(name, safe=""), quote(dumps(value), safe="")))
        elif value is not None:
            explode = rule.get("explode", style == "form")
            pairs += styles.write(name, value, location="query", style=style, explode=explode)  # type: ignore[arg-type]
    return "&".join(f"{key}={item}" for key, item in pairs)


def write_multipart(body: Mapping[str, Any], media: MediaType) -> tuple[bytes, str]:
    """``multipart/form-data`` through urllib3, which requests stands on."""
    from urllib3.fields import RequestField  # comes with requests; only for uploads
    from urllib3.filepost import encode_multipart_formdata

    fields = []
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            filename, data = item if isinstance(item, tuple) else (getattr(item, "name", name), item)
            content_type = media.encoding.get(name, {}).get("contentType")
            if is_file(item):
                data = data.read() if hasattr(data, "read") else bytes(data)
                field = RequestField(name, data, filename=str(filename).replace("\\", "/").split("/")[-1])
            else:
                is_text = isinstance(item, str)
                field = RequestField(name, item if is_text else dumps(item))
                content_type = content_type or (None if is_text or not isinstance(item, dict) else "application/json")
            field.make_multipart(content_type=content_type or ("application/octet-stream" if is_file(item) else None))
            fields.append(field)
    content, content_type = encode_multipart_formdata(fields)
    return content, content_type
