"""One spec, one server, one auth and one transport, made into callables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..http.streams import Lines
from ..http.transport import Transport
from . import pagination as paginate
from .base import BaseCall, BaseClient, Group, Responses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Self

    from ..http.messages import Request, Response
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Reply
    from .concurrent import Outcome

__all__ = ["Call", "Client", "Group", "Responses"]


class Client(BaseClient["Call"]):
    """The operations of a document as attributes.

    ``client.get_dags(limit=5)`` calls, ``client.get_dags.iter()`` walks, ``client.get_dags.request(limit=5)`` builds
    without sending. ``client.call("get_dags", limit=5)`` reaches every operation, those included whose name the
    client uses itself. Safe to share between threads; a context manager.

    Args:
        spec: from ``dynclient.load``.
        server: the URL that paths are appended to, prefix included; or the index of one of the document's servers;
            or a mapping from operation id to either, with ``"*"`` for all others. The document's first by default.
        auth: ``(user, password)``, a token, a callable, a ``requests`` auth object, a mapping from security scheme to
            one of these, or an object with ``prepare`` and ``retry``. Sent to the origin of ``server`` only.
        transport: what sends; ``Transport()`` by default.
        responses: ``"strict"`` raises when an answer breaks the document, ``"warn"`` warns and keeps it in
            ``violations``, ``"off"`` does not look. Strict by default.
        read_only: refuse everything that may change something.
    """

    def _make_call(self, operation: Operation) -> Call:
        return Call(self, operation)

    def _make_transport(self) -> Any:
        return Transport()

    # --- life ---

    def close(self) -> None:
        """Give the connections back."""
        _close(self.transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- sending ---

    def send(self, request: Request, operation: Operation) -> Response:
        """Send a built request with this client's credentials; once more when the auth asks for it.

        Raises:
            TransportError: no usable answer came.
        """
        self.may_send(operation)
        prepared = self.auth.prepare(request, operation)
        response: Response = self.transport.send(prepared, auth=self.auth.requests_auth(request, operation))
        if response.status in {401, 403}:
            again = self.auth.retry(prepared, response)
            if again is not None:
                _close(response.chunks)
                response = self.transport.send(again, auth=self.auth.requests_auth(request, operation))
        return response

    def map(self, call: Callable[..., Any], arguments: Iterable[Any], workers: int = 8) -> Iterator[Outcome]:
        """Call once for each argument, several at once; ``Outcome``s in the order of the arguments, lazily.

        ``client.map(client.get_dag_run, [("etl", "run_1"), {"dag_id": "etl", "dag_run_id": "run_2"}])``: an argument is
        a tuple, a mapping or one value; an error is kept beside the results.
        """
        from . import concurrent as many  # only for many calls

        return many.each(call, arguments, workers)


def _close(what: Any) -> None:
    close = getattr(what, "close", None)
    if close is not None:
        close()


class Call(BaseCall):
    """One operation of a client. Call it; or ``.iter() .pages() .stream() .request() .response() .example()``."""

    _client: Client

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the operation; see ``help()`` of it for arguments and result."""
        reply = self._sent(self._request(args, kwargs), args, kwargs, check=self._client.responses != "off")
        return self._client.settle(self.operation, reply)

    def response(self, *args: Any, **kwargs: Any) -> Reply:
        """The whole reply: status, headers, data, violations; an error status or a broken contract is not raised."""
        return self._sent(self._request(args, kwargs), args, kwargs, check=True)

    def request(self, *args: Any, **kwargs: Any) -> Request:
        """The request as it would be sent, credentials included: validated, not sent; repr and curl() mask secrets."""
        return self._client.auth.prepare(self._request(args, kwargs), self.operation)  # type: ignore[no-any-return]

    def pages(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Every page, lazily; ``limit=`` is the size of one; ``progress=True`` shows it on standard error."""
        plan, progress = self._walk_plan(kwargs)
        pages = paginate.walk(self, plan, args, kwargs)
        return paginate.shown(pages, plan, self.operation.name) if progress else pages

    def iter(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Every item, page after page, lazily; ``itertools.islice`` takes the first so many."""
        items = paginate.needed(self.paging, self.operation).items
        return (item for page in self.pages(*args, **kwargs) for item in page.get(items) or ())

    def stream(self, *args: Any, **kwargs: Any) -> Lines:
        """The lines of a text, or the objects of NDJSON, as they come; nothing is collected first.

        NDJSON or text is asked for where the document has it; of any other answer the whole is the one thing given.
        The connection is given back at the end, and by ``close`` or ``with client.get_log.stream(…) as lines``.
        """
        reply = self._sent(self._stream_request(args, kwargs), args, kwargs, check=self._client.responses != "off")
        data = self._client.settle(self.operation, reply)
        return data if isinstance(data, Lines) else Lines.of(data)  # a transport that does not stream

    def _sent(self, request: Request, args: tuple[Any, ...], kwargs: dict[str, Any], *, check: bool) -> Reply:
        response = self._client.send(request, self.operation)
        return self._judged(request, response, args, kwargs, check=check)
