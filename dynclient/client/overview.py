"""What a client, its operations and an example show at a prompt; not on the path of a call."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any

from ..schema.model_table import Cell, Table

if TYPE_CHECKING:
    import inspect
    from collections.abc import Iterable, Iterator, Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec

__all__ = ["Example", "Matches", "find", "is_like", "overview", "signature_lines"]

_TIED = "\N{NO-BREAK SPACE}"  # between words of one tag, for wrapping
_WIDE = 100  # a signature longer than this is shown one argument a line


class Example(dict[str, object]):
    """Arguments by keyword, which show themselves as a call to copy."""

    def __init__(self, operation: str, arguments: dict[str, object]) -> None:
        super().__init__(arguments)
        self._operation = operation

    def __repr__(self) -> str:
        return f"{self._operation}({', '.join(f'{name}={value!r}' for name, value in self.items())})"

    def __reduce__(self) -> tuple[object, ...]:
        return Example, (self._operation, dict(self))


class Matches:
    """What a search gave: operations by name, shown as a table."""

    def __init__(self, spec: Spec, operations: Iterable[Operation]) -> None:
        self._spec = spec
        self.operations = tuple(operations)

    def __iter__(self) -> Iterator[str]:
        return iter(one.name for one in self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001, ARG002 - the signature is IPython's
        width = shutil.get_terminal_size().columns
        lines = (line if len(line) <= width else f"{line[: width - 1]}…" for line in repr(self).split("\n"))
        printer.text("\n".join(lines))

    def __repr__(self) -> str:
        rows = [(o.name, f"{o.method} {o.path}", self._spec.words("operation", o.id)) for o in self.operations]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
        return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in rows) or "no operation"

    def _repr_html_(self) -> str:
        words = self._spec.words
        rows = [[*map(Cell, (o.name, o.method, o.path, words("operation", o.id)))] for o in self.operations]
        columns = ("operation", "method", "path", "what it does")
        return Table("", columns, rows, f"{len(rows)} of {len(self._spec.operations)} operations").as_html()


def is_like(operation: Operation, spec: Spec, text: str, other_name: str = "") -> bool:
    """Does a text stand in the operation's names, path or line of help? Its words may stand apart."""
    description = f"{operation.name} {other_name} {operation.path} {spec.words('operation', operation.id)}".lower()
    return all(word in description for word in text.lower().split())


def find(spec: Spec, text: str, other_names: Mapping[str, str]) -> Matches:
    """The operations whose name, other name, path or line of help has a text."""
    operations = spec.operations.values()
    return Matches(spec, [one for one in operations if is_like(one, spec, text, other_names.get(one.id, ""))])


def overview(headline: str, auth: str, spec: Spec) -> str:
    """A client in a few lines, as wide as the terminal: the server, the user, operations by tag with counts."""
    tags = " · ".join(f"{tag} {len(names)}".replace(" ", _TIED) for tag, names in spec.tags.items())
    lines = [headline, f"credentials: {auth}", f"{len(spec.operations)} operations: {tags}"]
    lines.append('.find("trigger") searches them, .tags["…"] has those of a tag')
    width = shutil.get_terminal_size().columns
    wrapped = (textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False) for line in lines)
    return "\n".join(wrapped).replace(_TIED, " ")


def signature_lines(name: str, signature: inspect.Signature) -> str:
    """On one line, or one argument a line where that would be too long."""
    line = f"{name}{signature}"
    if len(line) <= _WIDE:
        return line
    lines, keywords_began = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keywords_began:
            keywords_began = True
            lines.append("    *,")
        lines.append(f"    {parameter},")
    return "\n".join([f"{name}(", *lines, f") -> {signature.return_annotation}"])
