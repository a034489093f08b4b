"""One spec, one server, one auth and one transport, made into callables."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin, urlsplit

from . import auth as auths
from . import display, errors, many, messages, paginate
from .decode import Decoder, Reply, text_lines
from .encode import Encoder
from .errors import ArgumentError, Violation
from .spec import Server, identifier
from .transport import Transport

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Self

    from .many import Outcome
    from .messages import Request, Response
    from .paginate import Paging
    from .spec import Operation, Operations, Spec

__all__ = ["Call", "Client", "Group"]

Responses = Literal["strict", "warn", "off"]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_KEPT = 1000  # violations that responses="warn" keeps


class Client:
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

    def __init__(
        self,
        spec: Spec,
        server: str | int | Mapping[str, str | int] | None = None,
        auth: Any = None,
        transport: Any = None,
        responses: Responses | None = None,
        read_only: bool = False,  # noqa: FBT001, FBT002 - the sixth of six named knobs
    ) -> None:
        if responses not in {None, "strict", "warn", "off"}:
            raise ArgumentError('responses: one of "strict", "warn", "off" is wanted')
        self.spec = spec
        self.transport: Any = transport if transport is not None else Transport()
        self.responses: Responses = responses or "strict"
        self.read_only = read_only
        self.violations: deque[tuple[str, Violation]] = deque(maxlen=_KEPT)
        self._calls: dict[str, Call] = {}
        self._servers: dict[str, Any] = dict(server) if isinstance(server, Mapping) else {"*": server}
        self.server = self._base(self._servers.get("*"), spec.servers)
        self.auth = self._bound(auth)

    # --- operations as attributes ---

    def __getattr__(self, name: str) -> Call:
        if name.startswith("_") or "spec" not in self.__dict__:
            raise AttributeError(name)
        operations = self.spec.operations
        if name not in operations:
            raise self._unknown(name)
        call = self.__dict__[name] = self.operation(name)
        return call

    def _make_call(self, operation: Operation) -> Call:
        return Call(self, operation)

    def _unknown(self, name: str) -> errors.UnknownOperation:
        return self.spec.operations.unknown(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.spec.operations.names})

    def call(self, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call any operation by its id."""
        return self.operation(operation)(*args, **kwargs)

    def operation(self, name: str) -> Call:
        """The callable of an operation by its id or Python name."""
        if name not in self.spec.operations:
            raise self._unknown(name)
        found = self.spec.operations[name]
        made = self._calls.get(found.id)
        if made is None:
            made = self._calls[found.id] = self._make_call(found)
        return made

    @property
    def operations(self) -> Operations:
        """The document's operations, as data."""
        return self.spec.operations

    @property
    def tags(self) -> Mapping[str, Group]:
        """The callables by tag: ``client.tags["DAG"].get_dags()``."""
        return {tag: Group(self, names) for tag, names in self.spec.tags.items()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.spec!r} at {messages.bare_url(self.server or 'no server')}>"

    def map(self, call: Callable[..., Any], arguments: Iterable[Any], workers: int = 8) -> Iterator[Outcome]:
        """Call once for each argument, several at once; ``Outcome``s in the order of the arguments, lazily.

        ``client.map(client.get_dag_run, [("etl", "run_1"), {"dag_id": "etl", "dag_run_id": "run_2"}])``: an argument is
        a tuple, a mapping or one value; an error is kept beside the results.
        """
        return many.each(call, arguments, workers)

    # --- life ---

    def close(self) -> None:
        """Give the connections back."""
        close = getattr(self.transport, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- where ---

    def _base(self, given: str | int | None, servers: tuple[Server, ...]) -> str:
        """The absolute URL of a server; empty when the document's is relative and nothing says to what."""
        if isinstance(given, str):
            if urlsplit(given).scheme not in {"http", "https"}:
                raise ArgumentError("server: a URL that starts with http:// or https:// is wanted")
            return given.rstrip("/")
        try:
            url = servers[given or 0].expand()
        except IndexError:
            raise ArgumentError(f"server: the document has {len(servers)}, counted from 0") from None
        if not urlsplit(url).scheme and self.spec.source.startswith(("http://", "https://")):
            url = urljoin(self.spec.source, url)
        return url.rstrip("/") if urlsplit(url).scheme else ""

    def base_for(self, operation: Operation) -> str:
        """The URL that an operation's path is appended to.

        Raises:
            ArgumentError: the document's server is relative and none was given.
        """
        given = self._servers.get(operation.id, self._servers.get(operation.name))
        if given is not None:
            base = self._base(given, operation.servers or self.spec.servers)
        elif operation.servers and not isinstance(self._servers.get("*"), str):
            base = self._base(0, operation.servers)
        else:
            base = self.server
        if not base:
            raise ArgumentError(
                f"the document names only {self.spec.servers[0].url} as its server; "
                'say where it is: Client(spec, server="https://host/prefix")'
            )
        return base

    def _bound(self, auth: Any) -> Any:
        """The auth object, tied to the origins that the caller named."""
        chosen = auths.choose(auth, self.spec)
        origins = {messages.origin(self.server)} if self.server else set()
        for name, given in self._servers.items():
            if name != "*" and given is not None:
                found = self.spec.operations[name].servers if name in self.spec.operations else ()
                base = self._base(given, found or self.spec.servers)
                origins |= {messages.origin(base)} if base else set()
        return auths.Bound(chosen, frozenset(origins))

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
                if response.chunks is not None:
                    _close(response)
                response = self.transport.send(again, auth=self.auth.requests_auth(request, operation))
        return response

    def may_send(self, operation: Operation) -> None:
        """Refuse what a read_only client does not send.

        Raises:
            ArgumentError: the operation may change something.
        """
        if self.read_only and not self._is_read(operation):
            raise ArgumentError(f"{operation.name} may change something and this client is read_only; nothing was sent")

    def _is_read(self, operation: Operation) -> bool:
        return operation.method in _SAFE or paginate.paging(operation, self.operations) is not None

    def settle(self, operation: Operation, reply: Reply) -> Any:
        """The data of a reply, or what it raises in this client's mode."""
        for violation in reply.warnings:
            errors.warn(f"{operation.name}: {violation.where} came, which the document does not have; it is kept")
        error = reply.error
        if error is None:
            return reply.data
        if isinstance(error, errors.ApiError) or self.responses == "strict":
            raise error
        self.violations.extend((operation.name, violation) for violation in reply.violations)
        errors.warn(str(error))
        return reply.data


def _close(response: Response) -> None:
    close = getattr(response.chunks, "close", None)
    if close is not None:
        close()


class Call:
    """One operation of a client. Call it; or ``.iter() .pages() .request() .response() .example()``."""

    def __init__(self, client: Client, operation: Operation) -> None:
        self._client = client
        self.operation = operation
        self.__name__ = self.__qualname__ = operation.name
        self._encoder = Encoder(operation, identifier)
        self._decoder = Decoder(operation, lambda: client.spec.models)
        self._paging: tuple[Paging | None] | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the operation; see ``help()`` of it for arguments and result."""
        return self._client.settle(self.operation, self._reply(args, kwargs, check=self._client.responses != "off"))

    def response(self, *args: Any, **kwargs: Any) -> Reply:
        """The whole reply: status, headers, data, violations; an error status or a broken contract is not raised."""
        return self._reply(args, kwargs, check=True)

    def request(self, *args: Any, **kwargs: Any) -> Request:
        """The request as it would be sent, credentials included: validated, not sent; repr and curl() mask secrets."""
        return self._client.auth.prepare(self._request(args, kwargs), self.operation)  # type: ignore[no-any-return]

    def pages(self, *args: Any, progress: bool = False, **kwargs: Any) -> Iterator[Any]:
        """Every page, lazily; ``limit=`` is the size of one; ``progress`` shows on standard error how far it is."""
        plan = paginate.needed(self.paging, self.operation)
        pages = paginate.walk(self, plan, args, kwargs)
        return paginate.shown(pages, plan, self.operation.name) if progress else pages

    def iter(self, *args: Any, progress: bool = False, **kwargs: Any) -> Iterator[Any]:
        """Every item, page after page, lazily; ``itertools.islice`` takes the first so many."""
        pages = self.pages(*args, progress=progress, **kwargs)
        items = paginate.needed(self.paging, self.operation).items
        return (item for page in pages for item in page.get(items) or ())

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """The lines of a text, or the objects of NDJSON, as they come, not buffered.

        Text or NDJSON is asked for where the document has it; of any other answer the whole is the one thing given.
        """
        request = self._stream_request(args, kwargs)
        data = self._client.settle(self.operation, self._sent(request, args, kwargs, check=True))
        if isinstance(data, str):
            return iter(data.splitlines())
        if not hasattr(data, "__next__"):
            return iter((data,))
        return data if messages.is_ndjson(request.headers["accept"]) else text_lines(data)

    def example(self, seed: int = 0, *, minimal: bool = True) -> dict[str, Any]:
        """Arguments that the document accepts, made up from a seed: ``call(**call.example())``.

        Args:
            seed: the same seed makes the same arguments.
            minimal: only what is required; else a choice of the rest too.
        """
        from random import Random  # only for those who ask

        from . import samples

        rng = Random(seed)  # noqa: S311 - an example is no secret
        wanted = [(p.keyword, p.schema, p.required and not p.constant, True) for p in self.operation.parameters]
        wanted += [(field.keyword, field.schema, field.required, False) for field in self._encoder.fields]
        made = {
            keyword: samples.argument(schema, rng, written=written, minimal=minimal)
            for keyword, schema, required, written in wanted
            if required or (not minimal and rng.random() < 0.5)
        }
        body = self.operation.request_body
        if body is not None and body.required and not self._encoder.fields and self._encoder.media is not None:
            made["body"] = samples.argument(self._encoder.media.schema, rng, written=False, minimal=minimal)
        return made

    # --- how ---

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        stream = messages.is_ndjson(kwargs.get("accept") or self._encoder.accepts[0])
        return self._encoder.encode(args, kwargs, self._client.base_for(self.operation), stream=stream)

    def _reply(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, check: bool) -> Reply:
        return self._sent(self._request(args, kwargs), args, kwargs, check=check)

    def _stream_request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        choices = [name for name in self._encoder.accepts if messages.is_ndjson(name) or messages.is_text(name)]
        given = {"accept": choices[0], **kwargs} if choices else kwargs
        return self._encoder.encode(args, given, self._client.base_for(self.operation), stream=True)

    def _sent(self, request: Request, args: tuple[Any, ...], kwargs: dict[str, Any], *, check: bool) -> Reply:
        response = self._client.send(request, self.operation)
        return self._judged(request, response, args, kwargs, check=check)

    def _judged(
        self, request: Request, response: Response, args: tuple[Any, ...], kwargs: dict[str, Any], *, check: bool
    ) -> Reply:
        asked = request.headers.get("accept")
        return self._decoder.decode(response, self._encoder.path_arguments(args, kwargs), check=check, asked=asked)

    @property
    def paging(self) -> Paging | None:
        """How it pages, None when it is no list."""
        if self._paging is None:
            self._paging = (paginate.paging(self.operation, self._client.operations),)
        return self._paging[0]

    # --- for people ---

    @property
    def types(self) -> dict[str, tuple[str, ...]]:
        """The JSON types that each argument takes, as far as the document says."""
        found = {p.keyword: p.schema.types for p in self.operation.parameters if p.schema is not None}
        return found | {field.keyword: field.schema.types for field in self._encoder.fields}

    @property
    def _arguments(self) -> list[display.Argument]:
        words = self._client.spec.words
        id_ = self.operation.id
        made = [
            display.Argument(
                p.keyword,
                p.location == "path" and not p.constant,
                p.required and not p.constant,
                p.schema,
                words("parameter", p.name, id_),
                p.deprecated,
            )
            for p in self.operation.parameters
        ]
        made += [
            display.Argument(f.keyword, False, f.required, f.schema, words("field", f.name, id_), f.schema.deprecated)  # noqa: FBT003
            for f in self._encoder.fields
        ]
        named = {argument.keyword for argument in made}
        body = self._encoder.media
        if body is not None and "body" not in named:
            required = self.operation.request_body is not None and self.operation.request_body.required
            needed = required and not self._encoder.fields
            made.append(display.Argument("body", False, needed, body.schema, "the whole body, instead of its fields"))  # noqa: FBT003
        if len(self._encoder.accepts) > 1 and "accept" not in named:
            choices = " or ".join(self._encoder.accepts)
            made.append(display.Argument("accept", False, False, None, f"{choices}; the first by default"))  # noqa: FBT003
        return made

    @property
    def _returns(self) -> str:
        success = self.operation.success
        content = success.content if success is not None else {}
        kinds = []
        for name, media in content.items():
            if messages.is_ndjson(name):
                kinds.append("Iterator")
            elif messages.is_json(name) or "*" in name:
                kinds.append(media.schema.words if media.schema is not None else "Any")
            else:
                kinds.append("str" if messages.is_text(name) else "bytes")
        return " | ".join(dict.fromkeys(kinds)) or "None"

    @property
    def __signature__(self) -> inspect.Signature:
        return display.signature(self._arguments, self._returns)

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        operation = self.operation
        refusals = [s for s in operation.responses if s[:1] in {"4", "5"} and s.isdigit()]
        return display.docstring(
            self._client.spec.words("operation", operation.id),
            f"{operation.method} {operation.path}" + (" (deprecated)" if operation.deprecated else ""),
            self._arguments,
            self._returns,
            [f"{status} {errors.api_error_class(int(status)).__name__}" for status in refusals],
        )

    def __repr__(self) -> str:
        return f"{self.operation.name}{self.__signature__}"

    def __get__(self, instance: object, owner: type | None = None) -> Self:
        """Itself: what has this counts as a routine, and ``help()`` shows the operation instead of this class."""
        return self


class Group:
    """The callables of one tag, by attribute and by name."""

    def __init__(self, client: Client, names: tuple[str, ...]) -> None:
        self._client = client
        self._names = names

    def __getattr__(self, name: str) -> Call:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Call:
        if name not in self._names:
            near = errors.near_names(name, self._names)
            message = f"no operation {name!r} has this tag; it has {', '.join(self._names)}"
            raise errors.UnknownOperation(message, near=near)
        return self._client.operation(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __dir__(self) -> list[str]:
        return list(self._names)

    def __repr__(self) -> str:
        return f"<{', '.join(self._names)}>"
