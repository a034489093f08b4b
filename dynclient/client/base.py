"""What a client and its callables are without sending: one spec, one server and one auth, made into callables.

``client`` sends and waits, ``awaited`` sends and awaits; all that is the same for both is here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar
from urllib.parse import urljoin, urlsplit

from .. import errors
from ..errors import ArgumentError, Violation
from ..http import masking, media_types, messages
from ..openapi.operation import identifier
from ..openapi.request_encoder import Encoder
from ..openapi.response_decoder import Decoder, Reply
from ..openapi.spec import Server
from . import auth as auths
from . import help
from . import pagination as paginate

if TYPE_CHECKING:
    import inspect
    from collections.abc import Iterator

    from typing_extensions import Self

    from ..http.messages import Request, Response
    from ..openapi.operation import Operation
    from ..openapi.spec import Operations, Spec
    from .pagination import Paging

__all__ = ["BaseCall", "BaseClient", "CallT", "Group", "Responses"]

Responses = Literal["strict", "warn", "off"]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_KEPT = 1000  # violations that responses="warn" keeps


CallT = TypeVar("CallT", bound="BaseCall")


class BaseClient(Generic[CallT]):
    """The operations of a document as attributes, for a client that sends or one that awaits."""

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
        self.transport: Any = transport if transport is not None else self._make_transport()
        self.responses: Responses = responses or "strict"
        self.read_only = read_only
        self.violations: deque[tuple[str, Violation]] = deque(maxlen=_KEPT)
        self._calls: dict[str, CallT] = {}
        self._servers: dict[str, Any] = dict(server) if isinstance(server, Mapping) else {"*": server}
        self.server = self._base(self._servers.get("*"), spec.servers)
        self.auth = self._bound(auth)

    # --- operations as attributes ---

    def __getattr__(self, name: str) -> CallT:
        if name.startswith("_") or "spec" not in self.__dict__:
            raise AttributeError(name)
        operations = self.spec.operations
        if name not in operations:
            raise self._unknown(name)
        call = self.__dict__[name] = self.operation(name)
        return call

    def _make_call(self, operation: Operation) -> CallT:
        raise NotImplementedError

    def _make_transport(self) -> Any:
        raise NotImplementedError

    def _unknown(self, name: str) -> errors.UnknownOperation:
        return self.spec.operations.unknown(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.spec.operations.names})

    def call(self, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call any operation by its id."""
        made: Any = self.operation(operation)
        return made(*args, **kwargs)

    def operation(self, name: str) -> CallT:
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
    def tags(self) -> Mapping[str, Group[CallT]]:
        """The callables by tag: ``client.tags["DAG"].get_dags()``."""
        return {tag: Group(self, names) for tag, names in self.spec.tags.items()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.spec!r} at {masking.bare_url(self.server or 'no server')}>"

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

    # --- judging ---

    def may_send(self, operation: Operation) -> None:
        """Refuse what a read_only client does not send.

        Raises:
            ArgumentError: the operation may change something.
        """
        if self.read_only and not self._is_read(operation):
            raise ArgumentError(f"{operation.name} may change something and this client is read_only; nothing was sent")

    def _is_read(self, operation: Operation) -> bool:
        return operation.method in _SAFE or paginate.paging(operation) is not None

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


class BaseCall:
    """One operation of a client: how it is described, encoded and decoded."""

    def __init__(self, client: BaseClient[Any], operation: Operation) -> None:
        self._client = client
        self.operation = operation
        self.__name__ = self.__qualname__ = operation.name
        self._encoder = Encoder(operation, identifier)
        self._decoder = Decoder(operation, lambda: client.spec.models)
        self._paging: tuple[Paging | None] | None = None

    def __init_subclass__(cls) -> None:
        cls.__doc__ = BaseCall.__doc__  # type: ignore[method-assign] # the operation's, not the class's

    def example(self, seed: int = 0, *, minimal: bool = True) -> dict[str, Any]:
        """Arguments that the document accepts, made up from a seed: ``call(**call.example())``.

        Args:
            seed: the same seed makes the same arguments.
            minimal: only what is required; else a choice of the rest too.
        """
        from random import Random  # only for those who ask

        from ..schema import examples

        rng = Random(seed)  # noqa: S311 - an example is no secret
        wanted = [(p.keyword, p.schema, p.required and not p.constant, True) for p in self.operation.parameters]
        wanted += [(field.keyword, field.schema, field.required, False) for field in self._encoder.fields]
        made = {
            keyword: examples.argument(schema, rng, written=written, minimal=minimal)
            for keyword, schema, required, written in wanted
            if required or (not minimal and rng.random() < 0.5)
        }
        body = self.operation.request_body
        if body is not None and body.required and not self._encoder.fields and self._encoder.media is not None:
            made["body"] = examples.argument(self._encoder.media.schema, rng, written=False, minimal=minimal)
        return made

    # --- how ---

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        stream = media_types.is_ndjson(kwargs.get("accept") or self._encoder.accepts[0])
        return self._encoder.encode(args, kwargs, self._client.base_for(self.operation), stream=stream)

    def _stream_request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        lines = [name for name in self._encoder.accepts if media_types.is_ndjson(name)]
        lines += [name for name in self._encoder.accepts if media_types.is_text(name)]
        given = {"accept": lines[0], **kwargs} if lines and len(self._encoder.accepts) > 1 else kwargs
        return self._encoder.encode(args, given, self._client.base_for(self.operation), stream=True)

    def _walk_plan(self, kwargs: dict[str, Any]) -> tuple[Paging, bool]:
        """How to walk, and whether to show how far it is; ``progress`` is ours unless the operation takes it."""
        plan = paginate.needed(self.paging, self.operation)
        return plan, bool("progress" not in self._encoder.keywords and kwargs.pop("progress", False))

    def _judged(
        self, request: Request, response: Response, args: tuple[Any, ...], kwargs: dict[str, Any], *, check: bool
    ) -> Reply:
        asked = request.headers.get("accept")
        return self._decoder.decode(response, self._encoder.path_arguments(args, kwargs), check=check, asked=asked)

    @property
    def paging(self) -> Paging | None:
        """How it pages, None when it is no list."""
        if self._paging is None:
            self._paging = (paginate.paging(self.operation),)
        return self._paging[0]

    # --- for people ---

    @property
    def types(self) -> dict[str, tuple[str, ...]]:
        """The JSON types that each argument takes, as far as the document says."""
        found = {p.keyword: p.schema.described_types for p in self.operation.parameters if p.schema is not None}
        return found | {field.keyword: field.schema.described_types for field in self._encoder.fields}

    @property
    def _arguments(self) -> list[help.Argument]:
        words = self._client.spec.words
        id_ = self.operation.id
        made = [
            help.Argument(
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
            help.Argument(f.keyword, False, f.required, f.schema, words("field", f.name, id_), f.schema.deprecated)  # noqa: FBT003
            for f in self._encoder.fields
        ]
        named = {argument.keyword for argument in made}
        body = self._encoder.media
        if body is not None and "body" not in named:
            required = self.operation.request_body is not None and self.operation.request_body.required
            needed = required and not self._encoder.fields
            made.append(help.Argument("body", False, needed, body.schema, "the whole body, instead of its fields"))  # noqa: FBT003
        if len(self._encoder.accepts) > 1 and "accept" not in named:
            choices = " or ".join(self._encoder.accepts)
            made.append(help.Argument("accept", False, False, None, f"{choices}; the first by default"))  # noqa: FBT003
        return made

    @property
    def _returns(self) -> str:
        success = self.operation.success
        content = success.content if success is not None else {}
        kinds = []
        for name, media in content.items():
            if media_types.is_ndjson(name):
                kinds.append("Iterator")
            elif media_types.is_json(name) or "*" in name:
                kinds.append(media.schema.words if media.schema is not None else "Any")
            else:
                kinds.append("str" if media_types.is_text(name) else "bytes")
        return " | ".join(dict.fromkeys(kinds)) or "None"

    @property
    def __signature__(self) -> inspect.Signature:
        return help.signature(self._arguments, self._returns)

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        operation = self.operation
        refusals = [s for s in operation.responses if s[:1] in {"4", "5"} and s.isdigit()]
        return help.docstring(
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


class Group(Generic[CallT]):
    """The callables of one tag, by attribute and by name."""

    def __init__(self, client: BaseClient[CallT], names: tuple[str, ...]) -> None:
        self._client = client
        self._names = names

    def __getattr__(self, name: str) -> CallT:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> CallT:
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
