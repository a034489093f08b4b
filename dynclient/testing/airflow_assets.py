"""Assets (datasets before 3.0) of a pretended Airflow: their events, and what is queued for the DAGs that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..openapi.request_decoder import NO_BODY
from .airflow_filters import like
from .airflow_runs import moment
from .airflow_world import FIRST, now
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from .airflow_runs import Runs
    from .airflow_world import World
    from .fake_server import Rule, RuleContext

__all__ = ["Assets"]


class Assets:
    """The rules about assets."""

    def __init__(self, world: World, runs: Runs) -> None:
        self.world = world
        self.runs = runs
        self.rules: dict[str, Rule] = {
            "get_assets": self.list_items,
            "get_datasets": self.list_items,
            "get_asset": self.one,
            "get_dataset": self.one,
            "get_asset_events": self.events,
            "get_dataset_events": self.events,
            "create_asset_event": self.post_event,
            "create_dataset_event": self.post_event,
            "get_upstream_asset_events": self.upstream,
            "get_upstream_dataset_events": self.upstream,
            "materialize_asset": self.materialize,
            **dict.fromkeys(
                (
                    "get_asset_queued_events",
                    "get_dag_asset_queued_events",
                    "get_dag_asset_queued_event",
                    "get_dataset_queued_events",
                    "get_dag_dataset_queued_events",
                    "get_dag_dataset_queued_event",
                ),
                self.queued,
            ),
            **dict.fromkeys(
                (
                    "delete_asset_queued_events",
                    "delete_dag_asset_queued_events",
                    "delete_dag_asset_queued_event",
                    "delete_dataset_queued_events",
                    "delete_dag_dataset_queued_events",
                    "delete_dag_dataset_queued_event",
                ),
                self.unqueue,
            ),
        }

    def rows(self) -> list[dict[str, Any]]:
        """All assets as they are shown."""
        world, dates = self.world, {"created_at": FIRST, "updated_at": FIRST}
        rows = []
        for n, uri in enumerate(world.assets(), start=1):
            waiting = [dag for dag, about in world.dags.items() if uri in about.get("assets", ())]
            writing = [
                (dag, task["task_id"])
                for dag, about in world.dags.items()
                for task in about["tasks"]
                if uri in task.get("outlets", ())
            ]
            tasks = [{"dag_id": dag, "task_id": task, **dates} for dag, task in writing]
            readers = [{"dag_id": dag, **dates} for dag in waiting]
            row = {
                "id": n,
                "uri": world.shown_uri(uri),
                "name": uri,
                "group": "asset",
                "extra": {},
                "aliases": [],
                **dates,
            }
            row |= {
                "producing_tasks": tasks,
                "scheduled_dags": readers,
                "consuming_dags": readers,
                "consuming_tasks": [],
                "watchers": [],
            }
            rows.append({**row, "last_asset_event": None})
        return rows

    def list_items(self, context: RuleContext) -> FakeResponse:
        """Those that the query asks for; on 2.x the total is that of all."""
        query = context.arguments
        rows = []
        for row in self.rows():
            dags = {one["dag_id"] for one in (*row["producing_tasks"], *row["scheduled_dags"])}
            argument = query.get("dag_ids") or []
            argument = argument.split(",") if isinstance(argument, str) else argument
            if argument and not dags & set(argument):
                continue
            if not like(row["uri"], query.get("uri_pattern") or "~") or not like(
                row["name"], query.get("name_pattern") or "~"
            ):
                continue
            rows.append(row)
        response = context.page(rows)
        if not self.world.is_new:
            response.data["total_entries"] = len(self.rows())
        return response

    def _asset(self, context: RuleContext, name: str = "") -> dict[str, Any]:
        arguments = context.arguments
        argument = name or arguments.get("uri") or arguments.get("asset_id")
        for row in self.rows():
            if argument in {row["id"], row["uri"]} or str(argument) == str(row["id"]):
                return row
        raise Refusal(404, f"The Asset with ID: `{argument}` was not found", title="Dataset not found")

    def one(self, context: RuleContext) -> FakeResponse:
        """One asset, by id or URI."""
        return context.answer(self._asset(context))

    def events(self, context: RuleContext) -> FakeResponse:
        """Every time that one was written."""
        query = context.arguments
        rows = [
            event
            for event in self.world.asset_events
            if all(
                query.get(name) in {None, event.get(name)}
                for name in ("source_dag_id", "source_run_id", "asset_id", "dataset_id")
            )
            and (not query.get("timestamp_lte") or moment(event["timestamp"]) <= moment(query["timestamp_lte"]))
            and (not query.get("timestamp_gte") or moment(event["timestamp"]) >= moment(query["timestamp_gte"]))
        ]
        return context.page(rows)

    def post_event(self, context: RuleContext) -> FakeResponse:
        """An event by hand."""
        body = context.body
        asset = self._asset(context, str(body.get("asset_id", body.get("dataset_uri"))))
        self.world.write_asset(asset["name"], "", "", "", now())
        event = self.world.asset_events[-1]
        event |= {
            "partition_key": body.get("partition_key"),
            "source_dag_id": None,
            "source_run_id": None,
            "source_task_id": None,
            "extra": body.get("extra") or {},
        }
        return context.answer(event)

    def upstream(self, context: RuleContext) -> FakeResponse:
        """No run here was started by an asset."""
        self.runs.run(context)
        names = ("asset_events",) if self.world.is_new else ("dataset_events",)
        return context.answer({names[0]: [], "total_entries": 0})

    def materialize(self, context: RuleContext) -> FakeResponse:
        """A run of the DAG that writes it."""
        asset = self._asset(context)
        dag = asset["producing_tasks"][0]["dag_id"] if asset["producing_tasks"] else ""
        if not dag:
            raise Refusal(404, "No Dag materializes this asset")
        body = {"logical_date": None, "dag_run_id": f"asset_materialization__{now()}"}
        arguments = {**context.arguments, "dag_id": dag}
        operation = context.fake.spec.operations["trigger_dag_run"]
        assert context.decoded is not None  # noqa: S101 - a rule of an operation
        decoded = context.decoded._replace(operation=operation, arguments=arguments, body=body)
        return self.runs.trigger(context._replace(arguments=arguments, body=body, decoded=decoded))

    # --- queued events ---

    def _waiting(self, context: RuleContext) -> list[dict[str, Any]]:
        query = context.arguments
        before = query.get("before")
        return [
            row
            for row in self.world.queued
            if query.get("dag_id") in {None, row["dag_id"]}
            and query.get("asset_id") in {None, row["asset_id"]}
            and query.get("uri") in {None, row["uri"]}
            and (not before or moment(row["created_at"]) < moment(before))
        ]

    def queued(self, context: RuleContext) -> FakeResponse:
        """What waits; nothing is 404 before 3.1, and for one event always."""
        rows = self._waiting(context)
        is_one = context.decoded is not None and context.decoded.operation.id.endswith("queued_event")
        if not rows and (is_one or not self.world.since("3.1")):
            raise Refusal(404, "Queue event was not found", title="Queue event not found")
        return (
            context.answer(rows[0]) if is_one else context.answer({"queued_events": rows, "total_entries": len(rows)})
        )

    def unqueue(self, context: RuleContext) -> FakeResponse:
        """What waits no longer does."""
        rows = self._waiting(context)
        if not rows:
            raise Refusal(404, "Queue event was not found", title="Queue event not found")
        self.world.queued = [row for row in self.world.queued if row not in rows]
        return FakeResponse(204, NO_BODY)
