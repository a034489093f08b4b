"""The processes of a server: each component leads a session of its own, and goes with all that it began (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STOP_SECONDS = 20.0


def start(command: list[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a component that writes what it says to the end of a file."""
    with log.open("a") as out:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, start_new_session=True
        )


def stop(processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End the processes, each the leader of its own session, and whatever is left in those sessions."""
    sessions = [process.pid for process in processes.values()]
    for session in sessions:
        signal_session(session, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for session in sessions:
        signal_session(session, signal.SIGKILL)
    for process in processes.values():
        process.wait()


def signal_session(session: int, number: int) -> None:
    """Signal every process group of a session: a component's DAG reader makes a group of its own."""
    for group in groups(session):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def groups(session: int) -> set[int]:
    """The process groups of a session that are there."""
    numbers = {session}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                numbers.add(int(fields[2]))
    return numbers


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
