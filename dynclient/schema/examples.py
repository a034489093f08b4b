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
from .example_values import Stuck, compile_pattern, matching_text, number, text
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
_CHECK_ONLY = ("oneOf", "not", "if", "contains", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems")


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
            instance = maker.value([schema], _At(0, frozenset()))
        except Stuck:
            continue
        if validator.is_valid(instance):
            return instance
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
        self.budget = _SIZE

    def value(self, schemas: Sequence[Schema], at: _At) -> object:
        """A value that keeps to all of ``schemas``."""
        self.budget -= 1
        if at.depth > _BOTTOM or self.budget < -_SIZE:
            raise Stuck
        again = any(schema.resolved.pointer in at.trail for schema in schemas)
        at = at._replace(lean=self.minimal is True or at.depth > _DEPTH or self.budget < 0 or again)
        if self.is_null(schemas, at, again=again):
            return None
        for _ in range(_LOCAL_TRIES):
            constants: dict[str, object] = {}
            parts = list(self.parts(schemas, constants, at))
            instance = self.of(parts, constants, at)
            needs_check = any(keyword in part.keywords for part in parts for keyword in _CHECK_ONLY)
            if not needs_check or self.is_valid(instance, schemas):
                return instance
            if isinstance(instance, dict):
                for other in islice(self.variants(instance, parts), _APART):
                    if self.is_valid(other, schemas):
                        return other
        raise Stuck

    def is_valid(self, value: object, schemas: Sequence[Schema]) -> bool:
        return all(_validator(schema, self.direction).is_valid(value) for schema in schemas)

    def variants(self, instance: dict[str, object], parts: Sequence[Schema]) -> Iterator[dict[str, object]]:
        """The same with one member more that a branch of a ``oneOf`` does not take, where two of them take it all."""
        for part in parts:
            for branch in part.branches("oneOf"):
                for name, field in branch.fields.items():
                    if name not in instance:
                        wrong = (value for value in _VARIOUS if not _validator(field, self.direction).is_valid(value))
                        yield from ({**instance, name: value} for value in wrong)

    def is_null(self, schemas: Sequence[Schema], at: _At, *, again: bool) -> bool:
        """Now and then where null is spoken of and allowed; always where it ends a recursion."""
        spoken_of = any("null" in schema.described_types for schema in schemas)
        if not spoken_of or not all(schema.nullable for schema in schemas):
            return False
        often = 0.3 if self.minimal is None else 0.1
        return again or at.depth > _DEPTH or (self.minimal is not True and self.rng.random() < often)

    def of(self, parts: Sequence[Schema], constants: Mapping[str, object], at: _At) -> object:
        values = _enumeration(parts)
        if values is not None:
            return self.rng.choice(values)
        kinds = ["object"] if constants else _kinds(parts)
        kind = self.rng.choice(kinds) if kinds else ""
        if kind == "object":
            return self.members(parts, constants, at)
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

    def parts(self, schemas: Sequence[Schema], constants: dict[str, object], at: _At) -> Iterator[Schema]:
        """The schema objects that hold, one branch of each union chosen; its discriminator goes into ``constants``."""
        stack, visits = list(reversed(schemas)), set()
        while stack:
            schema = stack.pop()
            if schema.value is False:
                raise Stuck
            if schema.pointer in visits or schema.value is True:
                continue
            visits.add(schema.pointer)
            yield schema
            if "$ref" in schema.keywords:
                stack.append(schema.resolved)
            stack += reversed(schema.branches("allOf"))
            for keyword in ("anyOf", "oneOf"):
                if keyword in schema.keywords:
                    stack.append(self.branch(schema, keyword, constants, at))

    def branch(self, schema: Schema, keyword: str, constants: dict[str, object], at: _At) -> Schema:
        """One branch that is not null; where little is wanted one that leads no further down, if there is one."""
        branches = schema.branches(keyword)
        rule = schema.keywords.get("discriminator")
        if rule:
            options = _named_branches(schema, keyword)
            if not options:
                raise Stuck
            constants[rule["propertyName"]], choose = self.rng.choice(options)
            return choose
        branches = [branch for branch in branches if branch.types != ("null",)] or branches
        if at.lean and at.trail:
            new = [branch for branch in branches if branch.resolved.pointer not in at.trail]
            flat = [branch for branch in new if not {"object", "array"} & set(branch.described_types)]
            branches = (flat if at.depth > _DEPTH else new) or new or branches
        return self.rng.choice(branches)

    # --- objects -----------------------------------------------------------------------------------------------

    def members(self, parts: Sequence[Schema], constants: Mapping[str, object], at: _At) -> dict[str, object]:
        declared = list(dict.fromkeys(name for part in parts for name in part.keywords.get("properties", ())))
        hidden = {name for name in declared if self.is_hidden(parts, name)}
        required = {name for part in parts for name in part.keywords.get("required", ())} - hidden | set(constants)
        optional = [name for name in declared if name not in required and name not in hidden]
        names = required.union(self.choose(parts, optional, len(required), at))
        for part in parts:
            for name, needs in part.keywords.get("dependentRequired", {}).items():
                required |= set(needs) if name in names else set()
        instance: dict[str, object] = {}
        for name in [*declared, *sorted(required.difference(declared))]:
            if name in constants:
                instance[name] = constants[name]
            elif name in names or name in required:
                self.member(instance, name, parts, at, is_required=name in required)
        self.extras(instance, parts, at)
        return instance

    def is_hidden(self, parts: Sequence[Schema], name: str) -> bool:
        fields = [part.child("properties", name) for part in parts if name in part.keywords.get("properties", ())]
        return any(child.read_only if self.direction == "request" else child.write_only for child in fields)

    def choose(self, parts: Sequence[Schema], optional: list[str], required: int, at: _At) -> list[str]:
        """The optional properties to build: few, some or all, within the bounds."""
        least, most = _bounds(parts, "minProperties", "maxProperties")
        names, wish = list(optional), float(len(optional))
        if at.lean:
            wish = 0
        elif self.minimal is None:
            self.rng.shuffle(names)
            wish = self.rng.randint(0, len(names))
        return names[: max(0, int(min(max(wish, least - required), most - required)))]

    def member(
        self, instance: dict[str, object], name: str, parts: Sequence[Schema], at: _At, *, is_required: bool
    ) -> None:
        """Add one member; one that is not needed is left out when it cannot be built."""
        try:
            instance[name] = self.value(_member_schemas(name, parts), at.inside(parts))
        except Stuck:
            if is_required:
                raise

    def extras(self, instance: dict[str, object], parts: Sequence[Schema], at: _At) -> None:
        """Members that no property declares: by pattern, by ``additionalProperties``, or because there are too few."""
        least, most = _bounds(parts, "minProperties", "maxProperties")
        names = [part.child("propertyNames") for part in parts if "propertyNames" in part.keywords]
        patterns = [pattern for part in parts for pattern in part.keywords.get("patternProperties", ())]
        is_described = patterns or any(isinstance(part.keywords.get("additionalProperties"), dict) for part in parts)
        wish = len(instance) + self.rng.randint(0, 2) if is_described and not at.lean else 0
        target = min(max(least, wish), most)
        for turn in range(1, _LOCAL_TRIES + int(least) + 1):
            if len(instance) >= target:
                return
            if patterns and turn % 2:
                name = matching_text([self.rng.choice(patterns)], self.rng)
            else:
                name = str(self.value(names, at.inside(parts))) if names else f"extra_{turn}"
            if name not in instance:
                self.member(instance, name, parts, at, is_required=False)
        if len(instance) < least:
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
        items: list[object] = []
        for _ in range(size * _LOCAL_TRIES):
            if len(items) >= size:
                break
            needs_next = needs[len(items) - heads : len(items) - heads + 1] if len(items) >= heads else []
            try:
                item = self.value([*_item_schemas(len(items), parts), *needs_next], at.inside(parts))
            except Stuck:
                break
            if not unique or _key(item) not in map(_key, items):
                items.append(item)
        if len(items) < least:
            raise Stuck
        return items


# --- what schemas say together -----------------------------------------------------------------------------------


def _named_branches(schema: Schema, keyword: str) -> list[tuple[str, Schema]]:
    """The discriminator's values and what they choose."""
    schemas, branches = schema.schemas, schema.keywords[keyword]
    place, rule = pointers.join(schema.pointer, keyword), schema.keywords["discriminator"]
    values = discriminators.branches_by_value(schemas.document, schemas.version, branches, place, rule)
    return [(value, schemas.at(pointer)) for value, places in values.items() for pointer in places]


def _kinds(parts: Sequence[Schema]) -> list[str]:
    """The JSON types that all allow, null left out if it is not alone; what the keywords speak of when none is said."""
    try:
        allowed = types_of_keywords(parts)
    except ValueError:
        raise Stuck from None
    return sorted(name for name in allowed if name != "null") or list(allowed)


def _enumeration(parts: Sequence[Schema]) -> list[object] | None:
    """The values that every ``const`` and ``enum`` allows, null left out if it is not alone; None without any."""
    lists: list[list[object]] = [[part.keywords["const"]] for part in parts if "const" in part.keywords]
    lists += [part.keywords["enum"] for part in parts if "enum" in part.keywords]
    if not lists:
        return None
    common = set.intersection(*({_key(value) for value in values} for values in lists))
    kinds = _kinds(parts) if any("type" in part.keywords for part in parts) else []
    kinds += ["integer"] if "number" in kinds else []
    candidates = [value for value in lists[0] if _key(value) in common and (not kinds or json_type(value) in kinds)]
    if not candidates:
        raise Stuck
    return [value for value in candidates if value is not None] or candidates


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _bounds(parts: Sequence[Schema], low: str, high: str) -> tuple[int, float]:
    least = max((int(part.keywords.get(low, 0)) for part in parts), default=0)
    return least, min((part.keywords.get(high, math.inf) for part in parts), default=math.inf)


def _member_schemas(name: str, parts: Sequence[Schema]) -> list[Schema]:
    """The schemas that a member of this name keeps to; ``Stuck`` where ``unevaluatedProperties`` forbids it."""
    schemas, is_declared = [], False
    for part in parts:
        words = part.keywords
        own = [part.child("properties", name)] if name in words.get("properties", ()) else []
        for pattern in words.get("patternProperties", ()):
            check = compile_pattern(pattern)
            if check and check.search(name):
                own.append(part.child("patternProperties", pattern))
        is_declared = is_declared or bool(own)
        if not own and "additionalProperties" in words:
            own = [part.child("additionalProperties")]
        schemas += own
    if not is_declared and any(part.keywords.get("unevaluatedProperties") is False for part in parts):
        raise Stuck
    return schemas


def _item_schemas(index: int, parts: Sequence[Schema]) -> list[Schema]:
    schemas = []
    for part in parts:
        if index < len(part.keywords.get("prefixItems", ())):
            schemas.append(part.child("prefixItems", index))
        elif "items" in part.keywords:
            schemas.append(part.child("items"))
    return schemas


# --- broken instances --------------------------------------------------------------------------------------------


def argument(schema: Schema | None, rng: random.Random, *, is_parameter: bool, minimal: bool) -> Any:
    """A valid argument; where it is a parameter of a URL or header, one that has a form there: text, not null.

    Args:
        schema: what the argument is held to; None takes any text.
        rng: the source of choices.
        is_parameter: it is a parameter, whose null and empty list cannot be written, or a field of a JSON body.
        minimal: as for ``sample``.
    """
    if schema is None or (is_parameter and not schema.described_types):
        return f"x{rng.randrange(1000)}"
    value = sample(schema, rng, direction="request", minimal=minimal)
    for _ in range(_TRIES):
        if not is_parameter or value not in (None, "", [], {}):
            break
        value = sample(schema, rng, direction="request", minimal=None)
    return value
