"""One operation of a client: how it is described, encoded and decoded, without sending.

Imported in functions: ``overview`` and ``example_arguments``, only for those who look or ask for an example;
``response_decoder``, only once an answer has come; ``pages_ahead``, only for several workers.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import errors
from ..http import media_types
from ..openapi.request_encoder import Encoder
from . import help as documentation, pagination

if TYPE_CHECKING:
    import inspect
    from collections.abc import Mapping

    from typing_extensions import Self

    from ..http.messages import Request, Response
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Decoder, Reply
    from .base import BaseClient
    from .pagination import Paging

__all__ = ["BaseCall", "Options"]

_Timeout = float | tuple[float | None, float | None] | None


class Options(NamedTuple):
    """What ``.options()`` sets for the calls of a callable or a client; None is what the transport has."""

    timeout: _Timeout = None
    headers: Mapping[str, str] = {}
    retries: object = None

    def merged(self, timeout: _Timeout, headers: Mapping[str, str] | None, retries: object) -> Options:
        """These, with what is set here in the place of what was set before."""
        return Options(
            self.timeout if timeout is None else timeout,
            {**self.headers, **(headers or {})},
            self.retries if retries is None else retries,
        )


class _OfInstances(property):
    """A property that the class itself lacks: ``inspect.signature`` of the class would take it for a signature."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if instance is None:
            raise AttributeError("a signature belongs to an operation, not to the class")
        return super().__get__(instance, owner)


class BaseCall:
    """One operation of a client, for one that sends or one that awaits.

    Attributes:
        client: the client it belongs to.
        operation: the operation, as data.
        encoder: arguments to a Request.
    """

    def __init__(self, client: BaseClient[Any], operation: Operation, options: Options = Options()) -> None:  # noqa: B008 - frozen
        self.client: BaseClient[Any] = client
        self.operation = operation
        self.__name__ = self.__qualname__ = operation.name
        self.encoder = Encoder(operation, client.argument_hint, client.one_or_several)
        self._options = options
        self._paging: tuple[Paging | None] | None = None

    @cached_property
    def decoder(self) -> Decoder:
        """A Response to data."""
        from ..openapi.response_decoder import Decoder

        client = self.client
        return Decoder(self.operation, lambda: client.spec.models, client.refusal_hint, client.settle)

    def __init_subclass__(cls) -> None:
        cls.__doc__ = BaseCall.__doc__  # type: ignore[method-assign] # the operation's, not the class's

    def __reduce__(self) -> tuple[object, ...]:
        """By client and id: what is costly is made again where it is needed."""
        return _of_client, (self.client, self.operation.id, self._options)

    def options(
        self, *, timeout: _Timeout = None, headers: Mapping[str, str] | None = None, retries: object = None
    ) -> Self:
        """The same callable with these for its calls; see ``Client.options``."""
        return type(self)(self.client, self.operation, self._options.merged(timeout, headers, retries))

    def example(self, seed: int = 0, *, minimal: bool = True) -> dict[str, object]:
        """Arguments that the document accepts, made up from a seed: ``call(**call.example())``, shown as a call.

        Args:
            seed: the same seed makes the same arguments.
            minimal: only what is required; else a choice of the rest too.

        Raises:
            SpecError: nothing keeps to the schema of something that is required.
        """
        from . import overview  # only for those who ask
        from .example_arguments import example_arguments

        return overview.Example(self.operation.name, example_arguments(self, seed, minimal=minimal))

    # --- the steps of a call ---

    def build(self, args: tuple[object, ...], kwargs: Mapping[str, Any], *, stream: bool | None = None) -> Request:
        """The request of a call, without credentials.

        Args:
            args: the positional arguments.
            kwargs: the others.
            stream: whether the answer is wanted as it comes; None means where it is read item by item.

        Raises:
            ArgumentError: nothing can be sent; with all that is wrong.
        """
        __tracebackhide__ = True
        client = self.client
        if stream is None:
            accept = kwargs.get("accept") if self.encoder.chooses_accept else None
            stream = media_types.is_sequence(accept if isinstance(accept, str) else self.encoder.accepts[0])
        elif stream and "accept" not in kwargs and self.encoder.chooses_accept:
            kwargs = {**kwargs, **self._line_by_line()}
        let_through = None
        if client.requests != "strict":
            let_through = client.let_through
        return self.encoder.encode(
            args, kwargs, client.servers.url_for(self.operation), stream=stream, let_through=let_through
        )

    def _line_by_line(self) -> dict[str, str]:
        """``accept=`` for an answer that comes item by item or line by line, where the document has one."""
        lines = [name for name in self.encoder.accepts if media_types.is_sequence(name)]
        lines += [name for name in self.encoder.accepts if media_types.is_text(name)]
        return {"accept": lines[0]} if lines else {}

    def walk_plan(self, kwargs: dict[str, Any]) -> tuple[Paging, bool, int]:
        """How to walk, whether to show how far it is, and by how many workers.

        ``progress`` and ``workers`` are ours, and leave the keywords, unless the operation takes them.
        """
        plan = pagination.needed(self.paging, self.operation)
        own = {name for name in ("progress", "workers") if name in kwargs and name not in self.encoder.keywords}
        knobs = {name: kwargs.pop(name) for name in own}
        workers = knobs.get("workers", 1)
        if workers != 1:
            from .pages_ahead import check_workers

            check_workers(workers)
        return plan, bool(knobs.get("progress")), workers

    def decode(
        self,
        request: Request,
        response: Response,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        check: bool,
    ) -> Reply:
        """The answer to a built request as data, judged and not raised."""
        return self.decoder.decode(response, self.encoder.path_arguments(args, kwargs), check=check, request=request)

    @property
    def paging(self) -> Paging | None:
        """How it pages, None when it is no list."""
        if self._paging is None:
            self._paging = (pagination.paging(self.operation),)
        return self._paging[0]

    # --- for people ---

    @property
    def types(self) -> dict[str, tuple[str, ...]]:
        """The JSON types that each argument takes, as far as the document says."""
        types = {p.keyword: p.schema.described_types for p in self.operation.parameters if p.schema is not None}
        return types | {field.keyword: field.schema.described_types for field in self.encoder.fields}

    @_OfInstances
    def __signature__(self) -> inspect.Signature:
        return documentation.signature(documentation.arguments(self.encoder), documentation.returns(self.operation))

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        operation, words = self.operation, self.client.spec.words
        refusals = [s for s in operation.responses if s[:1] in {"4", "5"} and s.isdigit()]
        return documentation.docstring(
            words("operation", operation.id),
            f"{operation.method} {operation.path}" + (" (deprecated)" if operation.deprecated else ""),
            documentation.arguments(self.encoder, words),
            documentation.returns(operation),
            [f"{status} {errors.api_error_class(int(status)).__name__}" for status in refusals],
        )

    def __repr__(self) -> str:
        from . import overview  # only for those who look

        return overview.signature_lines(self.operation.name, self.__signature__)

    def __get__(self, instance: object, owner: type | None = None) -> Self:
        """Itself: what has this counts as a routine, and ``help()`` shows the operation instead of this class."""
        return self


def _of_client(client: BaseClient[Any], operation: str, options: Options) -> BaseCall:
    """The callable of an operation, of a client that was pickled with it."""
    call: BaseCall = client.operation(operation)
    return call.options(**options._asdict()) if options != Options() else call
