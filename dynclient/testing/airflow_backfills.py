"""Backfills, questions to people, and stores of state of a pretended Airflow 3."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ..openapi.request_decoder import NO_BODY
from .airflow_forms import crashed
from .airflow_runs import moment
from .airflow_world import now
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from .airflow_instances import Instances
    from .airflow_runs import Runs
    from .airflow_world import World
    from .fake_server import Rule, RuleContext
    from .fake_state import Item

__all__ = ["Backfills", "Questions", "Stores"]


class Backfills:
    """The rules about backfills."""

    def __init__(self, world: World, runs: Runs) -> None:
        self.world = world
        self.runs = runs
        self.rules: dict[str, Rule] = {
            "create_backfill": self.create,
            "create_backfill_dry_run": self.dry_run,
            "list_backfills": self.list_items,
            "get_backfill": self.read,
            "pause_backfill": self.pause,
            "unpause_backfill": self.pause,
            "cancel_backfill": self.cancel,
        }

    def items_of(self, context: RuleContext) -> dict[str, Item]:
        """Backfills by number, as text."""
        return self.world.items(context.fake.state, "backfills")

    def read(self, context: RuleContext) -> FakeResponse:
        """One backfill; it is over when its runs are."""
        return context.answer(self._one(context))

    def _one(self, context: RuleContext) -> Item:
        number = str(context.arguments["backfill_id"])
        if number not in self.items_of(context):
            raise Refusal(404, "Backfill not found")
        backfill = self.items_of(context)[number]
        runs = self._runs(context, backfill)
        for run in runs:
            self.runs.step(context.fake.state, backfill["dag_id"], run)
        if runs and all(run["state"] in {"success", "failed"} for run in runs) and backfill["completed_at"] is None:
            backfill["completed_at"] = now()
        return backfill

    def _runs(self, context: RuleContext, backfill: Item) -> list[Item]:
        runs = self.world.items(context.fake.state, "dags", backfill["dag_id"], "dagRuns")
        return [run for run in runs.values() if run.get("_backfill") == backfill["id"]]

    def _days(self, context: RuleContext) -> list[dt.datetime]:
        """The days of a backfill.

        Raises:
            Refusal: 404, 422; there is no such DAG, or it has no schedule.
        """
        world, body = self.world, context.body
        if body["dag_id"] not in world.items(context.fake.state, "dags"):
            raise Refusal(404, f"Could not find dag {body['dag_id']}")
        if not world.dags.get(body["dag_id"], {}).get("schedule"):
            raise Refusal(422, f"{body['dag_id']} has no schedule")
        start, end = moment(body["from_date"]), moment(body["to_date"])
        if start > end and world.since("3.3"):
            raise Refusal(422, "Backfill from_date must be before to_date")
        return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]

    def _open(self, context: RuleContext) -> bool:
        rows = self.items_of(context).values()
        return any(row["dag_id"] == context.body["dag_id"] and row["completed_at"] is None for row in rows)

    def create(self, context: RuleContext) -> FakeResponse:
        """A run for each day that has none; one backfill of a DAG at a time."""
        world, body, dag = self.world, context.body, context.body["dag_id"]
        days = self._days(context)
        if self._open(context):
            raise Refusal(409, f"There is already a running backfill for dag {dag}")
        if not days and world.since("3.2"):
            raise crashed(world)
        number = len(self.items_of(context)) + 1
        about = {
            "id": number,
            "dag_run_conf": body.get("dag_run_conf") or ({} if not world.since("3.1") else None),
            "is_paused": False,
            "reprocess_behavior": body.get("reprocess_behavior", "none"),
            "max_active_runs": body.get("max_active_runs", 10),
            "created_at": now(),
            "updated_at": now(),
            "completed_at": None,
            "dag_display_name": dag,
        }
        values = {**{name: body[name] for name in ("dag_id", "from_date", "to_date")}, **about}
        self.items_of(context)[str(number)] = values
        for day in days:
            self._run(context, dag, number, day)
        return context.answer(values)

    def _run(self, context: RuleContext, dag: str, number: int, day: dt.datetime) -> None:
        state, world = context.fake.state, self.world
        collection = state.collections[f"{world.base}/dags/{{dag_id}}/dagRuns"]
        date = day.isoformat()
        name = f"backfill__{date}"
        runs = world.items(state, "dags", dag, "dagRuns")
        if name in runs:
            return
        about: dict[str, object] = {
            "dag_run_id": name,
            "logical_date": date,
            "run_after": date,
            "run_type": "backfill",
            "state": "queued",
        }
        about |= {"triggered_by": "backfill", "start_date": None, "end_date": None, "queued_at": now(), "conf": {}}
        run = state.create(collection, world.place("dags", dag, "dagRuns"), about)
        run |= {"_backfill": number, "_triggered": True}
        self.runs.make_instances(state, dag, name)

    def dry_run(self, context: RuleContext) -> FakeResponse:
        """The days that would have a run; none of those that have one, unless they are run again."""
        runs = self.world.items(context.fake.state, "dags", context.body["dag_id"], "dagRuns")
        again = context.body.get("reprocess_behavior", "none") != "none"
        dates = {run.get("logical_date") for run in runs.values()}
        days = [day.isoformat() for day in self._days(context)]
        rows = [
            {"logical_date": day, "partition_key": None, "partition_date": None}
            for day in days
            if again or day not in dates
        ]
        return context.answer({"backfills": rows, "total_entries": len(rows)})

    def list_items(self, context: RuleContext) -> FakeResponse:
        """Those of a DAG."""
        rows = [
            row
            for row in self.items_of(context).values()
            if row["dag_id"] == context.arguments.get("dag_id", row["dag_id"])
        ]
        return context.page(rows)

    def pause(self, context: RuleContext) -> FakeResponse:
        """No more runs are started, or they are again."""
        backfill = self._one(context)
        if backfill["completed_at"] is not None:
            raise Refusal(409, "Backfill is already completed.")
        assert context.decoded is not None  # noqa: S101 - a rule of an operation
        backfill["is_paused"] = context.decoded.operation.id == "pause_backfill"
        return context.answer(backfill)

    def cancel(self, context: RuleContext) -> FakeResponse:
        """Its queued runs fail, and it is over."""
        backfill = self._one(context)
        if backfill["completed_at"] is not None:
            raise Refusal(409, "Backfill is already completed.")
        for run in self._runs(context, backfill):
            if run["state"] == "queued":
                run |= {"state": "failed", "end_date": now()}
        backfill |= {"is_paused": True, "completed_at": now()}
        return context.answer(backfill)


class Questions:
    """The rules about tasks that ask people (3.1 and later)."""

    def __init__(self, world: World, instances: Instances) -> None:
        self.world = world
        self.instances = instances
        self.answers: dict[tuple[object, ...], dict[str, object]] = {}
        self.rules: dict[str, Rule] = {
            "get_hitl_details": self.list_items,
            "get_hitl_detail": self.read,
            "get_hitl_detail_try_detail": self.read,
            "update_hitl_detail": self.respond,
        }

    def _question(self, context: RuleContext) -> tuple[dict[str, Any], Item]:
        """What a task instance asks.

        Raises:
            Refusal: 404; it asks nothing.
        """
        names = context.arguments
        asks = self.world.task(names["dag_id"], names["task_id"]).get("asks")
        if not asks:
            raise Refusal(404, "Human-in-the-loop detail not found")
        item = self.instances.instance(context)
        return self._show(item, asks), item

    def _show(self, item: Item, asks: Any) -> dict[str, Any]:
        key = (item["dag_id"], item["dag_run_id"], item["task_id"], item["map_index"])
        response = self.answers.get(key, {})
        return {
            **asks,
            "defaults": None,
            "multiple": False,
            "params": {},
            "assigned_users": [],
            "created_at": item.get("start_date"),
            "responded_by_user": response.get("responded_by_user"),
            "responded_at": response.get("responded_at"),
            "chosen_options": response.get("chosen_options"),
            "params_input": response.get("params_input", {}),
            "response_received": bool(response),
            "task_instance": item,
        }

    def read(self, context: RuleContext) -> FakeResponse:
        """One question, with its answer when there is one."""
        return context.answer(self._question(context)[0])

    def list_items(self, context: RuleContext) -> FakeResponse:
        """The questions of all runs, or of one."""
        query, state, rows = context.arguments, context.fake.state, []
        dags = list(self.world.dags) if query["dag_id"] == "~" else [query["dag_id"]]
        for dag in dags:
            for run in self.world.items(state, "dags", dag, "dagRuns"):
                if query["dag_run_id"] not in {"~", run}:
                    continue
                for item in self.instances.of_run(state, dag, run).values():
                    asks = self.world.task(dag, item["task_id"]).get("asks")
                    if asks and item.get("state"):
                        rows.append(self._show(item, asks))
        argument = query.get("response_received")
        rows = [row for row in rows if argument is None or row["response_received"] is argument]
        states = query.get("state")
        rows = [row for row in rows if not states or row["task_instance"]["state"] in states]
        rows = [row for row in rows if query.get("subject_search", "") in row["subject"]]
        return context.page(rows)

    def respond(self, context: RuleContext) -> FakeResponse:
        """Somebody answers, once; the task goes on, or fails of an option that it does not know."""
        question, item = self._question(context)
        selection = context.body["chosen_options"]
        if question["response_received"]:
            raise Refusal(409, "Human-in-the-loop detail has already been updated and is not allowed to write again.")
        known = set(selection) <= set(question["options"])
        if not known and self.world.since("3.3"):
            raise Refusal(400, "chosen_options are not among the options")
        key = (item["dag_id"], item["dag_run_id"], item["task_id"], item["map_index"])
        self.answers[key] = {
            "chosen_options": selection,
            "params_input": context.body.get("params_input") or {},
            "responded_at": now(),
            "responded_by_user": {"id": "admin", "name": "admin"},
        }
        item |= {"state": "success" if known else "failed", "end_date": now()}
        return context.answer({**self._show(item, question), "responded_by": {"id": "admin", "name": "admin"}})


class Stores:
    """The rules about the state that tasks and assets keep (3.3 and later)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.values: dict[tuple[object, ...], dict[str, dict[str, object]]] = {}
        kinds = ("task", "asset")
        self.rules: dict[str, Rule] = {
            **{f"list_{kind}_state_store": self.list_items for kind in kinds},
            **{f"clear_{kind}_state_store": self.clear for kind in kinds},
            **{f"get_{kind}_state_store": self.read for kind in kinds},
            **{f"set_{kind}_state_store": self.write for kind in kinds},
            **{f"delete_{kind}_state_store": self.delete for kind in kinds},
            "patch_task_state_store": self.write,
        }

    def items_of(self, context: RuleContext) -> dict[str, dict[str, object]]:
        """The values of one task instance or asset, by key."""
        names = context.arguments
        where = tuple(names.get(name) for name in ("dag_id", "dag_run_id", "task_id", "map_index", "asset_id"))
        return self.values.setdefault(where, {})

    def list_items(self, context: RuleContext) -> FakeResponse:
        """All of them."""
        return context.page(self.items_of(context).values())

    def read(self, context: RuleContext) -> FakeResponse:
        """One."""
        if context.arguments["key"] not in self.items_of(context):
            raise Refusal(404, f"State with key: `{context.arguments['key']}` not found")
        return context.answer(self.items_of(context)[context.arguments["key"]])

    def write(self, context: RuleContext) -> FakeResponse:
        """Put in the place of what was there; a PATCH shows it."""
        key = context.arguments["key"]
        writer: dict[str, object] = {"kind": "api", "dag_id": None, "run_id": None, "task_id": None, "map_index": None}
        row: dict[str, object] = {"key": key, "updated_at": now(), "expires_at": None, "last_updated_by": writer}
        self.items_of(context)[key] = {**row, "value": context.body.get("value")}
        if context.request.method == "PATCH":
            return context.answer(self.items_of(context)[key])
        return FakeResponse(204, NO_BODY)

    def delete(self, context: RuleContext) -> FakeResponse:
        """Gone, whether it was there or not."""
        self.items_of(context).pop(context.arguments["key"], None)
        return FakeResponse(204, NO_BODY)

    def clear(self, context: RuleContext) -> FakeResponse:
        """All gone."""
        self.items_of(context).clear()
        return FakeResponse(204, NO_BODY)
