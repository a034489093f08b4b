"""Schemas of tiny documents and what a validator says of values."""

from __future__ import annotations

from dynclient.schema.validator import compile_schema

POINTER = "#/components/schemas/S"


def spec(schema, version="3.1.0", **components):
    return {"openapi": version, "paths": {}, "components": {"schemas": {"S": schema, **components}}}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


def validator(schema, direction="request", version="3.1.0", **components):
    return compile_schema(spec(schema, version, **components), POINTER, direction)


def broken(schema, instance, direction="request", version="3.1.0", **components):
    """(path, rule, pointer below the schema) of each violation."""
    violations = validator(schema, direction, version, **components).violations(instance, "body")
    return [(v.path, v.rule, v.pointer.removeprefix("#/components/schemas/")) for v in violations]


def words(schema, instance, direction="request", **components):
    violations = validator(schema, direction, **components).violations(instance, "body")
    return [f"{v.where}: {v.sentence}" for v in violations]


TEXT, WHOLE, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
BOTH = ("3.0.3", "3.1.0")
CAT_TYPE = obj(["kind"], kind=TEXT, lives=WHOLE)
DOG = obj(["kind"], kind=TEXT, bark=TEXT)
PETS = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
IDENTITY = {"type": "integer", "readOnly": True}
SECRET = {"type": "string", "writeOnly": True}
A = obj(["kind", "x"], kind={"const": "a"}, x=WHOLE, deep=obj(y=WHOLE))
B = obj(["kind", "z"], kind={"const": "b"}, z=WHOLE)
