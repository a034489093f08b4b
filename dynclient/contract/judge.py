"""One document as a judge of exchanges: requests read as its server reads them, responses as a client does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import ContractError, Violation
from ..http import media_types
from ..openapi import request_decoder
from ..openapi.response_decoder import Decoder
from .openapi_core import Oracle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..http.messages import Response
    from ..openapi.operation import Operation
    from ..openapi.request_decoder import DecodedRequest
    from ..openapi.response_decoder import Reply
    from ..openapi.spec import Match, Spec
    from .exchanges import RecordedExchange

__all__ = ["Judge"]

_BASE = "http://localhost"


class Judge:
    """A document's operations, their decoders, and openapi-core on the document.

    Args:
        spec: the document.
        second_opinion: whether openapi-core is asked too.
    """

    def __init__(self, spec: Spec, *, second_opinion: bool) -> None:
        self.spec = spec
        self._query_keys = {
            s.parameter for s in spec.security_schemes.values() if s.type == "apiKey" and s.location == "query"
        }
        self._decoders: dict[str, Decoder] = {}
        self._oracle: Oracle | None = None
        if second_opinion:
            self._base = _BASE + urlsplit(spec.servers[0].expand()).path.rstrip("/")
            self._oracle = Oracle(spec.document, self._base)

    def request(self, exchange: RecordedExchange, match: Match) -> DecodedRequest:
        """The request, decoded; a key in the query that the security asks for is no unknown argument."""
        decoded = request_decoder.decode(exchange.request, match.operation, match.arguments)
        violations = [
            v for v in decoded.violations if not (v.rule == "unknown" and v.path and v.path[0] in self._query_keys)
        ]
        return decoded._replace(violations=tuple(violations))

    def response(self, exchange: RecordedExchange, match: Match) -> tuple[Reply, tuple[Violation, ...]]:
        """The response, decoded, and what of it is worth a warning."""
        operation, response = match.operation, exchange.response
        if operation.id not in self._decoders:
            self._decoders[operation.id] = Decoder(operation, lambda: self.spec.models)
        reply = self._decoders[operation.id].decode(response, {}, request=exchange.request)
        if hasattr(reply.data, "__next__"):
            try:
                reply = reply._replace(data=list(reply.data))
            except ContractError as error:
                reply = reply._replace(data=None, violations=(*reply.violations, *error.violations))
        return reply, (*reply.warnings, *_error_warnings(operation, response))

    def second_opinion(
        self, exchange: RecordedExchange, match: Match
    ) -> tuple[Sequence[Violation], Sequence[Violation]] | None:
        """openapi-core's violations of request and response; None where it is not asked."""
        if self._oracle is None:
            return None
        parts = urlsplit(exchange.request.url)
        below = parts.path[len(match.prefix) :]
        url = self._base + below + (f"?{parts.query}" if parts.query else "")
        request = exchange.request._replace(url=url)
        in_request = self._oracle.request_violations(request)
        in_response = self._oracle.response_violations(request, exchange.response) if exchange.whole else ()
        if not exchange.response.content_type:  # a response that names no type is of the first one documented
            in_response = tuple(violation for violation in in_response if violation.rule != "content")
        return in_request, in_response


def _error_warnings(operation: Operation, response: Response) -> tuple[Violation, ...]:
    """An error status, or a media type of one, that is not documented; errors are often left out of documents."""
    documented = operation.response_for(response.status)
    if response.status < 400:
        return ()
    if documented is None:
        names = ", ".join(operation.responses)
        sentence = f"{response.status} came, which the document does not name; it has {names}"
        return (Violation("response", (), "status", sentence, "", f"{operation.pointer}/responses"),)
    media = response.content_type
    if response.body and documented.content and media_types.match_media(media, documented.content) is None:
        sentence = f"{media or 'no content type'} came, {', '.join(documented.content)} is documented"
        return (Violation("response", (), "content", sentence, "", f"{documented.pointer}/content"),)
    return ()
