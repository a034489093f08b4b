"""Dict subclasses named after the schemas of a document.

Item access is the JSON as on the wire; attribute access is the Python value by ``format``. A declared name that is
absent is None as an attribute, an undeclared one raises with near names. A name that ``dict`` itself has stays the
method: ``model["update"]`` always works. Building and assigning at the top level validate; what is changed inside
nested lists and plain dicts is checked by ``check()`` and again when the model is sent.

Component schemas give their models' names; inline object schemas get those that OpenAPI Generator gives them
(``TaskExtraLinks``, ``DAGCollectionAllOf``, ``InlineResponse200``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from . import display
from . import document as documents
from .errors import InvalidRequest, Violation, near_names
from .schema import Schema, Schemas
from .values import from_json, to_json

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Model", "Models", "Origin", "Value", "remember", "root_of"]

Builder = Callable[[Any, Any], Any]
_set = dict.__setitem__
_COMPONENTS = "#/components/schemas"


class Origin(NamedTuple):
    """Where a model came from: the bytes the server sent, and by which call."""

    raw: bytes
    operation: str
    arguments: Mapping[str, Any]


class Model(dict[str, Any]):
    """A dict that knows its schema. The classes are made from a document; see ``Models``."""

    __slots__ = ("_origin_",)
    _schema_: Schema
    _models_: Models
    _origin_: Any  # Origin, or (origin of the model or list around it, name or index), or None

    def __init__(self, *args: Any, **fields: Any) -> None:
        """Take what ``dict`` takes and validate it.

        Raises:
            InvalidRequest: with every violation.
        """
        given = dict(*args, **fields)
        object.__setattr__(self, "_origin_", None)
        wrong: list[Violation] = []
        value = to_json(given, "model", (), wrong)
        wrong += self._schema_.schemas.validator(self._schema_.pointer, "model").violations(value, "model")
        if wrong:
            raise InvalidRequest(f"this is no {type(self).__name__}:", wrong)
        build = self._models_.builder(self._schema_)
        dict.update(self, build(value, None) if build else value)

    # --- attributes ---

    def __getattr__(self, name: str) -> Any:
        if name in self:
            field = self._schema_.fields.get(name)
            return from_json(self[name], field.format) if field else self[name]
        if name in self._schema_.fields:
            return None
        raise self._no_such(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(dict, name) or name not in self._schema_.fields:
            raise self._no_such(name)
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self or hasattr(dict, name):
            raise self._no_such(name)
        del self[name]

    def _no_such(self, name: str) -> AttributeError:
        kind = type(self).__name__
        if name in self._schema_.fields or name in self:
            return AttributeError(f"{kind}.{name} is dict's own; write model[{name!r}]")
        near = near_names(name, [*self._schema_.fields, *self])
        hint = f"did you mean {' or '.join(near)}?" if near else f'write model["{name}"] to go beyond the document'
        return AttributeError(f"{kind} has no field {name!r}; {hint}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._schema_.fields]

    # --- assigning ---

    def _checked(self, name: str, value: Any) -> Any:
        wrong: list[Violation] = []
        value = to_json(value, "model", (name,), wrong)
        field = self._schema_.fields.get(name) or self._models_.additional(self._schema_)
        if field is not None:
            wrong += self._schema_.schemas.validator(field.pointer, "model").violations(value, "model", (name,))
        elif self._schema_.closed:
            near = near_names(name, list(self._schema_.fields))
            expected = "not a known field" + (f"; did you mean {' or '.join(near)}?" if near else "")
            wrong.append(Violation("model", (name,), "additionalProperties", expected, "", self._schema_.pointer))
        if wrong:
            raise InvalidRequest(f"{type(self).__name__} cannot take this:", wrong)
        build = self._models_.builder(field) if field is not None else None
        return build(value, None) if build else value

    def __setitem__(self, name: str, value: Any) -> None:
        _set(self, name, self._checked(name, value))

    def setdefault(self, name: str, default: Any = None) -> Any:
        """As ``dict.setdefault``, validated."""
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *args: Any, **fields: Any) -> None:
        """As ``dict.update``; all of it is validated before any of it is taken."""
        dict.update(self, {name: self._checked(name, value) for name, value in dict(*args, **fields).items()})

    def __ior__(self, other: Any) -> Self:  # type: ignore[override, misc]
        self.update(other)
        return self

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, Mapping):
            return NotImplemented
        new = self.copy()
        new.update(other)
        return new

    def __ror__(self, other: Any) -> Any:
        if not isinstance(other, Mapping):
            return NotImplemented
        return type(self)({**other, **self})

    # --- copies ---

    def copy(self) -> Self:
        """A shallow copy of the same class, with the same past."""
        return self._revive(dict(self), self._origin_)

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from copy import deepcopy

        return self._revive({name: deepcopy(value, memo) for name, value in self.items()}, self._origin_)

    @classmethod
    def _revive(cls, value: dict[str, Any], origin: Any) -> Self:
        new = dict.__new__(cls)
        dict.update(new, value)
        object.__setattr__(new, "_origin_", origin)
        return new

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """By the document and the schema's pointer: the class is made again where it is not there."""
        return _unpickle, (self._models_, self._schema_.pointer, dict(self), self._origin_)

    @classmethod
    def fromkeys(cls, names: Any, value: Any = None) -> Self:  # type: ignore[override]
        """As ``dict.fromkeys``, validated."""
        return cls(dict.fromkeys(names, value))

    # --- what a client needs of it ---

    def check(self) -> None:
        """Validate all of it, nested changes too.

        Raises:
            InvalidRequest: with every violation.
        """
        wrong: list[Violation] = []
        value = to_json(self, "model", (), wrong)
        wrong += self._schema_.schemas.validator(self._schema_.pointer, "model").violations(value, "model")
        if wrong:
            raise InvalidRequest(f"this {type(self).__name__} does not keep to its schema:", wrong)

    def changes(self) -> dict[str, Any]:
        """What differs from what the server sent, by name, as JSON; everything for a model that never came from one.

        It is computed against the bytes that came, so no way of changing can be missed.
        """
        sent = _sent(self._origin_)
        return {
            name: value
            for name, value in self.items()
            if not isinstance(sent, dict) or name not in sent or not _same(sent[name], value)
        }

    def __repr__(self) -> str:
        return display.model(type(self).__name__, self, self._schema_)

    def _repr_html_(self) -> str:
        return display.model_html(type(self).__name__, self, self._schema_)


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON, where 1 and True differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _sent(origin: Any) -> Any:
    """What the server sent at this place, read again from the bytes; None when nothing did."""
    steps: list[Any] = []
    while origin is not None and not isinstance(origin, Origin):
        origin, step = origin
        steps.append(step)
    if origin is None:
        return None
    value = json.loads(origin.raw)
    for step in reversed(steps):
        value = value[step]
    return value


def root_of(model: Model) -> tuple[Origin | None, tuple[str | int, ...]]:
    """The call that a model came from and the way to it in that answer."""
    origin, steps = model._origin_, []
    while origin is not None and not isinstance(origin, Origin):
        origin, step = origin
        steps.append(step)
    return origin, tuple(reversed(steps))


def _unpickle(models: Models, pointer: str, value: dict[str, Any], origin: Any) -> Model:
    made = models.of(models.schemas.at(pointer))
    assert made is not None  # the pointer came from a model
    return made._revive(value, origin)


class Value:
    """The model of a schema that is no object: calling it checks a value and gives it back as JSON.

    ``models.DagState("running") == "running"``; ``models.DagState.values`` lists what an enum takes.
    """

    _schema_: Schema
    _models_: Models
    values: tuple[Any, ...]

    def __new__(cls, value: Any) -> Any:
        wrong: list[Violation] = []
        given = to_json(value, "model", (), wrong)
        wrong += cls._schema_.schemas.validator(cls._schema_.pointer, "model").violations(given, "model")
        if wrong:
            raise InvalidRequest(f"this is no {cls.__name__}:", wrong)
        build = cls._models_.builder(cls._schema_)
        return build(given, None) if build else given


class Models(Mapping[str, Any]):
    """The models of a document by name, as items and as attributes; each is made when first asked for."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._classes: dict[str, type[Model]] = {}
        self._values: dict[str, type[Value]] = {}
        self._builders: dict[str, Builder | None] = {}
        self._inline: dict[str, str] | None = None

    # --- by name ---

    def __getitem__(self, name: str) -> Any:
        if name in self.schemas.document.get("components", {}).get("schemas", {}):
            return self._named(self.schemas.at(documents.join(_COMPONENTS, name)), name)
        for pointer, inline in self.inline.items():
            if inline == name:
                return self._named(self.schemas.at(pointer), name)
        near = near_names(name, list(self))
        raise KeyError(f"no schema is called {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else ""))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __iter__(self) -> Iterator[str]:
        yield from self.schemas.document.get("components", {}).get("schemas", {})
        yield from self.inline.values()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __repr__(self) -> str:
        return f"<{len(self)} models: {', '.join(list(self)[:5])} …>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _shared, (self.schemas.document,)

    @property
    def inline(self) -> Mapping[str, str]:
        """Pointer -> name of each inline object schema, by OpenAPI Generator's rule."""
        if self._inline is None:
            self._inline = dict(_inline_names(self.schemas.document))
        return self._inline

    # --- by schema ---

    def _named(self, schema: Schema, name: str) -> Any:
        if schema.fields:
            return self._class(schema, name)
        made = self._values.get(schema.pointer)
        if made is None:
            space = {"_schema_": schema, "_models_": self, "values": schema.enum, "__doc__": f"{name}: {schema.words}"}
            made = self._values[schema.pointer] = type(name, (Value,), space)
        return made

    def _class(self, schema: Schema, name: str) -> type[Model]:
        made = self._classes.get(schema.pointer)
        if made is None:
            space = {
                "__slots__": (),
                "__doc__": display.model_doc(name, schema),
                "_schema_": schema,
                "_models_": self,
            }
            made = self._classes[schema.pointer] = cast("type[Model]", type(name, (Model,), space))
        return made

    def of(self, schema: Schema) -> type[Model] | None:
        """The model of an object schema, through ``$ref`` and "or null"; None for anything else."""
        plain = schema.plain
        made = self._classes.get(plain.pointer)
        if made is not None:
            return made
        if not plain.fields:
            return None
        return self._class(plain, plain.name or self.inline.get(plain.pointer) or _borrowed_name(plain))

    def additional(self, schema: Schema) -> Schema | None:
        """The schema of fields beyond the declared ones, where the document gives one."""
        plain = schema.plain
        return plain.child("additionalProperties") if plain.keywords.get("additionalProperties") else None

    def builder(self, schema: Schema) -> Builder | None:
        """A function (JSON, origin) -> the same with models in it, for JSON that was checked; None when none would be.

        Compiled once per schema: it goes only where models can be.
        """
        plain = schema.plain
        key = plain.pointer
        if key not in self._builders:
            self._builders[key] = lambda value, origin: (self._builders[key] or _leave)(value, origin)  # recursion
            self._builders[key] = self._make_builder(plain)
        return self._builders[key]

    def _make_builder(self, plain: Schema) -> Builder | None:
        if plain.fields:
            return self._object_builder(plain)
        branches = plain.branches("anyOf") or plain.branches("oneOf")
        if branches:
            return self._union_builder(plain, branches)
        items = plain.items
        if items is not None:
            build = self.builder(items)
            return build and _list_builder(build)
        return self._map_builder(plain)

    def _object_builder(self, plain: Schema) -> Builder:
        made = self.of(plain)
        assert made is not None
        children = [(name, build) for name, field in plain.fields.items() if (build := self.builder(field))]
        new, update, place = dict.__new__, dict.update, Model._origin_.__set__  # type: ignore[attr-defined]

        def build_object(value: Any, origin: Any) -> Any:
            if value.__class__ is not dict:
                return value
            model = new(made)
            update(model, value)
            place(model, origin)
            for name, build in children:
                child = value.get(name)
                if child:
                    _set(model, name, build(child, (origin, name)))
            return model

        return build_object

    def _map_builder(self, plain: Schema) -> Builder | None:
        extra = self.additional(plain) if isinstance(plain.keywords.get("additionalProperties"), dict) else None
        build = self.builder(extra) if extra is not None else None
        if build is None:
            return None

        def build_map(value: Any, origin: Any) -> Any:
            if not isinstance(value, dict):
                return value
            return {name: build(item, (origin, name)) for name, item in value.items()}

        return build_map

    def _union_builder(self, plain: Schema, branches: list[Schema]) -> Builder | None:
        """Of several branches: the discriminator's, else of those whose consts and required fit the best matched."""
        objects = [(b, build) for b in branches if b.fields and (build := self.builder(b))]
        arrays = next((build for b in branches if "array" in b.types and (build := self.builder(b))), None)
        if not objects and arrays is None:
            return None
        rule = plain.keywords.get("discriminator") or {}
        mapping = {value: target.split("/")[-1] for value, target in (rule.get("mapping") or {}).items()}

        def build_union(value: Any, origin: Any) -> Any:
            if isinstance(value, list):
                return arrays(value, origin) if arrays else value
            if not isinstance(value, dict) or not objects:
                return value
            said = value.get(rule.get("propertyName", ""))
            chosen = next((o for o in objects if said is not None and o[0].resolved.name == mapping.get(said, said)), None)
            best = chosen or max(objects, key=lambda o: _likeness(o[0], value))
            return best[1](value, origin)

        return build_union


def _leave(value: Any, origin: Any) -> Any:  # noqa: ARG001 - the form of a builder
    return value


def _list_builder(build: Builder) -> Builder:
    def build_list(value: Any, origin: Any) -> Any:
        if value.__class__ is not list:
            return value
        return [build(item, (origin, i)) for i, item in enumerate(value)]

    return build_list


def _likeness(schema: Schema, value: Mapping[str, Any]) -> tuple[bool, bool, int]:
    fields = schema.fields
    fits = all(value.get(name) in field.enum for name, field in fields.items() if len(field.enum) == 1 and name in value)
    return fits, schema.required <= value.keys(), sum(name in fields for name in value)


_alive: list[Any] = []


def _shared(document: Mapping[str, Any]) -> Models:
    """The models of this document that are alive in this process, else new ones: unpickling keeps the class."""
    for reference in _alive:
        models = reference()
        if models is not None and models.schemas.document == document:
            return cast("Models", models)
    models = Models(Schemas(document))
    remember(models)
    return models


def remember(models: Models) -> None:
    """Let unpickling find these models."""
    import weakref

    _alive[:] = [reference for reference in _alive if reference() is not None]
    _alive.append(weakref.ref(models))


# --- the names of inline schemas ---------------------------------------------------------------------------------

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def _borrowed_name(schema: Schema) -> str:
    """An inline ``allOf`` of references is called after the first of them, as the generators do."""
    for part in schema.branches("allOf"):
        if part.resolved.name:
            return part.resolved.name
    return _camel(documents.split(schema.pointer)[-1]) or "Inline"


def _camel(name: str) -> str:
    words = [word for word in "".join(c if c.isalnum() else " " for c in name).split() if word]
    return "".join(word[0].upper() + word[1:] for word in words)


def _inline_names(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(pointer, name) of the inline object schemas: first below components, then bodies and responses in path order."""
    taken = set(document.get("components", {}).get("schemas", {}))
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _below(schema, documents.join(_COMPONENTS, name), name, taken)
    for path, item in document["paths"].items():
        for method in _METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict):
                yield from _of_operation(operation, documents.join("#/paths", path, method), taken)


def _of_operation(operation: dict[str, Any], pointer: str, taken: set[str]) -> Iterator[tuple[str, str]]:
    bodies = [("InlineObject", "requestBody", operation.get("requestBody"))]
    bodies += [(f"InlineResponse{c}", f"responses/{c}", r) for c, r in operation.get("responses", {}).items()]
    for name, place, holder in bodies:
        content = holder.get("content") if isinstance(holder, dict) else None
        media = next(iter(content), None) if isinstance(content, dict) else None
        schema = content[media].get("schema") if media is not None else None
        if isinstance(schema, dict):
            at = documents.join(pointer, *place.split("/"), "content", media or "", "schema")
            if schema.get("properties"):
                name = _free(name, taken)
                yield at, name
            yield from _below(schema, at, name, taken)


def _below(schema: Any, pointer: str, name: str, taken: set[str]) -> Iterator[tuple[str, str]]:
    """The inline objects inside a schema: properties by name, members of compositions by keyword, items by nothing."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    for field, child in schema.get("properties", {}).items():
        yield from _named_below(child, documents.join(pointer, "properties", field), name + _camel(field), taken)
    for keyword, suffix in (("allOf", "AllOf"), ("anyOf", "AnyOf"), ("oneOf", "OneOf")):
        for i, child in enumerate(schema.get(keyword, ())):
            yield from _named_below(child, documents.join(pointer, keyword, i), name + suffix, taken)
    yield from _named_below(schema.get("items"), documents.join(pointer, "items"), name, taken)
    extra = schema.get("additionalProperties")
    yield from _named_below(extra, documents.join(pointer, "additionalProperties"), name + "Value", taken)


def _named_below(child: Any, pointer: str, name: str, taken: set[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(child, dict) or "$ref" in child:
        return
    if child.get("properties"):
        name = _free(name, taken)
        yield pointer, name
    yield from _below(child, pointer, name, taken)


def _free(name: str, taken: set[str]) -> str:
    free, n = name, 0
    while free in taken:
        n += 1
        free = f"{name}{n}"
    taken.add(free)
    return free
