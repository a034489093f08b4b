"""One spec, one server, one auth and one transport, made into callables.

Imported in functions: ``concurrent``, only for many calls; ``streams``, ``pages_ahead`` and ``progress``, only for
those; ``transport``, once something is sent.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from ..errors import TransportError
from . import pagination
from .base import BaseClient
from .call import BaseCall, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from typing_extensions import Self

    from ..http.messages import Request, Response
    from ..http.streams import Lines
    from ..http.transport import Sender
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Reply
    from ..openapi.spec import Spec
    from .base import Mode
    from .concurrent import Outcome

__all__ = ["Call", "Client"]


class Call(BaseCall):
    """One operation of a client. Call it; or ``.iter() .pages() .stream() .request() .response() .example()``."""

    client: Client

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        """Call the operation; see ``help()`` of it for arguments and result."""
        __tracebackhide__ = True  # IPython and pytest show the caller's line instead of ours
        reply = self._reply(self.build(args, kwargs), args, kwargs, check=self.client.responses != "off")
        return self.client.settle(self.operation, reply)

    def response(self, /, *args: object, **kwargs: object) -> Reply:
        """The whole reply: status, headers, data, violations; an error status or a broken contract is not raised."""
        return self._reply(self.build(args, kwargs), args, kwargs, check=True)

    def request(self, /, *args: object, **kwargs: object) -> Request:
        """The request as it would be sent, credentials included: validated, not sent; repr and curl() mask secrets."""
        complete, _ = self.client.transport_options(self.build(args, kwargs), self._options)
        return self.client.auth.prepare(complete, self.operation)

    def pages(self, /, *args: object, **kwargs: object) -> Iterator[Any]:
        """Every page, lazily; ``limit=`` is the size of one; ``progress=True`` shows it on standard error.

        ``workers=8`` fetches pages by offset side by side, in order, so many at most ahead of what was taken.
        """
        plan, progress, workers = self.walk_plan(kwargs)
        if workers > 1:
            from .pages_ahead import walk_ahead

            pages = walk_ahead(self._fetch, plan, args, kwargs, workers)
        else:
            pages = pagination.walk(self._fetch, plan, args, kwargs)
        if not progress:
            return pages
        from .progress import show_progress

        return show_progress(pages, plan, self.operation.name)

    def iter(self, /, *args: object, **kwargs: object) -> Iterator[Any]:
        """Every item, page after page, lazily; ``itertools.islice`` takes the first so many."""
        plan = pagination.needed(self.paging, self.operation)
        return (item for page in self.pages(*args, **kwargs) for item in plan.items_of(page))

    def stream(self, /, *args: object, **kwargs: object) -> Lines:
        """The objects of NDJSON, the events of an event stream, lines of text or parts of octets, as they come.

        Nothing is collected first. What is read item by item, or text, is asked for where the document has it; of an
        answer that is one JSON text the whole is the one thing given.
        The connection is given back at the end, and by ``close`` or ``with client.get_log.stream(…) as lines``.
        """
        from ..http.streams import Lines

        request = self.build(args, kwargs, stream=True)
        reply = self._reply(request, args, kwargs, check=self.client.responses != "off")
        data = self.client.settle(self.operation, reply)
        return data if isinstance(data, Lines) else Lines.of(data)  # a transport that does not stream

    def _fetch(self, args: tuple[object, ...], kwargs: Mapping[str, object], url: str) -> tuple[Any, Response]:
        """A page, by arguments or by the URL that the page before it named, and its response."""
        request = self.build(args, kwargs)
        if url:
            request = request._replace(url=url)
        reply = self._reply(request, args, kwargs, check=self.client.responses != "off")
        return self.client.settle(self.operation, reply), reply.response._replace(url=request.url)

    def _reply(self, request: Request, args: tuple[object, ...], kwargs: Mapping[str, object], *, check: bool) -> Reply:
        response = self.client.send(request, self.operation, self._options)
        return self.decode(request, response, args, kwargs, check=check)


class Client(BaseClient[Call]):
    """The operations of a document as attributes.

    ``client.get_dags(limit=5)`` calls, ``client.get_dags.iter()`` walks, ``client.get_dags.request(limit=5)`` builds
    without sending. ``client.call("get_dags", limit=5)`` reaches every operation, those included whose name the
    client uses itself. Safe to share between threads; a context manager; a pickle leaves secrets out.

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
        requests: the same three words for arguments that break the document, where it is wrong about what the server
            takes. Unknown arguments, and values that cannot be written, are refused in each of them.
    """

    call_type = Call

    def __init__(
        self,
        spec: Spec,
        server: str | int | Mapping[str, str | int] | None = None,
        auth: object = None,
        transport: Sender | None = None,
        responses: Mode | None = None,
        read_only: bool = False,  # noqa: FBT001, FBT002 - the sixth of seven named knobs
        requests: Mode | None = None,
    ) -> None:
        super().__init__(spec, server, auth, transport, responses=responses, requests=requests, read_only=read_only)

    @cached_property
    def transport(self) -> Sender:  # type: ignore[override] # made when something is first sent
        """What sends; opened when something is first sent."""
        from ..http.transport import Transport

        return cast("Sender", self.__dict__.setdefault("transport", Transport()))  # one, whichever thread is first

    # --- life ---

    def close(self) -> None:
        """Give the connections back."""
        _close(self.__dict__.get("transport"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- sending ---

    def send(self, request: Request, operation: Operation, options: Options = Options()) -> Response:  # noqa: B008 - frozen
        """Send a built request with this client's credentials; once more when the auth asks for it.

        Raises:
            TransportError: no usable answer came.
        """
        self.may_send(operation)
        complete, keywords = self.transport_options(request, options)
        try:
            prepared = self.auth.prepare(complete, operation)
            response = self._send_once(prepared, complete, operation, keywords)
            if response.status in {401, 403}:
                again = self.auth.retry(prepared, response)
                if again is not None:
                    _close(response.chunks)
                    response = self._send_once(again, complete, operation, keywords)
        except TransportError as error:
            error.request = error.request or request
            raise
        return response

    def _send_once(
        self, prepared: Request, complete: Request, operation: Operation, keywords: dict[str, object]
    ) -> Response:
        auth = self.auth.requests_auth(complete, operation)
        return self.transport.send(prepared, auth=auth, **keywords)

    def map(
        self,
        call: Callable[..., Any],
        arguments: Iterable[object],
        workers: int = 8,
        *,
        executor: Executor | None = None,
        rate: float | None = None,
        **common: object,
    ) -> Iterator[Outcome]:
        """Call once for each argument, several at once; ``Outcome``s in the order of the arguments, lazily.

        ``client.map(client.get_dag_run, [("etl", "run_1"), {"dag_id": "etl", "dag_run_id": "run_2"}])``: an argument is
        a tuple, a mapping or one value; an error is kept beside the results. ``common`` are keywords of every call.

        Args:
            call: a callable of this client, or any function.
            arguments: one for each call; drawn as outcomes are taken.
            workers: calls at once.
            executor: where calls are made: any ``concurrent.futures.Executor``, of threads, processes or other
                machines (Dask's ``Client.get_executor()``); clients and callables go there in pickles.
            rate: calls begun in a second, at most.
            common: keywords of every call.
        """
        from . import concurrent as many  # only for many calls

        return many.each(call, arguments, workers, executor=executor, rate=rate, common=common)


def _close(what: object) -> None:
    close = getattr(what, "close", None)
    if close is not None:
        close()
