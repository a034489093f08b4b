"""DAGs of a pretended Airflow, their tasks, versions and sources, and what a server says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..openapi.request_decoder import NO_BODY
from .airflow_filters import like
from .airflow_forms import crashed
from .airflow_runs import moment
from .airflow_world import FIRST, numbers
from .fake_answers import FakeResponse, Refusal

if TYPE_CHECKING:
    from .airflow_world import World
    from .fake_server import Rule, RuleContext
    from .fake_state import Item

__all__ = ["Dags"]

#: fields of a DAG's details that documents have and servers do not send, with the first and the last such release
_UNSENT = {
    "root_dag_id": ("2.0.0", "2.7.3"),
    "template_search_path": ("2.3.0", "2.11.2"),
    **dict.fromkeys(
        [
            "last_parsed_time",
            "last_pickled",
            "last_expired",
            "scheduler_lock",
            "timetable_description",
            "has_import_errors",
            "has_task_concurrency_limits",
            "next_dagrun",
            "next_dagrun_create_after",
            "next_dagrun_data_interval_start",
            "next_dagrun_data_interval_end",
        ],
        ("2.3.0", "2.7.3"),
    ),
}
_SOURCE = "from airflow.sdk import dag, task\n\n\n@dag\ndef example(): ...\n"
_HIDDEN = "Your Airflow administrator chose not to expose the configuration, most likely for security reasons."


class Dags:
    """The rules about DAGs."""

    def __init__(self, world: World, *, expose_config: bool) -> None:
        self.world = world
        self.favorites: set[str] = set()
        self.rules: dict[str, Rule] = {
            "get_dags": self.list_items,
            "get_dag": self.read,
            "get_dag_details": self.details,
            "patch_dag": self.patch,
            "patch_dags": self.patch_many,
            "delete_dag": self.delete,
            "favorite_dag": self.favorite,
            "unfavorite_dag": self.favorite,
            "get_tasks": self.tasks,
            "get_task": self.task,
            "get_dag_source": self.source,
            "reparse_dag_file": self.reparse,
            "get_dag_stats": self.stats,
            "get_dag_tags": self.tags,
            "get_dag_versions": self.versions,
            "get_dag_version": self.version,
            "get_event_log": self.event_log,
        }
        if not expose_config:
            self.rules |= dict.fromkeys(("get_config", "get_value", "get_config_value"), self.hidden)

    def items_of(self, context: RuleContext) -> dict[str, Item]:
        """DAGs by name."""
        return self.world.items(context.fake.state, "dags")

    def dag(self, context: RuleContext, *, title: str = "Dag not found", quiet: bool = True) -> Item:
        """The DAG that a request is about.

        Raises:
            Refusal: 404; on 2.x its detail may be null.
        """
        name = context.arguments["dag_id"]
        if name not in self.items_of(context):
            detail = None if quiet and not self.world.is_new else f"The Dag with ID: `{name}` was not found"
            raise Refusal(404, detail, title=title)
        return self.items_of(context)[name]

    def hidden(self, _: RuleContext) -> FakeResponse:
        """The configuration is not shown unless an administrator says so; before 2.7 options have no route."""
        raise Refusal(403, _HIDDEN)

    # --- DAGs ---

    def list_items(self, context: RuleContext) -> FakeResponse | None:
        """Those of the states that their runs are in, and favourites."""
        query = context.arguments
        rows = self.items_of(context)
        for name, dag in rows.items():
            dag["_favorite"] = name in self.favorites
        by_runs = {"last_dag_run_state", "dag_run_state", "dag_run_start_date_gte", "has_import_errors"}
        if query.get("tags_match_mode") == "all" and query.get("tags"):
            return context.page([dag for dag in rows.values() if _tags(dag) >= set(query["tags"])])
        if not by_runs & {name for name, value in query.items() if value is not None}:
            return None
        return context.page([dag for name, dag in rows.items() if self._has_run(context, name, query)])

    def _has_run(self, context: RuleContext, dag: str, query: Any) -> bool:
        if query.get("has_import_errors"):
            return False
        runs = list(self.world.items(context.fake.state, "dags", dag, "dagRuns").values())
        filters = [query.get("last_dag_run_state"), query.get("dag_run_state")]
        states = {state for one in filters if one for state in ([one] if isinstance(one, str) else one)}
        since = query.get("dag_run_start_date_gte")
        items = [run for run in runs if not states or run.get("state") in states]
        return any(not since or (run.get("start_date") and moment(run["start_date"]) >= moment(since)) for run in items)

    def read(self, context: RuleContext) -> None:
        """404 says which, ``~`` too."""
        self.dag(context, quiet=False)

    def details(self, context: RuleContext) -> FakeResponse:
        """A DAG with what its file says."""
        dag = self.dag(context, quiet=False)
        assert dag  # noqa: S101 - else it was refused
        response = context.default()
        if self.world.is_new:
            return response
        omissions = [
            name for name, (first, last) in _UNSENT.items() if numbers(first) <= self.world.release <= numbers(last)
        ]
        data = {name: value for name, value in response.data.items() if name not in omissions}
        if self.world.since("2.8"):
            data["owners"] = []
        return response._replace(data=data)

    def patch(self, context: RuleContext) -> FakeResponse | None:
        """Paused or not, and nothing else."""
        self._check_mask(context)
        self.dag(context)
        if not self.world.is_new and context.body == {}:
            raise crashed(self.world)
        return None

    def _check_mask(self, context: RuleContext) -> None:
        mask = context.arguments.get("update_mask")
        if mask and set(_names(mask)) != {"is_paused"}:
            raise Refusal(400, "Only `is_paused` field can be updated through the REST API")

    def patch_many(self, context: RuleContext) -> FakeResponse:
        """All whose name has the pattern; without one none on 3.x, a refusal on 2.x."""
        self._check_mask(context)
        pattern = context.arguments.get("dag_id_pattern")
        if pattern is None and not self.world.is_new:
            raise Refusal(400, "Missing query parameter 'dag_id_pattern'")
        rows = [dag for name, dag in self.items_of(context).items() if pattern is not None and like(name, pattern)]
        for dag in context.page(rows).data["dags"]:
            self.items_of(context)[dag["dag_id"]]["is_paused"] = context.body["is_paused"]
        return context.page(rows)

    def delete(self, context: RuleContext) -> FakeResponse:
        """Its runs and tasks go with it; 3.x answers 204, as 2.x does."""
        self.dag(context)
        self.favorites.discard(context.arguments["dag_id"])
        context.default()
        return FakeResponse(204, NO_BODY)

    def favorite(self, context: RuleContext) -> FakeResponse | None:
        """Marked or unmarked, once (3.1 and later)."""
        name = self.dag(context)["dag_id"]
        assert context.decoded is not None  # noqa: S101 - a rule of an operation
        marks = context.decoded.operation.id == "favorite_dag"
        if marks == (name in self.favorites):
            reason = {
                "reason": "Unique constraint violation",
                "statement": "hidden",
                "orig_error": "hidden",
                "message": "it is",
            }
            raise Refusal(409, reason if marks else "Dag is not marked as favorite")
        (self.favorites.add if marks else self.favorites.discard)(name)
        return None

    # --- tasks ---

    def tasks(self, context: RuleContext) -> FakeResponse:
        """The tasks of a DAG."""
        name = context.arguments["dag_id"]
        if name not in self.items_of(context) and not self.world.is_new and not self.world.since("2.2"):
            raise crashed(self.world)
        self.dag(context, title="DAG not found")
        rows = list(self.world.items(context.fake.state, "dags", name, "tasks").values())
        order = context.arguments.get("order_by")
        names = {
            "start_date",
            "task_id",
            "end_date",
            "owner",
            "queue",
            "pool",
            "priority_weight",
            "weight_rule",
            "retries",
        }
        for one in _names(order) if order is not None else ():
            if one.lstrip("-") not in names:
                raise Refusal(400, f"'_PythonDecoratedOperator' object has no attribute '{one}'")
        response = context.answer({"tasks": rows, "total_entries": len(rows)})
        if not self.world.is_new:
            response.data["tasks"] = [_sent(row) for row in response.data["tasks"]]
        return response

    def task(self, context: RuleContext) -> FakeResponse:
        """One task."""
        name = context.arguments["dag_id"]
        if name not in self.items_of(context) and not self.world.is_new and not self.world.since("2.2"):
            raise crashed(self.world)
        rows = self.world.items(context.fake.state, "dags", name, "tasks")
        if context.arguments["task_id"] not in rows:
            raise Refusal(404, "Task not found" if self.world.is_new else None, title="Task not found")
        response = context.answer(rows[context.arguments["task_id"]])
        return response if self.world.is_new else response._replace(data=_sent(response.data))

    # --- sources, versions ---

    def _by_token(self, context: RuleContext) -> None:
        tokens = {dag.get("file_token") for dag in self.items_of(context).values()}
        if context.arguments["file_token"] not in tokens:
            raise Refusal(404, "File not found" if self.world.is_new else None, title="Dag source not found")

    def source(self, context: RuleContext) -> FakeResponse:
        """The text of a DAG's file."""
        accept = context.request.headers.get("accept", "")
        if not self.world.is_new:
            if "dag_id" not in context.arguments and context.arguments["file_token"] not in self._tokens(context):
                raise Refusal(404, None, title="Dag source not found")
            if accept.split(",")[0] in {"text/plain", "*/*", ""}:
                return FakeResponse(200, _SOURCE, "text/plain")
            if "json" not in accept:
                raise Refusal(406, "", response=FakeResponse(406, b"Not Allowed Accept Header", "text/html"))
            return FakeResponse(200, {"content": _SOURCE}, "application/json")
        dag = self.dag(context)
        if context.arguments.get("version_number", 1) not in {None, 1}:
            raise Refusal(404, "The DagVersion was not found")
        if accept == "text/plain":
            return FakeResponse(200, _SOURCE, "text/plain")
        return context.answer(
            {"content": _SOURCE, "dag_id": dag["dag_id"], "version_number": 1, "dag_display_name": dag["dag_id"]}
        )

    def _tokens(self, context: RuleContext) -> set[object]:
        return {dag.get("file_token") for dag in self.items_of(context).values()}

    def reparse(self, context: RuleContext) -> FakeResponse | None:
        """Noted; the file is read again later."""
        self._by_token(context)
        if not self.world.is_new:
            return FakeResponse(201, b"", "text/html")
        return FakeResponse(201, None, "application/json")

    def stats(self, context: RuleContext) -> FakeResponse:
        """How many runs of each DAG are in each state: nothing on 3.x for DAGs without runs."""
        names = _names(context.arguments.get("dag_ids") or [])
        if not names and not self.world.is_new:
            raise Refusal(400, "Missing query parameter 'dag_ids'")
        rows = []
        for name in names or self.items_of(context):
            if name not in self.items_of(context):
                continue
            runs = self.world.items(context.fake.state, "dags", name, "dagRuns").values()
            if self.world.is_new and not runs:
                continue
            states = ("queued", "running", "success", "failed")
            counts = [{"state": state, "count": sum(run.get("state") == state for run in runs)} for state in states]
            rows.append({"dag_id": name, "dag_display_name": name, "stats": counts})
        return context.answer({"dags": rows, "total_entries": len(rows)})

    def tags(self, context: RuleContext) -> FakeResponse:
        """The tags of all DAGs."""
        names = sorted({tag["name"] for dag in self.items_of(context).values() for tag in dag.get("tags") or ()})
        names = [name for name in names if like(name, context.arguments.get("tag_name_pattern") or "~")]
        query, total = context.arguments, len(names)
        limit = query.get("limit", 50)
        page = names[query.get("offset", 0) :][:limit]
        return context.answer({"tags": page, "total_entries": total})

    def _version(self, name: str) -> dict[str, Any]:
        about = {
            "id": "01a22060-d365-75ea-ae92-abdcb6c44d93",
            "version_number": 1,
            "dag_id": name,
            "bundle_name": "dags-folder",
        }
        return {**about, "bundle_version": None, "created_at": FIRST, "dag_display_name": name, "bundle_url": None}

    def versions(self, context: RuleContext) -> FakeResponse:
        """Every DAG has one."""
        if context.arguments["dag_id"] == "~":
            return context.page([self._version(name) for name in self.items_of(context)])
        return context.page([self._version(self.dag(context)["dag_id"])])

    def version(self, context: RuleContext) -> FakeResponse:
        """The first."""
        name = self.dag(context)["dag_id"]
        if context.arguments["version_number"] != 1:
            raise Refusal(404, "The DagVersion was not found")
        return context.answer(self._version(name))

    def event_log(self, context: RuleContext) -> None:
        """On 2.x the title says that there is none."""
        number = context.arguments["event_log_id"]
        if str(number) not in self.world.items(context.fake.state, "eventLogs"):
            raise Refusal(
                404, "The Event Log was not found" if self.world.is_new else None, title="Event Log not found"
            )


def _sent(task: Item) -> Item:
    """A task of 2.x without what documents have and servers never send."""
    return {name: value for name, value in task.items() if name not in {"sub_dag", "executor"}}


def _tags(dag: Item) -> set[str]:
    return {tag["name"] for tag in dag.get("tags") or ()}


def _names(value: Any) -> list[str]:
    """Names in a list, or in a text with commas."""
    parts = [value] if isinstance(value, str) else list(value)
    return [name for part in parts for name in str(part).split(",") if name]
