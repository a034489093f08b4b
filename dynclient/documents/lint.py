"""Every fault of a document by the rules of OpenAPI, each with its pointer; slow (up to seconds).

Imported in functions: ``openapi_spec_validator``, of the extra ``contract``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, Fault, SpecError
from . import dialect, pointers
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
    follow them, to files and hosts.
    """
    try:
        from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
    except ImportError:
        message = "checking a document needs openapi-spec-validator: pip install 'dynclient[contract]'"
        raise ArgumentError(message) from None

    reports: list[Fault] = []
    sound: dict[str, Any] = _without_bad_references(document, document, "#", reports)
    validator = OpenAPIV30SpecValidator if dialect.version(document) == "3.0" else OpenAPIV31SpecValidator
    try:
        errors = validator(sound).iter_errors()
        reports += [_fault(error) for error in errors if getattr(error, "validator", None) not in _DIRECTIONS]
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over is a fault of the document
        reports.append(
            Fault("#", f"the validator could not go on ({type(error).__name__}); correct the faults above first")
        )
    return list(dict.fromkeys(reports))


def _without_bad_references(document: Mapping[str, object], value: object, pointer: str, reports: list[Fault]) -> Any:
    if isinstance(value, list):
        return [_without_bad_references(document, child, f"{pointer}/{i}", reports) for i, child in enumerate(value)]
    if not isinstance(value, dict):
        return value
    target = value.get("$ref")
    if isinstance(target, str):
        try:
            pointers.follow(document, value, pointer)
        except SpecError as error:
            reports.append(Fault(pointer, str(error)))
            return {}
    return {
        key: child if key in _DATA else _without_bad_references(document, child, pointers.join(pointer, key), reports)
        for key, child in value.items()
    }


# with openapi-schema-validator 0.6.0 a default is "written", so that it would be a fault beside readOnly
_DIRECTIONS = frozenset({"readOnly", "writeOnly"})

_DATA = frozenset({"example", "examples", "default", "enum", "const"})


_PLACE = re.compile(r"for '(?P<method>\w+)'(?: operation)? in '(?P<path>[^']*)'")


_ABSENT = re.compile(r"['\"]([^'\"]*)['\"] is a required property")


_MESSAGES = {
    "DuplicateOperationIDError": "an operationId that another operation has as well",
    "UnresolvableParameterError": "a path parameter that is in the path or among the parameters, not in both",
    "ParameterDuplicateError": "a parameter that is there twice",
    "ExtraParametersError": "path parameters that the path does not have",
}


def _fault(error: Any) -> Fault:
    """One error of the validator in our words; of its own text only names of parts of the document are kept."""
    steps = [str(step) for step in getattr(error, "absolute_path", ())]
    pointer = pointers.join("#", *steps)
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
