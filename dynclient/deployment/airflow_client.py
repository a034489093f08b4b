"""Airflow as it is deployed: which release a server runs, the document for it, how it is logged in to, and changes.

All that is Airflow and not OpenAPI begins here; ``connect`` is the way in.

Imported in functions: ``verify``, only for those who ask.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .. import errors
from ..client import auth as auths
from ..client.auth_choice import choose
from ..client.base import BaseClient, CallT
from ..client.sync import Call, Client
from ..documents import releases
from ..http.messages import Request
from . import applications, bulk, discovery, ensure, failures, login, renames, update as updating
from .effects import iterate, run_blocking
from .login import Renewed
from .runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ..errors import Problem
    from ..http.messages import Response
    from ..openapi.operation import Operation
    from ..openapi.response_decoder import Reply
    from ..openapi.spec import Spec
    from ..schema.models import Model
    from .ensure import Ensured
    from .failures import Failure
    from .verify import Progress
    from .verify_report import Verification

__all__ = ["About", "Airflow", "Deployed"]

_API = re.compile(r"/api/v\d+$")


class About(NamedTuple):
    """Where a client is connected, and which document it goes by.

    Attributes:
        url: the server, with its path prefix.
        release: what the server says it is, or what ``release=`` said; None when nobody did.
        document: what the document describes: a release, or the name it was given by.
        exact: whether that is the contract of this very server.
        why: how the document was chosen, in words.
        responses: what becomes of answers that break it: strict, warn or off.
    """

    url: str
    release: str | None
    document: str
    exact: bool
    why: str
    responses: str

    def __str__(self) -> str:
        server = f"Airflow {self.release}" if self.release else "Airflow"
        return f"{server} at {self.url}, by the document of {self.document}: {self.why}; responses: {self.responses}"


class Deployed(BaseClient[CallT]):
    """What is known of an Airflow server beyond its document; the base of clients that send and that await."""

    def __init__(
        self,
        spec: Spec,
        server: str | int | Mapping[str, str | int] | None = None,
        auth: Any = None,
        *args: Any,
        about: About | None = None,
        **knobs: Any,
    ) -> None:
        super().__init__(spec, server, None, *args, **knobs)
        chosen = choose(login.as_logins(auth, spec), spec)
        self._about = about
        self._credentials: auths.Auth = login.for_server(
            chosen, self.root, self.login_transport, tokens=login.logs_in(spec)
        )
        self.auth = auths.Bound(self._credentials, self.auth.origins)

    # --- what it is ---

    def about(self) -> About:
        """The server, its release, the document in use and why it is that one."""
        if self._about is None:
            name = self.spec.release or self.spec.source
            return About(self.root, None, name, exact=False, why="it was given", responses=self.responses)
        return self._about

    @property
    def headline(self) -> str:
        """The server, its release and the document."""
        return str(self.about())

    @property
    def root(self) -> str:
        """The server's URL with its path prefix, without the API's path."""
        return _API.sub("", self.server)

    @property
    def login_transport(self) -> Any:
        """What a login is sent by; it waits."""
        raise NotImplementedError

    def log_in_blocking(self) -> None:
        """Log in now, where the credentials need that; waits."""
        if isinstance(self._credentials, Renewed):
            self._credentials.current()

    def token_blocking(self) -> str | None:
        """The token of the login, made now where there is none; None where the credentials have none; waits."""
        return self._credentials.current() if isinstance(self._credentials, Renewed) else None

    # --- applications beside the API ---

    application_type: type[BaseClient[CallT]]  #: what an application's client is

    def operation(self, name: str) -> CallT:
        """The callable of an operation; users, roles and permissions of Airflow 3 are those of its auth manager.

        Raises:
            UnknownOperation: there is none of this name; with those that come near.
        """
        if name not in self.spec.operations and login.logs_in(self.spec):
            other = applications.auth_manager_operation(name)
            if other is not None:
                return self._auth_manager.operation(other)
        return super().operation(name)

    @cached_property
    def _auth_manager(self) -> BaseClient[CallT]:
        return self.client_of(applications.Application(applications.auth_manager(), self.root))

    def home_of(self, model: Model) -> BaseClient[CallT]:
        """The client that a model came from: that of the auth manager for its users and roles, else this one."""
        manager: BaseClient[CallT] | None = self.__dict__.get("_auth_manager")
        return manager if manager is not None and getattr(model, "_models_", None) is manager.spec.models else self

    def client_of(self, application: applications.Application) -> BaseClient[CallT]:
        """A client for an application at this server, with the same login, transport and modes."""
        spec, server = application
        make: Callable[..., BaseClient[CallT]] = self.application_type
        return make(spec, server, self._credentials, self.transport, self.responses, self.read_only)

    # --- what differs from other APIs ---

    one_or_several = frozenset({"order_by"})  # one text in 2.x, a list in 3.x

    def other_names(self) -> Mapping[str, str]:
        """What operations are called in other releases, by what they are called here."""
        return renames.elsewhere("operations", self.spec.operations)

    def unknown_operation(self, name: str) -> errors.UnknownOperation:
        """As of any client; a name of another release is told what it is called in this one."""
        here = renames.also_called("operations", name, self.spec.operations)
        release = f"Airflow {self.spec.release}" if self.spec.release else "this Airflow"
        if here:
            message = f"{release} has no operation {name!r}; here it is called {' or '.join(here)}"
            return errors.UnknownOperation(message, near=here)
        instead = releases.renames()["replaced"]["operations"].get(name) if login.logs_in(self.spec) else None
        if instead:
            return errors.UnknownOperation(f"{release} has no operation {name!r}: {instead}")
        return super().unknown_operation(name)

    def argument_hint(self, name: str, valid: Sequence[str]) -> str:
        """What an argument of another release is called in this one."""
        other_values = releases.renames()["other_values"]
        return "\n  ".join(
            f"{name} is called {here} here" + (", with other values" if {name, here} & {*other_values} else "")
            for kind in ("parameters", "fields")
            for here in renames.also_called(kind, name, valid)
        )

    def settle(self, operation: Operation, reply: Reply) -> Any:
        """As of any client; a bulk answer counts and lists what was refused inside."""
        data = super().settle(operation, reply)
        return bulk.with_errors(data) if operation.method == "PATCH" else data

    def refusal_hint(self, response: Response, problem: Problem) -> str:
        """As of any client; a refusal of credentials says what Airflow wants instead."""
        advice = ""
        if response.status in {401, 403}:
            advice = login.advice(
                problem,
                self._credentials,
                tokens=login.logs_in(self.spec),
                release=self.about().release or self.spec.release,
            )
        return f"; {advice}" if advice else super().refusal_hint(response, problem)


class Airflow(Runs, Deployed[Call], Client):
    """A client of an Airflow server; ``connect`` makes one. Takes what ``Client`` takes.

    (user, password) is HTTP Basic on Airflow 2, and a login for a token where the document has one, on Airflow 3.
    """

    def log_in(self) -> None:
        """Log in now, where the credentials need that; without it the first call does.

        Raises:
            ApiError: the login was refused.
        """
        self.log_in_blocking()

    application_type = Client

    def application(self, mount: str) -> Client:
        """A client for an application that is mounted beside the API, such as ``"/auth"``; the login is shared.

        Its document is the server's own.

        Raises:
            ArgumentError: that is no path.
            SpecError: the server has no document there.
        """
        path = applications.mount_path(mount)
        request = Request("GET", applications.document_url(self.root, path), discovery.JSON)
        response = self.send(request, next(iter(self.spec.operations.values())))
        return cast("Client", self.client_of(applications.application(self.root, path, response)))

    def update(self, model: Model) -> Any:
        """Write what changed in a model that came from this server; the new model.

        It goes to the PATCH of the path that the model was read from, with ``update_mask`` where there is one. Nothing
        changed: nothing is sent.

        Raises:
            ArgumentError: something that cannot be written changed; by name, nothing was sent.
        """
        home = self.home_of(model)
        change = updating.plan(model, home.spec)
        if change is None:
            return model
        return updating.same(model, home.call(change.operation, **change.arguments))

    def verify(self, *, timeout: float = 600.0, progress: Progress | None = None) -> Verification:
        """Call every safe operation whose arguments can be learned, and hold each answer to the document.

        Nothing is changed. The result says what kept to the document, what broke it, what was refused and what could
        not be reached; ``print`` shows it, ``.ok`` is the verdict.

        Args:
            timeout: seconds for all of it.
            progress: told before each call: how many were called, how many there are, the name of the next.
        """
        from .verify import verify  # only for those who ask

        return verify(self, release=self.about().release, timeout=timeout, progress=progress)

    def failures(self, *, since: datetime, dag: str = "*", most: int = 50) -> Iterator[Failure]:
        """The failed task instances of all DAGs that ended since a moment, with the end of their logs, lazily.

        Args:
            since: an aware datetime.
            dag: a pattern of DAG ids as a shell has them: ``etl_*``.
            most: no more than so many.
        """
        return iterate(self, failures.failures(self.spec, since, dag, most))

    def ensure(self, collection: str, /, *, dry_run: bool = False, **fields: Any) -> Ensured:
        """Make an item of a collection be as wanted: ``af.ensure("pools", name="etl", slots=5)``.

        What is absent is created, what differs is changed, what is equal is left alone; fields that are not named stay.
        It works for every collection with POST, and GET and PATCH of one item. What the server masks is not compared.

        Raises:
            ArgumentError: there is no such collection, or the field that tells its items apart is missing.
        """
        return run_blocking(self, ensure.ensure(self, collection, fields, dry_run=dry_run))

    def token(self) -> str | None:
        """The token of this client's login, made now where there is none; None where a login has none."""
        return self.token_blocking()

    @property
    def login_transport(self) -> Any:
        """What a login is sent by: what everything is."""
        return self.transport
