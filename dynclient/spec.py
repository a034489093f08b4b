"""A document as frozen Operations, Parameters, Responses, Servers: OpenAPI's own nouns in snake case.

``parse`` looks at each path once and makes nothing else; an ``Operation`` is made when it is asked for, its schemas
are compiled when they are used. A defect becomes a ``Fault`` in ``Spec.faults`` as long as the rest can be used.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from . import document as documents
from .errors import ArgumentError, Fault, SpecError, UnknownOperation, near_names
from .models import Models, remember
from .schema import Schema, Schemas

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

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: OpenAPI 3.1 §4.8.12.1: header parameters with these names shall be ignored
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
_DEFAULT_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}

#: (kind of thing, name, name of the operation or "") -> one line of help, or ""
Words = Callable[[str, str, str], str]


class MediaType(NamedTuple):
    """A body in one media type."""

    name: str
    schema: Schema | None
    encoding: Mapping[str, Any]
    pointer: str


class RequestBody(NamedTuple):
    """What may be sent: by media type."""

    required: bool
    content: Mapping[str, MediaType]
    pointer: str


class DocumentedResponse(NamedTuple):
    """What the document says of one status (``200``, ``2XX``, ``default``)."""

    status: str
    content: Mapping[str, MediaType]
    headers: Mapping[str, Schema]
    pointer: str


class Parameter(NamedTuple):
    """One parameter; ``location`` is OpenAPI's ``in``, ``keyword`` the name to call it by in Python."""

    name: str
    location: str
    required: bool
    schema: Schema | None
    style: str
    explode: bool
    allow_reserved: bool
    media_type: str | None
    keyword: str
    deprecated: bool
    pointer: str

    @property
    def constant(self) -> bool:
        """Has the schema exactly one value (``const: "~"``), so that it need not be given?"""
        return self.schema is not None and "const" in self.schema.plain.keywords


class ServerVariable(NamedTuple):
    """A variable of a server's URL: its default and, when not empty, the only values it takes."""

    default: str
    enum: tuple[str, ...] = ()


class Server(NamedTuple):
    """Where an API is served: a URL, perhaps with ``{variables}`` (OpenAPI 3.1 §4.8.5)."""

    url: str
    variables: Mapping[str, ServerVariable]
    pointer: str = "#/servers"

    def expand(self, **variables: str) -> str:
        """The URL with its variables filled in, from ``variables`` or their defaults; unused ones are ignored.

        Raises:
            ArgumentError: a value that is not in the variable's enum; all of them at once.
        """
        wrong = [
            f"{name}: one of {', '.join(map(repr, known.enum))} is wanted"
            for name, known in self.variables.items()
            if known.enum and variables.get(name, known.default) not in known.enum
        ]
        if wrong:
            raise ArgumentError(f"server {self.url}: " + "; ".join(wrong))
        values = {name: variables.get(name, known.default) for name, known in self.variables.items()}
        return re.sub(r"\{([^{}]*)\}", lambda found: values.get(found[1], found[0]), self.url)


class SecurityScheme(NamedTuple):
    """A way to prove who calls: ``type`` apiKey, http, oauth2, openIdConnect or mutualTLS."""

    name: str
    type: str
    scheme: str = ""  #: of ``http``: basic, bearer, negotiate …
    location: str = ""  #: of ``apiKey``: header, query or cookie
    parameter: str = ""  #: of ``apiKey``: the name of the header, parameter or cookie
    flows: Mapping[str, Any] = {}  #: of ``oauth2``
    pointer: str = ""


class Operation(NamedTuple):
    """One thing the API can do: a method on a path.

    Attributes:
        id: its ``operationId``, made of method and path where the document gives none.
        name: the id as a Python identifier; the attribute of a client.
        security: alternatives, each a mapping from scheme to scopes; empty means none is named.
        servers: those of the operation or its path; empty means the document's.
    """

    id: str
    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    request_body: RequestBody | None
    responses: Mapping[str, DocumentedResponse]
    security: tuple[Mapping[str, tuple[str, ...]], ...]
    tags: tuple[str, ...]
    deprecated: bool
    servers: tuple[Server, ...]
    pointer: str

    def response_for(self, status: int | str) -> DocumentedResponse | None:
        """What the document says of a status: the code itself, then its range ``2XX``, then ``default``."""
        text = str(status)
        for key in (text, f"{text[0]}XX", "default"):
            if key in self.responses:
                return self.responses[key]
        return None

    @property
    def success(self) -> DocumentedResponse | None:
        """The response of the lowest 2xx, then of ``2XX``, then ``default``."""
        codes = sorted(status for status in self.responses if status.startswith("2"))
        return self.responses.get(codes[0] if codes else "default")

    def parameter(self, name: str, location: str | None = None) -> Parameter | None:
        """The parameter of this name (and place), as the document spells it."""
        for parameter in self.parameters:
            if parameter.name == name and location in (None, parameter.location):
                return parameter
        return None

    def __repr__(self) -> str:
        return f"<Operation {self.id}: {self.method} {self.path}>"


class Match(NamedTuple):
    """Which operation a URL belongs to, and the path arguments in it, percent-decoded."""

    operation: Operation
    arguments: Mapping[str, str]
    prefix: str


class Operations(Mapping[str, Operation]):
    """The operations by id; each is made when first asked for. Also by attribute, with near names."""

    def __init__(self, places: Mapping[str, tuple[str, str, str]], make: Callable[[str], Operation]) -> None:
        self._places = places  # id -> (method, path, pointer)
        self._names = {identifier(id_): id_ for id_ in reversed(places)}
        self._make = make
        self._made: dict[str, Operation] = {}

    def __getitem__(self, key: str) -> Operation:
        made = self._made.get(key)
        if made is None:
            id_ = key if key in self._places else self._names.get(key)
            if id_ is None:
                raise self.unknown(key)
            made = self._made[key] = self._made.get(id_) or self._make(id_)
        return made

    def __getattr__(self, name: str) -> Operation:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, key: object) -> bool:
        return key in self._places or key in self._names

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
        return tuple(identifier(id_) for id_ in self._places)

    def path(self, id_: str) -> str:
        """The path of an operation, without making it."""
        return self._places[id_][1]

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
        faults: defects that did not keep the document from being used.
        operations: by id.
        tags: tag -> the names of its operations.
        schemas: its schemas by pointer.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        source: str,
        release: str | None,
        places: Mapping[str, tuple[str, str, str]],
        faults: tuple[Fault, ...],
        words: Words | None,
    ) -> None:
        self.document = document
        self.source = source
        self.release = release
        self.faults = faults
        self.schemas = Schemas(document)
        self.operations = Operations(places, self._operation)
        self._places = places
        self._words = words
        self._models: Models | None = None
        self._routes: list[tuple[str, re.Pattern[str], str]] | None = None

    def __repr__(self) -> str:
        title = self.document.get("info", {}).get("title", "API")
        return f"<Spec {title} {self.release or ''}".rstrip() + f": {len(self.operations)} operations>"

    @property
    def models(self) -> Models:
        """The models by schema name."""
        if self._models is None:
            self._models = Models(self.schemas)
            remember(self._models)
        return self._models

    @property
    def servers(self) -> tuple[Server, ...]:
        """The document's servers; one with the URL ``/`` where it names none (OpenAPI 3.1 §4.8.1)."""
        return _servers(self.document, "#") or (Server("/", {}),)

    @property
    def security_schemes(self) -> Mapping[str, SecurityScheme]:
        """The ways to prove who calls, by the names that ``security`` uses."""
        base = "#/components/securitySchemes"
        found = self.document.get("components", {}).get("securitySchemes", {})
        return {name: _security_scheme(self.document, name, documents.join(base, name)) for name in found}

    @property
    def tags(self) -> Mapping[str, tuple[str, ...]]:
        """Tag -> the Python names of its operations, in the order of the document."""
        grouped: dict[str, list[str]] = {}
        for id_, (_, _, pointer) in self._places.items():
            for tag in documents.resolve(self.document, pointer).get("tags", ()):
                grouped.setdefault(tag, []).append(identifier(id_))
        return {tag: tuple(names) for tag, names in grouped.items()}

    def words(self, kind: str, name: str, operation: str = "") -> str:
        """One line of help for an ``operation``, ``parameter`` or ``field``; the document's own line if it has one."""
        return self._words(kind, name, operation) if self._words else ""

    def match(self, method: str, url: str) -> Match | None:
        """The operation that a request belongs to, on any host and below any prefix; literals before templates.

        Where the document's servers have a path (``/api/v1``), the prefix must end in it.
        """
        path = urlsplit(url).path
        if self._routes is None:
            self._routes = self._make_routes()
        for verb, pattern, id_ in self._routes:
            if verb != method.upper():
                continue
            found = pattern.fullmatch(path)
            if found:
                operation = self.operations[id_]
                names = re.findall(r"\{([^{}]+)\}", operation.path)
                values = [unquote(value) for value in found.groups()[1:]]
                return Match(operation, dict(zip(names, values, strict=True)), found[1])
        return None

    def _make_routes(self) -> list[tuple[str, re.Pattern[str], str]]:
        bases = {urlsplit(server.expand()).path.rstrip("/") for server in self.servers}
        prefix = "((?:/.*)?(?:" + "|".join(re.escape(base) for base in sorted(bases)) + "))"
        places = sorted(self._places.items(), key=lambda item: _route_rank(item[1][1]))
        return [(method, re.compile(prefix + _route(path)), id_) for id_, (method, path, _) in places]

    def _operation(self, id_: str) -> Operation:
        method, path, pointer = self._places[id_]
        return _Maker(self.document, self.schemas).operation(id_, method, path, pointer)


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
    documents.check(document)
    places: dict[str, tuple[str, str, str]] = {}
    faults: list[Fault] = []
    for path, item in document["paths"].items():
        base = documents.join("#/paths", path)
        try:
            item, base = documents.follow(document, item, base)
        except SpecError as error:
            faults.append(Fault(base, str(error)))
            continue
        if not isinstance(item, dict):
            faults.append(Fault(base, "a path item is an object; it is left out"))
            continue
        for method in METHODS:
            if method in item:
                _place_operation(places, faults, method, path, item[method], documents.join(base, method))
    return Spec(document, source, release, places, tuple(faults), words)


def _place_operation(
    places: dict[str, tuple[str, str, str]], faults: list[Fault], method: str, path: str, value: Any, pointer: str
) -> None:
    if not isinstance(value, dict):
        faults.append(Fault(pointer, "an operation is an object; it is left out"))
        return
    id_ = value.get("operationId")
    if not isinstance(id_, str) or not id_:
        id_ = f"{method}_{_snake(path)}".rstrip("_")
    if id_ in places:
        taken, n = id_, 2
        while id_ in places:
            id_, n = f"{taken}_{n}", n + 1
        faults.append(Fault(pointer, f"operationId {taken!r} is used twice; this one is called {id_!r}"))
    places[id_] = (method.upper(), path, pointer)


def _snake(text: str) -> str:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    return re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_").lower()


def identifier(name: str) -> str:
    """A name as a Python identifier: ``X-Request-Id`` is ``x_request_id``, ``class`` is ``class_``."""
    if name.isidentifier():
        return name + "_" if keyword.iskeyword(name) else name
    text = _snake(name) or "_"
    text = f"_{text}" if text[0].isdigit() else text
    return text + "_" if keyword.iskeyword(text) else text


def _route_rank(path: str) -> tuple[int, tuple[int, ...]]:
    """Longer paths first, and among those of a length the ones whose literals come first."""
    segments = path.split("/")
    return -len(segments), tuple(segment.count("{") * 1000 - len(segment) for segment in segments)


def _route(path: str) -> str:
    return re.sub(r"\\\{[^{}]+\\\}", "([^/]+)", re.escape(path))


def _servers(holder: Mapping[str, Any], pointer: str) -> tuple[Server, ...]:
    return tuple(
        Server(
            str(server.get("url", "/")),
            {
                name: ServerVariable(str(value.get("default", "")), tuple(map(str, value.get("enum", ()))))
                for name, value in server.get("variables", {}).items()
            },
            documents.join(pointer, "servers", i),
        )
        for i, server in enumerate(holder.get("servers", ()))
    )


def _security_scheme(document: Mapping[str, Any], name: str, pointer: str) -> SecurityScheme:
    value = documents.follow(document, documents.resolve(document, pointer), pointer)[0]
    return SecurityScheme(
        name,
        str(value.get("type", "")),
        str(value.get("scheme", "")).lower(),
        str(value.get("in", "")),
        str(value.get("name", "")),
        value.get("flows", {}),
        pointer,
    )


class _Maker:
    """Makes one operation out of the document."""

    def __init__(self, document: Mapping[str, Any], schemas: Schemas) -> None:
        self.document = document
        self.schemas = schemas

    def operation(self, id_: str, method: str, path: str, pointer: str) -> Operation:
        value = documents.resolve(self.document, pointer)
        above, above_pointer = self.follow(self.document["paths"][path], documents.join("#/paths", path))
        security = value.get("security", self.document.get("security", ()))
        return Operation(
            id_,
            identifier(id_),
            method,
            path,
            self.parameters(above, above_pointer, value, pointer, path),
            self.request_body(value, pointer),
            self.responses(value, pointer),
            tuple({name: tuple(scopes) for name, scopes in need.items()} for need in security),
            tuple(value.get("tags", ())),
            value.get("deprecated") is True,
            _servers(value, pointer) or _servers(above, above_pointer),
            pointer,
        )

    def follow(self, value: Any, pointer: str) -> tuple[Any, str]:
        value, pointer = documents.follow(self.document, value, pointer)
        if not isinstance(value, dict):
            raise SpecError("an object is wanted here", pointer=pointer)
        return value, pointer

    def parameters(
        self, above: dict[str, Any], above_pointer: str, value: dict[str, Any], pointer: str, path: str
    ) -> tuple[Parameter, ...]:
        """The path item's parameters, overridden by the operation's of the same name and place; path order first."""
        found: dict[tuple[str, str], Parameter] = {}
        for holder, base in ((above, above_pointer), (value, pointer)):
            for i, item in enumerate(holder.get("parameters", ())):
                parameter = self.parameter(*self.follow(item, documents.join(base, "parameters", i)))
                if parameter.location != "header" or parameter.name.lower() not in _NOT_PARAMETERS:
                    found[parameter.name, parameter.location] = parameter
        in_path = re.findall(r"\{([^{}]+)\}", path)
        for name in in_path:
            if (name, "path") not in found:  # the template demands it, the document forgot to declare it
                found[name, "path"] = Parameter(
                    name, "path", True, None, "simple", False, False, None, identifier(name), False, pointer
                )
        ordered = [found.pop((name, "path")) for name in dict.fromkeys(in_path)] + [
            parameter for parameter in found.values() if parameter.location != "path"
        ]
        return tuple(_distinct(ordered))

    def parameter(self, value: dict[str, Any], pointer: str) -> Parameter:
        name, location = value.get("name"), value.get("in")
        if not isinstance(name, str) or location not in _DEFAULT_STYLES:
            raise SpecError("a parameter needs a name and `in`: path, query, header or cookie", pointer=pointer)
        style = value.get("style", _DEFAULT_STYLES[location])
        media = next(iter(value.get("content", ())), None)
        schema = None
        if media is not None:
            below = documents.join(pointer, "content", media, "schema")
            schema = self.schemas.at(below) if "schema" in value["content"][media] else None
        elif "schema" in value:
            schema = self.schemas.at(documents.join(pointer, "schema"))
        return Parameter(
            name,
            location,
            location == "path" or value.get("required") is True,
            schema,
            style,
            value.get("explode", style == "form"),
            value.get("allowReserved") is True,
            media,
            identifier(name),
            value.get("deprecated") is True,
            pointer,
        )

    def content(self, value: dict[str, Any], pointer: str) -> dict[str, MediaType]:
        content = {}
        for name, item in value.get("content", {}).items():
            base = documents.join(pointer, "content", name)
            schema = self.schemas.at(documents.join(base, "schema")) if "schema" in item else None
            content[name] = MediaType(name, schema, item.get("encoding", {}), base)
        return content

    def request_body(self, value: dict[str, Any], pointer: str) -> RequestBody | None:
        if "requestBody" not in value:
            return None
        body, base = self.follow(value["requestBody"], documents.join(pointer, "requestBody"))
        return RequestBody(body.get("required") is True, self.content(body, base), base)

    def responses(self, value: dict[str, Any], pointer: str) -> dict[str, DocumentedResponse]:
        responses = {}
        for status, item in value.get("responses", {}).items():
            response, base = self.follow(item, documents.join(pointer, "responses", status))
            headers = {}
            for name, header in response.get("headers", {}).items():
                found, at = self.follow(header, documents.join(base, "headers", name))
                if "schema" in found and name.lower() != "content-type":
                    headers[name] = self.schemas.at(documents.join(at, "schema"))
            key = status if status == "default" else str(status).upper()
            responses[key] = DocumentedResponse(key, self.content(response, base), headers, base)
        return responses


def _distinct(parameters: list[Parameter]) -> Iterator[Parameter]:
    """Parameters of one name in two places are told apart by the place: ``id`` and ``id_query``."""
    taken: set[str] = set()
    for parameter in parameters:
        name = parameter.keyword
        if name in taken:
            name = identifier(f"{parameter.keyword.rstrip('_')}_{parameter.location}")
        taken.add(name)
        yield parameter if name == parameter.keyword else parameter._replace(keyword=name)
