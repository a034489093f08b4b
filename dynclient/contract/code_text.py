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
_CURL_METHOD = re.compile(r"(?:-X|--request|--method)[\s=]*[\"']?([A-Z]+)|\bhttp\s+([A-Z]+)\b")
_DATA = r"(?:-d|--data(?:-raw|-binary|-ascii)?|--json|--(?:body|post)-data)[\s=]+"
_CURL_BODY = re.compile(_DATA + r"(['\"])(.*?)(?<!\\)\1", re.DOTALL)
_CURL_QUERY = re.compile(r"\s(?:-G|--get)\b")
_CURL_PAIR = re.compile(r"(?:-d|--data\S*)[\s=]+[\"']?(\w+)=([^\s\"']*)")
_BODY_KEY = re.compile(r"(?im)^[ \t]*(?:- *)?[\"']?(?:data|body|json|payload)[\"']? *[:=] *(.*)$")
_ASSIGNMENT = re.compile(
    r"(?m)^[ \t]*(?:- *)?(?:export +|readonly +|local +)?(\w+) *[=:] *[\"']?([^\s\"'#]+)[\"']?[ \t]*$"
)
_REFERENCE = re.compile(r"\$\{\{\s*(?:env\.|vars\.)?(\w+)\s*\}\}|\{\{\s*(\w+)\s*\}\}|\$\{(\w+)\}|\$(\w+)")
_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
_WITH_COMMENTS = (".sh", ".bash", ".zsh", ".yaml", ".yml", ".toml", ".cfg", ".ini")
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
    if file.endswith(_WITH_COMMENTS):
        text = _COMMENT.sub("", text)
    lines = _with_bases(text, paths).split("\n")
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


def _with_bases(text: str, paths: Paths) -> str:
    """The text with the variables that stand for the API's own address (``API=$URL/api/v1``) replaced by it."""
    bases = {
        match[1]: match[2].rstrip("/")
        for match in _ASSIGNMENT.finditer(text)
        if paths.below(_VARIABLE.sub(HOLE, match[2].rstrip("/")) + "/x") == (_below_base(paths), {})
    }
    if not bases:
        return text

    def replace(match: re.Match[str]) -> str:
        return bases.get(match[match.lastindex or 0], match[0])

    return _REFERENCE.sub(replace, text)


def _below_base(paths: Paths) -> str:
    return "/x" if paths.prefix == paths.base else f"{paths.prefix}/x"


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
    fields, complete = _sent(command, around, method)
    values = {**paths.path_arguments(path, operations[0]), **arguments, **fields}
    return Use(*place, operations[0].id, "url", values, complete=complete)


def _sent(command: str, around: str, method: str) -> tuple[dict[str, object], bool]:
    """What a command sends beside its URL, as far as it shows, and whether that is all."""
    if not _CURL.search(command):
        body_line = _BODY_KEY.search(around) if method not in {"GET", "DELETE"} else None
        return dict.fromkeys(_MEMBER.findall(body_line[1]) if body_line else (), UNKNOWN), method in {"GET", "DELETE"}
    if _CURL_QUERY.search(command):
        return {name: UNKNOWN if "$" in value else value for name, value in _CURL_PAIR.findall(command)}, True
    body = _CURL_BODY.search(command)
    fields = dict.fromkeys(_MEMBER.findall(body[2]), UNKNOWN) if body else {}
    is_hidden = body is None and re.search(_DATA, command) is not None
    return fields, bool(fields) or (not is_hidden and (body is None or body[2].strip() in {"{}", ""}))


def _method(command: str, around: str) -> str | None:
    if _CURL.search(command):
        match = _CURL_METHOD.search(command)
        if match:
            return match[1] or match[2]
        is_reading = _CURL_QUERY.search(command) or not re.search(r"\s(?:-d|--data\S*|--json|--post-data)\b", command)
        return "GET" if is_reading else "POST"
    match = _METHOD_KEY.search(around) or re.search(r"\b(GET|POST|PATCH|PUT|DELETE)\b", around)
    return match[1].upper() if match else None
