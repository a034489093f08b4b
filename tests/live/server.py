"""Real Airflow servers on this machine, for the tests in this folder.

How tox uses it: an environment sets ``DYNCLIENT_LIVE_RELEASE=3.3.2`` (or ``2.10.5``) and runs ``pytest tests/live``;
the ``live`` fixture of ``conftest.py`` enters `running` once per session. Without that variable the folder is not
collected, so a plain ``pytest`` never starts a server.

Environment:

- ``DYNCLIENT_LIVE``: the folder that keeps what is installed, ``<folder>/<release>/venv``; when unset,
  ``.tox/live-servers`` of this repository. The first start of a release installs it there from the package registry
  (a minute), later starts take what is there. Delete the release's folder to install it anew.
- ``DYNCLIENT_LIVE_URL``, ``DYNCLIENT_LIVE_USERNAME``, ``DYNCLIENT_LIVE_PASSWORD`` (both ``admin`` when unset): use the
  server there and start none. A server for several test runs, stopped by Ctrl-D, Ctrl-C or SIGTERM::

      python tests/live/server.py 3.3.2 --keep

  prints one JSON line with ``url``, ``username``, ``password``, ``release`` and ``pid`` when the server is ready.

The server listens on 127.0.0.1 only, on a free port. Its AIRFLOW_HOME (SQLite, logs) is a temporary folder that goes
away with it. It knows the example DAGs of the release, paused, and those of ``dags/``, which are not paused and finish
in seconds. DAG files are read once: a DAG deleted through the API stays away until the API asks for its file again.
A keeper process owns the server and stops it when the process that asked for it is gone, however that ended.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HERE = Path(__file__).resolve().parent
READY_SECONDS = 300.0
STOP_SECONDS = 20.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
DAGS = ("dynclient_demo", "dynclient_failing", "tutorial")  # ours, and an example that every release has
QUIET_SECONDS = 6.0  # files are read in no fixed order: they are through when no DAG has come for so long


class LiveServerError(Exception):
    """A server could not be installed or did not become ready; the message ends with the last lines of its logs."""


class Server(NamedTuple):
    """A server that answers: its address without the API's prefix, and one account that may do everything."""

    url: str
    username: str
    password: str
    release: str


class Recipe(NamedTuple):
    """How one major version is installed and run; ``{port}`` and ``{url}`` stand for the server's own.

    ``prepare`` are commands of ``airflow`` to run first, ``components`` those that stay, with their arguments.
    ``passwords`` is a file in AIRFLOW_HOME with the password that the server makes up; without it, it is ``admin``.
    """

    package: str
    prefix: str
    health: str
    prepare: tuple[str, ...]
    components: Mapping[str, str]
    environment: Mapping[str, str]
    passwords: str = ""


# What both have in common. Files are read once and slowly, so that an idle server leaves the cores to the tests.
COMMON = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "True",
    "AIRFLOW__CORE__PARALLELISM": "2",
    "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "10",
    "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "10",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
    "PYTHONUNBUFFERED": "1",
}
# `--skip-serve-logs`: those servers listen on every address, and the logs are read from the disk anyway.
SKIP = "--skip-serve-logs"
RECIPES = {
    "2": Recipe(
        package="apache-airflow",
        prefix="/api/v1",
        health="/api/v1/health",
        prepare=("db migrate", "users create -u admin -p admin -r Admin -f Ada -l Min -e admin@example.com"),
        components={
            "webserver": "--hostname 127.0.0.1 --port {port}",
            "scheduler": SKIP,
            "triggerer": SKIP,
        },
        environment={
            "AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.basic_auth",
            "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "86400",
            "AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL": "86400",
            "AIRFLOW__SCHEDULER__PRINT_STATS_INTERVAL": "0",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",  # with SQLite, each round reads one DAG file
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__WEBSERVER__BASE_URL": "{url}",
            "AIRFLOW__WEBSERVER__WORKERS": "1",
            "AIRFLOW__WEBSERVER__WORKER_REFRESH_INTERVAL": "0",
        },
    ),
    "3": Recipe(
        package="apache-airflow-core",
        prefix="/api/v2",
        health="/api/v2/monitor/health",
        prepare=("db migrate",),
        components={
            "api-server": "--host 127.0.0.1 --port {port}",
            "scheduler": SKIP,
            "dag-processor": "",
            "triggerer": SKIP,
        },
        environment={
            "AIRFLOW__API__BASE_URL": "{url}",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "{url}/execution/",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "86400",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "86400",
        },
        passwords="simple_auth_manager_passwords.json.generated",
    ),
}


@contextlib.contextmanager
def running(release: str) -> Iterator[Server]:
    """A server of the release, started and stopped here unless ``DYNCLIENT_LIVE_URL`` names one that runs already.

    Raises `LiveServerError` when it cannot be installed or is not ready in time.
    """
    if url := os.environ.get("DYNCLIENT_LIVE_URL"):
        username = os.environ.get("DYNCLIENT_LIVE_USERNAME", "admin")
        yield Server(url.rstrip("/"), username, os.environ.get("DYNCLIENT_LIVE_PASSWORD", "admin"), release)
        return
    # The keeper also watches its stdin, which the system closes when this process is killed.
    command = [sys.executable, __file__, release, "--keep"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        ) as keeper,
    ):
        try:
            line = keeper.stdout.readline() if keeper.stdout else ""
            if not line:
                keeper.wait()
                errors.seek(0)
                raise LiveServerError(errors.read())
            facts = json.loads(line)
            yield Server(*(facts[name] for name in Server._fields))
        finally:
            keeper.terminate()


def installed(release: str) -> Path:
    """The ``bin`` folder of a virtual environment with the release in it, made on first use."""
    recipe = RECIPES[major(release)]
    default = HERE.parent.parent / ".tox" / "live-servers"
    folder = Path(os.environ.get("DYNCLIENT_LIVE") or default).resolve() / release
    folder.mkdir(parents=True, exist_ok=True)
    venv, done = folder / "venv", folder / "installed.txt"
    requirement = f"{recipe.package}=={release}"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may want the same release
        if not done.exists():
            if not (3, 10) <= sys.version_info[:2] <= (3, 12):
                raise LiveServerError(
                    f"Python {sys.version.split()[0]} is not for {requirement}: run the tests with 3.10, 3.11 or 3.12"
                )
            log = folder / "install.log"
            with log.open("w") as out:
                for command in (
                    [sys.executable, "-m", "venv", "--clear", str(venv)],
                    [str(venv / "bin" / "python"), "-m", "pip", "install", requirement],
                ):
                    if subprocess.run(command, stdout=out, stderr=out, env=plain(), check=False).returncode:
                        raise LiveServerError(f"{requirement} was not installed; the end of {log}:\n{tail(log)}")
            done.write_text(requirement + "\n")
    return venv / "bin"


@contextlib.contextmanager
def started(release: str) -> Iterator[Server]:
    """A server of the release that ends with the block; `running` is the same in a process of its own."""
    recipe = RECIPES[major(release)]
    bin_folder = installed(release)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="dynclient-live-", ignore_cleanup_errors=True)
        home = Path(stack.enter_context(folder))
        shutil.copytree(HERE / "dags", home / "dags", ignore=shutil.ignore_patterns("__pycache__"))
        settings = {name: value.format(port=port, url=url) for name, value in recipe.environment.items()}
        environment = plain() | COMMON | settings | {"AIRFLOW_HOME": str(home)}
        environment["PATH"] = f"{bin_folder}{os.pathsep}{environment['PATH']}"  # it starts `airflow` again by name
        airflow = str(bin_folder / "airflow")
        for step in recipe.prepare:
            log = home / f"{step.split()[0]}.log"
            with log.open("w") as out:
                done = subprocess.run([airflow, *step.split()], stdout=out, stderr=out, env=environment, check=False)
            if done.returncode:
                raise LiveServerError(f"airflow {step} ended with {done.returncode}:\n{tail(log)}")
        processes: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(stop, processes)
        for name, arguments in recipe.components.items():
            command = [airflow, name, *arguments.format(port=port).split()]
            with (home / f"{name}.log").open("w") as out:
                processes[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, start_new_session=True
                )
        yield ready(recipe, Server(url, "admin", "admin", release), home, processes)


def ready(recipe: Recipe, server: Server, home: Path, processes: Mapping[str, subprocess.Popen[bytes]]) -> Server:
    """Wait until the scheduler is healthy and every DAG is listed; the server with its real password."""
    deadline = time.monotonic() + READY_SECONDS
    headers: dict[str, str] = {}
    total, since = 0, 0.0
    missing = "an answer"
    while time.monotonic() < deadline:
        ended = [name for name, process in processes.items() if process.poll() is not None]
        if ended:
            raise LiveServerError(f"{', '.join(ended)} of {server.release} ended:\n{tails(home, ended)}")
        # Not listening yet, an HTTP error, a password file that is not written yet: ask again.
        with contextlib.suppress(OSError, ValueError):
            missing = "a healthy scheduler"
            if fetch(server.url + recipe.health)["scheduler"]["status"] == "healthy":
                missing = "the login"
                if not headers:
                    server = known(recipe, server, home)
                    headers = authorization(recipe, server)
                missing = "the DAGs"
                for dag in DAGS:
                    fetch(f"{server.url}{recipe.prefix}/dags/{dag}", headers)
                count = fetch(f"{server.url}{recipe.prefix}/dags?limit=1", headers)["total_entries"]
                if count != total:
                    total, since = count, time.monotonic()
                elif time.monotonic() - since >= QUIET_SECONDS:
                    return server
        time.sleep(1)
    raise LiveServerError(
        f"{server.release} gave no sign of {missing} in {READY_SECONDS:.0f} s:\n{tails(home, processes)}"
    )


def known(recipe: Recipe, server: Server, home: Path) -> Server:
    """The server with the password it made up, where it makes up one."""
    if not recipe.passwords:
        return server
    return server._replace(password=json.loads((home / recipe.passwords).read_text())[server.username])


def authorization(recipe: Recipe, server: Server) -> dict[str, str]:
    """The header that says who asks."""
    if recipe.prefix == "/api/v1":
        return {"Authorization": "Basic " + base64.b64encode(f"{server.username}:{server.password}".encode()).decode()}
    login = json.dumps({"username": server.username, "password": server.password}).encode()
    answer = fetch(f"{server.url}/auth/token", {"Content-Type": "application/json"}, login)
    return {"Authorization": f"Bearer {answer['access_token']}"}


def fetch(url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Any:
    """The JSON at the address, past any proxy; `OSError` and `ValueError` for everything else."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body, dict(headers or {})), timeout=10) as answer:
        return json.loads(answer.read())


def stop(processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End the processes, each the leader of its own session, and whatever is left in those sessions."""
    for process in processes.values():
        for group in groups(process.pid):
            signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes.values():
        for group in groups(process.pid):
            signal_group(group, signal.SIGKILL)
        process.wait()


def groups(session: int) -> set[int]:
    """The process groups of a session: a component's DAG reader makes a group of its own (Linux tells which)."""
    found = {session}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                found.add(int(fields[2]))
    return found


def signal_group(group: int, number: int) -> None:
    """Signal a process group that may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def major(release: str) -> str:
    """``"3"`` of ``"3.3.2"``."""
    return release.partition(".")[0]


def plain() -> dict[str, str]:
    """This process's environment without what would steer the server or its Python."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW", "PYTHON"))}


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def tails(home: Path, names: Iterable[str]) -> str:
    """The last lines of the logs of these components."""
    return "\n".join(f"--- {name}\n{tail(home / f'{name}.log')}" for name in names)


def leave(*_: Any) -> None:
    """End on the first signal, and let nothing interrupt the tidying up."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def main() -> int | str:
    """Start a server, say where it is, and with ``--keep`` stay until told to stop; without, stop it at once."""
    parser = argparse.ArgumentParser(description="Start an Airflow server on this machine.")
    parser.add_argument("release", help="3.3.2 or 2.10.5, say")
    parser.add_argument("--keep", action="store_true", help="stay until stdin closes or SIGTERM comes")
    options = parser.parse_args()
    if major(options.release) not in RECIPES:
        parser.error(f"no recipe for {options.release}: a release is 2.x or 3.x")
    for number in SIGNALS:
        signal.signal(number, leave)
    try:
        with started(options.release) as server:
            print(json.dumps({**server._asdict(), "pid": os.getpid()}), flush=True)  # noqa: T201
            if options.keep:
                sys.stdin.read()
    except LiveServerError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
