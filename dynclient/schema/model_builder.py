"""Functions that put models into JSON that was checked, without checking it again; compiled once per schema.

A builder goes only where models can be, and notes for each model where it stood in what the server sent: its origin is
(origin of the model or list around it, name or index).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ..documents import pointers
from .discriminators import branches_by_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .models import Model
    from .origins import Place
    from .schema import Schema

    Builder = Callable[[Any, Place], Any]

__all__ = ["Builders"]

_set = dict.__setitem__
_DEEPEST = 60  # builders made inside each other; deeper ones are made when they are used


class Builders:
    """The builders of a document's schemas. Safe to share between threads.

    Args:
        model: the model class of an object schema.
    """

    def __init__(self, model: Callable[[Schema], type[Model]]) -> None:
        self._model = model
        self._kept_builders: dict[str, Builder | None] = {}
        self._in_progress: set[str] = set()  # those that a recursive schema meets again
        self._lock = threading.RLock()

    def of(self, schema: Schema) -> Builder | None:
        """A function (JSON, origin) -> the same with models in it, for JSON that was checked; None when none would be.

        Compiled once per schema: it goes only where models can be.
        """
        plain = schema.plain
        key = plain.pointer
        if key in self._kept_builders:
            return self._kept_builders[key]
        with self._lock:
            if key in self._in_progress or len(self._in_progress) > _DEEPEST:
                return self._later(plain)
            self._in_progress.add(key)
            try:
                model_class = self._kept_builders[key] = self._make(plain)
            finally:
                self._in_progress.remove(key)
            return model_class

    def _later(self, plain: Schema) -> Builder:
        """The builder that is being made, looked up when it is used; another thread waits for it there."""

        def build_later(value: object, origin: Place) -> object:
            build = self.of(plain)
            return build(value, origin) if build else value

        return build_later

    def _make(self, plain: Schema) -> Builder | None:
        if plain.fields:
            return self._object_builder(plain)
        members = plain.members
        if members:
            return self._union_builder(plain, members)
        items = plain.items
        if items is not None:
            build = self.of(items)
            return build and _list_builder(build)
        return self._map_builder(plain)

    def _object_builder(self, plain: Schema) -> Builder:
        model_class = self._model(plain)
        children = [(name, build) for name, field in plain.fields.items() if (build := self.of(field))]
        slot: Any = model_class._origin_  # of the class: the descriptor of the slot
        new, update, place = dict.__new__, dict.update, slot.__set__

        def build_object(value: object, origin: Place) -> object:
            if value.__class__ is not dict:
                return value
            model = new(model_class)
            update(model, value)
            place(model, origin)
            for name, build in children:
                child = value.get(name)
                if child:
                    _set(model, name, build(child, (origin, name)))
            return model

        return build_object

    def _map_builder(self, plain: Schema) -> Builder | None:
        extra = plain.additional
        build = self.of(extra) if extra is not None else None
        if build is None:
            return None

        def build_map(value: object, origin: Place) -> object:
            if not isinstance(value, dict):
                return value
            return {name: build(item, (origin, name)) for name, item in value.items()}

        return build_map

    def _union_builder(self, plain: Schema, members: Sequence[Schema]) -> Builder | None:
        """Of several branches: the discriminator's, else the one whose consts, required and fields fit best."""
        builders = [(branch, build) for branch in members if (build := self.of(branch))]
        objects = [(branch, build) for branch, build in builders if branch.fields]
        arrays = next((build for branch, build in builders if branch.items is not None), None)
        if not objects and arrays is None:
            return None
        rule = plain.keywords.get("discriminator")
        name = rule["propertyName"] if rule is not None else ""
        by_value = _builders_by_value(plain, self.of) if rule is not None else {}

        def build_union(value: object, origin: Place) -> object:
            if isinstance(value, list):
                return arrays(value, origin) if arrays else value
            if not isinstance(value, dict) or not objects:
                return value
            kind = value.get(name)
            build = by_value.get(kind) if isinstance(kind, str) else None
            if build is not None:
                return build(value, origin)
            return max(objects, key=lambda pair: _likeness(pair[0], value))[1](value, origin)

        return build_union


def _builders_by_value(union: Schema, builder: Callable[[Schema], Builder | None]) -> dict[str, Builder]:
    """The builders by the values of the union's discriminator, where a value means one branch."""
    schemas, keyword = union.schemas, "anyOf" if "anyOf" in union.keywords else "oneOf"
    branches, place = union.keywords[keyword], pointers.join(union.pointer, keyword)
    rule = union.keywords["discriminator"]
    values = branches_by_value(schemas.document, schemas.version, branches, place, rule)
    builders = {value: builder(schemas.at(places[0])) for value, places in values.items() if len(places) == 1}
    return {value: build for value, build in builders.items() if build is not None}


def _list_builder(build: Builder) -> Builder:
    def build_list(value: object, origin: Place) -> object:
        if value.__class__ is not list:
            return value
        for i, item in enumerate(value):
            value[i] = build(item, (origin, i))  # the list is ours, nobody has seen it
        return value

    return build_list


def _likeness(schema: Schema, value: Mapping[str, object]) -> tuple[bool, bool, int]:
    fields = schema.fields
    fits = all(value[name] in field.enum for name, field in fields.items() if len(field.enum) == 1 and name in value)
    return fits, schema.required <= value.keys(), sum(name in fields for name in value)
