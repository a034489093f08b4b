"""What the server said went wrong, as one ``Problem`` (RFC 7807 and the other bodies that servers send).

Imported in functions: ``http``, needed only for an answer without words of its own.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ..errors import Problem
from ..schema.violation_words import type_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..http.messages import Response


__all__ = ["clipped", "problem"]


_LONGEST = 500  # characters of a server's own words in a message


def problem(response: Response, data: Any, argument: Callable[[tuple[str | int, ...]], str]) -> Problem:
    """One Problem from any of the bodies that servers send with an error (RFC 7807 §3.1 and the others).

    Args:
        response: the response, for its status and media type.
        data: its body, decoded where it was JSON.
        argument: names the argument that a ``loc`` speaks of.
    """
    status = response.status
    if isinstance(data, dict):
        return _from_object(status, data, argument)
    text = data if isinstance(data, str) else response.text()
    if "html" in response.content_type or text.lstrip()[:1] == "<":
        title = re.search(r"<title[^>]*>([^<]{1,200})", text, re.IGNORECASE)
        return Problem(status, _phrase(status), f"an HTML page ({title[1].strip()})" if title else "an HTML page")
    return Problem(status, _phrase(status), clipped(" ".join(text.split())))


def _from_object(status: int, data: dict[str, object], argument: Callable[[tuple[str | int, ...]], str]) -> Problem:
    detail = data.get("detail", data.get("error", data.get("message", "")))
    members = {"title", "detail", "status", "type", "instance"}
    extra = {name: value for name, value in data.items() if name not in members} or None
    errors: tuple[tuple[str, str], ...] = ()
    if isinstance(detail, list):
        errors = tuple(_error_line(item, argument) for item in detail)
        detail = "these arguments were not accepted" if errors else ""
    elif isinstance(detail, dict):
        extra = {**(extra or {}), "detail": detail}
        words = (detail.get(name) for name in ("reason", "message", "statement", "msg"))
        detail = ": ".join(part for part in words if isinstance(part, str))
    return Problem(
        status,
        str(data.get("title") or _phrase(status)),
        detail if isinstance(detail, str) else "" if detail is None else json.dumps(detail),
        str(data.get("type") or ""),
        str(data.get("instance") or ""),
        errors,
        extra,
    )


def _error_line(item: object, argument: Callable[[tuple[str | int, ...]], str]) -> tuple[str, str]:
    if not isinstance(item, dict):
        return "request", str(item)
    loc = item.get("loc")
    where = argument(tuple(loc)) if isinstance(loc, (list, tuple)) else str(loc or "request")
    return where, str(item.get("msg") or item.get("message") or type_words(item))


def _phrase(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def clipped(text: str) -> str:
    """A server's own words, cut to what a message can hold."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
