"""A ``.pyi`` for any document, on demand: editors and mypy then know its operations and models.

::

    dynclient stubs 3.3.2 > airflow_stubs.pyi

    if TYPE_CHECKING:
        from airflow_stubs import Client
    af: "Client" = dynclient.connect(…)    # its callables, their arguments and results are typed
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

from . import messages, paginate
from .encode import Encoder
from .models import Model
from .naming import camel
from .operation import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .operation import Operation
    from .schema import Schema
    from .spec import Spec

__all__ = ["stubs"]

_HEAD = """\
# {title}: made by `dynclient stubs`; a newer document needs a newer file, the client does not.
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from dynclient.client import Client as _Client
from dynclient.decode import Reply
from dynclient.lines import Lines
from dynclient.messages import Request
from dynclient.models import Model
"""
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_FORMATS = {"date-time": "datetime", "datetime": "datetime", "date": "date", "uuid": "UUID", "duration": "timedelta"}


def stubs(spec: Spec) -> str:
    """The text of the file: a class for each model, a protocol for each operation, a client of them."""
    title = f"{spec.document.get('info', {}).get('title', 'API')} {spec.release or ''}".strip()
    made = _Stubs(spec)
    parts = [_HEAD.format(title=title), *made.models(), *made.operations(), made.client()]
    return "\n".join(parts)


class _Stubs:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.names = {name for name in spec.models if issubclass(spec.models[name], Model)}

    def models(self) -> Iterator[str]:
        for name in sorted(self.names):
            fields = self.spec.models[name]._schema_.fields
            lines = [
                f"    {field}: {self.annotation(of, read=True)}"
                for field, of in fields.items()
                if field.isidentifier() and not keyword.iskeyword(field) and not hasattr(Model, field)
            ]
            yield "\n".join([f"class {identifier(name)}(Model):", *(lines or ["    ..."]), ""])

    def operations(self) -> Iterator[str]:
        for operation in self.spec.operations.values():
            yield self.operation(operation)

    def operation(self, operation: Operation) -> str:
        encoder = Encoder(operation, identifier)
        arguments = ", ".join(["self", *self.arguments(operation, encoder)])
        lines = [
            f"class {_protocol(operation)}(Protocol):",
            f"    def __call__({arguments}) -> {self.returns(operation)}: ...",
            f"    def request({arguments}) -> Request: ...",
            f"    def response({arguments}) -> Reply: ...",
            "    def example(self, seed: int = ..., *, minimal: bool = ...) -> dict[str, Any]: ...",
        ]
        plan = paginate.paging(operation, self.spec.operations)
        schema = _success(operation)
        if plan is not None and schema is not None:
            items = schema.fields[plan.items].items
            item = self.annotation(items, read=True) if items is not None else "Any"
            walked = f"{arguments}{'' if '*' in arguments else ', *'}, progress: bool = ..."
            lines.append(f"    def pages({walked}) -> Iterator[{self.returns(operation)}]: ...")
            lines.append(f"    def iter({walked}) -> Iterator[{item}]: ...")
        if any(messages.is_ndjson(name) or messages.is_text(name) for name in encoder.accepts):
            lines.append(f"    def stream({arguments}) -> Lines: ...")
        return "\n".join([*lines, ""])

    def arguments(self, operation: Operation, encoder: Encoder) -> Iterator[str]:
        positional = [p for p in operation.parameters if p.location == "path"]
        needed = [p for p in positional if not p.constant]
        yield from (f"{p.keyword}: {self.given(p.schema)}" for p in needed)
        yield from (f"{p.keyword}: {self.given(p.schema)} = ..." for p in positional if p.constant)
        named = [(p.keyword, p.schema, p.required) for p in operation.parameters if p.location != "path"]
        named += [(field.keyword, field.schema, False) for field in encoder.fields]
        taken = {name for name, _, _ in named} | {p.keyword for p in positional}
        rest = [name for name in encoder.keywords if name not in taken]
        if named or rest:
            yield "*"
        yield from (f"{name}: {self.given(schema)}{'' if required else ' = ...'}" for name, schema, required in named)
        yield from (f"{name}: {'str' if name == 'accept' else 'Any'} = ..." for name in rest)

    def returns(self, operation: Operation) -> str:
        success = operation.success
        kinds = []
        for name, media in success.content.items() if success is not None else ():
            if messages.is_ndjson(name):
                kinds.append("Iterator[Any]")
            elif messages.is_text(name):
                kinds.append("str")
            else:
                kinds.append(self.annotation(media.schema, read=True) if media.schema is not None else "Any")
        return _union(kinds) or "None"

    def given(self, schema: Schema | None) -> str:
        return self.annotation(schema, read=False) if schema is not None else "Any"

    def annotation(self, schema: Schema, *, read: bool, seen: frozenset[str] = frozenset()) -> str:
        """The type of a value; where one is given, its JSON form is as good as the Python value."""
        plain = schema.plain
        if plain.pointer in seen:
            return "Any"
        inner = self._plain(plain, read=read, seen=seen | {plain.pointer})
        return _union([inner, "None"]) if schema.nullable and inner != "Any" else inner

    def _plain(self, plain: Schema, *, read: bool, seen: frozenset[str]) -> str:
        if plain.enum:
            return f"Literal[{', '.join(repr(v) for v in plain.enum if isinstance(v, (str, int, bool, type(None))))}]"
        types = [kind for kind in plain.types if kind != "null"]
        if types == ["array"]:
            return f"list[{self.annotation(plain.items, read=read, seen=seen) if plain.items is not None else 'Any'}]"
        if types == ["object"]:
            name = plain.name or self.spec.models.inline.get(plain.pointer, "")
            model = identifier(name) if name in self.names else "dict[str, Any]"
            return model if read or model == "dict[str, Any]" else _union([model, "dict[str, Any]"])
        branches = plain.branches("anyOf") or plain.branches("oneOf")
        if branches:
            return _union([self.annotation(branch, read=read, seen=seen) for branch in branches])
        if types == ["string"] and plain.format in _FORMATS:
            return _FORMATS[plain.format] if read else _union([_FORMATS[plain.format], "str"])
        return _union([_SCALARS.get(kind, "Any") for kind in types]) or "Any"

    def client(self) -> str:
        lines = [f"    {operation.name}: {_protocol(operation)}" for operation in self.spec.operations.values()]
        return "\n".join(["class Client(_Client):", *lines, ""])


def _success(operation: Operation) -> Schema | None:
    success = operation.success
    media: Any = next((m for name, m in success.content.items() if messages.is_json(name)), None) if success else None
    return media.schema if media is not None else None


def _protocol(operation: Operation) -> str:
    return f"_{camel(operation.name.replace('_', ' '))}"


def _union(kinds: Iterable[str]) -> str:
    parts = list(dict.fromkeys(kinds))
    return "Any" if "Any" in parts else " | ".join(parts)
