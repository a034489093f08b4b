"""The closure of one schema as one JSON Schema 2020-12, for one direction, with the way back to the document.

A schema is named by its pointer. All that its ``$ref`` reach is rewritten once, on first use:

- ``nullable: true`` means "or null" wherever it stands;
- a readOnly property may not be sent: in a request its schema is ``false`` and every ``required`` of the same object,
  through ``allOf`` and ``$ref``, lets go of it; in a response the same holds for writeOnly, as a warning;
- ``additionalProperties: false`` holds for requests; in a response an extra field is a warning;
- a discriminator beside ``oneOf``/``anyOf`` chooses the branch by its value (OpenAPI 3.1 §4.8.25);
- formats are asserted for date-time, date, uuid and duration (and ``datetime``, date-time with an optional offset,
  in responses); every other format is an annotation.

``Rewriter.origins`` keeps the way back, so that a violation names the place in the document. What only warns in a
response is there in the closed form (``closed=True``) and left out of the open one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..documents import dialect, pointers
from ..errors import SpecError, warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Direction", "Origins", "Rewriter", "Steps", "origin"]

Direction = Literal["request", "response", "model"]
Steps = tuple[str, ...]
#: place in the rewritten schema -> (pointer in the document, the rule's own name or "")
Origins = dict[Steps, tuple[str, str]]

#: what may not stand in a message of this direction; a model may hold both, and need hold neither
_HIDDEN: dict[str, tuple[str, ...]] = {
    "request": ("readOnly",),
    "response": ("writeOnly",),
    "model": ("readOnly", "writeOnly"),
}
_NOTHING: frozenset[str] = frozenset()
_ASSERTED = frozenset({"date-time", "date", "uuid", "duration", "datetime"})
_UNIONS = ("anyOf", "oneOf")
_NAMED_CHILDREN = ("properties", "patternProperties", "dependentSchemas")
_CHILDREN = ("items", "additionalProperties", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties")
#: annotations, and what would change how the rest of the schema is read by the engine
_LEFT_OUT = frozenset(
    {"nullable", "discriminator", "readOnly", "writeOnly", "deprecated", "description", "title", "example", "examples"}
    | {"default", "xml", "externalDocs", "$id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary"}
    | {"$comment", "$defs", "definitions", "format", "contentSchema", "contentMediaType", "contentEncoding"}
)
_SHAPES: dict[str, type[Any]] = {
    **dict.fromkeys(_NAMED_CHILDREN, dict),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems", "required", "enum"), list),
    "discriminator": dict,
    "$ref": str,
}
_SHAPE_WORDS: dict[type[Any], str] = {dict: "an object", list: "an array", str: "a string"}


def origin(origins: Origins, at: Steps) -> tuple[str, str]:
    """The document's pointer for a place in the rewritten schema, by its longest known prefix, and the rule's name."""
    for n in range(len(at), -1, -1):
        if at[:n] in origins:
            pointer, rule = origins[at[:n]]
            return (pointer if rule else pointers.join(pointer, *at[n:])), rule
    return pointers.join("#", *at), ""


class Rewriter:
    """One closure of schemas, rewritten for one direction.

    Args:
        document: the whole document; it is not changed.
        direction: of the messages.
        closed: False leaves out what is only a warning in a response.
        readable: can the engine read this regular expression?
    """

    def __init__(
        self, document: Mapping[str, Any], direction: Direction, *, closed: bool, readable: Callable[[Any], bool]
    ) -> None:
        self.document = document
        self.version = dialect.version(document)
        self.direction = direction
        self.hiding = _HIDDEN[direction]
        self.closed = closed
        self.readable = readable
        self.guarded = False  # did anything stand that is only a warning in a response?
        self.formats: set[str] = set()  # those that are asserted
        self.origins: Origins = {}
        self.defs: dict[str, Any] = {}
        self._names: dict[tuple[str, frozenset[str]], str] = {}
        self._hidden_at: dict[str, frozenset[str]] = {}

    def root(self, pointer: str) -> dict[str, Any]:
        """The whole closure of the schema at a pointer."""
        schema = self.node(pointers.resolve(self.document, pointer), pointer, (), _NOTHING)
        if not isinstance(schema, dict):
            self.origins["allOf", "0"] = (pointer, "")
            schema = {"allOf": [schema]}
        return {**schema, "$defs": self.defs} if self.defs else schema

    def reference(self, pointer: str, dropped: frozenset[str]) -> dict[str, Any]:
        """``$ref`` to the rewritten target, which is made once per target and set of dropped names."""
        key = (pointer, dropped)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = str(len(self._names))
            self.defs[name] = {}  # a recursive schema meets itself here
            target = pointers.resolve(self.document, pointer)
            self.defs[name] = self.node(target, pointer, ("$defs", name), dropped)
        return {"$ref": f"#/$defs/{name}"}

    def node(self, schema: Any, pointer: str, at: Steps, dropped: frozenset[str]) -> Any:
        """One schema object. ``dropped``: names that no ``required`` of this same object may demand."""
        self.origins[at] = (pointer, "")
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise SpecError("an object is wanted as a schema", pointer=pointer)
        words = dialect.keywords(schema, self.version)
        _well_formed(words, pointer)
        dropped |= self.hidden(words)
        if words.get("nullable") is True and not _takes_null(words):
            union, first = (*at, "anyOf"), (*at, "anyOf", "0")
            self.origins |= {union: (pointer, "nullable"), (*union, "1"): (pointers.join(pointer, "nullable"), "")}
            inner = self.keywords({**words, "nullable": False}, pointer, first, dropped)
            return {"anyOf": [inner, {"type": "null"}]}
        return self.keywords(words, pointer, at, dropped)

    def keywords(self, words: dict[str, Any], pointer: str, at: Steps, dropped: frozenset[str]) -> dict[str, Any]:
        """The keywords of one schema object, those that say nothing about an instance left out."""
        out = {key: value for key, value in words.items() if key not in _LEFT_OUT}
        nullable = words.get("nullable") is True
        if "$ref" in words:
            out.update(self.reference(words["$ref"], dropped))
        if nullable and "type" in out:
            types = [out["type"]] if isinstance(out["type"], str) else out["type"]
            out["type"] = list(dict.fromkeys([*types, "null"]))
        if nullable and "enum" in out and None not in out["enum"]:
            out["enum"] = [*out["enum"], None]
        if "required" in out:
            out["required"] = [name for name in out["required"] if name not in dropped]
        if words.get("format") in _ASSERTED and (words["format"] != "datetime" or self.direction == "response"):
            out["format"] = words["format"]
            self.formats.add(words["format"])
        if "pattern" in out and not self.digestible(out["pattern"], pointers.join(pointer, "pattern")):
            del out["pattern"]
        self.same_object(words, out, pointer, at, dropped)
        self.children(out, pointer, at)
        return out

    # --- schemas for this same instance ---

    def same_object(
        self, words: dict[str, Any], out: dict[str, Any], pointer: str, at: Steps, dropped: frozenset[str]
    ) -> None:
        """The keywords whose schemas apply to this same instance."""
        for key in ("not", "if", "then", "else"):
            if key in out:  # what asks whether a name is there, asks still
                kept = _NOTHING if key in {"not", "if"} else dropped
                out[key] = self.node(out[key], pointers.join(pointer, key), (*at, key), kept)
        if "allOf" in out:
            out["allOf"] = self.list_of(out["allOf"], pointers.join(pointer, "allOf"), (*at, "allOf"), dropped)
        for key in _UNIONS:
            if key in out:
                self.union(key, words, out, pointer, at, dropped)

    def list_of(self, schemas: list[Any], pointer: str, at: Steps, dropped: frozenset[str]) -> list[Any]:
        """Schemas that stand in a list, each at its index."""
        return [self.node(child, pointers.join(pointer, i), (*at, str(i)), dropped) for i, child in enumerate(schemas)]

    def union(
        self, key: str, words: dict[str, Any], out: dict[str, Any], pointer: str, at: Steps, dropped: frozenset[str]
    ) -> None:
        """``anyOf`` or ``oneOf``: chosen by its discriminator where it has one.

        In the open form several branches of a ``oneOf`` may fit that the closed ones keep apart; it is an ``anyOf``.
        """
        chosen_by = words.get("discriminator")
        opened = key == "oneOf" and not self.closed
        place = pointers.join(pointer, key)
        if chosen_by is None and not opened:
            out[key] = self.list_of(out[key], place, (*at, key), dropped)
            return
        branches = out.pop(key)
        beside = out.setdefault("allOf", [])
        below = (*at, "allOf", str(len(beside)))
        if chosen_by is not None:
            beside.append(self.discriminated(branches, chosen_by, place, below, dropped))
            return
        below = (*below, "anyOf")
        self.origins[below] = (place, "oneOf")
        beside.append({"anyOf": self.list_of(branches, place, below, dropped)})

    def discriminated(
        self, branches: list[Any], rule: Any, pointer: str, at: Steps, dropped: frozenset[str]
    ) -> dict[str, Any]:
        """The branch chosen by the property's value: a component's name, or what ``mapping`` says."""
        here = f"{pointer.rpartition('/')[0]}/discriminator"
        name, mapping = rule.get("propertyName"), rule.get("mapping") or {}
        if not isinstance(name, str) or not isinstance(mapping, dict):
            raise SpecError("a discriminator has a propertyName, and its mapping is an object of names", pointer=here)
        self.origins |= {
            at: (pointer, ""),
            (*at, "type"): (pointer, "type"),
            (*at, "properties", step(name)): (here, "discriminator"),
            (*at, "required"): (here, "discriminator"),
        }
        cases = []
        values = dict(_branch_values(branches, name, mapping))
        for i, (value, branch) in enumerate(values.items()):
            place = pointers.join(pointer, branches.index(branch)) if branch in branches else branch["$ref"]
            then = self.node(branch, place, (*at, "allOf", str(i), "then"), dropped)
            when = {"type": "object", "properties": {name: {"const": value}}, "required": [name]}
            cases.append({"if": when, "then": then})
        null = any(isinstance(branch, dict) and branch.get("type") == "null" for branch in branches)
        return {
            "type": ["object", "null"] if null else "object",
            "properties": {name: {"enum": list(values)}},
            "required": [name],
            "allOf": cases,
        }

    # --- schemas for parts of the instance ---

    def children(self, out: dict[str, Any], pointer: str, at: Steps) -> None:
        """The keywords whose schemas apply to parts of the instance."""
        for key in _NAMED_CHILDREN:
            if key in out:
                out[key] = {
                    name: self.property(child, pointers.join(pointer, key, name), (*at, key, *_named(name)))
                    for name, child in out[key].items()
                    if key != "patternProperties" or self.digestible(name, pointers.join(pointer, key, name))
                }
        for key in _CHILDREN:
            if key not in out:
                continue
            if out[key] is False and key in {"additionalProperties", "unevaluatedProperties"}:
                self.guarded = True
                if not self.closed:
                    del out[key]
                continue
            out[key] = self.node(out[key], pointers.join(pointer, key), (*at, key), _NOTHING)
        if "prefixItems" in out:
            place = pointers.join(pointer, "prefixItems")
            out["prefixItems"] = self.list_of(out["prefixItems"], place, (*at, "prefixItems"), _NOTHING)

    def property(self, child: Any, pointer: str, at: Steps) -> Any:
        """A property: ``false`` where this direction may not carry it."""
        hidden_by = self.hidden_by(child, pointer, set()) if self.direction != "model" else ""
        if hidden_by:
            self.guarded = True
            if self.closed:
                self.origins[at] = (hidden_by, hidden_by.rpartition("/")[2])
                return False
        return self.node(child, pointer, at, _NOTHING)

    # --- what a direction may not carry ---

    def hidden_by(self, child: Any, pointer: str, seen: set[str]) -> str:
        """Where ``readOnly`` or ``writeOnly`` is said, of a property itself or through ``$ref`` and ``allOf``."""
        if not isinstance(child, dict):
            return ""
        words = dialect.keywords(child, self.version)
        for keyword in self.hiding:
            if words.get(keyword) is True:
                return pointers.join(pointer, keyword)
        parts = [(part, pointers.join(pointer, "allOf", i)) for i, part in enumerate(_part(words, "allOf", []))]
        reference = words.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen.add(reference)
            parts.append((pointers.resolve(self.document, reference), reference))
        return next((found for part, place in parts if (found := self.hidden_by(part, place, seen))), "")

    def hidden(self, words: dict[str, Any]) -> frozenset[str]:
        """The names hidden in this direction, seen through ``allOf`` and ``$ref`` of the same object."""
        names = {name for name, child in _part(words, "properties", {}).items() if self.hidden_by(child, "#", set())}
        for part in _part(words, "allOf", []):
            if isinstance(part, dict):
                names |= self.hidden(dialect.keywords(part, self.version))
        reference = words.get("$ref")
        if isinstance(reference, str):
            names |= self.hidden_at(reference)
        return frozenset(names) if names else _NOTHING

    def hidden_at(self, pointer: str) -> frozenset[str]:
        """The hidden names of the object at a pointer, found once."""
        if pointer not in self._hidden_at:
            self._hidden_at[pointer] = _NOTHING  # a recursive schema meets itself here
            target = pointers.resolve(self.document, pointer)
            if isinstance(target, dict):
                self._hidden_at[pointer] = self.hidden(dialect.keywords(target, self.version))
        return self._hidden_at[pointer]

    def digestible(self, pattern: Any, pointer: str) -> bool:
        """Can the engine read this regular expression? One it cannot is left out, and said."""
        if self.readable(pattern):
            return True
        warn(f"the regular expression at {pointer} is not ECMA-262; it is not checked")
        return False


def step(name: str) -> str:
    """A property's name as a step of the engine's paths, where what reads as an index is one: ``007`` is 7."""
    digits = name.removeprefix("+")
    is_index = digits.isascii() and digits.isdigit() and len(digits) <= 20 and int(digits) < 2**64
    return str(int(digits)) if is_index else name


def _named(name: str) -> Steps:
    return (step(name),) if name else ()  # the engine leaves the empty name out of its paths


def _part(words: Mapping[str, Any], key: str, empty: Any) -> Any:
    """A keyword of a schema that was not looked at yet; empty when it is of another kind."""
    value = words.get(key)
    return value if isinstance(value, type(empty)) else empty


def _well_formed(words: Mapping[str, Any], pointer: str) -> None:
    for key, kind in _SHAPES.items():
        if key in words and not isinstance(words[key], kind):
            message = f"`{key}` is {_SHAPE_WORDS[kind]} in a schema; mend the document or add a correction"
            raise SpecError(message, pointer=pointers.join(pointer, key))


def _takes_null(words: Mapping[str, Any]) -> bool:
    """Can "or null" be said inside the object, without wrapping it?"""
    return not any(key in words for key in ("$ref", "const", "not", "if", "allOf", *_UNIONS)) and (
        "type" in words or "enum" in words
    )


def _branch_values(branches: Sequence[Any], name: str, mapping: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """(value of the discriminator, branch); a branch without a name is known by the values its property takes."""
    named = {
        value: target if "/" in target else pointers.join("#/components/schemas", target)
        for value, target in mapping.items()
    }
    for value, target in named.items():
        yield value, {"$ref": target}
    for branch in branches:
        if not isinstance(branch, dict):
            continue
        reference = branch.get("$ref")
        if reference is None:
            own = _part(_part(branch, "properties", {}), name, {})
            values = [own["const"]] if "const" in own else _part(own, "enum", [])
            yield from ((value, branch) for value in values if isinstance(value, str))
        elif reference not in named.values():
            yield pointers.split(reference)[-1], branch
