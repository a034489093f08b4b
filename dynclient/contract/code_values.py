"""What expressions of a Python module are worth, as far as its text tells: texts, literals, members, who made what.

A name stands for what is assigned to it once in its function or, failing that, in the module (what ``+=`` adds to it
included); ``self.x`` for what is assigned to it once in the class, or else in the module; a parameter for what
``bound`` says. Everything else is a hole in a text, or ``UNKNOWN``.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .code_use import HOLE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Values", "dict_member", "dotted"]

_DEEPEST = 12  # names followed one after another
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdrifx]")
_FIELD = re.compile(r"\{(\w*)[^{}]*\}")
#: what a response has of its own, and what hands on its content
_OWN = frozenset(
    {"json", "status_code", "text", "content", "headers", "raise_for_status", "ok", "status", "data", "read"}
)
_READING = frozenset({"get", "pop"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def dotted(node: ast.expr) -> str:
    """``requests.get`` for a name or an attribute, whatever the first part is of; ``""`` for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def dict_member(node: ast.Dict, name: object) -> ast.expr | None:
    """The value of a key that is written as a literal."""
    pairs = zip(node.keys, node.values, strict=True)
    return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None)


class Values:
    """The values of one module's expressions."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.scopes: dict[ast.AST, ast.AST] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.assigned: dict[tuple[ast.AST, str], list[ast.expr]] = {}
        self.modules: dict[str, str] = {}
        self.documentation: set[ast.AST] = set()
        #: function and parameter -> what it stands for, while one call of the function is followed
        self.bound: dict[tuple[ast.AST, str], ast.expr] = {}
        self._walk(tree, tree)

    def _walk(self, node: ast.AST, scope: ast.AST) -> None:
        waiting = [(node, scope)]
        while waiting:
            node, scope = waiting.pop()
            self.scopes[node] = scope
            children = list(ast.iter_child_nodes(node))
            self.parents.update(dict.fromkeys(children, node))
            self._note(node, scope)
            inner = node if isinstance(node, _FUNCTIONS) else scope
            waiting += [(child, inner) for child in reversed(children)]

    def _note(self, node: ast.AST, scope: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value, scope)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._assign(node.target, node.value, scope)
        elif isinstance(node, ast.AugAssign):
            self._add(node, scope)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._assign(node.optional_vars, node.context_expr, scope)
        elif isinstance(node, ast.ImportFrom) and node.module:
            self.modules.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.Import):
            self.modules.update({(alias.asname or alias.name).split(".")[0]: alias.name for alias in node.names})
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            self.documentation.add(node.value)

    def _add(self, node: ast.AugAssign, scope: ast.AST) -> None:
        """``url += path``: after one assignment and without a branch, the name stands for the sum."""
        values = self.assigned.get((scope, dotted(node.target)), [])
        is_sum = isinstance(node.op, ast.Add) and len(values) == 1
        if is_sum and self.parents.get(node) in {scope, self.parents.get(self.parents.get(values[0], node))}:
            total = ast.BinOp(values[0], ast.Add(), node.value)
            self.parents[total] = node
            values[0] = total
        else:
            unknown = ast.Constant(value=None)
            self._assign(node.target, unknown, scope)
            self._assign(node.target, unknown, scope)

    def _assign(self, target: ast.expr, value: ast.expr, scope: ast.AST) -> None:
        name = dotted(target)
        if not name:
            return
        owner = self.class_around(target)
        if owner is not None and name.startswith("self."):
            self.assigned.setdefault((owner, name), []).append(value)
        elif owner is not None and self.parents.get(self.parents.get(target, target)) is owner:
            self.assigned.setdefault((owner, f"self.{name}"), []).append(value)
            self.assigned.setdefault((owner, f"cls.{name}"), []).append(value)
            self.assigned.setdefault((self.tree, f"{owner.name}.{name}"), []).append(value)
        self.assigned.setdefault((self.tree if "." in name else scope, name), []).append(value)

    def class_around(self, node: ast.AST) -> ast.ClassDef | None:
        """The innermost class that a node stands in."""
        here: ast.AST | None = node
        while here is not None and not isinstance(here, ast.ClassDef):
            here = self.parents.get(here)
        return here

    def value_of(self, node: ast.expr) -> ast.expr | None:
        """What was assigned to a name or ``self.x``, or a parameter is bound to; None where that is not told."""
        name = dotted(node)
        owner = self.class_around(node) if name.startswith(("self.", "cls.")) else None
        own = self.assigned.get((owner, name)) if owner is not None else None
        if own:
            return own[0] if len(own) == 1 else None
        scope: ast.AST | None = self.scopes.get(node, self.tree)
        while name and scope is not None:
            values = self.assigned.get((self.tree if "." in name else scope, name))
            if values:
                return values[0] if len(values) == 1 else None
            if isinstance(scope, _FUNCTIONS) and name in _parameters(scope):
                return self.bound.get((scope, name))
            scope = self.scopes.get(scope) if scope is not self.tree else None
        return None

    def parameter_of(self, node: ast.Name) -> ast.AST | None:
        """The function of which a name is a parameter that is bound to nothing and assigned to nowhere."""
        scope: ast.AST | None = self.scopes.get(node)
        while scope is not None and scope is not self.tree:
            if self.assigned.get((scope, node.id)):
                return None
            if isinstance(scope, _FUNCTIONS) and node.id in _parameters(scope):
                return None if (scope, node.id) in self.bound else scope
            scope = self.scopes.get(scope)
        return None

    def annotation(self, node: ast.expr) -> str:
        """The dotted name of the class that a parameter is annotated with; ``""`` where there is none."""
        function = self.parameter_of(node) if isinstance(node, ast.Name) else None
        arguments = getattr(function, "args", None)
        if not isinstance(arguments, ast.arguments) or not isinstance(node, ast.Name):
            return ""
        named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        found = next((one.annotation for one in named if one.arg == node.id), None)
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            return found.value
        return dotted(found) if found is not None else ""

    # --- texts -------------------------------------------------------------------------------------------------

    def texts(self) -> Iterator[ast.expr]:
        """The outermost expressions that are texts."""
        for node in ast.walk(self.tree):
            is_part = isinstance(self.parents.get(node), (ast.JoinedStr, ast.BinOp, ast.FormattedValue))
            if not isinstance(node, (ast.Constant, ast.JoinedStr)) or is_part:
                continue
            if isinstance(node, ast.JoinedStr) or isinstance(node.value, str):
                yield node

    def text(self, node: ast.expr | None, depth: int = 0) -> str | None:  # noqa: PLR0911 - a table of forms
        """The text that an expression makes, with holes for what is not told; None where it is no text."""
        if node is None or depth > _DEEPEST:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(part, depth) for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._or_hole(node.left, depth) + self._or_hole(node.right, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            pattern = self.text(node.left, depth + 1)
            return self._fill_percent(pattern, node.right, depth) if pattern is not None else None
        if isinstance(node, ast.Call):
            return self._text_of_call(node, depth)
        value = self._member(node) if isinstance(node, ast.Subscript) else self.value_of(node)
        return self.text(value, depth + 1) if value is not None else None

    def _member(self, node: ast.Subscript) -> ast.expr | None:
        """The member of a dict that is written in the module: ``URLS["pools"]``."""
        owner = node.value if isinstance(node.value, ast.Dict) else self.value_of(node.value)
        return dict_member(owner, self.literal(node.slice)) if isinstance(owner, ast.Dict) else None

    def _or_hole(self, node: ast.expr, depth: int) -> str:
        text = self.text(node, depth + 1)
        return HOLE if text is None else text

    def _part(self, node: ast.expr, depth: int) -> str:
        return self._or_hole(node.value if isinstance(node, ast.FormattedValue) else node, depth)

    def _fill_percent(self, pattern: str, values: ast.expr, depth: int) -> str:
        """``pattern % values``, a dict by its keys."""
        if isinstance(values, ast.Dict):
            members = {match[1]: dict_member(values, match[1]) for match in _PLACEHOLDER.finditer(pattern)}
            texts = {name: HOLE if one is None else self._or_hole(one, depth) for name, one in members.items()}
            return _PLACEHOLDER.sub(lambda match: texts[match[1]], pattern)
        items = iter(values.elts if isinstance(values, ast.Tuple) else [values])
        return _PLACEHOLDER.sub(
            lambda _: self._or_hole(item, depth) if (item := next(items, None)) is not None else HOLE, pattern
        )

    def _text_of_call(self, node: ast.Call, depth: int) -> str | None:  # noqa: PLR0911 - a table of forms
        """``pattern.format(…)``, ``base.rstrip("/")``, ``urljoin(base, path)``, ``"/".join([…])``."""
        name = dotted(node.func).rpartition(".")[2]
        if name == "urljoin" and len(node.args) == 2:
            base, path = (self._or_hole(part, depth) for part in node.args)
            return path if path.startswith("http") else f"{base.rstrip('/')}/{path.lstrip('/')}"
        if name in {"URL", "str"} and len(node.args) == 1:
            return self.text(node.args[0], depth + 1)
        if not isinstance(node.func, ast.Attribute):
            return None
        owner = self.text(node.func.value, depth + 1)
        if node.func.attr == "format" and owner is not None:
            keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            items = iter(node.args)

            def fill(match: re.Match[str]) -> str:
                value = keywords.get(match[1]) if match[1] and not match[1].isdigit() else next(items, None)
                return self._or_hole(value, depth) if value is not None else HOLE

            return _FIELD.sub(fill, owner)
        if node.func.attr in {"rstrip", "strip", "lstrip"} and owner is not None:
            return owner.rstrip("/") if node.args else owner
        if node.func.attr == "join" and owner is not None and node.args and isinstance(node.args[0], ast.List):
            return owner.join(self._or_hole(part, depth) for part in node.args[0].elts)
        return None

    def sources(self, node: ast.expr) -> Iterator[ast.AST]:
        """The expressions that a text is made of, through names."""
        waiting, visited_nodes = [node], set[ast.AST]()
        while waiting:
            here = waiting.pop()
            if here in visited_nodes:
                continue
            visited_nodes.add(here)
            yield here
            value = self.value_of(here) if isinstance(here, (ast.Name, ast.Attribute)) else None
            waiting += [child for child in ast.iter_child_nodes(here) if isinstance(child, ast.expr)]
            waiting += [value] if value is not None else []

    # --- literals ----------------------------------------------------------------------------------------------

    def literal(self, node: ast.expr | None) -> object:
        """A literal, or what a name stands for; ``UNKNOWN`` otherwise."""
        if node is None:
            return UNKNOWN
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            value = self.value_of(node)
            return self.literal(value) if value is not None and value is not node else UNKNOWN

    def members(self, node: ast.expr | None, depth: int = 0) -> tuple[dict[str, object], bool]:  # noqa: PLR0911 - as above
        """The members of a dict, a model or JSON of one, and whether these are all.

        ``{"conf": x}``, ``dict(conf=x)``, ``DAGRun(conf=x)``, ``json.dumps({…})``; what is added later
        (``body["note"] = …``) too.
        """
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return {}, True
        if depth > _DEEPEST:
            return {}, False
        if isinstance(node, ast.Dict):
            return self._dict(node, depth)
        if isinstance(node, ast.Call):
            if dotted(node.func).rpartition(".")[2] in {"dumps", "encode"}:
                inner = node.args[0] if node.args else getattr(node.func, "value", None)
                return self.members(inner, depth + 1)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
                return self.members(node.func.value, depth + 1)
            mapping = {k.arg: self.literal(k.value) for k in node.keywords if k.arg and not k.arg.startswith("_")}
            return mapping, not node.args and all(keyword.arg for keyword in node.keywords)
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
        if text is not None:
            return dict.fromkeys(re.findall(r'"(\w+)"\s*:', text), UNKNOWN), text.strip().startswith("{")
        value = self.value_of(node)
        if value is None:
            return {}, False
        members, whole = self.members(value, depth + 1)
        return {**members, **self._additions(node)}, whole

    def _dict(self, node: ast.Dict, depth: int) -> tuple[dict[str, object], bool]:
        members: dict[str, object] = {}
        whole = True
        for key, value in zip(node.keys, node.values, strict=True):
            name = self.literal(key) if key is not None else None
            if isinstance(name, str):
                members[name] = self.literal(value)
            else:
                inner, all_told = self.members(value, depth + 1) if key is None else ({}, False)
                members.update(inner)
                whole = whole and all_told
        return members, whole

    def _additions(self, node: ast.expr) -> dict[str, object]:
        """Members that are set on a name after it was assigned."""
        additions: dict[str, object] = {}
        for assign in ast.walk(self.scopes.get(node, self.tree)):
            for target in assign.targets if isinstance(assign, ast.Assign) else ():
                if isinstance(target, ast.Subscript) and dotted(target.value) == dotted(node):
                    name = self.literal(target.slice)
                    if isinstance(name, str) and isinstance(assign, ast.Assign):
                        additions[name] = self.literal(assign.value)
        return additions

    # --- who made what ----------------------------------------------------------------------------------------

    def call_of(self, node: ast.expr, depth: int = 0) -> ast.Call | None:
        """The call whose result an expression is, through names and ``await``."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Await):
            return self.call_of(node.value, depth + 1)
        if isinstance(node, ast.Call):
            return node
        value = self.value_of(node)
        return self.call_of(value, depth + 1) if value is not None else None

    def made_by(self, node: ast.expr) -> str:
        """The dotted name of the function or class that made an object; ``""`` where that is not told."""
        call = self.call_of(node)
        return dotted(call.func) if call is not None else ""

    # --- responses --------------------------------------------------------------------------------------------

    def fields_read(self, call: ast.Call) -> list[str]:
        """The names that are read of a call's result: attributes and items, through names, loops and ``.json()``."""
        fields: dict[str, None] = {}
        waiting: list[ast.AST] = [call]
        visited_nodes: set[ast.AST] = set()
        while waiting:
            node = waiting.pop()
            if node in visited_nodes:
                continue
            visited_nodes.add(node)
            parent = self.parents.get(node)
            if isinstance(parent, (ast.Await, ast.Starred, ast.NamedExpr)):
                waiting.append(parent)
            waiting += self._names(parent, node)
            field = self._field(parent, node)
            if field is None:
                continue
            if field and field not in _OWN:
                fields[field] = None
            assert parent is not None  # noqa: S101 - a field is read by a parent
            waiting.append(self.parents[parent] if _is_method_call(parent, self.parents) else parent)
        return list(fields)

    def _field(self, parent: ast.AST | None, node: ast.AST) -> str | None:
        """What a parent reads of a node: the name of a field, ``""`` for an item of a list; None for nothing."""
        if isinstance(parent, ast.Attribute):
            call = self.parents.get(parent)
            if isinstance(call, ast.Call) and call.func is parent:
                if parent.attr in _READING:
                    name = self.literal(call.args[0]) if call.args else None
                    return name if isinstance(name, str) else None
                return "" if parent.attr in _OWN else None
            return parent.attr
        if isinstance(parent, ast.Subscript) and parent.value is node and isinstance(parent.ctx, ast.Load):
            name = self.literal(parent.slice)
            return name if isinstance(name, str) else ""
        return None

    def _names(self, parent: ast.AST | None, node: ast.AST) -> Iterator[ast.AST]:
        """The uses of the names that a node's value, or each of its items, is assigned to."""
        targets: list[ast.expr] = []
        is_loop = isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is node
        if isinstance(parent, ast.Assign):
            targets = parent.targets
        elif isinstance(parent, (ast.AnnAssign, ast.NamedExpr)) or is_loop:
            targets = [parent.target]  # type: ignore[union-attr] # a loop has one too
        elif isinstance(parent, ast.withitem) and parent.optional_vars is not None:
            targets = [parent.optional_vars]
        scope = self.scopes.get(node, self.tree)
        for target in targets:
            if isinstance(target, ast.Name):
                names = [one for one in ast.walk(scope) if isinstance(one, ast.Name) and one.id == target.id]
                again = [one.lineno for one in names if isinstance(one.ctx, ast.Store) and one.lineno > target.lineno]
                lines = range(target.lineno, min(again, default=10**9) + 1)
                yield from (one for one in names if isinstance(one.ctx, ast.Load) and one.lineno in lines)


def _is_method_call(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    call = parents.get(node)
    return isinstance(node, ast.Attribute) and isinstance(call, ast.Call) and call.func is node


def _parameters(function: ast.AST) -> set[str]:
    arguments = getattr(function, "args", None)
    if not isinstance(arguments, ast.arguments):
        return set()
    stars = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars)}
