"""How the web frameworks below a server behave where its document is silent: routes, methods, media types, errors.

``Connexion`` (on Flask) is what Airflow 2 stands on, ``FastApi`` (on Starlette) what Airflow 3 does. Seen on servers of
sixteen releases; the conversation of ``tests/conversation`` holds it.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ..http import media_types
from ..openapi import request_decoder
from ..openapi.request_decoder import NO_BODY
from .coercion import coerced
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..errors import Violation
    from ..http.messages import Request
    from ..openapi.operation import Operation
    from ..openapi.request_decoder import DecodedRequest
    from ..openapi.spec import Match, Spec

__all__ = ["Connexion", "FastApi", "Framework"]

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HTML = "text/html"
PROBLEM = "application/problem+json"


class Framework(NamedTuple):
    """What both have in common.

    Attributes:
        spec: the document that is served.
        base: the path in front of the document's paths.
        release: of the server, as numbers.
        open_ended: collections whose items' names may hold slashes (``/variables``), below ``base``.
        first: the method of a path's first route, where it is not GET, by the path's template.
        empty: the media type of an answer without a body, by operation; the framework's own elsewhere.
    """

    spec: Spec
    base: str
    release: tuple[int, ...]
    open_ended: Sequence[str] = ()
    first: Mapping[str, str] = {}
    empty: Mapping[str, str] = {}

    def finished(self, operation: Operation, response: FakeResponse) -> FakeResponse:
        """204 says a media type, though it has no body."""
        if response.status != 204 or response.data is not NO_BODY:
            return response
        media = self.empty.get(operation.id, "application/json")
        return response._replace(headers={**response.headers, "Content-Type": media}) if media else response

    def routed(self, request: Request) -> Request:
        """The request as the router reads it: the path decoded, then cut at its slashes."""
        parts = urlsplit(request.url)
        path = unquote(parts.path)
        for prefix in sorted((self.base + open_ + "/" for open_ in self.open_ended), key=len, reverse=True):
            if path.startswith(prefix) and not self._is_route(path, prefix):
                path = prefix + quote(path[len(prefix) :], safe="")
                break
        else:
            path = quote(path, safe="/~")
        return request._replace(url=parts._replace(path=path).geturl())

    def _is_route(self, path: str, prefix: str) -> bool:
        """Is the first part below an open-ended collection a route of its own (``/datasets/events``)?"""
        own = prefix[len(self.base) :] if self.base else prefix
        tail = path[len(prefix) :]
        return any(
            other.startswith(own) and "{" not in other[len(own) :].split("/")[0] and _covers(other[len(own) :], tail)
            for other in (operation.path for operation in self.spec.operations.values())
        )

    def is_routed(self, match: Match) -> bool:  # noqa: ARG002 - Connexion looks at numbers in paths
        """Has the router this path for the operation?"""
        return True

    def single(self, request: Request, operation: Operation) -> Request:
        """The request with the last of what came twice for a parameter that takes one value."""
        parts = urlsplit(request.url)
        pairs = [pair for pair in parts.query.split("&") if pair]
        names = [unquote(pair.partition("=")[0]) for pair in pairs]
        if len(set(names)) == len(names):
            return request
        many = {
            p.name for p in operation.parameters if p.explode and p.schema is not None and "array" in p.schema.types
        }
        unique = [pair for n, pair in enumerate(pairs) if names[n] in many or names[n] not in names[n + 1 :]]
        return request._replace(url=parts._replace(query="&".join(unique)).geturl())

    def methods(self, url: str) -> list[str]:
        """The methods that this path takes, in the document's order."""
        matches = [match for match in (self.spec.match(m, url) for m in _METHODS) if match is not None]
        matches = [match for match in matches if match.prefix == self.base and self.is_routed(match)]
        if not matches:
            return []
        first = self.first.get(matches[0].operation.path)
        return sorted(
            (match.operation.method for match in matches), key=lambda method: (method != first, _METHODS.index(method))
        )


def _covers(template: str, path: str) -> bool:
    """Does a template have the form of this path, part by part?"""
    ours, theirs = template.split("/"), path.split("/")
    return theirs[: len(ours)][0] == ours[0] and (len(ours) == len(theirs) or "{" in ours[-1])


def _names_media(operation: Operation) -> bool:
    """Does an operation look at ``Accept``: it has several media types, or the field as a parameter."""
    success = operation.success
    several = success is not None and len({name for name in success.content if "*" not in name}) > 1
    return several or any(p.location == "header" and p.name.lower() == "accept" for p in operation.parameters)


class Connexion(Framework):
    """Connexion 2 on Flask."""

    def judge(self, request: Request, decoded: DecodedRequest) -> DecodedRequest:
        """Strict about queries of GET and about types; a part of the path that is no number has no route.

        Raises:
            Refusal: 404 for such a path, 415 for a body of another type.
        """
        decoded = _read_body(decoded)
        strict = bool(decoded.operation.parameters)
        violations = [v for v in decoded.violations if not (v.rule == "unknown" and _beside(v, request, strict=strict))]
        if "=&" in urlsplit(request.url).query + "&":
            raise Refusal(400, "Wrong value for a query parameter: it is empty")
        if any(v.location == "path" for v in violations):
            raise Refusal(404, NOT_FOUND)
        if (
            request.method in {"POST", "PUT", "PATCH"}
            and decoded.operation.request_body is not None
            and request.content
        ):
            kind = media_types.media_type(request.headers.get("content-type"))
            if not (kind == "application/json" or kind.endswith("+json")):
                detail = f"Invalid Content-type ({kind}), expected JSON data" if self.release >= (2, 2) else None
                raise Refusal(415, detail)
        violations = [v for v in violations if v.location != "header"]
        arguments = {name: value for name, value in decoded.arguments.items() if (name, value) != ("limit", 0)}
        return decoded._replace(arguments=arguments, violations=tuple(violations))

    def accept(self, operation: Operation, accept: str) -> str:
        """JSON, whatever is asked for, where there is nothing else; several media types are chosen from by position."""
        return accept if _names_media(operation) else "*/*"

    def error(self, refusal: Refusal) -> FakeResponse:
        """A problem (RFC 7807), whose detail is null where the server says nothing more than its title."""
        status = refusal.status
        values = {
            "detail": refusal.detail,
            "status": status,
            "title": refusal.title or HTTPStatus(status).phrase,
            "type": "about:blank",
        }
        return FakeResponse(status, values, PROBLEM)

    def crash(self) -> FakeResponse:
        """What nobody caught: a page."""
        return FakeResponse(500, b"<!DOCTYPE html><html><body><h1>Ooops!</h1></body></html>", HTML)

    def challenge(self, status: int) -> Mapping[str, str]:
        """The scheme was named until 2.2 (RFC 9110 §11.6.1 asks for it)."""
        return {"WWW-Authenticate": "Basic"} if status == 401 and self.release < (2, 3) else {}

    def unrouted(self, request: Request, received: Request) -> FakeResponse:
        """HEAD and OPTIONS of what is routed; 405 without ``Allow``; 404, as a page outside of the API."""
        path = urlsplit(received.url).path
        if path == f"{self.base}/openapi.yaml":
            return FakeResponse(200, json.dumps(self.spec.document).encode(), "text/yaml")  # JSON is YAML
        if not path.startswith(self.base + "/"):
            return FakeResponse(404, b"<!DOCTYPE html><title>404 Not Found</title>", HTML)
        if "//" in path:
            return FakeResponse(
                308, b"<!DOCTYPE html><title>Redirecting...</title>", HTML, {"Location": path.replace("//", "/")}
            )
        methods = self.methods(request.url)
        if methods and request.method == "OPTIONS":
            allow = {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            return FakeResponse(200, b"", HTML, {"Allow": ", ".join(sorted(allow))})
        if methods:
            raise Refusal(405, "The method is not allowed for the requested URL.")
        raise Refusal(404, NOT_FOUND)

    #: HEAD is answered as GET is
    head_is_get = True

    def is_routed(self, match: Match) -> bool:
        """A part that is to be a number has no route where it is none."""
        whole = {
            p.name
            for p in match.operation.parameters
            if p.location == "path" and p.schema is not None and "integer" in p.schema.types
        }
        return all(re.fullmatch(r"-?[0-9]+", match.arguments[name]) for name in whole)


NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and "
    "try again."
)


def _beside(violation: Violation, request: Request, *, strict: bool) -> bool:
    return violation.location == "query" and (request.method != "GET" or not strict)


class FastApi(Framework):
    """FastAPI on Starlette, with a last route for GET that says that there is none."""

    head_is_get = False

    def judge(self, request: Request, decoded: DecodedRequest) -> DecodedRequest:
        """Lax about types (pydantic): digits are a number, ``"yes"`` is true; unknown queries are not looked at.

        Raises:
            Refusal: 406 for an ``Accept`` that the operation does not know.
        """
        decoded = _read_body(decoded)
        violations = [v for v in decoded.violations if not (v.location == "query" and v.rule == "unknown")]
        if not self._is_acceptable(request, decoded.operation):
            raise Refusal(406, "Only application/json or text/plain is supported")
        decoded = decoded._replace(violations=tuple(violations))
        if decoded.operation.request_body is not None and request.content:
            decoded = self._typed(request, decoded)
        return coerced(decoded)

    def _is_acceptable(self, request: Request, operation: Operation) -> bool:
        accept = media_types.media_type(request.headers.get("accept", "*/*").split(",")[0])
        success = operation.success
        if success is None or not _names_media(operation) or accept in {"*/*", ""}:
            return True
        return media_types.match_media(accept, success.content) is not None

    def _typed(self, request: Request, decoded: DecodedRequest) -> DecodedRequest:
        """A body without a type is JSON until 3.1; one of another type is a text where an object is wanted."""
        kind = media_types.media_type(request.headers.get("content-type"))
        if kind or self.release >= (3, 2):
            return decoded
        typed = request._replace(headers=request.headers | {"Content-Type": "application/json"})
        match = self.spec.match(request.method, request.url)
        assert match is not None  # noqa: S101 - it was routed here
        return request_decoder.decode(typed, match.operation, match.arguments)

    def accept(self, operation: Operation, accept: str) -> str:
        """JSON, whatever is asked for, where there is nothing else."""
        return accept if _names_media(operation) else "*/*"

    def error(self, refusal: Refusal) -> FakeResponse:
        """``{"detail": …}``; for 422 a list with one item for each violation."""
        detail: object = refusal.detail
        if refusal.violations:
            detail = [_listed(violation) for violation in refusal.violations]
        return FakeResponse(refusal.status, {"detail": detail}, "application/json")

    def crash(self) -> FakeResponse:
        """What nobody caught: three words."""
        return FakeResponse(500, b"Internal Server Error", "text/plain")

    def challenge(self, status: int) -> Mapping[str, str]:
        """The scheme was named in 3.0 (RFC 9110 §11.6.1 asks for it)."""
        return {"WWW-Authenticate": "Bearer"} if status == 401 and self.release < (3, 1) else {}

    def unrouted(self, request: Request, received: Request) -> FakeResponse:  # noqa: ARG002 - as Connexion's
        """405 with the method of the first route that has the path; 404 says in two ways that there is nothing."""
        path = urlsplit(request.url).path
        if any(path == f"{self.base}{open_}/" for open_ in self.open_ended):
            raise Refusal(404, "Not Found")
        methods = self.methods(request.url)
        if request.method != "GET":
            allow = (methods or ["GET"])[0]
            return FakeResponse(405, {"detail": "Method Not Allowed"}, "application/json", {"Allow": allow})
        if path == "/":
            return FakeResponse(200, b"<!DOCTYPE html><title>Airflow</title>", HTML)
        return FakeResponse(404, {"error": "API route not found"}, "application/json")


#: rules of which pydantic says the limits (``ctx``)
_LIMITS = frozenset(
    [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "pattern",
        "enum",
        "const",
        "format",
        "json",
    ]
)


def _listed(violation: Violation) -> dict[str, object]:
    """One item of a 422's list, as pydantic writes it."""
    value = violation.value if _is_json(violation.value) else str(violation.value)
    item = {
        "type": violation.rule,
        "loc": [violation.location, *violation.path],
        "msg": violation.sentence,
        "input": value,
    }
    limited = violation.rule in _LIMITS or violation.expected.startswith("one of '")
    if violation.rule == "format" and isinstance(value, str) and value[:1].isdigit():
        limited = False  # a moment without its offset
    return {**item, "ctx": {"error": violation.expected}} if limited else item


def _is_json(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, list, dict))


def _read_body(decoded: DecodedRequest) -> DecodedRequest:
    """A body where none is documented is not read."""
    if decoded.operation.request_body is not None:
        return decoded
    violations = tuple(violation for violation in decoded.violations if violation.location != "body")
    return decoded._replace(body=NO_BODY, violations=violations)


def is_empty(body: object) -> bool:
    """Did no body come?"""
    return body is NO_BODY
