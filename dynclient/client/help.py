"""Operations in words: signatures and help texts.

Imported in functions: ``inspect``, which takes 5 ms that no call needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..http import media_types
from ..schema.schema import MISSING

if TYPE_CHECKING:
    import inspect
    from collections.abc import Iterable, Sequence

    from ..openapi.operation import Operation
    from ..openapi.request_encoder import Encoder
    from ..openapi.spec import Words
    from ..schema.schema import Schema


__all__ = ["Argument", "Unsent", "arguments", "docstring", "returns", "signature"]


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

    def __init__(self, server_default: object = MISSING) -> None:
        self.server_default = server_default

    def __repr__(self) -> str:
        return "..." if self.server_default is MISSING else repr(self.server_default)


class _Annotation(str):
    """Text that ``inspect`` prints without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def arguments(encoder: Encoder, words: Words | None = None) -> list[Argument]:
    """The arguments of an operation in the order of the document, then ``body``, ``content_type`` and ``accept``.

    Args:
        encoder: the operation's.
        words: their help; a signature does without, so that no help text is read from disk for it.
    """
    operation = encoder.operation
    texts = words or (lambda *_: "")
    listed = [
        Argument(
            p.keyword,
            p.location == "path" and not p.constant,
            p.required and not p.constant,
            p.schema,
            texts("parameter", p.name, operation.id),
            p.deprecated,
        )
        for p in operation.parameters
    ]
    listed += [
        Argument(f.keyword, False, f.required, f.schema, texts("field", f.name, operation.id), f.schema.deprecated)  # noqa: FBT003
        for f in encoder.fields
    ]
    return listed + _own_arguments(encoder, {argument.keyword for argument in listed})


def _own_arguments(encoder: Encoder, names: set[str]) -> list[Argument]:
    """What every callable takes beside the document's arguments, as far as those leave the name."""
    listed = []
    body = encoder.media
    if body is not None:
        documented = encoder.operation.request_body
        required = documented is not None and documented.required and not encoder.fields
        name, text = encoder.body_keyword, "the whole body, instead of its fields"
        listed.append(Argument(name, False, required, body.schema, text))  # noqa: FBT003
    for keyword, choices in (("content_type", encoder.content_types), ("accept", encoder.accepts)):
        if len(choices) > 1 and keyword not in names:
            text = f"{' or '.join(choices)}; the first by default"
            listed.append(Argument(keyword, False, False, None, text))  # noqa: FBT003
    return listed


def returns(operation: Operation) -> str:
    """The type of the data that a successful call returns, as a signature says it."""
    success = operation.success
    kinds = []
    for name, media in (success.content if success is not None else {}).items():
        if media_types.is_sequence(name):
            kinds.append("Iterator")
        elif media_types.is_json(name) or "*" in name:
            kinds.append(media.schema.words if media.schema is not None else "Any")
        else:
            kinds.append("str" if media_types.is_text(name) else "bytes")
    return " | ".join(dict.fromkeys(kinds)) or "None"


def signature(arguments: Iterable[Argument], returns: str) -> inspect.Signature:
    """A real signature: path parameters positional, everything else by keyword; required ones without default."""
    import inspect  # 10 ms that only those who look at signatures pay

    kinds = inspect.Parameter
    parameters = []
    for argument in sorted(arguments, key=lambda a: (not a.positional, not a.required)):
        default = Unsent(argument.schema.default if argument.schema is not None else MISSING)
        parameters.append(
            kinds(
                argument.keyword,
                kinds.POSITIONAL_OR_KEYWORD if argument.positional else kinds.KEYWORD_ONLY,
                default=kinds.empty if argument.required else default,
                annotation=_Annotation(argument.words),
            )
        )
    return inspect.Signature(parameters, return_annotation=_Annotation(returns))


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
