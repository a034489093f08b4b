"""Uses of an API in notebooks: the Python of all cells together, and what cells and lines hand to a shell."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import TYPE_CHECKING

from .code_python import uses_in_python
from .code_text import uses_in_text
from .code_use import Unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..openapi.spec import Spec
    from .code_use import Paths, Use

__all__ = ["uses_in_notebook"]

_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|script\b.*|!)")
_PYTHON_CELL = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b.*")  # a magic about the Python below it
_SHELL_LINE = re.compile(r"([ \t]*)(?:[\w, ]+=\s*)?!(.*)")
_MAGIC_LINE = re.compile(r"([ \t]*)(?:[\w, ]+=\s*)?%{1,2}[\w.]+.*")


def uses_in_notebook(text: str, file: str, spec: Spec, paths: Paths) -> Iterator[Use | Unclear]:
    """The uses in a notebook; a line is counted over its cells of code, one after another.

    A cell that is no Python is one line, and the others are read.

    Raises:
        ValueError: it is no notebook.
        RecursionError: a cell is nested too deep.
    """
    python: list[str] = []
    for number, source in enumerate(_cells(text), 1):
        code, shell = _split(source)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse("\n".join(code))
        except SyntaxError:
            yield Unclear(file, len(python) + 1, f"cell {number} is no Python that this Python can read")
            code = [""] * len(code)
        except ValueError:
            code = [""] * len(code)  # null bytes
        for use in uses_in_text("\n".join(shell), f"{file}.sh", paths):
            yield use._replace(file=file, line=use.line + len(python))
        python += code
    yield from uses_in_python("\n".join(python), file, spec, paths)


def _cells(text: str) -> list[str]:
    """The sources of the cells of code."""
    try:
        cells = json.loads(text)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "code"]
    except (KeyError, TypeError, AttributeError):
        raise ValueError("no notebook") from None


def _split(source: str) -> tuple[list[str], list[str]]:
    """A cell's lines of Python, and those of a shell; each has as many lines as the cell."""
    lines = source.split("\n")
    blank = [""] * len(lines)
    if _SHELL_CELL.match(lines[0]):
        return blank, ["", *lines[1:]]
    if lines[0].lstrip().startswith("%%") and not _PYTHON_CELL.match(lines[0]):
        return blank, blank  # HTML, another language, a file to write
    code, shell = list(lines), blank
    for number, line in enumerate(lines):
        command, magic = _SHELL_LINE.match(line), _MAGIC_LINE.match(line)
        if command is not None:
            code[number], shell[number] = f"{command[1]}pass", command[2]
        elif magic is not None:
            code[number] = f"{magic[1]}pass"
        elif line.rstrip().endswith("?") and "#" not in line:
            code[number] = line.rstrip().rstrip("?")  # help on what is before it
    return code, shell
