"""Real Airflow servers on this machine, for the tests in this folder and for `tests/conversation`.

How tox uses it: an environment sets ``DYNCLIENT_LIVE_RELEASE=3.3.2`` (or any other name of `releases.RELEASES`) and
runs ``pytest tests/live``; the ``live`` fixture of ``conftest.py`` enters `server` once per session. Without that
variable the folder is not collected, so a plain ``pytest`` never starts a server.

Environment:

- ``DYNCLIENT_LIVE``: the folder that keeps what is installed, ``<folder>/<release>/venv``; when unset,
  ``.tox/live-servers`` of this repository. The first start of a release installs it there from the package registry
  (a minute), later starts take what is there. Delete the release's folder to install it anew.
- ``DYNCLIENT_LIVE_PYTHON_3_8`` and the like: an interpreter that is neither on the PATH nor in pyenv's folder.
- ``DYNCLIENT_LIVE_URL``, ``DYNCLIENT_LIVE_USERNAME``, ``DYNCLIENT_LIVE_PASSWORD`` (both ``admin`` when unset): use the
  server there and start none. A server for several test runs, stopped by Ctrl-D, Ctrl-C or SIGTERM::

      python tests/live/server.py 3.3.2 --keep

  prints one JSON line with ``url``, ``username``, ``password``, ``release`` and ``pid`` when the server is ready.
  ``--set AIRFLOW__API__EXPOSE_CONFIG=True`` changes a setting of Airflow's.

The server listens on 127.0.0.1 only, on a free port, and knows two accounts, ``admin`` and ``viewer``, each with its
name as password. Its AIRFLOW_HOME (SQLite, logs) is a temporary folder that goes away with it. It knows the example
DAGs of the release, paused (unless ``--no-examples``), and those of ``dags/``. DAG files are read once: a DAG deleted
through the API stays away until the API asks for its file again. A keeper process owns the server and stops it when
the process that asked for it is gone, however that ended.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from installation import LiveServerError, clean_environment, install, tail
from processes import free_port, start, stop
from releases import RELEASES, USERS, arguments, commands, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from releases import Release

HERE = Path(__file__).resolve().parent
READY_SECONDS = 420.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
DAGS = ("dynclient_demo", "dynclient_failing", "dynclient_slow")
SCHEDULER = "scheduler"
WATCH_SECONDS, SICK_SECONDS = 5.0, 45.0  # between two looks; how long it may say that it is not healthy
QUIET_SECONDS = 6.0  # files are read in no fixed order: they are through when no DAG has come for so long
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
PASSWORDS = "simple_auth_manager_passwords.json.generated"  # what the simple login manager of 3.x reads


class Server(NamedTuple):
    """A server that answers: its address without the API's prefix, and one account that may do everything."""

    url: str
    username: str
    password: str
    release: str


@contextlib.contextmanager
def server(name: str, *, examples: bool = True, more: Mapping[str, str] = NO_SETTINGS) -> Iterator[Server]:
    """A server of the release, started and stopped here unless ``DYNCLIENT_LIVE_URL`` names one that runs already.

    ``more`` are settings of Airflow's, by the names of their environment variables.
    Raises `LiveServerError` when it cannot be installed or is not ready in time.
    """
    if url := os.environ.get("DYNCLIENT_LIVE_URL"):
        username = os.environ.get("DYNCLIENT_LIVE_USERNAME", "admin")
        yield Server(
            url.rstrip("/"),
            username,
            os.environ.get("DYNCLIENT_LIVE_PASSWORD", "admin"),
            name,
        )
        return
    # The keeper also watches its stdin, which the system closes when this process is killed.
    command = [
        sys.executable,
        __file__,
        name,
        "--keep",
        *(() if examples else ("--no-examples",)),
    ]
    for variable, value in more.items():
        command += ["--set", f"{variable}={value}"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as keeper,
    ):
        try:
            line = keeper.stdout.readline() if keeper.stdout else ""
            if not line:
                keeper.wait()
                errors.seek(0)
                raise LiveServerError(errors.read())
            facts = json.loads(line)
            yield Server(*(facts[field] for field in Server._fields))
        finally:
            keeper.terminate()


@contextlib.contextmanager
def local_server(name: str, *, examples: bool = True, more: Mapping[str, str] = NO_SETTINGS) -> Iterator[Server]:
    """A server of the release that ends with the block; `server` is the same in a process of its own."""
    release = RELEASES[name]
    bin_folder = install(name, release)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="dynclient-live-", ignore_cleanup_errors=True)
        home = Path(stack.enter_context(folder))
        shutil.copytree(HERE / "dags", home / "dags", ignore=shutil.ignore_patterns("__pycache__"))
        (home / PASSWORDS).write_text(json.dumps({user: user for user, _ in USERS}))
        environment = {
            **clean_environment(),
            **settings(release, url=url, examples=examples),
            **more,
        }
        environment["AIRFLOW_HOME"] = str(home)
        environment["PATH"] = f"{bin_folder}{os.pathsep}{environment['PATH']}"  # it starts `airflow` again by name
        airflow = str(bin_folder / "airflow")
        for number, line in enumerate(commands(release)):
            log = home / f"prepare-{number}.log"
            with log.open("w") as out:
                run = subprocess.run(
                    [airflow, *line.split()],
                    stdout=out,
                    stderr=out,
                    env=environment,
                    check=False,
                )
            if run.returncode:
                raise LiveServerError(f"airflow {line} ended with {run.returncode}:\n{tail(log)}")
        processes: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(stop, processes)

        def begin(component: str) -> None:
            command = [airflow, *arguments(release, component, port)]
            processes[component] = start(command, home / f"{component}.log", environment)

        for component in release.components:
            begin(component)
        account = Server(url, "admin", "admin", name)
        wait_until_ready(release, account, home, processes)
        over = threading.Event()
        watcher = threading.Thread(target=watch, args=(account.url + release.health, processes, begin, over))
        watcher.start()
        stack.callback(watcher.join)
        stack.callback(over.set)
        yield account


def watch(
    health: str,
    processes: Mapping[str, subprocess.Popen[bytes]],
    begin: Callable[[str], None],
    over: threading.Event,
) -> None:
    """Start the scheduler again where it has ended or is not healthy for long: 3.x on SQLite loses it under load."""
    sick_since: float | None = None
    while not over.wait(WATCH_SECONDS):
        now, healthy = time.monotonic(), True  # as long as a busy server says nothing else
        with contextlib.suppress(OSError, ValueError, KeyError):
            healthy = fetch(health)["scheduler"]["status"] == "healthy"
        sick_since = None if healthy else sick_since or now
        if processes[SCHEDULER].poll() is not None or (sick_since and now - sick_since > SICK_SECONDS):
            print(f"the {SCHEDULER} is started again", file=sys.stderr, flush=True)  # noqa: T201
            stop({SCHEDULER: processes[SCHEDULER]})
            begin(SCHEDULER)
            sick_since = None


def wait_until_ready(
    release: Release,
    account: Server,
    home: Path,
    processes: Mapping[str, subprocess.Popen[bytes]],
) -> None:
    """Wait until the scheduler is healthy and every DAG is listed."""
    deadline = time.monotonic() + READY_SECONDS
    headers: dict[str, str] = {}
    total, since = 0, 0.0
    missing = "an answer"
    while time.monotonic() < deadline:
        if gone := [component for component, process in processes.items() if process.poll() is not None]:
            raise LiveServerError(f"{', '.join(gone)} of {account.release} ended:\n{tails(home, gone)}")
        # Not listening yet, an HTTP error: ask again.
        with contextlib.suppress(OSError, ValueError):
            missing = "a healthy scheduler"
            if fetch(account.url + release.health)["scheduler"]["status"] == "healthy":
                missing = "the login"
                headers = headers or authorization(release, account)
                missing = "the DAGs"
                for dag in DAGS:
                    fetch(f"{account.url}{release.prefix}/dags/{dag}", headers)
                count = fetch(f"{account.url}{release.prefix}/dags?limit=1", headers)["total_entries"]
                if count != total:
                    total, since = count, time.monotonic()
                elif time.monotonic() - since >= QUIET_SECONDS:
                    return
        time.sleep(1)
    raise LiveServerError(
        f"{account.release} gave no sign of {missing} in {READY_SECONDS:.0f} s:\n{tails(home, processes)}"
    )


def authorization(release: Release, account: Server) -> dict[str, str]:
    """The header that says who asks."""
    if release.prefix == "/api/v1":
        credentials = base64.b64encode(f"{account.username}:{account.password}".encode()).decode()
        return {"Authorization": f"Basic {credentials}"}
    login = json.dumps({"username": account.username, "password": account.password}).encode()
    answer = fetch(f"{account.url}/auth/token", {"Content-Type": "application/json"}, login)
    return {"Authorization": f"Bearer {answer['access_token']}"}


def fetch(url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Any:
    """The JSON at the address, past any proxy; `OSError` and `ValueError` for everything else."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body, dict(headers or {})), timeout=10) as answer:
        return json.loads(answer.read())


def tails(home: Path, components: Iterable[str]) -> str:
    """The last lines of the logs of these components."""
    return "\n".join(f"--- {component}\n{tail(home / f'{component}.log')}" for component in components)


def leave(*_: Any) -> None:
    """End on the first signal, and let nothing interrupt the tidying up."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def main() -> int | str:
    """Start a server, say where it is, and with ``--keep`` stay until told to stop; without, stop it at once."""
    parser = argparse.ArgumentParser(description="Start an Airflow server on this machine.")
    parser.add_argument("release", choices=RELEASES, metavar="release", help=", ".join(RELEASES))
    parser.add_argument("--keep", action="store_true", help="stay until stdin closes or SIGTERM comes")
    parser.add_argument("--no-examples", action="store_true", help="no DAGs but those of dags/")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of Airflow's",
    )
    options = parser.parse_args()
    more = dict(line.split("=", 1) for line in options.set)
    for number in SIGNALS:
        signal.signal(number, leave)
    try:
        with local_server(options.release, examples=not options.no_examples, more=more) as account:
            print(json.dumps({**account._asdict(), "pid": os.getpid()}), flush=True)  # noqa: T201
            if options.keep:
                sys.stdin.read()
    except LiveServerError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
