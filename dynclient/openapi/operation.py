"""An operation and its parts as frozen data: OpenAPI's own nouns in snake case, made out of a document.

``OperationParser.operation`` makes one operation; its schemas are views that compile when they are used.
"""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ArgumentError
from ..http import media_types

if TYPE_CHECKING:
    from collections.abc import Mapping, Set as AbstractSet

    from ..schema.schema import Schema

__all__ = [
    "BODY_KEYWORDS",
    "OWN_KEYWORDS",
    "DocumentedResponse",
    "MediaType",
    "Operation",
    "Parameter",
    "Place",
    "RequestBody",
    "SecurityScheme",
    "Server",
    "ServerVariable",
    "accepted_types",
    "content_types",
    "fixed_query",
    "free",
    "identifier",
    "part",
    "snake",
]


#: the keyword of the whole body: the first that no parameter has
BODY_KEYWORDS = ("body", "body_", "whole_body", "whole_body_")
#: what every callable takes beside the document's arguments; a parameter of that name comes first
OWN_KEYWORDS = ("body", "content_type", "accept")


class MediaType(NamedTuple):
    """A body in one media type."""

    name: str
    schema: Schema | None
    encoding: Mapping[str, Any]
    pointer: str
    item_schema: Schema | None = None  #: of each item of a sequence, ``itemSchema`` (OpenAPI 3.2 §4.14.2)

    @property
    def of_items(self) -> Schema | None:
        """The schema of an item of a sequence: ``schema`` may describe the list of all, or in 3.0 and 3.1 an item."""
        if self.item_schema is not None or self.schema is None:
            return self.item_schema
        return self.schema.items if self.schema.types == ("array",) else self.schema


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
    required_headers: tuple[str, ...] = ()


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
        values = {name: str(variables.get(name, variable.default)) for name, variable in self.variables.items()}
        wrong = [
            f"{name}: one of {', '.join(map(repr, variable.enum))} is wanted"
            for name, variable in self.variables.items()
            if variable.enum and values[name] not in variable.enum
        ]
        if wrong:
            raise ArgumentError(f"server {self.url}: " + "; ".join(wrong))
        return re.sub(r"\{([^{}]*)\}", lambda match: values.get(match[1], match[0]), self.url)


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


def fixed_query(path: str) -> tuple[str, ...]:
    """The parts of the query that stands in a path template: ``("beta=true",)`` of ``/files?beta=true``."""
    return tuple(part for part in path.partition("#")[0].partition("?")[2].split("&") if part)


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


def free(name: str, names: AbstractSet[str]) -> str:
    """The name, with the first suffix ``_2``, ``_3`` … that makes it one of its own."""
    free, n = name, 2
    while free in names:
        free, n = f"{name}_{n}", n + 1
    return free


# --- making --------------------------------------------------------------------------------------------------------


def part(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A mapping inside another; empty when it is missing, or null as an empty key of YAML is."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def accepted_types(operation: Operation) -> tuple[str, ...]:
    """The media types of the 2xx answers, the default first: JSON, else the first one documented."""
    names = dict.fromkeys(
        name
        for status, response in operation.responses.items()
        if status.startswith("2") or (status == "default" and not any(s.startswith("2") for s in operation.responses))
        for name in response.content
    )
    ordered = sorted(names, key=lambda name: (not media_types.is_json(name), "*" in name))
    return tuple(ordered) or ("application/json",)


def content_types(operation: Operation) -> tuple[str, ...]:
    """The media types of the body, the default first: JSON where documented, else the first."""
    content = operation.request_body.content if operation.request_body is not None else {}
    return tuple(sorted(content, key=lambda name: not media_types.is_json(name)))
