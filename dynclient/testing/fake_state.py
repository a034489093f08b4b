"""What a pretended server holds, and how the shape of the paths says what happens to it.

A path that lists (``GET /pools``) with a path below it for one item (``/pools/{pool_name}``) is a collection. POST to
it creates, GET lists, GET below reads, PATCH changes, DELETE removes. A collection is filled with a few seeded items
when it is first looked at; items below other items (``/dags/{dag_id}/dagRuns``) live and die with these.
"""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ..client import pagination as paginate
from ..http import media_types
from ..schema import examples
from ..schema.schema import MISSING
from ..schema.values import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.schema import Schema

__all__ = ["Kind", "Missing", "Place", "State", "Taken", "fit", "json_schema"]

Item = dict[str, Any]
Place = tuple[str, ...]  #: a path without templates, cut at its slashes and decoded: ("dags", "etl", "dagRuns")
_BOUNDS = {"_gte": (False, True), "_lte": (True, False), "_gt": (False, False), "_lt": (True, True)}
_PAGING = frozenset({"limit", "offset", "order_by", "cursor", "page_limit", "page_offset"})


class Missing(LookupError):  # noqa: N818 - a fact of the server, not a fault
    """There is no such item."""


class Taken(LookupError):  # noqa: N818 - as above
    """There is such an item already."""


class Kind(NamedTuple):
    """A collection as the document has it.

    Attributes:
        path: ``/dags/{dag_id}/dagRuns``.
        parameter: the path parameter of one item, ``dag_run_id``; empty when there is no path to one.
        key: the field that holds it.
        items: the name of the list in the answer.
        schema: of an item, as completely as the document describes it.
    """

    path: str
    parameter: str
    key: str
    items: str
    schema: Schema


class State:
    """All collections of one document.

    Args:
        spec: the document.
        seed: the same seed makes the same items.
        size: how many items a collection is filled with.
        wildcard: a path argument that stands for every item (``~``), if there is one.
        seeds: what collections are filled with instead, by their path: values of some fields for each item.
    """

    def __init__(
        self, spec: Spec, seed: int, size: int, wildcard: str, seeds: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> None:
        self.spec = spec
        self.seed = seed
        self.size = size
        self.wildcard = wildcard
        self.seeds = seeds
        self.prefix = urlsplit(spec.servers[0].expand()).path.rstrip("/")
        self.kinds = {kind.path: kind for kind in _kinds(spec)}
        self._items: dict[Place, dict[str, Item]] = {}

    # --- where things are ---

    def place(self, path: str, arguments: Mapping[str, Any]) -> Place:
        """A path template with its arguments filled in."""
        return tuple(str(arguments[part[1:-1]]) if part[:1] == "{" else part for part in path.strip("/").split("/"))

    def above(self, path: str) -> Iterable[tuple[Kind, str]]:
        """The collections whose items stand on the way to a path, and the path of each item, outermost first."""
        parts = path.split("/")
        for n in range(2, len(parts) + 1):
            kind = self.kinds.get("/".join(parts[: n - 1]))
            if kind is not None and kind.parameter and parts[n - 1] == f"{{{kind.parameter}}}":
                yield kind, "/".join(parts[:n])

    def check_above(self, path: str, arguments: Mapping[str, Any]) -> None:
        """Everything on the way to this path must be there.

        Raises:
            Missing: with the name of the parameter.
        """
        for kind, item_path in self.above(path):
            if item_path == path:
                continue
            *place, key = self.place(item_path, arguments)
            if self.wildcard not in {key, *place} and key not in self.items(kind, tuple(place)):
                raise Missing(kind.parameter)

    def items(self, kind: Kind, place: Place) -> dict[str, Item]:
        """The items at a place by key, filled in when first looked at."""
        if self.wildcard and self.wildcard in place:
            return self._everywhere(kind, place)
        found = self._items.get(place)
        if found is None:
            found = self._items[place] = {}
            for n, values in enumerate(self.seeds.get(kind.path, [{}] * self.size), start=1):
                item = self._seeded(kind, place, n, values)
                found[self.key(kind, item, n)] = item
        return found

    def _everywhere(self, kind: Kind, place: Place) -> dict[str, Item]:
        """The items of every place that the wildcard stands for, keyed by place and key."""
        parts = kind.path.strip("/").split("/")
        n = place.index(self.wildcard)
        above = self.kinds.get("/" + "/".join(parts[:n]))
        if above is None or not above.parameter:
            return {}
        found = {}
        for key in list(self.items(above, place[:n])):
            for inner, item in self.items(kind, (*place[:n], key, *place[n + 1 :])).items():
                found[f"{key}/{inner}"] = item
        return found

    def key(self, kind: Kind, item: Item, n: int) -> str:
        """How an item is called in a path."""
        return str(item[kind.key]) if kind.key else str(n)

    # --- making items ---

    def _arguments(self, kind: Kind, place: Place) -> dict[str, str]:
        """The path arguments in a place, by the names of the parameters."""
        parts = kind.path.strip("/").split("/")
        return {part[1:-1]: value for part, value in zip(parts, place, strict=True) if part[:1] == "{"}

    def _seeded(self, kind: Kind, place: Place, n: int, values: Mapping[str, Any]) -> Item:
        rng = Random(f"{self.seed} {place} {n}")  # noqa: S311 - made up, not secret
        made = (
            self._plain(kind, rng) if values else examples.sample(kind.schema, rng, direction="response", minimal=False)
        )
        own = {kind.key: self._name(kind, n, rng)} if kind.key else {}
        return self.joined(kind, made, {**own, **values, **self._arguments(kind, place)})

    def _plain(self, kind: Kind, rng: Random) -> Item:
        """An item of which nothing is said: defaults, null where it may be, made up elsewhere."""
        made: Item = examples.sample(kind.schema, rng, direction="response", minimal=False)
        for name, schema in kind.schema.fields.items():
            plain = None if schema.default is MISSING else schema.default
            if schema.types and schema.response.is_valid(plain):
                made[name] = plain
        return made

    def _name(self, kind: Kind, n: int, rng: Random) -> Any:
        """A key that reads well (``pool_1``, or 1), or one made up where the schema wants another form."""
        schema = kind.schema.fields[kind.key]
        if "integer" in schema.types:
            return n
        name = f"{re.sub(r'_?(?:id|name|key)$', '', kind.parameter) or kind.parameter}_{n}"
        if schema.response.is_valid(name):
            return name
        return examples.sample(schema, rng, direction="response", minimal=True)

    def joined(self, kind: Kind, item: Any, values: Mapping[str, Any]) -> Item:
        """An item with these values, as far as its schema takes them."""
        joined: Item = fit(kind.schema, {**item, **values}, lambda: item)
        return joined

    # --- what happens to them ---

    def create(self, kind: Kind, place: Place, body: Mapping[str, Any]) -> Item:
        """A new item: what the body says, what the place says, and null or a made-up value for the rest.

        Raises:
            Taken: there is one of that key.
        """
        items = self.items(kind, place)
        given = body.get(kind.key)
        if given is None:
            given = body.get(kind.parameter)
        if given is not None and str(given) in items:
            raise Taken(kind.key)
        rng = Random(f"{self.seed} {place} {given}")  # noqa: S311 - made up, not secret
        made = self._plain(kind, rng)
        n = len(items) + 1
        while given is None:
            name = self._name(kind, n, rng)
            given, n = (None if str(name) in items else name), n + 1
        item = self.joined(kind, made, {**self._arguments(kind, place), **body, kind.key: given})
        items[str(item[kind.key])] = item
        return item

    def find(self, kind: Kind, place: Place) -> Item:
        """The item at a place; the last part of it is the key.

        Raises:
            Missing: there is none.
        """
        *above, key = place
        items = self.items(kind, tuple(above))
        if key not in items:
            raise Missing(kind.parameter)
        return items[key]

    def change(self, kind: Kind, place: Place, changes: Mapping[str, Any]) -> Item:
        """Change the item at a place; a new key moves it."""
        item = self.find(kind, place)
        *above, key = place
        item.update(self.joined(kind, item, changes))
        if str(item[kind.key]) != key:
            items = self.items(kind, tuple(above))
            items[str(item[kind.key])] = items.pop(key)
        return item

    def remove(self, kind: Kind, place: Place) -> None:
        """Remove the item at a place and all below it."""
        self.find(kind, place)
        *above, key = place
        del self.items(kind, tuple(above))[key]
        for other in [other for other in self._items if other[: len(place)] == place]:
            del self._items[other]

    def select(self, kind: Kind, place: Place, wanted: Mapping[str, Any]) -> list[Item]:
        """The items at a place that the arguments ask for, in the order they ask for.

        An argument named like a field asks for equal values (several: any of them), ``dag_ids`` for any of them in
        ``dag_id``, and ``start_date_gte`` and its like for bounds. Other filters do not filter.
        """
        found = [item for item in self.items(kind, place).values() if _asked_for(item, kind.schema.fields, wanted)]
        order = wanted.get("order_by") or ()
        for name in reversed([order] if isinstance(order, str) else list(order)):
            plain = str(name).lstrip("-")
            plain = kind.key if plain == "id" and "id" not in kind.schema.fields else plain
            found.sort(key=lambda item, plain=plain: _rank(item.get(plain)), reverse=str(name).startswith("-"))  # type: ignore[misc]
        return found


def _kinds(spec: Spec) -> Iterable[Kind]:
    """The collections of a document: lists, and what can be made and then read."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in spec.operations.values():
        paths.setdefault(operation.path, {})[operation.method] = operation
    for path, methods in paths.items():
        listing = methods.get("GET")
        paging = paginate.paging(listing, spec.operations) if listing is not None else None
        schema = json_schema(listing) if listing is not None else None
        if paging is None or schema is None:
            continue
        listed = schema.fields[paging.items].items
        below = [other for other in paths if re.fullmatch(re.escape(path) + r"/\{[^{}]+\}", other)]
        if listed is None or not listed.fields or not (below or "total_entries" in schema.fields):
            continue
        parameter = below[0].rpartition("{")[2][:-1] if below else ""
        key = (
            next((n for n in (parameter, parameter.rpartition("_")[2]) if n in listed.fields), "") if parameter else ""
        )
        one = json_schema(paths[below[0]]["GET"]) if below and "GET" in paths[below[0]] else None
        full = one if one is not None and set(listed.fields) <= set(one.fields) else listed
        yield Kind(path, parameter if key else "", key, paging.items, full)


def json_schema(operation: Operation, status: int | None = None) -> Schema | None:
    """The schema of an operation's JSON answer: the successful one, or that of a status."""
    documented = operation.success if status is None else operation.response_for(status)
    content = documented.content if documented is not None else {}
    return next((media.schema for name, media in content.items() if media_types.is_json(name)), None)


def fit(schema: Schema, values: Mapping[str, Any], base: Callable[[], Any]) -> Any:
    """``values`` as far as they keep to the schema, what ``base`` makes for the rest; ``base`` is valid."""
    if not schema.types and schema.response.is_valid(values):
        return dict(values)  # a schema that says nothing
    fields = schema.fields
    made = {name: value for name, value in values.items() if name in fields and not fields[name].write_only}
    if made and schema.response.is_valid(made):
        return made
    given = base()
    if not isinstance(given, dict):
        return given
    made = {**given, **(made if fields else {name: value for name, value in values.items() if name in given})}
    for _ in range(3):  # giving way in one place may show another
        wrong = schema.response.violations(made, "response")
        if not wrong:
            return made
        for name in {str(violation.path[0]) for violation in wrong if violation.path}:
            made.pop(name, None)
            if name in given:
                made[name] = given[name]
    return made if schema.response.is_valid(made) else dict(given)


# --- filters and order -------------------------------------------------------------------------------------------


def _asked_for(item: Item, fields: Mapping[str, Schema], wanted: Mapping[str, Any]) -> bool:
    for name, value in wanted.items():
        if name in _PAGING or value is None:
            continue
        if name in fields:
            if not _among(item.get(name), value):
                return False
        elif name.endswith("s") and name[:-1] in fields and isinstance(value, list):
            if not _among(item.get(name[:-1]), value):
                return False
        elif not _within(item, fields, name, value):
            return False
    return True


def _among(value: Any, wanted: Any) -> bool:
    if isinstance(value, (dict, list)):
        return True
    return value in (wanted if isinstance(wanted, list) else [wanted])


def _within(item: Item, fields: Mapping[str, Schema], name: str, bound: Any) -> bool:
    """``start_date_gte`` and its like; anything else filters nothing."""
    stem, mark, suffix = name.rpartition("_")
    if mark + suffix not in _BOUNDS or stem not in fields:
        return True
    below, inclusive_or_strict = _BOUNDS[mark + suffix]
    value, bound = (from_json(x, fields[stem].format) for x in (item.get(stem), bound))
    if value is None or type(value) is not type(bound):
        return False
    strict = inclusive_or_strict if below else not inclusive_or_strict
    if below:
        return bool(value < bound or (not strict and value == bound))
    return bool(value > bound or (not strict and value == bound))


def _rank(value: Any) -> tuple[bool, bool, Any]:
    """Numbers before text, null last."""
    number = isinstance(value, (int, float))
    return value is None, not number, value if number else str(value)
