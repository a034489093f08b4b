"""Completion inside calls at a Python prompt: argument names, the values of enumerations, ids that a server has.

Nothing is evaluated: names are looked up in the prompt's namespace, and attributes only of this package's own objects,
so that a TAB never runs a property of somebody else.
"""

from __future__ import annotations

import re
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from ..client.base import BaseClient, Group
from ..client.call import BaseCall
from ..openapi.spec import Operations, Spec
from ..schema.models import Model, Models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..schema.schema import Schema

    #: (operation's call, keyword of a path argument) -> ids that the server has
    Ids = Callable[[BaseCall, str], Iterable[str]]

__all__ = ["Completion", "complete"]

_CALLEE = re.compile(r"([^\W\d]\w*(?:\.\w+|\[(?:'[^']*'|\"[^\"]*\")\])*)\s*$")
_STEP = re.compile(r"\.(\w+)|\[(?:'([^']*)'|\"([^\"]*)\")\]")
_MEMBER = re.compile(_CALLEE.pattern.replace(r"\s*$", r"(?:\.(\w*)|\[(['\"])([^'\"]*))$"))
_WORD = re.compile(r"\w*$")
_DATA = frozenset({"models", "operations", "spec", "tags"})
_SAME_ARGUMENTS = frozenset({"iter", "pages", "request", "response", "stream"})
_CLOSING = {")": "(", "]": "[", "}": "{"}


class Completion(NamedTuple):
    """What may stand at the cursor.

    Attributes:
        fragment: the text before the cursor that a choice replaces.
        choices: the texts, best first.
        kind: ``param`` for names of arguments, ``value`` for values.
    """

    fragment: str
    choices: Sequence[str]
    kind: str


class _OpenCall(NamedTuple):
    """A call that is not closed at the cursor: where its parenthesis is, and its arguments as text."""

    callee: str
    arguments: Sequence[str]
    quote: str  # the quotation mark of the text that the cursor is in, or empty


def complete(text: str, namespace: Mapping[str, object], ids: Ids | None = None) -> Completion | None:
    """What may stand at the end of a text inside the call of an operation; None where it is no such place.

    Args:
        text: the input up to the cursor.
        namespace: the prompt's variables.
        ids: gives the ids for a path argument; without it none are offered.
    """
    place = _open_call(text)
    call = _value(place.callee, namespace) if place is not None else None
    if place is None or not isinstance(call, BaseCall) or not (place.quote or _is_argument(place.arguments[-1])):
        return _members(text, namespace)
    arguments = _arguments(call)
    path = [name for name, argument in arguments.items() if argument.in_path]
    before, last = place.arguments[:-1], place.arguments[-1]
    name, mark, value = last.partition("=")
    if mark and name.strip() in arguments:
        return _values(call, arguments[name.strip()], value, place, ids)
    if place.quote:
        position = len(before)
        return _values(call, arguments[path[position]], last, place, ids) if position < len(path) else None
    word = last.strip()
    if not _WORD.fullmatch(word):
        return None
    keywords = {argument.partition("=")[0].strip() for argument in before}
    keywords |= {*path[: sum("=" not in argument for argument in before)]}
    return Completion(word, [f"{n}=" for n in arguments if n.startswith(word) and n not in keywords], "param")


class _Argument(NamedTuple):
    """An argument of an operation as far as completing it goes."""

    keyword: str
    in_path: bool
    values: Sequence[object]


def _arguments(call: BaseCall) -> dict[str, _Argument]:
    """The arguments by keyword: those in the path first, in its order, then those that must be given."""
    encoder = call.encoder
    parameters = sorted(call.operation.parameters, key=lambda p: (p.location != "path", not p.required))
    in_path = {p.keyword: p.location == "path" and not p.constant for p in parameters}
    schemas = {p.keyword: p.schema for p in parameters}
    schemas |= {field.keyword: field.schema for field in sorted(encoder.fields, key=lambda field: not field.required)}
    fields = _item_fields(call)
    return {
        name: _Argument(name, in_path.get(name, False), _choices(of) or _choices(fields.get(name)))
        for name, of in schemas.items()
    }


def _item_fields(call: BaseCall) -> Mapping[str, Schema]:
    """The fields of what a list lists: a filter of such a name takes the values of the field."""
    if call.paging is None or call.operation.success is None:
        return {}
    for media in call.operation.success.content.values():
        items = media.schema.fields.get(call.paging.items) if media.schema is not None else None
        if items is not None and items.items is not None:
            return items.items.fields
    return {}


def _choices(schema: Schema | None) -> Sequence[object]:
    """The values that a schema lists, or those that it lists for one item."""
    if schema is None:
        return ()
    if schema.enum:
        return schema.enum
    if "array" in schema.types and schema.items is not None:
        return schema.items.enum
    return (True, False) if "boolean" in schema.types else ()


def _values(call: BaseCall, argument: _Argument, fragment: str, place: _OpenCall, ids: Ids | None) -> Completion:
    values = [value for value in argument.values if value is not None]
    if not values and ids is not None and argument.in_path:
        values = list(ids(call, argument.keyword))
    if place.quote:
        start = fragment.rpartition(place.quote)[2]
        return Completion(start, [v for v in values if isinstance(v, str) and v.startswith(start)], "value")
    start = "" if fragment.rstrip()[-1:] in {"[", ","} else fragment.strip()
    shown = [f'"{value}"' if isinstance(value, str) else repr(value) for value in values]
    return Completion(start, [text for text in shown if text.startswith(start)], "value")


def _is_argument(text: str) -> bool:
    """Is the end of this text a name of an argument or what is given to it, and no longer expression?"""
    return bool(re.fullmatch(r"\s*\w*|\s*\w+\s*=\s*(?:\[.*)?\w*", text, re.DOTALL))


def _members(text: str, namespace: Mapping[str, object]) -> Completion | None:
    """Attributes and keys of this package's own objects, which jedi takes seconds for."""
    match = _MEMBER.search(text)
    value = _value(match[1], namespace) if match is not None else None
    if match is None or not isinstance(value, (BaseCall, BaseClient, Group, Model, Models, Operations, dict)):
        return None
    attribute, quote, key = match[2], match[3], match[4]
    if attribute is not None and type(value) is not dict:
        names = [name for name in dir(value) if not name.startswith("_") or attribute.startswith("_")]
        return Completion(attribute, [name for name in names if name.startswith(attribute)], "attribute")
    if quote and not isinstance(value, (BaseCall, BaseClient)):
        return Completion(key, [name for name in value if isinstance(name, str) and name.startswith(key)], "key")
    return None


# --- what the text says --------------------------------------------------------------------------------------------


_TOKEN = re.compile(
    r"""#[^\n]*\n|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<quote>['"]).*\Z|(?P<mark>[()\[\]{},#])""", re.DOTALL
)


def _open_call(text: str) -> _OpenCall | None:
    """The innermost call that is open at the end of a text, its arguments split at their commas."""
    opened: list[tuple[str, list[int]]] = []  # bracket, where it is and where its arguments end
    quote = ""
    for token in _TOKEN.finditer(text):
        mark, quote = token["mark"] or "", token["quote"] or ""
        if mark == "#" or (mark in _CLOSING and (not opened or opened.pop()[0] != _CLOSING[mark])):
            return None
        if mark in {"(", "[", "{"}:
            opened.append((mark, [token.start()]))
        elif mark == "," and opened:
            opened[-1][1].append(token.start())
    while opened and opened[-1][0] != "(":
        opened.pop()
    callee = _CALLEE.search(text[: opened[-1][1][0]]) if opened else None
    if callee is None:
        return None
    ends = [*opened[-1][1], len(text)]
    arguments = [text[a + 1 : b] for a, b in pairwise(ends)]
    return _OpenCall(callee[1], arguments, quote)


def _value(expression: str, namespace: Mapping[str, object]) -> object:
    """What an expression such as ``af.tags["DAG"].get_dags.iter`` names; None where that is not ours."""
    first = re.match(r"\w+", expression)
    value = namespace.get(first[0]) if first is not None else None
    for step in _STEP.finditer(expression):
        value = _step(value, step[1], step[2] or step[3])
    return value


def _step(value: object, attribute: str | None, key: str | None) -> object:
    """One attribute or item further; None where looking might run what is not ours."""
    if key is not None:
        return value[key] if (isinstance(value, (Group, Model)) or type(value) is dict) and key in value else None
    name = str(attribute)
    if isinstance(value, BaseCall):
        return value if name in _SAME_ARGUMENTS else None
    if isinstance(value, BaseClient) and name in value.spec.operations:
        return value.operation(name)
    if isinstance(value, Group) and name in list(value):
        return value[name]
    ours = isinstance(value, ModuleType) and value.__name__.split(".")[0] == "dynclient"
    if ours or (isinstance(value, (BaseClient, Spec)) and name in _DATA):
        return getattr(value, name, None)
    return vars(value).get(name) if hasattr(value, "__dict__") else None
