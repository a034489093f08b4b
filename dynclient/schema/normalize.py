"""The closure of one schema as one JSON Schema 2020-12, for one direction, with the way back to the document.

A schema is named by its pointer. All that its ``$ref`` reach is rewritten once, on first use:

- ``nullable: true`` means "or null" wherever it stands;
- a readOnly property may not be sent: in a request its schema is ``false`` and every ``required`` of the same object,
  through ``allOf`` and ``$ref``, lets go of it; in a response the same holds for writeOnly, as a warning;
- ``additionalProperties: false`` holds for requests; in a response an extra field is a warning;
- a discriminator beside ``oneOf``/``anyOf`` chooses the branch by its value (OpenAPI 3.1 §4.8.25), one beside neither
  the component that has the schema in its ``allOf``;
- what is no JSON Schema is left out (``documents.keywords``), and so is a union that would take without end to check;
- formats are asserted for date-time, date, uuid and duration (and ``datetime``, date-time with an optional offset,
  in responses); every other format is an annotation.

``Rewriter.origins`` keeps the way back, so that a violation names the place in the document. What only warns in a
response is there in the closed form (``closed=True``) and left out of the open one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..documents import dialect, pointers
from ..documents.keywords import sound
from ..errors import warn
from . import costs, discriminators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
#: what is handed to the engine; annotations and what would change how the rest is read are not
_ASSERTIONS = frozenset(
    {"type", "enum", "const", "required", "minLength", "maxLength", "pattern", "minimum", "maximum", "multipleOf"}
    | {"exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains"}
    | {"minProperties", "maxProperties", "dependentRequired", "not", "if", "then", "else", "allOf", "prefixItems"}
    | {*_UNIONS, *_NAMED_CHILDREN, *_CHILDREN}
)
_DEEPEST = 60  # steps below a definition; the engine reads about 250 levels of JSON


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
        self, document: Mapping[str, Any], direction: Direction, *, closed: bool, readable: Callable[[object], bool]
    ) -> None:
        self.document = document
        self.version = dialect.version(document)
        self.direction = direction
        self.hidden_keywords = _HIDDEN[direction]
        self.closed = closed
        self.readable = readable
        self.has_warnings = False  # did anything stand that is only a warning in a response?
        self.formats: set[str] = set()  # those that are asserted
        self.pointer = "#"
        self.origins: Origins = {}
        self.defs: dict[str, object] = {}
        self._names: dict[tuple[str, frozenset[str]], str] = {}
        self._hidden_names: dict[str, frozenset[str]] = {}
        self._stack: list[tuple[str, object, str, frozenset[str]]] = []

    def root(self, pointer: str) -> dict[str, Any]:
        """The whole closure of the schema at a pointer."""
        self.pointer = pointer
        schema = self.node(pointers.resolve(self.document, pointer), pointer, (), _NOTHING)
        while self._stack:
            name, value, place, exemptions = self._stack.pop()
            self.defs[name] = self.node(value, place, ("$defs", name), exemptions)
        for holder, union in costs.endless_unions({"": schema, **self.defs}):
            self.drop(holder, union)
        if not isinstance(schema, dict):
            self.origins["allOf", "0"] = (pointer, "")
            schema = {"allOf": [schema]}
        return {**schema, "$defs": self.defs} if self.defs else schema

    def drop(self, holder: dict[str, object], keyword: str) -> None:
        """Leave out a union that would take without end to check, and say so."""
        del holder[keyword]
        warn(f"a union at {self.pointer} has more than {costs.MOST:,} ways to be met; it is not checked")

    def reference(self, pointer: str, exemptions: frozenset[str]) -> dict[str, object]:
        """``$ref`` to the rewritten target, which is made once per target and set of dropped names."""
        pointer = pointers.canonical(self.document, pointer)
        key = (pointer, exemptions)
        name = self._names.get(key)
        if name is None:
            target = pointers.resolve(self.document, pointer)
            name = self._names[key] = self.later(target, pointer, exemptions)
        return {"$ref": f"#/$defs/{name}"}

    def later(self, schema: object, pointer: str, exemptions: frozenset[str]) -> str:
        """The name of a definition that is rewritten after what is at hand, so that no depth is too deep."""
        name = str(len(self.defs))
        self.defs[name] = True
        self._stack.append((name, schema, pointer, exemptions))
        return name

    def node(self, schema: object, pointer: str, at: Steps, exemptions: frozenset[str]) -> object:
        """One schema object. ``exemptions``: names that no ``required`` of this same object may demand."""
        if len(at) > _DEEPEST:
            self.origins[at] = (pointer, "")
            return {"$ref": f"#/$defs/{self.later(schema, pointer, exemptions)}"}
        self.origins[at] = (pointer, "")
        if not isinstance(schema, dict):
            return schema if isinstance(schema, bool) else True  # what is no schema says nothing
        words = sound(schema, self.version)
        exemptions |= self.hidden_names(words)
        if words.get("nullable") is True and not _takes_null(words):
            union, first = (*at, "anyOf"), (*at, "anyOf", "0")
            self.origins |= {union: (pointer, "nullable"), (*union, "1"): (pointers.join(pointer, "nullable"), "")}
            inner = self.keywords({**words, "nullable": False}, pointer, first, exemptions)
            return {"anyOf": [inner, {"type": "null"}]}
        return self.keywords(words, pointer, at, exemptions)

    def keywords(self, words: Mapping[str, Any], pointer: str, at: Steps, exemptions: frozenset[str]) -> dict[str, Any]:
        """The keywords of one schema object, those that say nothing about an instance left out."""
        out = {key: value for key, value in words.items() if key in _ASSERTIONS}
        nullable = words.get("nullable") is True
        if "$ref" in words:
            out.update(self.reference(words["$ref"], exemptions))
        if nullable and "type" in out:
            types = [out["type"]] if isinstance(out["type"], str) else out["type"]
            out["type"] = list(dict.fromkeys([*types, "null"]))
        if nullable and "enum" in out and None not in out["enum"]:
            out["enum"] = [*out["enum"], None]
        if "required" in out:
            out["required"] = [name for name in out["required"] if name not in exemptions]
        if words.get("format") in _ASSERTED and (words["format"] != "datetime" or self.direction == "response"):
            out["format"] = words["format"]
            self.formats.add(words["format"])
        if "pattern" in out and not self.digestible(out["pattern"], pointers.join(pointer, "pattern")):
            del out["pattern"]
        self.same_object(words, out, pointer, at, exemptions)
        self.children(out, pointer, at)
        return out

    # --- schemas for this same instance ---

    def same_object(
        self, words: Mapping[str, Any], out: dict[str, Any], pointer: str, at: Steps, exemptions: frozenset[str]
    ) -> None:
        """The keywords whose schemas apply to this same instance."""
        for key in ("not", "if", "then", "else"):
            if key in out:  # what asks whether a name is there, asks still
                inner_exemptions = _NOTHING if key in {"not", "if"} else exemptions
                out[key] = self.node(out[key], pointers.join(pointer, key), (*at, key), inner_exemptions)
        if "allOf" in out:
            out["allOf"] = self.list_of(out["allOf"], pointers.join(pointer, "allOf"), (*at, "allOf"), exemptions)
        for key in _UNIONS:
            if key in out:
                self.union(key, words, out, pointer, at, exemptions)
        if "discriminator" in words and not any(key in words for key in _UNIONS):
            self.children_of(words["discriminator"], out, pointer, at)

    def list_of(self, schemas: list[object], pointer: str, at: Steps, exemptions: frozenset[str]) -> list[object]:
        """Schemas that stand in a list, each at its index; what an ``allOf`` or ``anyOf`` says twice is said once."""
        indexes = list(range(len(schemas)))
        if at[-1] in {"allOf", "anyOf"} and not pointer.endswith("/oneOf"):
            indexes = [i for i in indexes if schemas[i] not in schemas[:i]]
        return [
            self.node(schemas[i], pointers.join(pointer, i), (*at, str(n)), exemptions) for n, i in enumerate(indexes)
        ]

    def union(
        self,
        key: str,
        words: Mapping[str, Any],
        out: dict[str, Any],
        pointer: str,
        at: Steps,
        exemptions: frozenset[str],
    ) -> None:
        """``anyOf`` or ``oneOf``: chosen by its discriminator where it has one.

        In the open form several branches of a ``oneOf`` may fit that the closed ones keep apart; it is an ``anyOf``.
        """
        rule = words.get("discriminator")
        is_open = key == "oneOf" and not self.closed
        place = pointers.join(pointer, key)
        if rule is None and not is_open:
            out[key] = self.list_of(_schemas(out[key]), place, (*at, key), exemptions)
            return
        branches = _schemas(out.pop(key))
        beside = out.setdefault("allOf", [])
        below = (*at, "allOf", str(len(beside)))
        if rule is not None:
            beside.append(self.by_discriminator(branches, rule, place, below, exemptions))
            return
        below = (*below, "anyOf")
        self.origins[below] = (place, "oneOf")
        beside.append({"anyOf": self.list_of(branches, place, below, exemptions)})

    def by_discriminator(
        self, branches: list[Any], rule: Mapping[str, Any], pointer: str, at: Steps, exemptions: frozenset[str]
    ) -> dict[str, object]:
        """The branch chosen by the property's value; what is no object keeps to a branch that is none."""
        values = discriminators.branches_by_value(self.document, self.version, branches, pointer, rule)
        types = [discriminators.types_named(self.document, self.version, branch) for branch in branches]
        others = [i for i, names in enumerate(types) if names and "object" not in names and names != {"null"}]
        self.origins[at] = (pointer, "")
        null = any("null" in names for names in types)
        if not others:
            self.origins |= {(*at, "type"): (pointer, "type")}
            kinds: str | list[str] = ["object", "null"] if null else "object"
            return {"type": kinds, **self.cases(values, rule, pointer, at, exemptions)}
        below = (*at, "else", "anyOf")
        self.origins[below] = (pointer, "anyOf")
        scalars = [
            self.node(branches[i], pointers.join(pointer, i), (*below, str(n)), exemptions)
            for n, i in enumerate(others)
        ]
        return {
            "if": {"type": "object"},
            "then": self.cases(values, rule, pointer, (*at, "then"), exemptions),
            "else": {"anyOf": [*scalars, {"type": "null"}] if null else scalars},
        }

    def cases(
        self,
        values: Mapping[str, list[str]],
        rule: Mapping[str, Any],
        pointer: str,
        at: Steps,
        exemptions: frozenset[str],
    ) -> dict[str, object]:
        """What an object keeps to by the value of its discriminator, which it must have."""
        here = f"{pointer.rpartition('/')[0]}/discriminator"
        name = rule["propertyName"]
        self.origins |= {
            (*at, "properties", step(name)): (here, "discriminator"),
            (*at, "required"): (here, "discriminator"),
        }
        cases = []
        for i, (value, places) in enumerate(values.items()):
            then = self.any_of(places, (*at, "allOf", str(i), "then"), exemptions)
            when = {"type": "object", "properties": {name: {"const": value}}, "required": [name]}
            cases.append({"if": when, "then": then})
        return {"properties": {name: {"enum": list(values)}}, "required": [name], **({"allOf": cases} if cases else {})}

    def any_of(self, places: list[str], at: Steps, exemptions: frozenset[str]) -> object:
        """One of the schemas at some pointers; anything where there is none."""
        nodes = [pointers.resolve(self.document, place) for place in places]
        if len(nodes) == 1:
            return self.node(nodes[0], places[0], at, exemptions)
        if not nodes:
            return True
        return {
            "anyOf": [
                self.node(n, p, (*at, "anyOf", str(i)), exemptions)
                for i, (n, p) in enumerate(zip(nodes, places, strict=True))
            ]
        }

    def children_of(self, rule: Mapping[str, Any], out: dict[str, Any], pointer: str, at: Steps) -> None:
        """A parent's discriminator: the component that its value means adds what it has beside the parent."""
        children = discriminators.children_by_value(self.document, self.version, pointer, rule)
        if not children:
            return
        name, beside = rule["propertyName"], out.setdefault("allOf", [])
        for value, (child,) in children.items():
            below = (*at, "allOf", str(len(beside)), "then")
            schema = pointers.resolve(self.document, child)
            words = {**schema, "allOf": [_without_parent(part, pointer) for part in schema["allOf"]]}
            when = {"type": "object", "properties": {name: {"const": value}}, "required": [name]}
            beside.append({"if": when, "then": self.node(words, child, below, _NOTHING)})

    # --- schemas for parts of the instance ---

    def children(self, out: dict[str, Any], pointer: str, at: Steps) -> None:
        """The keywords whose schemas apply to parts of the instance."""
        for key in _NAMED_CHILDREN:
            if key in out:
                out[key] = {
                    name: self.property(child, pointers.join(pointer, key, name), (*at, key, *_name_steps(name)))
                    for name, child in out[key].items()
                    if key != "patternProperties" or self.digestible(name, pointers.join(pointer, key, name))
                }
        for key in _CHILDREN:
            if key not in out:
                continue
            if out[key] is False and key in {"additionalProperties", "unevaluatedProperties"}:
                self.has_warnings = True
                if not self.closed:
                    del out[key]
                continue
            out[key] = self.node(out[key], pointers.join(pointer, key), (*at, key), _NOTHING)
        if "prefixItems" in out:
            place = pointers.join(pointer, "prefixItems")
            out["prefixItems"] = self.list_of(out["prefixItems"], place, (*at, "prefixItems"), _NOTHING)

    def property(self, child: object, pointer: str, at: Steps) -> object:
        """A property: ``false`` where this direction may not carry it."""
        hidden_by = self.hidden_by(child, pointer) if self.direction != "model" else ""
        if hidden_by:
            self.has_warnings = True
            if self.closed:
                self.origins[at] = (hidden_by, hidden_by.rpartition("/")[2])
                return False
        return self.node(child, pointer, at, _NOTHING)

    # --- what a direction may not carry ---

    def hidden_by(self, child: object, pointer: str) -> str:
        """Where ``readOnly`` or ``writeOnly`` is said, of a property itself or through ``$ref`` and ``allOf``."""
        if not self.hidden_keywords or not isinstance(child, dict):
            return ""
        for words, place in self.same(child, pointer):
            for keyword in self.hidden_keywords:
                if words.get(keyword) is True:
                    return pointers.join(place, keyword)
        return ""

    def hidden_names(self, words: Mapping[str, Any]) -> frozenset[str]:
        """The names hidden in this direction, seen through ``allOf`` and ``$ref`` of the same object."""
        chain: list[str] = []  # of references to references, each of which is followed once
        while words.keys() == {"$ref"}:
            target = pointers.canonical(self.document, words["$ref"])
            inner = pointers.resolve(self.document, target)
            if target in self._hidden_names or target in chain or not isinstance(inner, dict):
                break
            chain.append(target)
            words = inner
        known = self._hidden_names.get(pointers.canonical(self.document, words["$ref"])) if "$ref" in words else None
        if known is None or words.keys() != {"$ref"}:
            known = frozenset(
                name
                for part, _ in self.same(words, "#")
                for name, child in part.get("properties", {}).items()
                if self.hidden_by(child, "#")
            )
        self._hidden_names.update(dict.fromkeys(chain, known))
        return known

    def same(self, schema: Mapping[str, object], pointer: str) -> Iterator[tuple[Mapping[str, Any], str]]:
        """The keywords of a schema object and of those that hold with it, through ``allOf`` and ``$ref``, each once."""
        stack: list[tuple[object, str]] = [(schema, pointer)]
        visits: set[str] = set()
        while stack:
            value, place = stack.pop()
            if not isinstance(value, dict):
                continue
            words = sound(value, self.version)
            yield words, place
            stack += [(part, pointers.join(place, "allOf", i)) for i, part in enumerate(words.get("allOf", ()))][::-1]
            reference = words.get("$ref")
            if reference is not None and reference not in visits:
                visits.add(reference)
                target = pointers.canonical(self.document, reference)
                stack.append((pointers.resolve(self.document, target), target))

    def digestible(self, pattern: object, pointer: str) -> bool:
        """Can the engine read this regular expression? One it cannot is left out, and said."""
        if self.readable(pattern):
            return True
        warn(f"the regular expression at {pointer} is not ECMA-262; it is not checked")
        return False


def _without_parent(part: object, parent: str) -> object:
    """A member of a child's ``allOf``: nothing for the parent, which holds already."""
    return True if isinstance(part, dict) and part.get("$ref") == parent else part


def step(name: str) -> str:
    """A property's name as a step of the engine's paths, where what reads as an index is one: ``007`` is 7."""
    digits = name.removeprefix("+")
    is_index = digits.isascii() and digits.isdigit() and len(digits) <= 20 and int(digits) < 2**64
    return str(int(digits)) if is_index else name


def _name_steps(name: str) -> Steps:
    return (step(name),) if name else ()  # the engine leaves the empty name out of its paths


def _schemas(branches: list[object]) -> list[object]:
    """The branches of a union, with ``false`` for what is no schema."""
    return [branch if isinstance(branch, (dict, bool)) else False for branch in branches]


def _takes_null(words: Mapping[str, object]) -> bool:
    """Can "or null" be said inside the object, without wrapping it?"""
    return not any(key in words for key in ("$ref", "const", "not", "if", "allOf", *_UNIONS)) and (
        "type" in words or "enum" in words
    )
