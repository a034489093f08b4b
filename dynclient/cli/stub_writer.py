"""A ``.pyi`` for any document, on demand: editors and mypy then know its operations and models.

::

    dynclient stubs 3.3.2 > airflow_stubs.pyi        # --aio for the client that is awaited

    if TYPE_CHECKING:
        from airflow_stubs import Client
    af = cast("Client", dynclient.connect(…))        # of a class that only type checkers see

    af.get_dags(limt=5)                              # error: Unexpected keyword argument "limt"
    af.spec.models.PoolBody(name="p", slots="many")  # error: Argument "slots" has incompatible type "str"

A name that the document does not have is an error. An attribute of a model has the type that it has when it is there;
one that is declared and did not come is None. Where a body can be given by its fields or whole, and where ``accept=``
chooses what comes back, there is an overload for each.
"""

from __future__ import annotations

import keyword
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from ..client import pagination as paginate
from ..client.sync import Client
from ..deployment.airflow_client import Airflow
from ..documents.inline_names import camel
from ..http import media_types
from ..openapi.operation import free, identifier
from ..openapi.request_encoder import Encoder
from ..schema.models import Model, Models

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..openapi.body_encoder import Field
    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.schema import Schema

__all__ = ["stubs"]

_NO_GUESSING = "    __getattr__: None  # type: ignore[assignment, misc]  # so that an unknown name is an error"
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_FORMATS = {"date-time": "datetime", "datetime": "datetime", "date": "date", "uuid": "UUID", "duration": "timedelta"}
#: word of an annotation -> the module that has it
_HOMES = {
    **dict.fromkeys(("bool", "bytes", "dict", "float", "int", "list", "str", "tuple", "type"), "builtins"),
    **dict.fromkeys(("AsyncIterator", "Iterator", "Mapping", "Sequence"), "collections.abc"),
    **dict.fromkeys(("date", "datetime", "timedelta"), "datetime"),
    "UUID": "uuid",
    **dict.fromkeys(("Any", "Literal", "Protocol", "TypeAlias", "overload"), "typing"),
    "Lines": "dynclient.http.streams",
    "Reply": "dynclient.openapi.response_decoder",
    "Request": "dynclient.http.messages",
    "Stream": "dynclient.client.asynchronous",
}


def stubs(spec: Spec, *, awaited: bool = False) -> str:
    """The text of the file: a class for each model, a protocol for each operation, a client of them.

    Args:
        spec: of any document.
        awaited: for a client of ``dynclient.aio``.
    """
    writer = _Stubs(spec, awaited=awaited)
    calls = [writer.operation(operation) for operation in spec.operations.values()]
    values = [*writer.values()]
    body = [*writer.models(), *values, *calls, *writer.client()]  # the models last, when it is known which there are
    title = f"{writer.title} {spec.release or ''}".strip().replace("\n", " ")
    head = f"# {title}: made by `dynclient stubs`; a newer document needs a newer file, the client does not."
    return "\n".join([head, *writer.imports(), "", *body])


class _Method(NamedTuple):
    """One way to call: its arguments, what goes for ``accept`` apart, and what comes back."""

    arguments: tuple[str, ...]
    returns: str

    def line(self, name: str, more: Sequence[str] = (), returns: str = "", mark: str = "") -> str:
        arguments = _star(self.arguments, more)
        me = "_self" if any(argument.startswith("self:") for argument in arguments) else "self"
        return f"    {mark}def {name}({', '.join([me, *arguments])}) -> {returns or self.returns}:"


class _Stubs:
    """Writes one document; every name that it writes is one of its own."""

    def __init__(self, spec: Spec, *, awaited: bool) -> None:
        self.spec = spec
        self.awaited = awaited
        self.title = str(spec.document.get("info", {}).get("title", "API"))
        self.is_airflow = "airflow" in self.title.lower()
        self.docs = Client(spec, "http://localhost")
        reserved = {"Client", "Models", "Spec", "_BaseClient", "_BaseModel", "_BaseModels", "_BaseSpec", "_Record"}
        self.classes = dict(_unique_names(((name, identifier(name)) for name in spec.models), reserved))
        self.records = {name for name in self.classes if issubclass(spec.models[name], Model)}
        protocols = ((one.id, f"_{camel(one.name.replace('_', ' '))}") for one in spec.operations.values())
        self.protocols = dict(_unique_names(protocols, reserved))
        #: in a class, a field hides what is called like it
        fields = {field for name in self.records for field in spec.models[name]._schema_.fields}
        reserved |= fields
        self.aliases = dict(_unique_names(((name, f"_{name}") for name in self.classes.values()), reserved))
        self.hidden = {name for name in self.classes.values() if name in fields}
        #: the object schemas by their place; those that the document does not name are found on the way
        self.records_at = {spec.models[name]._schema_.pointer: self.classes[name] for name in sorted(self.records)}
        self.reserved = reserved
        words = ((word, f"_{word}" if word in reserved else word) for word in _HOMES)
        self.words = dict(_unique_names(words, reserved))
        self.used: set[str] = set()

    def say(self, word: str) -> str:
        """A word of an annotation, by a name that nothing in the document has."""
        self.used.add(word)
        return self.words[word]

    def imports(self) -> Iterator[str]:
        homes: dict[str, list[str]] = {}
        for word in sorted(self.used):
            alias = self.words[word]
            if alias != word or _HOMES[word] != "builtins":
                homes.setdefault(_HOMES[word], []).append(word if alias == word else f"{word} as {alias}")
        base = "Airflow" if self.is_airflow else "Client"
        where = ("deployment.airflow_client" if self.is_airflow else "client.sync") if not self.awaited else "aio"
        homes[f"dynclient.{where}"] = [f"{base} as _BaseClient"]
        homes["dynclient.schema.models"] = ["Model as _BaseModel", "Models as _BaseModels"]
        homes["dynclient.openapi.spec"] = ["Spec as _BaseSpec"]
        yield from (f"from {home} import {', '.join(names)}" for home, names in sorted(homes.items()))

    # --- models ---

    def models(self) -> Iterator[str]:
        """A class for each object schema; writing one may find another, so the last word is said at the end."""
        yield f"class _Record(_BaseModel):\n{_NO_GUESSING}\n"
        written: set[str] = set()
        while len(written) < len(self.records_at):
            for pointer, name in [*self.records_at.items()]:
                if pointer not in written:
                    written.add(pointer)
                    yield self.model(name, self.spec.schemas.at(pointer))

    def values(self) -> Iterator[str]:
        """The other schemas by their names, and the models as ``client.spec.models`` has them."""
        for name, written in self.classes.items():
            if name not in self.records:
                schema = self.spec.models[name]._schema_
                yield f"{written}: {self.say('TypeAlias')} = {self.annotation(schema, read=True)}\n"
        yield "\n".join(f"{alias} = {name}" for name, alias in self.aliases.items()) + "\n"
        kinds = {
            name: f"{self.say('type')}[{self.aliases[written]}]" if name in self.records else self.say("Any")
            for name, written in self.classes.items()
        }
        lines = [f"    {name}: {kind}" for name, kind in kinds.items() if _is_free(name, Models)]
        yield "\n".join(["class Models(_BaseModels):", *lines, _NO_GUESSING, ""])

    def model(self, name: str, schema: Schema) -> str:
        fields = {field: of for field, of in schema.fields.items() if _is_name(field)}
        attributes = [f"    {f}: {self.annotation(of, read=True)}" for f, of in fields.items() if _is_free(f, Model)]
        required = {f for f in schema.required & fields.keys() if not (fields[f].read_only or fields[f].write_only)}
        keywords = [
            f"{field}: {self.given(of)}{'' if field in required else ' = ...'}"
            for field, of in sorted(fields.items(), key=lambda item: item[0] not in required)
            if field != "self"
        ]
        mark = f"    @{self.say('overload')}"
        lines = [mark, f"    def __init__(self, given: {self.say('Mapping')}[{self._any_field()}], /) -> None: ..."]
        lines += [mark, f"    def __init__(self, *, {', '.join(keywords)}) -> None: ..."]
        body = [*attributes, *(lines if keywords else [])]
        return "\n".join([f"class {name}(_Record):", *(body or ["    ..."]), ""])

    # --- operations ---

    def operation(self, operation: Operation) -> str:
        encoder = Encoder(operation)
        bodies = self.bodies(operation, encoder)
        answers = self.answers(operation, encoder)
        start = self.parameters(operation)
        calls = [_Method(_star(start, [*body, *how]), comes) for body, (how, comes) in product(bodies, answers)]
        names = ", ".join(repr(name) for name in encoder.accepts)
        accept = [f"accept: {self.say('Literal')}[{names}] = ..."] if len(answers) > 1 else []
        whole = [_Method(_star(start, [*body, *accept]), "") for body in bodies]
        mark = "async " if self.awaited else ""
        lines = [f"class {self.protocols[operation.id]}({self.say('Protocol')}):"]
        lines += self.defined("__call__", calls, mark=mark, doc=self.docs.operation(operation.id).__doc__)
        lines += self.defined("request", whole, self.say("Request"), mark=mark)
        lines += self.defined("response", whole, self.say("Reply"), mark=mark)
        flags = [f"seed: {self.say('int')} = ...", "*", f"minimal: {self.say('bool')} = ..."]
        lines += self.defined("example", [_Method(tuple(flags), f"{self.say('dict')}[{self._any_field()}]")])
        plan = paginate.paging(operation)
        if plan is not None:
            lines += self.walks(operation, plan.items, whole)
        if any(media_types.is_sequence(name) or media_types.is_text(name) for name in encoder.accepts):
            lines += self.defined("stream", whole, self.say("Stream" if self.awaited else "Lines"))
        return "\n".join([*lines, ""])

    def walks(self, operation: Operation, items: str, methods: Sequence[_Method]) -> Iterator[str]:
        found = [schema for schema in self.json(operation) if items in schema.fields]
        inner = found[0].fields[items].items if found else None
        item = self.annotation(inner, read=True) if inner is not None else self.say("Any")
        iterator = self.say("AsyncIterator" if self.awaited else "Iterator")
        page = self.annotation(found[0], read=True) if found else self.say("Any")
        progress = [] if any(a.startswith("progress:") for a in methods[0].arguments) else ["progress"]
        more = [f"{name}: {self.say('bool')} = ..." for name in progress]
        yield from self.defined("pages", methods, f"{iterator}[{page}]", more)
        yield from self.defined("iter", methods, f"{iterator}[{item}]", more)

    def defined(
        self,
        name: str,
        methods: Sequence[_Method],
        returns: str = "",
        more: Sequence[str] = (),
        mark: str = "",
        doc: str | None = None,
    ) -> Iterator[str]:
        """A method, overloaded where it is called in several ways; the first one has the documentation."""
        for method in methods:
            if len(methods) > 1:
                yield f"    @{self.say('overload')}"
            line = method.line(name, more, returns, mark)
            yield f"{line}\n{_docstring(doc)}" if doc and method is methods[0] else f"{line} ..."

    def parameters(self, operation: Operation) -> list[str]:
        """Path parameters as in the path, then a star, then all others; a constant one need not be given."""
        made: list[str] = []
        for parameter in sorted(operation.parameters, key=lambda p: (p.location != "path", p.constant)):
            if (parameter.location != "path" or parameter.constant) and "*" not in made:
                made.append("*")
            needed = parameter.required and not parameter.constant
            made.append(f"{parameter.keyword}: {self.given(parameter.schema)}{'' if needed else ' = ...'}")
        return made

    def bodies(self, operation: Operation, encoder: Encoder) -> list[list[str]]:
        """How the body is given: by its fields, or whole; in one where neither has to be given."""
        body = operation.request_body
        if body is None:
            return [[]]
        whole = f"body: {self.given(encoder.media.schema if encoder.media is not None else None)}"
        may_miss = "" if body.required and not encoder.fields else " = ..."
        fields = [self._field(field) for field in encoder.fields]
        if any(field.required for field in encoder.fields):
            return [fields, [whole if body.required else f"{whole} = ..."]]
        return [[*fields, whole + may_miss]]

    def _field(self, field: Field) -> str:
        return f"{field.keyword}: {self.given(field.schema)}{'' if field.required else ' = ...'}"

    # --- answers ---

    def answers(self, operation: Operation, encoder: Encoder) -> list[tuple[list[str], str]]:
        """How an answer is asked for: what ``accept`` is given, and what comes."""
        if len(encoder.accepts) == 1 or "accept" not in encoder.keywords:
            return [([], self.returns(operation, encoder.accepts))]
        literal = self.say("Literal")
        return [
            ([f"accept: {literal}[{name!r}]{'' if i else ' = ...'}"], self.returns(operation, [name]))
            for i, name in enumerate(encoder.accepts)
        ]

    def returns(self, operation: Operation, names: Iterable[str]) -> str:
        kinds = []
        for response in _good(operation):
            kinds += [
                self.came(name, media.schema) for name, media in response.content.items() if name in {*names}
            ] or ["None"] * (not response.content)
        return self.union(kinds) or "None"

    def came(self, name: str, schema: Schema | None) -> str:
        if media_types.is_sequence(name):
            return self.say("Stream" if self.awaited else "Lines")
        if media_types.is_json(name) or "*" in name:
            return self.annotation(schema, read=True) if schema is not None else self.say("Any")
        return self.say("str" if media_types.is_text(name) else "bytes")

    def json(self, operation: Operation) -> Iterator[Schema]:
        for response in _good(operation):
            for name, media in response.content.items():
                if media_types.is_json(name) and media.schema is not None:
                    yield media.schema

    # --- types ---

    def given(self, schema: Schema | None) -> str:
        """The type of a value that is given: its JSON form is as good as the Python value."""
        return self.annotation(schema, read=False) if schema is not None else self.say("Any")

    def annotation(self, schema: Schema, *, read: bool) -> str:
        return self.union(self._members(schema, frozenset(), read=read))

    def union(self, members: Iterable[str]) -> str:
        parts = list(dict.fromkeys(members))
        return self.words["Any"] if self.words["Any"] in parts else " | ".join(parts)

    def _members(self, schema: Schema, above: frozenset[str], *, read: bool) -> list[str]:
        plain = schema.plain
        if plain.pointer in above:
            return [self.say("Any")]
        made = self._plain(plain, above | {plain.pointer}, read=read)
        return [*made, "None"] if "null" in schema.described_types else made

    def _plain(self, plain: Schema, above: frozenset[str], *, read: bool) -> list[str]:
        if plain.enum and all(value is None or isinstance(value, (str, int)) for value in plain.enum):
            return [f"{self.say('Literal')}[{', '.join(map(repr, plain.enum))}]"]
        branches = plain.union
        if branches and not plain.fields:
            return [member for branch in branches for member in self._members(branch, above, read=read)]
        types = [kind for kind in plain.described_types if kind != "null"]
        if types == ["array"]:
            items = self._members(plain.items, above, read=read) if plain.items is not None else [self.say("Any")]
            return [self._list(items, read=read)]
        if types == ["object"]:
            return self._object(plain, above, read=read)
        if types == ["string"] and plain.format in _FORMATS:
            return [self.say(_FORMATS[plain.format]), *([] if read else [self.say("str")])]
        scalars = [self.say(_SCALARS.get(kind, "Any")) for kind in types]
        return scalars or ["None" if plain.described_types else self.say("Any")]

    def _list(self, items: Sequence[str], *, read: bool) -> str:
        item = self.union(items)
        if read:
            return f"{self.say('list')}[{item}]"
        if {self.words["str"], self.words["Any"]} & {*items}:  # a text is a sequence of texts too, and is not meant
            return f"{self.say('list')}[{item}] | {self.say('tuple')}[{item}, ...]"
        return f"{self.say('Sequence')}[{item}]"

    def _object(self, plain: Schema, above: frozenset[str], *, read: bool) -> list[str]:
        model = self.record(plain)
        if not read:
            return [*model, f"{self.say('Mapping')}[{self._any_field()}]"]
        more = plain.additional if not plain.fields else None
        inner = self.union(self._members(more, above, read=True)) if more is not None else self.say("Any")
        return model or [f"{self.say('dict')}[{self.say('str')}, {inner}]"]

    def record(self, plain: Schema) -> list[str]:
        """The class of an object schema, as a field of any class may call it; none for objects without fields."""
        model = self.spec.models.of(plain)
        if model is None:
            return []
        if plain.pointer not in self.records_at:
            name = free(identifier(model.__name__), self.reserved)
            self.reserved.add(name)
            self.records_at[plain.pointer] = name
        written = self.records_at[plain.pointer]
        return [self.aliases[written] if written in self.hidden else written]

    def _any_field(self) -> str:
        return f"{self.say('str')}, {self.say('Any')}"

    # --- the client ---

    def client(self) -> Iterator[str]:
        yield "class Spec(_BaseSpec):\n    models: Models\n"
        lines = [
            f"    {operation.name}: {self.protocols[operation.id]}"
            for operation in self.spec.operations.values()
            if _is_free(operation.name, Airflow if self.is_airflow else Client)
            and operation.name not in vars(self.docs)
        ]
        yield "\n".join(["class Client(_BaseClient):", "    spec: Spec", *lines, _NO_GUESSING, ""])


def _unique_names(names: Iterable[tuple[str, str]], reserved: set[str]) -> Iterator[tuple[str, str]]:
    """Each with the name that it wants, or the next that is free."""
    for key, name in names:
        found = free(name, reserved)
        reserved.add(found)
        yield key, found


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _is_free(name: str, base: type[Any]) -> bool:
    """Can it be an attribute, and has the class none of that name?"""
    return _is_name(name) and not hasattr(base, name)


def _star(start: Sequence[str], rest: Sequence[str]) -> tuple[str, ...]:
    return (*start, *(["*"] if rest and "*" not in start else []), *rest)


def _good(operation: Operation) -> list[Any]:
    """The answers that are no errors."""
    good = [response for status, response in operation.responses.items() if status.startswith("2")]
    return good or [response for status, response in operation.responses.items() if status == "default"]


def _docstring(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').strip()
    lines = [f"        {line}".rstrip() for line in f'"""{escaped}\n"""'.splitlines()]
    return "\n".join(lines)
