"""Whether an instance keeps to a schema, and how it breaks it; the only module that knows the validation engine.

The engine says which keyword failed where; everything a reader sees is our own words. Of ``anyOf`` and ``oneOf`` the
branch is explained that the instance was meant for: by discriminator, then by const or type, then the one with the
fewest and deepest errors.

Imported in functions: ``jsonschema_rs``, 10 ms that loading a document and looking at signatures save, and
``format_checks`` (datetime), for schemas that name a duration or datetime.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ..errors import SpecError, Violation
from . import costs
from .explain import ONLY_WARNED, Explainer, find_non_json
from .normalize import Direction, Rewriter, origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jsonschema_rs import Draft202012Validator as Engine

    from .normalize import Origins

__all__ = ["CheckResult", "Validator", "compile_schema", "is_readable"]


class CheckResult(NamedTuple):
    """What one check found: broken rules, and what is kept but worth a warning (responses only)."""

    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()


_FINE = CheckResult()
_OWN_FORMATS = frozenset({"duration", "datetime"})
_MOST_EXPLAINED = 1_000  # broken rules that are listed
_SHALLOW = 6  # levels of an instance that are explained without asking what it costs
_DEEPEST = 250  # levels that a parser reads


class Validator:
    """One schema in one direction, compiled. Safe to share between threads."""

    __slots__ = ("_closed", "_document", "_open", "direction", "pointer")

    def __init__(self, document: Mapping[str, object], pointer: str, direction: Direction, closed: _Compiled) -> None:
        self.pointer = pointer
        self.direction = direction
        self._document = document
        self._closed = closed
        self._open: _Compiled | None = None

    def is_valid(self, instance: object) -> bool:
        """True when the instance keeps to the schema; warnings do not count."""
        return not self.check(instance, self.direction).violations

    def violations(self, instance: object, location: str, path: Sequence[str | int] = ()) -> tuple[Violation, ...]:
        """Every broken rule, in the order of the schema."""
        return self.check(instance, location, path).violations

    def check(self, instance: object, location: str, path: Sequence[str | int] = ()) -> CheckResult:
        """Check once; explain only what failed.

        Args:
            instance: JSON as Python values (dict, list, str, int, float, bool, None), no deeper than a parser allows.
            location: the part of the message, for ``Violation.location``.
            path: the way to the instance inside that part, put before each violation's own.
        """
        try:
            if self._closed.engine.is_valid(instance):
                return _FINE
            violations = self._closed.explain(instance, location, path)
        except ValueError:  # the engine will not look at what is no JSON
            unknown = Violation(location, path, "json", "a JSON value", "something else", self.pointer)
            return CheckResult(tuple(find_non_json(instance, location, path)) or (unknown,))
        if any(violation.rule == "type" for violation in violations):  # NaN is null to the engine
            aliens = find_non_json(instance, location, path)
            alien_paths = {violation.path for violation in aliens}
            violations = (*aliens, *(violation for violation in violations if violation.path not in alien_paths))
        if self.direction == "response" and self._closed.has_warnings:
            return self._without_warnings(instance, violations, location, path)
        return CheckResult(violations)

    def _without_warnings(
        self, instance: object, violations: tuple[Violation, ...], location: str, path: Sequence[str | int]
    ) -> CheckResult:
        """What is broken when fields that only warn are let pass, and these."""
        warnings = tuple(violation for violation in violations if violation.rule in ONLY_WARNED)
        if self._open is None:
            self._open = _compile(self._document, self.pointer, self.direction, closed=False)
        # oneOf is anyOf in the open form, so several branches that fit were seen in the closed one only
        others = tuple(violation for violation in violations if violation.rule in {"oneOf", "json"})
        return CheckResult((*others, *self._open.explain(instance, location, path)), warnings)


def compile_schema(document: Mapping[str, object], pointer: str, direction: Direction) -> Validator:
    """Rewrite and compile the schema at ``pointer`` and all it reaches.

    Args:
        document: the whole document; it is not changed.
        pointer: where the schema stands, ``#/components/schemas/Pool``.
        direction: ``request``, ``response``, or ``model`` for what may hold both sides' fields.

    Raises:
        SpecError: a ``$ref`` leads nowhere, or the schema is not one (``type: strin``).
    """
    return Validator(document, pointer, direction, _compile(document, pointer, direction, closed=True))


def _compile(document: Mapping[str, object], pointer: str, direction: Direction, *, closed: bool) -> _Compiled:
    import jsonschema_rs

    rewriter = Rewriter(document, direction, closed=closed, readable=is_readable)
    root = rewriter.root(pointer)
    try:
        # formats of our own, used or not, make the engine take two thirds longer for a page
        own = _checks_of(rewriter.formats)
        engine = jsonschema_rs.Draft202012Validator(root, formats=own or None, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        where = origin(rewriter.origins, tuple(map(str, getattr(error, "instance_path", ()))))[0]
        raise SpecError("this is not a schema; mend the document or add a correction", pointer=where) from None

    def rewrite() -> Mapping[str, object]:
        return Rewriter(document, direction, closed=closed, readable=is_readable).root(pointer)

    return _Compiled(engine, rewriter.origins, document, rewriter.has_warnings, rewrite)


def _checks_of(names: set[str]) -> dict[str, Callable[[str], bool]]:
    """The checks of the formats with these names that the engine leaves to us."""
    if names.isdisjoint(_OWN_FORMATS):
        return {}
    from .format_checks import CHECKS

    return {name: check for name, check in CHECKS.items() if name in names}


def is_readable(pattern: object) -> bool:
    """Whether the engine can read a regular expression."""
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def _depth(instance: object) -> int:
    """Levels of lists and objects inside each other, as far as a parser goes."""
    level, depth = [instance], 0
    while depth < _DEEPEST:
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            break
        depth += 1
    return depth


class _Compiled(NamedTuple):
    """The engine's validator and the way back from its places to the document's."""

    engine: Engine
    origins: Origins
    document: Mapping[str, object]
    has_warnings: bool
    rewrite: Callable[[], Mapping[str, object]]  #: the engine's schema again, which nobody keeps

    def explain(self, instance: object, location: str, path: Sequence[str | int]) -> tuple[Violation, ...]:
        """Every broken rule once, in our words."""
        explainer = Explainer(self.origins, self.document, instance, location, tuple(path))
        depth = _depth(instance)
        if depth > _SHALLOW and costs.explanation_size(self.rewrite(), depth) > costs.MOST:
            expected = "a value that keeps to one of its alternatives at every level; it goes too deep to say more"
            return (Violation(location, tuple(path), "anyOf", expected, "", explainer.place_of_all()),)
        errors = self.engine.iter_errors(instance)
        violations = list(dict.fromkeys(explainer.of_all(islice(errors, _MOST_EXPLAINED))))
        more = sum(1 for _ in errors)
        if more:
            expected = f"{more:,} more broken rules, which are not listed"
            violations.append(Violation(location, tuple(path), "more", expected, "", explainer.place_of_all()))
        return tuple(violations)
