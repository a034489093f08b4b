"""What a pretended Airflow holds when it starts: DAGs with their tasks, a pool, users, import errors."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..http.messages import Request
    from .fake_state import Item, State

__all__ = ["DEFAULT_DAGS", "FIRST", "World", "now", "numbers"]

FIRST = "2026-01-01T00:00:00Z"  # when everything that was there before happened
_TASKS = ("extract", "transform", "load")
#: the DAGs of a fake that is given none
DEFAULT_DAGS: tuple[dict[str, object], ...] = tuple(
    {
        "dag_id": name,
        "description": f"The DAG {name}",
        "file": f"{name}.py",
        "tags": ["example"],
        "owner": "data",
        "tasks": [{"task_id": task, "downstream": [*_TASKS[n : n + 1]]} for n, task in enumerate(_TASKS, start=1)],
    }
    for name in ("etl_daily", "report_weekly", "tutorial")
)
#: how many providers, and how many connections, a new server has
_PROVIDERS = {"2.0": 4, "2.3": 5, "2.8": 7, "2.9": 8, "2.10": 9, "3.0": 5}
_CONNECTIONS = {"2.0": 48, "2.1": 50, "2.2": 51, "2.3": 52, "2.4": 54, "2.5": 55, "2.6": 57, "2.7": 0}
_KINDS = (
    "sqlite airflow_db aws azure_batch azure_cosmos azure_data_explorer azure_data_lake azure cassandra databricks "
    "dingding drill druid_broker druid_ingest elasticsearch emr facebook fs google_cloud hive_cli hiveserver2 http "
    "impala kubernetes kylin livy local_mysql metastore mongo mssql mysql opsgenie oracle pig_cli pinot_admin "
    "pinot_broker postgres presto redis segment sftp spark sqoop ssh tableau trino vertica wasb "
    "webhdfs yandexcloud oss salesforce redshift leveldb ftp kafka qdrant"
)
_ROLES = ("Admin", "Op", "Public", "User", "Viewer")


def now() -> str:
    """This moment (RFC 3339, UTC)."""
    return dt.datetime.now(dt.timezone.utc).isoformat().replace("+00:00", "Z")


def numbers(release: str) -> tuple[int, ...]:
    """A release as numbers: ``2.10.5`` comes after ``2.9.3``."""
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())


class World:
    """The DAGs of one server, and where its collections are.

    Args:
        release: as numbers.
        base: the path in front of the document's own paths (``/api/v2`` on 3.x, nothing on 2.x).
        dags: as ``fake_airflow`` takes them; ``since`` leaves a DAG out of older releases.
        outcomes: dag id -> the state in which its runs end.
        accounts: user -> role, for 2.x.
    """

    def __init__(
        self,
        release: tuple[int, ...],
        base: str,
        dags: Sequence[Mapping[str, Any]],
        outcomes: Mapping[str, str],
        accounts: Mapping[str, str],
    ) -> None:
        self.release = release
        self.base = base
        self.is_new = release >= (3, 0)
        self.dags = {dag["dag_id"]: dag for dag in dags if numbers(dag.get("since", "0")) <= release}
        self.outcomes = outcomes
        self.accounts = accounts
        self.user: Callable[[Request], str] = lambda _: ""  #: who asks
        self.asset_events: list[dict[str, Any]] = []
        self.queued: list[dict[str, object]] = []

    def since(self, release: str) -> bool:
        """Is the server of this release or a later one?"""
        return self.release >= numbers(release)

    # --- what is held ---

    def items(self, state: State, *path: str) -> dict[str, Item]:
        """A collection by its path: ``items(state, "dags", "etl", "dagRuns")``; empty without the DAG or run.

        Wildcards collect from every place, keyed by place and key.
        """
        template = _template(path)
        collection = state.collections.get(f"{self.base}{template}")
        if collection is None:
            return {}
        location = (*self.base.strip("/").split("/"), *path) if self.base else path
        for n, part in enumerate(path):
            if n % 2 and part != "~" and "~" not in path[:n] and not _is_in(part, self.items(state, *path[:n])):
                return {}
        return state.items(collection, location)

    def place(self, *path: str) -> tuple[str, ...]:
        """A path below the base, cut at its slashes."""
        return (*self.base.strip("/").split("/"), *path) if self.base else path

    def tasks(self, dag: str) -> Sequence[Mapping[str, Any]]:
        """The tasks of a DAG as they were given."""
        tasks: Sequence[Mapping[str, object]] = self.dags.get(dag, {}).get("tasks", ())
        return tasks

    def task(self, dag: str, task: str) -> Mapping[str, Any]:
        """One of them; empty when there is none."""
        return next((one for one in self.tasks(dag) if one["task_id"] == task), {})

    def leave_xcom(
        self,
        state: State,
        where: tuple[str, str, str],
        key: str,
        value: object,
        index: int | None,
        run: Mapping[str, object],
    ) -> None:
        """A task (DAG, run, task) leaves a value behind."""
        dag, name, task = where
        path = ("dags", dag, "dagRuns", name, "taskInstances", task, "xcomEntries")
        collection = state.collections[f"{self.base}{_template(path)}"]
        location = self.place(*path)
        entries = state.items(collection, location)
        index = -1 if index is None else index
        row = state.joined(
            collection,
            state.plain(collection, location),
            {
                "key": key,
                "map_index": index,
                "dag_id": dag,
                "task_id": task,
                "run_id": name,
                "timestamp": now(),
                "dag_display_name": dag,
                "task_display_name": task,
                **{field: run.get(field) for field in ("logical_date", "execution_date", "run_after")},
            },
        )
        entries[key if index < 0 else f"{key}/{index}"] = {**row, "_value": value}

    def write_asset(self, uri: str, dag: str, run: str, task: str, when: str) -> None:
        """A task writes an asset: an event, queued for the DAGs that wait for it."""
        number = len(self.asset_events) + 1
        source = {"source_dag_id": dag, "source_run_id": run, "source_task_id": task, "source_map_index": -1}
        asset = self.assets().index(uri) + 1 if uri in self.assets() else 0
        event = {"id": number, "uri": self.shown_uri(uri), "timestamp": when, "asset_id": asset, "dataset_id": asset}
        self.asset_events.append(
            {
                **event,
                **source,
                "name": uri,
                "group": "asset",
                "extra": {},
                "created_dagruns": [],
                "partition_key": None,
                "dataset_uri": self.shown_uri(uri),
            }
        )
        for waiting, about in self.dags.items():
            if uri in about.get("assets", ()):
                row = {"dag_id": waiting, "uri": self.shown_uri(uri), "asset_id": asset, "created_at": when}
                self.queued = [one for one in self.queued if (one["dag_id"], one["uri"]) != (waiting, row["uri"])]
                self.queued.append({**row, "dag_display_name": waiting})

    def assets(self) -> list[str]:
        """The URIs of all assets, those that a DAG waits for first."""
        schedules = [uri for dag in self.dags.values() for uri in dag.get("assets", ())]
        outlets = [uri for dag in self.dags.values() for task in dag["tasks"] for uri in task.get("outlets", ())]
        return list(dict.fromkeys(schedules + outlets))

    def shown_uri(self, uri: str) -> str:
        """A URI as servers show it: without a path it ends in a slash from 2.9 on."""
        return uri + "/" if self.since("2.9") and uri.count("/") == 2 else uri

    # --- seeds ---

    def seeds(self, *, full: bool) -> dict[str, object]:
        """Items that read well; fields that a release does not have are left out by the server.

        Args:
            full: with a run, a variable and a connection to look at.
        """
        base = self.base
        pool: dict[str, Any] = dict.fromkeys(
            ("occupied_slots", "running_slots", "queued_slots", "scheduled_slots", "deferred_slots"), 0
        )
        pool |= {"name": "default_pool", "slots": 128, "open_slots": 128, "description": "Default pool"}
        seeds: dict[str, object] = {
            f"{base}/dags": [_dag(dag) for dag in self.dags.values()],
            f"{base}/pools": [{**pool, "include_deferred": False}],
            f"{base}/variables": [{"key": "environment", "value": "test"}] if full else [],
            f"{base}/connections": [
                {"connection_id": "warehouse", "conn_type": "postgres", "host": "localhost", "port": 5432}
            ]
            if full
            else [],
            f"{base}/importErrors": [],
            f"{base}/dags/{{dag_id}}/dagRuns": [_past_run()] if full else [],
            f"{base}/dags/{{dag_id}}/dagRuns/{{dag_run_id}}/taskInstances": [_past_instance(name) for name in _TASKS]
            if full
            else [],
        }
        if not full:
            seeds |= self._nothing_yet()
        return seeds

    def _nothing_yet(self) -> dict[str, Sequence[dict[str, Any]]]:
        base = self.base
        empty = ("plugins", "plugins/importErrors", "dagWarnings", "assets/aliases", "backfills", "dagStats")
        users = [
            {
                "username": name,
                "email": f"{name}@example.com",
                "first_name": name,
                "last_name": name,
                "roles": [{"name": role}],
            }
            for name, role in self.accounts.items()
        ]
        logs: list[dict[str, object]] = [
            {"event_log_id": n, "event": "cli_scheduler", "when": FIRST, "dag_id": None} for n in (1, 2)
        ]
        logs += [{"event_log_id": n, "event": "paused", "when": FIRST, "dag_id": "dynclient_daily"} for n in (3, 4)]
        return {
            **{f"{base}/{name}": [] for name in empty},
            f"{base}/users": users,
            f"{base}/providers": self._providers(),
            f"{base}/permissions": [
                {"name": name} for name in ("can_read", "can_edit", "can_create", "can_delete", "menu_access")
            ],
            f"{base}/jobs": [{"id": 1, "job_type": "SchedulerJob", "state": "running", "dag_id": None}],
            f"{base}/connections": [
                {"connection_id": name, "conn_type": name.partition("_")[0]} for name in self._connections()
            ],
            f"{base}/roles": [{"name": name} for name in _ROLES],
            f"{base}/eventLogs": logs,
        }

    def _providers(self) -> list[dict[str, object]]:
        """The packages that come with a release."""
        count = [count for first, count in _PROVIDERS.items() if self.since(first)][-1]
        names = ("ftp", "http", "imap", "sqlite", "common-sql", "common-io", "fab", "smtp", "common-compat")[:count]
        return [
            {
                "package_name": f"apache-airflow-providers-{name}",
                "description": f"The provider {name}",
                "version": "1.0.0",
            }
            for name in names
        ]

    def _connections(self) -> list[str]:
        """The connections that a new database has: none from 2.7 on."""
        count = [count for first, count in _CONNECTIONS.items() if self.since(first)][-1]
        return [f"{name}_default" for name in _KINDS.split()[:count]]

    def instances_of(self, dag: str) -> Iterable[dict[str, Any]]:
        """Task instances of a new run: one for each task, or for each value of a mapped one."""
        for task in self.tasks(dag):
            for index in range(len(task["mapped"])) if task.get("mapped") else (-1,):
                yield {
                    "task_id": task["task_id"],
                    "task_display_name": task["task_id"],
                    "map_index": index,
                    "operator": task.get("operator", "_PythonDecoratedOperator"),
                    "operator_name": task.get("operator", "@task"),
                    "max_tries": task.get("retries", 0),
                    "pool": "default_pool",
                    "pool_slots": 1,
                    "queue": "default",
                }


def _is_in(name: str, items: Mapping[str, object]) -> bool:
    """Is there one of that name, or a mapped one (``double/0``)?"""
    return name in items or f"{name}/0" in items or any(key.startswith(name + "/") for key in items)


def _template(path: Sequence[str]) -> str:
    """The document's template for a path of alternating collections and keys."""
    parameters = {"dags": "dag_id", "dagRuns": "dag_run_id", "taskInstances": "task_id", "assets": "asset_id"}
    parts = [f"{{{parameters[path[n - 1]]}}}" if n % 2 else part for n, part in enumerate(path)]
    return "/" + "/".join(parts)


def task_seeds(world: World, dag: str) -> list[dict[str, object]]:
    """The tasks of a DAG as ``GET /dags/{dag_id}/tasks`` shows them."""
    return [
        {
            "task_id": task["task_id"],
            "task_display_name": task["task_id"],
            "owner": world.dags[dag].get("owner", "airflow"),
            "trigger_rule": "all_success",
            "retries": float(task.get("retries", 0)),
            "pool": "default_pool",
            "queue": "default",
            "downstream_task_ids": list(task.get("downstream", ())),
            "is_mapped": bool(task.get("mapped")),
            "operator_name": task.get("operator", "@task"),
            "class_ref": {"module_path": "airflow.decorators.python", "class_name": "_PythonDecoratedOperator"},
            "extra_links": [],
            "template_fields": ["templates_dict", "op_args", "op_kwargs"],
            "start_date": FIRST,
        }
        for task in world.tasks(dag)
    ]


def _dag(dag: Mapping[str, Any]) -> dict[str, object]:
    name, file = dag["dag_id"], dag.get("file", f"{dag['dag_id']}.py")
    schedule = dag.get("schedule")
    return {
        "dag_id": name,
        "dag_display_name": name,
        "is_paused": dag.get("is_paused", False),
        "is_active": True,
        "is_stale": False,
        "is_subdag": False,
        "has_import_errors": False,
        "description": dag.get("description"),
        "fileloc": f"/opt/airflow/dags/{file}",
        "relative_fileloc": file,
        "file_token": f"file.{file}",
        "owners": [dag.get("owner", "airflow")],
        "tags": [{"name": tag, "dag_id": name, "dag_display_name": name} for tag in dag.get("tags", ())],
        "max_active_runs": dag.get("max_active_runs", 16),
        "max_active_tasks": 16,
        "last_parsed_time": FIRST,
        "bundle_name": "dags-folder",
        "timetable_summary": schedule,
        "timetable_description": "At 00:00" if schedule else "Never, external triggers only",
        "_timetable": "CronTriggerTimetable" if schedule else "NullTimetable",
        "_assets": list(dag.get("assets", ())),
        "next_dagrun": FIRST if schedule else None,
    }


def _past() -> dict[str, object]:
    return {"start_date": FIRST, "end_date": FIRST, "duration": 12.5, "state": "success"}


def _past_run() -> dict[str, object]:
    dates = {"logical_date": FIRST, "execution_date": FIRST, "run_after": FIRST, "queued_at": FIRST}
    return {**_past(), **dates, "dag_run_id": f"scheduled__{FIRST}", "run_type": "scheduled", "conf": {}}


def _past_instance(name: str) -> dict[str, object]:
    task = {"task_id": name, "task_display_name": name, "operator": "PythonOperator", "pool": "default_pool"}
    return {**_past(), **task, "map_index": -1, "try_number": 1}
