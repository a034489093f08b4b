"""Seeded instances of a schema: valid ones, and ones with one thing wrong.

``sample`` builds an instance from all the schemas that hold for it at once (``$ref`` followed, ``allOf`` laid over
each other, one branch of ``anyOf``/``oneOf`` chosen) and hands it out only when the schema's own validator takes it.
The same schema and the same seed give the same instance. Recursive schemas end early: where a schema comes back to
itself only what is required is built.
"""

from __future__ import annotations

import json
import math
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..documents import pointers
from ..errors import SpecError
from . import discriminators
from .example_values import Stuck, compiled, matching, number, text
from .schema import types_of_keywords
from .value_sets import json_type

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from .normalize import Direction
    from .schema import Schema
    from .validator import Validator

__all__ = ["argument", "sample"]

_TRIES = 50
_LOCAL_TRIES = 12  # for a part that more than its own keywords decide on
_DEPTH = 8  # deeper than this only what is required is built
_BOTTOM = 60  # this deep is a schema that requires itself
_SIZE = 3000  # values in one instance; after that only what is required is built
_APART = 60  # changes tried to have an object fit one branch of a ``oneOf`` alone
_VARIOUS: tuple[object, ...] = (7, "text", True, [], {})
_CHECKS = 400  # changes tried on one sample before another is broken

#: keywords that building does not follow, so that the part is checked where it is made
_JUDGED = ("oneOf", "not", "if", "contains", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems")


def sample(schema: Schema, rng: random.Random, *, direction: Direction, minimal: bool | None = False) -> Any:
    """A valid instance of a schema, as JSON.

    Args:
        schema: what the instance keeps to.
        rng: the source of every choice; ``random.Random(seed)`` makes it repeatable.
        direction: ``request`` leaves out readOnly properties, ``response`` writeOnly ones.
        minimal: True builds required properties only, False all of them, None a random choice of the optional ones.

    Raises:
        SpecError: no instance was found in 50 tries; the schema contradicts itself, or asks for a text that
            cannot be made up from its pattern.
    """
    validator = _validator(schema, direction)
    for turn in range(_TRIES):
        # what is optional may be what contradicts itself: the later half goes without it
        maker = _Maker(rng, direction, minimal=minimal if turn < _TRIES // 2 else True)
        try:
            made = maker.value([schema], _At(0, frozenset()))
        except Stuck:
            continue
        if validator.is_valid(made):
            return made
    raise SpecError(
        f"no {direction} that keeps to this schema was found in {_TRIES} tries; do its rules contradict each other?",
        pointer=schema.pointer,
    )


def _validator(schema: Schema, direction: Direction) -> Validator:
    return schema.request if direction == "request" else schema.response


class _At(NamedTuple):
    """How deep a value stands, the schemas being built around it, and whether only the required is wanted there."""

    depth: int
    trail: frozenset[str]
    lean: bool = False

    def inside(self, parts: Sequence[Schema]) -> _At:
        return _At(self.depth + 1, self.trail.union(part.pointer for part in parts))


class _Maker:
    """One try at one instance. ``parts``, everywhere: the schema objects whose keywords hold for the value."""

    def __init__(self, rng: random.Random, direction: Direction, *, minimal: bool | None) -> None:
        self.rng = rng
        self.direction = direction
        self.minimal = minimal
        self.left = _SIZE

    def value(self, schemas: Sequence[Schema], at: _At) -> object:
        """A value that keeps to all of ``schemas``."""
        self.left -= 1
        if at.depth > _BOTTOM or self.left < -_SIZE:
            raise Stuck
        again = any(schema.resolved.pointer in at.trail for schema in schemas)
        at = at._replace(lean=self.minimal is True or at.depth > _DEPTH or self.left < 0 or again)
        if self.is_null(schemas, at, again=again):
            return None
        for _ in range(_LOCAL_TRIES):
            forced: dict[str, object] = {}
            parts = list(self.parts(schemas, forced, at))
            made = self.of(parts, forced, at)
            judged = any(keyword in part.keywords for part in parts for keyword in _JUDGED)
            if not judged or self.is_valid(made, schemas):
                return made
            if isinstance(made, dict):
                for other in islice(self.told_apart(made, parts), _APART):
                    if self.is_valid(other, schemas):
                        return other
        raise Stuck

    def is_valid(self, value: object, schemas: Sequence[Schema]) -> bool:
        return all(_validator(schema, self.direction).is_valid(value) for schema in schemas)

    def told_apart(self, made: dict[str, object], parts: Sequence[Schema]) -> Iterator[dict[str, object]]:
        """The same with one member more that a branch of a ``oneOf`` does not take, where two of them take it all."""
        for part in parts:
            for branch in part.branches("oneOf"):
                for name, field in branch.fields.items():
                    if name not in made:
                        wrong = (value for value in _VARIOUS if not _validator(field, self.direction).is_valid(value))
                        yield from ({**made, name: value} for value in wrong)

    def is_null(self, schemas: Sequence[Schema], at: _At, *, again: bool) -> bool:
        """Now and then where null is spoken of and allowed; always where it ends a recursion."""
        spoken_of = any("null" in schema.described_types for schema in schemas)
        if not spoken_of or not all(schema.nullable for schema in schemas):
            return False
        often = 0.3 if self.minimal is None else 0.1
        return again or at.depth > _DEPTH or (self.minimal is not True and self.rng.random() < often)

    def of(self, parts: Sequence[Schema], forced: Mapping[str, object], at: _At) -> object:
        listed = _listed(parts)
        if listed is not None:
            return self.rng.choice(listed)
        kinds = ["object"] if forced else _kinds(parts)
        kind = self.rng.choice(kinds) if kinds else ""
        if kind == "object":
            return self.members(parts, forced, at)
        if kind == "array":
            return self.array(parts, at)
        return self.scalar(kind, [part.keywords for part in parts]) if kind else self.anything()

    def scalar(self, kind: str, words: Sequence[Mapping[str, Any]]) -> object:
        if kind == "string":
            return text(words, self.rng)
        if kind == "boolean":
            return self.rng.random() < 0.5
        return None if kind == "null" else number(words, self.rng, whole=kind == "integer")

    def anything(self) -> object:
        """A value for a schema that says nothing."""
        return "text" if self.minimal else self.rng.choice(("text", 7, 2.5, True, {"key": "value"}, ["item"]))

    def parts(self, schemas: Sequence[Schema], forced: dict[str, object], at: _At) -> Iterator[Schema]:
        """The schema objects that hold, one branch of each union chosen; its discriminator goes into ``forced``."""
        waiting, seen = list(reversed(schemas)), set()
        while waiting:
            schema = waiting.pop()
            if schema.value is False:
                raise Stuck
            if schema.pointer in seen or schema.value is True:
                continue
            seen.add(schema.pointer)
            yield schema
            if "$ref" in schema.keywords:
                waiting.append(schema.resolved)
            waiting += reversed(schema.branches("allOf"))
            for keyword in ("anyOf", "oneOf"):
                if keyword in schema.keywords:
                    waiting.append(self.branch(schema, keyword, forced, at))

    def branch(self, schema: Schema, keyword: str, forced: dict[str, object], at: _At) -> Schema:
        """One branch that is not null; where little is wanted one that leads no further down, if there is one."""
        branches = schema.branches(keyword)
        rule = schema.keywords.get("discriminator")
        if rule:
            named = _named_branches(schema, keyword)
            if not named:
                raise Stuck
            forced[rule["propertyName"]], chosen = self.rng.choice(named)
            return chosen
        branches = [branch for branch in branches if branch.types != ("null",)] or branches
        if at.lean and at.trail:
            new = [branch for branch in branches if branch.resolved.pointer not in at.trail]
            flat = [branch for branch in new if not {"object", "array"} & set(branch.described_types)]
            branches = (flat if at.depth > _DEPTH else new) or new or branches
        return self.rng.choice(branches)

    # --- objects -----------------------------------------------------------------------------------------------

    def members(self, parts: Sequence[Schema], forced: Mapping[str, object], at: _At) -> dict[str, object]:
        declared = list(dict.fromkeys(name for part in parts for name in part.keywords.get("properties", ())))
        hidden = {name for name in declared if self.is_hidden(parts, name)}
        required = {name for part in parts for name in part.keywords.get("required", ())} - hidden | set(forced)
        optional = [name for name in declared if name not in required and name not in hidden]
        wanted = required.union(self.chosen(parts, optional, len(required), at))
        for part in parts:
            for name, needs in part.keywords.get("dependentRequired", {}).items():
                required |= set(needs) if name in wanted else set()
        made: dict[str, object] = {}
        for name in [*declared, *sorted(required.difference(declared))]:
            if name in forced:
                made[name] = forced[name]
            elif name in wanted or name in required:
                self.member(made, name, parts, at, needed=name in required)
        self.extras(made, parts, at)
        return made

    def is_hidden(self, parts: Sequence[Schema], name: str) -> bool:
        found = [part.child("properties", name) for part in parts if name in part.keywords.get("properties", ())]
        return any(child.read_only if self.direction == "request" else child.write_only for child in found)

    def chosen(self, parts: Sequence[Schema], optional: list[str], required: int, at: _At) -> list[str]:
        """The optional properties to build: few, some or all, within the bounds."""
        least, most = _bounds(parts, "minProperties", "maxProperties")
        names, wish = list(optional), float(len(optional))
        if at.lean:
            wish = 0
        elif self.minimal is None:
            self.rng.shuffle(names)
            wish = self.rng.randint(0, len(names))
        return names[: max(0, int(min(max(wish, least - required), most - required)))]

    def member(self, made: dict[str, object], name: str, parts: Sequence[Schema], at: _At, *, needed: bool) -> None:
        """Add one member; one that is not needed is left out when it cannot be built."""
        try:
            made[name] = self.value(_member_schemas(name, parts), at.inside(parts))
        except Stuck:
            if needed:
                raise

    def extras(self, made: dict[str, object], parts: Sequence[Schema], at: _At) -> None:
        """Members that no property declares: by pattern, by ``additionalProperties``, or because there are too few."""
        least, most = _bounds(parts, "minProperties", "maxProperties")
        names = [part.child("propertyNames") for part in parts if "propertyNames" in part.keywords]
        patterns = [pattern for part in parts for pattern in part.keywords.get("patternProperties", ())]
        described = patterns or any(isinstance(part.keywords.get("additionalProperties"), dict) for part in parts)
        wish = len(made) + self.rng.randint(0, 2) if described and not at.lean else 0
        target = min(max(least, wish), most)
        for turn in range(1, _LOCAL_TRIES + int(least) + 1):
            if len(made) >= target:
                return
            if patterns and turn % 2:
                name = matching([self.rng.choice(patterns)], self.rng)
            else:
                name = str(self.value(names, at.inside(parts))) if names else f"extra_{turn}"
            if name not in made:
                self.member(made, name, parts, at, needed=False)
        if len(made) < least:
            raise Stuck

    # --- arrays ------------------------------------------------------------------------------------------------

    def array(self, parts: Sequence[Schema], at: _At) -> list[object]:
        least, most = _bounds(parts, "minItems", "maxItems")
        heads = max((len(part.keywords.get("prefixItems", ())) for part in parts), default=0)
        needs = [part.child("contains") for part in parts if "contains" in part.keywords]
        unique = any(part.keywords.get("uniqueItems") is True for part in parts)
        size = max(least, heads + len(needs) if needs else 0)
        if not at.lean:
            size = max(size, heads, self.rng.randint(1, 2))
        size = int(min(size, most))
        made: list[object] = []
        for _ in range(size * _LOCAL_TRIES):
            if len(made) >= size:
                break
            needed = needs[len(made) - heads : len(made) - heads + 1] if len(made) >= heads else []
            try:
                item = self.value([*_item_schemas(len(made), parts), *needed], at.inside(parts))
            except Stuck:
                break
            if not unique or _key(item) not in map(_key, made):
                made.append(item)
        if len(made) < least:
            raise Stuck
        return made


# --- what schemas say together -----------------------------------------------------------------------------------


def _named_branches(schema: Schema, keyword: str) -> list[tuple[str, Schema]]:
    """The discriminator's values and what they choose."""
    schemas, branches = schema.schemas, schema.keywords[keyword]
    place, rule = pointers.join(schema.pointer, keyword), schema.keywords["discriminator"]
    values = discriminators.branches_by_value(schemas.document, schemas.version, branches, place, rule)
    return [(value, schemas.at(pointer)) for value, found in values.items() for pointer in found]


def _kinds(parts: Sequence[Schema]) -> list[str]:
    """The JSON types that all allow, null left out if it is not alone; what the keywords speak of when none is said."""
    try:
        allowed = types_of_keywords(parts)
    except ValueError:
        raise Stuck from None
    return sorted(name for name in allowed if name != "null") or list(allowed)


def _listed(parts: Sequence[Schema]) -> list[object] | None:
    """The values that every ``const`` and ``enum`` allows, null left out if it is not alone; None without any."""
    lists: list[list[object]] = [[part.keywords["const"]] for part in parts if "const" in part.keywords]
    lists += [part.keywords["enum"] for part in parts if "enum" in part.keywords]
    if not lists:
        return None
    shared = set.intersection(*({_key(value) for value in values} for values in lists))
    kinds = _kinds(parts) if any("type" in part.keywords for part in parts) else []
    kinds += ["integer"] if "number" in kinds else []
    fitting = [value for value in lists[0] if _key(value) in shared and (not kinds or json_type(value) in kinds)]
    if not fitting:
        raise Stuck
    return [value for value in fitting if value is not None] or fitting


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _bounds(parts: Sequence[Schema], low: str, high: str) -> tuple[int, float]:
    least = max((int(part.keywords.get(low, 0)) for part in parts), default=0)
    return least, min((part.keywords.get(high, math.inf) for part in parts), default=math.inf)


def _member_schemas(name: str, parts: Sequence[Schema]) -> list[Schema]:
    """The schemas that a member of this name keeps to; ``Stuck`` where ``unevaluatedProperties`` forbids it."""
    found, known = [], False
    for part in parts:
        words = part.keywords
        own = [part.child("properties", name)] if name in words.get("properties", ()) else []
        for pattern in words.get("patternProperties", ()):
            check = compiled(pattern)
            if check and check.search(name):
                own.append(part.child("patternProperties", pattern))
        known = known or bool(own)
        if not own and "additionalProperties" in words:
            own = [part.child("additionalProperties")]
        found += own
    if not known and any(part.keywords.get("unevaluatedProperties") is False for part in parts):
        raise Stuck
    return found


def _item_schemas(index: int, parts: Sequence[Schema]) -> list[Schema]:
    found = []
    for part in parts:
        if index < len(part.keywords.get("prefixItems", ())):
            found.append(part.child("prefixItems", index))
        elif "items" in part.keywords:
            found.append(part.child("items"))
    return found


# --- broken instances --------------------------------------------------------------------------------------------


def argument(schema: Schema | None, rng: random.Random, *, written: bool, minimal: bool) -> Any:
    """A valid argument; where it is ``written`` into a URL or header, one that has a form there: text, not null.

    Args:
        schema: what the argument is held to; None takes any text.
        rng: the source of choices.
        written: a parameter, whose null and empty list cannot be written, or a field of a JSON body.
        minimal: as for ``sample``.
    """
    if schema is None or (written and not schema.described_types):
        return f"x{rng.randrange(1000)}"
    value = sample(schema, rng, direction="request", minimal=minimal)
    for _ in range(_TRIES):
        if not written or value not in (None, "", [], {}):
            break
        value = sample(schema, rng, direction="request", minimal=None)
    return value
