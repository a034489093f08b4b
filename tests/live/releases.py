"""The releases that `server` can start, and what each of them needs to be installed and run.

Every line was settled by running the release. A release after those of the table needs one line more.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

USERS = (("admin", "Admin"), ("viewer", "Viewer"))  # the password of each is its name


class Release(NamedTuple):
    """One release: what is installed, in which Python, and what is run.

    ``newest`` bounds the upload date of every package that is installed (a server of 2021 does not run with libraries
    of today). ``auth`` is the setting of `[api]` that takes the login backend, empty where a login manager of
    3.x decides. ``skip_serve_logs`` names the components that would serve logs on every address of the machine, and
    know the option that keeps them from it.
    """

    version: str
    python: str
    newest: str
    requirements: tuple[str, ...]
    migrate: str
    auth: str
    components: tuple[str, ...]
    skip_serve_logs: tuple[str, ...] = ()
    fab: bool = False

    @property
    def prefix(self) -> str:
        """Where the API begins."""
        return "/api/v1" if self.version.startswith("2.") else "/api/v2"

    @property
    def health(self) -> str:
        """The path that answers without a login."""
        return "/api/v1/health" if self.version.startswith("2.") else "/api/v2/monitor/health"


TWO = ("webserver", "scheduler")
DEFERRING = ("webserver", "scheduler", "triggerer")  # a process for waiting tasks, from 2.2 on
THREE = ("api-server", "scheduler", "dag-processor", "triggerer")
INIT, MIGRATE = "db init", "db migrate"
BACKEND, BACKENDS = "AUTH_BACKEND", "AUTH_BACKENDS"
OLD_SETUPTOOLS = "setuptools<60"  # the last with `distutils` as those releases import it


def _two(version: str, python: str, newest: str, migrate: str, auth: str, *, pins: tuple[str, ...] = ()) -> Release:
    """A release of 2.x."""
    minor = int(version.split(".")[1])
    components = DEFERRING if minor >= 6 else TWO
    skip = tuple(name for name in components[1:] if minor >= 1)
    return Release(version, python, newest, (f"apache-airflow=={version}", *pins), migrate, auth, components, skip)


def _three(version: str, python: str, newest: str, *, fab: str = "") -> Release:
    """A release of 3.x, with a version of the FAB provider or with the simple login manager."""
    pins = (f"apache-airflow-providers-fab=={fab}",) if fab else ()
    requirements = (f"apache-airflow-core=={version}", *pins)
    return Release(version, python, newest, requirements, MIGRATE, "", THREE, ("scheduler", "triggerer"), fab=bool(fab))


RELEASES: Mapping[str, Release] = MappingProxyType(
    {
        "2.0.2": _two("2.0.2", "3.8", "2021-04-25", INIT, BACKEND, pins=(OLD_SETUPTOOLS,)),
        "2.1.4": _two("2.1.4", "3.8", "2021-09-21", INIT, BACKEND, pins=(OLD_SETUPTOOLS,)),
        "2.2.5": _two("2.2.5", "3.8", "2022-04-08", INIT, BACKEND, pins=(OLD_SETUPTOOLS,)),
        "2.3.4": _two("2.3.4", "3.10", "2022-08-27", INIT, BACKENDS),
        "2.4.3": _two("2.4.3", "3.10", "2022-11-18", INIT, BACKENDS),
        "2.5.3": _two("2.5.3", "3.10", "2023-04-05", INIT, BACKENDS),
        "2.6.3": _two("2.6.3", "3.11", "2023-07-14", INIT, BACKENDS),
        "2.7.3": _two("2.7.3", "3.11", "2023-11-10", MIGRATE, BACKENDS),
        "2.8.4": _two("2.8.4", "3.11", "2024-03-29", MIGRATE, BACKENDS),
        "2.9.3": _two("2.9.3", "3.11", "2024-07-20", MIGRATE, BACKENDS),
        "2.10.5": _two("2.10.5", "3.11", "2025-02-14", MIGRATE, BACKENDS),
        "2.11.2": _two("2.11.2", "3.11", "2026-03-18", MIGRATE, BACKENDS),
        "3.0.6": _three("3.0.6", "3.11", "2025-09-02"),
        "3.1.8": _three("3.1.8", "3.11", "2026-03-15"),
        "3.2.2": _three("3.2.2", "3.11", "2026-06-05"),
        "3.3.2": _three("3.3.2", "3.11", "2026-09-21"),
        "3.3.2+fab": _three("3.3.2", "3.11", "2026-09-21", fab="3.9.0"),
    }
)

# What all have in common. Files are read once and slowly, so that an idle server leaves the cores to the tests.
COMMON: Mapping[str, str] = MappingProxyType(
    {
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "10",
        "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "10",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
    }
)
SETTINGS_2: Mapping[str, str] = MappingProxyType(
    {
        "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "86400",
        "AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL": "86400",
        "AIRFLOW__SCHEDULER__PRINT_STATS_INTERVAL": "0",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",  # with SQLite, each round reads one DAG file
        "AIRFLOW__SCHEDULER__PROCESSOR_POLL_INTERVAL": "0.3",  # the same, to 2.1
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__WEBSERVER__BASE_URL": "{url}",
        "AIRFLOW__WEBSERVER__WORKERS": "1",
        "AIRFLOW__WEBSERVER__WORKER_REFRESH_INTERVAL": "0",
    }
)
SETTINGS_3: Mapping[str, str] = MappingProxyType(
    {
        "AIRFLOW__API__BASE_URL": "{url}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role.lower()}" for name, role in USERS),
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "86400",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "86400",
    }
)
FAB_MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def settings(release: Release, *, url: str, examples: bool) -> dict[str, str]:
    """The environment of a server that listens at this address."""
    table = {**COMMON, **(SETTINGS_2 if release.prefix == "/api/v1" else SETTINGS_3)}
    table["AIRFLOW__CORE__LOAD_EXAMPLES"] = str(examples)
    if release.auth:
        table[f"AIRFLOW__API__{release.auth}"] = "airflow.api.auth.backend.basic_auth"
    if release.fab:
        table["AIRFLOW__CORE__AUTH_MANAGER"] = FAB_MANAGER
    return {name: value.format(url=url) for name, value in table.items()}


def commands(release: Release) -> list[str]:
    """The commands of ``airflow`` that prepare its database."""
    if not (release.fab or release.auth):
        return [release.migrate]
    users = (
        f"users create -u {name} -p {name} -r {role} -f {name.title()} -l Live -e {name}@example.com"
        for name, role in USERS
    )
    return [release.migrate, "sync-perm", *users]  # not every release makes the roles with the database


def arguments(release: Release, component: str, port: int) -> list[str]:
    """The arguments of ``airflow`` that run a component."""
    if component == "webserver":
        return [component, "--hostname", "127.0.0.1", "--port", str(port)]
    if component == "api-server":
        return [component, "--host", "127.0.0.1", "--port", str(port)]
    return [component, "--skip-serve-logs"] if component in release.skip_serve_logs else [component]
