"""Operations in words: signatures and help texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..schema.schema import MISSING

if TYPE_CHECKING:
    import inspect
    from collections.abc import Iterable, Sequence

    from ..schema.schema import Schema


__all__ = ["Argument", "Unsent", "docstring", "signature"]


class Argument(NamedTuple):
    """One argument of a callable, as signatures and help show it."""

    keyword: str
    positional: bool
    required: bool
    schema: Schema | None
    help: str = ""
    deprecated: bool = False

    @property
    def words(self) -> str:
        """The type, as a signature says it."""
        return self.schema.words if self.schema is not None else "Any"


class Unsent:
    """The default of an argument that is not sent unless given; shows what the server takes instead."""

    __slots__ = ("server_default",)

    def __init__(self, server_default: Any = MISSING) -> None:
        self.server_default = server_default

    def __repr__(self) -> str:
        return "..." if self.server_default is MISSING else repr(self.server_default)


class _Annotation(str):
    """Text that ``inspect`` prints without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature(arguments: Iterable[Argument], returns: str) -> inspect.Signature:
    """A real signature: path parameters positional, everything else by keyword; required ones without default."""
    import inspect  # 10 ms that only those who look at signatures pay

    kinds = inspect.Parameter
    made = []
    for argument in sorted(arguments, key=lambda a: (not a.positional, not a.required)):
        default = Unsent(argument.schema.default if argument.schema is not None else MISSING)
        made.append(
            kinds(
                argument.keyword,
                kinds.POSITIONAL_OR_KEYWORD if argument.positional else kinds.KEYWORD_ONLY,
                default=kinds.empty if argument.required else default,
                annotation=_Annotation(argument.words),
            )
        )
    return inspect.Signature(made, return_annotation=_Annotation(returns))


def docstring(summary: str, request: str, arguments: Sequence[Argument], returns: str, errors: Iterable[str]) -> str:
    """The help of an operation.

    Args:
        summary: one line, what it does.
        request: ``GET /dags``.
        arguments: in the order to list them.
        returns: what comes back, in words.
        errors: lines such as ``404 NotFound``.
    """
    parts = [f"{summary}\n\n{request}" if summary else request]
    if arguments:
        parts.append("Arguments:\n" + "\n".join(_argument_line(argument) for argument in arguments))
    parts.append(f"Returns:\n    {returns}")
    listed = ", ".join(errors)
    if listed:
        parts.append(f"Raises:\n    {listed}")
    return "\n\n".join(parts) + "\n"


def _argument_line(argument: Argument) -> str:
    notes = [argument.words]
    if argument.required:
        notes.append("required")
    elif argument.schema is not None and argument.schema.default is not MISSING:
        notes.append(f"server's default {argument.schema.default!r}")
    if argument.deprecated:
        notes.append("deprecated")
    line = f"    {argument.keyword} ({', '.join(notes)})"
    return f"{line}: {argument.help}" if argument.help else line
