"""What of a use in source code breaks on another release, what may behave otherwise there, and what to write instead.

Only what a use gives and reads is judged: a change of an argument that is not given, or of a field that is not seen to
be read, is none of its business. A literal that the other release takes as well is no break either.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .code_use import UNKNOWN, body_model
from .document_diff import Renames, diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.schema import Schema
    from .code_use import Use
    from .diff_rules import Level
    from .document_diff import Change

__all__ = ["CodeCheck", "Effect"]

#: whatever is given: the operation itself is another one
_ALWAYS = frozenset({"operation-removed", "operation-renamed", "operation-moved"})
_STEP = re.compile(r"[.\s\[\]]+")
#: what goes on to the next page by itself
_WALKS = frozenset({".iter", ".pages"})


class Effect(NamedTuple):
    """What an upgrade does to one use.

    Attributes:
        level: ``breaking`` or ``warning``.
        where: ``query limit``, ``body conf``, ``response execution_date``, ``operation``.
        rule: the kind of the change.
        message: one sentence.
    """

    level: Level
    where: str
    rule: str
    message: str


class CodeCheck:
    """Uses of one document's operations, held against another document.

    Args:
        old: the document that the code was written for.
        new: that of the other release.
        renames: what goes by another name, in either direction.
    """

    def __init__(self, old: Spec, new: Spec, renames: Mapping[str, Any] | None = None) -> None:
        self.old = old
        self.new = new
        self.table = Renames(**renames) if renames else Renames()
        self._changes: dict[str, list[Change]] = {}

    def changes(self, operation: str) -> list[Change]:
        """The changes of one operation, its own name for it."""
        if operation not in self._changes:
            changes = diff(self.old, self.new, renames=self.table, used=[operation])
            self._changes[operation] = [change for change in changes if change.operation == operation]
        return self._changes[operation]

    def counterpart(self, operation: str) -> Operation | None:
        """The operation that does it in the other release; None where there is none."""
        kinds = {change.kind: change for change in self.changes(operation) if not change.where}
        if "operation-removed" in kinds:
            return None
        renamed = kinds.get("operation-renamed")
        name = renamed.now[0] if renamed is not None else operation
        return self.new.operations.get(name)

    def effects(self, use: Use) -> tuple[Effect, ...]:
        """What breaks, and what may behave otherwise, of one use; each once, the worst first."""
        new = self.counterpart(use.operation)
        effects = [
            Effect(level, change.where or "operation", change.kind, change.message)
            for change in self.changes(use.operation)
            if (level := self._level(change, use, new)) is not None
        ]
        if use.form == "url" and new is not None and self._url(self.old, use.operation) != self._url(self.new, new.id):
            effects = [effect for effect in effects if effect.rule != "operation-moved"]
            at = f"{new.method} {self._url(self.new, new.id)}"
            effects.insert(0, Effect("breaking", "operation", "operation-moved", f"at {at} now"))
        if use.model and new is not None and (name := body_model(new)) not in {"", use.model}:
            effects.append(Effect("breaking", "body", "request-body-renamed", f"its model is called {name} now"))
        unique = {(effect.where, effect.message): effect for effect in effects}
        return tuple(sorted(unique.values(), key=lambda effect: effect.level))

    @staticmethod
    def _url(spec: Spec, operation: str) -> str:
        return urlsplit(spec.servers[0].expand()).path.rstrip("/") + spec.operations[operation].path

    # --- which changes concern a use ---

    def _level(self, change: Change, use: Use, new: Operation | None) -> Level | None:  # noqa: PLR0911
        """The level at which a change concerns a use; None where it does not."""
        if change.kind in _ALWAYS:
            if change.kind == "operation-moved" or (change.kind == "operation-renamed" and use.form == "url"):
                return None
            return "breaking"
        area, _, rest = change.where.partition(" ")
        name = _STEP.split(rest)[0] if rest else ""
        if area in {"query", "header", "cookie", "body"} and name and "/" not in name:
            return self._sent_level(change, use, new, name)
        if area == "body" and change.kind == "request-body-became-required":
            return None if use.arguments else change.level
        if area == "path":
            return self._path_level(change, use)
        if area == "response":
            return self._read_level(change, use)
        return None

    def _path_level(self, change: Change, use: Use) -> Level | None:
        if change.kind == "parameter-renamed" and "another value" in change.message:
            return "breaking"
        if change.kind == "parameter-type-changed" and use.form != "url":
            return "breaking"
        return None

    def _sent_level(self, change: Change, use: Use, new: Operation | None, name: str) -> Level | None:
        is_given = name in use.arguments
        aspect = change.kind.removeprefix("request-property-").removeprefix("parameter-")
        if aspect in {"added-required", "became-required"}:
            is_nested = len(_STEP.split(change.where)) > 2
            is_given = is_given or any(name in self._other_names(other) for other in use.arguments)
            return change.level if use.complete and not is_nested and not is_given else None
        if aspect.startswith("default-"):
            is_silent = use.complete and not is_given and use.suffix not in _WALKS
            return change.level if change.level == "warning" and is_silent else None
        if not is_given or change.level == "safe":
            return None
        if aspect == "style-changed":
            value = use.arguments[name]
            return change.level if use.form == "url" and ("," in str(value) or isinstance(value, list)) else None
        if aspect.startswith(("renamed", "removed", "became-read-only", "deprecated")):
            return "breaking" if aspect.startswith("removed") else change.level
        return None if self._is_taken(use, new, name) else change.level

    def _other_names(self, name: str) -> set[str]:
        """What a parameter or field of that name may be called in the other release, newer or older."""
        pairs = [*self.table.fields.items(), *self.table.parameters.items()]
        return {new for old, new in pairs if old == name} | {old for old, new in pairs if new == name}

    def _is_taken(self, use: Use, new: Operation | None, name: str) -> bool:
        """Does the other release take the literal that is given? What is no literal has the benefit of the doubt."""
        value = use.arguments[name]
        schema = _argument_schema(new, name) if new is not None else None
        if value is UNKNOWN or schema is None:
            return value is UNKNOWN
        if use.form == "url" and isinstance(value, str):  # text in a query stands for whatever it looks like
            return any(schema.request.is_valid(one) for one in _readings(value))
        return schema.request.is_valid(value)

    def _read_level(self, change: Change, use: Use) -> Level | None:
        if change.kind == "success-status-changed":
            return "warning" if use.form == "url" else None
        leaf = _STEP.split(change.where.rstrip("[]"))[-1]
        if leaf not in use.fields or change.level == "safe":
            return None
        if "became-nullable" in change.kind or "became-optional" in change.kind or change.level == "warning":
            return "warning"
        return change.level

    # --- what to write instead ---

    def advice(self, use: Use) -> str:
        """The use in the other release's names; ``""`` where it stays as it is, or where there is none."""
        new = self.counterpart(use.operation)
        if new is None:
            return ""
        arguments = list(self._new_arguments(use, new))
        if use.form != "url":
            path = [p.name for p in self.old.operations[use.operation].parameters if p.location == "path"]
            model = body_model(new) if use.model else ""
            fields = _body(new).fields if model else {}  # type: ignore[union-attr] # a model is of a body
            members = ", ".join(f"{name}={words}" for name, words in arguments if name in fields and name not in path)
            text = [words for name, words in arguments if name in path] + ([f"{model}({members})"] if model else [])
            text += [f"{name}={words}" for name, words in arguments if name not in path and name not in fields]
            return f"{use.receiver or 'client'}.{new.name}{use.suffix}({', '.join(text)})"
        names = {p.name for p in new.parameters if p.location == "query"}
        query = "&".join(f"{name}=…" for name, _ in arguments if name in names)
        templates = {p.name for p in new.parameters if p.location == "path"}
        fields = ", ".join(f'"{name}": …' for name, _ in arguments if name not in names | templates)
        url = self._url(self.new, new.id) + (f"?{query}" if query else "")
        return f"{new.method} {url}" + (f" with {{{fields}}}" if fields and new.request_body is not None else "")

    def _new_arguments(self, use: Use, new: Operation) -> Iterator[tuple[str, str]]:
        """The arguments by the other release's names, with those that it wants, without those that it has not."""
        places = {(c.where.partition(" ")[2]): c.now[1].partition(" ")[2] for c in self.changes(use.operation)}
        arguments_now: dict[str, str] = {}
        path = [p.name for p in self.old.operations[use.operation].parameters if p.location == "path"]
        for name, value in use.arguments.items():
            now = places.get(name, name)
            if name in path or _argument_schema(new, now) is not None:
                arguments_now[now if name not in path else name] = _literal(value)
            else:
                others = sorted(self._other_names(name))
                other = next((one for one in others if _argument_schema(new, one) is not None), None)
                if other is not None:
                    arguments_now[other] = _literal(value)
        for name in _required(new) if use.complete else ():
            arguments_now.setdefault(name, "…")
        yield from arguments_now.items()


def _argument_schema(operation: Operation, name: str) -> Schema | None:
    """The schema of a parameter or of a field of the JSON body."""
    parameter = next((p for p in operation.parameters if p.name == name), None)
    if parameter is not None:
        return parameter.schema
    body = _body(operation)
    return body.fields.get(name) if body is not None else None


def _body(operation: Operation) -> Schema | None:
    content = operation.request_body.content if operation.request_body is not None else {}
    return next((media.schema for media in content.values()), None)


def _required(operation: Operation) -> list[str]:
    """What must be given beside the path: parameters, and fields of the body."""
    names = [p.name for p in operation.parameters if p.required and not p.constant and p.location != "path"]
    body = _body(operation)
    return names + [
        name for name in (body.fields if body is not None else ()) if name in (body.required if body else ())
    ]


def _readings(text: str) -> list[object]:
    """What a text in a query may stand for."""
    readings: list[object] = [text, [text], {"true": True, "false": False}.get(text.lower(), text)]
    with contextlib.suppress(ValueError):
        readings += [int(text), float(text)]
    return readings


def _literal(value: object) -> str:
    """A literal as it is written in Python; ``…`` for what is only known when the program runs."""
    return f'"{value}"' if isinstance(value, str) and '"' not in value and "\\" not in value else repr(value)
