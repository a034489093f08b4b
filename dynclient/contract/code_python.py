"""Uses of an API in Python source, found by its syntax tree; nothing is imported or run.

Found are calls of operations through this library (``af.get_dags(limit=5)``, ``af.get_dags.iter()``), through clients
generated from the document (``DAGRunApi(…).post_dag_run("etl", DAGRun(…))``), and URLs given to functions that send
(``requests.post(f"{base}/api/v1/dags/{dag}/dagRuns", json={…})``), whatever library they are of. Texts are followed
through names, f-strings, ``%``, ``+`` and ``.format``; what is read of a response through names, loops and ``.json()``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .code_use import HOLE, Unclear, Use
from .code_values import Values, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from .code_use import Paths

__all__ = ["uses_in_python"]

_LIBRARY = "dynclient"
_VERBS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD"}
#: functions that take the method first
_GENERIC = frozenset({"request", "Request", "stream", "urlopen", "api_call"})
#: what makes a client, where its module is not told
_MAKERS = frozenset({"connect", "Client", "AsyncClient", "options"})
#: what an operation's callable has, and goes on to the same arguments
_CALL_FORMS = frozenset({"iter", "pages", "request", "response", "stream"})
#: classes that send when they are run, with the method that they have if none is given
_SENDERS = {"HttpHook": "POST", "HttpAsyncHook": "POST", "SimpleHttpOperator": "POST", "HttpOperator": "POST"}
_SENSORS = {"HttpSensor": "GET"}
_URL_KEYWORDS = ("url", "endpoint")
_BODY_KEYWORDS = ("json", "data", "body", "content")


def uses_in_python(text: str, file: str, spec: Spec, paths: Paths) -> Iterator[Use | Unclear]:
    """The uses in a Python source, in the order of its lines.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it holds null bytes.
        RecursionError: it is nested too deep.
    """
    tree = ast.parse(text)
    finder = _Finder(tree, file, spec, paths)
    yield from sorted(finder.find(), key=lambda use: use.line)


class _Finder:
    """Looks through one module."""

    def __init__(self, tree: ast.Module, file: str, spec: Spec, paths: Paths) -> None:
        self.tree = tree
        self.file = file
        self.spec = spec
        self.paths = paths
        self.values = Values(tree)
        self.imports = {name for node in ast.walk(tree) for name in _imported(node)}
        self.uses_library = any(name.split(".")[0] == _LIBRARY for name in self.imports)
        self.used_texts: set[ast.AST] = set()  # texts that a call has used

    def find(self) -> list[Use | Unclear]:
        """All uses."""
        uses: list[Use | Unclear] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                use = self._operation_call(node) or self._http_call(node)
                if use is not None:
                    uses.append(use)
        return uses + list(self._other_urls())

    # --- calls of operations ---

    def _operation_call(self, node: ast.Call) -> Use | None:
        chain = node.func
        if not isinstance(chain, ast.Attribute):
            return None
        suffix = ""
        if chain.attr in _CALL_FORMS and isinstance(chain.value, ast.Attribute):
            suffix, chain = f".{chain.attr}", chain.value
        name, arguments = chain.attr, node.args
        if chain.attr == "call" and self._is_client(chain.value) and arguments:
            name, arguments = self.values.text(arguments[0]) or "", arguments[1:]
        if name not in self.spec.operations:
            return None
        operation = self.spec.operations[name]
        receiver = chain.value
        if self._is_generated(receiver):
            values, complete = self._generated_arguments(node, operation)
            more = {"receiver": ast.unparse(receiver), "model": self._model(node)}
            return self._use(node, operation, "generated", values, complete=complete, **more)
        if not self._is_client(receiver):
            return None
        values = self._positional(arguments, operation)
        complete = self._keywords(node, values)
        if "body" in values:
            fields, whole = self.values.members(_keyword(node, "body"))
            values = {**{k: v for k, v in values.items() if k != "body"}, **fields}
            complete = complete and whole
        more = {"receiver": ast.unparse(receiver), "suffix": suffix}
        return self._use(node, operation, "call", values, complete=complete, **more)

    def _is_generated(self, receiver: ast.expr) -> bool:
        """An object of a class such as ``DAGRunApi``, as generated clients have one for each tag."""
        maker = self.values.made_by(receiver)
        return maker.endswith("Api") and maker != "Api"

    def _is_client(self, receiver: ast.expr) -> bool:
        """A client of this library: made by it, or of unknown making in a module that imports it."""
        if not self.uses_library:
            return False
        root = receiver
        while isinstance(root, ast.Attribute):
            root = root.value
        maker = self.values.made_by(receiver)
        if maker:
            module = self.values.modules.get(maker.partition(".")[0], "")
            return module.partition(".")[0] == _LIBRARY or maker.rpartition(".")[2] in _MAKERS
        if isinstance(root, ast.Name) and root.id in self.values.modules:
            return self.values.modules[root.id].split(".")[0] == _LIBRARY
        return isinstance(receiver, (ast.Name, ast.Attribute))

    def _positional(self, arguments: list[ast.expr], operation: Operation) -> dict[str, object]:
        """Positional arguments by the names of the path parameters."""
        names = [parameter.name for parameter in operation.parameters if parameter.location == "path"]
        return {name: self.values.literal(value) for name, value in zip(names, arguments, strict=False)}

    def _keywords(self, node: ast.Call, values: dict[str, object]) -> bool:
        """Adds the keywords of a call to what is given; False where ``**`` hides some."""
        complete = True
        for keyword in node.keywords:
            if keyword.arg is not None:
                values[keyword.arg] = self.values.literal(keyword.value)
                continue
            members, whole = self.values.members(keyword.value)
            values.update(members)
            complete = complete and whole
        return complete

    def _generated_arguments(self, node: ast.Call, operation: Operation) -> tuple[dict[str, object], bool]:
        """Arguments of a generated client's method: path parameters, then the body as a model or a dict."""
        names = [parameter.name for parameter in operation.parameters if parameter.location == "path"]
        values = self._positional(node.args[: len(names)], operation)
        known = {parameter.name for parameter in operation.parameters}
        bodies = list(node.args[len(names) :])
        for keyword in node.keywords:
            if keyword.arg in known:
                values[keyword.arg] = self.values.literal(keyword.value)
            elif keyword.arg is not None and not keyword.arg.startswith("_"):
                bodies.append(keyword.value)
        complete = all(keyword.arg is not None for keyword in node.keywords)
        for body in bodies if operation.request_body is not None else ():
            fields, whole = self.values.members(body)
            values.update(fields)
            complete = complete and whole
        return values, complete

    def _model(self, node: ast.Call) -> str:
        """The class of the document's that a generated client is given an object of."""
        for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
            name = self.values.made_by(value).rpartition(".")[2]
            if name in self.spec.models:
                return name
        return ""

    # --- URLs ---

    def _http_call(self, node: ast.Call) -> Use | Unclear | None:
        name = dotted(node.func).rpartition(".")[2]
        url, method = self._url_and_method(node, name)
        text = self.values.text(url) if url is not None else None
        below = self.paths.below(text) if text is not None else None
        if url is None or below is None or not below[0]:
            return None
        self.used_texts.update(self.values.sources(url))
        path, query = below
        operations_there = self.paths.operations(path)
        words = path.replace(HOLE, "…")
        if not operations_there:
            return self._unclear(node, f"{words} is no path of the document")
        if method is None:
            return self._unclear(node, f"{operations_there[0].path}: its method is not seen here")
        operations = self.paths.operations(path, method)
        if not operations:
            return self._unclear(node, f"{method} {operations_there[0].path} is no operation of the document")
        values = {**self.paths.path_arguments(path, operations[0]), **query}
        params, whole = self.values.members(_keyword(node, "params"))
        values.update(params)
        body = next((value for key in _BODY_KEYWORDS if (value := _keyword(node, key)) is not None), None)
        fields, body_is_whole = self.values.members(body)
        values.update(fields)
        return self._use(node, operations[0], "url", values, complete=whole and body_is_whole)

    def _url_and_method(self, node: ast.Call, name: str) -> tuple[ast.expr | None, str | None]:
        """The expression of a URL in a call that sends, and the method in capitals; None where it is not told."""
        url = next((value for key in _URL_KEYWORDS if (value := _keyword(node, key)) is not None), None)
        first = node.args[0] if node.args else None
        method = self.values.text(_keyword(node, "method"))
        if name in _SENDERS or name in _SENSORS:
            return url, (method or {**_SENDERS, **_SENSORS}[name]).upper()
        if name in _VERBS:
            return url or first, _VERBS[name]
        if name == "run" and isinstance(node.func, ast.Attribute):
            return url or first, self._hook_method(node.func.value)
        if name in _GENERIC:
            if len(node.args) >= 2 and method is None:
                method = self.values.text(node.args[0])
                first = node.args[1]
            default = "GET" if name in {"Request", "urlopen"} and _keyword(node, "data") is None else None
            return url or first, method.upper() if method and HOLE not in method else default
        return None, None

    def _hook_method(self, receiver: ast.expr) -> str | None:
        """The method of a hook, as its constructor was given it."""
        call = self.values.call_of(receiver)
        name = dotted(call.func).rpartition(".")[2] if call is not None else ""
        if call is None or name not in _SENDERS:
            return None
        first = call.args[0] if call.args else _keyword(call, "method")
        method = self.values.text(first) if first is not None else _SENDERS[name]
        return method.upper() if method and HOLE not in method else None

    def _other_urls(self) -> Iterator[Unclear]:
        """Whole URLs of the API that no call that sends was seen to use."""
        for node in self.values.texts():
            if node in self.used_texts or node in self.values.documentation:
                continue
            text = self.values.text(node)
            below = self.paths.below(text) if text is not None and " " not in text and "\n" not in text else None
            if below is not None and below[0].count("/") > self.paths.prefix.count("/") - self.paths.base.count("/"):
                operations = self.paths.operations(below[0])
                if operations:
                    yield self._unclear(node, f"{operations[0].path}: what is done with this URL is not seen here")

    # --- results ---

    def _use(self, node: ast.Call, operation: Operation, form: Any, values: dict[str, object], **more: Any) -> Use:
        fields = tuple(self.values.fields_read(node))
        return Use(self.file, node.lineno, operation.id, form, values, fields=fields, **more)

    def _unclear(self, node: ast.expr, reason: str) -> Unclear:
        return Unclear(self.file, node.lineno, reason)


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
