"""Pools, variables, connections, roles and users of a pretended Airflow: what its servers take, keep and refuse."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .airflow_forms import crashed, value_errors
from .airflow_runs import conflict
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .airflow_world import World
    from .fake_server import Rule, RuleContext
    from .fake_state import Item

__all__ = ["Resources"]

_CONNECTION_ID = re.compile(r"[\w.-]+")
_POOL_DEFAULT = "default_pool"
_READ_ONLY = frozenset(
    {"occupied_slots", "used_slots", "queued_slots", "open_slots", "running_slots", "deferred_slots"}
)


class Resources:
    """The rules about what people write down: each is looked at, then the document's own way follows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules: dict[str, Rule] = {
            "get_pools": self.pools,
            "post_pool": self.post_pool,
            "patch_pool": self.patch_pool,
            "delete_pool": self.delete_pool,
            "get_variable": self.absent("variables", "variable_key", "Variable"),
            "delete_variable": self.absent("variables", "variable_key", "Variable"),
            "post_variables": self.post_variable,
            "post_variable": self.post_variable,
            "patch_variable": self.patch_variable,
            "post_connection": self.post_connection,
            "patch_connection": self.patch_connection,
            "test_connection": self.test_connection,
            "enqueue_connection_test": self.test_connection,
            "create_default_connections": self.default_connections,
            "get_providers": self.providers,
            "post_role": self.post_role,
            "patch_role": self.patch_role,
            "post_user": self.post_user,
            "patch_user": self.patch_user,
        }

    def items_of(self, context: RuleContext, collection: str) -> dict[str, Item]:
        """All of a kind, by name."""
        return self.world.items(context.fake.state, collection)

    def mask(self, context: RuleContext) -> list[str]:
        """What ``update_mask`` names."""
        names = context.arguments.get("update_mask") or []
        return [names] if isinstance(names, str) else list(names)

    def absent(self, collection: str, parameter: str, kind: str) -> Rule:
        """A rule that says 404 as the release does."""

        def look(context: RuleContext) -> None:
            if context.arguments[parameter] in self.items_of(context, collection):
                return
            method = context.request.method
            quiet = not self.world.is_new and (method == "DELETE" or not self.world.since("2.7"))
            raise Refusal(404, None if quiet else f"{kind} does not exist", title=f"{kind} not found")

        return look

    def providers(self, context: RuleContext) -> FakeResponse | None:
        """All of them on 2.x, whatever the page."""
        if self.world.is_new:
            return None
        assert context.decoded is not None  # noqa: S101 - a rule of an operation
        arguments = {name: value for name, value in context.arguments.items() if name != "limit"}
        return context._replace(decoded=context.decoded._replace(arguments=arguments)).default()

    # --- pools ---

    def pools(self, context: RuleContext) -> None:
        """A page with an infinite pool is more than a server of 2.x can say."""
        if self.world.is_new:
            return
        page = context.default()
        rows = page.data.get("pools", []) if isinstance(page.data, dict) else []
        if any(row.get("slots") == -1 for row in rows):
            raise Refusal(500, "inf is not of type 'integer'", title="Response body does not conform to specification")

    def post_pool(self, context: RuleContext) -> FakeResponse | None:
        """Twice is 409; on 2.x, and on 3.0, a pool without an end is made and cannot be shown."""
        body, world = context.body, self.world
        if body["name"] in self.items_of(context, "pools"):
            raise conflict(world, f"Pool: {body['name']} already exists")
        infinite = body.get("slots") == -1
        if world.is_new and infinite and not world.since("3.1"):
            raise crashed(world)
        if world.is_new and world.since("3.1") and body.get("slots", 0) < -1:
            raise Refusal(422, value_errors(["body", "slots"], "Input should be -1 or more", body["slots"]))
        zero = dict.fromkeys(
            ("occupied_slots", "used_slots", "running_slots", "queued_slots", "scheduled_slots", "deferred_slots"), 0
        )
        response = context.default(**zero, open_slots=body["slots"])
        if infinite and not world.is_new:
            raise Refusal(500, "inf is not of type 'integer'", title="Response body does not conform to specification")
        return response

    def patch_pool(self, context: RuleContext) -> FakeResponse:
        """Renamed on 2.x; on 3.x the name in the body is the path's."""
        name, body, mask = context.arguments["pool_name"], dict(context.body), self.mask(context)
        pools = self.items_of(context, "pools")
        new = body.pop("pool", None) or body.get("name")
        if self.world.is_new:
            if new is not None and new != name:
                raise Refusal(400, "Invalid body, pool name from request body doesn't match uri parameter")
            self._missing(name, pools)
            changes = {field: value for field, value in body.items() if not mask or field in mask}
            pools[name] |= {**changes, "open_slots": changes.get("slots", pools[name]["slots"])}
            return context.answer(pools[name])
        if name == _POOL_DEFAULT and (not mask or set(mask) - {"slots", "include_deferred"}):
            raise Refusal(400, "Default Pool's name can't be modified")
        self._missing(name, pools)
        changes = self._pool_changes(body, mask)
        new = changes.get("name", name)
        if new != name and new in pools:
            raise crashed(self.world)
        pools[name] |= {**changes, "open_slots": changes.get("slots", pools[name]["slots"])}
        pools[new] = pools.pop(name)
        return context.answer(pools[new])

    def _missing(self, name: str, pools: Mapping[str, Item]) -> None:
        if name not in pools:
            raise Refusal(404, f"Pool with name:'{name}' not found")

    def _pool_changes(self, body: Mapping[str, object], mask: list[str]) -> dict[str, Any]:
        if not mask:
            return dict(body)
        known = {"name", "slots", "description", "include_deferred"} | _READ_ONLY
        unknown = [field for field in mask if field not in known]
        if unknown:
            raise Refusal(400, f"'{unknown[0]}' is unknown or cannot be updated.")
        if any(field not in body for field in mask):
            raise crashed(self.world)
        return {field: body[field] for field in mask}

    def delete_pool(self, context: RuleContext) -> None:
        """Not the default one."""
        if context.arguments["pool_name"] == _POOL_DEFAULT:
            raise Refusal(400, "Default Pool can't be deleted")

    # --- variables ---

    def post_variable(self, context: RuleContext) -> FakeResponse | None:
        """On 2.x a second one takes the place of the first; on 3.x it is 409."""
        world, body = self.world, context.body
        entries = self.items_of(context, "variables")
        if world.is_new:
            if body["key"] in entries:
                raise Refusal(409, f"The Variable with key: `{body['key']}` already exists")
            value = body["value"]
            if isinstance(value, (dict, list)):
                value = json.dumps(value, indent=2)
            return context.default(value=value if isinstance(value, str) else str(value), is_encrypted=True)
        entries.pop(body["key"], None)
        context.default(description=body.get("description") if world.since("2.8") else None)
        return FakeResponse(200, dict(body))

    def patch_variable(self, context: RuleContext) -> FakeResponse:
        """The key in the body is the path's; masks as the release takes them."""
        world, body, mask = self.world, context.body, self.mask(context)
        key, entries = context.arguments["variable_key"], self.items_of(context, "variables")
        if body.get("key") != key:
            raise Refusal(400, "Invalid body, key from request body doesn't match uri parameter")
        if world.is_new:
            if "key" in mask and world.since("3.2"):
                raise Refusal(400, "key cannot be updated")
            if isinstance(body.get("value"), (list, dict)) and not world.since("3.3"):
                raise crashed(world)
        else:
            self._check_variable_mask(mask)
        if key not in entries:
            self._absent_variable(context, key, body)
        changes = {
            name: value
            for name, value in body.items()
            if name != "key" and (not mask or name in mask or (name, "val" in mask) == ("value", True))
        }
        if isinstance(changes.get("value"), (list, dict)):
            changes["value"] = json.dumps(changes["value"])
        entries[key] |= changes
        if not world.is_new and not world.since("2.5"):
            return FakeResponse(200, {name: value for name, value in body.items() if value is not None})
        return context.answer(entries[key])

    def _check_variable_mask(self, mask: list[str]) -> None:
        world = self.world
        if not world.since("2.5"):
            if mask and set(mask) - {"value"}:
                raise Refusal(400, None, title="No field to update")
            return
        unknown = [name for name in mask if name not in {"val", "description"}]
        if unknown:
            raise Refusal(400, f"'{unknown[0]}' is unknown or cannot be updated.")

    def _absent_variable(self, context: RuleContext, key: str, body: Mapping[str, object]) -> None:
        world = self.world
        if not world.is_new and not world.since("2.5"):
            collection = context.fake.state.collections[f"{world.base}/variables"]
            context.fake.state.create(collection, world.place("variables"), body)
            return
        if not world.is_new and not world.since("2.7"):
            raise crashed(world)
        raise Refusal(404, f"The Variable with key: `{key}` was not found")

    # --- connections ---

    def post_connection(self, context: RuleContext) -> FakeResponse | None:
        """Twice is 409; names hold letters, digits, dots and hyphens from 2.6 on; ``extra`` is JSON on 3.x."""
        world, body = self.world, context.body
        name = body["connection_id"]
        if not world.is_new and world.since("2.6") and _CONNECTION_ID.fullmatch(name) is None:
            raise Refusal(
                400, "The key has to be made of alphanumeric characters, dashes, dots and underscores exclusively"
            )
        if world.is_new:
            self._check_extra(body.get("extra"))
        if name in self.items_of(context, "connections"):
            raise conflict(world, f"Connection already exist. ID: {name}")
        return None

    def _check_extra(self, extra: object) -> None:
        if isinstance(extra, str) and extra:
            try:
                json.loads(extra)
            except ValueError:
                raise Refusal(422, value_errors(["body", "extra"], "it is no JSON", extra)) from None

    def patch_connection(self, context: RuleContext) -> FakeResponse:
        """The name in the body is the path's."""
        world, body, mask = self.world, context.body, self.mask(context)
        name, entries = context.arguments["connection_id"], self.items_of(context, "connections")
        if body.get("connection_id", name) != name:
            raise Refusal(400, "The connection_id in the request body does not match the URL parameter")
        if name not in entries:
            raise Refusal(404, f"The Connection with connection_id: `{name}` was not found")
        if not world.is_new:
            known = {"conn_type", "host", "login", "schema", "port", "password", "extra", "description"}
            unknown = [field for field in mask if field not in known]
            if unknown:
                raise Refusal(400, f"'{unknown[0]}' is unknown or cannot be updated.")
        fields = {field.strip() for one in mask for field in ([one] if world.is_new else one.split(","))}
        entries[name] |= {field: value for field, value in body.items() if not mask or field in fields}
        return context.answer(entries[name])

    def test_connection(self, context: RuleContext) -> FakeResponse:
        """Switched off from 2.7 on, unless an administrator says otherwise."""
        if self.world.is_new:
            raise Refusal(403, "Testing connections is disabled in Airflow configuration.")
        if self.world.since("2.7"):
            raise Refusal(403, "", response=FakeResponse(403, b"Testing connections is disabled", "text/html"))
        return context.answer({"status": True, "message": "Connection successfully tested"})

    def default_connections(self, context: RuleContext) -> FakeResponse:
        """A few of those that every Airflow can have."""
        collection = context.fake.state.collections[f"{self.world.base}/connections"]
        entries = self.items_of(context, "connections")
        for name, kind in (("sqlite_default", "sqlite"), ("http_default", "http"), ("fs_default", "fs")):
            if name not in entries:
                values = {"connection_id": name, "conn_type": kind}
                context.fake.state.create(collection, self.world.place("connections"), values)
        return context.default()

    # --- roles and users (2.x) ---

    def post_role(self, context: RuleContext) -> FakeResponse:
        """Actions are wanted, though nothing says so; they and their resources are known ones."""
        if "actions" not in context.body:
            raise crashed(self.world)
        if context.body["name"] in self.items_of(context, "roles"):
            raise Refusal(
                409, f"Role with name '{context.body['name']}' already exists; please update with the PATCH endpoint"
            )
        self._check_actions(context.body["actions"])
        context.default()
        return FakeResponse(200, {})

    def _check_actions(self, actions: Any) -> None:
        for one in actions or ():
            if not re.fullmatch(r"can_(read|edit|create|delete)|menu_access", one["action"]["name"]):
                raise Refusal(400, f"The specified action: '{one['action']['name']}' was not found")
            if one["resource"]["name"] not in {
                "DAGs",
                "DAG Runs",
                "Pools",
                "Variables",
                "Connections",
                "Task Instances",
            }:
                raise Refusal(400, f"The specified resource: '{one['resource']['name']}' was not found")

    def patch_role(self, context: RuleContext) -> FakeResponse:
        """Renamed by its body; actions that are taken away stay; without actions a crash before 2.3."""
        world, body, mask, entries = self.world, context.body, self.mask(context), self.items_of(context, "roles")
        name = context.arguments["role_name"]
        if name not in entries:
            raise Refusal(404, f"Role with name '{name}' was not found")
        unknown = [field for field in mask if field not in {"name", "actions"}]
        if unknown:
            raise Refusal(400, f"'{unknown[0]}' in update_mask is unknown")
        if not world.since("2.3") and (not body.get("actions") or mask == ["actions"]):
            raise crashed(world)
        if body.get("actions"):
            self._check_actions(body["actions"])
            entries[name]["actions"] = body["actions"]
        new = body["name"] if not mask or "name" in mask else name
        entries[name]["name"] = new
        entries[new] = entries.pop(name)
        return context.answer(entries[new])

    def post_user(self, context: RuleContext) -> None:
        """Name and address are one user's; roles are known ones."""
        body, entries = context.body, self.items_of(context, "users")
        if body["username"] in entries or any(user["email"] == body["email"] for user in entries.values()):
            raise Refusal(409, f"Username `{body['username']}` already exists. Use PATCH to update.")
        self._check_roles(context, body)
        body.setdefault("roles", [{"name": "Public"}])

    def _check_roles(self, context: RuleContext, body: Mapping[str, Any]) -> None:
        unknown = [
            role["name"] for role in body.get("roles", ()) if role["name"] not in self.items_of(context, "roles")
        ]
        if unknown:
            raise Refusal(400, f"Unknown roles: '{unknown[0]}'")

    def patch_user(self, context: RuleContext) -> FakeResponse:
        """Renamed by its body, but not to another's name."""
        body, mask, entries = context.body, self.mask(context), self.items_of(context, "users")
        name = context.arguments["username"]
        if name not in entries:
            raise Refusal(404, f"The User with username `{name}` was not found")
        unknown = [field for field in mask if field not in {*body, "password", "roles"}]
        if unknown:
            raise Refusal(400, f"Unknown update masks: '{unknown[0]}'")
        changes = {field: value for field, value in body.items() if not mask or field in mask}
        new = changes.get("username", name)
        if new != name and new in entries:
            raise Refusal(409, f"The username `{new}` already exists")
        self._check_roles(context, changes)
        entries[name] |= {field: value for field, value in changes.items() if field != "password"}
        entries[new] = entries.pop(name)
        return context.answer(entries[new])
