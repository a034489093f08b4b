"""Task instances of a pretended Airflow: mapped ones, tries, notes, states that are set, and clearing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .airflow_forms import crashed, value_errors
from .airflow_runs import Runs, check_note, check_values, is_moment, moment
from .fake_answers import FakeResponse, Refusal
from .fake_state import fit, json_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .airflow_world import World
    from .fake_server import Rule, RuleContext
    from .fake_state import Item, State

__all__ = ["Instances"]

_STATES = (
    "removed scheduled queued running success restarting failed up_for_retry up_for_reschedule upstream_failed skipped "
    "deferred awaiting_input no_status none"
)


class Instances:
    """The rules about task instances."""

    def __init__(self, world: World, runs: Runs) -> None:
        self.world = world
        self.runs = runs
        self.rules: dict[str, Rule] = {
            "get_task_instances": self.list_items,
            "get_task_instances_batch": self.batch,
            "get_task_instance": self.read,
            "get_mapped_task_instance": self.read,
            "get_mapped_task_instances": self.mapped,
            "get_task_instance_dependencies": self.dependencies,
            "get_task_instance_dependencies_by_map_index": self.dependencies,
            "get_mapped_task_instance_dependencies": self.dependencies,
            "get_task_instance_tries": self.tries,
            "get_mapped_task_instance_tries": self.tries,
            "get_task_instance_try_details": self.one_try,
            "get_mapped_task_instance_try_details": self.one_try,
            "get_extra_links": self.links,
            "get_external_log_url": self.external_log,
            "set_task_instance_note": self.note,
            "set_mapped_task_instance_note": self.note,
            "patch_task_instance": self.change,
            "patch_mapped_task_instance": self.change,
            "patch_task_instance_by_map_index": self.change,
            "patch_task_instance_dry_run": self.change_dry,
            "patch_task_instance_dry_run_by_map_index": self.change_dry,
            "patch_task_group_instances": self.group,
            "patch_task_group_instances_dry_run": self.group,
            "delete_task_instance": self.delete,
            "post_clear_task_instances": self.clear,
            "post_set_task_instances_state": self.set_states,
        }

    # --- finding ---

    def of_run(self, state: State, dag: str, run: str) -> dict[str, Item]:
        """Task instances by task, with ``/`` and the map index for mapped ones."""
        return self.world.items(state, "dags", dag, "dagRuns", run, "taskInstances")

    def instance(self, context: RuleContext, index: int | None = None, *, detail: object = "") -> Item:
        """The one that a request is about.

        Raises:
            Refusal: 404; on 2.x its detail is null, the title says it.
        """
        arguments = context.arguments
        items = self.of_run(context.fake.state, arguments["dag_id"], arguments["dag_run_id"])
        index = arguments.get("map_index", -1) if index is None else index
        key = arguments["task_id"] if index in {None, -1} else f"{arguments['task_id']}/{index}"
        if key not in items:
            raise Refusal(404, self._absent(context, items, index, detail), title="Task instance not found")
        return items[key]

    def _absent(self, context: RuleContext, items: Mapping[str, Item], index: object, detail: object) -> object:
        mapped = any(key.startswith(context.arguments["task_id"] + "/") for key in items)
        if self.world.is_new or detail or (mapped and index in {None, -1}):
            return detail or "The Task Instance was not found"
        return None

    # --- reading ---

    def list_items(self, context: RuleContext) -> FakeResponse | None:
        """Those of a run that is not there: none on 2.x, 404 on 3.x."""
        dag, run = context.arguments["dag_id"], context.arguments["dag_run_id"]
        state = context.fake.state
        if self.world.is_new:
            check_values(context, "state", _STATES)
        if "~" in {dag, run}:
            return None
        if run not in self.world.items(state, "dags", dag, "dagRuns"):
            if self.world.is_new:
                raise Refusal(404, f"DagRun with run_id: `{run}` was not found")
            return context.page(())
        if context.arguments.get("task_group_id"):
            reason = {"reason": "not_found", "message": f"Task group {context.arguments['task_group_id']} not found"}
            raise Refusal(404, reason)
        if not self.world.is_new and self.world.since("2.7") and _unknown_states(context):
            raise crashed(self.world)
        limit = context.arguments.get("limit")
        if isinstance(limit, int) and limit < 0:
            arguments = {name: value for name, value in context.arguments.items() if name != "limit"}
            assert context.decoded is not None  # noqa: S101 - a rule of an operation
            return context._replace(decoded=context.decoded._replace(arguments=arguments)).default()
        return None

    def batch(self, context: RuleContext) -> FakeResponse | None:
        """Pages of a batch on 2.x are not cut before 2.10."""
        if self.world.is_new:
            return None
        body = context.body if isinstance(context.body, dict) else {}
        if not self.world.since("2.10"):
            body = {name: value for name, value in body.items() if name not in {"page_limit", "page_offset"}}
        assert context.decoded is not None  # noqa: S101 - a rule of an operation
        return context._replace(body=body, decoded=context.decoded._replace(body=body)).default()

    def read(self, context: RuleContext) -> FakeResponse:
        """One task instance."""
        dag, run = context.arguments["dag_id"], context.arguments["dag_run_id"]
        runs = self.world.items(context.fake.state, "dags", dag, "dagRuns")
        if run in runs and self.world.task(dag, context.arguments["task_id"]).get("asks"):
            self.runs.step(context.fake.state, dag, runs[run])
        return context.answer(self.instance(context))

    def mapped(self, context: RuleContext) -> FakeResponse:
        """Those of one mapped task; there are none of a task that is not mapped."""
        dag, run, task = (context.arguments[name] for name in ("dag_id", "dag_run_id", "task_id"))
        items = self.of_run(context.fake.state, dag, run)
        mapped = [item for key, item in items.items() if key.startswith(task + "/")]
        if not mapped:
            about = self.world.task(dag, task)
            if not about and not self.world.is_new and not self.world.since("2.8"):
                raise crashed(self.world)
            raise Refusal(404, "Task id is not mapped" if self.world.is_new else None, title="Task is not mapped")
        return context.page(mapped)

    def dependencies(self, context: RuleContext) -> FakeResponse:
        """None of them is unmet."""
        self.instance(context)
        return context.answer({"dependencies": []})

    def tries(self, context: RuleContext) -> FakeResponse:
        """Every try, the failed ones first."""
        return context.page(_tries(self.instance(context)))

    def one_try(self, context: RuleContext) -> FakeResponse:
        """One try by its number."""
        number = context.arguments["task_try_number"]
        matches = [one for one in _tries(self.instance(context)) if one["try_number"] == number]
        if not matches:
            raise Refusal(404, f"No such try: {number}")
        return context.answer(matches[0])

    def links(self, context: RuleContext) -> FakeResponse:
        """No task here has extra links."""
        dag, task = context.arguments["dag_id"], context.arguments["task_id"]
        if not self.world.task(dag, task):
            raise Refusal(404, f"Task with ID = {task} not found")
        if self.world.is_new:
            return context.answer({"extra_links": {}, "total_entries": 0})
        return FakeResponse(200, {}, "application/json")

    def external_log(self, _: RuleContext) -> FakeResponse:
        """Logs are kept here."""
        raise Refusal(400, "Task log handler does not support external links.")

    # --- changing ---

    def note(self, context: RuleContext) -> FakeResponse:
        """A note on a task instance (2.5 and later)."""
        check_note(context.body)
        item = self.instance(context)
        item["note"] = context.body["note"]
        return context.answer(item)

    def change(self, context: RuleContext) -> FakeResponse:
        """A new state, and on 3.x a note."""
        body = context.body if isinstance(context.body, dict) else {}
        detail = "" if self.world.is_new else f"Task instance not found for task {context.arguments['task_id']!r}"
        if self.world.is_new:
            return self._change_new(context, body)
        if body.get("new_state") not in {"success", "failed", "skipped"}:
            raise Refusal(400, "{'new_state': ['Must be one of: success, failed, skipped.']}")
        item = self.instance(context, detail=detail)
        if body.get("dry_run", True):
            return _reference(context, item)
        item["state"] = body["new_state"]
        return FakeResponse(200, {})

    def _change_new(self, context: RuleContext, body: Mapping[str, object]) -> FakeResponse:
        mask = context.arguments.get("update_mask")
        if "new_state" in body and body["new_state"] is None:
            raise Refusal(422, value_errors(["body", "new_state"], "'new_state' should not be empty", None))
        item = self.instance(context)
        changes = {name: value for name, value in body.items() if not mask or name in mask}
        if "new_state" in changes:
            item["state"] = changes["new_state"]
        if "note" in changes:
            item["note"] = changes["note"]
        return context.answer({"task_instances": [item], "total_entries": 1})

    def change_dry(self, context: RuleContext) -> FakeResponse:
        """What would be changed."""
        return context.answer({"task_instances": [self.instance(context)], "total_entries": 1})

    def group(self, context: RuleContext) -> FakeResponse:
        """No DAG here has groups."""
        raise Refusal(404, f"Task group {context.arguments['group_id']} not found")

    def delete(self, context: RuleContext) -> FakeResponse:
        """One task instance is gone (3.1 and later)."""
        item = self.instance(context)
        items = self.of_run(context.fake.state, context.arguments["dag_id"], context.arguments["dag_run_id"])
        for key in [key for key, value in items.items() if value is item]:
            del items[key]
        return FakeResponse(200, None, "application/json")

    # --- clearing and setting ---

    def clear(self, context: RuleContext) -> FakeResponse:
        """Task instances lose their state; a run that is reset, as on 3.x all are, runs them again."""
        world, state = self.world, context.fake.state
        body = context.body if isinstance(context.body, dict) else {}
        dag = context.arguments["dag_id"]
        self._check_clear(context, dag, body)
        selection = self._selection(state, dag, body)
        rows = [{**item, "dag_run_id": run["dag_run_id"]} for run, item in selection]
        if not body.get("dry_run", True):
            for run, item in selection:
                item |= {"state": None, "end_date": None}
                if body.get("reset_dag_runs", world.is_new):
                    run |= {"state": "queued", "end_date": None, "_triggered": True}
        return context.answer({"task_instances": rows, "total_entries": len(rows)})

    def _check_clear(self, context: RuleContext, dag: str, body: Mapping[str, object]) -> None:
        world = self.world
        start, end = body.get("start_date"), body.get("end_date")
        for date in (start, end):
            if date is not None and not is_moment(date):
                raise Refusal(400, f"Incorrect datetime argument: {date!r}")
        bad = bool(body.get("only_failed") and body.get("only_running"))
        bad = bad or bool(body.get("dag_run_id") and (start or end))
        bad = bad or bool(start and end and moment(start) > moment(end))
        if bad and world.is_new and not world.since("3.3"):
            raise crashed(world)
        if bad and world.is_new:
            raise Refusal(422, value_errors(["body"], "only one of them can be given", body))
        if bad:
            raise Refusal(400, "only one of them can be given")
        dags = world.items(context.fake.state, "dags")
        if dag not in dags or (not world.since("2.1") and not body):
            if world.is_new:
                raise Refusal(404, f"Dag id {dag} not found")
            raise crashed(world) if not world.since("2.2") else Refusal(404, None, title=f"Dag id {dag} not found")
        run = body.get("dag_run_id")
        if run and run not in world.items(context.fake.state, "dags", dag, "dagRuns"):
            detail = f"Dag Run id {run} not found in dag {dag}"
            raise Refusal(404, detail if world.is_new else None, title=detail)

    def _selection(self, state: State, dag: str, body: Mapping[str, Any]) -> list[tuple[Item, Item]]:
        """Run and task instance of each that a body asks for; failed ones where it does not say."""
        argument = body.get("task_ids")
        keys = (
            {one if isinstance(one, str) else f"{one[0]}/{one[1]}" for one in argument}
            if argument is not None
            else None
        )
        only_failed = body.get("only_failed", not body.get("only_running"))
        selection = []
        for name, run in self.world.items(state, "dags", dag, "dagRuns").items():
            if body.get("dag_run_id", name) != name or not _between(run, body):
                continue
            for key, item in self.of_run(state, dag, name).items():
                if keys is not None and not {key, item["task_id"]} & keys:
                    continue
                if only_failed and item.get("state") != "failed":
                    continue
                if body.get("only_running") and item.get("state") != "running":
                    continue
                selection.append((run, item))
        return selection

    def set_states(self, context: RuleContext) -> FakeResponse:
        """The state of a task in a run, and those beside it, is set (2.x)."""
        body, dag, state = context.body, context.arguments["dag_id"], context.fake.state
        if ("dag_run_id" in body) == ("execution_date" in body):
            raise Refusal(400, "Exactly one of execution_date or dag_run_id must be provided")
        if dag not in self.world.items(state, "dags"):
            raise Refusal(404, None, title=f"Dag ID {dag} not found")
        if not self.world.task(dag, body["task_id"]):
            raise Refusal(404, None, title=f"Task ID {body['task_id']} not found")
        runs = self.world.items(state, "dags", dag, "dagRuns")
        if "dag_run_id" in body:
            matches = [runs[body["dag_run_id"]]] if body["dag_run_id"] in runs else []
        else:
            date = moment(body["execution_date"])
            matches = [run for run in runs.values() if moment(run["execution_date"]) == date]
        if not matches:
            detail = "Task instance not found" if self.world.since("2.3") else None
            raise Refusal(404, detail, title="Task instance not found")
        item = self.of_run(state, dag, matches[0]["dag_run_id"])[body["task_id"]]
        row = {**item, "dag_run_id": matches[0]["dag_run_id"]}
        rows = [] if item.get("state") == body["new_state"] else [row]
        if not body.get("dry_run", True):
            item["state"] = body["new_state"]
        return context.answer({"task_instances": rows})


def _unknown_states(context: RuleContext) -> bool:
    known = {"none", "null", "success", "failed", "running", "queued", "scheduled", "skipped", "upstream_failed"}
    known |= {"up_for_retry", "up_for_reschedule", "removed", "restarting", "deferred", "shutdown", "no_status"}
    states = context.arguments.get("state") or ()
    return any(str(one) not in known for one in ([states] if isinstance(states, str) else states))


def _between(run: Mapping[str, object], body: Mapping[str, object]) -> bool:
    date = run.get("logical_date") or run.get("execution_date")
    start, end = body.get("start_date"), body.get("end_date")
    if date is None:
        return not (start or end)
    return (not start or moment(start) <= moment(date)) and (not end or moment(date) <= moment(end))


def _tries(item: Item) -> Iterable[Item]:
    last = max(item.get("try_number") or 1, 1)
    return [{**item, "try_number": n, **({} if n == last else {"state": "failed"})} for n in range(1, last + 1)]


def _reference(context: RuleContext, item: Item) -> FakeResponse:
    """A task instance as 2.x names the one that it has changed."""
    assert context.decoded is not None  # noqa: S101 - a rule of an operation
    schema = json_schema(context.decoded.operation)
    data = fit(schema, item, dict) if schema is not None else {}
    return FakeResponse(200, data)
