"""Uses of an API in Python source by URLs: calls of functions that send, of whatever library, and what they are given.

A URL that is given relative to a client's ``base_url`` is joined with it. Where URL or method are parameters of the
function around the call, its callers in the module are followed, so that wrappers of one's own are seen through.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from .code_functions import Functions
from .code_use import HOLE, UNKNOWN, Unclear, Use
from .code_values import dict_member, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code_use import Paths
    from .code_values import Values

__all__ = ["HttpCalls"]

_VERBS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD"}
#: functions that take the method first
_GENERIC = frozenset({"request", "Request", "stream", "urlopen", "api_call"})
#: classes that send when they are run, with the method that they have if none is given
_SENDERS = {"HttpHook": "POST", "HttpAsyncHook": "POST", "SimpleHttpOperator": "POST", "HttpOperator": "POST"}
_SENSORS = {"HttpSensor": "GET"}
_URL_KEYWORDS = ("url", "endpoint")
_BODY_KEYWORDS = ("json", "data", "body", "content")
#: what takes the base of all URLs first
_BASE_FIRST = frozenset({"BaseUrlSession", "ClientSession"})
_DEEPEST = 4  # functions that call one another
_TEMPLATE = "{{"  # begins what is filled in by Jinja when the program runs


class _Sending(NamedTuple):
    """A call that sends: the expressions of its URL and its method, the method where that is told, and the URL."""

    call: ast.Call
    url: ast.expr
    method_node: ast.expr | None
    method: str | None
    text: str | None


class HttpCalls:
    """The calls of one module that send to URLs of an API."""

    def __init__(self, file: str, values: Values, paths: Paths) -> None:
        self.file = file
        self.values = values
        self.paths = paths
        self.functions = Functions(values)
        self.used_texts: set[ast.AST] = set()  # texts that a call has used
        self._seen: set[tuple[ast.AST, str]] = set()  # calls with their operations, through whatever wrapper

    def uses(self, node: ast.Call, place: ast.Call | None = None, depth: int = 0) -> Iterator[Use | Unclear]:
        """The uses by one call; at ``place`` if that is a call of the function around it."""
        sending = self._sending(node)
        if sending is None:
            return
        result = self._result(sending, place or node)
        if not isinstance(result, Use) and depth < _DEEPEST:
            function = self.functions.open_function(sending.url, sending.method_node)
            if function is not None:
                uses: list[Use | Unclear] = []
                for call in self.functions.calls_of(function):
                    with self.functions.bound(function, call):
                        uses += self.uses(node, call, depth + 1)
                if uses:
                    yield from uses
                    return
        if isinstance(result, Use):
            key = (place or node, result.operation)
            if key in self._seen:
                return
            self._seen.add(key)
        if result is not None:
            yield result

    def _result(self, sending: _Sending, place: ast.Call) -> Use | Unclear | None:
        below = self.paths.below(sending.text) if sending.text is not None else None
        if below is None or not below[0]:
            return None
        self.used_texts.update(self.values.sources(sending.url))
        path, query = below
        operations_there = self.paths.operations(path)
        if not operations_there:
            is_told = path.strip(HOLE + "/") != ""
            words = f"{path.replace(HOLE, '…')} is no path of the document" if is_told else "its path is not seen here"
            return self.unclear(place, words)
        if sending.method is None:
            return self.unclear(place, f"{operations_there[0].path}: its method is not seen here")
        operations = self.paths.operations(path, sending.method)
        if not operations:
            return self.unclear(place, f"{sending.method} {operations_there[0].path} is no operation of the document")
        values, complete = self._arguments(sending.call)
        values = {**self.paths.path_arguments(path, operations[0]), **query, **values}
        values = {name: UNKNOWN if _TEMPLATE in str(value) else value for name, value in values.items()}
        fields = dict.fromkeys([*self.values.fields_read(sending.call), *self.values.fields_read(place)])
        return Use(self.file, place.lineno, operations[0].id, "url", values, complete, tuple(fields))

    def unclear(self, node: ast.expr, reason: str) -> Unclear:
        """A use that is not told, with its reason."""
        return Unclear(self.file, node.lineno, reason)

    def _arguments(self, node: ast.Call) -> tuple[dict[str, object], bool]:
        """The members of query and body, and whether these are all."""
        values, whole = self.values.members(self._argument(node, "params"))
        body = next((value for key in _BODY_KEYWORDS if (value := self._argument(node, key)) is not None), None)
        fields, body_is_whole = self.values.members(body)
        hidden = any(one.arg is None and self._dict(one.value) is None for one in node.keywords)
        return {**values, **fields}, whole and body_is_whole and not hidden

    def _argument(self, node: ast.Call, name: str) -> ast.expr | None:
        """The argument of a keyword, also where it is in a dict that is given by ``**``."""
        for keyword in node.keywords:
            if keyword.arg == name:
                return keyword.value
            inner = self._dict(keyword.value) if keyword.arg is None else None
            value = dict_member(inner, name) if inner is not None else None
            if value is not None:
                return value
        return None

    def _dict(self, node: ast.expr) -> ast.Dict | None:
        value = node if isinstance(node, ast.Dict) else self.values.value_of(node)
        return value if isinstance(value, ast.Dict) else None

    # --- URL and method ---

    def _sending(self, node: ast.Call) -> _Sending | None:
        """A call by its URL and method; None where it does not send."""
        url, method_node, method = self._url_and_method(node, dotted(node.func).rpartition(".")[2] or _last(node.func))
        if url is None:
            return None
        if method is None and method_node is not None:
            method = self.values.text(method_node)
        method = method.upper() if method and HOLE not in method else None
        text = self.values.text(url)
        if self.paths.below(text or "") is None and isinstance(node.func, ast.Attribute):
            base = self._base(node.func.value)
            text = f"{base.rstrip('/')}/{(HOLE if text is None else text).lstrip('/')}" if base else text
        return _Sending(node, url, method_node, method, text)

    def _url_and_method(self, node: ast.Call, name: str) -> tuple[ast.expr | None, ast.expr | None, str | None]:
        """The expressions of URL and method of a call that sends, and the method where its name or kind tells it."""
        url = next((value for key in _URL_KEYWORDS if (value := self._argument(node, key)) is not None), None)
        first = node.args[0] if node.args else None
        method = self._argument(node, "method")
        if name in _SENDERS or name in _SENSORS:
            return url, method, None if method is not None else {**_SENDERS, **_SENSORS}[name]
        if name in _VERBS:
            return url or first, None, _VERBS[name]
        if name == "run" and isinstance(node.func, ast.Attribute):
            return url or first, *self._hook_method(node.func.value)
        if name in _GENERIC:
            if len(node.args) >= 2 and method is None:
                method, first = node.args[0], node.args[1]
            is_reading = name in {"Request", "urlopen"} and self._argument(node, "data") is None and method is None
            return url or first, method, "GET" if is_reading else None
        return None, None, None

    def _hook_method(self, receiver: ast.expr) -> tuple[ast.expr | None, str | None]:
        """The method of a hook, as its constructor was given it."""
        call = self.values.call_of(receiver)
        name = dotted(call.func).rpartition(".")[2] if call is not None else ""
        if call is None or name not in _SENDERS:
            return None, None
        first = call.args[0] if call.args else self._argument(call, "method")
        return first, None if first is not None else _SENDERS[name]

    def _base(self, receiver: ast.expr) -> str:
        """What the URLs that a client is given are below, where that is of the API; ``""`` otherwise."""
        made = self.values.call_of(receiver)
        node = self._base_of(made) if made is not None else None
        own = self.functions.class_of(receiver) if node is None else None
        for one in self.functions.ancestry(own) if own is not None else ():
            calls = [call for call in ast.walk(one) if isinstance(call, ast.Call) and _is_super_init(call)]
            node = node or next((base for call in calls if (base := self._base_of(call)) is not None), None)
        text = self.values.text(node)
        return text if text and self.paths.below(f"{text.rstrip('/')}/x") is not None else ""

    def _base_of(self, call: ast.Call) -> ast.expr | None:
        is_first = _last(call.func) in _BASE_FIRST and call.args
        return self._argument(call, "base_url") or (call.args[0] if is_first else None)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_super_init(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
