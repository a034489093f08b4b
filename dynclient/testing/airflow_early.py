"""What Airflow 3 looks at before, or instead of, what its document says of a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .airflow_bulk import unknown_action
from .airflow_forms import crashed, value_errors
from .airflow_runs import database_error, is_moment, moment
from .fake_answers import Refusal

if TYPE_CHECKING:
    from ..errors import Violation
    from ..openapi.request_decoder import DecodedRequest
    from .airflow_world import World
    from .fake_server import EarlyRule, RuleContext

__all__ = ["early_rules"]

_PYDANTIC = "https://errors.pydantic.dev/2.11/v/missing"


def early_rules(world: World) -> dict[str, EarlyRule]:
    """By operation; for all operations by ``*``."""
    if not world.is_new:
        return {"*": _Old(world).look}
    rules = _Early(world)
    bulk = ("bulk_pools", "bulk_variables", "bulk_connections", "bulk_task_instances", "bulk_dag_runs")
    posts = ("post_pool", "post_variable", "trigger_dag_run", "post_connection")
    return {
        "*": rules.look,
        "patch_pool": rules.pool,
        "get_event_log": rules.event_log,
        "clear_dag_runs": rules.cleared,
        "clear_dag_run_partitions": rules.cleared,
        "post_connection": rules.connection,
        **dict.fromkeys(posts, rules.posted),
        **dict.fromkeys(bulk, rules.bulk),
    }


class _Old:
    """2.x: what its servers let pass, or look at themselves, though the document refuses it."""

    #: refused by a crash, or by a rule
    own = frozenset({"patch_dag", "update_dag_run_state", "set_dag_run_note", "post_role"})

    def __init__(self, world: World) -> None:
        self.world = world

    def look(self, context: RuleContext) -> DecodedRequest:
        """Without the violations that are no refusals, or are refused in another way."""
        decoded = without_masks(_decoded(context))
        arguments = dict(decoded.arguments)
        for violation in decoded.violations:
            if violation.rule == "format" and self._is_own(decoded, violation):
                arguments[str(violation.path[0])] = moment(violation.value).isoformat()
        violations = tuple(v for v in decoded.violations if not self._is_own(decoded, v))
        return decoded._replace(arguments=arguments, violations=violations)

    def _is_own(self, decoded: DecodedRequest, violation: Violation) -> bool:
        if violation.rule == "minimum" and violation.path == ("limit",):
            return True
        if violation.rule == "required" and decoded.operation.id in self.own and violation.path != ("name",):
            return not decoded.body or decoded.operation.id == "post_role"
        if violation.rule == "additionalProperties" and violation.path[-1:] in {("page_limit",), ("page_offset",)}:
            return True
        lax = not self.world.since("2.5") and violation.location == "query" and violation.rule == "format"
        return lax and is_moment(violation.value)


class _Early:
    def __init__(self, world: World) -> None:
        self.world = world

    def posted(self, context: RuleContext) -> DecodedRequest:
        """A list for an object crashed 3.0, and variables until 3.2; so did an object as a connection's extra."""
        decoded, world = _decoded(context), self.world
        limit = "3.3" if decoded.operation.id == "post_variable" else "3.1"
        is_json = not any(v.rule in {"json", "content"} for v in decoded.violations)
        came = context.request.content and is_json
        if came and not isinstance(decoded.body, dict) and not world.since(limit):
            raise crashed(world)
        if isinstance(decoded.body, dict) and isinstance(decoded.body.get("extra"), dict) and not world.since("3.3"):
            raise crashed(world)
        return decoded

    connection = posted

    def event_log(self, context: RuleContext) -> DecodedRequest:
        """A number that is none is said in words from 3.2 on."""
        decoded = _decoded(context)
        if decoded.violations and self.world.since("3.2"):
            raise Refusal(400, "'event_log_id' must be an integer")
        return decoded

    def look(self, context: RuleContext) -> DecodedRequest:
        """Masks are looked at later, or not at all; a moment without its offset is more than the database takes."""
        decoded = _decoded(context)
        for violation in decoded.violations:
            if violation.location == "query" and violation.rule == "format" and is_moment(violation.value):
                raise Refusal(500, database_error()) if self.world.since("3.3") else crashed(self.world)
        return without_masks(decoded)

    def cleared(self, context: RuleContext) -> DecodedRequest:
        """A body says what to clear; where it may be of two kinds, each says what it misses."""
        decoded = _decoded(context)
        twice = 2 if decoded.operation.id == "clear_dag_runs" else 1
        body = decoded.body if isinstance(decoded.body, dict) else {}
        if not decoded.violations and not set(body) - {"dry_run"}:
            raise Refusal(422, value_errors(["body"], "say what to clear", body) * twice)
        return decoded._replace(violations=decoded.violations * twice)

    def bulk(self, context: RuleContext) -> DecodedRequest:
        """An unknown action crashes; from 3.1 on everything that is wrong is said twice."""
        decoded = _decoded(context)
        if unknown_action(decoded.body):
            raise crashed(self.world)
        violations = decoded.violations
        if decoded.operation.id == "bulk_pools":
            violations = self._bulk_pools(decoded)
        once = not self.world.since("3.1") or (
            decoded.operation.id == "bulk_task_instances" and not self.world.since("3.2")
        )
        return decoded._replace(violations=violations * (1 if once else 2))

    def _bulk_pools(self, decoded: DecodedRequest) -> tuple[Violation, ...]:
        """A pool may be called ``pool`` as well as ``name``; one that is changed wants its flag from 3.2 on."""
        if not any(v.path and v.path[-1] in {"pool", "name"} for v in decoded.violations):
            return decoded.violations
        entities = [entity for action in decoded.body["actions"] for entity in action.get("entities", ())]
        pools = [entity for entity in entities if isinstance(entity, dict) and "pool" in entity]
        if not pools:
            return decoded.violations
        if self.world.since("3.2") and any("include_deferred" not in entity for entity in pools):
            raise _missing(["include_deferred"], pools[0])
        return ()

    def pool(self, context: RuleContext) -> DecodedRequest:
        """The form, the name, the pool, and then what a body without a mask, or from 3.2 on any, has to have."""
        decoded, world = _decoded(context), self.world
        body = decoded.body
        violations = [v for v in decoded.violations if v.rule not in {"required", "anyOf"} and not _is_null(v, body)]
        violations = [
            v for v in violations if not (v.path and v.path[-1] == "name" and isinstance(body.get("name"), str))
        ]
        if violations or not isinstance(body, dict):
            return decoded._replace(violations=tuple(violations) or decoded.violations)
        name, mask = context.arguments["pool_name"], context.arguments.get("update_mask")
        new = body.get("pool") or body.get("name")
        if name == "default_pool" and (not mask or set(mask) - {"slots", "include_deferred"}):
            raise Refusal(400, "Only slots and included_deferred can be modified on Default Pool")
        if new not in {None, name}:
            raise Refusal(400, "Invalid body, pool name from request body doesn't match uri parameter")
        if name not in world.items(context.fake.state, "pools"):
            raise Refusal(404, f"The Pool with name: `{name}` was not found")
        fields = {"pool": new, "slots": body.get("slots"), "include_deferred": body.get("include_deferred")}
        absent = [field for field, value in fields.items() if value is None]
        if not world.since("3.1") and "description" not in body:
            absent.append("description")
        if absent and name != "default_pool" and (mask is None or world.since("3.2")):
            raise _missing(absent, body)
        return decoded._replace(violations=())


def _is_null(violation: Violation, body: object) -> bool:
    return len(violation.path) == 1 and isinstance(body, dict) and body.get(violation.path[0], 0) is None


def without_masks(decoded: DecodedRequest) -> DecodedRequest:
    """Rules look at masks, not the document."""
    masked = [v for v in decoded.violations if v.location == "query" and v.path[:1] == ("update_mask",)]
    if not masked:
        return decoded
    return decoded._replace(violations=tuple(v for v in decoded.violations if v not in masked))


def _missing(fields: list[str], body: object) -> Refusal:
    """What pydantic says when a model is checked by hand."""
    items = [
        {"type": "missing", "loc": [name], "msg": "Field required", "input": body, "url": _PYDANTIC} for name in fields
    ]
    return Refusal(422, items)


def _decoded(context: RuleContext) -> DecodedRequest:
    assert context.decoded is not None  # noqa: S101 - a rule of an operation
    return context.decoded
