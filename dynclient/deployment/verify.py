"""Call every safe operation of a server whose arguments can be learned, and hold each answer to the document.

What one answer has others want: an item of ``/dags`` has the ``dag_id`` that ``/dags/{dag_id}/tasks`` takes.
Operations without required arguments are called first, then those whose arguments some answer gave, until nothing new
can be called. Only GET and batch lists are sent, each a few times at most.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..client import pagination
from ..errors import ApiError, ArgumentError, ContractError, TransportError
from .verify_report import FieldCounts, Outcome, Verdict, Verification
from .vocabulary import operation_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client.sync import Client
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Reply

    Arguments = dict[str, object]
    #: told before each call: how many were called, how many there are, the name of the next
    Progress = Callable[[int, int, str], None]

__all__ = ["Progress", "verify"]

_PAGE = 25  # items asked for of a list
_ATTEMPTS = 3  # times that an operation is tried with other arguments where the server says that there is no such thing
_CONTEXTS = 400  # what is remembered of answers, at most
_SECONDS = 600.0


def verify(
    client: Client, *, release: str | None = None, timeout: float = _SECONDS, progress: Progress | None = None
) -> Verification:
    """Call what can be called without changing anything, strict, and say what kept to the document.

    Args:
        client: of the server.
        release: what the server says it is, for the report.
        timeout: seconds for all of it; what is not reached by then is reported as not reachable.
        progress: told before each call: how many were called, how many there are, the name of the next.
    """
    return _Round(client, time.monotonic() + timeout, progress).report(release)


class _Context(NamedTuple):
    """What one item of an answer names, and the path of the operation that answered."""

    path: str
    values: Arguments

    def distance(self, path: str) -> int:
        """How far its operation is from one at this path: 0 for its parent, large for one elsewhere."""
        base = self.path.removesuffix("/list")
        return path.count("/") - base.count("/") if path.startswith(f"{base}/") and base else 1000


class _Round:
    """One round over the operations of a server."""

    def __init__(self, client: Client, until: float, progress: Progress | None) -> None:
        self._client = client
        self._until = until
        self._progress = progress
        endless = operation_ids("log out", "wait for run")
        self._waiting = {
            id_: operation
            for id_, operation in client.operations.items()
            if id_ not in endless and (operation.method == "GET" or _is_batch(operation))
        }
        self._total = len(self._waiting)
        self._skipped = [
            Outcome(id_, operation.method, operation.path, "not reachable", message="it changes or ends something")
            for id_, operation in client.operations.items()
            if id_ in endless and operation.method == "GET"
        ]
        self._outcomes: list[Outcome] = []
        self._contexts: list[_Context] = [_Context("", {})]
        self._fields = FieldCounts()

    def report(self, release: str | None) -> Verification:
        """Do the round; what came of it."""
        while self._pass_over() and time.monotonic() < self._until:
            pass
        late = time.monotonic() >= self._until
        for id_, operation in self._waiting.items():
            missing = ", ".join(_required(operation))
            message = "the time was over" if late else f"no answer named its arguments together ({missing})"
            self._skipped.append(Outcome(id_, operation.method, operation.path, "not reachable", message=message))
        order = list(self._client.operations)
        outcomes = sorted([*self._outcomes, *self._skipped], key=lambda outcome: order.index(outcome.operation))
        never, undeclared = self._fields.differences()
        return Verification(
            self._client.server, release or self._client.spec.release, tuple(outcomes), never, undeclared
        )

    def _pass_over(self) -> bool:
        """Call each operation whose arguments are known by now; whether there was one."""
        progressed = False
        for id_ in [*self._waiting]:
            operation = self._waiting[id_]
            choices = list(self._choices(operation))
            if not choices or time.monotonic() >= self._until:
                continue
            progressed = True
            del self._waiting[id_]
            if self._progress is not None:
                self._progress(len(self._outcomes), self._total, id_)
            self._outcomes.append(self._try(operation, choices))
        return progressed

    def _choices(self, operation: Operation) -> Iterator[Arguments]:
        """Arguments from answers that had all of the required ones together, each only once.

        Those of the lists above the operation come first: ``/dags`` knows better than ``/eventLogs`` which DAGs exist.
        """
        required = _required(operation)
        tried_arguments: list[Arguments] = []
        newest_first = [*reversed(self._contexts)]
        for context in sorted(newest_first, key=lambda one: one.distance(operation.path)):
            arguments = {name: _lookup(context.values, name) for name in required}
            if None in arguments.values() or arguments in tried_arguments:
                continue
            tried_arguments.append(arguments)
            yield _as_wanted(operation, arguments)
            if len(tried_arguments) == _ATTEMPTS:
                return

    def _try(self, operation: Operation, choices: list[Arguments]) -> Outcome:
        outcome = Outcome(operation.id, operation.method, operation.path, "not reachable")
        for arguments in choices:
            outcome = self._call(operation, arguments)
            if outcome.status not in {None, 404}:
                break
        return outcome

    def _call(self, operation: Operation, arguments: Arguments) -> Outcome:
        call = self._client.operation(operation.id)
        limit = {"limit": _PAGE} if operation.parameter("limit", "query") is not None else {}
        line = (operation.id, operation.method, operation.path)
        try:
            reply = call.response(**arguments, **limit)
        except (TransportError, ArgumentError, ApiError) as error:  # an ApiError is that of a login
            return Outcome(*line, "not reachable", message=str(error).partition("\n")[0])
        if isinstance(reply.error, ApiError):
            verdict: Verdict = "refused" if reply.status < 500 else "broken"
            return Outcome(*line, verdict, reply.status, message=str(reply.error).partition("\n")[0])
        self._learn(operation, arguments, reply)
        if isinstance(reply.error, ContractError):
            message = str(reply.error).partition("\n")[0]
            return Outcome(*line, "broken", reply.status, reply.violations, message)
        fields, has_empty_list = _names(reply.data)
        return Outcome(*line, "kept", reply.status, fields=fields, has_empty_list=has_empty_list)

    def _learn(self, operation: Operation, arguments: Arguments, reply: Reply) -> None:
        """Remember what an answer names, and which fields it had."""
        documented = operation.response_for(reply.status)
        media = next(iter(documented.content.values()), None) if documented is not None else None
        if media is not None and media.schema is not None:
            self._fields.count(media.schema, reply.data)
        if len(self._contexts) < _CONTEXTS:
            contexts = _contexts(operation, arguments, reply.data, list(self._client.operations.values()))
            self._contexts += [_Context(operation.path, values) for values in contexts]


def _names(data: object) -> tuple[frozenset[str], bool]:
    """The names of all fields of an answer at any depth, and whether a list in it is empty."""
    names: set[str] = set()
    has_empty_list = False
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            names.update(value)
            waiting += value.values()
        elif isinstance(value, list):
            has_empty_list = has_empty_list or not value
            waiting += value
    return frozenset(names), has_empty_list


def _is_batch(operation: Operation) -> bool:
    return operation.method == "POST" and pagination.paging(operation) is not None


def _required(operation: Operation) -> list[str]:
    """The keywords of the arguments that a call needs; those of a batch list's path have one value only."""
    return [p.keyword for p in operation.parameters if p.required and not p.constant]


def _lookup(context: Mapping[str, object], name: str) -> object:
    """The value for an argument: by its name, by that of one of many (``dag_ids``), or without what it is said of."""
    for key in (name, name.removesuffix("s"), name.removeprefix("task_")):
        if context.get(key) not in (None, ""):
            return context[key]
    return None


def _as_wanted(operation: Operation, arguments: Arguments) -> Arguments:
    """One value for a list is a list of it."""
    types = {p.keyword: p.schema.types for p in operation.parameters if p.schema is not None}
    return {
        name: [value] if types.get(name) == ("array",) and not isinstance(value, list) else value
        for name, value in arguments.items()
    }


def _contexts(
    operation: Operation, arguments: Arguments, data: object, operations: list[Operation]
) -> Iterator[Arguments]:
    """What the items of an answer name, each together with the arguments of the call that brought it."""
    if not isinstance(data, Mapping):
        return
    lists = [(name, value) for name, value in data.items() if isinstance(value, list)]
    for name, items in lists:
        for item in [item for item in items if isinstance(item, Mapping)][:_PAGE]:
            context = {**arguments, **_scalars(item), **_own_name(operation, item, operations)}
            yield {**context, **_named_by_list(name, item)}
            for inner, below in item.items():
                if isinstance(below, list) and below and isinstance(below[0], Mapping):
                    yield {**context, **_named_by_list(name, item), **_named_by_list(inner, below[0])}
    if not lists:
        yield {**arguments, **_scalars(data)}


def _scalars(item: Mapping[str, object]) -> Arguments:
    return {name: value for name, value in item.items() if isinstance(value, str | int) and not isinstance(value, bool)}


def _own_name(operation: Operation, item: Mapping[str, object], operations: list[Operation]) -> Arguments:
    """The argument that names an item in the paths below its list: ``/pools/{pool_name}`` has a ``name``."""
    below = operation.path.removesuffix("/list") + "/{"
    for other in operations:
        rest = other.path.removeprefix(below)
        if rest == other.path:
            continue
        name = rest.partition("}")[0]
        for key in (name, name.rpartition("_")[2], "id", "name", "key"):
            if item.get(key) not in (None, ""):
                return {name: item[key]}
    return {}


def _named_by_list(name: str, item: Mapping[str, object]) -> Arguments:
    """An item of ``sections`` is a ``section``, by its name or key."""
    value = next((item[key] for key in ("name", "key") if isinstance(item.get(key), str)), None)
    return {} if value is None or not name.endswith("s") else {name.removesuffix("s"): value}
