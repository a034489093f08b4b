"""Every fault of a document by the rules of OpenAPI, each with its pointer; slow (up to seconds).

Imported in functions: ``openapi_spec_validator``, of the extra ``contract``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, Fault, SpecError
from . import dialect, pointers, positions
from .positions import HOLDS, MAP
from .sources import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .sources import Source

__all__ = ["faults", "lint"]


def lint(source: Source) -> list[Fault]:
    """The faults of the document behind a source, corrected where it is a bundled release."""
    return faults(read(source)[0])


def faults(document: Mapping[str, object]) -> list[Fault]:
    """Every fault that openapi-spec-validator and the references show, each with its pointer.

    References that dangle or lead out are faults and are left out of what the validator sees: it would
    follow them, to files and hosts. So is what stands in a vendor's extension (``x-…``), which nobody's rules judge.
    """
    try:
        from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
    except ImportError:
        message = "checking a document needs openapi-spec-validator: pip install 'dynclient[contract]'"
        raise ArgumentError(message) from None

    reports: list[Fault] = []
    sound: dict[str, Any] = _judged(document, document, "#", reports)
    validator = OpenAPIV30SpecValidator if dialect.version(document) == "3.0" else OpenAPIV31SpecValidator
    try:
        errors = validator(sound).iter_errors()
        reports += [_fault(error, sound) for error in errors if getattr(error, "validator", None) not in _DIRECTIONS]
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over is a fault of the document
        reports.append(
            Fault("#", f"the validator could not go on ({type(error).__name__}); correct the faults above first")
        )
    return list(dict.fromkeys(reports))


def _judged(
    document: Mapping[str, object], value: object, pointer: str, reports: list[Fault], *, is_map: bool = False
) -> Any:
    """A part of a document without bad references and extensions; the keys of a map are names, not keywords."""
    if isinstance(value, list):
        return [_judged(document, child, f"{pointer}/{i}", reports) for i, child in enumerate(value)]
    if not isinstance(value, dict):
        return value
    target = value.get("$ref")
    if isinstance(target, str) and not is_map:
        try:
            pointers.follow(document, value, pointer)
        except SpecError as error:
            reports.append(Fault(pointer, str(error)))
            return {}
    return {
        key: child
        if key in _DATA and not is_map
        else _judged(document, child, pointers.join(pointer, key), reports, is_map=key in _MAPS and not is_map)
        for key, child in value.items()
        if is_map or not str(key).startswith("x-")
    }


# with openapi-schema-validator 0.6.0 a default is "written", so that it would be a fault beside readOnly
_DIRECTIONS = frozenset({"readOnly", "writeOnly"})

_DATA = frozenset({"example", "examples", "default", "enum", "const"})


#: keywords whose objects hold names of the author's own, some of which begin with ``x-`` or read like keywords
_MAPS = frozenset(
    {
        *(key for holds in HOLDS.values() for key, (shape, _) in holds.items() if shape == MAP),
        *("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependentRequired"),
        *("mapping", "scopes"),
    }
) - {"paths"}  # whose names begin with a slash


_PLACE = re.compile(r"for '(?P<method>\w+)'(?: operation)? in '(?P<path>[^']*)'")


_ABSENT = re.compile(r"['\"]([^'\"]*)['\"] is a required property")


_MESSAGES = {
    "DuplicateOperationIDError": "an operationId that another operation has as well",
    "UnresolvableParameterError": "a path parameter that is in the path or among the parameters, not in both",
    "ParameterDuplicateError": "a parameter that is there twice",
    "ExtraParametersError": "path parameters that the path does not have",
}


def _pointer(error: Any, document: Mapping[str, object]) -> str:
    """Where an error is: some tell the way from the schema around it only, whose own place is looked for then."""
    steps = [str(step) for step in getattr(error, "absolute_path", ())]
    part = getattr(error, "instance", None)
    pointer = pointers.join("#", *steps)
    if pointers.is_there(document, pointer):
        return pointer
    for schema, place in positions.schemas(document):
        if part is not None and _at(schema, steps) is part:
            return pointers.join(place, *steps)
    while not pointers.is_there(document, pointer):
        steps.pop()
        pointer = pointers.join("#", *steps)
    return pointer


def _at(value: Any, steps: list[str]) -> object:
    """What stands at the end of the way from a value; None where it does not lead on."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        else:
            value = (
                value[int(step)] if isinstance(value, list) and step.isdecimal() and int(step) < len(value) else None
            )
    return value


def _fault(error: Any, document: Mapping[str, object]) -> Fault:
    """One error of the validator in our words; of its own text only names of parts of the document are kept."""
    steps = [str(step) for step in getattr(error, "absolute_path", ())]
    pointer = _pointer(error, document)
    kind = type(error).__name__
    place = _PLACE.search(str(getattr(error, "message", "")))
    if place and not steps:
        pointer = pointers.join("#/paths", place["path"], place["method"])
    if kind in _MESSAGES:
        quoted = re.search(r"'([^']*)'", str(error.message))
        return Fault(pointer, f"{_MESSAGES[kind]}: {quoted[1]}" if quoted else _MESSAGES[kind])
    rule, path = getattr(error, "validator", None), getattr(error, "schema_path", ())
    if not isinstance(rule, str) and path:  # errors that the validator wraps tell their rule by its place only
        rule = path[-1]
    rule_value = getattr(error, "validator_value", None)
    if rule == "required" and isinstance(rule_value, list) and isinstance(error.instance, dict):
        names = ", ".join(str(name) for name in rule_value if name not in error.instance)
        return Fault(pointer, f"missing: {names}")
    absent = _ABSENT.match(str(getattr(error, "message", "")))
    if absent:
        return Fault(pointer, f"missing: {absent[1]}")
    if not isinstance(rule, str):
        return Fault(pointer, f"breaks OpenAPI's rules ({kind})")
    detail = f" {rule_value}" if isinstance(rule_value, (str, int, float)) else ""
    return Fault(pointer, f"breaks OpenAPI's rule `{rule}{detail}` for what may stand here")
