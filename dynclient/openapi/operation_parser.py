"""Operations and their parts, read out of a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..documents import pointers
from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    free,
    identifier,
    part,
)

__all__ = ["OperationParser", "security_scheme_of", "servers_of"]


#: OpenAPI 3.1 §4.8.12.1: header parameters with these names shall be ignored
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})


_DEFAULT_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


def servers_of(holder: Mapping[str, Any], pointer: str) -> tuple[Server, ...]:
    """The servers of a document, path item or operation."""
    return tuple(
        Server(
            str(server.get("url", "/")),
            {
                name: ServerVariable(str(value.get("default", "")), tuple(map(str, value.get("enum") or ())))
                for name, value in part(server, "variables").items()
            },
            pointers.join(pointer, "servers", i),
        )
        for i, server in enumerate(holder.get("servers") or ())
        if isinstance(server, dict)
    )


def security_scheme_of(document: Mapping[str, Any], name: str, pointer: str) -> SecurityScheme:
    """The security scheme at a pointer."""
    value = pointers.follow(document, pointers.resolve(document, pointer), pointer)[0]
    return SecurityScheme(
        name,
        str(value.get("type", "")),
        str(value.get("scheme", "")).lower(),
        str(value.get("in", "")),
        str(value.get("name", "")),
        part(value, "flows"),
        pointer,
    )


class OperationParser:
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
        value = pointers.resolve(self.document, pointer)
        above, above_pointer = self._follow(self.document["paths"][path], pointers.join("#/paths", path))
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
        value, pointer = pointers.follow(self.document, value, pointer)
        if not isinstance(value, dict):
            raise SpecError("an object is wanted here", pointer=pointer)
        return value, pointer

    def _parameters(
        self, above: dict[str, Any], above_pointer: str, value: dict[str, Any], pointer: str, path: str
    ) -> tuple[Parameter, ...]:
        """The path item's parameters, overridden by the operation's of the same name and place; path order first."""
        parameters: dict[tuple[str, str], Parameter] = {}
        for holder, base in ((above, above_pointer), (value, pointer)):
            for i, item in enumerate(holder.get("parameters") or ()):
                parameter = self._parameter(*self._follow(item, pointers.join(base, "parameters", i)))
                if parameter.location != "header" or parameter.name.lower() not in _NOT_PARAMETERS:
                    parameters[parameter.name, parameter.location] = parameter
        in_path = re.findall(r"\{([^{}]+)\}", path)
        for name in in_path:
            if (name, "path") not in parameters:  # the template demands it, the document forgot to declare it
                parameters[name, "path"] = self._parameter({"name": name, "in": "path"}, pointer)
        ordered = [parameters.pop((name, "path")) for name in dict.fromkeys(in_path)] + [
            parameter for parameter in parameters.values() if parameter.location != "path"
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
            below = pointers.join(pointer, "content", media, "schema")
            schema = self.schemas.at(below) if "schema" in part(content, media) else None
        elif "schema" in value:
            schema = self.schemas.at(pointers.join(pointer, "schema"))
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
            base, item = pointers.join(pointer, "content", name), part(value["content"], name)
            schema = self.schemas.at(pointers.join(base, "schema")) if "schema" in item else None
            each = self.schemas.at(pointers.join(base, "itemSchema")) if "itemSchema" in item else None
            content[name] = MediaType(name, schema, part(item, "encoding"), base, each)
        return content

    def _request_body(self, value: dict[str, Any], pointer: str) -> RequestBody | None:
        if "requestBody" not in value:
            return None
        body, base = self._follow(value["requestBody"], pointers.join(pointer, "requestBody"))
        return RequestBody(body.get("required") is True, self._content(body, base), base)

    def _responses(self, value: dict[str, Any], pointer: str) -> dict[str, DocumentedResponse]:
        responses = {}
        for status, item in part(value, "responses").items():
            response, base = self._follow(item, pointers.join(pointer, "responses", status))
            headers, required = {}, []
            for name, header in part(response, "headers").items():
                value, at = self._follow(header, pointers.join(base, "headers", name))
                if name.lower() == "content-type":
                    continue
                if "schema" in value:
                    headers[name] = self.schemas.at(pointers.join(at, "schema"))
                if value.get("required") is True:
                    required.append(name)
            key = status if status == "default" else str(status).upper()
            content = self._content(response, base)
            responses[key] = DocumentedResponse(key, content, headers, base, tuple(required))
        return responses


def _distinct(parameters: list[Parameter]) -> Iterator[Parameter]:
    """Parameters whose names read alike are told apart by the place: ``id`` and ``id_query``."""
    names: set[str] = set()
    for parameter in parameters:
        name = parameter.keyword
        if name in names:
            name = free(f"{name.rstrip('_')}_{parameter.location}", names)
        names.add(name)
        yield parameter if name == parameter.keyword else parameter._replace(keyword=name)
