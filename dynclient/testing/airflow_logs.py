"""Logs and XComs of a pretended Airflow's task instances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..http import media_types
from ..openapi.request_decoder import NO_BODY
from .airflow_forms import crashed
from .airflow_world import FIRST
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .airflow_instances import Instances
    from .airflow_world import World
    from .fake_server import Rule, RuleContext
    from .fake_state import Item

__all__ = ["Logs"]


class Logs:
    """The rules about logs and XComs."""

    def __init__(self, world: World, instances: Instances) -> None:
        self.world = world
        self.instances = instances
        self.rules: dict[str, Rule] = {
            "get_log": self.log,
            "get_xcom_entries": self.xcoms,
            "get_xcom_entry": self.xcom,
            "create_xcom_entry": self.create,
            "update_xcom_entry": self.update,
            "delete_xcom_entry": self.delete,
        }

    # --- logs ---

    def log(self, context: RuleContext) -> FakeResponse:
        """What a task wrote; that it failed, and of what, where it did."""
        world, arguments = self.world, context.arguments
        if arguments.get("token") is not None and not _is_ours(arguments["token"], new=world.is_new):
            detail = "Bad Signature. Please use only the tokens provided by the API."
            raise Refusal(400, detail if world.is_new else None, title=detail)
        item = self._logged(context)
        number = arguments.get("try_number", arguments.get("task_try_number", 1))
        is_there = 1 <= number <= max(item.get("try_number") or 1, 1)
        if not is_there and world.is_new:
            raise Refusal(404, f"TaskInstance not found for try {number}")
        dag, task = arguments["dag_id"], arguments["task_id"]
        lines = self.lines(dag, task, item, number) if is_there else ["*** log file does not exist"]
        accept = context.request.headers.get("accept", "")
        if world.is_new:
            file = (
                f"/opt/airflow/logs/dag_id={dag}/run_id={arguments['dag_run_id']}/task_id={task}/attempt={number}.log"
            )
            events: list[dict[str, object]] = [{"event": line.replace(_FILE, file)} for line in _frame(world)[0]]
            if not world.since("3.2"):
                events[0]["sources"] = [file]
            events += [{"timestamp": FIRST, "event": line} for line in [*_frame(world)[1], *lines]]
            if media_types.is_ndjson(accept):
                return FakeResponse(200, events, "application/x-ndjson")
            return context.answer({"content": events, "continuation_token": None})
        text = "\n".join(f"[{FIRST}] INFO - {line}" for line in lines)
        if media_types.media_type(accept.split(",")[0]) in {"text/plain", "*/*", ""}:
            return FakeResponse(200, text + "\n", "text/plain")
        data = {"content": repr([("localhost", text)]), "continuation_token": _token()}
        return FakeResponse(200, data, "application/json")

    def _logged(self, context: RuleContext) -> Item:
        """The task instance whose log is asked for."""
        world, arguments = self.world, context.arguments
        runs = world.items(context.fake.state, "dags", arguments["dag_id"], "dagRuns")
        is_task = bool(world.task(arguments["dag_id"], arguments["task_id"]))
        if not world.is_new and not world.since("2.2") and arguments["dag_run_id"] in runs and not is_task:
            raise Refusal(400, "Task instance did not exist in the DB", title="Task instance did not exist in the DB")
        try:
            return self.instances.instance(context)
        except Refusal as refusal:
            mapped = is_task and world.task(arguments["dag_id"], arguments["task_id"]).get("mapped")
            if mapped and not world.is_new and not world.since("2.4") and world.since("2.3"):
                raise crashed(world) from None
            if world.is_new:
                raise
            raise Refusal(404, None, title=refusal.title) from None

    def lines(self, dag: str, task: str, item: Mapping[str, Any], number: int) -> list[str]:
        """The lines of one try."""
        about = self.world.task(dag, task)
        last = max(item.get("try_number") or 1, 1)
        state = item.get("state") if number == last else "failed"
        own = list(about.get("lines", ()))
        if self.world.is_new:
            return self._new_lines(about, own, item, state)
        lines = [f"Starting attempt {number} of {last}", f"Executing {dag}.{task}", *own]
        if state == "failed":
            lines += ["Task failed with exception", about.get("error", "AirflowException: the task failed")]
        elif state == "success":
            lines.append("Done. Returned value was: None")
        if state in {"success", "failed"}:
            lines.append(f"Marking {dag}.{task} as {state}")
        return lines

    def _new_lines(
        self, about: Mapping[str, Any], own: list[str], item: Mapping[str, object], state: object
    ) -> list[str]:
        """As 3.x writes them, without the frame around each task."""
        lines = own
        if state == "failed":
            error = about.get("error", "AirflowException: the task failed")
            lines = [
                f"Task failed with exception: {error}",
                *(["::group::Post Execute"] if self.world.since("3.2") else []),
                *own,
            ]
        elif state == "success":
            value = about["mapped"][item["map_index"]] if about.get("mapped") else about.get("value")
            lines = [*own, f"Done. Returned value was: {value}"]
            lines += ["::group::Post Execute"] if self.world.since("3.2") else []
            lines += ["Pushing xcom"] if value is not None else []
        return [*lines, "::endgroup::"] if self.world.since("3.2") and state else lines

    # --- XComs ---

    def place(self, context: RuleContext) -> dict[str, Item]:
        """The XComs of a task in a run."""
        names = context.arguments
        path = ("dags", names["dag_id"], "dagRuns", names["dag_run_id"], "taskInstances", names["task_id"])
        return self.world.items(context.fake.state, *path, "xcomEntries")

    def xcoms(self, context: RuleContext) -> FakeResponse | None:
        """None where there is no such run."""
        if "~" in {context.arguments[name] for name in ("dag_id", "dag_run_id", "task_id")}:
            return context.page(self._everywhere(context))
        state = context.fake.state
        rows = [row for row in self.place(context).values() if _keeps(state.filters, row, context.arguments)]
        return context.page(rows)

    def _everywhere(self, context: RuleContext) -> list[Item]:
        """The XComs of all tasks that the path speaks of."""
        world, state, names = self.world, context.fake.state, context.arguments
        rows: list[Item] = []
        for dag in world.items(state, "dags") if names["dag_id"] == "~" else [names["dag_id"]]:
            for run in world.items(state, "dags", dag, "dagRuns"):
                if names["dag_run_id"] not in {"~", run}:
                    continue
                path = ("dags", dag, "dagRuns", run, "taskInstances")
                tasks = dict.fromkeys(item["task_id"] for item in world.items(state, *path).values())
                for task in tasks:
                    if names["task_id"] in {"~", task}:
                        rows += world.items(state, *path, task, "xcomEntries").values()
        return rows

    def _entry(self, context: RuleContext) -> Item:
        world, key = self.world, context.arguments["xcom_key"]
        index = context.arguments.get("map_index", -1)
        entries = self.place(context)
        entry = entries.get(key if index == -1 else f"{key}/{index}")
        if entry is not None:
            return entry
        if f"{key}/0" in entries and not world.is_new and world.since("2.3") and not world.since("2.7"):
            raise crashed(world)
        raise Refusal(
            404, f"XCom entry with key: `{key}` not found" if world.is_new else None, title="XCom entry not found"
        )

    def xcom(self, context: RuleContext) -> FakeResponse:
        """One value: as text, as JSON where ``stringify`` is false; what needs a deserializer is refused."""
        world, entry = self.world, self._entry(context)
        refused = world.since("2.7") and not world.since("3.1")
        if context.arguments.get("deserialize") and refused:
            raise Refusal(400, "XCom deserialization is disabled in configuration.")
        value = entry.get("_value")
        as_text = context.arguments.get(
            "stringify", not world.is_new or context.arguments.get("stringify") is not False
        )
        if as_text and not isinstance(value, str):
            value = json.dumps(value) if world.is_new else repr(value)
        return context.answer({**entry, "value": value})

    def create(self, context: RuleContext) -> FakeResponse:
        """A value by hand (3.0 and later)."""
        world, names, body = self.world, context.arguments, context.body
        runs = world.items(context.fake.state, "dags", names["dag_id"], "dagRuns")
        if names["dag_run_id"] not in runs:
            raise Refusal(404, f"Dag Run with ID: `{names['dag_run_id']}` not found")
        index = body.get("map_index", -1)
        key = body["key"] if index in {None, -1} else f"{body['key']}/{index}"
        if key in self.place(context):
            raise Refusal(409, f"The XCom with key: `{body['key']}` already exists")
        where = (names["dag_id"], names["dag_run_id"], names["task_id"])
        world.leave_xcom(context.fake.state, where, body["key"], body["value"], index, runs[names["dag_run_id"]])
        return context.answer({**self.place(context)[key], "value": body["value"]})

    def update(self, context: RuleContext) -> FakeResponse:
        """Another value."""
        entry = self._entry(context)
        entry["_value"] = context.body["value"]
        value = entry["_value"]
        if not self.world.since("3.2"):
            value = json.dumps(json.dumps(value))
        return context.answer({**entry, "value": value})

    def delete(self, context: RuleContext) -> FakeResponse:
        """Gone (3.2 and later)."""
        entry, entries = self._entry(context), self.place(context)
        for key in [key for key, value in entries.items() if value is entry]:
            del entries[key]
        return FakeResponse(204, NO_BODY)


_FILE = "FILE"  # stands for the log's file
#: the lines before a task's own, without and with a time, by the first release that writes them
_FRAMES = {
    "3.0": (
        ("::group::Log message source details", "::endgroup::"),
        ("DAG bundles loaded: dags-folder", "Filling up the DagBag"),
    ),
    "3.1": (
        ("::group::Log message source details", _FILE, "::endgroup::"),
        ("DAG bundles loaded: dags-folder", "Filling up the DagBag"),
    ),
    "3.2": (
        ("::group::Log message source details", _FILE, "::endgroup::"),
        ("::group::Pre Execute", "DAG bundles loaded: dags-folder", "Filling up the DagBag", "::endgroup::"),
    ),
    "3.3": (
        ("::group::Log message source details", _FILE, "::endgroup::"),
        (
            "::group::Pre Execute",
            "DAG bundles loaded: dags-folder",
            "Filling up the DagBag",
            "Worker startup parse complete",
            "::endgroup::",
        ),
    ),
}


def _frame(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return [frame for first, frame in _FRAMES.items() if world.since(first)][-1]


def _keeps(filters: Mapping[str, Any], row: Item, query: Mapping[str, object]) -> bool:
    for name, value in query.items():
        if name in {"xcom_key", "xcom_key_pattern"} and not filters[name](row, value):
            return False
        if name == "map_index" and row.get("map_index", -1) != value:
            return False
    return True


def _token() -> str:
    return "eyJlbmRfb2ZfbG9nIjp0cnVlfQ.4XVq8zOBqvWbsYgC0ZMtFlLrGLo"  # {"end_of_log": true}, signed


def _is_ours(token: str, *, new: bool) -> bool:
    return not new and token == _token()
