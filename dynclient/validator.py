"""Whether an instance keeps to a schema, and how it breaks it; the only module that knows the validation engine.

A schema is named by its pointer in the document. Its closure (all that its ``$ref`` reach) is rewritten once, on
first use, into one JSON Schema 2020-12 for one direction:

- ``nullable: true`` means "or null" wherever it stands;
- a readOnly property may not be sent: in a request its schema is ``false`` and every ``required`` of the same object,
  through ``allOf`` and ``$ref``, lets go of it; in a response the same holds for writeOnly, as a warning;
- ``additionalProperties: false`` holds for requests; in a response an extra field is a warning;
- a discriminator beside ``oneOf``/``anyOf`` chooses the branch by its value;
- formats are asserted for date-time, date, uuid and duration (and ``datetime``, date-time with an optional offset,
  in responses); every other format is an annotation.

``_Rewriter.origins`` keeps the way back, so that a violation names the place in the document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import document as documents
from .errors import SpecError, Violation, near_names, warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Checked", "Validator", "compile_schema", "one_of", "type_words"]

Direction = Literal["request", "response", "model"]
#: what may not stand in a message of this direction; a model may hold both, and need hold neither
_HIDDEN: dict[str, tuple[str, ...]] = {
    "request": ("readOnly",),
    "response": ("writeOnly",),
    "model": ("readOnly", "writeOnly"),
}
_NOTHING: frozenset[str] = frozenset()
_ASSERTED = frozenset({"date-time", "date", "uuid", "duration", "datetime"})
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_NAMED_CHILDREN = ("properties", "patternProperties", "dependentSchemas")
_CHILDREN = ("items", "additionalProperties", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties")
_SAME_OBJECT = ("not", "if", "then", "else")
#: annotations, and what would change how the rest of the schema is read by the engine
_LEFT_OUT = frozenset(
    {"nullable", "discriminator", "readOnly", "writeOnly", "deprecated", "description", "title", "example", "examples"}
    | {"default", "xml", "externalDocs", "$id", "$schema", "$anchor", "$dynamicAnchor", "$comment", "$defs", "format"}
)


class Checked(NamedTuple):
    """What one check found: broken rules, and what is kept but worth a warning (responses only)."""

    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()


_FINE = Checked()


class Validator:
    """One schema in one direction, compiled. Safe to share between threads."""

    __slots__ = ("_closed", "_document", "_open", "direction", "pointer")

    def __init__(self, document: Mapping[str, Any], pointer: str, direction: Direction, closed: _Compiled) -> None:
        self.pointer = pointer
        self.direction = direction
        self._document = document
        self._closed = closed
        self._open: _Compiled | None = None if closed.has_warnings and direction == "response" else closed

    def is_valid(self, instance: Any) -> bool:
        """True when the instance keeps to the schema; warnings do not count."""
        return not self.check(instance, self.direction).violations

    def violations(self, instance: Any, location: str, path: Sequence[str | int] = ()) -> tuple[Violation, ...]:
        """Every broken rule, in the order of the instance."""
        return self.check(instance, location, path).violations

    def check(self, instance: Any, location: str, path: Sequence[str | int] = ()) -> Checked:
        """Check once; explain only what failed.

        Args:
            instance: JSON as Python values (dict, list, str, int, float, bool, None).
            location: the part of the message, for ``Violation.location``.
            path: the way to the instance inside that part, put before each violation's own.
        """
        try:
            if self._closed.engine.is_valid(instance):
                return _FINE
        except ValueError:
            alien = tuple(_not_json(instance, location, tuple(path)))
            return Checked(alien or (Violation(location, path, "json", "a JSON value", "none", self.pointer),))
        found = list(self._closed.explain(instance, location, tuple(path)))
        if self.direction != "response" or not self._closed.has_warnings:
            return Checked(tuple(found))
        warnings = tuple(v for v in found if v.rule in {"additionalProperties", "unevaluatedProperties", "writeOnly"})
        if self._open is None:
            self._open = compile_schema(self._document, self.pointer, self.direction, closed=False)._closed
        if self._open.engine.is_valid(instance):
            return Checked((), warnings)
        return Checked(tuple(self._open.explain(instance, location, tuple(path))), warnings)


def compile_schema(
    document: Mapping[str, Any], pointer: str, direction: Direction, *, closed: bool = True
) -> Validator:
    """Rewrite and compile the schema at ``pointer`` and all it reaches.

    Args:
        document: the whole document; it is not changed.
        pointer: where the schema stands, ``#/components/schemas/Pool``.
        direction: ``request`` or ``response``.
        closed: False leaves out what is only a warning in a response.

    Raises:
        SpecError: a ``$ref`` leads nowhere, or the schema is not one (``type: strin``).
    """
    rewriter = _Rewriter(document, direction, closed=closed)
    root = rewriter.root(pointer)
    import jsonschema_rs  # not before the first schema is used

    try:
        engine = jsonschema_rs.Draft202012Validator(root, formats=_FORMATS, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        where = _place(rewriter.origins, tuple(map(str, getattr(error, "instance_path", ()))))[0]
        raise SpecError("this is not a schema; mend the document or add a correction", pointer=where) from None
    return Validator(document, pointer, direction, _Compiled(engine, rewriter.origins, has_warnings=rewriter.guarded))


# --- formats -----------------------------------------------------------------------------------------------------

_DURATION = re.compile(
    r"[+-]?P(?!$)(?:[+-]?\d+(?:[.,]\d+)?Y)?(?:[+-]?\d+(?:[.,]\d+)?M)?(?:[+-]?\d+(?:[.,]\d+)?W)?(?:[+-]?\d+(?:[.,]\d+)?D)?"
    r"(?:T(?!$)(?:[+-]?\d+(?:[.,]\d+)?H)?(?:[+-]?\d+(?:[.,]\d+)?M)?(?:[+-]?\d+(?:[.,]\d+)?S)?)?",
    re.ASCII,
)
_LENIENT = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
    r"(?:[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def _is_duration(text: str) -> bool:
    """ISO 8601 with fractions and signs, as servers write a timedelta (``PT300S``, ``-P1DT0.5S``)."""
    return _DURATION.fullmatch(text) is not None


def _is_datetime(text: str) -> bool:
    """The non-standard ``datetime``: RFC 3339 with an optional offset."""
    return _LENIENT.fullmatch(text) is not None


_FORMATS: dict[str, Callable[[str], bool]] = {"duration": _is_duration, "datetime": _is_datetime}


# --- rewriting ---------------------------------------------------------------------------------------------------

_Path = tuple[str | int, ...]
_Steps = tuple[str, ...]
_Origins = dict[_Steps, tuple[str, str]]  # rewritten place -> (pointer in the document, the rule's own name or "")


class _Rewriter:
    """One closure of schemas, rewritten to 2020-12 for one direction."""

    def __init__(self, document: Mapping[str, Any], direction: Direction, *, closed: bool) -> None:
        self.document = document
        self.version = documents.version(document)
        self.hiding = _HIDDEN[direction]
        self.direction = direction
        self.closed = closed
        self.guarded = False  # did anything stand that is only a warning in a response?
        self.origins: _Origins = {}
        self.defs: dict[str, Any] = {}
        self._names: dict[tuple[str, frozenset[str]], str] = {}

    def root(self, pointer: str) -> dict[str, Any]:
        schema = self.node(documents.resolve(self.document, pointer), pointer, (), _NOTHING)
        root = schema if isinstance(schema, dict) else {"allOf": [schema]}
        return {**root, "$defs": self.defs} if self.defs else root

    def reference(self, pointer: str, dropped: frozenset[str]) -> dict[str, Any]:
        """``$ref`` to the rewritten target, which is made once per target and set of dropped names."""
        key = (pointer, dropped)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = str(len(self._names))
            self.defs[name] = {}  # a recursive schema meets itself here
            target = documents.resolve(self.document, pointer)
            self.defs[name] = self.node(target, pointer, ("$defs", name), dropped)
        return {"$ref": f"#/$defs/{name}"}

    def node(self, schema: Any, pointer: str, at: _Steps, dropped: frozenset[str]) -> Any:
        """One schema object. ``dropped``: names that no ``required`` of this same object may demand."""
        self.origins[at] = (pointer, "")
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise SpecError(f"{type_words(schema)} where a schema is wanted", pointer=pointer)
        words = documents.keywords(schema, self.version)
        dropped |= self.hidden(words)
        if words.get("nullable") is True and not _takes_null(words):
            inner = self.keywords({**words, "nullable": False}, pointer, (*at, "anyOf", "0"), dropped)
            self.origins[(*at, "anyOf", "0")] = (pointer, "")
            self.origins[(*at, "anyOf", "1")] = (documents.join(pointer, "nullable"), "")
            return {"anyOf": [inner, {"type": "null"}]}
        return self.keywords(words, pointer, at, dropped)

    def keywords(self, words: dict[str, Any], pointer: str, at: _Steps, dropped: frozenset[str]) -> dict[str, Any]:
        out = {key: value for key, value in words.items() if key not in _LEFT_OUT}
        nullable = words.get("nullable") is True
        if "$ref" in words:
            out.update(self.reference(words["$ref"], dropped))
        if nullable and "type" in out:
            out["type"] = [*([out["type"]] if isinstance(out["type"], str) else out["type"]), "null"]
        if nullable and "enum" in out and None not in out["enum"]:
            out["enum"] = [*out["enum"], None]
        if "required" in out:
            out["required"] = [name for name in out["required"] if name not in dropped]
        if words.get("format") in _ASSERTED and (words["format"] != "datetime" or self.direction == "response"):
            out["format"] = words["format"]
        if "pattern" in out and not self.digestible(out["pattern"], documents.join(pointer, "pattern")):
            del out["pattern"]
        self.branches(words, out, pointer, at, dropped)
        self.children(out, pointer, at)
        return out

    def branches(
        self, words: dict[str, Any], out: dict[str, Any], pointer: str, at: _Steps, dropped: frozenset[str]
    ) -> None:
        """The keywords whose schemas apply to this same instance."""
        for key in _SAME_OBJECT:
            if key in out:
                out[key] = self.node(out[key], documents.join(pointer, key), (*at, key), dropped)
        for key in _IN_PLACE:
            if key not in out:
                continue
            if key != "allOf" and "discriminator" in words:
                out.update(self.discriminated(out.pop(key), words["discriminator"], key, pointer, at, dropped))
                continue
            name = "anyOf" if key == "oneOf" and self.opens(out[key]) and "anyOf" not in out else key
            out[name] = [
                self.node(branch, documents.join(pointer, key, i), (*at, name, str(i)), dropped)
                for i, branch in enumerate(out.pop(key))
            ]
            self.origins[(*at, name)] = (documents.join(pointer, key), "")

    def children(self, out: dict[str, Any], pointer: str, at: _Steps) -> None:
        """The keywords whose schemas apply to parts of the instance."""
        for key in _NAMED_CHILDREN:
            if key in out:
                out[key] = {
                    name: self.property(child, documents.join(pointer, key, name), (*at, key, name))
                    for name, child in out[key].items()
                    if key != "patternProperties" or self.digestible(name, documents.join(pointer, key, name))
                }
        for key in _CHILDREN:
            if key not in out:
                continue
            if out[key] is False and key in {"additionalProperties", "unevaluatedProperties"}:
                self.guarded = True
                if not self.closed:
                    del out[key]
                continue
            out[key] = self.node(out[key], documents.join(pointer, key), (*at, key), _NOTHING)
        if "prefixItems" in out:
            out["prefixItems"] = [
                self.node(child, documents.join(pointer, "prefixItems", i), (*at, "prefixItems", str(i)), _NOTHING)
                for i, child in enumerate(out["prefixItems"])
            ]

    def property(self, child: Any, pointer: str, at: _Steps) -> Any:
        """A property: ``false`` where this direction may not carry it."""
        hidden_by = self.hidden_by(child) if self.direction != "model" else ""
        if hidden_by:
            self.guarded = True
            if self.closed:
                self.origins[at] = (documents.join(pointer, hidden_by), hidden_by)
                return False
        return self.node(child, pointer, at, _NOTHING)

    def hidden_by(self, child: Any) -> str:
        """``readOnly`` or ``writeOnly``, when that keeps the property out of this direction."""
        for _ in range(100):  # a chain of references longer than this is a loop; node() will say so
            if not isinstance(child, dict):
                return ""
            words = documents.keywords(child, self.version)
            for keyword in self.hiding:
                if words.get(keyword) is True:
                    return keyword
            if "$ref" not in words:
                return ""
            child = documents.resolve(self.document, words["$ref"])
        return ""

    def hidden(self, words: dict[str, Any], seen: frozenset[str] = _NOTHING) -> frozenset[str]:
        """The names hidden in this direction, seen through ``allOf`` and ``$ref`` of the same object."""
        names = {name for name, child in words.get("properties", {}).items() if self.hidden_by(child)}
        parts = [part for part in words.get("allOf", ()) if isinstance(part, dict)]
        reference = words.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            target = documents.resolve(self.document, reference)
            seen |= {reference}
            parts += [target] if isinstance(target, dict) else []
        for part in parts:
            names |= self.hidden(documents.keywords(part, self.version), seen)
        return frozenset(names) if names else _NOTHING

    def opens(self, branches: list[Any]) -> bool:
        """Would leaving closed branches open make a ``oneOf`` ambiguous that was not?"""
        if self.closed:
            return False
        for branch in branches:
            value = documents.follow(self.document, branch, "#")[0]
            if isinstance(value, dict) and value.get("additionalProperties") is False:
                return True
        return False

    def discriminated(
        self, branches: list[Any], rule: Any, key: str, pointer: str, at: _Steps, dropped: frozenset[str]
    ) -> dict[str, Any]:
        """The branch chosen by the property's value: a component's name, or what ``mapping`` says (OAS 4.8.25)."""
        name = rule["propertyName"]
        chosen = dict(_branch_values(branches, rule.get("mapping") or {}))
        self.origins[(*at, "allOf")] = (documents.join(pointer, key), "")
        self.origins[(*at, "properties", name)] = (documents.join(pointer, "discriminator"), "discriminator")
        self.origins[(*at, "required")] = (documents.join(pointer, "discriminator"), "discriminator")
        cases = []
        for i, (value, branch) in enumerate(chosen.items()):
            place = documents.join(pointer, key, branches.index(branch)) if branch in branches else branch["$ref"]
            then = self.node(branch, place, (*at, "allOf", str(i), "then"), dropped)
            cases.append({"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": then})
        return {
            "type": "object",
            "properties": {name: {"enum": list(chosen)}},
            "required": [name],
            "allOf": cases,
        }

    def digestible(self, pattern: str, pointer: str) -> bool:
        """Can the engine read this regular expression? One it cannot is left out, and said."""
        import jsonschema_rs

        try:
            jsonschema_rs.Draft202012Validator({"pattern": pattern})
        except (jsonschema_rs.ValidationError, ValueError):
            warn(f"the regular expression at {pointer} is not ECMA-262; it is not checked")
            return False
        return True


def _takes_null(words: Mapping[str, Any]) -> bool:
    """Can "or null" be said inside the object, without wrapping it?"""
    return not any(key in words for key in ("$ref", "const", "not", "if", *_IN_PLACE)) and (
        "type" in words or "enum" in words
    )


def _branch_values(branches: Sequence[Any], mapping: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    targets = {}
    for value, target in mapping.items():
        reference = target if target.startswith("#") else f"#/components/schemas/{target}"
        targets[reference] = value
        yield value, {"$ref": reference}
    for branch in branches:
        reference = branch.get("$ref", "") if isinstance(branch, dict) else ""
        if reference and reference not in targets:
            yield documents.split(reference)[-1], branch


# --- explaining --------------------------------------------------------------------------------------------------


class _Compiled(NamedTuple):
    """The engine's validator and the way back from its places to the document's."""

    engine: Any
    origins: _Origins
    has_warnings: bool

    def explain(self, instance: Any, location: str, path: _Path) -> Iterator[Violation]:
        for error in self.engine.iter_errors(instance):
            yield from self._violations(error, location, path)

    def _violations(self, error: Any, location: str, path: _Path) -> Iterator[Violation]:
        kind = error.kind
        branches = getattr(kind, "context", None)
        if branches:
            yield from self._branch(error, branches, location, path)
            return
        at = tuple(map(str, error.schema_path))
        pointer, rule = _place(self.origins, at)
        rule = rule or str(kind.name or "false")
        where = (*path, *error.instance_path)
        names = getattr(kind, "unexpected", None)
        if names is not None:
            known = self._known(at)
            for name in names:
                yield Violation(location, (*where, name), rule, _no_such(name, known), "", pointer, error.instance)
        elif kind.name == "required":
            named = rule if rule == "discriminator" else "required"
            yield Violation(location, (*where, kind.property), named, "but required", "", pointer)
        else:
            expected, got = _expectation(kind, rule, error.instance)
            yield Violation(location, where, rule, expected, got, pointer, error.instance)

    def _branch(self, error: Any, branches: list[list[Any]], location: str, path: _Path) -> Iterator[Violation]:
        """For a union: the branch chosen by const or type, then by the fewest and deepest errors."""
        depth = len(error.instance_path)
        pointer = _place(self.origins, tuple(map(str, error.schema_path)))[0]
        where = (*path, *error.instance_path)
        got = type_words(error.instance)
        if not all(branches):  # oneOf with several branches that fit
            fits = " and ".join(str(i) for i, errors in enumerate(branches) if not errors)
            yield Violation(location, where, "oneOf", f"fits branches {fits}, exactly one is wanted", "", pointer)
            return
        wrong = [errors for errors in branches if all(_misses(e, depth) for e in errors)]
        if len(wrong) == len(branches):  # no branch is even of the right kind
            expected = " or ".join(
                dict.fromkeys(w for errors in wrong for e in errors if (w := _expectation(e.kind, "", None)[0]))
            )
            yield Violation(location, where, "type", expected, got, pointer, error.instance)
            return
        best = min((errors for errors in branches if errors not in wrong), key=lambda errors: _rank(errors, depth))
        for inner in best:
            yield from self._violations(inner, location, path)

    def _known(self, at: _Steps) -> tuple[str, ...]:
        """The property names that stand beside an ``additionalProperties: false``."""
        beside = (*at[:-1], "properties")
        n = len(beside)
        return tuple(p[n] for p in self.origins if len(p) == n + 1 and p[:n] == beside)


def _place(origins: _Origins, at: _Steps) -> tuple[str, str]:
    """The document's pointer for a place in the rewritten schema: the longest known prefix and the rest."""
    for n in range(len(at), -1, -1):
        if at[:n] in origins:
            pointer, rule = origins[at[:n]]
            return (pointer if rule else documents.join(pointer, *at[n:])), rule
    return documents.join("#", *at), ""


def _misses(error: Any, depth: int) -> bool:
    """Does this error say that the instance is of another kind altogether?"""
    return len(error.instance_path) == depth and error.kind.name in {"type", "const", "enum"}


def _rank(errors: list[Any], depth: int) -> tuple[bool, int, int]:
    consts = any(e.kind.name == "const" and len(e.instance_path) == depth + 1 for e in errors)
    return consts, len(errors), -max(len(e.instance_path) for e in errors)


_FORMAT_WORDS = {
    "date-time": "a date-time with offset (RFC 3339)",
    "datetime": "a date-time",
    "date": "a date (YYYY-MM-DD)",
    "uuid": "a UUID",
    "duration": "a duration (ISO 8601)",
}
_TYPE_WORDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
    "array": "an array",
    "object": "an object",
}
_AMOUNTS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} properties",
    "maxProperties": "at most {} properties",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
}


def _expectation(kind: Any, rule: str, instance: Any) -> tuple[str, str]:
    """What a rule wants and what came, in our own words; the engine's text is never shown."""
    got = type_words(instance)
    name = kind.name
    if rule in {"readOnly", "writeOnly"}:
        return f"{rule}, it may not be {'sent' if rule == 'readOnly' else 'in a response'}", ""
    if name == "type":
        return " or ".join(_TYPE_WORDS.get(t, t) for t in kind.types), got
    if name == "enum":
        return one_of(kind.options), got
    if name == "const":
        return repr(kind.expected_value), got
    if name == "format":
        return _FORMAT_WORDS.get(kind.format, kind.format), got
    if name == "pattern":
        return f"text that matches {kind.pattern}", got
    if name in _AMOUNTS:
        return _AMOUNTS[name].format(kind.limit), got
    if name == "multipleOf":
        return f"a multiple of {kind.multiple_of}", got
    if name == "uniqueItems":
        return "items that differ from each other", got
    return f"something that {name or 'false'} allows", got


def one_of(options: Sequence[Any]) -> str:
    """``one of 'a', 'b' …``, the first dozen of a document's own values."""
    shown = ", ".join("null" if option is None else repr(option) for option in options[:12])
    return f"one of {shown}" + (f" … ({len(options)} in all)" if len(options) > 12 else "")


def _no_such(name: Any, known: Sequence[str]) -> str:
    near = near_names(str(name), known)
    if near:
        return f"not a known field; did you mean {' or '.join(near)}?"
    return f"not a known field; known are {', '.join(known[:20])}" if known else "no field is allowed here"


def type_words(value: Any) -> str:
    """The JSON type of a Python value, in words; for other values, the Python type's name."""
    if value is None:
        return "null"
    for kind, words in ((bool, "a boolean"), (str, "a string"), (int, "an integer"), (float, "a number")):
        if isinstance(value, kind):
            return words
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"


def _not_json(value: Any, location: str, path: _Path, depth: int = 0) -> Iterator[Violation]:
    """The values that are not JSON at all, which the engine refuses to look at."""
    if depth > 200:
        yield Violation(location, path, "json", "fewer than 200 levels of nesting", "more", "#")
    elif isinstance(value, dict):
        for key, child in value.items():
            if not isinstance(key, str):
                yield Violation(location, path, "json", "names that are strings", type_words(key), "#")
            yield from _not_json(child, location, (*path, str(key)), depth + 1)
    elif isinstance(value, (list, tuple)):
        for i, child in enumerate(value):
            yield from _not_json(child, location, (*path, i), depth + 1)
    elif not isinstance(value, (str, int, float, bool, type(None))):
        yield Violation(location, path, "json", "a JSON value", type_words(value), "#", value)
