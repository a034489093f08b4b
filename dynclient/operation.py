"""An operation and its parts as frozen data: OpenAPI's own nouns in snake case, made out of a document.

``Maker.operation`` makes one operation; its schemas are views that compile when they are used.
"""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from . import document as documents
from .errors import ArgumentError, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from .schema import Schema, Schemas

__all__ = [
    "DocumentedResponse",
    "Maker",
    "MediaType",
    "Operation",
    "Parameter",
    "Place",
    "RequestBody",
    "SecurityScheme",
    "Server",
    "ServerVariable",
    "free",
    "identifier",
    "part",
    "security_scheme_of",
    "servers_of",
    "snake",
]

#: OpenAPI 3.1 §4.8.12.1: header parameters with these names shall be ignored
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
_DEFAULT_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


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

    def expand(self, /, **variables: str) -> str:
        """The URL with its variables filled in, from ``variables`` or their defaults; unused ones are ignored.

        Raises:
            ArgumentError: a value that is not in the variable's enum; all of them at once.
        """
        values = {name: str(variables.get(name, known.default)) for name, known in self.variables.items()}
        wrong = [
            f"{name}: one of {', '.join(map(repr, known.enum))} is wanted"
            for name, known in self.variables.items()
            if known.enum and values[name] not in known.enum
        ]
        if wrong:
            raise ArgumentError(f"server {self.url}: " + "; ".join(wrong))
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


class Place(NamedTuple):
    """Where an operation stands, and the Python name it goes by."""

    name: str
    method: str
    path: str
    pointer: str


# --- names ---------------------------------------------------------------------------------------------------------


def snake(text: str) -> str:
    """``/dags/{dagId}`` as ``dags_dag_id``."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    return re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_").lower()


def identifier(name: str) -> str:
    """A name as a Python identifier: ``X-Request-Id`` is ``x_request_id``, ``class`` is ``class_``."""
    if name.isidentifier():
        return name + "_" if keyword.iskeyword(name) else name
    text = snake(name) or "_"
    text = f"_{text}" if text[0].isdigit() else text
    return text + "_" if keyword.iskeyword(text) else text


def free(name: str, taken: AbstractSet[str]) -> str:
    """The name, with the first suffix ``_2``, ``_3`` … that makes it one of its own."""
    free, n = name, 2
    while free in taken:
        free, n = f"{name}_{n}", n + 1
    return free


# --- making --------------------------------------------------------------------------------------------------------


def part(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A mapping inside another; empty when it is missing, or null as an empty key of YAML is."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def servers_of(holder: Mapping[str, Any], pointer: str) -> tuple[Server, ...]:
    """The servers of a document, path item or operation."""
    return tuple(
        Server(
            str(server.get("url", "/")),
            {
                name: ServerVariable(str(value.get("default", "")), tuple(map(str, value.get("enum") or ())))
                for name, value in part(server, "variables").items()
            },
            documents.join(pointer, "servers", i),
        )
        for i, server in enumerate(holder.get("servers") or ())
        if isinstance(server, dict)
    )


def security_scheme_of(document: Mapping[str, Any], name: str, pointer: str) -> SecurityScheme:
    """The security scheme at a pointer."""
    value = documents.follow(document, documents.resolve(document, pointer), pointer)[0]
    return SecurityScheme(
        name,
        str(value.get("type", "")),
        str(value.get("scheme", "")).lower(),
        str(value.get("in", "")),
        str(value.get("name", "")),
        part(value, "flows"),
        pointer,
    )


class Maker:
    """Makes operations out of a document."""

    def __init__(self, document: Mapping[str, Any], schemas: Schemas) -> None:
        self.document = document
        self.schemas = schemas

    def operation(self, id_: str, place: Place) -> Operation:
        """The operation at a place.

        Raises:
            SpecError: a part of it that is needed is missing or of another kind.
        """
        name, method, path, pointer = place
        value = documents.resolve(self.document, pointer)
        above, above_pointer = self._follow(self.document["paths"][path], documents.join("#/paths", path))
        security = value.get("security", self.document.get("security")) or ()
        return Operation(
            id_,
            name,
            method,
            path,
            self._parameters(above, above_pointer, value, pointer, path),
            self._request_body(value, pointer),
            self._responses(value, pointer),
            tuple({name: tuple(scopes) for name, scopes in need.items()} for need in security),
            tuple(value.get("tags") or ()),
            value.get("deprecated") is True,
            servers_of(value, pointer) or servers_of(above, above_pointer),
            pointer,
        )

    def _follow(self, value: Any, pointer: str) -> tuple[Any, str]:
        value, pointer = documents.follow(self.document, value, pointer)
        if not isinstance(value, dict):
            raise SpecError("an object is wanted here", pointer=pointer)
        return value, pointer

    def _parameters(
        self, above: dict[str, Any], above_pointer: str, value: dict[str, Any], pointer: str, path: str
    ) -> tuple[Parameter, ...]:
        """The path item's parameters, overridden by the operation's of the same name and place; path order first."""
        found: dict[tuple[str, str], Parameter] = {}
        for holder, base in ((above, above_pointer), (value, pointer)):
            for i, item in enumerate(holder.get("parameters") or ()):
                parameter = self._parameter(*self._follow(item, documents.join(base, "parameters", i)))
                if parameter.location != "header" or parameter.name.lower() not in _NOT_PARAMETERS:
                    found[parameter.name, parameter.location] = parameter
        in_path = re.findall(r"\{([^{}]+)\}", path)
        for name in in_path:
            if (name, "path") not in found:  # the template demands it, the document forgot to declare it
                found[name, "path"] = self._parameter({"name": name, "in": "path"}, pointer)
        ordered = [found.pop((name, "path")) for name in dict.fromkeys(in_path)] + [
            parameter for parameter in found.values() if parameter.location != "path"
        ]
        return tuple(_distinct(ordered))

    def _parameter(self, value: dict[str, Any], pointer: str) -> Parameter:
        name, location = value.get("name"), value.get("in")
        if not isinstance(name, str) or not isinstance(location, str) or location not in _DEFAULT_STYLES:
            raise SpecError("a parameter needs a name and `in`: path, query, header or cookie", pointer=pointer)
        style = value.get("style", _DEFAULT_STYLES[location])
        content = part(value, "content")
        media = next(iter(content), None)
        schema = None
        if media is not None:
            below = documents.join(pointer, "content", media, "schema")
            schema = self.schemas.at(below) if "schema" in part(content, media) else None
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

    def _content(self, value: dict[str, Any], pointer: str) -> dict[str, MediaType]:
        content = {}
        for name in part(value, "content"):
            base, item = documents.join(pointer, "content", name), part(value["content"], name)
            schema = self.schemas.at(documents.join(base, "schema")) if "schema" in item else None
            content[name] = MediaType(name, schema, part(item, "encoding"), base)
        return content

    def _request_body(self, value: dict[str, Any], pointer: str) -> RequestBody | None:
        if "requestBody" not in value:
            return None
        body, base = self._follow(value["requestBody"], documents.join(pointer, "requestBody"))
        return RequestBody(body.get("required") is True, self._content(body, base), base)

    def _responses(self, value: dict[str, Any], pointer: str) -> dict[str, DocumentedResponse]:
        responses = {}
        for status, item in part(value, "responses").items():
            response, base = self._follow(item, documents.join(pointer, "responses", status))
            headers = {}
            for name, header in part(response, "headers").items():
                found, at = self._follow(header, documents.join(base, "headers", name))
                if "schema" in found and name.lower() != "content-type":
                    headers[name] = self.schemas.at(documents.join(at, "schema"))
            key = status if status == "default" else str(status).upper()
            responses[key] = DocumentedResponse(key, self._content(response, base), headers, base)
        return responses


def _distinct(parameters: list[Parameter]) -> Iterator[Parameter]:
    """Parameters whose names read alike are told apart by the place: ``id`` and ``id_query``."""
    taken: set[str] = set()
    for parameter in parameters:
        name = parameter.keyword
        if name in taken:
            name = free(f"{name.rstrip('_')}_{parameter.location}", taken)
        taken.add(name)
        yield parameter if name == parameter.keyword else parameter._replace(keyword=name)
