"""Uses of an API in text that is no Python: shell scripts with curl, YAML, documentation, by the URLs in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .code_use import HOLE, UNKNOWN, Unclear, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code_use import Paths

__all__ = ["uses_in_text"]

_URL = re.compile(r"(?:https?://|[$\w{}./:\"-])[^\s'\"`<>\\,;|)\]]*")
_VARIABLE = re.compile(r"\$\{[^{}]*\}|\$\w+|\{\{.*?\}\}|<[\w-]+>|\{[\w.]*\}")
_CURL = re.compile(r"\bcurl\b|\bhttpx?\b(?=\s+[A-Z])|\bwget\b")
_CURL_METHOD = re.compile(r"(?:-X|--request)[\s=]*[\"']?([A-Z]+)|\bhttp\s+([A-Z]+)\b")
_CURL_BODY = re.compile(r"(?:-d|--data(?:-raw|-binary|-ascii)?|--json)[\s=]+(['\"])(.*?)(?<!\\)\1", re.DOTALL)
_METHOD_KEY = re.compile(r"(?im)^\s*-?\s*[\"']?method[\"']?\s*[:=]\s*[\"']?([A-Z]+)")
_WORD_BEFORE = re.compile(r"\b(GET|POST|PATCH|PUT|DELETE)\W{0,3}$")
_MEMBER = re.compile(r'\\?"(\w+)\\?"\s*:')
_NEAR = 4  # lines around a URL in which its method may be said


def uses_in_text(text: str, file: str, paths: Paths) -> Iterator[Use | Unclear]:
    """The uses in a text.

    Args:
        text: lines that end in a backslash go on in the next.
        file: its name.
        paths: of the document.
    """
    marker = paths.prefix.strip("/")
    if not marker or marker not in text:
        return
    lines = text.split("\n")
    for number, command in _commands(lines):
        if marker not in command:
            continue
        plain = _VARIABLE.sub(HOLE, command).replace('"', "")
        for match in _URL.finditer(plain):
            below = paths.below(match[0])
            if below is not None and below[0]:
                start = number + plain[: match.start()].count("\n")
                before = _WORD_BEFORE.search(plain[: match.start()])
                around = before[1] if before else _around(lines, number)
                yield _use(below, command, around, paths, (file, start))


def _commands(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first, joined over backslashes and open quotes of a curl's body."""
    start, parts = 0, list[str]()
    for number, line in enumerate(lines, 1):
        start = start or number
        parts.append(line)
        text = "\n".join(parts)
        is_open = _CURL.search(text) and (text.count("'") % 2 == 1) and len(parts) < 40
        if line.rstrip().endswith("\\") or is_open:
            continue
        yield start, text
        start, parts = 0, []
    if parts:
        yield start, "\n".join(parts)


def _around(lines: list[str], number: int) -> str:
    return "\n".join(lines[max(0, number - 1 - _NEAR) : number + _NEAR])


def _use(
    below: tuple[str, dict[str, object]], command: str, around: str, paths: Paths, place: tuple[str, int]
) -> Use | Unclear:
    path, arguments = below
    operations_there = paths.operations(path)
    if not operations_there:
        return Unclear(*place, f"{path.replace(HOLE, '…')} is no path of the document")
    method = _method(command, around)
    if method is None:
        return Unclear(*place, f"{operations_there[0].path}: its method is not seen here")
    operations = paths.operations(path, method)
    if not operations:
        return Unclear(*place, f"{method} {operations_there[0].path} is no operation of the document")
    body = _CURL_BODY.search(command)
    fields = dict.fromkeys(_MEMBER.findall(body[2]), UNKNOWN) if body else {}
    values = {**paths.path_arguments(path, operations[0]), **arguments, **fields}
    complete = body is None or bool(fields) or body[2].strip() in {"{}", ""}
    return Use(*place, operations[0].id, "url", values, complete=complete)


def _method(command: str, around: str) -> str | None:
    if _CURL.search(command):
        match = _CURL_METHOD.search(command)
        if match:
            return match[1] or match[2]
        return "POST" if re.search(r"\s(?:-d|--data\S*|--json)\b", command) else "GET"
    match = _METHOD_KEY.search(around) or re.search(r"\b(GET|POST|PATCH|PUT|DELETE)\b", around)
    return match[1].upper() if match else None
