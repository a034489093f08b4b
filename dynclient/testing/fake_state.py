"""What a pretended server holds, and how the shape of the paths says what happens to it.

A path that lists (``GET /pools``) with a path below it for one item (``/pools/{pool_name}``) is a collection. POST to
it creates, GET lists, GET below reads, PATCH changes, DELETE removes. A collection is filled with a few seeded items
when it is first looked at; items below other items (``/dags/{dag_id}/dagRuns``) live and die with these.
"""

from __future__ import annotations

import datetime as dt
import re
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ..client import pagination as paginate
from ..http import media_types
from ..openapi.operation import identifier
from ..schema import examples
from ..schema.schema import MISSING
from ..schema.values import from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..openapi.operation import Operation
    from ..openapi.spec import Spec
    from ..schema.schema import Schema

__all__ = ["Collection", "ItemExists", "NoSuchItem", "ResourcePath", "State", "fit", "json_schema"]

Item = dict[str, Any]
ResourcePath = tuple[str, ...]  #: a path without templates, cut at its slashes and decoded: ("dags", "etl", "dagRuns")
Seeds: TypeAlias = "Sequence[Mapping[str, Any]] | Callable[[Mapping[str, str]], Sequence[Mapping[str, Any]]]"
_BOUNDS = {"_gte": (False, True), "_lte": (True, False), "_gt": (False, False), "_lt": (True, True)}
_PAGING = frozenset({"limit", "offset", "order_by", "cursor", "page_limit", "page_offset"})


class NoSuchItem(LookupError):  # noqa: N818 - a fact of the server, not a fault
    """There is no such item."""


class ItemExists(LookupError):  # noqa: N818 - as above
    """There is such an item already."""


class Collection(NamedTuple):
    """A collection as the document has it.

    Attributes:
        path: ``/dags/{dag_id}/dagRuns``.
        parameter: the path parameter of one item, ``dag_run_id``; empty when there is no path to one.
        key: the field that holds it.
        items: the name of the list in the answer.
        schema: of an item, as completely as the document describes it.
        names: of the path parameter, which may want another form than the field does.
    """

    path: str
    parameter: str
    key: str
    items: str
    schema: Schema
    names: Schema | None = None


class State:
    """All collections of one document.

    Args:
        spec: the document.
        seed: the same seed makes the same items.
        size: how many items a collection is filled with.
        wildcard: a path argument that stands for every item (``~``), if there is one.
        seeds: what collections are filled with instead, by their path: values of some fields for each item; or a
            function of the path arguments that gives them.
    """

    def __init__(self, spec: Spec, seed: int, size: int, wildcard: str, seeds: Mapping[str, Seeds]) -> None:
        self.spec = spec
        self.seed = seed
        self.size = size
        self.wildcard = wildcard
        self.seeds = seeds
        self.cursor_status = 0  #: of the refusal of a cursor that was not given out; 0 is that of invalid requests
        self.filters: dict[str, Callable[[Item, object], bool]] = {}  #: parameter -> does it keep this item
        self.prefix = urlsplit(spec.servers[0].expand()).path.rstrip("/")
        self.collections = {collection.path: collection for collection in _collections(spec)}
        self._items: dict[ResourcePath, dict[str, Item]] = {}

    # --- where things are ---

    def resource_path(self, path: str, arguments: Mapping[str, object]) -> ResourcePath:
        """A path template with its arguments filled in."""

        def value(match: re.Match[str]) -> str:
            return str(arguments.get(match[1], arguments.get(identifier(match[1]), match[0])))

        plain = re.split(r"[?#]", path, maxsplit=1)[0].strip("/")
        return tuple(re.sub(r"\{([^{}]+)\}", value, part) for part in plain.split("/"))

    def above(self, path: str) -> Iterable[tuple[Collection, str]]:
        """The collections whose items stand on the way to a path, and the path of each item, outermost first."""
        parts = path.split("/")
        for n in range(2, len(parts) + 1):
            collection = self.collections.get("/".join(parts[: n - 1]))
            if collection is not None and collection.parameter and parts[n - 1] == f"{{{collection.parameter}}}":
                yield collection, "/".join(parts[:n])

    def check_above(self, path: str, arguments: Mapping[str, object]) -> None:
        """Everything on the way to this path must be there.

        Raises:
            NoSuchItem: with the name of the parameter.
        """
        for collection, item_path in self.above(path):
            if item_path == path:
                continue
            *location, key = self.resource_path(item_path, arguments)
            if self.wildcard not in {key, *location} and key not in self.items(collection, tuple(location)):
                raise NoSuchItem(collection.parameter)

    def items(self, collection: Collection, location: ResourcePath) -> dict[str, Item]:
        """The items at a location by key, filled in when first looked at."""
        if self.wildcard and self.wildcard in location:
            return self._everywhere(collection, location)
        items = self._items.get(location)
        if items is None:
            items = self._items[location] = {}
            seeds: Any = self.seeds.get(collection.path, [{}] * self.size)
            rows = seeds(self._arguments(collection, location)) if callable(seeds) else seeds
            for n, values in enumerate(rows, start=1):
                item = self._seeded(collection, location, n, values)
                items[self.key(collection, item, n)] = item
        return items

    def _everywhere(self, collection: Collection, location: ResourcePath) -> dict[str, Item]:
        """The items of every location that the wildcard stands for, keyed by location and key."""
        parts = collection.path.strip("/").split("/")
        n = location.index(self.wildcard)
        above = self.collections.get("/" + "/".join(parts[:n]))
        if above is None or not above.parameter:
            return {}
        items = {}
        for key in list(self.items(above, location[:n])):
            for inner, item in self.items(collection, (*location[:n], key, *location[n + 1 :])).items():
                items[f"{key}/{inner}"] = item
        return items

    def key(self, collection: Collection, item: Item, n: int) -> str:
        """How an item is called in a path."""
        return str(item[collection.key]) if collection.key else str(n)

    # --- making items ---

    def _arguments(self, collection: Collection, location: ResourcePath) -> dict[str, str]:
        """The path arguments in a location, by the names of the parameters."""
        parts = collection.path.strip("/").split("/")
        return {part[1:-1]: value for part, value in zip(parts, location, strict=True) if part[:1] == "{"}

    def _seeded(self, collection: Collection, location: ResourcePath, n: int, values: Mapping[str, object]) -> Item:
        rng = Random(f"{self.seed} {location} {n}")  # noqa: S311 - made up, not secret
        sample = (
            self._plain(collection, rng)
            if values
            else examples.sample(collection.schema, rng, direction="response", minimal=False)
        )
        own = {collection.key: self._name(collection, n, rng)} if collection.key else {}
        item = self.joined(collection, sample, {**own, **values, **self._arguments(collection, location)})
        return {**item, **_untold(values)}

    def plain(self, collection: Collection, location: ResourcePath) -> Item:
        """An item for a location of which nothing is said."""
        return self._plain(collection, Random(f"{self.seed} {location}"))  # noqa: S311 - made up, not secret

    def _plain(self, collection: Collection, rng: Random) -> Item:
        """An item of which nothing is said: defaults, null where it may be, made up elsewhere."""
        item: Item = examples.sample(collection.schema, rng, direction="response", minimal=False)
        for name, schema in collection.schema.fields.items():
            plain = None if schema.default is MISSING else schema.default
            if schema.described_types and schema.response.is_valid(plain):
                item[name] = plain
        return item

    def _name(self, collection: Collection, n: int, rng: Random) -> Any:
        """A key that reads well (``pool_1``, or 1), or one made up where the schema wants another form."""
        schema = collection.schema.fields[collection.key]
        if "integer" in schema.types:
            return n
        name = f"{re.sub(r'_?(?:id|name|key)$', '', collection.parameter) or collection.parameter}_{n}"
        names = collection.names
        if schema.response.is_valid(name) and (names is None or names.request.is_valid(name)):
            return name
        if names is not None:
            name = examples.sample(names, rng, direction="request", minimal=True)
            if schema.response.is_valid(name):
                return name
        return examples.sample(schema, rng, direction="response", minimal=True)

    def joined(self, collection: Collection, item: Any, values: Mapping[str, object]) -> Item:
        """An item with these values, as far as its schema takes them."""
        joined: Item = fit(collection.schema, {**item, **values}, lambda: item)
        return joined

    # --- what happens to them ---

    def create(self, collection: Collection, location: ResourcePath, body: Mapping[str, object]) -> Item:
        """A new item: what the body says, what its location says, and null or a made-up value for the rest.

        Raises:
            ItemExists: there is one of that key.
        """
        items = self.items(collection, location)
        name = body.get(collection.key)
        if name is None:
            name = body.get(collection.parameter)
        if name is not None and str(name) in items:
            raise ItemExists(collection.key)
        rng = Random(f"{self.seed} {location} {name}")  # noqa: S311 - made up, not secret
        plain = self._plain(collection, rng)
        n = len(items) + 1
        while name is None:
            name = self._name(collection, n, rng)
            name, n = (None if str(name) in items else name), n + 1
        item = self.joined(collection, plain, {**self._arguments(collection, location), **body, collection.key: name})
        items[str(item[collection.key])] = item
        return item

    def fill(self, collection: Collection, location: ResourcePath, rows: Mapping[str, Mapping[str, object]]) -> None:
        """Put these items, by key, in the place of what is at a location."""
        rng = Random(f"{self.seed} {location}")  # noqa: S311 - made up, not secret
        plain = self._plain(collection, rng)
        above = self._arguments(collection, location)
        self._items[location] = {
            key: {**self.joined(collection, plain, {**values, **above}), **_untold(values)}
            for key, values in rows.items()
        }

    def find(self, collection: Collection, location: ResourcePath) -> Item:
        """The item at a location; the last part of it is the key.

        Raises:
            NoSuchItem: there is none.
        """
        *above, key = location
        items = self.items(collection, tuple(above))
        if key not in items:
            raise NoSuchItem(collection.parameter)
        return items[key]

    def change(self, collection: Collection, location: ResourcePath, changes: Mapping[str, object]) -> Item:
        """Change the item at a location; a new key moves it."""
        item = self.find(collection, location)
        *above, key = location
        item.update(self.joined(collection, item, changes))
        if str(item[collection.key]) != key:
            items = self.items(collection, tuple(above))
            items[str(item[collection.key])] = items.pop(key)
        return item

    def remove(self, collection: Collection, location: ResourcePath) -> None:
        """Remove the item at a location and all below it."""
        self.find(collection, location)
        *above, key = location
        del self.items(collection, tuple(above))[key]
        for other in [other for other in self._items if other[: len(location)] == location]:
            del self._items[other]

    def select(self, collection: Collection, location: ResourcePath, query: Mapping[str, Any]) -> list[Item]:
        """The items at a location that the arguments ask for, in the order they ask for.

        An argument named like a field asks for equal values (several: any of them), ``dag_ids`` for any of them in
        ``dag_id``, and ``start_date_gte`` and its like for bounds. Other filters do not filter.
        """
        fields = {name: value for name, value in query.items() if name not in self.filters}
        own = [
            (self.filters[name], value) for name, value in query.items() if name in self.filters and value is not None
        ]
        items = [
            item
            for item in self.items(collection, location).values()
            if _asked_for(item, collection.schema.fields, fields) and all(keep(item, value) for keep, value in own)
        ]
        order = query.get("order_by") or ()
        for name in reversed([order] if isinstance(order, str) else list(order)):
            plain = str(name).lstrip("-")
            plain = collection.key if plain == "id" and "id" not in collection.schema.fields else plain
            items.sort(key=lambda item, plain=plain: _rank(item.get(plain)), reverse=str(name).startswith("-"))  # type: ignore[misc]
        return items


def _collections(spec: Spec) -> Iterable[Collection]:
    """The collections of a document: lists, and what can be made and then read."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in spec.operations.values():
        paths.setdefault(operation.path, {})[operation.method] = operation
    for path, methods in paths.items():
        listing = methods.get("GET")
        paging = paginate.paging(listing) if listing is not None else None
        schema = json_schema(listing) if listing is not None else None
        if paging is None or schema is None or not paging.items:
            continue
        item_schema = schema.fields[paging.items].items
        below = [other for other in paths if re.fullmatch(re.escape(path) + r"/\{[^{}]+\}", other)]
        if item_schema is None or not item_schema.fields or not (below or "total_entries" in schema.fields):
            continue
        parameter = below[0].rpartition("{")[2][:-1] if below else ""
        key = (
            next((n for n in (parameter, parameter.rpartition("_")[2]) if n in item_schema.fields), "")
            if parameter
            else ""
        )
        one = json_schema(paths[below[0]]["GET"]) if below and "GET" in paths[below[0]] else None
        full = one if one is not None and set(item_schema.fields) <= set(one.fields) else item_schema
        one_path = [p for p in next(iter(paths[below[0]].values())).parameters if p.name == parameter] if below else []
        names = next((p.schema for p in one_path if p.location == "path"), None)
        yield Collection(path, parameter if key else "", key, paging.items, full, names)


def json_schema(operation: Operation, status: int | None = None) -> Schema | None:
    """The schema of an operation's JSON answer: the successful one, or that of a status."""
    documented = operation.success if status is None else operation.response_for(status)
    content = documented.content if documented is not None else {}
    return next((media.schema for name, media in content.items() if media_types.is_json(name)), None)


def fit(schema: Schema, values: Mapping[str, object], base: Callable[[], object]) -> Any:
    """``values`` as far as they keep to the schema, what ``base`` makes for the rest; ``base`` is valid."""
    if not schema.described_types and schema.response.is_valid(values):
        return dict(values)  # a schema that says nothing
    fields = schema.fields
    fitting = {name: value for name, value in values.items() if name in fields and not fields[name].write_only}
    if fitting and schema.response.is_valid(fitting):
        return fitting
    basis = base()
    if not isinstance(basis, dict):
        return basis
    fitting = {**basis, **(fitting if fields else {name: value for name, value in values.items() if name in basis})}
    for _ in range(3):  # giving way in one place may show another
        violations = schema.response.violations(fitting, "response")
        if not violations:
            return fitting
        for name in {str(violation.path[0]) for violation in violations if violation.path}:
            fitting.pop(name, None)
            if name in basis:
                fitting[name] = basis[name]
    return fitting if schema.response.is_valid(fitting) else dict(basis)


def _untold(values: Mapping[str, object]) -> Item:
    """Values that the schema takes none of, kept for rules: their names begin with an underscore."""
    return {name: value for name, value in values.items() if name.startswith("_")}


# --- filters and order -------------------------------------------------------------------------------------------


def _asked_for(item: Item, fields: Mapping[str, Schema], query: Mapping[str, object]) -> bool:
    for name, value in query.items():
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


def _among(value: object, allowed: object) -> bool:
    if isinstance(value, (dict, list)):
        return True
    return value in (allowed if isinstance(allowed, list) else [allowed])


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
    if getattr(value, "tzinfo", 0) is None or getattr(bound, "tzinfo", 0) is None:  # a moment without its offset is UTC
        value, bound = (x.replace(tzinfo=x.tzinfo or dt.timezone.utc) for x in (value, bound))
    if below:
        return bool(value < bound or (not strict and value == bound))
    return bool(value > bound or (not strict and value == bound))


def _rank(value: object) -> tuple[bool, bool, object]:
    """Numbers before text, null last."""
    number = isinstance(value, (int, float))
    return value is None, not number, value if number else str(value)
