"""Runs of a pretended Airflow: they are triggered, proceed as they are looked at, and are changed, cleared and deleted.

A triggered run is ``queued``; each time it is read it goes on, to ``running`` and then to its end, its task instances
with it. Runs of paused DAGs stay where they are.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from ..http import media_types
from .airflow_forms import crashed, value_errors
from .airflow_world import FIRST, World, now
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .fake_server import Rule, RuleContext
    from .fake_state import Item, State

__all__ = ["Runs", "is_bad_id"]

_NEXT = {"queued": "running", "running": "success"}
_ID = re.compile(r"[A-Za-z0-9_.~:+-]*")
_STATES = "queued running success failed"
_TYPES = "backfill scheduled manual operator_triggered asset_triggered asset_materialization"
_ASKS = ("deferred", "awaiting_input")  # before 3.3, and from then on


def is_bad_id(text: str) -> bool:
    """Has a run's name characters that servers from 2.6 on do not take?"""
    return _ID.fullmatch(text) is None


class Runs:
    """The rules about runs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules: dict[str, Rule] = {
            "post_dag_run": self.trigger,
            "trigger_dag_run": self.trigger,
            "get_dag_run": self.read,
            "get_dag_runs": self.list_items,
            "update_dag_run_state": self.change,
            "patch_dag_run": self.change,
            "set_dag_run_note": self.note,
            "delete_dag_run": self.delete,
            "clear_dag_run": self.clear,
            "wait_dag_run_until_finished": self.wait,
        }

    # --- finding ---

    def run(self, context: RuleContext, *, detail: object = "DAGRun not found") -> Item:
        """The run that a request is about.

        Raises:
            Refusal: 404, there is none.
        """
        arguments = context.arguments
        runs = self.world.items(context.fake.state, "dags", arguments["dag_id"], "dagRuns")
        if arguments["dag_run_id"] not in runs:
            raise Refusal(404, detail, title="DAGRun not found")
        return runs[arguments["dag_run_id"]]

    def is_paused(self, state: State, dag: str) -> bool:
        """Do runs of this DAG stay where they are?"""
        return bool(self.world.items(state, "dags").get(dag, {}).get("is_paused"))

    # --- triggering ---

    def trigger(self, context: RuleContext) -> FakeResponse:
        """A new run is queued; before 2.1 it runs at once."""
        world, dag = self.world, context.arguments["dag_id"]
        body = dict(context.body) if isinstance(context.body, dict) else {}
        if dag not in world.items(context.fake.state, "dags"):
            raise Refusal(404, f"DAG with dag_id: '{dag}' not found")
        self._check_dates(body)
        logical = body.get("logical_date") or body.get("execution_date")
        self._check_free(context, body, logical)
        moment = now()
        name = body.get("dag_run_id") or f"manual__{logical or moment}"
        starts = not world.since("2.1")
        about = {
            "dag_run_id": name,
            "state": "running" if starts else "queued",
            "run_type": "manual",
            "queued_at": moment,
            "conf": body.get("conf") or {},
            "run_after": body.get("run_after") or moment,
            "start_date": moment if starts else None,
            "end_date": None,
            "duration": None,
            "external_trigger": True,
            "triggered_by": "rest_api",
            "dag_display_name": dag,
            "note": body.get("note"),
        }
        if world.is_new:
            about |= {
                "logical_date": logical,
                "bundle_version": None,
                "triggering_user_name": world.user(context.request),
            }
            about["dag_versions"] = [] if self._is_early(dag, logical) else [self._version(dag)]
        else:
            about |= {"logical_date": logical or moment, "execution_date": logical or moment}
        answer = context.default(**about)
        self.make_instances(context.fake.state, dag, name)
        run = world.items(context.fake.state, "dags", dag, "dagRuns").get(name)
        if run is not None:
            run["_triggered"] = True
        return answer

    def _check_dates(self, body: Mapping[str, Any]) -> None:
        """Dates are aware, both halves of an interval come together, two names of one date agree."""
        status = 422 if self.world.is_new else 400
        for name in ("logical_date", "execution_date"):
            if isinstance(body.get(name), str) and not _is_aware(body[name]):
                raise _invalid(self.world, name, "Input should have timezone info")
        halves = [name for name in ("data_interval_start", "data_interval_end") if body.get(name)]
        if len(halves) == 1:
            raise _invalid(self.world, halves[0], "both data_interval_start and data_interval_end are wanted")
        dates = {body[name] for name in ("logical_date", "execution_date") if name in body}
        if len(dates) > 1:
            raise Refusal(status, "logical_date conflicts with execution_date")

    def _check_free(self, context: RuleContext, body: Mapping[str, Any], logical: object) -> None:
        """The name is one that runs can have, and no run has it or the date."""
        world, name = self.world, body.get("dag_run_id")
        if name and is_bad_id(name):
            if world.is_new:
                raise Refusal(400, f"The run_id provided '{name}' does not match regex pattern")
            if world.since("2.6"):
                raise crashed(world)
        if body.get("partition_key") and world.since("3.3"):
            raise Refusal(400, "partition_key is for DAGs with a partitioned timetable")
        runs = world.items(context.fake.state, "dags", context.arguments["dag_id"], "dagRuns")
        if name and name in runs:
            raise conflict(
                world, f"DAGRun with DAG ID: '{context.arguments['dag_id']}' and DAGRun ID: '{name}' already exists"
            )
        same = [
            run
            for run in runs.values()
            if logical and same_moment(run.get("logical_date") or run.get("execution_date"), logical)
        ]
        if same and not world.since("2.1"):
            raise crashed(world)
        if same:
            raise conflict(world, "DAGRun with this logical date already exists")

    def _version(self, dag: str) -> dict[str, object]:
        version = _dag_version(dag)
        return version if self.world.since("3.1") else {k: v for k, v in version.items() if k != "dag_display_name"}

    def _is_early(self, dag: str, logical: object) -> bool:
        """Is the date before the DAG's start? Such a run has no tasks."""
        start = self.world.dags.get(dag, {}).get("start_date")
        return bool(start and logical and moment(logical) < moment(start))

    def make_instances(self, state: State, dag: str, run: str) -> None:
        """The task instances of a new run, without a state; before 2.2 they come when the run starts."""
        collection = state.collections[f"{self.world.base}/dags/{{dag_id}}/dagRuns/{{dag_run_id}}/taskInstances"]
        location = self.world.place("dags", dag, "dagRuns", run, "taskInstances")
        runs = self.world.items(state, "dags", dag, "dagRuns")
        row = runs.get(run, {})
        rows = {}
        early = self.world.is_new and self._is_early(dag, row.get("logical_date"))
        if not early and (self.world.since("2.2") or not self.is_paused(state, dag)):
            for values in self.world.instances_of(dag):
                key = values["task_id"] if values["map_index"] < 0 else f"{values['task_id']}/{values['map_index']}"
                dates = {name: row.get(name) for name in ("logical_date", "execution_date", "run_after")}
                rows[key] = {**values, **dates, "state": None, "try_number": 0, "start_date": None, "end_date": None}
        state.fill(collection, location, rows)

    # --- proceeding ---

    def step(self, state: State, dag: str, run: Item) -> None:
        """A queued run starts, a running one ends, unless its DAG is paused or it waits for a person."""
        following = _NEXT.get(run.get("state") or "")
        if following is None or self.is_paused(state, dag):
            return
        instances = self.world.items(state, "dags", dag, "dagRuns", run["dag_run_id"], "taskInstances")
        if following == "running":
            run["state"], run["start_date"] = following, now()
            self._start(dag, instances)
            return
        if any(item.get("state") in _ASKS for item in instances.values()):
            return
        outcome = self.world.outcomes.get(dag)
        if run.get("_triggered"):
            self._start(dag, instances)
        if run.get("_triggered") or outcome:
            for item in instances.values():
                self._end(state, dag, run, item, outcome)
        failures = any(item.get("state") == "failed" for item in instances.values())
        run["end_date"] = now()
        run["state"] = outcome or ("failed" if failures and run.get("_triggered") else following)

    def _start(self, dag: str, instances: Mapping[str, Item]) -> None:
        for item in instances.values():
            if item.get("state") not in {None, "queued", "scheduled"}:
                continue
            asks = self.world.task(dag, item["task_id"]).get("asks")
            waiting = _ASKS[self.world.since("3.3")]
            item |= {"state": waiting if asks else "running", "start_date": now()}
            item["try_number"] = (item.get("try_number") or 0) + 1

    def _end(self, state: State, dag: str, run: Item, item: Item, outcome: str | None) -> None:
        """A task instance ends as its task does, and leaves what its task leaves."""
        if item.get("state") != "running":
            return
        task = self.world.task(dag, item["task_id"])
        end = now()
        item |= {"state": outcome or task.get("state", "success"), "end_date": end, "duration": 0.5}
        item["try_number"] = max(item["try_number"], 1 + task.get("failures", 0))
        if item["state"] == "success":
            self._leave(state, dag, run, item, task)

    def _leave(self, state: State, dag: str, run: Item, item: Item, task: Mapping[str, Any]) -> None:
        """XComs, and events of the assets that it writes."""
        index = item.get("map_index", -1)
        values = dict(task.get("xcoms", {}))
        if task.get("mapped"):
            values["return_value"] = task["mapped"][index]
        elif "value" in task:
            values["return_value"] = task["value"]
        for key, value in values.items():
            self.world.leave_xcom(state, (dag, run["dag_run_id"], item["task_id"]), key, value, index, run)
        if task.get("outlets") and not self.world.is_new:
            values = {"pipeline_outlets": list(task["outlets"])}
            self.world.leave_xcom(state, (dag, run["dag_run_id"], item["task_id"]), *values.popitem(), index, run)
        for uri in task.get("outlets", ()):
            self.world.write_asset(uri, dag, run["dag_run_id"], item["task_id"], now())

    # --- reading ---

    def read(self, context: RuleContext) -> FakeResponse:
        """The run, one step on."""
        run = self.run(context)
        self.step(context.fake.state, context.arguments["dag_id"], run)
        return context.default()

    def list_items(self, context: RuleContext) -> FakeResponse | None:
        """Runs of a DAG that is not there: none on 2.x, 404 on 3.x."""
        dag = context.arguments["dag_id"]
        if self.world.is_new:
            check_values(context, "state", _STATES)
            check_values(context, "run_type", _TYPES)
        if dag != "~" and dag not in self.world.items(context.fake.state, "dags"):
            if self.world.is_new:
                raise Refusal(404, f"The DAG with ID: `{dag}` was not found")
            return context.page(())
        return None

    def wait(self, context: RuleContext) -> FakeResponse:
        """The states of a run until it ends, a line each; an answer, not a stream without end, for a paused DAG."""
        run = self.run(context)
        states = [{"state": run["state"]}]
        while run["state"] in _NEXT and not self.is_paused(context.fake.state, context.arguments["dag_id"]):
            before = run["state"]
            self.step(context.fake.state, context.arguments["dag_id"], run)
            if run["state"] == before:
                break
            states.append({"state": run["state"]})
        streamed = media_types.is_ndjson(context.request.headers.get("accept", ""))
        return FakeResponse(200, states, "application/x-ndjson") if streamed else FakeResponse(200, states[-1])

    # --- changing ---

    def change(self, context: RuleContext) -> FakeResponse | None:
        """The state of a run, and its note on 3.x; its task instances go with it."""
        body = context.body if isinstance(context.body, dict) else {}
        if not self.world.is_new:
            if "state" not in body:
                raise crashed(self.world)
            if body["state"] == "queued" and not self.world.since("2.4"):
                raise Refusal(400, "{'state': ['Must be one of: success, failed.']}")
        run = self.run(context, detail="The DagRun was not found" if self.world.is_new else None)
        mask = context.arguments.get("update_mask")
        changes = {name: value for name, value in body.items() if not mask or name in mask}
        if changes.get("state") is None:
            changes.pop("state", None)
        run |= changes
        if "state" in changes:
            self._settle(context.fake.state, run, changes["state"])
        return context.answer(run)

    def _settle(self, state: State, run: Item, value: str) -> None:
        items = self.world.items(state, "dags", run["dag_id"], "dagRuns", run["dag_run_id"], "taskInstances")
        for item in items.values():
            if value == "queued":
                item["state"] = None
            elif item.get("state") not in {"success", "failed"} or value == "success":
                item["state"] = {"failed": "skipped"}.get(value, value)

    def note(self, context: RuleContext) -> FakeResponse:
        """A note on a run (2.5 and later)."""
        if context.body == {}:
            raise crashed(self.world)
        check_note(context.body)
        run = self.run(context, detail=None)
        run["note"] = context.body["note"]
        return context.answer(run)

    def delete(self, context: RuleContext) -> FakeResponse | None:
        """404 in words where the run or its DAG is not there."""
        self.run(context)
        return None

    def clear(self, context: RuleContext) -> FakeResponse:
        """What would be cleared, or the run, queued again."""
        body = context.body if isinstance(context.body, dict) else {}
        run = self.run(context, detail="DagRun not found" if self.world.is_new else None)
        items = self.world.items(
            context.fake.state, "dags", run["dag_id"], "dagRuns", run["dag_run_id"], "taskInstances"
        )
        pairs = [item for item in items.values() if not body.get("only_failed") or item.get("state") == "failed"]
        if body.get("dry_run", True) and not self.world.is_new:
            names = ("dag_id", "dag_run_id", "execution_date", "task_id")
            return FakeResponse(200, {"task_instances": [{name: item[name] for name in names} for item in pairs]})
        if body.get("dry_run", True):
            return context.answer({"task_instances": pairs, "total_entries": len(pairs)})
        for item in pairs:
            item["state"] = None
        run |= {"state": "queued", "end_date": None, "_triggered": True}
        return context.answer(run)


def check_values(context: RuleContext, name: str, names: str) -> None:
    """Refuse a value of a filter that 3.x does not know, in words.

    Raises:
        Refusal: 422.
    """
    values = context.arguments.get(name) or ()
    unknown = [one for one in ([values] if isinstance(values, str) else values) if one not in names.split()]
    if unknown:
        raise Refusal(422, f"Invalid value for {name}. Valid values are {', '.join(names.split())}")


def check_note(body: object) -> None:
    """Refuse a note of more than 1,000 characters (2.x).

    Raises:
        Refusal: 400.
    """
    if isinstance(body, dict) and len(body.get("note") or "") > 1000:
        raise Refusal(400, "{'note': ['Longer than maximum length 1000.']}")


def conflict(world: World, detail: str) -> Refusal:
    """409: in words on 2.x, as what the database said on 3.x."""
    if not world.is_new:
        return Refusal(409, detail)
    return Refusal(
        409, {"reason": "Unique constraint violation", "statement": "hidden", "orig_error": "hidden", "message": detail}
    )


def database_error() -> dict[str, str]:
    """What 3.3 says where its database took an exception."""
    message = "Serious error when handling your request. Check logs for more details"
    return {"reason": "Database error", "statement": "hidden", "orig_error": "hidden", "message": message}


def _invalid(world: World, name: str, message: str) -> Refusal:
    """A field that is refused by more than its schema."""
    if world.is_new:
        return Refusal(422, value_errors(["body", name], message, None))
    return Refusal(400, message)


def _dag_version(dag: str) -> dict[str, object]:
    return {
        "id": "01a22060-d365-75ea-ae92-abdcb6c44d93",
        "version_number": 1,
        "dag_id": dag,
        "bundle_name": "dags-folder",
        "bundle_version": None,
        "created_at": FIRST,
        "dag_display_name": dag,
        "bundle_url": None,
    }


def _is_aware(text: str) -> bool:
    return re.search(r"(?:Z|[+-]\d\d:?\d\d)$", text, re.IGNORECASE) is not None and "T" in text.upper()


def same_moment(one: object, other: object) -> bool:
    """Do two texts name one moment?"""
    try:
        return moment(one) == moment(other)
    except ValueError:
        return False


def is_moment(text: object) -> bool:
    """Is it a date-time?"""
    try:
        moment(text)
    except ValueError:
        return False
    return True


def moment(text: object) -> dt.datetime:
    """A date-time with its offset; UTC where it has none.

    Raises:
        ValueError: it is none.
    """
    value = dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    return value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)
