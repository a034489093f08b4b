"""Tiny documents for tests: only what a rule needs."""

from __future__ import annotations

from typing import Any

from dynclient.openapi.spec import Spec, parse


def tiny(
    operations: dict[str, dict[str, Any]],
    *,
    openapi: str = "3.1.0",
    schemas: dict[str, Any] | None = None,
    **extra: Any,
) -> Spec:
    """A spec from ``{"GET /things": {operation}}``; responses and ids are filled in where a test does not care."""
    paths: dict[str, Any] = {}
    for line, operation in operations.items():
        method, path = line.split(" ", 1)
        paths.setdefault(path, {})[method.lower()] = {"responses": {"200": json_answer({})}, **operation}
    components = {"schemas": schemas or {}, **extra.pop("components", {})}
    document = {"openapi": openapi, "info": {"title": "Tiny", "version": "1"}, "paths": paths, "components": components}
    return parse({**document, **extra})


def parameter(name: str, location: str = "query", schema: Any = None, **more: Any) -> dict[str, Any]:
    required = {"required": True} if location == "path" else {}
    return {
        "name": name,
        "in": location,
        "schema": {"type": "string"} if schema is None else schema,
        **required,
        **more,
    }


def json_body(schema: Any, *, required: bool = True, media: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"required": required, "content": {media: {"schema": schema, **more}}}


def json_answer(schema: Any, media: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {media: {"schema": schema}}}


def credentials():
    """A user and a password; of a module that other processes can import, too."""
    return "u", "p"
