"""Uses of an API in Python source, found by its syntax tree; nothing is imported or run.

Found are calls of operations through this library (``af.get_dags(limit=5)``, ``af.get_dags.iter()``), through clients
generated from the document (``DAGRunApi(…).post_dag_run("etl", DAGRun(…))``), and URLs given to functions that send
(``requests.post(f"{base}/api/v1/dags/{dag}/dagRuns", json={…})``), whatever library they are of. Texts are followed
through names, f-strings, ``%``, ``+`` and ``.format``; what is read of a response through names, loops and ``.json()``.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Any

from .code_http import HttpCalls
from .code_use import HOLE, Unclear, Use, body_model
from .code_values import Values, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from .code_use import Paths

__all__ = ["uses_in_python"]

_LIBRARY = "dynclient"
#: the module of a model in a generated client: ``….client.model.dag_run``, ``….client.models.pool``
_MODEL_MODULE = re.compile(r"client(?:\.\w+)*\.models?\b")
#: what makes a client, where its module is not told
_MAKERS = frozenset({"connect", "Client", "AsyncClient", "options"})
#: what an operation's callable has, and goes on to the same arguments
_CALL_FORMS = frozenset({"iter", "pages", "request", "response", "stream"})
#: further forms that methods of generated clients have
_GENERATED_FORMS = ("_with_http_info", "_without_preload_content")


def uses_in_python(text: str, file: str, spec: Spec, paths: Paths) -> Iterator[Use | Unclear]:
    """The uses in a Python source, in the order of its lines.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it holds null bytes.
        RecursionError: it is nested too deep.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an escape that is none is no matter of an upgrade
        parsed = ast.parse(text)
    tree = ast.fix_missing_locations(_PlainAttributes().visit(parsed))
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
        packages = {name.split(".")[0] for name in self.imports}
        self.uses_library = _LIBRARY in packages
        self.api_names = {_plain(name.rpartition(".")[2]) for name in self.imports | set(self.values.modules)}
        self.used_models: set[ast.AST] = set()  # calls that make the model of a body that an operation is given
        self.http = HttpCalls(file, self.values, paths)

    def find(self) -> list[Use | Unclear]:
        """All uses."""
        uses: list[Use | Unclear] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                use = self._operation_call(node)
                uses += [use] if use is not None else self.http.uses(node)
        return uses + list(self._other_urls()) + list(self._other_models())

    # --- calls of operations ---

    def _operation_call(self, node: ast.Call) -> Use | Unclear | None:
        chain = self._callee(node.func)
        if not isinstance(chain, ast.Attribute):
            return self._computed_name(node)
        suffix = ""
        if chain.attr in _CALL_FORMS and isinstance(chain.value, ast.Attribute):
            suffix, chain = f".{chain.attr}", chain.value
        name, arguments, receiver = chain.attr, node.args, chain.value
        if chain.attr == "call" and arguments and self._is_client(receiver):
            text = self.values.text(arguments[0])
            if text is None or HOLE in text:
                return self._computed_name(node)
            name, arguments = text, arguments[1:]
        if self._is_generated(receiver, name):
            return self._generated_call(node, name, receiver)
        if name not in self.spec.operations or not self._is_client(receiver):
            return None
        operation = self.spec.operations[name]
        values = self._positional(arguments, operation)
        complete = self._keywords(node, values)
        if "body" in values:
            fields, whole = self.values.members(_keyword(node, "body"))
            values = {**{k: v for k, v in values.items() if k != "body"}, **fields}
            complete = complete and whole
        more = {"receiver": ast.unparse(receiver), "suffix": suffix}
        return self._use(node, operation, "call", values, complete=complete, **more)

    def _callee(self, node: ast.expr) -> ast.expr:
        """What is called, through a name (``get = af.get_dags``) and ``.options(…)`` of an operation."""
        if isinstance(node, ast.Name):
            node = self.values.value_of(node) or node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "options":
            node = node.func.value
        return node

    def _computed_name(self, node: ast.Call) -> Unclear | None:
        """A call of a client's operation whose name is only known when the program runs."""
        is_getattr = isinstance(node.func, ast.Call) and dotted(node.func.func) == "getattr" and node.func.args
        owner = node.func.args[0] if is_getattr and isinstance(node.func, ast.Call) else None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "call":
            owner = node.func.value
        if owner is None or not self._is_client(owner) or self.values.made_by(owner) == "":
            return None
        return self.http.unclear(node, "which operation is called is only known when the program runs")

    def _generated_call(self, node: ast.Call, name: str, receiver: ast.expr) -> Use | None:
        """A call of a generated client's method, in any of its forms."""
        name = _without_form(name)
        if name not in self.spec.operations:
            return None
        operation = self.spec.operations[name]
        values, complete = self._generated_arguments(node, operation)
        more = {"receiver": ast.unparse(receiver), "model": self._model(node)}
        return self._use(node, operation, "generated", values, complete=complete, **more)

    def _is_generated(self, receiver: ast.expr, name: str) -> bool:
        """An object of a class such as ``DAGRunApi``, as generated clients have one for each tag.

        One of unknown making is one in a module that imports the class, or its module, of the operation's tag.
        """
        maker = self.values.made_by(receiver) or self.values.annotation(receiver)
        if maker:
            return maker.endswith("Api") and maker != "Api"
        operation = self.spec.operations.get(_without_form(name))
        tags = operation.tags if operation is not None else ()
        is_imported = any(f"{_plain(tag)}api" in self.api_names for tag in tags)
        return is_imported and isinstance(receiver, (ast.Name, ast.Attribute))

    def _is_client(self, receiver: ast.expr) -> bool:
        """A client of this library: made by it, or of unknown making in a module that imports it."""
        if not self.uses_library:
            return False
        root = receiver
        while isinstance(root, ast.Attribute):
            root = root.value
        maker = self.values.made_by(receiver) or self.values.annotation(receiver)
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
            call = self.values.call_of(value)
            name = dotted(call.func).rpartition(".")[2] if call is not None else ""
            if call is not None and name in self.spec.models:
                self.used_models.add(call)
                return name
        return ""

    def _other_models(self) -> Iterator[Use | Unclear]:
        """Models of a generated client that no call of an operation was seen to be given."""
        for node in ast.walk(self.tree):
            name = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if _MODEL_MODULE.search(self.values.modules.get(name, "")) is None:
                continue
            if not isinstance(node, ast.Call) or name not in self.spec.models or node in self.used_models:
                continue
            operations = [one for one in self.spec.operations.values() if body_model(one) == name]
            values, _ = self.values.members(node)
            if len(operations) == 1:
                yield self._use(node, operations[0], "generated", values, complete=False, model=name)
            elif operations:
                words = ", ".join(operation.id for operation in operations)
                yield self.http.unclear(node, f"{name}: which of {words} it is given to is not seen here")

    # --- URLs ---

    def _other_urls(self) -> Iterator[Unclear]:
        """Whole URLs of the API that no call that sends was seen to use."""
        for node in self.values.texts():
            if node in self.http.used_texts or node in self.values.documentation:
                continue
            text = self.values.text(node)
            below = self.paths.below(text) if text is not None and " " not in text and "\n" not in text else None
            if below is not None and below[0].count("/") > self.paths.prefix.count("/") - self.paths.base.count("/"):
                operations = self.paths.operations(below[0])
                if operations:
                    yield self.http.unclear(node, f"{operations[0].path}: what is done with this URL is not seen here")

    # --- results ---

    def _use(self, node: ast.Call, operation: Operation, form: Any, values: dict[str, object], **more: Any) -> Use:
        fields = tuple(self.values.fields_read(node))
        return Use(self.file, node.lineno, operation.id, form, values, fields=fields, **more)


def _plain(name: str) -> str:
    """A name as it is compared: ``DAGRun``, ``DAG Run`` and ``dag_run`` are one."""
    return name.replace("_", "").replace(" ", "").lower()


def _without_form(name: str) -> str:
    """The operation's id of a generated method, in whatever form."""
    for form in _GENERATED_FORMS:
        name = name.removesuffix(form)
    return name


class _PlainAttributes(ast.NodeTransformer):
    """Writes ``getattr(x, "name")`` as ``x.name``."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call, where it is one of ``getattr`` with a literal the attribute."""
        self.generic_visit(node)
        is_plain = isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) >= 2
        name = node.args[1] if is_plain else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return ast.copy_location(ast.Attribute(node.args[0], name.value, ast.Load()), node)
        return node


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
