"""The plain data that errors carry: a broken rule, a defect of a document, what a server said went wrong.

``errors`` has these names too, and is where everybody else takes them from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Fault", "Problem", "Violation"]

_WIDEST = 200  # characters of a path in a message; names may be as long as a payload
_PLAIN_NAME = r"(?!\d+$)[\w-]+"


class Violation:
    """One broken rule: where in the instance, which rule, where in the document.

    Attributes:
        location: the part of the message: ``path``, ``query``, ``header``, ``cookie``, ``body``,
            ``response`` or ``model``.
        path: the way from that part to the value, names and indexes; a parameter's own name first.
        rule: the keyword that was broken (``type``, ``required``, ``format``, ``discriminator`` …).
        expected: what the rule wants, in words (``an integer``).
        got: what came, as a type in words (``a string``), never the value.
        pointer: the place of the rule in the document (``#/components/schemas/Pool/…``).
        value: the offending value; kept out of ``str``, ``repr`` and comparison.
    """

    __slots__ = ("expected", "got", "location", "path", "pointer", "rule", "value")

    def __init__(
        self,
        location: str,
        path: Sequence[str | int],
        rule: str,
        expected: str,
        got: str,
        pointer: str,
        value: object = None,
    ) -> None:
        self.location = location
        self.path = tuple(path)
        self.rule = rule
        self.expected = expected
        self.got = got
        self.pointer = pointer
        self.value = value

    def _key(self) -> tuple[object, ...]:
        return (self.location, self.path, self.rule, self.expected, self.got, self.pointer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Violation) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    @property
    def where(self) -> str:
        """The instance path as a reader writes it: ``dags[0].dag_id``; the part when it is the whole."""
        text = ""
        for step in self.path:
            if isinstance(step, str) and not text:
                text = step
            elif isinstance(step, str) and re.fullmatch(_PLAIN_NAME, step):
                text += f".{step}"
            else:
                text += f"[{step!r}]"
        text = text or self.location
        return text if len(text) <= _WIDEST else f"{text[: _WIDEST // 2]}…{text[-_WIDEST // 2 :]}"

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence} ({self.pointer})"

    @property
    def sentence(self) -> str:
        """What is wrong, without the place: ``a string where an integer is wanted``."""
        if not self.got:
            return self.expected
        return f"{self.got} where {self.expected} is wanted"

    def __repr__(self) -> str:
        return f"<Violation {self.location} {self}>"


class Fault(NamedTuple):
    """A defect of a document: what is wrong and where; the document works all the same."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}"


class Problem(NamedTuple):
    """What the server said went wrong, from any of the bodies that servers send.

    RFC 7807 (``type``, ``title``, ``status``, ``detail``, ``instance``), ``{"detail": str | object}``,
    the 422 list of ``{"loc", "msg", "type"}``, ``{"error": …}``, bare text and HTML all end here.
    """

    status: int
    title: str = ""
    detail: str = ""
    type: str = ""
    instance: str = ""
    errors: tuple[tuple[str, str], ...] = ()  #: (argument as the caller wrote it, what the server said)
    extra: Any = None  #: members beyond the standard ones, as they came

    def __str__(self) -> str:
        words = ": ".join(part for part in (self.title, self.detail) if part)
        listed = "".join(f"\n  {name}: {message}" for name, message in self.errors)
        return (words or "no explanation came with it") + listed
