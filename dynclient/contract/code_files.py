"""Files of a project: source code read for its uses of an API, recordings read for their exchanges."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from . import recordings
from .code_notebooks import uses_in_notebook
from .code_python import uses_in_python
from .code_text import uses_in_text
from .code_use import Paths, Unclear, Use
from .exchanges import Omission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..openapi.spec import Spec
    from .exchanges import Recording

__all__ = ["RecordedFile", "scan"]

_LARGEST: Final = 5 * 2**20  # bytes of a source file; more is data
_PYTHON = (".py", ".pyi", ".pyw")
_TEXT = (".sh", ".bash", ".zsh", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".md", ".rst", ".txt", ".js", ".ts")
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv", "site-packages", "build", "dist"})
_RECORDING = re.compile(rb'(?m)^[ \t]*(?:-[ \t]*)?"?(?:interactions|http_interactions)"?\s*:|"log"\s*:\s*\{')


class RecordedFile(NamedTuple):
    """A recording among the files of a project."""

    path: str
    recording: Recording


def scan(
    paths: Iterable[str | os.PathLike[str]], spec: Spec, *, progress: Callable[[int, str], None] | None = None
) -> Iterator[Use | Unclear | Omission | RecordedFile]:
    """The uses in source code, the recordings, and what could not be read, file by file.

    Args:
        paths: source code (Python, notebooks, shell, YAML …), cassettes, HAR files, folders of them.
        spec: the document whose operations are looked for.
        progress: called with the number and the name of each file before it is read.
    """
    places = Paths(spec)
    for number, path in enumerate(_files(paths), 1):
        if progress is not None:
            progress(number, path)
        try:
            with Path(path).open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError as error:
            yield Omission(path, f"cannot be read ({error.strerror or type(error).__name__})")
            continue
        if path.endswith((".har", ".gz")) or (not path.endswith(_PYTHON) and _RECORDING.search(data)):
            yield RecordedFile(path, recordings.read(path))
        elif len(data) > _LARGEST:
            yield Omission(path, f"larger than {_LARGEST >> 20} MiB; not looked at as source")
        else:
            yield from _source(path, data, spec, places)


def _source(path: str, data: bytes, spec: Spec, places: Paths) -> Iterator[Use | Unclear | Omission]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Omission(path, "not UTF-8 text")
        return
    if "\0" in text:
        yield Omission(path, "binary data")
        return
    try:
        if path.endswith(_PYTHON):
            yield from uses_in_python(text, path, spec, places)
        elif path.endswith(".ipynb"):
            yield from uses_in_notebook(text, path, spec, places)
        else:
            yield from uses_in_text(text, path, places)
    except SyntaxError as error:
        yield Omission(f"{path}:{error.lineno or 1}", "no Python that this Python can read")
    except RecursionError:
        yield Omission(path, "nested too deep to be read")
    except ValueError:
        yield Omission(path, "a notebook that is no JSON")


def _files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[str]:
    """Each file as it is; of a folder all that may be source or a recording, but no installed packages."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield str(path)
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if not name.startswith(".") and name not in _LEFT_OUT)
            for name in sorted(names):
                if name.endswith((*_PYTHON, *_TEXT, ".ipynb", ".har", ".yaml.gz", ".json.gz")):
                    yield str(Path(folder, name))
