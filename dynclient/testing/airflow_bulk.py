"""Bulk changes on 3.x: actions with their entities, whose failures are listed in an answer of 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fake_answers import FakeResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .airflow_runs import Runs
    from .airflow_world import World
    from .fake_server import Rule, RuleContext
    from .fake_state import Item

__all__ = ["Bulk"]

_KINDS = {
    "bulk_pools": ("pools", "name", "pool"),
    "bulk_variables": ("variables", "key", ""),
    "bulk_connections": ("connections", "connection_id", ""),
}
_ACTIONS = ("create", "update", "delete")


class Bulk:
    """The rules about bulk changes."""

    def __init__(self, world: World, runs: Runs) -> None:
        self.world = world
        self.runs = runs
        self.rules: dict[str, Rule] = {
            **dict.fromkeys(_KINDS, self.change),
            "bulk_task_instances": self.instances,
            "bulk_dag_runs": self.dag_runs,
        }

    def change(self, context: RuleContext) -> FakeResponse:
        """Pools, variables or connections: made, changed, removed, in the order of the actions."""
        assert context.decoded is not None  # noqa: S101 - a rule of an operation
        kind, key, alias = _KINDS[context.decoded.operation.id]
        entries = self.world.items(context.fake.state, kind)
        collection = context.fake.state.collections[f"{self.world.base}/{kind}"]
        results: dict[str, Any] = {}
        before = set(entries)
        for action in context.body["actions"]:
            result = results.setdefault(action["action"], {"success": [], "errors": []})
            for entity in action["entities"]:
                name = entity if isinstance(entity, str) else entity.get(key) or entity.get(alias)
                there = name in (before if kind == "connections" else entries)
                error = _refusal(action, there)
                if error is not None:
                    result["errors"] += error
                    continue
                if action["action"] == "delete":
                    del entries[name]
                elif name in entries:
                    mask = action.get("update_mask")
                    entries[name] |= {field: value for field, value in entity.items() if not mask or field in mask}
                else:
                    context.fake.state.create(collection, self.world.place(kind), {**entity, key: name})
                result["success"].append(name)
        return _answer(results)

    def instances(self, context: RuleContext) -> FakeResponse:
        """Task instances: changed or removed, never made."""
        results: dict[str, Any] = {}
        for action in context.body["actions"]:
            result = results.setdefault(action["action"], {"success": [], "errors": []})
            if action["action"] == "create":
                result["errors"].append(_error("Task instances bulk create is not supported", 405))
                continue
            for entity in action["entities"]:
                self._instance(context, action, entity, result)
        return _answer(results)

    def _instance(
        self, context: RuleContext, action: Mapping[str, object], entity: Any, result: dict[str, Any]
    ) -> None:
        entity = {"task_id": entity} if isinstance(entity, str) else entity
        dag = entity.get("dag_id") or context.arguments["dag_id"]
        run = entity.get("dag_run_id") or context.arguments["dag_run_id"]
        items = self.world.items(context.fake.state, "dags", dag, "dagRuns", run, "taskInstances")
        index = entity.get("map_index", -1)
        key = entity["task_id"] if index in {None, -1} else f"{entity['task_id']}/{index}"
        if key not in items:
            if action.get("action_on_non_existence") != "skip":
                result["errors"].append(_error("The task instances were not found.", 404))
            return
        if action["action"] == "delete":
            del items[key]
        else:
            self._set(items[key], entity)
        result["success"].append(f"{dag}.{run}.{entity['task_id']}[{index if index is not None else -1}]")

    @staticmethod
    def _set(item: Item, entity: Mapping[str, Any]) -> None:
        if entity.get("new_state"):
            item["state"] = entity["new_state"]
        if "note" in entity:
            item["note"] = entity["note"]

    def dag_runs(self, context: RuleContext) -> FakeResponse:
        """Runs (3.3 and later): changed or removed."""
        results: dict[str, Any] = {}
        for action in context.body["actions"]:
            result = results.setdefault(action["action"], {"success": [], "errors": []})
            for one in action["entities"]:
                entity = {"dag_run_id": one} if isinstance(one, str) else one
                dag = entity.get("dag_id") or context.arguments["dag_id"]
                entries = self.world.items(context.fake.state, "dags", dag, "dagRuns")
                name = entity["dag_run_id"]
                if name not in entries:
                    if action.get("action_on_non_existence") != "skip":
                        result["errors"].append(_error(f"The runs {{'{name}'}} were not found.", 404))
                    continue
                if action["action"] == "delete":
                    del entries[name]
                else:
                    entries[name] |= {field: entity[field] for field in ("state", "note") if field in entity}
                result["success"].append(f"{dag}.{name}")
        return _answer(results)


def _refusal(action: Mapping[str, object], there: bool) -> list[dict[str, object]] | None:  # noqa: FBT001 - a fact
    """The errors of an entity that is not changed: none where it is left out on demand; None where it is changed."""
    if action["action"] == "create" and there:
        wish = action.get("action_on_existence", "fail")
        if wish == "fail":
            return [_error("it exists already", 409)]
        return [] if wish == "skip" else None
    if action["action"] in {"update", "delete"} and not there:
        wish = action.get("action_on_non_existence", "fail")
        return [] if wish == "skip" else [_error("it was not found", 404)]
    return None


def _error(text: str, status: int) -> dict[str, object]:
    return {"error": text, "status_code": status}


def _answer(results: Mapping[str, object]) -> FakeResponse:
    return FakeResponse(200, {action: results.get(action) for action in _ACTIONS}, "application/json")


def unknown_action(body: object) -> bool:
    """Is there an action that no server knows?"""
    actions = body.get("actions") if isinstance(body, dict) else None
    return isinstance(actions, list) and any(
        isinstance(one, dict) and one.get("action") not in _ACTIONS for one in actions
    )
