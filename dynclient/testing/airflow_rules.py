"""What a pretended Airflow knows beyond its document: its release, DAGs that read well, runs that proceed, login.

Servers of sixteen releases were asked; the conversation of ``tests/conversation`` holds the fake to what they said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents import releases
from ..openapi import load, spec
from .airflow_assets import Assets
from .airflow_backfills import Backfills, Questions, Stores
from .airflow_bulk import Bulk
from .airflow_dags import Dags
from .airflow_early import early_rules
from .airflow_filters import filters
from .airflow_forms import check_body, check_order, check_query, partial
from .airflow_instances import Instances
from .airflow_login import Passwords, Tokens, guard
from .airflow_logs import Logs
from .airflow_resources import Resources
from .airflow_runs import Runs
from .airflow_world import DEFAULT_DAGS, World, numbers, task_seeds
from .fake_answers import FakeResponse
from .fake_server import FakeServer, RuleContext
from .frameworks import Connexion, FastApi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .fake_server import Rule

__all__ = ["fake_airflow"]

_PUBLIC = frozenset({"get_version", "get_health", "login", "logout", "refresh"})
_SLASHES_2 = (("2.4", "/variables"), ("2.4", "/datasets"), ("2.9", "/datasets/queuedEvent"))
_PAGES = dict.fromkeys(("delete_pool", "delete_variable"), "text/html")
_DELETE_FIRST = dict.fromkeys(
    ("/api/v2/pools/{pool_name}", "/api/v2/connections/{connection_id}", "/api/v2/variables/{variable_key}"), "DELETE"
)
_SLASHES_3 = ("/api/v2/variables", "/api/v2/pools")


def fake_airflow(
    release: str = "3.3.2",
    *,
    auth: tuple[str, str] | None = None,
    viewer: tuple[str, str] | None = None,
    token_seconds: int = 86400,
    outcomes: Mapping[str, str] | None = None,
    dags: Sequence[Mapping[str, object]] | None = None,
    expose_config: bool = False,
    **options: Any,
) -> FakeServer:
    """A pretended Airflow of a release, which starts as a context manager.

    Args:
        release: any bundled one, with its login application on 3.x; or what ``load`` takes.
        auth: user and password that are asked for: Basic on 2.x, ``POST /auth/token`` and bearer on 3.x. Without it
            everybody may do everything, and any user gets a token.
        viewer: another account, which may only read.
        token_seconds: how long a token is good for.
        outcomes: dag id -> the state in which its runs end; what its tasks say otherwise.
        dags: what it has instead of three examples: for each ``dag_id`` and ``tasks`` (``task_id``), and where wanted
            ``description``, ``tags``, ``schedule``, ``is_paused``, ``assets`` (URIs it waits for), ``since`` (the first
            release that has it); for a task ``state`` (its end), ``value``, ``xcoms``, ``lines`` (of its log),
            ``error``, ``retries``, ``failures``, ``mapped`` (values), ``outlets`` (URIs), ``asks``.
        expose_config: show ``GET /config``, which servers refuse until they are told otherwise.
        options: those of ``FakeServer``.
    """
    document = load.load(release)
    is_new = any(path.startswith("/api/v2/") for path in document.document["paths"])
    base = "/api/v2" if is_new else ""
    version = numbers(document.release or ("3.3.2" if is_new else "2.11.2"))
    accounts = {**({auth[0]: "Admin"} if auth else {}), **({viewer[0]: "Viewer"} if viewer else {})}
    world = World(version, base, DEFAULT_DAGS if dags is None else dags, dict(outcomes or {}), accounts)
    rules = _rules(world, expose_config=expose_config)
    rules |= {"get_version": _version(document.release or release), "get_health": _healthy}
    passwords = dict(account for account in (auth, viewer) if account is not None)
    _add_login(world, document, passwords, rules, options, token_seconds, {viewer[0]} if viewer else set())
    rules |= options.pop("rules", None) or {}
    seeds = world.seeds(full=dags is None)
    seeds[f"{base}/dags/{{dag_id}}/tasks"] = lambda arguments: task_seeds(world, arguments["dag_id"])
    options["seeds"] = {**seeds, **(options.get("seeds") or {})}
    options = {"wildcard": "~", "judge": False, **options}
    options = {"public": _PUBLIC, "size": 3 if dags is None else 0, **options}
    fake = FakeServer(document, rules=rules, **options)
    fake.framework = _framework(world, document, options.get("prefix", ""))
    fake.state.filters |= filters(is_new=is_new)
    fake.state.cursor_status = 400 if is_new else 0
    fake.early |= early_rules(world)
    return fake


def _framework(world: World, document: spec.Spec, prefix: str) -> Connexion | FastApi:
    if world.is_new:
        return FastApi(document, prefix.rstrip("/"), world.release, _SLASHES_3, _DELETE_FIRST, {"delete_dag": ""})
    open_ended = tuple(path for first, path in _SLASHES_2 if world.since(first))
    return Connexion(document, prefix.rstrip("/") + "/api/v1", world.release, open_ended, {}, _PAGES)


def _rules(world: World, *, expose_config: bool) -> dict[Any, Any]:
    """The rules by operation, each after the checks that all operations have."""
    runs = Runs(world)
    instances = Instances(world, runs)
    parts: list[Any] = [
        Dags(world, expose_config=expose_config),
        Resources(world),
        runs,
        instances,
        Logs(world, instances),
    ]
    parts += [Assets(world, runs)]
    parts += (
        [Bulk(world, runs), Backfills(world, runs), Questions(world, instances), Stores(world)] if world.is_new else []
    )
    return {name: rule for part in parts for name, rule in part.rules.items()}


def _with_checks(world: World, rule: Rule | None) -> Rule:
    """A rule after what is looked at in every request."""

    def answer(context: RuleContext) -> FakeResponse | None:
        check_query(world, context)
        check_body(world, context)
        check_order(world, context)
        answer = rule(context) if rule is not None else None
        fields = context.arguments.get("fields")
        if fields is None or world.is_new:
            return answer
        return partial(world, answer or context.default(), fields)

    return answer


def _add_login(
    world: World,
    document: spec.Spec,
    accounts: Mapping[str, str],
    rules: dict[object, Any],
    options: dict[str, object],
    seconds: int,
    viewers: set[str],
) -> None:
    """Basic on 2.x, tokens on 3.x, and what viewers may not do."""
    if not world.is_new:
        if accounts:
            passwords = Passwords(world, accounts)
            options.setdefault("credentials", passwords.admit)
            options.setdefault("guard", guard(world, dict.fromkeys(viewers), passwords.user))
            world.user = passwords.user
    else:
        login = releases.login(document.release) if document.release else None
        if login is not None:
            tokens = Tokens(world, spec.parse(login), accounts, seconds)
            rules |= tokens.rules
            options.setdefault("credentials", tokens.admit if accounts else None)
            options.setdefault("guard", guard(world, dict.fromkeys(viewers), tokens.user))
            world.user = tokens.user
    for operation in document.operations.values():
        rules[operation.id] = _with_checks(world, rules.get(operation.id))


def _version(release: str) -> object:
    return lambda _: FakeResponse(200, {"version": release, "git_version": None})


def _healthy(context: RuleContext) -> FakeResponse:
    """Every component is well."""
    response = context.default()
    for part in response.data.values():
        if isinstance(part, dict) and "status" in part:
            part["status"] = "healthy"
    return response
