"""What a client is without sending: one spec, one server and one auth, made into callables.

``sync.Client`` sends and waits, ``asynchronous.Client`` sends and awaits; all that is the same for both is here.

Imported in functions: ``overview``, only for those who look; ``response_decoder``, only for a refusal.
"""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from .. import errors
from ..errors import ArgumentError, Violation
from ..http import masking
from . import auth as auths, pagination
from .auth_choice import choose
from .call import BaseCall, Options
from .servers import Servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from typing_extensions import Self

    from ..errors import Problem
    from ..http.messages import Request, Response
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Reply
    from ..openapi.spec import Operations, Spec
    from .overview import Matches

__all__ = ["BaseClient", "CallT", "Group", "Mode"]

Mode = Literal["strict", "warn", "off"]
_MODES = ("strict", "warn", "off")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
_MOST_VIOLATIONS = 1000  # violations that responses="warn" keeps


CallT = TypeVar("CallT", bound=BaseCall)


class BaseClient(Generic[CallT]):
    """The operations of a document as attributes, for a client that sends or one that awaits.

    A subclass adds to one of the steps of a call: ``argument_hint``, ``send``, ``refusal_hint``, ``settle``; and to
    ``unknown_operation``, which is raised for a name that is none. The constructor calls none of them.
    """

    call_type: type[CallT]  #: what an operation becomes
    transport: object  #: what sends
    #: query parameters that take one text alone or in a list, whatever the document has
    one_or_several: frozenset[str] = frozenset()

    def __init__(
        self,
        spec: Spec,
        server: str | int | Mapping[str, str | int] | None,
        auth: object,
        transport: object,
        *,
        responses: Mode | None,
        requests: Mode | None,
        read_only: bool,
    ) -> None:
        for name, mode in (("responses", responses), ("requests", requests)):
            if mode is not None and mode not in _MODES:
                raise ArgumentError(f'{name}: one of "strict", "warn", "off" is wanted')
        self.spec = spec
        if transport is not None:
            self.transport = transport
        self.responses: Mode = responses or "strict"
        self.requests: Mode = requests or "strict"
        self.read_only = read_only
        self.violations: deque[tuple[str, Violation]] = deque(maxlen=_MOST_VIOLATIONS)
        self.servers = Servers(spec, server)
        origins = self.servers.origins()
        self.auth = auths.Bound(choose(auth, spec, origins, self._blocking_transport), origins)
        self._options = Options()
        self._identity = os.urandom(8).hex()
        self._calls: dict[str, CallT] = {}

    def _blocking_transport(self) -> object:
        return getattr(self.transport, "blocking", self.transport)

    @property
    def server(self) -> str:
        """The absolute URL that paths are appended to; empty when the document's is relative and none was given."""
        return self.servers.default

    # --- operations as attributes ---

    def __getattr__(self, name: str) -> CallT:
        is_ours = name.startswith("_") and not name[1:2].isdigit()  # an id may begin with a digit: _3d
        if is_ours or "spec" not in self.__dict__:
            raise AttributeError(name)
        call = self.__dict__[name] = self.operation(name)
        return call

    def unknown_operation(self, name: str) -> errors.UnknownOperation:
        """The error for a name that is no operation, with those that come near."""
        return self.spec.operations.unknown(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.spec.operations.names})

    def call(self, operation: str, /, *args: object, **kwargs: object) -> Any:
        """Call any operation by its id."""
        return self.operation(operation)(*args, **kwargs)  # type: ignore[operator] # what is called is a subclass's

    def operation(self, name: str) -> CallT:
        """The callable of an operation by its id or Python name."""
        if name not in self.spec.operations:
            raise self.unknown_operation(str(name))
        operation = self.spec.operations[name]
        call = self._calls.get(operation.id)
        if call is None:
            call = self._calls.setdefault(operation.id, self.call_type(self, operation, self._options))
        return call

    @property
    def operations(self) -> Operations:
        """The document's operations, as data."""
        return self.spec.operations

    @property
    def tags(self) -> Mapping[str, Group[CallT]]:
        """The callables by tag: ``client.tags["DAG"].get_dags()``."""
        return {tag: Group(self, names) for tag, names in self.spec.tags.items()}

    def options(
        self,
        *,
        timeout: float | tuple[float | None, float | None] | None = None,
        headers: Mapping[str, str] | None = None,
        retries: object = None,
    ) -> Self:
        """The same client with these for its calls; connections, credentials and violations are shared.

        Args:
            timeout: as of ``Transport``: seconds to connect and to answer, or one number for both.
            headers: fields to send with every request beside those that its arguments make.
            retries: as of ``Transport``: a number or a ``Retry``.
        """
        new = object.__new__(type(self))
        new.__setstate__({**self.__dict__, "transport": self.transport})
        new._options = self._options.merged(timeout, headers, retries)
        return new

    # --- life ---

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickled, (self._identity, type(self), self.__getstate__())

    def __getstate__(self) -> dict[str, object]:
        """All but the callables; credentials leave their secrets out of a pickle themselves."""
        return {name: value for name, value in self.__dict__.items() if not isinstance(value, BaseCall)}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        fields = {name: value for name, value in state.items() if not isinstance(value, BaseCall)}
        self.__dict__.update(fields, _calls={})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.spec!r} at {masking.bare_url(self.server or 'no server')}>"

    # --- for people at a prompt ---

    def find(self, text: str) -> Matches:
        """The operations whose name, path or line of help has a text: ``client.find("trigger")``; their names."""
        from . import overview  # only for those who look

        return overview.find(self.spec, text, self.other_names())

    def other_names(self) -> Mapping[str, str]:
        """What operations are called elsewhere, by their id; ``find`` looks there too."""
        return {}

    @property
    def headline(self) -> str:
        """What and where it is, in one line."""
        return repr(self)

    @property
    def _credentials_in_words(self) -> str:
        auth = self.auth.auth
        return "none" if type(auth) is auths.NoAuth else repr(auth)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - the signature is IPython's
        from . import overview  # only for those who look

        nested = cycle or len(printer.stack) > 1
        printer.text(repr(self) if nested else overview.overview(self.headline, self._credentials_in_words, self.spec))

    # --- the steps of a call ---

    def argument_hint(self, name: str, valid: Sequence[str]) -> str:  # noqa: ARG002 - for subclasses
        """What to say of an argument that is none, beyond near names.

        Args:
            name: as the caller wrote it.
            valid: what the operation takes.
        """
        return ""

    def may_send(self, operation: Operation) -> None:
        """Refuse what a read_only client does not send.

        Raises:
            ArgumentError: the operation may change something.
        """
        if self.read_only and not self._is_read(operation):
            raise ArgumentError(f"{operation.name} may change something and this client is read_only; nothing was sent")

    def _is_read(self, operation: Operation) -> bool:
        return operation.method in _SAFE or pagination.paging(operation) is not None

    def let_through(self, operation: Operation, violations: Sequence[Violation]) -> None:
        """Take note of arguments that break the document and are sent all the same, as ``requests=`` has it."""
        if self.requests == "warn":
            self.violations.extend((operation.name, violation) for violation in violations)
            errors.warn(
                f"{operation.name}: the arguments break the document and are sent:{errors.listed(tuple(violations))}"
            )

    def refusal_hint(self, response: Response, problem: Problem) -> str:  # noqa: ARG002 - for subclasses
        """What to do about an answer of 400 and above, where the answer itself tells; for the end of the message."""
        from ..openapi.response_decoder import hint

        return hint(response)

    def settle(self, operation: Operation, reply: Reply) -> Any:
        """The data of a reply, or what it raises in this client's mode."""
        __tracebackhide__ = True
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

    def transport_options(self, request: Request, options: Options) -> tuple[Request, dict[str, object]]:
        """A request with the header fields of ``.options()``, and what else of them the transport is given."""
        if options.headers:
            request = request.with_headers(options.headers)
        keywords = {"timeout": options.timeout, "retries": options.retries}
        return request, {name: value for name, value in keywords.items() if value is not None}


_MOST_CLIENTS = 64
_by_identity: dict[tuple[str, str], Any] = {}


def _unpickled(identity: str, kind: type[BaseClient[Any]], state: dict[str, object]) -> Any:
    """A client that came in a pickle; once for all pickles of it, so that a worker logs in and connects once."""
    key = (identity, repr(state["_options"]))
    client = _by_identity.get(key)
    if client is None:
        client = object.__new__(kind)
        client.__setstate__(state)
        if len(_by_identity) < _MOST_CLIENTS:
            _by_identity[key] = client
    return client


class Group(Generic[CallT]):
    """The callables of one tag, by attribute and by name."""

    def __init__(self, client: BaseClient[CallT], names: tuple[str, ...]) -> None:
        self._client = client
        self._names = names

    def __getattr__(self, name: str) -> CallT:
        if name.startswith("_") and not name[1:2].isdigit():
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
