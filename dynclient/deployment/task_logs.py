"""The logs of tasks as lines of text, from all the forms that releases give them.

Airflow 2 sends text, or (in JSON) a Python list of (host, text) written as text; Airflow 3 sends structured messages:
objects with ``event`` and, where it applies, ``timestamp``, ``level``, ``error_detail`` and whatever the task's own
logger added.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lines_of", "says_something"]

#: the fields of a structured message that have a fixed position in its line, or are the same in all of a log
_NOT_APPENDED = frozenset(
    {"timestamp", "event", "level", "logger", "filename", "lineno", "error_detail", "chan", "ti_id", "ti"}
    | {"dag_id", "run_id", "task_id", "try_number", "map_index"}
)


def lines_of(content: object) -> Iterator[str]:
    """The lines of a log, or of a part of it, without their ends."""
    if isinstance(content, Mapping):
        is_page = "event" not in content and "content" in content
        yield from lines_of(content["content"]) if is_page else _message(content)
    elif isinstance(content, list):
        for item in content:
            yield from _split(item) if isinstance(item, str) else lines_of(item)
    elif isinstance(content, tuple):  # (host, text)
        yield from lines_of(content[-1])
    elif isinstance(content, str) and content:
        pairs = _pairs(content)
        yield from _split(content) if pairs is None else lines_of(pairs)


def _split(text: str) -> Iterator[str]:
    """Only line breaks end a line; other separators that Python knows stand inside."""
    yield from (line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))


def _pairs(text: str) -> object:
    """Airflow 2's list of (host, text), written as text; None when it is no such thing."""
    if not (text.startswith("[(") and text.endswith(")]")):
        return None
    try:
        pairs = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    are_pairs = isinstance(pairs, list) and all(isinstance(one, tuple) and len(one) == 2 for one in pairs)
    return [pair for pair in pairs if pair[1]] if are_pairs else None


def _message(item: Mapping[str, object]) -> Iterator[str]:
    """``[when] {file.py:3} LEVEL - event key=value``, and the traceback below it."""
    event = str(item.get("event", ""))
    others = "".join(f" {key}={value}" for key, value in item.items() if key not in _NOT_APPENDED and value is not None)
    when, file, level = item.get("timestamp"), item.get("filename"), item.get("level")
    if when is None and level is None:
        yield from _split(event + others)
        return
    head = f"[{when}] " if when else ""
    if file:
        head += f"{{{file}:{item.get('lineno', '')}}} "
    yield from _split(f"{head}{str(level or 'info').upper()} - {event}{others}")
    errors = item.get("error_detail")
    for error in reversed(errors) if isinstance(errors, list) else ():  # what was raised last stands first
        yield from _traceback(error)


def _traceback(error: object) -> Iterator[str]:
    if not isinstance(error, Mapping):
        return
    yield "Traceback (most recent call last):"
    for frame in error.get("frames") or ():
        yield f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
    yield from _split(f"{error.get('exc_type')}: {error.get('exc_value')}")
    for note in error.get("exc_notes") or ():
        yield from _split(str(note))


def says_something(line: str) -> bool:
    """Whether a line is more than a mark of where a group of lines begins or ends."""
    return bool(line.strip()) and "::group::" not in line and "::endgroup::" not in line
