"""What a document's operations, arguments, fields and states are called, held to ``names.json`` and ``words.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import near_names
from . import pointers, releases
from .positions import METHODS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["MissingName", "NamedOperation", "missing_names", "named_operations", "names_without_words", "new_states"]

_COMPOSITIONS = ("allOf", "anyOf", "oneOf")


class NamedOperation(NamedTuple):
    """An operation of a document, its ``$ref`` resolved.

    Attributes:
        method: in lower case.
        path: as the document writes it.
        parameters: names of its parameters.
        body: the fields of its body, with their schemas.
        fields: the fields of its 2xx answers, with their schemas.
        body_names: names of the properties of its body at any depth.
        answer_names: the same of its 2xx answers.
    """

    method: str
    path: str
    parameters: frozenset[str]
    body: Mapping[str, Any]
    fields: Mapping[str, Any]
    body_names: frozenset[str]
    answer_names: frozenset[str]


class MissingName(NamedTuple):
    """A name of ``names.json`` that a document does not have.

    Attributes:
        kind: ``operations``, ``parameters`` or ``fields``.
        role: what the name is for.
        name: the name.
        likely: the likeliest new name; empty where none comes near.
    """

    kind: str
    role: str
    name: str
    likely: str

    def __str__(self) -> str:
        """``operations, trigger run: trigger_dag_run is gone, start_dag_run is likely its new name``."""
        likely = f", {self.likely} is likely its new name" if self.likely else ", and nothing is called alike"
        return f"{self.kind}, {self.role}: {self.name} is gone{likely}"


def named_operations(document: Mapping[str, Any]) -> dict[str, NamedOperation]:
    """The operations of a document by their ids; those without one are left out."""
    operations = {}
    for path, item in document.get("paths", {}).items():
        for method in item.keys() & set(METHODS):
            operation = item[method]
            if "operationId" not in operation:
                continue
            parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
            bodies = list(_schemas(document, operation.get("requestBody", {})))
            answers = [r for status, r in operation.get("responses", {}).items() if str(status)[:1] == "2"]
            results = [schema for answer in answers for schema in _schemas(document, answer)]
            operations[operation["operationId"]] = NamedOperation(
                method,
                path,
                parameters=frozenset(_resolved(document, parameter).get("name", "") for parameter in parameters),
                body=_fields(document, bodies),
                fields=_fields(document, results),
                body_names=_all_names(document, bodies),
                answer_names=_all_names(document, results),
            )
    return operations


def _resolved(document: Mapping[str, Any], value: Any) -> Any:
    while isinstance(value, dict) and "$ref" in value:
        value = pointers.resolve(document, value["$ref"])
    return value


def _schemas(document: Mapping[str, Any], holder: Any) -> Iterator[Any]:
    """The schemas of a body or an answer, one for each media type."""
    content = _resolved(document, holder).get("content", {})
    return (media["schema"] for media in content.values() if "schema" in media)


def _fields(document: Mapping[str, Any], schemas: list[Any]) -> dict[str, Any]:
    """The properties of schemas and of what they are composed of, each with its schema."""
    fields: dict[str, Any] = {}
    for schema in schemas:
        one = _resolved(document, schema)
        if isinstance(one, dict):
            fields.update(one.get("properties", {}))
            fields.update(_fields(document, [part for key in _COMPOSITIONS for part in one.get(key, ())]))
    return fields


def _all_names(document: Mapping[str, Any], schemas: list[Any]) -> frozenset[str]:
    """The names of properties at any depth."""
    names: set[str] = set()
    stack, references = list(schemas), set()
    while stack:
        schema = stack.pop()
        if isinstance(schema, dict) and "$ref" in schema:
            if schema["$ref"] in references:
                continue
            references.add(schema["$ref"])
            schema = _resolved(document, schema)
        if isinstance(schema, dict):
            properties = schema.get("properties", {})
            names.update(properties)
            stack += [*properties.values(), schema.get("items"), schema.get("additionalProperties")]
            stack += [part for key in _COMPOSITIONS for part in schema.get(key, ())]
    return frozenset(names)


def missing_names(
    names: Mapping[str, Any],
    release: str,
    operations: Mapping[str, NamedOperation],
    before: Mapping[str, NamedOperation],
) -> list[MissingName]:
    """The names that ``names.json`` has for a release and that its document has not.

    Args:
        names: the content of ``names.json``.
        release: the release.
        operations: of its document.
        before: of the document of the release before it: what is new since is the likeliest new name.
    """
    missing = []
    for role, rows in names["operations"].items():
        for name in _names_in(rows, release):
            if name not in operations:
                likely = _likely_operation(name, operations, before)
                missing.append(MissingName("operations", role, name, likely))
    for kind in ("parameters", "fields"):
        for role, rows in names[kind].items():
            for row in rows:
                id_ = _operation(names, row["operation"], release, operations)
                if id_ is None or not releases.is_within(release, row["releases"]):
                    continue
                present = _names_of(operations[id_], kind)
                if row["name"] not in present:
                    old = _names_of(before[id_], kind) if id_ in before else frozenset()
                    likely = _likely(row["name"], present - old) or _likely(row["name"], present)
                    missing.append(MissingName(kind, role, row["name"], likely))
    return missing


def _names_in(rows: list[dict[str, str]], release: str) -> list[str]:
    return [row["name"] for row in rows if releases.is_within(release, row["releases"])]


def _operation(names: Mapping[str, Any], role: str, release: str, operations: Mapping[str, object]) -> str | None:
    return next((name for name in _names_in(names["operations"][role], release) if name in operations), None)


def _names_of(operation: NamedOperation, kind: str) -> frozenset[str]:
    return operation.answer_names if kind == "fields" else operation.parameters | operation.body.keys()


def _likely_operation(name: str, operations: Mapping[str, NamedOperation], before: Mapping[str, NamedOperation]) -> str:
    """The operation at the same method and path, else one of a like name among the new ones, else among all."""
    place = before[name][:2] if name in before else None
    same_place = next((id_ for id_, operation in operations.items() if operation[:2] == place), "")
    return same_place or _likely(name, operations.keys() - before.keys()) or _likely(name, operations.keys())


def _likely(name: str, names: Collection[str]) -> str:
    return next(iter(near_names(name, sorted(names))), "")


def new_states(
    names: Mapping[str, Any], release: str, operations: Mapping[str, NamedOperation], document: Mapping[str, Any]
) -> list[str]:
    """The states that a document lists for a run and a task and ``names.json`` does not: ``run: suspended``."""
    unlisted = []
    for of, groups in names["states"].items():
        id_ = _operation(names, groups["operation"], release, operations)
        field = next(iter(_names_in(names["fields"]["state"], release)), "")
        schema = operations[id_].fields.get(field) if id_ is not None else None
        listed = {state for group in groups.values() if isinstance(group, list) for state in group}
        values = _enum(document, schema)
        unlisted += [f"{of}: {value}" for value in values if value is not None and value not in listed]
    return unlisted


def _enum(document: Mapping[str, Any], schema: Any) -> list[Any]:
    schema = _resolved(document, schema)
    if not isinstance(schema, dict):
        return []
    parts = [part for key in _COMPOSITIONS for part in schema.get(key, ())]
    return [*schema.get("enum", ()), *(value for part in parts for value in _enum(document, part))]


def names_without_words(words: Mapping[str, Any], operations: Mapping[str, NamedOperation]) -> list[str]:
    """The operations, parameters and body fields without a line in ``words.json``: ``operations: get_quota``."""
    lines = []
    for id_, operation in operations.items():
        own = {"operations": {id_}, "parameters": operation.parameters, "fields": operation.body_names}
        for kind, names in own.items():
            lines += [
                f"{kind}: {name}" for name in names if name not in words[kind] and f"{id_}.{name}" not in words[kind]
            ]
    return sorted({*lines})
