"""Dict subclasses named after the schemas of a document.

Item access is the JSON as on the wire; attribute access is the Python value by ``format``. A declared name that is
absent is None as an attribute, an undeclared one raises with near names. A name that ``dict`` itself has stays the
method: ``model["update"]`` always works. Building and assigning at the top level validate; what is changed inside
nested lists and plain dicts is checked by ``check()`` and again when the model is sent.

Component schemas give their models' names; inline object schemas get those that OpenAPI Generator gives them
(``TaskExtraLinks``, ``DAGCollectionAllOf``, ``InlineResponse200``).

Imported in functions: ``hashlib`` (loads OpenSSL), for pickles of documents that are not bundled; ``model_table``, when
a model is shown as a table; ``copy``, when one is copied; ``model_builder``, once an answer has come.
"""

from __future__ import annotations

import itertools
import json
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..documents import pointers, releases
from ..documents.inline_names import COMPONENTS, camel, component_schemas, inline_names
from ..errors import InvalidRequest, SpecError, Violation, near_names
from . import model_repr
from .origins import Origin, is_same, origin_arguments, plain_json, sent_value
from .schema import Schema, Schemas
from .values import from_json, to_json
from .violation_words import no_such, type_words

if TYPE_CHECKING:
    from typing_extensions import Self

    from .model_builder import Builder, Builders
    from .model_table import Table
    from .origins import Place

__all__ = ["Model", "Models", "Value", "remember"]

_DIGITS = 16  # of a document's SHA-256 that a pickle holds

_NUMBERS = itertools.count(1)
_set = dict.__setitem__


class Model(dict[str, Any]):
    """A dict that knows its schema. The classes are made from a document; see ``Models``."""

    __slots__ = ("_origin_",)
    _schema_: Schema
    _models_: Models
    _origin_: Place

    def __init__(self, /, *args: Any, **fields: Any) -> None:
        """Take what ``dict`` takes and validate it.

        Raises:
            InvalidRequest: with every violation.
        """
        data = dict(*args, **fields)
        object.__setattr__(self, "_origin_", None)
        value, wrong = _validated_json(data, self._schema_)
        if wrong:
            raise InvalidRequest(f"this is no {type(self).__name__}:", wrong)
        dict.update(self, self._models_.with_models(value, self._schema_))

    # --- attributes ---

    def __getattr__(self, name: str) -> Any:
        if name in self:
            field = self._schema_.fields.get(name)
            return from_json(self[name], field.format) if field else self[name]
        if name in self._schema_.fields:
            return None
        raise self._no_such(name)

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(Model, name) or name not in self._schema_.fields:
            raise self._no_such(name)
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if hasattr(Model, name) or name not in self:
            raise self._no_such(name)
        del self[name]

    def _no_such(self, name: str) -> AttributeError:
        kind = type(self).__name__
        if hasattr(Model, name):
            return AttributeError(f"{kind}.{name} is a method; write model[{name!r}]", name=None, obj=None)
        near = near_names(name, [*self._schema_.fields, *self])
        hint = f"did you mean {' or '.join(near)}?" if near else f'write model["{name}"] to go beyond the document'
        # without name and obj the interpreter would add a guess of its own
        return AttributeError(f"{kind} has no field {name!r}; {hint}", name=None, obj=None)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._schema_.fields]

    # --- assigning ---

    def _check_field(self, name: str, value: object) -> object:
        field = self._schema_.fields.get(name) or self._schema_.additional
        value, wrong = _validated_json(value, field, (name,))
        if field is None and self._schema_.closed:
            expected = no_such(str(name), list(self._schema_.fields))
            wrong.append(Violation("model", (name,), "additionalProperties", expected, "", self._schema_.pointer))
        if not isinstance(name, str):
            wrong.append(Violation("model", (), "json", "a string as a name", type_words(name), self._schema_.pointer))
        if wrong:
            raise InvalidRequest(f"{type(self).__name__} cannot take this:", wrong)
        return self._models_.with_models(value, field)

    def __setitem__(self, name: str, value: object) -> None:
        _set(self, name, self._check_field(name, value))

    def setdefault(self, name: str, default: Any = None, /) -> Any:
        """As ``dict.setdefault``, validated."""
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, /, *args: Any, **fields: Any) -> None:
        """As ``dict.update``; all of it is validated before any of it is taken."""
        dict.update(self, {name: self._check_field(name, value) for name, value in dict(*args, **fields).items()})

    def __ior__(self, other: Any) -> Self:  # type: ignore[override]
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
        more = {name: self._check_field(name, value) for name, value in other.items() if name not in self}
        return self._revive({**more, **self}, self._origin_)

    # --- copies ---

    def copy(self) -> Self:
        """A shallow copy of the same class, with the same past."""
        return self._revive(dict(self), self._origin_)

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        import copy

        new = memo[id(self)] = self._revive({}, self._origin_)
        dict.update(new, {name: copy.deepcopy(value, memo) for name, value in self.items()})
        return new

    @classmethod
    def _revive(cls, value: dict[str, Any], origin: Place) -> Self:
        new = dict.__new__(cls)
        dict.update(new, value)
        object.__setattr__(new, "_origin_", origin)
        return new

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        """By the values, the document's release or digest, and the schema's name or pointer; without the document."""
        models, schema, name = self._models_, self._schema_, type(self).__name__
        values = {key: plain_json(value) for key, value in self.items()}
        origin = origin_arguments(self)
        if name == schema.name and not name.startswith("#"):
            place = (name, *((None, *origin) if origin else ()))
        else:
            place = (schema.pointer, name, *origin)
        return _unpickle, (values, models.reference, models.number, *place)

    @classmethod
    def fromkeys(cls, names: Iterable[str], value: object = None) -> Self:  # type: ignore[override]
        """As ``dict.fromkeys``, validated."""
        return cls(dict.fromkeys(names, value))

    # --- what a client needs of it ---

    def check(self) -> None:
        """Validate all of it, nested changes too.

        Raises:
            InvalidRequest: with every violation.
        """
        _, wrong = _validated_json(self, self._schema_)
        if wrong:
            raise InvalidRequest(f"this {type(self).__name__} does not keep to its schema:", wrong)

    def changes(self) -> dict[str, Any]:
        """What differs from what the server sent, by name, as JSON; everything for a model that never came from one.

        It is computed against the bytes that came, so no way of changing can be missed. A name that was deleted is not
        among them: what is not sent, a server leaves as it is.

        Raises:
            InvalidRequest: a nested value that JSON does not have.
        """
        now, wrong = _validated_json(self, None)
        if wrong:
            raise InvalidRequest(f"this {type(self).__name__} cannot be sent:", wrong)
        sent = sent_value(self)
        return {
            name: value
            for name, value in now.items()
            if not isinstance(sent, dict) or name not in sent or not is_same(sent[name], value)
        }

    def __repr__(self) -> str:
        return model_repr.model(type(self).__name__, self, self._schema_)

    def _repr_html_(self) -> str:
        return self._table().as_html()

    def __rich__(self) -> object:
        return self._table().as_rich()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - the signature is IPython's
        nested = cycle or len(printer.stack) > 1
        printer.text(repr(self) if nested else self._table().at_a_prompt(repr(self)))

    def _table(self) -> Table:
        from . import model_table

        return model_table.of_model(type(self).__name__, self, self._schema_)


def _validated_json(
    data: object, schema: Schema | None, path: tuple[str | int, ...] = ()
) -> tuple[Any, list[Violation]]:
    """A Python value as JSON, and where it breaks its schema; of a value without JSON form only that is said."""
    wrong: list[Violation] = []
    value = to_json(data, "model", path, wrong)
    if schema is not None:
        paths = {violation.path for violation in wrong}
        violations = schema.schemas.validator(schema.pointer, "model").violations(value, "model", path)
        wrong += [violation for violation in violations if violation.path not in paths]
    return value, wrong


# --- pickles -----------------------------------------------------------------------------------------------------


def _unpickle(
    values: dict[str, Any], reference: str, number: int, place: str, name: str | None = None, *origin: Any
) -> Model:
    """The model again, of the same document, which is loaded if it is of a bundled release.

    Args:
        values: the JSON object.
        reference: names the document, as ``Models.reference``.
        number: of the document's models in the process that wrote it, as ``Models.number``.
        place: the component's name, or the schema's pointer.
        name: of the class where it is not the component's.
        origin: operation, arguments, steps, and what was sent where the values differ from it; nothing without origin.

    Raises:
        SpecError: the document is not at hand, or has nothing at the pointer any more.
    """
    models = _models_of(reference, number)
    schema = models.schemas.at(place if place.startswith("#") else pointers.join(COMPONENTS, place))
    model_class = models.class_at(schema, name or schema.name or _borrowed_name(schema))
    answer: Origin | None = None
    if origin:
        operation, arguments, steps, *sent = origin
        answer = Origin(json.dumps(sent[0] if sent else values).encode(), operation, arguments, steps)
    build = models.builder(schema)
    return model_class._revive(build(values, answer) if build else values, answer)  # noqa: SLF001 - of this module


class Value:
    """The model of a schema that is no object: calling it checks a value and gives it back as JSON.

    ``models.DagState("running") == "running"``; ``models.DagState.values`` lists what an enum takes.
    """

    _schema_: Schema
    _models_: Models
    values: tuple[object, ...]

    def __new__(cls, value: object) -> Any:
        """The value as checked JSON, with models in it where it has objects."""
        data, wrong = _validated_json(value, cls._schema_)
        if wrong:
            raise InvalidRequest(f"this is no {cls.__name__}:", wrong)
        return cls._models_.with_models(data, cls._schema_)


class Models(Mapping[str, Any]):
    """The models of a document by name, as items and as attributes; each is made when first asked for."""

    def __init__(self, schemas: Schemas, release: str | None = None) -> None:
        self.schemas = schemas
        self.release = release
        self.number = next(_NUMBERS)  # tells apart the models of several copies of a document in one process
        self._reference: str | None = None
        self._classes: dict[str, type[Model]] = {}
        self._values: dict[str, type[Value]] = {}
        self._inline: dict[str, str] | None = None
        self._builders: Builders | None = None

    # --- by name ---

    def __getitem__(self, name: str) -> Any:
        if name in component_schemas(self.schemas.document):
            return self._class_named(self.schemas.at(pointers.join(COMPONENTS, name)), name)
        for pointer, inline in self.inline.items():
            if inline == name:
                return self._class_named(self.schemas.at(pointer), name)
        near = near_names(name, list(self))
        raise KeyError(f"no schema is called {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else ""))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0], name=None, obj=None) from None

    def __iter__(self) -> Iterator[str]:
        yield from component_schemas(self.schemas.document)
        yield from self.inline.values()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __repr__(self) -> str:
        return f"<{len(self)} models: {', '.join(list(self)[:5])} …>"

    def __reduce__(self) -> tuple[object, ...]:
        return _models_of, (self.reference, self.number)

    @property
    def reference(self) -> str:
        """What names the document: its release where it is the bundled one, else a digest of its content."""
        if self._reference is None:
            document, release = self.schemas.document, self.release or ""
            is_bundled = release in releases.releases() and releases.bundled_document(release) == document
            self._reference = release if is_bundled else _digest(document)
        return self._reference

    @property
    def inline(self) -> Mapping[str, str]:
        """Pointer -> name of each inline object schema, by OpenAPI Generator's rule."""
        if self._inline is None:
            self._inline = dict(inline_names(self.schemas.document))
        return self._inline

    # --- by schema ---

    def _class_named(self, schema: Schema, name: str) -> Any:
        if schema.fields:
            return self.class_at(schema, name)
        model_class = self._values.get(schema.pointer)
        if model_class is None:
            space = {"_schema_": schema, "_models_": self, "values": schema.enum, "__doc__": f"{name}: {schema.words}"}
            model_class = self._values.setdefault(schema.pointer, type(name, (Value,), space))
        return model_class

    def class_at(self, schema: Schema, name: str) -> type[Model]:
        """The class of the object schema at this very place, made once."""
        model_class = self._classes.get(schema.pointer)
        if model_class is None:
            doc = model_repr.model_doc(name, schema)
            space = {"__slots__": (), "__doc__": doc, "_schema_": schema, "_models_": self}
            model_class = self._classes.setdefault(schema.pointer, cast("type[Model]", type(name, (Model,), space)))
        return model_class

    def of(self, schema: Schema) -> type[Model] | None:
        """The model of an object schema, through ``$ref`` and "or null"; None for anything else."""
        plain = schema.plain
        model_class = self._classes.get(plain.pointer)
        if model_class is not None:
            return model_class
        return self.of_object(plain) if plain.fields else None

    def of_object(self, plain: Schema) -> type[Model]:
        """The model of a schema with fields of its own, under its own or a borrowed name."""
        model_class = self._classes.get(plain.pointer)
        return model_class or self.class_at(
            plain, plain.name or self.inline.get(plain.pointer) or _borrowed_name(plain)
        )

    def builder(self, schema: Schema) -> Builder | None:
        """A function (JSON, origin) -> the same with models in it, for JSON that was checked; None when none would be.

        Compiled once per schema: it goes only where models can be.
        """
        if self._builders is None:
            from .model_builder import Builders

            self._builders = Builders(self.of_object)
        return self._builders.of(schema)

    def with_models(self, value: object, schema: Schema | None) -> Any:
        """Checked JSON with models in it, which no server sent."""
        build = self.builder(schema) if schema is not None else None
        return build(value, None) if build else value


def _digest(document: Mapping[str, object]) -> str:
    import hashlib

    text = json.dumps(document, sort_keys=True, separators=(",", ":"), default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


_alive: list[weakref.ref[Models]] = []


def _models_of(reference: str, number: int) -> Models:
    """The models of a document by its release or digest: those alive in this process, the very ones first."""
    alive = [models for weak in list(_alive) if (models := weak()) is not None]
    alive.sort(key=lambda models: models.number != number)
    for models in alive:
        if models.reference == reference:
            return models
    if reference not in releases.releases():
        raise SpecError(
            f"the document of this pickle ({reference}) is not at hand; "
            "load it first, with dynclient.load or connect, then unpickle again"
        )
    models = Models(Schemas(releases.bundled_document(reference)), reference)
    remember(models)
    return models


def remember(models: Models) -> None:
    """Let unpickling find these models."""
    _alive[:] = [weak for weak in _alive if weak() is not None]
    _alive.append(weakref.ref(models))


def _borrowed_name(schema: Schema) -> str:
    """An inline ``allOf`` of references is called after the first of them, as the generators do."""
    for part in schema.branches("allOf"):
        if part.resolved.name:
            return part.resolved.name
    return camel(pointers.split(schema.pointer)[-1]) or "Inline"
