"""Install a release of Airflow in an environment of its own, with a Python and with libraries of its time."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from releases import Release

HERE = Path(__file__).resolve().parent
FOLDER = "DYNCLIENT_LIVE"


class LiveServerError(Exception):
    """A server could not be installed or did not become ready; the message ends with the last lines of its logs."""


def install(name: str, release: Release) -> Path:
    """The ``bin`` folder of the release's environment, which is made on first use."""
    default = HERE.parent.parent / ".tox" / "live-servers"
    folder = Path(os.environ.get(FOLDER) or default).resolve() / name
    folder.mkdir(parents=True, exist_ok=True)
    venv, marker, log = folder / "venv", folder / "installed.txt", folder / "install.log"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may want the same release
        if marker.exists():
            return venv / "bin"
        uv, python = [*uv_command()], interpreter(release)
        packages = ["pip", "install", "--python", str(venv / "bin" / "python"), "--exclude-newer", release.newest]
        with log.open("w") as out:
            for command in (
                [*uv, "venv", "--clear", "--python", python, str(venv)],
                [*uv, *packages, *release.requirements],
            ):
                if subprocess.run(command, stdout=out, stderr=out, env=clean_environment(), check=False).returncode:
                    raise LiveServerError(f"{name} was not installed; the end of {log}:\n{tail(log)}")
        marker.write_text(" ".join(release.requirements) + "\n")
    return venv / "bin"


def uv_command() -> list[str]:
    """How ``uv`` is run: a module of this Python, or a program on the PATH."""
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    if program := shutil.which("uv"):
        return [program]
    raise LiveServerError("installing a release needs uv (pip install uv)")


def interpreter(release: Release) -> str:
    """A Python of the release's time that runs."""
    for candidate in candidates(release.python):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        try:
            run = subprocess.run([candidate, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        except OSError:
            continue
        if run.stdout.strip() == release.python:
            return candidate
    raise LiveServerError(
        f"Airflow {release.version} needs Python {release.python}: none on the PATH as python{release.python}, none in "
        f"pyenv's versions folder (pyenv install {release.python}); ${variable(release.python)} may name one"
    )


def candidates(python: str) -> Iterator[str]:
    """Programs that may be that Python: what the variable names, on the PATH, in pyenv's folder, this one."""
    if program := os.environ.get(variable(python)):
        yield program
    if program := shutil.which(f"python{python}"):
        yield program
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (str(path) for path in sorted(root.glob(f"versions/{python}.*/bin/python{python}"), reverse=True))
    yield sys.executable


def variable(python: str) -> str:
    """The environment variable that names an interpreter: ``DYNCLIENT_LIVE_PYTHON_3_8``."""
    return f"{FOLDER}_PYTHON_{python.replace('.', '_')}"


def clean_environment() -> dict[str, str]:
    """This process's environment without what would steer the server or its Python."""
    steering = ("AIRFLOW", "_AIRFLOW", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def tail(log: Path, lines: int = 25) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
