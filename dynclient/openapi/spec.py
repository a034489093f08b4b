"""A document as a Spec: its operations, servers, tags and models, and which operation a URL belongs to.

``parse`` looks at each path once and makes nothing else; an ``Operation`` is made when it is asked for, its schemas
are compiled when they are used. A defect becomes a ``Fault`` in ``Spec.faults`` as long as the rest can be used.

Imported in functions: ``faults`` and ``schema_faults``, which no call needs.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ..documents import dialect, pointers, releases
from ..errors import Fault, SpecError, UnknownOperation, near_names
from ..schema.models import Models, remember
from ..schema.schema import Schemas
from .operation import (
    DocumentedResponse,
    MediaType,
    Operation,
    Parameter,
    Place,
    RequestBody,
    SecurityScheme,
    Server,
    ServerVariable,
    fixed_query,
    free,
    identifier,
    part,
    snake,
)
from .operation_parser import OperationParser, security_scheme_of, servers_of

__all__ = [
    "DocumentedResponse",
    "Match",
    "MediaType",
    "Operation",
    "Operations",
    "Parameter",
    "RequestBody",
    "SecurityScheme",
    "Server",
    "ServerVariable",
    "Spec",
    "identifier",
    "parse",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
#: names that a client uses itself: operations of such a name are reached by ``call``
CLIENT_NAMES = frozenset(
    {"auth", "call", "call_type", "close", "aclose", "map", "operation", "operations", "options", "read_only"}
    | {"requests", "responses", "send", "server", "servers", "settle", "spec", "tags", "transport", "violations"}
    | {"argument_hint", "let_through", "may_send", "prepared", "refusal_hint", "transport_options", "unknown_operation"}
)

#: (kind of thing, name, name of the operation or "") -> one line of help, or ""
Words = Callable[[str, str, str], str]


class Match(NamedTuple):
    """Which operation a URL belongs to, and the path arguments in it, percent-decoded."""

    operation: Operation
    arguments: Mapping[str, str]
    prefix: str


class Operations(Mapping[str, Operation]):
    """The operations by id; each is made when first asked for. Also by attribute, with near names."""

    def __init__(self, places: Mapping[str, Place], make: Callable[[str], Operation]) -> None:
        self._places = places
        self._names = {place.name: id_ for id_, place in places.items()}
        self._make = make
        self._by_key: dict[str, Operation] = {}

    def __getitem__(self, key: str) -> Operation:
        if key not in self:
            raise self.unknown(key)
        operation = self._by_key.get(key)
        if operation is None:
            id_ = key if key in self._places else self._names[key]
            operation = self._by_key[key] = self._by_key.get(id_) or self._make(id_)
        return operation

    def __getattr__(self, name: str) -> Operation:
        if name.startswith("_") and name not in self.__dict__.get("_names", ()):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and (key in self._places or key in self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._names]

    def __repr__(self) -> str:
        return f"<{len(self)} operations: {', '.join(list(self)[:5])} …>"

    @property
    def names(self) -> tuple[str, ...]:
        """The Python names, in the order of the document."""
        return tuple(self._names)

    def path(self, id_: str) -> str:
        """The path of an operation, without making it."""
        return self._places[id_].path

    def unknown(self, key: str, hint: str = "") -> UnknownOperation:
        """The error for a name that is none, with those that come near."""
        near = near_names(str(key), self.names)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        return UnknownOperation(f"there is no operation {key!r} here{meant or '; dir() lists them'}{hint}", near=near)


class Spec:
    """A parsed document. Nothing in it changes; what is costly is made once, on first use.

    Attributes:
        document: the document as loaded, with its corrections.
        source: where it came from, for people.
        release: the release it describes, when known.
        operations: by id.
        tags: tag -> the names of its operations.
        schemas: its schemas by pointer.
        models: its models by schema name; each is made when first asked for.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        source: str,
        release: str | None,
        places: Mapping[str, Place],
        faults: tuple[Fault, ...],
        words: Words | None,
    ) -> None:
        self.document = document
        self.source = source
        self.release = release
        self.schemas = Schemas(document)
        self.operations = Operations(places, self._operation)
        self._places = places
        self._words = words
        self._name_faults = faults
        self.models = Models(self.schemas, release)
        remember(self.models)
        self._routes: list[tuple[str, re.Pattern[str], str]] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """By the release where the document is the bundled one; unpickled once in a process."""
        reference = self.models.reference
        document = None if reference == self.release else self.document
        return _unpickled, (reference, document, self.source, self.release, self._words)

    def __repr__(self) -> str:
        title = part(self.document, "info").get("title", "API")
        return f"<Spec {title} {self.release or ''}".rstrip() + f": {len(self.operations)} operations>"

    @functools.cached_property
    def faults(self) -> tuple[Fault, ...]:
        """The defects of the document that did not keep it from being used; they are looked for when asked for."""
        from ..schema.schema_faults import schema_faults
        from .faults import document_faults

        operations = document_faults(self, frozenset(METHODS))
        return (*self._name_faults, *operations, *schema_faults(self.document))

    @property
    def servers(self) -> tuple[Server, ...]:
        """The document's servers; one with the URL ``/`` where it names none (OpenAPI 3.1 §4.8.1)."""
        return servers_of(self.document, "#") or (Server("/", {}),)

    @property
    def security_schemes(self) -> Mapping[str, SecurityScheme]:
        """The ways to prove who calls, by the names that ``security`` uses."""
        base = "#/components/securitySchemes"
        schemes = part(part(self.document, "components"), "securitySchemes")
        return {name: security_scheme_of(self.document, name, pointers.join(base, name)) for name in schemes}

    @property
    def tags(self) -> Mapping[str, tuple[str, ...]]:
        """Tag -> the Python names of its operations, in the order of the document."""
        grouped: dict[str, list[str]] = {}
        for place in self._places.values():
            for tag in pointers.resolve(self.document, place.pointer).get("tags") or ():
                grouped.setdefault(tag, []).append(place.name)
        return {tag: tuple(names) for tag, names in grouped.items()}

    def words(self, kind: str, name: str, operation: str = "") -> str:
        """One line of help for an ``operation``, ``parameter`` or ``field``; the document's own line if it has one."""
        own = self._own_words(self.operations[operation or name], kind, name)
        return own or (self._words(kind, name, operation) if self._words else "")

    def _own_words(self, operation: Operation, kind: str, name: str) -> str:
        holder: object = None
        if kind == "operation":
            holder = pointers.resolve(self.document, operation.pointer)
        elif kind == "parameter":
            parameter = operation.parameter(name)
            holder = pointers.resolve(self.document, parameter.pointer) if parameter is not None else None
        elif operation.request_body is not None:
            media = next(iter(operation.request_body.content.values()), None)
            fields = media.schema.fields if media is not None and media.schema is not None else {}
            holder = fields[name].value if name in fields else None
        line = (holder.get("summary") or holder.get("description")) if isinstance(holder, dict) else None
        return line.strip().partition("\n")[0] if isinstance(line, str) else ""

    def match(self, method: str, url: str) -> Match | None:
        """The operation that a request belongs to, on any host and below any prefix; literals before templates.

        Where the document's servers have a path (``/api/v1``), the prefix must end in it.
        """
        return next(self.matches(method, url), None)

    def matches(self, method: str, url: str) -> Iterator[Match]:
        """Every operation that a request may belong to, the best first; several where paths say the same URL."""
        parts = urlsplit(url)
        path, query = _ESCAPED.sub(_unescaped, parts.path), {*parts.query.split("&")}
        if self._routes is None:
            self._routes = self._make_routes()
        for verb, pattern, id_ in self._routes:
            if verb != method.upper():
                continue
            route_match = pattern.fullmatch(path)
            if route_match:
                operation = self.operations[id_]
                if not query.issuperset(fixed_query(operation.path)):
                    continue
                names = re.findall(r"\{([^{}]+)\}", operation.path)
                values = [unquote(value) for value in route_match.groups()[1:]]
                yield Match(operation, dict(zip(names, values, strict=True)), route_match[1])

    def _make_routes(self) -> list[tuple[str, re.Pattern[str], str]]:
        bases = sorted({_base_pattern(server.url) for server in self.servers})
        prefix = f"((?:/.*)?(?:{'|'.join(bases)}))"
        places = sorted(self._places.items(), key=lambda item: _route_rank(item[1].path))
        return [(place.method, re.compile(prefix + _route(place.path)), id_) for id_, place in places]

    def _operation(self, id_: str) -> Operation:
        return OperationParser(self.document, self.schemas).operation(id_, self._places[id_])


_MOST_DOCUMENTS = 16  # documents that came in pickles, kept for those that come after them
_by_reference: dict[str, Spec] = {}


def _unpickled(
    reference: str, document: Mapping[str, Any] | None, source: str, release: str | None, words: Words | None
) -> Spec:
    spec = _by_reference.get(reference)
    if spec is None:
        content = releases.bundled_document(reference) if document is None else document
        spec = parse(content, source=source, release=release, words=words)
        if len(_by_reference) < _MOST_DOCUMENTS:
            _by_reference[reference] = spec
    return spec


def parse(
    document: Mapping[str, Any], *, source: str = "", release: str | None = None, words: Words | None = None
) -> Spec:
    """A document as a Spec: each path is looked at once, nothing is compiled.

    Args:
        document: a whole OpenAPI 3.0 or 3.1 document; it is not changed and must not be changed later.
        source: where it came from, for messages.
        release: the release it describes.
        words: help texts by (kind, name, operation); read only when help is asked for.

    Raises:
        SpecError: it is not OpenAPI 3.0 or 3.1, or nothing can be called.
    """
    dialect.check(document)
    faults: list[Fault] = []
    entries = list(_operations(document, faults))
    ids = {own for own, *_ in entries}
    names = {own for own in ids if own and identifier(own) == own}  # nobody else gets these
    places: dict[str, Place] = {}
    for own, method, path, pointer in entries:
        id_ = own if own and own not in places else free(own or f"{method}_{snake(path)}".rstrip("_"), ids)
        name = id_ if id_ == own and id_ in names else free(identifier(id_), names)
        if own and id_ != own:
            faults.append(Fault(pointer, f"operationId {own!r} is used twice; this one is called {id_!r}"))
        elif name != identifier(id_):
            faults.append(Fault(pointer, f"operationId {id_!r} reads as another one in Python; it is called {name!r}"))
        if name in CLIENT_NAMES:
            faults.append(Fault(pointer, f"a client uses the name {name} itself; call it by client.call({id_!r}, …)"))
        ids.add(id_)
        names.add(name)
        places[id_] = Place(name, method.upper(), path, pointer)
    return Spec(document, source, release, places, tuple(faults), words)


def _operations(document: Mapping[str, Any], faults: list[Fault]) -> Iterator[tuple[str, str, str, str]]:
    """(operationId or "", method, path, pointer) of each operation, in the order of the document."""
    for path, value in document["paths"].items():
        base = pointers.join("#/paths", path)
        try:
            item, base = pointers.follow(document, value, base)
        except SpecError as error:
            faults.append(Fault(base, str(error)))
            continue
        if not isinstance(item, dict):
            if not path.startswith("x-"):  # an extension may be anything
                faults.append(Fault(base, "a path item is an object; it is left out"))
            continue
        for method in METHODS:
            if method in item:
                yield from _operation(item[method], method, path, pointers.join(base, method), faults)
        for method, operation in part(item, "additionalOperations").items():  # OpenAPI 3.2
            pointer = pointers.join(base, "additionalOperations", method)
            if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", method):
                yield from _operation(operation, method, path, pointer, faults)
            else:
                faults.append(Fault(pointer, "the key is no HTTP method; it is left out"))


def _operation(
    value: object, method: str, path: str, pointer: str, faults: list[Fault]
) -> Iterator[tuple[str, str, str, str]]:
    """The operation at this place, unless it is none."""
    if not isinstance(value, dict):
        faults.append(Fault(pointer, "an operation is an object; it is left out"))
    elif isinstance(value.get("$ref"), str):
        faults.append(
            Fault(pointer, "a $ref in the place of an operation, which OpenAPI does not have; put the operation here")
        )
    else:
        id_ = value.get("operationId")
        yield id_ if isinstance(id_, str) else "", method, path, pointer


def _route_rank(path: str) -> tuple[int, int, bool, tuple[int, ...]]:
    """Longer paths first, of a length those with a query, then those without a fragment, then earlier literals."""
    segments = path.split("/")
    literals = tuple(segment.count("{") * 1000 - len(segment) for segment in segments)
    return -len(segments), -len(fixed_query(path)), "#" in path, literals


def _route(path: str) -> str:
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    path = path if path.startswith("/") else f"/{path}"
    return re.sub(r"\\\{[^{}]+\\\}", "([^/]+)", re.escape(path))


def _base_pattern(url: str) -> str:
    """The path of a server's URL, whatever its variables are filled in with."""
    path = re.sub(r"^[^/]*//[^/]*", "", url).partition("?")[0].rstrip("/")
    return re.sub(r"\\\{[^{}]*\\\}", ".*", re.escape(path))


_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")


def _unescaped(match: re.Match[str]) -> str:
    """An unreserved character that did not need its percent-encoding (RFC 3986 §6.2.2.2); others as they are."""
    char = chr(int(match[0][1:], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else match[0]
